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

/// A sample account on disk.
pub struct Sample {
    /// Its log files.
    pub logs: PathBuf,
    /// Room for what servers make of them; goes when the log files are made anew.
    data: PathBuf,
}

impl Sample {
    /// Where a server that serves it keeps its own data, apart from the data folder of the person who works here.
    /// Servers with different purposes may run at the same time.
    pub fn data(&self, purpose: &str) -> PathBuf {
        self.data.join(purpose)
    }
}

/// A sample account of so many events. Generated unless it is there already, made by the same generator.
pub fn generate(workspace: &Workspace, built: &Built, events: u64) -> Result<Sample> {
    let folder = workspace.target.join("sample").join(format!("{events}-events"));
    let sample = Sample { logs: folder.join("logs"), data: folder.join("data") };
    let generator = files::hash_below(&workspace.root.join("crates/sample/src"))?;
    let stamp = Stamp::new(folder.join("stamp"), generator);
    if stamp.is_current() {
        return Ok(sample);
    }
    let step = say::step(format!("generating a sample account of {events} events"));
    files::remove_folder(&folder)?;
    files::create_folder(&sample.logs)?;
    let mut generator = Command::new(&built.server);
    process::run(generator.arg("sample").arg(&sample.logs).args(["--events", &events.to_string()]))?;
    stamp.set()?;
    step.done();
    Ok(sample)
}
