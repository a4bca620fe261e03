//! The `waymark` binary.

// The types of views nest deeply.
#![recursion_limit = "512"]

use std::process::ExitCode;

fn main() -> ExitCode {
    waymark_server::cli::main()
}
