//! The columns of a list of events.

use serde::{Deserialize, Serialize};

use cloudtrail::search::Field;

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Column {
    /// When it happened.
    Time,
    /// The API action.
    Event,
    /// Who was behind it.
    Who,
    /// The AWS service called.
    Service,
    /// What was acted on.
    Resource,
    /// Where the call came from.
    From,
    /// The Region called.
    Region,
    /// Whether it worked.
    Result,
    /// The account it was recorded for.
    Account,
    /// The role used.
    Role,
    /// The access key used.
    Key,
    /// The program used.
    Agent,
    /// Whether it reads or writes.
    Access,
    /// Management, Data, …
    Category,
    /// The event's id.
    Id,
}

impl Column {
    /// All of them, in the order they are offered.
    pub const ALL: [Column; 15] = [
        Column::Time,
        Column::Event,
        Column::Who,
        Column::Service,
        Column::Resource,
        Column::From,
        Column::Region,
        Column::Result,
        Column::Account,
        Column::Role,
        Column::Key,
        Column::Agent,
        Column::Access,
        Column::Category,
        Column::Id,
    ];

    /// Its name in an address (`cols=time,event,who`).
    pub fn name(self) -> &'static str {
        match self {
            Column::Time => "time",
            Column::Event => "event",
            Column::Who => "who",
            Column::Service => "service",
            Column::Resource => "resource",
            Column::From => "ip",
            Column::Region => "region",
            Column::Result => "result",
            Column::Account => "account",
            Column::Role => "role",
            Column::Key => "key",
            Column::Agent => "agent",
            Column::Access => "access",
            Column::Category => "category",
            Column::Id => "id",
        }
    }

    /// The column of a [`Column::name`].
    pub fn from_name(name: &str) -> Option<Column> {
        Column::ALL.into_iter().find(|column| column.name() == name)
    }

    /// Its head.
    pub fn title(self) -> &'static str {
        match self {
            Column::Time => "Time",
            Column::Event => "Event",
            Column::Who => "Who",
            Column::Service => "Service",
            Column::Resource => "Resource",
            Column::From => "From",
            Column::Region => "Region",
            Column::Result => "Result",
            Column::Account => "Account",
            Column::Role => "Role",
            Column::Key => "Access key",
            Column::Agent => "Program",
            Column::Access => "Access",
            Column::Category => "Category",
            Column::Id => "Event id",
        }
    }

    /// The field that its values filter by.
    pub fn field(self) -> Field {
        match self {
            Column::Time => Field::Time,
            Column::Event => Field::Event,
            Column::Who => Field::Who,
            Column::Service => Field::Service,
            Column::Resource => Field::Resource,
            Column::From => Field::Ip,
            Column::Region => Field::Region,
            Column::Result => Field::Error,
            Column::Account => Field::Account,
            Column::Role => Field::Role,
            Column::Key => Field::Key,
            Column::Agent => Field::Agent,
            Column::Access => Field::ReadOnly,
            Column::Category => Field::Category,
            Column::Id => Field::Id,
        }
    }
}

/// Columns in the order they are shown; none stands twice and there is at least one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Columns(Vec<Column>);

impl Default for Columns {
    fn default() -> Columns {
        Columns(Column::ALL[..8].to_vec())
    }
}

impl Columns {
    /// These columns, without repetitions; the default if there are none.
    pub fn new(wanted: Vec<Column>) -> Columns {
        let mut columns = Vec::with_capacity(wanted.len());
        for column in wanted {
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
        if columns.is_empty() { Columns::default() } else { Columns(columns) }
    }

    /// Reads `time,event,who`; unknown names are left out, and `None` comes of a text without a known one.
    pub fn parse(text: &str) -> Option<Columns> {
        let columns: Vec<Column> =
            text.split(',').filter_map(|name| Column::from_name(name.trim())).collect();
        (!columns.is_empty()).then(|| Columns::new(columns))
    }

    /// In order.
    pub fn iter(&self) -> impl Iterator<Item = Column> {
        self.0.iter().copied()
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Whether it is shown.
    pub fn has(&self, column: Column) -> bool {
        self.0.contains(&column)
    }

    /// With this column at the end, or without it; the last one stays.
    pub fn toggled(&self, column: Column) -> Columns {
        let mut columns = self.0.clone();
        match columns.iter().position(|shown| *shown == column) {
            Some(_) if columns.len() == 1 => {}
            Some(place) => drop(columns.remove(place)),
            None => columns.push(column),
        }
        Columns(columns)
    }

    /// With this column so many places further right (left, if negative), as far as it goes.
    pub fn moved(&self, column: Column, by: isize) -> Columns {
        let mut columns = self.0.clone();
        if let Some(place) = columns.iter().position(|shown| *shown == column) {
            let to = place.saturating_add_signed(by).min(columns.len() - 1);
            let column = columns.remove(place);
            columns.insert(to, column);
        }
        Columns(columns)
    }

    /// With one column put where another stands.
    pub fn placed(&self, column: Column, at: Column) -> Columns {
        match (self.place(column), self.place(at)) {
            (Some(from), Some(to)) => self.moved(column, to as isize - from as isize),
            _ => self.clone(),
        }
    }

    fn place(&self, column: Column) -> Option<usize> {
        self.0.iter().position(|shown| *shown == column)
    }
}

impl std::fmt::Display for Columns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (place, column) in self.iter().enumerate() {
            if place > 0 {
                f.write_str(",")?;
            }
            f.write_str(column.name())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_chosen_and_reordered() {
        let columns = Columns::parse("time,event,nonsense,who,event").unwrap();
        assert_eq!(columns.to_string(), "time,event,who");
        assert_eq!(columns.toggled(Column::Event).to_string(), "time,who");
        assert_eq!(columns.toggled(Column::Key).to_string(), "time,event,who,key");
        assert_eq!(columns.moved(Column::Who, -1).to_string(), "time,who,event");
        assert_eq!(columns.moved(Column::Time, -1).to_string(), "time,event,who");
        assert_eq!(columns.moved(Column::Time, 9).to_string(), "event,who,time");
        assert_eq!(columns.placed(Column::Who, Column::Time).to_string(), "who,time,event");
        assert_eq!(Columns::parse("time").unwrap().toggled(Column::Time).to_string(), "time");
        assert_eq!(Columns::parse("nonsense"), None);
    }

    #[test]
    fn every_column_has_its_own_name() {
        for column in Column::ALL {
            assert_eq!(Column::from_name(column.name()), Some(column));
        }
    }
}
