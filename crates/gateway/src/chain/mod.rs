//! The person's own credentials, found as AWS's own programs find them: the only place of Waymark that looks for credentials by
//! itself. It serves whoever started the program (`serve --aws`, `search --aws`, `import s3://…`), never a request.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use aws_config::Region;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::imds::client::error::ImdsError;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::Credentials as SdkCredentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sso::operation::get_role_credentials::GetRoleCredentialsError;
use aws_sdk_sts::error::SdkError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_sdk_sts::operation::assume_role_with_web_identity::AssumeRoleWithWebIdentityError;
use aws_types::os_shim_internal::Env;
use cloudtrail::time::{MINUTE, Time};
use tokio::sync::Mutex;
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;

mod error;
mod profile;
#[cfg(test)]
mod tests;

use crate::error::GatewayError;
use crate::regions::HOME;
use crate::{Clock, Credentials};
pub use error::ChainError;
use profile::{Chosen, DEFAULT};

/// New credentials are asked for so long before the old ones end.
const EARLY: i64 = 5 * MINUTE;
/// How long to wait for a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a call for credentials may take, with what it repeats.
const ANSWER: Duration = Duration::from_secs(30);

/// The person's own credentials: environment, profile (keys, Identity Center, `aws login`, a program, roles from other profiles), web
/// identity, container, instance, in this order (AWS SDKs and Tools Reference Guide, "Standardized credential providers"). A profile asked for by
/// name goes before the environment, as in AWS's command line. Cheap to clone; its `Debug` shows no secret.
#[derive(Clone)]
pub struct Chain {
    inner: Arc<Inner>,
}

struct Inner {
    profile: Option<Chosen>,
    /// Whether the profile was asked for by name, and not by AWS_PROFILE.
    is_explicit: bool,
    region: Option<String>,
    endpoint: Option<String>,
    env: Env,
    /// Whether web identity, container and instance are asked when nothing else is there.
    asks_machine: bool,
    clock: Clock,
    kept: Mutex<Option<Credentials>>,
}

impl Chain {
    /// Finds out where credentials are to come from, and asks for none yet.
    ///
    /// # Errors
    /// A profile that does not exist, a file that cannot be read, an endpoint that is none.
    pub async fn load(profile: Option<&str>, clock: Clock) -> Result<Chain, ChainError> {
        Chain::load_from(profile, clock, Env::real(), true).await
    }

    async fn load_from(
        profile: Option<&str>,
        clock: Clock,
        env: Env,
        asks_machine: bool,
    ) -> Result<Chain, ChainError> {
        let get = |name: &str| env.get(name).ok().filter(|value| !value.is_empty());
        let chosen = Chosen::load(profile, &env).with_subscriber(NoSubscriber::default()).await?;
        let of_profile = |read: fn(&Chosen) -> Option<String>| chosen.as_ref().and_then(read);
        let region = get("AWS_REGION")
            .or_else(|| get("AWS_DEFAULT_REGION"))
            .or_else(|| of_profile(|profile| profile.region.clone()));
        let ignored = get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
            .is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let endpoint = match (get("AWS_ENDPOINT_URL"), of_profile(|profile| profile.endpoint.clone())) {
            _ if ignored => None,
            (Some(value), _) => Some(address("AWS_ENDPOINT_URL", value)?),
            (None, Some(value)) => Some(address("endpoint_url", value)?),
            (None, None) => None,
        };
        let inner = Inner {
            profile: chosen,
            is_explicit: profile.is_some(),
            region,
            endpoint,
            env,
            asks_machine,
            clock,
            kept: Mutex::default(),
        };
        Ok(Chain { inner: Arc::new(inner) })
    }

    /// The profile, if one was named, or there is a default one.
    pub fn profile(&self) -> Option<&str> {
        self.inner.profile.as_ref().map(|profile| profile.name.as_str())
    }

    /// The Region that the environment or the profile names.
    pub fn region(&self) -> Option<&str> {
        self.inner.region.as_deref()
    }

