//! Bytes, counts, layout, fields, rhythm.

use std::collections::{BTreeMap, BTreeSet};

use sample::{SampleError, generate};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::read::{at, bytes, make, options, texts, usual};

/// Hash of the text of a small sample. A change of the generator changes it; that is then a decision, not an accident.
const PINNED: &str = "2221ad08c85ff4639000c9aa2e0ebf26021874abef1b3959433779158318a308";

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let small = options(3_000, 14);
    let (one, same) = (make(small.clone()), make(small.clone()));
    let first = bytes(one.folder.path());
    assert_eq!(first, bytes(same.folder.path()));
    assert_eq!(one.report, same.report);

    let mut hash = Sha256::new();
    for (key, text) in texts(one.folder.path()) {
        hash.update(key);
        hash.update(text);
    }
    assert_eq!(format!("{:x}", hash.finalize()), PINNED);

    let mut other = small;
    other.seed = 2;
    assert_ne!(first, bytes(make(other).folder.path()));
}

#[test]
fn gzip_headers_name_no_time_and_no_system() {
    for (key, bytes) in bytes(usual().folder.path()) {
        if key.ends_with(".gz") {
            assert_eq!(bytes[..4], [0x1f, 0x8b, 8, 0], "{key}");
            assert_eq!(bytes[4..8], [0; 4], "{key}");
            assert_eq!(bytes[9], 255, "{key}");
        }
    }
}

#[test]
fn the_count_is_exact() {
    for (events, days, files) in [(2_000, 14, None), (9_999, 20, Some(60)), (20_001, 90, Some(5))] {
        let mut asked = options(events, days);
        asked.files = files;
        let made = make(asked);
        assert_eq!(made.events.len() as u64, events);
        assert_eq!(made.report.events, events);
        assert_eq!(made.insights.len() as u64, made.report.insights);
        let logs = bytes(made.folder.path()).keys().filter(|key| key.contains("/CloudTrail/")).count() as u64;
        assert_eq!(logs, made.report.files);
        if let Some(files) = files {
            assert!(logs <= files.max(9) * 3 / 2, "{logs} files instead of {files}");
        }
    }
}

#[test]
fn progress_ends_at_the_number_of_events() {
    let folder = tempfile::tempdir().unwrap();
    let mut seen = Vec::new();
    generate(folder.path(), &options(2_000, 14), &mut |events| seen.push(events)).unwrap();
    assert!(seen.is_sorted());
    assert_eq!(seen.last(), Some(&2_000));
}

#[test]
fn what_cannot_be_made_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut nothing = |_| ();
    let few = generate(folder.path(), &options(100, 14), &mut nothing);
    assert!(matches!(few, Err(SampleError::TooFewEvents { asked: 100, needed }) if needed > 100));
    let short = generate(folder.path(), &options(5_000, 13), &mut nothing);
    assert!(matches!(short, Err(SampleError::TooFewDays(13))));
    assert!(bytes(folder.path()).is_empty(), "nothing is written before the options are checked");

    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let blocked = generate(&file.join("sub"), &options(3_000, 14), &mut nothing);
    assert!(matches!(blocked, Err(SampleError::Io { .. })), "{blocked:?}");

    let full = folder.path().join("full");
    generate(&full, &options(3_000, 14), &mut nothing).unwrap();
    let again = generate(&full, &options(3_000, 14), &mut nothing);
    assert!(matches!(again, Err(SampleError::NotEmpty(_))));
}

