//! `/sessions` and `/access-log`: plain pages, which need no script.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Query, State};
use axum::http::request::Parts;
use axum::response::{Redirect, Response};
use axum::routing::{get, post};
use cloudtrail::time::Time;
use serde::Deserialize;
use tower_sessions::Session;

use super::Context;
use super::access::Action;
use super::plain::{self, escape};
use super::problem::Problem;
use crate::error::chain;
use crate::services::Witness;
use crate::store::{AccessQuery, AccessRow, SignedIn};
use crate::vault::Connection;

/// How many lines a page of the access log has.
const LINES: i64 = 100;

/// The routes.
pub fn routes() -> axum::Router<Context> {
    axum::Router::new()
        .route("/sessions", get(sessions))
        .route("/sessions/end-others", post(end_others).get(to_sessions))
        .route("/access-log", get(access_log))
}

/// Who asks.
struct Person {
    witness: Witness,
    connections: Vec<Arc<Connection>>,
    principals: Vec<String>,
    theme: app::prefs::Theme,
}

impl FromRequestParts<Context> for Person {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Person, Self::Rejection> {
        let witness = Witness::of(parts, context).await;
        let connections = match parts.extensions.get::<Session>() {
            Some(session) => context.connections_of(session).await,
            None => Vec::new(),
        };
        let principals = witness.principals(&connections);
        Ok(Person { witness, connections, principals, theme: plain::theme(&parts.headers) })
    }
}

