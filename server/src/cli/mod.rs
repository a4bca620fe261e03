//! The command line. Data goes to standard output, all else to standard error.

mod arguments;
mod credentials;
mod import;
mod notes;
mod output;
mod progress;
mod sample;
#[cfg(feature = "sandbox")]
mod sandbox;
mod search;
mod serve;
mod table;

use std::process::ExitCode;

use clap::Parser;

pub use arguments::{Arguments, Command, Source};

use crate::clock::Clock;
use crate::error::{self, EXIT_OK, Error, Result};
use crate::memory;

/// Reads the arguments, runs the command, and says how it went.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    log_to_stderr(match arguments.command {
        Command::Serve(_) => "warn,waymark_server=info,archive=info,gateway=info,app=info",
        // What other commands have to say they print.
        _ => "warn",
    });
    if let Err(error) = memory::keep_private() {
        tracing::warn!(%error, "credentials in memory are not kept out of core dumps");
    }
    let code = run(arguments.command, &Clock::system()).unwrap_or_else(|error| {
        complain(&error);
        error.exit_code()
    });
    ExitCode::from(code)
}

/// Runs one command and gives its exit code.
fn run(command: Command, clock: &Clock) -> Result<u8> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|source| Error::Start { action: "start the runtime", source })?;
    let outcome = runtime.block_on(async {
        match command {
            Command::Serve(arguments) => serve::run(arguments, clock).await,
            Command::Import(arguments) => import::run(arguments, clock).await,
            Command::Search(arguments) => search::run(arguments, clock).await,
            Command::Sample(arguments) => sample::run(&arguments, clock),
            #[cfg(feature = "sandbox")]
            Command::Sandbox(arguments) => sandbox::run(arguments, clock).await,
        }
    });
    // Whatever is still being read in the background is not needed any more.
    runtime.shutdown_background();
    outcome
}

/// Says on standard error what failed. A query is shown with a mark under the part that is wrong.
fn complain(error: &Error) {
    match error {
        Error::Output(_) if error.exit_code() == EXIT_OK => {}
        Error::Query { text, source } => {
            eprintln!("error: {}", output::safe(&source.message));
            eprintln!("{}", output::marked(text, source.span));
            if let Some(help) = &source.help {
                eprintln!("  help: {}", output::safe(help));
            }
        }
        error => {
            eprintln!("error: {}", output::safe(&error::chain(error)));
            if let Some(help) = error.help() {
                eprintln!("  help: {}", output::safe(&help));
            }
        }
    }
}

/// Logs to standard error: what `RUST_LOG` asks for, or else so much.
fn log_to_stderr(otherwise: &str) {
    use std::io::IsTerminal;
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(otherwise));
    // A second subscriber is refused; the first one stays, which is as good.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        // A line that cannot be written is lost. To say so in the same place would panic in whatever wanted to log.
        .log_internal_errors(false)
        .try_init();
}
