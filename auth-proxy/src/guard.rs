//! What every request must look like before anything reads it. One place has one spelling: a target
//! that is not already canonical is refused, never repaired, so that the decision and the handler
//! cannot read two different things.

use axum::http::{HeaderMap, HeaderName, Method, Version, header, request::Parts};

/// Why a request is refused before it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// The path or the query is not canonical.
    Target,
    /// The method is none of GET, HEAD, POST.
    Method,
    /// The target is too long.
    TooLong,
    /// The headers are too many or too large.
    Headers,
    /// The announced body is too large.
    Body,
}

const LONGEST_TARGET: usize = 4_096;
const LARGEST_HEADERS: usize = 16 * 1_024;
const LARGEST_BODY: u64 = 1_024 * 1_024;

/// Checks the shape of a request.
pub(crate) fn check(parts: &Parts) -> Result<(), Flaw> {
    if ![Method::GET, Method::HEAD, Method::POST].contains(&parts.method) {
        return Err(Flaw::Method);
    }
    let (path, query) = (parts.uri.path(), parts.uri.query());
    if path.len() + query.map_or(0, str::len) > LONGEST_TARGET {
        return Err(Flaw::TooLong);
    }
    if !is_own_form(parts) || !is_canonical_path(without_trailing_slash(path)) || !query.is_none_or(is_clean_query) {
        return Err(Flaw::Target);
    }
    let size: usize = parts.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if size > LARGEST_HEADERS {
        return Err(Flaw::Headers);
    }
    let length = parts.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let largest = if is_streamed(path) { u64::MAX } else { LARGEST_BODY };
    if length.is_some_and(|length| length > largest) { Err(Flaw::Body) } else { Ok(()) }
}

/// Files of any length are answered as they arrive, and never held whole.
fn is_streamed(path: &str) -> bool {
    let path = without_trailing_slash(path);
    let search = path.strip_prefix("/ban/").or_else(|| path.strip_prefix("/geocodage/"));
    matches!(search, Some("search/csv" | "reverse/csv"))
}

/// HTTP/1 targets are paths; HTTP/2 carries the authority beside it, and a `Host` must then agree.
fn is_own_form(parts: &Parts) -> bool {
    match parts.uri.authority() {
        None => true,
        Some(authority) if parts.version == Version::HTTP_2 => {
            parts.headers.get(header::HOST).is_none_or(|host| host.as_bytes() == authority.as_str().as_bytes())
        }
        Some(_) => false,
    }
}

/// A trailing slash is accepted and means nothing; two of them are not.
pub(crate) fn without_trailing_slash(path: &str) -> &str {
    match path.strip_suffix('/') {
        Some(shorter) if !shorter.is_empty() && !shorter.ends_with('/') => shorter,
        _ => path,
    }
}

/// Whether a path is written the one way this service writes it: segments of plain characters, none
/// empty, none starting or ending like `.` and `..`; a space and letters outside ASCII are
/// percent-encoded in upper case, and nothing else is.
pub(crate) fn is_canonical_path(path: &str) -> bool {
    let Some(segments) = path.strip_prefix('/') else { return false };
    segments.is_empty() || segments.split('/').all(is_canonical_segment)
}

fn is_canonical_segment(segment: &str) -> bool {
    !segment.is_empty() && !segment.ends_with('.') && !segment.contains("..") && decodes_cleanly(segment)
}

fn decodes_cleanly(segment: &str) -> bool {
    let mut decoded = Vec::new();
    let mut bytes = segment.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => match (bytes.next().and_then(upper_hex), bytes.next().and_then(upper_hex)) {
                (Some(high), Some(low)) if high * 16 + low == b' ' || high >= 8 => decoded.push(high * 16 + low),
                _ => return false,
            },
            b'-' | b'.' | b'_' | b'~' | b',' | b'@' => decoded.push(byte),
            _ if byte.is_ascii_alphanumeric() => decoded.push(byte),
            _ => return false,
        }
    }
    std::str::from_utf8(&decoded).is_ok_and(|text| !text.chars().any(char::is_control))
}

fn upper_hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// Whether a query decodes to UTF-8 without control characters. What its parameters mean is the routes' business.
pub(crate) fn is_clean_query(query: &str) -> bool {
    let mut decoded = Vec::with_capacity(query.len());
    let mut bytes = query.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => {
                let digit = |b: Option<u8>| b.and_then(|b| upper_hex(b.to_ascii_uppercase()));
                match (digit(bytes.next()), digit(bytes.next())) {
                    (Some(high), Some(low)) => decoded.push(high * 16 + low),
                    _ => return false,
                }
            }
            b'\\' | b'"' | b'<' | b'>' => return false,
            _ => decoded.push(byte),
        }
    }
    std::str::from_utf8(&decoded).is_ok_and(|text| !text.chars().any(char::is_control))
}

/// Removes every header through which a request could claim an identity, another path or another
/// origin. A name with an underscore is removed whatever it says: some servers read it as a hyphen.
pub(crate) fn strip(headers: &mut HeaderMap) {
    let claims: Vec<HeaderName> = headers.keys().filter(|name| is_claim(name.as_str())).cloned().collect();
    for name in claims {
        headers.remove(name);
    }
}

