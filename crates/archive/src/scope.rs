//! Which accounts and Regions of an archive may be seen.

use std::collections::{BTreeMap, BTreeSet};

/// An AWS account and the Regions of it whose events may be seen. Ids and names are compared as they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The id of the account that the events were recorded for.
    pub account: String,
    /// Names of Regions, such as `eu-west-1`. None: nothing of the account may be seen.
    pub regions: Vec<String>,
}

/// All that may be seen: Regions by account.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Visible {
    regions: BTreeMap<String, BTreeSet<String>>,
}

impl Visible {
    pub fn new(scopes: Vec<Scope>) -> Visible {
        let mut regions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for scope in scopes {
            regions.entry(scope.account).or_default().extend(scope.regions);
        }
        Visible { regions }
    }

    /// What may be seen by both.
    pub fn and(&self, other: &Visible) -> Visible {
        let both = self.regions.iter().filter_map(|(account, regions)| {
            let others = other.regions.get(account)?;
            Some((account.clone(), regions & others))
        });
        Visible { regions: both.collect() }
    }

    pub fn allows(&self, account: &str, region: &str) -> bool {
        self.regions.get(account).is_some_and(|regions| regions.contains(region))
    }

    /// Whether anything of an account may be seen.
    pub fn knows(&self, account: &str) -> bool {
        self.regions.get(account).is_some_and(|regions| !regions.is_empty())
    }

    /// Whether anything may be seen by both.
    pub fn overlaps(&self, other: &Visible) -> bool {
        self.and(other).regions.values().any(|regions| !regions.is_empty())
    }

    /// Accounts and their Regions.
    pub fn accounts(&self) -> impl Iterator<Item = (&String, &BTreeSet<String>)> {
        self.regions.iter()
    }
}
