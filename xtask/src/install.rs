//! Installing what is missing: through apt where that is the way, otherwise by telling what to install.

use std::path::Path;
use std::process::Command;

use crate::error::{Error, Result};
use crate::{process, say};

/// Installs Debian or Ubuntu packages that are not there yet, and says so. Anything that would remove an
/// installed package is refused by apt and reported.
pub fn packages(packages: &[&str], purpose: &str) -> Result<()> {
    let missing: Vec<&str> = packages.iter().copied().filter(|package| !is_installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    let apt = administrator().ok_or_else(|| {
        Error::advice(format!(
            "{purpose} needs packages; install them with\n\n    sudo apt-get install {list}\n"
        ))
    })?;
    if !missing.iter().all(|package| has_candidate(package)) {
        let step = say::step("apt-get update");
        process::run(apt().arg("update"))?;
        step.done();
    }
    let unknown: Vec<&str> = missing.iter().copied().filter(|package| !has_candidate(package)).collect();
    if !unknown.is_empty() {
        return Err(Error::advice(format!(
            "{purpose} needs {}, which this release of the system does not offer (checked after apt-get update)",
            unknown.join(", ")
        )));
    }
    let step = say::step(format!("installing {list} through apt, for {purpose}"));
    process::run(apt().args(["install", "--yes", "--no-install-recommends", "--no-remove"]).args(&missing))?;
    step.done();
    Ok(())
}

/// Whether packages come through apt here.
pub fn is_debian() -> bool {
    Path::new("/etc/debian_version").exists() && process::find("apt-get").is_some()
}

/// Makes `apt-get` commands with the right to install: as root directly, otherwise through a `sudo` that asks
/// nothing. None if there is neither.
fn administrator() -> Option<impl Fn() -> Command> {
    let is_root = process::ask(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0");
    let by_sudo = !is_root && process::ask(Command::new("sudo").args(["-n", "true"])).is_some();
    (is_root || by_sudo).then_some(move || {
        let mut command = Command::new(if by_sudo { "sudo" } else { "env" });
        if by_sudo {
            command.args(["-n", "env"]);
        }
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet", "--quiet"]);
        command
    })
}

fn is_installed(package: &str) -> bool {
    process::ask(Command::new("dpkg-query").args(["--show", "--showformat=${Status}", package]))
        .is_some_and(|status| status == "install ok installed")
}

fn has_candidate(package: &str) -> bool {
    process::ask(Command::new("apt-cache").args(["policy", package])).is_some_and(|policy| {
        policy.lines().any(|line| {
            line.trim().strip_prefix("Candidate:").is_some_and(|candidate| candidate.trim() != "(none)")
        })
    })
}
