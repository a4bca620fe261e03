//! The sample account's events, as if they had happened here.

use std::io::Read as _;
use std::path::Path;

use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::store::{Store, StoreError};

/// Why the sample cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SampleEventsError {
    /// The generator refuses, or cannot write.
    #[error(transparent)]
    Generate(#[from] sample::SampleError),
    /// Its files cannot be read.
    #[error("cannot read the sample's files")]
    Read(#[from] std::io::Error),
    /// They cannot be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Deserialize)]
struct LogFile<'f> {
    #[serde(rename = "Records", borrow)]
    records: Vec<&'f RawValue>,
}

/// Generates the sample that ends now, and puts its management and Insights events into the store.
///
/// # Errors
/// When the options leave no room for the stories, or the disk for its files.
pub(crate) fn fill(store: &mut Store, options: &sample::Options) -> Result<(), SampleEventsError> {
    let folder = tempfile::tempdir()?;
    sample::generate(folder.path(), options, &mut |_| {})?;
    let mut records = Vec::new();
    read_folder(&folder.path().join("AWSLogs"), &mut records)?;
    store.add(records.iter().map(String::as_str))?;
    Ok(())
}

fn read_folder(folder: &Path, records: &mut Vec<String>) -> std::io::Result<()> {
    for item in std::fs::read_dir(folder)? {
        let path = item?.path();
        if path.is_dir() {
            if path.file_name().is_none_or(|name| name != "CloudTrail-Digest") {
                read_folder(&path, records)?;
            }
            continue;
        }
        let mut text = String::new();
        GzDecoder::new(std::fs::File::open(&path)?).read_to_string(&mut text)?;
        let file: LogFile<'_> = serde_json::from_str(&text)?;
        records.extend(file.records.iter().map(|record| record.get().to_owned()));
    }
    Ok(())
}
