//! `cargo xtask test`: all tests, the quick ones first.

use crate::error::Result;
use crate::workspace::{Profile, Workspace};
use crate::{aws_clients, browser_tests, build, process, say};

/// Runs unit and integration tests, AWS's own clients against the sandbox, then the browser tests; all of them, or those whose
/// name contains the filter.
pub fn test(workspace: &Workspace, profile: Profile, filter: Option<&str>) -> Result<()> {
    let step = say::step("unit and integration tests");
    let mut cargo = workspace.cargo();
    // The browser's entry point would pull `hydrate` into the server's build of `app`.
    cargo.args(["test", "--workspace", "--exclude", "frontend"]);
    if profile == Profile::Release {
        cargo.arg("--release");
    }
    process::run(cargo.args(filter))?;
    step.done();

    let left_out = match filter {
        None => {
            let server = build::server(workspace, profile)?;
            aws_clients::run(workspace, &server, aws_clients::Need::of_environment())?
        }
        Some(_) => None,
    };
    let playwright: Vec<String> = match filter {
        Some(filter) => vec!["--pass-with-no-tests".into(), "--grep".into(), literal(filter)],
        None => Vec::new(),
    };
    browser_tests::run(workspace, profile, &playwright)?;
    // Above, it may have been overlooked.
    left_out.iter().for_each(|reason| say::note(reason));
    Ok(())
}

/// A regular expression that finds exactly this text.
fn literal(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_ascii_punctuation() { vec!['\\', c] } else { vec![c] }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_no_pattern() {
        assert_eq!(literal("a.b (c)"), "a\\.b \\(c\\)");
    }
}
