//! The person's own credentials, for `search --aws` and `import s3://…`.

use std::sync::Arc;

use gateway::{Chain, ChainError, Gateway, GatewayError};

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::serve::aws::regions as own_regions;

/// Finds the person's credentials, so that it is said at once if there are none, and AWS, or what their settings name in its place.
/// The Regions are those whose event history is read; none means all that every account of the partition has.
pub async fn find(profile: Option<&str>, regions: Vec<String>, clock: &Clock) -> Result<(Chain, Gateway)> {
    let told = clock.clone();
    let tells: gateway::Clock = Arc::new(move || told.now());
    let chain = Chain::load(profile, tells.clone()).await.map_err(unusable)?;
    chain.credentials().await.map_err(unusable)?;
    let regions = if regions.is_empty() { own_regions(chain.region()) } else { regions };
    let gateway = Gateway::new(gateway::Options { endpoint: chain.endpoint(), regions, clock: tells });
    Ok((chain, gateway))
}

/// What AWS said.
pub fn aws(error: GatewayError) -> Error {
    Error::Aws { at: None, error: Box::new(error) }
}

/// Why there are no credentials.
pub fn unusable(error: ChainError) -> Error {
    Error::Credentials(Box::new(error))
}
