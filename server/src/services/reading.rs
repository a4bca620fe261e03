//! From texts as people type them to a search. What cannot be read is a [`Problem`] that says where.

use cloudtrail::search::{Cursor, Expr, Field, FieldRef, Pattern, Query, Search, Test, TimeRange};
use cloudtrail::time::{Time, parse_expression};

use crate::http::problem::{Position, Problem};

/// Reads a query and a range.
pub fn read_search(q: &str, from: Option<&str>, to: Option<&str>, now: Time) -> Result<Search, Problem> {
    let query = cloudtrail::search::parse(q).map_err(|error| Problem::query("q", error))?;
    Ok(Search { query, range: range(from, to, now)? })
}

/// The search that finds the event of an id.
pub fn with_id(id: &str) -> Search {
    let expr = Expr::Field(FieldRef::Known(Field::Id), Test::AnyOf(vec![Pattern::literal(id, false)]));
    Search { query: Query { text: expr.to_string(), expr, tokens: Vec::new() }, range: TimeRange::default() }
}

/// The search that finds everything in a range.
pub fn everything_in(range: TimeRange) -> Search {
    Search { query: Query { text: String::new(), expr: Expr::All, tokens: Vec::new() }, range }
}

/// Reads a range. A bound that is missing or empty is open.
pub fn range(from: Option<&str>, to: Option<&str>, now: Time) -> Result<TimeRange, Problem> {
    let read = |name, text: Option<&str>| {
        let text = text.map(str::trim).filter(|text| !text.is_empty());
        text.map(|text| read_time(name, text, now)).transpose()
    };
    let range = TimeRange { from: read("from", from)?, to: read("to", to)? };
    match (range.from, range.to) {
        (Some(first), Some(end)) if first > end => {
            let detail = format!("The range ends before it begins: from is {first}, to is {end}.");
            Err(Problem::parameter("from", from.unwrap_or_default(), detail))
        }
        _ => Ok(range),
    }
}

/// Reads one end of a range, or another time.
pub fn read_time(parameter: &'static str, text: &str, now: Time) -> Result<Time, Problem> {
    parse_expression(text, now).map_err(|error| {
        let problem = Problem::parameter(parameter, text, format!("{parameter}: {error}"));
        Problem { kind: "bad-time", title: "The time cannot be read", ..problem }
    })
}

/// One of the records of an event, by its hash as it stands in addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version(pub String);

/// Reads which record of an event is meant.
pub fn read_version(text: &str) -> Result<Version, Problem> {
    let is_hash = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    match is_hash {
        true => Ok(Version(text.to_owned())),
        false => Err(Problem::parameter(
            "version",
            text,
            "version: this is not the SHA-256 of a record, which has 64 digits from 0 to f.",
        )),
    }
}

/// Which event is opened, in words, for the access log.
pub fn opened(id: &str, version: Option<&Version>) -> String {
    match version {
        Some(Version(hash)) => format!("{id}, record {hash}"),
        None => id.to_owned(),
    }
}

/// Reads a place in a list.
pub fn read_cursor(text: &str) -> Result<Cursor, Problem> {
    text.parse().map_err(|error| {
        let problem = Problem::parameter("cursor", text, format!("cursor: {error}"));
        Problem { kind: "bad-cursor", title: "The cursor cannot be read", ..problem }
    })
}

/// Reads a field by its short name or its path, as the search language takes it.
pub fn field(parameter: &'static str, name: &str) -> Result<FieldRef, Problem> {
    let unknown = || Problem::parameter(parameter, name, format!("`{name}` is not a field."));
    match cloudtrail::search::parse(&format!("{name}:*")) {
        Ok(query) => match query.expr {
            Expr::Field(field, Test::Exists) => Ok(field),
            _ => Err(unknown()),
        },
        Err(error) => {
            let inside = error.span.start.min(name.len())..error.span.end.min(name.len());
            let position = Position {
                parameter: parameter.to_owned(),
                start: inside.start,
                end: inside.end,
                column: error.column,
            };
            Err(Problem { help: error.help, ..unknown().at(position).detail(error.message) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Time {
        Time::parse("2026-11-22T12:00:00Z").unwrap()
    }

    #[test]
    fn a_wrong_query_says_where() {
        let problem = read_search("user:jo evnt:x", None, None, now()).unwrap_err();
        let position = problem.position.unwrap();
        assert_eq!((position.parameter.as_str(), position.start, position.column), ("q", 8, 9));
        assert_eq!((problem.status.as_u16(), problem.kind), (400, "bad-query"));
    }

    #[test]
    fn a_wrong_time_says_which() {
        let problem = range(Some("-2h"), Some("tomorrow"), now()).unwrap_err();
        assert_eq!(problem.position, Some(Box::new(Position::whole("to", "tomorrow"))));
        assert_eq!(problem.kind, "bad-time");
        let backwards = range(Some("now"), Some("-2h"), now()).unwrap_err();
        assert_eq!(backwards.status.as_u16(), 400);
        assert_eq!(range(Some(""), None, now()), Ok(TimeRange::default()));
    }

    #[test]
    fn a_record_is_named_by_its_whole_hash() {
        let hash = "0123456789abcdef".repeat(4);
        assert_eq!(read_version(&hash), Ok(Version(hash.clone())));
        for wrong in ["", "0123", &hash.to_uppercase(), &format!("{hash}0"), &"x".repeat(64), &"é".repeat(32)]
        {
            assert_eq!(read_version(wrong).unwrap_err().kind, "bad-parameter", "{wrong}");
        }
    }

    #[test]
    fn fields_are_what_the_language_takes() {
        assert_eq!(field("field", "Event"), Ok(FieldRef::Known(Field::Event)));
        let path = FieldRef::Path(vec!["requestParameters".into(), "bucketName".into()]);
        assert_eq!(field("field", "requestParameters.bucketName"), Ok(path));
        for wrong in ["", "nothing", "a b", "event:x OR who", "-event", "("] {
            assert_eq!(field("field", wrong).unwrap_err().status.as_u16(), 400, "{wrong}");
        }
    }
}
