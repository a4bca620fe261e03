//! Several AWS accounts in one list: `/a/all`.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::http::StatusCode;
use cloudtrail::time::{MINUTE, Time};
use sandbox::Running;
use serde_json::Value;

use crate::support::browser::{Browser, block, with_sandbox};
use crate::support::schema::check;

const HOME: &str = "111122223333";
const STAGING: &str = "444455556666";

/// Events of an account, ten minutes apart, the newest two hours old; ids by account and number.
fn add_events(running: &Running, account: &str, region: &str, count: i64) {
    let now = Time::from_millis(jiff::Timestamp::now().as_millisecond() / 1_000 * 1_000);
    let records: Vec<String> = (0..count)
        .map(|number| {
            let time = now.plus(-120 * MINUTE - number * 10 * MINUTE);
            format!(
                r#"{{"eventVersion":"1.11","userIdentity":{{"type":"IAMUser","arn":"arn:aws:iam::{account}:user/jo","accountId":"{account}","userName":"jo"}},"eventTime":"{time}","eventSource":"ec2.amazonaws.com","eventName":"StopInstances","awsRegion":"{region}","sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2.0","readOnly":false,"eventID":"{account}-{number:03}","eventType":"AwsApiCall","managementEvent":true,"eventCategory":"Management","recipientAccountId":"{account}"}}"#
            )
        })
        .collect();
    running.add_events(records.iter().map(String::as_str)).unwrap();
}

