//! `waymark sample`: the log files of a made-up organisation.

use cloudtrail::time::{HOUR, parse_expression};
use indicatif::{ProgressBar, ProgressDrawTarget};

use super::arguments::SampleArguments;
use super::progress::count;
use crate::clock::Clock;
use crate::error::{EXIT_OK, Error, Result};

/// Writes the files, and says what there is to find in them.
pub fn run(arguments: &SampleArguments, clock: &Clock) -> Result<u8> {
    let now = clock.now();
    let end = match &arguments.end {
        Some(text) => parse_expression(text, now).map_err(|source| Error::Time { option: "end", source })?,
        None => now,
    };
    let whole_hours = end.as_millis().div_euclid(HOUR) * HOUR;
    let end = jiff::Timestamp::from_millisecond(whole_hours)
        .map_err(|error| Error::Argument(format!("--end: {error}")))?;
    let SampleArguments { seed, days, events, .. } = *arguments;
    let options = sample::Options { seed, days, events, ..sample::Options::ending_at(end) };

    let bar = ProgressBar::with_draw_target(Some(events), ProgressDrawTarget::stderr_with_hz(8));
    let made = sample::generate(&arguments.folder, &options, &mut |written| bar.set_position(written));
    bar.finish_and_clear();
    let report = made.map_err(|error| match error {
        sample::SampleError::Io { path, source } => Error::File { action: "write", path, source },
        sample::SampleError::Unfinished => {
            Error::Sample { path: arguments.folder.clone(), source: Box::new(error) }
        }
        wrong => Error::Argument(wrong.to_string()),
    })?;
    eprintln!(
        "{} in {}, from {} to {}",
        count(report.events, "event", "events"),
        count(report.files, "file", "files"),
        report.from,
        report.to
    );
    eprintln!("What there is to find:");
    for story in &report.stories {
        eprintln!("  {}\n    {}", story.title, story.query);
    }
    Ok(EXIT_OK)
}
