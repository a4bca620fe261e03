//! Where a sign-in leads back to.

use std::fmt::Write as _;

use axum::http::HeaderMap;
use axum::http::header::{HOST, REFERER};

/// The longest address that is returned to, in bytes.
const LONGEST: usize = 8 * 1024;

/// An address that was given to return to, if it is one of this server's pages: one leading `/`, no second one, no backslash
/// (browsers read it as a slash), nothing but visible ASCII (browsers drop tabs and line ends, which could hide a second slash).
/// Signing in and out again would lead round in circles.
pub fn local(given: &str) -> Option<&str> {
    let is_path = given.starts_with('/') && !given[1..].starts_with('/');
    let is_plain = given.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let path = given.split(['?', '#']).next().unwrap_or(given);
    let is_own = path == "/sign-in" || path == "/sign-out" || path.starts_with("/sign-in/");
    (is_path && is_plain && !is_own && given.len() <= LONGEST).then_some(given)
}

/// The page of this server that a browser comes from, by its own word: `Referrer-Policy` lets it say so to this server alone.
pub fn referrer(headers: &HeaderMap) -> Option<&str> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let address = text(REFERER)?;
    let rest = ["http://", "https://"].iter().find_map(|scheme| address.strip_prefix(scheme))?;
    local(rest.strip_prefix(text(HOST)?)?)
}

/// The sign-in page that leads back to an address.
pub fn sign_in_for(address: &str) -> String {
    leading_to("/sign-in", address)
}

/// A page that leads on to an address.
pub fn leading_to(page: &str, address: &str) -> String {
    format!("{page}?next={}", encoded(address))
}

/// A text as a parameter of an address, or as a part of its path that may have slashes.
pub fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~:,".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a text does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_pages_of_this_server_are_returned_to() {
        for right in ["/", "/a/111122223333/events?q=who:jo%20&from=-2h", "/a/sample/events#x", "/sign-info"]
        {
            assert_eq!(local(right), Some(right));
        }
        for wrong in [
            "",
            "a",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            " //evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/a/\u{65e5}",
            "/sign-in",
            "/sign-in?next=/sign-in",
            "/sign-in/keys",
            "/sign-out",
        ] {
            assert_eq!(local(wrong), None, "{wrong:?}");
        }
        assert_eq!(local(&format!("/{}", "x".repeat(LONGEST))), None);
    }

    #[test]
    fn a_browser_comes_from_a_page_of_this_server_or_from_nowhere() {
        let from = |referer: &'static str| {
            let pairs = [(HOST, "127.0.0.1:3000"), (REFERER, referer)];
            let headers =
                HeaderMap::from_iter(pairs.map(|(name, value)| (name, HeaderValue::from_static(value))));
            referrer(&headers).map(str::to_owned)
        };
        assert_eq!(from("http://127.0.0.1:3000/a/1/events?q=a%20b").as_deref(), Some("/a/1/events?q=a%20b"));
        for wrong in [
            "http://127.0.0.1:3000",
            "http://127.0.0.1:30001/a",
            "http://evil.example/a",
            "http://127.0.0.1:3000//evil.example",
            "http://127.0.0.1:3000@evil.example/",
            "http://127.0.0.1:3000/sign-in?back",
            "",
        ] {
            assert_eq!(from(wrong), None, "{wrong}");
        }
        assert_eq!(referrer(&HeaderMap::new()), None);
    }

    #[test]
    fn an_address_is_one_parameter() {
        assert_eq!(
            sign_in_for("/a/1/events?q=a&b=%20#+"),
            "/sign-in?next=/a/1/events%3Fq%3Da%26b%3D%2520%23%2B"
        );
    }
}
