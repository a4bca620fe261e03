//! That a sign-in comes to its end: said some minutes before, and once it is over.

use cloudtrail::time::{MINUTE, SECOND, Time};
use leptos::prelude::*;

use super::{html, is_account_id};
use crate::api::events::Connection;
use crate::components::icon::Icon;

/// The sign-in page that leads back to the page it was opened from: the browser names that, whatever view of it was shown by then.
pub const SIGN_IN: &str = "/sign-in?back";
/// How long before its end a sign-in is warned of, in milliseconds. What renews itself has been renewed by then, or could not be.
const WARNING: i64 = 5 * MINUTE;

/// `14:30 UTC`
pub fn clock(time: Time) -> String {
    let readable = time.readable();
    // `2026-11-22 14:30:00`; what does not have that form is shown whole.
    format!("{} UTC", readable.get(11..16).unwrap_or(&readable))
}

/// The banner, if there is something to say; and when to ask again ([`crate::living::expiry`]).
pub fn render(connections: &[Connection], account: &str, can_sign_in: bool, now: Time) -> String {
    let notice = Notice::of(connections, account, can_sign_in, now);
    let next = next_change(connections, now);
    if notice.is_none() && next.is_none() {
        return String::new();
    }
    let is_silent = notice.is_none();
    html(|| {
        view! {
            <div class="expiry" data-ends=next hidden=is_silent>
                <Icon name="warning" />
                {notice
                    .map(|notice| {
                        view! {
                            <p>
                                <bdi>{notice.words()}</bdi>
                                " "
                                // A page of the server's own, for forms that carry credentials.
                                <a href=SIGN_IN rel="external">
                                    {notice.link()}
                                </a>
                                " to go on; you come back to this view."
                            </p>
                        }
                    })}
            </div>
        }
    })
}

#[derive(Debug, PartialEq)]
enum Notice {
    /// The sign-in to these accounts ends at a time.
    Ends(Vec<String>, Time),
    /// There is none to the account that is looked at.
    None(String),
}

impl Notice {
    fn of(connections: &[Connection], account: &str, can_sign_in: bool, now: Time) -> Option<Notice> {
        let is_aws = is_account_id(account);
        if can_sign_in && is_aws && connections.iter().all(|connection| connection.account != account) {
            return Some(Notice::None(account.to_owned()));
        }
        let ending: Vec<_> = connections
            .iter()
            .filter_map(|connection| Some((connection.title.clone(), connection.ends?)))
            .filter(|(_, ends)| *ends <= now.plus(WARNING))
            .collect();
        let first = ending.iter().map(|(_, ends)| *ends).min()?;
        Some(Notice::Ends(ending.into_iter().map(|(title, _)| title).collect(), first))
    }

    fn words(&self) -> String {
        match self {
            Notice::Ends(titles, time) => {
                format!("Your sign-in to {} ends at {}.", titles.join(", "), clock(*time))
            }
            Notice::None(account) => format!("You are not signed in to {account}."),
        }
    }

    fn link(&self) -> &'static str {
        match self {
            Notice::Ends(..) => "Sign in again",
            Notice::None(_) => "Sign in",
        }
    }
}

/// In how many milliseconds there is something else to say. What renews itself is left alone until then: asking counts as use.
fn next_change(connections: &[Connection], now: Time) -> Option<i64> {
    let change = |connection: &Connection| {
        let left = connection.ends?.as_millis() - now.as_millis();
        match left > WARNING {
            true if connection.renews => None,
            true => Some(left - WARNING),
            false => Some(left),
        }
    };
    connections.iter().filter_map(change).min().map(|left| left.max(0) + SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::events::ConnectionKind;

    const NOW: i64 = 1_000 * MINUTE;

    fn connection(account: &str, minutes: i64, renews: bool) -> Connection {
        Connection {
            account: account.to_owned(),
            title: format!("name-{account}"),
            kind: ConnectionKind::Aws,
            detail: String::new(),
            demo: false,
            ends: Some(Time::from_millis(NOW + minutes * MINUTE)),
            renews,
        }
    }

    fn said(connections: &[Connection], account: &str) -> Option<String> {
        Notice::of(connections, account, true, Time::from_millis(NOW)).map(|notice| notice.words())
    }

    #[test]
    fn an_end_is_warned_of_five_minutes_before() {
        assert_eq!(said(&[connection("1", 6, false)], "1"), None);
        let two = [connection("1", 5, false), connection("2", 4, true), connection("3", 60, true)];
        let words = said(&two, "1").unwrap();
        assert_eq!(words, "Your sign-in to name-1, name-2 ends at 16:44 UTC.");
    }

    #[test]
    fn an_account_that_nobody_is_signed_in_to_is_named_and_archives_are_not() {
        assert!(said(&[], "111122223333").unwrap().contains("111122223333"));
        assert_eq!(said(&[], "sample"), None);
        assert_eq!(Notice::of(&[], "111122223333", false, Time::from_millis(NOW)), None);
    }

    #[test]
    fn the_page_asks_again_when_there_is_something_else_to_say() {
        let next = |connections: &[Connection]| next_change(connections, Time::from_millis(NOW));
        assert_eq!(next(&[]), None);
        assert_eq!(next(&[connection("1", 60, true)]), None);
        assert_eq!(
            next(&[connection("1", 60, false), connection("2", 70, false)]),
            Some(55 * MINUTE + SECOND)
        );
        assert_eq!(next(&[connection("1", 3, true)]), Some(3 * MINUTE + SECOND));
        assert_eq!(next(&[connection("1", -3, false)]), Some(SECOND));
    }
}
