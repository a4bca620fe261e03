//! The access log, one's sessions, and saved searches.

use axum::http::StatusCode;

use crate::support::browser::{Browser, with_sandbox};
use crate::support::logs;
use crate::support::server::Server;

const HOME: &str = "111122223333";

#[tokio::test]
async fn what_was_done_stands_in_the_log_and_each_reads_their_own() {
    let (server, _running) = with_sandbox().await;
    let mut auditor = Browser::new(&server);
    auditor.enter("/sign-in/sample", &[("person", "auditor")]).await;
    let list = format!("/a/{HOME}/events?q=event:ConsoleLogin&from=-2h");
    assert_eq!(auditor.get(&list).await.status, StatusCode::OK);
    assert_eq!(auditor.get(&list).await.status, StatusCode::OK);
    auditor.get(&format!("/api/v1/{HOME}/events.csv?q=requestParameters.password:hunter22")).await;
    auditor.get("/a/999999999999/events?q=").await;
    let mut newcomer = Browser::new(&server);
    newcomer.enter("/sign-in/sample", &[("person", "newcomer")]).await;
    newcomer.post("/sign-in/keys", &[("pasted", "nonsense")]).await;

    let log = auditor.get("/access-log").await;
    assert_eq!(log.status, StatusCode::OK);
    let count = |text: &str, page: &str| page.matches(text).count();
    assert_eq!(count(">search</td>", &log.body), 1, "{}", log.body);
    assert!(log.body.contains("event:ConsoleLogin from=-2h"), "{}", log.body);
    assert!(
        log.body.contains("csv: requestParameters.password:***") && !log.body.contains("hunter22"),
        "{}",
        log.body
    );
    assert_eq!(count(">sign-in</td>", &log.body), 3, "{}", log.body);
    assert_eq!(count(">denied</td>", &log.body), 1, "{}", log.body);
    assert!(!log.body.contains("newcomer"), "{}", log.body);
    let only = auditor.get("/access-log?action=export").await.body;
    assert_eq!(count("<tr>", &only), 2, "{only}");
    let own = newcomer.get("/access-log").await.body;
    assert!(own.contains("user/newcomer") && !own.contains("ConsoleLogin"), "{own}");
}

#[tokio::test]
async fn a_log_is_read_page_by_page() {
    let server = Server::open(&logs::ordinary()).await;
    for number in 0..120 {
        server.get(&format!("/api/v1/test/events?q=event:E{number}")).await;
    }
    let first = server.get("/access-log?action=search").await.body;
    assert_eq!(first.matches("<tr>").count(), 101);
    let older = first
        .split("class=\"button\" href=\"")
        .nth(1)
        .expect("no way to older lines")
        .split('"')
        .next()
        .unwrap();
    let rest = server.get(&older.replace("&amp;", "&")).await.body;
    assert_eq!(rest.matches("<tr>").count(), 21, "{older}");
    assert!(rest.contains(">event:E0<") && !rest.contains("Older lines"), "{rest}");
    let found = server.get("/access-log?text=%3Cscript%3E").await.body;
    assert!(found.contains("No line fits") && !found.contains("<script>"), "{found}");
}

#[tokio::test]
async fn people_end_their_other_sessions() {
    let (server, _running) = with_sandbox().await;
    let (mut one, mut two, mut other) = (Browser::new(&server), Browser::new(&server), Browser::new(&server));
    one.enter("/sign-in/sample", &[("person", "auditor")]).await;
    two.enter("/sign-in/sample", &[("person", "auditor")]).await;
    other.enter("/sign-in/sample", &[("person", "newcomer")]).await;
    let page = one.get("/sessions").await.body;
    assert_eq!(
        (page.matches("This browser").count(), page.matches("Another browser").count()),
        (1, 1),
        "{page}"
    );
    assert!(!page.contains("newcomer"), "{page}");
    let ended = one.enter("/sessions/end-others", &[]).await;
    assert_eq!(ended.header("location"), "/sessions?ended=1");
    assert!(one.get("/sessions?ended=1").await.body.contains("1 other session was ended"));
    // The other browser's cookie opens nothing any more, and a third person's session is untouched.
    let gone = two.get(&format!("/a/{HOME}/events?q=")).await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER, "{}", gone.body);
    assert!(one.get("/sign-in").await.body.contains("Sign out"));
    assert!(other.get("/sign-in").await.body.contains("Sign out"));
    let foreign = [("origin", "http://evil.example"), ("content-type", "application/x-www-form-urlencoded")];
    let forged = one.send(axum::http::Method::POST, "/sessions/end-others", &foreign, "").await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_search_is_saved_for_everybody_who_may_look_at_the_account() {
    let (server, _running) = with_sandbox().await;
    let (mut one, mut two) = (Browser::new(&server), Browser::new(&server));
    one.enter("/sign-in/sample", &[("person", "auditor")]).await;
    two.enter("/sign-in/sample", &[("person", "administrator")]).await;
    let to = format!("/saved-searches/{HOME}");
    let back = format!("/a/{HOME}/events?q=a");
    let fields = [("name", "Who <did> it"), ("search", "q=who:jo&from=-2h"), ("back", &back)];
    assert_eq!(one.enter(&to, &fields).await.header("location"), back);
    let list = two.get(&format!("/a/{HOME}/events?q=")).await.body;
    assert!(
        list.contains("Who &lt;did&gt; it")
            && list.contains(&format!("/a/{HOME}/events?q=who:jo&amp;from=-2h")),
        "{list}"
    );
    assert!(!two.get("/a/test/events?q=").await.body.contains("Who &lt;did&gt; it"));

    // Nobody else saves or deletes here, and a way back leads nowhere else.
    let mut newcomer = Browser::new(&server);
    newcomer.enter("/sign-in/sample", &[("person", "newcomer")]).await;
    assert_eq!(newcomer.post("/saved-searches/444455556666", &fields).await.status, StatusCode::NOT_FOUND);
    let away = one.enter(&to, &[("name", "x"), ("search", "q=x"), ("back", "//evil.example")]).await;
    assert_eq!(away.header("location"), format!("/a/{HOME}/events"));
    for (name, search) in
        [("", "q=a"), (" ", "q=a"), (&*"x".repeat(81), "q=a"), ("a\nb", "q=a"), ("a", "q=\u{e9}")]
    {
        let refused = one.post(&to, &[("name", name), ("search", search)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name:?} {search:?}");
    }
    let id = list.split("name=\"id\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    two.enter(&format!("{to}/delete"), &[("id", id), ("back", &back)]).await;
    assert!(!one.get(&format!("/a/{HOME}/events?q=")).await.body.contains("Who &lt;did&gt; it"));
}
