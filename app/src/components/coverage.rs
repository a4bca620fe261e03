//! What a search looked at, and what is missing.

use leptos::prelude::*;

use super::icon::Icon;
use crate::address::Address;
use crate::text::counted;
use cloudtrail::search::Coverage;

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
    (!missing.is_empty() || !notes.is_empty() || coverage.taking_in).then(|| {
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
    })
}
