//! The way in.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};

use crate::address::Address;
use crate::components::problem::Problem;
use crate::connections::use_connections;
use cloudtrail::search::edit;

/// `/` and `/a/{account}`: goes to a list of events.
#[component]
pub fn Home() -> impl IntoView {
    let connections = use_connections();
    let params = use_params_map();
    let asked = Memo::new(move |_| params.read().get("account"));
    let content = move || {
        connections.get().map(|answer| match answer {
            Err(error) => view! { <Problem error /> }.into_any(),
            Ok(connections) => {
                let first = connections.into_iter().next().map(|connection| connection.account);
                match asked.get().or(first) {
                    Some(account) => view! { <GoTo account /> }.into_any(),
                    None => view! { <NothingYet /> }.into_any(),
                }
            }
        })
    };
    view! {
        <Title text="Waymark" />
        <main class="page page--narrow" id="main" tabindex="-1">
            <Suspense>{content}</Suspense>
        </main>
    }
}

#[component]
fn GoTo(account: String) -> impl IntoView {
    let href = Address { account, ..Address::default() }.with_query(edit::WRITES_ONLY).href();
    #[cfg(feature = "ssr")]
    crate::server::redirect(&href);
    let navigate = use_navigate();
    let there = href.clone();
    Effect::new(move |_| navigate(&there, NavigateOptions { replace: true, ..NavigateOptions::default() }));
    view! {
        <p>
            <a href=href>"Go to the events"</a>
        </p>
    }
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
