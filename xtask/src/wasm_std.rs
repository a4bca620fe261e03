//! The standard library for `wasm32-unknown-unknown`, which many machines' Rust does not have.
//!
//! It is found in this order: the toolchain has it; rustup adds it; Debian's or Ubuntu's own compiler builds
//! it from its source package, once, into the target folder; otherwise we say what to install.
//! `WAYMARK_WASM_STD=source` goes straight to the third, so that a build needs nothing but package registries.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Result};
use crate::workspace::{Workspace, forget_cargo_run};
use crate::{files, install, process, say};

/// The target of the browser's side.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// A compiler that can build for the browser.
pub enum Compiler {
    /// The one cargo uses anyway.
    Default,
    /// The system's own, with the standard library that we built for it.
    System(SystemCompiler),
}

/// The distribution's compiler, and a standard library for the browser beside it.
pub struct SystemCompiler {
    tools: SystemTools,
    sysroot: PathBuf,
}

impl Compiler {
    /// Finds a compiler for the browser's side, installing what is missing.
    pub fn find(workspace: &Workspace) -> Result<Self> {
        match std::env::var("WAYMARK_WASM_STD") {
            Ok(choice) if choice == "source" => return from_source(workspace),
            Ok(choice) => {
                return Err(Error::advice(format!(
                    "WAYMARK_WASM_STD is `{choice}`; it may be unset or `source` (build the standard library with the system's compiler)"
                )));
            }
            Err(_) => {}
        }
        if default_has_target() {
            return Ok(Self::Default);
        }
        if process::find("rustup").is_some() && add_by_rustup() && default_has_target() {
            return Ok(Self::Default);
        }
        from_source(workspace)
    }

    /// A cargo command in the workspace that compiles for the browser with this compiler.
    pub fn cargo(&self, workspace: &Workspace) -> Command {
        let mut command = match self {
            Self::Default => workspace.cargo(),
            Self::System(system) => system.cargo(workspace),
        };
        // Empty is not enough: cargo takes an empty RUSTFLAGS for a choice, and it wins over the target's.
        command.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
        // Another compiler than the server's: in the same folder each would throw the other's work away.
        command.env("CARGO_TARGET_DIR", workspace.target.join("wasm"));
        command
    }

    /// What tells results of this compiler from those of another.
    pub fn target_folder(&self, workspace: &Workspace) -> PathBuf {
        workspace.target.join("wasm").join(TARGET)
    }
}

impl SystemCompiler {
    fn cargo(&self, workspace: &Workspace) -> Command {
        let mut command = self.tools.cargo(&workspace.root);
        let variable = |name: &str| format!("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_{name}");
        // These take the place of the flags in `.cargo/config.toml`, so those are repeated.
        let flags = format!("--sysroot={} --cfg erase_components", self.sysroot.display());
        command.env(variable("RUSTFLAGS"), flags);
        command.env(variable("LINKER"), &self.tools.linker);
        command
    }
}

fn default_has_target() -> bool {
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    process::ask(rustc.args(["--print", "target-libdir", "--target", TARGET]))
        .and_then(|folder| files::below(Path::new(folder.trim())).ok())
        .is_some_and(|files| files.iter().any(|file| is_std(file)))
}

fn is_std(file: &Path) -> bool {
    file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("libstd-"))
}

fn add_by_rustup() -> bool {
    let step = say::step(format!("rustup target add {TARGET}"));
    let added = process::run(Command::new("rustup").args(["target", "add", TARGET]));
    match added {
        Ok(()) => step.done(),
        Err(ref error) => step.done_with(&format!("{error}; trying the system's own compiler instead")),
    }
    added.is_ok()
}

/// The packages of Debian and Ubuntu with a recent compiler, its sources, and a linker for WebAssembly.
const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-19"];

/// The oldest compiler that the workspace builds with (`rust-version` in the root manifest).
const OLDEST: (u32, u32) = (1, 95);

fn from_source(workspace: &Workspace) -> Result<Compiler> {
    let tools = match SystemTools::find() {
        Some(tools) => tools,
        None if install::is_debian() => {
            install::packages(&PACKAGES, "the browser's side (WebAssembly)")?;
            SystemTools::find().ok_or_else(what_to_install)?
        }
        None => return Err(what_to_install()),
    };
    let sysroot = workspace.target.join("wasm-std").join(&tools.version);
    if !sysroot.join("complete").exists() {
        build_std(workspace, &tools, &sysroot)?;
    }
    Ok(Compiler::System(SystemCompiler { tools, sysroot }))
}

fn what_to_install() -> Error {
    let (major, minor) = OLDEST;
    Error::advice(format!(
        "the browser's side needs Rust's standard library for {TARGET}. Do one of:\n\n    \
         rustup target add {TARGET}                (Rust installed through rustup)\n    \
         sudo apt-get install {}    (Debian 12 or newer, Ubuntu; rustc-web must be {major}.{minor} or newer)\n\n\
         and unset WAYMARK_WASM_STD for the first.",
        PACKAGES.join(" ")
    ))
}

