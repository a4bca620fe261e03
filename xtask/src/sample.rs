//! The sample account as log files, for `run`, `dev` and the browser tests.

use std::path::PathBuf;
use std::process::Command;

use crate::build::Built;
use crate::error::Result;
use crate::files::{self, Stamp};
use crate::workspace::Workspace;
use crate::{process, say};

/// Enough to look at, little enough to be there at once.
pub const DEFAULT_EVENTS: u64 = 50_000;

/// The folder with a sample account of so many events. Generated unless it is there already, made by the same
/// generator.
pub fn generate(workspace: &Workspace, built: &Built, events: u64) -> Result<PathBuf> {
    let folder = workspace.target.join("sample").join(format!("{events}-events"));
    let generator = files::hash_below(&workspace.root.join("crates/sample/src"))?;
    let stamp = Stamp::new(folder.with_extension("stamp"), generator);
    if folder.exists() && stamp.is_current() {
        return Ok(folder);
    }
    let step = say::step(format!("generating a sample account of {events} events"));
    let unfinished = folder.with_extension("unfinished");
    files::remove_folder(&unfinished)?;
    files::create_folder(&unfinished)?;
    process::run(
        Command::new(&built.server).arg("sample").arg(&unfinished).args(["--events", &events.to_string()]),
    )?;
    files::remove_folder(&folder)?;
    files::rename(&unfinished, &folder)?;
    stamp.set()?;
    step.done();
    Ok(folder)
}
