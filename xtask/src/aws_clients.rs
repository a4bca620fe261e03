//! AWS's own clients against the sandbox: the command line and boto3, in a virtual environment of Python.
//!
//! Only setting up the environment reaches beyond this machine, to the package registry that pip is set to; it is kept until the
//! list of packages changes. The tests themselves speak to the sandbox on loopback and to nothing else.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::error::{Error, Result};
use crate::files::{self, Stamp};
use crate::workspace::Workspace;
use crate::{install, process, say};

/// Where the tests are, and the list of packages.
const FOLDER: &str = "crates/sandbox/tests/aws";

/// Whether the tests may be left out where Python or its packages cannot be had.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Need {
    /// They may, and it is said.
    IfPossible,
    /// They must run.
    Always,
}

impl Need {
    /// In continuous integration nothing is left out.
    pub fn of_environment() -> Need {
        let is_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false");
        if is_ci { Need::Always } else { Need::IfPossible }
    }
}

/// Runs the tests with this server's sandbox. Gives why they were left out, if they were.
pub fn run(workspace: &Workspace, server: &Path, need: Need) -> Result<Option<String>> {
    let python = match prepare(workspace) {
        Ok(python) => python,
        Err(error) if need == Need::IfPossible => {
            let reason = format!("AWS's own clients were left out, and so not tested: {error}");
            say::note(&reason);
            return Ok(Some(reason));
        }
        Err(error) => return Err(error),
    };
    let step = say::step("AWS's own clients against the sandbox");
    let work = workspace.target.join("aws-clients/work");
    files::remove_folder(&work)?;
    files::create_folder(&work)?;
    let fifo = work.join("deliver");
    process::run(Command::new("mkfifo").arg(&fifo))?;
    let sandbox = Sandbox::start(server, &fifo)?;

    let folder = workspace.root.join(FOLDER);
    process::run(sandbox.client(&python, &work).arg(python.join("python")).arg(folder.join("clients.py")))?;
    let deliver = format!("echo > \"{}\"", fifo.display());
    process::run(sandbox.client(&python, &work).arg("sh").arg(folder.join("validate.sh")).arg(deliver))?;
    step.done();
    Ok(None)
}

/// The folder with the environment's programs, which has all packages.
fn prepare(workspace: &Workspace) -> Result<PathBuf> {
    let list = workspace.root.join(FOLDER).join("requirements.txt");
    let python = python()?;
    let environment = workspace.target.join("aws-clients/python");
    let (programs, stamp) = (environment.join("bin"), environment.join("xtask-stamp"));
    let version =
        process::ask(Command::new(&python).args(["-c", "import sys; print(sys.version, sys.prefix)"]));
    let made_from = files::hash([files::read(&list)?.as_slice(), version.unwrap_or_default().as_bytes()]);
    let stamp = Stamp::new(stamp, made_from);
    if stamp.is_current() {
        return Ok(programs);
    }
    let step = say::step("installing AWS's own clients for Python");
    process::run(Command::new(&python).args(["-m", "venv", "--clear"]).arg(&environment))?;
    let mut pip = Command::new(programs.join("python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
    // What is not run cannot surprise: only packages that need no building, and none that is not in the list.
    pip.args(["--only-binary=:all:", "--no-deps", "--require-hashes", "--requirement"]).arg(&list);
    process::run(&mut pip).map_err(|error| {
        Error::advice(format!(
            "the packages in {FOLDER}/requirements.txt could not be installed ({error}): pip must reach a package registry, and the \
             list must have files for this Python"
        ))
    })?;
    stamp.set()?;
    step.done();
    Ok(programs)
}

/// A Python that can make virtual environments.
fn python() -> Result<PathBuf> {
    let usable = || {
        let found = process::find("python3")?;
        process::ask(Command::new(&found).args(["-c", "import ensurepip, venv"]))?;
        Some(found)
    };
    if let Some(python) = usable() {
        return Ok(python);
    }
    if install::is_debian() {
        install::packages(&["python3", "python3-venv"], "testing with AWS's own clients")?;
    }
    usable().ok_or_else(|| {
        Error::advice(
            "testing with AWS's own clients needs Python 3.10 or newer with its venv module: install python3 (on Debian and Ubuntu \
             also python3-venv)",
        )
    })
}

/// A sandbox of its own, stopped when it is dropped.
struct Sandbox {
    child: Child,
    /// The variables with which the sample administrator's clients find it.
    exports: Vec<(String, String)>,
    /// Keeps its input open.
    _input: File,
}

impl Sandbox {
    /// Starts it on a free port; a line into the FIFO lets its trails deliver.
    fn start(server: &Path, fifo: &Path) -> Result<Sandbox> {
        // Read and write: opening waits for nobody, and the input does not end with the first who wrote.
        let open = || File::options().read(true).write(true).open(fifo).map_err(Error::file("open", fifo));
        let mut command = Command::new(server);
        command.args(["sandbox", "--listen", "127.0.0.1:0", "--events", "6000", "--deliver-on-input"]);
        command.stdin(open()?).stdout(Stdio::piped()).stderr(Stdio::null());
        let start = |source| Error::Start { program: server.display().to_string(), source };
        let mut sandbox =
            Sandbox { child: command.spawn().map_err(start)?, exports: Vec::new(), _input: open()? };
        let lines = sandbox.child.stdout.take().map(|out| BufReader::new(out).lines());
        for line in lines.into_iter().flatten().map_while(std::io::Result::ok) {
            if let Some((name, value)) = line.strip_prefix("export ").and_then(|rest| rest.split_once('=')) {
                sandbox.exports.push((name.to_owned(), value.trim_matches('\'').to_owned()));
            } else if !sandbox.exports.is_empty() {
                // The administrator's come first.
                break;
            }
        }
        let has = |wanted: &str| sandbox.exports.iter().any(|(name, _)| name == wanted);
        if has("AWS_ENDPOINT_URL") && has("AWS_SECRET_ACCESS_KEY") {
            return Ok(sandbox);
        }
        Err(Error::advice("`waymark sandbox` ended without printing its keys; start it by hand to see why"))
    }

    /// A command line to add a program to, which sees the sandbox, its own home, and nothing of this machine's AWS settings or proxies.
    fn client(&self, python: &Path, home: &Path) -> Command {
        let mut command = Command::new("env");
        let others = std::env::var_os("PATH").unwrap_or_default();
        let path =
            std::env::join_paths(std::iter::once(python.to_owned()).chain(std::env::split_paths(&others)));
        command.env_clear().env("PATH", path.unwrap_or(others)).env("HOME", home).env("TMPDIR", home);
        command
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_PAGER", "")
            .env("PYTHONDONTWRITEBYTECODE", "1");
        command.envs(self.exports.iter().map(|(name, value)| (name, value)));
        command
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
