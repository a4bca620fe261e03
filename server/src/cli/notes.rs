//! A report of taking in, in words, on standard error.

use cloudtrail::intake::{Outcome, Report, SourceNote};

use super::output::safe;
use super::progress::{count, thousands};

/// How many notes of one kind are shown before the rest is only counted.
const SHOWN: usize = 20;

/// Prints what a run did, and what was wrong with which file.
pub fn print(report: &Report) {
    for line in lines(report) {
        eprintln!("{line}");
    }
}

/// Prints what was wrong with which file, and nothing else.
pub fn print_problems<'a>(notes: impl IntoIterator<Item = &'a SourceNote>) {
    for line in problems(notes) {
        eprintln!("{line}");
    }
}

fn lines(report: &Report) -> Vec<String> {
    let mut lines = vec![format!(
        "{}: {} taken in, {} unchanged, {}",
        count(report.files, "file", "files"),
        count(report.added, "event", "events"),
        thousands(report.unchanged),
        count(report.duplicates, "duplicate", "duplicates"),
    )];
    if report.digests > 0 {
        lines.push(format!("{} set aside", count(report.digests, "digest file", "digest files")));
    }
    lines.extend(problems(&report.notes));
    if report.more_notes > 0 {
        lines.push(format!(
            "and {} that the report does not keep",
            count(report.more_notes, "more note", "more notes")
        ));
    }
    lines
}

fn problems<'a>(notes: impl IntoIterator<Item = &'a SourceNote>) -> Vec<String> {
    let notes: Vec<&SourceNote> = notes.into_iter().collect();
    let mut lines = Vec::new();
    for (outcome, word) in
        [(Outcome::Skipped, "skipped"), (Outcome::Partial, "partial"), (Outcome::Warned, "warning")]
    {
        let of_this_kind: Vec<_> = notes.iter().filter(|note| note.outcome == outcome).collect();
        for note in of_this_kind.iter().take(SHOWN) {
            let kept = match outcome {
                Outcome::Partial => format!(" ({} kept)", count(note.kept, "record", "records")),
                Outcome::Skipped | Outcome::Warned => String::new(),
            };
            lines.push(format!("{word}: {}: {}{kept}", safe(&note.path), safe(&note.message)));
        }
        if of_this_kind.len() > SHOWN {
            lines.push(format!("{word}: and {} more files", thousands((of_this_kind.len() - SHOWN) as u64)));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_comes_first_and_nothing_steers_the_terminal() {
        let note = |path: &str, outcome, kept, message: &str| SourceNote {
            path: path.into(),
            outcome,
            kept,
            message: message.into(),
        };
        let report = Report {
            files: 3,
            added: 1200,
            notes: vec![
                note("odd.json", Outcome::Warned, 1, "no eventType"),
                note("cut.json.gz", Outcome::Partial, 7, "the file ends too early"),
                note("\u{1b}[2Jevil.json", Outcome::Skipped, 0, "not JSON"),
            ],
            ..Report::default()
        };
        let lines = lines(&report);
        assert_eq!(lines[0], "3 files: 1,200 events taken in, 0 unchanged, 0 duplicates");
        assert!(lines[1].starts_with("skipped: ") && !lines[1].contains('\u{1b}'), "{}", lines[1]);
        assert_eq!(lines[2], "partial: cut.json.gz: the file ends too early (7 records kept)");
        assert_eq!(lines[3], "warning: odd.json: no eventType");
    }
}
