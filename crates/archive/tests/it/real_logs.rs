use archive::Writer;

use crate::support::{Place, count, options, real_logs};

#[tokio::test]
async fn counts_of_real_logs_are_known() {
    let expected = [
        ("invictus", 2_900, "error:*", 300),
        ("umccr", 206, "-event:*", 0),
        ("stratus", 310, "event:*", 310),
    ];
    for (name, total, query, matching) in expected {
        let Some(folder) = real_logs(name) else { continue };
        let place = Place::new();
        let writer = Writer::open(&place.archive()).await.unwrap();
        let report = writer.take_in(&[folder], &options(), |_| {}).await.unwrap();
        let archive = writer.archive();
        assert_eq!(count(&archive, "").await, total, "{name}: {:#?}", report.notes);
        assert_eq!(count(&archive, query).await, matching, "{name} {query}");
        if name == "umccr" {
            let note = report.notes.iter().find(|note| note.path.ends_with("bad1_01.json")).unwrap();
            assert!(note.message.contains("claims eventVersion 1.02 but lacks `eventType`"), "{note:?}");
        }
    }
}
