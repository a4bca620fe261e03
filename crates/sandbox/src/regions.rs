//! AWS's Regions, as far as the sandbox knows them.

/// Regions that every account can use at once.
pub(crate) const DEFAULT: [&str; 17] = [
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ap-south-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-north-1",
    "sa-east-1",
];

/// Regions that an account must enable first. Until then no key is known there.
pub(crate) const OPT_IN: [&str; 17] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-west-1",
    "eu-central-2",
    "eu-south-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
];

/// How a Region stands to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It can be used.
    Enabled,
    /// It would have to be enabled first.
    OptIn,
    /// There is none of this name.
    Unknown,
}

/// How the Region stands to the sample accounts, which have enabled none.
pub(crate) fn standing(region: &str) -> Standing {
    if DEFAULT.contains(&region) {
        Standing::Enabled
    } else if OPT_IN.contains(&region) {
        Standing::OptIn
    } else {
        Standing::Unknown
    }
}
