//! A page of the list: how many, from page to page, the table or why there is none; and what narrows it down.

use leptos::prelude::*;

use super::failed::Failed;
use super::nothing::NothingFound;
use super::{ALL, html, request};
use crate::address::{Address, encode};
use crate::api::ApiError;
use crate::api::events::{PageRequest, SavedSearch};
use crate::api::views::{ListPart, Rendering};
use crate::columns::{Column, Columns};
use crate::components::columns_menu::ColumnsMenu;
use crate::components::coverage::CoverageNotice;
use crate::components::download::DownloadMenu;
use crate::components::go_to::GoToTime;
use crate::components::hidden_state::HiddenState;
use crate::components::pager::pager;
use crate::components::saved::SavedMenu;
use crate::components::table::EventTable;
use crate::components::terms::Terms;
use crate::components::time_range::TimeRange;
use crate::components::toggles::Toggles;
use crate::links::Links;
use crate::prefs::Prefs;
use crate::text::{counted, grouped};
use cloudtrail::search::{EventPage, HistoryCoverage, TimeRange as Window, parse};

/// How many events a page has.
const PAGE: u32 = 100;

/// The count in words, and the parts in the order of [`ListPart`]. A search that cannot be read has parts too: they
/// are where it is put right.
pub async fn render(address: Address) -> Result<Rendering, ApiError> {
    let events = crate::services::events()?;
    let answer = events.page(address.account.clone(), request(&address, PAGE)).await;
    let (page, error) = match answer {
        Ok(page) => (Some(page), None),
        // Without the account there is no list to put anything right in.
        Err(error) if error.status != 400 => return Err(error),
        Err(error) => (None, Some(error)),
    };
    let data = match &page {
        Some(page) => page.coverage.data,
        None => events.page(address.account.clone(), PageRequest::default()).await?.coverage.data,
    };
    let saved = events.saved(address.account.clone()).await?;
    let mut parts = controls(&address, data, saved);
    let (status, title) = match (page, error) {
        (Some(page), _) => {
            let count = counted_range(&page);
            if !page.rows.is_empty() {
                parts[ListPart::Pager as usize] = html(|| pager(&address, &page));
            }
            parts[ListPart::Body as usize] = html(|| view! { <Body page address /> });
            (200, count)
        }
        (None, Some(error)) => {
            let status = error.status;
            parts[ListPart::Body as usize] = html(|| view! { <Failed error address /> });
            (status, "No answer".to_owned())
        }
        (None, None) => (200, String::new()),
    };
    Ok(Rendering { status, title, parts })
}

/// The parts that narrow a list down; the others are still empty.
fn controls(address: &Address, data: Window, saved: Vec<SavedSearch>) -> Vec<String> {
    let list = address.without_event();
    let links = Links::new(&list);
    let mut parts = vec![String::new(); ListPart::Body as usize + 1];
    let mut put = |part: ListPart, html: String| parts[part as usize] = html;
    put(ListPart::Kept, html(|| view! { <HiddenState address=list.clone() asks=&["q"] /> }));
    put(ListPart::Terms, html(|| view! { <Terms text=list.query().to_owned() links=links.clone() /> }));
    put(ListPart::TimeRange, html(|| view! { <TimeRange address=list.clone() data /> }));
    put(ListPart::Toggles, html(|| view! { <Toggles links /> }));
    // There is nothing to go through, to show or to take away while the search cannot be read.
    if parse(list.query()).is_ok() {
        let columns = columns(&list);
        put(
            ListPart::Tools,
            html(|| {
                view! {
                    <GoToTime address=list.clone() />
                    <SavedMenu address=list.clone() saved />
                    <ColumnsMenu address=list.clone() columns />
                    <DownloadMenu address=list />
                }
            }),
        );
    }
    parts
}

fn columns(address: &Address) -> Columns {
    let preferred = || {
        let columns = Prefs::of_request().columns;
        // In a list of several accounts each row says which it is of.
        match address.account == ALL && !columns.has(Column::Account) {
            true => with_account(columns),
            false => columns,
        }
    };
    address.cols.clone().unwrap_or_else(preferred)
}

/// With the account behind the first column. It takes the place of the service, which the event and the resource tell, unless
/// somebody has chosen columns: what tells who and what needs the room.
fn with_account(columns: Columns) -> Columns {
    let columns = match columns == Columns::default() {
        true => columns.toggled(Column::Service),
        false => columns,
    };
    columns.toggled(Column::Account).moved(Column::Account, 1 - columns.count() as isize)
}

#[component]
fn Body(page: EventPage, address: Address) -> impl IntoView {
    let coverage = page.coverage.clone();
    let live = coverage.history.as_ref().and_then(|history| live(history, &address));
    let seen = format!(
        "{}-{}",
        coverage.generation,
        coverage.history.as_ref().is_some_and(HistoryCoverage::is_fetching)
    );
    let list = if page.rows.is_empty() {
        view! { <NothingFound coverage=coverage.clone() address=address.clone() total=page.total /> }
            .into_any()
    } else {
        let columns = columns(&address);
        let steps = pager(&address, &page);
        view! {
            <EventTable rows=page.rows address=address.clone() columns />
            <div class="event-list__foot">{steps}</div>
        }
        .into_any()
    };
    view! {
        <CoverageNotice coverage address />
        {live.map(|live| view! { <div class="event-list__live" data-live=live data-seen=seen hidden></div> })}
        {list}
    }
}

/// Where the browser hears that something came ([`crate::living::arriving`]): as long as more is on its way, or the list has no
/// end.
fn live(history: &HistoryCoverage, address: &Address) -> Option<String> {
    let list = address.first_page().without_event();
    let list = Address { marked: Vec::new(), cols: None, ..list };
    (list.to.is_none() || history.is_fetching())
        .then(|| format!("/live/{}?{}", encode(&list.account), list.search()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_takes_the_place_of_the_service_unless_columns_were_chosen() {
        let columns = |text: &str| with_account(Columns::parse(text).unwrap()).to_string();
        assert_eq!(
            with_account(Columns::default()).to_string(),
            "time,account,event,who,resource,ip,region,result"
        );
        assert_eq!(columns("time,service"), "time,account,service");
    }
}
