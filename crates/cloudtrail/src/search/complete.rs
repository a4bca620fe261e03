//! What to offer while someone types: which field's name or value stands at the cursor, and the names that fit.
//! Values with their counts come from the archive.

use serde::{Deserialize, Serialize};

use super::parse::lexeme::{bare_length, bare_pattern, is_escapable, is_text_despite_colon, quoted};
use super::parse::name::{Segment, TOP_LEVEL_KEYS, resolve};
use super::{Field, FieldRef, PatternPart, Span};

/// What stands at the cursor.
#[derive(Clone, Debug, PartialEq)]
pub enum Completing {
    /// The name of a field, or a free word that might become one.
    FieldName {
        /// What of it stands before the cursor.
        prefix: String,
        /// What a choice replaces.
        span: Span,
    },
    /// A value of a field.
    Value {
        /// The field.
        field: FieldRef,
        /// What of it stands before the cursor, without quotes and backslashes.
        prefix: String,
        /// What a choice (as [`super::edit::quote_value`] writes it) replaces.
        span: Span,
    },
    /// Nothing that could be offered.
    Nothing,
}

/// A field to offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldSuggestion {
    /// What to insert, without the colon.
    pub name: &'static str,
    /// What it means.
    pub help: &'static str,
}

/// What stands at a cursor, which is a byte position in the text. The text need not be a whole query yet.
pub fn completing(text: &str, cursor: usize) -> Completing {
    let cursor = text.floor_char_boundary(cursor.min(text.len()));
    let Some(start) = term_start(text, cursor) else { return Completing::Nothing };
    let term = &text[start..];
    let minus = usize::from(term.starts_with('-'));
    let (start, term) = (start + minus, &term[minus..]);
    if cursor < start || term.starts_with('"') && !term_has_name(term) {
        return Completing::Nothing;
    }
    let bare = &term[..bare_length(term, |_| false)];
    if is_text_despite_colon(bare) {
        return Completing::Nothing;
    }
    match name_length(term) {
        Some(length) if cursor >= start + length => value_at(text, start, length, cursor),
        Some(length) => name_at(text, start, start + length - 1, cursor),
        None => name_at(text, start, start + bare.len(), cursor),
    }
}

/// The fields whose names start with a prefix, short names first; all short names for an empty prefix. Names that
/// merely contain it follow those that start with it.
pub fn fields(prefix: &str) -> Vec<FieldSuggestion> {
    let prefix = prefix.to_ascii_lowercase();
    let short =
        Field::ALL.into_iter().map(|field| FieldSuggestion { name: field.name(), help: field.help() });
    let keys = TOP_LEVEL_KEYS
        .into_iter()
        .filter(|key| Field::from_name(key).is_none())
        .map(|key| FieldSuggestion { name: key, help: key_help(key) });
    let by_alias = Field::ALL.into_iter().filter(|field| {
        let starts = |name: &str| name.to_ascii_lowercase().starts_with(&prefix);
        !starts(field.name()) && field.aliases().iter().any(|alias| starts(alias))
    });
    let by_alias = by_alias.map(|field| FieldSuggestion { name: field.name(), help: field.help() });
    if prefix.is_empty() {
        return short.collect();
    }
    let starts = |one: &FieldSuggestion| one.name.to_ascii_lowercase().starts_with(&prefix);
    let contains = |one: &FieldSuggestion| !starts(one) && one.name.to_ascii_lowercase().contains(&prefix);
    let mut all: Vec<FieldSuggestion> = short.clone().filter(starts).collect();
    all.extend(by_alias);
    all.extend(keys.clone().filter(starts));
    for one in short.chain(keys).filter(contains) {
        if !all.contains(&one) {
            all.push(one);
        }
    }
    all
}

/// Where the term that the cursor touches starts; `None` inside a phrase.
fn term_start(text: &str, cursor: usize) -> Option<usize> {
    let mut start = cursor;
    let mut at = 0;
    let mut in_term = false;
    while at < cursor {
        let rest = &text[at..];
        let character = rest.chars().next()?;
        if character == '"' {
            let length = quoted(rest).map_or(rest.len(), |(_, length)| length);
            if !in_term {
                start = at;
                in_term = true;
            }
            // A quote that is still open runs to the end of the text.
            at += length;
            continue;
        }
        if character.is_whitespace() || matches!(character, '(' | ')') {
            in_term = false;
            at += character.len_utf8();
            continue;
        }
        if !in_term {
            start = at;
            in_term = true;
        }
        at += character.len_utf8();
        if character == '\\'
            && let Some(next) = text[at..].chars().next().filter(|next| is_escapable(*next))
        {
            at += next.len_utf8();
        }
    }
    Some(if in_term { start } else { cursor })
}

