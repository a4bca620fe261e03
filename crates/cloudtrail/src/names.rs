//! Names of AWS accounts, as people call them.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Account ids and their names. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountNames {
    by_id: Arc<BTreeMap<String, String>>,
}

/// A line of a names file that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct InvalidNames {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub problem: String,
}

impl AccountNames {
    /// Reads a names file: a line `id,name` for each account, where the name may hold commas; empty lines, lines that
    /// start with `#`, and a heading `id,name` are passed over.
    pub fn parse(text: &str) -> Result<AccountNames, InvalidNames> {
        let mut by_id = BTreeMap::new();
        for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let line = line.trim();
            let is_heading = by_id.is_empty() && line.replace(' ', "").eq_ignore_ascii_case("id,name");
            if line.is_empty() || line.starts_with('#') || is_heading {
                continue;
            }
            let invalid = |problem: String| InvalidNames { line: index + 1, problem };
            let Some((id, name)) = line.split_once(',') else {
                return Err(invalid(format!(
                    "`{line}` has no comma; write id,name, as in 111122223333,prod-payments"
                )));
            };
            let (id, name) = (id.trim(), name.trim());
            if id.len() != 12 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(invalid(format!("`{id}` is not an account id; those have 12 digits")));
            }
            if name.is_empty() {
                return Err(invalid(format!("account {id} has no name behind the comma")));
            }
            if let Some(before) = by_id.insert(id.to_owned(), name.to_owned()) {
                return Err(invalid(format!("account {id} is already named `{before}`")));
            }
        }
        Ok(AccountNames { by_id: Arc::new(by_id) })
    }

    /// The name of an account.
    pub fn get(&self, id: &str) -> Option<&str> {
        self.by_id.get(id).map(String::as_str)
    }

    /// Ids and names, by id.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.by_id.iter().map(|(id, name)| (id.as_str(), name.as_str()))
    }

    /// Whether no account has a name.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }
}

impl FromIterator<(String, String)> for AccountNames {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(names: I) -> AccountNames {
        AccountNames { by_id: Arc::new(names.into_iter().collect()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_ids_and_names() {
        let names = AccountNames::parse(
            "\u{feff}id, name\n# ours\n111122223333, prod, payments \r\n\n444455556666,dev",
        )
        .unwrap();
        assert_eq!(names.get("111122223333"), Some("prod, payments"));
        assert_eq!(names.get("444455556666"), Some("dev"));
        assert_eq!(names.get("777788889999"), None);
        assert_eq!(names.iter().count(), 2);
        assert!(AccountNames::parse("# nothing\n").unwrap().is_empty());
    }

    #[test]
    fn says_which_line_is_wrong() {
        let cases = [
            ("\nprod", "line 2: `prod` has no comma"),
            ("1234,prod", "line 1: `1234` is not an account id"),
            ("111122223333,", "line 1: account 111122223333 has no name"),
            ("111122223333,a\n111122223333,b", "line 2: account 111122223333 is already named `a`"),
        ];
        for (text, message) in cases {
            let error = AccountNames::parse(text).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
