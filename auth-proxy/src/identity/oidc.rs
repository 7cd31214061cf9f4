//! OpenID Connect, authorization code with PKCE, as ProConnect and its like speak it: discovery and
//! keys fetched when first needed, one pinned algorithm, the issuer of the answer checked (RFC 9207),
//! the organisation read from the userinfo.

mod verify;

use openidconnect::{
    AuthType, AuthenticationFlow, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, IssuerUrl, LoginHint, LogoutRequest, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    PkceCodeVerifier, PostLogoutRedirectUrl, RedirectUrl, Scope, TokenResponse,
    core::{
        CoreClient, CoreClientAuthMethod, CoreIdToken, CoreIdTokenClaims, CoreJwsSigningAlgorithm, CoreResponseType,
    },
    url::Url,
};
use serde_json::Value;

use super::{
    Failure,
    http::{self, FetchError},
    jws::Claims,
    provider::{Metadata, Provider},
};
use crate::{
    Error,
    directory::{Identity, is_siret},
    secret::{Secret, random_id},
    text_enum::text_enum,
};

text_enum! {
    /// How the provider signs. Exactly one is accepted, whatever a token's header says.
    SigningAlgorithm is "signing algorithm" {
        /// ECDSA on P-256 with SHA-256.
        Es256 = "ES256",
        /// RSA with SHA-256.
        Rs256 = "RS256",
    }
}

/// A provider and what it knows of us.
#[derive(Debug, Clone)]
pub struct OidcOptions {
    /// Issuer, exactly as the provider writes it.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// Our secret there; none for a public client (PKCE alone).
    pub client_secret: Option<Secret>,
    /// Userinfo claim that holds the SIRET of the person's establishment.
    pub organisation_claim: String,
    /// Scopes asked beside `openid`.
    pub scopes: Vec<String>,
    /// How ID tokens and signed userinfo are signed.
    pub algorithm: SigningAlgorithm,
    /// Whether a userinfo answer that is not signed is refused. A signed one is always verified.
    pub signed_userinfo: bool,
}

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// One provider.
#[derive(Debug)]
pub(crate) struct Oidc {
    options: OidcOptions,
    provider: Provider,
    redirect: RedirectUrl,
    after_logout: PostLogoutRedirectUrl,
}

/// The parameters of the provider's answer. The error's text is the provider's: it is not kept.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) code: Option<Secret>,
    pub(crate) issuer: Option<String>,
    pub(crate) refused: bool,
}

/// A login that holds.
#[derive(Debug)]
pub(crate) struct Verified {
    pub(crate) identity: Identity,
    /// As signed; the provider wants it back at logout.
    pub(crate) id_token: String,
}

