//! Taking in log files from S3, under the person's own credentials: listed day by day, fetched several at once.

use std::sync::atomic::{AtomicU32, Ordering};

use archive::{Feed, IntakeOptions, Object, ObjectId, TakenIn, Writer, objects};
use cloudtrail::intake::Report;
use cloudtrail::layout::{Key, parse_key};
use cloudtrail::time::Time;
use futures::stream::{self, StreamExt};
use gateway::{Bucket, Chain, Credentials, Gateway, GatewayError, Kind, Logs, LogsError};
use tokio::sync::{Mutex, Semaphore};

use super::address::{Address, delivered};
use crate::cli::credentials::{aws, unusable};
use crate::cli::progress::{Bar, Waiting, count, thousands};
use crate::error::{Error, Result};
use crate::serve::signal;

/// How many folders are listed ahead.
const LISTS: usize = 4;
/// How many objects are fetched at once.
const DOWNLOADS: usize = 8;
/// The largest object that is fetched, in bytes. CloudTrail's log files have some megabytes.
const MOST: u64 = 128 * 1024 * 1024;
/// How many bytes are fetched at once.
const IN_FLIGHT: u64 = 256 * 1024 * 1024;
/// How often an object is fetched that does not come whole.
const TRIES: u32 = 3;
/// After so many refusals in a row the rest is not tried: all of it would be refused.
const REFUSALS: u32 = 20;

/// A bucket that was looked into, and what is to be fetched from it.
pub struct Found {
    access: Access,
    address: Address,
    range: (Time, Time),
    logs: Logs,
}

/// How a run ended.
pub struct Ended {
    /// What was taken in.
    pub report: Report,
    /// Why not all of it.
    pub broken: Option<Broken>,
}

/// Why a run ended early.
pub enum Broken {
    /// The person stopped it.
    Stopped,
    /// What AWS said, or why there are no credentials any more.
    Failed(Error),
}

/// Looks into a bucket, and says what it finds there.
pub async fn look(chain: &Chain, gateway: &Gateway, address: Address, range: (Time, Time)) -> Result<Found> {
    let access = Access {
        chain: chain.clone(),
        gateway: gateway.clone(),
        name: address.bucket.clone(),
        kept: Mutex::default(),
    };
    let at = address.to_string();
    let waiting = Waiting::new(format!("looking into {at}"));
    let bucket = access.bucket().await.map_err(|error| error.at(&at))?;
    let logs = bucket.logs(&address.prefix, delivered(range)).await.map_err(|error| match error {
        LogsError::Aws(error) => aws(error).at(&at),
        other => Error::Logs(other),
    })?;
    drop(waiting);
    let looked = &logs.looked;
    eprintln!(
        "{address} (in {}): {}, {}; {} to look through, from {} to {} UTC",
        bucket.region(),
        count(looked.accounts.len() as u64, "account", "accounts"),
        count(looked.regions.len() as u64, "Region", "Regions"),
        count(logs.folders.len() as u64, "folder of a day", "folders of a day each"),
        range.0.readable(),
        range.1.readable(),
    );
    Ok(Found { access, address, range, logs })
}

impl Found {
    /// Takes it in. What was taken in before is not fetched again.
    pub async fn take_in(&self, writer: &Writer, options: &IntakeOptions) -> Result<Ended> {
        let taken_in = writer.taken_in().await?;
        let (feed, coming) = objects(2);
        let bar = Bar::new();
        let shown = bar.clone();
        let run = writer.take_in_objects(coming, options, move |progress| shown.show(&progress));
        let (report, broken) = tokio::join!(run, self.fetch(feed, &taken_in));
        bar.finish();
        Ok(Ended { report: report?, broken })
    }

    /// Hands in what is new. The feed ends with it.
    async fn fetch(&self, feed: Feed, taken_in: &TakenIn) -> Option<Broken> {
        let refusals = AtomicU32::new(0);
        let budget = Semaphore::new((IN_FLIGHT / 1024) as usize);
        let listed = stream::iter(&self.logs.folders).map(|folder| self.list(folder)).buffered(LISTS);
        let (feed, refusals, budget) = (&feed, &refusals, &budget);
        let fetched = listed
            .flat_map(|listed| {
                let new: Vec<Result<Object, Wanted>> = match listed {
                    Ok(wanted) => {
                        let all = wanted.len();
                        let new: Vec<_> =
                            wanted.into_iter().filter(|wanted| !taken_in.has(&wanted.id)).collect();
                        feed.unchanged((all - new.len()) as u64);
                        feed.announce(new.len() as u64, new.iter().map(|wanted| wanted.id.size).sum());
                        new.into_iter().map(Err).collect()
                    }
                    Err(Unlisted::Folder(object)) => {
                        feed.announce(1, 0);
                        vec![Ok(object)]
                    }
                    Err(Unlisted::All(error)) => vec![Err(Wanted::never(error))],
                };
                stream::iter(new)
            })
            .map(|next| async move {
                match next {
                    Ok(object) => Ok(object),
                    Err(wanted) => self.object(wanted, refusals, budget).await,
                }
            })
            .buffer_unordered(DOWNLOADS);
        let handing_in = async {
            let mut fetched = std::pin::pin!(fetched);
            while let Some(object) = fetched.next().await {
                match object {
                    // Where nobody takes it any more, the run itself says why.
                    Ok(object) => match feed.send(object).await {
                        true => {}
                        false => return None,
                    },
                    Err(error) => return Some(Broken::Failed(error)),
                }
            }
            None
        };
        tokio::select! {
            ended = handing_in => ended,
            () = signal::stopped() => Some(Broken::Stopped),
        }
    }

