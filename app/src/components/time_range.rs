//! The time window of a search: spans to choose from, and a form for any other.

use leptos::prelude::*;

use super::hidden_state::HiddenState;
use super::icon::Icon;
use super::menu::Menu;
use crate::address::Address;
use cloudtrail::search::TimeRange as Window;
use cloudtrail::time::{DAY, HOUR, MINUTE, Time};

/// Spans back from now: what they are called, and how an address says them.
const FROM_NOW: [(&str, &str); 8] = [
    ("15 minutes", "-15m"),
    ("1 hour", "-1h"),
    ("6 hours", "-6h"),
    ("24 hours", "-24h"),
    ("3 days", "-3d"),
    ("7 days", "-7d"),
    ("30 days", "-30d"),
    ("90 days", "-90d"),
];

/// Spans back from the last event: logs on disk may have ended long ago.
const FROM_LAST: [(&str, i64); 5] = [
    ("Last hour", HOUR),
    ("Last 6 hours", 6 * HOUR),
    ("Last day", DAY),
    ("Last 7 days", 7 * DAY),
    ("Last 30 days", 30 * DAY),
];

/// The time window. `data` is the first to the last event there is, once it is known.
#[component]
pub fn TimeRange(address: Memo<Address>, data: Signal<Option<Window>>) -> impl IntoView {
    let label = move || address.with(|address| label(address.from.as_deref(), address.to.as_deref()));
    let last = move || data.get().and_then(|data| data.to);
    let button = view! {
        <Icon name="clock" />
        <span class="visually-hidden">"Time range: "</span>
        <span class="time-range__label">{label}</span>
    };
    view! {
        <Menu label=button.into_any() class="time-range">
            <div class="time-range__columns">
                <section>
                    <h3 class="menu__heading">"Before now"</h3>
                    <ul class="menu__list">
                        {FROM_NOW
                            .map(|(name, from)| {
                                let href = move || {
                                    address.read().with_range(Some(from.to_owned()), None).href()
                                };
                                let is_on = move || {
                                    address.with(|address| {
                                        address.from.as_deref() == Some(from) && address.to.is_none()
                                    })
                                };
                                view! { <Choice name href=Signal::derive(href) is_on=Signal::derive(is_on) /> }
                            })
                            .collect_view()}
                    </ul>
                </section>
                <section>
                    <h3 class="menu__heading">"In these logs"</h3>
                    <ul class="menu__list">
                        <Choice
                            name="Everything"
                            href=Signal::derive(move || address.read().with_range(None, None).href())
                            is_on=Signal::derive(move || {
                                address.with(|address| address.from.is_none() && address.to.is_none())
                            })
                        />
                        // Known on the server only once the counts are there: it must wait, or the browser finds
                        // another page than was sent.
                        <Transition>{move || last().map(|last| view! { <BeforeLast address last /> })}</Transition>
                    </ul>
                </section>
            </div>
            <RangeForm address />
        </Menu>
    }
}

/// The spans that end with the last event there is.
#[component]
fn BeforeLast(address: Memo<Address>, last: Time) -> impl IntoView {
    FROM_LAST
        .map(|(name, span)| {
            let from = last.plus(-span).to_string();
            let wanted = from.clone();
            let href = move || address.read().with_window(last.plus(-span), last).href();
            let is_on = move || address.with(|address| address.from.as_ref() == Some(&wanted));
            view! { <Choice name href=Signal::derive(href) is_on=Signal::derive(is_on) /> }
        })
        .collect_view()
}

#[component]
fn Choice(name: &'static str, href: Signal<String>, is_on: Signal<bool>) -> impl IntoView {
    view! {
        <li>
            <a class="menu__link" href=href aria-current=move || is_on.get().then_some("true") data-noscroll>
                {name}
            </a>
        </li>
    }
}

#[component]
fn RangeForm(address: Memo<Address>) -> impl IntoView {
    let action = move || format!("/a/{}/events", crate::address::encode(&address.read().account));
    let field = move |name: &'static str,
                      label: &'static str,
                      example: &'static str,
                      value: fn(&Address) -> Option<String>| {
        let id = format!("range-{name}");
        let text = move || value(&address.read()).unwrap_or_default();
        view! {
            <label class="field">
                <span class="field__label">{label}</span>
                <input
                    id=id
                    class="input input--mono"
                    name=name
                    type="text"
                    value=value(&address.read_untracked())
                    prop:value=text
                    placeholder=example
                    autocomplete="off"
                    spellcheck="false"
                />
            </label>
        }
    };
    view! {
        <form class="time-range__form" method="get" action=action data-list>
            {field("from", "From", "2026-11-22T09:30Z or -2h", |address| address.from.clone())}
            {field("to", "To (not included)", "2026-11-23 or now", |address| address.to.clone())}
            <HiddenState address asks=&["from", "to"] />
            <button type="submit" class="button">
                "Apply"
            </button>
            <p class="field__hint">
                "A date, a time (UTC unless it says otherwise), or an age: -90s, -30m, -2h, -7d. Empty means no limit."
            </p>
        </form>
    }
}

/// The window in words.
pub fn label(from: Option<&str>, to: Option<&str>) -> String {
    match (from, to) {
        (None, None) => "Everything".to_owned(),
        (Some(from), None | Some("now")) => match FROM_NOW.iter().find(|(_, span)| *span == from) {
            Some((name, _)) => format!("Last {name}"),
            None => match from.strip_prefix('-') {
                Some(age) => format!("Last {age}"),
                None => format!("Since {}", readable(from)),
            },
        },
        (None, Some(to)) => format!("Until {}", readable(to)),
        (Some(from), Some(to)) => format!("{} to {}", readable(from), readable(to)),
    }
}

/// A bound as people read it: times in one form, cut where they are round; what is no time stays as typed.
fn readable(bound: &str) -> String {
    let Some(time) = Time::parse(bound) else { return bound.to_owned() };
    let text = time.readable();
    let millis = time.as_millis();
    let length = if millis % DAY == 0 {
        10
    } else if millis % MINUTE == 0 {
        16
    } else {
        19
    };
    text.get(..length).unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_named() {
        let cases = [
            (None, None, "Everything"),
            (Some("-24h"), None, "Last 24 hours"),
            (Some("-24h"), Some("now"), "Last 24 hours"),
            (Some("-5h"), None, "Last 5h"),
            (Some("2026-11-22"), None, "Since 2026-11-22"),
            (None, Some("2026-11-22T09:30:00Z"), "Until 2026-11-22 09:30"),
            (Some("2026-11-22T09:30:05Z"), Some("-2h"), "2026-11-22 09:30:05 to -2h"),
            (Some("nonsense"), Some("more"), "nonsense to more"),
            (None, Some("now"), "Until now"),
        ];
        for (from, to, words) in cases {
            assert_eq!(label(from, to), words);
        }
    }
}
