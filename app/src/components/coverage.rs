//! What a search looked at, and what is missing.

use leptos::prelude::*;

use super::icon::Icon;
use crate::address::Address;
use crate::text::counted;
use cloudtrail::search::{Coverage, HistoryCoverage, RegionCoverage};
use cloudtrail::time::Time;

/// A line that says what the numbers leave out; nothing if they leave out nothing.
#[component]
pub fn CoverageNotice(coverage: Coverage, address: Address) -> impl IntoView {
    let sources = coverage.sources;
    let mut missing = Vec::new();
    for (count, what) in
        [(sources.skipped, "skipped"), (sources.partial, "taken in only in part"), (sources.warned, "odd")]
    {
        if count > 0 {
            missing.push(format!("{} {what}", counted(count, "file", "files")));
        }
    }
    let is_partial = sources.skipped + sources.partial > 0;
    let notes = coverage.notes;
    let history = coverage.history.map(|history| view! { <HistoryNotice history /> });
    let archive = (!missing.is_empty() || !notes.is_empty() || coverage.taking_in).then(|| {
        let text = missing.join(", ");
        view! {
            <div class="coverage" class:coverage--partial=is_partial role="note">
                <Icon name=if is_partial { "warning" } else { "info" } />
                {coverage
                    .taking_in
                    .then(|| view! { <p>"Files are being taken in right now; reload to see what came since."</p> })}
                {(!text.is_empty())
                    .then(|| {
                        view! {
                            <p>
                                {if is_partial { "Some of the logs are missing here: " } else { "About these logs: " }}
                                {text} ". " <a href=address.report_page()>"See which, and why"</a>
                            </p>
                        }
                    })}
                {notes
                    .into_iter()
                    .map(|note| {
                        view! {
                            <p>
                                <bdi>{note}</bdi>
                            </p>
                        }
                    })
                    .collect_view()}
            </div>
        }
    });
    view! {
        {history}
        {archive}
    }
}

/// How far an AWS account's event history has been fetched, and what is missing of it. While more is on its way the page
/// asks again ([`crate::living::arriving`]).
#[component]
fn HistoryNotice(history: HistoryCoverage) -> impl IntoView {
    let all = history.regions.len();
    let is_fetching = history.is_fetching();
    let is_missing = history.regions.iter().any(|region| region.problem.is_some());
    let what = if is_fetching {
        format!("Fetching event history: {} of {all} Regions are complete.", history.complete())
    } else if is_missing {
        format!("Event history of {} of {all} Regions.", history.complete())
    } else {
        format!("Event history of all {all} Regions is complete, back to {}.", said(history.range.from))
    };
    // Most often all of them are missing for one reason, which is said once.
    let mut problems: Vec<(String, Vec<String>)> = Vec::new();
    for region in &history.regions {
        let Some(problem) = &region.problem else { continue };
        match problems.iter_mut().find(|(other, _)| other == problem) {
            Some((_, regions)) => regions.push(region.region.clone()),
            None => problems.push((problem.clone(), vec![region.region.clone()])),
        }
    }
    let region = |region: RegionCoverage| {
        let state = match (region.problem, region.back_to) {
            (Some(_), _) => "missing".to_owned(),
            (None, None) => "waiting for AWS".to_owned(),
            (None, back_to) if back_to <= history.range.from => "complete".to_owned(),
            (None, back_to) => format!("back to {}", said(back_to)),
        };
        view! {
            <div class="coverage__region">
                <dt>{region.region}</dt>
                <dd>
                    <bdi>{state}</bdi>
                </dd>
            </div>
        }
    };
    view! {
        <div
            class="coverage"
            class:coverage--partial=is_missing
            role="note"
            data-fetching=is_fetching.then_some("")
        >
            <Icon name=if is_missing { "warning" } else { "info" } />
            <p>
                {what}
                " CloudTrail delivers with some minutes' delay: what happened in the last quarter of an hour may still be arriving."
            </p>
            {problems
                .into_iter()
                .map(|(problem, regions)| {
                    view! {
                        <p class="coverage__problem">
                            {format!("Missing: {}. ", regions.join(", "))} <bdi>{problem}</bdi>
                        </p>
                    }
                })
                .collect_view()}
            <details class="coverage__regions">
                <summary>"Region by Region"</summary>
                <dl>{history.regions.into_iter().map(region).collect_view()}</dl>
            </details>
        </div>
    }
}

fn said(time: Option<Time>) -> String {
    time.map(Time::readable).unwrap_or_default()
}
