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
