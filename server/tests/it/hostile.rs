//! Event fields that carry HTML, scripts, formulas, escapes and marks are text everywhere.

use serde_json::json;

use crate::support::logs;
use crate::support::program::run;
use crate::support::server::Server;

#[tokio::test]
async fn the_api_gives_them_back_as_they_were() {
    let server = Server::open(&[logs::hostile()]).await;
    let list = server.get("/api/v1/test/events").await;
    assert_eq!(list.json()["events"], json!([logs::hostile()]));
    assert_eq!(list.header("content-type"), "application/json");
}

#[tokio::test]
async fn pages_show_them_as_text() {
    let server = Server::open(&[logs::hostile()]).await;
    for address in ["/a/test/events?q=", "/a/test/events/evil-1"] {
        let page = server.get(address).await;
        assert!(page.status.is_success(), "{address}: {}", page.status);
        assert!(page.body.contains("HYPERLINK"), "{address} does not show the event");
        for script in ["<script>alert", "<img src=x", "</textarea><script>"] {
            assert!(!page.body.contains(script), "{address} carries {script}");
        }
    }
}

#[tokio::test]
async fn errors_show_what_was_asked_as_text() {
    let server = Server::open(&[logs::hostile()]).await;
    for address in
        ["/%3Cscript%3Ealert(1)%3C/script%3E", "/a/test/events?q=%3Cscript%3Ealert(1)%3C/script%3E:x"]
    {
        let page = server.get(address).await;
        assert!(!page.body.contains("<script>alert"), "{address}");
    }
    let start = server.get("/start?code=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").await;
    assert!(!start.body.contains("<script>alert"), "{}", start.body);
}

#[tokio::test]
async fn a_spreadsheet_finds_no_formula() {
    let server = Server::open(&[logs::hostile()]).await;
    let csv = server.get("/api/v1/test/events.csv?columns=event,error").await.body;
    assert!(csv.contains("\r\n\"'=HYPERLINK(\"\"http://evil.example\"\")\","), "{csv:?}");
}

#[test]
fn a_terminal_is_not_steered() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("logs");
    logs::write(&source, "a.json", &[logs::hostile()]);
    // The name of a file that is skipped is shown too.
    std::fs::write(source.join("\u{1b}[2J\u{202e}evil.json"), "no JSON").unwrap();
    let source = source.to_str().unwrap();
    for arguments in [vec!["search", "", "--logs", source], vec!["search", "\u{1b}[31m:(", "--logs", source]]
    {
        let ended = run(folder.path(), &arguments);
        for text in [&ended.out, &ended.err] {
            let wrong = text.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
            assert_eq!(wrong, None, "{arguments:?}: {text}");
        }
    }
}
