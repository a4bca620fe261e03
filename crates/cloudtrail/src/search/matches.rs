//! Whether a record matches: what every word of the language means, in one place.
//!
//! `archive` answers most terms from its columns and asks here for the rest; its tests hold it against this.

use std::borrow::Cow;
use std::net::IpAddr;

use super::{Comparison, Expr, Field, FieldRef, Network, Pattern, Scalar, Test};
use crate::json::{Kind, Node, canonical};
use crate::names::AccountNames;
use crate::record::Record;
use crate::time::Time;

mod fold;
mod literal;
mod matcher;

pub use fold::Finder;
pub use literal::{required_literal, required_literals};
pub use matcher::Matcher;

/// Whether a record matches. For many records, make a [`Compiled`] once.
pub fn matches(expr: &Expr, record: &Record<'_>, names: &AccountNames) -> bool {
    Compiled::new(expr, names).matches(record)
}

/// An expression made ready to be held against many records.
#[derive(Clone, Debug)]
pub struct Compiled {
    node: CompiledNode,
}

#[derive(Clone, Debug)]
enum CompiledNode {
    All,
    And(Vec<CompiledNode>),
    Or(Vec<CompiledNode>),
    Not(Box<CompiledNode>),
    Word(CompiledWord),
    Known(CompiledTest),
    Path(CompiledPath),
}

impl Compiled {
    /// Makes an expression ready. `names` are the names that `account:` knows.
    pub fn new(expr: &Expr, names: &AccountNames) -> Compiled {
        Compiled { node: CompiledNode::new(expr, names) }
    }

    /// Whether a record matches.
    pub fn matches(&self, record: &Record<'_>) -> bool {
        self.node.matches(record)
    }
}

impl CompiledNode {
    fn new(expr: &Expr, names: &AccountNames) -> CompiledNode {
        let all = |children: &[Expr]| children.iter().map(|child| CompiledNode::new(child, names)).collect();
        match expr {
            Expr::All => CompiledNode::All,
            Expr::And(children) => CompiledNode::And(all(children)),
            Expr::Or(children) => CompiledNode::Or(all(children)),
            Expr::Not(child) => CompiledNode::Not(Box::new(CompiledNode::new(child, names))),
            Expr::Word(pattern) => CompiledNode::Word(CompiledWord::new(pattern)),
            Expr::Field(FieldRef::Known(field), test) => {
                CompiledNode::Known(CompiledTest::new(*field, test, names))
            }
            Expr::Field(FieldRef::Path(path), test) => CompiledNode::Path(CompiledPath::new(path, test)),
        }
    }

    fn matches(&self, record: &Record<'_>) -> bool {
        match self {
            CompiledNode::All => true,
            CompiledNode::And(children) => children.iter().all(|child| child.matches(record)),
            CompiledNode::Or(children) => children.iter().any(|child| child.matches(record)),
            CompiledNode::Not(child) => !child.matches(record),
            CompiledNode::Word(word) => word.matches(record.root),
            CompiledNode::Known(test) => test.matches_record(record),
            CompiledNode::Path(path) => path.matches(record.root),
        }
    }
}

/// A free word or phrase made ready.
///
/// Without wildcards it matches where the record's text contains it, as written or with JSON's escapes resolved. With
/// wildcards it must lie within one value or key.
#[derive(Clone, Debug)]
pub struct CompiledWord {
    /// The text, if there are no wildcards.
    literal: Option<Finder>,
    anywhere: Matcher,
}

impl CompiledWord {
    /// Makes a word ready.
    pub fn new(pattern: &Pattern) -> CompiledWord {
        CompiledWord {
            literal: pattern.as_literal().map(|text| Finder::new(text, pattern.exact_case)),
            anywhere: Matcher::anywhere(pattern),
        }
    }

    /// What the raw text alone tells: `Some` if it is enough to know, `None` if the record has to be read.
    pub fn matches_raw(&self, raw: &str) -> Option<bool> {
        let literal = self.literal.as_ref()?;
        if literal.is_in(raw) {
            return Some(true);
        }
        // Only an escape could still hide the text.
        memchr::memchr(b'\\', raw.as_bytes()).is_none().then_some(false)
    }

