//! `waymark import`: takes log files and folders in to an archive.

use std::time::Duration;

use archive::{IntakeOptions, Writer};

use super::arguments::ImportArguments;
use super::notes;
use super::progress::Bar;
use crate::data::canonical;
use crate::error::{EXIT_OK, EXIT_SKIPPED, Result};
use crate::names;

/// How often a watched folder is looked at.
pub const WATCH_EVERY: Duration = Duration::from_secs(5);

/// Takes in what is there, prints a report, and with `--watch` goes on until it is stopped.
pub async fn run(arguments: ImportArguments) -> Result<u8> {
    // A source that is missing is found before anything is made.
    for source in &arguments.sources {
        canonical(source)?;
    }
    let names = arguments.names.as_deref().map(names::read).transpose()?;
    let writer = Writer::open(&arguments.archive).await?;
    if let Some(names) = names {
        writer.set_names(&names).await?;
    }
    let options = IntakeOptions::default();
    let bar = Bar::new();
    let shown = bar.clone();
    let report = writer.take_in(&arguments.sources, &options, move |progress| shown.show(&progress)).await;
    bar.finish();
    let report = report?;
    notes::print(&report);

    if arguments.watch {
        eprintln!("watching for new files; Ctrl-C ends");
        let stop = writer.stop_handle();
        tokio::spawn(async move {
            crate::serve::signal::stopped().await;
            stop.stop();
        });
        writer.watch(&arguments.sources, &options, WATCH_EVERY, notes::print).await?;
    }
    let nothing_lost = report.notes.iter().all(|note| note.outcome == cloudtrail::intake::Outcome::Warned);
    Ok(if nothing_lost && report.more_notes == 0 { EXIT_OK } else { EXIT_SKIPPED })
}
