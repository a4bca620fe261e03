//! The rules of `deny.toml`, the file that cargo-deny reads. What it says about licences, bans and sources
//! is enforced here as well, so that nobody needs that tool to know; a rule that is not understood here is an
//! error rather than a rule that silently does not hold. Advisories are cargo-deny's alone.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::metadata::{Metadata, Package};
use super::spdx;

/// What dependencies may be.
#[derive(Deserialize)]
pub struct Policy {
    licenses: Licenses,
    bans: Bans,
    sources: Sources,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Licenses {
    allow: Vec<String>,
    /// How sure cargo-deny must be of a licence it reads from a text; we read what packages declare.
    #[serde(default, rename = "confidence-threshold")]
    _confidence_threshold: f64,
    /// What cargo-deny says about an allowed licence that no package has.
    #[serde(default, rename = "unused-allowed-license")]
    _unused_allowed_license: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Bans {
    deny: Vec<Ban>,
    multiple_versions: Level,
    wildcards: Level,
    /// Paths inside the workspace carry no version, and need none.
    #[serde(default, rename = "allow-wildcard-paths")]
    _allow_wildcard_paths: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
    reason: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Sources {
    unknown_registry: Level,
    unknown_git: Level,
}

#[derive(Deserialize, PartialEq, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Level {
    Allow,
    Warn,
    Deny,
}

/// How cargo writes the registry that it uses by default, wherever that is mirrored from.
const DEFAULT_REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

impl Policy {
    /// Reads the file's text.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// Every broken rule, as a line for the reader.
    pub fn faults(&self, metadata: &Metadata) -> Vec<String> {
        let mut faults = Vec::new();
        for package in &metadata.packages {
            faults.extend(self.license_fault(package));
            faults.extend(self.ban_fault(package));
            faults.extend(self.source_fault(package));
            faults.extend(self.wildcard_fault(package));
        }
        if self.bans.multiple_versions == Level::Deny {
            faults.extend(several_versions(metadata));
        }
        faults
    }

    fn license_fault(&self, package: &Package) -> Option<String> {
        let Some(expression) = &package.license else {
            return Some(format!("{} names no licence", title(package)));
        };
        match spdx::allows(expression, |license| self.licenses.allow.iter().any(|allowed| allowed == license))
        {
            Ok(true) => None,
            Ok(false) => Some(format!(
                "{} has the licence `{expression}`, which [licenses] allow does not cover",
                title(package)
            )),
            Err(reason) => Some(format!("{} has the licence `{expression}`: {reason}", title(package))),
        }
    }

    fn ban_fault(&self, package: &Package) -> Option<String> {
        let ban = self.bans.deny.iter().find(|ban| ban.name == package.name)?;
        Some(format!("{} is banned: {}", title(package), ban.reason))
    }

    fn source_fault(&self, package: &Package) -> Option<String> {
        let source = package.source.as_deref()?;
        let level = if source.starts_with("git+") {
            self.sources.unknown_git
        } else if source == DEFAULT_REGISTRY {
            Level::Allow
        } else {
            self.sources.unknown_registry
        };
        (level == Level::Deny)
            .then(|| format!("{} comes from {source}, which [sources] does not allow", title(package)))
    }

    fn wildcard_fault(&self, package: &Package) -> Option<String> {
        if package.source.is_some() || self.bans.wildcards != Level::Deny {
            return None;
        }
        let loose = package.dependencies.iter().find(|wanted| wanted.req == "*" && wanted.path.is_none())?;
        Some(format!("{} asks for any version of {}; name one", title(package), loose.name))
    }
}

fn several_versions(metadata: &Metadata) -> impl Iterator<Item = String> {
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in &metadata.packages {
        versions.entry(&package.name).or_default().push(&package.version);
    }
    versions
        .into_iter()
        .filter(|(_, versions)| versions.len() > 1)
        .map(|(name, versions)| format!("{name} is there in several versions: {}", versions.join(", ")))
}

fn title(package: &Package) -> String {
    format!("{} {}", package.name, package.version)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = r#"
        [licenses]
        allow = ["MIT"]
        [bans]
        multiple-versions = "allow"
        wildcards = "deny"
        deny = [{ crate = "openssl-sys", reason = "TLS is rustls" }]
        [sources]
        unknown-registry = "deny"
        unknown-git = "deny"
    "#;

    fn faults(rules: &str, packages: &str) -> Vec<String> {
        let metadata: Metadata = serde_json::from_str(&format!(r#"{{"packages": [{packages}]}}"#)).unwrap();
        Policy::parse(rules).unwrap().faults(&metadata)
    }

    fn package(name: &str, license: &str, source: &str) -> String {
        format!(
            r#"{{"name": "{name}", "version": "1.0.0", "license": "{license}", "source": "{source}", "dependencies": []}}"#
        )
    }

    #[test]
    fn a_good_package_has_no_fault() {
        assert!(faults(RULES, &package("a", "MIT OR Apache-2.0", DEFAULT_REGISTRY)).is_empty());
    }

    #[test]
    fn a_licence_a_ban_and_a_source_are_each_reported() {
        let found = faults(RULES, &package("openssl-sys", "GPL-3.0", "git+https://example.com/x"));
        assert_eq!(
            found,
            [
                "openssl-sys 1.0.0 has the licence `GPL-3.0`, which [licenses] allow does not cover",
                "openssl-sys 1.0.0 is banned: TLS is rustls",
                "openssl-sys 1.0.0 comes from git+https://example.com/x, which [sources] does not allow",
            ]
        );
    }

    #[test]
    fn any_version_is_no_version_unless_it_is_a_path() {
        let own = |path: &str| {
            format!(
                r#"{{"name": "own", "version": "0.1.0", "license": "MIT", "source": null,
                    "dependencies": [{{"name": "b", "req": "*", "path": {path}}}]}}"#
            )
        };
        assert_eq!(faults(RULES, &own("null")), ["own 0.1.0 asks for any version of b; name one"]);
        assert!(faults(RULES, &own("\"/x\"")).is_empty());
    }

    #[test]
    fn several_versions_are_reported_when_that_is_denied() {
        let twice =
            format!("{}, {}", package("a", "MIT", DEFAULT_REGISTRY), package("a", "MIT", DEFAULT_REGISTRY));
        assert!(faults(RULES, &twice).is_empty());
        let strict = RULES.replace(r#"multiple-versions = "allow""#, r#"multiple-versions = "deny""#);
        assert_eq!(faults(&strict, &twice), ["a is there in several versions: 1.0.0, 1.0.0"]);
    }

    #[test]
    fn a_rule_that_is_not_enforced_here_is_an_error() {
        assert!(Policy::parse(&RULES.replace("[sources]", "[sources]\nallow-git = []")).is_err());
    }
}
