//! How bytes become a response: ETag, 304, 204, Cache-Control, the encoding the client takes.

use std::io::Read;

use axum::{
    Json,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde::Serialize;

/// What a person may see is between them and us: no shared cache keeps it, and their
/// browser asks again each time (304 costs nothing).
pub const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");
/// What an answer depends on beside its address.
const VARY: HeaderValue = HeaderValue::from_static("Accept-Encoding, Cookie, Authorization");
/// Said of a tile too dense for its budget: how many features were left out.
pub const DROPPED: HeaderName = HeaderName::from_static("x-traboule-dropped");

/// The media type of a vector tile.
const MVT: HeaderValue = HeaderValue::from_static("application/vnd.mapbox-vector-tile");

/// A JSON document about what this person may see.
pub fn json<T: Serialize>(document: &T) -> Response {
    ([(header::CACHE_CONTROL, PRIVATE), (header::VARY, VARY)], Json(document)).into_response()
}

/// A JSON document that must not be kept at all: what was typed, or who is signed in.
pub fn json_unkept<T: Serialize>(document: &T) -> Response {
    ([(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], Json(document)).into_response()
}

/// How a client takes a tile. Tiles are stored gzipped; the rare client that takes no gzip
/// gets them inflated, under an ETag of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As stored.
    Gzip,
    /// Inflated.
    Identity,
}

impl Encoding {
    /// Reads `Accept-Encoding`.
    pub fn wanted(headers: &HeaderMap) -> Self {
        let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let takes_gzip = accepted.split(',').any(|offer| {
            let (name, quality) = offer.split_once(';').unwrap_or((offer, ""));
            let refused = quality.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()) == Some(0.0);
            matches!(name.trim(), "gzip" | "*") && !refused
        });
        if takes_gzip { Self::Gzip } else { Self::Identity }
    }

    fn etag(self, tag: &str) -> String {
        match self {
            Self::Gzip => format!("\"{tag}\""),
            Self::Identity => format!("\"{tag}-i\""),
        }
    }
}

/// A finished tile as a response: 204 when it shows nothing, 304 when the client has it.
pub fn tile(tile: &tiles::Tile, request: &HeaderMap) -> Response {
    if tile.features == 0 {
        return (StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, PRIVATE), (header::VARY, VARY)]).into_response();
    }
    let encoding = Encoding::wanted(request);
    let etag = encoding.etag(&tile.etag);
    let known = [
        (header::CACHE_CONTROL, PRIVATE),
        (header::VARY, VARY),
        (header::ETAG, HeaderValue::from_str(&etag).expect("an ETag is quoted hexadecimal digits")),
    ];
    if matches(request, &etag) {
        return (StatusCode::NOT_MODIFIED, known).into_response();
    }
    let body = match encoding {
        Encoding::Gzip => tile.bytes.clone(),
        Encoding::Identity => inflated(tile),
    };
    let mut response = (known, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, MVT);
    if encoding == Encoding::Gzip {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    if tile.dropped > 0 {
        headers.insert(DROPPED, HeaderValue::from(tile.dropped));
    }
    response
}

fn inflated(tile: &tiles::Tile) -> Bytes {
    let mut raw = Vec::with_capacity(tile.raw_len);
    flate2::read::GzDecoder::new(tile.bytes.as_ref())
        .read_to_end(&mut raw)
        .expect("`cut` has just compressed these bytes");
    raw.into()
}

fn matches(request: &HeaderMap, etag: &str) -> bool {
    let listed = request.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    listed.split(',').map(|tag| tag.trim().trim_start_matches("W/")).any(|tag| tag == etag || tag == "*")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(accept: &str) -> Encoding {
        Encoding::wanted(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, accept.parse().unwrap())]))
    }

    #[test]
    fn gzip_is_sent_to_those_who_take_it() {
        assert_eq!(wanted("gzip, deflate, br"), Encoding::Gzip);
        assert_eq!(wanted("*"), Encoding::Gzip);
        assert_eq!(wanted("identity"), Encoding::Identity);
        assert_eq!(wanted("gzip;q=0, br"), Encoding::Identity);
        assert_eq!(Encoding::wanted(&HeaderMap::new()), Encoding::Identity);
    }

    #[test]
    fn an_etag_is_one_encoding_s_alone() {
        let request = HeaderMap::from_iter([(header::IF_NONE_MATCH, "\"a\", W/\"b\"".parse().unwrap())]);
        assert!(matches(&request, &Encoding::Gzip.etag("b")));
        assert!(!matches(&request, &Encoding::Identity.etag("b")));
    }
}
