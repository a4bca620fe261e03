//! HTML that the server rendered and the browser only shows.
//!
//! What a page shows of events — the table, the counts, one event — is rendered on the server, also when the browser
//! asks for the next one: the code that makes it, and the records it is made of, never travel. The browser adds what
//! needs a browser (see [`crate::living`]).

use leptos::prelude::*;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::api::views::Loaded;
use crate::components::problem::Problem;
use crate::components::skeleton::Skeleton;
use crate::living;
use crate::prefs::use_prefs;

/// Rendered HTML. In what a page passes on to the browser's side it is left out, as it stands in the page already; only by what it
/// is told from other HTML comes along.
#[derive(Clone, Debug, Default)]
pub struct Html {
    /// The HTML; empty where it stands in the page already.
    pub text: String,
    hash: u64,
}

impl Html {
    /// That of a part.
    pub fn new(text: String) -> Html {
        // FNV-1a.
        let step = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325, step);
        Html { text, hash }
    }
}

impl PartialEq for Html {
    fn eq(&self, other: &Html) -> bool {
        self.hash == other.hash
    }
}

impl Serialize for Html {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.hash.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Html {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Html, D::Error> {
        Ok(Html { text: String::new(), hash: u64::deserialize(deserializer)? })
    }
}

/// Shows it. The element itself takes no part in the layout.
#[component]
pub fn Rendered(html: Html) -> impl IntoView {
    let prefs = use_prefs();
    // Each time other HTML comes, and when the zone changes.
    Effect::new(move |_| {
        living::times::show_soon(prefs.read().zone);
        living::place::restore_soon();
    });
    view! { <div class="rendered" inner_html=html.text></div> }
}

/// Shows a part of what was loaded; until it is there, the shape of it.
///
/// `says` shows in its place what went wrong; `before` is called in the browser when other HTML is about to take its place.
#[component]
pub fn Part(
    of: Loaded,
    #[prop(optional)] place: usize,
    #[prop(optional)] skeleton: &'static str,
    #[prop(optional)] says: bool,
    #[prop(optional)] pending: Option<RwSignal<bool>>,
    #[prop(optional)] before: Option<fn()>,
) -> impl IntoView {
    let pending = pending.unwrap_or_default();
    let content = move || {
        // The same HTML is not put in once more: a menu that is open in it stays open, and what is typed there stays.
        let shown = Memo::new(move |_| of.get().map(|answer| answer.map(|view| view.part(place))));
        move || {
            let answer = shown.get();
            if cfg!(feature = "hydrate")
                && let Some(before) = before
            {
                before();
            }
            answer.map(|answer| match answer {
                Err(error) if says => view! { <Problem error /> }.into_any(),
                answer => view! { <Rendered html=answer.unwrap_or_default() /> }.into_any(),
            })
        }
    };
    let shape = move || (!skeleton.is_empty()).then(|| view! { <Skeleton of=skeleton /> });
    // The memo belongs to what waits for it.
    view! { <Transition fallback=shape set_pending=pending.write_only()>{content()}</Transition> }
}

/// The title of what was loaded: how many, or what it is called.
#[component]
pub fn Name(of: Loaded) -> impl IntoView {
    let name = move || of.get().and_then(Result::ok).map(|view| view.title);
    view! { <Transition>{name}</Transition> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_the_page_is_not_passed_on_a_second_time() {
        let html = Html::new("<p>a</p>".to_owned());
        let passed = serde_json::to_string(&html).unwrap();
        assert!(!passed.contains("<p>"));
        let stands: Html = serde_json::from_str(&passed).unwrap();
        assert_eq!(stands.text, "");
        // When it comes once more it is known to stand there.
        assert_eq!(stands, html);
        assert_ne!(stands, Html::new("<p>b</p>".to_owned()));
    }
}
