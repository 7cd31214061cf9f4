//! OpenID Connect, authorization code with PKCE, as ProConnect and its like speak it: discovery and
//! keys fetched when first needed, one pinned algorithm, the issuer of the answer checked (RFC 9207),
//! the organisation read from the userinfo.

use std::time::{Duration, Instant, SystemTime};

use openidconnect::{
    AdditionalProviderMetadata, AuthType, AuthenticationFlow, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndSessionUrl,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, LoginHint, LogoutRequest, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadata, RedirectUrl, Scope, TokenResponse,
    core::{
        CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod, CoreGrantType, CoreIdToken, CoreIdTokenClaims,
        CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm, CoreResponseMode,
        CoreResponseType, CoreSubjectIdentifierType,
    },
    url::Url,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Mutex;

use super::{
    Failure,
    http::{self, FetchError},
    jws::{self, Claims},
};
use crate::{
    Error,
    directory::{Identity, is_siret},
    secret::{Secret, random_id},
    text_enum::text_enum,
};

/// Clocks may differ by this much. The libraries' usual minute would double the life of a token.
const LEEWAY: Duration = Duration::from_secs(30);
/// What the provider publishes is read again after this time: a withdrawn key stops counting then.
const METADATA_LIFE: Duration = Duration::from_secs(600);
/// An unknown key makes us look for new ones, at most this often.
const REFETCH_PAUSE: Duration = Duration::from_secs(30);
/// A provider that did not answer is left alone for this long.
const FAILURE_PAUSE: Duration = Duration::from_secs(2);

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

/// What the provider publishes that the standard type leaves out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Extra {
    end_session_endpoint: Option<EndSessionUrl>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Extra {}

type Metadata = ProviderMetadata<
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

type Client = CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// The provider, as far as it is known.
#[derive(Debug, Default)]
struct Known {
    metadata: Option<Metadata>,
    fetched: Option<Instant>,
    failed: Option<Instant>,
}

/// One provider.
#[derive(Debug)]
pub(crate) struct Oidc {
    options: OidcOptions,
    issuer: IssuerUrl,
    redirect: RedirectUrl,
    after_logout: PostLogoutRedirectUrl,
    http: reqwest::Client,
    /// Held while the provider is asked: a hundred logins at once ask once.
    known: Mutex<Known>,
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
            after_logout: PostLogoutRedirectUrl::new(format!("{origin}/auth/logout")).map_err(|_| invalid("public_url", origin))?,
            http: http::client(issuer.url())?,
            known: Mutex::default(),
            issuer,
            options,
        })
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> String {
        self.issuer.url().origin().ascii_serialization()
    }

    /// Where to send the browser to sign in. Only parameters that ProConnect documents are sent.
    pub(crate) async fn authorize_url(&self, state: &str, nonce: &str, verifier: &str, login_hint: Option<&str>) -> Result<Url, Failure> {
        let client = self.client(&self.metadata().await?);
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
        let metadata = self.metadata().await?;
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
            .request_async(&|request| http::fetch(self.http.clone(), request))
            .await
            .map_err(|error| self.note(Failure::Code, &exchange_problem(&error)))?;
        let id_token = tokens.id_token().ok_or(Failure::IdToken)?;
        let (claims, metadata) = self.verify_id_token(id_token, nonce, metadata).await?;
        let userinfo = self.userinfo(&metadata, tokens.access_token().secret(), claims.subject().as_str()).await?;
        Ok(Verified { identity: self.identity(&claims, &userinfo), id_token: id_token.to_string() })
    }

    /// Where to send the browser to sign out of the provider too; none when it has no such place or does not answer.
    pub(crate) async fn end_session_url(&self, id_token: &str) -> Option<Url> {
        let metadata = self.metadata().await.ok()?;
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
            None if metadata.additional_metadata().authorization_response_iss_parameter_supported => Err(Failure::Issuer),
            None => Ok(()),
        }
    }

    /// Checks signature, issuer, audience, times and nonce. An unknown key is looked for once.
    async fn verify_id_token(&self, token: &CoreIdToken, nonce: &str, metadata: Metadata) -> Result<(CoreIdTokenClaims, Metadata), Failure> {
        use openidconnect::{ClaimsVerificationError::SignatureVerification, SignatureVerificationError::NoMatchingKey};
        let claims = match self.id_token_claims(token, nonce, &metadata) {
            Err(SignatureVerification(NoMatchingKey)) => {
                let newer = self.metadata_newer_than(REFETCH_PAUSE).await?;
                return match self.id_token_claims(token, nonce, &newer) {
                    Ok(claims) => self.check_parties(token, claims).map(|claims| (claims, newer)),
                    Err(error) => Err(self.note(Failure::IdToken, &error)),
                };
            }
            other => other.map_err(|error| self.note(Failure::IdToken, &error))?,
        };
        self.check_parties(token, claims).map(|claims| (claims, metadata))
    }

    fn id_token_claims(&self, token: &CoreIdToken, nonce: &str, metadata: &Metadata) -> Result<CoreIdTokenClaims, openidconnect::ClaimsVerificationError> {
        let latest = unix_seconds(SystemTime::now() + LEEWAY);
        let client = self.client(metadata);
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs([self.algorithm()])
            .set_time_fn(|| (SystemTime::now() - LEEWAY).into())
            .set_issue_time_verifier_fn(move |issued| {
                #[allow(clippy::cast_precision_loss)] // seconds since 1970 fit a double for millions of years
                let issued = issued.timestamp() as f64;
                if issued <= latest { Ok(()) } else { Err("issued in the future".to_owned()) }
            });
        token.claims(&verifier, &Nonce::new(nonce.to_owned())).cloned()
    }

    /// What the library leaves to its user: the authorized party, `nbf`, and a subject worth keeping.
    fn check_parties(&self, token: &CoreIdToken, claims: CoreIdTokenClaims) -> Result<CoreIdTokenClaims, Failure> {
        let party = claims.authorized_party().map(|party| party.as_str());
        let several = claims.audiences().len() > 1;
        let raw = jws::claims_of_verified(&token.to_string()).ok_or(Failure::IdToken)?;
        let begun = raw.get("nbf").is_none_or(|nbf| nbf.as_f64().is_some_and(|nbf| nbf <= unix_seconds(SystemTime::now() + LEEWAY)));
        let subject = claims.subject().as_str();
        let ours = party.map_or(!several, |party| party == self.options.client_id);
        if ours && begun && (1..=255).contains(&subject.len()) { Ok(claims) } else { Err(self.note(Failure::IdToken, &"azp, nbf or sub")) }
    }

    /// The userinfo claims, about the same person as the ID token.
    async fn userinfo(&self, metadata: &Metadata, access_token: &str, subject: &str) -> Result<Claims, Failure> {
        let refuse = |problem: &str| self.note(Failure::Userinfo, &problem);
        let endpoint = metadata.userinfo_endpoint().ok_or_else(|| refuse("the provider has no userinfo endpoint"))?;
        let request = axum::http::Request::get(endpoint.as_str())
            .header("accept", "application/jwt, application/json")
            .header("authorization", format!("Bearer {access_token}"))
            .body(Vec::new())
            .map_err(|_| refuse("the request could not be made"))?;
        let answer = http::fetch(self.http.clone(), request).await.map_err(|error| self.note(Failure::Userinfo, &error))?;
        if answer.status() != 200 {
            return Err(refuse("the endpoint refused"));
        }
        let media = answer.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let claims = if media.starts_with("application/jwt") {
            self.signed_userinfo(answer.body(), metadata).ok_or_else(|| refuse("the signature, issuer or audience is wrong"))?
        } else if self.options.signed_userinfo {
            return Err(refuse("the answer is not signed"));
        } else {
            serde_json::from_slice(answer.body()).map_err(|_| refuse("the answer is not a JSON object"))?
        };
        if claims.get("sub").and_then(Value::as_str) == Some(subject) { Ok(claims) } else { Err(refuse("it is about someone else")) }
    }

    fn signed_userinfo(&self, body: &[u8], metadata: &Metadata) -> Option<Claims> {
        let claims = jws::verified_claims(std::str::from_utf8(body).ok()?, metadata.jwks(), &self.algorithm())?;
        let audience = match claims.get("aud")? {
            Value::Array(several) => several.iter().any(|one| *one == self.options.client_id),
            one => *one == self.options.client_id,
        };
        let issuer = claims.get("iss").and_then(Value::as_str) == Some(&self.options.issuer);
        let alive = claims.get("exp").is_none_or(|exp| exp.as_f64().is_some_and(|exp| exp > unix_seconds(SystemTime::now() - LEEWAY)));
        (audience && issuer && alive).then_some(claims)
    }

    fn identity(&self, id_token: &CoreIdTokenClaims, userinfo: &Claims) -> Identity {
        let siret = userinfo.get(&self.options.organisation_claim).and_then(Value::as_str).filter(|text| is_siret(text));
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

    async fn metadata(&self) -> Result<Metadata, Failure> {
        self.metadata_newer_than(METADATA_LIFE).await
    }

    /// What the provider publishes, read again when older than `age`. When it does not answer, what was known stays.
    async fn metadata_newer_than(&self, age: Duration) -> Result<Metadata, Failure> {
        let mut known = self.known.lock().await;
        let fresh = known.fetched.is_some_and(|at| at.elapsed() < age);
        let resting = known.failed.is_some_and(|at| at.elapsed() < FAILURE_PAUSE);
        if !fresh && !resting {
            match Metadata::discover_async(self.issuer.clone(), &|request| http::fetch(self.http.clone(), request)).await {
                Ok(metadata) => *known = Known { metadata: Some(metadata), fetched: Some(Instant::now()), failed: None },
                Err(error) => {
                    let cause = std::error::Error::source(&error).map(ToString::to_string);
                    tracing::warn!(issuer = %self.options.issuer, %error, cause, "the identity provider does not answer as it should");
                    known.failed = Some(Instant::now());
                }
            }
        }
        known.metadata.clone().ok_or(Failure::Unavailable)
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

fn unix_seconds(at: SystemTime) -> f64 {
    at.duration_since(SystemTime::UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
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
