//! The style sheet: `style/main.css` with its imports as one minified file.

use std::path::PathBuf;

use crate::error::Result;
use crate::files::{self, Stamp};
use crate::workspace::Workspace;
use crate::{npm, process, say};

/// Bundles the style sheet and says where it is. The order of imports and of `@layer` is kept, and addresses
/// of what is in `public/` (fonts, pictures) stay as they are; an address of nothing is an error.
pub fn build(workspace: &Workspace) -> Result<PathBuf> {
    let source = workspace.root.join("style");
    let folder = workspace.target.join("style");
    let bundled = folder.join("waymark.css");
    let served = served_addresses(workspace)?;
    let made_from = files::hash([
        files::hash_below(&source)?.as_bytes(),
        served.join(" ").as_bytes(),
        include_bytes!("style.rs"),
    ]);
    let stamp = Stamp::new(folder.join("stamp"), made_from);
    if stamp.is_current() {
        return Ok(bundled);
    }
    let mut esbuild = npm::esbuild(workspace)?;
    let step = say::step("bundling the style sheet");
    esbuild.arg(source.join("main.css"));
    esbuild.args(["--bundle", "--minify", "--log-level=warning"]).args(&served);
    process::run(esbuild.arg(format!("--outfile={}", bundled.display())))?;
    stamp.set()?;
    step.done();
    Ok(bundled)
}

/// For each file of `public/`, what tells esbuild that its address is not to be looked up.
fn served_addresses(workspace: &Workspace) -> Result<Vec<String>> {
    let public = workspace.root.join("public");
    let name = |path: &PathBuf| {
        path.strip_prefix(&public).unwrap_or(path).to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
    };
    Ok(files::below(&public)?.iter().map(|path| format!("--external:/{}", name(path))).collect())
}
