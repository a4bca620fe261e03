//! `cargo xtask`: everything the project does besides compiling, on a machine that has Rust and Node.
//!
//! The server is an ordinary cargo build. The browser's side is compiled to WebAssembly, turned into a
//! JavaScript module by wasm-bindgen, and laid out with the style sheet and the static files as the folder
//! that the server serves (see [`site`]).

mod aws_clients;
mod bench;
mod browser_tests;
mod build;
mod check;
mod dev;
mod error;
mod files;
mod first_load;
mod install;
mod npm;
mod process;
mod run;
mod sample;
mod say;
mod site;
mod style;
mod test;
mod wasm;
mod wasm_std;
mod workspace;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use error::Result;
use workspace::{Profile, Workspace};

/// The project's own tool.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build everything and start the server on a sample account
    Run(RunArgs),
    /// Build the server and the browser's side, and say where they are
    Build(ReleaseArgs),
    /// Run unit, integration and browser tests, and AWS's own clients against the sandbox
    Test(TestArgs),
    /// Build the server, then run AWS's own clients against its sandbox alone
    AwsClients(ReleaseArgs),
    /// Build, then run the browser tests alone
    E2e(E2eArgs),
    /// Like `run`, and build and start again whenever a file changes
    Dev(RunArgs),
    /// Formatting, lints of both sides, licences, versions
    Check,
    /// Measure a release build, and compare with the measurement before it
    Bench(BenchArgs),
}

#[derive(Args)]
struct ReleaseArgs {
    /// Build for production: smallest browser side, fastest server, takes longer
    #[arg(long)]
    release: bool,
}

#[derive(Args)]
struct RunArgs {
    #[command(flatten)]
    release: ReleaseArgs,
    /// Number of events in the sample account
    #[arg(long, default_value_t = sample::DEFAULT_EVENTS)]
    events: u64,
    /// Address and port to serve on
    #[arg(long, default_value = "127.0.0.1:3000")]
    listen: std::net::SocketAddr,
}

#[derive(Args)]
struct TestArgs {
    #[command(flatten)]
    release: ReleaseArgs,
    /// Only tests whose name contains this; also given to the browser tests
    filter: Option<String>,
}

#[derive(Args)]
struct E2eArgs {
    #[command(flatten)]
    release: ReleaseArgs,
    /// Passed on to `playwright test`, for example `-- --grep drawer --headed`
    #[arg(last = true)]
    playwright: Vec<String>,
}

#[derive(Args)]
struct BenchArgs {
    /// Accepted for symmetry: a measurement is always of a release build
    #[arg(long)]
    release: bool,
    /// Only measure the size of the first page load
    #[arg(long)]
    size_only: bool,
    /// Passed on to the benchmark program
    #[arg(last = true)]
    benchmark: Vec<String>,
}

impl ReleaseArgs {
    fn profile(&self) -> Profile {
        if self.release { Profile::Release } else { Profile::Dev }
    }
}

fn main() -> ExitCode {
    match perform(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::failure(&error);
            ExitCode::FAILURE
        }
    }
}

fn perform(command: Command) -> Result<()> {
    let workspace = Workspace::find()?;
    match command {
        Command::Run(args) => run::run(&workspace, args.release.profile(), args.events, args.listen),
        Command::Build(args) => {
            let built = build::everything(&workspace, args.profile())?;
            println!("server  {}\nsite    {}", built.server.display(), built.site.display());
            Ok(())
        }
        Command::Test(args) => test::test(&workspace, args.release.profile(), args.filter.as_deref()),
        Command::AwsClients(args) => {
            let server = build::server(&workspace, args.profile())?;
            aws_clients::run(&workspace, &server, aws_clients::Need::Always).map(|_| ())
        }
        Command::E2e(args) => browser_tests::run(&workspace, args.release.profile(), &args.playwright),
        Command::Dev(args) => dev::dev(&workspace, args.release.profile(), args.events, args.listen),
        Command::Check => check::check(&workspace),
        Command::Bench(args) => bench::bench(&workspace, args.size_only, &args.benchmark),
    }
}
