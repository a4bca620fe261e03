//! Events over time: the picture, and what is laid over it.

use leptos::prelude::*;

use super::icon::Icon;
use super::timestamp::{shown_span, tick, zone_name};
use crate::address::Address;
use crate::charts::{ceiling, histogram};
use crate::links::Links;
use crate::prefs::Zone;
use crate::text::{counted, grouped, short_number};
use cloudtrail::search::{Bucket, Histogram as Counts, edit};
use cloudtrail::time::{DAY, HOUR, MINUTE, SECOND, Time, readable_duration};

/// Counts over time: every bar a link to its time, zoom by buttons, a legend that filters. The browser adds the read-out
/// and zoom by dragging ([`crate::living::histogram`]).
#[component]
pub fn Histogram(counts: Counts, address: Address) -> impl IntoView {
    let summary = format!("One bar is {}", bar_width(counts.step_ms));
    let read_out = format!("{summary}, in {}", zone_name(Zone::Utc));
    view! {
        <figure class="histogram" aria-label="Events over time">
            <figcaption class="histogram__head">
                <Legend links=Links::new(&address) sums=sums(&counts.buckets) />
                <p class="histogram__readout" data-summary=summary>
                    {read_out}
                </p>
                <Zoom from=counts.from to=counts.to address=address.clone() />
            </figcaption>
            <div class="histogram__frame">
                <VerticalAxis top=ceiling(&counts) />
                <Plot counts=counts.clone() address />
                <TimeAxis counts />
            </div>
        </figure>
    }
}

/// The picture, a link over every bar, and the marks that follow the pointer.
#[component]
fn Plot(counts: Counts, address: Address) -> impl IntoView {
    let bar = format!("{:.3}%", 100.0 / counts.buckets.len().max(1) as f64);
    view! {
        <div class="histogram__plot">
            <div
                class="histogram__bars-picture"
                aria-hidden="true"
                inner_html=histogram::draw(&counts)
            ></div>
            <svg class="histogram__marks" width="100%" height="100%" aria-hidden="true">
                <rect class="histogram__pointed" x="0" y="0" width=bar height="100%" visibility="hidden" />
                <rect class="histogram__selection" x="0" y="0" width="0" height="100%" visibility="hidden" />
            </svg>
            <Bars counts address />
        </div>
    }
}

/// One link a bar. One of them can be reached with Tab, the others with the arrows: a hundred stops would be a wall.
#[component]
fn Bars(counts: Counts, address: Address) -> impl IntoView {
    let first = counts.buckets.iter().position(|bucket| bucket.total() > 0);
    let slot = |(place, bucket): (usize, &Bucket)| {
        let end = bucket.start.plus(counts.step_ms);
        let says = numbers(bucket);
        let link = (bucket.total() > 0).then(|| {
            let name = format!("{}: {says}", shown_span(bucket.start, end, Zone::Utc));
            view! {
                <a
                    class="histogram__bar"
                    href=address.with_window(bucket.start, end).href()
                    aria-label=name
                    tabindex=if Some(place) == first { "0" } else { "-1" }
                    draggable="false"
                    data-noscroll
                ></a>
            }
        });
        view! {
            <li
                class="histogram__slot"
                data-start=bucket.start.as_millis().to_string()
                data-end=end.as_millis().to_string()
                data-says=says
            >
                {link}
            </li>
        }
    };
    view! {
        <ol class="histogram__bars" aria-label="Bars, oldest first">
            {counts.buckets.iter().enumerate().map(slot).collect_view()}
        </ol>
    }
}

/// What the colours mean; each entry filters.
#[component]
fn Legend(links: Links, sums: Bucket) -> impl IntoView {
    let entries = [
        ("reads", "Reads", sums.reads, "readOnly:true"),
        ("writes", "Writes", sums.writes, edit::WRITES_ONLY),
        ("errors", "Errors", sums.errors, edit::ERRORS_ONLY),
    ];
    let entry = |(key, label, count, term): (&'static str, &'static str, u64, &'static str)| {
        let is_on = links.has_term(term);
        view! {
            <li>
                <a
                    class=format!("histogram__key histogram__key--{key}")
                    class:histogram__key--on=is_on
                    href=links.toggle_term(term)
                    aria-current=is_on.then_some("true")
                    title=if is_on { "Show the others again" } else { "Show only these" }
                    data-noscroll
                >
                    <svg class="histogram__swatch" width="10" height="10" aria-hidden="true">
                        <rect class=format!("histogram__{key}") width="10" height="10" rx="2" />
                    </svg>
                    {label}
                    " "
                    <span class="histogram__count">{grouped(count)}</span>
                </a>
            </li>
        }
    };
    view! { <ul class="histogram__legend">{entries.map(entry).collect_view()}</ul> }
}

