//! Marked events side by side (`?compare=a,b`).

use leptos::prelude::*;

use super::data::Data;
use crate::browser;
use crate::components::icon::Icon;
use crate::html::Part;

/// The id of the heading, which takes the focus when the comparison opens.
const HEADING: &str = "comparison-heading";

/// The comparison; nothing while none is open.
#[component]
pub fn Comparison(data: Data) -> impl IntoView {
    let is_open = Memo::new(move |_| !data.address.read().compare.is_empty());
    Effect::new(move |before: Option<bool>| {
        let now = is_open.get();
        if before == Some(false) && now {
            browser::focus_soon(format!("#{HEADING}"));
        }
        now
    });
    let panel = move || {
        is_open.get().then(|| {
            view! {
                <section class="comparison" aria-labelledby=HEADING>
                    <header class="comparison__head">
                        <h2 class="comparison__title" id=HEADING tabindex="-1">
                            "Comparison"
                        </h2>
                        <a
                            class="button button--icon button--quiet comparison__close"
                            href=move || data.address.read().with_compare(Vec::new()).href()
                            aria-label="Close the comparison"
                            title="Close (Esc)"
                            data-noscroll
                        >
                            <Icon name="close" />
                        </a>
                    </header>
                    <div class="comparison__body">
                        <Part of=data.comparison skeleton="event" says=true />
                    </div>
                </section>
            }
        })
    };
    view! { {panel} }
}
