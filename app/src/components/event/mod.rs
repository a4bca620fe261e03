//! Everything about one event.

use leptos::prelude::*;

use crate::address::Address;
use crate::api::events::EventDetail;
use cloudtrail::json::Tape;
use cloudtrail::record::Record;
use cloudtrail::search::Query;

mod chain;
mod doors;
mod facts;
mod failure;
mod json;
mod long;
mod pivots;
mod related;
mod resources;
mod sentence;

pub use long::Value;

/// Everything about one event, the sentence first. Its links lead into the search of `address`; other events open in
/// the drawer beside that list, or, with `own_page`, on pages of their own.
#[component]
pub fn EventPanel(detail: EventDetail, address: Address, #[prop(optional)] own_page: bool) -> impl IntoView {
    let places = Places::new(address, own_page);
    let mut tape = Tape::default();
    let record = tape.parse(&detail.raw).ok().and_then(Record::read);
    let Some(record) = record else {
        return view! { <Unreadable raw=detail.raw.clone() /> }.into_any();
    };
    view! {
        <article class="event">
            {sentence::view(&record, &detail, &places)}
            {failure::view(&record)}
            {pivots::view(&record, &detail, &places)}
            {chain::view(&detail, &places)}
            {resources::view(&record, &places)}
            {facts::view(&record, &detail, &places)}
            {related::view(&detail, &places)}
            {json::view(&record, &detail, &places)}
        </article>
    }
    .into_any()
}

/// Where links of a panel lead.
#[derive(Clone, Debug)]
struct Places {
    address: Address,
    query: Option<Query>,
    own_page: bool,
}

/// A part of the panel under a heading.
fn section(title: &'static str, count: Option<String>, content: impl IntoView + 'static) -> AnyView {
    view! {
        <section class="event__section">
            <h3 class="event__heading">
                {title} {count.map(|count| view! { <span class="event__count">{count}</span> })}
            </h3>
            {content}
        </section>
    }
    .into_any()
}

/// What an archive gave out but cannot be read: shown as it is.
#[component]
fn Unreadable(raw: String) -> impl IntoView {
    view! {
        <article class="event">
            <div class="notice notice--error">
                <p class="notice__title">"This record cannot be read as JSON"</p>
                <p>"It is shown as it was stored."</p>
            </div>
            <Value text=raw />
        </article>
    }
}

#[cfg(test)]
#[cfg(feature = "ssr")]
mod tests {
    use super::*;
    use cloudtrail::actor::ActorKind;
    use cloudtrail::chain::{Chain, Related};
    use cloudtrail::search::EventRow;
    use cloudtrail::time::Time;

    /// The panel of a record as a server sends it.
    fn rendered(raw: &str) -> String {
        let row = EventRow {
            id: "e-1".to_owned(),
            hash: "h".to_owned(),
            time: Time::parse("2026-11-22T09:30:00Z").unwrap(),
            event: "StopInstances".to_owned(),
            source: "ec2.amazonaws.com".to_owned(),
            category: "Management".to_owned(),
            read_only: Some(false),
            who: "jo".to_owned(),
            who_kind: ActorKind::Human,
            role: None,
            account: "111122223333".to_owned(),
            account_name: None,
            region: "eu-central-1".to_owned(),
            ip: "203.0.113.7".to_owned(),
            agent: String::new(),
            error: None,
            key: Some("ASIA1".to_owned()),
            resources: Vec::new(),
        };
        let detail = EventDetail {
            first_seen: row.time,
            row,
            raw: raw.to_owned(),
            versions: Vec::new(),
            newer: 0,
            chain: Chain::default(),
            related: Related::default(),
        };
        let address = Address::parse("sample", "q=who%3Ajo");
        Owner::new().with(|| view! { <EventPanel detail address /> }.into_view().to_html())
    }

    /// Without the text that buttons copy from: it is the record as it is, an attribute that nothing shows.
    fn shown(html: &str) -> String {
        let start = html.find(" data-raw=\"").unwrap();
        let length = html[start + 11..].find('"').unwrap() + 12;
        format!("{}{}", &html[..start], &html[start + length..])
    }

    #[test]
    fn hostile_values_are_text_and_carry_no_style() {
        let evil = r#"</textarea><script>alert(1)</script><img src=x onerror=alert(1)>\u202egpj.exe"#;
        let raw = format!(
            r#"{{"eventName":"{evil}","eventTime":"2026-11-22T09:30:00Z","userAgent":"{evil}","errorCode":"{evil}",
            "errorMessage":"{evil}","sourceIPAddress":"{evil}","awsRegion":"{evil}","userIdentity":{{"type":"IAMUser",
            "userName":"{evil}"}},"requestParameters":{{"{evil}":"{evil}","instanceId":"{evil}"}}}}"#
        );
        let html = rendered(&raw);
        assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
        assert!(html.contains("&lt;script&gt;"), "{html}");
        assert!(!html.contains(" style="), "{html}");
        // Every place where the mark that turns the direction stands is isolated.
        let html = shown(&html);
        for (at, _) in html.match_indices('\u{202e}') {
            let before = &html[..at];
            assert!(before.rfind("<bdi").max(before.rfind("=\"")) > before.rfind("</bdi>"), "{before}");
        }
    }

    #[test]
    fn long_values_are_folded_and_make_no_links() {
        let long = "x".repeat(100_000);
        let html =
            rendered(&format!(r#"{{"eventName":"Put","requestParameters":{{"bucketName":"{long}"}}}}"#));
        assert!(html.contains("100,000"), "folded");
        assert!(!html.contains(&format!("bucketName:{}", &long[..2_000])), "no link carries it");
        assert!(html.len() < 700_000, "{} bytes", html.len());
    }

    #[test]
    fn secrets_are_covered() {
        let html = rendered(r#"{"responseElements":{"credentials":{"sessionToken":"FwoGZXIvYXdzEXAMPLE"}}}"#);
        let html = shown(&html);
        let token = html.find("FwoGZXIvYXdzEXAMPLE").unwrap();
        let cover = html.find(r#"<details class="secret">"#).unwrap();
        assert!(cover < token && !html[cover..token].contains("</details>"), "{html}");
        assert_eq!(html.matches("FwoGZXIvYXdzEXAMPLE").count(), 1, "and stands nowhere else, in no link");
    }

    #[test]
    fn a_record_that_is_no_json_is_shown_as_it_is() {
        assert!(rendered("{\"eventName\":").contains("cannot be read as JSON"));
    }
}