/// Zoom and pan without dragging.
#[component]
fn Zoom(from: Time, to: Time, address: Address) -> impl IntoView {
    let span = (to.as_millis() - from.as_millis()).max(SECOND);
    let window = |from: i64, to: i64| {
        let (from, to) = (Time::from_millis(from / SECOND * SECOND), Time::from_millis(to / SECOND * SECOND));
        address.with_window(from.max(Time::MIN), to.min(Time::MAX)).href()
    };
    let (from, to) = (from.as_millis(), to.as_millis());
    let steps = [
        ("left", "Earlier", window(from - span / 2, to - span / 2)),
        ("zoom-in", "Zoom in", window(from + span / 4, to - span / 4)),
        ("zoom-out", "Zoom out", window(from - span / 2, to + span / 2)),
        ("right", "Later", window(from + span / 2, to + span / 2)),
    ];
    let step = |(icon, name, href): (&'static str, &'static str, String)| {
        view! {
            <li>
                <a class="button button--icon" href=href title=name aria-label=name data-noscroll>
                    <Icon name=icon />
                </a>
            </li>
        }
    };
    view! {
        <ul class="histogram__zoom" aria-label="Move through time">
            {steps.map(step).collect_view()}
        </ul>
    }
}

#[component]
fn VerticalAxis(top: u64) -> impl IntoView {
    view! {
        <div class="histogram__vertical" aria-hidden="true">
            <span>{short_number(top)}</span>
            <span>"0"</span>
        </div>
    }
}

/// Times under the bars, about four of them.
#[component]
fn TimeAxis(counts: Counts) -> impl IntoView {
    let span = counts.to.as_millis() - counts.from.as_millis();
    let count = counts.buckets.len();
    let labels = (0..4)
        .filter_map(|quarter| {
            let place = quarter * count / 4;
            let bucket = counts.buckets.get(place)?;
            let x = format!("{:.3}%", place as f64 / count as f64 * 100.0);
            Some(view! {
                <text
                    class="histogram__tick"
                    x=x
                    y="12"
                    data-time=bucket.start.as_millis().to_string()
                    data-step=counts.step_ms.to_string()
                    data-span=span.to_string()
                >
                    {tick(bucket.start, Zone::Utc, counts.step_ms, span)}
                </text>
            })
        })
        .collect_view();
    view! {
        <svg class="histogram__times" width="100%" height="16" aria-hidden="true">
            {labels}
        </svg>
    }
}

/// All bars in one.
fn sums(buckets: &[Bucket]) -> Bucket {
    buckets.iter().fold(Bucket::default(), |sum, bucket| Bucket {
        reads: sum.reads + bucket.reads,
        writes: sum.writes + bucket.writes,
        errors: sum.errors + bucket.errors,
        ..sum
    })
}

/// What a bar holds, in words.
fn numbers(bucket: &Bucket) -> String {
    format!(
        "{}, {} read, {} write, {} failed",
        counted(bucket.total(), "event", "events"),
        grouped(bucket.reads),
        grouped(bucket.writes),
        grouped(bucket.errors)
    )
}

fn bar_width(step_ms: i64) -> String {
    match step_ms {
        DAY => "a day".to_owned(),
        HOUR => "an hour".to_owned(),
        MINUTE => "a minute".to_owned(),
        SECOND => "a second".to_owned(),
        other => readable_duration(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_told_in_words() {
        let start = Time::parse("2026-11-22T09:00:00Z").unwrap();
        let bucket = Bucket { start, reads: 1_200, writes: 3, errors: 0 };
        let address = Address::parse("sample", "q=x");
        let counts = Counts { from: start, to: start.plus(HOUR), step_ms: HOUR, buckets: vec![bucket] };
        let html = Owner::new().with(|| view! { <Histogram counts address /> }.into_view().to_html());
        assert!(
            html.contains("2026-11-22 09:00:00 to 10:00:00: 1,203 events, 1,200 read, 3 write, 0 failed"),
            "{html}"
        );
        assert!(
            html.contains("/a/sample/events?q=x&amp;from=2026-11-22T09:00:00Z&amp;to=2026-11-22T10:00:00Z"),
            "{html}"
        );
        assert!(html.contains("One bar is an hour, in UTC"), "{html}");
    }
}
