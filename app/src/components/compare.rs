//! Several events side by side.

use leptos::prelude::*;

use super::event::Value;
use super::icon::Icon;
use super::timestamp::Timestamp;
use crate::address::Address;
use crate::api::events::EventDetail;
use cloudtrail::json::{Kind, Node, Tape};

/// Up to five events side by side; `address` is the list they were marked in. Every value of every record is a row;
/// rows that say the same for all events can be left out, also without JavaScript.
#[component]
pub fn Compare(events: Vec<EventDetail>, address: Address) -> impl IntoView {
    let records: Vec<Vec<(String, String)>> = events.iter().map(|event| flatten(&event.raw)).collect();
    let rows = side_by_side(&records);
    let differing = rows.iter().filter(|row| row.differs).count();
    let total = rows.len();
    let heads: Vec<_> = events.iter().map(|event| head(event, &address)).collect();
    let rows: Vec<_> = rows.into_iter().map(row_view).collect();
    view! {
        <div class="compare">
            <div class="compare__bar">
                <label class="compare__toggle">
                    <input type="checkbox" class="compare__only" autocomplete="off" />
                    "Only what differs"
                </label>
                <span class="muted">{differing} " of " {total} " values differ"</span>
            </div>
            <div class="compare__scroll" tabindex="0" role="region" aria-label="Events side by side">
                <table class="compare__table">
                    <thead>
                        <tr>
                            <th class="compare__corner" scope="col">
                                "Value"
                            </th>
                            {heads}
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
    }
}

fn head(event: &EventDetail, address: &Address) -> impl IntoView + use<> {
    let row = &event.row;
    let others = address.compare.iter().filter(|id| **id != row.id).cloned().collect();
    let without = address.with_compare(others).href();
    view! {
        <th class="compare__head" scope="col">
            <a href=address.event_page(&row.id)>
                <bdi>{row.event.clone()}</bdi>
            </a>
            <bdi class="compare__who">{row.who.clone()}</bdi>
            <span class="compare__when">
                <Timestamp time=row.time />
            </span>
            <a class="door compare__remove" href=without aria-label="Leave this event out" title="Leave this event out">
                <Icon name="close" />
            </a>
        </th>
    }
}

fn row_view(row: Row) -> impl IntoView {
    let key = row.path.rsplit('.').next().unwrap_or_default().to_owned();
    let class = if row.differs { "compare__row compare__row--differs" } else { "compare__row" };
    let cells: Vec<_> = row
        .values
        .into_iter()
        .map(|value| match value {
            Some(text) => {
                view! { <td class="compare__cell"><Value text=text key=key.clone() /></td> }.into_any()
            }
            None => view! { <td class="compare__cell compare__cell--none">"—"</td> }.into_any(),
        })
        .collect();
    view! {
        <tr class=class>
            <th class="compare__path" scope="row">
                <bdi>{row.path}</bdi>
            </th>
            {cells}
        </tr>
    }
}

/// One value of every event.
#[derive(Debug, PartialEq)]
struct Row {
    path: String,
    values: Vec<Option<String>>,
    differs: bool,
}

/// The rows of a comparison: the paths of all records, each once. A path that only later records have stands behind
/// the one it follows there.
fn side_by_side(records: &[Vec<(String, String)>]) -> Vec<Row> {
    let mut paths: Vec<&str> = Vec::new();
    for record in records {
        let mut place = 0;
        for (path, _) in record {
            match paths.iter().position(|known| known == path) {
                Some(known) => place = known + 1,
                None => {
                    paths.insert(place, path);
                    place += 1;
                }
            }
        }
    }
    let value = |record: &[(String, String)], path: &str| {
        record.iter().find(|(other, _)| other == path).map(|(_, value)| value.clone())
    };
    let row = |path: &&str| {
        let values: Vec<_> = records.iter().map(|record| value(record, path)).collect();
        Row { path: (*path).to_owned(), differs: values.windows(2).any(|pair| pair[0] != pair[1]), values }
    };
    paths.iter().map(row).collect()
}

/// Every value of a record with its path, `requestParameters.instancesSet.items.0.instanceId`.
fn flatten(raw: &str) -> Vec<(String, String)> {
    let mut tape = Tape::default();
    let mut values = Vec::new();
    match tape.parse(raw) {
        Ok(root) => walk(root, String::new(), &mut values),
        Err(_) => values.push(("record".to_owned(), raw.to_owned())),
    }
    values
}

fn walk(node: Node<'_>, path: String, values: &mut Vec<(String, String)>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    let is_empty = node.fields().next().is_none() && node.items().next().is_none();
    match node.kind() {
        Kind::Object | Kind::Array if !is_empty => {
            node.fields().for_each(|(key, value)| walk(value, below(&key), values));
            node.items().enumerate().for_each(|(index, item)| walk(item, below(&index.to_string()), values));
        }
        _ => {
            let text = node.scalar().map_or_else(|| node.raw().to_owned(), |text| text.into_owned());
            values.push((path, text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_laid_side_by_side_path_by_path() {
        let first = flatten(r#"{"a":1,"b":{"c":"x","e":[{"f":true},{}]},"n":null}"#);
        assert_eq!(first[3], ("b.e.1".to_owned(), "{}".to_owned()));
        let second = flatten(r#"{"a":1,"b":{"c":"y","d":2},"n":null}"#);
        let rows = side_by_side(&[first, second]);
        let paths: Vec<_> = rows.iter().map(|row| (row.path.as_str(), row.differs)).collect();
        assert_eq!(
            paths,
            [("a", false), ("b.c", true), ("b.d", true), ("b.e.0.f", true), ("b.e.1", true), ("n", false)]
        );
        assert_eq!(rows[2].values, [None, Some("2".to_owned())]);
    }

    #[test]
    fn a_record_that_cannot_be_read_is_one_value() {
        assert_eq!(flatten("{"), [("record".to_owned(), "{".to_owned())]);
        assert!(side_by_side(&[]).is_empty());
    }
}
