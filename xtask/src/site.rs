//! The folder that the server serves besides its pages:
//!
//! ```text
//! site/hash.txt                   "js: …", "wasm: …", "css: …": where Leptos reads the hashes below
//! site/pkg/waymark.<hash>.js      the module that starts the browser's side
//! site/pkg/waymark.<hash>.wasm
//! site/pkg/waymark.<hash>.css
//! site/…                          public/, copied as it is
//! ```
//!
//! Names under `pkg/` change with the content, so they may be cached for ever. What gets smaller by it is
//! also there compressed, as `<name>.br` and `<name>.gz`.
//!
//! The server sets `LeptosOptions { output_name: "waymark", site_pkg_dir: "pkg", hash_files: true, hash_file:
//! <site>/hash.txt as an absolute path, … }`; Leptos looks for a relative one beside the binary.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::wasm::Browser;
use crate::workspace::{Profile, Workspace};
use crate::{files, say};

/// Lays out the site of a profile and says where it is. Files that are right already are left alone, others
/// are replaced, and what no longer belongs is removed.
pub fn lay_out(workspace: &Workspace, profile: Profile, browser: &Browser, style: &Path) -> Result<PathBuf> {
    let site = workspace.site(profile);
    let step = say::step("laying out the site");
    let mut wanted = public_files(&workspace.root.join("public"))?;
    let mut hashes = String::new();
    for (kind, path) in [("js", browser.script.as_path()), ("wasm", &browser.wasm), ("css", style)] {
        let bytes = files::read(path)?;
        let hash = short_hash(&bytes);
        hashes.push_str(&format!("{kind}: {hash}\n"));
        wanted.insert(PathBuf::from(format!("pkg/waymark.{hash}.{kind}")), bytes);
    }
    let compressed = place_all(&site, &wanted, profile)?;
    // Last, because from now on pages name the new files.
    files::write(&site.join(HASHES), hashes)?;
    remove_others(&site, &wanted)?;
    let note =
        if compressed == 0 { "nothing changed".into() } else { format!("{compressed} files new or changed") };
    step.done_with(&note);
    Ok(site)
}

const HASHES: &str = "hash.txt";

/// Enough of the hash that two builds never share it.
fn short_hash(bytes: &[u8]) -> String {
    files::hash([bytes]).chars().take(16).collect()
}

/// The files of `public/` by their path below it.
fn public_files(public: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut found = BTreeMap::new();
    for path in files::below(public)? {
        let name = path.strip_prefix(public).unwrap_or(&path).to_path_buf();
        found.insert(name, files::read(&path)?);
    }
    Ok(found)
}

/// Writes what is new or changed, with its compressed forms; says how many files that were.
fn place_all(site: &Path, wanted: &BTreeMap<PathBuf, Vec<u8>>, profile: Profile) -> Result<usize> {
    let mut changed = 0;
    for (name, bytes) in wanted {
        let path = site.join(name);
        if std::fs::read(&path).is_ok_and(|there| there == *bytes) {
            continue;
        }
        for encoding in Encoding::ALL {
            let packed = encoding.pack(bytes, profile);
            let packed_path = encoding.beside(&path);
            // Pictures and fonts are compressed already: a second time costs and gains nothing.
            if packed.len() * 20 < bytes.len() * 19 {
                files::write(&packed_path, packed)?;
            } else if packed_path.exists() {
                files::remove(&packed_path)?;
            }
        }
        // After its compressed forms: a file that is there with the right content has them.
        files::write(&path, bytes)?;
        changed += 1;
    }
    Ok(changed)
}

fn remove_others(site: &Path, wanted: &BTreeMap<PathBuf, Vec<u8>>) -> Result<()> {
    for path in files::below(site)? {
        let name = path.strip_prefix(site).unwrap_or(&path);
        let original = Encoding::ALL.iter().find_map(|encoding| encoding.original(name));
        let belongs = name == Path::new(HASHES)
            || wanted.contains_key(name)
            || original.is_some_and(|original| wanted.contains_key(&original));
        if !belongs {
            files::remove(&path)?;
        }
    }
    Ok(())
}

/// The compressed forms that every browser takes.
#[derive(Clone, Copy)]
enum Encoding {
    Brotli,
    Gzip,
}

impl Encoding {
    const ALL: [Self; 2] = [Self::Brotli, Self::Gzip];

    fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
        }
    }

    /// `name.css` gives `name.css.br`.
    fn beside(self, path: &Path) -> PathBuf {
        let mut name = path.as_os_str().to_owned();
        name.push(self.suffix());
        PathBuf::from(name)
    }

    /// `name.css.br` gives `name.css`.
    fn original(self, name: &Path) -> Option<PathBuf> {
        name.to_str()?.strip_suffix(self.suffix()).map(PathBuf::from)
    }

    fn pack(self, bytes: &[u8], profile: Profile) -> Vec<u8> {
        match self {
            Self::Brotli => brotli_of(bytes, if profile == Profile::Release { 11 } else { 5 }),
            Self::Gzip => gzip_of(bytes, if profile == Profile::Release { 9 } else { 5 }),
        }
    }
}