#[test]
fn records_stand_where_the_layout_says() {
    let sample = usual();
    let names = std::fs::read_to_string(sample.folder.path().join("accounts.csv")).unwrap();
    assert_eq!(names, "111122223333,prod-payments\n444455556666,staging\n777788889999,security-audit\n");
    let mut regions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (key, text) in texts(sample.folder.path()) {
        let parts: Vec<&str> = key.split('/').collect();
        assert_eq!((parts[0], parts[1], parts.len()), ("AWSLogs", "o-exampleorgid", 9), "{key}");
        let (account, kind, region, name) = (parts[2], parts[3], parts[4], parts[8]);
        let date = parts[5..8].concat();
        assert!(name.contains(&date) && name.starts_with(&format!("{account}_{kind}_{region}_")), "{key}");
        if kind == "CloudTrail-Digest" {
            continue;
        }
        let unique = name.strip_suffix(".json.gz").unwrap().rsplit('_').next().unwrap();
        assert_eq!(unique.len(), 16, "{key}");
        assert!(text.starts_with("{\"Records\":[{\"eventVersion\":"), "{key}");
        let delivered = name.split('_').nth(3).unwrap().replace(['T', 'Z'], "");
        let file: Value = serde_json::from_str(&text).unwrap();
        for record in file["Records"].as_array().unwrap() {
            assert_eq!(at(record, "recipientAccountId"), account);
            assert_eq!(at(record, "awsRegion"), region);
            let time = at(record, "eventTime").replace(['-', ':', 'T', 'Z'], "");
            assert!(time[..12] <= delivered[..], "{key}: {time} was delivered before it happened");
        }
        regions.entry(account.to_owned()).or_default().insert(region.to_owned());
    }
    assert_eq!(regions.len(), 3);
    assert!(regions.values().all(|regions| regions.len() == 3), "{regions:?}");
}

#[test]
fn every_record_has_the_mandatory_fields() {
    let sample = usual();
    let (from, to) = (sample.report.from.to_string(), sample.report.to.to_string());
    assert_eq!(to, "2026-11-22T14:00:00Z", "the end is cut to the hour");
    let mut ids = BTreeSet::new();
    for record in &sample.events {
        for field in [
            "eventTime",
            "eventVersion",
            "eventSource",
            "eventName",
            "awsRegion",
            "sourceIPAddress",
            "eventID",
        ] {
            assert!(!at(record, field).is_empty(), "{field} is missing in {record}");
        }
        for field in ["userAgent", "eventType", "eventCategory", "recipientAccountId"] {
            assert!(!at(record, field).is_empty(), "{field} is missing in {record}");
        }
        assert!(record["userIdentity"].is_object());
        assert!(record.get("requestParameters").is_some() && record.get("responseElements").is_some());
        assert!(record["readOnly"].is_boolean() && record["managementEvent"].is_boolean());
        assert_eq!(record["managementEvent"] == true, at(record, "eventCategory") == "Management");
        assert!(matches!(at(record, "eventVersion"), "1.08" | "1.09" | "1.10" | "1.11"));
        let time = at(record, "eventTime");
        assert!(*from <= *time && *time < *to, "{time} is outside {from}..{to}");
        assert!(ids.insert(at(record, "eventID")), "twice: {record}");
        // Calls that change nothing have no response, except those that hand out credentials.
        if record["readOnly"] == true && at(record, "eventSource") != "sts.amazonaws.com" {
            assert!(record["responseElements"].is_null(), "{record}");
        }
        if record.get("errorCode").is_some() {
            assert!(record["responseElements"].is_null(), "{record}");
        }
    }
}

/// CloudTrail writes its fields in one order; the sample's text has the same one.
#[test]
fn fields_come_in_cloudtrails_order() {
    const ORDER: [&str; 26] = [
        "eventVersion",
        "userIdentity",
        "eventTime",
        "eventSource",
        "eventName",
        "awsRegion",
        "sourceIPAddress",
        "userAgent",
        "errorCode",
        "errorMessage",
        "requestParameters",
        "responseElements",
        "additionalEventData",
        "requestID",
        "eventID",
        "readOnly",
        "resources",
        "eventType",
        "managementEvent",
        "recipientAccountId",
        "sharedEventID",
        "vpcEndpointId",
        "vpcEndpointAccountId",
        "serviceEventDetails",
        "eventCategory",
        "tlsDetails",
    ];
    for (key, text) in
        texts(usual().folder.path()).into_iter().filter(|(key, _)| key.contains("/CloudTrail/"))
    {
        let record = &text["{\"Records\":[".len()..];
        let keys = top_keys(record);
        let places: Vec<usize> =
            keys.iter().filter_map(|key| ORDER.iter().position(|known| known == key)).collect();
        assert!(places.is_sorted(), "{key}: {keys:?}");
        assert!(
            keys.iter().all(|key| ORDER.contains(&key.as_str()) || key == "sessionCredentialFromConsole")
        );
    }
}

