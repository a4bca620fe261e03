//! A CloudTrail-compatible AWS endpoint on one port: for the demo, the tests, and anyone's tests.
//!
//! A client needs nothing but `AWS_ENDPOINT_URL`. Requests are signed as for AWS, and answered as AWS answers them; what is
//! played, and what is not, stands in `docs/sandbox.md`. Three sample accounts live in it, with events of their own, and every
//! call that is made becomes one more.
//!
//! ```no_run
//! # async fn run() -> Result<(), sandbox::StartError> {
//! let running = sandbox::Sandbox::start(sandbox::Options::default()).await?;
//! println!("{}", running.exports(sandbox::Who::Auditor));
//! # Ok(()) }
//! ```

mod clock;
mod credentials;
mod delivery;
mod events;
mod faults;
mod http;
mod identity;
mod identity_center;
mod problem;
mod quota;
mod random;
mod regions;
mod running;
mod s3;
mod services;
mod trails;
mod world;

pub use clock::Clock;
pub use credentials::Credentials;
pub use events::entry::BadRecord;
pub use events::sample::SampleEventsError;
pub use events::store::StoreError;
pub use faults::FaultsError;
pub use quota::Quota;
pub use running::{Events, Options, Running, Sandbox, StartError, Who};
