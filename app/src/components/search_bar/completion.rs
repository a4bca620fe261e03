//! Completion while someone types: names of fields at once, values from the server with their counts.

use std::time::Duration;

use leptos::ev;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::options::{Suggestion, Suggestions};
use crate::address::Address;
use crate::api::events::{CompleteRequest, fetch_values};
use crate::browser;
use cloudtrail::search::complete::{self, Completing};
use cloudtrail::search::{FieldRef, Span, edit, parse};

/// How long a pause in typing is before values are asked for.
const PAUSE: Duration = Duration::from_millis(120);
/// How many values are offered.
const MOST: u32 = 12;

/// What listens to the field.
#[derive(Clone, Copy)]
pub struct Completer {
    /// The field.
    pub field: NodeRef<Input>,
    /// Its text.
    pub typed: RwSignal<String>,
    /// What is offered.
    pub suggestions: Suggestions,
    /// The page, whose time window counts for values too.
    pub address: Memo<Address>,
    /// Counts what was asked, so that a late answer to an old question is dropped.
    pub asked: StoredValue<u32>,
}

impl Completer {
    /// The text changed.
    pub fn on_input(self, event: ev::Event) {
        self.typed.set(event_target_value(&event));
        self.offer();
    }

    /// The field was entered: someone who has typed nothing yet sees what can be asked for.
    pub fn on_focus(self) {
        if self.typed.read_untracked().is_empty() {
            self.offer();
        }
    }

    /// The field was left.
    pub fn close(self) {
        self.suggestions.list.set(Vec::new());
        self.suggestions.active.set(None);
        self.asked.update_value(|asked| *asked += 1);
    }

    /// Arrows choose, Enter and Tab take, Esc closes.
    pub fn on_keydown(self, event: ev::KeyboardEvent) {
        let count = self.suggestions.list.read_untracked().len();
        let active = self.suggestions.active.get_untracked();
        let moved = match event.key().as_str() {
            "ArrowDown" if count > 0 => Some(active.map_or(0, |place| (place + 1) % count)),
            "ArrowUp" if count > 0 => Some(active.map_or(count - 1, |place| (place + count - 1) % count)),
            "ArrowDown" => {
                self.offer();
                None
            }
            "Enter" | "Tab" if active.is_some() => {
                event.prevent_default();
                let chosen =
                    active.and_then(|place| self.suggestions.list.read_untracked().get(place).cloned());
                self.suggestions.picked.set(chosen);
                return;
            }
            "Escape" if count > 0 => {
                event.prevent_default();
                event.stop_propagation();
                self.close();
                return;
            }
            _ => None,
        };
        if moved.is_some() {
            event.prevent_default();
            self.suggestions.active.set(moved);
            browser::scroll_to("[role=option][aria-selected=true]");
        }
    }

    /// Puts a suggestion into the text, with the cursor behind it.
    pub fn take(self, suggestion: &Suggestion) {
        let mut text = self.typed.get_untracked();
        let Suggestion { insert, replaces, .. } = suggestion;
        if text.get(replaces.clone()).is_none() {
            return;
        }
        text.replace_range(replaces.clone(), insert);
        let cursor = text[..replaces.start + insert.len()].encode_utf16().count() as u32;
        self.close();
        self.typed.set(text.clone());
        if let Some(field) = self.field.get_untracked() {
            field.set_value(&text);
            // Fails only for fields without text.
            drop(field.set_selection_range(cursor, cursor));
        }
        // Behind a name its values come next.
        if insert.ends_with(':') {
            self.offer();
        }
    }

    fn offer(self) {
        let text = self.typed.get_untracked();
        let asked = self.asked.get_value().wrapping_add(1);
        self.asked.set_value(asked);
        match complete::completing(&text, self.cursor(&text)) {
            Completing::FieldName { prefix, span } => self.show(names(&text, &prefix, span)),
            Completing::Value { field, prefix, span } => {
                self.keep_fitting(&field, &prefix, span);
                let request = self.request(&text, &field, prefix, span);
                set_timeout(move || self.ask(asked, request, field, span), PAUSE);
            }
            Completing::Nothing => self.show(Vec::new()),
        }
    }

    /// Until the new values come, those of the old that still fit stay, at the new place.
    fn keep_fitting(self, field: &FieldRef, prefix: &str, span: Span) {
        let (field, prefix) = (field.to_string(), prefix.to_lowercase());
        let fits = |old: &Suggestion| {
            old.field.as_ref() == Some(&field) && old.label.to_lowercase().starts_with(&prefix)
        };
        let old = self.suggestions.list.get_untracked();
        let kept =
            old.into_iter().filter(fits).map(|old| Suggestion { replaces: span.start..span.end, ..old });
        self.show(kept.collect());
    }

