//! Going on behind a break among the records of a wrapper.
//!
//! Only at what cannot be anything but a record. In a string of JSON every quote is escaped, so that `{"eventVersion"` stands
//! in none. As an object inside of a record it would be a member's value, behind a colon, or an element of an array; and what
//! services log in arrays has not all of a record's own fields (S3's notifications, which look most like it, lack `eventID`
//! and `eventType`). A record without these fields is no place to go on at; then it is one of those left out.

use std::io::Read;

use cloudtrail::json::{Kind, Node};
use cloudtrail::time::Time;

use super::{Broken, Items, MAX_RECORD, State, is_space};

/// How many bytes of a file are looked through for places to go on at, each counted as often as it is looked at: a file made
/// to look like the start of a record everywhere ends there.
const LOOK_THROUGH: usize = 4 * MAX_RECORD;

impl<R: Read> Items<R> {
    /// Moves to the next whole record behind a break, and says where it stands; `None` if there is none.
    pub(super) fn resume(&mut self) -> Result<Option<u64>, Broken> {
        let State::Array { wrapped, .. } = self.state else { return Ok(None) };
        // Where a comma was missing, the next record may stand right here. The start of a broken record is none.
        let mut before = b',';
        loop {
            let Some(byte) = self.byte_ahead(0)? else { return Ok(None) };
            if byte == b'{' && before == b',' && self.is_whole_record()? {
                self.state = State::Array { wrapped, first: true };
                return Ok(Some(self.offset()));
            }
            if !is_space(byte) {
                before = byte;
            }
            self.start += 1;
            self.looked_through += 1;
            if self.looked_through > LOOK_THROUGH {
                return Ok(None);
            }
        }
    }

    /// Whether a record stands here that is there to its end, and what has to stand behind it.
    fn is_whole_record(&mut self) -> Result<bool, Broken> {
        const FIRST: &[u8] = b"\"eventVersion\"";
        let key = self.skip_space_ahead(1)?;
        if self.byte_ahead(key + FIRST.len())?.is_none() {
            return Ok(false);
        }
        if &self.buffer[self.start + key..self.start + key + FIRST.len()] != FIRST {
            return Ok(false);
        }
        let end = match self.scan_ahead(0) {
            Ok(end) => end,
            Err(Broken::Json { offset, .. } | Broken::Truncated { offset }) => {
                self.looked_through += offset.saturating_sub(self.offset()) as usize;
                return Ok(false);
            }
            // All that fits into the buffer was looked at, wherever this says that it stands.
            Err(Broken::TooLarge { .. }) => {
                self.looked_through += self.end - self.start;
                return Ok(false);
            }
            Err(broken) => return Err(broken),
        };
        self.looked_through += end;
        let text = std::str::from_utf8(&self.buffer[self.start..self.start + end]);
        if !text.is_ok_and(|text| has_all_fields(self.tape.node(text))) {
            return Ok(false);
        }
        let behind = self.skip_space_ahead(end)?;
        Ok(matches!(self.byte_ahead(behind)?, Some(b',' | b']')))
    }
}

/// Whether a record has what all records of API calls have
/// (<https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>).
fn has_all_fields(record: Node<'_>) -> bool {
    let texts = ["eventVersion", "eventSource", "eventName", "awsRegion", "eventID", "eventType"];
    let is_text = |name: &&str| record.get(name).is_some_and(|value| value.kind() == Kind::String);
    let time = record.get("eventTime").and_then(|time| time.as_str());
    texts.iter().all(is_text)
        && time.is_some_and(|time| Time::parse(&time).is_some())
        && record.get("userIdentity").is_some_and(|identity| identity.kind() == Kind::Object)
}

#[cfg(test)]
mod tests {
    use super::super::Item;
    use super::*;

