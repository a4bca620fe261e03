//! What a search looked at, and what is missing.

use leptos::prelude::*;

use super::icon::Icon;
use crate::address::Address;
use crate::text::counted;
use cloudtrail::search::{AwsFilter, Coverage, HistoryCoverage, RegionCoverage, TimeRange};
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
    let events = coverage.events;
    let asked = coverage.range.from;
    let history = coverage.history.map(|history| view! { <HistoryNotice history events asked /> });
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

/// How far the event history of AWS accounts has been fetched, and what is missing of it. While more is on its way the page
/// asks again ([`crate::living::arriving`]).
#[component]
fn HistoryNotice(history: HistoryCoverage, events: u64, asked: Option<Time>) -> impl IntoView {
    let is_fetching = history.is_fetching();
    let is_missing = history.regions.iter().any(|region| region.problem.is_some() && !region.closed);
    let (several, count) = (history.accounts() > 1, history.regions.len());
    let notes = notes(&history, asked);
    let problems = problems(&history);
    // A Region that is kept closed is something to know, and nothing that went wrong.
    let closed: Vec<String> = history
        .regions
        .iter()
        .filter(|region| region.closed)
        .filter_map(|region| region.problem.clone())
        .collect();
    let state = move |region: RegionCoverage| {
        let state = match (region.problem, region.back_to) {
            (Some(_), None) if region.closed => "closed".to_owned(),
            (Some(_), None) => "missing".to_owned(),
            (None, None) => "waiting for AWS".to_owned(),
            (_, back_to) if back_to <= history.range.from => "complete".to_owned(),
            (Some(_), back_to) => format!("back to {}, then missing", said(back_to)),
            (None, back_to) => format!("back to {}", said(back_to)),
        };
        (region.region, state)
    };
    // Account by account, where there are several.
    let mut accounts: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for region in history.regions.clone() {
        let account = region.account_title().to_owned();
        match accounts.iter_mut().find(|(other, _)| *other == account) {
            Some((_, regions)) => regions.push(state(region)),
            None => accounts.push((account, vec![state(region)])),
        }
    }
    view! {
        <div
            class="coverage"
            class:coverage--partial=is_missing
            role="note"
            data-fetching=is_fetching.then_some("")
        >
            // Without a script nothing else asks again.
            {is_fetching
                .then(|| {
                    view! {
                        <noscript>
                            <meta http-equiv="refresh" content="5" />
                        </noscript>
                    }
                })}
            <Icon name=if is_missing { "warning" } else { "info" } />
            <p>{progress(&history, events)} {notes.join("")}</p>
            {is_fetching
                .then(|| {
                    let share = percent(&history);
                    view! {
                        <progress class="coverage__progress" max="100" value=share aria-label="Event history fetched">
                            {format!("{share} %")}
                        </progress>
                    }
                })}
            {problems
                .into_iter()
                .map(|(problem, places)| {
                    let what = if closed.contains(&problem) { "Closed" } else { "Missing" };
                    let places = match places.len() {
                        all if all == count && all > 3 && !several => format!("all {all} Regions"),
                        _ => places.join(", "),
                    };
                    view! {
                        <p class="coverage__problem">
                            <bdi>{format!("{what}: {places}. ")}</bdi>
                            <Reason problem />
                        </p>
                    }
                })
                .collect_view()}
            <details class="coverage__regions">
                <summary>"Region by Region"</summary>
                {accounts
                    .into_iter()
                    .map(|(account, regions)| {
                        view! {
                            {several.then(|| view! { <p><bdi>{account}</bdi></p> })}
                            <dl>{regions.into_iter().map(region_line).collect_view()}</dl>
                        }
                    })
                    .collect_view()}
            </details>
        </div>
    }
}

/// Why something is missing; a policy statement that would help stands by itself, to be copied.
#[component]
fn Reason(problem: String) -> impl IntoView {
    let at = problem.find("{\"Effect\"").unwrap_or(problem.len());
    let (words, statement) = problem.split_at(at);
    let statement = statement.to_owned();
    view! {
        <bdi>{words.to_owned()}</bdi>
        {(!statement.is_empty()).then(|| view! { <code class="coverage__statement">{statement}</code> })}
    }
}

