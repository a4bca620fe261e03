//! What pages say to the server that renders them: status, headers, redirects.

use http::header::{CONTENT_SECURITY_POLICY, COOKIE, LOCATION};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

/// Sets the response's status; nothing happens outside a request or if it is no status.
pub fn set_status(status: u16) {
    if let (Some(response), Ok(status)) = (use_context::<ResponseOptions>(), StatusCode::from_u16(status)) {
        response.set_status(status);
    }
}

/// Answers with a redirect to a local address.
pub fn redirect(address: &str) {
    if let (Some(response), Ok(address)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(address))
    {
        response.insert_header(LOCATION, address);
        response.set_status(StatusCode::FOUND);
    }
}

/// Sets the content security policy of a page whose inline scripts carry this nonce.
pub fn set_content_security_policy(nonce: &str) {
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'nonce-{nonce}'; style-src 'self'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    );
    if let (Some(response), Ok(policy)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(&policy)) {
        response.insert_header(CONTENT_SECURITY_POLICY, policy);
    }
}

/// A cookie of the request, as sent.
pub fn cookie(name: &str) -> Option<String> {
    let parts = use_context::<Parts>()?;
    parts
        .headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
}
