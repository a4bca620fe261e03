//! The kit that pages are made of.

/// A button that copies a text.
#[cfg(feature = "ssr")]
pub mod copy;

/// Several events side by side.
#[cfg(feature = "ssr")]
pub mod compare;

/// A dialog.
pub mod dialog;

/// Everything about one event.
#[cfg(feature = "ssr")]
pub mod event;

/// Rail and top bar around every page.
pub mod frame;

/// Icons.
pub mod icon;

/// Times, in UTC or local.
pub mod timestamp;

/// Short messages that go by themselves.
pub mod toast;

/// A search field's state, sent along by forms.
#[cfg(feature = "ssr")]
pub mod hidden_state;

/// Menus that open without JavaScript.
#[cfg(feature = "ssr")]
pub mod menu;

/// What went wrong, in words.
pub mod problem;

/// Where a search is typed.
pub mod search_bar;

/// The searches that people start from.
#[cfg(feature = "ssr")]
pub mod toggles;

/// The terms of a search.
#[cfg(feature = "ssr")]
pub mod terms;

/// A time window in words.
pub mod window;

/// The time window of a search.
#[cfg(feature = "ssr")]
pub mod time_range;

/// Events over time.
#[cfg(feature = "ssr")]
pub mod histogram;

/// Counts by value.
#[cfg(feature = "ssr")]
pub mod facets;

/// Choosing and ordering columns.
#[cfg(feature = "ssr")]
pub mod columns_menu;

/// Searches that were given a name.
#[cfg(feature = "ssr")]
pub mod saved;

/// What a search looked at.
#[cfg(feature = "ssr")]
pub mod coverage;

/// Taking results away.
#[cfg(feature = "ssr")]
pub mod download;

/// From page to page.
#[cfg(feature = "ssr")]
pub mod pager;

/// Events as a table.
#[cfg(feature = "ssr")]
pub mod table;

/// The command palette.
pub mod palette;

/// What the keys do.
#[cfg(feature = "ssr")]
pub mod shortcuts;

/// Far jumps by time.
#[cfg(feature = "ssr")]
pub mod go_to;

/// The shape of what is on its way.
pub mod skeleton;