fn region_line((region, state): (String, String)) -> impl IntoView {
    view! {
        <div class="coverage__region">
            <dt>{region}</dt>
            <dd>
                <bdi>{state}</bdi>
            </dd>
        </div>
    }
}

/// How many Regions are there as far as the search needs them.
fn progress(history: &HistoryCoverage, events: u64) -> String {
    let all = history.regions.len();
    let complete = history.complete();
    let accounts = match history.accounts() {
        0 | 1 => String::new(),
        several => format!(" in {several} accounts"),
    };
    if history.is_fetching() {
        let events = counted(events, "event", "events");
        format!(
            "Fetching event history: {complete} of {all} Regions{accounts} are complete, {events} so far."
        )
    } else if complete < all {
        format!("Event history of {complete} of {all} Regions{accounts}.")
    } else {
        format!(
            "Event history of all {all} Regions{accounts} is complete, back to {}.",
            said(history.range.from)
        )
    }
}

/// How much of the time that the search needs is there, all Regions together. What is closed is waited for no longer.
fn percent(history: &HistoryCoverage) -> u64 {
    let TimeRange { from: Some(from), to: Some(to) } = history.range else { return 0 };
    let whole = (to.as_millis() - from.as_millis()).max(1);
    let share = |region: &RegionCoverage| {
        let is_over = region.problem.is_some() && !region.fetching;
        let back_to = if is_over { from } else { region.back_to.unwrap_or(to) };
        (to.as_millis() - back_to.as_millis()).clamp(0, whole) as f64 / whole as f64
    };
    let all = history.regions.iter().map(share).sum::<f64>() / history.regions.len().max(1) as f64;
    (all * 100.0).floor() as u64
}

/// What else there is to know, each with a space in front.
fn notes(history: &HistoryCoverage, asked: Option<Time>) -> Vec<String> {
    let mut notes = Vec::new();
    let mut filters: Vec<&str> = history.filters.iter().map(AwsFilter::words).collect();
    filters.dedup();
    if !filters.is_empty() {
        notes.push(format!(
            " AWS filtered by {}; Waymark did the rest. So this search needed fewer pages from AWS, and events that do \
             not fit it may not be here yet.",
            filters.join(" or ")
        ));
    }
    if asked.is_some_and(|from| history.ends_after(from)) {
        notes.push(
            " AWS keeps event history for 90 days: of what is older there is only what was fetched in time."
                .to_owned(),
        );
    }
    if let Some(kept) = history.kept_from {
        notes.push(format!(
            " Older events are no longer kept: this server keeps them from {} on.",
            kept.readable()
        ));
    }
    if history.arriving_from.is_some() {
        notes.push(
            " CloudTrail delivers with some minutes' delay: what happened in the last quarter of an hour may still be \
             arriving."
                .to_owned(),
        );
    }
    notes
}

/// What is missing, by reason: most often all of it is for one, which is said once. An account of which all is missing is named
/// instead of its Regions.
fn problems(history: &HistoryCoverage) -> Vec<(String, Vec<String>)> {
    let several = history.accounts() > 1;
    let mut problems: Vec<(String, Vec<String>)> = Vec::new();
    for region in &history.regions {
        let Some(problem) = &region.problem else { continue };
        let mut same = history.regions.iter().filter(|other| other.account == region.account);
        let is_whole = same.all(|other| other.problem.as_ref() == Some(problem));
        let place = match (several, is_whole || region.region.is_empty()) {
            (true, true) => region.account_title().to_owned(),
            (true, false) => format!("{} {}", region.account_title(), region.region),
            (false, _) => region.region.clone(),
        };
        match problems.iter_mut().find(|(other, _)| other == problem) {
            Some((_, places)) if places.contains(&place) => {}
            Some((_, places)) => places.push(place),
            None => problems.push((problem.clone(), vec![place])),
        }
    }
    problems
}

