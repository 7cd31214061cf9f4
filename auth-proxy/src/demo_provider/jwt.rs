//! The provider's key and what it signs: ES256, made anew at each start.

use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};

use crate::secret::{base64url, sha256};

/// A P-256 key.
pub(super) struct Key {
    pair: EcdsaKeyPair,
    id: String,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({})", self.id)
    }
}

impl Key {
    /// A new key.
    pub(super) fn generate() -> Self {
        const POSSIBLE: &str = "the kernel's generator does not fail once the machine has started";
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect(POSSIBLE);
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random)
            .expect("the document was written on the line above");
        let id = base64url(&sha256(pair.public_key().as_ref())[..12]);
        Self { pair, id }
    }

    /// Its public half as a JSON Web Key Set.
    pub(super) fn set(&self) -> Value {
        // An uncompressed point: one byte of form, then x and y, 32 bytes each.
        let point = self.pair.public_key().as_ref();
        let (x, y) = (base64url(&point[1..33]), base64url(&point[33..65]));
        json!({ "keys": [{ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.id, "x": x, "y": y }] })
    }

    /// Claims as a compact JWS.
    pub(super) fn sign(&self, claims: &Value) -> String {
        let header = json!({ "alg": "ES256", "kid": self.id });
        let signed =
            format!("{}.{}", base64url(header.to_string().as_bytes()), base64url(claims.to_string().as_bytes()));
        let signature =
            self.pair.sign(&SystemRandom::new(), signed.as_bytes()).expect("signing draws a few random bytes only");
        format!("{signed}.{}", base64url(signature.as_ref()))
    }
}
