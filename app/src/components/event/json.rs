//! The record as a tree: folds without JavaScript, can be searched with it, and every node can be copied.

use leptos::prelude::*;

use super::{Places, Value, section};
use crate::address::encode;
use crate::api::events::EventDetail;
use crate::components::copy::CopyPart;
use crate::text::grouped;
use cloudtrail::json::{Kind, Node};
use cloudtrail::record::Record;
use cloudtrail::search::{Field, FieldRef};
use cloudtrail::secret::is_secret;

/// How many nodes are drawn. CloudTrail's records have about a hundred; what has more is cut, and says so.
const MAX_NODES: usize = 2_000;
/// Stands where a path will stand.
const HINT: &str = "Point at a value to see its path for a search";
/// Down to here the tree is unfolded at first.
const UNFOLDED: usize = 8;
/// An object or list with more members than this is folded at first.
const MANY: usize = 30;

/// The browser adds the search, folding and the path ([`crate::living::record`]).
pub(super) fn view(record: &Record<'_>, detail: &EventDetail, places: &Places) -> AnyView {
    let raw = detail.raw.as_str();
    let mut tree = Tree { places, raw, drawn: 0 };
    let members = tree.members(record.root, &mut Vec::new(), 0);
    let is_cut = tree.drawn > MAX_NODES;
    let address = format!("/api/v1/{}/events/{}", encode(&places.address.account), encode(&detail.row.id));
    let content = view! {
        <div class="json" data-raw=raw.to_owned()>
            <div class="json__bar">
                <input
                    class="input input--small json__search"
                    type="search"
                    aria-label="Find in this record"
                    placeholder="Find in this record"
                    autocomplete="off"
                    spellcheck="false"
                />
                <span class="json__count" role="status"></span>
                <button type="button" class="button button--quiet js-only" data-fold="open">
                    "Unfold all"
                </button>
                <button type="button" class="button button--quiet js-only" data-fold="close">
                    "Fold all"
                </button>
                <a class="button button--quiet" href=address rel="external" target="_blank">
                    "Raw"
                </a>
                <CopyPart start=0 end=raw.len() label="Copy the record" />
            </div>
            <ul class="json__list json__list--root">{members}</ul>
            {is_cut
                .then(|| {
                    view! {
                        <p class="json__cut">
                            "The record has more than " {grouped(MAX_NODES as u64)}
                            " values; the rest stands in the raw record."
                        </p>
                    }
                })}
            <p class="json__path mono js-only" aria-hidden="true" data-hint=HINT>
                {HINT}
            </p>
        </div>
    };
    section("Record", None, content)
}

struct Tree<'a> {
    places: &'a Places,
    /// The text that all nodes are parts of.
    raw: &'a str,
    /// How many nodes there were so far.
    drawn: usize,
}

impl Tree<'_> {
    fn members(&mut self, node: Node<'_>, path: &mut Vec<String>, depth: usize) -> Vec<AnyView> {
        let mut views = Vec::new();
        for (key, value) in node.fields() {
            path.push(key.clone().into_owned());
            views.push(self.node(&key, &key, value, path, depth));
            path.pop();
        }
        for (index, item) in node.items().enumerate() {
            let key = path.last().cloned().unwrap_or_default();
            views.push(self.node(&index.to_string(), &key, item, path, depth));
        }
        views
    }

    /// A node under its label: a key, or a place in a list, whose values go by the list's own key.
    fn node(
        &mut self,
        label: &str,
        key: &str,
        node: Node<'_>,
        path: &mut Vec<String>,
        depth: usize,
    ) -> AnyView {
        self.drawn += 1;
        if self.drawn > MAX_NODES {
            return ().into_any();
        }
        match node.kind() {
            Kind::Object | Kind::Array => self.branch(label, node, path, depth),
            _ => self.leaf(label, key, node, path),
        }
    }

    /// A button that copies a node.
    fn copy(&self, label: &str, node: Node<'_>) -> impl IntoView + use<> {
        // A node's text is a part of the record's.
        let start = (node.raw().as_ptr() as usize).saturating_sub(self.raw.as_ptr() as usize);
        view! { <CopyPart start end=start + node.raw().len() label=format!("Copy {label}") /> }
    }

    fn branch(&mut self, label: &str, node: Node<'_>, path: &mut Vec<String>, depth: usize) -> AnyView {
        let members = self.members(node, path, depth + 1);
        let count = node.fields().count() + node.items().count();
        let (class, unit) = if node.kind() == Kind::Array {
            ("json__hint json__hint--list", "item")
        } else {
            ("json__hint", "field")
        };
        let hint = format!("{} {unit}{}", grouped(count as u64), if count == 1 { "" } else { "s" });
        let unfolded = depth + 1 < UNFOLDED && count <= MANY;
        let copy = self.copy(label, node);
        view! {
            <li
                class="json__node"
                data-path=path.join(".")
            >
                <span class="doors json__doors">{copy}</span>
                <details class="json__branch" open=unfolded>
                    <summary class="json__summary">
                        <bdi class="json__key">{label.to_owned()}</bdi>
                        <span class=class>{hint}</span>
                    </summary>
                    <ul class="json__list">{members}</ul>
                </details>
            </li>
        }
        .into_any()
    }

    fn leaf(&mut self, label: &str, key: &str, node: Node<'_>, path: &[String]) -> AnyView {
        let text = node.scalar().unwrap_or_default().into_owned();
        let class = match node.kind() {
            Kind::String => "json__value json__value--string",
            Kind::Number => "json__value json__value--number",
            _ => "json__value json__value--word",
        };
        let dotted = path.join(".");
        let field = Field::from_name(&dotted).map_or_else(|| FieldRef::Path(path.to_vec()), FieldRef::Known);
        // A secret stands in no address.
        let href = self.places.only(&field, &text).filter(|_| !is_secret(key, &text));
        let only = href.map(|href| {
            let label = format!("Only events where {dotted} is this");
            view! { <a class="door json__only" href=href title=label.clone() aria-label=label></a> }
        });
        let copy = self.copy(label, node);
        let shown = if node.is_null() {
            view! { <span>"null"</span> }.into_any()
        } else {
            view! { <Value text=text key=key /> }.into_any()
        };
        view! {
            <li
                class="json__node json__node--leaf"
                data-path=dotted.clone()
            >
                <bdi class="json__key">{label.to_owned()}</bdi>
                <span class=class>{shown}</span>
                <span class="doors json__doors">{only} {copy}</span>
            </li>
        }
        .into_any()
    }
}
