//! One term: a word, a phrase, or a field with what is asked of it.

use super::lexeme::{
    bare_length, bare_pattern, first_colon, is_name_character, is_text_despite_colon, quoted,
};
use super::name::{Segment, resolve};
use super::{ParseError, Parser};
use crate::search::{
    Comparison, Expr, Field, FieldKind, FieldRef, InvalidNetwork, Network, Pattern, Scalar, Test,
};
use crate::time::{DAY, HOUR, MINUTE, SECOND, Time, parse_age};

/// A value behind `field:`, as it was typed.
struct Value<'t> {
    start: usize,
    end: usize,
    /// The text between quotes or, of a bare value, the text with its backslashes.
    raw: std::borrow::Cow<'t, str>,
    quoted: bool,
}

impl Value<'_> {
    fn pattern(&self) -> Pattern {
        if self.quoted { Pattern::literal(&self.raw, true) } else { bare_pattern(&self.raw) }
    }
}

impl<'t> Parser<'t> {
    /// A term that is no group. The text goes on with something that is neither white space nor a parenthesis.
    pub(super) fn term(&mut self) -> Result<(Expr, Option<FieldRef>), ParseError> {
        let start = self.position;
        let bare = &self.rest()[..bare_length(self.rest(), |_| false)];
        if !is_text_despite_colon(bare)
            && let Some((segments, forced, end)) = self.name()
        {
            let name = self.span(start, end - 1);
            let field = match resolve(&segments, forced) {
                Ok(field) => field,
                Err(suggestion) => return Err(self.unknown_field(name.start, name.end, suggestion)),
            };
            self.position = end;
            let expr = self.field_test(&field, start)?;
            return Ok((expr, Some(field)));
        }
        let pattern = if bare.is_empty() {
            self.phrase()?
        } else {
            if !is_text_despite_colon(bare)
                && let Some(colon) = first_colon(bare)
            {
                return Err(self.bad_name(start, start + colon, bare));
            }
            self.position += bare.len();
            self.end_of_bare(start)?;
            bare_pattern(bare)
        };
        self.count_terms(1, start)?;
        Ok((Expr::Word(pattern), None))
    }

    /// A name with the colon behind it: its segments, whether it began with a dot, and where the colon ends.
    fn name(&self) -> Option<(Vec<Segment>, bool, usize)> {
        let forced = self.rest().starts_with('.');
        let mut at = self.position + usize::from(forced);
        let mut segments = Vec::new();
        loop {
            let rest = &self.text[at..];
            if rest.starts_with('"') {
                let (key, length) = quoted(rest)?;
                segments.push(Segment { key, quoted: true });
                at += length;
            } else {
                let length = rest.find(|c| !is_name_character(c)).unwrap_or(rest.len());
                if length == 0 || rest.starts_with('-') {
                    return None;
                }
                segments.push(Segment { key: rest[..length].to_owned(), quoted: false });
                at += length;
            }
            match self.text.as_bytes().get(at)? {
                b'.' => at += 1,
                b':' => return Some((segments, forced, at + 1)),
                _ => return None,
            }
        }
    }

    fn phrase(&mut self) -> Result<Pattern, ParseError> {
        let value = self.quoted_value()?;
        if value.raw.is_empty() {
            let error = self.error(value.start, value.end, "these quotes hold nothing to look for");
            return Err(error.help("write the text between them, or leave them out"));
        }
        Ok(value.pattern())
    }

    /// What is asked of a field; the text goes on behind the colon.
    fn field_test(&mut self, field: &FieldRef, start: usize) -> Result<Expr, ParseError> {
        if let Some((operator, length)) = operator(self.rest()) {
            return self.comparison(field, operator, length, start);
        }
        let values = self.values(field)?;
        self.count_terms(values.len(), start)?;
        if let [value] = values.as_slice()
            && value.pattern().is_any()
        {
            return Ok(Expr::Field(field.clone(), Test::Exists));
        }
        if let Some(value) = values.iter().find(|value| value.pattern().is_any()) {
            let error = self.error(value.start, value.end, "`*` already stands for any value");
            return Err(error.help("leave the other values out, or leave `*` out"));
        }
        match field {
            FieldRef::Known(known) if known.kind() == FieldKind::Time => self.times(field, &values, start),
            FieldRef::Known(known) if known.kind() == FieldKind::Bool => {
                self.booleans(field, *known, &values)
            }
            FieldRef::Known(known) if known.kind() == FieldKind::Ip => self.networks(field, &values),
            _ => Ok(any_of(field, values.iter().map(Value::pattern).collect())),
        }
    }

