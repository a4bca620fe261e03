//! What the values of single keys mean.

use std::path::Path;

use cloudtrail::search::Network;
use cloudtrail::time::{DAY, HOUR};
use zeroize::Zeroizing;

use crate::store::text_of_file;

/// `50GB`, `20 GiB`, or plain bytes.
pub fn bytes(text: &str) -> Option<u64> {
    let digits = text.trim().find(|c: char| !c.is_ascii_digit()).unwrap_or(text.trim().len());
    let (number, unit) = text.trim().split_at(digits);
    let unit: u64 = match unit.trim() {
        "" | "B" => 1,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit).filter(|bytes| *bytes > 0)
}

pub fn age(text: &str) -> Option<i64> {
    let text = text.trim();
    let (number, unit) = match (text.strip_suffix('d'), text.strip_suffix('h')) {
        (Some(days), _) => (days, DAY),
        (None, Some(hours)) => (hours, HOUR),
        (None, None) => return None,
    };
    number.parse::<i64>().ok()?.checked_mul(unit).filter(|age| *age >= DAY)
}

/// `https://waymark.example.com`, with a port if need be.
pub fn origin(text: &str) -> Result<String, String> {
    let wrong = || {
        format!(
            "`{text}` is no origin; write the scheme and the name as browsers see them, such as https://waymark.example.com"
        )
    };
    let origin = text.strip_suffix('/').unwrap_or(text);
    let url: http::Uri = origin.parse().map_err(|_| wrong())?;
    let host = url.host().ok_or_else(wrong)?;
    let is_plain = url.path().len() <= 1 && url.query().is_none() && !origin.contains(['@', '#', '?']);
    let is_local = matches!(host, "127.0.0.1" | "[::1]" | "localhost");
    match url.scheme_str() {
        Some("https") if is_plain => Ok(origin.to_ascii_lowercase()),
        Some("http") if is_plain && is_local => Ok(origin.to_ascii_lowercase()),
        Some("http") if is_plain => Err(format!(
            "`{text}` would send sessions in clear text; let a proxy in front end TLS, and write https:// here"
        )),
        _ => Err(wrong()),
    }
}

pub fn network(text: &str) -> Result<Network, String> {
    let address = text.parse::<std::net::IpAddr>().ok();
    match address {
        Some(address) => Ok(Network::new(address, if address.is_ipv4() { 32 } else { 128 })
            .unwrap_or_else(|| unreachable!("an address has so many bits"))),
        None => text.parse().map_err(|error| format!("`{text}`: {error}")),
    }
}

/// `file:PATH` or `env:NAME`.
pub fn secret(
    text: &str,
    folder: &Path,
    variable: &dyn Fn(&str) -> Option<Zeroizing<String>>,
) -> Result<Zeroizing<String>, String> {
    match text.split_once(':') {
        Some(("file", path)) => {
            let path = folder.join(path);
            let text =
                text_of_file(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
            Ok(Zeroizing::new(text.trim().to_owned()))
        }
        Some(("env", name)) => {
            variable(name).ok_or_else(|| format!("the environment has no variable {name}"))
        }
        // What stands here might be the secret itself, and is not repeated.
        _ => Err("write file:PATH or env:NAME: a secret does not belong into this file".to_owned()),
    }
}

pub fn check_database(text: &str) -> Result<(), String> {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    match scheme {
        None | Some("postgres" | "postgresql" | "sqlite") => Ok(()),
        Some(_) => Err("database: write a file's path for SQLite, or postgres://USER@HOST/NAME".to_owned()),
    }
}

pub fn check_url(key: &str, text: &str) -> Result<(), String> {
    let url: Option<http::Uri> = text.parse().ok();
    match url.as_ref().and_then(|url| Some((url.scheme_str()?, url.host()?))) {
        Some(("https", _)) => Ok(()),
        Some(("http", "127.0.0.1" | "localhost" | "[::1]")) => Ok(()),
        _ => Err(format!("{key}: `{text}` is no address; write one that begins with https://")),
    }
}

/// As `eu-central-1` or `us-gov-west-1` are written.
pub fn check_region(key: &str, text: &str) -> Result<(), String> {
    let parts: Vec<&str> = text.split('-').collect();
    let is_word = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_right = (3..=4).contains(&parts.len())
        && parts[..parts.len() - 1].iter().all(is_word)
        && parts[parts.len() - 1].parse::<u8>().is_ok();
    if is_right {
        Ok(())
    } else {
        Err(format!("{key}: `{text}` is no Region; write one such as eu-central-1"))
    }
}
