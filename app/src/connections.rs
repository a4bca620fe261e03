//! The connections of this session, loaded once for the account switcher and the titles of pages.

use leptos::prelude::*;

use crate::api::ApiError;
use crate::api::events::{Connection, fetch_connections};

/// The connections, once they are there.
#[derive(Clone, Copy)]
pub struct Connections(Resource<Result<Vec<Connection>, ApiError>>);

/// Makes the connections known to everything below.
pub fn provide_connections() {
    provide_context(Connections(Resource::new(|| (), |()| fetch_connections())));
}

/// The connections; read them inside a `Suspense`.
pub fn use_connections() -> Resource<Result<Vec<Connection>, ApiError>> {
    match use_context::<Connections>() {
        Some(Connections(resource)) => resource,
        None => Resource::new(|| (), |()| fetch_connections()),
    }
}
