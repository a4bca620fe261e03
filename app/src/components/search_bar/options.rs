//! What is offered while someone types.

use leptos::prelude::*;

use crate::text::{clipped, grouped};

/// One offer.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// What is shown.
    pub label: String,
    /// What it means, or how it is called.
    pub help: Option<String>,
    /// How many events have it.
    pub count: Option<u64>,
    /// The field whose value it is; names of fields have none.
    pub field: Option<String>,
    /// What takes its place in the text.
    pub insert: String,
    /// The bytes of the text that it replaces.
    pub replaces: std::ops::Range<usize>,
}

/// The offers of the moment, and which of them is chosen.
#[derive(Clone, Copy)]
pub struct Suggestions {
    /// The offers; the list is closed if there are none.
    pub list: RwSignal<Vec<Suggestion>>,
    /// The chosen one.
    pub active: RwSignal<Option<usize>>,
    /// The one that was picked; whoever owns the text puts it in.
    pub picked: RwSignal<Option<Suggestion>>,
}

impl Default for Suggestions {
    fn default() -> Suggestions {
        Suggestions {
            list: RwSignal::new(Vec::new()),
            active: RwSignal::new(None),
            picked: RwSignal::new(None),
        }
    }
}

impl Suggestions {
    /// Whether there are any.
    pub fn is_open(self) -> bool {
        !self.list.read().is_empty()
    }

    /// The id of the chosen one's element.
    pub fn active_id(self) -> Option<String> {
        self.active.get().map(option_id)
    }
}

fn option_id(place: usize) -> String {
    format!("search-option-{place}")
}

/// The list of offers. It is always there, hidden while it is empty, since the field refers to it.
#[component]
pub fn Options(suggestions: Suggestions) -> impl IntoView {
    let option = move |(place, suggestion): (usize, Suggestion)| {
        let picked = suggestion.clone();
        view! {
            <li
                id=option_id(place)
                class="completion__option"
                role="option"
                aria-selected=move || if suggestions.active.get() == Some(place) { "true" } else { "false" }
                on:pointerdown=move |event| {
                    // The field keeps the focus.
                    event.prevent_default();
                    suggestions.picked.set(Some(picked.clone()));
                }
            >
                <bdi class="completion__label">{clipped(&suggestion.label, 120)}</bdi>
                {suggestion.help.map(|help| view! { <span class="completion__help">{help}</span> })}
                {suggestion
                    .count
                    .map(|count| view! { <span class="completion__count">{grouped(count)}</span> })}
            </li>
        }
    };
    view! {
        <ul
            class="completion"
            id="search-options"
            role="listbox"
            aria-label="Suggestions"
            hidden=move || !suggestions.is_open()
        >
            {move || suggestions.list.get().into_iter().enumerate().map(option).collect_view()}
        </ul>
    }
}
