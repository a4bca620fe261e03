//! Numbers and long texts as people read them.

/// `27,462`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 event`, `27,462 events`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// `27k`, `1.5M`: for where there is no room.
pub fn short_number(number: u64) -> String {
    match number {
        0..1_000 => number.to_string(),
        1_000..10_000 if number % 1_000 >= 100 => format!("{}.{}k", number / 1_000, number % 1_000 / 100),
        1_000..1_000_000 => format!("{}k", number / 1_000),
        _ if number < 10_000_000 && number % 1_000_000 >= 100_000 => {
            format!("{}.{}M", number / 1_000_000, number % 1_000_000 / 100_000)
        }
        _ => format!("{}M", number / 1_000_000),
    }
}

/// At most so many characters, with `…` where something is missing.
pub fn clipped(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => {
            let end = text.char_indices().nth(most.saturating_sub(1)).map_or(0, |(end, _)| end);
            format!("{}…", &text[..end])
        }
    }
}

/// The telling end of an ARN: what follows the account, or the text itself.
pub fn short_resource(resource: &str) -> &str {
    let mut parts = resource.splitn(6, ':');
    match (parts.next(), parts.nth(4)) {
        (Some("arn"), Some(name)) if !name.is_empty() => name,
        _ => resource,
    }
}

/// A role as people know it: of one that IAM Identity Center made (`AWSReservedSSO_{permission set}_{16 hex digits}`)
/// the permission set.
pub fn short_role(role: &str) -> &str {
    let set = role.strip_prefix("AWSReservedSSO_").and_then(|rest| rest.rsplit_once('_'));
    match set {
        Some((set, suffix)) if suffix.len() == 16 && suffix.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            set
        }
        _ => role,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (27_462, "27,462"), (1_234_567, "1,234,567")]
        {
            assert_eq!(grouped(number), text);
        }
        assert_eq!(counted(1, "event", "events"), "1 event");
        for (number, text) in [
            (950, "950"),
            (1_500, "1.5k"),
            (1_050, "1k"),
            (50_000, "50k"),
            (1_500_000, "1.5M"),
            (20_000_000, "20M"),
        ] {
            assert_eq!(short_number(number), text);
        }
    }

    #[test]
    fn long_texts_are_clipped_between_characters() {
        assert_eq!(clipped("üüü", 3), "üüü");
        assert_eq!(clipped("üüüü", 3), "üü…");
        assert_eq!(clipped("", 3), "");
    }

    #[test]
    fn roles_of_identity_center_show_their_permission_set() {
        assert_eq!(short_role("AWSReservedSSO_Power_User_0123456789abcdef"), "Power_User");
        for role in ["Admin", "AWSReservedSSO_x", "AWSReservedSSO_x_y", ""] {
            assert_eq!(short_role(role), role);
        }
    }

    #[test]
    fn resources_show_their_name() {
        assert_eq!(short_resource("arn:aws:iam::111122223333:role/Admin"), "role/Admin");
        assert_eq!(short_resource("arn:aws:s3:::bucket/key:1"), "bucket/key:1");
        assert_eq!(short_resource("i-0abc"), "i-0abc");
        assert_eq!(short_resource("arn:aws:odd"), "arn:aws:odd");
    }
}
