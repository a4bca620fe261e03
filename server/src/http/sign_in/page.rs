//! The sign-in page.

use std::fmt::Write as _;
use std::sync::Arc;

use cloudtrail::time::{Time, readable_duration};

use super::form::{Faults, Field, Given};
use super::{SignIn, device_page, ends, renews};
use crate::http::plain::escape;
use crate::vault::{Connection, Method};

/// What the page shows.
pub struct View<'a> {
    /// How people sign in.
    pub sign_in: &'a SignIn,
    /// The time now.
    pub now: Time,
    /// What the session is signed in to.
    pub connections: &'a [Arc<Connection>],
    /// What has ended.
    pub ended: Ended,
    /// Where to go afterwards, checked.
    pub next: Option<&'a str>,
    /// What was given before; secrets are not repeated.
    pub given: Option<&'a Given>,
    /// What was wrong with it.
    pub faults: Faults,
    /// What went wrong besides: a few words, and sentences.
    pub notice: Option<(String, String)>,
}

/// What has ended before this page came.
pub enum Ended {
    /// Nothing.
    Nothing,
    /// The sign-in to these accounts.
    Accounts(Vec<String>),
    /// A session that this server does not know (any more).
    Forgotten,
    /// All, as was asked for.
    SignedOut,
}

/// The page's title.
pub fn title(sign_in: &SignIn) -> &'static str {
    if is_sandbox(sign_in) { "Sign in to the sandbox" } else { "Sign in to AWS" }
}

/// Whether AWS is the demo's stand-in, which has identities of its own to offer. Another endpoint may be a way to AWS.
fn is_sandbox(sign_in: &SignIn) -> bool {
    sign_in.gateway.endpoint().is_some() && !sign_in.people.is_empty()
}

