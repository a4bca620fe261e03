//! Event history, page by page (LookupEvents).

use aws_sdk_cloudtrail::primitives::DateTime;
use aws_sdk_cloudtrail::types::{EventCategory, LookupAttribute, LookupAttributeKey};
use cloudtrail::json::Tape;
use cloudtrail::record::Record;
use cloudtrail::time::{SECOND, Time};

use crate::error::{GatewayError, Kind};
use crate::limit::Rate;
use crate::{Credentials, Gateway};

const OPERATION: &str = "LookupEvents";
/// So many pages may come in a row that are no older than those before: an account does not make so many events in a second.
const MOST_WITHOUT_PROGRESS: u32 = 500;

/// What LookupEvents can filter by: one of its attributes, with its whole value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Attribute {
    /// The attribute, such as `EventName`.
    pub key: &'static str,
    /// Its value, letter for letter.
    pub value: String,
}

impl Attribute {
    /// An attribute and its value.
    pub fn of(key: &'static str, value: &str) -> Attribute {
        Attribute { key, value: value.to_owned() }
    }
}

/// One page to ask for. AWS wants all pages of a list asked for with the same parameters, so the range is fixed.
#[derive(Clone, Debug)]
pub struct Lookup<'a> {
    /// The account that the credentials belong to, whose limit counts.
    pub account: &'a str,
    /// The Region.
    pub region: &'a str,
    /// First instant, and first instant after. AWS's range has whole seconds and includes its end.
    pub range: (Time, Time),
    /// A filter.
    pub attribute: Option<&'a Attribute>,
    /// Insights events instead of management events.
    pub insights: bool,
    /// Where the page before said to go on.
    pub token: Option<&'a str>,
}

/// A page, newest first.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The records as CloudTrail wrote them: those of the account and the range that were asked for, and no others.
    pub records: Vec<String>,
    /// The oldest record's time; `None` on an empty page.
    pub oldest: Option<Time>,
    /// Where the next page begins, if there may be one.
    pub token: Option<String>,
    /// How many records came that were not asked for, or cannot be read.
    pub left_out: usize,
}

/// Watches a list that is followed from page to page: it has to get older. One that goes in circles would be followed for ever.
#[derive(Debug, Default)]
pub struct Onward {
    oldest: Option<Time>,
    without_progress: u32,
}

impl Onward {
    /// A page of a Region has come.
    ///
    /// # Errors
    /// When too many have come that were no older.
    pub fn check(&mut self, region: &str, page: &Page) -> Result<(), GatewayError> {
        let is_older = page.oldest.is_some_and(|oldest| self.oldest.is_none_or(|before| oldest < before));
        if is_older {
            *self = Onward { oldest: page.oldest, without_progress: 0 };
        } else {
            self.without_progress += 1;
        }
        if self.without_progress > MOST_WITHOUT_PROGRESS {
            return Err(GatewayError::garbled(OPERATION, region, "the list of events goes in circles"));
        }
        Ok(())
    }
}

impl Gateway {
    /// Asks for a page when the limit allows it, again where that may help: throttled calls, failures of AWS, broken connections.
    ///
    /// # Errors
    /// What AWS answered in the end, in words.
    pub async fn lookup(&self, credentials: &Credentials, wanted: &Lookup<'_>) -> Result<Page, GatewayError> {
        let mut attempt = 0;
        loop {
            let (limits, timing) = (&self.inner.limits, self.inner.timing);
            let leave = limits.wait(wanted.account, wanted.region, OPERATION, Rate::LOOKUP_EVENTS).await;
            let error = match self.lookup_once(credentials, wanted).await {
                Ok(page) => return Ok(page),
                Err(error) => error,
            };
            drop(leave);
            attempt += 1;
            let pause = timing.pause * 2u32.saturating_pow(attempt - 1);
            let is_last = attempt >= timing.tries;
            match error.kind() {
                // Also after the last time: everybody else in the account is to wait.
                Kind::Throttled => limits.throttled(wanted.account, wanted.region, OPERATION, pause),
                Kind::Server | Kind::Unreachable | Kind::Garbled if !is_last => {
                    tokio::time::sleep(pause).await
                }
                _ => return Err(error),
            }
            if is_last {
                return Err(error);
            }
            tracing::debug!(region = wanted.region, kind = ?error.kind(), attempt, "LookupEvents again");
        }
    }

