//! Why there are no credentials, in words for the person whose computer it is.

use crate::{BadCredentials, GatewayError, Kind};

/// Why the person's own credentials cannot be used. It never holds a secret, nor what a program printed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ChainError {
    /// Nothing is set up.
    #[error("there are no AWS credentials on this machine{}", of_profile(profile))]
    Nowhere {
        /// The profile that was asked for by name and has none.
        profile: Option<String>,
    },
    /// The profile does not exist.
    #[error("there is no profile `{profile}` in {files}")]
    UnknownProfile {
        /// Which.
        profile: String,
        /// Those that there are.
        known: Vec<String>,
        /// The files that were read.
        files: String,
    },
    /// A file cannot be read or understood.
    #[error("{path}{}: {problem}", line.map(|line| format!(", line {line}")).unwrap_or_default())]
    File {
        /// Which.
        path: String,
        /// Where in it.
        line: Option<usize>,
        /// What is wrong.
        problem: String,
    },
    /// The profile's settings do not fit together.
    #[error("the profile `{profile}` cannot be used: {problem}")]
    Settings {
        /// Which.
        profile: String,
        /// What is wrong.
        problem: String,
    },
    /// A session of IAM Identity Center or of `aws login` has ended, or was never begun.
    #[error("the sign-in of the profile `{profile}` has ended")]
    SignedOut {
        /// Which.
        profile: String,
        /// What begins a new one.
        command: String,
    },
    /// The profile's role wants a code from a device.
    #[error("the profile `{profile}` needs a code from the device {serial}")]
    Mfa {
        /// Which.
        profile: String,
        /// The device.
        serial: String,
        /// A command that asks AWS for a session.
        command: String,
    },
    /// The program that a profile names as the source of its credentials failed.
    #[error(
        "the program that `credential_process` of the profile `{profile}` names failed, or printed no credentials"
    )]
    Process {
        /// Which.
        profile: String,
    },
    /// AWS refused to give credentials.
    #[error("{}", refused(profile, error))]
    Refused {
        /// For which profile.
        profile: Option<String>,
        /// What it answered.
        error: GatewayError,
    },
    /// What was found does not look like credentials.
    #[error("the credentials{} cannot be used: {problem}", of_profile(profile))]
    Malformed {
        /// For which profile; `None` for those of the environment.
        profile: Option<String>,
        /// What is wrong with them.
        problem: BadCredentials,
    },
    /// Anything else.
    #[error("no credentials could be loaded{}: {problem}", of_profile(profile))]
    Other {
        /// For which profile.
        profile: Option<String>,
        /// What is wrong.
        problem: String,
    },
    /// A setting is none.
    #[error("{name} is {value}, and must be an http:// or https:// address")]
    Endpoint {
        /// The setting.
        name: &'static str,
        /// What it is.
        value: String,
    },
}

impl ChainError {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            ChainError::Nowhere { profile: None } => {
                "Sign in with `aws sso login` or `aws login`, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY \
                 (with AWS_SESSION_TOKEN for temporary ones). `aws configure list` shows what AWS's own programs find."
                    .to_owned()
            }
            ChainError::Nowhere { profile: Some(profile) } => {
                format!("`aws configure sso --profile {profile}` sets the profile up.")
            }
            ChainError::UnknownProfile { known, .. } if known.is_empty() => {
                "There are no profiles at all; `aws configure sso` makes one.".to_owned()
            }
            ChainError::UnknownProfile { known, .. } => format!("These exist: {}.", known.join(", ")),
            ChainError::File { .. } => "Mend the file; `aws configure list` reads it too.".to_owned(),
            ChainError::Settings { .. } => {
                "Mend the profile in the AWS configuration file, or choose another with --profile.".to_owned()
            }
            ChainError::SignedOut { command, .. } => format!("Run `{command}`, then try again."),
            ChainError::Mfa { command, .. } => format!(
                "Waymark cannot ask for it here. Get a session with `{command}` and put what it prints into AWS_ACCESS_KEY_ID, \
                 AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; where a Waymark server runs, it can be pasted at /sign-in."
            ),
            ChainError::Process { profile } => {
                format!("`aws sts get-caller-identity{}` shows what it says.", flag(profile))
            }
            ChainError::Refused { error, .. } => error.help().unwrap_or_else(|| {
                "The role's trust policy must allow it, and so must a policy of whoever takes it on.".to_owned()
            }),
            ChainError::Malformed { .. } => {
                "Copy the access key, the secret and the session token once more, all from the same place.".to_owned()
            }
            ChainError::Other { .. } => {
                "`aws sts get-caller-identity` shows whether AWS's own programs find credentials.".to_owned()
            }
            ChainError::Endpoint { .. } => "Such as http://127.0.0.1:4599 for the sandbox; without it, AWS is called.".to_owned(),
        }
    }
}

/// How AWS's command line is told a profile.
pub(super) fn flag(profile: &str) -> String {
    if profile == "default" { String::new() } else { format!(" --profile {profile}") }
}

fn of_profile(profile: &Option<String>) -> String {
    profile.as_ref().map(|profile| format!(" for the profile `{profile}`")).unwrap_or_default()
}

fn refused(profile: &Option<String>, error: &GatewayError) -> String {
    let of = of_profile(profile);
    match error.kind() {
        Kind::Unreachable => format!("no credentials could be loaded{of}: AWS cannot be reached"),
        _ => format!("AWS gave no credentials{of}. {}", error.detail()),
    }
}
