//! A dialog.

use leptos::prelude::*;

/// A modal `<dialog>` that is open while `open` says so. Esc and a click beside it close it.
#[component]
pub fn Dialog(open: RwSignal<bool>, #[prop(into)] title: String, children: Children) -> impl IntoView {
    view! {
        <dialog class="dialog" aria-label=title prop:open=move || open.get()>
            {children()}
        </dialog>
    }
}
