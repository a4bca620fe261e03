//! The browser's side: compiled, bound to JavaScript, and in a production build made as small as it gets.

use std::path::{Path, PathBuf};

use wasm_bindgen_cli_support::Bindgen;

use crate::error::{Error, Result};
use crate::files::{self, Stamp};
use crate::wasm_std::Compiler;
use crate::workspace::{Profile, Workspace};
use crate::{npm, process, say};

/// The two files that the browser loads, in the target folder under fixed names.
pub struct Browser {
    /// The JavaScript module, with everything it imports bundled in.
    pub script: PathBuf,
    /// The WebAssembly that the module is given.
    pub wasm: PathBuf,
}

/// Builds the browser's side.
pub fn build(workspace: &Workspace, profile: Profile) -> Result<Browser> {
    let compiled = compile(workspace, profile)?;
    let folder = workspace.target.join("wasm/bound").join(profile.wasm());
    let browser = Browser { script: folder.join("waymark.js"), wasm: folder.join("waymark.wasm") };

    let input = files::read(&compiled)?;
    // This file is the recipe: another version of it makes something else of the same input.
    let made_from = files::hash([input.as_slice(), include_bytes!("wasm.rs")]);
    let stamp = Stamp::new(folder.join("stamp"), made_from);
    if stamp.is_current() {
        return Ok(browser);
    }
    files::remove_folder(&folder)?;
    let raw = bind(profile, &compiled, &folder.join("raw"))?;
    match profile {
        Profile::Dev => files::rename(&raw.wasm, &browser.wasm)?,
        Profile::Release => optimise(workspace, &raw.wasm, &browser.wasm)?,
    }
    bundle(workspace, profile, &raw.script, &browser.script)?;
    files::remove_folder(&folder.join("raw"))?;
    stamp.set()?;
    Ok(browser)
}

/// Compiles the `frontend` crate, and says which file came out.
fn compile(workspace: &Workspace, profile: Profile) -> Result<PathBuf> {
    let compiler = Compiler::find(workspace)?;
    let step = say::step(format!("compiling the browser's side ({})", profile.wasm()));
    let mut cargo = compiler.cargo(workspace);
    cargo.args(["build", "--package", "frontend", "--lib", "--target", crate::wasm_std::TARGET]);
    cargo.args(["--profile", profile.wasm()]);
    process::run(&mut cargo)?;
    step.done();
    Ok(compiler.target_folder(workspace).join(profile.wasm()).join("frontend.wasm"))
}

/// wasm-bindgen, as the library that its command-line tool is made of: the same bytes, and nothing to install.
fn bind(profile: Profile, compiled: &Path, folder: &Path) -> Result<Browser> {
    let step = say::step("wasm-bindgen");
    let fail = |error: &dyn std::fmt::Display| Error::Bindgen {
        path: compiled.to_path_buf(),
        reason: format!("{error:#}"),
    };
    let mut bindgen = Bindgen::new();
    bindgen.input_path(compiled).out_name("waymark").typescript(false);
    // The page names the WebAssembly file, whose name carries a hash.
    bindgen.omit_default_module_path(true).remove_producers_section(true);
    // Function names help in development, where a panic's trace shows them.
    bindgen.remove_name_section(profile == Profile::Release);
    bindgen.web(true).map_err(|error| fail(&error))?;
    bindgen.generate(folder).map_err(|error| fail(&error))?;
    step.done();
    Ok(Browser { script: folder.join("waymark.js"), wasm: folder.join("waymark_bg.wasm") })
}

/// What `wasm-opt` is told: smallest size, and the WebAssembly features that Rust's target has on.
const WASM_OPT: [&str; 7] = [
    "-Oz",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-multivalue",
];

fn optimise(workspace: &Workspace, from: &Path, to: &Path) -> Result<()> {
    let mut tool = npm::build_tool(workspace, "wasm-opt")?;
    let step = say::step("wasm-opt");
    process::run(tool.args(WASM_OPT).arg(from).arg("-o").arg(to))?;
    let (before, after) = (files::read(from)?.len() as u64, files::read(to)?.len() as u64);
    step.done_with(&format!("{} from {}", say::human_size(after), say::human_size(before)));
    Ok(())
}

/// Puts the module and the snippets it imports into one file, so that one hash names it all.
fn bundle(workspace: &Workspace, profile: Profile, from: &Path, to: &Path) -> Result<()> {
    let mut tool = npm::esbuild(workspace)?;
    tool.arg(from).args(["--bundle", "--format=esm", "--target=es2022", "--log-level=warning"]);
    if profile == Profile::Release {
        tool.arg("--minify");
    }
    process::run(tool.arg(format!("--outfile={}", to.display())))
}
