//! Plain progress lines on stderr; results of a command go to stdout.

use std::error::Error;
use std::time::{Duration, Instant};

/// A step under way. Says how long it took when it is [`done`](Step::done).
pub struct Step {
    what: String,
    started: Instant,
}

impl Step {
    /// Says that the step is over, and how long it took.
    pub fn done(self) {
        self.done_with("");
    }

    /// Like [`done`](Step::done), with something learned on the way, such as a size.
    pub fn done_with(self, note: &str) {
        let took = human_time(self.started.elapsed());
        let note = if note.is_empty() { String::new() } else { format!(", {note}") };
        eprintln!("   {}: {took}{note}", self.what);
    }
}

/// Says that a step begins.
pub fn step(what: impl Into<String>) -> Step {
    let what = what.into();
    eprintln!("=> {what}");
    Step { what, started: Instant::now() }
}

/// One line that is neither a step nor an error.
pub fn note(message: &str) {
    eprintln!("   {message}");
}

/// The reason why nothing more is done, with the causes below it.
pub fn failure(error: &dyn Error) {
    eprintln!("error: {error}");
    let mut cause = error.source();
    while let Some(inner) = cause {
        eprintln!("  because: {inner}");
        cause = inner.source();
    }
}

/// Seconds with one digit, or minutes and seconds.
pub fn human_time(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        let whole = duration.as_secs();
        format!("{} min {:02} s", whole / 60, whole % 60)
    }
}

/// Bytes in thousands (kB), as the size bars of this project are written.
pub fn human_size(bytes: u64) -> String {
    format!("{:.1} kB", bytes as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_naturally() {
        assert_eq!(human_time(Duration::from_millis(1_240)), "1.2 s");
        assert_eq!(human_time(Duration::from_secs(61)), "1 min 01 s");
    }

    #[test]
    fn sizes_are_in_thousands_of_bytes() {
        assert_eq!(human_size(173_040), "173.0 kB");
    }
}
