//! What a provider publishes about itself: its endpoints and its keys, fetched when first needed and kept
//! for a while. A provider that is down or publishes nonsense costs logins, nothing else.

use std::time::{Duration, Instant};

use openidconnect::{
    AdditionalProviderMetadata, EndSessionUrl, HttpRequest, HttpResponse, IssuerUrl, ProviderMetadata,
    core::{
        CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
        CoreSubjectIdentifierType,
    },
};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::{
    Failure,
    http::{self, FetchError},
};
use crate::Error;

/// What the provider publishes is read again after this time: a withdrawn key stops counting then.
const METADATA_LIFE: Duration = Duration::from_secs(600);
/// An unknown key makes us look for new ones, at most this often.
pub(super) const REFETCH_PAUSE: Duration = Duration::from_secs(30);
/// A provider that did not answer is left alone for this long.
const FAILURE_PAUSE: Duration = Duration::from_secs(2);

/// What the provider publishes that the standard type leaves out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Extra {
    pub(super) end_session_endpoint: Option<EndSessionUrl>,
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Extra {}

/// All of it.
pub(super) type Metadata = ProviderMetadata<
    Extra,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// One provider, asked through one client.
#[derive(Debug)]
pub(super) struct Provider {
    pub(super) issuer: IssuerUrl,
    http: reqwest::Client,
    /// Held while the provider is asked: a hundred logins at once ask once.
    known: Mutex<Known>,
}

/// The provider, as far as it is known.
#[derive(Debug, Default)]
struct Known {
    metadata: Option<Metadata>,
    fetched: Option<Instant>,
    failed: Option<Instant>,
}

impl Provider {
    /// Asks nothing yet.
    pub(super) fn new(issuer: IssuerUrl) -> Result<Self, Error> {
        Ok(Self { http: http::client(issuer.url())?, issuer, known: Mutex::default() })
    }

    /// Sends one request of the protocol. The future owns its client: one that borrowed could not
    /// cross the libraries' generic futures into a handler.
    pub(super) fn fetch(
        &self,
        request: HttpRequest,
    ) -> impl Future<Output = Result<HttpResponse, FetchError>> + Send + use<> {
        http::fetch(self.http.clone(), request)
    }

    /// What the provider publishes.
    pub(super) async fn metadata(&self) -> Result<Metadata, Failure> {
        self.newer_than(METADATA_LIFE).await
    }

    /// What the provider publishes, read again when older than `age`. When it does not answer, what was known stays.
    pub(super) async fn newer_than(&self, age: Duration) -> Result<Metadata, Failure> {
        let mut known = self.known.lock().await;
        let fresh = known.fetched.is_some_and(|at| at.elapsed() < age);
        let resting = known.failed.is_some_and(|at| at.elapsed() < FAILURE_PAUSE);
        if !fresh && !resting {
            match Metadata::discover_async(self.issuer.clone(), &|request| self.fetch(request)).await {
                Ok(metadata) => {
                    *known = Known { metadata: Some(metadata), fetched: Some(Instant::now()), failed: None };
                }
                Err(error) => {
                    let cause = std::error::Error::source(&error).map(ToString::to_string);
                    tracing::warn!(issuer = self.issuer.as_str(), %error, cause, "the identity provider does not answer as it should");
                    known.failed = Some(Instant::now());
                }
            }
        }
        known.metadata.clone().ok_or(Failure::Unavailable)
    }
}
