//! A search's terms: what is wrong with them, and each to take away.

use leptos::prelude::*;

use super::icon::Icon;
use crate::links::Links;
use cloudtrail::search::{ParseError, Query, parse};

/// What is wrong with a search, and its terms with links that take them away.
#[component]
pub fn Terms(text: String, links: Links) -> impl IntoView {
    let problem = parse(&text).err();
    view! {
        {problem.map(|problem| view! { <SearchProblem text problem /> })}
        <Tokens links />
    }
}

/// The tokens of the search, each with a link that takes it away.
#[component]
fn Tokens(links: Links) -> impl IntoView {
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
