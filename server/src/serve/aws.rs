//! `waymark serve --aws`: the person's own account, under their own credentials.

use std::sync::Arc;

use cloudtrail::names::AccountNames;
use gateway::regions::ENABLED;
use gateway::{Chain, Gateway};

use super::say;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::http::sign_in::SignIn;
use crate::own::Own;

/// How to sign in, and who is signed in already.
pub async fn open(profile: Option<&str>, titles: AccountNames, clock: &Clock) -> Result<(SignIn, Own)> {
    let told = clock.clone();
    let tells: gateway::Clock = Arc::new(move || told.now());
    let chain =
        Chain::load(profile, tells.clone()).await.map_err(|error| Error::Credentials(Box::new(error)))?;
    let gateway = Gateway::new(gateway::Options {
        endpoint: chain.endpoint(),
        regions: regions(chain.region()),
        clock: tells,
    });
    let sign_in = SignIn {
        gateway: gateway.clone(),
        people: Vec::new(),
        directories: Vec::new(),
        titles: titles.clone(),
    };
    Ok((sign_in, Own::new(chain, gateway, titles, clock.clone())))
}

/// Says whose account it is; or why it cannot be looked at yet. Other keys can be given on the sign-in page all the same.
pub async fn introduce(own: &Own) {
    match own.connection().await {
        Ok(connection) => say(&format!("AWS account {}, as {}", connection.account, connection.arn)),
        Err(problem) => {
            say(&format!("note: your own credentials cannot be used. {problem}"));
            say("      Waymark starts all the same: other keys can be given on its sign-in page.");
        }
    }
}

/// Accounts of other partitions have no Region in common with those of the first.
pub fn regions(own: Option<&str>) -> Vec<String> {
    let partition: &[&str] = match own {
        Some(region) if region.starts_with("us-gov-") => &["us-gov-west-1", "us-gov-east-1"],
        Some(region) if region.starts_with("cn-") => &["cn-north-1", "cn-northwest-1"],
        // Those that every account has, and one that was enabled and is worked in.
        Some(region) if !ENABLED.contains(&region) => {
            return ENABLED.into_iter().chain([region]).map(str::to_owned).collect();
        }
        _ => &[],
    };
    partition.iter().map(|region| (*region).to_owned()).collect()
}
