//! An expression as tests of an archive's columns.
//!
//! Each term becomes a test of a column's different values, which are few, and so one look-up a row. What no column
//! answers (free words, most JSON paths) is left open and read from the raw records afterwards.

use cloudtrail::names::AccountNames;
use cloudtrail::search::matches::CompiledTest;
use cloudtrail::search::{Expr, Field, FieldRef, Pattern, Test};
use cloudtrail::time::Time;
use std::sync::atomic::{AtomicU8, Ordering};

use super::asks_for_category;
use super::bits::Bits;
use crate::schema::TextColumn;
use crate::scope::Visible;
use crate::segment::{Dictionaries, RESOURCES, Segment, id_hash};

/// The columns' part of an expression.
pub enum Plan {
    All,
    And(Vec<Plan>),
    Or(Vec<Plan>),
    Not(Box<Plan>),
    /// A text column (or the resources), by its number.
    Column(usize, ValueTest),
    /// Answers for false, true and unsaid.
    ReadOnly([bool; 3]),
    Time(CompiledTest),
    /// Rows with one of these ids, by hash: the raw record has the last word.
    Ids(Vec<u64>),
    /// Only the raw record tells.
    Open,
}

/// What the columns know of a term or expression: rows that surely match, and rows that might.
pub struct Answer {
    pub sure: Bits,
    /// None: the same as `sure`.
    pub possible: Option<Bits>,
}

impl Plan {
    /// Plans an expression, and that Insight and aggregated events are left out unless it asks about categories.
    pub fn new(expr: &Expr, names: &AccountNames) -> Plan {
        let plan = Plan::of(expr, names);
        if asks_for_category(expr) {
            return plan;
        }
        let test = cloudtrail::search::parse("category:Insight,Aggregated");
        let Ok(left_out) = test.map(|query| Plan::of(&query.expr, names)) else { return plan };
        Plan::And(vec![plan, Plan::Not(Box::new(left_out))])
    }

    /// The same, for nothing but events of some accounts and Regions.
    pub fn within(self, visible: &Visible) -> Plan {
        let places = visible.accounts().map(|(account, regions)| {
            let (account, regions) = (account.clone(), regions.clone());
            let account = ValueTest::new(move |value| value == account);
            let region = ValueTest::new(move |value| regions.contains(value));
            Plan::And(vec![
                Plan::Column(TextColumn::Account as usize, account),
                Plan::Column(TextColumn::Region as usize, region),
            ])
        });
        Plan::And(vec![Plan::Or(places.collect()), self])
    }

    fn of(expr: &Expr, names: &AccountNames) -> Plan {
        let all = |children: &[Expr]| children.iter().map(|child| Plan::of(child, names)).collect();
        match expr {
            Expr::All => Plan::All,
            Expr::And(children) => Plan::And(all(children)),
            Expr::Or(children) => Plan::Or(all(children)),
            Expr::Not(child) => Plan::Not(Box::new(Plan::of(child, names))),
            Expr::Word(_) => Plan::Open,
            Expr::Field(FieldRef::Known(field), test) => Plan::of_field(*field, test, names),
            Expr::Field(FieldRef::Path(path), test) => {
                // The values are plain text, as those of `event` are.
                let test = CompiledTest::new(Field::Event, test, names);
                match column_of_path(path) {
                    // An empty string and no value at all are the same in a column, but not in a record.
                    Some(column) if !test.matches("") => Plan::Column(column as usize, ValueTest::of(test)),
                    Some(_) | None => Plan::Open,
                }
            }
        }
    }

    fn of_field(field: Field, test: &Test, names: &AccountNames) -> Plan {
        let compiled = CompiledTest::new(field, test, names);
        let column = match field {
            Field::Event => TextColumn::EventName,
            Field::Who => TextColumn::Who,
            Field::User => TextColumn::UserName,
            Field::Role => TextColumn::Role,
            Field::Service => TextColumn::EventSource,
            Field::Ip => TextColumn::SourceIp,
            Field::Region => TextColumn::Region,
            Field::Account => TextColumn::Account,
            Field::Error => TextColumn::ErrorCode,
            Field::Key => TextColumn::AccessKey,
            Field::Agent => TextColumn::UserAgent,
            Field::Category => TextColumn::Category,
            Field::Resource => return Plan::Column(RESOURCES, ValueTest::of(compiled)),
            Field::ReadOnly => {
                return Plan::ReadOnly([compiled.matches("false"), compiled.matches("true"), false]);
            }
            Field::Time => return Plan::Time(compiled),
            Field::Id => return plan_ids(test),
        };
        Plan::Column(column as usize, ValueTest::of(compiled))
    }

    /// Whether the columns alone answer it.
    pub fn is_closed(&self) -> bool {
        match self {
            Plan::And(children) | Plan::Or(children) => children.iter().all(Plan::is_closed),
            Plan::Not(child) => child.is_closed(),
            Plan::Open | Plan::Ids(_) => false,
            Plan::All | Plan::Column(..) | Plan::ReadOnly(_) | Plan::Time(_) => true,
        }
    }

