//! Small pages that need no script: the way in, and errors.

use app::prefs::{COOKIE as PREFS, Prefs, Theme};
use axum::http::header::{CONTENT_TYPE, COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};

use super::problem::Problem;
use super::site::Site;

/// A page with one heading, in the system's colours, for whoever may not come in (yet). `body` is HTML.
pub fn page(title: &str, body: &str, site: &Site) -> Response {
    laid_out("page page--narrow", title, body, site, Theme::System, &brand("span", ""))
}

/// The theme that a browser's cookie asks for.
pub fn theme(headers: &HeaderMap) -> Theme {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
    let mut pairs =
        cookies.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == PREFS).map(|(_, value)| Prefs::read(value).theme).unwrap_or_default()
}

/// A page with one heading. `body` is HTML.
pub fn themed_page(title: &str, body: &str, site: &Site, theme: Theme) -> Response {
    laid_out("page page--narrow", title, body, site, theme, &brand("a", " href=\"/\""))
}

/// The same for what needs the width. `body` is HTML.
pub fn wide_page(title: &str, body: &str, site: &Site, theme: Theme) -> Response {
    laid_out("page page--wide", title, body, site, theme, &brand("a", " href=\"/\""))
}

/// Whose page it is; a link leads to the events.
fn brand(element: &str, attributes: &str) -> String {
    format!(
        "<{element} class=\"top-bar__brand\"{attributes}><img src=\"/favicon.svg\" alt=\"\" width=\"20\" height=\"20\">\
         Waymark</{element}>"
    )
}

fn laid_out(class: &str, title: &str, body: &str, site: &Site, theme: Theme, brand: &str) -> Response {
    let style = match site.style() {
        Some(path) => format!("<link rel=\"stylesheet\" href=\"{}\">", escape(path)),
        None => String::new(),
    };
    let title = escape(title);
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\" data-theme=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <link rel=\"icon\" type=\"image/svg+xml\" href=\"/favicon.svg\">\n\
         <title>{title} · Waymark</title>\n{style}\n</head>\n<body>\n\
         <header class=\"top-bar top-bar--plain\">{brand}</header>\n\
         <main class=\"{class}\">\n<h1>{title}</h1>\n{body}\n</main>\n</body>\n</html>\n",
        theme.word()
    );
    let mut response = html.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

/// An error for a person.
pub fn problem_page(problem: &Problem, request_id: &str, site: &Site) -> Response {
    let help = problem.help.as_deref().map(|help| format!("<p>{}</p>\n", escape(help))).unwrap_or_default();
    let way_on = if problem.status.as_u16() == 401 { "" } else { "<p><a href=\"/\">To the events</a></p>\n" };
    let body = format!(
        "<p>{}</p>\n{help}{way_on}<p><small>Request {}</small></p>",
        escape(&problem.detail),
        escape(request_id)
    );
    page(problem.title, &body, site)
}

/// Text as HTML, also inside a quoted attribute.
pub fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_the_events_is_a_link_for_those_who_may_go_there() {
        assert!(brand("a", " href=\"/\"").starts_with("<a class=\"top-bar__brand\" href=\"/\">"));
        assert!(brand("span", "").ends_with("Waymark</span>"));
    }

    #[test]
    fn text_stays_text() {
        assert_eq!(escape("<script>'\"&"), "&lt;script&gt;&#39;&quot;&amp;");
    }
}
