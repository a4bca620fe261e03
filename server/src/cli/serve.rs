//! `waymark serve`, from arguments to a running server.

use super::arguments::ServeArguments;
use crate::clock::Clock;
use crate::error::{EXIT_OK, Result};
use crate::serve::{self, Options, What};

/// Serves until it is told to stop.
pub async fn run(arguments: ServeArguments, clock: &Clock) -> Result<u8> {
    if let Some(config) = &arguments.config {
        serve::run_shared(config, arguments.site.as_deref(), clock).await?;
        return Ok(EXIT_OK);
    }
    let what = if arguments.demo {
        What::Demo { events: arguments.demo_events, logs: arguments.demo_logs }
    } else if arguments.aws {
        What::Aws { profile: arguments.profile }
    } else if let Some(archive) = arguments.source.archive {
        What::Archive { path: archive }
    } else {
        What::Logs { folders: arguments.source.logs, watch: arguments.watch }
    };
    let options = Options {
        what,
        name: arguments.name,
        names: arguments.names,
        listen: arguments.listen,
        admin_listen: arguments.admin_listen,
        data: arguments.data,
        site: arguments.site,
    };
    serve::run(options, clock).await?;
    Ok(EXIT_OK)
}