fn term_has_name(term: &str) -> bool {
    quoted(term).is_some_and(|(_, length)| term[length..].starts_with(['.', ':']))
}

/// How long the name and its colon are.
fn name_length(term: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = &term[at..];
        match rest.chars().next()? {
            ':' => return Some(at + 1),
            '"' => at += quoted(rest)?.1,
            '\\' | '(' | ')' | ',' => return None,
            c if c.is_whitespace() => return None,
            c => at += c.len_utf8(),
        }
    }
}

fn name_at(text: &str, start: usize, end: usize, cursor: usize) -> Completing {
    let end = end.max(cursor);
    let prefix = &text[start..cursor];
    if prefix.contains(['"', '\\', '*', '?', '<', '>', '=']) {
        return Completing::Nothing;
    }
    Completing::FieldName { prefix: prefix.to_owned(), span: Span { start, end } }
}

fn value_at(text: &str, start: usize, name_length: usize, cursor: usize) -> Completing {
    let Some(field) = field_named(&text[start..start + name_length - 1]) else { return Completing::Nothing };
    let mut at = start + name_length;
    loop {
        let rest = &text[at..];
        let (length, is_quoted) = match quoted(rest).filter(|_| rest.starts_with('"')) {
            Some((_, length)) => (length, true),
            // A quote still open: what follows is its text.
            None if rest.starts_with('"') => (rest.len(), true),
            None => (bare_length(rest, |character| character == ','), false),
        };
        if cursor <= at + length {
            let typed = &text[at..cursor];
            if typed.starts_with(['<', '>', '=', '!']) {
                return Completing::Nothing;
            }
            let prefix = if is_quoted { unquoted(typed) } else { unescaped(typed) };
            return Completing::Value { field, prefix, span: Span { start: at, end: at + length } };
        }
        at += length;
        if !text[at..].starts_with(',') {
            return Completing::Nothing;
        }
        at += 1;
    }
}

fn field_named(name: &str) -> Option<FieldRef> {
    let (forced, mut rest) = match name.strip_prefix('.') {
        Some(rest) => (true, rest),
        None => (false, name),
    };
    let mut segments = Vec::new();
    loop {
        let (segment, length) = if rest.starts_with('"') {
            let (key, length) = quoted(rest)?;
            (Segment { key, quoted: true }, length)
        } else {
            let length = rest.find('.').unwrap_or(rest.len());
            (Segment { key: rest[..length].to_owned(), quoted: false }, length)
        };
        segments.push(segment);
        match rest[length..].strip_prefix('.') {
            Some(after) => rest = after,
            None => return resolve(&segments, forced).ok(),
        }
    }
}

fn unquoted(typed: &str) -> String {
    let closed = format!("{typed}\"");
    quoted(typed).or_else(|| quoted(&closed)).map(|(value, _)| value).unwrap_or_default()
}

/// The text before the first wildcard, without backslashes.
fn unescaped(typed: &str) -> String {
    match bare_pattern(typed).parts.into_iter().next() {
        Some(PatternPart::Literal(text)) => text,
        _ => String::new(),
    }
}

