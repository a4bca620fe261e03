//! The configuration of a shared deployment: `waymark serve --config waymark.toml`. `docs/configuration.md` describes every key.

/// What the values of single keys mean.
mod values;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use cloudtrail::search::Network;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::principal::Principals;
use crate::services::check_segment;
use crate::store::Keys;
use values::{age, bytes, check_database, check_region, check_url, network, origin, secret};

/// A shared deployment.
#[derive(Debug)]
pub struct Config {
    /// How browsers reach it, such as `https://waymark.example.com`.
    pub public_origin: String,
    /// Where it listens.
    pub listen: SocketAddr,
    /// Where it listens for those who look after it.
    pub admin_listen: Option<SocketAddr>,
    /// Proxies whose word is believed about whom they stand before.
    pub trusted_proxies: Vec<Network>,
    /// The database: a file, or `postgres://…`.
    pub database: Zeroizing<String>,
    /// Where event history is kept.
    pub data_dir: PathBuf,
    /// What seals credentials and sessions in the database.
    pub vault_keys: Keys,
    /// Where AWS is, if not at AWS.
    pub endpoint: Option<String>,
    /// The Regions whose event history is read; empty: those that every account has.
    pub regions: Vec<String>,
    /// Where people of IAM Identity Center sign in.
    pub start_urls: Vec<StartUrl>,
    /// Who may read everybody's access log.
    pub auditors: Principals,
    /// Archives, by their names in addresses.
    pub archives: BTreeMap<String, ArchiveConfig>,
    /// Bounds of what is kept of event history.
    pub cache: CacheConfig,
    /// A file that gives names to account ids.
    pub account_names: Option<PathBuf>,
}

/// A place where people of IAM Identity Center sign in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartUrl {
    /// The address that people know: `https://d-1234567890.awsapps.com/start`.
    pub url: String,
    /// The Region it lives in.
    pub region: String,
    /// What it is called on the sign-in page; else the address.
    pub title: Option<String>,
}

/// An archive, and who may look at it.
#[derive(Debug)]
pub struct ArchiveConfig {
    /// Its folder.
    pub path: PathBuf,
    /// Whose sign-in opens it.
    pub allow: Principals,
}

/// Bounds of what is kept of event history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheConfig {
    /// All of it together, in bytes.
    pub max_bytes: Option<u64>,
    /// How old events may grow, in milliseconds.
    pub max_age: Option<i64>,
}

/// The file as it is written. A key that is not here is an error.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    public_origin: String,
    #[serde(default = "default_listen")]
    listen: SocketAddr,
    admin_listen: Option<SocketAddr>,
    #[serde(default)]
    trusted_proxies: Vec<String>,
    database: Option<String>,
    data_dir: PathBuf,
    vault_keys: Vec<String>,
    #[serde(default)]
    endpoints: EndpointsFile,
    #[serde(default)]
    regions: Vec<String>,
    #[serde(default)]
    start_urls: Vec<StartUrl>,
    #[serde(default)]
    auditors: Vec<String>,
    #[serde(default)]
    archives: BTreeMap<String, ArchiveFile>,
    #[serde(default)]
    cache: CacheFile,
    account_names: Option<PathBuf>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct EndpointsFile {
    all: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ArchiveFile {
    path: PathBuf,
    allow: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CacheFile {
    max_bytes: Option<toml::Value>,
    max_age: Option<String>,
}

fn default_listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 3000))
}

/// Where a file cannot be read, and why, on one line. The line itself is not shown: it may hold a password.
fn unreadable(text: &str, error: &toml::de::Error) -> String {
    let message = without_value(&error.message().trim().replace('\n', ": "));
    match error.span().filter(|span| span.end > 0) {
        Some(span) => {
            let at = text.as_bytes().iter().take(span.start).filter(|byte| **byte == b'\n').count();
            let key = text.lines().nth(at).and_then(|line| line.split_once('=')).map(|(key, _)| key.trim());
            // As keys are written here, and secrets are not.
            let is_part = |letter: char| letter.is_ascii_lowercase() || "_-.".contains(letter);
            let key = key.filter(|key| key.chars().all(is_part));
            let key = key.map(|key| format!(", {key}")).unwrap_or_default();
            format!("line {}{key}: {message}", at + 1)
        }
        None => message,
    }
}

/// What is wrong, without the text that stands in the wrong place: `invalid type: string "…", expected a sequence`.
fn without_value(message: &str) -> String {
    let (start, expected) = message.rsplit_once("\", expected ").unwrap_or((message, ""));
    match start.split_once(" \"") {
        Some((what, _)) if !expected.is_empty() => format!("{what}, expected {expected}"),
        _ => message.to_owned(),
    }
}

