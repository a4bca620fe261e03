//! Where a search is typed.

use leptos::prelude::*;

use super::icon::Icon;
use crate::address::Address;
use crate::api::views::{ListPart, Loaded};
use crate::browser;
use crate::html::Part;
use cloudtrail::search::parse;

mod completion;
mod mirror;
mod options;

use completion::Completer;
use mirror::Mirror;
use options::{Options, Suggestions};

/// The id of the field, which `/` goes to.
pub const FIELD: &str = "search";

/// The search as text with its parts coloured, completion, and below it what is wrong with it and its terms to take
/// away. A plain form: without JavaScript it is sent and the server answers with the page.
#[component]
pub fn SearchBar(address: Memo<Address>, page: Loaded) -> impl IntoView {
    let typed = RwSignal::new(address.with_untracked(|address| address.query().to_owned()));
    // Following a link changes the search; the field shows it.
    let query = Memo::new(move |_| address.read().query().to_owned());
    Effect::new(move |_| typed.set(query.get()));
    let is_wrong = Memo::new(move |_| parse(address.read().query()).is_err());
    let suggestions = Suggestions::default();
    let field = NodeRef::new();
    let completer = Completer { field, typed, suggestions, address, asked: StoredValue::new(0) };
    let scrolled = RwSignal::new(0);
    let action = move || address.read().list_path();

    view! {
        <search class="search-bar">
            <form
                class="search-bar__form"
                method="get"
                action=action
                data-list
                on:submit=move |_| completer.close()
            >
                <label class="visually-hidden" for=FIELD>
                    "Search events"
                </label>
                <div class="search-bar__field">
                    <Icon name="search" />
                    <div class="search-bar__stack">
                        <Mirror typed scrolled />
                        <SearchField completer scrolled is_wrong />
                    </div>
                    <kbd class="search-bar__key" aria-hidden="true">
                        "/"
                    </kbd>
                    <button type="submit" class="button button--primary search-bar__submit">
                        "Search"
                    </button>
                </div>
                <Part of=page place=ListPart::Kept as usize />
                <Options suggestions />
            </form>
            <Part of=page place=ListPart::Terms as usize />
        </search>
    }
}

#[component]
fn SearchField(completer: Completer, scrolled: RwSignal<i32>, is_wrong: Memo<bool>) -> impl IntoView {
    let Completer { field, typed, suggestions, .. } = completer;
    Effect::new(move |_| {
        if let Some(suggestion) = suggestions.picked.get() {
            completer.take(&suggestion);
        }
    });
    view! {
        <input
            id=FIELD
            node_ref=field
            class="search-bar__input"
            name="q"
            type="text"
            // The value is for the page as it comes, the property for the living one.
            value=typed.get_untracked()
            prop:value=move || typed.get()
            placeholder="Everything. Narrow it down: event:StopInstances, who:jo, error:*, ip:10.0.0.0/8, or any word"
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            enterkeyhint="search"
            role="combobox"
            aria-autocomplete="list"
            aria-controls="search-options"
            aria-expanded=move || if suggestions.is_open() { "true" } else { "false" }
            aria-activedescendant=move || suggestions.active_id()
            aria-invalid=move || is_wrong.get().then_some("true")
            aria-describedby=move || is_wrong.get().then_some("search-problem")
            on:input=move |event| completer.on_input(event)
            on:keydown=move |event| completer.on_keydown(event)
            on:focus=move |_| completer.on_focus()
            on:blur=move |_| completer.close()
            on:scroll=move |event| scrolled.set(browser::scroll_left(&event))
        />
    }
}
