//! Pictures. They are drawn with plotters on the server and stretched to their frame, without text: axes, read-outs
//! and links are laid over them by the component, in percent, so that nothing is distorted.

use cloudtrail::search::{Bucket, Histogram};

/// Counts over time.
pub mod histogram;

/// The top of the vertical axis: a round number that is not below the tallest bar (and at least 1).
pub fn ceiling(histogram: &Histogram) -> u64 {
    let tallest = histogram.buckets.iter().map(Bucket::total).max().unwrap_or(0).max(1);
    let magnitude = 10u64.pow(tallest.ilog10());
    [1, 2, 5, 10].into_iter().map(|step| step * magnitude).find(|top| *top >= tallest).unwrap_or(tallest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tallest(count: u64) -> Histogram {
        let bucket = Bucket { reads: count, ..Bucket::default() };
        Histogram { from: bucket.start, to: bucket.start, step_ms: 1, buckets: vec![bucket] }
    }

    #[test]
    fn the_axis_ends_at_a_round_number() {
        for (count, top) in [(0, 1), (1, 1), (3, 5), (10, 10), (11, 20), (27_462, 50_000)] {
            assert_eq!(ceiling(&tallest(count)), top);
        }
    }
}