    /// The values behind a colon, separated by commas.
    fn values(&mut self, field: &FieldRef) -> Result<Vec<Value<'t>>, ParseError> {
        let mut values = Vec::new();
        loop {
            let start = self.position;
            if self.rest().starts_with('"') {
                values.push(self.quoted_value()?);
            } else {
                let length = bare_length(self.rest(), |character| character == ',');
                if length == 0 {
                    return Err(self.missing_value(field, !values.is_empty()));
                }
                let raw = &self.rest()[..length];
                self.position += length;
                if let Some((operator, _)) = operator(raw) {
                    let error =
                        self.error(start, self.position, "a comparison cannot be one of several values");
                    let sign = operator.sign();
                    return Err(error
                        .help(format!("give it a term of its own, or write \\{sign} for the sign itself")));
                }
                if raw.starts_with('=') || raw.starts_with("!=") {
                    return Err(self.stray_equals(field, start, raw));
                }
                values.push(Value { start, end: self.position, raw: raw.into(), quoted: false });
            }
            if self.rest().starts_with(',') {
                self.position += 1;
                continue;
            }
            self.end_of_bare(start)?;
            return Ok(values);
        }
    }

    fn quoted_value(&mut self) -> Result<Value<'t>, ParseError> {
        let start = self.position;
        let Some((value, length)) = quoted(self.rest()) else {
            let error = self.error(start, start + 1, "these quotes are not closed");
            return Err(error.help("put a `\"` at the end of the text; write \\\" for a quote inside it"));
        };
        self.position += length;
        if let Some(next) = self.rest().chars().next()
            && !next.is_whitespace()
            && !matches!(next, ',' | ')')
        {
            let error = self.error(
                self.position,
                self.position + next.len_utf8(),
                "a space is missing after the quotes",
            );
            return Err(error.help("quotes go around a whole value"));
        }
        Ok(Value { start, end: self.position, raw: value.into(), quoted: true })
    }

    /// `field:>value` and its sisters.
    fn comparison(
        &mut self,
        field: &FieldRef,
        operator: Comparison,
        length: usize,
        start: usize,
    ) -> Result<Expr, ParseError> {
        let sign = operator.sign();
        if let FieldRef::Known(known) = field
            && known.kind() != FieldKind::Time
        {
            let message = format!("`{}` has no order, so `{sign}` cannot compare it", known.name());
            let help = format!(
                "compare times and numbers, as in time:{sign}2026-11-22; to search for the sign, write \\{sign}"
            );
            return Err(self.error(self.position, self.position + length, message).help(help));
        }
        self.position += length;
        let values = self.values(field)?;
        self.count_terms(1, start)?;
        let [value] = values.as_slice() else {
            let (from, to) = (values[0].start, self.position);
            return Err(self.error(from, to, format!("`{sign}` compares with one value, not with several")));
        };
        let is_time = *field == FieldRef::Known(Field::Time);
        if !is_time && let Some(number) = number(&value.raw) {
            return Ok(Expr::Field(field.clone(), Test::Compare(operator, Scalar::Number(number))));
        }
        match period(&value.raw) {
            Some(period) => Ok(compare_time(field, operator, &period)),
            None if is_time => Err(self.bad_time(value)),
            None => {
                let message = format!("`{}` is neither a number nor a time", value.raw);
                let error = self.error(value.start, value.end, message);
                Err(error.help("write a number such as 100, or a time such as 2026-11-22T09:00Z"))
            }
        }
    }

    /// `time:2026-11-22`: within that day, minute or second.
    fn times(&mut self, field: &FieldRef, values: &[Value<'_>], start: usize) -> Result<Expr, ParseError> {
        self.count_terms(values.len(), start)?;
        // Written out, a value becomes a group of two comparisons, so it counts as one.
        self.check_depth(self.depth + 1, start)?;
        let mut alternatives = Vec::new();
        for value in values {
            let period = period(&value.raw).ok_or_else(|| self.bad_time(value))?;
            let compare =
                |operator, time| Expr::Field(field.clone(), Test::Compare(operator, Scalar::Time(time)));
            alternatives.push(Expr::and([
                compare(Comparison::GreaterOrEqual, period.start),
                compare(Comparison::Less, period.end),
            ]));
        }
        Ok(Expr::or(alternatives))
    }

    fn booleans(&self, field: &FieldRef, known: Field, values: &[Value<'_>]) -> Result<Expr, ParseError> {
        let mut patterns = Vec::new();
        for value in values {
            let text = match value.raw.to_ascii_lowercase().as_str() {
                "true" | "yes" => "true",
                "false" | "no" => "false",
                _ => {
                    let message = format!("`{}` is true or false, not `{}`", known.name(), value.raw);
                    let help = format!("write {0}:true, {0}:false, or {0}:* for any", known.name());
                    return Err(self.error(value.start, value.end, message).help(help));
                }
            };
            patterns.push(Pattern::literal(text, false));
        }
        Ok(any_of(field, patterns))
    }

    fn networks(&self, field: &FieldRef, values: &[Value<'_>]) -> Result<Expr, ParseError> {
        let mut networks = Vec::new();
        let mut patterns = Vec::new();
        for value in values {
            match value.raw.parse::<Network>() {
                Ok(network) if !value.quoted => networks.push(network),
                Err(error @ InvalidNetwork::Prefix(bits)) if !value.quoted => {
                    let error = self.error(value.start, value.end, error.to_string());
                    let address = value.raw.split('/').next().unwrap_or_default();
                    return Err(error.help(format!("write {address}/{bits} for this one address")));
                }
                _ => patterns.push(value.pattern()),
            }
        }
        if networks.is_empty() {
            return Ok(any_of(field, patterns));
        }
        Ok(Expr::Field(field.clone(), Test::InNetwork(networks, patterns)))
    }

    /// Nothing may cling to a bare word or value: a parenthesis or quote there was probably meant as part of it.
    fn end_of_bare(&self, start: usize) -> Result<(), ParseError> {
        let end = self.position;
        match self.rest().chars().next() {
            Some(mark @ ('(' | '"')) => {
                let error =
                    self.error(end, end + 1, format!("a `{mark}` cannot stand in the middle of a word"));
                Err(error.help("put a space before it, or the whole word or value in quotes"))
            }
            Some(')') if self.depth == 0 => {
                let word = &self.text[start..end];
                let error = self.error(end, end + 1, "this `)` closes nothing");
                Err(error.help(format!("if it belongs to `{word}`, put the whole in quotes")))
            }
            _ => Ok(()),
        }
    }

    fn missing_value(&self, field: &FieldRef, after_comma: bool) -> ParseError {
        let at = self.position;
        if after_comma {
            let error = self.error(at - 1, at, "a value is missing after the comma");
            return error.help(
                "write the values without spaces between them, as in event:StopInstances,StartInstances",
            );
        }
        let name = field.to_string();
        if self.rest().starts_with(',') {
            return self.error(at, at + 1, format!("put a value between `{name}:` and the comma"));
        }
        self.error(at - 1, at, format!("put a value after `{name}:`, or `*` for any"))
    }

    fn stray_equals(&self, field: &FieldRef, start: usize, raw: &str) -> ParseError {
        let minus = if raw.starts_with('!') { "-" } else { "" };
        let value = raw.trim_start_matches(['!', '=']);
        let value = if value.is_empty() { "VALUE" } else { value };
        let end = start + raw.len() - raw.trim_start_matches(['!', '=']).len();
        let error = self.error(start, end, format!("`{}` is not a comparison here", &self.text[start..end]));
        error.help(format!(
            "write {minus}{field}:{value}; if the value starts with this sign, put it in quotes"
        ))
    }

    fn bad_time(&self, value: &Value<'_>) -> ParseError {
        let is_relative = value.raw.eq_ignore_ascii_case("now")
            || value.raw.strip_prefix('-').is_some_and(|age| parse_age(age).is_some());
        if is_relative {
            let message = format!("`{}` counts from now, and a query has no clock", value.raw);
            return self.error(value.start, value.end, message).help(
                "put it into the time range (--from and --to, from= and to=), or write a date here: 2026-11-22",
            );
        }
        let message = format!("`{}` is not a time", value.raw);
        self.error(value.start, value.end, message)
            .help("write a date (2026-11-22) or a date and time in UTC (2026-11-22T09:00Z)")
    }

    fn unknown_field(&self, start: usize, end: usize, suggestion: Option<&str>) -> ParseError {
        let name = &self.text[start..end];
        let error = self.error(start, end, format!("there is no field `{name}`"));
        match suggestion {
            Some(suggestion) => error.help(format!("did you mean `{suggestion}`?")),
            None => error.help(format!(
                "any part of a record is found by its path, as in requestParameters.bucketName:prod-* or .{name}:…; \
                 to search for this text, put it in quotes"
            )),
        }
    }

    fn bad_name(&self, start: usize, end: usize, bare: &str) -> ParseError {
        if end == start {
            let error = self.error(start, start + 1, "a field's name is missing before this colon");
            return error.help("write field:value, or put text with a colon in quotes");
        }
        let error = self.error(start, end, format!("`{}` cannot be a field's name", &self.text[start..end]));
        error.help(format!("if this is text to search for, put it in quotes: \"{bare}\""))
    }
}

impl Comparison {
    /// As it is typed.
    pub fn sign(self) -> &'static str {
        match self {
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
        }
    }
}

/// A stretch of time that a text names: a day, an hour, a minute, a second.
struct Period {
    start: Time,
    end: Time,
    is_day: bool,
}

/// Reads a date as its whole day, a time of day as the hour, minute or second it names.
fn period(text: &str) -> Option<Period> {
    let text = text.trim();
    let start = Time::parse(text)?;
    let clock = text.get(10..).unwrap_or_default();
    let clock = clock.trim_start_matches(['T', 't', ' ']);
    let clock = clock.split(['Z', 'z', '+', '-']).next().unwrap_or_default();
    let length = match clock.matches(':').count() {
        0 if clock.is_empty() => DAY,
        _ if clock.contains('.') => 1,
        0 => HOUR,
        1 => MINUTE,
        _ => SECOND,
    };
    let end = start.plus(length);
    (end <= Time::MAX).then_some(Period { start, end, is_day: length == DAY })
}

/// A date stands for its whole day on either side of a comparison: `time:<=2026-11-22` takes in that day,
/// `time:>2026-11-22` begins after it. A time of day is an instant.
fn compare_time(field: &FieldRef, operator: Comparison, period: &Period) -> Expr {
    let (operator, time) = match operator {
        Comparison::LessOrEqual if period.is_day => (Comparison::Less, period.end),
        Comparison::Greater if period.is_day => (Comparison::GreaterOrEqual, period.end),
        other => (other, period.start),
    };
    Expr::Field(field.clone(), Test::Compare(operator, Scalar::Time(time)))
}

fn number(text: &str) -> Option<f64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    text.parse().ok().filter(|number: &f64| is_plain && number.is_finite())
}

fn operator(text: &str) -> Option<(Comparison, usize)> {
    match text.as_bytes() {
        [b'<', b'=', ..] => Some((Comparison::LessOrEqual, 2)),
        [b'<', ..] => Some((Comparison::Less, 1)),
        [b'>', b'=', ..] => Some((Comparison::GreaterOrEqual, 2)),
        [b'>', ..] => Some((Comparison::Greater, 1)),
        _ => None,
    }
}

fn any_of(field: &FieldRef, patterns: Vec<Pattern>) -> Expr {
    Expr::Field(field.clone(), Test::AnyOf(patterns))
}
