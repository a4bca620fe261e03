//! Which list of LookupEvents answers a search with the fewest pages.
//!
//! LookupEvents filters by one attribute, by its whole value, letter for letter; Waymark's own terms do not care for case. So an
//! attribute is used only where what AWS then gives holds everything that the search finds. `who`, `user` and `resource` are
//! not among them: AWS's "user name" and "resource name" are read out of a record by rules of its own, and in a case that
//! whoever searches need not know. By these a few pages are fetched in advance, so that the first rows are there soon; the list
//! without them says what else there is. What AWS does not filter by, Waymark does.

use cloudtrail::search::{Expr, Field, FieldRef, Pattern, Test};
use cloudtrail::sentence::is_common_action;

use crate::Attribute;

/// A list that LookupEvents gives.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum List {
    /// All management events.
    Events,
    /// Management events with one attribute.
    By(Attribute),
    /// Insights events.
    Insights,
}

impl List {
    /// What coverage is kept by. Insights events are none of the management events, so that they have a key of their own.
    pub fn key(&self) -> Option<(String, String)> {
        match self {
            List::Events => None,
            List::By(attribute) => Some((attribute.key.to_owned(), attribute.value.clone())),
            List::Insights => Some(("EventCategory".to_owned(), "insight".to_owned())),
        }
    }

    /// The attribute that AWS filters by.
    pub fn attribute(&self) -> Option<&Attribute> {
        match self {
            List::By(attribute) => Some(attribute),
            List::Events | List::Insights => None,
        }
    }
}

/// The lists that each hold all that a search can find in event history, the shortest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Lists {
    /// Never empty.
    pub all: Vec<List>,
    /// An event's name that is an attribute too, if this is how AWS writes it.
    pub unsure_name: Option<String>,
    /// An attribute that some of what the search finds may have.
    likely: Option<Attribute>,
}

impl Lists {
    /// Of a search.
    pub fn of(expr: &Expr) -> Lists {
        let terms = match expr {
            Expr::And(children) => children.as_slice(),
            other => std::slice::from_ref(other),
        };
        let mut found: Vec<(usize, Attribute)> = Vec::new();
        let (mut unsure_name, mut likely) = (None, None::<Attribute>);
        for (field, pattern) in terms.iter().filter_map(one_value) {
            let Some(text) = pattern.as_literal() else { continue };
            match field {
                Field::Category if text.eq_ignore_ascii_case("insight") => {
                    return Lists { all: vec![List::Insights], unsure_name: None, likely: None };
                }
                Field::Event if is_name(text) && !(pattern.exact_case || is_common_action(text)) => {
                    unsure_name = Some(text.to_owned());
                }
                Field::Resource if is_sendable(text) => likely = Some(Attribute::of("ResourceName", text)),
                // One resource has fewer events than most people.
                Field::Who | Field::User if is_sendable(text) => {
                    likely.get_or_insert_with(|| Attribute::of("Username", text));
                }
                _ => found.extend(attribute(field, text, pattern.exact_case)),
            }
        }
        found.sort_by_key(|(rank, _)| *rank);
        let mut all: Vec<List> = found.into_iter().map(|(_, attribute)| List::By(attribute)).collect();
        all.push(List::Events);
        Lists { all, unsure_name, likely }
    }

    /// A list that may soon give some of what the search finds, where the others are long. It need not hold all of it, and
    /// counts for nothing.
    pub fn hint(&self) -> Option<List> {
        let best = self.best();
        let is_short = best == List::Insights
            || best.attribute().is_some_and(|best| rank(best.key) <= rank("EventName"));
        let likely = self.likely.clone().or_else(|| self.unsure_name.as_deref().map(event_name));
        likely.filter(|_| !is_short).map(List::By)
    }

    /// Takes the unsure name in: AWS writes it so.
    pub fn with_name(mut self) -> Lists {
        if let Some(value) = self.unsure_name.take() {
            let rank = |list: &List| list.attribute().map_or(RANKS.len(), |attribute| rank(attribute.key));
            let at = self.all.partition_point(|list| rank(list) < rank(&List::By(event_name(&value))));
            self.all.insert(at, List::By(event_name(&value)));
        }
        self
    }

    /// The shortest.
    pub fn best(&self) -> List {
        self.all.first().cloned().unwrap_or(List::Events)
    }
}

/// Attributes, from those with the fewest events to those with the most.
const RANKS: [&str; 5] = ["EventId", "AccessKeyId", "EventName", "EventSource", "ReadOnly"];

fn rank(key: &str) -> usize {
    RANKS.iter().position(|known| *known == key).unwrap_or(RANKS.len())
}

fn event_name(value: &str) -> Attribute {
    Attribute::of("EventName", value)
}

