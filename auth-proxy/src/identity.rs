//! Identity providers: who vouches for a person. OpenID Connect is the one kind there is; see `identity/oidc.rs`.
//! What a provider says is verified there and leaves as an `Identity`; rights come from the directory.

mod http;
mod jws;
mod oidc;
mod provider;

pub(crate) use oidc::{Answer, Oidc};
pub use oidc::{OidcOptions, SigningAlgorithm};

/// Why a login did not end well. Each is a page for the agent and a code for the audit trail;
/// none carries a code, a token or a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    /// No provider is configured.
    #[error("no identity provider is configured")]
    NotConfigured,
    /// The provider could not be reached, or what it publishes cannot be read.
    #[error("the identity provider does not answer as it should")]
    Unavailable,
    /// The answer belongs to no login this browser started, or to one that is too old.
    #[error("the answer matches no login in progress")]
    State,
    /// The answer comes from another provider (RFC 9207).
    #[error("the answer names another issuer, or none")]
    Issuer,
    /// The provider answered with an error: the agent gave up, or was refused there.
    #[error("the identity provider refused")]
    Refused,
    /// The provider did not accept the code.
    #[error("the code was not accepted")]
    Code,
    /// The ID token is missing or does not verify.
    #[error("the ID token does not verify")]
    IdToken,
    /// The userinfo answer does not verify, or is about someone else.
    #[error("the userinfo does not verify")]
    Userinfo,
    /// The account was disabled by an administrator.
    #[error("the account is disabled")]
    Disabled,
    /// The session could not be recorded.
    #[error("the session could not be recorded")]
    Unrecorded,
}

impl Failure {
    /// Stable code of the audit trail.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::NotConfigured => "login_not_configured",
            Self::Unavailable => "provider_unavailable",
            Self::State => "login_state",
            Self::Issuer => "login_issuer",
            Self::Refused => "provider_refused",
            Self::Code => "login_code",
            Self::IdToken => "id_token",
            Self::Userinfo => "userinfo",
            Self::Disabled => "account_disabled",
            Self::Unrecorded => "session_not_recorded",
        }
    }
}
