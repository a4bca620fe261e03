//! `waymark serve`: what is opened, what is taken in meanwhile, who listens where.

/// The person's own account.
pub mod aws;
/// The sample account.
mod demo;
/// Taking in while serving.
mod intake;
/// Listening on loopback, until it is time to stop.
mod listen;
/// The demo's AWS.
#[cfg(feature = "sandbox")]
pub mod sandbox;
/// A deployment shared by a team.
mod shared;
/// Being told to stop.
pub mod signal;

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use archive::{Archive, ArchiveError, Writer};
use cloudtrail::names::AccountNames;

use crate::clock::Clock;
use crate::config::Config;
use crate::data::{DataFolder, canonical};
use crate::error::{Error, Result, chain};
use crate::http::access::AccessLog;
use crate::http::entry::{Entry, Secrets};
use crate::http::metrics::Metrics;
use crate::http::sign_in::SignIn;
use crate::http::site::Site;
use crate::http::{self, Context, Parts, Reach};
use crate::names;
use crate::own::Own;
use crate::services::{Accounts, TakingIn, check_segment, segment_of};
use crate::session::{Lasting, SignIns};
use crate::store::{Keys, Store};
use intake::Intake;
use listen::Listener;

/// What to serve, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where events come from.
    pub what: What,
    /// The name in addresses, if it is not the folder's.
    pub name: Option<String>,
    /// A file with names of accounts.
    pub names: Option<PathBuf>,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where to listen for those who look after the server.
    pub admin_listen: Option<SocketAddr>,
    /// Where Waymark keeps its own data.
    pub data: Option<PathBuf>,
    /// Where scripts and styles are.
    pub site: Option<PathBuf>,
}

/// Where events come from.
#[derive(Clone, Debug)]
pub enum What {
    /// Made-up events.
    Demo {
        /// How many.
        events: u64,
        /// Log files that were made before.
        logs: Option<PathBuf>,
    },
    /// Log folders, taken in to an archive of Waymark's own.
    Logs {
        /// The folders, or files.
        folders: Vec<PathBuf>,
        /// Whether to go on taking in what appears.
        watch: bool,
    },
    /// An archive, which is only read.
    Archive {
        /// Its folder.
        path: PathBuf,
    },
    /// The AWS account of the person's own credentials.
    Aws {
        /// Which profile of AWS's configuration.
        profile: Option<String>,
    },
}

/// Serves a team until it is told to stop.
pub async fn run_shared(config: &Path, site: Option<&Path>, clock: &Clock) -> Result<()> {
    shared::run(Config::read(config)?, site, clock).await
}

/// Serves one person until it is told to stop.
pub async fn run(options: Options, clock: &Clock) -> Result<()> {
    // What is wrong with the arguments is said before anything is made or taken in.
    let site = Site::open(options.site.as_deref())?;
    let listener = listen::bind(options.listen, listen::Who::ThisMachine).await?;
    let admin = match options.admin_listen {
        Some(address) => Some(listen::bind(address, listen::Who::ThisMachine).await?),
        None => None,
    };
    let data = DataFolder::open(options.data.as_deref())?;
    let (source, aws) = tokio::try_join!(open(&options, &data, clock), Aws::start(&options, clock))?;

    let metrics = Arc::new(Metrics::default());
    let mut accounts = Accounts::new(metrics.clone(), clock.clone());
    let taking_in = TakingIn::default();
    if let Some(source) = &source {
        accounts.add(source.segment.clone(), source.demo, source.archive.clone(), taking_in.clone());
    }
    let address = listener.address();
    let is_demo = matches!(options.what, What::Demo { .. });
    let (entry, token) = match &source {
        Some(source) if is_demo => {
            announce_demo(address, &source.segment);
            (Entry::anyone(), None)
        }
        _ => {
            if let Some(own) = &aws.own {
                aws::introduce(own).await;
            }
            let (entry, secrets) = Entry::starter(clock);
            (entry, Some(announce(address, &secrets, &data)?))
        }
    };
    let caches = aws.caches(&data);
    let store = own_database(is_demo, &data).await?;
    let context = Context::new(Parts {
        accounts: Arc::new(accounts),
        entry,
        sign_in: aws.sign_in,
        own: aws.own,
        caches,
        keep: gateway::sync::Options::default(),
        access: AccessLog::new(store.clone(), clock.clone()),
        store,
        lasting: Lasting::InMemory,
        reach: Reach::Loopback { port: address.port() },
        trusted_proxies: Vec::new(),
        metrics,
        site,
        clock: clock.clone(),
    });
    let mut intake = None;
    if let Some(source) = source {
        intake = source.intake.map(|intake| intake.start(taking_in));
        warm_up(source.archive);
    }
    let served = run_router(context, listener, admin).await;
    if let Some(intake) = intake {
        intake.stop().await;
    }
    if let Some(token) = token
        && let Err(error) = std::fs::remove_file(&token)
    {
        tracing::warn!(path = %token.display(), %error, "the token's file cannot be removed");
    }
    served
}

/// Serves what was put together, and drops meanwhile what has ended.
async fn run_router(context: Context, listener: Listener, admin: Option<Listener>) -> Result<()> {
    let sweeping = tokio::spawn(sweep(context.sign_ins().clone()));
    let admin = admin.map(|admin| (admin, http::admin::router(context.clone())));
    let closing = context.closing().clone();
    let served = listen::serve(listener, http::router(context), admin, closing).await;
    sweeping.abort();
    served
}

/// How AWS accounts are signed in to: those of the demo's stand-in, or the person's own.
#[derive(Default)]
struct Aws {
    sign_in: Option<SignIn>,
    own: Option<Own>,
    /// It stops when this is dropped.
    #[cfg(feature = "sandbox")]
    _running: Option<::sandbox::Running>,
    /// What is fetched from it goes when it goes.
    #[cfg(feature = "sandbox")]
    caches: Option<tempfile::TempDir>,
}

