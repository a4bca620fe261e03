//! The list itself: how many, the table, from page to page.

use leptos::prelude::*;

use super::data::Data;
use crate::address::{Address, MAX_COMPARED};
use crate::api::views::ListPart;
use crate::components::icon::Icon;
use crate::html::{Name, Part};
use crate::living::arriving;

/// Head, table and pager.
#[component]
pub fn List(data: Data) -> impl IntoView {
    let is_loading = RwSignal::new(false);
    view! {
        <section class="event-list" aria-label="Events" aria-busy=move || is_loading.get().to_string()>
            <div class="event-list__tools">
                <Part of=data.page place=ListPart::Tools as usize />
            </div>
            <Marked address=data.list />
            <div class="event-list__head">
                <p class="event-list__count" role="status">
                    <Name of=data.page />
                </p>
                <Part of=data.page place=ListPart::Pager as usize />
            </div>
            <Part
                of=data.page
                place=ListPart::Body as usize
                skeleton="table"
                says=true
                pending=is_loading
                before=arriving::remember_place
            />
        </section>
    }
}

/// What was marked for comparison.
#[component]
fn Marked(address: Memo<Address>) -> impl IntoView {
    let tray = move || {
        let address = address.get();
        let count = address.marked.len();
        (count > 0).then(|| {
            let clear = Address { marked: Vec::new(), ..address.clone() }.href();
            let compare = (count > 1).then(|| address.with_compare(address.marked.clone()).href());
            view! {
                <div class="marked">
                    <p class="marked__count" role="status">
                        {format!("{count} of {MAX_COMPARED} marked")}
                    </p>
                    {match compare {
                        Some(href) => {
                            view! {
                                <a class="button button--primary marked__compare" href=href data-noscroll>
                                    <Icon name="compare" />
                                    "Compare"
                                </a>
                            }
                                .into_any()
                        }
                        None => view! { <span class="marked__hint">"Mark one more to compare"</span> }.into_any(),
                    }}
                    <a class="button button--quiet" href=clear data-noscroll>
                        "Clear"
                    </a>
                </div>
            }
        })
    };
    view! { {tray} }
}
