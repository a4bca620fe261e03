//! The routes.

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};

use crate::components::frame::Frame;
use crate::components::toast::provide_toasts;
use crate::connections::provide_connections;
use crate::pages::{EventPage, Events, Home, NotFound, Report};
use crate::prefs::provide_prefs;

/// The whole app. Pages are rendered in full before they are sent: reading works without JavaScript.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_prefs();
    provide_connections();
    provide_toasts();
    view! {
        <Router>
            <Frame>
                <Routes fallback=NotFound>
                    <Route path=path!("/") view=Home ssr=SsrMode::Async />
                    <Route path=path!("/a/:account") view=Home ssr=SsrMode::Async />
                    <Route path=path!("/a/:account/events") view=Events ssr=SsrMode::Async />
                    <Route path=path!("/a/:account/events/:id") view=EventPage ssr=SsrMode::Async />
                    <Route path=path!("/a/:account/taking-in") view=Report ssr=SsrMode::Async />
                </Routes>
            </Frame>
        </Router>
    }
}