impl Aws {
    async fn start(options: &Options, clock: &Clock) -> Result<Aws> {
        match &options.what {
            #[cfg(feature = "sandbox")]
            What::Demo { events, .. } => Aws::stand_in(*events, clock).await,
            What::Aws { profile } => {
                let titles = options.names.as_deref().map(names::read).transpose()?.unwrap_or_default();
                let (sign_in, own) = aws::open(profile.as_deref(), titles, clock).await?;
                Ok(Aws { sign_in: Some(sign_in), own: Some(own), ..Aws::default() })
            }
            _ => Ok(Aws::default()),
        }
    }

    #[cfg(feature = "sandbox")]
    async fn stand_in(events: u64, clock: &Clock) -> Result<Aws> {
        let (running, sign_in) = sandbox::start(events, clock).await?;
        let failed =
            |source| Error::File { action: "create a folder in", path: std::env::temp_dir(), source };
        let caches = tempfile::Builder::new().prefix("waymark-").tempdir().map_err(failed)?;
        Ok(Aws { sign_in: Some(sign_in), own: None, _running: Some(running), caches: Some(caches) })
    }

    fn caches(&self, data: &DataFolder) -> PathBuf {
        #[cfg(feature = "sandbox")]
        if let Some(caches) = &self.caches {
            return caches.path().to_owned();
        }
        data.caches()
    }
}

/// Drops what has ended of sessions and credentials, also where nobody asks any more.
async fn sweep(sign_ins: SignIns) {
    let mut minutes = tokio::time::interval(Duration::from_secs(60));
    loop {
        minutes.tick().await;
        sign_ins.sweep().await;
    }
}

/// Waymark's own database: a file in the data folder, with its key beside it. The demo's is gone with the demo.
async fn own_database(is_demo: bool, data: &DataFolder) -> Result<Store> {
    if is_demo {
        return Ok(Store::in_memory().await?);
    }
    let (path, key) = (data.database(), data.key()?);
    let keys = Keys::read(std::slice::from_ref(&key)).map_err(|(_, error)| {
        Error::Argument(format!("the key in {} cannot be used: {error}", data.key_path().display()))
    })?;
    Ok(Store::open(&path.to_string_lossy(), keys).await?)
}

/// An archive to serve, and what will be taken in to it.
struct Source {
    segment: String,
    demo: bool,
    archive: Archive,
    intake: Option<Intake>,
}

async fn open(options: &Options, data: &DataFolder, clock: &Clock) -> Result<Option<Source>> {
    if let Some(name) = &options.name {
        check_segment(name).map_err(|problem| Error::Argument(format!("--name: {problem}")))?;
    }
    let names = options.names.as_deref().map(names::read).transpose()?;
    let source = match &options.what {
        What::Demo { events, logs } => demo::open(*events, logs.as_deref(), data, clock).await?,
        What::Logs { folders, watch } => {
            let folders = folders.iter().map(|folder| canonical(folder)).collect::<Result<Vec<_>>>()?;
            let segment = options.name.clone().unwrap_or_else(|| segment_of(&folders[0]));
            open_logs(segment, folders, *watch, names, data).await?
        }
        What::Archive { path } => {
            if let Some(names) = names {
                Writer::open(path).await?.set_names(&names).await?;
            }
            let archive = Archive::open(path).await?;
            let segment =
                options.name.clone().unwrap_or_else(|| segment_of(&canonical(path).unwrap_or(path.clone())));
            Source { segment, demo: false, archive, intake: None }
        }
        What::Aws { .. } => return Ok(None),
    };
    Ok(Some(source))
}

async fn open_logs(
    segment: String,
    folders: Vec<PathBuf>,
    watch: bool,
    names: Option<AccountNames>,
    data: &DataFolder,
) -> Result<Source> {
    let path = data.archive_of(&folders)?;
    let writer = match Writer::open(&path).await {
        Ok(writer) => writer,
        Err(locked @ ArchiveError::Locked { .. }) => {
            say(&format!("note: {locked}; this server shows what that process takes in"));
            let archive = Archive::open(&path).await?;
            return Ok(Source { segment, demo: false, archive, intake: None });
        }
        Err(error) => return Err(error.into()),
    };
    if let Some(names) = names {
        writer.set_names(&names).await?;
    }
    let archive = writer.archive();
    let intake = Intake::of_folders(writer, folders, watch);
    Ok(Source { segment, demo: false, archive, intake: Some(intake) })
}

/// Opens the event files now, so that the first search need not.
fn warm_up(archive: Archive) {
    tokio::spawn(async move {
        if let Err(error) = archive.warm_up().await {
            tracing::warn!(cause = chain(&error), "the archive cannot be opened ahead");
        }
    });
}

/// The address goes to standard output, so that a program can read it; what it is for to standard error. Gives the path
/// of the token's file.
fn announce(address: SocketAddr, secrets: &Secrets, data: &DataFolder) -> Result<PathBuf> {
    let token = data.write_token(&address.to_string().replace([':', '[', ']'], "-"), &secrets.token)?;
    say("Open this in your browser; the code works once, within ten minutes:");
    print_line(&format!("http://{address}/start?code={}", secrets.code));
    say(&format!(
        "Scripts use http://{address}/api/v1 with `Authorization: Bearer` and the token in {}",
        token.display()
    ));
    Ok(token)
}

fn announce_demo(address: SocketAddr, segment: &str) {
    say("Waymark shows a made-up organisation at");
    print_line(&format!("http://{address}/a/{segment}/events"));
}

// Nobody may be reading; the server is no worse for it.

fn print_line(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// To standard error, for a person.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
