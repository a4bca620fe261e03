//! Faults on purpose: a file says which calls go wrong, and how. `docs/sandbox.md` describes it.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use serde::Deserialize;
use tokio::sync::watch;

use crate::http::protocol::Target;
use crate::problem::Problem;
use crate::quota::throttled;
use crate::world::lock;

/// Longest delay of a call.
const LONGEST_DELAY: Duration = Duration::from_secs(600);

/// A fault file that says something that cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum FaultsError {
    /// It cannot be read.
    #[error("cannot read the faults in {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is not in the form that `docs/sandbox.md` describes.
    #[error("the faults are not understood")]
    Parse(#[from] toml::de::Error),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    fault: Vec<Fault>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Fault {
    service: Option<String>,
    operation: Option<String>,
    account: Option<String>,
    region: Option<String>,
    /// So many calls go well first.
    #[serde(default)]
    skip: u64,
    /// So many go wrong then; all if not given.
    times: Option<u64>,
    #[serde(default)]
    delay_ms: u64,
    kind: Option<Kind>,
    code: Option<String>,
    message: Option<String>,
    status: Option<u16>,
    body: Option<String>,
    /// Calls that it was about.
    #[serde(skip)]
    seen: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Throttled,
    Error,
    HalfClosed,
    InvalidJson,
    WrongToken,
    Endless,
    Empty,
    Answer,
}

/// How an answer is spoiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Spoil {
    /// It ends in the middle, and the connection with it.
    HalfClosed,
    /// It is no JSON.
    InvalidJson,
    /// Its paging token is none.
    WrongToken,
    /// Its paging token leads to the same page again.
    Endless,
    /// It has no body.
    Empty,
    /// It is another one: status and body.
    Other(u16, String),
}

/// What happens to a call.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Effect {
    /// How long it waits first.
    pub delay: Duration,
    /// What it answers instead of doing anything.
    pub problem: Option<Problem>,
    /// What happens to its answer.
    pub spoil: Option<Spoil>,
}

/// The faults in force.
#[derive(Debug)]
pub(crate) struct Faults {
    file: Option<PathBuf>,
    now: Mutex<Loaded>,
    /// Tells the calls that wait that others are in force.
    anew: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Loaded {
    version: Option<(SystemTime, u64)>,
    list: Vec<Fault>,
}

impl Faults {
    /// The faults of a state folder, now and whenever its file changes.
    ///
    /// # Errors
    /// When the file is there and not understood.
    pub fn open(folder: Option<&Path>) -> Result<Faults, FaultsError> {
        let file = folder.map(|folder| folder.join("faults.toml"));
        let faults = Faults { file, now: Mutex::default(), anew: watch::Sender::default() };
        faults.reload()?;
        Ok(faults)
    }

    /// Puts others in force, until the file changes.
    ///
    /// # Errors
    /// When they are not understood; the ones before stay.
    pub fn set(&self, text: &str) -> Result<(), FaultsError> {
        let list = parse(text)?;
        let mut loaded = lock(&self.now);
        loaded.list = list;
        self.anew.send_replace(());
        Ok(())
    }

    /// What happens to this call, when it has waited as long as it has to. Other faults in force end the wait: what held it back is
    /// no more.
    pub async fn meet(&self, target: &Target, account: &str, region: &str) -> Effect {
        if let Err(error) = self.reload() {
            tracing::error!(%error, "the faults stay as they were");
        }
        let (effect, mut anew) = {
            let mut loaded = lock(&self.now);
            // Listening before anybody can put others in force.
            (loaded.effect(target, account, region), self.anew.subscribe())
        };
        if !effect.delay.is_zero() {
            tokio::select! {
                () = tokio::time::sleep(effect.delay) => {}
                _ = anew.changed() => {}
            }
        }
        effect
    }

    fn reload(&self) -> Result<(), FaultsError> {
        let Some(path) = &self.file else { return Ok(()) };
        let version = match std::fs::metadata(path) {
            Ok(found) => found.modified().ok().map(|time| (time, found.len())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(source) => return Err(FaultsError::Read { path: path.clone(), source }),
        };
        let mut loaded = lock(&self.now);
        if loaded.version == version {
            return Ok(());
        }
        loaded.version = version;
        loaded.list = match version {
            None => Vec::new(),
            Some(_) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|source| FaultsError::Read { path: path.clone(), source })?;
                parse(&text)?
            }
        };
        self.anew.send_replace(());
        Ok(())
    }
}

