//! `[[identity]]`: where agents sign in, and how a secret is named.

use std::path::PathBuf;

use serde::Deserialize;

/// `[[identity]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The protocol.
    pub kind: IdentityKind,
    /// Issuer URL, as its discovery document says it.
    pub issuer: String,
    /// Our identifier there.
    pub client_id: String,
    /// Our secret there, by the name of a file or an environment variable.
    pub client_secret: SecretRef,
    /// The one signature algorithm accepted.
    #[serde(default = "default_algorithm")]
    pub algorithm: String,
    /// Claim that holds the SIRET of the agent's organisation.
    #[serde(default = "default_claim")]
    pub organisation_claim: String,
    /// Scopes asked beside `openid`.
    #[serde(default = "default_scopes")]
    pub scopes: Vec<String>,
    /// Whether a userinfo answer that is not signed is refused, as ProConnect promises.
    #[serde(default)]
    pub signed_userinfo: bool,
}

/// Protocols of `[[identity]]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IdentityKind {
    /// OpenID Connect, code flow with PKCE.
    Oidc,
}

/// A secret by name, never inline. One that is written inline all the same is refused without
/// repeating it: the message goes to terminals and logs.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "toml::Value")]
pub enum SecretRef {
    /// Content of a file, white space at its ends removed.
    File(PathBuf),
    /// Content of an environment variable.
    Env(String),
}

impl TryFrom<toml::Value> for SecretRef {
    type Error = &'static str;

    fn try_from(value: toml::Value) -> Result<Self, Self::Error> {
        let one = value.as_table().filter(|table| table.len() == 1).and_then(|table| table.iter().next());
        match one.map(|(key, value)| (key.as_str(), value.as_str())) {
            Some(("file", Some(path))) => Ok(Self::File(path.into())),
            Some(("env", Some(name))) => Ok(Self::Env(name.to_owned())),
            _ => Err("a secret is named, never written here: { file = \"…\" } or { env = \"…\" }"),
        }
    }
}

fn default_algorithm() -> String {
    "ES256".into()
}

fn default_claim() -> String {
    "siret".into()
}

fn default_scopes() -> Vec<String> {
    ["given_name", "usual_name", "siret"].map(String::from).to_vec()
}
