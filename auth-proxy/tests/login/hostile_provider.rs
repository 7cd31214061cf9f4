//! An identity provider that signs anything: each case changes one thing in an otherwise honest exchange.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use auth_proxy::{OidcOptions, Secret, SigningAlgorithm};
use axum::{
    Json, Router,
    extract::{Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub(crate) const SECRET: &str = "the-client-secret-of-the-tests-000";

/// A userinfo answer: media type and body.
pub(crate) type Userinfo = fn(&Mint, Value) -> (&'static str, String);

/// What one case makes of the exchange.
#[derive(Clone)]
pub(crate) struct Behaviour {
    pub(crate) discovery: fn(&mut Value),
    pub(crate) jwks: fn(&Mint) -> Response,
    /// The `iss` of the answer, made from the real one.
    pub(crate) answer_issuer: fn(&str) -> Option<String>,
    pub(crate) id_token: fn(&Mint, Value) -> String,
    pub(crate) userinfo: Userinfo,
}

/// Everything as it should be.
pub(crate) const HONEST: Behaviour = Behaviour {
    discovery: |_| {},
    jwks: |mint| Json(json!({ "keys": [mint.public("good")] })).into_response(),
    answer_issuer: |issuer| Some(issuer.to_owned()),
    id_token: |mint, claims| mint.sign(&claims),
    userinfo: |mint, claims| ("application/jwt", mint.sign(&claims)),
};

/// The keys, and ways to sign that a provider should not use.
pub(crate) struct Mint {
    pair: EcdsaKeyPair,
    foreign: EcdsaKeyPair,
}

pub(crate) struct HostileProvider {
    pub(crate) issuer: String,
    shared: Arc<Shared>,
    task: tokio::task::JoinHandle<()>,
}

struct Shared {
    issuer: String,
    mint: Mint,
    behaviour: Mutex<Behaviour>,
    nonces: Mutex<HashMap<String, String>>,
    jwks_hits: AtomicUsize,
}

impl Drop for HostileProvider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl HostileProvider {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            issuer: issuer.clone(),
            mint: Mint { pair: key(), foreign: key() },
            behaviour: Mutex::new(HONEST),
            nonces: Mutex::default(),
            jwks_hits: AtomicUsize::new(0),
        });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/jwks", get(jwks))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .route("/elsewhere", get(|State(shared): State<Arc<Shared>>| async move { (HONEST.jwks)(&shared.mint) }))
            .with_state(Arc::clone(&shared));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { issuer, shared, task }
    }

    pub(crate) fn behave(&self, behaviour: Behaviour) {
        *self.shared.behaviour.lock().unwrap() = behaviour;
    }

    pub(crate) fn jwks_hits(&self) -> usize {
        self.shared.jwks_hits.load(Ordering::Relaxed)
    }

    pub(crate) fn options(&self) -> OidcOptions {
        OidcOptions {
            issuer: self.issuer.clone(),
            client_id: "traboule".to_owned(),
            client_secret: Some(Secret::new(SECRET)),
            organisation_claim: "siret".to_owned(),
            scopes: vec![],
            algorithm: SigningAlgorithm::Es256,
            signed_userinfo: true,
        }
    }
}

fn key() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap()
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Mint {
    /// The public key as a JWK of that name.
    pub(crate) fn public(&self, kid: &str) -> Value {
        let point = self.pair.public_key().as_ref();
        json!({ "kty": "EC", "crv": "P-256", "use": "sig", "kid": kid, "x": encode(&point[1..33]), "y": encode(&point[33..65]) })
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.sign_as(&json!({ "alg": "ES256", "kid": "good" }), claims)
    }

    /// Signed by the right key under any header.
    pub(crate) fn sign_as(&self, header: &Value, claims: &Value) -> String {
        Self::with(&self.pair, header, claims)
    }

    /// Signed by a key that nobody published, under the name of the one that was.
    pub(crate) fn forge(&self, claims: &Value) -> String {
        Self::with(&self.foreign, &json!({ "alg": "ES256", "kid": "good" }), claims)
    }

    fn with(pair: &EcdsaKeyPair, header: &Value, claims: &Value) -> String {
        let signed = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        let signature = pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", encode(signature))
    }

    /// Not signed at all.
    pub(crate) fn unsigned(algorithm: &str, claims: &Value) -> String {
        format!("{}.{}.", encode(json!({ "alg": algorithm, "kid": "good" }).to_string()), encode(claims.to_string()))
    }

    /// HMAC with some bytes that everybody, or the client, knows.
    pub(crate) fn hs256(secret: &[u8], claims: &Value) -> String {
        let signed = format!("{}.{}", encode(r#"{"alg":"HS256","kid":"good"}"#), encode(claims.to_string()));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed.as_bytes());
        format!("{signed}.{}", encode(tag))
    }

    pub(crate) fn public_bytes(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }
}

async fn discovery(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let issuer = &shared.issuer;
    let mut document = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        // Some real providers list these; nothing may follow from it.
        "id_token_signing_alg_values_supported": ["none", "HS256", "RS256", "ES256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "authorization_response_iss_parameter_supported": true,
    });
    (shared.behaviour.lock().unwrap().discovery)(&mut document);
    Json(document)
}

async fn jwks(State(shared): State<Arc<Shared>>) -> Response {
    shared.jwks_hits.fetch_add(1, Ordering::Relaxed);
    let make = shared.behaviour.lock().unwrap().jwks;
    make(&shared.mint)
}

async fn authorize(State(shared): State<Arc<Shared>>, Query(query): Query<HashMap<String, String>>) -> Redirect {
    let code = format!("code-{}", &query["state"][..10]);
    shared.nonces.lock().unwrap().insert(code.clone(), query["nonce"].clone());
    let mut back = reqwest::Url::parse(&query["redirect_uri"]).unwrap();
    back.query_pairs_mut().append_pair("code", &code).append_pair("state", &query["state"]);
    if let Some(issuer) = (shared.behaviour.lock().unwrap().answer_issuer)(&shared.issuer) {
        back.query_pairs_mut().append_pair("iss", &issuer);
    }
    Redirect::to(back.as_str())
}

async fn token(State(shared): State<Arc<Shared>>, body: String) -> Response {
    let form: HashMap<String, String> =
        reqwest::Url::parse(&format!("http://x/?{body}")).unwrap().query_pairs().into_owned().collect();
    assert_eq!(form["client_secret"], SECRET);
    let Some(nonce) = shared.nonces.lock().unwrap().remove(&form["code"]) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let now = jiff::Timestamp::now().as_second();
    let claims =
        json!({ "iss": shared.issuer, "aud": "traboule", "sub": "s-1", "iat": now, "exp": now + 60, "nonce": nonce });
    let id_token = (shared.behaviour.lock().unwrap().id_token)(&shared.mint, claims);
    Json(json!({ "access_token": "at", "token_type": "Bearer", "expires_in": 60, "id_token": id_token }))
        .into_response()
}

async fn userinfo(State(shared): State<Arc<Shared>>) -> Response {
    let claims = json!({ "iss": shared.issuer, "aud": "traboule", "sub": "s-1", "name": "Camille", "siret": crate::house::BRON });
    let (media, body) = (shared.behaviour.lock().unwrap().userinfo)(&shared.mint, claims);
    ([(header::CONTENT_TYPE, media)], body).into_response()
}
