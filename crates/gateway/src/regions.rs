//! Regions.

/// The Regions that every account of the partition `aws` has without asking (AWS Account Management Reference,
/// "Enable or disable AWS Regions": those introduced before 20 March 2019).
pub const ENABLED: [&str; 17] = [
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ca-central-1",
    "sa-east-1",
    "eu-central-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-north-1",
    "ap-south-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-southeast-1",
    "ap-southeast-2",
];

/// The Region that is asked about identities when no other is known.
pub const HOME: &str = "us-east-1";

/// Whether an account has this Region only after asking for it. Those of the other partitions (China, GovCloud) belong to their
/// accounts from the beginning.
pub fn needs_opt_in(region: &str) -> bool {
    let is_elsewhere = ["cn-", "us-gov-", "us-iso"].iter().any(|partition| region.starts_with(partition));
    !ENABLED.contains(&region) && !is_elsewhere
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_regions_are_off_at_first() {
        assert!(needs_opt_in("eu-south-1"));
        assert!(["eu-west-1", "cn-north-1", "us-gov-west-1"].iter().all(|region| !needs_opt_in(region)));
    }
}
