//! A dialog.

use leptos::html;
use leptos::prelude::*;

use super::icon::Icon;

/// A modal `<dialog>` that is open while `open` says so. Esc and a click beside it close it; the focus goes back to
/// where it was.
#[component]
pub fn Dialog(open: RwSignal<bool>, #[prop(into)] title: String, children: Children) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let heading = title.clone();
    Effect::new(move |_| show(dialog, open.get()));
    view! {
        <dialog
            class="dialog"
            aria-label=title
            node_ref=dialog
            on:close=move |_| open.set(false)
            on:click=move |event| {
                if is_beside(&event, dialog) {
                    open.set(false);
                }
            }
        >
            <div class="dialog__head">
                <h2 class="dialog__title">{heading}</h2>
                <button
                    type="button"
                    class="button button--quiet button--icon"
                    aria-label="Close"
                    on:click=move |_| open.set(false)
                >
                    <Icon name="close" />
                </button>
            </div>
            <div class="dialog__body">{children()}</div>
        </dialog>
    }
}

#[cfg(feature = "hydrate")]
fn show(dialog: NodeRef<html::Dialog>, open: bool) {
    let Some(dialog) = dialog.get() else { return };
    match (open, dialog.open()) {
        // Fails only for a dialog that is not in the document any more.
        (true, false) => drop(dialog.show_modal()),
        (false, true) => dialog.close(),
        _ => {}
    }
}

#[cfg(not(feature = "hydrate"))]
fn show(_: NodeRef<html::Dialog>, _: bool) {}

/// Whether a click hit the shade around the dialog: then the dialog itself is the target, and none of its parts.
#[cfg(feature = "hydrate")]
fn is_beside(event: &leptos::ev::MouseEvent, dialog: NodeRef<html::Dialog>) -> bool {
    let target = event.target();
    dialog.get_untracked().is_some_and(|dialog| target.as_ref() == Some(dialog.as_ref()))
}

#[cfg(not(feature = "hydrate"))]
fn is_beside(_: &leptos::ev::MouseEvent, _: NodeRef<html::Dialog>) -> bool {
    false
}
