use archive::{Archive, Covered, Writer};
use cloudtrail::time::{HOUR, Time};

use crate::support::{Place, count, record};

const ACCOUNT: &str = "111122223333";

fn hour(hour: i64) -> Time {
    Time::parse("2026-11-20T00:00:00Z").unwrap().plus(hour * HOUR)
}

/// Hours of one Region, fetched at an hour.
fn hours(region: &str, from: i64, to: i64, fetched: i64) -> Covered {
    Covered {
        account: ACCOUNT.to_owned(),
        region: region.to_owned(),
        attribute: None,
        range: (hour(from), hour(to)),
        fetched: hour(fetched),
    }
}

fn by_name(covered: Covered, name: &str) -> Covered {
    Covered { attribute: Some(("EventName".to_owned(), name.to_owned())), ..covered }
}

async fn add(writer: &Writer, covered: &[Covered]) {
    writer.add(&[], covered, hour(100)).await.unwrap();
}

#[tokio::test]
async fn coverage_is_kept_by_account_region_and_attribute() {
    let place = Place::new();
    let writer = Writer::open(&place.archive()).await.unwrap();
    let archive = writer.archive();
    assert_eq!(archive.covered(ACCOUNT, None).await.unwrap(), []);
    let other = Covered { account: "444455556666".to_owned(), ..hours("eu-west-1", 0, 9, 50) };
    let all = [
        hours("eu-west-1", 0, 2, 50),
        by_name(hours("eu-west-1", 1, 3, 50), "RunInstances"),
        by_name(hours("eu-west-1", 2, 4, 50), "StopInstances"),
        hours("eu-west-1", 4, 6, 50),
        hours("us-east-1", 2, 4, 50),
    ];
    // In no order, and in several calls.
    add(&writer, &[all[4].clone(), all[2].clone(), other.clone()]).await;
    add(&writer, &[all[1].clone(), all[3].clone(), all[0].clone()]).await;
    assert_eq!(archive.covered(ACCOUNT, None).await.unwrap(), all);
    assert_eq!(archive.covered(ACCOUNT, Some("us-east-1")).await.unwrap(), all[4..]);
    assert_eq!(archive.covered(ACCOUNT, Some("ap-south-1")).await.unwrap(), []);
    assert_eq!(archive.covered("444455556666", None).await.unwrap(), [other]);
    drop((archive, writer));
    let again = Archive::open(&place.archive()).await.unwrap();
    assert_eq!(again.covered(ACCOUNT, None).await.unwrap(), all);
}

#[tokio::test]
async fn what_touches_or_overlaps_is_one_unless_it_is_still_arriving() {
    let place = Place::new();
    let writer = Writer::open(&place.archive()).await.unwrap();
    let archive = writer.archive();
    let region = Some("eu-west-1");
    for (from, to, fetched) in [(8, 9, 50), (4, 6, 51), (6, 8, 52), (7, 9, 49)] {
        add(&writer, &[hours("eu-west-1", from, to, fetched)]).await;
    }
    assert_eq!(archive.covered(ACCOUNT, region).await.unwrap(), [hours("eu-west-1", 4, 9, 52)]);
    // An hour that was fetched at its end: what came late is not in it.
    add(&writer, &[hours("eu-west-1", 9, 60, 60)]).await;
    let pieces = [(4, 9, 52), (9, 60, 60)];
    assert_eq!(
        archive.covered(ACCOUNT, region).await.unwrap(),
        pieces.map(|(from, to, fetched)| hours("eu-west-1", from, to, fetched))
    );
    // Fetched again later, it is as final as the rest.
    add(&writer, &[hours("eu-west-1", 59, 60, 61), hours("eu-west-1", 9, 59, 61)]).await;
    assert_eq!(archive.covered(ACCOUNT, region).await.unwrap(), [hours("eu-west-1", 4, 60, 61)]);
}

#[tokio::test]
async fn nothing_is_covered_by_no_time_or_by_an_attribute_without_a_name() {
    let place = Place::new();
    let writer = Writer::open(&place.archive()).await.unwrap();
    let nameless =
        Covered { attribute: Some((String::new(), String::new())), ..hours("eu-west-1", 0, 9, 50) };
    add(&writer, &[hours("eu-west-1", 3, 3, 50), hours("eu-west-1", 4, 3, 50), nameless]).await;
    assert_eq!(writer.archive().covered(ACCOUNT, None).await.unwrap(), []);
}

#[tokio::test]
async fn an_archive_from_before_there_was_coverage_has_none_and_takes_some() {
    let place = Place::new();
    place.write("a.json", record(0));
    let (_, archive) = place.take_in().await;
    sqlx::raw_sql("DROP TABLE coverage").execute(&place.catalog().await).await.unwrap();
    assert_eq!(archive.covered(ACCOUNT, None).await.unwrap(), []);
    drop(archive);
    let writer = Writer::open(&place.archive()).await.unwrap();
    add(&writer, &[hours("eu-west-1", 0, 9, 50)]).await;
    assert_eq!(writer.archive().covered(ACCOUNT, None).await.unwrap(), [hours("eu-west-1", 0, 9, 50)]);
    assert_eq!(count(&writer.archive(), "").await, 1);
}