async fn to_sessions() -> Redirect {
    Redirect::to("/sessions")
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Done {
    ended: Option<usize>,
}

async fn sessions(
    State(context): State<Context>,
    session: Session,
    person: Person,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    let own = context.sign_ins().owner(&session);
    let all = context.sign_ins().sessions_of(&person.principals).await;
    let mut all =
        all.map_err(|error| Problem::internal(format!("sessions cannot be read: {}", chain(&error))))?;
    all.sort_by_key(|one| Some(one.owner) != own);
    let mut html = String::new();
    if let Some(ended) = done.ended {
        let text = match ended {
            1 => "1 other session was ended.".to_owned(),
            ended => format!("{ended} other sessions were ended."),
        };
        let _ = writeln!(html, "<div class=\"notice\" role=\"status\"><p>{text}</p></div>");
    }
    html.push_str(
        "<p>Every browser in which you are signed in to Waymark. If one of them is not yours, or no longer, end it: what it was signed \
         in with is forgotten at once. If you never used it, change these credentials at AWS, too.</p>\n",
    );
    if all.is_empty() {
        html.push_str("<p class=\"muted\">There is none: this Waymark is open without signing in.</p>\n");
    } else {
        html.push_str("<ul class=\"people__list\">\n");
        for one in &all {
            html.push_str(&listed(one, Some(one.owner) == own, context.clock().now()));
        }
        html.push_str("</ul>\n");
    }
    if all.iter().any(|one| Some(one.owner) != own) {
        html.push_str(
            "<form method=\"post\" action=\"/sessions/end-others\">\n<button class=\"button\" type=\"submit\">Sign out the others\
             </button>\n</form>\n",
        );
    }
    html.push_str(&ways_on("/access-log", "What was done in your name: the access log"));
    Ok(plain::themed_page("Your sessions", &html, context.site(), person.theme))
}

fn listed(session: &SignedIn, is_own: bool, now: Time) -> String {
    let mut html = String::from("<li class=\"card people__session\">\n");
    let browser =
        if session.place.browser.is_empty() { "A program without a name" } else { &session.place.browser };
    let _ = writeln!(html, "<strong>{}</strong>", if is_own { "This browser" } else { "Another browser" });
    let _ = writeln!(html, "<span class=\"people__long\">{}</span>", escape(browser));
    for principal in &session.principals {
        let principal =
            if principal == super::entry::STARTER { "opened with the start code" } else { principal };
        let _ = writeln!(html, "<span class=\"mono people__long\">{}</span>", escape(principal));
    }
    let ago = cloudtrail::time::readable_duration((now.as_millis() - session.seen.as_millis()).max(0));
    let from = match session.place.address.as_str() {
        "" => String::new(),
        address => format!(" from <span class=\"mono\">{}</span>", escape(address)),
    };
    let _ = writeln!(
        html,
        "<span class=\"muted\">signed in <time datetime=\"{}\">{} UTC</time>{from}; last used {ago} ago</span>\n</li>",
        session.created,
        session.created.readable(),
    );
    html
}

async fn end_others(
    State(context): State<Context>,
    session: Session,
    person: Person,
) -> Result<Redirect, Problem> {
    person.witness.write(&person.connections, "", Action::EndSessions, "", "ok").await?;
    let ended = context.sign_ins().end_others(&session, &person.principals).await;
    let (ended, portals) =
        ended.map_err(|error| Problem::internal(format!("sessions cannot be ended: {}", chain(&error))))?;
    if let Some(gateway) = context.gateway() {
        for portal in portals {
            if let Err(error) = gateway.leave_portal(&portal).await {
                tracing::warn!(%error, "Identity Center could not be told of a sign-out");
            }
        }
    }
    Ok(Redirect::to(&format!("/sessions?ended={ended}")))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    account: String,
    action: String,
    text: String,
    before: String,
    /// For auditors: only their own lines.
    own: Option<String>,
}

impl Asked {
    /// Whether any line will do.
    fn is_anything(&self) -> bool {
        let all = [&self.account, &self.action, &self.text, &self.before];
        all.iter().all(|text| text.is_empty()) && self.own.is_none()
    }
}

async fn access_log(
    State(context): State<Context>,
    person: Person,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let is_auditor = context.access().is_auditor(person.principals.iter().map(String::as_str));
    let sees_all = is_auditor && asked.own.is_none();
    if sees_all {
        let target = [&asked.account, &asked.action, &asked.text].map(String::as_str).join(" ");
        person.witness.write(&person.connections, "", Action::ReadAccessLog, target.trim(), "ok").await?;
    }
    let query = AccessQuery {
        principals: (!sees_all).then(|| person.principals.clone()),
        account: asked.account.trim().to_owned(),
        action: asked.action.clone(),
        text: asked.text.clone(),
        before: Some(asked.before.clone()).filter(|before| !before.is_empty()),
        limit: LINES + 1,
    };
    let mut rows = context.access().read(&query).await?;
    let more = rows.len() as i64 > LINES;
    rows.truncate(LINES as usize);

    let mut html = String::new();
    html.push_str(if sees_all {
        "<p>Who looked at what on this Waymark, signed in, or was refused. You see everybody's lines as you are an auditor; that you read \
         them is a line, too.</p>\n"
    } else {
        "<p>What was done on this Waymark in your name. Lines are added and never changed; the same search again within ten minutes is \
         one line.</p>\n"
    });
    html.push_str(&filters(&asked, is_auditor));
    if rows.is_empty() {
        html.push_str(if asked.is_anything() {
            "<p class=\"muted\">There is no line yet.</p>\n"
        } else {
            "<p class=\"muted\">No line fits. <a href=\"/access-log\">Show all lines</a></p>\n"
        });
    } else {
        html.push_str(&table(&rows, sees_all));
    }
    if let Some(last) = rows.last().filter(|_| more) {
        let _ = writeln!(
            html,
            "<p><a class=\"button\" href=\"{}\">Older lines</a></p>",
            escape(&older(&asked, &last.id))
        );
    }
    html.push_str(&ways_on("/sessions", "Where you are signed in: your sessions"));
    Ok(plain::wide_page("Access log", &html, context.site(), person.theme))
}

fn filters(asked: &Asked, is_auditor: bool) -> String {
    let mut actions = String::from("<option value=\"\">everything</option>");
    for action in Action::ALL {
        let selected = if asked.action == action.word() { " selected" } else { "" };
        let _ = write!(actions, "<option{selected}>{}</option>", action.word());
    }
    let own = match (is_auditor, &asked.own) {
        (false, _) => String::new(),
        (true, own) => format!(
            "<label class=\"people__check\"><input type=\"checkbox\" name=\"own\" value=\"yes\"{}> only mine</label>\n",
            if own.is_some() { " checked" } else { "" }
        ),
    };
    format!(
        "<form class=\"people__filters\" action=\"/access-log\">\n\
         <label class=\"field\"><span class=\"field__label\">Account</span><input class=\"input\" name=\"account\" value=\"{}\"></label>\n\
         <label class=\"field\"><span class=\"field__label\">What was done</span><select class=\"input\" name=\"action\">{actions}</select>\
         </label>\n\
         <label class=\"field\"><span class=\"field__label\">Who, or with what</span><input class=\"input\" name=\"text\" value=\"{}\">\
         </label>\n{own}<button class=\"button\" type=\"submit\">Show</button>\n</form>\n",
        escape(&asked.account),
        escape(&asked.text),
    )
}

fn table(rows: &[AccessRow], sees_all: bool) -> String {
    let mut html = String::from(
        "<div class=\"people__scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Lines of the access log\">\n<table class=\"people__table\">\n\
         <thead><tr><th scope=\"col\">Time (UTC)</th><th scope=\"col\">Who</th><th scope=\"col\">What</th><th scope=\"col\">Account</th>\
         <th scope=\"col\">With what</th><th scope=\"col\">From</th><th scope=\"col\">Outcome</th></tr></thead>\n<tbody>\n",
    );
    for row in rows {
        let who = if sees_all {
            row.principal.as_str()
        } else {
            row.principal.rsplit(':').next().unwrap_or_default()
        };
        let _ = writeln!(
            html,
            "<tr><td class=\"people__time\"><time datetime=\"{}\">{}</time></td><td class=\"mono people__long\">{}</td>\
             <td class=\"people__word\">{}</td><td class=\"mono\">{}</td><td class=\"mono people__long\">{}</td><td class=\"mono\">{}</td><td>{}</td></tr>",
            row.at,
            row.at.readable(),
            escape(who),
            escape(&row.action),
            escape(&row.account),
            target(row),
            escape(&row.address),
            escape(&row.outcome),
        );
    }
    html.push_str("</tbody>\n</table>\n</div>\n");
    html
}

/// With what something was done. A search that asks for nothing finds everything.
fn target(row: &AccessRow) -> String {
    match row.target.as_str() {
        "" if row.action == Action::Search.word() => "<span class=\"muted\">everything</span>".to_owned(),
        target => escape(target),
    }
}

fn older(asked: &Asked, before: &str) -> String {
    let mut pairs =
        vec![("account", asked.account.as_str()), ("action", &asked.action), ("text", &asked.text)];
    pairs.extend(asked.own.as_deref().map(|own| ("own", own)));
    pairs.retain(|(_, value)| !value.is_empty());
    pairs.push(("before", before));
    let pairs: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{name}={}", super::sign_in::encoded(value))).collect();
    format!("/access-log?{}", pairs.join("&"))
}

fn ways_on(address: &str, text: &str) -> String {
    format!("<p class=\"people__on\"><a href=\"{address}\">{text}</a> <a href=\"/\">To the events</a></p>\n")
}
