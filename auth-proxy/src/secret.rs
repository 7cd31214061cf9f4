//! Random identifiers, digests, and the signature of short-lived cookies. No algorithm is chosen
//! anywhere else in this crate, the identity provider's signatures apart.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    digest, hmac,
    rand::{SecureRandom, SystemRandom},
};

/// A text that no log, message or debug print shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that sends it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Length of what [`random_id`] returns.
pub(crate) const ID_LENGTH: usize = 43;

/// 256 random bits as 43 characters of the URL-safe base64 alphabet.
pub(crate) fn random_id() -> String {
    base64url(&random_bytes::<32>())
}

/// Bytes from the system's generator.
pub(crate) fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).expect("the kernel's generator does not fail once the machine has started");
    bytes
}

/// Whether a text has the exact shape of [`random_id`].
pub(crate) fn is_id(text: &str) -> bool {
    text.len() == ID_LENGTH && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let digest = digest::digest(&digest::SHA256, bytes);
    digest.as_ref().try_into().expect("SHA-256 gives 32 bytes")
}

/// URL-safe base64 without padding.
pub(crate) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of a URL-safe base64 text without padding; none when it is anything else.
pub(crate) fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Signs what a browser keeps for us, and derives values that only we can compute again.
/// Made anew at each start: nothing signed is meant to outlive a login.
#[derive(Clone)]
pub(crate) struct SigningKey(hmac::Key);

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

impl SigningKey {
    /// A key nobody else knows.
    pub(crate) fn random() -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &random_bytes::<32>()))
    }

    /// 43 characters that depend on a purpose and a text. Equal inputs give equal outputs.
    pub(crate) fn derive(&self, purpose: &str, text: &str) -> String {
        base64url(hmac::sign(&self.0, format!("{purpose}\n{text}").as_bytes()).as_ref())
    }

    /// Whether `signature` is what [`Self::derive`] gives, compared in constant time.
    pub(crate) fn verifies(&self, purpose: &str, text: &str, signature: &str) -> bool {
        from_base64url(signature)
            .is_some_and(|tag| hmac::verify(&self.0, format!("{purpose}\n{text}").as_bytes(), &tag).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_43_url_safe_characters_and_never_the_same() {
        let (a, b) = (random_id(), random_id());
        assert!(is_id(&a) && is_id(&b));
        assert_ne!(a, b);
        for bad in
            ["", &a[1..], &format!("{a}a"), &a.replacen(|_: char| true, "=", 1), &a.replacen(|_: char| true, "+", 1)]
        {
            assert!(!is_id(bad), "{bad:?}");
        }
    }

    #[test]
    fn a_signature_holds_for_one_purpose_one_text_one_key() {
        let key = SigningKey::random();
        let signature = key.derive("state", "abc");
        assert!(key.verifies("state", "abc", &signature));
        assert!(!key.verifies("nonce", "abc", &signature));
        assert!(!key.verifies("state", "abd", &signature));
        assert!(!key.verifies("state", "abc", ""));
        assert!(!SigningKey::random().verifies("state", "abc", &signature));
    }
}
