//! How far taking in has come, on standard error.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use archive::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar that fills as files are read. It shows nothing where standard error is not a terminal.
#[derive(Clone)]
pub struct Bar {
    bar: Arc<ProgressBar>,
}

impl Bar {
    /// A bar that has not begun.
    pub fn new() -> Bar {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(8));
        let style = "{bar:24} {percent:>3} %  {msg}  {elapsed} so far, {eta} to go";
        // The template is fixed; were it wrong, indicatif's own would do.
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        Bar { bar: Arc::new(bar) }
    }

    /// Shows how far it has come.
    pub fn show(&self, progress: &Progress) {
        self.bar.set_length(progress.bytes_total);
        self.bar.set_position(progress.bytes_done);
        self.bar.set_message(message(progress));
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Shows on a terminal that something goes on whose end is not known, until it is dropped.
pub struct Waiting {
    bar: ProgressBar,
}

impl Waiting {
    /// For what.
    pub fn new(what: String) -> Waiting {
        let bar =
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(8)).with_message(what);
        // The template is fixed; were it wrong, indicatif's own would do.
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}  {elapsed} so far") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(125));
        Waiting { bar }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// How far fetching from AWS's Regions has come. Where standard error is no terminal, each Region is told once, when it is done.
pub struct Fetching {
    bar: ProgressBar,
    told: Mutex<BTreeSet<String>>,
}

impl Fetching {
    /// Nothing yet.
    pub fn new() -> Fetching {
        let bar = ProgressBar::with_draw_target(Some(1_000), ProgressDrawTarget::stderr_with_hz(8));
        // The template is fixed; were it wrong, indicatif's own would do.
        if let Ok(style) = ProgressStyle::with_template(
            "{bar:24} {percent:>3} %  {msg}  {elapsed} so far; Ctrl-C shows what is there",
        ) {
            bar.set_style(style);
        }
        Fetching { bar, told: Mutex::default() }
    }

    /// Shows each Region: its name, how far it has come in thousandths, and how many events came.
    pub fn show(&self, regions: &[(String, u64, u64)]) {
        let done = regions.iter().filter(|(_, part, _)| *part >= 1_000);
        if self.bar.is_hidden() {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            for (region, _, events) in done {
                if told.insert(region.clone()) {
                    eprintln!("{region}: {} fetched", count(*events, "event", "events"));
                }
            }
            return;
        }
        let parts: u64 = regions.iter().map(|(_, part, _)| part).sum();
        self.bar.set_position(parts / (regions.len() as u64).max(1));
        let events = regions.iter().map(|(_, _, events)| events).sum();
        let mut open =
            regions.iter().filter(|(_, part, _)| *part < 1_000).map(|(region, ..)| region.as_str());
        let next = open.next().map(|region| match open.count() {
            0 => format!(", {region} to go"),
            more => format!(", {region} and {more} more to go"),
        });
        let (done, all) = (done.count(), regions.len());
        let events = count(events, "event", "events");
        self.bar.set_message(format!("{done} of {all} Regions, {events}{}", next.unwrap_or_default()));
    }
}

impl Drop for Fetching {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn message(progress: &Progress) -> String {
    format!(
        "{} of {} files, {} records",
        thousands(progress.files_done),
        thousands(progress.files_total),
        thousands(progress.records)
    )
}

/// A number with a comma at each thousand.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 file`, `2 files`.
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        let cases = [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (27462, "27,462"),
            (123456, "123,456"),
            (1234567, "1,234,567"),
        ];
        for (number, text) in cases {
            assert_eq!(thousands(number), text);
        }
        assert_eq!(
            (count(1, "file", "files"), count(0, "file", "files")),
            ("1 file".into(), "0 files".into())
        );
    }
}
