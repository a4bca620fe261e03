//! Which field a name means.

use crate::search::{Field, FieldRef};

/// The keys a record has at its top, as the CloudTrail User Guide ("CloudTrail record contents") spells them, and
/// those of aggregated events. A key newer than this list is reached with a leading dot (`.newKey:value`).
pub const TOP_LEVEL_KEYS: [&str; 36] = [
    "eventVersion",
    "userIdentity",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "requestID",
    "eventID",
    "eventType",
    "apiVersion",
    "managementEvent",
    "readOnly",
    "resources",
    "recipientAccountId",
    "serviceEventDetails",
    "sharedEventID",
    "vpcEndpointId",
    "vpcEndpointAccountId",
    "eventCategory",
    "addendum",
    "sessionCredentialFromConsole",
    "edgeDeviceDetails",
    "tlsDetails",
    "eventContext",
    "insightDetails",
    "accountId",
    "timeWindow",
    "summary",
    "annotation",
];

/// Names that people bring from elsewhere.
const SYNONYMS: [(&str, &str); 22] = [
    ("action", "event"),
    ("api", "event"),
    ("name", "event"),
    ("operation", "event"),
    ("actor", "who"),
    ("human", "who"),
    ("principal", "who"),
    ("username", "user"),
    ("session", "user"),
    ("source", "service"),
    ("address", "ip"),
    ("ipaddress", "ip"),
    ("sourceip", "ip"),
    ("status", "error"),
    ("errors", "error"),
    ("arn", "resource"),
    ("bucket", "requestParameters.bucketName"),
    ("instance", "requestParameters.instanceId"),
    ("accesskey", "key"),
    ("useragent", "agent"),
    ("date", "time"),
    ("write", "readOnly"),
];

/// One segment of a name as it was typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// The key.
    pub key: String,
    /// Whether it stood in quotes, and so is taken letter by letter.
    pub quoted: bool,
}

/// The field that a name means. `forced` says that it began with a dot, and so is a path whatever it is called.
///
/// Returns, if there is none, the known name that was probably meant.
pub fn resolve(segments: &[Segment], forced: bool) -> Result<FieldRef, Option<&'static str>> {
    let keys = || segments.iter().map(|segment| segment.key.clone()).collect::<Vec<_>>();
    if forced {
        return Ok(FieldRef::Path(keys()));
    }
    let mut path = keys();
    if segments.iter().all(|segment| !segment.quoted)
        && let Some(field) = Field::from_name(&path.join("."))
    {
        return Ok(FieldRef::Known(field));
    }
    let known = TOP_LEVEL_KEYS.into_iter().find(|key| key.eq_ignore_ascii_case(&path[0]));
    match known {
        Some(key) if !segments[0].quoted => path[0] = key.to_owned(),
        Some(_) => {}
        None if path.len() == 1 => return Err(suggest(&path[0])),
        None => {}
    }
    Ok(FieldRef::Path(path))
}

/// The known name nearest to one that is not known.
fn suggest(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    if let Some((_, meant)) = SYNONYMS.into_iter().find(|(synonym, _)| *synonym == name) {
        return Some(meant);
    }
    let length = name.chars().count();
    let allowed = if length <= 3 { 1 } else { 2 };
    let known = || {
        let names = Field::ALL.into_iter().map(Field::name);
        let aliases = Field::ALL.into_iter().flat_map(|field| field.aliases().iter().copied());
        names.chain(aliases).chain(TOP_LEVEL_KEYS)
    };
    let nearest = known()
        .map(|candidate| (distance(&name, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= allowed && *distance < length)
        .min_by_key(|(distance, _)| *distance);
    let longer = || known().find(|candidate| length >= 3 && candidate.to_lowercase().starts_with(&name));
    nearest.map(|(_, candidate)| candidate).or_else(longer)
}

/// How many letters have to be put in, left out, replaced, or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().take(64).collect());
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before_last[j - 2] + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_slips_and_habits_lead_to_the_field() {
        let cases = [
            ("evnt", Some("event")),
            ("evetn", Some("event")),
            ("sevice", Some("service")),
            ("usr", Some("user")),
            ("regoin", Some("region")),
            ("resourc", Some("resource")),
            ("eventNme", Some("eventName")),
            ("tlsDetail", Some("tlsDetails")),
            ("action", Some("event")),
            ("sourceIp", Some("ip")),
            ("recip", Some("recipientAccountId")),
            ("zzz", None),
            ("q", None),
        ];
        for (typed, meant) in cases {
            let segments = [Segment { key: typed.to_owned(), quoted: false }];
            assert_eq!(resolve(&segments, false), Err(meant), "{typed}");
        }
    }
}
