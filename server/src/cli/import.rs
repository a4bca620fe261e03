//! `waymark import`: takes log files and folders in to an archive, also from S3.

use std::path::PathBuf;
use std::time::Duration;

use archive::{IntakeOptions, Writer};
use cloudtrail::intake::{Outcome, Report};

use super::arguments::ImportArguments;
use super::progress::Bar;
use super::{complain, credentials, notes, search};
use crate::clock::Clock;
use crate::data::canonical;
use crate::error::{EXIT_OK, EXIT_SKIPPED, Error, Result};
use crate::names;

/// `s3://bucket/prefix`.
mod address;
/// Taking in from S3.
mod bucket;

use address::Address;
use bucket::{Broken, Found};

/// How often a watched folder is looked at.
pub const WATCH_EVERY: Duration = Duration::from_secs(5);

/// Takes in what is there, prints a report, and with `--watch` goes on until it is stopped.
pub async fn run(arguments: ImportArguments, clock: &Clock) -> Result<u8> {
    // A source that is missing is found before anything is made.
    let (folders, addresses) = sources(&arguments)?;
    let buckets = look_into(addresses, &arguments, clock).await?;
    let names = arguments.names.as_deref().map(names::read).transpose()?;
    let writer = Writer::open(&arguments.archive).await?;
    if let Some(names) = names {
        writer.set_names(&names).await?;
    }
    let options = IntakeOptions::default();
    let mut is_whole = true;
    if !folders.is_empty() {
        let bar = Bar::new();
        let shown = bar.clone();
        let report = writer.take_in(&folders, &options, move |progress| shown.show(&progress)).await;
        bar.finish();
        let report = report?;
        notes::print(&report);
        is_whole &= lost_nothing(&report);
    }
    for bucket in &buckets {
        let ended = bucket.take_in(&writer, &options).await?;
        let broken = match ended.broken {
            // One reason, and not one for each file.
            Some(Broken::Failed(error)) if ended.report.added == 0 => return Err(error),
            broken => broken,
        };
        notes::print(&ended.report);
        is_whole &= lost_nothing(&ended.report);
        match broken {
            None => {}
            Some(Broken::Stopped) => {
                eprintln!("stopped; what was taken in is kept, and the same command goes on from there");
                return Ok(EXIT_SKIPPED);
            }
            Some(Broken::Failed(error)) => {
                complain(&error);
                eprintln!("what was taken in before is kept, and the same command goes on from there");
                return Ok(EXIT_SKIPPED);
            }
        }
    }

    if arguments.watch {
        eprintln!("watching for new files; Ctrl-C ends");
        let stop = writer.stop_handle();
        tokio::spawn(async move {
            crate::serve::signal::stopped().await;
            stop.stop();
        });
        writer.watch(&folders, &options, WATCH_EVERY, notes::print).await?;
    }
    Ok(if is_whole { EXIT_OK } else { EXIT_SKIPPED })
}

/// Folders and files, which exist, and places in S3.
fn sources(arguments: &ImportArguments) -> Result<(Vec<PathBuf>, Vec<Address>)> {
    let (mut folders, mut addresses) = (Vec::new(), Vec::new());
    for source in &arguments.sources {
        match Address::of(source)? {
            Some(address) => addresses.push(address),
            None => {
                canonical(source)?;
                folders.push(source.clone());
            }
        }
    }
    let is_about_s3 = arguments.from.is_some() || arguments.to.is_some() || arguments.profile.is_some();
    if addresses.is_empty() && is_about_s3 {
        return Err(Error::Argument(
            "--from, --to and --profile are for s3://bucket/prefix; folders are taken in whole".to_owned(),
        ));
    }
    if !addresses.is_empty() && arguments.watch {
        return Err(Error::Argument(
            "--watch is for folders; run the same command again to take in what is new in S3".to_owned(),
        ));
    }
    Ok((folders, addresses))
}

async fn look_into(
    addresses: Vec<Address>,
    arguments: &ImportArguments,
    clock: &Clock,
) -> Result<Vec<Found>> {
    let now = clock.now();
    let given = search::range(arguments.from.as_deref(), arguments.to.as_deref(), now)?;
    if addresses.is_empty() {
        return Ok(Vec::new());
    }
    let (chain, gateway) = credentials::find(arguments.profile.as_deref(), Vec::new(), clock).await?;
    let mut found = Vec::new();
    for address in addresses {
        let (range, by_default) = address.range(given, now);
        if range.0 >= range.1 {
            return Err(Error::Argument(format!("there is no time between {} and {}", range.0, range.1)));
        }
        if by_default {
            eprintln!("the last 90 days are taken in; --from and --to choose others");
        }
        found.push(bucket::look(&chain, &gateway, address, range).await?);
    }
    Ok(found)
}

fn lost_nothing(report: &Report) -> bool {
    report.notes.iter().all(|note| note.outcome == Outcome::Warned) && report.more_notes == 0
}
