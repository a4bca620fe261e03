//! Objects that are handed in with their bytes.

use archive::{Object, ObjectId, Writer, objects};
use cloudtrail::intake::Outcome;

use crate::support::{Place, gzip, identities, options, record, wrapped};

fn id(name: &str, size: usize, tag: &str) -> ObjectId {
    ObjectId { name: format!("s3://bucket/{name}"), size: size as u64, tag: tag.to_owned() }
}

async fn hand_in(writer: &Writer, handed: Vec<Object>) -> cloudtrail::intake::Report {
    let (feed, coming) = objects(1);
    let feeding = async move {
        for object in handed {
            feed.announce(1, object.id.size);
            assert!(feed.send(object).await);
        }
    };
    let opts = options();
    let (report, ()) = tokio::join!(writer.take_in_objects(coming, &opts, |_| {}), feeding);
    report.unwrap()
}

#[tokio::test]
async fn objects_are_taken_in_as_files_are_and_known_by_name_size_and_tag() {
    let place = Place::new();
    let writer = Writer::open(&place.archive()).await.unwrap();
    let good = gzip(wrapped([record(0), record(1)]));
    let digest = br#"{"awsAccountId":"111122223333","digestStartTime":"2026-11-20T10:00:00Z","digestS3Bucket":"b","logFiles":[]}"#;
    let handed = vec![
        Object { id: id("good", good.len(), "e1"), bytes: Ok(good.clone()) },
        Object { id: id("again", good.len(), "e1"), bytes: Ok(good.clone()) },
        Object { id: id("digest", digest.len(), "e2"), bytes: Ok(digest.to_vec()) },
        Object { id: id("noise", 5, "e3"), bytes: Ok(b"noise".to_vec()) },
        Object { id: id("denied", 7, "e4"), bytes: Err("AccessDenied".to_owned()) },
    ];
    let report = hand_in(&writer, handed).await;
    assert_eq!((report.files, report.added, report.duplicates, report.digests), (5, 2, 2, 1));
    let notes: Vec<_> = report.notes.iter().map(|note| (note.path.as_str(), note.outcome)).collect();
    assert_eq!(notes, [("s3://bucket/denied", Outcome::Skipped), ("s3://bucket/noise", Outcome::Skipped)]);
    assert_eq!(identities(&writer.archive(), "").await.len(), 2);

    let taken_in = writer.taken_in().await.unwrap();
    assert!(taken_in.has(&id("good", good.len(), "e1")) && taken_in.has(&id("noise", 5, "e3")));
    assert!(!taken_in.has(&id("good", good.len(), "e9")) && !taken_in.has(&id("good", 1, "e1")));
    // What could not be had is tried again.
    assert!(!taken_in.has(&id("denied", 7, "e4")));

    let report = hand_in(&writer, vec![Object { id: id("good", good.len(), "e1"), bytes: Ok(good) }]).await;
    assert_eq!((report.files, report.unchanged, report.added), (1, 1, 0));
}

#[tokio::test]
async fn what_is_known_beforehand_counts_as_unchanged() {
    let place = Place::new();
    let writer = Writer::open(&place.archive()).await.unwrap();
    let (feed, coming) = objects(1);
    feed.unchanged(3);
    drop(feed);
    let report = writer.take_in_objects(coming, &options(), |_| {}).await.unwrap();
    assert_eq!((report.files, report.unchanged), (3, 3));
}
