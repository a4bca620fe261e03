//! More is on its way: the page asks again, as long as somebody looks.

use std::time::Duration;

use leptos::prelude::*;

use crate::api::views::Loaded;
use crate::browser;

/// How long it waits before it asks again.
const PAUSE: Duration = Duration::from_secs(2);

/// Asks again while what was rendered says that more is on its way. A tab that nobody sees waits until it is seen.
pub fn follow(page: Loaded, overview: Loaded) {
    let generation = StoredValue::new(0u32);
    Effect::new(move |_| {
        page.track();
        let mine = generation.get_value().wrapping_add(1);
        generation.set_value(mine);
        ask_again(page, overview, generation, mine);
    });
}

fn ask_again(page: Loaded, overview: Loaded, generation: StoredValue<u32>, mine: u32) {
    set_timeout(
        move || {
            // The page may be gone by now, or have come anew.
            if generation.try_get_value() != Some(mine) || browser::element("[data-fetching]").is_none() {
                return;
            }
            if document().hidden() {
                ask_again(page, overview, generation, mine);
            } else {
                page.refetch();
                overview.refetch();
            }
        },
        PAUSE,
    );
}
