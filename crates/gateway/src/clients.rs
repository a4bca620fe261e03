//! Clients, one for each set of credentials and Region, with connections and certificates shared by all.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_sdk_cloudtrail::config::retry::RetryConfig;
use aws_sdk_cloudtrail::config::timeout::TimeoutConfig;
use aws_sdk_cloudtrail::config::{
    BehaviorVersion, Credentials as SdkCredentials, Region, SharedCredentialsProvider, SharedHttpClient,
};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;

use crate::bounds::{self, Bounded};
use crate::{Credentials, Timing};

/// How many clients are kept; beyond that all are made anew. A client holds its credentials.
const MAX_KEPT: usize = 512;

/// The SDK would learn AWS's time from answers and sign with that. Then a wrong clock would go unnoticed, and what it says of what
/// is final and what has expired would be believed.
const OWN_CLOCK: bool = true;

/// Makes clients, and keeps them while they are used.
pub struct Clients {
    endpoint: Option<String>,
    timing: Timing,
    http: SharedHttpClient,
    cloudtrail: Mutex<HashMap<Name, aws_sdk_cloudtrail::Client>>,
}

/// The credentials' fingerprint and the Region.
type Name = ([u8; 32], String);

impl Clients {
    pub fn new(endpoint: Option<String>, timing: Timing) -> Clients {
        let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https();
        Clients { endpoint, timing, http, cloudtrail: Mutex::default() }
    }

    /// CloudTrail in a Region. The SDK does not retry: whoever calls knows what a repeated call costs.
    pub fn cloudtrail(&self, credentials: &Credentials, region: &str) -> aws_sdk_cloudtrail::Client {
        let name = (credentials.fingerprint(), region.to_owned());
        let mut kept = self.cloudtrail.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = kept.get(&name) {
            return client.clone();
        }
        let mut config = aws_sdk_cloudtrail::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.to_owned()))
            .credentials_provider(provider(credentials))
            .http_client(self.http.clone())
            .retry_config(RetryConfig::disabled())
            .timeout_config(self.timeouts())
            .disable_clock_skew_correction(OWN_CLOCK)
            .interceptor(Bounded(bounds::PAGE));
        config.set_endpoint_url(self.endpoint.clone());
        let client = aws_sdk_cloudtrail::Client::from_conf(config.build());
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        kept.insert(name, client.clone());
        client
    }

    /// STS in a Region. Its calls are few, so the SDK may retry.
    pub fn sts(&self, credentials: &Credentials, region: &str) -> aws_sdk_sts::Client {
        let mut config = aws_sdk_sts::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.to_owned()))
            .credentials_provider(provider(credentials))
            .http_client(self.http.clone())
            .retry_config(RetryConfig::standard().with_max_attempts(2))
            .timeout_config(self.timeouts())
            .disable_clock_skew_correction(OWN_CLOCK)
            .interceptor(Bounded(bounds::IDENTITY));
        config.set_endpoint_url(self.endpoint.clone());
        aws_sdk_sts::Client::from_conf(config.build())
    }

    /// SSO-OIDC in a Region: its calls need no credentials. AWS asks for an interval between them, so nothing is retried.
    pub fn oidc(&self, region: &str) -> aws_sdk_ssooidc::Client {
        let mut config = aws_sdk_ssooidc::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.to_owned()))
            .http_client(self.http.clone())
            .retry_config(RetryConfig::disabled())
            .timeout_config(self.timeouts())
            .interceptor(Bounded(bounds::IDENTITY));
        config.set_endpoint_url(self.endpoint.clone());
        aws_sdk_ssooidc::Client::from_conf(config.build())
    }

    /// The portal of Identity Center in a Region: its calls carry a token of their own.
    pub fn portal(&self, region: &str) -> aws_sdk_sso::Client {
        let mut config = aws_sdk_sso::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.to_owned()))
            .http_client(self.http.clone())
            .retry_config(RetryConfig::standard().with_max_attempts(2))
            .timeout_config(self.timeouts())
            .interceptor(Bounded(bounds::IDENTITY));
        config.set_endpoint_url(self.endpoint.clone());
        aws_sdk_sso::Client::from_conf(config.build())
    }

    /// S3 in a Region. Lists and objects may be asked for again, so the SDK retries. What an object may have is for who reads it to
    /// say; lists are bounded by their pages.
    pub fn s3(&self, credentials: &Credentials, region: &str) -> aws_sdk_s3::Client {
        let mut config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.to_owned()))
            .credentials_provider(provider(credentials))
            .http_client(self.http.clone())
            .retry_config(RetryConfig::standard().with_max_attempts(4))
            .timeout_config(self.timeouts())
            .disable_clock_skew_correction(OWN_CLOCK)
            // Elsewhere than at AWS, a bucket's name need not be a host's.
            .force_path_style(self.endpoint.is_some());
        config.set_endpoint_url(self.endpoint.clone());
        aws_sdk_s3::Client::from_conf(config.build())
    }

    /// Forgets the clients of these credentials, and so the credentials.
    pub fn forget(&self, credentials: &Credentials) {
        let fingerprint = credentials.fingerprint();
        let mut kept = self.cloudtrail.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(other, _), _| *other != fingerprint);
    }

    fn timeouts(&self) -> TimeoutConfig {
        let Timing { connect, answer, .. } = self.timing;
        TimeoutConfig::builder()
            .connect_timeout(connect)
            .operation_attempt_timeout(answer)
            .operation_timeout(2 * answer)
            .build()
    }
}

/// These credentials and no other: nothing is looked for in the environment.
fn provider(credentials: &Credentials) -> SharedCredentialsProvider {
    SharedCredentialsProvider::new(SdkCredentials::new(
        credentials.access_key_id(),
        credentials.secret(),
        credentials.token().map(str::to_owned),
        None,
        "session",
    ))
}
