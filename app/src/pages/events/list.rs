//! The list itself: how many, the table, from page to page.

use leptos::prelude::*;

use super::data::Data;
use super::empty::NothingFound;
use crate::address::{Address, MAX_COMPARED};
use crate::api::ApiError;
use crate::columns::Columns;
use crate::components::columns_menu::ColumnsMenu;
use crate::components::coverage::CoverageNotice;
use crate::components::download::DownloadMenu;
use crate::components::icon::Icon;
use crate::components::pager::{GoToTime, PageEnds, Pager};
use crate::components::problem::Problem;
use crate::components::table::{EventTable, TableSkeleton};
use crate::text::{counted, grouped};
use cloudtrail::search::{EventPage, parse};

/// Head, table and pager.
#[component]
pub fn List(data: Data, columns: Memo<Columns>) -> impl IntoView {
    let is_loading = RwSignal::new(false);
    let marked = Memo::new(move |_| data.list.read().marked.clone());
    let is_readable = Memo::new(move |_| parse(data.list.read().query()).is_ok());
    let content = move || {
        data.rows.get().map(|answer| {
            // The links of the rows go with them: the address may be ahead of the rows while the next ones come.
            // Marks and columns change without new rows. All in one place, so that a change is made in the table
            // that is there, and the focus stays.
            let address = Address { marked: marked.get(), ..data.list.get_untracked() };
            let columns = columns.get();
            match answer {
                Ok(page) => view! { <Found page address columns data /> }.into_any(),
                Err(error) => view! { <Failed error address /> }.into_any(),
            }
        })
    };
    view! {
        <section class="event-list" aria-label="Events" aria-busy=move || is_loading.get().to_string()>
            // There is nothing to go through, to show or to take away while the search cannot be read.
            <div class="event-list__tools" hidden=move || !is_readable.get()>
                <GoToTime address=data.list />
                <ColumnsMenu address=data.list columns />
                <DownloadMenu address=data.list />
            </div>
            <Marked address=data.list />
            <Transition fallback=|| view! { <TableSkeleton /> } set_pending=is_loading.write_only()>
                {content}
            </Transition>
        </section>
    }
}

#[component]
fn Found(page: EventPage, address: Address, columns: Columns, data: Data) -> impl IntoView {
    let ends = PageEnds::from(&page);
    let range = counted_range(&page);
    let coverage = page.coverage.clone();
    let is_empty = page.rows.is_empty();
    view! {
        <div class="event-list__head">
            <p class="event-list__count" role="status">
                {range}
            </p>
            {(!is_empty)
                .then(|| view! { <Pager address=data.list page=Signal::stored(Some(ends.clone())) /> })}
        </div>
        <CoverageNotice coverage=coverage.clone() address=address.clone() />
        {if is_empty {
            view! { <NothingFound coverage address total=page.total /> }.into_any()
        } else {
            view! {
                <EventTable rows=page.rows address columns open=data.open />
                <div class="event-list__foot">
                    <Pager address=data.list page=Signal::stored(Some(ends)) />
                </div>
            }
                .into_any()
        }}
    }
}

#[component]
fn Failed(error: ApiError, address: Address) -> impl IntoView {
    view! {
        <p class="event-list__count" role="status">
            "No answer"
        </p>
        // What is wrong with a query stands at the search bar, where it is put right. Times have places too.
        {if parse(address.query()).is_err() {
            view! {
                <p class="event-list__unread">
                    "The search above cannot be read, so nothing was looked for. Change it where it is underlined."
                </p>
            }
                .into_any()
        } else {
            view! { <Problem error /> }.into_any()
        }}
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

/// `1 to 100 of 12,345 events`.
fn counted_range(page: &EventPage) -> String {
    let total = counted(page.total, "event", "events");
    let rows = page.rows.len() as u64;
    if rows == 0 || rows == page.total {
        total
    } else {
        format!("{} to {} of {total}", grouped(page.newer + 1), grouped(page.newer + rows))
    }
}
