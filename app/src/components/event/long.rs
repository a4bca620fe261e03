//! A value from a record, of any length and any script.

use leptos::prelude::*;

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

/// A count to read: `27,462`.
pub(super) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_by_thousands() {
        let counts = [0, 999, 1_000, 27_462, 1_000_000].map(grouped);
        assert_eq!(counts, ["0", "999", "1,000", "27,462", "1,000,000"]);
    }
}