impl Oidc {
    /// Prepares a provider without asking it anything. `origin` is ours.
    pub(crate) fn new(options: OidcOptions, origin: &str) -> Result<Self, Error> {
        let invalid = |what, value: &str| Error::InvalidUrl { what, value: value.to_owned() };
        let issuer = IssuerUrl::new(options.issuer.clone()).map_err(|_| invalid("issuer", &options.issuer))?;
        if !http::is_safe(issuer.url()) {
            return Err(Error::InsecureIssuer(options.issuer));
        }
        Ok(Self {
            redirect: RedirectUrl::new(format!("{origin}/auth/callback")).map_err(|_| invalid("public_url", origin))?,
            after_logout: PostLogoutRedirectUrl::new(format!("{origin}/auth/logout"))
                .map_err(|_| invalid("public_url", origin))?,
            provider: Provider::new(issuer)?,
            options,
        })
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> String {
        self.provider.issuer.url().origin().ascii_serialization()
    }

    /// Where to send the browser to sign in. Only parameters that ProConnect documents are sent.
    pub(crate) async fn authorize_url(
        &self,
        state: &str,
        nonce: &str,
        verifier: &str,
        login_hint: Option<&str>,
    ) -> Result<Url, Failure> {
        let client = self.client(&self.provider.metadata().await?);
        let (state, nonce) = (CsrfToken::new(state.to_owned()), Nonce::new(nonce.to_owned()));
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.to_owned()));
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let mut request = client
            .authorize_url(flow, move || state, move || nonce)
            .set_pkce_challenge(challenge)
            .add_scopes(self.options.scopes.iter().cloned().map(Scope::new));
        if let Some(hint) = login_hint {
            request = request.set_login_hint(LoginHint::new(hint.to_owned()));
        }
        Ok(request.url().0)
    }

    /// Turns the provider's answer into an identity, checking everything on the way.
    pub(crate) async fn redeem(&self, answer: &Answer, nonce: &str, verifier: &str) -> Result<Verified, Failure> {
        let metadata = self.provider.metadata().await?;
        self.check_issuer(answer, &metadata)?;
        if answer.refused {
            return Err(Failure::Refused);
        }
        let code = answer.code.as_ref().ok_or(Failure::State)?.reveal().to_owned();
        let client = self.client(&metadata);
        let tokens = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|_| Failure::Unavailable)?
            .set_pkce_verifier(PkceCodeVerifier::new(verifier.to_owned()))
            .request_async(&|request| self.provider.fetch(request))
            .await
            .map_err(|error| self.note(Failure::Code, &exchange_problem(&error)))?;
        let id_token = tokens.id_token().ok_or(Failure::IdToken)?;
        let (claims, metadata) = self.verify_id_token(id_token, nonce, metadata).await?;
        let userinfo = self.userinfo(&metadata, tokens.access_token().secret(), claims.subject().as_str()).await?;
        Ok(Verified { identity: self.identity(&claims, &userinfo), id_token: id_token.to_string() })
    }

    /// Where to send the browser to sign out of the provider too; none when it has no such place or does not answer.
    pub(crate) async fn end_session_url(&self, id_token: &str) -> Option<Url> {
        let metadata = self.provider.metadata().await.ok()?;
        let endpoint = metadata.additional_metadata().end_session_endpoint.clone()?;
        let request = LogoutRequest::from(endpoint)
            .set_client_id(ClientId::new(self.options.client_id.clone()))
            .set_post_logout_redirect_uri(self.after_logout.clone())
            .set_state(CsrfToken::new(random_id()));
        match id_token.parse::<CoreIdToken>() {
            Ok(hint) => Some(request.set_id_token_hint(&hint).http_get_url()),
            Err(_) => Some(request.http_get_url()),
        }
    }

    fn check_issuer(&self, answer: &Answer, metadata: &Metadata) -> Result<(), Failure> {
        match &answer.issuer {
            Some(issuer) if *issuer == self.options.issuer => Ok(()),
            Some(_) => Err(Failure::Issuer),
            None if metadata.additional_metadata().authorization_response_iss_parameter_supported => {
                Err(Failure::Issuer)
            }
            None => Ok(()),
        }
    }

    fn identity(&self, id_token: &CoreIdTokenClaims, userinfo: &Claims) -> Identity {
        let siret =
            userinfo.get(&self.options.organisation_claim).and_then(Value::as_str).filter(|text| is_siret(text));
        Identity {
            issuer: self.options.issuer.clone(),
            subject: id_token.subject().as_str().to_owned(),
            name: display_name(userinfo),
            siret: siret.map(str::to_owned),
        }
    }

    fn client(&self, metadata: &Metadata) -> Client {
        // ProConnect takes the secret in the body only; the standard's default is the header.
        let in_body = metadata
            .token_endpoint_auth_methods_supported()
            .is_some_and(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretPost));
        let secret = self.options.client_secret.as_ref().map(|secret| ClientSecret::new(secret.reveal().to_owned()));
        CoreClient::from_provider_metadata(metadata.clone(), ClientId::new(self.options.client_id.clone()), secret)
            .set_redirect_uri(self.redirect.clone())
            .set_auth_type(if in_body { AuthType::RequestBody } else { AuthType::BasicAuth })
    }

    fn algorithm(&self) -> CoreJwsSigningAlgorithm {
        match self.options.algorithm {
            SigningAlgorithm::Es256 => CoreJwsSigningAlgorithm::EcdsaP256Sha256,
            SigningAlgorithm::Rs256 => CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        }
    }

    /// Logs why a login failed; the agent is told less.
    fn note(&self, failure: Failure, problem: &dyn std::fmt::Display) -> Failure {
        tracing::warn!(issuer = %self.options.issuer, failure = failure.code(), %problem, "a login failed");
        failure
    }
}

type ExchangeError = openidconnect::RequestTokenError<
    FetchError,
    openidconnect::StandardErrorResponse<openidconnect::core::CoreErrorResponseType>,
>;

/// The problem in words that hold no token: a body that did not parse is not repeated.
fn exchange_problem(error: &ExchangeError) -> String {
    use openidconnect::RequestTokenError as E;
    match error {
        E::ServerResponse(answer) => format!("the provider answers {}", answer.error()),
        E::Request(error) => error.to_string(),
        E::Parse(..) => "the answer is not what the standard says".to_owned(),
        E::Other(_) => "the answer could not be used".to_owned(),
    }
}

/// A name for the screen: `name`, or given and usual name; without control characters, 100 characters at most.
fn display_name(claims: &Claims) -> String {
    let claim = |name: &str| claims.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let parts = [claim("given_name"), claim("usual_name").or_else(|| claim("family_name"))];
    let name = claim("name").map_or_else(|| parts.into_iter().flatten().collect::<Vec<_>>().join(" "), str::to_owned);
    let plain: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
    if plain.is_empty() { "Agent".to_owned() } else { plain }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_is_made_of_what_the_provider_gives() {
        for (claims, name) in [
            (json!({"name": "Camille Durand"}), "Camille Durand"),
            (json!({"given_name": "Camille", "usual_name": "Durand", "family_name": "Petit"}), "Camille Durand"),
            (json!({"given_name": "Camille", "family_name": "Petit"}), "Camille Petit"),
            (json!({"name": "  ", "given_name": 3}), "Agent"),
            (json!({"name": "a\u{1b}[31m\r\nb"}), "a[31mb"),
        ] {
            assert_eq!(display_name(claims.as_object().unwrap()), name);
        }
    }

    #[test]
    fn a_secret_is_not_printed() {
        let secret = Secret::new("hunter2");
        assert!(!format!("{secret:?}").contains("hunter2"));
    }
}
