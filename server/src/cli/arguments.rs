//! What the command line takes.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Waymark answers when, who, from where, what and how for every API call in an AWS account, from CloudTrail logs.
#[derive(Debug, Parser)]
#[command(name = "waymark", version, max_term_width = 110)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the dashboard and the HTTP API on this machine
    Serve(ServeArguments),
    /// Take log files in to an archive: folders, or a bucket of S3
    Import(ImportArguments),
    /// Search from the command line
    Search(SearchArguments),
    /// Write the log files of a made-up organisation, to try things with
    Sample(SampleArguments),
    /// Run a stand-in for AWS on this machine: CloudTrail of a made-up organisation, for AWS's own clients
    #[cfg(feature = "sandbox")]
    Sandbox(SandboxArguments),
}

/// Where events come from.
#[derive(Clone, Debug, Default, Args)]
#[group(id = "source", multiple = false)]
pub struct Source {
    /// Folders or files of CloudTrail logs, in any layout
    #[arg(long, value_name = "DIR", num_args = 1..)]
    pub logs: Vec<PathBuf>,
    /// An archive that `waymark import` made
    #[arg(long, value_name = "DIR")]
    pub archive: Option<PathBuf>,
}

/// `waymark serve`
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(false).args(["demo", "logs", "archive", "aws", "config"]))]
pub struct ServeArguments {
    /// Serve a made-up organisation; anyone on this machine may look at it
    #[arg(long, conflicts_with_all = ["name", "names", "watch"])]
    pub demo: bool,
    /// Where events come from.
    #[command(flatten)]
    pub source: Source,
    /// Serve the event history of your own AWS account, under your own credentials
    #[arg(long, conflicts_with_all = ["name", "watch"])]
    pub aws: bool,
    /// The profile of your AWS configuration to use (default: AWS_PROFILE, else `default`)
    #[arg(long, conflicts_with_all = ["demo", "logs", "archive", "config"])]
    pub profile: Option<String>,
    /// Serve a team, as this file says (docs/configuration.md)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["name", "names", "watch", "data", "listen", "admin_listen", "profile"])]
    pub config: Option<PathBuf>,
    /// What to call it in addresses (default: the folder's name)
    #[arg(long)]
    pub name: Option<String>,
    /// The address of this machine to listen on; loopback only
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,
    /// Where Waymark keeps its own data (default: waymark in your data folder)
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The folder with scripts and styles (default: `site` beside this program)
    #[arg(long, value_name = "DIR", env = "WAYMARK_SITE")]
    pub site: Option<PathBuf>,
    /// A file that gives names to account ids
    #[arg(long, value_name = "FILE")]
    pub names: Option<PathBuf>,
    /// Go on taking in files that appear in the log folders
    #[arg(long, conflicts_with = "archive")]
    pub watch: bool,
    /// Serve metrics and readiness here; loopback only
    #[arg(long, value_name = "ADDR")]
    pub admin_listen: Option<SocketAddr>,
    /// How many events the demo has
    #[arg(long, value_name = "N", default_value_t = 50_000, hide = true)]
    pub demo_events: u64,
    /// Log files to serve as the demo instead of making new ones
    #[arg(long, value_name = "DIR", env = "WAYMARK_SAMPLE", hide = true)]
    pub demo_logs: Option<PathBuf>,
}

/// `waymark import`
#[derive(Debug, Args)]
pub struct ImportArguments {
    /// Files and folders to take in; or s3://bucket/prefix, under your own AWS credentials
    #[arg(value_name = "SRC", required = true)]
    pub sources: Vec<PathBuf>,
    /// The archive; made if it is missing
    #[arg(long, value_name = "DIR")]
    pub archive: PathBuf,
    /// A file that gives names to account ids
    #[arg(long, value_name = "FILE")]
    pub names: Option<PathBuf>,
    /// Stay, and take in files as they appear
    #[arg(long)]
    pub watch: bool,
    /// From S3: first instant, 2026-11-22, 2026-11-22T09:30:00Z or -2h (default: 90 days ago)
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    pub from: Option<String>,
    /// From S3: first instant after, likewise (default: now)
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    pub to: Option<String>,
    /// From S3: the profile of your AWS configuration to use (default: AWS_PROFILE, else `default`)
    #[arg(long)]
    pub profile: Option<String>,
}

