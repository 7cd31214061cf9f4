//! The gate's refusals, each with its status and what people read: problem documents (RFC 9457) in French.

use axum::{
    Json,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::{gate::is_search, guard::Flaw};

/// Why the gate does not let a request in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Its shape.
    Shape(Flaw),
    /// A secret in its address.
    TokenInUrl,
    /// A token that does not hold.
    Token,
    /// No credentials, or a session that is over.
    Unauthenticated,
    /// A token without the scope.
    Scope,
    /// A request that another site made a browser send.
    CrossSite,
}

/// Never more than it says.
#[derive(Debug, Serialize)]
struct Document {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: &'static str,
    /// Stable code for machines.
    reason: &'static str,
    /// The same as `detail`, where clients of the geocoder look for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
}

impl Refusal {
    /// Stable code, also in the audit trail.
    pub(crate) fn code(self) -> &'static str {
        self.texts().1
    }

    /// Status, code, title, detail.
    fn texts(self) -> (StatusCode, &'static str, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Self::Shape(Flaw::Target) => (
                S::BAD_REQUEST,
                "target",
                "Adresse non canonique",
                "L’adresse demandée n’est pas écrite sous sa forme unique.",
            ),
            Self::Shape(Flaw::Method) => (
                S::METHOD_NOT_ALLOWED,
                "method",
                "Méthode refusée",
                "Seules les méthodes GET, HEAD et POST sont acceptées.",
            ),
            Self::Shape(Flaw::TooLong) => (
                S::URI_TOO_LONG,
                "target_too_long",
                "Adresse trop longue",
                "L’adresse demandée dépasse 4096 caractères.",
            ),
            Self::Shape(Flaw::Headers) => (
                S::REQUEST_HEADER_FIELDS_TOO_LARGE,
                "headers_too_large",
                "En-têtes trop volumineux",
                "Les en-têtes de la requête dépassent 16 Kio.",
            ),
            Self::Shape(Flaw::Body) => (
                S::PAYLOAD_TOO_LARGE,
                "body_too_large",
                "Corps trop volumineux",
                "Le corps de la requête dépasse 1 Mio.",
            ),
            Self::TokenInUrl => (
                S::BAD_REQUEST,
                "token_in_url",
                "Jeton dans l’adresse",
                "Un jeton se transmet dans l’en-tête Authorization, jamais dans l’adresse. S’il vient d’y être écrit, révoquez-le.",
            ),
            Self::Token => (
                S::UNAUTHORIZED,
                "token",
                "Jeton refusé",
                "Ce jeton est inconnu, révoqué, expiré, ou utilisé hors de son réseau.",
            ),
            Self::Unauthenticated => (
                S::UNAUTHORIZED,
                "unauthenticated",
                "Connexion requise",
                "Connectez-vous, ou utilisez un jeton, pour accéder à cette adresse.",
            ),
            Self::Scope => {
                (S::FORBIDDEN, "scope", "Portée insuffisante", "Ce jeton n’a pas la portée que demande cette adresse.")
            }
            Self::CrossSite => (
                S::FORBIDDEN,
                "cross_site",
                "Requête d’un autre site",
                "Cette requête ne vient pas d’une page de ce service.",
            ),
        }
    }

    /// The answer to a request with these headers on this path; never cached.
    pub(crate) fn response(self, path: &str, request: &HeaderMap) -> Response {
        let (status, reason, title, detail) = self.texts();
        let message = is_search(path).then_some(detail);
        let document = Document { kind: "about:blank", title, status: status.as_u16(), detail, reason, message };
        let mut response = (status, Json(document)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.extend(self.header(request));
        response
    }

    /// The header that goes with the status.
    fn header(self, request: &HeaderMap) -> Option<(HeaderName, HeaderValue)> {
        match self {
            Self::Shape(Flaw::Method) => Some((header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"))),
            // A browser would open a window of its own and ask for a password that nobody has.
            Self::Token | Self::Unauthenticated if !is_browser(request) => {
                let basic = HeaderValue::from_static("Basic realm=\"traboule\", charset=\"UTF-8\"");
                Some((header::WWW_AUTHENTICATE, basic))
            }
            _ => None,
        }
    }
}

/// Browsers that matter send `Sec-Fetch-*`.
fn is_browser(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| name.as_str().starts_with("sec-fetch-"))
}
