//! The few pages of the login: plain HTML, no script, no style of their own, so that the strictest
//! Content-Security-Policy lets them through and a screen reader reads them whole.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};

use crate::{Auth, identity::Failure};

/// A page in French; `body` is HTML, `title` is text.
fn page(auth: &Auth, status: StatusCode, title: &str, body: &str) -> Response {
    let stylesheet = auth
        .options()
        .stylesheet
        .as_deref()
        .map(|href| format!("<link rel=\"stylesheet\" href=\"{}\">\n", escape(href)));
    let html = format!(
        "<!doctype html>\n<html lang=\"fr\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <link rel=\"icon\" href=\"/assets/icon.svg\">\n{}</head>\n\
         <body class=\"message\">\n<main>\n<h1>{title}</h1>\n{body}\n</main>\n</body>\n</html>\n",
        stylesheet.unwrap_or_default(),
        title = escape(title),
    );
    let mut response = (status, Html(html)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Why a login did not end, and the way to start again.
pub(crate) fn failed(auth: &Auth, failure: Failure) -> Response {
    let (status, sentence) = match failure {
        Failure::NotConfigured => (StatusCode::SERVICE_UNAVAILABLE, "Aucun fournisseur d’identité n’est configuré."),
        Failure::Unavailable => {
            (StatusCode::SERVICE_UNAVAILABLE, "Le fournisseur d’identité ne répond pas. Réessayez dans un instant.")
        }
        Failure::Unrecorded => {
            (StatusCode::SERVICE_UNAVAILABLE, "La session n’a pas pu être enregistrée. Réessayez dans un instant.")
        }
        Failure::State => {
            (StatusCode::BAD_REQUEST, "Cette connexion a expiré, ou n’a pas été commencée dans ce navigateur.")
        }
        Failure::Refused => (StatusCode::FORBIDDEN, "Le fournisseur d’identité n’a pas confirmé votre connexion."),
        Failure::Disabled => (StatusCode::FORBIDDEN, "Votre compte a été désactivé."),
        Failure::Issuer | Failure::Code | Failure::IdToken | Failure::Userinfo => {
            (StatusCode::BAD_REQUEST, "La réponse du fournisseur d’identité n’a pas pu être vérifiée.")
        }
    };
    let body = format!(
        "<p>{sentence}</p>\n<p><a href=\"/auth/login?return=/\">Recommencer la connexion</a></p>\n<p>Si cela se reproduit, écrivez à {}.</p>",
        escape(auth.contact()),
    );
    page(auth, status, "Connexion interrompue", &body)
}

/// After a logout.
pub(crate) fn signed_out(auth: &Auth) -> Response {
    let body = "<p>Votre session est terminée.</p>\n<p><a href=\"/auth/login?return=/\">Se connecter à nouveau</a></p>";
    page(auth, StatusCode::OK, "Vous êtes déconnecté", body)
}

/// Before a logout, for those who came by a link: a link alone signs nobody out.
pub(crate) fn confirm_sign_out(auth: &Auth) -> Response {
    let body = "<form method=\"post\" action=\"/auth/logout\"><button>Se déconnecter</button></form>\n<p><a href=\"/\">Revenir à la carte</a></p>";
    page(auth, StatusCode::OK, "Se déconnecter ?", body)
}

/// A request that no page of ours sent.
pub(crate) fn cross_site(auth: &Auth) -> Response {
    let body =
        "<p>Cette demande ne vient pas d’une page de ce service.</p>\n<p><a href=\"/\">Revenir à la carte</a></p>";
    page(auth, StatusCode::FORBIDDEN, "Demande refusée", body)
}

/// Text as HTML, in an element or an attribute.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
