//! The kit that pages are made of.

/// A button that copies a text.
pub mod copy;

/// Several events side by side.
pub mod compare;

/// A dialog.
pub mod dialog;

/// Everything about one event.
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
pub mod hidden_state;

/// Menus that open without JavaScript.
pub mod menu;

/// What went wrong, in words.
pub mod problem;

/// Where a search is typed.
pub mod search_bar;

/// The searches that people start from.
pub mod toggles;

/// The time window of a search.
pub mod time_range;

/// Events over time.
pub mod histogram;

/// Counts by value.
pub mod facets;

/// Choosing and ordering columns.
pub mod columns_menu;

/// What a search looked at.
pub mod coverage;

/// Taking results away.
pub mod download;

/// From page to page.
pub mod pager;

/// Events as a table.
pub mod table;

/// The command palette.
pub mod palette;

/// What the keys do.
pub mod shortcuts;
