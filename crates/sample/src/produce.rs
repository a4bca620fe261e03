//! Turns hours into files, several at a time. What a file holds does not depend on which thread wrote it or when.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;

use crate::activity::events_of_hour;
use crate::dice::Dice;
use crate::digest;
use crate::event::Event;
use crate::insight::Insight;
use crate::layout::{insight_key, log_key};
use crate::rhythm::spread;
use crate::time::{HOUR, Seconds};
use crate::world::{ACCOUNTS, World};
use crate::writer::{LogFile, Written, write_whole};
use crate::{Options, SampleError};

/// Accounts times Regions.
const PLACES: usize = ACCOUNTS.len() * 3;
/// Events in a log file when the number of files is left open.
const EVENTS_PER_FILE: u64 = 80;
/// More threads than this only wait for the disk.
const MOST_THREADS: usize = 8;

/// The log files by place (account times three plus Region), each list in the order of time.
pub type ByPlace = Vec<Vec<Written>>;

/// Writes all log files: the ordinary events, and among them those of the stories.
pub fn log_files(
    dir: &Path,
    options: &Options,
    world: &World,
    told: &[Event],
    progress: &mut dyn FnMut(u64),
) -> Result<ByPlace, SampleError> {
    let (start, hours) = (options.first_second(), u64::from(options.days) * 24);
    let counts = spread(world.seed, start, hours, options.events - told.len() as u64);
    let files = options.files.unwrap_or(options.events / EVENTS_PER_FILE).max(1);
    let hours_per_file = (hours * PLACES as u64 / files).clamp(1, hours);
    let job = Job { dir, world, told, counts: &counts, start, hours_per_file, digests: options.digests };
    let stretches = hours.div_ceil(hours_per_file);

    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
    let (next, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    let mut done: Vec<Option<ByPlace>> = vec![None; stretches as usize];
    let mut failure = None;
    std::thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        for _ in 0..threads {
            let (sender, job, next, stop) = (sender.clone(), &job, &next, &stop);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let stretch = next.fetch_add(1, Ordering::Relaxed);
                    if stretch >= stretches || sender.send((stretch, job.stretch(stretch))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut events = 0;
        for (stretch, result) in receiver {
            match result {
                Ok((written, count)) => {
                    done[stretch as usize] = Some(written);
                    events += count;
                    progress(events);
                }
                Err(error) => {
                    stop.store(true, Ordering::Relaxed);
                    failure.get_or_insert(error);
                }
            }
        }
    });
    if let Some(error) = failure {
        return Err(error);
    }
    let mut all: ByPlace = vec![Vec::new(); PLACES];
    for stretch in done {
        let Some(written) = stretch else { return Err(SampleError::Unfinished) };
        for (place, files) in all.iter_mut().zip(written) {
            place.extend(files);
        }
    }
    Ok(all)
}

/// What the threads share.
struct Job<'a> {
    dir: &'a Path,
    world: &'a World,
    told: &'a [Event],
    counts: &'a [u64],
    start: Seconds,
    hours_per_file: u64,
    digests: bool,
}

impl Job<'_> {
    /// Writes the files of one stretch of hours. Gives them and the number of events in them.
    fn stretch(&self, number: u64) -> Result<(ByPlace, u64), SampleError> {
        let first = number * self.hours_per_file;
        let last = (first + self.hours_per_file).min(self.counts.len() as u64);
        let end = self.start + last as Seconds * HOUR;
        let mut files: Vec<Option<LogFile>> = (0..PLACES).map(|_| None).collect();
        let mut written: ByPlace = vec![Vec::new(); PLACES];
        let mut record = String::with_capacity(8192);
        let mut events = 0;
        for hour in first..last {
            let from = self.start + hour as Seconds * HOUR;
            let ordinary = events_of_hour(self.world, from, self.counts[hour as usize]);
            for event in ordinary.iter().chain(self.told_in(from, from + HOUR)) {
                let index = event.account * 3 + event.region;
                let place = self.world.place(event.account, event.region);
                record.clear();
                event.write(place, &mut record);
                let file = match &mut files[index] {
                    Some(file) => file,
                    empty => empty.insert(self.open(index, end, written[index].len())?),
                };
                file.add(self.dir, event.time, &record)?;
                if file.is_full()
                    && let Some(file) = files[index].take()
                {
                    written[index].push(file.finish(self.dir)?);
                }
                events += 1;
            }
        }
        for (index, file) in files.into_iter().enumerate() {
            if let Some(file) = file {
                written[index].push(file.finish(self.dir)?);
            }
        }
        Ok((written, events))
    }

    /// The stories' events in a stretch of time.
    fn told_in(&self, from: Seconds, until: Seconds) -> &[Event] {
        let first = self.told.partition_point(|event| event.time < from);
        let last = self.told.partition_point(|event| event.time < until);
        &self.told[first..last]
    }

    /// Opens the next file of a place for a stretch of time that ends at `end`.
    fn open(&self, index: usize, end: Seconds, number: usize) -> Result<LogFile, SampleError> {
        let place = self.world.place(index / 3, index % 3);
        // Delivery takes some minutes, a little longer in some Regions; the last files arrive just in time.
        let delivered = (end + 300 * (1 + index as Seconds % 2)).min(self.world.end);
        let name = format!("file/{index}/{end}/{number}");
        let unique = Dice::named(self.world.seed, &name).alnum(16);
        let hashed = self.digests && delivered > self.world.end - digest::HOURS * HOUR;
        LogFile::create(self.dir, log_key(place, delivered, &unique), delivered, hashed)
    }
}

/// Writes a file for the start and one for the end of each Insight. Gives the number of records.
pub fn insight_files(dir: &Path, world: &World, insights: &[Insight]) -> Result<u64, SampleError> {
    let mut records = 0;
    for insight in insights {
        let place = world.place(insight.account, insight.region);
        for (time, record) in insight.records(world, place) {
            let delivered = (time + 25 * 60).min(world.end).div_euclid(300) * 300;
            let unique = Dice::named(world.seed, &format!("insight-file/{}/{time}", insight.name)).alnum(16);
            write_whole(
                dir,
                &insight_key(place, delivered, &unique),
                &format!("{{\"Records\":[{record}]}}"),
            )?;
            records += 1;
        }
    }
    Ok(records)
}

/// Writes the digest chains of all places. Gives the number of files.
pub fn digest_files(dir: &Path, world: &World, written: &ByPlace) -> Result<u64, SampleError> {
    let mut files = 0;
    for (index, logs) in written.iter().enumerate() {
        files += digest::write_chain(dir, world, world.place(index / 3, index % 3), logs)?;
    }
    Ok(files)
}
