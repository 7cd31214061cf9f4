//! Refusals of the gate as problem documents (RFC 9457): `application/problem+json`, in French.

use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

/// A refusal: never cached, and never more than it says.
#[derive(Debug, Serialize)]
pub(crate) struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: &'static str,
    /// Stable code for machines.
    reason: &'static str,
    /// The same as `detail`, where clients of Photon look for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
    #[serde(skip)]
    header: Option<(HeaderName, HeaderValue)>,
}

impl Problem {
    /// A refusal with its status, its code and what people read.
    pub(crate) fn new(status: StatusCode, reason: &'static str, title: &'static str, detail: &'static str) -> Self {
        Self { kind: "about:blank", title, status: status.as_u16(), detail, reason, message: None, header: None }
    }

    /// The same with one more header.
    pub(crate) fn with(self, name: HeaderName, value: &'static str) -> Self {
        Self { header: Some((name, HeaderValue::from_static(value))), ..self }
    }

    /// The same in the form that a route's clients expect.
    pub(crate) fn at(self, path: &str) -> Self {
        let photon = path == "/photon" || path.starts_with("/photon/");
        Self { message: photon.then_some(self.detail), ..self }
    }

    /// The code.
    pub(crate) fn reason(&self) -> &'static str {
        self.reason
    }
}

impl IntoResponse for Problem {
    fn into_response(mut self) -> Response {
        let status = StatusCode::from_u16(self.status).expect("it was made from a status");
        let header = self.header.take();
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.extend(header);
        response
    }
}
