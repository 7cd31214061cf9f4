//! What is believed of a provider: an ID token and a userinfo answer, each signed with the pinned
//! algorithm, meant for us, in time, and about the same person.

use std::time::{Duration, SystemTime};

use openidconnect::{
    Nonce,
    core::{CoreIdToken, CoreIdTokenClaims},
};
use serde_json::Value;

use super::Oidc;
use crate::identity::{
    Failure,
    jws::{self, Claims},
    provider::{Metadata, REFETCH_PAUSE},
};

/// Clocks may differ by this much. The libraries' usual minute would double the life of a token.
const LEEWAY: Duration = Duration::from_secs(30);

impl Oidc {
    /// Checks signature, issuer, audience, times and nonce. An unknown key is looked for once.
    pub(super) async fn verify_id_token(
        &self,
        token: &CoreIdToken,
        nonce: &str,
        metadata: Metadata,
    ) -> Result<(CoreIdTokenClaims, Metadata), Failure> {
        use openidconnect::{
            ClaimsVerificationError::SignatureVerification, SignatureVerificationError::NoMatchingKey,
        };
        let claims = match self.id_token_claims(token, nonce, &metadata) {
            Err(SignatureVerification(NoMatchingKey)) => {
                let newer = self.provider.newer_than(REFETCH_PAUSE).await?;
                return match self.id_token_claims(token, nonce, &newer) {
                    Ok(claims) => self.check_parties(token, claims).map(|claims| (claims, newer)),
                    Err(error) => Err(self.note(Failure::IdToken, &error)),
                };
            }
            other => other.map_err(|error| self.note(Failure::IdToken, &error))?,
        };
        self.check_parties(token, claims).map(|claims| (claims, metadata))
    }

    fn id_token_claims(
        &self,
        token: &CoreIdToken,
        nonce: &str,
        metadata: &Metadata,
    ) -> Result<CoreIdTokenClaims, openidconnect::ClaimsVerificationError> {
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
        let begun = raw
            .get("nbf")
            .is_none_or(|nbf| nbf.as_f64().is_some_and(|nbf| nbf <= unix_seconds(SystemTime::now() + LEEWAY)));
        let subject = claims.subject().as_str();
        let ours = party.map_or(!several, |party| party == self.options.client_id);
        if ours && begun && (1..=255).contains(&subject.len()) {
            Ok(claims)
        } else {
            Err(self.note(Failure::IdToken, &"azp, nbf or sub"))
        }
    }

    /// The userinfo claims, about the same person as the ID token.
    pub(super) async fn userinfo(
        &self,
        metadata: &Metadata,
        access_token: &str,
        subject: &str,
    ) -> Result<Claims, Failure> {
        let refuse = |problem: &str| self.note(Failure::Userinfo, &problem);
        let endpoint = metadata.userinfo_endpoint().ok_or_else(|| refuse("the provider has no userinfo endpoint"))?;
        let request = axum::http::Request::get(endpoint.as_str())
            .header("accept", "application/jwt, application/json")
            .header("authorization", format!("Bearer {access_token}"))
            .body(Vec::new())
            .map_err(|_| refuse("the request could not be made"))?;
        let answer = self.provider.fetch(request).await.map_err(|error| self.note(Failure::Userinfo, &error))?;
        if answer.status() != 200 {
            return Err(refuse("the endpoint refused"));
        }
        let media = answer.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let claims = if media.starts_with("application/jwt") {
            self.signed_userinfo(answer.body(), metadata)
                .ok_or_else(|| refuse("the signature, issuer or audience is wrong"))?
        } else if self.options.signed_userinfo {
            return Err(refuse("the answer is not signed"));
        } else {
            serde_json::from_slice(answer.body()).map_err(|_| refuse("the answer is not a JSON object"))?
        };
        if claims.get("sub").and_then(Value::as_str) == Some(subject) {
            Ok(claims)
        } else {
            Err(refuse("it is about someone else"))
        }
    }

    fn signed_userinfo(&self, body: &[u8], metadata: &Metadata) -> Option<Claims> {
        let claims = jws::verified_claims(std::str::from_utf8(body).ok()?, metadata.jwks(), &self.algorithm())?;
        let audience = match claims.get("aud")? {
            Value::Array(several) => several.iter().any(|one| *one == self.options.client_id),
            one => *one == self.options.client_id,
        };
        let issuer = claims.get("iss").and_then(Value::as_str) == Some(&self.options.issuer);
        let alive = claims
            .get("exp")
            .is_none_or(|exp| exp.as_f64().is_some_and(|exp| exp > unix_seconds(SystemTime::now() - LEEWAY)));
        (audience && issuer && alive).then_some(claims)
    }
}

fn unix_seconds(at: SystemTime) -> f64 {
    at.duration_since(SystemTime::UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}
