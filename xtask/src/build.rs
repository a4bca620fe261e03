//! Building everything that a running server needs.

use std::path::PathBuf;

use crate::error::Result;
use crate::workspace::{Profile, Workspace};
use crate::{process, say, site, style, wasm};

/// What a build gives.
pub struct Built {
    /// The server's binary.
    pub server: PathBuf,
    /// The folder it serves (see [`site`]).
    pub site: PathBuf,
}

/// Builds the server, the browser's side and the style sheet, and lays out the site.
pub fn everything(workspace: &Workspace, profile: Profile) -> Result<Built> {
    // First what is quick to fail; `site` finds it done.
    style::build(workspace)?;
    let server = server(workspace, profile)?;
    let site = site(workspace, profile)?;
    Ok(Built { server, site })
}

/// Builds all that the server serves besides its pages.
pub fn site(workspace: &Workspace, profile: Profile) -> Result<PathBuf> {
    let style = style::build(workspace)?;
    let browser = wasm::build(workspace, profile)?;
    site::lay_out(workspace, profile, &browser, &style)
}

/// Builds the server's binary.
///
/// Without `--package`: cargo then unites features over all default members, as it does for `cargo test` and
/// for this program, so that no dependency is compiled a second time with other features.
pub fn server(workspace: &Workspace, profile: Profile) -> Result<PathBuf> {
    let step = say::step(format!("compiling the server ({})", profile.folder()));
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--bin", "waymark"]);
    if profile == Profile::Release {
        cargo.arg("--release");
    }
    process::run(&mut cargo)?;
    step.done();
    Ok(workspace.server(profile))
}
