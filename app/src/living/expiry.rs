//! A sign-in comes to its end: the frame is asked for again when what it says of that changes.

use std::time::Duration;

use leptos::prelude::*;

use crate::api::views::Loaded;
use crate::browser;

/// Until the new frame stands in the page.
const SHOWN: Duration = Duration::from_secs(5);

/// Asks for the frame again after the time that it names, and so on.
pub fn watch(frame: Loaded) {
    Effect::new(move |_| wait(frame));
}

fn wait(frame: Loaded) {
    let left = browser::element("[data-ends]").and_then(|mark| mark.get_attribute("data-ends")?.parse().ok());
    if let Some(left) = left {
        let ask = move || {
            frame.refetch();
            set_timeout(move || wait(frame), SHOWN);
        };
        set_timeout(ask, Duration::from_millis(left));
    }
}
