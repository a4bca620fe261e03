//! Event history, page by page (LookupEvents).

use std::time::Duration;

use aws_sdk_cloudtrail::primitives::DateTime;
use aws_sdk_cloudtrail::types::{EventCategory, LookupAttribute, LookupAttributeKey};
use cloudtrail::time::Time;

use crate::error::{GatewayError, Kind};
use crate::limit::Rate;
use crate::{Credentials, Gateway};

const OPERATION: &str = "LookupEvents";
/// How long everybody waits when AWS says that it was too much, the first time; twice as long each time after.
const FIRST_PAUSE: Duration = Duration::from_millis(750);
/// How often a call is repeated that may go well the next time.
const TRIES: u32 = 5;

/// What LookupEvents can filter by: one of its attributes, with its whole value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Attribute {
    /// The attribute, such as `EventName`.
    pub key: &'static str,
    /// Its value, letter for letter.
    pub value: String,
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
    /// The records as CloudTrail wrote them.
    pub records: Vec<String>,
    /// The oldest event's time; `None` on an empty page.
    pub oldest: Option<Time>,
    /// Where the next page begins, if there may be one.
    pub token: Option<String>,
}

impl Gateway {
    /// Asks for a page when the limit allows it, again where that may help: throttled calls, failures of AWS, broken connections.
    ///
    /// # Errors
    /// What AWS answered in the end, in words.
    pub async fn lookup(&self, credentials: &Credentials, wanted: &Lookup<'_>) -> Result<Page, GatewayError> {
        let mut attempt = 0;
        loop {
            let limits = &self.inner.limits;
            limits.wait(wanted.account, wanted.region, OPERATION, Rate::LOOKUP_EVENTS).await;
            let error = match self.lookup_once(credentials, wanted).await {
                Ok(page) => return Ok(page),
                Err(error) => error,
            };
            attempt += 1;
            let pause = FIRST_PAUSE * 2u32.saturating_pow(attempt - 1);
            match error.kind() {
                _ if attempt >= TRIES => return Err(error),
                Kind::Throttled => limits.throttled(wanted.account, wanted.region, OPERATION, pause),
                Kind::Server | Kind::Unreachable | Kind::Garbled => tokio::time::sleep(pause).await,
                _ => return Err(error),
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
        let answer = client
            .lookup_events()
            .set_lookup_attributes(attribute)
            .start_time(DateTime::from_millis(from.as_millis()))
            // The end is included, and events have whole seconds.
            .end_time(DateTime::from_millis(to.plus(-1_000).as_millis().max(from.as_millis())))
            .set_event_category(wanted.insights.then_some(EventCategory::Insight))
            .max_results(50)
            .set_next_token(wanted.token.map(str::to_owned))
            .send()
            .await
            .map_err(|error| GatewayError::of_sdk(OPERATION, wanted.region, &error))?;
        let events = answer.events();
        let oldest = events.iter().filter_map(|event| event.event_time()?.to_millis().ok()).min();
        if answer.next_token() == wanted.token && wanted.token.is_some() {
            return Err(garbled("the same page was sent again"));
        }
        Ok(Page {
            records: events.iter().filter_map(|event| event.cloud_trail_event().map(str::to_owned)).collect(),
            oldest: oldest.map(Time::from_millis),
            token: answer.next_token().map(str::to_owned),
        })
    }
}
