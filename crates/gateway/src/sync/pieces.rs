//! Arithmetic of half-open stretches of time.

use cloudtrail::time::Time;

/// From a first instant to just before another.
pub type Span = (Time, Time);

/// What of a range is not in any of these, the newest first.
pub fn missing(range: Span, have: &[Span]) -> Vec<Span> {
    let mut have: Vec<Span> = have.iter().copied().filter(|(from, to)| from < to).collect();
    have.sort_unstable();
    let (mut at, end) = range;
    let mut gaps = Vec::new();
    for (from, to) in have {
        if from >= end {
            break;
        }
        if from > at {
            gaps.push((at, from.min(end)));
        }
        at = at.max(to);
    }
    if at < end {
        gaps.push((at, end));
    }
    gaps.reverse();
    gaps
}

/// How far back everything is there without a gap, from the end of a range; its end if nothing is.
pub fn back_to(range: Span, have: &[Span]) -> Time {
    missing(range, have).first().map_or(range.0, |(_, to)| *to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn span((from, to): (i64, i64)) -> Span {
        (Time::from_millis(from), Time::from_millis(to))
    }

    #[test]
    fn gaps_come_newest_first() {
        let have = [span((20, 30)), span((50, 60)), span((55, 70))];
        assert_eq!(missing(span((0, 100)), &have), [span((70, 100)), span((30, 50)), span((0, 20))]);
        assert_eq!(missing(span((22, 28)), &have), []);
        assert_eq!(missing(span((25, 55)), &have), [span((30, 50))]);
        assert_eq!(back_to(span((0, 65)), &have), Time::from_millis(50));
        assert_eq!(back_to(span((0, 100)), &have), Time::from_millis(100));
        assert_eq!(back_to(span((50, 70)), &have), Time::from_millis(50));
    }

    proptest! {
        #[test]
        fn every_instant_is_there_or_missing_and_never_both(
            range in (0i64..50, 50i64..100),
            have in prop::collection::vec((0i64..100, 0i64..100), 0..8),
        ) {
            let have: Vec<Span> = have.into_iter().map(span).collect();
            let gaps = missing(span(range), &have);
            for instant in (range.0..range.1).map(Time::from_millis) {
                let inside = |spans: &[Span]| spans.iter().filter(|(from, to)| (*from..*to).contains(&instant)).count();
                prop_assert_eq!(inside(&gaps), usize::from(inside(&have) == 0));
            }
        }
    }
}
