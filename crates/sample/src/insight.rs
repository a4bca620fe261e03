//! CloudTrail Insights events: a start and an end that share an id, with the numbers AWS would report.

use crate::dice::Dice;
use crate::json::{Raw, json};
use crate::time::{Seconds, rfc3339};
use crate::world::{Place, World};

/// What is unusual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InsightKind {
    /// `ApiCallRateInsight`
    CallRate,
    /// `ApiErrorRateInsight` for this error code.
    ErrorRate(&'static str),
}

/// A value and its calls per minute.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    /// An ARN, a user agent or an error code.
    pub value: String,
    /// Calls per minute.
    pub average: f64,
}

impl Share {
    /// A value with its calls per minute.
    pub fn new(value: &str, average: f64) -> Share {
        Share { value: value.to_owned(), average }
    }
}

/// A time in which an API was called, or failed, unusually often. Rates are calls or errors per minute.
#[derive(Debug, Clone)]
pub struct Insight {
    /// Position of the account.
    pub account: usize,
    /// Position of the Region.
    pub region: usize,
    /// What is unusual.
    pub kind: InsightKind,
    /// `eventSource` of the API.
    pub source: &'static str,
    /// `eventName` of the API.
    pub name: &'static str,
    /// First minute.
    pub start: Seconds,
    /// The minute after the last.
    pub end: Seconds,
    /// Average over the baseline.
    pub baseline: f64,
    /// Average when it began.
    pub first: f64,
    /// Average from start to end.
    pub average: f64,
    /// Length of the baseline, which ends at the start.
    pub baseline_minutes: u64,
    /// Callers during the Insight, and the same in the baseline.
    pub identities: Vec<(Share, Option<Share>)>,
    /// User agents, likewise.
    pub agents: Vec<(Share, Option<Share>)>,
    /// Error codes during the Insight and in the baseline; only a call rate has them.
    pub errors: (Vec<Share>, Vec<Share>),
}

fn shares<'a>(shares: impl Iterator<Item = &'a Share>) -> Raw {
    Raw::list(
        shares
            .filter(|share| share.average > 0.0)
            .map(|share| json!({"value": (share.value), "average": (share.average)})),
    )
}

impl Insight {
    /// The records of its start and its end, with the times they belong to.
    pub fn records(&self, world: &World, place: &Place) -> [(Seconds, String); 2] {
        let mut dice = Dice::named(world.seed, &format!("insight/{}/{}", self.name, self.start));
        let shared = dice.uuid();
        let minutes = (self.end - self.start) / 60;
        let mut record = |state: &str, time: Seconds, average: f64, minutes: Seconds| {
            let statistics = json!({
                "baseline": {"average": (self.baseline)},
                "insight": {"average": average},
                "insightDuration": minutes,
                "baselineDuration": (self.baseline_minutes)
            });
            let context = json!({"statistics": statistics, "attributions": (self.attributions())});
            let (kind, code) = match self.kind {
                InsightKind::CallRate => ("ApiCallRateInsight", None),
                InsightKind::ErrorRate(code) => ("ApiErrorRateInsight", Some(code)),
            };
            let details = match code {
                Some(code) => json!({
                    "state": state, "eventSource": (self.source), "eventName": (self.name), "insightType": kind,
                    "errorCode": code, "sourceEventCategory": "Management", "insightContext": context
                }),
                None => json!({
                    "state": state, "eventSource": (self.source), "eventName": (self.name), "insightType": kind,
                    "sourceEventCategory": "Management", "insightContext": context
                }),
            };
            let record = json!({
                "eventVersion": "1.09",
                "eventTime": (rfc3339(time)),
                "awsRegion": (place.region),
                "eventID": (dice.uuid()),
                "eventType": "AwsCloudTrailInsight",
                "recipientAccountId": (place.account),
                "sharedEventID": (shared),
                "insightDetails": details,
                "eventCategory": "Insight"
            });
            (time, record.0)
        };
        [record("Start", self.start, self.first, 1), record("End", self.end, self.average, minutes)]
    }

    fn attributions(&self) -> Raw {
        let mut all = Vec::new();
        for (attribute, pairs) in [("userIdentityArn", &self.identities), ("userAgent", &self.agents)] {
            all.push(json!({
                "attribute": attribute,
                "insight": (shares(pairs.iter().map(|(during, _)| during))),
                "baseline": (shares(pairs.iter().filter_map(|(_, before)| before.as_ref())))
            }));
        }
        if self.kind == InsightKind::CallRate {
            all.push(json!({
                "attribute": "errorCode",
                "insight": (shares(self.errors.0.iter())),
                "baseline": (shares(self.errors.1.iter()))
            }));
        }
        Raw::list(all)
    }
}
