//! The searches that people start from: three toggles, and the presets.

use leptos::prelude::*;

use super::icon::Icon;
use super::menu::Menu;
use crate::links::Links;
use cloudtrail::search::{edit, presets};

/// A term that one press adds or takes away: its label, what it does, and the term.
const TOGGLES: [(&str, &str, &str); 3] = [
    ("Writes only", "Hide calls that only read", edit::WRITES_ONLY),
    ("Errors only", "Show only calls that failed or were denied", edit::ERRORS_ONLY),
    ("Hide AWS services", "Hide what AWS services did by themselves", edit::HIDE_SERVICES),
];

/// Toggles and presets as links.
#[component]
pub fn Toggles(links: Links) -> impl IntoView {
    let toggle = |(label, help, term): (&'static str, &'static str, &'static str)| {
        let is_on = links.has_term(term);
        view! {
            <li>
                <a
                    class="toggle"
                    class:toggle--on=is_on
                    href=links.toggle_term(term)
                    title=help
                    aria-current=is_on.then_some("true")
                    data-noscroll
                >
                    <Icon name="check" />
                    {label}
                </a>
            </li>
        }
    };
    view! {
        <div class="toggles">
            <ul class="toggles__list" aria-label="Narrow down">
                {TOGGLES.map(toggle).collect_view()}
            </ul>
            <Menu label="Presets".into_any() class="presets">
                <ul class="presets__list">
                    {presets()
                        .iter()
                        .map(|preset| {
                            view! {
                                <li>
                                    <a
                                        class="presets__link"
                                        href=links.to(preset.query.to_owned())
                                    >
                                        <span class="presets__name">{preset.name}</span>
                                        <span class="presets__help">{preset.help}</span>
                                        <code class="presets__query">{preset.query}</code>
                                    </a>
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
            </Menu>
        </div>
    }
}
