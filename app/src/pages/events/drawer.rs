//! One event beside the list (`?event=ID`, so that a reload keeps it).

use leptos::prelude::*;

use super::data::Data;
use crate::browser;
use crate::components::icon::Icon;
use crate::html::{Name, Part};
use crate::living::table::OPEN;

/// The id of the drawer's heading, which takes the focus when it opens.
const HEADING: &str = "drawer-heading";

/// The drawer; nothing while no event is open.
#[component]
pub fn Drawer(data: Data) -> impl IntoView {
    let heading = NodeRef::<leptos::html::H2>::new();
    Effect::new(move |before: Option<Option<String>>| {
        let now = data.open.get();
        match (before, &now) {
            // The page came with it open: the focus stays where the browser puts it.
            (None, _) => {}
            (Some(before), Some(_)) if before.is_none() => browser::focus_soon(format!("#{HEADING}")),
            (Some(Some(id)), None) => back_to_row(id),
            _ => {}
        }
        now
    });
    // Another event is read from its beginning.
    Effect::new(move |_| {
        data.event.track();
        request_animation_frame(|| {
            if let Some(body) = browser::find(".drawer__body") {
                body.set_scroll_top(0);
            }
        });
    });
    let is_open = Memo::new(move |_| data.open.read().is_some());
    let page = move || data.open.get().map(|id| data.address.read().event_page(&id));
    let drawer = move || {
        is_open.get().then(|| {
            view! {
                <aside class="drawer" aria-labelledby=HEADING>
                    <header class="drawer__head">
                        <h2 class="drawer__title" id=HEADING tabindex="-1" node_ref=heading>
                            <a class="drawer__link" href=page title="Open the event on a page of its own">
                                <bdi>
                                    <Name of=data.event />
                                </bdi>
                                <Icon name="open" />
                            </a>
                        </h2>
                        <a
                            class="button button--icon button--quiet drawer__close"
                            href=move || data.address.read().without_event().href()
                            aria-label="Close"
                            title="Close (Esc)"
                            data-noscroll
                        >
                            <Icon name="close" />
                        </a>
                    </header>
                    <div class="drawer__body">
                        <Part of=data.event skeleton="event" says=true />
                    </div>
                </aside>
            }
        })
    };
    view! { {drawer} }
}

/// The focus goes back to the row that the drawer was opened from, if it is still there.
fn back_to_row(id: String) {
    request_animation_frame(move || {
        let rows = browser::find_all("tr.event-table__row");
        let row = rows.into_iter().find(|row| row.get_attribute("data-id").as_ref() == Some(&id));
        if let Some(row) = row {
            browser::focus_within(&row, OPEN);
        }
    });
}
