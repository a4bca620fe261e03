//! What the list of events needs, loaded as its address changes.

use leptos::prelude::*;

use crate::address::Address;
use crate::api::views::{Loaded, Wanted, What, load};
use crate::columns::Columns;

/// The address and what was loaded for it.
#[derive(Clone, Copy)]
pub struct Data {
    /// The address.
    pub address: Memo<Address>,
    /// The address without what is open in it: what links in the list start from.
    pub list: Memo<Address>,
    /// The columns shown.
    pub columns: Memo<Columns>,
    /// The page of events.
    pub page: Loaded,
    /// The counts around it.
    pub overview: Loaded,
    /// The id of the event whose drawer is open.
    pub open: Memo<Option<String>>,
    /// That event.
    pub event: Loaded,
    /// The events being compared.
    pub comparison: Loaded,
}

impl Data {
    /// Starts loading. Rows and counts are asked for apart: paging needs no new counts, and rows need not wait.
    ///
    /// What else stands in the address is sent along, so that links work without JavaScript; but a mark or a drawer is
    /// no reason to ask again.
    pub fn load(address: Memo<Address>, columns: Memo<Columns>) -> Data {
        let list = Memo::new(move |_| Address { compare: Vec::new(), ..address.read().without_event() });
        let page = move || {
            let list = list.get();
            let needs = Address { marked: Vec::new(), cols: Some(columns.get()), ..list.clone() };
            // The columns of the preferences are not written into links, and the row of an open event is shown.
            let sent = Address { event: address.with_untracked(|address| address.event.clone()), ..list };
            Some(Wanted::new(What::List, &needs).sending(&sent))
        };
        let overview = move || {
            let list = list.get();
            let needs = Address { marked: Vec::new(), cols: None, ..list.first_page() };
            Some(Wanted::new(What::Overview, &needs).sending(&list))
        };
        let event = move || {
            let id = address.read().event.clone()?;
            let list = list.get();
            let needs = Address { marked: Vec::new(), cols: None, ..list.clone() };
            Some(Wanted::new(What::Event, &needs).of(id).sending(&list))
        };
        let comparison = move || {
            let needs = Address { marked: Vec::new(), ..address.read().without_event() };
            (!needs.compare.is_empty()).then(|| Wanted::new(What::Comparison, &needs))
        };
        Data {
            address,
            open: Memo::new(move |_| address.read().event.clone()),
            list,
            columns,
            page: load(Memo::new(move |_| page())),
            overview: load(Memo::new(move |_| overview())),
            event: load(Memo::new(move |_| event())),
            comparison: load(Memo::new(move |_| comparison())),
        }
    }
}
