//! Events over time: the picture that the server drew, and what is laid over it.

use leptos::ev;
use leptos::html::Div;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use super::icon::Icon;
use super::timestamp::{shown, tick, zone_name};
use crate::address::Address;
use crate::api::events::Overview;
use crate::browser;
use crate::charts::ceiling;
use crate::links::Links;
use crate::prefs::{Zone, use_zone};
use crate::text::{counted, grouped, short_number};
use cloudtrail::search::{Bucket, Histogram as Counts, edit};
use cloudtrail::time::{DAY, HOUR, MINUTE, SECOND, Time, readable_duration};

/// Dragging less than this share of the width is a click.
const SMALLEST_DRAG: f64 = 0.01;

/// Counts over time: every bar a link to its time, a read-out, zoom by buttons and by dragging, a legend that filters.
#[component]
pub fn Histogram(overview: Overview, address: Address) -> impl IntoView {
    let Some(counts) = overview.histogram else { return ().into_any() };
    let zone = use_zone();
    let pointed = RwSignal::new(None::<usize>);
    let buckets = StoredValue::new(counts.buckets.clone());
    let step = counts.step_ms;
    let summary = format!("One bar is {}", bar_width(step));
    let read_out = move || match pointed.get() {
        Some(place) => {
            buckets.with_value(|buckets| buckets.get(place).map(|bucket| describe(bucket, step, zone.get())))
        }
        None => Some(format!("{summary}, in {}", zone_name(zone.get()))),
    };
    view! {
        <figure class="histogram" aria-label="Events over time">
            <figcaption class="histogram__head">
                <Legend links=Links::new(&address) sums=sums(&counts.buckets) />
                <p class="histogram__readout">{read_out}</p>
                <Zoom from=counts.from to=counts.to address=address.clone() />
            </figcaption>
            <div class="histogram__frame">
                <VerticalAxis top=ceiling(&counts) />
                <Plot counts=counts.clone() picture=overview.picture address pointed />
                <TimeAxis counts />
            </div>
        </figure>
    }
    .into_any()
}

/// The picture, a link over every bar, and the marks that follow the pointer.
#[component]
fn Plot(
    counts: Counts,
    picture: Option<String>,
    address: Address,
    pointed: RwSignal<Option<usize>>,
) -> impl IntoView {
    let node = NodeRef::<Div>::new();
    let count = counts.buckets.len().max(1);
    let dragged = RwSignal::new(None::<(f64, f64)>);
    let across =
        move |event: &ev::PointerEvent| node.get_untracked().map(|node| browser::share_across(event, &node));
    let start_drag = move |event: ev::PointerEvent| {
        if event.button() == 0 && event.pointer_type() == "mouse" {
            dragged.set(across(&event).map(|share| (share, share)));
        }
    };
    let follow = move |event: ev::PointerEvent| {
        let Some(share) = across(&event) else { return };
        pointed.set(Some(((share * count as f64) as usize).min(count - 1)));
        dragged.update(|dragged| {
            if let Some((_, end)) = dragged {
                *end = share;
            }
        });
    };
    let navigate = use_navigate();
    let list = address.clone();
    let bars = counts.clone();
    let end_drag = move |_: ev::PointerEvent| {
        if let Some((start, end)) = dragged.get_untracked()
            && (end - start).abs() >= SMALLEST_DRAG
            && let Some((first, last)) = window(&bars, start.min(end), start.max(end))
        {
            navigate(&list.with_window(first, last).href(), Default::default());
        }
    };
    // A drag ends with a click on whatever bar is there; that click must not be followed.
    let hold_back = move |event: ev::MouseEvent| {
        if dragged.get_untracked().is_some_and(|(start, end)| (end - start).abs() >= SMALLEST_DRAG) {
            event.prevent_default();
        }
        dragged.set(None);
    };
    view! {
        <div
            class="histogram__plot"
            node_ref=node
            on:pointerdown=start_drag
            on:pointermove=follow
            on:pointerup=end_drag
            on:pointerleave=move |_| {
                pointed.set(None);
                dragged.set(None);
            }
            on:click=hold_back
        >
            <div class="histogram__bars-picture" aria-hidden="true" inner_html=picture.unwrap_or_default()></div>
            <Marks pointed dragged count />
            <Bars counts address pointed />
        </div>
    }
}

/// The bar under the pointer and the span being dragged.
#[component]
fn Marks(
    pointed: RwSignal<Option<usize>>,
    dragged: RwSignal<Option<(f64, f64)>>,
    count: usize,
) -> impl IntoView {
    let percent = |share: f64| format!("{:.3}%", share * 100.0);
    let bar = move || pointed.get().unwrap_or(0) as f64 / count as f64;
    let span = move || dragged.get().map_or((0.0, 0.0), |(start, end)| (start.min(end), start.max(end)));
    let shows = |is_shown: bool| if is_shown { "visible" } else { "hidden" };
    view! {
        <svg class="histogram__marks" width="100%" height="100%" aria-hidden="true">
            <rect
                class="histogram__pointed"
                x=move || percent(bar())
                y="0"
                width=percent(1.0 / count as f64)
                height="100%"
                visibility=move || shows(pointed.get().is_some() && dragged.get().is_none())
            />
            <rect
                class="histogram__selection"
                x=move || percent(span().0)
                y="0"
                width=move || percent(span().1 - span().0)
                height="100%"
                visibility=move || shows(dragged.get().is_some())
            />
        </svg>
    }
}