    /// Where all services are, if not at AWS.
    pub fn endpoint(&self) -> Option<String> {
        self.inner.endpoint.clone()
    }

    /// Credentials that are good for some minutes at least, if there are such: those from before until they are about to end.
    ///
    /// # Errors
    /// Why there are none, and what to do about it.
    pub async fn credentials(&self) -> Result<Credentials, ChainError> {
        let mut kept = self.inner.kept.lock().await;
        let now = (self.inner.clock)();
        let left = |credentials: &Credentials| {
            credentials.expires().map_or(i64::MAX, |end| end.as_millis() - now.as_millis())
        };
        if let Some(credentials) = kept.as_ref().filter(|credentials| left(credentials) > EARLY) {
            return Ok(credentials.clone());
        }
        match self.inner.find().with_subscriber(NoSubscriber::default()).await {
            Ok(found) => Ok(kept.insert(found).clone()),
            // What there is still is good for a while.
            Err(error) => match kept.as_ref().filter(|credentials| left(credentials) > 0) {
                Some(credentials) => Ok(credentials.clone()),
                None => Err(error),
            },
        }
    }

    /// Other credentials than these, which AWS refuses: some do not say when they end.
    ///
    /// # Errors
    /// As [`Chain::credentials`].
    pub async fn instead_of(&self, refused: &Credentials) -> Result<Credentials, ChainError> {
        {
            let mut kept = self.inner.kept.lock().await;
            if kept.as_ref().is_some_and(|kept| kept.fingerprint() == refused.fingerprint()) {
                *kept = None;
            }
        }
        self.credentials().await
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain")
            .field("profile", &self.profile())
            .field("region", &self.inner.region)
            .field("endpoint", &self.inner.endpoint)
            .finish_non_exhaustive()
    }
}

impl Inner {
    /// Looks everywhere anew: files may have changed since the last time.
    async fn find(&self) -> Result<Credentials, ChainError> {
        if !self.is_explicit
            && let Some(found) = self.of_environment()?
        {
            return Ok(found);
        }
        if let Some(profile) = &self.profile {
            profile.check_mfa()?;
        }
        let chain = self.providers();
        let found = chain.provide_credentials().await;
        let found = found.map_err(|error| self.explain(&error))?;
        taken(&found).map_err(|problem| ChainError::Malformed { profile: self.name(), problem })
    }

    fn of_environment(&self) -> Result<Option<Credentials>, ChainError> {
        let get = |name: &str| self.env.get(name).ok().filter(|value| !value.trim().is_empty());
        let (Some(key), Some(secret)) = (get("AWS_ACCESS_KEY_ID"), get("AWS_SECRET_ACCESS_KEY")) else {
            return Ok(None);
        };
        let expires = get("AWS_CREDENTIAL_EXPIRATION").and_then(|time| Time::parse(&time));
        Credentials::new(key, secret, get("AWS_SESSION_TOKEN"), expires)
            .map(Some)
            .map_err(|problem| ChainError::Malformed { profile: None, problem })
    }