/// The distribution's compiler, its package manager and a linker.
struct SystemTools {
    rustc: PathBuf,
    cargo: PathBuf,
    linker: PathBuf,
    /// "1.96.0-ac68faa20c58": the release and the beginning of its commit.
    version: String,
}

impl SystemTools {
    /// Looks where packages put them, not on `PATH`, where rustup's come first.
    fn find() -> Option<Self> {
        let rustc = PathBuf::from("/usr/bin/rustc");
        let cargo = PathBuf::from("/usr/bin/cargo");
        let linker = process::find("wasm-ld-19").or_else(|| process::find("wasm-ld"))?;
        let verbose = process::ask(system(&rustc).arg("-vV"))?;
        let version = recent_version(&verbose)?;
        let own_sysroot = process::ask(system(&rustc).args(["--print", "sysroot"]))?;
        let source = Path::new(own_sysroot.trim()).join("lib/rustlib/src/rust/library/std/Cargo.toml");
        (cargo.exists() && source.exists()).then_some(Self { rustc, cargo, linker, version })
    }

    fn cargo(&self, folder: &Path) -> Command {
        let mut command = system(&self.cargo);
        forget_cargo_run(&mut command);
        command.current_dir(folder).env("RUSTC", &self.rustc).env_remove("RUSTUP_TOOLCHAIN");
        command
    }
}

/// A program of the distribution, without the library path that rustup's cargo sets for what it runs.
fn system(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_remove("LD_LIBRARY_PATH").env_remove("CARGO");
    command
}

/// From `rustc -vV`: a name for this version, or none if it is too old.
fn recent_version(verbose: &str) -> Option<String> {
    let field = |name: &str| verbose.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let release = field("release:")?;
    let mut numbers = release.split(['.', '-']).map_while(|part| part.parse::<u32>().ok());
    if (numbers.next()?, numbers.next()?) < OLDEST {
        return None;
    }
    let commit: String = field("commit-hash:").unwrap_or("unknown").chars().take(12).collect();
    Some(format!("{release}-{commit}"))
}

/// Builds the standard library from the distribution's source package. Its few dependencies come from the
/// crate registry, at the versions of its own lock file.
fn build_std(workspace: &Workspace, tools: &SystemTools, sysroot: &Path) -> Result<()> {
    let step = say::step(format!("building the standard library for {TARGET} (once)"));
    let scratch = workspace.target.join("wasm-std/build");
    files::remove_folder(&scratch)?;
    files::write(&scratch.join("Cargo.toml"), EMPTY_CRATE)?;
    files::write(&scratch.join("src/lib.rs"), "")?;
    let out = scratch.join("target");
    let mut cargo = tools.cargo(&scratch);
    cargo.args(["build", "--quiet", "--release", "--target", TARGET, "-Z", "build-std=std,panic_abort"]);
    cargo.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS").env("CARGO_TARGET_DIR", &out);
    // A stable compiler needs leave for `-Z build-std`; it is the compiler's own library that is built.
    cargo.env("RUSTC_BOOTSTRAP", "1");
    // The production build optimises across crates (LTO) and reads the library's bitcode.
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", "-Cembed-bitcode=yes");
    process::run(&mut cargo)?;

    files::remove_folder(sysroot)?;
    let library = sysroot.join("lib/rustlib").join(TARGET).join("lib");
    files::create_folder(&library)?;
    let mut has_std = false;
    for path in files::below(&out.join(TARGET).join("release/deps"))? {
        if path.extension().is_some_and(|extension| extension == "rlib") {
            has_std |= is_std(&path);
            let name = path.file_name().unwrap_or_default();
            files::rename(&path, &library.join(name))?;
        }
    }
    if !has_std {
        return Err(Error::advice(format!(
            "cargo built no standard library for {TARGET} in {}; please report this with the output above",
            out.display()
        )));
    }
    files::remove_folder(&scratch)?;
    files::write(&sysroot.join("complete"), &tools.version)?;
    step.done();
    Ok(())
}

/// `[workspace]` keeps it apart from the workspace above it, when the target folder is inside the checkout.
const EMPTY_CRATE: &str = r#"[package]
name = "empty"
edition = "2024"

[workspace]

[profile.release]
panic = "abort"
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_names_release_and_commit() {
        let verbose = "rustc 1.96.0 (ac68faa20 2026-05-25)\nbinary: rustc\ncommit-hash: ac68faa20c58cbccd01ee7208bf3b6e93a7d7f96\nrelease: 1.96.0\n";
        assert_eq!(recent_version(verbose).as_deref(), Some("1.96.0-ac68faa20c58"));
    }

    #[test]
    fn an_old_compiler_is_not_taken() {
        assert_eq!(recent_version("release: 1.85.0\n"), None);
        assert_eq!(recent_version("no version at all"), None);
    }

    #[test]
    fn a_prerelease_of_a_recent_version_is_taken() {
        assert_eq!(recent_version("release: 1.97.0-beta.2\n").as_deref(), Some("1.97.0-beta.2-unknown"));
    }
}
