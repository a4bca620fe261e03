//! One module per route. A page composes components and calls the api.

mod event;
mod events;
mod home;
mod not_found;
mod report;

pub use event::EventPage;
pub use events::Events;
pub use home::Home;
pub use not_found::NotFound;
pub use report::Report;
