//! What time it is. Tests hand in a clock of their own.

use std::fmt;
use std::sync::Arc;

use cloudtrail::time::Time;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// Tells the time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Time + Send + Sync>);

impl Clock {
    /// The computer's clock.
    pub fn system() -> Clock {
        Clock::from_fn(|| Time::from_millis(Timestamp::now().as_millisecond()))
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

/// The calendar date and clock time in UTC.
pub(crate) fn civil(time: Time) -> DateTime {
    Offset::UTC.to_datetime(Timestamp::from_millisecond(time.as_millis()).unwrap_or_default())
}