fn key_help(key: &str) -> &'static str {
    match key {
        "eventVersion" => "The version of the record's format",
        "userIdentity" => "Everything the record says about the caller: userIdentity.type:Root",
        "errorMessage" => "The error's message",
        "requestParameters" => "What the call asked for: requestParameters.bucketName:prod-*",
        "responseElements" => "What a changing call answered",
        "additionalEventData" => "More about the event, such as MFA at a sign-in",
        "requestID" => "The service's id of the request",
        "eventType" => "AwsApiCall, AwsServiceEvent, AwsConsoleSignIn, …",
        "apiVersion" => "The version of the service's API",
        "managementEvent" => "Whether it is a management event",
        "resources" => "The resources the service itself names: resources.type:AWS::S3::Object",
        "serviceEventDetails" => "Details of an event that a service made itself",
        "sharedEventID" => "The id that two accounts' records of one action share",
        "vpcEndpointId" => "The VPC endpoint the call went through",
        "vpcEndpointAccountId" => "The account that owns the VPC endpoint",
        "addendum" => "Why the event came late or was corrected",
        "sessionCredentialFromConsole" => "Whether the credentials came from a console session",
        "edgeDeviceDetails" => "The edge device the call was made to",
        "tlsDetails" => "TLS version and cipher: tlsDetails.tlsVersion:TLSv1.2",
        "eventContext" => "Tags and condition keys of an enriched event",
        "insightDetails" => "What an Insights event found",
        "timeWindow" => "The window an aggregated event sums up",
        "summary" => "What an aggregated event counted",
        "accountId" => "The account of an aggregated event",
        _ => "A part of the record",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The cursor stands where `|` is; prints what is being completed and what would be replaced.
    fn at(marked: &str) -> String {
        let cursor = marked.find('|').unwrap();
        let text = marked.replacen('|', "", 1);
        match completing(&text, cursor) {
            Completing::FieldName { prefix, span } => {
                format!("name {prefix} [{}]", &text[span.start..span.end])
            }
            Completing::Value { field, prefix, span } => {
                format!("{field} = {prefix} [{}]", &text[span.start..span.end])
            }
            Completing::Nothing => "nothing".to_owned(),
        }
    }

    #[test]
    fn tells_what_stands_at_the_cursor() {
        let cases = [
            ("|", "name  []"),
            ("ev|", "name ev [ev]"),
            ("e|v", "name e [ev]"),
            ("who:jo |", "name  []"),
            ("who:jo ev|", "name ev [ev]"),
            ("(-se|", "name se [se]"),
            ("ev|ent:x", "name ev [event]"),
            ("event:|", "event =  []"),
            ("event:St|op", "event = St [Stop]"),
            ("event:a,b|", "event = b [b]"),
            ("event:a|,b", "event = a [a]"),
            ("event:a, |", "name  []"),
            ("-SERVICE:k|", "service = k [k]"),
            ("who:\"Jo D|oe\" x", "who = Jo D [\"Jo Doe\"]"),
            ("who:\"Jo |", "who = Jo  [\"Jo ]"),
            (r"who:a\ b|", r"who = a b [a\ b]"),
            ("event:Stop*x|", "event = Stop [Stop*x]"),
            ("requestParameters.bucketName:p|", "requestParameters.bucketName = p [p]"),
            (r#"requestParameters."aws:x":p|"#, r#"requestParameters."aws:x" = p [p]"#),
            ("resource:arn:aws:s3|", "resource = arn:aws:s3 [arn:aws:s3]"),
            ("nofield:x|", "nothing"),
            ("time:>20|", "nothing"),
            ("\"free te|xt\"", "nothing"),
            ("arn:aws|", "nothing"),
            ("a\"b|", "nothing"),
            ("a* b|", "name b [b]"),
            ("a*|", "nothing"),
        ];
        for (marked, expected) in cases {
            assert_eq!(at(marked), expected, "{marked}");
        }
    }

    #[test]
    fn offers_fields_by_prefix() {
        let names = |prefix: &str| fields(prefix).into_iter().map(|one| one.name).collect::<Vec<_>>();
        assert_eq!(names("").len(), Field::ALL.len());
        assert_eq!(names("re")[..4], ["region", "resource", "readOnly", "account"]);
        assert_eq!(names("EVENTN"), ["event"]);
        assert_eq!(names("wh"), ["who"]);
        assert!(names("tls").contains(&"tlsDetails"));
        assert!(names("zzz").is_empty());
        assert!(fields("e").iter().all(|one| !one.help.is_empty()));
        let offered = TOP_LEVEL_KEYS.into_iter().filter(|key| Field::from_name(key).is_none());
        assert!(offered.filter(|key| key_help(key) == "A part of the record").eq(["annotation"]));
    }

    proptest! {
        #[test]
        fn any_text_and_cursor_give_spans_between_characters(
            text in r#"([a-b]|[-:,.*"\\() é]|event:|who:){0,16}"#, cursor in 0usize..40
        ) {
            match completing(&text, cursor) {
                Completing::FieldName { span, .. } | Completing::Value { span, .. } => {
                    prop_assert!(text.get(span.start..span.end).is_some());
                    prop_assert!(span.end >= text.floor_char_boundary(cursor.min(text.len())));
                }
                Completing::Nothing => {}
            }
        }
    }
}
