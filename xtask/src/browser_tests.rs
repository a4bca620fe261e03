//! The browser tests: Playwright drives an installed Chromium against the real server.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Result};
use crate::workspace::{Profile, Workspace};
use crate::{build, files, install, npm, process, sample, say};

/// Builds, then runs the browser tests. Playwright starts and stops the server itself (see
/// `end2end/playwright.config.ts`, which says what the variables mean).
pub fn run(workspace: &Workspace, profile: Profile, playwright: &[String]) -> Result<()> {
    let chromium = chromium()?;
    let folder = workspace.root.join("end2end");
    npm::install(&folder)?;
    let built = build::everything(workspace, profile)?;
    let sample = sample::generate(workspace, &built, sample::DEFAULT_EVENTS)?;
    let data = sample.data("tests");
    // What an earlier run left must not help this one to pass.
    files::remove_folder(&data)?;

    let step = say::step("browser tests");
    let mut command = Command::new(npm::binary(&folder, "playwright"));
    command.current_dir(&folder).arg("test").args(playwright);
    command
        .env("WAYMARK_BIN", &built.server)
        .env("WAYMARK_SITE", &built.site)
        .env("WAYMARK_SAMPLE", &sample.logs);
    command.env("WAYMARK_DATA", data);
    command.env("WAYMARK_CHROMIUM", chromium).env("WAYMARK_PORT", free_port()?.to_string());
    command.env("WAYMARK_TEST_OUTPUT", workspace.target.join("browser-tests"));
    process::run(&mut command)?;
    step.done();
    Ok(())
}

/// An installed Chromium or Chrome, from `WAYMARK_CHROMIUM` or its usual places; Debian's is installed if
/// there is none.
fn chromium() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("WAYMARK_CHROMIUM").map(PathBuf::from) {
        return if path.is_file() {
            Ok(path)
        } else {
            Err(Error::advice(format!("WAYMARK_CHROMIUM is `{}`, which is no file", path.display())))
        };
    }
    if let Some(path) = installed_chromium() {
        return Ok(path);
    }
    if install::is_debian() {
        install::packages(&["chromium"], "the browser tests")?;
    }
    installed_chromium().ok_or_else(|| {
        Error::advice(
            "the browser tests need Chromium or Chrome: install one with your package manager, or set \
             WAYMARK_CHROMIUM to its path",
        )
    })
}

fn installed_chromium() -> Option<PathBuf> {
    let on_mac = [
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ];
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
        .into_iter()
        .find_map(process::find)
        .or_else(|| on_mac.iter().map(Path::new).find(|path| path.is_file()).map(Path::to_path_buf))
}

/// A port of this machine that nothing listens on.
fn free_port() -> Result<u16> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| {
            Error::advice(format!("no port of this machine can be opened for the test server: {error}"))
        })
}
