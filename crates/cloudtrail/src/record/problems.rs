//! What is odd about a record, measured by what its eventVersion promises.

use std::fmt;

use super::Record;

/// Something a record of its version should have and has not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// No `eventVersion`, or one that is no `major.minor`.
    Version(Option<String>),
    /// A field that every record of this version carries.
    Missing {
        /// The version claimed.
        version: String,
        /// The field.
        field: &'static str,
    },
    /// No `eventID`; the record is known by its content's hash instead.
    NoEventId,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Version(None) => f.write_str("has no eventVersion"),
            Problem::Version(Some(version)) => {
                write!(f, "has an eventVersion `{version}` that is no version")
            }
            Problem::Missing { version, field } => {
                write!(f, "claims eventVersion {version} but lacks `{field}`")
            }
            Problem::NoEventId => f.write_str("has no eventID and is known by its content's SHA-256"),
        }
    }
}

impl Record<'_> {
    /// What is odd about this record; empty for nearly every one.
    ///
    /// Which field came with which version: User Guide, "CloudTrail record contents" ("Since"). The minor version is
    /// compared as a number, so 1.10 is newer than 1.9.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.event_id.is_none() {
            problems.push(Problem::NoEventId);
        }
        if self.category() == "Aggregated" {
            // Aggregated events have a schema and a version count of their own.
            return problems;
        }
        let Some(version) = self.event_version.as_deref() else {
            problems.push(Problem::Version(None));
            return problems;
        };
        let Some((major, minor)) = parse_version(version) else {
            problems.push(Problem::Version(Some(version.to_owned())));
            return problems;
        };
        let since = |wanted: u32| major == 1 && minor >= wanted;
        let is_insight = self.category() == "Insight";
        let checks = [
            ("eventName", since(0) && self.event_name.is_none()),
            ("eventSource", since(0) && self.event_source.is_none()),
            ("awsRegion", since(0) && self.region.is_none()),
            ("userIdentity", since(0) && !is_insight && self.root.get("userIdentity").is_none()),
            ("eventType", since(2) && self.event_type.is_none()),
            ("eventCategory", since(7) && self.event_category.is_none()),
        ];
        problems.extend(
            checks
                .into_iter()
                .filter(|(_, missing)| *missing)
                .map(|(field, _)| Problem::Missing { version: version.to_owned(), field }),
        );
        problems
    }
}

fn parse_version(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Tape;

    fn problems(json: &str) -> Vec<String> {
        let mut tape = Tape::default();
        let record = Record::read(tape.parse(json).unwrap()).unwrap();
        record.problems().iter().map(Problem::to_string).collect()
    }

    #[test]
    fn measures_a_record_by_the_version_it_claims() {
        let base = r#""eventName":"a","eventSource":"b","awsRegion":"c","userIdentity":{},"eventID":"e""#;
        assert!(problems(&format!(r#"{{"eventVersion":"1.01",{base}}}"#)).is_empty());
        assert_eq!(
            problems(&format!(r#"{{"eventVersion":"1.02",{base}}}"#)),
            ["claims eventVersion 1.02 but lacks `eventType`"]
        );
        // 1.10 is after 1.7, though it sorts before it as text.
        assert_eq!(
            problems(&format!(r#"{{"eventVersion":"1.10","eventType":"AwsApiCall",{base}}}"#)),
            ["claims eventVersion 1.10 but lacks `eventCategory`"]
        );
    }
}
