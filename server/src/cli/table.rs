//! Events as a table that fits the terminal.

use std::io::IsTerminal;

use cloudtrail::search::EventRow;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::output::safe;

/// How wide a table may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// So many columns: cells give way until a line fits.
    Columns(usize),
    /// As wide as needed, as nobody looks at it in a terminal; only absurdly long cells are cut.
    Free,
}

impl Width {
    /// The terminal's width; without a terminal what `COLUMNS` says, if anything.
    pub fn of_stdout() -> Width {
        if std::io::stdout().is_terminal()
            && let Some((terminal_size::Width(columns), _)) =
                terminal_size::terminal_size_of(std::io::stdout())
        {
            return Width::Columns(usize::from(columns).max(MIN_LINE));
        }
        let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        columns.map_or(Width::Free, |columns: usize| Width::Columns(columns.max(MIN_LINE)))
    }
}

/// Narrower than this, a table says nothing.
const MIN_LINE: usize = 40;
/// A cell that is longer than this is cut even where lines may have any length.
const MAX_CELL: usize = 120;
/// A column that gives way keeps at least this much.
const MIN_CELL: usize = 8;

const GAP: &str = "  ";

/// The columns and how much each gives way when a line is too long: those that say most give least.
const COLUMNS: [(&str, usize); 7] = [
    ("TIME (UTC)", 0),
    ("EVENT", 2),
    ("WHO", 2),
    ("SERVICE", 2),
    ("REGION", 1),
    ("FROM", 2),
    ("RESULT AND RESOURCE", 3),
];

/// A table whose column widths are set by its first rows.
pub struct Table {
    widths: [usize; COLUMNS.len()],
}

impl Table {
    /// Chooses widths for these rows.
    pub fn fit(rows: &[EventRow], width: Width) -> Table {
        let mut widths = COLUMNS.map(|(title, _)| title.width());
        for row in rows {
            for (width, cell) in widths.iter_mut().zip(cells(row)) {
                *width = (*width).max(cell.width()).min(MAX_CELL);
            }
        }
        if let Width::Columns(columns) = width {
            narrow(&mut widths, columns);
        }
        Table { widths }
    }

    /// The line with the columns' titles.
    pub fn head(&self) -> String {
        self.line(COLUMNS.map(|(title, _)| title.to_owned()))
    }

    /// One event.
    pub fn row(&self, row: &EventRow) -> String {
        self.line(cells(row))
    }

    fn line(&self, cells: [String; COLUMNS.len()]) -> String {
        let mut line = String::new();
        for (cell, &width) in cells.iter().zip(&self.widths) {
            if !line.is_empty() {
                line.push_str(GAP);
            }
            let cell = cut(cell, width);
            line.push_str(&cell);
            line.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width())));
        }
        line.truncate(line.trim_end().len());
        line
    }
}

/// What a line shows of an event, in the order of [`COLUMNS`].
fn cells(row: &EventRow) -> [String; COLUMNS.len()] {
    let who = match &row.role {
        Some(role) if *role != row.who => format!("{} ({role})", row.who),
        _ => row.who.clone(),
    };
    let resources = row.resources.join(", ");
    let result = match (&row.error, resources.is_empty()) {
        (Some(error), true) => format!("! {error}"),
        (Some(error), false) => format!("! {error}: {resources}"),
        (None, _) => resources,
    };
    let cells = [
        row.time.readable(),
        row.event.clone(),
        who,
        row.service().to_owned(),
        row.region.clone(),
        row.ip.clone(),
        result,
    ];
    cells.map(|cell| safe(&cell))
}

/// Takes from the columns that give most, the widest first, until a line fits.
fn narrow(widths: &mut [usize; COLUMNS.len()], columns: usize) {
    let gaps = GAP.len() * (COLUMNS.len() - 1);
    let room = columns.saturating_sub(gaps);
    while widths.iter().sum::<usize>() > room {
        let widest = (0..COLUMNS.len())
            .filter(|&index| COLUMNS[index].1 > 0 && widths[index] > MIN_CELL)
            .max_by_key(|&index| widths[index] * COLUMNS[index].1);
        match widest {
            Some(index) => widths[index] -= 1,
            None => break,
        }
    }
    // Not even the least fits: columns at the end go, so that a line never wraps.
    let mut over = widths.iter().sum::<usize>().saturating_sub(room);
    for width in widths.iter_mut().rev() {
        let less = over.min(*width);
        *width -= less;
        over -= less;
    }
}

/// The beginning of a text that is at most so wide, with `…` where something is missing.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    if width == 0 {
        return String::new();
    }
    let mut used = 0;
    let mut kept: String = text
        .chars()
        .take_while(|character| {
            used += character.width().unwrap_or(0);
            used < width
        })
        .collect();
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use cloudtrail::actor::ActorKind;
    use cloudtrail::time::Time;

    fn row() -> EventRow {
        EventRow {
            id: "1".into(),
            hash: "2".into(),
            time: Time::parse("2026-11-22T09:30:00Z").unwrap(),
            event: "StopInstances".into(),
            source: "ec2.amazonaws.com".into(),
            category: "Management".into(),
            read_only: Some(false),
            who: "jo@example.com".into(),
            who_kind: ActorKind::Human,
            role: Some("Admin".into()),
            account: "111122223333".into(),
            account_name: None,
            region: "eu-central-1".into(),
            ip: "198.51.100.7".into(),
            agent: "aws-cli/2".into(),
            error: Some("Client.UnauthorizedOperation".into()),
            key: None,
            resources: vec!["arn:aws:ec2:eu-central-1:111122223333:instance/i-0123456789abcdef0".into()],
        }
    }

    #[test]
    fn every_line_fits() {
        let evil = EventRow {
            event: "\u{1b}[31mred\u{202e}\n".into(),
            who: "長い名前".repeat(40),
            agent: "x".repeat(100_000),
            resources: vec!["y".repeat(100_000)],
            ..row()
        };
        for columns in [40, 80, 100, 132, 200] {
            let rows = [row(), evil.clone()];
            let table = Table::fit(&rows, Width::Columns(columns));
            for line in [table.head(), table.row(&rows[0]), table.row(&rows[1])] {
                assert!(line.width() <= columns, "{columns}: {line}");
                assert!(!line.contains(['\u{1b}', '\u{202e}', '\n']), "{line:?}");
            }
        }
    }

    #[test]
    fn without_a_terminal_nothing_ordinary_is_cut() {
        let rows = [row()];
        let line = Table::fit(&rows, Width::Free).row(&rows[0]);
        assert!(!line.contains('…'), "{line}");
        assert!(line.contains("jo@example.com (Admin)"), "{line}");
        assert!(line.contains("! Client.UnauthorizedOperation: arn:aws:ec2"), "{line}");
    }
}
