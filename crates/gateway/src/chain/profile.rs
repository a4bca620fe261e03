//! Profiles of the AWS configuration files: which one counts, and where its credentials come from.

use std::error::Error;
use std::path::PathBuf;

// Their other name is that of a crate below aws-config, which its callers need not know.
#[allow(deprecated)]
use aws_config::profile::profile_file::{Builder, ProfileFileKind, ProfileFiles};
use aws_config::profile::{Profile, ProfileFileLoadError, ProfileSet};
use aws_types::os_shim_internal::{Env, Fs};

use super::error::{ChainError, flag};

/// The profile that counts when none is named.
pub const DEFAULT: &str = "default";

/// Where a profile's credentials begin. Roles may be taken on from there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The sign-in of IAM Identity Center; a named session may serve several profiles.
    IdentityCenter,
    /// `aws login`.
    Login,
    /// A program that prints credentials.
    Process,
    /// Keys in the file, or anything else.
    Other,
}

/// A profile that was chosen.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// Its name.
    pub name: String,
    /// The profile in which its credentials begin; its own name unless it takes on a role from another.
    pub source: String,
    /// How they begin there.
    pub origin: Origin,
    /// Its Region.
    pub region: Option<String>,
    /// The address it gives for all services.
    pub endpoint: Option<String>,
    /// A role on the way that wants a code.
    mfa: Option<Mfa>,
}

#[derive(Clone, Debug)]
struct Mfa {
    profile: String,
    role: String,
    serial: String,
    /// With whose credentials the role is taken on.
    with: String,
}

impl Chosen {
    /// The profile of this name, or of AWS_PROFILE, or the default one; `None` if none was named and there is no default.
    pub async fn load(name: Option<&str>, env: &Env) -> Result<Option<Chosen>, ChainError> {
        let of_env = env.get("AWS_PROFILE").ok().filter(|name| !name.is_empty());
        let named = name.map(str::to_owned).or(of_env);
        let wanted = named.clone().unwrap_or_else(|| DEFAULT.to_owned());
        let paths = paths(env).map(|(_, path)| path);
        for path in &paths {
            check(path)?;
        }
        let (fs, files) = (Fs::real(), files(env));
        let profiles = aws_config::profile::load(&fs, env, &files, Some(wanted.clone().into())).await;
        let profiles = profiles.map_err(|error| broken(&error))?;
        match profiles.get_profile(&wanted) {
            Some(profile) => Ok(Some(follow(&profiles, profile))),
            None if named.is_none() => Ok(None),
            None => {
                let mut known: Vec<String> = profiles.profiles().map(str::to_owned).collect();
                known.sort();
                let files = paths.map(|path| path.display().to_string()).join(" and ");
                Err(ChainError::UnknownProfile { profile: wanted, known, files })
            }
        }
    }

    /// What begins a new sign-in.
    pub fn sign_in(&self) -> Option<String> {
        match self.origin {
            Origin::IdentityCenter => Some(format!("aws sso login{}", flag(&self.source))),
            Origin::Login => Some(format!("aws login{}", flag(&self.source))),
            Origin::Process | Origin::Other => None,
        }
    }

    /// A role that wants a code can only be taken on by who can be asked for one (aws-config leaves `mfa_serial` out, and AWS then
    /// refuses the role).
    pub fn check_mfa(&self) -> Result<(), ChainError> {
        let Some(mfa) = &self.mfa else { return Ok(()) };
        let command = format!(
            "aws sts assume-role --role-arn {} --role-session-name waymark --serial-number {} --token-code CODE{}",
            mfa.role,
            mfa.serial,
            flag(&mfa.with)
        );
        Err(ChainError::Mfa { profile: mfa.profile.clone(), serial: mfa.serial.clone(), command })
    }
}

