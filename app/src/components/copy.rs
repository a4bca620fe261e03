//! A button that copies a text.

use leptos::prelude::*;

use super::icon::Icon;

/// Copies `text` when pressed; its name says what it copies ("Copy the event id"). Without JavaScript it is not
/// shown, as it could do nothing.
#[component]
pub fn CopyButton(#[prop(into)] text: String, #[prop(into)] label: String) -> impl IntoView {
    let copied = RwSignal::new(false);
    let text = StoredValue::new(text);
    view! {
        <button
            type="button"
            class="copy"
            title=label.clone()
            aria-label=move || if copied.get() { "Copied".to_owned() } else { label.clone() }
            data-copied=move || copied.get().then_some("")
            on:click=move |event| {
                event.prevent_default();
                text.with_value(|text| copy(text, copied));
            }
        >
            {move || if copied.get() { view! { <Icon name="check" /> } } else { view! { <Icon name="copy" /> } }}
        </button>
    }
}

/// How long a button says that it copied.
#[cfg(feature = "hydrate")]
const SAID: std::time::Duration = std::time::Duration::from_millis(1_500);

#[cfg(feature = "hydrate")]
fn copy(text: &str, copied: RwSignal<bool>) {
    use wasm_bindgen::prelude::*;

    let navigator = window().navigator();
    // Over plain HTTP from another machine browsers have no clipboard.
    let has_clipboard =
        js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|value| value.is_object());
    if !has_clipboard {
        super::toast::toast("This browser lets a page copy only over HTTPS or on this machine.");
        return;
    }
    let done = Closure::once(move |_: JsValue| {
        copied.set(true);
        set_timeout(move || copied.set(false), SAID);
    });
    let refused = Closure::once(|_: JsValue| super::toast::toast("The browser did not allow to copy."));
    drop(navigator.clipboard().write_text(text).then2(&done, &refused));
    // One of the two is called, once; the browser owns them until then.
    done.forget();
    refused.forget();
}

#[cfg(not(feature = "hydrate"))]
fn copy(_: &str, _: RwSignal<bool>) {}
