//! Signed claims that are not an ID token: the userinfo answer as `application/jwt`. One algorithm,
//! named by the configuration and never by the message.

use openidconnect::{
    JsonWebKey, JsonWebKeyUse,
    core::{CoreJsonWebKey, CoreJsonWebKeySet, CoreJwsSigningAlgorithm},
};
use serde_json::{Map, Value};

use crate::secret::from_base64url;

/// A JSON object of claims.
pub(super) type Claims = Map<String, Value>;

/// The claims of a compact JWS, when one of `keys` signed it with `algorithm`.
pub(super) fn verified_claims(
    token: &str,
    keys: &CoreJsonWebKeySet,
    algorithm: &CoreJwsSigningAlgorithm,
) -> Option<Claims> {
    let (signed, signature) = token.trim().rsplit_once('.')?;
    let (header, payload) = signed.split_once('.')?;
    let header: Claims = serde_json::from_slice(&from_base64url(header)?).ok()?;
    let expected = serde_json::to_value(algorithm).ok()?;
    if header.get("alg") != Some(&expected) || header.contains_key("crit") {
        return None;
    }
    let key_id = header.get("kid").and_then(Value::as_str);
    let signature = from_base64url(signature)?;
    let candidates = keys.keys().iter().filter(|key| may_have_signed(key, key_id));
    let signed_by_one =
        candidates.into_iter().any(|key| key.verify_signature(algorithm, signed.as_bytes(), &signature).is_ok());
    signed_by_one.then(|| payload_of(payload)).flatten()
}

/// The payload of a compact JWS that somebody else has verified.
pub(super) fn claims_of_verified(token: &str) -> Option<Claims> {
    payload_of(token.split('.').nth(1)?)
}

fn payload_of(encoded: &str) -> Option<Claims> {
    serde_json::from_slice(&from_base64url(encoded)?).ok()
}

fn may_have_signed(key: &CoreJsonWebKey, key_id: Option<&str>) -> bool {
    let named = key_id.is_none_or(|id| key.key_id().is_some_and(|known| known.as_str() == id));
    named && key.key_use().is_none_or(JsonWebKeyUse::allows_signature)
}
