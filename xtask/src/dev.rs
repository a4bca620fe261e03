//! `cargo xtask dev`: builds and starts again whenever a file changes.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, SystemTime};

use crate::error::{Error, Result};
use crate::workspace::{Profile, Workspace};
use crate::{build, files, run, say};

/// Builds, starts the server on the sample account, and does it again after every change, until stopped. A
/// build that fails is shown, and the server of the last good one keeps running.
pub fn dev(workspace: &Workspace, profile: Profile, events: u64, listen: SocketAddr) -> Result<()> {
    let mut running: Option<Running> = None;
    loop {
        // Before the build: what changes during it is seen afterwards.
        let seen = state(workspace)?;
        match build::everything(workspace, profile) {
            Ok(built) => {
                drop(running.take());
                let mut command = run::server(workspace, &built, events, listen, "run")?;
                let child = command
                    .spawn()
                    .map_err(|source| Error::Start { program: built.server.display().to_string(), source })?;
                running = Some(Running(child));
                say::note(&format!("http://{listen}/ serves this build; waiting for changes (Ctrl-C ends)"));
            }
            Err(error) => {
                say::failure(&error);
                say::note("waiting for changes");
            }
        }
        wait_for_change(workspace, &seen)?;
    }
}

/// A server that ends with its handle.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; either way nothing is left to do.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Twice a second is quick for a person and nothing for the machine.
const POLL: Duration = Duration::from_millis(500);

fn wait_for_change(workspace: &Workspace, seen: &[(String, SystemTime)]) -> Result<()> {
    loop {
        std::thread::sleep(POLL);
        let now = state(workspace)?;
        if now != seen {
            let changed = now.iter().find(|entry| !seen.contains(entry)).map(|(path, _)| path.as_str());
            say::note(&format!("changed: {}", changed.unwrap_or("a file is gone")));
            return Ok(());
        }
    }
}

/// What a build is made from.
const SOURCES: [&str; 8] =
    ["app", "crates", "frontend", "public", "server", "style", "Cargo.toml", "Cargo.lock"];

/// Every source file with the time of its last change.
fn state(workspace: &Workspace) -> Result<Vec<(String, SystemTime)>> {
    let mut state = Vec::new();
    for name in SOURCES {
        let path = workspace.root.join(name);
        let found = if path.is_dir() { files::below(&path)? } else { vec![path] };
        // A file that went away between listing and asking is simply gone.
        state.extend(found.iter().filter_map(|path| Some((path.display().to_string(), changed(path)?))));
    }
    Ok(state)
}

fn changed(path: &Path) -> Option<SystemTime> {
    path.metadata().ok()?.modified().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_a_changed_and_a_removed_file_are_seen() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace { root: folder.path().to_path_buf(), target: folder.path().join("target") };
        let file = folder.path().join("app/src/lib.rs");
        let empty = state(&workspace).unwrap();
        files::write(&file, "").unwrap();
        let written = state(&workspace).unwrap();
        assert_ne!(empty, written);
        let later = SystemTime::now() + Duration::from_secs(5);
        std::fs::File::options().write(true).open(&file).unwrap().set_modified(later).unwrap();
        assert_ne!(written, state(&workspace).unwrap());
        files::remove(&file).unwrap();
        assert_eq!(empty, state(&workspace).unwrap());
    }
}