    async fn lookup_once(
        &self,
        credentials: &Credentials,
        wanted: &Lookup<'_>,
    ) -> Result<Page, GatewayError> {
        let client = self.inner.clients.cloudtrail(credentials, wanted.region);
        let garbled = |what: &str| GatewayError::garbled(OPERATION, wanted.region, what);
        let attribute = match wanted.attribute {
            Some(attribute) => Some(vec![
                LookupAttribute::builder()
                    .attribute_key(LookupAttributeKey::from(attribute.key))
                    .attribute_value(&attribute.value)
                    .build()
                    .map_err(|_| garbled("the attribute is incomplete"))?,
            ]),
            None => None,
        };
        let (from, to) = wanted.range;
        // The end is included, and events have whole seconds.
        let last = to.plus(-SECOND).max(from);
        let answer = client
            .lookup_events()
            .set_lookup_attributes(attribute)
            .start_time(DateTime::from_millis(from.as_millis()))
            .end_time(DateTime::from_millis(last.as_millis()))
            .set_event_category(wanted.insights.then_some(EventCategory::Insight))
            .max_results(50)
            .set_next_token(wanted.token.map(str::to_owned))
            .send()
            .await
            .map_err(|error| GatewayError::of_sdk(OPERATION, wanted.region, &error))?;
        if answer.next_token() == wanted.token && wanted.token.is_some() {
            return Err(garbled("the same page was sent again"));
        }
        // An answer without a body would read like an account in which nothing happened.
        let events = answer.events.ok_or_else(|| garbled("the answer has no list of events"))?;
        let mut page = Page { token: answer.next_token, ..Page::default() };
        let mut tape = Tape::default();
        for event in events {
            let record = event.cloud_trail_event.unwrap_or_default();
            match time_of(&record, wanted, (from, last), &mut tape) {
                Some(time) => {
                    page.oldest = Some(page.oldest.map_or(time, |oldest| oldest.min(time)));
                    page.records.push(record);
                }
                None => page.left_out += 1,
            }
        }
        if page.left_out > 0 {
            let (account, region, left_out) = (wanted.account, wanted.region, page.left_out);
            tracing::warn!(account, region, left_out, "LookupEvents sent records that were not asked for");
        }
        Ok(page)
    }
}

/// A record's time, if it is one of the account and the range, both included. What a cache holds is shown to those who may see its
/// account, and what it covers is told by the times: so nothing else comes in, whatever an endpoint sends. The Region is not
/// looked at, as reading needs leave for the one that a record names.
fn time_of(text: &str, wanted: &Lookup<'_>, (from, last): (Time, Time), tape: &mut Tape) -> Option<Time> {
    let record = Record::read(tape.parse(text).ok()?)?;
    let time = record.time?;
    // Insights events are found by other times than their own.
    let is_inside = wanted.insights || (from.plus(-SECOND) < time && time < last.plus(SECOND));
    (record.account() == Some(wanted.account) && is_inside).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_does_not_get_older_has_an_end() {
        let page = |oldest: Option<i64>| Page { oldest: oldest.map(Time::from_millis), ..Page::default() };
        let mut onward = Onward::default();
        for time in (0..10_000).rev() {
            onward.check("eu-west-1", &page(Some(time * SECOND))).unwrap();
        }
        let circle =
            (0..).map(|index| onward.check("eu-west-1", &page((index % 3 > 0).then_some(index % 3))));
        let error = circle.take(1_000).find_map(Result::err).unwrap();
        assert_eq!(error.kind(), Kind::Garbled);
    }

    #[test]
    fn only_what_was_asked_for_comes_in() {
        let (from, last) =
            (Time::parse("2026-11-22T10:00:00Z").unwrap(), Time::parse("2026-11-22T10:59:59Z").unwrap());
        let wanted = Lookup {
            account: "111122223333",
            region: "eu-west-1",
            range: (from, last),
            attribute: None,
            insights: false,
            token: None,
        };
        let is_in = |account: &str, time: &str| {
            let text = format!(r#"{{"eventTime":"{time}","recipientAccountId":"{account}"}}"#);
            time_of(&text, &wanted, (from, last), &mut Tape::default()).is_some()
        };
        assert!(
            is_in("111122223333", "2026-11-22T10:00:00Z") && is_in("111122223333", "2026-11-22T10:59:59Z")
        );
        assert!(!is_in("444455556666", "2026-11-22T10:30:00Z"));
        assert!(
            !is_in("111122223333", "2026-11-22T09:59:59Z") && !is_in("111122223333", "2026-11-22T11:00:00Z")
        );
        for odd in ["", "[]", "{}", "no JSON", r#"{"recipientAccountId":"111122223333"}"#] {
            assert!(time_of(odd, &wanted, (from, last), &mut Tape::default()).is_none(), "{odd}");
        }
    }
}