/// Asks until nothing more is on its way.
async fn settled(browser: &mut Browser<'_>, address: &str) -> Value {
    loop {
        let answer = browser.get(address).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let answer = answer.json();
        if answer["coverage"]["history"]["fetching"] == false {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn ids(answer: &Value) -> Vec<String> {
    let events = answer["events"].as_array().unwrap().iter();
    events.map(|event| event["eventID"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_all_accounts_stand_in_one_list() {
    let (server, running) = with_sandbox().await;
    // More than a page, so that AWS is asked for what fits the search.
    add_events(&running, HOME, "eu-central-1", 70);
    add_events(&running, STAGING, "us-east-1", 5);
    let mut browser = Browser::new(&server);
    browser.enter("/sign-in/sample", &[("person", "auditor")]).await;

    let answer = settled(&mut browser, "/api/v1/all/events?q=service:ec2").await;
    assert_eq!(answer["total"], 75);
    let all = ids(&answer);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 75);
    let times: Vec<&str> = answer["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["eventTime"].as_str().unwrap())
        .collect();
    assert!(times.is_sorted_by(|newer, older| newer >= older), "{times:?}");
    let history = &answer["coverage"]["history"];
    let accounts: BTreeSet<&str> = history["regions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|region| region["account_name"].as_str().unwrap())
        .collect();
    assert_eq!(accounts, BTreeSet::from(["prod-payments", "security-audit", "staging"]));
    assert_eq!(history["filters"][0]["attribute"], "EventSource");
    let description = browser.get("/api/v1/openapi.json").await.json();
    let schema = &description["components"]["schemas"]["HistoryCoverage"];
    assert_eq!(check(history, schema, &description), Vec::<String>::new());

    // Page by page.
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = browser.get(&format!("/api/v1/all/events?q=service:ec2&limit=20{cursor}")).await.json();
        paged.extend(ids(&page));
        let Some(next) = page["cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(paged, all);

    let facets = browser.get("/api/v1/all/facets?q=service:ec2").await.json();
    let of_account =
        facets["facets"].as_array().unwrap().iter().find(|facet| facet["field"] == "account").unwrap();
    let counted: Vec<(&str, &str, u64)> = of_account["values"]
        .as_array()
        .unwrap()
        .iter()
        .map(|value| {
            (
                value["value"].as_str().unwrap(),
                value["label"].as_str().unwrap(),
                value["count"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(counted, [(HOME, "prod-payments", 70), (STAGING, "staging", 5)]);
    let by_name = browser.get("/api/v1/all/events?q=service:ec2+account:staging").await.json();
    assert_eq!(by_name["total"], 5);
    let csv = browser.get("/api/v1/all/events.csv?q=service:ec2").await;
    assert_eq!(csv.header("x-total-count"), "75");
    assert!(all.iter().all(|id| csv.body.contains(id.as_str())), "{}", csv.body);

    // One event, in whichever account it is.
    for id in [format!("{HOME}-003"), format!("{STAGING}-003")] {
        let event = browser.get(&format!("/api/v1/all/events/{id}")).await.json();
        assert_eq!(event["id"], id.as_str());
        let page = browser.get(&format!("/a/all/events/{id}")).await;
        assert!(page.status == StatusCode::OK && page.body.contains("StopInstances"), "{}", page.status);
    }
    assert_eq!(browser.get("/api/v1/all/events/nothing").await.status, StatusCode::NOT_FOUND);
    let page = browser.get("/a/all/events?q=service:ec2").await.body;
    // The organisation denies one Region to staging.
    let coverage = "Event history of 50 of 51 Regions in 3 accounts.";
    for part in
        ["All accounts", "Events of 3 AWS accounts in one list", coverage, "Closed: staging ap-south-1"]
    {
        assert!(page.contains(part), "{part} is not in {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_aws_refuses_is_named_and_hides_no_other() {
    let (server, running) = with_sandbox().await;
    add_events(&running, STAGING, "us-east-1", 5);
    let mut browser = Browser::new(&server);
    browser.enter("/sign-in/sample", &[("person", "newcomer")]).await;
    let page = browser.get(&format!("/a/{HOME}/events?q=")).await.body;
    assert!(!page.contains("All accounts"), "there is one account only");
    let keys = running.session(STAGING, "Auditor", "jo", 3600).unwrap();
    browser.enter("/sign-in/keys", &[("pasted", &block(&keys))]).await;

    let answer = settled(&mut browser, "/api/v1/all/events?q=service:ec2").await;
    assert_eq!(answer["total"], 5);
    let regions = answer["coverage"]["history"]["regions"].as_array().unwrap();
    for region in regions {
        let problem = region["problem"].as_str().unwrap_or_default();
        let is_refused = problem.contains("cloudtrail:LookupEvents");
        // The organisation denies one Region to staging.
        let is_expected = region["account"] == HOME || region["region"] == "ap-south-1";
        assert_eq!(is_refused, is_expected, "{region}");
    }
    let page = browser.get("/a/all/events?q=service:ec2").await.body;
    assert!(page.contains("Missing: prod-payments") || page.contains(&format!("Missing: {HOME}")), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_whose_cache_cannot_be_used_is_named_and_hides_no_other() {
    let (server, running) = with_sandbox().await;
    add_events(&running, HOME, "eu-central-1", 3);
    let mut browser = Browser::new(&server);
    let keys = running.session(HOME, "Auditor", "jo", 3600).unwrap();
    browser.enter("/sign-in/keys", &[("pasted", &block(&keys))]).await;
    assert_eq!(settled(&mut browser, "/api/v1/all/events?q=service:ec2").await["total"], 3);
    // Where the other account's cache would be lies something else.
    let endpoint = std::fs::read_dir(server.folder().join("caches")).unwrap().next().unwrap().unwrap().path();
    std::fs::create_dir_all(endpoint.join(format!("aws-{STAGING}/somebody-elses"))).unwrap();
    let keys = running.session(STAGING, "Auditor", "jo", 3600).unwrap();
    browser.enter("/sign-in/keys", &[("pasted", &block(&keys))]).await;

    let answer = settled(&mut browser, "/api/v1/all/events?q=service:ec2").await;
    assert_eq!(answer["total"], 3);
    let regions = answer["coverage"]["history"]["regions"].as_array().unwrap();
    let problems: Vec<&Value> = regions.iter().filter(|region| !region["problem"].is_null()).collect();
    assert_eq!((problems.len(), problems[0]["account"].as_str()), (1, Some(STAGING)), "{problems:?}");
    let page = browser.get("/a/all/events?q=service:ec2").await.body;
    assert!(page.contains("Missing: staging.") && page.contains("its log says why"), "{page}");
}

#[tokio::test]
async fn with_nothing_to_join_it_leads_to_the_sign_in() {
    let (server, _running) = with_sandbox().await;
    let mut browser = Browser::new(&server);
    for address in ["/api/v1/all/events", "/api/v1/all/facets", "/api/v1/all/events.csv"] {
        let answer = browser.get(address).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{address}");
    }
    assert_eq!(
        browser.get("/a/all/events?q=").await.header("location"),
        "/sign-in?next=/a/all/events%3Fq%3D"
    );
}
