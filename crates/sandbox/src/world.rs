//! All that the sandbox holds while it runs, and one call to it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use cloudtrail::time::Time;
use serde_json::Value;

use crate::Clock;
use crate::delivery::keys::Keys;
use crate::events::record::Happening;
use crate::events::store::Store;
use crate::faults::Faults;
use crate::http::federation::SignIns;
use crate::http::protocol::{Protocol, Service};
use crate::identity::sample::{SampleKeys, organisation};
use crate::identity::{Caller, Directory};
use crate::identity_center::Center;
use crate::problem::{Problem, Result};
use crate::quota::{Quota, Quotas};
use crate::random;
use crate::s3::Storage;
use crate::s3::buckets::Buckets;
use crate::trails::Trails;

/// The state. Locks are held for moments, and never two at once but in the order of the fields.
pub(crate) struct World {
    /// What time it is.
    pub clock: Clock,
    /// Identities and keys.
    pub directory: Mutex<Directory>,
    /// Trails.
    pub trails: Mutex<Trails>,
    /// Buckets.
    pub buckets: Mutex<Buckets>,
    /// What digest files are signed with.
    pub digest_keys: Keys,
    /// S3's objects, once it is running.
    pub storage: OnceLock<Storage>,
    /// Events.
    pub events: Mutex<Store>,
    /// Keys of the sample identities.
    pub keys: SampleKeys,
    /// Identity Center.
    pub center: Mutex<Center>,
    /// How long credentials of its roles are good, in milliseconds.
    pub role_life: i64,
    /// Sign-ins to the console that are under way.
    pub sign_ins: Mutex<SignIns>,
    /// Limits.
    pub quotas: Quotas,
    /// Faults on purpose.
    pub faults: Faults,
    /// Its own address, once it is known.
    pub address: OnceLock<String>,
    /// What paging tokens are made with; another one with each start.
    pub token_key: [u8; 32],
}

impl World {
    /// A world with the sample's organisation, and the events of the state folder, if there is one.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub fn open(
        clock: Clock,
        state: Option<&Path>,
        quota: Quota,
        faults: Faults,
        role_life: i64,
    ) -> std::io::Result<World> {
        let events = match state {
            Some(folder) => Store::in_folder(folder)?,
            None => Store::in_memory(),
        };
        let (directory, keys) = organisation();
        Ok(World {
            trails: Mutex::new(Trails::open(state, clock.now())?),
            buckets: Mutex::new(Buckets::open(state, crate::trails::sample::buckets(clock.now()))?),
            digest_keys: Keys::new(state),
            storage: OnceLock::new(),
            clock,
            directory: Mutex::new(directory),
            events: Mutex::new(events),
            keys,
            center: Mutex::default(),
            role_life,
            sign_ins: Mutex::default(),
            quotas: Quotas::new(quota),
            faults,
            address: OnceLock::new(),
            token_key: random::bytes(),
        })
    }

    /// `http://` and its own address.
    pub fn base(&self) -> &str {
        self.address.get().map(String::as_str).unwrap_or_default()
    }
}

/// Takes a lock. A thread that panicked while it held it left a state that is still whole enough to show.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One call by a caller who has been recognised.
pub(crate) struct Call<'w> {
    /// The state.
    pub world: &'w World,
    /// Who calls.
    pub caller: Caller,
    /// The Region of the signing scope.
    pub region: String,
    /// When it arrived.
    pub now: Time,
    /// The service.
    pub service: Service,
    /// The operation.
    pub operation: String,
    /// What the record says besides.
    pub envelope: Envelope,
}

/// What every request carries, whoever sent it.
#[derive(Debug, Clone)]
pub(crate) struct Envelope {
    /// The request's id, made here.
    pub request_id: String,
    /// Address of the sender.
    pub ip: String,
    /// `User-Agent`.
    pub agent: String,
    /// `Host`.
    pub host: String,
}

/// What an operation did.
#[derive(Debug)]
pub(crate) struct Done {
    /// The answer: for JSON the output, for XML the members of the result in a string.
    pub output: Value,
    /// `responseElements`; null where CloudTrail keeps none.
    pub response: Value,
    /// `resources` of the record.
    pub resources: Vec<(String, &'static str, String)>,
    /// Shared with the record of another account.
    pub shared: Option<String>,
    /// Records of what else happened.
    pub also: Vec<Happening>,
}

impl Done {
    /// An operation that only read.
    pub fn read(output: Value) -> Done {
        Done { output, response: Value::Null, resources: Vec::new(), shared: None, also: Vec::new() }
    }

    /// An operation that changed something; its output is recorded.
    pub fn wrote(output: Value) -> Done {
        let response = crate::events::record::recorded(&output);
        Done { response, ..Done::read(output) }
    }

    /// Names a resource in the record.
    pub fn on(mut self, account: &str, kind: &'static str, arn: &str) -> Done {
        self.resources.push((account.to_owned(), kind, arn.to_owned()));
        self
    }
}

impl Call<'_> {
    /// Asks the caller's policies.
    ///
    /// # Errors
    /// AWS's "is not authorized to perform".
    pub fn allow(&self, action: &str, resource: Option<&str>) -> Result<()> {
        let allowed = lock(&self.world.directory).authorize(&self.caller, action, resource, &self.context());
        allowed.map_err(|message| denied(self.service.protocol(), message))
    }

    /// Condition keys of the call.
    pub fn context(&self) -> BTreeMap<String, String> {
        let mut context = self.caller.context(self.now);
        context.insert("aws:requestedregion".to_owned(), self.region.clone());
        context.insert("aws:sourceip".to_owned(), self.envelope.ip.clone());
        context
    }
}

/// The error of a caller who may not.
pub(crate) fn denied(protocol: Protocol, message: String) -> Problem {
    match protocol {
        Protocol::Json | Protocol::Rest => {
            Problem { recorded: Some("AccessDenied"), ..Problem::new("AccessDeniedException", message) }
        }
        Protocol::Query | Protocol::S3 => Problem::new("AccessDenied", message).status(403),
    }
}
