//! The typed search once more, under the field and with its parts coloured: a field cannot colour its own text.

use leptos::prelude::*;

use cloudtrail::search::{Span, parse};

/// The coloured text. It says nothing to a screen reader, which reads the field.
#[component]
pub fn Mirror(typed: RwSignal<String>, scrolled: RwSignal<i32>) -> impl IntoView {
    let node = NodeRef::<leptos::html::Div>::new();
    Effect::new(move |_| {
        let left = scrolled.get();
        if let Some(node) = node.get() {
            node.set_scroll_left(left);
        }
    });
    let runs = move || {
        runs(&typed.read())
            .into_iter()
            .map(|run| view! { <span class=run.kind.class()>{run.text}</span> })
            .collect_view()
    };
    view! {
        <div class="search-bar__mirror" aria-hidden="true" node_ref=node>
            {runs}
        </div>
    }
}

#[derive(Debug, PartialEq)]
struct Run {
    kind: Kind,
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Plain,
    Name,
    Value,
    Negated,
    Wrong,
}

impl Kind {
    fn class(self) -> &'static str {
        match self {
            Kind::Plain => "search-bar__plain",
            Kind::Name => "search-bar__name",
            Kind::Value => "search-bar__value",
            Kind::Negated => "search-bar__negated",
            Kind::Wrong => "search-bar__wrong",
        }
    }
}

/// The text in runs that together are the text.
fn runs(text: &str) -> Vec<Run> {
    let mut runs = Runs { text, done: 0, list: Vec::new() };
    match parse(text) {
        Ok(query) => {
            for token in &query.tokens {
                let start = token.span.start;
                let name_end = token.field.as_ref().and_then(|_| name_end(text, token.span));
                match name_end {
                    Some(end) => {
                        runs.add(Kind::Plain, start);
                        runs.add(if token.negated { Kind::Negated } else { Kind::Name }, end);
                        runs.add(Kind::Value, token.span.end);
                    }
                    None => {
                        runs.add(Kind::Plain, start);
                        runs.add(if token.negated { Kind::Negated } else { Kind::Plain }, token.span.end);
                    }
                }
            }
        }
        // A search that is not finished yet is not wrong yet.
        Err(error) if error.span.end < text.trim_end().len() => {
            runs.add(Kind::Plain, error.span.start);
            runs.add(Kind::Wrong, error.span.end);
        }
        Err(_) => {}
    }
    runs.add(Kind::Plain, text.len());
    runs.list
}

/// Where the name of a token ends, its colon included. A quoted name may hold a colon itself.
fn name_end(text: &str, span: Span) -> Option<usize> {
    let token = text.get(span.start..span.end)?;
    let mut quoted = false;
    let colon = token.char_indices().find(|(_, character)| {
        quoted ^= *character == '"';
        !quoted && *character == ':'
    });
    colon.map(|(place, _)| span.start + place + 1)
}

struct Runs<'t> {
    text: &'t str,
    done: usize,
    list: Vec<Run>,
}

impl Runs<'_> {
    fn add(&mut self, kind: Kind, end: usize) {
        if let Some(text) = self.text.get(self.done..end).filter(|text| !text.is_empty()) {
            self.list.push(Run { kind, text: text.to_owned() });
            self.done = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_told_apart() {
        let run = |kind, text: &str| Run { kind, text: text.to_owned() };
        assert_eq!(
            runs("event:a  -who:b x"),
            [
                run(Kind::Name, "event:"),
                run(Kind::Value, "a"),
                run(Kind::Plain, "  "),
                run(Kind::Negated, "-who:"),
                run(Kind::Value, "b"),
                run(Kind::Plain, " "),
                run(Kind::Plain, "x"),
            ]
        );
    }

    #[test]
    fn the_runs_are_the_text() {
        for text in ["", "(", "event:", ") a", "a:b ) c", "\"ü:\" -\"x\" who:\"a b\",c ", "ip:1.2.3.4/99 x"]
        {
            assert_eq!(runs(text).into_iter().map(|run| run.text).collect::<String>(), text);
        }
        assert!(runs(") a").iter().any(|run| run.kind == Kind::Wrong));
    }
}
