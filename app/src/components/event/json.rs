//! The record as a tree: folds without JavaScript, can be searched with it, and every node can be copied.

use leptos::html::{Details, Ul};
use leptos::prelude::*;

use super::{Places, Value, section};
use crate::address::encode;
use crate::api::events::EventDetail;
use crate::components::copy::CopyButton;
use crate::text::grouped;
use cloudtrail::json::{Kind, Node};
use cloudtrail::record::Record;
use cloudtrail::search::{Field, FieldRef};
use cloudtrail::secret::is_secret;

mod find;

use find::{Found, Text};

/// How many nodes are drawn. CloudTrail's records have about a hundred; what has more is cut, and says so.
const MAX_NODES: usize = 2_000;
/// Stands where a path will stand.
const HINT: &str = "Point at a value to see its path for a search";
/// Down to here the tree is unfolded at first.
const UNFOLDED: usize = 8;
/// An object or list with more members than this is folded at first.
const MANY: usize = 30;

pub(super) fn view(record: &Record<'_>, detail: &EventDetail, places: &Places) -> AnyView {
    let needle = RwSignal::new(String::new());
    let tree_node = NodeRef::<Ul>::new();
    let path = RwSignal::new(String::new());
    let mut texts = Vec::new();
    collect(None, record.root, &mut texts);
    let is_cut = texts.len() > MAX_NODES;
    texts.truncate(MAX_NODES);
    let texts = StoredValue::new(texts);
    let found = Memo::new(move |_| texts.with_value(|texts| find::find(texts, &needle.read())));
    let mut tree = Tree { places, found, next: 0 };
    let members = tree.members(record.root, &mut Vec::new(), 0);
    let raw = format!("/api/v1/{}/events/{}", encode(&places.address.account), encode(&detail.row.id));
    let content = view! {
        <div class="json" on:pointerover=move |event| point(&event, path) on:focusin=move |event| point(&event, path)>
            <div class="json__bar">
                <input
                    class="input input--small json__search"
                    type="search"
                    aria-label="Find in this record"
                    placeholder="Find in this record"
                    autocomplete="off"
                    spellcheck="false"
                    on:input=move |event| needle.set(event_target_value(&event))
                />
                <span class="json__count" role="status">
                    {move || found.with(Found::say)}
                </span>
                <button type="button" class="button button--quiet js-only" on:click=move |_| fold_all(tree_node, true)>
                    "Unfold all"
                </button>
                <button type="button" class="button button--quiet js-only" on:click=move |_| fold_all(tree_node, false)>
                    "Fold all"
                </button>
                <a class="button button--quiet" href=raw rel="external" target="_blank">
                    "Raw"
                </a>
                <CopyButton text=detail.raw.clone() label="Copy the record" />
            </div>
            <ul class="json__list json__list--root" node_ref=tree_node>{members}</ul>
            {is_cut
                .then(|| {
                    view! {
                        <p class="json__cut">
                            "The record has more than " {grouped(MAX_NODES as u64)}
                            " values; the rest stands in the raw record."
                        </p>
                    }
                })}
            <p class="json__path mono js-only" aria-hidden="true">
                {move || if path.read().is_empty() { HINT.to_owned() } else { path.get() }}
            </p>
        </div>
    };
    section("Record", None, content)
}

/// Every key and value in the order they are drawn: what a search looks through.
fn collect(key: Option<&str>, node: Node<'_>, texts: &mut Vec<Text>) {
    let at = texts.len();
    let scalar = node.scalar().unwrap_or_default();
    // The root is not drawn, its members are.
    let is_drawn = key.is_some();
    if is_drawn {
        texts.push(Text::new(key.unwrap_or_default(), &scalar));
    }
    if texts.len() > MAX_NODES {
        return;
    }
    for (key, value) in node.fields() {
        collect(Some(&key), value, texts);
    }
    for item in node.items() {
        collect(Some(""), item, texts);
    }
    if is_drawn {
        let end = texts.len();
        texts[at].end = end;
    }
}

