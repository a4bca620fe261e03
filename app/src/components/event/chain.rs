//! The credentials behind an event: who assumed what, from where.

use leptos::prelude::*;

use super::{Places, section};
use crate::api::events::EventDetail;
use crate::components::timestamp::Timestamp;
use cloudtrail::chain::{ChainLink, ChainStep};
use cloudtrail::sentence::role_title;

pub(super) fn view(detail: &EventDetail, places: &Places) -> AnyView {
    let chain = &detail.chain;
    if chain.steps.is_empty() && chain.ends_because.is_empty() {
        return ().into_any();
    }
    let steps: Vec<_> = chain.steps.iter().map(|step| step_view(step, places)).collect();
    let row = &detail.row;
    let this = (!steps.is_empty()).then(|| {
        view! {
            <li class="chain__step chain__step--this">
                <span class="chain__what">
                    <b>"This event: "</b>
                    <bdi>{row.event.clone()}</bdi>
                </span>
                <span class="chain__when">
                    <Timestamp time=row.time />
                </span>
            </li>
        }
    });
    let content = view! {
        {(!chain.ends_because.is_empty()).then(|| view! { <p class="chain__start">{chain.ends_because.clone()}</p> })}
        {(!steps.is_empty()).then(|| view! { <ol class="chain">{steps} {this}</ol> })}
    };
    section("Identity chain", None, content)
}

fn step_view(step: &ChainStep, places: &Places) -> impl IntoView + use<> {
    let event = &step.event;
    let role = step.role_arn.clone().or_else(|| event.role.clone());
    let role = role.map(|role| {
        let (kind, name) = role_title(role.rsplit(['/', ':']).next().unwrap_or_default());
        (kind, name.to_owned())
    });
    let mfa = step.mfa.map(|mfa| if mfa { "with MFA" } else { "without MFA" });
    let notes = [
        step.session_name.as_ref().map(|name| format!("session {name}")),
        step.source_identity.as_ref().map(|name| format!("source identity {name}")),
        mfa.map(str::to_owned),
        step.issued_key.as_ref().map(|key| format!("gave out key {key}")),
    ];
    let notes = notes.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let link = match step.link {
        ChainLink::IssuedKey => "its key was used next",
        ChainLink::SharedEvent => "the same call, seen from the other account",
        ChainLink::SignInSession => "the same sign-in session",
    };
    view! {
        <li class="chain__step">
            <span class="chain__what">
                <b>
                    <bdi>{event.who.clone()}</bdi>
                </b>
                " "
                <a href=places.event(&event.id) data-noscroll=places.noscroll()>
                    <bdi>{event.event.clone()}</bdi>
                </a>
                {role.map(|(kind, name)| view! { " → " {kind} <b><bdi>{name}</bdi></b> })}
                {(!event.ip.is_empty())
                    .then(|| view! { " from " <bdi class="mono">{event.ip.clone()}</bdi> })}
            </span>
            <span class="chain__when">
                <Timestamp time=event.time />
            </span>
            <span class="chain__notes">
                <bdi>{notes}</bdi>
            </span>
            <span class="chain__link">{link}</span>
        </li>
    }
}
