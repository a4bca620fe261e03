//! Many people searching at the same moment.

use std::sync::Arc;

use crate::support::{Place, all_raw, record_with, wrapped};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn searches_at_the_same_moment_do_not_disturb_each_other() {
    let place = Place::new();
    // Records that do not compress into one page: every search reads its own places of the same file.
    let records = (0..4_000).map(|number| {
        let filler: String = (0..40).map(|part| format!("{:x}", (number * 7_919 + part) * 104_729)).collect();
        record_with(number, &format!(r#","requestParameters":{{"n":"n{}","filler":"{filler}"}}"#, number % 8))
    });
    place.write("a.json", wrapped(records));
    let (_, archive) = place.take_in().await;

    let queries: Vec<String> = (0..8).map(|part| format!("requestParameters.n:n{part}")).collect();
    let mut expected = Vec::new();
    for query in &queries {
        expected.push(all_raw(&archive, query).await);
        assert_eq!(expected.last().map(Vec::len), Some(500));
    }
    let expected = Arc::new(expected);
    let searches = (0..64).map(|number| {
        let (archive, expected, query) = (archive.clone(), expected.clone(), queries[number % 8].clone());
        tokio::spawn(
            async move { assert!(all_raw(&archive, &query).await == expected[number % 8], "{query}") },
        )
    });
    let searches: Vec<_> = searches.collect();
    for search in searches {
        search.await.unwrap();
    }
}
