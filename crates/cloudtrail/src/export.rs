//! Events as CSV, JSON and JSON Lines, one piece at a time, so that a download of any size needs the memory of one
//! event; and text made safe for a terminal.
//!
//! JSON and JSON Lines carry the records as they were first seen, numbers and unknown fields included. CSV carries
//! [`Column::ALL`] unless told otherwise.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

use crate::json::{JsonError, Node, Tape};
use crate::names::AccountNames;
use crate::record::Record;
use crate::search::matches::event_id;

/// What an export looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// A table (RFC 4180): a heading, then a line for each event, with CRLF line ends.
    Csv,
    /// One array of records.
    Json,
    /// One record a line.
    JsonLines,
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 3] = [Format::Csv, Format::Json, Format::JsonLines];

    /// The file name extension, which is also the name people type.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Json => "json",
            Format::JsonLines => "jsonl",
        }
    }

    /// The format of an extension.
    pub fn from_extension(extension: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.extension() == extension)
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Csv => "text/csv; charset=utf-8; header=present",
            Format::Json => "application/json",
            Format::JsonLines => "application/jsonl",
        }
    }
}

/// A column of a CSV export. Its heading is a field's name in the search language or a record's key, so that what is
/// seen in the table can be searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Column {
    /// `eventTime` in UTC, RFC 3339; as written where it is no time.
    Time,
    /// `eventName`.
    Event,
    /// `eventSource` without `.amazonaws.com`.
    Service,
    /// The person, role or service behind the call.
    Who,
    /// What that is: human, role, service, account, root, anonymous.
    WhoKind,
    /// The name in the credentials.
    User,
    /// The role whose permissions were used.
    Role,
    /// The account it was recorded for.
    Account,
    /// That account's name, where one is known.
    AccountName,
    /// `awsRegion`.
    Region,
    /// `sourceIPAddress`.
    Ip,
    /// `errorCode`.
    Error,
    /// `errorMessage`.
    ErrorMessage,
    /// What was acted on, joined by `; `.
    Resources,
    /// `userIdentity.accessKeyId`.
    Key,
    /// `userAgent`.
    Agent,
    /// `readOnly`, where the record says.
    ReadOnly,
    /// `eventCategory`.
    Category,
    /// `userIdentity.arn`.
    IdentityArn,
    /// `requestParameters` as JSON on one line.
    RequestParameters,
    /// `requestID`.
    RequestId,
    /// `eventID`, or `sha256-…`.
    Id,
}

impl Column {
    /// All of them, in the order of the table.
    pub const ALL: [Column; 22] = [
        Column::Time,
        Column::Event,
        Column::Service,
        Column::Who,
        Column::WhoKind,
        Column::User,
        Column::Role,
        Column::Account,
        Column::AccountName,
        Column::Region,
        Column::Ip,
        Column::Error,
        Column::ErrorMessage,
        Column::Resources,
        Column::Key,
        Column::Agent,
        Column::ReadOnly,
        Column::Category,
        Column::IdentityArn,
        Column::RequestParameters,
        Column::RequestId,
        Column::Id,
    ];

    /// The heading.
    pub fn heading(self) -> &'static str {
        match self {
            Column::Time => "time",
            Column::Event => "event",
            Column::Service => "service",
            Column::Who => "who",
            Column::WhoKind => "whoKind",
            Column::User => "user",
            Column::Role => "role",
            Column::Account => "account",
            Column::AccountName => "accountName",
            Column::Region => "region",
            Column::Ip => "ip",
            Column::Error => "error",
            Column::ErrorMessage => "errorMessage",
            Column::Resources => "resource",
            Column::Key => "key",
            Column::Agent => "agent",
            Column::ReadOnly => "readOnly",
            Column::Category => "category",
            Column::IdentityArn => "userIdentity.arn",
            Column::RequestParameters => "requestParameters",
            Column::RequestId => "requestID",
            Column::Id => "id",
        }
    }

    /// The column of a heading.
    pub fn from_heading(heading: &str) -> Option<Column> {
        Column::ALL.into_iter().find(|column| column.heading() == heading)
    }

    fn cell<'r>(self, record: &'r Record<'_>, names: &'r AccountNames) -> Cow<'r, str> {
        let text = match self {
            Column::Time => match record.time {
                Some(time) => return time.to_string().into(),
                None => record.time_text.as_deref(),
            },
            Column::Event => record.event_name.as_deref(),
            Column::Service => record.service(),
            Column::Who => return record.actor().name.into_owned().into(),
            Column::WhoKind => Some(record.actor().kind.word()),
            Column::User => record.user(),
            Column::Role => record.role(),
            Column::Account => record.account(),
            Column::AccountName => record.account().and_then(|account| names.get(account)),
            Column::Region => record.region.as_deref(),
            Column::Ip => record.source_ip.as_deref(),
            Column::Error => record.error_code.as_deref(),
            Column::ErrorMessage => record.error_message.as_deref(),
            Column::Resources => return record.resource_names().join("; ").into(),
            Column::Key => record.identity.access_key_id.as_deref(),
            Column::Agent => record.user_agent.as_deref(),
            Column::ReadOnly => record.read_only.map(|read_only| if read_only { "true" } else { "false" }),
            Column::Category => Some(record.category()),
            Column::IdentityArn => record.identity.arn.as_deref(),
            Column::RequestParameters => {
                return record.request_parameters.map(one_line_of).unwrap_or_default();
            }
            Column::RequestId => record.request_id.as_deref(),
            Column::Id => return event_id(record),
        };
        text.unwrap_or_default().into()
    }
}

