//! What is shown of Identity Center: where to begin, the code to compare, and the choice of accounts.

use std::fmt::Write as _;

use cloudtrail::time::{Time, readable_duration};
use gateway::{Device, PortalAccount};

use super::Directory;
use crate::http::plain::escape;

/// The part of the sign-in page that begins; nothing where no directory is known.
pub fn offer(directories: &[Directory], next: Option<&str>) -> String {
    if directories.is_empty() {
        return String::new();
    }
    let mut html = format!(
        "<section class=\"card sign-in__part\">\n<h2>IAM Identity Center</h2>\n\
         <p class=\"muted\">With the password and second factor that you have there; several accounts at once. You approve \
         a code on the page of Identity Center.</p>\n\
         <form class=\"sign-in__people\" method=\"post\" action=\"/sign-in/device\">\n{}",
        next_field(next)
    );
    for (index, directory) in directories.iter().enumerate() {
        let _ = writeln!(
            html,
            "<div><button class=\"button\" type=\"submit\" name=\"directory\" value=\"{index}\">Continue with {}</button></div>",
            escape(&directory.title)
        );
    }
    html.push_str("</form>\n</section>\n");
    html
}

/// The code, and where it is approved.
pub fn code(device: &Device, now: Time, asked_too_early: bool, next: Option<&str>) -> String {
    let early = if asked_too_early {
        "<div class=\"notice\" role=\"status\"><p>Not approved yet. Approve it on the page of Identity Center, and then come \
         back here.</p></div>\n"
    } else {
        ""
    };
    format!(
        "<div class=\"sign-in\">\n{early}<section class=\"card sign-in__part\">\n\
         <p>1. Open the page of IAM Identity Center and compare this code:</p>\n\
         <p class=\"sign-in__code\">{}</p>\n\
         <p><a class=\"button\" href=\"{}\" target=\"_blank\" rel=\"noopener noreferrer\">Open the page</a></p>\n\
         <p class=\"sign-in__warning\">Approve it only if you have just started this sign-in yourself, here. If somebody sent \
         you the code or the link, close the page: they would get your access.</p>\n\
         <p>2. Come back when it is approved. The code is good for {} more.</p>\n\
         <form method=\"post\" action=\"/sign-in/device/check\">\n{}\
         <button class=\"button button--primary\" type=\"submit\">I have approved it</button>\n</form>\n</section>\n\
         <p><a href=\"/sign-in\">Another way to sign in</a></p>\n</div>\n",
        escape(&device.user_code),
        escape(&device.address),
        readable_duration(device.expires.as_millis() - now.as_millis()),
        next_field(next)
    )
}

/// The accounts, each with its roles.
pub fn choice(accounts: &[PortalAccount], none_chosen: bool, next: Option<&str>) -> String {
    let mut html = String::from("<div class=\"sign-in\">\n<section class=\"card sign-in__part\">\n");
    if accounts.is_empty() {
        html.push_str(
            "<p>Identity Center gives you no account. Ask whoever manages it for a permission set that may read \
             CloudTrail.</p>\n<p><a href=\"/sign-in\">Another way to sign in</a></p>\n</section>\n</div>\n",
        );
        return html;
    }
    html.push_str(
        "<p class=\"muted\">Several at once can be looked at together. A role that only reads is enough for everything that \
         Waymark does.</p>\n<form class=\"sign-in__form\" method=\"post\" action=\"/sign-in/device/choose\">\n",
    );
    html.push_str(&next_field(next));
    if none_chosen {
        html.push_str(
            "<p class=\"sign-in__fault\" role=\"alert\">Choose a role in one account at least.</p>\n",
        );
    }
    for account in accounts {
        let (id, name) = (escape(&account.id), escape(&account.name));
        let reading = account.roles.iter().find(|role| only_reads(role));
        let mut options = String::from("<option value=\"\">not this one</option>");
        for role in &account.roles {
            let selected = if Some(role) == reading { " selected" } else { "" };
            let role = escape(role);
            let _ = write!(options, "<option value=\"{role}\"{selected}>{role}</option>");
        }
        let _ = write!(
            html,
            "<div class=\"field\">\n<label class=\"field__label\" for=\"role-{id}\">{name} <span class=\"mono\">{id}</span></label>\n\
             <select class=\"input\" name=\"role-{id}\" id=\"role-{id}\">{options}</select>\n</div>\n"
        );
    }
    html.push_str(
        "<div><button class=\"button button--primary\" type=\"submit\">Sign in</button></div>\n</form>\n</section>\n</div>\n",
    );
    html
}

/// Whether a role is called as those that only read mostly are: it is proposed, not more.
fn only_reads(role: &str) -> bool {
    let role = role.to_ascii_lowercase();
    ["readonly", "viewonly", "audit"].iter().any(|word| role.contains(word))
}

fn next_field(next: Option<&str>) -> String {
    next.map(|next| format!("<input type=\"hidden\" name=\"next\" value=\"{}\">\n", escape(next)))
        .unwrap_or_default()
}
