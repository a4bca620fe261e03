//! `cargo xtask check`: what must hold before a change is handed in, tests aside.

mod metadata;
mod policy;
mod spdx;

use crate::error::{Error, Result};
use crate::workspace::Workspace;
use crate::{files, process, say};
use metadata::Metadata;
use policy::Policy;

/// Formatting, licences and versions, then the lints of both sides: what is quick to fail comes first.
pub fn check(workspace: &Workspace) -> Result<()> {
    formatting(workspace)?;
    dependencies(workspace)?;
    server_lints(workspace)?;
    browser_lints(workspace)
}

fn formatting(workspace: &Workspace) -> Result<()> {
    let step = say::step("rustfmt");
    process::run(workspace.cargo().args(["fmt", "--all", "--check"]))
        .map_err(|_| Error::Check("some files are not formatted; `cargo fmt --all` does it".into()))?;
    step.done();
    Ok(())
}

/// Holds the dependency graph against `deny.toml`, and wasm-bindgen's parts against each other.
fn dependencies(workspace: &Workspace) -> Result<()> {
    let step = say::step("licences, bans and versions (deny.toml)");
    let metadata = Metadata::read(workspace)?;
    let path = workspace.root.join("deny.toml");
    let policy = Policy::parse(&files::read_text(&path)?)
        .map_err(|source| Error::malformed(path.display().to_string(), source))?;
    let mut faults = policy.faults(&metadata);
    faults.extend(metadata.binding_fault());
    for fault in &faults {
        say::note(fault);
    }
    if !faults.is_empty() {
        return Err(Error::Check(format!(
            "{} of the dependencies' rules are broken, see above",
            faults.len()
        )));
    }
    step.done_with(&format!("{} packages", metadata.packages.len()));
    Ok(())
}

fn server_lints(workspace: &Workspace) -> Result<()> {
    let step = say::step("clippy, server side");
    let mut cargo = workspace.cargo();
    cargo.args(["clippy", "--workspace", "--exclude", "frontend", "--all-targets", "--", "-D", "warnings"]);
    process::run(&mut cargo)?;
    step.done();
    Ok(())
}

/// The browser's side on this machine's own target, because clippy has no standard library for the browser's.
fn browser_lints(workspace: &Workspace) -> Result<()> {
    let step = say::step("clippy, browser side");
    let mut cargo = workspace.cargo();
    cargo.args(["clippy", "-p", "app", "-p", "frontend", "--no-default-features", "--features", "hydrate"]);
    process::run(cargo.args(["--", "-D", "warnings"]))?;
    step.done();
    Ok(())
}
