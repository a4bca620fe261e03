//! Times in the zone that is preferred. The server writes UTC, as it does not know the browser's clock.

use leptos::prelude::*;
use web_sys::Element;

use crate::browser;
use crate::components::timestamp::{shown, tick, zone_name};
use crate::prefs::Zone;
use cloudtrail::time::Time;

/// Says on the document that some times are not in UTC.
const IS_LOCAL: &str = "data-local-times";

/// Shows all times of the page in a zone, once what is being rendered is there.
pub fn show_soon(zone: Zone) {
    request_animation_frame(move || show(zone));
}

fn show(zone: Zone) {
    let Some(root) = document().document_element() else { return };
    if zone == Zone::Utc && !root.has_attribute(IS_LOCAL) {
        return;
    }
    let done = match zone {
        Zone::Utc => root.remove_attribute(IS_LOCAL),
        Zone::Local => root.set_attribute(IS_LOCAL, ""),
    };
    // Neither fails for a name that is one.
    drop(done);
    for element in browser::find_all("time[datetime]") {
        let time = element.get_attribute("datetime").and_then(|time| Time::parse(&time));
        if let Some(time) = time {
            element.set_text_content(Some(&shown(time, zone)));
        }
    }
    for label in browser::elements("text.histogram__tick") {
        if let Some((time, step, span)) = place_on_axis(&label) {
            label.set_text_content(Some(&tick(time, zone, step, span)));
        }
    }
    read_out_at_rest(zone);
}

/// What stands beside the bars while none is pointed at.
pub fn read_out_at_rest(zone: Zone) {
    if let Some(read_out) = browser::find(".histogram__readout") {
        let summary = read_out.get_attribute("data-summary").unwrap_or_default();
        read_out.set_text_content(Some(&format!("{summary}, in {}", zone_name(zone))));
    }
}

fn place_on_axis(label: &Element) -> Option<(Time, i64, i64)> {
    Some((time(label, "data-time")?, number(label, "data-step")?, number(label, "data-span")?))
}

/// An instant that an attribute holds in milliseconds.
pub fn time(element: &Element, name: &str) -> Option<Time> {
    number(element, name).map(Time::from_millis)
}

fn number(element: &Element, name: &str) -> Option<i64> {
    element.get_attribute(name)?.parse().ok()
}
