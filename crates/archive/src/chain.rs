//! The chain of credentials behind an event, and what is related to it.

use cloudtrail::chain::{Chain, ChainLink, ChainStep, Related, RelatedBy, RelatedGroup};
use cloudtrail::json::Tape;
use cloudtrail::record::Record;
use cloudtrail::search::{EventRow, Expr, Field, FieldRef, Pattern, Test, TimeRange};
use cloudtrail::time::{DAY, MINUTE, Time};
use std::cmp::Reverse;
use std::sync::Arc;

use crate::ArchiveError;
use crate::reader::{Archive, StoredEvent, places_newest_first, stored};
use crate::search::{Matched, event_rows};
use crate::segment::Segment;
use crate::sight::Sight;

/// A chain longer than this is a loop, or somebody's joke.
const MAX_STEPS: usize = 10;
/// How many rows a group of related events shows.
const GROUP_ROWS: usize = 12;
/// How many of an event's resources are looked up.
const GROUP_RESOURCES: usize = 3;
/// Temporary credentials live 36 hours at most (GetSessionToken); an older call cannot have issued them.
const LONGEST_SESSION: i64 = 2 * DAY;

impl Archive {
    /// Finds the events that issued the credentials used by an event, back to the first known ones.
    ///
    /// An AssumeRole call and its sisters answer with the key that the session then signs with
    /// (`responseElements.credentials.accessKeyId`). Of a call across accounts each account has one half, tied by
    /// `sharedEventID`; the caller's own half names him.
    pub async fn chain(&self, event: &StoredEvent) -> Result<Chain, ArchiveError> {
        self.sight().await?.chain(event).await
    }

    /// The events that share something with an event: its key and session within half an hour, its resources within
    /// a week, its shared event id, and what its actor did within five minutes.
    pub async fn related(&self, event: &StoredEvent) -> Result<Related, ArchiveError> {
        self.sight().await?.related(event).await
    }
}

impl Sight {
    /// See [`Archive::chain`].
    pub async fn chain(self: &Arc<Sight>, event: &StoredEvent) -> Result<Chain, ArchiveError> {
        let mut chain = Chain::default();
        let mut current = Credentials::of(event);
        // No event comes twice, as keys that issue each other would go round for ever.
        let mut seen = vec![event.row.id.clone()];
        while chain.steps.len() < MAX_STEPS {
            let Some((step, event)) = self.step_before(&current, &seen).await? else { break };
            current = Credentials::of(&event);
            seen.push(event.row.id);
            chain.steps.push(step);
        }
        chain.ends_because = current.why_it_ends(chain.steps.len());
        chain.steps.reverse();
        Ok(chain)
    }

    async fn step_before(
        self: &Arc<Sight>,
        credentials: &Credentials,
        seen: &[String],
    ) -> Result<Option<(ChainStep, StoredEvent)>, ArchiveError> {
        let before = TimeRange {
            from: Some(credentials.time.plus(-LONGEST_SESSION)),
            to: Some(credentials.time.plus(1_000)),
        };
        if let Some(key) = &credentials.key {
            let issued = path_is(&["responseElements", "credentials", "accessKeyId"], key);
            if let Some(event) = self.latest(issued, before, seen).await? {
                return Ok(Some((step(&event, ChainLink::IssuedKey), event)));
            }
        }
        if let Some(shared) = &credentials.shared_half {
            let around =
                TimeRange { from: Some(credentials.time.plus(-DAY)), to: Some(credentials.time.plus(DAY)) };
            if let Some(event) = self.latest(path_is(&["sharedEventID"], shared), around, seen).await? {
                return Ok(Some((step(&event, ChainLink::SharedEvent), event)));
            }
        }
        if let Some(session) = &credentials.sign_in_session {
            let same = path_is(&["userIdentity", "sessionContext", "signInSessionArn"], session);
            let sign_in = field_is(Field::Event, "ConsoleLogin");
            if let Some(event) = self.latest(Expr::and([same, sign_in]), before, seen).await? {
                return Ok(Some((step(&event, ChainLink::SignInSession), event)));
            }
        }
        Ok(None)
    }

