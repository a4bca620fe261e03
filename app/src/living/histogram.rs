//! The pointer over the bars: a read-out, and zoom by dragging.

use leptos::ev;
use leptos::prelude::*;
use web_sys::{Element, HtmlElement};

use super::times;
use crate::browser;
use crate::components::timestamp::shown_span;
use crate::prefs::{Prefs, use_prefs};
use cloudtrail::time::Time;

/// Dragging less than this share of the width is a click.
const SMALLEST_DRAG: f64 = 0.01;

/// Where the pointer is, and where it was pressed.
#[derive(Clone, Copy)]
pub struct Pointer {
    prefs: RwSignal<Prefs>,
    /// Start and end of a drag, as shares of the width.
    dragged: StoredValue<Option<(f64, f64)>>,
}

impl Pointer {
    /// A pointer that is nowhere.
    pub fn new() -> Pointer {
        Pointer { prefs: use_prefs(), dragged: StoredValue::new(None) }
    }

    /// The pointer is pressed: a drag may begin.
    pub fn start(self, event: &ev::PointerEvent) {
        let share = share_across(event).filter(|_| event.button() == 0 && event.pointer_type() == "mouse");
        self.dragged.set_value(share.map(|share| (share, share)));
    }

    /// The pointer moves: reads the bar out, and extends a drag.
    pub fn follow(self, event: &ev::PointerEvent) {
        let Some(share) = share_across(event) else { return };
        let slots = slots();
        if let Some(slot) = slots.get(place(share, slots.len())) {
            self.read_out(slot, &slots);
        }
        if let Some((start, _)) = self.dragged.get_value() {
            self.dragged.set_value(Some((start, share)));
            show_selection(Some((start.min(share), start.max(share))));
        }
    }

    /// The pointer left the bars.
    pub fn leave(self, event: &ev::PointerEvent) {
        let stays = event
            .related_target()
            .and_then(|to| wasm_bindgen::JsCast::dyn_into::<Element>(to).ok())
            .is_some_and(|to| to.closest(".histogram__plot").ok().flatten().is_some());
        if !stays {
            self.dragged.set_value(None);
            show_selection(None);
            self.point_at_nothing();
        }
    }

    /// The pointer is let go: the bars it was dragged over, as a window.
    pub fn end(self, _: &ev::PointerEvent) -> Option<(Time, Time)> {
        show_selection(None);
        let (start, end) = self.dragged.get_value().filter(is_drag)?;
        let slots = slots();
        let slot = |share: f64| slots.get(place(share, slots.len()));
        Some((
            times::time(slot(start.min(end))?, "data-start")?,
            times::time(slot(start.max(end))?, "data-end")?,
        ))
    }

    /// Whether the press that just ended was a drag. It is asked once.
    pub fn was_dragged(self) -> bool {
        let was = self.dragged.get_value().is_some_and(|dragged| is_drag(&dragged));
        self.dragged.set_value(None);
        was
    }

    /// The focus is at a bar.
    pub fn point_at(self, event: &ev::FocusEvent) {
        if let Some(slot) = browser::closest(event, ".histogram__slot") {
            self.read_out(&slot, &slots());
        }
    }

    /// Neither pointer nor focus is at a bar.
    pub fn point_at_nothing(self) {
        if let Some(mark) = browser::element(".histogram__pointed") {
            set(&mark, "visibility", "hidden");
        }
        times::read_out_at_rest(self.prefs.read_untracked().zone);
    }

    fn read_out(self, slot: &Element, slots: &[HtmlElement]) {
        let Some(place) = slots.iter().position(|other| **other == *slot) else { return };
        if let Some(mark) = browser::element(".histogram__pointed") {
            set(&mark, "x", &percent(place as f64 / slots.len() as f64));
            set(&mark, "visibility", "visible");
        }
        let span = times::time(slot, "data-start").zip(times::time(slot, "data-end"));
        if let (Some((from, to)), Some(read_out)) = (span, browser::find(".histogram__readout")) {
            let zone = self.prefs.read_untracked().zone;
            let says = slot.get_attribute("data-says").unwrap_or_default();
            read_out.set_text_content(Some(&format!("{}: {says}", shown_span(from, to, zone))));
        }
    }
}

/// Arrows go from bar to bar.
pub fn walk(event: &ev::KeyboardEvent) {
    let Some(here) = browser::closest(event, "a.histogram__bar") else { return };
    let bars = browser::find_all("a.histogram__bar");
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

fn share_across(event: &ev::PointerEvent) -> Option<f64> {
    let plot = browser::closest(event, ".histogram__plot")?;
    Some(browser::share_across(event, &plot))
}

fn slots() -> Vec<HtmlElement> {
    browser::find_all(".histogram__slot")
}

/// The bar at a share of the width.
fn place(share: f64, count: usize) -> usize {
    ((share * count as f64) as usize).min(count.saturating_sub(1))
}

fn is_drag((start, end): &(f64, f64)) -> bool {
    (end - start).abs() >= SMALLEST_DRAG
}

fn show_selection(span: Option<(f64, f64)>) {
    let Some(selection) = browser::element(".histogram__selection") else { return };
    match span {
        Some((start, end)) => {
            set(&selection, "x", &percent(start));
            set(&selection, "width", &percent(end - start));
            set(&selection, "visibility", "visible");
        }
        None => set(&selection, "visibility", "hidden"),
    }
}

fn percent(share: f64) -> String {
    // Hundredths of a percent as whole numbers: printing fractions needs much more code.
    let hundredths = (share.clamp(0.0, 1.0) * 10_000.0) as u32;
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

fn set(element: &Element, name: &str, value: &str) {
    // Fails only for names that are not names.
    drop(element.set_attribute(name, value));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_become_bars_and_percent() {
        assert_eq!((place(0.0, 24), place(0.26, 24), place(1.0, 24)), (0, 6, 23));
        assert_eq!(
            (percent(0.0), percent(0.1234), percent(1.0)),
            ("0.00%".into(), "12.34%".into(), "100.00%".into())
        );
        assert!(is_drag(&(0.5, 0.4)) && !is_drag(&(0.5, 0.505)));
    }
}