/// A term that asks one short-named field for one value.
fn one_value(term: &Expr) -> Option<(Field, &Pattern)> {
    match term {
        Expr::Field(FieldRef::Known(field), Test::AnyOf(patterns)) => match patterns.as_slice() {
            [pattern] => Some((*field, pattern)),
            _ => None,
        },
        _ => None,
    }
}

/// The attribute that gives at least what a term finds, and its rank.
fn attribute(field: Field, text: &str, exact_case: bool) -> Option<(usize, Attribute)> {
    let (key, value) = match field {
        // AWS writes ids in lower case, and keys in capitals.
        Field::Id if is_uuid(text) => ("EventId", text.to_ascii_lowercase()),
        Field::Key if is_key(text) => ("AccessKeyId", text.to_ascii_uppercase()),
        Field::Event if is_name(text) => ("EventName", text.to_owned()),
        Field::Service => ("EventSource", source(text, exact_case)?),
        // Nearly all calls read: to leave the others out saves no pages, and what is fetched could be used for less.
        Field::ReadOnly if text.eq_ignore_ascii_case("false") => ("ReadOnly", "false".to_owned()),
        _ => return None,
    };
    Some((rank(key), Attribute { key, value }))
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_key(text: &str) -> bool {
    (16..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// What AWS takes as a value (LookupAttribute in the API Reference: 2,000 characters, of which some count twice).
fn is_sendable(text: &str) -> bool {
    (1..=1_000).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

/// What AWS can be asked for as an event's name.
fn is_name(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A service as AWS writes it: a name of hosts, in lower case.
fn source(text: &str, exact_case: bool) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    if exact_case && lower != text {
        return None;
    }
    let name = lower.strip_suffix(".amazonaws.com").unwrap_or(&lower);
    // Other domains exist; whoever types one may mean either.
    let is_plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (is_plain && name.len() <= 64).then(|| format!("{name}.amazonaws.com"))
}

#[cfg(test)]
mod tests {
    use cloudtrail::json::Tape;
    use cloudtrail::names::AccountNames;
    use cloudtrail::record::Record;
    use cloudtrail::search::matches::matches;
    use cloudtrail::search::parse;
    use proptest::prelude::*;

    use super::*;

    /// `Key=value` of each list, and the unsure name behind a `?`.
    fn lists(query: &str) -> Vec<String> {
        let lists = Lists::of(&parse(query).unwrap().expr);
        let word = |list: &List| match list {
            List::Events => "all".to_owned(),
            List::Insights => "insights".to_owned(),
            List::By(attribute) => format!("{}={}", attribute.key, attribute.value),
        };
        let unsure = lists.unsure_name.iter().map(|name| format!("?{name}"));
        lists.all.iter().map(word).chain(unsure).collect()
    }

    #[test]
    fn what_every_match_must_have_is_asked_of_aws_the_rarest_first() {
        assert_eq!(lists(""), ["all"]);
        assert_eq!(lists("readOnly:false"), ["ReadOnly=false", "all"]);
        assert_eq!(
            lists("readOnly:False event:StopInstances service:EC2 -error:*"),
            ["EventName=StopInstances", "EventSource=ec2.amazonaws.com", "ReadOnly=false", "all"]
        );
        assert_eq!(lists("service:iam.amazonaws.com"), ["EventSource=iam.amazonaws.com", "all"]);
        assert_eq!(
            lists("key:akiaiosfodnn7example readOnly:false"),
            ["AccessKeyId=AKIAIOSFODNN7EXAMPLE", "ReadOnly=false", "all"]
        );
        let id = "11112222-AAAA-4444-8888-0123456789ab";
        assert_eq!(lists(&format!("id:{id}"))[0], format!("EventId={}", id.to_lowercase()));
        assert_eq!(lists("category:insight readOnly:false"), ["insights"]);
    }

    #[test]
    fn what_would_lose_a_match_is_left_to_waymark() {
        for query in [
            "readOnly:true",
            "-readOnly:false",
            "readOnly:false OR error:*",
            "event:Stop*",
            "event:StopInstances,StartInstances",
            "service:e?2",
            "service:\"EC2\"",
            "service:aws.example.com",
            "service:*",
            "key:AKIA*",
            "id:1234",
            "user:jo",
            "resource:my-bucket",
            "StopInstances",
            "eventType:AwsApiCall",
        ] {
            assert_eq!(lists(query), ["all"], "{query}");
        }
    }

    #[test]
    fn a_name_is_asked_for_only_as_aws_writes_it() {
        assert_eq!(lists("event:stopinstances"), ["all", "?stopinstances"]);
        assert_eq!(lists("event:\"stopinstances\""), ["EventName=stopinstances", "all"]);
        assert_eq!(
            lists("event:MadeUpByNobody readOnly:false"),
            ["ReadOnly=false", "all", "?MadeUpByNobody"]
        );
        let sure =
            Lists::of(&parse("event:MadeUpByNobody readOnly:false key:AKIAIOSFODNN7EXAMPLE").unwrap().expr);
        let keys: Vec<_> =
            sure.with_name().all.iter().map(|list| list.attribute().map(|one| one.key)).collect();
        assert_eq!(keys, [Some("AccessKeyId"), Some("EventName"), Some("ReadOnly"), None]);
    }

    #[test]
    fn what_may_be_there_soon_is_asked_for_in_advance_where_lists_are_long() {
        let hint = |query: &str| {
            let hint = Lists::of(&parse(query).unwrap().expr).hint();
            hint.map(|hint| hint.attribute().map(|one| format!("{}={}", one.key, one.value)).unwrap())
        };
        for (query, expected) in [
            ("who:jo@example.com", "Username=jo@example.com"),
            ("user:Jo readOnly:false service:ec2", "Username=Jo"),
            ("who:jo resource:my-bucket", "ResourceName=my-bucket"),
            ("resource:my-bucket who:jo", "ResourceName=my-bucket"),
            ("event:MadeUpCall", "EventName=MadeUpCall"),
            ("event:MadeUpCall who:jo", "Username=jo"),
        ] {
            assert_eq!(hint(query).as_deref(), Some(expected), "{query}");
        }
        for query in [
            "",
            "who:jo*",
            "-who:jo",
            "who:jo OR who:max",
            "who:jo,max",
            "role:Deploy",
            "who:jo event:StopInstances",
            "who:jo key:AKIAIOSFODNN7EXAMPLE",
            "who:jo category:insight",
        ] {
            assert_eq!(hint(query), None, "{query}");
        }
        let learnt = Lists::of(&parse("event:MadeUpCall").unwrap().expr).with_name();
        assert_eq!(learnt.hint(), None, "it is what the search is fetched by");
    }

    #[test]
    fn no_list_counts_as_another() {
        let by = |key, value: &str| List::By(Attribute { key, value: value.to_owned() });
        let keys = [List::Events, List::Insights, by("ReadOnly", "false"), by("EventName", "false")]
            .map(|list| list.key());
        let different: std::collections::HashSet<_> = keys.iter().collect();
        assert_eq!(different.len(), keys.len());
    }

    /// A record as AWS writes it, and what LookupEvents would say of it.
    fn aws(number: usize) -> (String, Vec<(&'static str, String)>) {
        let name = ["StopInstances", "StartInstances", "ConsoleLogin"][number % 3];
        let source = ["ec2.amazonaws.com", "signin.amazonaws.com"][number / 3 % 2];
        let read_only = (number / 6).is_multiple_of(2);
        let key = ["AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"][number / 12 % 2];
        let id = format!("{:08x}-aaaa-4444-8888-0123456789ab", number / 24);
        let record = format!(
            r#"{{"eventName":"{name}","eventSource":"{source}","readOnly":{read_only},"eventID":"{id}","userIdentity":{{"accessKeyId":"{key}"}}}}"#
        );
        let attributes = [
            ("EventName", name.to_owned()),
            ("EventSource", source.to_owned()),
            ("ReadOnly", read_only.to_string()),
            ("AccessKeyId", key.to_owned()),
            ("EventId", id),
        ];
        (record, attributes.into())
    }

    fn terms() -> impl Strategy<Value = String> {
        let value = prop::sample::select(
            &[
                "event:StopInstances",
                "event:\"StopInstances\"",
                "event:Stop*",
                "event:StopInstances,ConsoleLogin",
                "service:ec2",
                "service:EC2.amazonaws.com",
                "service:\"ec2\"",
                "service:SIGNIN",
                "readOnly:false",
                "readOnly:true",
                "key:akiaiosfodnn7example",
                "key:AKIA*",
                "id:00000001-AAAA-4444-8888-0123456789ab",
                "StopInstances",
            ][..],
        );
        (value, any::<bool>()).prop_map(|(term, is_not)| format!("{}{term}", if is_not { "-" } else { "" }))
    }

    proptest! {
        #[test]
        fn every_list_holds_all_that_the_search_finds(
            groups in prop::collection::vec(prop::collection::vec(terms(), 1..3), 1..4)
        ) {
            let groups: Vec<String> = groups.iter().map(|terms| format!("({})", terms.join(" OR "))).collect();
            let expr = parse(&groups.join(" ")).unwrap().expr;
            for number in 0..72 {
                let (record, attributes) = aws(number);
                let mut tape = Tape::default();
                let record = Record::read(tape.parse(&record).unwrap()).unwrap();
                if !matches(&expr, &record, &AccountNames::default()) {
                    continue;
                }
                for list in Lists::of(&expr).with_name().all {
                    let Some(attribute) = list.attribute() else { continue };
                    let is_in_it = attributes.contains(&(attribute.key, attribute.value.clone()));
                    prop_assert!(is_in_it, "{} would be lost by {:?}", expr, attribute);
                }
            }
        }
    }
}
