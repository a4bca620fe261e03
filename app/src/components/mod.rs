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

/// Short messages that go by themselves.
pub mod toast;
