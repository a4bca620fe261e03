//! When things happen: hours of the day, days of the week, and how many events fall into each hour.

use crate::dice::Dice;
use crate::time::{HOUR, Seconds, hour_of_week};

/// The kinds of activity, in the order of [`Mix`]'s weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Somebody in Europe at work.
    Europe,
    /// Somebody in America at work.
    America,
    /// A CI job deploys.
    Deployment,
    /// A script with a long-term key runs.
    Script,
    /// An application on an instance works.
    Server,
    /// A Lambda function works.
    Function,
    /// An AWS service works for itself.
    Service,
    /// The posture scanner goes through the accounts.
    Scanner,
}

const UNITS: [Unit; 8] = [
    Unit::Europe,
    Unit::America,
    Unit::Deployment,
    Unit::Script,
    Unit::Server,
    Unit::Function,
    Unit::Service,
    Unit::Scanner,
];

/// Events that one unit of a kind makes on average; it turns shares of events into shares of units.
const LENGTHS: [u32; 8] = [18, 18, 20, 8, 6, 5, 5, 24];

/// Share of a full working hour that people are at it, by UTC hour, in percent.
const EUROPE: [u32; 24] =
    [0, 0, 0, 0, 1, 4, 22, 68, 100, 96, 88, 52, 74, 98, 92, 72, 40, 16, 6, 3, 2, 1, 0, 0];
const AMERICA: [u32; 24] =
    [8, 4, 2, 1, 0, 0, 0, 0, 0, 0, 2, 8, 34, 80, 100, 94, 62, 82, 100, 96, 84, 56, 28, 14];

/// Events by kind of activity in one hour, as relative weights.
#[derive(Debug, Clone, Copy)]
pub struct Mix([u32; 8]);

impl Mix {
    /// The mix of the hour that starts at `time`.
    pub fn at(time: Seconds) -> Mix {
        let hour_of_week = hour_of_week(time);
        let (day, hour) = (hour_of_week / 24, (hour_of_week % 24) as usize);
        let weekend = day >= 5;
        let people = |curve: [u32; 24], full: u32| {
            let share = if weekend { 6 } else { 100 };
            full * curve[hour] * share / 10_000
        };
        let (europe, america) = (people(EUROPE, 70), people(AMERICA, 44));
        let busy = (europe + america).min(90);
        let nightly = if hour == 2 { 30 } else { 2 };
        let scan = if hour % 6 == 4 { 34 } else { 3 };
        Mix([
            europe,
            america,
            if weekend { 1 } else { 1 + busy / 6 },
            nightly,
            26 + busy / 4,
            18 + busy / 5,
            38 + busy / 6,
            scan,
        ])
    }

    /// How much happens in the hour altogether.
    pub fn total(&self) -> u32 {
        self.0.iter().sum()
    }

    /// The kind of the next unit.
    pub fn draw(&self, dice: &mut Dice) -> Unit {
        let weights = self.0.iter().zip(LENGTHS).map(|(weight, length)| weight * 720 / length);
        UNITS[dice.weighted(weights)]
    }
}

/// Shares `events` out over the hours from `start`, exactly, in proportion to how busy they are.
pub fn spread(seed: u64, start: Seconds, hours: u64, events: u64) -> Vec<u64> {
    let mut dice = Dice::named(seed, "rhythm");
    let weights: Vec<u64> = (0..hours)
        .map(|hour| {
            let total = Mix::at(start + hour as Seconds * HOUR).total();
            // No hour is like the same hour a week ago.
            u64::from(total) * u64::from(dice.between(85, 115))
        })
        .collect();
    let total: u64 = weights.iter().sum();
    let mut passed = 0_u128;
    let mut given = 0_u64;
    weights
        .iter()
        .map(|&weight| {
            passed += u128::from(weight);
            let until = (u128::from(events) * passed / u128::from(total.max(1))) as u64;
            let share = until - given;
            given = until;
            share
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MONDAY: Seconds = 1_795_392_000; // 2026-11-23 00:00

    #[test]
    fn every_event_finds_an_hour() {
        for events in [0, 1, 999, 200_000] {
            assert_eq!(spread(1, MONDAY, 24 * 14, events).iter().sum::<u64>(), events);
        }
    }

    #[test]
    fn weekdays_are_busier_than_nights_and_weekends() {
        let at = |hours: Seconds| Mix::at(MONDAY + hours * HOUR).total();
        assert!(at(14) > 2 * at(3));
        assert!(at(14) > 2 * at(5 * 24 + 14));
    }
}
