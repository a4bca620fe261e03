use std::path::{Path, PathBuf};

use cloudtrail::json::{Kind, Tape};
use cloudtrail::names::AccountNames;
use cloudtrail::record::Record;
use cloudtrail::search::matches::{Compiled, any_value, matches, required_literals};
use cloudtrail::search::{Field, FieldRef, edit, parse, presets};

/// The raw records of all plain JSON files below a folder; none if it is not there.
fn records(folder: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(folder);
    let mut records = Vec::new();
    for file in files(&root) {
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        let mut tape = Tape::default();
        let Ok(node) = tape.parse(&text) else { continue };
        let list = if node.kind() == Kind::Array { Some(node) } else { node.get("Records") };
        records.extend(list.iter().flat_map(|list| list.items()).map(|record| record.raw().to_owned()));
    }
    records
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    paths
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect()
}

fn count(records: &[String], query: &str) -> usize {
    let query = parse(query).unwrap_or_else(|error| panic!("{query}: {error}"));
    let compiled = Compiled::new(&query.expr, &AccountNames::default());
    let literals = required_literals(&query.expr);
    let matching = records.iter().filter(|raw| {
        let mut tape = Tape::default();
        let record = Record::read(tape.parse(raw).expect("a record is JSON")).expect("a record is an object");
        let holds = compiled.matches(&record);
        if holds && let Some(literals) = &literals {
            let lower = raw.to_ascii_lowercase();
            assert!(literals.iter().any(|literal| lower.contains(literal)), "{} {literals:?}", query.text);
        }
        holds
    });
    matching.count()
}

#[test]
fn searches_find_what_is_known_to_be_there() {
    let records = records("invictus");
    if records.is_empty() {
        return;
    }
    assert_eq!(records.len(), 2_900);
    assert_eq!(count(&records, ""), 2_900);
    assert_eq!(count(&records, "error:*"), 300);
    assert_eq!(count(&records, "-error:*"), 2_600);
    assert_eq!(count(&records, "time:2023-07-10"), 2_900);
    assert_eq!(count(&records, "time:<2023-07-10T11:42:18Z OR time:>2023-07-10T12:37:50Z"), 0);
    assert_eq!(
        count(&records, "readOnly:*"),
        count(&records, "readOnly:true") + count(&records, "readOnly:false")
    );
    for preset in presets() {
        assert!(count(&records, preset.query) < 2_900, "{}", preset.name);
    }
    let by_path = count(&records, ".eventName:\"DescribeInstances\"");
    assert_eq!(count(&records, "event:DescribeInstances"), by_path);
}

#[test]
fn every_value_leads_back_to_its_record() {
    for folder in ["invictus", "stratus", "umccr"] {
        for raw in records(folder).iter().step_by(7) {
            let mut tape = Tape::default();
            let record = Record::read(tape.parse(raw).unwrap()).unwrap();
            for field in Field::ALL {
                any_value(field, &record, |value| {
                    let empty = parse("").unwrap();
                    let link = edit::include(&empty, &FieldRef::Known(field), value);
                    let query = parse(&link).unwrap_or_else(|error| panic!("{link}: {error}"));
                    assert!(matches(&query.expr, &record, &AccountNames::default()), "{link}\n{raw}");
                    let link = edit::exclude(&query, &FieldRef::Known(field), value);
                    let query = parse(&link).unwrap_or_else(|error| panic!("{link}: {error}"));
                    assert!(!matches(&query.expr, &record, &AccountNames::default()), "{link}\n{raw}");
                    false
                });
            }
        }
    }
}