fn said(time: Option<Time>) -> String {
    time.map(Time::readable).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(account: &str, region: &str, problem: Option<&str>) -> RegionCoverage {
        RegionCoverage {
            account: account.to_owned(),
            account_name: None,
            region: region.to_owned(),
            back_to: problem.is_none().then(|| Time::from_millis(0)),
            fetching: false,
            problem: problem.map(str::to_owned),
            closed: false,
        }
    }

    fn history(regions: Vec<RegionCoverage>) -> HistoryCoverage {
        let range = TimeRange { from: Some(Time::from_millis(0)), to: Some(Time::from_millis(1_000)) };
        HistoryCoverage { range, filters: Vec::new(), arriving_from: None, kept_from: None, regions }
    }

    #[test]
    fn what_is_missing_is_named_as_short_as_it_can_be() {
        let one = history(vec![
            region("1", "eu", Some("no")),
            region("1", "us", None),
            region("1", "ap", Some("no")),
        ]);
        assert_eq!(problems(&one), [("no".to_owned(), vec!["eu".to_owned(), "ap".to_owned()])]);
        assert_eq!(progress(&one, 9), "Event history of 1 of 3 Regions.");
        let two = history(vec![
            region("1", "eu", Some("no")),
            region("1", "us", Some("no")),
            region("2", "eu", Some("no")),
            region("2", "us", None),
        ]);
        assert_eq!(problems(&two), [("no".to_owned(), vec!["1".to_owned(), "2 eu".to_owned()])]);
        assert_eq!(progress(&two, 9), "Event history of 1 of 4 Regions in 2 accounts.");
    }

    #[test]
    fn a_range_that_begins_before_event_history_is_told() {
        let mut history = history(Vec::new());
        history.range.from = Some(Time::parse("2026-08-24T00:00:00Z").unwrap());
        let notes = |from: &str, history: &HistoryCoverage| notes(history, Time::parse(from));
        assert!(notes("2026-01-01T00:00:00Z", &history)[0].contains("90 days"));
        assert!(notes("2026-08-23T23:59:00Z", &history).is_empty());
        // Where this server keeps less, it says that.
        history.kept_from = history.range.from;
        assert_eq!(notes("2026-01-01T00:00:00Z", &history).len(), 1);
        // Where it keeps more than AWS, both are to be known.
        history.kept_from = Time::parse("2026-02-01T00:00:00Z");
        assert_eq!(notes("2026-01-01T00:00:00Z", &history).len(), 2);
    }

    #[test]
    fn the_share_that_is_there_is_counted_by_time() {
        let fetching = |back_to: Option<i64>| RegionCoverage {
            back_to: back_to.map(Time::from_millis),
            fetching: true,
            ..region("1", "eu", None)
        };
        let percent = |regions| percent(&history(regions));
        assert_eq!(percent(vec![fetching(None)]), 0);
        assert_eq!(percent(vec![fetching(Some(900)), fetching(Some(500))]), 30);
        // What failed is not waited for, and what is complete counts wholly.
        assert_eq!(
            percent(vec![region("1", "us", Some("no")), region("1", "ap", None), fetching(Some(1_000))]),
            66
        );
        let one = history(vec![fetching(Some(500))]);
        assert_eq!(
            progress(&one, 1_200),
            "Fetching event history: 0 of 1 Regions are complete, 1,200 events so far."
        );
    }

    #[test]
    fn it_says_who_filtered_by_what() {
        let filter = |attribute: &str| AwsFilter { attribute: attribute.to_owned(), value: "x".to_owned() };
        let mut history = history(vec![region("1", "eu", None)]);
        assert!(notes(&history, None).is_empty());
        history.filters = vec![filter("EventName"), filter("ReadOnly")];
        assert!(
            notes(&history, None)[0]
                .starts_with(" AWS filtered by event name or read-only; Waymark did the rest.")
        );
    }
}
