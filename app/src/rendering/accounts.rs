//! The account switcher, and what stands where there is no account yet.

use leptos::prelude::*;

use super::{ALL, expiry, html, is_account_id};
use crate::address::Address;
use crate::api::ApiError;
use crate::api::events::Connection;
use crate::components::icon::Icon;
use crate::components::menu::Menu;
use crate::components::shortcuts::Shortcuts;

/// What stands around every page ([`crate::api::views::FramePart`]): the account switcher, the list of keys, and that a sign-in
/// comes to its end.
pub async fn render_frame(account: &str) -> Result<Vec<String>, ApiError> {
    let events = crate::services::events()?;
    let (can_sign_in, now) = (events.can_sign_in(), events.now());
    let connections = events.connections().await?;
    let expiry = expiry::render(&connections, account, can_sign_in, now);
    let accounts = html(|| view! { <Accounts connections account=account.to_owned() can_sign_in /> });
    Ok(vec![accounts, html(|| view! { <Shortcuts /> }), expiry])
}

/// The account switcher: names before numbers.

#[component]
fn Accounts(connections: Vec<Connection>, account: String, can_sign_in: bool) -> impl IntoView {
    let found = connections.iter().find(|connection| connection.account == account);
    let name = match found {
        Some(connection) => connection.title.clone(),
        None if account.is_empty() => "Accounts".to_owned(),
        // There is such a list of a single account, too.
        None if account == ALL => "All accounts".to_owned(),
        None => account.clone(),
    };
    // Who comes from an AWS account comes back to it; who comes from log files wants to see one.
    let sign_in = if is_aws(&account) { expiry::SIGN_IN } else { "/sign-in" };
    let item = move |connection: &Connection| {
        view! {
            <li>
                <a
                    class="menu__link menu__link--tall"
                    href=Address::list_of(&connection.account).href()
                    aria-current=(connection.account == account).then_some("true")
                >
                    <bdi class="menu__name">{connection.title.clone()}</bdi>
                    <span class="menu__help">{connection.detail.clone()}</span>
                    {until(connection).map(|until| view! { <span class="menu__help">{until}</span> })}
                </a>
            </li>
        }
    };
    let button = view! {
        <Icon name="account" />
        <span class="visually-hidden">"Account: "</span>
        <bdi class="accounts__name">{name}</bdi>
    };
    view! {
        <Menu label=button.into_any() class="accounts">
            <ul class="menu__list">{connections.iter().map(item).collect_view()}</ul>
            {can_sign_in
                .then(|| {
                    view! {
                        <p class="menu__note">
                            // A page of the server's own, for forms that carry credentials.
                            <a href=sign_in rel="external">
                                "AWS accounts: sign in and out"
                            </a>
                        </p>
                        <p class="menu__note">
                            <a href="/sessions" rel="external">
                                "Your sessions"
                            </a>
                            " · "
                            <a href="/access-log" rel="external">
                                "Access log"
                            </a>
                        </p>
                    }
                })}
        </Menu>
    }
}

fn is_aws(account: &str) -> bool {
    account == ALL || is_account_id(account)
}

/// Until when the sign-in lasts: "Signed in until 14:30 UTC, renewed by itself".
fn until(connection: &Connection) -> Option<String> {
    let ends = expiry::clock(connection.ends?);
    let renewed = if connection.renews { ", renewed by itself" } else { "" };
    Some(format!("Signed in until {ends}{renewed}"))
}

/// Where there is an account the server has led there by now.
pub async fn render_home() -> Result<String, ApiError> {
    let connections = crate::services::events()?.connections().await?;
    if let Some(first) = connections.first() {
        crate::server::redirect(&Address::list_of(&first.account).href());
    }
    Ok(html(|| view! { <NothingYet /> }))
}

#[component]
fn NothingYet() -> impl IntoView {
    view! {
        <h1>"Nothing to look at yet"</h1>
        <p>
            "Waymark shows what happened in an AWS account. Start it with the made-up sample account, or with a folder "
            "of CloudTrail log files:"
        </p>
        <pre class="empty__command"><code>"waymark serve --demo\nwaymark serve --logs FOLDER"</code></pre>
    }
}
