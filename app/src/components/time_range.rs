//! The time window of a search: spans to choose from, and a form for any other.

use leptos::prelude::*;

use super::hidden_state::HiddenState;
use super::icon::Icon;
use super::menu::Menu;
use super::window::{FROM_NOW, label};
use crate::address::Address;
use cloudtrail::search::TimeRange as Window;
use cloudtrail::time::{DAY, HOUR, Time};

/// Spans back from the last event: logs on disk may have ended long ago.
const FROM_LAST: [(&str, i64); 5] = [
    ("Last hour", HOUR),
    ("Last 6 hours", 6 * HOUR),
    ("Last day", DAY),
    ("Last 7 days", 7 * DAY),
    ("Last 30 days", 30 * DAY),
];

/// The time window. `data` is the first to the last event there is.
#[component]
pub fn TimeRange(address: Address, data: Window) -> impl IntoView {
    let label = label(address.from.as_deref(), address.to.as_deref());
    let is_everything = address.from.is_none() && address.to.is_none();
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
                                let href = address.with_range(Some(from.to_owned()), None).href();
                                let is_on = address.from.as_deref() == Some(from) && address.to.is_none();
                                view! { <Choice name href is_on /> }
                            })
                            .collect_view()}
                    </ul>
                </section>
                <section>
                    <h3 class="menu__heading">"In these logs"</h3>
                    <ul class="menu__list">
                        <Choice name="Everything" href=address.with_range(None, None).href() is_on=is_everything />
                        {data.to.map(|last| view! { <BeforeLast address=address.clone() last /> })}
                    </ul>
                </section>
            </div>
            <RangeForm address />
        </Menu>
    }
}

/// The spans that end with the last event there is.
#[component]
fn BeforeLast(address: Address, last: Time) -> impl IntoView {
    FROM_LAST
        .map(|(name, span)| {
            let from = last.plus(-span).to_string();
            let is_on = address.from.as_ref() == Some(&from);
            let href = address.with_window(last.plus(-span), last).href();
            view! { <Choice name href is_on /> }
        })
        .collect_view()
}

#[component]
fn Choice(name: &'static str, href: String, is_on: bool) -> impl IntoView {
    view! {
        <li>
            <a class="menu__link" href=href aria-current=is_on.then_some("true") data-noscroll>
                {name}
            </a>
        </li>
    }
}

#[component]
fn RangeForm(address: Address) -> impl IntoView {
    let action = address.list_path();
    let field = |name: &'static str, label: &'static str, example: &'static str, value: Option<String>| {
        let id = format!("range-{name}");
        view! {
            <label class="field">
                <span class="field__label">{label}</span>
                <input
                    id=id
                    class="input input--mono"
                    name=name
                    type="text"
                    value=value
                    placeholder=example
                    autocomplete="off"
                    spellcheck="false"
                />
            </label>
        }
    };
    view! {
        <form class="time-range__form" method="get" action=action data-list>
            {field("from", "From", "2026-11-22T09:30Z or -2h", address.from.clone())}
            {field("to", "To (not included)", "2026-11-23 or now", address.to.clone())}
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