    /// The profile, and after it what the machine itself may have; that not for a profile that was asked for by name.
    fn providers(&self) -> CredentialsProviderChain {
        let region = Region::new(self.region.clone().unwrap_or_else(|| HOME.to_owned()));
        let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT).operation_timeout(ANSWER).build();
        let config = ProviderConfig::without_region().with_region(Some(region)).with_timeout_config(timeouts);
        let name = self.profile.as_ref().map_or(DEFAULT, |profile| &profile.name);
        let profile = ProfileFileCredentialsProvider::builder()
            .configure(&config)
            .profile_files(profile::files(&self.env))
            .profile_name(name)
            .build();
        let chain = CredentialsProviderChain::first_try("Profile", profile);
        if self.is_explicit || !self.asks_machine {
            return chain;
        }
        chain
            .or_else(
                "WebIdentityToken",
                WebIdentityTokenCredentialsProvider::builder().configure(&config).build(),
            )
            .or_else("EcsContainer", EcsCredentialsProvider::builder().configure(&config).build())
            .or_else("Ec2InstanceMetadata", ImdsCredentialsProvider::builder().configure(&config).build())
    }

    fn name(&self) -> Option<String> {
        self.profile.as_ref().map(|profile| profile.name.clone())
    }

    /// In words. What a program printed, and what AWS was sent, are no part of it.
    fn explain(&self, error: &CredentialsError) -> ChainError {
        let region = self.region.as_deref().unwrap_or(HOME);
        if let Some(call) = within::<SdkError<GetRoleCredentialsError>>(error) {
            let error = GatewayError::of_sdk("GetRoleCredentials", region, call);
            return match (error.code(), self.signed_out()) {
                ("UnauthorizedException", Some(signed_out)) => signed_out,
                _ => ChainError::Refused { profile: self.name(), error },
            };
        }
        let refused = within::<SdkError<AssumeRoleError>>(error)
            .map(|call| GatewayError::of_sdk("AssumeRole", region, call))
            .or_else(|| {
                let call = within::<SdkError<AssumeRoleWithWebIdentityError>>(error)?;
                Some(GatewayError::of_sdk("AssumeRoleWithWebIdentity", region, call))
            });
        if let Some(error) = refused {
            return ChainError::Refused { profile: self.name(), error };
        }
        // The instance is asked last, where nothing else was found; on other machines who answers there, if anybody, is no instance.
        let is_last = within::<ImdsError>(error).is_some();
        match (&self.profile, error) {
            _ if is_last => ChainError::Nowhere { profile: None },
            (_, CredentialsError::CredentialsNotLoaded(_)) => {
                ChainError::Nowhere { profile: self.name().filter(|_| self.is_explicit) }
            }
            (Some(profile), CredentialsError::InvalidConfiguration(_)) => {
                ChainError::Settings { profile: profile.name.clone(), problem: innermost(error) }
            }
            (Some(profile), _) if profile.origin == profile::Origin::Process => {
                ChainError::Process { profile: profile.source.clone() }
            }
            (_, CredentialsError::ProviderTimedOut(_)) => {
                ChainError::Other { profile: self.name(), problem: "there was no answer in time".to_owned() }
            }
            _ => self
                .signed_out()
                .unwrap_or_else(|| ChainError::Other { profile: self.name(), problem: innermost(error) }),
        }
    }

    fn signed_out(&self) -> Option<ChainError> {
        let profile = self.profile.as_ref()?;
        Some(ChainError::SignedOut { profile: profile.source.clone(), command: profile.sign_in()? })
    }
}

fn taken(found: &SdkCredentials) -> Result<Credentials, crate::BadCredentials> {
    let expires = found
        .expiry()
        .and_then(|end| end.duration_since(UNIX_EPOCH).ok())
        .and_then(|since| i64::try_from(since.as_millis()).ok())
        .map(Time::from_millis);
    let token = found.session_token().map(str::to_owned);
    Credentials::new(found.access_key_id().to_owned(), found.secret_access_key().to_owned(), token, expires)
}

fn address(name: &'static str, value: String) -> Result<String, ChainError> {
    let host = value.strip_prefix("http://").or_else(|| value.strip_prefix("https://"));
    let is_one = host.is_some_and(|host| {
        !host.is_empty() && !host.starts_with(['/', ':']) && host.bytes().all(|byte| byte.is_ascii_graphic())
    });
    if is_one {
        Ok(value.trim_end_matches('/').to_owned())
    } else {
        Err(ChainError::Endpoint { name, value })
    }
}

/// The first error of a type among the causes.
fn within<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut at = Some(error);
    while let Some(error) = at {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        at = error.source();
    }
    None
}

fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut at = error;
    while let Some(source) = at.source() {
        at = source;
    }
    let text = at.to_string();
    text.strip_prefix("ProfileFile provider could not be built: ").unwrap_or(&text).to_owned()
}
