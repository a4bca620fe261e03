//! The made-up organisation: accounts, Regions, and the things that stand in them.
//!
//! Account ids, address ranges and host names are those that AWS and the IETF set aside for documentation.

use crate::dice::Dice;
use crate::time::Seconds;

/// The accounts' ids and names.
pub const ACCOUNTS: &[(&str, &str)] =
    &[("111122223333", "prod-payments"), ("444455556666", "staging"), ("777788889999", "security-audit")];
/// Index of the account that customers depend on.
pub const PROD: usize = 0;
/// Index of the account where things are tried out.
pub const STAGING: usize = 1;
/// Index of the security team's account, which owns the organisation's trail and Identity Center.
pub const SECURITY: usize = 2;

/// The organisation's id, a part of every log file's key.
pub const ORGANIZATION: &str = "o-exampleorgid";
/// The organisation trail that delivers all these files.
pub const TRAIL: &str = "organization-trail";
/// The bucket it delivers them to.
pub const TRAIL_BUCKET: &str = "example-org-cloudtrail-logs";
/// The Region where global services record their events.
pub const GLOBAL_REGION: &str = "us-east-1";
/// The Region of Identity Center and of most of the work.
pub const MAIN_REGION: &str = "eu-central-1";
/// Where people sit during office hours.
pub const OFFICE: &str = "203.0.113.0/25";

const REGIONS: [[&str; 3]; 3] = [
    ["eu-central-1", "us-east-1", "eu-west-1"],
    ["eu-central-1", "us-east-1", "us-west-2"],
    ["eu-central-1", "us-east-1", "eu-west-1"],
];
const SLUGS: [&str; 3] = ["prod", "staging", "security"];
/// Applications per account; the names of instances, functions, parameters and the rest come from them.
const APPS: [&[&str]; 3] = [
    &["payments-api", "ledger", "settlement", "checkout", "receipts", "fraud-score"],
    &["payments-api", "ledger", "checkout", "receipts"],
    &["findings", "log-archive"],
];
const PURPOSES: [&[&str]; 3] = [
    &["statements", "receipts", "artifacts", "exports", "static"],
    &["artifacts", "receipts", "scratch"],
    &["findings", "reports"],
];

/// Kinds of instances.
const KINDS: [&str; 4] = ["t3.medium", "m6i.large", "c6i.xlarge", "r6g.large"];

/// Everything that does not change while events are made.
pub struct World {
    /// Seed of the whole sample.
    pub seed: u64,
    /// The moment after the last event.
    pub end: Seconds,
    /// The accounts, in the order of [`ACCOUNTS`].
    pub accounts: Vec<Account>,
    /// Id of the identity store, `d-…`.
    pub identity_store: String,
}

/// One AWS account.
pub struct Account {
    /// Twelve digits.
    pub id: &'static str,
    /// The three Regions in use, the busiest first.
    pub places: Vec<Place>,
    /// Identity Center's SAML provider in this account.
    pub saml_provider: String,
}

/// One account in one Region, with what stands there.
pub struct Place {
    /// Position of the account in [`ACCOUNTS`].
    pub account_index: usize,
    /// Position of the Region in the account.
    pub index: usize,
    /// Account id.
    pub account: &'static str,
    /// Region name.
    pub region: &'static str,
    /// The account's short name.
    pub slug: &'static str,
    /// `vpc-…`
    pub vpc: String,
    /// `vpce-…`, the VPC's S3 gateway endpoint.
    pub endpoint: String,
    /// `subnet-…`, one for each of three availability zones.
    pub subnets: Vec<String>,
    /// `sg-…`
    pub groups: Vec<String>,
    /// Servers.
    pub instances: Vec<Instance>,
    /// KMS keys.
    pub keys: Vec<Key>,
    /// Bucket names.
    pub buckets: Vec<String>,
    /// Lambda functions.
    pub functions: Vec<String>,
    /// Applications.
    pub apps: &'static [&'static str],
    /// Secret ARNs, one for each application.
    pub secrets: Vec<String>,
}

/// An EC2 instance.
pub struct Instance {
    /// `i-…`
    pub id: String,
    /// `vol-…`, its root volume.
    pub volume: String,
    /// Name tag.
    pub name: String,
    /// The application it runs.
    pub app: &'static str,
    /// Address inside the VPC.
    pub address: String,
    /// Availability zone.
    pub zone: String,
    /// `t3.large`, …
    pub kind: &'static str,
}

/// A KMS key.
pub struct Key {
    /// A GUID.
    pub id: String,
    /// Id of its current key material, 64 hex digits.
    pub material: String,
}

/// An IAM role.
#[derive(Debug, Clone)]
pub struct Role {
    /// Account id.
    pub account: &'static str,
    /// `/` or `/aws-reserved/…/`.
    pub path: String,
    /// Name without the path.
    pub name: String,
    /// `AROA…`
    pub id: String,
}