struct Tree<'a> {
    places: &'a Places,
    found: Memo<Found>,
    /// The number of the next node, as in the texts.
    next: usize,
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
        let number = self.next;
        self.next += 1;
        if number >= MAX_NODES {
            return ().into_any();
        }
        match node.kind() {
            Kind::Object | Kind::Array => self.branch(number, label, node, path, depth),
            _ => self.leaf(number, label, key, node, path),
        }
    }

    fn branch(
        &mut self,
        number: usize,
        label: &str,
        node: Node<'_>,
        path: &mut Vec<String>,
        depth: usize,
    ) -> AnyView {
        let found = self.found;
        let members = self.members(node, path, depth + 1);
        let count = node.fields().count() + node.items().count();
        let (class, unit) = if node.kind() == Kind::Array {
            ("json__hint json__hint--list", "item")
        } else {
            ("json__hint", "field")
        };
        let hint = format!("{} {unit}{}", grouped(count as u64), if count == 1 { "" } else { "s" });
        let unfolded = depth + 1 < UNFOLDED && count <= MANY;
        // People fold and unfold as they like; a search only makes sure that what it found can be seen.
        let details = NodeRef::<Details>::new();
        Effect::new(move |_| {
            if let (Some(open), Some(details)) = (found.with(|found| found.opens(number)), details.get()) {
                details.set_open(open);
            }
        });
        view! {
            <li
                class="json__node"
                class:json__node--miss=move || found.with(|found| found.hides(number))
                class:json__node--hit=move || found.with(|found| found.hits(number))
                data-path=path.join(".")
            >
                <span class="doors json__doors">
                    <CopyButton text=node.raw() label=format!("Copy {label}") />
                </span>
                <details class="json__branch" open=unfolded node_ref=details>
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

    fn leaf(&mut self, number: usize, label: &str, key: &str, node: Node<'_>, path: &[String]) -> AnyView {
        let found = self.found;
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
        let copied = if node.is_null() { "null".to_owned() } else { text.clone() };
        let shown = if node.is_null() {
            view! { <span>"null"</span> }.into_any()
        } else {
            view! { <Value text=text key=key /> }.into_any()
        };
        view! {
            <li
                class="json__node json__node--leaf"
                class:json__node--miss=move || found.with(|found| found.hides(number))
                class:json__node--hit=move || found.with(|found| found.hits(number))
                data-path=dotted.clone()
            >
                <bdi class="json__key">{label.to_owned()}</bdi>
                <span class=class>{shown}</span>
                <span class="doors json__doors">{only} <CopyButton text=copied label=format!("Copy {label}") /></span>
            </li>
        }
        .into_any()
    }
}

/// Folds or unfolds every branch.
#[cfg(feature = "hydrate")]
fn fold_all(tree: NodeRef<Ul>, open: bool) {
    use wasm_bindgen::JsCast;

    let Some(branches) = tree.get_untracked().and_then(|tree| tree.query_selector_all(".json__branch").ok())
    else {
        return;
    };
    for place in 0..branches.length() {
        if let Some(details) =
            branches.get(place).and_then(|node| node.dyn_into::<web_sys::HtmlDetailsElement>().ok())
        {
            details.set_open(open);
        }
    }
}

#[cfg(not(feature = "hydrate"))]
fn fold_all(_: NodeRef<Ul>, _: bool) {}

/// Shows the path of the node that the pointer or the focus is at: what to type in front of a `:`.
#[cfg(feature = "hydrate")]
fn point(event: &web_sys::Event, path: RwSignal<String>) {
    use wasm_bindgen::JsCast;

    let element = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let node = element.and_then(|element| element.closest("[data-path]").ok().flatten());
    let at = node.and_then(|node| node.get_attribute("data-path")).unwrap_or_default();
    if *path.read_untracked() != at {
        path.set(at);
    }
}

#[cfg(not(feature = "hydrate"))]
fn point<E>(_: &E, _: RwSignal<String>) {}