    fn request(self, text: &str, field: &FieldRef, prefix: String, span: Span) -> CompleteRequest {
        let address = self.address.read_untracked();
        CompleteRequest {
            field: field.to_string(),
            prefix,
            q: rest(text, span),
            from: address.from.clone(),
            to: address.to.clone(),
            limit: MOST,
        }
    }

    fn ask(self, asked: u32, request: CompleteRequest, field: FieldRef, span: Span) {
        // The page may be gone by now.
        if self.asked.try_get_value() != Some(asked) {
            return;
        }
        let account = self.address.read_untracked().account.clone();
        spawn_local(async move {
            let values = fetch_values(account, request).await;
            if self.asked.try_get_value() == Some(asked) {
                let value = |value: cloudtrail::search::FacetValue| Suggestion {
                    insert: format!("{} ", edit::quote_value(&field, &value.value)),
                    label: value.value,
                    help: value.label,
                    count: Some(value.count),
                    field: Some(field.to_string()),
                    replaces: span.start..span.end,
                };
                // Without an answer there is nothing to offer; the search itself will say what is wrong.
                self.show(values.unwrap_or_default().into_iter().map(value).collect());
            }
        });
    }

    fn show(self, list: Vec<Suggestion>) {
        self.suggestions.active.set(None);
        self.suggestions.list.set(list);
    }

    /// Where the cursor is, in bytes.
    fn cursor(self, text: &str) -> usize {
        let units = self.field.get_untracked().and_then(|field| field.selection_start().ok().flatten());
        match units {
            Some(units) => bytes(text, units as usize),
            None => text.len(),
        }
    }
}

fn names(text: &str, prefix: &str, span: Span) -> Vec<Suggestion> {
    // A name that has its colon already gets no second one.
    let end = if text[span.end..].starts_with(':') { span.end + 1 } else { span.end };
    let suggestion = |field: complete::FieldSuggestion| Suggestion {
        label: field.name.to_owned(),
        help: Some(field.help.to_owned()),
        count: None,
        field: None,
        insert: format!("{}:", field.name),
        replaces: span.start..end,
    };
    complete::fields(prefix).into_iter().map(suggestion).take(MOST as usize + 4).collect()
}

/// What else the search asks for, without the term whose value is being typed: values are offered among what the
/// rest finds. A rest that is no query limits nothing.
fn rest(text: &str, span: Span) -> String {
    let (Some(before), Some(after)) = (text.get(..span.start), text.get(span.end..)) else {
        return String::new();
    };
    let term = before.rfind(|character: char| character.is_whitespace() || character == '(');
    let before = &before[..term.map_or(0, |place| place + 1)];
    let rest = format!("{before} {after}");
    if parse(&rest).is_ok() { rest.trim().to_owned() } else { String::new() }
}

/// The byte that so many UTF-16 units lead to.
fn bytes(text: &str, units: usize) -> usize {
    let mut seen = 0;
    for (place, character) in text.char_indices() {
        if seen >= units {
            return place;
        }
        seen += character.len_utf16();
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_a_query_or_nothing() {
        let span = |start, end| Span { start, end };
        assert_eq!(rest("who:jo event:St", span(13, 15)), "who:jo");
        assert_eq!(rest("event:St who:jo", span(6, 8)), "who:jo");
        assert_eq!(rest("(event:St OR x)", span(7, 9)), "");
        assert_eq!(rest("event:", span(6, 6)), "");
        assert_eq!(rest("", span(3, 9)), "");
    }

    #[test]
    fn a_name_gets_one_colon() {
        let insert = |text: &str, end: usize| {
            let name = names(text, "even", Span { start: 0, end }).remove(0);
            let mut text = text.to_owned();
            text.replace_range(name.replaces, &name.insert);
            text
        };
        assert_eq!(insert("even", 4), "event:");
        assert_eq!(insert("even:Stop", 4), "event:Stop");
    }

    #[test]
    fn a_cursor_is_found_behind_wide_characters() {
        assert_eq!(bytes("a𝄞ü", 0), 0);
        assert_eq!(bytes("a𝄞ü", 3), 5);
        assert_eq!(bytes("a𝄞ü", 4), 7);
        assert_eq!(bytes("a", 9), 1);
    }
}
