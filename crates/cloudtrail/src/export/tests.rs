//! Each format, read back by someone else's rules.

use proptest::prelude::*;

use super::*;

const RECORD: &str = r#"{
  "eventTime": "2026-11-22T09:30:00Z", "eventSource": "ec2.amazonaws.com", "eventName": "StopInstances",
  "userIdentity": {"type": "IAMUser", "userName": "=cmd|' /C calc'!A0", "arn": "arn:aws:iam::111122223333:user/x"},
  "userAgent": "a, \"b\"\r\nc", "recipientAccountId": "111122223333", "sourceIPAddress": "203.0.113.9",
  "requestParameters": {"instanceId": "i-0abc", "big": 1.0e400, "text": "two  \"spaces\" \\"},
  "resources": [{"ARN": "arn:aws:ec2:::instance/i-1"}, {"ARN": "arn:aws:ec2:::instance/i-2"}],
  "readOnly": false, "eventID": "e-1"
}"#;

fn export(format: Format, records: &[&str]) -> String {
    let names = [("111122223333".to_owned(), "prod, main".to_owned())].into_iter().collect();
    let mut exporter = Exporter::new(format, names);
    let mut out = String::new();
    exporter.start(&mut out);
    for record in records {
        exporter.item(record, &mut out).unwrap();
    }
    exporter.end(&mut out);
    assert_eq!(exporter.items(), records.len() as u64);
    out
}

/// RFC 4180, read strictly.
fn read_csv(text: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let mut rest = text.chars().peekable();
    let mut quoted = false;
    while let Some(character) = rest.next() {
        let row = rows.last_mut().unwrap();
        match character {
            '"' if quoted && rest.peek() == Some(&'"') => {
                rest.next();
                row.last_mut().unwrap().push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(String::new()),
            '\r' if !quoted => {
                assert_eq!(rest.next(), Some('\n'));
                rows.push(vec![String::new()]);
            }
            other => row.last_mut().unwrap().push(other),
        }
    }
    assert!(!quoted);
    assert_eq!(rows.pop(), Some(vec![String::new()]), "the last line ends too");
    rows
}

#[test]
fn csv_has_a_heading_and_a_line_for_each_event() {
    let rows = read_csv(&export(Format::Csv, &[RECORD, "{}"]));
    assert_eq!(rows.len(), 3);
    assert!(rows.iter().all(|row| row.len() == Column::ALL.len()));
    let cell = |heading: &str| rows[1][rows[0].iter().position(|cell| cell == heading).unwrap()].as_str();
    assert_eq!(cell("time"), "2026-11-22T09:30:00Z");
    assert_eq!(cell("service"), "ec2");
    assert_eq!(cell("who"), "'=cmd|' /C calc'!A0");
    assert_eq!(cell("whoKind"), "human");
    assert_eq!(cell("accountName"), "prod, main");
    assert_eq!(cell("agent"), "a, \"b\"\r\nc");
    assert!(cell("resource").starts_with("arn:aws:ec2:::instance/i-1; arn:aws:ec2:::instance/i-2"));
    assert_eq!(
        cell("requestParameters"),
        r#"{"instanceId": "i-0abc", "big": 1.0e400, "text": "two  \"spaces\" \\"}"#
    );
    assert_eq!(cell("readOnly"), "false");
    assert_eq!(cell("id"), "e-1");
    assert!(rows[2].last().unwrap().starts_with("sha256-"));
}

#[test]
fn csv_takes_the_columns_it_is_given() {
    let columns = vec![Column::Id, Column::Event];
    let mut exporter = Exporter::new(Format::Csv, AccountNames::default()).with_columns(columns);
    let mut out = String::new();
    exporter.start(&mut out);
    exporter.item(RECORD, &mut out).unwrap();
    assert_eq!(out, "id,event\r\ne-1,StopInstances\r\n");
    assert!(exporter.item("{", &mut out).is_err());
    for column in Column::ALL {
        assert_eq!(Column::from_heading(column.heading()), Some(column));
    }
}

#[test]
fn json_keeps_the_records_as_they_are() {
    assert_eq!(export(Format::Json, &[]), "[]\n");
    assert_eq!(export(Format::Json, &["{\"a\":1.0}", " {} "]), "[\n{\"a\":1.0},\n{}\n]\n");
    assert_eq!(
        export(Format::JsonLines, &["{\"a\":1.0}", "{\r\n \"a\" : 1e5,\n \"b c\": \"d\\\"  e\\\\\" }\n"]),
        concat!("{\"a\":1.0}\n", "{\"a\":1e5,\"b c\":\"d\\\"  e\\\\\"}\n")
    );
    assert_eq!(export(Format::JsonLines, &[RECORD]).lines().count(), 1);
}

#[test]
fn nothing_reaches_a_terminal_but_text() {
    let cases = [
        ("plain é 世", "plain é 世"),
        ("\u{1b}[31mred", "\\u{1b}[31mred"),
        ("a\u{202e}b\u{2066}c\u{200b}", "a\\u{202e}b\\u{2066}c\\u{200b}"),
        ("line\r\nnext\tcell\u{7f}\u{9b}", "line\\r\\nnext\\tcell\\u{7f}\\u{9b}"),
    ];
    for (text, safe) in cases {
        assert_eq!(terminal_safe(text), safe);
    }
}

proptest! {
    #[test]
    fn a_cell_reads_back_and_is_no_formula(cells in prop::collection::vec("[-=+@\t\r\n\",a' ]{0,6}", 1..5)) {
        let mut out = String::new();
        write_csv_line(cells.iter().map(|cell| cell.as_str().into()), &mut out);
        let row = read_csv(&out).remove(0);
        prop_assert_eq!(row.len(), cells.len());
        for (read, cell) in row.iter().zip(&cells) {
            prop_assert!(!read.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']));
            prop_assert!(read == cell || read.strip_prefix('\'') == Some(cell));
        }
    }

    #[test]
    fn one_line_says_the_same(value in "[a-c\"\\\\ \t\né]{0,12}", key in "[a-c \"]{0,3}") {
        let record = serde_json::json!({key: [value, 1, {"x": null}]});
        let pretty = serde_json::to_string_pretty(&record).unwrap();
        let line = one_line(&pretty);
        prop_assert!(!line.contains('\n'));
        prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&line).unwrap(), record);
    }

    #[test]
    fn what_is_shown_has_no_control_characters(text in any::<String>()) {
        prop_assert!(!terminal_safe(&text).contains(is_unsafe));
    }
}
