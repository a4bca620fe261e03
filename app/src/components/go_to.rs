//! Far jumps by time.

use leptos::prelude::*;

use super::hidden_state::HiddenState;
use crate::address::Address;
use crate::living::GO_TO;

/// Goes to a time in the list.
#[component]
pub fn GoToTime(address: Address) -> impl IntoView {
    let action = address.list_path();
    let at = address.at.clone();
    view! {
        <form class="go-to" method="get" action=action data-list>
            <label class="go-to__label" for=GO_TO>
                "Go to"
            </label>
            <input
                id=GO_TO
                class="input input--mono go-to__input"
                name="at"
                type="text"
                value=at
                placeholder="2026-11-22T09:30Z"
                title="A date, a time (UTC unless it says otherwise), or an age such as -2h"
                autocomplete="off"
                spellcheck="false"
            />
            <HiddenState address asks=&["at"] />
            <button type="submit" class="button">
                "Go"
            </button>
        </form>
    }
}
