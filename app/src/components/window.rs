//! A time window in words.

use cloudtrail::time::{DAY, MINUTE, Time};

/// Spans back from now: what they are called, and how an address says them.
pub const FROM_NOW: [(&str, &str); 8] = [
    ("15 minutes", "-15m"),
    ("1 hour", "-1h"),
    ("6 hours", "-6h"),
    ("24 hours", "-24h"),
    ("3 days", "-3d"),
    ("7 days", "-7d"),
    ("30 days", "-30d"),
    ("90 days", "-90d"),
];

/// The window in words.
pub fn label(from: Option<&str>, to: Option<&str>) -> String {
    match (from, to) {
        (None, None) => "Everything".to_owned(),
        (Some(from), None | Some("now")) => match FROM_NOW.iter().find(|(_, span)| *span == from) {
            Some((name, _)) => format!("Last {name}"),
            None => match from.strip_prefix('-') {
                Some(age) => format!("Last {age}"),
                None => format!("Since {}", readable(from)),
            },
        },
        (None, Some(to)) => format!("Until {}", readable(to)),
        (Some(from), Some(to)) => format!("{} to {}", readable(from), readable(to)),
    }
}

/// A bound as people read it: times in one form, cut where they are round; what is no time stays as typed.
fn readable(bound: &str) -> String {
    let Some(time) = Time::parse(bound) else { return bound.to_owned() };
    let text = time.readable();
    let millis = time.as_millis();
    let length = if millis % DAY == 0 {
        10
    } else if millis % MINUTE == 0 {
        16
    } else {
        19
    };
    text.get(..length).unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_named() {
        let cases = [
            (None, None, "Everything"),
            (Some("-24h"), None, "Last 24 hours"),
            (Some("-24h"), Some("now"), "Last 24 hours"),
            (Some("-5h"), None, "Last 5h"),
            (Some("2026-11-22"), None, "Since 2026-11-22"),
            (None, Some("2026-11-22T09:30:00Z"), "Until 2026-11-22 09:30"),
            (Some("2026-11-22T09:30:05Z"), Some("-2h"), "2026-11-22 09:30:05 to -2h"),
            (Some("nonsense"), Some("more"), "nonsense to more"),
            (None, Some("now"), "Until now"),
        ];
        for (from, to, words) in cases {
            assert_eq!(label(from, to), words);
        }
    }
}
