//! Times, in UTC or local.

use leptos::prelude::*;

use crate::prefs::Zone;
use cloudtrail::time::Time;

/// A time to read. The server writes UTC; the browser changes it to its own time if that is preferred
/// ([`crate::living::times`]).
#[component]
pub fn Timestamp(time: Time) -> impl IntoView {
    view! { <time datetime=time.to_string()>{time.readable()}</time> }
}

/// A time to read: `2026-11-22 09:30:00`.
pub fn shown(time: Time, zone: Zone) -> String {
    in_zone(time, zone).readable()
}

/// A time for an axis: the date where a bar spans days, the clock where it does not.
pub fn tick(time: Time, zone: Zone, step_ms: i64, span_ms: i64) -> String {
    let civil = in_zone(time, zone).readable();
    // `readable` is `2026-11-22 09:30:00`; what does not have that form is shown whole.
    let part = if step_ms >= cloudtrail::time::DAY {
        civil.get(..10)
    } else if span_ms > cloudtrail::time::DAY {
        civil.get(5..16)
    } else if step_ms >= cloudtrail::time::MINUTE {
        civil.get(11..16)
    } else {
        civil.get(11..19)
    };
    part.unwrap_or(&civil).to_owned()
}

/// A span to read; within a day the date is said once.
pub fn shown_span(from: Time, to: Time, zone: Zone) -> String {
    let (from, to) = (shown(from, zone), shown(to, zone));
    let to = if from.get(..10) == to.get(..10) { to.get(11..).unwrap_or(&to) } else { &to };
    format!("{from} to {to}")
}

/// The name of a zone.
pub fn zone_name(zone: Zone) -> &'static str {
    match zone {
        Zone::Utc => "UTC",
        Zone::Local => "local time",
    }
}

fn in_zone(time: Time, zone: Zone) -> Time {
    match zone {
        Zone::Utc => time,
        Zone::Local => time.plus(crate::browser::utc_offset(time)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cloudtrail::time::{DAY, HOUR, MINUTE, SECOND};

    #[test]
    fn an_axis_shows_what_changes_along_it() {
        let time = Time::parse("2026-11-22T09:30:05Z").unwrap();
        assert_eq!(tick(time, Zone::Utc, DAY, 90 * DAY), "2026-11-22");
        assert_eq!(tick(time, Zone::Utc, HOUR, 3 * DAY), "11-22 09:30");
        assert_eq!(tick(time, Zone::Utc, MINUTE, HOUR), "09:30");
        assert_eq!(tick(time, Zone::Utc, SECOND, MINUTE), "09:30:05");
    }
}