    /// The latest event that matches, other than some.
    async fn latest(
        self: &Arc<Sight>,
        expr: Expr,
        range: TimeRange,
        other_than: &[String],
    ) -> Result<Option<StoredEvent>, ArchiveError> {
        let other_than = other_than.to_vec();
        self.blocking(move |sight| {
            let found = sight.find(&expr, range)?;
            let places = places_newest_first(&found);
            let events = stored(sight.names(), &places[..places.len().min(other_than.len() + 5)])?;
            Ok(events.into_iter().find(|event| !other_than.contains(&event.row.id)))
        })
        .await
    }

    /// See [`Archive::related`].
    pub async fn related(self: &Arc<Sight>, event: &StoredEvent) -> Result<Related, ArchiveError> {
        let row = &event.row;
        let facts = Facts::of(event);
        let around = |millis: i64| TimeRange {
            from: Some(row.time.plus(-millis)),
            to: Some(row.time.plus(millis + 1_000)),
        };
        let mut wanted = Vec::new();
        if let Some(shared) = facts.shared_event_id {
            let same = path_is(&["sharedEventID"], &shared);
            // The start and the end of an Insight share an id; a search leaves them out unless it asks for them.
            let expr = match is_left_out(&row.category) {
                true => Expr::and([same, field_is(Field::Category, &row.category)]),
                false => same,
            };
            wanted.push((RelatedBy::SharedEvent, expr, shared, around(DAY)));
        }
        if let Some(key) = &row.key {
            wanted.push((RelatedBy::Key, field_is(Field::Key, key), key.clone(), around(30 * MINUTE)));
        }
        if let Some(session) = facts.session {
            let expr = path_is(&["userIdentity", "arn"], &session);
            wanted.push((RelatedBy::Session, expr, session, around(30 * MINUTE)));
        }
        for resource in row.resources.iter().take(GROUP_RESOURCES) {
            let expr = field_is(Field::Resource, resource);
            wanted.push((RelatedBy::Resource, expr, resource.clone(), around(7 * DAY)));
        }
        if !row.who.is_empty() {
            wanted.push((
                RelatedBy::Around,
                field_is(Field::Who, &row.who),
                row.who.clone(),
                around(5 * MINUTE),
            ));
        }
        let mut related = Related::default();
        for (by, expr, value, range) in wanted {
            if let Some(group) = self.group(by, expr, value, range, event).await? {
                related.groups.push(group);
            }
        }
        Ok(related)
    }

    async fn group(
        self: &Arc<Sight>,
        by: RelatedBy,
        expr: Expr,
        value: String,
        range: TimeRange,
        event: &StoredEvent,
    ) -> Result<Option<RelatedGroup>, ArchiveError> {
        let row = event.row.clone();
        self.blocking(move |sight| {
            let found = sight.find(&expr, range)?;
            let around = Around::new(&found, &row);
            let matching: u64 = found.iter().map(Matched::count).sum();
            let total = matching - u64::from(around.is_among_them);
            let rows = event_rows(sight.names(), &around.places)?;
            Ok((total > 0).then(|| RelatedGroup { by, value, query: expr.to_string(), range, total, rows }))
        })
        .await
    }
}

/// The matching rows nearest to an event: half of them after it and half before it, where there are so many.
struct Around<'f> {
    /// Newest first, without the event.
    places: Vec<(&'f Segment, usize)>,
    /// Whether the event itself matches.
    is_among_them: bool,
}

impl<'f> Around<'f> {
    fn new(found: &'f [Matched], event: &EventRow) -> Around<'f> {
        let order = |(segment, row): &(&Segment, usize)| (Reverse(segment.times[*row]), segment.ties[*row]);
        let tie = event.hash.get(..16).and_then(|start| u64::from_str_radix(start, 16).ok());
        let own = (Reverse(event.time.as_millis()), tie.unwrap_or_default());
        let (mut newer, mut older) = (Vec::new(), Vec::new());
        for matched in found {
            let segment: &Segment = &matched.segment;
            let start = segment.times.partition_point(|time| *time > event.time.as_millis());
            let ties =
                segment.times[start..].iter().take_while(|time| **time == event.time.as_millis()).count();
            let start = start + segment.ties[start..start + ties].partition_point(|tie| *tie < own.1);
            let before = (0..start).rev().filter(|row| matched.rows.get(*row)).take(GROUP_ROWS);
            newer.extend(before.map(|row| (segment, row)));
            older.extend(matched.rows.from(start).take(GROUP_ROWS + 1).map(|row| (segment, row)));
        }
        let is_among_them = older.iter().any(|place| order(place) == own);
        older.retain(|place| order(place) != own);
        newer.sort_by_key(order);
        older.sort_by_key(order);
        let wanted_newer = (GROUP_ROWS / 2).max(GROUP_ROWS.saturating_sub(older.len())).min(newer.len());
        let mut places = newer.split_off(newer.len() - wanted_newer);
        places.extend(older.into_iter().take(GROUP_ROWS - wanted_newer));
        Around { places, is_among_them }
    }
}

/// What an event's credentials are known by.
struct Credentials {
    time: Time,
    key: Option<String>,
    /// `sharedEventID` of a call that came from another account: that account's half names the caller.
    shared_half: Option<String>,
    sign_in_session: Option<String>,
    kind: Option<String>,
}

impl Credentials {
    fn of(event: &StoredEvent) -> Credentials {
        let facts = Facts::of(event);
        let foreign = matches!(facts.identity_kind.as_deref(), Some("AWSAccount"));
        Credentials {
            time: event.row.time,
            key: event.row.key.clone(),
            shared_half: facts.shared_event_id.filter(|_| foreign),
            sign_in_session: facts.sign_in_session,
            kind: facts.identity_kind,
        }
    }