impl Role {
    /// ARN of the role itself.
    pub fn arn(&self) -> String {
        format!("arn:aws:iam::{}:role{}{}", self.account, self.path, self.name)
    }
}

impl World {
    /// A sample that ends at `end`. The same seed always gives the same organisation.
    pub fn new(seed: u64, end: Seconds) -> World {
        let mut dice = Dice::named(seed, "world");
        let accounts = ACCOUNTS
            .iter()
            .enumerate()
            .map(|(index, &(id, _))| Account {
                id,
                places: (0..3).map(|region| Place::new(&mut dice, index, region)).collect(),
                saml_provider: format!("AWSSSO_{}_DO_NOT_DELETE", dice.hex(16)),
            })
            .collect();
        World { seed, end, accounts, identity_store: format!("d-{}", dice.hex(10)) }
    }

    /// The account and Region at these positions.
    pub fn place(&self, account: usize, region: usize) -> &Place {
        &self.accounts[account].places[region]
    }

    /// Where an account's global services (IAM, sign-in) are recorded.
    pub fn global(&self, account: usize) -> &Place {
        let places = &self.accounts[account].places;
        places.iter().find(|place| place.region == GLOBAL_REGION).unwrap_or(&places[0])
    }

    /// A role; its id depends on the account and name alone.
    pub fn role(&self, account: &'static str, path: &str, name: &str) -> Role {
        let mut dice = Dice::named(self.seed, &format!("role/{account}/{name}"));
        let id = format!("AROAEXAMPLE{}", dice.base32(10));
        Role { account, path: path.to_owned(), name: name.to_owned(), id }
    }

    /// A service-linked role.
    pub fn service_role(&self, account: &'static str, service: &str, name: &str) -> Role {
        self.role(account, &format!("/aws-service-role/{service}.amazonaws.com/"), name)
    }

    /// Unique id (`AIDA…`) and access key id (`AKIA…`) of an IAM user.
    pub fn user_ids(&self, account: &str, name: &str) -> (String, String) {
        let mut dice = Dice::named(self.seed, &format!("user/{account}/{name}"));
        (format!("AIDAEXAMPLE{}", dice.base32(10)), format!("AKIAEXAMPLE{}", dice.base32(9)))
    }
}

impl Place {
    fn new(dice: &mut Dice, account: usize, index: usize) -> Place {
        let region = REGIONS[account][index];
        let (id, slug, apps) = (ACCOUNTS[account].0, SLUGS[account], APPS[account]);
        // The first Region carries the load, the others hold a smaller copy.
        let copies = [3, 2, 1][index];
        let subnets = (0..3).map(|_| format!("subnet-0{}", dice.hex(16))).collect();
        let groups = apps.iter().map(|_| format!("sg-0{}", dice.hex(16))).collect();
        let keys = (0..3).map(|_| Key { id: dice.uuid(), material: dice.hex(64) }).collect();
        let mut instances = Vec::new();
        for app in apps {
            for copy in 1..=copies {
                let zone = dice.below(3);
                instances.push(Instance {
                    id: format!("i-0{}", dice.hex(16)),
                    volume: format!("vol-0{}", dice.hex(16)),
                    name: format!("{app}-{copy}"),
                    app,
                    address: format!(
                        "10.{}.{zone}.{}",
                        16 * account as u32 + index as u32,
                        dice.between(10, 250)
                    ),
                    zone: format!("{region}{}", char::from(b'a' + zone as u8)),
                    kind: KINDS[dice.below(KINDS.len() as u32) as usize],
                });
            }
        }
        let secrets = apps
            .iter()
            .map(|app| {
                format!("arn:aws:secretsmanager:{region}:{id}:secret:{slug}/{app}/database-{}", dice.alnum(6))
            })
            .collect();
        // The main Region's buckets have plain names, as the first ones of an organisation do.
        let suffix = if index == 0 { String::new() } else { format!("-{region}") };
        Place {
            account_index: account,
            index,
            account: id,
            region,
            slug,
            vpc: format!("vpc-0{}", dice.hex(16)),
            endpoint: format!("vpce-0{}", dice.hex(16)),
            subnets,
            groups,
            instances,
            keys,
            buckets: PURPOSES[account]
                .iter()
                .map(|purpose| format!("example-{slug}-{purpose}{suffix}"))
                .collect(),
            functions: apps
                .iter()
                .flat_map(|app| [format!("{app}-worker"), format!("{app}-notify")])
                .collect(),
            apps,
            secrets,
        }
    }

    /// `arn:aws:{service}:{region}:{account}:{rest}`.
    pub fn arn(&self, service: &str, rest: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{rest}", self.region, self.account)
    }

    /// The bucket for a purpose, or the Region's first one.
    pub fn bucket(&self, purpose: &str) -> &str {
        self.buckets.iter().find(|bucket| bucket.contains(purpose)).unwrap_or(&self.buckets[0])
    }
}