    /// What the columns of a file say about the rows of a range.
    pub fn answer(
        &self,
        segment: &Segment,
        dictionaries: &Dictionaries,
        range: &std::ops::Range<usize>,
    ) -> Answer {
        let rows = segment.rows();
        let mut sure = Bits::none(rows);
        match self {
            Plan::All => return Answer { sure: Bits::range(rows, range.clone()), possible: None },
            Plan::Open => return Answer { sure, possible: Some(Bits::range(rows, range.clone())) },
            Plan::Ids(hashes) => {
                range
                    .clone()
                    .filter(|row| hashes.contains(&segment.id_hashes[*row]))
                    .for_each(|row| sure.insert(row));
                return Answer { sure: Bits::none(rows), possible: Some(sure) };
            }
            Plan::And(children) => {
                let mut all = Answer { sure: Bits::range(rows, range.clone()), possible: None };
                for child in children {
                    let child = child.answer(segment, dictionaries, range);
                    all.combine(&child, Bits::and);
                }
                return all;
            }
            Plan::Or(children) => {
                let mut any = Answer { sure, possible: None };
                for child in children {
                    let child = child.answer(segment, dictionaries, range);
                    any.combine(&child, Bits::or);
                }
                return any;
            }
            Plan::Not(child) => {
                let child = child.answer(segment, dictionaries, range);
                let opposite = |bits: &Bits| {
                    let mut rest = Bits::range(rows, range.clone());
                    rest.without(bits);
                    rest
                };
                let sure = opposite(child.possible.as_ref().unwrap_or(&child.sure));
                return Answer { sure, possible: child.possible.is_some().then(|| opposite(&child.sure)) };
            }
            Plan::Column(RESOURCES, test) => {
                let answers = test.answers(&segment.resources.ids, RESOURCES, dictionaries);
                if answers.contains(&true) {
                    range
                        .clone()
                        .filter(|row| segment.row_resources(*row).any(|code| answers[code as usize]))
                        .for_each(|row| sure.insert(row));
                }
            }
            Plan::Column(column, test) => {
                let codes = &segment.columns[*column];
                let answers = test.answers(&codes.ids, *column, dictionaries);
                if answers.contains(&true) {
                    codes.select(&answers, range.clone(), &mut sure.words);
                }
            }
            Plan::ReadOnly(answers) => {
                let said = |row: &usize| answers[usize::from(segment.read_only[*row])];
                range.clone().filter(said).for_each(|row| sure.insert(row));
            }
            Plan::Time(test) => {
                let said = |row: &usize| test.matches_time(Time::from_millis(segment.times[*row]));
                range.clone().filter(said).for_each(|row| sure.insert(row));
            }
        }
        Answer { sure, possible: None }
    }
}

impl Answer {
    fn combine(&mut self, other: &Answer, combine: fn(&mut Bits, &Bits)) {
        if self.possible.is_some() || other.possible.is_some() {
            let possible = self.possible.get_or_insert_with(|| self.sure.clone());
            combine(possible, other.possible.as_ref().unwrap_or(&other.sure));
        }
        combine(&mut self.sure, &other.sure);
    }
}

/// A test of a column's values that remembers what it said: the same value stands in many files.
pub struct ValueTest {
    test: Box<dyn Fn(&str) -> bool + Send + Sync>,
    /// By dictionary number: 0 not asked yet, 1 no, 2 yes.
    known: Vec<AtomicU8>,
}

/// Numbers up to this are remembered; a column with more different values has mostly new ones in each file.
const REMEMBERED: usize = 16 * 1024;

impl ValueTest {
    fn of(test: CompiledTest) -> ValueTest {
        ValueTest::new(move |value| test.matches(value))
    }

    fn new(test: impl Fn(&str) -> bool + Send + Sync + 'static) -> ValueTest {
        ValueTest { test: Box::new(test), known: (0..REMEMBERED).map(|_| AtomicU8::new(0)).collect() }
    }

    /// The answer for each code of a file's column; code 0 is "no value".
    fn answers(&self, ids: &[u32], column: usize, dictionaries: &Dictionaries) -> Vec<bool> {
        let mut answers = vec![false; ids.len() + 1];
        let mut unknown = Vec::new();
        for (position, id) in ids.iter().enumerate() {
            match self.known.get(*id as usize).map(|known| known.load(Ordering::Relaxed)) {
                Some(said @ 1..) => answers[position + 1] = said == 2,
                Some(0) | None => unknown.push(position),
            }
        }
        let asked: Vec<u32> = unknown.iter().map(|position| ids[*position]).collect();
        dictionaries.for_each(column, &asked, |at, value| {
            let said = (self.test)(value);
            answers[unknown[at] + 1] = said;
            if let Some(known) = self.known.get(asked[at] as usize) {
                known.store(1 + u8::from(said), Ordering::Relaxed);
            }
        });
        answers
    }
}

/// JSON paths whose values stand in a column.
fn column_of_path(path: &[String]) -> Option<TextColumn> {
    const PATHS: [(&[&str], TextColumn); 4] = [
        (&["userIdentity", "arn"], TextColumn::IdentityArn),
        (&["responseElements", "credentials", "accessKeyId"], TextColumn::IssuedKey),
        (&["sharedEventID"], TextColumn::SharedEventId),
        (&["userIdentity", "sessionContext", "signInSessionArn"], TextColumn::SignInSession),
    ];
    let same = |known: &&[&str]| {
        known.len() == path.len()
            && known.iter().zip(path).all(|(known, key)| known.eq_ignore_ascii_case(key))
    };
    PATHS.iter().find(|(known, _)| same(known)).map(|(_, column)| *column)
}

fn plan_ids(test: &Test) -> Plan {
    let Test::AnyOf(patterns) = test else { return Plan::Open };
    // The hash knows only the case of ASCII letters.
    let literal = |pattern: &'_ Pattern| pattern.as_literal().filter(|id| id.is_ascii()).map(id_hash);
    let hashes: Option<Vec<u64>> = patterns.iter().map(literal).collect();
    hashes.map_or(Plan::Open, Plan::Ids)
}
