//! The domain held against real CloudTrail logs, where they are at hand: a folder `shared/data` beside the checkout,
//! as its own README describes it. Without them these tests have nothing to do.

mod real_logs;
