//! The domain held against its guide, and against real CloudTrail logs where they are at hand: a folder `shared/data`
//! beside the checkout, as its own README describes it. Without them those tests have nothing to do.

mod docs;
mod real_logs;
