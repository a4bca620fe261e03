//! Short messages that go by themselves.

use leptos::prelude::*;

/// The messages shown right now.
#[derive(Clone, Copy)]
pub struct Toasts(RwSignal<Vec<String>>);

/// Makes messages possible below.
pub fn provide_toasts() {
    provide_context(Toasts(RwSignal::new(Vec::new())));
}

/// Shows a message for a few seconds; a screen reader reads it out.
pub fn toast(message: impl Into<String>) {
    if let Some(Toasts(messages)) = use_context::<Toasts>() {
        messages.update(|messages| messages.push(message.into()));
    }
}

/// Where messages appear; stands once, in the frame.
#[component]
pub fn ToastArea() -> impl IntoView {
    let messages = use_context::<Toasts>().map(|Toasts(messages)| messages).unwrap_or_default();
    view! {
        <div class="toasts" role="status">
            {move || messages.get().into_iter().map(|message| view! { <p class="toast">{message}</p> }).collect_view()}
        </div>
    }
}
