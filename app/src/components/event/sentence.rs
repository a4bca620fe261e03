//! The answer first: who did what, when, from where and how.

use leptos::prelude::*;

use super::Places;
use crate::api::events::EventDetail;
use crate::components::copy::CopyButton;
use cloudtrail::record::Record;
use cloudtrail::search::{Field, FieldRef};

pub(super) fn view(record: &Record<'_>, detail: &EventDetail, places: &Places) -> AnyView {
    let sentence = record.sentence();
    let text = sentence.to_string();
    let pieces = sentence.pieces.into_iter().map(|piece| match piece.value {
        None => view! { <bdi>{piece.text}</bdi> }.into_any(),
        Some((field, value)) => {
            let Some(href) = places.only(&FieldRef::Known(field), &value) else {
                return view! { <bdi>{piece.text}</bdi> }.into_any();
            };
            let class = match field {
                Field::Event => "event__value event__value--what",
                Field::Who => "event__value event__value--who",
                Field::Error => "event__value event__value--error",
                Field::Resource | Field::Ip | Field::Key | Field::Region => "event__value event__value--id",
                _ => "event__value",
            };
            let title = format!("Only events with this {}", field.name());
            view! { <a class=class href=href title=title><bdi>{piece.text}</bdi></a> }.into_any()
        }
    });
    view! {
        <p class="event__sentence">{pieces.collect_view()}</p>
        <div class="event__glance">
            {badges(record, detail)}
            <CopyButton text=text label="Copy the sentence" />
        </div>
    }
    .into_any()
}

/// The same at a glance, in words with a colour.
fn badges(record: &Record<'_>, detail: &EventDetail) -> AnyView {
    let access = match (record.failed(), record.reads_only()) {
        (true, _) => ("badge badge--error", if is_denied(record) { "Denied" } else { "Failed" }),
        (false, true) => ("badge badge--read", "Read"),
        (false, false) => ("badge badge--write", "Write"),
    };
    let is_sign_in = record.event_type.as_deref() == Some("AwsConsoleSignIn");
    let mfa = match record.with_mfa() {
        Some(true) => Some(("badge badge--ok", "MFA")),
        Some(false) if is_sign_in => Some(("badge badge--warning", "No MFA")),
        _ => None,
    };
    let category = Some(record.category().to_owned()).filter(|category| category != "Management");
    let others = detail.versions.iter().filter(|version| version.hash != detail.row.hash).count();
    let versions = Some(others).filter(|count| *count > 0);
    view! {
        <ul class="event__badges">
            <li class=access.0>{access.1}</li>
            {mfa.map(|(class, word)| view! { <li class=class>{word}</li> })}
            {category.map(|category| view! { <li class="badge">{category} " event"</li> })}
            {late(record).map(|reason| view! { <li class="badge badge--warning">{reason}</li> })}
            {versions.map(|count| view! { <li class="badge badge--warning">{count + 1} " versions of this record"</li> })}
        </ul>
    }
    .into_any()
}

fn is_denied(record: &Record<'_>) -> bool {
    record.error_code.as_deref().is_some_and(cloudtrail::failure::is_denial)
}

/// Why a record came late or replaces another (`addendum`, since eventVersion 1.08).
fn late(record: &Record<'_>) -> Option<String> {
    let reason = record.addendum?.get("reason")?.as_str()?;
    Some(match reason.as_ref() {
        "DELIVERY_DELAY" => "Delivered late".to_owned(),
        "UPDATED_DATA" => "Corrects an earlier record".to_owned(),
        "SERVICE_OUTAGE" => "Delivered after an outage".to_owned(),
        other => format!("Addendum: {other}"),
    })
}