fn is_claim(name: &str) -> bool {
    const PREFIXES: [&str; 5] = ["x-traboule", "x-forwarded", "x-original", "x-rewrite", "x-auth-request"];
    const NAMES: [&str; 9] = [
        "forwarded",
        "remote-user",
        "x-remote-user",
        "x-real-ip",
        "x-user",
        "x-client-cert",
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
    ];
    name.contains('_') || PREFIXES.iter().any(|prefix| name.starts_with(prefix)) || NAMES.contains(&name)
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    #[test]
    fn b01_to_b29_a_path_has_one_spelling() {
        for good in [
            "/",
            "/tiles/parcelles/14/8412/5843.mvt",
            "/tiles/rues,arbres",
            "/sprites/plan@2x",
            "/fonts/Noto%20Sans/0-255.pbf",
            "/a/%C3%A9",
        ] {
            assert!(is_canonical_path(good), "{good}");
        }
        for bad in [
            "",
            "tiles",
            "//tiles/maj",
            "/tiles//maj",
            "/tiles/./maj",
            "/tiles/../maj",
            "/tiles/pub/../maj/14/8412/5843",
            "/tiles/pub/%2e%2e/maj",
            "/tiles/pub/%2E./maj",
            "/tiles/pub/.%2e/maj",
            "/tiles/pub/..%2fmaj",
            "/tiles/pub%2fmaj",
            "/tiles/pub/%252e%252e%252fmaj",
            "/tiles/pub;/../maj",
            "/tiles/..;/maj",
            "/tiles/maj;x=1/14",
            "/tiles\\maj",
            "/tiles/%5cmaj",
            "/tiles/%00",
            "/tiles/%0a",
            "/tiles/%0d%0aX-Traboule-User:%20dave",
            "/tiles/pub%2Cmaj",
            "/m%61j",
            "/%2f",
            "/public../tiles/maj/1/1/1",
            "/public%2e%2e/x",
            "/public%2e/tiles/maj",
            "/tiles/pub, maj",
            "/tiles/%zz",
            "/tiles/%",
            "/tiles/%C3",
            "/tiles/%c3%a9",
            "/tiles/%C2%85",
            "/a\"b",
            "/a{b}",
            "/é",
            "/a b",
            "/tiles/maj.",
            "/a/",
            "/a:b",
            "/a?b",
        ] {
            assert!(!is_canonical_path(bad), "{bad}");
        }
    }

    #[test]
    fn one_trailing_slash_means_nothing_and_two_are_refused() {
        assert_eq!(without_trailing_slash("/tiles/"), "/tiles");
        assert_eq!(without_trailing_slash("/"), "/");
        for bad in ["//", "/tiles//", "///"] {
            assert!(!is_canonical_path(without_trailing_slash(bad)), "{bad}");
        }
    }

    #[test]
    fn b10_a_query_holds_no_control_character() {
        for good in ["q=12%20bis%20av", "q=%C3%A9cole", "q=a+b&lat=45.7", "", "q=l%27%C3%A9cole"] {
            assert!(is_clean_query(good), "{good}");
        }
        for bad in ["q=%00", "q=%0a", "q=%0D%0AX:1", "q=%", "q=%4", "q=%zz", "q=%C3", "q=\"", "q=<script>"] {
            assert!(!is_clean_query(bad), "{bad}");
        }
    }

    fn flaw(request: Request<()>) -> Option<Flaw> {
        check(&request.into_parts().0).err()
    }

    #[test]
    fn b22_other_methods_are_refused() {
        for method in ["OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "GETT"] {
            let request = Request::builder().method(method).uri("/tiles/maj").body(()).unwrap();
            assert_eq!(flaw(request), Some(Flaw::Method), "{method}");
        }
    }

    #[test]
    fn sizes_are_bounded() {
        let get = |path: &str| Request::builder().uri(path);
        assert_eq!(flaw(get(&format!("/{}", "a".repeat(5_000))).body(()).unwrap()), Some(Flaw::TooLong));
        assert_eq!(flaw(get("/").header("x-a", "b".repeat(20_000)).body(()).unwrap()), Some(Flaw::Headers));
        assert_eq!(flaw(get("/").header("content-length", "2000000").body(()).unwrap()), Some(Flaw::Body));
        assert_eq!(flaw(get("/").body(()).unwrap()), None);
        for (path, expected) in [
            ("/ban/search/csv", None),
            ("/geocodage/reverse/csv/", None),
            ("/ban/search", Some(Flaw::Body)),
            ("/photon/search/csv", Some(Flaw::Body)),
        ] {
            let request = get(path).method("POST").header("content-length", "2000000000").body(()).unwrap();
            assert_eq!(flaw(request), expected, "{path}");
        }
    }

    #[test]
    fn an_absolute_target_is_refused() {
        assert_eq!(flaw(Request::builder().uri("http://evil.example/tiles").body(()).unwrap()), Some(Flaw::Target));
    }

    #[test]
    fn a03_identity_headers_go_in_every_spelling() {
        let mut headers = HeaderMap::new();
        for name in [
            "X-Traboule-User",
            "x_traboule_user",
            "X-Traboule_User",
            "x_traboule-user",
            "X-Forwarded-Uri",
            "X-Original-URL",
            "Remote-User",
            "remote_user",
        ] {
            headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), "dave".parse().unwrap());
            headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), "dave".parse().unwrap());
        }
        headers.insert("accept", "text/html".parse().unwrap());
        strip(&mut headers);
        assert_eq!(headers.len(), 1);
    }
}
