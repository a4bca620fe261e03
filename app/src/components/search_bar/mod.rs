//! Where a search is typed.

use leptos::prelude::*;

use super::hidden_state::HiddenState;
use super::icon::Icon;
use crate::address::Address;
use crate::browser;
use crate::links::Links;
use cloudtrail::search::{ParseError, Query, parse};

mod completion;
mod mirror;
mod options;

use completion::Completer;
use mirror::Mirror;
use options::{Options, Suggestions};

/// The id of the field, which `/` goes to.
pub const FIELD: &str = "search";

/// The search as text with its tokens marked, completion, what is wrong with it, and its tokens to take away.
/// A plain form: without JavaScript it is sent and the server answers with the page.
#[component]
pub fn SearchBar(address: Memo<Address>, links: Memo<Links>) -> impl IntoView {
    let typed = RwSignal::new(address.with_untracked(|address| address.query().to_owned()));
    // Following a link changes the search; the field shows it.
    let query = Memo::new(move |_| address.read().query().to_owned());
    Effect::new(move |_| typed.set(query.get()));
    let problem = Memo::new(move |_| parse(address.read().query()).err());
    let suggestions = Suggestions::default();
    let field = NodeRef::new();
    let completer = Completer { field, typed, suggestions, address, asked: StoredValue::new(0) };
    let scrolled = RwSignal::new(0);
    let action = move || format!("/a/{}/events", crate::address::encode(&address.read().account));

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
                        <SearchField completer scrolled problem />
                    </div>
                    <kbd class="search-bar__key" aria-hidden="true">
                        "/"
                    </kbd>
                    <button type="submit" class="button button--primary search-bar__submit">
                        "Search"
                    </button>
                </div>
                <HiddenState address asks=&["q"] />
                <Options suggestions />
            </form>
            {move || {
                problem
                    .get()
                    .map(|problem| view! { <SearchProblem text=query.get_untracked() problem /> })
            }}
            <Tokens links />
        </search>
    }
}

#[component]
fn SearchField(
    completer: Completer,
    scrolled: RwSignal<i32>,
    problem: Memo<Option<ParseError>>,
) -> impl IntoView {
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
            aria-invalid=move || problem.read().is_some().then_some("true")
            aria-describedby=move || problem.read().is_some().then_some("search-problem")
            on:input=move |event| completer.on_input(event)
            on:keydown=move |event| completer.on_keydown(event)
            on:focus=move |_| completer.on_focus()
            on:blur=move |_| completer.close()
            on:scroll=move |event| scrolled.set(browser::scroll_left(&event))
        />
    }
}

/// The tokens of the search, each with a link that takes it away.
#[component]
fn Tokens(links: Memo<Links>) -> impl IntoView {
    let list = move || {
        let links = links.read();
        let tokens = tokens(links.query());
        (!tokens.is_empty()).then(|| {
            let token = |(place, (text, negated)): (usize, (String, bool))| {
                let name = format!("Remove {text} from the search");
                view! {
                    <li class="token" class:token--negated=negated>
                        <bdi class="token__text">{crate::text::clipped(&text, 80)}</bdi>
                        <a class="token__remove" href=links.remove_token(place) aria-label=name data-noscroll>
                            <Icon name="close" />
                        </a>
                    </li>
                }
            };
            let many = tokens.len() > 1;
            view! {
                <ul class="search-bar__tokens" aria-label="What the search asks for">
                    {tokens.into_iter().enumerate().map(token).collect_view()}
                    {many
                        .then(|| {
                            view! {
                                <li>
                                    <a class="search-bar__clear" href=links.to(String::new()) data-noscroll>
                                        "Clear all"
                                    </a>
                                </li>
                            }
                        })}
                </ul>
            }
        })
    };
    view! { {list} }
}

fn tokens(query: &Query) -> Vec<(String, bool)> {
    query.tokens.iter().map(|token| (query.token_text(token).to_owned(), token.negated)).collect()
}

/// The search as it was sent, underlined where it is wrong, and what would be right.
#[component]
fn SearchProblem(text: String, problem: ParseError) -> impl IntoView {
    let (before, wrong, after) = around(&text, &problem);
    // Something must be there to underline, also where the text ends too early.
    let wrong = if wrong.trim().is_empty() { "\u{00a0}" } else { wrong };
    view! {
        <div class="search-problem" id="search-problem" role="alert">
            <p class="search-problem__text">
                <bdi>
                    {before.to_owned()} <mark class="search-problem__wrong">{wrong.to_owned()}</mark>
                    {after.to_owned()}
                </bdi>
            </p>
            <p class="search-problem__message">
                {sentence(&problem.message)} {problem.help.map(|help| format!(" {}", sentence(&help)))}
            </p>
        </div>
    }
}

/// The text before, at and after an error; at most 200 characters on each side.
fn around<'t>(text: &'t str, problem: &ParseError) -> (&'t str, &'t str, &'t str) {
    let start = text.floor_char_boundary(problem.span.start);
    let end = text.floor_char_boundary(problem.span.end.max(start));
    let first = text.floor_char_boundary(start.saturating_sub(200));
    let last = text.floor_char_boundary(end.saturating_add(200));
    let end = text.floor_char_boundary(end.min(start.saturating_add(200)));
    (&text[first..start], &text[start..end], &text[end..last.max(end)])
}

/// With a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    let stop = if text.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{first}{}{stop}", characters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_shown_where_it_is() {
        let text = "event:a ((";
        let problem = parse(text).unwrap_err();
        let (before, wrong, after) = around(text, &problem);
        assert_eq!(format!("{before}{wrong}{after}"), text);
        let long = "ü".repeat(3_000);
        let problem = parse(&long).unwrap_err();
        let (before, wrong, _) = around(&long, &problem);
        assert!(before.len() <= 200 && wrong.len() <= 200);
    }

    #[test]
    fn messages_become_sentences() {
        assert_eq!(sentence("take it out"), "Take it out.");
        assert_eq!(sentence("really?"), "Really?");
        assert_eq!(sentence(""), ".");
    }
}
