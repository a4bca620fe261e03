//! Short messages that go by themselves.

use leptos::prelude::*;

/// The messages shown right now.
#[derive(Clone, Copy)]
pub struct Toasts(RwSignal<Vec<Toast>>);

#[derive(Clone, PartialEq)]
struct Toast {
    number: u32,
    message: String,
}

/// How long a message stays.
#[cfg(feature = "hydrate")]
const STAYS: std::time::Duration = std::time::Duration::from_secs(5);

#[cfg(feature = "hydrate")]
thread_local! {
    /// What [`toast`] reaches from listeners and timers, which run outside of any component.
    static SHOWN: std::cell::Cell<Option<Toasts>> = const { std::cell::Cell::new(None) };
}

/// Makes messages possible below.
pub fn provide_toasts() {
    let toasts = Toasts(RwSignal::new(Vec::new()));
    #[cfg(feature = "hydrate")]
    SHOWN.set(Some(toasts));
    provide_context(toasts);
}

/// Shows a message for a few seconds; a screen reader reads it out. On the server it does nothing: nobody would see
/// it go.
pub fn toast(message: impl Into<String>) {
    #[cfg(feature = "hydrate")]
    if let Some(Toasts(toasts)) = SHOWN.get() {
        let message = message.into();
        let number = toasts.with_untracked(|toasts| toasts.last().map_or(0, |toast| toast.number + 1));
        toasts.update(|toasts| {
            toasts.retain(|toast| toast.message != message);
            toasts.push(Toast { number, message });
        });
        set_timeout(move || toasts.update(|toasts| toasts.retain(|toast| toast.number != number)), STAYS);
    }
    #[cfg(not(feature = "hydrate"))]
    drop(message.into());
}

/// Where messages appear; stands once, in the frame.
#[component]
pub fn ToastArea() -> impl IntoView {
    let toasts = use_context::<Toasts>().map(|Toasts(toasts)| toasts).unwrap_or_default();
    view! {
        <div class="toasts" role="status">
            <For each=move || toasts.get() key=|toast| toast.number let:toast>
                <p class="toast">{toast.message}</p>
            </For>
        </div>
    }
}
