//! `waymark search`: events on standard output, and what a reader must know on standard error.

use std::path::{Path, PathBuf};

use archive::{Archive, ArchiveError, IntakeOptions, Place, Request, Writer};
use cloudtrail::export::{self, Exporter};
use cloudtrail::intake::{Report, SourceNote};
use cloudtrail::search::{EventPage, Search, TimeRange};
use cloudtrail::time::{Time, parse_expression};

use super::arguments::{Format, SearchArguments};
use super::notes;
use super::output::Output;
use super::progress::{Bar, count, thousands};
use super::table::{Table, Width};
use crate::clock::Clock;
use crate::data::{DataFolder, canonical};
use crate::error::{EXIT_OK, EXIT_SKIPPED, Error, Result};
use crate::serve::signal;

/// Searching the event history of the person's own AWS account.
mod aws;

/// How many rows a table has if no one says.
const DEFAULT_ROWS: u64 = 50;
/// How many rows are asked for at once.
const PAGE: u64 = 500;

/// Searches and prints.
pub async fn run(arguments: SearchArguments, clock: &Clock) -> Result<u8> {
    let now = clock.now();
    let mut search = Search {
        query: cloudtrail::search::parse(&arguments.query)
            .map_err(|source| Error::Query { text: arguments.query.clone(), source })?,
        range: range(arguments.from.as_deref(), arguments.to.as_deref(), now)?,
    };
    if arguments.aws {
        search.range = aws::range(search.range, now);
        let found = aws::find(&arguments, &search, clock).await?;
        tokio::select! {
            printed = print(&arguments, &found.archive, search, "event history") => printed?,
            // Whoever waits for AWS listens for Ctrl-C, and from then on it ends nothing by itself.
            () = signal::stopped() => return Ok(EXIT_SKIPPED),
        }
        found.notes.iter().for_each(|note| eprintln!("{note}"));
        return Ok(if found.is_whole { EXIT_OK } else { EXIT_SKIPPED });
    }
    let archive = match &arguments.source.archive {
        Some(path) => Archive::open(path).await?,
        None => archive_of(&arguments.source.logs, arguments.data.as_deref()).await?,
    };
    print(&arguments, &archive, search, "logs").await?;
    Ok(EXIT_OK)
}

/// Prints in the format asked for. `of` says in a word what is searched.
async fn print(arguments: &SearchArguments, archive: &Archive, search: Search, of: &str) -> Result<()> {
    let limit = arguments.limit.unwrap_or(u64::MAX);
    match arguments.format {
        Format::Table => print_table(archive, search, arguments.limit.unwrap_or(DEFAULT_ROWS), of).await,
        Format::Json => print_records(archive, &search, limit, export::Format::Json).await,
        Format::Jsonl => print_records(archive, &search, limit, export::Format::JsonLines).await,
        Format::Csv => print_records(archive, &search, limit, export::Format::Csv).await,
    }
}

/// A range as people write it.
pub fn range(from: Option<&str>, to: Option<&str>, now: Time) -> Result<TimeRange> {
    let read = |option, text: Option<&str>| {
        text.map(|text| parse_expression(text, now).map_err(|source| Error::Time { option, source }))
            .transpose()
    };
    let range = TimeRange { from: read("from", from)?, to: read("to", to)? };
    match (range.from, range.to) {
        (Some(from), Some(to)) if from > to => {
            Err(Error::Argument(format!("--from ({from}) is after --to ({to})")))
        }
        _ => Ok(range),
    }
}

/// The archive of log folders, brought up to date first. What was taken in before is not read again.
async fn archive_of(folders: &[PathBuf], data: Option<&Path>) -> Result<Archive> {
    let folders = folders.iter().map(|folder| canonical(folder)).collect::<Result<Vec<_>>>()?;
    let path = DataFolder::open(data)?.archive_of(&folders)?;
    let writer = match Writer::open(&path).await {
        Ok(writer) => writer,
        Err(locked @ ArchiveError::Locked { .. }) => {
            eprintln!("note: {locked}; searching what it holds now");
            return Ok(Archive::open(&path).await?);
        }
        Err(error) => return Err(error.into()),
    };
    let bar = Bar::new();
    let shown = bar.clone();
    let report =
        writer.take_in(&folders, &IntakeOptions::default(), move |progress| shown.show(&progress)).await;
    bar.finish();
    let report = report?;
    let archive = writer.archive();
    notes::print_problems(&standing_notes(&archive, report).await?);
    Ok(archive)
}

/// What is wrong with files, of this run or of an earlier one that took them in.
async fn standing_notes(archive: &Archive, report: Report) -> Result<Vec<SourceNote>> {
    let mut notes = report.notes;
    if report.unchanged == 0 {
        return Ok(notes);
    }
    for earlier in archive.reports().await? {
        for note in earlier.notes {
            if !notes.iter().any(|known| known.path == note.path) {
                notes.push(note);
            }
        }
    }
    Ok(notes)
}

async fn print_table(archive: &Archive, search: Search, limit: u64, of: &str) -> Result<()> {
    let mut output = Output::open();
    let mut table = None;
    let mut request = Request::newest(search, 0);
    let mut left = limit;
    loop {
        request.limit = left.min(PAGE) as usize;
        let page = archive.search(&request).await?;
        let table = table.get_or_insert_with(|| Table::fit(&page.rows, Width::of_stdout()));
        if left == limit && !page.rows.is_empty() {
            output.write(&format!("{}\n", table.head()))?;
        }
        for row in &page.rows {
            output.write(&format!("{}\n", table.row(row)))?;
        }
        left -= left.min(page.rows.len() as u64);
        match page.next {
            Some(next) if left > 0 && !page.rows.is_empty() => request.place = Place::After(next),
            _ => {
                output.finish()?;
                eprintln!("{}", summary(&page, limit - left, of));
                return Ok(());
            }
        }
    }
}

/// What the table shows, of how much.
fn summary(page: &EventPage, shown: u64, of: &str) -> String {
    let found = match page.total {
        0 => format!("no event matches, of {}", thousands(page.coverage.events)),
        total if total > shown => {
            format!(
                "the newest {} of {}; --limit shows more",
                thousands(shown),
                count(total, "event", "events")
            )
        }
        total => count(total, "event", "events"),
    };
    let data = match (page.coverage.data.from, page.coverage.data.to) {
        (Some(from), Some(to)) if of == "logs" => {
            format!("; the logs run from {} to {} UTC", from.readable(), to.readable())
        }
        _ => String::new(),
    };
    format!("{found}{data}")
}

async fn print_records(archive: &Archive, search: &Search, limit: u64, format: export::Format) -> Result<()> {
    let mut output = Output::open();
    let mut exporter = Exporter::new(format, archive.names().await?);
    let mut text = String::new();
    exporter.start(&mut text);
    let mut records = archive.stream(search).await?;
    'batches: while exporter.items() < limit
        && let Some(batch) = records.next().await
    {
        for event in batch? {
            if exporter.items() >= limit {
                break 'batches;
            }
            if let Err(error) = exporter.item(&event.raw, &mut text) {
                tracing::warn!(id = event.row.id, %error, "a stored record is left out");
            }
            output.write(&text)?;
            text.clear();
        }
    }
    exporter.end(&mut text);
    output.write(&text)?;
    output.finish()
}