impl Loaded {
    /// What happens to a call.
    fn effect(&mut self, target: &Target, account: &str, region: &str) -> Effect {
        for fault in &mut self.list {
            let about = |wanted: &Option<String>, is: &str| {
                wanted.as_ref().is_none_or(|wanted| wanted == "*" || wanted == is)
            };
            if !about(&fault.service, target.service.name())
                || !about(&fault.operation, &target.operation)
                || !about(&fault.account, account)
                || !about(&fault.region, region)
            {
                continue;
            }
            fault.seen += 1;
            let wrong = fault.seen > fault.skip
                && fault.times.is_none_or(|times| fault.seen <= fault.skip.saturating_add(times));
            if wrong {
                return fault.effect();
            }
        }
        Effect::default()
    }
}

fn parse(text: &str) -> Result<Vec<Fault>, FaultsError> {
    Ok(toml::from_str::<File>(text)?.fault)
}

impl Fault {
    fn effect(&self) -> Effect {
        let delay = Duration::from_millis(self.delay_ms).min(LONGEST_DELAY);
        let named = || {
            let code = self.code.clone().unwrap_or_else(|| "InternalFailure".to_owned());
            let message = self.message.clone().unwrap_or_else(|| "A fault on purpose.".to_owned());
            Problem::new(code, message).status(self.status.unwrap_or(500))
        };
        let (problem, spoil) = match self.kind {
            None => (None, None),
            Some(Kind::Throttled) => (Some(throttled()), None),
            Some(Kind::Error) => (Some(named()), None),
            Some(Kind::HalfClosed) => (None, Some(Spoil::HalfClosed)),
            Some(Kind::InvalidJson) => (None, Some(Spoil::InvalidJson)),
            Some(Kind::WrongToken) => (None, Some(Spoil::WrongToken)),
            Some(Kind::Endless) => (None, Some(Spoil::Endless)),
            Some(Kind::Empty) => (None, Some(Spoil::Empty)),
            Some(Kind::Answer) => {
                let body = self.body.clone().unwrap_or_default();
                (None, Some(Spoil::Other(self.status.unwrap_or(200), body)))
            }
        };
        Effect { delay, problem, spoil }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::protocol::Service;

    fn target(operation: &str) -> Target {
        Target { service: Service::CloudTrail, operation: operation.to_owned() }
    }

    #[test]
    fn some_calls_go_wrong() {
        let faults = Faults::open(None).unwrap();
        faults
            .set("[[fault]]\noperation = \"LookupEvents\"\nregion = \"eu-west-1\"\nskip = 1\ntimes = 2\nkind = \"throttled\"\ndelay-ms = 5")
            .unwrap();
        let throttles = |operation: &str, region: &str| {
            lock(&faults.now)
                .effect(&target(operation), "1", region)
                .problem
                .is_some_and(|problem| problem.code == "ThrottlingException")
        };
        assert!(!throttles("LookupEvents", "us-east-1") && !throttles("GetTrail", "eu-west-1"));
        assert_eq!([(); 4].map(|()| throttles("LookupEvents", "eu-west-1")), [false, true, true, false]);
        assert!(faults.set("[[fault]]\nkind = \"unheard-of\"").is_err());
        assert!(faults.set("[[fault]]\ncolour = \"red\"").is_err());
    }

    #[tokio::test]
    async fn the_file_counts_as_it_is_now() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("faults.toml");
        let faults = Faults::open(Some(folder.path())).unwrap();
        let get_trail = target("GetTrail");
        let effect = || faults.meet(&get_trail, "1", "r");
        assert_eq!(effect().await, Effect::default());
        std::fs::write(&path, "[[fault]]\nkind = \"error\"\ncode = \"X\"\nstatus = 503\n").unwrap();
        assert_eq!(effect().await.problem.unwrap().status, 503);
        std::fs::write(&path, "no faults").unwrap();
        assert!(effect().await.problem.is_some(), "what cannot be read changes nothing");
        assert!(Faults::open(Some(folder.path())).is_err());
        std::fs::remove_file(&path).unwrap();
        assert_eq!(effect().await, Effect::default());
    }

    #[tokio::test]
    async fn who_is_held_back_goes_on_when_others_are_in_force() {
        let faults = Faults::open(None).unwrap();
        faults.set("[[fault]]\ndelay-ms = 600000\nkind = \"empty\"").unwrap();
        let get_trail = target("GetTrail");
        let mut held = std::pin::pin!(faults.meet(&get_trail, "1", "r"));
        assert!(futures::poll!(&mut held).is_pending());
        assert!(faults.set("nonsense").is_err() && futures::poll!(&mut held).is_pending());
        faults.set("").unwrap();
        assert_eq!(held.await.spoil, Some(Spoil::Empty));
    }
}
