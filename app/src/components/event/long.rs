//! A value from a record, of any length and any script.

use leptos::prelude::*;

use crate::text::grouped;
use cloudtrail::secret::is_secret;

/// How many characters of a value are shown at once.
const SHOWN: usize = 400;

/// A value as text: isolated from the direction of what stands around it, and cut where it is long, with the rest
/// one click away. With a `key`, a value that looks like a secret is covered until it is asked for.
#[component]
pub fn Value(#[prop(into)] text: String, #[prop(optional, into)] key: String) -> impl IntoView {
    if is_secret(&key, &text) {
        return view! {
            <details class="secret">
                <summary title="This looks like a secret">
                    <span class="secret__dots" aria-hidden="true">
                        "••••••••"
                    </span>
                    <span class="secret__more">"Reveal"</span>
                </summary>
                <bdi class="secret__value">{text}</bdi>
            </details>
        }
        .into_any();
    }
    let Some((cut, _)) = text.char_indices().nth(SHOWN) else {
        return view! { <bdi>{text}</bdi> }.into_any();
    };
    let count = grouped(text.chars().count() as u64);
    let start = text[..cut].to_owned();
    view! {
        <details class="long">
            <summary>
                <bdi class="long__start">{start} "…"</bdi>
                <span class="long__more">"All " {count} " characters"</span>
            </summary>
            <bdi class="long__rest">{text}</bdi>
        </details>
    }
    .into_any()
}

/// A value as a link. A long one is no link: it opens in place, and would do two things at once.
pub(super) fn linked(class: &'static str, href: Option<String>, text: &str) -> AnyView {
    let text = text.to_owned();
    match href {
        Some(href) if text.char_indices().nth(SHOWN).is_none() => {
            view! { <a class=class href=href><bdi>{text}</bdi></a> }.into_any()
        }
        _ => view! { <Value text=text /> }.into_any(),
    }
}