impl Config {
    /// Reads a file. Paths in it are relative to its folder.
    ///
    /// # Errors
    /// Which key of which file is wrong, and what would be right.
    pub fn read(path: &Path) -> Result<Config> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| Error::Source { path: path.to_path_buf(), source })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Config::parse(&text, folder, &|name| std::env::var(name).ok().map(Zeroizing::new))
            .map_err(|problem| Error::Argument(format!("{}: {problem}", path.display())))
    }

    fn parse(
        text: &str,
        folder: &Path,
        variable: &dyn Fn(&str) -> Option<Zeroizing<String>>,
    ) -> Result<Config, String> {
        let file: File = toml::from_str(text).map_err(|error| unreadable(text, &error))?;
        let secret = |key: &str, text: &str| {
            secret(text, folder, variable).map_err(|problem| format!("{key}: {problem}"))
        };
        let networks = file.trusted_proxies.iter().map(|text| network(text));
        let trusted_proxies =
            networks.collect::<Result<_, _>>().map_err(|problem| format!("trusted_proxies: {problem}"))?;
        let keys =
            file.vault_keys.iter().map(|text| secret("vault_keys", text)).collect::<Result<Vec<_>, _>>()?;
        let vault_keys =
            Keys::read(&keys).map_err(|(at, error)| format!("vault_keys, number {at}: {error}"))?;
        let data_dir = folder.join(file.data_dir);
        let database = match &file.database {
            Some(text) if text.starts_with("env:") || text.starts_with("file:") => secret("database", text)?,
            Some(text) if text.contains("://") => Zeroizing::new(text.clone()),
            Some(path) => Zeroizing::new(folder.join(path).to_string_lossy().into_owned()),
            None => Zeroizing::new(data_dir.join("waymark.sqlite").to_string_lossy().into_owned()),
        };
        check_database(&database)?;
        let archives = file.archives.into_iter().map(|(name, archive)| {
            check_segment(&name).map_err(|problem| format!("archives: {problem}"))?;
            let key = format!("archives.{name}.allow");
            if archive.allow.is_empty() {
                return Err(format!(
                    "{key}: nobody is on the list, so that nobody could look at this archive"
                ));
            }
            let allow = Principals::read(&archive.allow).map_err(|problem| format!("{key}: {problem}"))?;
            Ok((name, ArchiveConfig { path: folder.join(archive.path), allow }))
        });
        let archives = archives.collect::<Result<_, String>>()?;
        for start in &file.start_urls {
            check_url("start_urls", &start.url)?;
            check_region("start_urls", &start.region)?;
        }
        file.regions.iter().try_for_each(|region| check_region("regions", region))?;
        if let Some(endpoint) = &file.endpoints.all {
            check_url("endpoints.all", endpoint)?;
        }
        Ok(Config {
            public_origin: origin(&file.public_origin)
                .map_err(|problem| format!("public_origin: {problem}"))?,
            listen: file.listen,
            admin_listen: file.admin_listen,
            trusted_proxies,
            database,
            data_dir,
            vault_keys,
            endpoint: file.endpoints.all,
            regions: file.regions,
            start_urls: file.start_urls,
            auditors: Principals::read(&file.auditors).map_err(|problem| format!("auditors: {problem}"))?,
            archives,
            cache: file.cache.read()?,
            account_names: file.account_names.map(|path| folder.join(path)),
        })
    }
}

impl CacheFile {
    fn read(self) -> Result<CacheConfig, String> {
        let wanted = |value: &toml::Value| match value {
            toml::Value::Integer(bytes) => u64::try_from(*bytes).ok().filter(|bytes| *bytes > 0),
            toml::Value::String(text) => bytes(text),
            _ => None,
        };
        let max_bytes = self.max_bytes.as_ref().map(|value| {
            wanted(value)
                .ok_or("cache.max_bytes: write a number of bytes, or one with a unit, such as \"50GiB\"")
        });
        let max_bytes = max_bytes.transpose()?;
        if self.max_age.as_deref().is_some_and(|text| age(text).is_none()) {
            return Err("cache.max_age: write a number of days or hours, such as \"400d\" or \"36h\"; at least \"1d\"".into());
        }
        Ok(CacheConfig { max_bytes, max_age: self.max_age.as_deref().and_then(age) })
    }
}

#[cfg(test)]
mod tests {
    use cloudtrail::time::DAY;

    use super::*;

    const LEAST: &str =
        "public_origin = \"https://waymark.example.com\"\ndata_dir = \"data\"\nvault_keys = [\"env:KEY\"]\n";

    fn parse(text: &str) -> Result<Config, String> {
        let key = Keys::make();
        Config::parse(text, Path::new("/etc/waymark"), &|name| (name == "KEY").then(|| key.clone()))
    }