/// The keys of the first object in a text, in their order.
fn top_keys(text: &str) -> Vec<String> {
    let (mut depth, mut string, mut escaped, mut start) = (0, false, false, 0);
    let mut keys = Vec::new();
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if string => escaped = true,
            b'"' if string => {
                string = false;
                if depth == 1 && text.as_bytes()[index + 1] == b':' {
                    keys.push(text[start..index].to_owned());
                }
            }
            b'"' => (string, start) = (true, index + 1),
            b'{' | b'[' if !string => depth += 1,
            b'}' | b']' if !string => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            _ => {}
        }
    }
    keys
}

#[test]
fn lengths_errors_and_rhythm_are_life_like() {
    let sample = usual();
    let bytes: usize = texts(sample.folder.path())
        .iter()
        .filter(|(key, _)| key.contains("/CloudTrail/"))
        .map(|(_, text)| text.len())
        .sum();
    let average = bytes / sample.events.len();
    assert!((1_350..1_550).contains(&average), "{average} bytes a record");

    let ordinary: Vec<&Value> =
        sample.events.iter().filter(|record| at(record, "eventName") != "AllocateAddress").collect();
    let failed = ordinary.iter().filter(|record| record.get("errorCode").is_some()).count();
    let share = failed * 1000 / ordinary.len();
    assert!((20..65).contains(&share), "{share} of a thousand failed");

    let mut hours: BTreeMap<&str, u32> = BTreeMap::new();
    for record in &ordinary {
        // 2026-11-19 was a Thursday, the 15th a Sunday.
        let time = at(record, "eventTime");
        if time.starts_with("2026-11-19") || time.starts_with("2026-11-15") {
            *hours.entry(&time[8..13]).or_default() += 1;
        }
    }
    let around = |day: &str, first: u32| -> u32 {
        (first..first + 4)
            .map(|hour| hours.get(format!("{day}T{hour:02}").as_str()).copied().unwrap_or(0))
            .sum()
    };
    assert!(around("19", 13) > 2 * around("19", 0), "{hours:?}");
    assert!(around("19", 13) > 2 * around("15", 13), "{hours:?}");
}

/// Everybody and everything that calls is there.
#[test]
fn callers_of_all_kinds() {
    let sample = usual();
    let count = |test: &dyn Fn(&Value) -> bool| sample.events.iter().filter(|record| test(record)).count();
    for kind in [
        "AssumedRole",
        "AWSService",
        "IAMUser",
        "IdentityCenterUser",
        "SAMLUser",
        "WebIdentityUser",
        "AWSAccount",
        "Root",
    ] {
        assert!(count(&|record| at(record, "userIdentity.type") == kind) > 0, "no {kind}");
    }
    let people: BTreeSet<&str> = sample
        .events
        .iter()
        .filter(|record| at(record, "userIdentity.arn").contains("AWSReservedSSO_"))
        .map(|record| at(record, "userIdentity.arn").rsplit('/').next().unwrap())
        .collect();
    assert_eq!(people.len(), 12, "{people:?}");
    assert!(count(&|record| record["userIdentity"].get("onBehalfOf").is_some()) > 0);
    assert!(count(&|record| !at(record, "userIdentity.sessionContext.sourceIdentity").is_empty()) > 0);
    assert!(count(&|record| !at(record, "userIdentity.sessionContext.signInSessionArn").is_empty()) > 0);
    assert!(count(&|record| at(record, "sessionCredentialFromConsole") == "true") > 0);
    assert!(count(&|record| at(record, "eventCategory") == "Data") > 1000);
    assert!(count(&|record| at(record, "sourceIPAddress").starts_with("2001:db8:")) > 0);
    assert!(count(&|record| at(record, "sourceIPAddress").ends_with(".amazonaws.com")) > 0);
    assert_eq!(count(&|record| record.to_string().contains("sessionToken")), 0);
}
