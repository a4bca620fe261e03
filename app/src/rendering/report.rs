//! What was taken in: files that were skipped, partial or odd, and why.

use leptos::prelude::*;

use super::html;
use crate::address::Address;
use crate::api::ApiError;
use crate::api::events::ConnectionKind;
use crate::components::icon::Icon;
use crate::components::timestamp::Timestamp;
use crate::text::{clipped, counted, grouped};
use cloudtrail::intake::{Outcome, Report as Run, SourceNote};
use cloudtrail::time::readable_duration;

/// All runs, newest first.
pub async fn render(account: String) -> Result<String, ApiError> {
    let events = crate::services::events()?;
    let connections = events.connections().await?;
    let is_aws =
        connections.iter().any(|other| other.account == account && other.kind == ConnectionKind::Aws);
    let runs = events.reports(account.clone()).await?;
    Ok(html(|| {
        if is_aws {
            view! { <FromAws account /> }.into_any()
        } else if runs.is_empty() {
            view! { <NothingTakenIn /> }.into_any()
        } else {
            runs.into_iter().map(|run| view! { <RunReport run /> }).collect_view().into_any()
        }
    }))
}

#[component]
fn FromAws(account: String) -> impl IntoView {
    view! {
        <div class="empty">
            <Icon name="file" />
            <h2 class="empty__title">"No files are taken in here"</h2>
            <p>
                "The events of this account come from AWS's event history. How far each Region has come stands above "
                <a href=Address::list_of(&account).href()>"the list of events"</a> "."
            </p>
        </div>
    }
}

#[component]
fn NothingTakenIn() -> impl IntoView {
    view! {
        <div class="empty">
            <Icon name="file" />
            <h2 class="empty__title">"Nothing has been taken in yet"</h2>
            <p>"Start Waymark with a folder of CloudTrail log files, or add one to an archive:"</p>
            <pre class="empty__command">
                <code>"waymark serve --logs FOLDER\nwaymark import FOLDER --archive ARCHIVE"</code>
            </pre>
        </div>
    }
}

#[component]
fn RunReport(run: Run) -> impl IntoView {
    let took = run.ended.map(|ended| readable_duration(ended.as_millis() - run.started.as_millis()));
    let figures = [
        ("Files", run.files),
        ("Left alone, unchanged", run.unchanged),
        ("Records read", run.records),
        ("Events added", run.added),
        ("Duplicates", run.duplicates),
        ("Digest files, set aside", run.digests),
    ];
    let figure = |(name, number): (&'static str, u64)| {
        view! {
            <div class="report__figure">
                <dt>{name}</dt>
                <dd>{grouped(number)}</dd>
            </div>
        }
    };
    let more = run.more_notes;
    let is_clean = run.notes.is_empty() && more == 0;
    let notes = [
        (Outcome::Skipped, "Skipped", "Nothing of these files was kept.", "error"),
        (Outcome::Partial, "Partial", "Records before the break were kept.", "warning"),
        (Outcome::Warned, "Odd", "Everything was kept, but something about these files is unusual.", "info"),
    ]
    .map(|(outcome, title, help, icon)| {
        let notes: Vec<_> = run.notes.iter().filter(|note| note.outcome == outcome).cloned().collect();
        (!notes.is_empty()).then(|| view! { <Notes title help icon notes /> })
    });
    view! {
        <section class="report__run">
            <h2 class="report__title">
                <Timestamp time=run.started />
                <span class="report__took">
                    {match took {
                        Some(took) => format!("took {took}"),
                        None => "still running".to_owned(),
                    }}
                </span>
            </h2>
            <dl class="report__figures">{figures.map(figure).collect_view()}</dl>
            {is_clean
                .then(|| {
                    view! {
                        <p class="report__clean">
                            <Icon name="check" />
                            "Every file was taken in whole."
                        </p>
                    }
                })}
            {notes.collect_view()}
            {(more > 0).then(|| view! { <p>{counted(more, "more note is", "more notes are")} " not kept."</p> })}
        </section>
    }
}

/// The notes of one kind.
#[component]
fn Notes(
    title: &'static str,
    help: &'static str,
    icon: &'static str,
    notes: Vec<SourceNote>,
) -> impl IntoView {
    let count = notes.len() as u64;
    let row = |note: SourceNote| {
        view! {
            <tr>
                <th scope="row" class="report__path" title=clipped(&note.path, 1_000)>
                    <bdi>{clipped(&note.path, 300)}</bdi>
                </th>
                <td class="report__kept">{grouped(note.kept)}</td>
                <td class="report__why">
                    <bdi>{clipped(&note.message, 1_000)}</bdi>
                </td>
            </tr>
        }
    };
    view! {
        <section class=format!("report__notes report__notes--{icon}")>
            <h3>
                <Icon name=icon />
                {format!("{title}: {}", counted(count, "file", "files"))}
            </h3>
            <p>{help}</p>
            <div class="report__scroll" role="region" aria-label=title tabindex="0">
                <table class="report__table">
                    <thead>
                        <tr>
                            <th scope="col">"File"</th>
                            <th scope="col">"Records kept"</th>
                            <th scope="col">"What happened"</th>
                        </tr>
                    </thead>
                    <tbody>{notes.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}
