//! Where things are: the checkout, the target folder, and what is built into it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::process;

/// How things are built.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Profile {
    /// Quick to build; `run`, `dev` and `test` share it so that nothing is compiled twice.
    Dev,
    /// For production and for measurements.
    Release,
}

/// The checkout and its target folder.
pub struct Workspace {
    /// The folder of the root `Cargo.toml`.
    pub root: PathBuf,
    /// Cargo's target folder (`CARGO_TARGET_DIR` counts).
    pub target: PathBuf,
}

impl Workspace {
    /// Asks cargo where the workspace of this program is.
    pub fn find() -> Result<Self> {
        // At run time first: a shared target folder may hold the program as built from another checkout.
        let own = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let mut command = cargo_in(&own);
        command.args(["metadata", "--no-deps", "--format-version", "1"]);
        let answer: Answer = serde_json::from_str(&process::output(&mut command)?)
            .map_err(|source| Error::malformed(process::line(&command), source))?;
        Ok(Self { root: answer.workspace_root, target: answer.target_directory })
    }

    /// Cargo, started in the workspace's root.
    pub fn cargo(&self) -> Command {
        cargo_in(&self.root)
    }

    /// The folder with the server's binary.
    pub fn binaries(&self, profile: Profile) -> PathBuf {
        self.target.join(profile.folder())
    }

    /// The server's binary.
    pub fn server(&self, profile: Profile) -> PathBuf {
        self.binaries(profile).join(format!("waymark{}", std::env::consts::EXE_SUFFIX))
    }

    /// What the server serves besides its pages. It lies beside the binary, which is where the server looks
    /// unless `--site` or `WAYMARK_SITE` says otherwise, so `target/debug/waymark serve --demo` simply works,
    /// debug and release builds never mix, and a production layout is these two copied together.
    pub fn site(&self, profile: Profile) -> PathBuf {
        self.binaries(profile).join("site")
    }
}

impl Profile {
    /// The name of cargo's output folder.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Dev => "debug",
            Self::Release => "release",
        }
    }

    /// The cargo profile of the browser's side (root `Cargo.toml`).
    pub fn wasm(self) -> &'static str {
        match self {
            Self::Dev => "wasm-dev",
            Self::Release => "wasm-release",
        }
    }
}

#[derive(Deserialize)]
struct Answer {
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

/// The cargo that started this program, without what `cargo run` added to the environment: build scripts that
/// watch such variables would otherwise run again when cargo is called by hand.
fn cargo_in(folder: &Path) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(folder);
    forget_cargo_run(&mut command);
    command
}

/// Removes the variables that `cargo run` sets for the program it starts.
pub fn forget_cargo_run(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let of_this_package = text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_");
        if of_this_package || text == "CARGO_BIN_NAME" || text == "CARGO_CRATE_NAME" {
            command.env_remove(&name);
        }
    }
}
