//! Scripts, styles and fonts: a folder that `cargo xtask` lays out (see its `site.rs`), held in memory.
//!
//! Files are looked up among the names that were there at the start, so no address can lead anywhere else. What lies
//! under `pkg/` has its hash in its name and may be kept for ever.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use leptos::config::LeptosOptions;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// The files, by address.
#[derive(Clone)]
pub struct Site {
    root: Arc<Path>,
    files: Arc<HashMap<String, File>>,
    style: Option<Arc<str>>,
}

struct File {
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
    kind: &'static str,
    tag: HeaderValue,
}

/// The folder below the site whose names carry hashes.
const HASHED: &str = "pkg";
/// Where Leptos reads those hashes; nobody else needs it.
const HASHES: &str = "hash.txt";

impl Site {
    /// Reads a laid-out site: the given folder, or `site` beside this program.
    pub fn open(given: Option<&Path>) -> Result<Site> {
        let root = match given {
            Some(path) => path.to_path_buf(),
            None => beside_program()?,
        };
        if !root.join(HASHES).is_file() {
            return Err(Error::Argument(format!(
                "{} holds no scripts and styles for the pages; run `cargo xtask run`, or name the folder with --site",
                root.display()
            )));
        }
        // Leptos would look for a relative one beside the program.
        let root = root.canonicalize().map_err(|source| Error::Source { path: root, source })?;
        let mut files = HashMap::new();
        for path in below(&root)? {
            let name = address_of(&root, &path);
            if let Some(name) = name.filter(|name| name != "/hash.txt") {
                files.insert(name, read_file(&path)?);
            }
        }
        // A compressed form is no file of its own.
        let addresses: Vec<String> = files.keys().cloned().collect();
        for address in addresses {
            for (suffix, slot) in [(".br", Slot::Brotli), (".gz", Slot::Gzip)] {
                if let Some(packed) = files.remove(&format!("{address}{suffix}"))
                    && let Some(file) = files.get_mut(&address)
                {
                    match slot {
                        Slot::Brotli => file.brotli = Some(packed.plain),
                        Slot::Gzip => file.gzip = Some(packed.plain),
                    }
                }
            }
        }
        let style = files.keys().find(|name| name.starts_with("/pkg/") && name.ends_with(".css"));
        let style = style.map(|name| Arc::from(name.as_str()));
        Ok(Site { root: Arc::from(root), files: Arc::new(files), style })
    }

    /// What Leptos must know to name these files in its pages.
    pub fn leptos_options(&self) -> LeptosOptions {
        let text = |path: PathBuf| path.to_string_lossy().into_owned();
        let mut options = LeptosOptions::builder()
            .output_name("waymark")
            .site_root(text(self.root.to_path_buf()))
            .site_pkg_dir(HASHED)
            .build();
        options.hash_files = true;
        options.hash_file = Arc::from(text(self.root.join(HASHES)));
        options
    }

    /// The address of the style sheet.
    pub fn style(&self) -> Option<&str> {
        self.style.as_deref()
    }

    /// Whether there is a file at this address.
    pub fn has(&self, address: &str) -> bool {
        self.files.contains_key(address)
    }

    /// The answer to a request for a file, if there is one at this address.
    pub fn answer(&self, method: &Method, address: &str, headers: &HeaderMap) -> Option<Response> {
        let file = self.files.get(address)?;
        if !matches!(*method, Method::GET | Method::HEAD) {
            return None;
        }
        let unchanged = headers.get(IF_NONE_MATCH).is_some_and(|known| matches_tag(known, &file.tag));
        let (body, encoding) = file.best_for(headers);
        let mut response = if unchanged {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let length = HeaderValue::from(body.len());
            let body = if method == Method::HEAD { Body::empty() } else { Body::from(body) };
            let mut response = Response::new(body);
            response.headers_mut().insert(CONTENT_LENGTH, length);
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(file.kind));
            response
        };
        let headers = response.headers_mut();
        if let Some(encoding) = encoding.filter(|_| !unchanged) {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        let in_pkg = address
            .strip_prefix('/')
            .and_then(|path| path.split_once('/'))
            .is_some_and(|(top, _)| top == HASHED);
        let keep = if in_pkg { "public, max-age=31536000, immutable" } else { "public, max-age=3600" };
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(keep));
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        headers.insert(ETAG, file.tag.clone());
        Some(response)
    }
}

enum Slot {
    Brotli,
    Gzip,
}

impl File {
    fn best_for(&self, headers: &HeaderMap) -> (Bytes, Option<&'static str>) {
        if let Some(brotli) = &self.brotli
            && accepts(headers, "br")
        {
            return (brotli.clone(), Some("br"));
        }
        if let Some(gzip) = &self.gzip
            && accepts(headers, "gzip")
        {
            return (gzip.clone(), Some("gzip"));
        }
        (self.plain.clone(), None)
    }
}

