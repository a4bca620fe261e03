//! Starting and stopping, and what a program that holds the sandbox can do besides calling it.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use cloudtrail::time::{HOUR, Time};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::Clock;
use crate::credentials::Credentials;
use crate::delivery;
use crate::events::sample::{SampleEventsError, fill};
use crate::events::store::StoreError;
use crate::faults::{Faults, FaultsError};
use crate::http::router;
use crate::identity::{Mfa, Principal, Session};
use crate::identity_center::{self, Person};
use crate::quota::Quota;
use crate::s3::Storage;
use crate::world::{World, lock};

/// The Region that the printed lines name: the one with most of the sample's events.
const REGION: &str = "eu-central-1";

/// How to start.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Folder in which events are kept, and in which the fault file is looked for; made if it is not there. Without one, everything
    /// is forgotten at the end.
    pub state: Option<PathBuf>,
    /// Which limits on the rate of calls are kept.
    pub quota: Quota,
    /// The clock.
    pub clock: Clock,
    /// What event history holds at first.
    pub events: Events,
    /// How long credentials of Identity Center's roles are good, in milliseconds: at AWS what the permission set says, an hour if it
    /// says nothing.
    pub role_life: i64,
}

/// What event history holds at first. A state folder that has events already is left as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Events {
    /// Nothing.
    None,
    /// The sample account's events up to now: this many, over 90 days.
    Sample(u64),
}

impl Default for Options {
    /// On a free port of this machine, in memory, with 20,000 sample events.
    fn default() -> Options {
        Options {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            state: None,
            quota: Quota::Off,
            clock: Clock::system(),
            events: Events::Sample(20_000),
            role_life: HOUR,
        }
    }
}

/// One of the sample identities, all in the account `111122223333`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// A user who may do everything.
    Administrator,
    /// A user who may read CloudTrail and the organisation, and assume roles.
    Auditor,
    /// A user who may do nothing until a second factor is shown.
    Mfa,
    /// A user who may do nothing.
    Newcomer,
    /// The account's root.
    Root,
}

/// Why the sandbox does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken, or not of this machine.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The state folder cannot be used.
    #[error("cannot use the state folder {}", path.display())]
    State {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The fault file is not understood.
    #[error(transparent)]
    Faults(#[from] FaultsError),
    /// The sample's events cannot be made.
    #[error("cannot make the sample's events")]
    Events(#[from] SampleEventsError),
    /// The thread that makes them ended without an answer.
    #[error("the sandbox was not finished")]
    Unfinished,
}

/// The endpoint, not yet running.
#[derive(Debug)]
pub struct Sandbox;

impl Sandbox {
    /// Starts. It answers when this returns.
    ///
    /// # Errors
    /// When the address or the state folder cannot be used, or the sample's events cannot be made.
    pub async fn start(options: Options) -> Result<Running, StartError> {
        let (listen, kept) = (options.listen, options.clone());
        let world = tokio::task::spawn_blocking(move || prepare(&kept)).await;
        let world = world.map_err(|_| StartError::Unfinished)??;
        let failed = |source| StartError::Listen { address: listen, source };
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let _ = world.address.set(format!("http://{}", reachable(address)));
        let (stop, stopped) = oneshot::channel::<()>();
        let service = router(Arc::clone(&world)).into_make_service_with_connect_info::<SocketAddr>();
        let server = tokio::spawn(async move {
            let served = axum::serve(listener, service).with_graceful_shutdown(async {
                // Also when the sender is dropped.
                let _ = stopped.await;
            });
            if let Err(error) = served.await {
                tracing::error!(%error, "the sandbox stopped");
            }
        });
        let delivery = tokio::spawn(delivery::forever(Arc::clone(&world)));
        Ok(Running { address, world, stop: Some(stop), server: Some(server), delivery })
    }
}

fn prepare(options: &Options) -> Result<Arc<World>, StartError> {
    if let Some(path) = &options.state {
        std::fs::create_dir_all(path).map_err(|source| StartError::State { path: path.clone(), source })?;
    }
    let state = options.state.as_deref();
    let failed = |source| StartError::State { path: state.map(PathBuf::from).unwrap_or_default(), source };
    let faults = Faults::open(state)?;
    let world = World::open(options.clock.clone(), state, options.quota, faults, options.role_life)
        .map_err(|source| StartError::State { path: state.map(PathBuf::from).unwrap_or_default(), source })?;
    let world = Arc::new(world);
    let storage = Storage::open(&Arc::downgrade(&world), state).map_err(failed)?;
    let _ = world.storage.set(storage);
    if let Events::Sample(events) = options.events {
        let mut store = lock(&world.events);
        if store.is_empty() {
            let now = jiff::Timestamp::from_millisecond(world.clock.now().as_millis()).unwrap_or_default();
            let options = sample::Options { events, digests: false, ..sample::Options::ending_at(now) };
            fill(&mut store, &options)?;
            // What the sample tells is long delivered.
            let next = store.next_number();
            drop(store);
            lock(&world.trails).begin(next).map_err(failed)?;
        }
    }
    Ok(world)
}

/// An address that listens everywhere is reached from this machine at its loopback address.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(four) if four.ip().is_unspecified() => (Ipv4Addr::LOCALHOST, four.port()).into(),
        SocketAddr::V6(six) if six.ip().is_unspecified() => (Ipv6Addr::LOCALHOST, six.port()).into(),
        other => other,
    }
}

