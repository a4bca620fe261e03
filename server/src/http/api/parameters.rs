//! Query parameters, read strictly: one that is not known, or comes twice, is an error and not ignored. A search that
//! silently leaves out a condition would answer wrongly.

use axum::extract::{FromRequestParts, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use cloudtrail::search::Search;
use cloudtrail::time::Time;

use crate::http::problem::{Position, Problem};
use crate::services::{as_typed, read_search};

/// The parameters of a request.
#[derive(Debug)]
pub struct Parameters {
    pairs: Vec<(String, String)>,
}

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Parameters, Problem> {
        match Query::<Vec<(String, String)>>::from_request_parts(parts, state).await {
            Ok(Query(pairs)) => Ok(Parameters { pairs }),
            Err(rejection) => {
                Err(Problem::new(StatusCode::BAD_REQUEST, "bad-parameter", "The parameters cannot be read")
                    .detail(rejection.body_text()))
            }
        }
    }
}

impl Parameters {
    /// Refuses parameters that this path does not know, by name.
    pub fn only(self, known: &[&str]) -> Result<Parameters, Problem> {
        let unknown: Vec<&str> =
            self.pairs.iter().map(|(name, _)| name.as_str()).filter(|name| !known.contains(name)).collect();
        if let Some(first) = unknown.first() {
            let names: Vec<String> = unknown.iter().map(|name| format!("`{name}`")).collect();
            return Err(Problem::new(StatusCode::BAD_REQUEST, "unknown-parameter", "Unknown parameter")
                .detail(format!("{} not known here.", are(&names)))
                .help(format!("This path takes {}.", known.join(", ")))
                .at(Position::whole(first, "")));
        }
        for (index, (name, value)) in self.pairs.iter().enumerate() {
            if self.pairs[..index].iter().any(|(earlier, _)| earlier == name) {
                return Err(Problem::parameter(name, value, format!("`{name}` is given more than once.")));
            }
        }
        Ok(self)
    }

    /// A parameter's value; an empty one counts as not given.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.pairs.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// A whole number within bounds.
    pub fn number(&self, name: &'static str, default: u64, most: u64) -> Result<u64, Problem> {
        let Some(text) = self.get(name) else {
            return Ok(default);
        };
        text.parse().ok().filter(|number| *number <= most).ok_or_else(|| {
            Problem::parameter(name, text, format!("`{text}` is not a whole number from 0 to {most}."))
        })
    }

    /// The same in words, for the access log.
    pub fn searched(&self) -> String {
        as_typed(self.get("q").unwrap_or_default(), self.get("from"), self.get("to"))
    }

    /// The search that `q`, `from` and `to` say.
    pub fn search(&self, now: Time) -> Result<Search, Problem> {
        // Not trimmed: positions count from the query's first character.
        let q = self.pairs.iter().find(|(name, _)| name == "q").map_or("", |(_, value)| value);
        read_search(q, self.get("from"), self.get("to"), now)
    }
}

fn are(names: &[String]) -> String {
    format!("{} {}", names.join(", "), if names.len() == 1 { "is" } else { "are" })
}
