//! The document around every page.

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags};

use crate::App;
use crate::prefs::Prefs;

/// The document: head, scripts with the request's nonce, and the app. Theme and density come from the cookie.
///
/// It sets the response's `Content-Security-Policy`, as only here the nonce is known.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let prefs = Prefs::of_request();
    if let Some(nonce) = use_nonce() {
        crate::server::set_content_security_policy(&nonce);
    }
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=prefs.theme.word() data-density=prefs.density.word()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="robots" content="noindex" />
                <link rel="icon" type="image/svg+xml" href="/favicon.svg" />
                // The fonts are optional: what has not come when text is first drawn is not used on this page.
                {FONTS.map(preload)}
                <HashedStylesheet options=options.clone() id="style" />
                <HydrationScripts options />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

const FONTS: [&str; 2] = ["/fonts/inter-latin.woff2", "/fonts/jetbrains-mono-latin.woff2"];

fn preload(font: &'static str) -> impl IntoView {
    leptos::html::link()
        .rel("preload")
        .href(font)
        .r#as("font")
        .r#type("font/woff2")
        .attr("crossorigin", "anonymous")
}
