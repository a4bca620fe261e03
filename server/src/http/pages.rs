//! Pages and server functions, rendered by `app`; and what answers where there is neither.
//!
//! Which pages there are is `app`'s business: whatever is no file and no other route goes to its router, which answers
//! an address it does not know with its own page and status 404.

use std::sync::Arc;

use app::services::Events;
use axum::Router;
use axum::body::Body;
use axum::extract::{FromRef, Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use leptos::config::LeptosOptions;
use leptos::prelude::{AnyView, IntoAny, provide_context, use_context};

use super::envelope::RequestId;
use super::problem::Problem;
use super::{Context, MAX_BODY};
use crate::services::{ArchiveEvents, Visible};

/// `app`'s server functions, under `/_fn`.
pub fn functions() -> Router<Context> {
    // Leptos runs what a page waits for on this; a second call changes nothing.
    let _ = any_spawner::Executor::init_tokio();
    let mut router = Router::new();
    for (path, method) in leptos::server_fn::axum::server_fn_paths() {
        if let Ok(method) = MethodFilter::try_from(method) {
            router = router.route(path, on(method, function));
        }
    }
    router
}

async fn function(State(context): State<Context>, visible: Visible, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    // Read here, so that a body that is too large is told from one that is wrong.
    let Ok(body) = axum::body::to_bytes(body, MAX_BODY).await else {
        return Problem::too_large(MAX_BODY).into_response();
    };
    let request = Request::from_parts(parts, Body::from(body));
    let provide = move || provide(&context, &visible);
    leptos_axum::handle_server_fns_with_context(provide, request).await.into_response()
}

/// A file, or else one of the app's pages.
pub async fn fallback(State(context): State<Context>, visible: Visible, request: Request) -> Response {
    let path = request.uri().path();
    if let Some(file) = context.site().answer(request.method(), path, request.headers()) {
        return file;
    }
    let is_reading = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_page = !["/_fn/", "/api/", "/pkg/"].iter().any(|prefix| path.starts_with(prefix));
    if !is_page || !is_reading {
        let status = if is_page { StatusCode::METHOD_NOT_ALLOWED } else { StatusCode::NOT_FOUND };
        return Problem { status, ..Problem::not_found("There is nothing at this address.") }.into_response();
    }
    let options = LeptosOptions::from_ref(&context);
    let page =
        leptos_axum::render_app_async_with_context(move || provide(&context, &visible), shell(options));
    page(request).await
}

fn shell(options: LeptosOptions) -> impl Fn() -> AnyView + Clone + Send + Sync + 'static {
    move || app::shell(options.clone()).into_any()
}

/// What pages and server functions find in their context. The page's security policy, which needs the nonce of its
/// scripts, comes from `app::shell`.
fn provide(context: &Context, visible: &Visible) {
    let request_id = use_context::<axum::http::request::Parts>()
        .and_then(|parts| parts.extensions.get::<RequestId>().cloned())
        .map(|id| id.as_str().to_owned());
    let events: Arc<dyn Events> =
        Arc::new(ArchiveEvents::new(visible.clone(), context.store().clone(), request_id));
    provide_context(events);
}
