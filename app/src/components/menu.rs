//! Menus that open without JavaScript.

use leptos::prelude::*;

use super::icon::Icon;

/// A button that unfolds something below it. Plain `<details>`, so that it works before the page lives; the frame
/// closes it on Esc, on a click elsewhere, and when one of its links was followed.
#[component]
pub fn Menu(
    /// What the button says.
    label: AnyView,
    /// More classes.
    #[prop(optional)]
    class: &'static str,
    /// What the button is called, if what it says is not enough.
    #[prop(optional)]
    name: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <details class=format!("menu {class}")>
            <summary class="menu__button button" aria-label=(!name.is_empty()).then_some(name)>
                {label}
                <Icon name="chevron-down" />
            </summary>
            <div class="menu__body">{children()}</div>
        </details>
    }
}