/// Whether a client takes an encoding; one that it gives no weight it does not take.
fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|offer| {
            let (name, weight) = offer.split_once(';').unwrap_or((offer, ""));
            let refused =
                weight.trim().strip_prefix("q=").is_some_and(|q| q.trim().parse::<f32>() == Ok(0.0));
            name.trim().eq_ignore_ascii_case(encoding) && !refused
        })
}

fn matches_tag(known: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(known), Ok(tag)) = (known.to_str(), tag.to_str()) else {
        return false;
    };
    known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)
}

fn beside_program() -> Result<PathBuf> {
    let program = std::env::current_exe()
        .map_err(|source| Error::Start { action: "find where this program is", source })?;
    Ok(program.with_file_name("site"))
}

fn read_file(path: &Path) -> Result<File> {
    let plain = std::fs::read(path).map_err(|source| Error::Source { path: path.to_path_buf(), source })?;
    let digest: String = Sha256::digest(&plain).iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    // Hex in quotes is always a header value.
    let tag = HeaderValue::from_str(&format!("\"{digest}\"")).unwrap_or(HeaderValue::from_static("\"\""));
    Ok(File { plain: Bytes::from(plain), brotli: None, gzip: None, kind: kind_of(path), tag })
}

/// Every file below a folder.
fn below(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(folder) = open.pop() {
        let failed = |source| Error::Source { path: folder.clone(), source };
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path);
            }
        }
    }
    Ok(found)
}

/// `/pkg/waymark.js` for `<root>/pkg/waymark.js`; names that are not UTF-8 have no address.
fn address_of(root: &Path, path: &Path) -> Option<String> {
    let mut address = String::new();
    for part in path.strip_prefix(root).ok()?.components() {
        address.push('/');
        address.push_str(part.as_os_str().to_str()?);
    }
    Some(address)
}

fn kind_of(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("html") => "text/html; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("json" | "map" | "webmanifest") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> (tempfile::TempDir, Site) {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("hash.txt", "js: abc\n");
        write("pkg/waymark.abc.js", "plain");
        write("pkg/waymark.abc.js.br", "brotli");
        write("pkg/waymark.abc.js.gz", "gzip");
        write("pkg/waymark.def.css", "body{}");
        write("robots.txt", "User-agent: *");
        let site = Site::open(Some(folder.path())).unwrap();
        (folder, site)
    }

    fn get(site: &Site, address: &str, headers: &[(&'static str, &'static str)]) -> Option<Response> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, HeaderValue::from_static(value));
        }
        site.answer(&Method::GET, address, &map)
    }

    #[test]
    fn the_best_encoding_is_chosen() {
        let (_folder, site) = site();
        let encoding = |accept: &'static str| {
            let response = get(&site, "/pkg/waymark.abc.js", &[("accept-encoding", accept)]).unwrap();
            response.headers().get(CONTENT_ENCODING).map(|value| value.to_str().unwrap().to_owned())
        };
        assert_eq!(encoding("gzip, deflate, br").as_deref(), Some("br"));
        assert_eq!(encoding("gzip").as_deref(), Some("gzip"));
        assert_eq!(encoding("br;q=0, gzip;q=0.5").as_deref(), Some("gzip"));
        assert_eq!(encoding("identity"), None);
        assert_eq!(site.style(), Some("/pkg/waymark.def.css"));
    }

    #[test]
    fn hashed_files_are_kept_and_others_asked_for_again() {
        let (_folder, site) = site();
        let hashed = get(&site, "/pkg/waymark.abc.js", &[]).unwrap();
        assert!(hashed.headers()[CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        let other = get(&site, "/robots.txt", &[]).unwrap();
        assert!(!other.headers()[CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        let tag = other.headers()[ETAG].clone();
        let mut headers = HeaderMap::new();
        headers.insert(IF_NONE_MATCH, tag);
        let again = site.answer(&Method::GET, "/robots.txt", &headers).unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    }

    #[test]
    fn nothing_else_is_reached() {
        let (_folder, site) = site();
        for address in
            ["/hash.txt", "/pkg/waymark.abc.js.br", "/../Cargo.toml", "/pkg/../hash.txt", "/pkg", "/"]
        {
            assert!(get(&site, address, &[]).is_none(), "{address}");
        }
    }

    #[test]
    fn a_folder_without_a_site_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let error = Site::open(Some(folder.path())).err().unwrap().to_string();
        assert!(error.contains("cargo xtask run"), "{error}");
    }
}
