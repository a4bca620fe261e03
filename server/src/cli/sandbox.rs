//! `waymark sandbox`: a stand-in for AWS on one port, until it is told to stop.

use std::fmt::Write as _;

use cloudtrail::time::SECOND;
use sandbox::{Events, Running, Sandbox, Who};
use tokio::io::{AsyncBufReadExt as _, BufReader};

use super::arguments::{Quota, SandboxArguments};
use super::output::Output;
use crate::clock::Clock;
use crate::error::{EXIT_OK, Error, Result};
use crate::serve::{sandbox::clock_of, signal};

/// Serves, and prints what makes AWS's clients use it.
pub async fn run(arguments: SandboxArguments, clock: &Clock) -> Result<u8> {
    let options = sandbox::Options {
        listen: arguments.listen,
        state: arguments.state,
        quota: match arguments.quota {
            Quota::Aws => sandbox::Quota::Aws,
            Quota::Off => sandbox::Quota::Off,
        },
        clock: clock_of(clock),
        events: Events::Sample(arguments.events),
        role_life: i64::from(arguments.role_seconds) * SECOND,
    };
    let running = Sandbox::start(options).await.map_err(|source| Error::Sandbox(Box::new(source)))?;
    let mut output = Output::open();
    output.write(&lines(&running))?;
    output.finish()?;
    eprintln!("The sandbox listens on {}. Its keys are good until it stops.", running.url());
    tokio::select! {
        () = signal::stopped() => {}
        () = deliver(&running), if arguments.deliver_on_input => {}
    }
    drop(running);
    Ok(EXIT_OK)
}

/// Nobody who tries things waits an hour for a digest. Ends never; without input there is nothing more to do.
async fn deliver(running: &Running) {
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Ok(Some(_)) = lines.next_line().await {
        running.deliver();
        running.deliver_digests();
    }
    std::future::pending().await
}

/// Lines for a shell: those of the auditor come last, so that pasting all of them gives the lesser rights.
fn lines(running: &Running) -> String {
    let mut lines = String::new();
    for (who, title) in [
        (Who::Administrator, "The sample administrator: may do everything."),
        (Who::Auditor, "The sample auditor: may read CloudTrail and assume roles."),
    ] {
        // Writing to a text does not fail.
        let _ = writeln!(lines, "# {title}\n{}", running.exports(who));
    }
    lines
}
