//! Finds the trail that a call names, and says what is wrong with the name.

use crate::problem::{Problem, Result};
use crate::trails::{Trail, Trails};
use crate::world::Call;

/// The ARN that a name or ARN stands for. A name is that of a trail at home in the call's Region.
///
/// # Errors
/// When it is neither.
pub(super) fn arn(call: &Call<'_>, name: &str) -> Result<String> {
    if !name.starts_with("arn:") {
        check_name(name)?;
        return Ok(format!("arn:aws:cloudtrail:{}:{}:trail/{name}", call.region, call.caller.account));
    }
    let parts: Vec<&str> = name.splitn(6, ':').collect();
    match parts[..] {
        ["arn", "aws", "cloudtrail", region, account, resource]
            if !region.is_empty()
                && account.len() == 12
                && resource.strip_prefix("trail/").is_some_and(|name| check_name(name).is_ok()) =>
        {
            Ok(name.to_owned())
        }
        _ => Err(Problem::new(
            "CloudTrailARNInvalidException",
            format!(
                "Trail ARN is not valid: {name}. Expected arn:aws:cloudtrail:<region>:<account>:trail/<name>"
            ),
        )),
    }
}

/// The trail that a call names, for reading: it must be the account's own or its organisation's, and be seen in the call's Region.
///
/// # Errors
/// When it is not.
pub(super) fn to_read<'t>(call: &Call<'_>, trails: &'t Trails, name: &str) -> Result<&'t Trail> {
    let arn = arn(call, name)?;
    let seen = trails.get(&arn).filter(|trail| trail.is_seen_in(&call.caller.account, &call.region));
    seen.ok_or_else(|| not_found(call, &arn))
}

/// The trail that a call names, for changing: it must be the account's own, and the call be made in its home Region.
///
/// # Errors
/// When it is not.
pub(super) fn to_change(call: &Call<'_>, trails: &Trails, name: &str) -> Result<Trail> {
    let arn = arn(call, name)?;
    let account = &call.caller.account;
    let trail = trails
        .get(&arn)
        .filter(|trail| trail.account == *account || trail.settings.organization)
        .ok_or_else(|| not_found(call, &arn))?;
    if trail.account != *account {
        return Err(Problem::new(
            "NotOrganizationMasterAccountException",
            format!("The trail {arn} can be changed only by the management account of the organization."),
        ));
    }
    if trail.region != call.region {
        return Err(Problem::new(
            "InvalidHomeRegionException",
            format!("Trail {arn} must be updated from its home region {}.", trail.region),
        ));
    }
    Ok(trail.clone())
}

fn not_found(call: &Call<'_>, arn: &str) -> Problem {
    Problem::new(
        "TrailNotFoundException",
        format!("Unknown trail: {arn} for the user: {}", call.caller.account),
    )
}

/// Holds a trail's name against the rules of CreateTrail.
///
/// # Errors
/// `InvalidTrailNameException`, with the rule that is broken.
pub(super) fn check_name(name: &str) -> Result<()> {
    let letters = name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    let ends = [name.chars().next(), name.chars().next_back()];
    let mark = |c: char| "._-".contains(c);
    let doubled = name.chars().zip(name.chars().skip(1)).any(|(a, b)| mark(a) && mark(b));
    let wrong = if !(3..=128).contains(&name.len()) {
        "must be between 3 and 128 characters long"
    } else if !letters {
        "can only contain letters, numbers, periods, underscores and dashes"
    } else if !ends.iter().flatten().all(char::is_ascii_alphanumeric) {
        "must start and end with a letter or number"
    } else if doubled {
        "must not have adjacent periods, underscores or dashes"
    } else if name.parse::<std::net::Ipv4Addr>().is_ok() {
        "must not be formatted as an IP address"
    } else {
        return Ok(());
    };
    let shown: String = name.chars().take(150).collect();
    Err(Problem::new("InvalidTrailNameException", format!("Trail name {shown} {wrong}.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in ["abc", "my-trail_1.x", "A2Z"] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in ["ab", "a b c", "-abc", "abc.", "a--b", "192.168.5.4", &"x".repeat(129), "täil"] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }
}