/// Brotli with a window of 4 MiB, which every browser accepts.
pub fn brotli_of(bytes: &[u8], quality: i32) -> Vec<u8> {
    let params =
        brotli::enc::BrotliEncoderParams { quality, lgwin: 22, size_hint: bytes.len(), ..Default::default() };
    let mut packed = Vec::new();
    let mut input = bytes;
    match brotli::BrotliCompress(&mut input, &mut packed, &params) {
        Ok(_) => packed,
        // From memory to memory nothing fails; if it did, the file is served as it is.
        Err(_) => bytes.to_vec(),
    }
}

fn gzip_of(bytes: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(level));
    encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_else(|_| bytes.to_vec())
}

/// The three files of the site that every page loads, in the order of `hash.txt`.
pub fn page_files(site: &Path) -> Result<Vec<PathBuf>> {
    let path = site.join(HASHES);
    let text = files::read_text(&path)?;
    text.lines()
        .map(|line| {
            let (kind, hash) = line.split_once(": ").ok_or_else(|| {
                Error::malformed(path.display().to_string(), format!("no `kind: hash` in `{line}`"))
            })?;
            Ok(site.join(format!("pkg/waymark.{hash}.{kind}")))
        })
        .collect()
}

/// What a browser that takes Brotli is sent for this file, in bytes.
pub fn transfer_size(path: &Path) -> Result<u64> {
    let packed = Encoding::Brotli.beside(path);
    let sent = if packed.exists() { packed.as_path() } else { path };
    Ok(sent.metadata().map_err(Error::file("read", sent))?.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(root: &Path) -> Workspace {
        files::write(&root.join("public/fonts/a.woff2"), noise(5000)).unwrap();
        files::write(&root.join("public/robots.txt"), "a".repeat(500)).unwrap();
        files::write(&root.join("built/a.js"), "export default 1;".repeat(50)).unwrap();
        files::write(&root.join("built/a.wasm"), vec![0; 4000]).unwrap();
        files::write(&root.join("built/a.css"), "body{margin:0}".repeat(50)).unwrap();
        Workspace { root: root.to_path_buf(), target: root.join("target") }
    }

    /// Bytes that do not compress.
    fn noise(length: usize) -> Vec<u8> {
        let mut state = 1_u32;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state as u8
        };
        (0..length).map(|_| next()).collect()
    }

    fn lay_out_in(root: &Path) -> PathBuf {
        let browser = Browser { script: root.join("built/a.js"), wasm: root.join("built/a.wasm") };
        let workspace = Workspace { root: root.to_path_buf(), target: root.join("target") };
        lay_out(&workspace, Profile::Dev, &browser, &root.join("built/a.css")).unwrap()
    }

    #[test]
    fn pages_find_hashed_files_and_their_compressed_forms() {
        let folder = tempfile::tempdir().unwrap();
        workspace(folder.path());
        let site = lay_out_in(folder.path());
        let pages = page_files(&site).unwrap();
        assert_eq!(pages.len(), 3);
        for page in &pages {
            assert!(
                page.exists()
                    && Encoding::Brotli.beside(page).exists()
                    && Encoding::Gzip.beside(page).exists()
            );
            assert!(transfer_size(page).unwrap() < page.metadata().unwrap().len());
        }
        assert!(site.join("robots.txt.br").exists());
        assert!(!site.join("fonts/a.woff2.br").exists());
        assert_eq!(transfer_size(&site.join("fonts/a.woff2")).unwrap(), 5000);
    }

    #[test]
    fn a_changed_file_gets_a_new_name_and_the_old_one_goes() {
        let folder = tempfile::tempdir().unwrap();
        workspace(folder.path());
        let site = lay_out_in(folder.path());
        let before = page_files(&site).unwrap();
        files::write(&folder.path().join("built/a.css"), "body{margin:1px}".repeat(50)).unwrap();
        lay_out_in(folder.path());
        let after = page_files(&site).unwrap();
        assert_eq!((&before[0], &before[1]), (&after[0], &after[1]));
        assert_ne!(before[2], after[2]);
        assert!(!before[2].exists() && !Encoding::Brotli.beside(&before[2]).exists());
    }

    #[test]
    fn compressed_forms_give_back_the_original() {
        let text = b"CloudTrail ".repeat(300);
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut brotli_of(&text, 11).as_slice(), &mut unpacked).unwrap();
        assert_eq!(unpacked, text);
        let mut unzipped = Vec::new();
        let packed = gzip_of(&text, 9);
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(packed.as_slice()), &mut unzipped)
            .unwrap();
        assert_eq!(unzipped, text);
    }
}