impl<'a> View<'a> {
    /// The page as somebody meets it who has never been here.
    pub fn empty(sign_in: &'a SignIn, now: Time) -> View<'a> {
        View {
            sign_in,
            now,
            connections: &[],
            ended: Ended::Nothing,
            next: None,
            given: None,
            faults: Faults::new(),
            notice: None,
        }
    }

    /// The page's body, as HTML.
    pub fn html(&self) -> String {
        let mut html = String::from("<div class=\"sign-in\">\n");
        self.notices(&mut html);
        self.signed_in(&mut html);
        self.people(&mut html);
        html.push_str(&device_page::offer(&self.sign_in.directories, self.next));
        self.keys(&mut html);
        // The sample account of the demo is open to everybody.
        if is_sandbox(self.sign_in) || !self.connections.is_empty() {
            html.push_str("<p><a href=\"/\">To the events</a></p>\n");
        }
        html.push_str("</div>\n");
        html
    }

    fn notices(&self, html: &mut String) {
        let again = if self.next.is_some() { " Sign in again to go on where you were." } else { "" };
        let ended = match &self.ended {
            Ended::Nothing => None,
            Ended::Accounts(accounts) => Some((
                "Your sign-in has ended",
                format!(
                    "You are no longer signed in to {}: the credentials expired, nothing was asked for an hour, or twelve \
                     hours are over.{again}",
                    accounts.join(", ")
                ),
            )),
            Ended::Forgotten => Some((
                "Your sign-in has ended",
                format!(
                    "Waymark was restarted, or the session is over; credentials are not kept beyond that.{again}"
                ),
            )),
            Ended::SignedOut => {
                Some(("You are signed out", "Your credentials were forgotten on this server.".to_owned()))
            }
        };
        if let Some((title, text)) = ended {
            notice(html, "", title, &text);
        } else if self.next.is_some_and(|next| next != "/") && self.notice.is_none() && self.faults.is_empty()
        {
            html.push_str("<p class=\"muted\">Signed in, you come to the page that you asked for.</p>\n");
        }
        if let Some((title, text)) = &self.notice {
            notice(html, " notice--error", title, text);
        }
    }

    fn signed_in(&self, html: &mut String) {
        if self.connections.is_empty() {
            return;
        }
        html.push_str(
            "<section class=\"card sign-in__part\">\n<h2>Signed in</h2>\n<ul class=\"sign-in__accounts\">\n",
        );
        for connection in self.connections {
            let account = escape(&connection.account);
            let title = match &connection.title {
                Some(title) => format!("{} <span class=\"mono muted\">{account}</span>", escape(title)),
                None => format!("<span class=\"mono\">{account}</span>"),
            };
            let until = ends(connection).map(|ends| {
                let renewed = if renews(connection) { "; renewed by itself" } else { "" };
                let left = readable_duration(ends.as_millis() - self.now.as_millis());
                format!("; ends <time datetime=\"{ends}\">{} UTC</time>, in {left}{renewed}", ends.readable())
            });
            let _ = writeln!(
                html,
                "<li class=\"sign-in__account\"><a href=\"/a/{account}/events\">{title}</a>\
                 <span>as <span class=\"sign-in__arn mono\">{}</span></span>\
                 <span class=\"muted\">{}{}</span>\
                 <a href=\"/forget/{account}\">Delete what was fetched of it</a></li>",
                escape(&connection.arn),
                connection.method.words(),
                until.unwrap_or_default(),
            );
        }
        html.push_str("</ul>\n");
        // One's own credentials on this machine are not given to this server, and so not forgotten by it.
        if self.connections.iter().any(|connection| connection.method != Method::Own) {
            html.push_str(
                "<form method=\"post\" action=\"/sign-out\">\n\
                 <button class=\"button\" type=\"submit\">Sign out and forget all credentials</button>\n</form>\n",
            );
        }
        html.push_str(
            "<p class=\"people__on\"><a href=\"/sessions\">Where else you are signed in</a> \
             <a href=\"/access-log\">What was done in your name</a></p>\n</section>\n",
        );
    }

    fn people(&self, html: &mut String) {
        if self.sign_in.people.is_empty() {
            return;
        }
        html.push_str(
            "<section class=\"card sign-in__part\">\n<h2>Sample identities</h2>\n\
             <p class=\"muted\">They live in the sandbox, a stand-in for AWS inside this program. Their events are made up; \
             what you look at becomes events too.</p>\n<form method=\"post\" action=\"/sign-in/sample\">\n",
        );
        self.next_field(html);
        html.push_str("<ul class=\"sign-in__people\">\n");
        for person in &self.sign_in.people {
            let (id, title, about) = (escape(person.id), escape(person.title), escape(person.about));
            let _ = writeln!(
                html,
                "<li class=\"sign-in__person\"><button class=\"button\" type=\"submit\" name=\"person\" \
                 value=\"{id}\" aria-describedby=\"about-{id}\">{title}</button>\
                 <span id=\"about-{id}\">{about}</span></li>"
            );
        }
        html.push_str("</ul>\n</form>\n</section>\n");
    }

    fn keys(&self, html: &mut String) {
        let to = self.sign_in.gateway.endpoint().map_or_else(|| "AWS".to_owned(), escape);
        let whither = if is_sandbox(self.sign_in) {
            "They are sent to the sandbox alone. Keys of a real account do nothing here: do not paste them."
                .to_owned()
        } else {
            format!(
                "This server keeps them until you sign out or they expire, and sends them to nobody but {to}. Waymark only \
                 reads, and sees what they may see."
            )
        };
        let _ = write!(
            html,
            "<section class=\"card sign-in__part\">\n<h2>Keys</h2>\n<p class=\"muted\">{whither}</p>\n\
             <form class=\"sign-in__form\" method=\"post\" action=\"/sign-in/keys\" autocomplete=\"off\">\n"
        );
        self.next_field(html);
        self.pasted(html);
        self.parts(html);
        self.long_lived(html);
        self.role(html);
        self.second_factor(html);
        html.push_str("<div><button class=\"button button--primary\" type=\"submit\">Sign in</button></div>\n</form>\n</section>\n");
    }

    fn next_field(&self, html: &mut String) {
        if let Some(next) = self.next {
            let _ = writeln!(html, "<input type=\"hidden\" name=\"next\" value=\"{}\">", escape(next));
        }
    }

    fn pasted(&self, html: &mut String) {
        let hint = "The block that the AWS access portal and <code>aws configure export-credentials --format env</code> \
                    give: <code>export</code> lines, a profile, or JSON.";
        let attributes = self.attributes(Field::Pasted, true);
        self.around(html, Field::Pasted, "Temporary keys", Some(hint), &format!(
            "<textarea class=\"input input--mono sign-in__paste\" rows=\"4\" spellcheck=\"false\" autocapitalize=\"off\" \
             autocomplete=\"off\" placeholder=\"export AWS_ACCESS_KEY_ID=…\"{attributes}></textarea>"
        ));
    }

    fn parts(&self, html: &mut String) {
        let fields = [Field::KeyId, Field::Secret, Field::Token];
        self.open(html, "Or in single fields", &fields, self.given.is_some_and(Given::has_parts));
        self.input(html, Field::KeyId, "Access key ID", None, "text", "placeholder=\"ASIA…\"");
        self.input(html, Field::Secret, "Secret access key", None, "password", "");
        self.input(html, Field::Token, "Session token", None, "password", "");
        html.push_str("</div>\n</details>\n");
    }

    fn long_lived(&self, html: &mut String) {
        let ticked = self.given.is_some_and(|given| !given.long_lived.is_empty());
        self.open(html, "These are long-lived keys", &[Field::LongLived], ticked);
        let (checked, attributes) =
            (if ticked { " checked" } else { "" }, self.attributes(Field::LongLived, false));
        let fault = self.fault(Field::LongLived);
        let _ = write!(
            html,
            "<p>Keys that begin with <code>AKIA</code> stay good until somebody deletes them: whoever reads them once has them \
             for good. Temporary keys are safer. Waymark exchanges long-lived ones at once for temporary ones \
             (GetSessionToken) and forgets them.</p>\n\
             <div class=\"field\"><label class=\"sign-in__tick\"><input type=\"checkbox\" value=\"yes\"{checked}{attributes}> \
             I understand, and give long-lived keys</label>{fault}</div>\n</div>\n</details>\n"
        );
    }

    fn role(&self, html: &mut String) {
        let fields = [Field::Role, Field::ExternalId, Field::SessionName, Field::Duration];
        self.open(
            html,
            "Assume a role with them",
            &fields,
            self.given.is_some_and(|given| !given.role_arn.is_empty()),
        );
        let arn = "placeholder=\"arn:aws:iam::111122223333:role/Auditor\"";
        self.input(html, Field::Role, "Role ARN", None, "text", arn);
        self.input(
            html,
            Field::ExternalId,
            "External ID",
            Some("Only if the role asks for one."),
            "text",
            "",
        );
        let hint = "Stands in CloudTrail for what is done with the role; your name, if you leave it out.";
        self.input(html, Field::SessionName, "Session name", Some(hint), "text", "");
        let chosen = self.kept(Field::Duration);
        let options: String = DURATIONS
            .iter()
            .map(|(seconds, words)| {
                let selected = if *seconds == chosen { " selected" } else { "" };
                format!("<option value=\"{seconds}\"{selected}>{words}</option>")
            })
            .collect();
        let attributes = self.attributes(Field::Duration, false);
        let select = format!("<select class=\"input\"{attributes}>{options}</select>");
        self.around(html, Field::Duration, "Duration", None, &select);
        html.push_str("</div>\n</details>\n");
    }

    fn second_factor(&self, html: &mut String) {
        let fields = [Field::MfaSerial, Field::MfaCode];
        let used = self.given.is_some_and(|given| !given.mfa_serial.is_empty());
        self.open(html, "Second factor", &fields, used);
        html.push_str("<p class=\"muted\">For long-lived keys or a role that ask for one.</p>\n");
        let arn = "placeholder=\"arn:aws:iam::111122223333:mfa/jo\"";
        self.input(html, Field::MfaSerial, "Device", Some("Its ARN or serial number."), "text", arn);
        let code = "inputmode=\"numeric\" maxlength=\"6\" autocomplete=\"one-time-code\"";
        self.input(html, Field::MfaCode, "Code", None, "text", code);
        html.push_str("</div>\n</details>\n");
    }

    /// Opens a part that is folded away until it is needed.
    fn open(&self, html: &mut String, summary: &str, fields: &[Field], used: bool) {
        let faulty = fields.iter().any(|field| self.faults.contains_key(field));
        let open = if used || faulty { " open" } else { "" };
        let _ = write!(
            html,
            "<details class=\"sign-in__more\"{open}>\n<summary>{summary}</summary>\n<div class=\"sign-in__fields\">\n"
        );
    }

    fn input(
        &self,
        html: &mut String,
        field: Field,
        label: &str,
        hint: Option<&str>,
        kind: &str,
        more: &str,
    ) {
        let attributes = self.attributes(field, hint.is_some());
        let value = match self.kept(field) {
            "" => String::new(),
            value => format!(" value=\"{}\"", escape(value)),
        };
        let off = if more.contains("autocomplete") { "" } else { " autocomplete=\"off\"" };
        let input = format!(
            "<input class=\"input input--mono\" type=\"{kind}\" spellcheck=\"false\" autocapitalize=\"off\"{off}{attributes}{value} \
             {more}>"
        );
        self.around(html, field, label, hint, &input);
    }

    /// A control with its label, its hint and what is wrong with it.
    fn around(&self, html: &mut String, field: Field, label: &str, hint: Option<&str>, control: &str) {
        let name = field.name();
        let hint = hint
            .map(|hint| format!("<span class=\"field__hint\" id=\"{name}-hint\">{hint}</span>\n"))
            .unwrap_or_default();
        let fault = self.fault(field);
        let _ = write!(
            html,
            "<div class=\"field\">\n<label class=\"field__label\" for=\"{name}\">{label}</label>\n{control}\n{hint}{fault}</div>\n"
        );
    }

    /// A control's name and id, and what describes it. The first faulty one gets the focus.
    fn attributes(&self, field: Field, has_hint: bool) -> String {
        let name = field.name();
        let faulty = self.faults.contains_key(&field);
        let mut described = Vec::new();
        if faulty {
            described.push(format!("{name}-fault"));
        }
        if has_hint {
            described.push(format!("{name}-hint"));
        }
        let mut attributes = format!(" name=\"{name}\" id=\"{name}\"");
        if !described.is_empty() {
            let _ = write!(attributes, " aria-describedby=\"{}\"", described.join(" "));
        }
        if faulty {
            attributes.push_str(" aria-invalid=\"true\"");
        }
        if self.faults.keys().next() == Some(&field) {
            attributes.push_str(" autofocus");
        }
        attributes
    }

    fn fault(&self, field: Field) -> String {
        let fault = self.faults.get(&field);
        fault
            .map(|text| {
                format!(
                    "<p class=\"sign-in__fault\" id=\"{}-fault\" role=\"alert\">{}</p>\n",
                    field.name(),
                    escape(text)
                )
            })
            .unwrap_or_default()
    }

    /// What a field held before. Secrets are not among them.
    fn kept(&self, field: Field) -> &str {
        let Some(given) = self.given else {
            return "";
        };
        match field {
            Field::KeyId => &given.access_key_id,
            Field::Role => &given.role_arn,
            Field::ExternalId => &given.external_id,
            Field::SessionName => &given.role_session_name,
            Field::Duration => &given.duration,
            Field::MfaSerial => &given.mfa_serial,
            Field::Pasted | Field::Secret | Field::Token | Field::LongLived | Field::MfaCode => "",
        }
    }
}

/// How long a role's session can be asked to last: seconds, and words. AWS gives an hour if nothing is said.
const DURATIONS: [(&str, &str); 6] = [
    ("", "1 hour, or the role's default"),
    ("900", "15 minutes"),
    ("7200", "2 hours"),
    ("14400", "4 hours"),
    ("28800", "8 hours"),
    ("43200", "12 hours"),
];

fn notice(html: &mut String, class: &str, title: &str, text: &str) {
    let _ = write!(
        html,
        "<div class=\"notice{class}\" role=\"status\">\n<p class=\"notice__title\">{}</p>\n<p>{}</p>\n</div>\n",
        escape(title),
        escape(text)
    );
}
