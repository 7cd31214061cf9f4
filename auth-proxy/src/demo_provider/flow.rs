//! The protocol: discovery, authorization, token, userinfo, end of session. As strict as a production
//! provider where the service's own code could go wrong: exact redirect address, PKCE, codes used once.

use std::{
    sync::{Arc, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Form, Json,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use openidconnect::url::Url;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{CLIENT_ID, DemoRole, Shared, pages};
use crate::{
    database::now,
    secret::{base64url, random_id, sha256},
};

const CODE_LIFE: Duration = Duration::from_secs(30);
const TOKEN_LIFE: Duration = Duration::from_secs(60);

/// What a code stands for.
#[derive(Debug)]
pub(super) struct Grant {
    role: &'static DemoRole,
    nonce: String,
    challenge: String,
    issued: Instant,
}

/// The parameters of an authorization request.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Request {
    response_type: String,
    client_id: String,
    redirect_uri: String,
    scope: String,
    state: String,
    nonce: String,
    code_challenge: String,
    code_challenge_method: String,
    login_hint: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Choice {
    role: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct TokenRequest {
    grant_type: String,
    code: String,
    redirect_uri: String,
    client_id: String,
    client_secret: String,
    code_verifier: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct EndSession {
    post_logout_redirect_uri: Option<String>,
    state: Option<String>,
}

pub(super) async fn discovery(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let issuer = &shared.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "end_session_endpoint": format!("{issuer}/end_session"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "userinfo_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "scopes_supported": ["openid", "given_name", "usual_name", "siret"],
    }))
}

pub(super) async fn jwks(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(shared.key.set())
}

/// Shows the roles, or signs in the one that `login_hint` names.
pub(super) async fn authorize(State(shared): State<Arc<Shared>>, Query(request): Query<Request>) -> Response {
    if let Err(problem) = shared.check(&request) {
        return (StatusCode::BAD_REQUEST, Html(pages::refused(problem))).into_response();
    }
    match request.login_hint.as_deref().and_then(DemoRole::by_id) {
        Some(role) => shared.answer(&request, role),
        None => {
            ([(header::CONTENT_SECURITY_POLICY, pages::policy(&shared.service))], Html(pages::choose())).into_response()
        }
    }
}

/// Signs in the role whose button was pressed.
pub(super) async fn choose(
    State(shared): State<Arc<Shared>>,
    Query(request): Query<Request>,
    Form(choice): Form<Choice>,
) -> Response {
    let checked = shared.check(&request).and_then(|()| DemoRole::by_id(&choice.role).ok_or("ce rôle n’existe pas"));
    match checked {
        Ok(role) => shared.answer(&request, role),
        Err(problem) => (StatusCode::BAD_REQUEST, Html(pages::refused(problem))).into_response(),
    }
}

pub(super) async fn token(State(shared): State<Arc<Shared>>, Form(request): Form<TokenRequest>) -> Response {
    let refuse = |status, error| {
        (status, [(header::CACHE_CONTROL, "no-store")], Json(json!({ "error": error }))).into_response()
    };
    if request.client_id != CLIENT_ID
        || sha256(request.client_secret.as_bytes()) != sha256(shared.client_secret.as_bytes())
    {
        return refuse(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    if request.grant_type != "authorization_code" {
        return refuse(StatusCode::BAD_REQUEST, "unsupported_grant_type");
    }
    // Removed whatever comes next: a code is tried once.
    let grant = shared.codes.lock().unwrap_or_else(PoisonError::into_inner).remove(&request.code);
    let challenge = base64url(&sha256(request.code_verifier.as_bytes()));
    let held = grant.filter(|grant| {
        grant.issued.elapsed() < CODE_LIFE && grant.challenge == challenge && request.redirect_uri == shared.callback()
    });
    let Some(grant) = held else { return refuse(StatusCode::BAD_REQUEST, "invalid_grant") };
    let access_token = random_id();
    let mut tokens = shared.tokens.lock().unwrap_or_else(PoisonError::into_inner);
    tokens.retain(|_, (_, issued)| issued.elapsed() < TOKEN_LIFE);
    tokens.insert(access_token.clone(), (grant.role, Instant::now()));
    let answer = json!({
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": TOKEN_LIFE.as_secs(),
        "id_token": shared.id_token(&grant),
    });
    ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response()
}

/// The person behind an access token, signed, as ProConnect answers.
pub(super) async fn userinfo(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let found =
        bearer.and_then(|token| shared.tokens.lock().unwrap_or_else(PoisonError::into_inner).get(token).copied());
    let Some((role, _)) = found.filter(|(_, issued)| issued.elapsed() < TOKEN_LIFE) else {
        return (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")])
            .into_response();
    };
    let claims = json!({
        "iss": shared.issuer,
        "aud": CLIENT_ID,
        "sub": role.subject(),
        "given_name": role.given_name,
        "usual_name": role.usual_name,
        "siret": role.siret(),
    });
    ([(header::CONTENT_TYPE, "application/jwt")], shared.key.sign(&claims)).into_response()
}

/// There is no session here to end: back to the service, or a word of goodbye.
pub(super) async fn end_session(State(shared): State<Arc<Shared>>, Query(request): Query<EndSession>) -> Response {
    let back = format!("{}/auth/logout", shared.service);
    if request.post_logout_redirect_uri.as_deref() != Some(&back) {
        return Html(pages::goodbye()).into_response();
    }
    redirect(&back, &request.state.map(|state| vec![("state", state)]).unwrap_or_default())
}

impl Shared {
    fn callback(&self) -> String {
        format!("{}/auth/callback", self.service)
    }

    fn check(&self, request: &Request) -> Result<(), &'static str> {
        if request.client_id != CLIENT_ID {
            return Err("client_id est inconnu");
        }
        if request.redirect_uri != self.callback() {
            return Err("redirect_uri n’est pas celle du service");
        }
        if request.response_type != "code" || !request.scope.split(' ').any(|scope| scope == "openid") {
            return Err("seul response_type=code avec le scope openid est accepté");
        }
        if request.code_challenge_method != "S256" || request.code_challenge.len() != 43 {
            return Err("PKCE (S256) est exigé");
        }
        if request.state.len() < 32 || request.nonce.len() < 32 {
            return Err("state et nonce font au moins 32 caractères");
        }
        Ok(())
    }

    /// Back to the service with a code.
    fn answer(&self, request: &Request, role: &'static DemoRole) -> Response {
        let code = random_id();
        let grant = Grant {
            role,
            nonce: request.nonce.clone(),
            challenge: request.code_challenge.clone(),
            issued: Instant::now(),
        };
        let mut codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
        codes.retain(|_, grant| grant.issued.elapsed() < CODE_LIFE);
        codes.insert(code.clone(), grant);
        redirect(
            &request.redirect_uri,
            &[("code", code), ("state", request.state.clone()), ("iss", self.issuer.clone())],
        )
    }

    fn id_token(&self, grant: &Grant) -> String {
        let now = now();
        self.key.sign(&json!({
            "iss": self.issuer,
            "sub": grant.role.subject(),
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 60,
            "auth_time": now,
            "nonce": grant.nonce,
        }))
    }
}

fn redirect(to: &str, parameters: &[(&str, String)]) -> Response {
    match Url::parse_with_params(to, parameters) {
        Ok(url) => ([(header::CACHE_CONTROL, "no-store")], Redirect::to(url.as_str())).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