    /// Whether a record (or a part of one) contains the word.
    pub fn matches(&self, root: Node<'_>) -> bool {
        self.matches_raw(root.raw()).unwrap_or_else(|| self.in_a_value(root))
    }

    fn in_a_value(&self, node: Node<'_>) -> bool {
        match node.kind() {
            Kind::Object => {
                node.fields().any(|(key, value)| self.anywhere.is_match(&key) || self.in_a_value(value))
            }
            Kind::Array => node.items().any(|item| self.in_a_value(item)),
            Kind::String => node.as_str().is_some_and(|text| self.anywhere.is_match(&text)),
            Kind::Null | Kind::Bool | Kind::Number => self.anywhere.is_match(node.raw()),
        }
    }
}

/// A test of one short-named field made ready. It can be held against a record, or against values of the field that
/// were stored without their records.
#[derive(Clone, Debug)]
pub struct CompiledTest {
    field: Field,
    names: AccountNames,
    test: CompiledValues,
}

impl CompiledTest {
    /// Makes a test ready. `names` are the names that `account:` knows.
    pub fn new(field: Field, test: &Test, names: &AccountNames) -> CompiledTest {
        let names = if field == Field::Account { names.clone() } else { AccountNames::default() };
        CompiledTest { field, names, test: CompiledValues::new(Some(field), test) }
    }

    /// Whether one value of the field passes. The value is as the record has it: the service with its domain, the
    /// resource in full, the account by its id, the time in RFC 3339, `true` or `false`.
    pub fn matches(&self, value: &str) -> bool {
        match self.field {
            Field::Service => self.test.matches(value) || self.test.matches(without_domain(value)),
            Field::Resource => {
                let tail = |mark| value.rsplit_once(mark).map(|(_, tail)| tail);
                self.test.matches(value)
                    || tail('/').is_some_and(|tail| self.test.matches(tail))
                    || tail(':').is_some_and(|tail| self.test.matches(tail))
            }
            Field::Account => {
                self.test.matches(value) || self.names.get(value).is_some_and(|name| self.test.matches(name))
            }
            Field::Time => Time::parse(value).is_some_and(|time| self.matches_time(time)),
            _ => self.test.matches(value),
        }
    }

    /// Whether an instant passes; only tests of [`Field::Time`] ask for one.
    pub fn matches_time(&self, time: Time) -> bool {
        match &self.test {
            CompiledValues::Exists => true,
            CompiledValues::Compare(operator, Scalar::Time(bound)) => operator.holds(&time, bound),
            CompiledValues::Compare(..) | CompiledValues::Listed { .. } => false,
        }
    }

    /// Whether one of the record's values of the field passes.
    pub fn matches_record(&self, record: &Record<'_>) -> bool {
        if self.field == Field::Time {
            return record.time.is_some_and(|time| self.matches_time(time));
        }
        any_value(self.field, record, |value| self.matches(value))
    }
}

/// Calls `visit` with every value that the record has for a field (except [`Field::Time`], which is no text) until
/// it returns true. Returns whether it did.
pub fn any_value(field: Field, record: &Record<'_>, mut visit: impl FnMut(&str) -> bool) -> bool {
    let single = match field {
        Field::Event => record.event_name.as_deref(),
        Field::Who => return visit(&record.actor().name),
        Field::User => record.user(),
        Field::Role => record.role(),
        Field::Service => record.event_source.as_deref(),
        Field::Ip => record.source_ip.as_deref(),
        Field::Region => record.region.as_deref(),
        Field::Account => record.account(),
        Field::Error => record.error_code.as_deref(),
        Field::Resource => return record.resource_names().iter().any(|name| visit(name)),
        Field::Key => record.identity.access_key_id.as_deref(),
        Field::Agent => record.user_agent.as_deref(),
        Field::Category => Some(record.category()),
        Field::ReadOnly => record.read_only.map(|read_only| if read_only { "true" } else { "false" }),
        Field::Time => return false,
        Field::Id => return visit(&event_id(record)),
    };
    single.is_some_and(visit)
}

/// `eventID`, or `sha256-` and the hash of the canonical JSON for a record without one.
pub fn event_id<'a>(record: &Record<'a>) -> Cow<'a, str> {
    use sha2::{Digest, Sha256};
    match &record.event_id {
        Some(id) => id.clone(),
        None => Cow::Owned(format!("sha256-{:x}", Sha256::digest(canonical(record.root)))),
    }
}