/// Writes an export: [`start`](Exporter::start), [`item`](Exporter::item) for each record, [`end`](Exporter::end).
/// Each appends to a string that the caller sends on and clears.
#[derive(Debug)]
pub struct Exporter {
    format: Format,
    columns: Vec<Column>,
    names: AccountNames,
    items: u64,
    tape: Tape,
}

impl Exporter {
    /// An export with all columns. `names` are put beside account ids in CSV.
    pub fn new(format: Format, names: AccountNames) -> Exporter {
        Exporter { format, columns: Column::ALL.to_vec(), names, items: 0, tape: Tape::default() }
    }

    /// The same with these columns (of a CSV export).
    pub fn with_columns(mut self, columns: Vec<Column>) -> Exporter {
        self.columns = columns;
        self
    }

    /// How many records have been written.
    pub fn items(&self) -> u64 {
        self.items
    }

    /// What stands before the first record.
    pub fn start(&self, out: &mut String) {
        match self.format {
            Format::Csv => {
                write_csv_line(self.columns.iter().map(|column| column.heading().into()), out);
            }
            Format::Json => out.push('['),
            Format::JsonLines => {}
        }
    }

    /// A record, given as its raw JSON. Fails, with nothing written, if that is no JSON (only CSV looks inside).
    pub fn item(&mut self, raw: &str, out: &mut String) -> Result<(), JsonError> {
        match self.format {
            Format::Csv => {
                let root = self.tape.parse(raw)?;
                // Whatever is no object is no event, and gets no line.
                let Some(record) = Record::read(root) else { return Ok(()) };
                let cells = self.columns.iter().map(|column| column.cell(&record, &self.names));
                write_csv_line(cells, out);
            }
            Format::Json => {
                out.push_str(if self.items == 0 { "\n" } else { ",\n" });
                out.push_str(raw.trim());
            }
            Format::JsonLines => {
                out.push_str(&one_line(raw));
                out.push('\n');
            }
        }
        self.items += 1;
        Ok(())
    }

    /// What stands behind the last record.
    pub fn end(&self, out: &mut String) {
        match self.format {
            Format::Csv | Format::JsonLines => {}
            Format::Json => out.push_str(if self.items == 0 { "]\n" } else { "\n]\n" }),
        }
    }
}

/// Writes a line of CSV (RFC 4180) with its CRLF, safe to open in a spreadsheet: see [`csv_cell`].
pub fn write_csv_line<'c>(cells: impl Iterator<Item = Cow<'c, str>>, out: &mut String) {
    for (position, cell) in cells.enumerate() {
        if position > 0 {
            out.push(',');
        }
        out.push_str(&csv_cell(&cell));
    }
    out.push_str("\r\n");
}

/// A cell of CSV, in quotes if it needs them.
///
/// A spreadsheet takes text that starts with `=`, `+`, `-`, `@` (also their full-width forms), a tab or a line break
/// for a formula, and event fields hold whatever a caller sent. Such a cell gets a `'` in front, which spreadsheets
/// take as "this is text" (OWASP, "CSV Injection"); a program that reads the file removes it.
pub fn csv_cell(text: &str) -> Cow<'_, str> {
    let is_formula = text
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']);
    let needs_quotes = text.contains(['"', ',', '\r', '\n']);
    match (is_formula, needs_quotes) {
        (false, false) => text.into(),
        (true, false) => format!("'{text}").into(),
        (is_formula, true) => {
            let mark = if is_formula { "'" } else { "" };
            format!("\"{mark}{}\"", text.replace('"', "\"\"")).into()
        }
    }
}

/// JSON on one line: where it has line breaks, the white space between its parts goes; all else stays as written.
pub fn one_line(raw: &str) -> Cow<'_, str> {
    let raw = raw.trim();
    if memchr::memchr2(b'\n', b'\r', raw.as_bytes()).is_none() {
        return raw.into();
    }
    let mut out = String::with_capacity(raw.len());
    let mut in_string = false;
    let mut escaped = false;
    for character in raw.chars() {
        let is_space = matches!(character, ' ' | '\t' | '\n' | '\r');
        if in_string || !is_space {
            out.push(character);
        }
        let is_quote = character == '"' && !escaped;
        escaped = in_string && character == '\\' && !escaped;
        in_string ^= is_quote;
    }
    out.into()
}

fn one_line_of(node: Node<'_>) -> Cow<'_, str> {
    one_line(node.raw())
}

/// Text that cannot do anything to a terminal: control characters (ANSI escapes begin with one), line and paragraph
/// separators, and marks that turn the direction of text or cannot be seen, are shown as escapes.
pub fn terminal_safe(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            hidden if is_unsafe(hidden) => out.push_str(&hidden.escape_unicode().to_string()),
            plain => out.push(plain),
        }
    }
    out.into()
}

fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests;