    #[test]
    fn the_least_there_must_be() {
        let config = parse(LEAST).unwrap();
        assert_eq!(config.public_origin, "https://waymark.example.com");
        assert_eq!(config.listen, default_listen());
        assert_eq!(config.data_dir, Path::new("/etc/waymark/data"));
        assert_eq!(config.database.as_str(), "/etc/waymark/data/waymark.sqlite");
        assert_eq!(config.cache, CacheConfig::default());
    }

    #[test]
    fn what_cannot_be_read_is_said_on_one_line_without_the_line_itself() {
        let said = |more: &str| parse(&format!("{LEAST}{more}")).unwrap_err();
        assert!(
            said("lissten = \"127.0.0.1:1\"")
                .starts_with("line 4, lissten: unknown field `lissten`, expected")
        );
        let said = said("database = \"postgres://jo:hunter2@db");
        assert!(
            said.starts_with("line 4, database: ") && !said.contains('\n') && !said.contains("hunter2"),
            "{said}"
        );
        assert_eq!(parse("").unwrap_err(), "missing field `public_origin`");
        let said = parse(&LEAST.replace("[\"env:KEY\"]", "\"hunter2\"")).unwrap_err();
        assert!(said.starts_with("line 3, vault_keys: ") && !said.contains("hunter2"), "{said}");
    }

    #[test]
    fn the_example_in_the_documentation_is_right() {
        let page = include_str!("../../docs/configuration.md");
        let example = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
        let key = Keys::make();
        let folder = tempfile::tempdir().unwrap();
        let example = example.replace("file:/run/secrets/", &format!("file:{}/", folder.path().display()));
        for name in ["waymark-key", "waymark-key-before"] {
            std::fs::write(folder.path().join(name), key.as_str()).unwrap();
            #[cfg(unix)]
            std::fs::set_permissions(
                folder.path().join(name),
                std::os::unix::fs::PermissionsExt::from_mode(0o600),
            )
            .unwrap();
        }
        let variable = |name: &str| {
            (name == "WAYMARK_DATABASE").then(|| Zeroizing::new("postgres://db/waymark".to_owned()))
        };
        let config = Config::parse(&example, folder.path(), &variable).unwrap();
        assert_eq!(config.archives.len(), 1);
        assert_eq!(config.cache, CacheConfig { max_bytes: Some(50 << 30), max_age: Some(400 * DAY) });
        // Every key is described.
        for key in [
            "public_origin",
            "listen",
            "admin_listen",
            "trusted_proxies",
            "database",
            "data_dir",
            "vault_keys",
            "endpoints.all",
            "regions",
            "start_urls",
            "auditors",
            "archives.NAME.path",
            "archives.NAME.allow",
            "cache.max_bytes",
            "cache.max_age",
            "account_names",
        ] {
            assert!(page.contains(&format!("`{key}`")), "{key} is not in docs/configuration.md");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let cases = [
            ("colour = \"red\"", "colour"),
            ("trusted_proxies = [\"10.0.0.0/33\"]", "trusted_proxies: `10.0.0.0/33`"),
            ("auditors = [\"jo\"]", "auditors: `jo`"),
            ("regions = [\"Frankfurt\"]", "regions: `Frankfurt`"),
            ("[endpoints]\nall = \"ftp://x\"", "endpoints.all"),
            ("[endpoints]\ncloudtrail = \"https://x\"", "cloudtrail"),
            ("[cache]\nmax_age = \"soon\"", "cache.max_age"),
            ("[cache]\nmax_bytes = \"50 parsecs\"", "cache.max_bytes"),
            ("[archives.all]\npath = \"x\"\nallow = []", "archives: `all`"),
            ("[archives.prod]\npath = \"x\"\nallow = []", "archives.prod.allow"),
            ("start_urls = [{ url = \"http://x.example\", region = \"eu-central-1\" }]", "start_urls"),
            ("database = \"mysql://x\"", "database"),
        ];
        for (text, problem) in cases {
            let error = parse(&format!("{LEAST}{text}\n")).unwrap_err();
            assert!(error.contains(problem), "{text}: {error}");
        }
        for (origin, problem) in [
            ("http://waymark.example.com", "clear text"),
            ("waymark.example.com", "no origin"),
            ("https://waymark.example.com/path", "no origin"),
            ("https://jo@waymark.example.com", "no origin"),
        ] {
            let error = parse(&LEAST.replace("https://waymark.example.com", origin)).unwrap_err();
            assert!(error.contains(problem), "{origin}: {error}");
        }
        assert!(parse(&LEAST.replace("env:KEY", "env:OTHER")).unwrap_err().contains("OTHER"));
        // A key that stands in the file itself is not repeated.
        let error = parse(&LEAST.replace("env:KEY", "c2VjcmV0LWtleQ==")).unwrap_err();
        assert!(error.contains("file:PATH") && !error.contains("c2VjcmV0"), "{error}");
    }
}