    fn why_it_ends(&self, steps: usize) -> String {
        let temporary = self.key.as_deref().is_some_and(|key| key.starts_with("ASIA"));
        match self.kind.as_deref() {
            Some("IAMUser") if !temporary => {
                "The credentials before are an IAM user's own; nothing issued them."
            }
            Some("Root") => "The root user's own credentials come first; nothing issued them.",
            Some("AWSService") => "An AWS service made this call itself.",
            Some("SAMLUser" | "WebIdentityUser") => {
                "Here an identity provider outside AWS vouched for the caller."
            }
            Some("AWSAccount") => {
                "The caller comes from another account, whose half of this call is not in this archive."
            }
            _ if steps >= MAX_STEPS => "The chain is longer than what is followed.",
            _ if self.key.is_none() => "The record names no access key to follow.",
            _ => "The event that issued these credentials is not in this archive.",
        }
        .to_owned()
    }
}

/// What a row does not carry.
#[derive(Default)]
struct Facts {
    identity_kind: Option<String>,
    shared_event_id: Option<String>,
    sign_in_session: Option<String>,
    session: Option<String>,
}

impl Facts {
    fn of(event: &StoredEvent) -> Facts {
        let mut tape = Tape::default();
        let Some(record) = tape.parse(&event.raw).ok().and_then(Record::read) else {
            return Facts::default();
        };
        let own = |text: &Option<cloudtrail::record::Text<'_>>| text.as_deref().map(str::to_owned);
        Facts {
            identity_kind: own(&record.identity.kind),
            shared_event_id: own(&record.shared_event_id),
            sign_in_session: own(&record.identity.sign_in_session_arn),
            session: own(&record.identity.arn).filter(|_| record.session_name().is_some()),
        }
    }
}

fn step(event: &StoredEvent, link: ChainLink) -> ChainStep {
    let mut tape = Tape::default();
    let record = tape.parse(&event.raw).ok().and_then(Record::read);
    let parameter = |name: &str| {
        let value = record.as_ref()?.request_parameters?.get(name)?.as_str()?;
        Some(value.into_owned())
    };
    ChainStep {
        issued_key: record.as_ref().and_then(Record::issued_key).map(|key| key.into_owned()),
        role_arn: parameter("roleArn"),
        session_name: parameter("roleSessionName"),
        source_identity: parameter("sourceIdentity")
            .or_else(|| record.as_ref()?.identity.source_identity.as_deref().map(str::to_owned)),
        mfa: record.as_ref().and_then(|record| record.identity.mfa),
        event: event.row.clone(),
        link,
    }
}

/// Whether events of a category are found only by searches that ask for it.
fn is_left_out(category: &str) -> bool {
    ["Insight", "Aggregated"].iter().any(|left_out| category.eq_ignore_ascii_case(left_out))
}

/// A term that the field is exactly this.
fn field_is(field: Field, value: &str) -> Expr {
    Expr::Field(FieldRef::Known(field), Test::AnyOf(vec![Pattern::literal(value, true)]))
}

fn path_is(path: &[&str], value: &str) -> Expr {
    let path = path.iter().map(|key| (*key).to_owned()).collect();
    Expr::Field(FieldRef::Path(path), Test::AnyOf(vec![Pattern::literal(value, true)]))
}