    /// The objects of one folder that may hold events of the range.
    async fn list(&self, folder: &str) -> Result<Vec<Wanted>, Unlisted> {
        let (mut wanted, mut page) = (Vec::new(), None);
        loop {
            let bucket = self.access.bucket().await.map_err(Unlisted::All)?;
            let listed = match bucket.list(folder, false, page.as_deref()).await {
                Ok(listed) => listed,
                Err(error) if is_of_all(&error) => return Err(Unlisted::All(aws(error))),
                Err(error) => {
                    let id = ObjectId { name: self.name(folder), size: 0, tag: String::new() };
                    return Err(Unlisted::Folder(Object { id, bytes: Err(words(&error)) }));
                }
            };
            for object in
                listed.objects.into_iter().filter(|object| is_wanted(&object.key, delivered(self.range)))
            {
                let id = ObjectId { name: self.name(&object.key), size: object.size, tag: object.etag };
                wanted.push(Wanted { key: object.key, id, never: None });
            }
            page = listed.next;
            if page.is_none() {
                return Ok(wanted);
            }
        }
    }

    async fn object(&self, wanted: Wanted, refusals: &AtomicU32, budget: &Semaphore) -> Result<Object> {
        let Wanted { key, id, never } = wanted;
        if let Some(error) = never {
            return Err(error);
        }
        if id.size > MOST {
            let why = format!("it has {} MB, more than a log file has", thousands(id.size / 1024 / 1024));
            return Ok(Object { id, bytes: Err(why) });
        }
        let share = u32::try_from(id.size / 1024 + 1).unwrap_or(u32::MAX);
        let _share = budget.acquire_many(share).await;
        let mut bucket = self.access.bucket().await?;
        let mut tries = 1;
        let bytes = loop {
            match bucket.object(&key, MOST).await {
                // They may have ended in between.
                Err(error) if error.kind() == Kind::Expired && tries == 1 => {
                    bucket = self.access.renewed().await?
                }
                // It broke off.
                Err(error) if error.kind() == Kind::Garbled && tries < TRIES => {}
                other => break other,
            }
            tries += 1;
        };
        let error = match bytes {
            Ok(bytes) => {
                refusals.store(0, Ordering::Relaxed);
                return Ok(Object { id, bytes: Ok(bytes) });
            }
            Err(error) => error,
        };
        let in_a_row = refusals.fetch_add(1, Ordering::Relaxed) + 1;
        match is_of_all(&error) || in_a_row >= REFUSALS {
            true => Err(aws(error)),
            false => Ok(Object { id, bytes: Err(words(&error)) }),
        }
    }

    fn name(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.address.bucket)
    }
}

/// An object to fetch.
struct Wanted {
    key: String,
    id: ObjectId,
    /// Why nothing more can be fetched.
    never: Option<Error>,
}

impl Wanted {
    fn never(error: Error) -> Wanted {
        let id = ObjectId { name: String::new(), size: 0, tag: String::new() };
        Wanted { key: String::new(), id, never: Some(error) }
    }
}

/// What could not be listed.
enum Unlisted {
    /// One folder, which is reported as a file that cannot be read.
    Folder(Object),
    /// Anything.
    All(Error),
}

/// The bucket under credentials that are good now.
struct Access {
    chain: Chain,
    gateway: Gateway,
    name: String,
    kept: Mutex<Option<(Credentials, Bucket)>>,
}

impl Access {
    async fn bucket(&self) -> Result<Bucket> {
        let credentials = self.chain.credentials().await.map_err(unusable)?;
        self.under(credentials).await
    }

    async fn renewed(&self) -> Result<Bucket> {
        let before = self.kept.lock().await.as_ref().map(|(credentials, _)| credentials.clone());
        let credentials = match before {
            Some(before) => self.chain.instead_of(&before).await,
            None => self.chain.credentials().await,
        };
        self.under(credentials.map_err(unusable)?).await
    }

    async fn under(&self, credentials: Credentials) -> Result<Bucket> {
        let mut kept = self.kept.lock().await;
        if let Some((of, bucket)) = kept.as_ref()
            && of.access_key_id() == credentials.access_key_id()
        {
            return Ok(bucket.clone());
        }
        let region = kept.as_ref().map(|(_, bucket)| bucket.region().to_owned());
        let bucket = self.gateway.bucket(&credentials, &self.name, region.as_deref()).await.map_err(aws)?;
        *kept = Some((credentials, bucket.clone()));
        Ok(bucket)
    }
}

/// Whether a file that was delivered under this key may hold events of the range. A name that does not say when is looked at.
fn is_wanted(key: &str, (from, to): (Time, Time)) -> bool {
    let delivered = match parse_key(key) {
        Some(Key::Log(log)) => log.delivered,
        Some(Key::Digest(digest)) => digest.ends,
        None => None,
    };
    // Names have minutes, which began before they say.
    !key.ends_with('/') && delivered.is_none_or(|time| time.plus(60_000) > from && time < to)
}

/// Whether every other call would end like this.
fn is_of_all(error: &GatewayError) -> bool {
    matches!(error.kind(), Kind::Expired | Kind::Invalid | Kind::ClockSkew) || error.code() == "NoSuchBucket"
}

fn words(error: &GatewayError) -> String {
    match error.help() {
        Some(help) if error.kind() == Kind::Denied => format!("{} {help}", error.detail()),
        _ => error.detail(),
    }
}
