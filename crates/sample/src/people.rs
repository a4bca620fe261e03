//! The people, who sign in through Identity Center, and where they work from.

use crate::dice::Dice;
use crate::world::{PROD, SECURITY, STAGING, World};

/// Which office hours somebody keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// Central European office hours.
    Europe,
    /// Office hours of the American east coast.
    America,
}

/// How somebody works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// Clicks through the console.
    Console,
    /// Types commands.
    Shell,
    /// Writes infrastructure as code.
    Terraform,
}

/// Somebody who works here. All of them are made up.
pub struct Person {
    /// Name in Identity Center without the domain.
    pub handle: &'static str,
    /// Office hours.
    pub zone: Zone,
    /// How they mostly work.
    pub habit: Habit,
    /// Address at home, from the documentation ranges.
    pub home: &'static str,
    /// Last number of their address in the office, below 128.
    pub desk: u8,
    /// Permission set by account, in the order of [`crate::world::ACCOUNTS`]; empty means no access.
    pub grants: [&'static str; 3],
}

/// Everybody.
pub const PEOPLE: &[Person] = &[
    person(
        "ana.lima",
        Zone::Europe,
        Habit::Shell,
        "198.51.100.11",
        21,
        ["AdministratorAccess", "AdministratorAccess", ""],
    ),
    person(
        "ben.okafor",
        Zone::Europe,
        Habit::Console,
        "2001:db8:10:4a::23",
        22,
        ["ReadOnlyAccess", "PowerUserAccess", ""],
    ),
    person(
        "chloe.dubois",
        Zone::Europe,
        Habit::Console,
        "198.51.100.13",
        23,
        ["PowerUserAccess", "PowerUserAccess", ""],
    ),
    person(
        "dev.patel",
        Zone::Europe,
        Habit::Terraform,
        "198.51.100.14",
        24,
        ["PlatformEngineer", "PlatformEngineer", ""],
    ),
    person(
        "emma.novak",
        Zone::Europe,
        Habit::Console,
        "198.51.100.15",
        25,
        ["StatementsAnalyst", "ReadOnlyAccess", ""],
    ),
    person(
        "farid.haddad",
        Zone::Europe,
        Habit::Shell,
        "2001:db8:22:7::5",
        26,
        ["ReadOnlyAccess", "PowerUserAccess", ""],
    ),
    person(
        "grace.kim",
        Zone::America,
        Habit::Console,
        "198.51.100.27",
        27,
        ["ReadOnlyAccess", "PowerUserAccess", ""],
    ),
    person(
        "hugo.silva",
        Zone::America,
        Habit::Terraform,
        "198.51.100.28",
        28,
        ["ReadOnlyAccess", "PlatformEngineer", "PlatformEngineer"],
    ),
    person(
        "ines.moreau",
        Zone::Europe,
        Habit::Console,
        "198.51.100.19",
        29,
        ["SecurityAudit", "SecurityAudit", "AdministratorAccess"],
    ),
    person(
        "jonas.weber",
        Zone::Europe,
        Habit::Console,
        "198.51.100.30",
        30,
        ["PlatformEngineer", "PlatformEngineer", ""],
    ),
    person(
        "kira.sato",
        Zone::America,
        Habit::Shell,
        "198.51.100.31",
        31,
        ["ReadOnlyAccess", "PowerUserAccess", ""],
    ),
    person(
        "liam.walsh",
        Zone::America,
        Habit::Console,
        "2001:db8:31:c::9",
        32,
        ["Billing", "ReadOnlyAccess", "SecurityAudit"],
    ),
];

const fn person(
    handle: &'static str,
    zone: Zone,
    habit: Habit,
    home: &'static str,
    desk: u8,
    grants: [&'static str; 3],
) -> Person {
    Person { handle, zone, habit, home, desk, grants }
}

/// The person with this handle.
pub fn named(handle: &str) -> &'static Person {
    PEOPLE.iter().find(|person| person.handle == handle).unwrap_or(&PEOPLE[0])
}

impl Person {
    /// Name in Identity Center, which is the session name of their roles.
    pub fn address(&self) -> String {
        format!("{}@example.com", self.handle)
    }

    /// Id of the user in the identity store.
    pub fn user_id(&self, world: &World) -> String {
        let store = world.identity_store.trim_start_matches("d-");
        format!("{store}-{}", Dice::named(world.seed, &format!("person/{}", self.handle)).uuid())
    }

    /// Their address in the office.
    pub fn office_ip(&self) -> String {
        format!("203.0.113.{}", self.desk)
    }

    /// The browser they use.
    pub fn browser(&self) -> &'static str {
        match self.desk % 4 {
            0 => {
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
            }
            1 => {
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"
            }
            2 => "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
            _ => {
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15"
            }
        }
    }

    /// Their command line.
    pub fn shell(&self) -> &'static str {
        if self.desk.is_multiple_of(2) {
            "aws-cli/2.31.18 md/awscrt#0.28.2 ua/2.1 os/macos#25.1.0 md/arch#arm64 lang/python#3.13.9 md/pyimpl#CPython m/E,b,Z,AE cfg/retry-mode#standard md/installer#source md/prompt#off"
        } else {
            "aws-cli/2.30.7 md/awscrt#0.27.6 ua/2.1 os/linux#6.8.0-86-generic md/arch#x86_64 lang/python#3.13.7 md/pyimpl#CPython m/E,G,b cfg/retry-mode#standard md/installer#exe md/distrib#ubuntu.24 md/prompt#off"
        }
    }

    /// Accounts they may enter.
    pub fn accounts(&self) -> impl Iterator<Item = usize> + Clone + '_ {
        [PROD, STAGING, SECURITY].into_iter().filter(|&account| !self.grants[account].is_empty())
    }
}

/// Terraform's user agent, as long as it is in real logs.
pub const TERRAFORM: &str = "APN/1.0 HashiCorp/1.0 Terraform/1.13.4 (+https://www.terraform.io) terraform-provider-aws/6.18.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.39.3 ua/2.1 os/linux lang/go#1.24.8 md/GOOS#linux md/GOARCH#amd64";
