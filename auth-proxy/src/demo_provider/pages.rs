//! What the demonstration provider shows: one page of buttons, in French.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};

use super::ROLES;
use crate::page::escape;

/// The one style sheet.
pub(super) async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
}

/// The form leads back to the service, by a redirect that browsers check too.
pub(super) fn policy(service: &str) -> String {
    format!(
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self' {service}; frame-ancestors 'none'; base-uri 'none'"
    )
}

/// The roles as buttons. The form goes back to the page's own address, query included.
pub(super) fn choose() -> String {
    let button = |role: &super::DemoRole| {
        let person = escape(&format!("{} {}", role.given_name, role.usual_name));
        format!(
            "<li><button name=\"role\" value=\"{}\"><strong>{}</strong><span>{person} · <code>{}</code></span></button></li>\n",
            role.id,
            escape(role.title),
            role.id
        )
    };
    let buttons: String = ROLES.iter().map(button).collect();
    page(
        "Se connecter à la démonstration",
        &format!(
            "<p>Ce fournisseur d’identité n’existe que sur cette machine, pour la démonstration. Choisissez un rôle :</p>\n\
             <form method=\"post\"><ul>\n{buttons}</ul></form>"
        ),
    )
}

/// A request that the service should not have sent.
pub(super) fn refused(problem: &str) -> String {
    page("Demande refusée", &format!("<p>La demande de connexion n’est pas valable : {}.</p>", escape(problem)))
}

/// The end of a logout that goes nowhere.
pub(super) fn goodbye() -> String {
    page("Vous êtes déconnecté", "<p>Vous pouvez fermer cette page.</p>")
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"fr\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"/style.css\">\n</head>\n\
         <body>\n<main>\n<h1>{title}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )
}

const STYLE: &str = "\
:root { color-scheme: light; font-family: system-ui, sans-serif; line-height: 1.5; }
body { margin: 0; background: #f4f1ec; color: #1f2328; }
main { max-width: 34rem; margin: 8vh auto; padding: 2rem; background: #fff; border-radius: 8px; box-shadow: 0 1px 4px #0003; }
h1 { margin-top: 0; font-size: 1.4rem; }
ul { list-style: none; margin: 0; padding: 0; display: grid; gap: .6rem; }
button { width: 100%; display: grid; gap: .1rem; padding: .7rem 1rem; text-align: left; font: inherit; color: inherit; background: #fff; border: 1px solid #767676; border-radius: 6px; cursor: pointer; }
button:hover, button:focus-visible { border-color: #b3261e; background: #fff6f5; }
button:focus-visible { outline: 3px solid #b3261e; outline-offset: 2px; }
button span { color: #57534e; font-size: .9rem; }
";
