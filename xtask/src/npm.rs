//! The packages that come from npm, each set with a committed lock file.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Result};
use crate::files::{self, Stamp};
use crate::workspace::Workspace;
use crate::{process, say};

/// Installs what the `package-lock.json` in this folder names, unless that is there already.
pub fn install(folder: &Path) -> Result<()> {
    let lock = files::read(&folder.join("package-lock.json"))?;
    let node = node_version()?;
    let stamp =
        Stamp::new(folder.join("node_modules/.xtask-stamp"), files::hash([lock.as_slice(), node.as_bytes()]));
    if stamp.is_current() {
        return Ok(());
    }
    let name = folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy().into_owned();
    let step = say::step(format!("npm ci in {name}/"));
    // No package here needs its install script; what is not run cannot surprise.
    process::run(Command::new("npm").current_dir(folder).args([
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ]))?;
    stamp.set()?;
    step.done();
    Ok(())
}

/// One of the build tools of `xtask/package.json`, installed if needed.
pub fn build_tool(workspace: &Workspace, name: &str) -> Result<Command> {
    let folder = workspace.root.join("xtask");
    install(&folder)?;
    Ok(Command::new(binary(&folder, name)))
}

/// esbuild. The program itself, not the script around it, whose stack trace would bury what esbuild says.
pub fn esbuild(workspace: &Workspace) -> Result<Command> {
    let script = build_tool(workspace, "esbuild")?;
    let platforms = workspace.root.join("xtask/node_modules/@esbuild");
    let program =
        files::below(&platforms)?.into_iter().find(|path| path.file_stem().is_some_and(|n| n == "esbuild"));
    Ok(program.map_or(script, Command::new))
}

/// The path of a program that an npm package in this folder brings.
pub fn binary(folder: &Path, name: &str) -> PathBuf {
    folder.join("node_modules/.bin").join(name)
}

/// The oldest Node that the tools run on.
const OLDEST_NODE: u32 = 20;

fn node_version() -> Result<String> {
    let advice = || {
        Error::advice(format!(
            "Node {OLDEST_NODE} or newer with npm is needed for the style sheets and the browser tests; \
             install it from https://nodejs.org or with your package manager"
        ))
    };
    let version = process::ask(Command::new("node").arg("--version")).ok_or_else(advice)?;
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok());
    if major.is_none_or(|major: u32| major < OLDEST_NODE) || process::find("npm").is_none() {
        return Err(advice());
    }
    Ok(version.trim().to_owned())
}
