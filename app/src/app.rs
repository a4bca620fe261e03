//! The routes.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::{SsrMode, path};

use crate::components::frame::Frame;
use crate::components::toast::provide_toasts;
use crate::pages::{EventPage, Events, Home, NotFound, Report};
use crate::prefs::provide_prefs;

/// The whole app. Pages are rendered in full before they are sent: reading works without JavaScript.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_prefs();
    provide_toasts();
    view! {
        <Title formatter=title />
        <Router>
            <Frame>
                <FlatRoutes fallback=NotFound>
                    <Route path=path!("/") view=Home ssr=SsrMode::Async />
                    <Route path=path!("/a/:account") view=Home ssr=SsrMode::Async />
                    <Route path=path!("/a/:account/events") view=Events ssr=SsrMode::Async />
                    <Route path=path!("/a/:account/events/:id") view=EventPage ssr=SsrMode::Async />
                    <Route path=path!("/a/:account/taking-in") view=Report ssr=SsrMode::Async />
                </FlatRoutes>
            </Frame>
        </Router>
    }
}

/// A title as it is written into a page: leptos_meta puts it there as it comes, so a `</title>` in an event's name or in a
/// search would end it and begin whatever follows. In the browser a title is text from the start.
fn title(text: String) -> String {
    if cfg!(feature = "ssr") {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    } else {
        text
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn a_title_does_not_end_itself() {
        assert_eq!(title("a & </title><svg>".to_owned()), "a &amp; &lt;/title&gt;&lt;svg&gt;");
    }
}