/// The running endpoint. Dropped, it stops.
pub struct Running {
    address: SocketAddr,
    world: Arc<World>,
    stop: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<()>>,
    delivery: JoinHandle<()>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What `AWS_ENDPOINT_URL` must be.
    pub fn url(&self) -> String {
        format!("http://{}", reachable(self.address))
    }

    /// Keys of a sample identity, made when it started.
    pub fn credentials(&self, who: Who) -> &Credentials {
        let keys = &self.world.keys;
        match who {
            Who::Administrator => &keys.administrator,
            Who::Auditor => &keys.auditor,
            Who::Mfa => &keys.mfa,
            Who::Newcomer => &keys.newcomer,
            Who::Root => &keys.root,
        }
    }

    /// Lines for a shell that make AWS's clients use this endpoint as this identity. The Region is given twice: boto3 and the first
    /// AWS CLI know only `AWS_DEFAULT_REGION`, most others `AWS_REGION`.
    pub fn exports(&self, who: Who) -> String {
        let credentials = self.credentials(who);
        let mut out = format!(
            "export AWS_ENDPOINT_URL={}\nexport AWS_REGION={REGION}\nexport AWS_DEFAULT_REGION={REGION}\n",
            self.url()
        );
        let _ = writeln!(out, "export AWS_ACCESS_KEY_ID={}", credentials.access_key_id);
        let _ = writeln!(out, "export AWS_SECRET_ACCESS_KEY={}", credentials.secret_access_key);
        out
    }

    /// Adds CloudTrail records, in any order of time, each to the account and Region that it names. Those of categories that event
    /// history does not show (data, network activity) are left out.
    ///
    /// # Errors
    /// When one is no record, or they cannot be kept.
    pub fn add_events<'r>(&self, records: impl IntoIterator<Item = &'r str>) -> Result<(), StoreError> {
        lock(&self.world.events).add(records)
    }

    /// Temporary credentials of a role in one of the sample accounts, such as `Auditor`, as AssumeRole would give them.
    /// `None` if there is no such role.
    pub fn session(&self, account: &str, role: &str, name: &str, seconds: i64) -> Option<Credentials> {
        let mut directory = lock(&self.world.directory);
        let role = directory.accounts.get(account)?.roles.get(role)?.clone();
        let now = self.world.clock.now();
        let session = Session {
            account: account.to_owned(),
            principal: Principal::Role {
                name: role.name,
                path: role.path,
                id: role.id,
                session: name.to_owned(),
            },
            token: String::new(),
            created: now,
            expires: now.plus(seconds.saturating_mul(1000)),
            mfa: None,
            policy: None,
            source_identity: None,
            person: None,
        };
        Some(directory.issue_session(session))
    }

    /// Takes a key away, as if somebody had deleted it.
    pub fn revoke(&self, access_key_id: &str) {
        lock(&self.world.directory).revoke(access_key_id);
    }

    /// The code that a virtual second factor shows now, such as that of `arn:aws:iam::111122223333:mfa/mfa`. `None` if there is no
    /// such device.
    pub fn mfa_code(&self, serial: &str) -> Option<String> {
        let now: Time = self.world.clock.now();
        let directory = lock(&self.world.directory);
        let mut devices = directory
            .accounts
            .values()
            .flat_map(|account| account.users.values())
            .filter_map(|user| user.mfa.as_ref());
        devices.find(|mfa: &&Mfa| mfa.serial == serial).map(|mfa| mfa.code(now))
    }

    /// The start URL of its Identity Center.
    pub fn start_url(&self) -> String {
        format!("{}/start", self.url())
    }

    /// Signs one of the sample people in (`ana.lima`, `ben.okafor`, `ines.moreau`), as if a device had been approved. Gives the
    /// access token for the portal's API; `None` if there is nobody of that name.
    pub fn sign_in(&self, person: &str) -> Option<String> {
        Some(identity_center::sign_in(&self.world, Person::named(person)?))
    }

    /// Puts faults in force, in the form of the fault file, in place of those before.
    ///
    /// # Errors
    /// When they are not understood.
    pub fn set_faults(&self, text: &str) -> Result<(), FaultsError> {
        self.world.faults.set(text)
    }

    /// Lets all trails deliver their log files now, rather than within five minutes.
    pub fn deliver(&self) {
        delivery::deliver(&self.world);
    }

    /// Lets all trails that validate deliver their digest files now, rather than on the hour.
    pub fn deliver_digests(&self) {
        delivery::digest(&self.world, |_| true);
    }

    /// Stops, and returns when the last answer has been sent.
    pub async fn stop(mut self) {
        self.stop.take();
        if let Some(server) = self.server.take() {
            let _ = server.await;
        }
        // Only then is the state folder free.
        self.delivery.abort();
        let _ = (&mut self.delivery).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.delivery.abort();
        // Connections that clients keep open would keep a graceful end waiting.
        if let Some(server) = self.server.take() {
            server.abort();
        }
    }
}
