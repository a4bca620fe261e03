//! What was acted on.

use leptos::prelude::*;

use super::long::linked;
use super::{Places, doors, section};
use crate::text::grouped;
use cloudtrail::json::Node;
use cloudtrail::record::{Record, Text};
use cloudtrail::search::{Field, FieldRef};

/// How many are listed at once.
const LISTED: usize = 20;

pub(super) fn view(record: &Record<'_>, places: &Places) -> AnyView {
    let names = record.resource_names();
    if names.is_empty() {
        return ().into_any();
    }
    let field = FieldRef::Known(Field::Resource);
    let rows = names.iter().take(LISTED).map(|name| {
        view! {
            <li class="resources__row">
                <span class="resources__name mono">{linked("resources__link", places.only(&field, name), name)}</span>
                {kind(record, name).map(|kind| view! { <span class="muted">{kind}</span> })}
                {doors::view(places, &field, name.to_string())}
            </li>
        }
    });
    let rest = names.len().saturating_sub(LISTED);
    let content = view! {
        <ul class="resources">{rows.collect_view()}</ul>
        {(rest > 0).then(|| view! { <p class="muted">{grouped(rest as u64)} " more stand in the record below."</p> })}
    };
    section("Resources", Some(grouped(names.len() as u64)), content)
}

/// The type that the record gives for an ARN of its `resources`, `AWS::S3::Bucket`.
fn kind(record: &Record<'_>, name: &str) -> Option<String> {
    let is_this = |node: &Node<'_>| {
        ["ARN", "arn", "ARNPrefix"].iter().any(|key| named(node, key).as_deref() == Some(name))
    };
    let resource = record.resources?.items().find(is_this)?;
    named(&resource, "type").map(Text::into_owned)
}

fn named<'a>(node: &Node<'a>, key: &str) -> Option<Text<'a>> {
    node.get(key)?.as_str()
}