/// One link a bar. One of them can be reached with Tab, the others with the arrows: a hundred stops would be a wall.
#[component]
fn Bars(counts: Counts, address: Address, pointed: RwSignal<Option<usize>>) -> impl IntoView {
    let first = counts.buckets.iter().position(|bucket| bucket.total() > 0);
    let bars = counts
        .buckets
        .iter()
        .enumerate()
        .map(|(place, bucket)| {
            let link = (bucket.total() > 0).then(|| {
                let href = address.with_window(bucket.start, bucket.start.plus(counts.step_ms)).href();
                let name = describe(bucket, counts.step_ms, Zone::Utc);
                view! {
                    <a
                        class="histogram__bar"
                        href=href
                        aria-label=name
                        tabindex=if Some(place) == first { "0" } else { "-1" }
                        draggable="false"
                        on:focus=move |_| pointed.set(Some(place))
                        on:blur=move |_| pointed.set(None)
                        data-noscroll
                    ></a>
                }
            });
            view! { <li class="histogram__slot">{link}</li> }
        })
        .collect_view();
    view! {
        <ol class="histogram__bars" aria-label="Bars, oldest first" on:keydown=walk>
            {bars}
        </ol>
    }
}

/// Arrows go from bar to bar.
fn walk(event: ev::KeyboardEvent) {
    let bars = browser::find_all("a.histogram__bar");
    let Some(here) = browser::closest(&event, "a.histogram__bar") else { return };
    let Some(place) = bars.iter().position(|bar| **bar == here) else { return };
    let next = match event.key().as_str() {
        "ArrowRight" => place + 1,
        "ArrowLeft" => place.wrapping_sub(1),
        "Home" => 0,
        "End" => bars.len() - 1,
        _ => return,
    };
    if let Some(bar) = bars.get(next) {
        event.prevent_default();
        browser::focus(bar);
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
    let zone = use_zone();
    let span = counts.to.as_millis() - counts.from.as_millis();
    let count = counts.buckets.len();
    let labels = (0..4)
        .filter_map(|quarter| {
            let place = quarter * count / 4;
            let bucket = counts.buckets.get(place)?;
            let x = format!("{:.3}%", place as f64 / count as f64 * 100.0);
            let (time, step) = (bucket.start, counts.step_ms);
            Some(view! {
                <text class="histogram__tick" x=x y="12">
                    {move || tick(time, zone.get(), step, span)}
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

/// A bar in words: when, how many, of what.
fn describe(bucket: &Bucket, step_ms: i64, zone: Zone) -> String {
    let (from, to) = (shown(bucket.start, zone), shown(bucket.start.plus(step_ms), zone));
    // Within a day the date need not be said twice.
    let to = if from.get(..10) == to.get(..10) { to.get(11..).unwrap_or(&to) } else { &to };
    format!(
        "{from} to {to}: {}, {} read, {} write, {} failed",
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

/// The bars that a dragged span touches, as a window.
fn window(counts: &Counts, start: f64, end: f64) -> Option<(Time, Time)> {
    let count = counts.buckets.len();
    let bar = |share: f64| counts.buckets.get(((share * count as f64) as usize).min(count.checked_sub(1)?));
    Some((bar(start)?.start, bar(end)?.start.plus(counts.step_ms)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dragged_span_ends_at_bars() {
        let from = Time::parse("2026-11-22T00:00:00Z").unwrap();
        let start = |hour: i64| from.plus(hour * HOUR);
        let buckets = (0..24).map(|hour| Bucket { start: start(hour), ..Bucket::default() }).collect();
        let counts = Counts { from, to: start(24), step_ms: HOUR, buckets };
        assert_eq!(window(&counts, 0.10, 0.26), Some((start(2), start(7))));
        assert_eq!(window(&counts, 0.0, 1.0), Some((from, start(24))));
        assert_eq!(window(&Counts { buckets: Vec::new(), ..counts }, 0.0, 1.0), None);
    }

    #[test]
    fn a_bar_is_told_in_words() {
        let start = Time::parse("2026-11-22T09:00:00Z").unwrap();
        let bucket = Bucket { start, reads: 1_200, writes: 3, errors: 0 };
        assert_eq!(
            describe(&bucket, HOUR, Zone::Utc),
            "2026-11-22 09:00:00 to 10:00:00: 1,203 events, 1,200 read, 3 write, 0 failed"
        );
    }
}
