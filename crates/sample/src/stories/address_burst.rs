//! A script breaks and calls AllocateAddress at 27,462 times its usual rate.

use std::sync::Arc;

use crate::event::Call;
use crate::identity::{self, Caller};
use crate::insight::{Insight, InsightKind, Share};
use crate::services::{ec2, ec2_writes};
use crate::time::{DAY, Seconds};
use crate::world::{Place, STAGING};

use super::Tale;

const USER: &str = "svc-netops";
const AGENT: &str = "Boto3/1.17.112 Python/3.7.17 Linux/4.14.355-275.603.amzn2.x86_64 Botocore/1.20.112";
/// Minutes of the seven days that a baseline is taken over.
const BASELINE_MINUTES: u64 = 7 * 24 * 60;

/// A number of calls in so many minutes, against calls in the seven days before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Burst {
    calls: u64,
    minutes: u64,
    usual: u64,
}

impl Burst {
    /// The burst that fits into a sample of `total` events.
    ///
    /// 4,577 calls in 120 minutes against 14 in seven days are exactly 27,462 times the usual rate. A small sample
    /// takes 346 calls in 127 minutes for each usual call, which is 27,462.05 times: the burst must not be more than
    /// a quarter of all events.
    fn for_total(total: u64) -> Burst {
        if total / 4 >= 4577 {
            return Burst { calls: 4577, minutes: 120, usual: 14 };
        }
        let usual = (total / 4 / 346).clamp(1, 13);
        Burst { calls: 346 * usual, minutes: 127, usual }
    }
}

pub(super) fn tell(tale: &mut Tale) {
    let world = tale.recorder.world;
    let place = world.place(STAGING, 0);
    let burst = Burst::for_total(tale.total);
    let start = tale.before(1, 7, 0);
    let caller = identity::user(world, place.account, USER, "192.0.2.90", AGENT);
    usual_calls(tale, place, &caller, burst, start);

    let mut codes = [0_u64; 3];
    for number in 0..burst.calls {
        let (from, until) = (at(burst, number), at(burst, number + 1));
        let jitter = tale.recorder.dice.below((until - from).max(1) as u32);
        let time = start + from + Seconds::from(jitter);
        let call = ec2_writes::allocate_address(&mut tale.recorder.dice, place);
        let outcome = outcome(tale, number);
        codes[outcome] += 1;
        tale.recorder.emit(place, time, &caller, fail_as(call, outcome));
        if number == 0 {
            note(tale, burst);
        }
    }
    let end = start + burst.minutes as Seconds * 60;
    tale.insights.push(report(place, &caller, burst, (start, end), codes));
}

fn note(tale: &mut Tale, burst: Burst) {
    tale.note(
        "address-burst",
        "A broken script calls AllocateAddress at 27,462 times its usual rate",
        format!(
            "The IAM user {USER} called it {} times in {} minutes, against {} times in the seven days before; nearly all calls failed.",
            burst.calls, burst.minutes, burst.usual
        ),
        format!("event:AllocateAddress user:{USER}"),
    );
}

/// Second of the burst at which a call of this number is due.
fn at(burst: Burst, number: u64) -> Seconds {
    (number * burst.minutes * 60 / burst.calls) as Seconds
}

/// 0: an address is given, 1: the account has no more addresses, 2: the calls come too fast.
fn outcome(tale: &mut Tale, number: u64) -> usize {
    match number {
        0..3 => 0,
        3..60 => 1,
        _ if tale.recorder.dice.per_mille(230) => 1,
        _ => 2,
    }
}

fn fail_as(call: Call, outcome: usize) -> Call {
    match outcome {
        0 => call,
        1 => call.fail(
            "Client.AddressLimitExceeded",
            "The maximum number of addresses has been reached.".to_owned(),
        ),
        _ => call.fail("Client.RequestLimitExceeded", "Request limit exceeded.".to_owned()),
    }
}

/// Until then the script takes an address and gives it back, evenly over the weeks, so that every stretch of seven days
/// up to the burst has the same number of calls.
fn usual_calls(tale: &mut Tale, place: &Place, caller: &Arc<Caller>, burst: Burst, start: Seconds) {
    let spacing = 7 * DAY / burst.usual as Seconds;
    let mut middle = start - spacing / 2;
    while middle - spacing / 4 > tale.start {
        let jitter = tale.recorder.dice.below((spacing / 2) as u32);
        let time = middle - spacing / 4 + Seconds::from(jitter);
        let take = ec2_writes::allocate_address(&mut tale.recorder.dice, place);
        tale.recorder.emit(place, time, caller, take);
        let give = ec2_writes::release_address(&mut tale.recorder.dice);
        tale.recorder.emit(place, time + 45, caller, give);
        let look = ec2::describe_instances(&mut tale.recorder.dice, place);
        tale.recorder.emit(place, time + 50, caller, look);
        middle -= spacing;
    }
}

fn report(
    place: &Place,
    caller: &Caller,
    burst: Burst,
    (start, end): (Seconds, Seconds),
    codes: [u64; 3],
) -> Insight {
    let usual = burst.usual as f64 / BASELINE_MINUTES as f64;
    let rate = |calls: u64| calls as f64 / burst.minutes as f64;
    let names = ["null", "Client.AddressLimitExceeded", "Client.RequestLimitExceeded"];
    let mut errors: Vec<Share> =
        names.iter().zip(codes).map(|(name, calls)| Share::new(name, rate(calls))).collect();
    errors.sort_by(|one, other| other.average.total_cmp(&one.average));
    Insight {
        account: place.account_index,
        region: place.index,
        kind: InsightKind::CallRate,
        source: "ec2.amazonaws.com",
        name: "AllocateAddress",
        start,
        end,
        baseline: usual,
        // In its first minutes a burst already runs at its rate.
        first: (burst.calls as f64 / burst.minutes as f64).round(),
        average: rate(burst.calls),
        baseline_minutes: BASELINE_MINUTES,
        identities: vec![(Share::new(&caller.arn, rate(burst.calls)), Some(Share::new(&caller.arn, usual)))],
        agents: vec![(Share::new(AGENT, rate(burst.calls)), Some(Share::new(AGENT, usual)))],
        errors: (errors, vec![Share::new("null", usual)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_of_sample_has_the_same_factor() {
        for total in [1_400, 2_000, 5_000, 18_000, 18_308, 50_000, 200_000, 5_000_000] {
            let burst = Burst::for_total(total);
            let factor = (burst.calls * BASELINE_MINUTES) as f64 / (burst.minutes * burst.usual) as f64;
            assert_eq!(factor.round(), 27_462.0, "{total}: {burst:?}");
            assert!(burst.calls * 4 <= total, "{total}: {burst:?}");
        }
    }
}
