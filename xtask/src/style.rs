//! The style sheet: `style/main.css` with its imports as one minified file.

use std::path::PathBuf;

use crate::error::Result;
use crate::files::{self, Stamp};
use crate::workspace::Workspace;
use crate::{npm, process, say};

/// Bundles the style sheet and says where it is. The order of imports and of `@layer` is kept, and addresses
/// that begin with `/` (fonts and pictures in `public/`) stay as they are.
pub fn build(workspace: &Workspace) -> Result<PathBuf> {
    let source = workspace.root.join("style");
    let folder = workspace.target.join("style");
    let bundled = folder.join("waymark.css");
    let made_from = files::hash([files::hash_below(&source)?.as_bytes(), include_bytes!("style.rs")]);
    let stamp = Stamp::new(folder.join("stamp"), made_from);
    if stamp.is_current() {
        return Ok(bundled);
    }
    let mut esbuild = npm::build_tool(workspace, "esbuild")?;
    let step = say::step("bundling the style sheet");
    esbuild.arg(source.join("main.css"));
    esbuild.args(["--bundle", "--minify", "--external:/*", "--log-level=warning"]);
    process::run(esbuild.arg(format!("--outfile={}", bundled.display())))?;
    stamp.set()?;
    step.done();
    Ok(bundled)
}
