//! Calls to AWS under credentials that are handed in: who they belong to, other credentials in exchange for them,
//! CloudTrail's event history, and its sync into a cache.
//!
//! Nothing here looks for credentials by itself but [`Chain`], which finds those of the person who started the program, and only
//! when it is told to. Nothing knows of HTTP sessions or pages. Everybody's calls share
//! one limit for each account, Region and operation ([`limit`]), as AWS counts them so.

/// How much of an answer is taken in.
mod bounds;
/// Whose credentials, and others in exchange for them (STS).
mod caller;
/// The person's own credentials, wherever AWS's own programs find them.
mod chain;
/// Clients, one for each set of credentials and Region.
mod clients;
/// Credentials, and how people paste them.
mod credentials;
/// What went wrong, in words.
mod error;
/// IAM Identity Center.
mod identity_center;
/// AWS's limits, kept on this side.
pub mod limit;
/// Event history, page by page (LookupEvents).
mod lookup;
/// Regions.
pub mod regions;
/// Buckets in S3.
mod s3;
/// Event history into a cache.
pub mod sync;

use std::sync::Arc;
use std::time::Duration;

use cloudtrail::time::Time;

pub use caller::{AssumeRole, Caller, Mfa};
pub use chain::{Chain, ChainError};
pub use credentials::{BadCredentials, Credentials};
pub use error::{GatewayError, Kind};
pub use identity_center::{Approval, Device, Portal, PortalAccount};
pub use lookup::{Attribute, Lookup, Onward, Page};
pub use s3::{Bucket, Listed, Logs, LogsError, Looked, Object};

use clients::Clients;
use limit::Limits;

/// Tells the time; tests fix it.
pub type Clock = Arc<dyn Fn() -> Time + Send + Sync>;

/// How AWS is reached.
#[derive(Clone)]
pub struct Options {
    /// Where all services are, such as `http://127.0.0.1:4599`; AWS's own endpoints if there is none.
    pub endpoint: Option<String>,
    /// The Regions whose event history is read; empty means those that every account has ([`regions::ENABLED`]).
    pub regions: Vec<String>,
    /// The clock.
    pub clock: Clock,
}

/// How long is waited for AWS, and how often it is asked.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// For a connection.
    pub connect: Duration,
    /// For an answer with its body.
    pub answer: Duration,
    /// Before a call is made again that may go well then; twice as long each time after.
    pub pause: Duration,
    /// How often such a call is made in all.
    pub tries: u32,
}

impl Default for Timing {
    fn default() -> Timing {
        Timing {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(30),
            pause: Duration::from_millis(750),
            tries: 5,
        }
    }
}

/// AWS, or what stands in for it. Cheap to clone; clones share clients and limits.
#[derive(Clone)]
pub struct Gateway {
    inner: Arc<Inner>,
}

struct Inner {
    options: Options,
    timing: Timing,
    clients: Clients,
    limits: Limits,
}

impl Gateway {
    /// Calls nothing yet.
    pub fn new(options: Options) -> Gateway {
        Gateway::with_timing(options, Timing::default())
    }

    /// The same, in more of a hurry or less.
    pub fn with_timing(options: Options, timing: Timing) -> Gateway {
        let clients = Clients::new(options.endpoint.clone(), timing);
        Gateway { inner: Arc::new(Inner { options, timing, clients, limits: Limits::default() }) }
    }

    /// For an endpoint that keeps none of AWS's limits, such as the sandbox with its quota off: nobody waits in line.
    pub fn without_limits(options: Options) -> Gateway {
        let (timing, clients) =
            (Timing::default(), Clients::new(options.endpoint.clone(), Timing::default()));
        Gateway { inner: Arc::new(Inner { options, timing, clients, limits: Limits::off() }) }
    }

    /// The Regions whose event history is read.
    pub fn regions(&self) -> Vec<String> {
        if self.inner.options.regions.is_empty() {
            regions::ENABLED.iter().map(|region| (*region).to_owned()).collect()
        } else {
            self.inner.options.regions.clone()
        }
    }

    /// Where all services are, if not at AWS. What was fetched from one endpoint is not mixed with another's.
    pub fn endpoint(&self) -> Option<&str> {
        self.inner.options.endpoint.as_deref()
    }

    fn now(&self) -> Time {
        (self.inner.options.clock)()
    }
}
