//! How much of an answer is taken in: an endpoint that sends without end must not fill the memory.

use aws_sdk_cloudtrail::config::interceptors::BeforeDeserializationInterceptorContextMut;
use aws_sdk_cloudtrail::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_cloudtrail::error::BoxError;
use aws_sdk_s3::primitives::SdkBody;
use http_body_util::{LengthLimitError, Limited};

/// The longest page of event history, in bytes. A page has 50 events at most, each of 256 kB at most (CloudTrail User Guide,
/// "Quotas in AWS CloudTrail"), and as text within JSON they grow.
pub const PAGE: usize = 32 * 1024 * 1024;
/// The longest answer of the calls that are about identities, in bytes.
pub const IDENTITY: usize = 1024 * 1024;

/// Reads an answer up to so many bytes and fails beyond.
#[derive(Clone, Copy, Debug)]
pub struct Bounded(pub usize);

impl Intercept for Bounded {
    fn name(&self) -> &'static str {
        "Bounded"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response_mut().body_mut();
        let whole = std::mem::replace(body, SdkBody::taken());
        *body = SdkBody::from_body_1_x(Limited::new(whole, self.0));
        Ok(())
    }
}

/// Whether an answer could not be read because it goes on beyond what is taken in.
pub fn is_too_long(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source()).any(|error| error.is::<LengthLimitError>())
}
