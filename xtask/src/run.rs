//! `cargo xtask run`: from a checkout to a page in the browser.

use std::net::SocketAddr;
use std::process::Command;

use crate::build::Built;
use crate::error::{Error, Result};
use crate::workspace::{Profile, Workspace};
use crate::{build, process, sample, say};

/// Builds everything, makes a sample account, and becomes the server.
pub fn run(workspace: &Workspace, profile: Profile, events: u64, listen: SocketAddr) -> Result<()> {
    let built = build::everything(workspace, profile)?;
    let mut server = server(workspace, &built, events, listen, "run")?;
    say::note(&format!("starting Waymark on http://{listen}/ (Ctrl-C stops it)"));
    become_program(&mut server)
}

/// The command that serves the sample account; each purpose has its own data folder.
pub fn server(
    workspace: &Workspace,
    built: &Built,
    events: u64,
    listen: SocketAddr,
    purpose: &str,
) -> Result<Command> {
    let sample = sample::generate(workspace, built, events)?;
    let mut command = Command::new(&built.server);
    command.args(["serve", "--demo", "--listen", &listen.to_string()]);
    command.arg("--data").arg(sample.data(purpose));
    command.env("WAYMARK_SITE", &built.site).env("WAYMARK_SAMPLE", &sample.logs);
    Ok(command)
}

/// Replaces this program by another, so that a signal sent to us reaches the server.
#[cfg(unix)]
fn become_program(command: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    let source = command.exec();
    Err(Error::Start { program: process::line(command), source })
}

/// Runs another program to its end.
#[cfg(not(unix))]
fn become_program(command: &mut Command) -> Result<()> {
    process::run(command)
}
