//! From one event to what happened around it: each with a window of half an hour on both sides.

use leptos::prelude::*;

use super::Places;
use crate::api::events::EventDetail;
use crate::components::icon::Icon;
use cloudtrail::record::Record;
use cloudtrail::search::{Field, FieldRef, edit};
use cloudtrail::time::MINUTE;

/// Half of the window, in milliseconds.
const MARGIN: i64 = 30 * MINUTE;

pub(super) fn view(record: &Record<'_>, detail: &EventDetail, places: &Places) -> AnyView {
    let row = &detail.row;
    let resource = record.resource_names().into_iter().next().map(|name| name.into_owned());
    let doors = [
        ("key", "this access key", Field::Key, row.key.clone()),
        ("user", "this actor", Field::Who, Some(row.who.clone())),
        ("globe", "this address", Field::Ip, Some(row.ip.clone())),
        ("service", "this resource", Field::Resource, resource),
    ];
    let links = doors.into_iter().filter_map(|(icon, what, field, value)| {
        let value = value.filter(|value| !value.is_empty())?;
        let query = edit::term(&FieldRef::Known(field), &value);
        let href = around(places, detail, query);
        let title = format!("Everything with {}:{value}, half an hour before and after", field.name());
        Some(chip(icon, format!("By {what}"), title, href))
    });
    let everything = chip(
        "clock",
        "Everything".to_owned(),
        "Half an hour before and after".to_owned(),
        around(places, detail, String::new()),
    );
    view! {
        <nav class="pivots" aria-label="Around this event">
            <span class="pivots__label">"± 30 min"</span>
            {links.collect::<Vec<_>>()}
            {everything}
        </nav>
    }
    .into_any()
}

fn around(places: &Places, detail: &EventDetail, query: String) -> String {
    let time = detail.row.time;
    places.address.with_query(query).with_window(time.plus(-MARGIN), time.plus(MARGIN)).href()
}

fn chip(icon: &'static str, text: String, title: String, href: String) -> impl IntoView {
    view! {
        <a class="chip" href=href title=title>
            <Icon name=icon />
            {text}
        </a>
    }
}
