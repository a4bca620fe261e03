//! `waymark serve --config`: a deployment shared by a team, behind a proxy that ends TLS.

use std::path::Path;
use std::sync::Arc;

use archive::Archive;
use cloudtrail::names::AccountNames;
use gateway::Gateway;

use super::{listen, print_line, run_router, say, warm_up};
use crate::clock::Clock;
use crate::config::Config;
use crate::data::DataFolder;
use crate::error::Result;
use crate::http::access::AccessLog;
use crate::http::entry::Entry;
use crate::http::metrics::Metrics;
use crate::http::sign_in::{Directory, SignIn};
use crate::http::site::Site;
use crate::http::{Context, Parts, Reach};
use crate::names;
use crate::services::Accounts;
use crate::session::Lasting;
use crate::store::Store;

/// Serves until it is told to stop.
pub async fn run(config: Config, site: Option<&Path>, clock: &Clock) -> Result<()> {
    let site = Site::open(site)?;
    let listener = listen::bind(config.listen, listen::Who::Everybody).await?;
    let admin = match config.admin_listen {
        Some(address) => Some(listen::bind(address, listen::Who::Everybody).await?),
        None => None,
    };
    let data = DataFolder::open(Some(&config.data_dir))?;
    let titles = config.account_names.as_deref().map(names::read).transpose()?.unwrap_or_default();
    let metrics = Arc::new(Metrics::default());
    let mut accounts = Accounts::new(metrics.clone(), clock.clone());
    for (name, archive) in &config.archives {
        let opened = Archive::open(&archive.path).await?;
        warm_up(opened.clone());
        accounts.add_for(archive.allow.clone(), name.clone(), opened);
    }
    let store = Store::open(&config.database, config.vault_keys).await?;
    let access = AccessLog::shared(store.clone(), clock.clone(), config.auditors);
    let sign_in = sign_in(&config.endpoint, config.regions, config.start_urls, titles, clock);
    let origin = config.public_origin;
    let context = Context::new(Parts {
        accounts: Arc::new(accounts),
        entry: Entry::signed_in(),
        sign_in: Some(sign_in),
        own: None,
        caches: data.caches(),
        keep: gateway::sync::Options {
            max_bytes: config.cache.max_bytes,
            max_age: config.cache.max_age,
            ..gateway::sync::Options::default()
        },
        store,
        access,
        lasting: Lasting::Sealed,
        reach: Reach::Origin(origin.clone()),
        trusted_proxies: config.trusted_proxies,
        metrics,
        site,
        clock: clock.clone(),
    });
    context.sign_ins().restore().await?;
    say(&format!("Waymark listens on {} for {origin}", listener.address()));
    print_line(&format!("{{\"listening\":\"{}\"}}", listener.address()));
    run_router(context, listener, admin).await
}

fn sign_in(
    endpoint: &Option<String>,
    regions: Vec<String>,
    start_urls: Vec<crate::config::StartUrl>,
    titles: AccountNames,
    clock: &Clock,
) -> SignIn {
    let told = clock.clone();
    let gateway = Gateway::new(gateway::Options {
        endpoint: endpoint.clone(),
        regions,
        clock: Arc::new(move || told.now()),
    });
    let directory = |start: crate::config::StartUrl| Directory {
        title: start.title.unwrap_or_else(|| start.url.clone()),
        start_url: start.url,
        region: start.region,
    };
    SignIn {
        gateway,
        people: Vec::new(),
        directories: start_urls.into_iter().map(directory).collect(),
        titles,
    }
}
