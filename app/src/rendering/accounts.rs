//! The account switcher, and what stands where there is no account yet.

use leptos::prelude::*;

use super::html;
use crate::address::Address;
use crate::api::ApiError;
use crate::api::events::Connection;
use crate::components::icon::Icon;
use crate::components::menu::Menu;

/// The account switcher: names before numbers.
pub async fn render(account: &str) -> Result<String, ApiError> {
    let events = crate::services::events()?;
    let can_sign_in = events.can_sign_in();
    let connections = events.connections().await?;
    Ok(html(|| view! { <Accounts connections account=account.to_owned() can_sign_in /> }))
}

#[component]
fn Accounts(connections: Vec<Connection>, account: String, can_sign_in: bool) -> impl IntoView {
    let found = connections.iter().find(|connection| connection.account == account);
    let name = match found {
        Some(connection) => connection.title.clone(),
        None if account.is_empty() => "Accounts".to_owned(),
        None => account.clone(),
    };
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
                            <a href="/sign-in" rel="external">
                                "AWS accounts: sign in and out"
                            </a>
                        </p>
                    }
                })}
        </Menu>
    }
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
