//! What pages show, as HTML that the server rendered: a list, the counts around it, one event, a comparison, the
//! reports of taking in. Programs have the HTTP API instead.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::ApiError;
use crate::address::Address;
use crate::html::Html;

mod call;

pub use call::*;

/// What can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// A page of the list, and what narrows it down; parts: [`ListPart`].
    List,
    /// The counts around a list; parts: [`OverviewPart`].
    Overview,
    /// More values of the facet whose field's name is the id.
    Facet,
    /// The event with the id, beside the list.
    Event,
    /// The event with the id, on its own page.
    EventPage,
    /// The events that the search compares.
    Comparison,
    /// What became of the files taken in.
    Reports,
    /// What stands around every page; parts: [`FramePart`].
    Frame,
    /// What stands where there is nothing to look at yet.
    Home,
}

/// The parts of [`What::List`]. Its title is the count in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListPart {
    /// The fields of the address that the search's form sends along.
    Kept,
    /// What is wrong with the search, and its terms to take away.
    Terms,
    /// The time window.
    TimeRange,
    /// Toggles and presets.
    Toggles,
    /// Going to a time, columns, downloads.
    Tools,
    /// From page to page.
    Pager,
    /// The table, or why there is none, and what is missing.
    Body,
}

/// The parts of [`What::Overview`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverviewPart {
    /// Counts over time.
    Histogram,
    /// Counts by value.
    Facets,
}

/// The parts of [`What::Frame`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FramePart {
    /// The account switcher.
    Accounts,
    /// The list of keys.
    Shortcuts,
    /// That a sign-in comes to its end.
    Expiry,
}

/// Something to show.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// What it is called, or how many.
    pub title: String,
    /// Its parts; one that is missing shows nothing.
    pub parts: Vec<Html>,
}

/// A view as the server rendered it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Rendering {
    /// The HTTP status of a page that shows it. A list whose search cannot be read is one to put it right in, and
    /// still no good answer.
    pub status: u16,
    /// [`View::title`].
    pub title: String,
    /// [`View::parts`] as HTML.
    pub parts: Vec<String>,
}

impl View {
    /// One of its parts.
    pub fn part(&self, place: usize) -> Html {
        self.parts.get(place).cloned().unwrap_or_default()
    }
}

/// What is asked for. Two ask for the same if they need the same, whatever else they send along.
#[derive(Clone, Debug)]
pub struct Wanted {
    what: What,
    id: String,
    account: String,
    /// The search, as far as what is shown depends on it.
    needs: String,
    /// The search that is sent: with what links keep but nothing here depends on.
    sent: String,
}

impl PartialEq for Wanted {
    fn eq(&self, other: &Wanted) -> bool {
        (self.what, &self.id, &self.account, &self.needs)
            == (other.what, &other.id, &other.account, &other.needs)
    }
}

impl Wanted {
    /// Something that depends on all of an address.
    pub fn new(what: What, address: &Address) -> Wanted {
        let search = address.search();
        Wanted {
            what,
            id: String::new(),
            account: address.account.clone(),
            needs: search.clone(),
            sent: search,
        }
    }

    /// The thing with this id.
    pub fn of(self, id: impl Into<String>) -> Wanted {
        Wanted { id: id.into(), ..self }
    }

    /// Sends this address instead: it differs in what nothing that is shown depends on.
    pub fn sending(self, address: &Address) -> Wanted {
        Wanted { sent: address.search(), ..self }
    }

    /// Asks for it.
    pub async fn load(self) -> Result<View, ApiError> {
        let answer = view(self.what, self.account, self.id, self.sent).await?;
        #[cfg(feature = "ssr")]
        if answer.status != 200 {
            crate::server::set_status(answer.status);
        }
        let Rendering { title, parts, .. } = answer;
        Ok(View { title, parts: parts.into_iter().map(Html::new).collect() })
    }
}

/// What is wanted, once it is there.
pub type Loaded = Resource<Result<View, ApiError>>;

/// Loads what is wanted, again whenever something else is; nothing while nothing is.
pub fn load(wanted: Memo<Option<Wanted>>) -> Loaded {
    Resource::new(
        move || wanted.get(),
        |wanted| async move {
            match wanted {
                Some(wanted) => wanted.load().await,
                None => Ok(View::default()),
            }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_travels_along_is_no_reason_to_ask_again() {
        let list = Address::default().with_query("a");
        let marked = list.with_mark_toggled("x");
        let wanted = Wanted::new(What::List, &list);
        assert_eq!(wanted.clone().sending(&marked), wanted);
        assert_ne!(Wanted::new(What::List, &marked), wanted);
        assert_ne!(wanted.clone().of("id"), wanted);
    }
}
