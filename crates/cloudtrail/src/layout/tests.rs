//! Keys as CloudTrail writes them, and as people rename them.

use super::*;
use proptest::prelude::*;

fn log(key: &str) -> LogKey {
    match parse_key(key) {
        Some(Key::Log(log)) => log,
        other => panic!("{key}: {other:?}"),
    }
}

fn digest(key: &str) -> DigestKey {
    match parse_key(key) {
        Some(Key::Digest(digest)) => digest,
        other => panic!("{key}: {other:?}"),
    }
}

#[test]
fn reads_an_organisation_trails_key() {
    let key = "team/logs/AWSLogs/o-abc/111122223333/CloudTrail-Insight/us-gov-west-1/2026/11/22/\
               111122223333_CloudTrail-Insight_us-gov-west-1_20261122T0930Z_WMiHxZgr5Hdd6UDc.json.gz";
    let log = log(key);
    assert_eq!(log.prefix.as_deref(), Some("team/logs"));
    assert_eq!(log.organization.as_deref(), Some("o-abc"));
    assert_eq!(log.account.as_deref(), Some("111122223333"));
    assert_eq!(log.kind, Some(LogKind::Insight));
    assert_eq!(log.region.as_deref(), Some("us-gov-west-1"));
    assert_eq!(log.date, Date::new(2026, 11, 22));
    assert_eq!(log.delivered, Time::parse("2026-11-22T09:30:00Z"));
    assert_eq!(log.unique.as_deref(), Some("WMiHxZgr5Hdd6UDc"));
    assert_eq!(log.to_string(), key);
}

#[test]
fn reads_what_an_odd_name_tells() {
    let by_hand = log("811596193553_CloudTrail_us-east-1-20200930T2300.json");
    assert_eq!(by_hand.account.as_deref(), Some("811596193553"));
    assert_eq!(by_hand.region.as_deref(), Some("us-east-1"));
    assert_eq!(by_hand.delivered, Time::parse("2020-09-30T23:00:00Z"));
    assert_eq!((by_hand.date, by_hand.unique, by_hand.prefix), (None, None, None));

    let copied = log("downloads/811596193553_CloudTrail_us-east-1_20200930T2300Z_abc (1).json.gz");
    assert_eq!(copied.prefix.as_deref(), Some("downloads"));
    assert_eq!(copied.unique.as_deref(), Some("abc (1)"));

    for name in
        ["events.json", "a/b/aws.execution.ssm-start-session.json", "_.json", ".json.gz", "1_2_3_4_5.json"]
    {
        let log = log(name);
        assert_eq!((log.account, log.kind, log.region, log.date), (None, None, None, None), "{name}");
        assert_eq!((log.delivered, log.unique, log.organization), (None, None, None), "{name}");
    }
    for name in ["", "a", "README.md", "x.jsonl", "AWSLogs/111122223333/"] {
        assert_eq!(parse_key(name), None, "{name}");
    }
}

#[test]
fn the_folders_must_be_a_whole_layout() {
    for key in [
        "AWSLogs/111122223333/CloudTrail/us-east-1/2026/13/22/x.json",
        "AWSLogs/1111/CloudTrail/us-east-1/2026/11/22/x.json",
        "AWSLogs/111122223333/CloudTrail/us-east-1/x.json",
        "AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/+2/x.json",
    ] {
        let log = log(key);
        assert_eq!((log.account, log.date), (None, None), "{key}");
        assert_eq!(log.prefix.as_deref(), key.rsplit_once('/').map(|(folder, _)| folder));
    }
    let nested = log("AWSLogs/AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/22/x.json.gz");
    assert_eq!(nested.prefix.as_deref(), Some("AWSLogs"));
    assert_eq!(nested.kind, Some(LogKind::Events));
}

#[test]
fn reads_digests() {
    let key = "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/11/22/\
               111122223333_CloudTrail-Digest_eu-west-1_my_own_trail_us-east-1_20261122T093007Z_backfill.json.gz";
    let read = digest(key);
    assert_eq!(read.trail.as_deref(), Some("my_own_trail"));
    assert_eq!(read.home_region.as_deref(), Some("us-east-1"));
    assert_eq!(read.region.as_deref(), Some("eu-west-1"));
    assert_eq!(read.ends, Time::parse("2026-11-22T09:30:07Z"));
    assert!(read.backfill);
    assert_eq!(read.to_string(), key);
    // Known by its folder alone, and by its name alone.
    assert_eq!(digest("AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/11/22/x.json").trail, None);
    assert!(
        !digest("111122223333_CloudTrail-Digest_eu-west-1_t_us-east-1_20261122T093007Z.json.gz").backfill
    );
}

#[test]
fn dated_prefixes_cover_the_range_and_no_more() {
    let at = |text: &str| Time::parse(text).unwrap();
    let place = Place { prefix: Some("p"), organization: None, account: "111122223333", region: "eu-west-1" };
    let list = |from: &str, to: &str| dated_prefixes(&place, LogKind::Events, at(from), at(to));
    assert_eq!(
        list("2026-10-31T23:59:59Z", "2026-11-01T00:00:01Z"),
        [
            "p/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/10/31/",
            "p/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/01/"
        ]
    );
    assert_eq!(list("2026-11-01", "2026-11-02").len(), 1);
    assert!(list("2026-11-01", "2026-11-01").is_empty());
    assert_eq!(list("1970-01-01", "9000-01-01").len(), MAX_DATED_PREFIXES);
}

proptest! {
    #[test]
    fn a_built_key_reads_back_as_itself(
        prefix in prop::option::of("[a-z]{1,4}(/[a-z]{1,4})?"), organization in prop::option::of("o-[a-z0-9]{10}"),
        account in "[0-9]{12}", kind in prop::sample::select(LogKind::ALL.to_vec()), region in "[a-z]{2}-[a-z]{4}-[1-9]",
        minute in 0i64..100_000_000, unique in "[A-Za-z0-9]{16}", trail in "[A-Za-z0-9._-]{3,12}", backfill in any::<bool>(),
    ) {
        let time = Time::from_millis(minute * 60_000);
        let place = Place {
            prefix: prefix.as_deref(), organization: organization.as_deref(), account: &account, region: &region,
        };
        let log = LogKey::new(&place, kind, time, &unique);
        prop_assert_eq!(parse_key(&log.to_string()), Some(Key::Log(log)));
        let digest = DigestKey::new(&place, &trail, &region, time, backfill);
        prop_assert_eq!(parse_key(&digest.to_string()), Some(Key::Digest(digest)));
    }

    #[test]
    fn any_text_prints_back(text in "(AWSLogs/|111122223333/|o-a/|CloudTrail/|[_a-z/]|2026/|11/|T|\\.json|_CloudTrail-Digest_|é){0,14}") {
        if let Some(key) = parse_key(&text) {
            prop_assert_eq!(key.to_string(), text);
        }
    }
}
