//! What cargo knows about the packages that the workspace is built from.

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::process;
use crate::workspace::Workspace;

/// The packages of the lock file, the workspace's own included.
#[derive(Deserialize)]
pub struct Metadata {
    /// Every package once a version.
    pub packages: Vec<Package>,
}

/// One package.
#[derive(Deserialize)]
pub struct Package {
    /// Its name in the registry.
    pub name: String,
    /// Its exact version.
    pub version: String,
    /// An SPDX expression, if it names one.
    pub license: Option<String>,
    /// Where it comes from; none for the workspace's own.
    pub source: Option<String>,
    /// What it asks for.
    pub dependencies: Vec<Dependency>,
}

/// A line under `[dependencies]`.
#[derive(Deserialize)]
pub struct Dependency {
    /// The name of the package asked for.
    pub name: String,
    /// The versions that would do, `*` if any.
    pub req: String,
    /// Set for a folder in the workspace.
    pub path: Option<String>,
}

impl Metadata {
    /// Asks cargo. A lock file that does not fit the manifests is an error, not repaired in silence.
    pub fn read(workspace: &Workspace) -> Result<Self> {
        let mut command = workspace.cargo();
        command.args(["metadata", "--locked", "--format-version", "1"]);
        serde_json::from_str(&process::output(&mut command)?)
            .map_err(|source| Error::malformed(process::line(&command), source))
    }

    /// Says what is wrong if `wasm-bindgen` and the library that binds its output differ in version: they talk
    /// to each other in a format that changes with every release.
    pub fn binding_fault(&self) -> Option<String> {
        let version = |name: &str| self.packages.iter().find(|p| p.name == name).map(|p| p.version.as_str());
        let (library, tool) = (version("wasm-bindgen"), version("wasm-bindgen-cli-support"));
        if library != tool {
            return Some(format!(
                "wasm-bindgen is {} but wasm-bindgen-cli-support is {}; give both the same version in Cargo.toml and xtask/Cargo.toml",
                library.unwrap_or("missing"),
                tool.unwrap_or("missing")
            ));
        }
        let own = self.packages.iter().filter(|package| package.source.is_none());
        let loose = own
            .flat_map(|package| package.dependencies.iter().map(move |wanted| (package, wanted)))
            .find(|(_, wanted)| {
                wanted.name.starts_with("wasm-bindgen")
                    && wanted.name != "wasm-bindgen-futures"
                    && !wanted.req.starts_with('=')
            });
        loose.map(|(package, wanted)| {
            format!(
                "{} asks for {} `{}`; pin it with `=`, so that its two parts stay together",
                package.name, wanted.name, wanted.req
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(library: &str, tool: &str, wanted: &str) -> Metadata {
        let text = format!(
            r#"{{"packages": [
                {{"name": "wasm-bindgen", "version": "{library}", "license": "MIT", "source": "registry+x", "dependencies": []}},
                {{"name": "wasm-bindgen-cli-support", "version": "{tool}", "license": "MIT", "source": "registry+x", "dependencies": []}},
                {{"name": "frontend", "version": "0.1.0", "license": null, "source": null,
                  "dependencies": [{{"name": "wasm-bindgen", "req": "{wanted}", "path": null}}]}}]}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn the_two_parts_of_wasm_bindgen_stay_together() {
        assert_eq!(metadata("0.2.130", "0.2.130", "=0.2.130").binding_fault(), None);
        let apart = metadata("0.2.131", "0.2.130", "=0.2.130").binding_fault().unwrap();
        assert!(apart.contains("0.2.131") && apart.contains("0.2.130"), "{apart}");
        let loose = metadata("0.2.130", "0.2.130", "^0.2.130").binding_fault().unwrap();
        assert!(loose.contains("frontend"), "{loose}");
    }
}
