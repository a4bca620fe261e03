//! Counters, printed in Prometheus' text format. They carry routes and statuses, never accounts or queries.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::{Method, StatusCode};

/// What is counted since the server started.
#[derive(Default)]
pub struct Metrics {
    requests: Mutex<BTreeMap<(String, String, u16), u64>>,
    searches: Mutex<Seconds>,
}

/// The upper ends of the histogram's buckets, in seconds.
const BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

#[derive(Default)]
struct Seconds {
    /// How many took at most so long; not yet summed up.
    buckets: [u64; BUCKETS.len()],
    count: u64,
    sum: f64,
}

/// What is asked of the accounts when the metrics are read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gauges {
    /// Events in all archives.
    pub events: u64,
    /// Archives that are taking in files right now.
    pub taking_in: u64,
    /// Records read since the server started.
    pub records_read: u64,
}

impl Metrics {
    /// Counts a request by its route's pattern.
    pub fn count_request(&self, method: &Method, route: &str, status: StatusCode) {
        // A method anyone may invent must not become a series of its own.
        let method = match *method {
            Method::GET | Method::HEAD | Method::POST => method.as_str(),
            _ => "other",
        };
        let key = (method.to_owned(), route.to_owned(), status.as_u16());
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry(key).or_insert(0) += 1;
    }

    /// Counts a search and how long it took.
    pub fn count_search(&self, took: Duration) {
        let seconds = took.as_secs_f64();
        let mut searches = self.searches.lock().unwrap_or_else(PoisonError::into_inner);
        searches.count += 1;
        searches.sum += seconds;
        if let Some(bucket) = BUCKETS.iter().position(|end| seconds <= *end) {
            searches.buckets[bucket] += 1;
        }
    }

    /// All of it, as Prometheus reads it.
    pub fn print(&self, gauges: &Gauges) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = self.write(&mut text, gauges);
        text
    }

    fn write(&self, text: &mut String, gauges: &Gauges) -> std::fmt::Result {
        head(text, "waymark_requests_total", "counter", "Requests answered, by route and status.")?;
        for ((method, route, status), count) in
            self.requests.lock().unwrap_or_else(PoisonError::into_inner).iter()
        {
            let route = route.replace('\\', "\\\\").replace('"', "\\\"");
            writeln!(
                text,
                "waymark_requests_total{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}} {count}"
            )?;
        }
        head(text, "waymark_search_seconds", "histogram", "How long searches took, in seconds.")?;
        let searches = self.searches.lock().unwrap_or_else(PoisonError::into_inner);
        let mut below = 0;
        for (end, count) in BUCKETS.iter().zip(searches.buckets) {
            below += count;
            writeln!(text, "waymark_search_seconds_bucket{{le=\"{end}\"}} {below}")?;
        }
        writeln!(text, "waymark_search_seconds_bucket{{le=\"+Inf\"}} {}", searches.count)?;
        writeln!(text, "waymark_search_seconds_sum {}", searches.sum)?;
        writeln!(text, "waymark_search_seconds_count {}", searches.count)?;
        head(text, "waymark_archive_events", "gauge", "Events in all archives.")?;
        writeln!(text, "waymark_archive_events {}", gauges.events)?;
        head(text, "waymark_taking_in", "gauge", "Archives that are taking in files right now.")?;
        writeln!(text, "waymark_taking_in {}", gauges.taking_in)?;
        head(text, "waymark_records_read_total", "counter", "Records read from log files since the start.")?;
        writeln!(text, "waymark_records_read_total {}", gauges.records_read)
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) -> std::fmt::Result {
    writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_what_prometheus_reads() {
        let metrics = Metrics::default();
        metrics.count_request(&Method::GET, "/a/{account}/events", StatusCode::OK);
        metrics.count_request(&Method::GET, "/a/{account}/events", StatusCode::OK);
        metrics.count_request(&Method::from_bytes(b"BREW").unwrap(), "(none)", StatusCode::NOT_FOUND);
        metrics.count_search(Duration::from_millis(3));
        metrics.count_search(Duration::from_secs(60));
        let text = metrics.print(&Gauges { events: 7, taking_in: 1, records_read: 9 });
        for line in [
            r#"waymark_requests_total{method="GET",route="/a/{account}/events",status="200"} 2"#,
            r#"waymark_requests_total{method="other",route="(none)",status="404"} 1"#,
            r#"waymark_search_seconds_bucket{le="0.0025"} 0"#,
            r#"waymark_search_seconds_bucket{le="0.005"} 1"#,
            r#"waymark_search_seconds_bucket{le="10"} 1"#,
            r#"waymark_search_seconds_bucket{le="+Inf"} 2"#,
            "waymark_search_seconds_count 2",
            "waymark_archive_events 7",
            "waymark_taking_in 1",
            "waymark_records_read_total 9",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
    }
}
