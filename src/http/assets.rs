//! The page and its files: `web/dist`, embedded when the command is built.
//! A missing asset is a 404, never the page: a map worker that receives HTML draws nothing and says nothing.

use axum::{
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::problem::Problem;

#[derive(RustEmbed)]
#[folder = "web/dist/"]
struct Dist;

/// `GET /`
pub async fn page(headers: HeaderMap) -> Response {
    file("index.html", &headers)
}

/// `GET /assets/{*path}`
pub async fn asset(Path(path): Path<String>, headers: HeaderMap) -> Response {
    file(&format!("assets/{path}"), &headers)
}

/// `GET /favicon.ico`: what browsers ask of any page that names no icon.
pub async fn icon(headers: HeaderMap) -> Response {
    file("assets/icon.svg", &headers)
}

fn file(name: &str, headers: &HeaderMap) -> Response {
    let Some(file) = Dist::get(name) else { return Problem::NotFound.into_response() };
    let etag = etag(&file);
    let cached = headers.get(header::IF_NONE_MATCH).is_some_and(|tag| tag.as_bytes() == etag.as_bytes());
    let fixed = [
        (header::ETAG, etag),
        (header::CACHE_CONTROL, "no-cache".to_owned()), // file names are stable: the ETag decides
        (header::CONTENT_TYPE, content_type(name).to_owned()),
    ];
    if cached { (StatusCode::NOT_MODIFIED, fixed).into_response() } else { (fixed, file.data).into_response() }
}

fn etag(file: &EmbeddedFile) -> String {
    let hash = file.metadata.sha256_hash();
    let digits: String = hash[..12].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{digits}\"")
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "json" => "application/json",
        _ => "application/octet-stream",
    }
}
