//! The sample account: three made-up AWS accounts with a rhythm of work and a few stories, as a trail would deliver them.
//!
//! [`generate`] writes log files, Insights files and digest files in the layout of an organisation's trail, and the names
//! of the accounts. The same seed and end give the same bytes on every machine. Account ids, addresses and names are those
//! set aside for documentation; keys are made up for all to see; no session token or secret is written.
//!
//! This crate shares no code with the crates that read such files, since they are tested on what it writes.

mod activity;
mod dice;
mod digest;
mod event;
mod failure;
mod identity;
mod insight;
mod json;
mod layout;
mod people;
mod produce;
mod recorder;
mod rhythm;
mod services;
mod stories;
mod time;
mod world;
mod writer;

use std::path::{Path, PathBuf};

use jiff::Timestamp;

pub use stories::Story;
pub use world::{ACCOUNTS, OFFICE};

use crate::time::{DAY, HOUR, Seconds};

/// Fewest days that hold all stories and the week that one of them needs before it.
pub const FEWEST_DAYS: u32 = 14;

/// What to generate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Another seed gives another sample.
    pub seed: u64,
    /// The moment after the last event; cut to the hour.
    pub end: Timestamp,
    /// How many days of events, at least [`FEWEST_DAYS`].
    pub days: u32,
    /// How many management and data events, exactly. Insights events come on top.
    pub events: u64,
    /// About how many log files; one for every 80 events if not given. An account and Region without events in a stretch of
    /// time has no file for it, as in a real trail.
    pub files: Option<u64>,
    /// Whether digest files are written for the last three days.
    pub digests: bool,
}

impl Options {
    /// 200,000 events of 90 days that end at `end`.
    pub fn ending_at(end: Timestamp) -> Options {
        Options { seed: 1, end, days: 90, events: 200_000, files: None, digests: true }
    }

    fn last_second(&self) -> Seconds {
        self.end.as_second().div_euclid(HOUR) * HOUR
    }

    fn first_second(&self) -> Seconds {
        self.last_second() - Seconds::from(self.days) * DAY
    }
}

/// What was generated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Management and data events.
    pub events: u64,
    /// Insights events.
    pub insights: u64,
    /// Log files.
    pub files: u64,
    /// Digest files.
    pub digests: u64,
    /// Start of the time covered.
    pub from: Timestamp,
    /// End of the time covered, not included.
    pub to: Timestamp,
    /// What there is to find, in the order of time.
    pub stories: Vec<Story>,
}

/// Why a sample could not be generated.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// The stories alone need more events.
    #[error("{asked} events are too few: the stories alone need {needed}")]
    TooFewEvents {
        /// Events asked for.
        asked: u64,
        /// Fewest events that will do.
        needed: u64,
    },
    /// The stories need more days.
    #[error("{0} days are too few: the stories need {FEWEST_DAYS}")]
    TooFewDays(u32),
    /// The end or the start is not a time that can be written.
    #[error("a sample that ends at {0} would start before the calendar does")]
    BadEnd(Timestamp),
    /// There are logs already, with which the sample would be mixed.
    #[error("{} holds logs already: choose another folder, or remove it first", .0.display())]
    NotEmpty(PathBuf),
    /// A file or folder could not be written.
    #[error("cannot write {}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A thread that was writing ended without an answer.
    #[error("a part of the sample was not finished")]
    Unfinished,
}

impl SampleError {
    pub(crate) fn io(path: &Path, source: std::io::Error) -> SampleError {
        SampleError::Io { path: path.to_owned(), source }
    }
}

/// Writes the sample below `dir`, which is made if it is not there. `progress` is called with the events written so far.
///
/// Besides the files of the trail it writes `accounts.csv`: a line `id,name` for every account.
///
/// # Errors
/// When the options do not leave room for the stories, there are logs in the folder already, or a file cannot be written.
pub fn generate(dir: &Path, options: &Options, progress: &mut dyn FnMut(u64)) -> Result<Report, SampleError> {
    if options.days < FEWEST_DAYS {
        return Err(SampleError::TooFewDays(options.days));
    }
    let from = Timestamp::from_second(options.first_second());
    let to = Timestamp::from_second(options.last_second());
    let (Ok(from), Ok(to)) = (from, to) else { return Err(SampleError::BadEnd(options.end)) };
    let world = world::World::new(options.seed, options.last_second());
    let told = stories::tell(&world, options.first_second(), options.events);
    let needed = told.events.len() as u64;
    if options.events < needed {
        return Err(SampleError::TooFewEvents { asked: options.events, needed });
    }
    if dir.join("AWSLogs").exists() {
        return Err(SampleError::NotEmpty(dir.to_owned()));
    }
    std::fs::create_dir_all(dir).map_err(|source| SampleError::io(dir, source))?;
    write_names(dir)?;
    let written = produce::log_files(dir, options, &world, &told.events, progress)?;
    let insights = produce::insight_files(dir, &world, &told.insights)?;
    let digests = if options.digests { produce::digest_files(dir, &world, &written)? } else { 0 };
    Ok(Report {
        events: options.events,
        insights,
        files: written.iter().map(|place| place.len() as u64).sum(),
        digests,
        from,
        to,
        stories: told.stories,
    })
}

fn write_names(dir: &Path) -> Result<(), SampleError> {
    let lines: String = ACCOUNTS.iter().map(|(id, name)| format!("{id},{name}\n")).collect();
    let path = dir.join("accounts.csv");
    std::fs::write(&path, lines).map_err(|source| SampleError::io(&path, source))
}
