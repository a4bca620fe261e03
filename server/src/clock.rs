//! The one clock. Whatever depends on the time of day is handed this, so that tests can fix it.

use std::fmt;
use std::sync::Arc;

use cloudtrail::time::Time;

/// Tells the time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Time + Send + Sync>);

impl Clock {
    /// The computer's clock.
    pub fn system() -> Clock {
        Clock::from_fn(|| Time::from_millis(jiff::Timestamp::now().as_millisecond()))
    }

    /// A clock that always shows the same time.
    pub fn fixed(time: Time) -> Clock {
        Clock::from_fn(move || time)
    }

    /// A clock that shows what a function says.
    pub fn from_fn(tell: impl Fn() -> Time + Send + Sync + 'static) -> Clock {
        Clock(Arc::new(tell))
    }

    /// The time now.
    pub fn now(&self) -> Time {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Clock").field(&self.now()).finish()
    }
}
