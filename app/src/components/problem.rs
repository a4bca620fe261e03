//! What went wrong, for the person who asked.

use leptos::prelude::*;

use super::icon::Icon;
use crate::api::ApiError;

/// An error in words: what, why, what to do, and the id to look for in the log.
#[component]
pub fn Problem(error: ApiError) -> impl IntoView {
    view! {
        <div class="problem" role="alert">
            <Icon name="error" />
            <div class="problem__text">
                <h2 class="problem__title">{error.title}</h2>
                <p>
                    <bdi>{error.detail}</bdi>
                </p>
                {error.help.map(|help| view! { <p>{help}</p> })}
                {error
                    .sign_in
                    .then(|| {
                        view! {
                            <p>
                                // The server leads back to the page that the browser comes from.
                                <a class="button button--primary" href="/sign-in?back" rel="external">
                                    "Sign in again"
                                </a>
                            </p>
                        }
                    })}
                {error
                    .request_id
                    .map(|id| {
                        view! {
                            <p class="problem__id">"Request " <code>{id}</code> " in the server's log"</p>
                        }
                    })}
            </div>
        </div>
    }
}
