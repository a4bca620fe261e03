//! `waymark serve`: what is opened, what is taken in meanwhile, who listens where.

/// The sample account.
mod demo;
/// Taking in while serving.
mod intake;
/// Listening on loopback, until it is time to stop.
mod listen;
/// The demo's AWS.
#[cfg(feature = "sandbox")]
pub mod sandbox;
/// Being told to stop.
pub mod signal;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use archive::{Archive, ArchiveError, Writer};
use cloudtrail::names::AccountNames;

use crate::clock::Clock;
use crate::data::{DataFolder, canonical};
use crate::error::{Error, Result, chain};
use crate::http::entry::{Entry, Secrets};
use crate::http::metrics::Metrics;
use crate::http::sign_in::SignIn;
use crate::http::site::Site;
use crate::http::{self, Context, Parts};
use crate::names;
use crate::services::{Accounts, TakingIn, check_segment, segment_of};
use crate::session::{Sessions, Transport};
use crate::vault::Vault;
use intake::Intake;

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
}

/// Serves until it is told to stop.
pub async fn run(options: Options, clock: &Clock) -> Result<()> {
    // What is wrong with the arguments is said before anything is made or taken in.
    let site = Site::open(options.site.as_deref())?;
    let listener = listen::bind(options.listen).await?;
    let admin = match options.admin_listen {
        Some(address) => Some(listen::bind(address).await?),
        None => None,
    };
    let data = DataFolder::open(options.data.as_deref())?;
    let (source, stand_in) =
        tokio::try_join!(open(&options, &data, clock), StandIn::start(&options.what, clock))?;

    let metrics = Arc::new(Metrics::default());
    let mut accounts = Accounts::new(metrics.clone(), clock.clone());
    let taking_in = TakingIn::default();
    accounts.add(source.segment.clone(), source.demo, source.archive.clone(), taking_in.clone());
    let address = listener.address();
    let (entry, token) = if source.demo {
        announce_demo(address, &source.segment);
        (Entry::anyone(), None)
    } else {
        let (entry, secrets) = Entry::starter(clock);
        (entry, Some(announce(address, &secrets, &data)?))
    };
    let caches = stand_in.caches(&data);
    let context = Context::new(Parts {
        accounts: Arc::new(accounts),
        entry,
        sign_in: stand_in.sign_in,
        caches,
        sessions: Sessions::new(Transport::Loopback),
        metrics,
        site,
        clock: clock.clone(),
    });
    let sweeping = tokio::spawn(sweep(context.vault().clone()));

    let intake = source.intake.map(|intake| intake.start(taking_in));
    warm_up(source.archive);
    let admin = admin.map(|admin| (admin, http::admin::router(context.clone())));
    let served = listen::serve(listener, http::router(context), admin).await;
    sweeping.abort();
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

/// What stands in for AWS, in the demo.
#[derive(Default)]
struct StandIn {
    sign_in: Option<SignIn>,
    /// It stops when this is dropped.
    #[cfg(feature = "sandbox")]
    _running: Option<::sandbox::Running>,
    /// What is fetched from it goes when it goes.
    #[cfg(feature = "sandbox")]
    caches: Option<tempfile::TempDir>,
}

impl StandIn {
    #[cfg(feature = "sandbox")]
    async fn start(what: &What, clock: &Clock) -> Result<StandIn> {
        let What::Demo { events, .. } = what else {
            return Ok(StandIn::default());
        };
        let (running, sign_in) = sandbox::start(*events, clock).await?;
        let failed =
            |source| Error::File { action: "create a folder in", path: std::env::temp_dir(), source };
        let caches = tempfile::Builder::new().prefix("waymark-").tempdir().map_err(failed)?;
        Ok(StandIn { sign_in: Some(sign_in), _running: Some(running), caches: Some(caches) })
    }

    fn caches(&self, data: &DataFolder) -> PathBuf {
        #[cfg(feature = "sandbox")]
        if let Some(caches) = &self.caches {
            return caches.path().to_owned();
        }
        data.caches()
    }

    #[cfg(not(feature = "sandbox"))]
    async fn start(_: &What, _: &Clock) -> Result<StandIn> {
        Ok(StandIn::default())
    }
}

/// Drops credentials that have ended, also those that nobody asks for any more.
async fn sweep(vault: Arc<Vault>) {
    let mut minutes = tokio::time::interval(Duration::from_secs(60));
    loop {
        minutes.tick().await;
        vault.sweep();
    }
}

/// An archive to serve, and what will be taken in to it.
struct Source {
    segment: String,
    demo: bool,
    archive: Archive,
    intake: Option<Intake>,
}

async fn open(options: &Options, data: &DataFolder, clock: &Clock) -> Result<Source> {
    if let Some(name) = &options.name {
        check_segment(name).map_err(|problem| Error::Argument(format!("--name: {problem}")))?;
    }
    let names = options.names.as_deref().map(names::read).transpose()?;
    match &options.what {
        What::Demo { events, logs } => demo::open(*events, logs.as_deref(), data, clock).await,
        What::Logs { folders, watch } => {
            let folders = folders.iter().map(|folder| canonical(folder)).collect::<Result<Vec<_>>>()?;
            let segment = options.name.clone().unwrap_or_else(|| segment_of(&folders[0]));
            open_logs(segment, folders, *watch, names, data).await
        }
        What::Archive { path } => {
            if let Some(names) = names {
                Writer::open(path).await?.set_names(&names).await?;
            }
            let archive = Archive::open(path).await?;
            let segment =
                options.name.clone().unwrap_or_else(|| segment_of(&canonical(path).unwrap_or(path.clone())));
            Ok(Source { segment, demo: false, archive, intake: None })
        }
    }
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
            eprintln!("note: {locked}; this server shows what that process takes in");
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
    eprintln!("Open this in your browser; the code works once, within ten minutes:");
    print_line(&format!("http://{address}/start?code={}", secrets.code));
    eprintln!(
        "Scripts use http://{address}/api/v1 with `Authorization: Bearer` and the token in {}",
        token.display()
    );
    Ok(token)
}

fn announce_demo(address: SocketAddr, segment: &str) {
    eprintln!("Waymark shows a made-up organisation at");
    print_line(&format!("http://{address}/a/{segment}/events"));
}

fn print_line(line: &str) {
    use std::io::Write;
    // Nobody may be reading; the server is no worse for it.
    let _ = writeln!(std::io::stdout(), "{line}");
}