/// `waymark search`
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(false).args(["logs", "archive", "aws"]))]
pub struct SearchArguments {
    /// What to look for, such as 'user:jo -readOnly:true'; '' finds everything
    #[arg(allow_hyphen_values = true)]
    pub query: String,
    /// Where events come from.
    #[command(flatten)]
    pub source: Source,
    /// Search the event history of your own AWS account, under your own credentials
    #[arg(long)]
    pub aws: bool,
    /// The profile of your AWS configuration to use (default: AWS_PROFILE, else `default`)
    #[arg(long, requires = "aws", conflicts_with_all = ["logs", "archive"])]
    pub profile: Option<String>,
    /// Search these Regions only (default: all that every account has)
    #[arg(long = "region", value_name = "REGION", requires = "aws", conflicts_with_all = ["logs", "archive"])]
    pub regions: Vec<String>,
    /// First instant: 2026-11-22, 2026-11-22T09:30:00Z, -2h (default: everything; with --aws 24 hours)
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    pub from: Option<String>,
    /// First instant after, likewise
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    pub to: Option<String>,
    /// How many events at most (default: 50 in a table, else all)
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// How to print them
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Where Waymark keeps its own data (default: waymark in your data folder)
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// How events are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table as wide as the terminal
    Table,
    /// One JSON document with all records
    Json,
    /// One record a line
    Jsonl,
    /// Comma-separated values
    Csv,
}

/// `waymark sample`
#[derive(Debug, Args)]
pub struct SampleArguments {
    /// The folder to write to; made if it is missing
    pub folder: PathBuf,
    /// The same seed and end give the same bytes
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// When it ends (default: now, cut to the hour)
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    pub end: Option<String>,
    /// How many days
    #[arg(long, value_name = "N", default_value_t = 90)]
    pub days: u32,
    /// How many events
    #[arg(long, value_name = "N", default_value_t = 200_000)]
    pub events: u64,
}

/// `waymark sandbox`
#[cfg(feature = "sandbox")]
#[derive(Debug, Args)]
pub struct SandboxArguments {
    /// Where to listen
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:4599")]
    pub listen: SocketAddr,
    /// The folder that keeps its events (default: they are forgotten at the end)
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// Which limits on the rate of calls it keeps
    #[arg(long, value_enum, default_value_t = Quota::Off)]
    pub quota: Quota,
    /// How many events it has at first
    #[arg(long, value_name = "N", default_value_t = 20_000, hide = true)]
    pub events: u64,
    /// How long credentials of Identity Center's roles are good, in seconds
    #[arg(long, value_name = "N", default_value_t = 3_600, hide = true)]
    pub role_seconds: u32,
    /// Let the trails deliver log files and digests with each line on standard input, too
    #[arg(long, hide = true)]
    pub deliver_on_input: bool,
}

/// Limits on the rate of calls.
#[cfg(feature = "sandbox")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Quota {
    /// Those of AWS
    Aws,
    /// None
    Off,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn exactly_one_source_is_given() {
        assert!(parse("waymark serve --demo").is_ok());
        assert!(parse("waymark serve --logs a b").is_ok());
        assert!(parse("waymark serve --archive a").is_ok());
        for wrong in [
            "waymark serve",
            "waymark serve --demo --logs a",
            "waymark serve --logs a --archive b",
            "waymark serve --demo --archive b",
            "waymark serve --demo --name x",
            "waymark serve --archive a --watch",
            "waymark search x",
            "waymark search x --logs a --archive b",
            "waymark search x --aws --archive a",
            "waymark search x --archive a --profile p",
            "waymark search x --logs a --region eu-central-1",
            "waymark import a",
        ] {
            assert_eq!(parse(wrong).map(|_| ()).unwrap_err().exit_code(), 2, "{wrong}");
        }
    }

    #[test]
    fn a_query_and_a_time_may_begin_with_a_hyphen() {
        let Command::Search(search) =
            parse("waymark search -error:* --from -2h --archive a").unwrap().command
        else {
            panic!("not a search");
        };
        assert_eq!((search.query.as_str(), search.from.as_deref()), ("-error:*", Some("-2h")));
    }
}