/// A test of a path made ready.
#[derive(Clone, Debug)]
struct CompiledPath {
    keys: Vec<String>,
    test: CompiledValues,
}

impl CompiledPath {
    fn new(path: &[String], test: &Test) -> CompiledPath {
        CompiledPath { keys: path.to_vec(), test: CompiledValues::new(None, test) }
    }

    fn matches(&self, root: Node<'_>) -> bool {
        self.reach(root, &self.keys)
    }

    /// Follows the keys, through arrays to each of their elements; at the end any scalar below counts.
    fn reach(&self, node: Node<'_>, keys: &[String]) -> bool {
        let Some((key, rest)) = keys.split_first() else {
            return node.any_scalar(|scalar| self.test.matches_scalar(scalar));
        };
        match node.kind() {
            Kind::Object => {
                node.fields().any(|(name, value)| fold::equal(&name, key) && self.reach(value, rest))
            }
            Kind::Array => node.items().any(|item| self.reach(item, keys)),
            _ => false,
        }
    }
}

/// What is asked of a value, made ready.
#[derive(Clone, Debug)]
enum CompiledValues {
    Exists,
    Compare(Comparison, Scalar),
    Listed { networks: Vec<Network>, addresses: Vec<IpAddr>, matchers: Vec<Matcher> },
}

impl CompiledValues {
    fn new(field: Option<Field>, test: &Test) -> CompiledValues {
        let (networks, patterns) = match test {
            Test::Exists => return CompiledValues::Exists,
            Test::Compare(operator, scalar) => return CompiledValues::Compare(*operator, *scalar),
            Test::AnyOf(patterns) => (Vec::new(), patterns),
            Test::InNetwork(networks, patterns) => (networks.clone(), patterns),
        };
        let address = |pattern: &Pattern| pattern.as_literal()?.parse::<IpAddr>().ok();
        let addresses = match field {
            // Two spellings of one address are the same address.
            Some(Field::Ip) => {
                patterns.iter().filter_map(address).map(|address| address.to_canonical()).collect()
            }
            _ => Vec::new(),
        };
        let matcher = |pattern: &Pattern| match (field, pattern.as_literal()) {
            (Some(Field::Service), Some(text)) => {
                Matcher::new(&Pattern::literal(without_domain(text), pattern.exact_case))
            }
            _ => Matcher::new(pattern),
        };
        CompiledValues::Listed { networks, addresses, matchers: patterns.iter().map(matcher).collect() }
    }

    fn matches(&self, value: &str) -> bool {
        match self {
            CompiledValues::Exists => !value.is_empty(),
            CompiledValues::Compare(operator, Scalar::Time(bound)) => {
                Time::parse(value).is_some_and(|time| operator.holds(&time, bound))
            }
            CompiledValues::Compare(operator, Scalar::Number(bound)) => {
                value.trim().parse().is_ok_and(|number: f64| operator.holds(&number, bound))
            }
            CompiledValues::Listed { networks, addresses, matchers } => {
                matchers.iter().any(|matcher| matcher.is_match(value))
                    || (!networks.is_empty() || !addresses.is_empty())
                        && value.parse::<IpAddr>().is_ok_and(|value| {
                            addresses.contains(&value.to_canonical())
                                || networks.iter().any(|network| network.contains(value))
                        })
            }
        }
    }

    fn matches_scalar(&self, scalar: Node<'_>) -> bool {
        scalar.scalar().is_some_and(|value| self.matches(&value))
    }
}

impl Comparison {
    /// Whether it holds between a value and a bound.
    fn holds<T: PartialOrd>(self, value: &T, bound: &T) -> bool {
        match self {
            Comparison::Less => value < bound,
            Comparison::LessOrEqual => value <= bound,
            Comparison::Greater => value > bound,
            Comparison::GreaterOrEqual => value >= bound,
        }
    }
}

/// A service as people say it.
fn without_domain(service: &str) -> &str {
    fold::strip_suffix(service, ".amazonaws.com").unwrap_or(service)
}

#[cfg(test)]
mod tests;