    /// A record that holds what could be taken for one: another's text, and a notification of S3.
    fn record(number: usize) -> String {
        let plain = |more: &str| {
            format!(
                r#"{{"eventVersion":"1.11","userIdentity":{{"type":"IAMUser"}},"eventTime":"2026-11-20T10:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"StopInstances","awsRegion":"eu-west-1",{more}"eventID":"id-{number:03}","eventType":"AwsApiCall"}}"#
            )
        };
        let text = format!("[1,{}]", plain("")).replace('"', r#"\""#).replace("id-", "inner-");
        let notified = r#"{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"eu-west-1","eventTime":"2026-11-20T10:00:00Z","eventName":"ObjectCreated:Put","userIdentity":{"principalId":"x"}}"#;
        plain(&format!(r#""requestParameters":{{"text":"{text}","list":[{notified},{notified}]}},"#))
    }

    /// The records of a file, how often something was left out, and whether it was read to its end.
    fn read(bytes: &[u8]) -> (Vec<String>, usize, bool) {
        let (mut items, mut records, mut left_out) = (Items::new(bytes), Vec::new(), 0);
        loop {
            match items.next() {
                Ok(Some(Item::Record(node))) => records.push(node.raw().to_owned()),
                Ok(Some(_)) => left_out += 1,
                Ok(None) => return (records, left_out, true),
                Err(_) => return (records, left_out, false),
            }
        }
    }

    fn wrapped(records: &[String]) -> Vec<u8> {
        format!(r#"{{"Records":[{}]}}"#, records.join(",")).into_bytes()
    }

    #[test]
    fn a_broken_byte_costs_its_record_and_at_most_the_next() {
        let records: Vec<String> = (0..5).map(record).collect();
        let whole = wrapped(&records);
        assert_eq!(read(&whole), (records.clone(), 0, true));
        let first = br#"{"Records":["#.len();
        let broken = first + records[0].len() + 1..first + records[0].len() + 1 + records[1].len();
        for at in broken {
            for byte in [b'"', b'{', b'}', b'[', b']', b',', b':', b'\\', b'x', 0, 0xff] {
                let mut damaged = whole.clone();
                damaged[at] = byte;
                let (kept, _, _) = read(&damaged);
                let others: Vec<&String> = kept.iter().filter(|kept| records.contains(kept)).collect();
                let changed = kept.len() - others.len();
                assert!(
                    changed <= 1 && !kept.iter().any(|kept| kept.contains(r#""eventID":"inner-"#)),
                    "{byte} at {at}: {kept:#?}"
                );
                // The damage may close the list of records, or the wrapper: then that was its end.
                let is_closed = byte == b']' || byte == b'}';
                let expected = [&records[0], &records[3], &records[4]];
                assert!(
                    is_closed || expected.iter().all(|record| others.contains(record)),
                    "{byte} at {at}: {kept:#?}"
                );
            }
        }
    }

    #[test]
    fn nothing_inside_of_a_record_is_taken_for_one() {
        let outer = record(0);
        // Broken behind what it holds, so that all of that is looked through.
        let broken = outer.replace(r#""eventID""#, r#"oops"eventID""#);
        assert_eq!(read(&wrapped(&[broken.clone(), record(1)])), (vec![record(1)], 1, true));
        assert_eq!(read(&wrapped(&[record(1), broken])), (vec![record(1)], 0, false));
        // As the value of a member, a whole record is none.
        let member = format!(r#"{{"eventVersion":"1.11","a":{},oops}}"#, record(7));
        assert_eq!(read(&wrapped(&[member, record(1)])), (vec![record(1)], 1, true));
    }

    #[test]
    fn what_looks_like_records_for_ever_ends() {
        // Each one reaches to the end of the file.
        let mut hostile = br#"{"Records":[oops,"#.to_vec();
        hostile.extend(br#"{"eventVersion":[1,"#.repeat(40));
        hostile.resize(8 << 20, b' ');
        let mut items = Items::new(hostile.as_slice());
        assert!(items.next().is_err());
        // What was begun when the bound was reached still counts.
        assert!(items.looked_through <= LOOK_THROUGH + hostile.len(), "{}", items.looked_through);
    }
}
