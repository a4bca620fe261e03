//! An error explained.

use leptos::prelude::*;

use super::Value;
use crate::components::copy::CopyButton;
use cloudtrail::failure::{Denial, Failure};
use cloudtrail::record::Record;

pub(super) fn view(record: &Record<'_>) -> AnyView {
    let Some(failure) = record.failure() else { return ().into_any() };
    let Failure { meaning, denial, advice } = failure;
    let title = match record.error_code.as_deref() {
        Some(code) => code.to_owned(),
        None => "The call failed".to_owned(),
    };
    let encoded = denial.as_ref().and_then(|denial| denial.encoded.clone());
    view! {
        <section class="notice notice--error failure" aria-label="Why it failed">
            <p class="notice__title">
                <bdi>{title}</bdi>
            </p>
            <p>{meaning}</p>
            {denial.map(denied)}
            {advice.map(|advice| view! { <p class="muted">{advice}</p> })}
            {encoded.map(decoder)}
        </section>
    }
    .into_any()
}

/// Which permission was missing, for whom, on what, and which kind of policy decided.
fn denied(denial: Denial) -> AnyView {
    let reason = denial.reason();
    let rows = [
        ("Missing permission", denial.action),
        ("For", denial.principal),
        ("On", denial.resource),
        ("Denied by", denial.policy_arn),
    ];
    let rows = rows.into_iter().filter_map(|(label, value)| {
        let value = value?;
        Some(view! {
            <div class="failure__row">
                <dt>{label}</dt>
                <dd class="mono">
                    <Value text=value />
                </dd>
            </div>
        })
    });
    let rows = rows.collect::<Vec<_>>();
    view! {
        {reason.map(|reason| view! { <p class="failure__reason">{reason}</p> })}
        {(!rows.is_empty()).then(|| view! { <dl class="failure__rows">{rows}</dl> })}
    }
    .into_any()
}

/// The command that decodes an encoded message; Waymark itself has no right to.
fn decoder(message: String) -> AnyView {
    let command = format!("aws sts decode-authorization-message --encoded-message {message}");
    view! {
        <div class="failure__command">
            <pre>
                <code>{command.clone()}</code>
            </pre>
            <CopyButton text=command label="Copy the command" />
        </div>
    }
    .into_any()
}