/// Follows `source_profile` from role to role, as far as there are any. Loops and names that lead nowhere are found by whoever
/// loads the credentials.
fn follow(profiles: &ProfileSet, first: &Profile) -> Chosen {
    let mut chosen = Chosen {
        name: first.name().to_owned(),
        source: first.name().to_owned(),
        origin: Origin::Other,
        region: first.get("region").map(str::to_owned),
        endpoint: first.get("endpoint_url").map(str::to_owned),
        mfa: None,
    };
    let mut profile = first;
    let mut seen = vec![first.name()];
    while let (Some(role), Some(source)) = (profile.get("role_arn"), profile.get("source_profile")) {
        if let (Some(serial), None) = (profile.get("mfa_serial"), &chosen.mfa) {
            chosen.mfa = Some(Mfa {
                profile: profile.name().to_owned(),
                role: role.to_owned(),
                serial: serial.to_owned(),
                with: source.to_owned(),
            });
        }
        match profiles.get_profile(source) {
            Some(next) if !seen.contains(&next.name()) => profile = next,
            _ => break,
        }
        seen.push(profile.name());
        if profile.get("aws_access_key_id").is_some() {
            break;
        }
    }
    chosen.source = profile.name().to_owned();
    chosen.origin = origin(profile, profile.name() == first.name());
    chosen
}

/// In the order in which aws-config looks: a profile that is the source of another first gives its keys.
fn origin(profile: &Profile, is_first: bool) -> Origin {
    let has = |key: &str| profile.get(key).is_some();
    if (!is_first && has("aws_access_key_id")) || has("credential_source") || has("web_identity_token_file") {
        Origin::Other
    } else if has("sso_session") || has("sso_start_url") {
        Origin::IdentityCenter
    } else if has("login_session") {
        Origin::Login
    } else if has("credential_process") {
        Origin::Process
    } else {
        Origin::Other
    }
}

/// The files; one that is missing is as good as empty.
#[allow(deprecated)]
pub fn files(env: &Env) -> ProfileFiles {
    let add = |files: Builder, (kind, path): (ProfileFileKind, PathBuf)| match path.exists() {
        true => files.with_file(kind, path),
        false => files.with_contents(kind, ""),
    };
    paths(env).into_iter().fold(ProfileFiles::builder(), add).build()
}

/// Where they are looked for.
#[allow(deprecated)]
fn paths(env: &Env) -> [(ProfileFileKind, PathBuf); 2] {
    let home = || env.get("HOME").or_else(|_| env.get("USERPROFILE")).map(PathBuf::from).unwrap_or_default();
    let path = |variable: &str, file: &str| match env.get(variable) {
        Ok(given) => match given.strip_prefix("~/") {
            Some(rest) => home().join(rest),
            None => PathBuf::from(given),
        },
        Err(_) => home().join(".aws").join(file),
    };
    [
        (ProfileFileKind::Config, path("AWS_CONFIG_FILE", "config")),
        (ProfileFileKind::Credentials, path("AWS_SHARED_CREDENTIALS_FILE", "credentials")),
    ]
}

/// aws-config takes a file that cannot be read for an empty one.
fn check(path: &PathBuf) -> Result<(), ChainError> {
    use std::io::ErrorKind;
    let problem = match std::fs::read_to_string(path) {
        Ok(_) => return Ok(()),
        Err(error) => match error.kind() {
            ErrorKind::NotFound => return Ok(()),
            ErrorKind::InvalidData => "it is no text (UTF-8)".to_owned(),
            _ => error.to_string(),
        },
    };
    Err(ChainError::File { path: path.display().to_string(), line: None, problem })
}

fn broken(error: &ProfileFileLoadError) -> ChainError {
    let text = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    // `error parsing PATH on line 3:\n  what is wrong`
    let read = || {
        let (place, problem) = text.strip_prefix("error parsing ")?.split_once(":\n")?;
        let (path, line) = place.rsplit_once(" on line ")?;
        Some((path.to_owned(), line.parse().ok()?, problem.trim().to_owned()))
    };
    match read() {
        Some((path, line, problem)) => ChainError::File { path, line: Some(line), problem },
        None => ChainError::File { path: "the AWS configuration".to_owned(), line: None, problem: text },
    }
}
