//! The gate: what gets in, what each refusal looks like, and how many ways there are to write one path.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use reqwest::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    browser::{Browser, Reply, client},
    house::{House, Settings, Site},
    node_provider::{self, sign_in},
};

const TILE: &str = "/tiles/arbres/14/8412/5843";

async fn empty_house() -> House {
    Site::bind().await.open(Settings::default()).await
}

/// Sends a request line and headers byte for byte; the status of the answer.
async fn raw(house: &House, request: &str) -> (u16, String) {
    let mut socket = tokio::net::TcpStream::connect(house.origin.trim_start_matches("http://")).await.unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    (answer.split(' ').nth(1).map_or(0, |status| status.parse().unwrap()), answer)
}

async fn raw_get(house: &House, target: &str, headers: &str) -> (u16, String) {
    raw(house, &format!("GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{headers}\r\n")).await
}

async fn anonymous(house: &House, path: &str, headers: &[(&str, &str)]) -> Reply {
    let request =
        headers.iter().fold(client().get(house.url(path)), |request, (name, value)| request.header(*name, *value));
    Browser::default().send(request).await
}

#[tokio::test]
async fn nobody_is_sent_to_the_login_from_the_page_and_told_401_everywhere_else() {
    let house = empty_house().await;
    let page = anonymous(&house, "/?c=4.8,45.7,14&l=arbres", &[("sec-fetch-mode", "navigate")]).await;
    assert_eq!(
        (page.status, page.header("location")),
        (StatusCode::SEE_OTHER, "/auth/login?return=/%3Fc%3D4.8,45.7,14%26l%3Darbres")
    );
    assert_eq!(anonymous(&house, "/", &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(anonymous(&house, "/", &[("sec-fetch-mode", "cors")]).await.status, StatusCode::UNAUTHORIZED);
    for path in [TILE, "/auth/me", "/photon/api?q=a", "/api/catalogue", "/unknown", "/auth/unknown", "/assets"] {
        let reply = anonymous(&house, path, &[("sec-fetch-mode", "navigate"), ("accept", "text/html")]).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(reply.header("content-type"), "application/problem+json", "{path}");
        assert_eq!(reply.header("cache-control"), "no-store", "{path}");
        let problem: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
        assert_eq!((&problem["status"], &problem["title"]), (&401.into(), &"Connexion requise".into()));
        assert_eq!(problem["message"].is_string(), path.starts_with("/photon"), "{path}");
    }
    for path in ["/photon/status", "/assets/app.css", "/auth/logout", "/photon/status/"] {
        assert_eq!(anonymous(&house, path, &[]).await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn an_open_address_search_opens_the_search_and_nothing_else() {
    let open_search = Arc::new(AtomicBool::new(true));
    let settings = Settings { open_search: Arc::clone(&open_search), ..Settings::default() };
    let house = Site::bind().await.open(settings).await;
    assert_eq!(anonymous(&house, "/photon/api?q=a", &[]).await.status, StatusCode::OK);
    let wrong = anonymous(&house, "/photon/api?q=a", &[("authorization", "Bearer tk1:x")]).await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED, "a token that does not hold is still told");
    for path in [TILE, "/photonx/api", "/api/catalogue", "/auth/me"] {
        assert_eq!(anonymous(&house, path, &[]).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    open_search.store(false, Ordering::Relaxed);
    assert_eq!(anonymous(&house, "/photon/api?q=a", &[]).await.status, StatusCode::UNAUTHORIZED, "it was closed");
    assert_eq!(anonymous(&house, "/photon/status", &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn i11_only_programs_are_asked_for_a_password() {
    let house = empty_house().await;
    assert!(anonymous(&house, TILE, &[]).await.header("www-authenticate").starts_with("Basic realm=\"traboule\""));
    let bad = anonymous(&house, TILE, &[("authorization", "Basic dGs6eA==")]).await;
    assert!(bad.status == StatusCode::UNAUTHORIZED && bad.header("www-authenticate").starts_with("Basic"));
    for header in ["sec-fetch-mode", "sec-fetch-site", "sec-fetch-dest"] {
        assert_eq!(anonymous(&house, TILE, &[(header, "cors")]).await.header("www-authenticate"), "", "{header}");
    }
}

#[tokio::test]
async fn a01_a20_a25_no_header_opens_anything() {
    let house = empty_house().await;
    for (name, value) in [
        ("X-Traboule-User", "dave"),
        ("X_Traboule_User", "dave"),
        ("X-Traboule-Roles", "admin"),
        ("Remote-User", "dave"),
        ("X-Forwarded-User", "dave"),
        ("X-Forwarded-Uri", "/photon/status"),
        ("X-Original-URL", "/photon/status"),
        ("X-Rewrite-URL", "/assets/app.css"),
        ("X-Original-URI", "/photon/status"),
        ("X-HTTP-Method-Override", "OPTIONS"),
        ("User-Agent", "kube-probe/1.29"),
        ("User-Agent", "GoogleHC/1.0"),
        ("User-Agent", "ELB-HealthChecker/2.0"),
        ("X-Forwarded-For", "127.0.0.1"),
        ("Forwarded", "for=127.0.0.1"),
    ] {
        assert_eq!(anonymous(&house, TILE, &[(name, value)]).await.status, StatusCode::UNAUTHORIZED, "{name}: {value}");
    }
}

#[tokio::test]
async fn a02_to_a05_a_signed_in_agent_stays_who_they_are_and_the_claims_are_gone() {
    let (house, _provider) = node_provider::house().await;
    let browser = Browser::default();
    sign_in(&house, &browser, "agent-bron").await;
    let mut request = client().get(house.url("/auth/me"));
    for name in [
        "X-Traboule-User",
        "x_traboule_user",
        "X-Traboule_User",
        "x_traboule-user",
        "X-Traboule-Commune",
        "X-Traboule-Roles",
        "Remote_User",
    ] {
        request = request.header(name, "dave").header(name, "admin,69266");
    }
    let me: serde_json::Value = serde_json::from_str(&browser.send(request).await.body).unwrap();
    assert_eq!((&me["name"], &me["roles"]), (&"Camille Durand".into(), &serde_json::json!(["agent"])));
    let left: Vec<&str> = me["headers"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert!(
        !left.iter().any(|name| name.contains("traboule") || name.contains("user_") || name.contains('_')),
        "{left:?}"
    );
}

#[tokio::test]
async fn a18_a_forwarded_host_does_not_move_the_redirect() {
    let (house, _provider) = node_provider::house().await;
    let request = client()
        .get(house.url("/auth/login"))
        .header("x-forwarded-host", "evil.example")
        .header("host", "evil.example");
    let reply = Browser::default().send(request).await;
    let redirect =
        reply.location().unwrap().query_pairs().find(|(name, _)| name == "redirect_uri").unwrap().1.into_owned();
    assert_eq!(redirect, house.url("/auth/callback"));
}

#[tokio::test]
async fn b01_to_b29_what_is_not_canonical_is_400_before_anything_else() {
    let house = empty_house().await;
    for target in [
        "/photon/status/../api",
        "/assets/../tiles/arbres/14/8412/5843",
        "/assets/%2e%2e/tiles/arbres/14/8412/5843",
        "/assets/%2E./tiles",
        "/assets/.%2e/tiles",
        "/assets/..%2ftiles",
        "/assets/%2e%2e%2ftiles",
        "/assets/%252e%252e%252ftiles",
        "//tiles/arbres/14/8412/5843",
        "/tiles//arbres/14/8412/5843",
        "/tiles/./arbres",
        "/assets/..;/tiles",
        "/assets;/../tiles",
        "/tiles/arbres;x=1/14/8412/5843",
        "/assets/\\..\\tiles",
        "/assets/%5c..%5ctiles",
        "/assets/%00",
        "/assets/%0a",
        "/assets/%0d%0aX-Traboule-User:%20dave",
        "/tiles/arbres%2Cdia/14/8412/5843",
        "/til%65s/arbres",
        "/assets../tiles/arbres/1/1/1",
        "/assets%2e%2e/tiles",
        "/assets%2e/tiles",
        "/photon/status//",
        "/tiles/%61rbres/14/8412/5843",
        "/photon/api?q=%00",
        "/photon/api?q=%0d%0a",
        "http://evil.example/photon/status",
        "http://a/photon/status",
    ] {
        let (status, answer) = raw_get(&house, target, "").await;
        assert_eq!(status, 400, "{target}: {answer}");
    }
}

#[tokio::test]
async fn b13_open_paths_are_decided_without_the_query_or_the_fragment() {
    let house = empty_house().await;
    for target in [
        "/tiles/arbres/14/8412/5843?/photon/status",
        "/tiles/arbres/14/8412/5843?path=/assets/app.css",
        "/tiles/arbres/14/8412/5843#/assets/app.css",
        "/Assets/app.css",
        "/ASSETS/app.css",
        "/photon/Status",
        "/photon/status.json",
        "/assetsx",
        "/auth/loginx",
        "/favicon.ico/x",
    ] {
        assert_eq!(raw_get(&house, target, "").await.0, 401, "{target}");
    }
}

#[tokio::test]
async fn b22_methods_other_than_get_head_and_post_say_nothing() {
    let house = empty_house().await;
    for method in ["OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "GETT"] {
        let (status, answer) =
            raw(&house, &format!("{method} {TILE} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).await;
        assert!(status == 405 && answer.to_ascii_lowercase().contains("allow: get, head, post"), "{method}: {answer}");
    }
    assert_eq!(raw(&house, &format!("HEAD {TILE} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).await.0, 401);
}

#[tokio::test]
async fn a27_c02_malformed_headers_are_refused() {
    let house = empty_house().await;
    for headers in
        ["X-Traboule-User : dave\r\n", "X-A: b\r\n folded\r\n", "X-A: b\0c\r\n", "Transfer-Encoding: xchunked\r\n"]
    {
        let (status, answer) = raw_get(&house, "/photon/status", headers).await;
        assert_eq!(status, 400, "{headers:?}: {answer}");
    }
}

#[tokio::test]
async fn d02_d05_a_doubled_or_damaged_cookie_is_none() {
    let (house, _provider) = node_provider::house().await;
    let browser = Browser::default();
    sign_in(&house, &browser, "agent-bron").await;
    let id = browser.cookies(&house.origin)["traboule"].clone();
    let house = &house;
    let cookie = |line: String| async move {
        anonymous(house, TILE, &[("cookie", &line), ("sec-fetch-mode", "cors")]).await.status
    };
    assert_eq!(cookie(format!("a=1; traboule={id}; b=2")).await, StatusCode::OK);
    let flipped: String = id.chars().map(|c| if c.is_lowercase() { c.to_ascii_uppercase() } else { c }).collect();
    for bad in [
        format!("traboule={id}; traboule={id}"),
        format!("traboule={id}; traboule=planted"),
        format!("traboule={}", &id[..42]),
        format!("traboule={id}A"),
        format!("traboule={id}="),
        format!("traboule=%{:02x}{}", id.as_bytes()[0], &id[1..]),
        format!("traboule=\"{id}\""),
        format!("traboule={}", flipped.to_ascii_uppercase()),
        format!("Traboule={id}"),
        format!("__Host-traboule={id}"),
        "traboule=".to_owned(),
    ] {
        assert_eq!(cookie(bad.clone()).await, StatusCode::UNAUTHORIZED, "{bad}");
    }
    assert_eq!(
        anonymous(house, "/photon/status", &[("cookie", "traboule=old")]).await.status,
        StatusCode::OK,
        "h30: open stays open"
    );
}

#[tokio::test]
async fn j01_another_site_cannot_post_with_an_agents_cookie() {
    let (house, _provider) = node_provider::house().await;
    let browser = Browser::default();
    sign_in(&house, &browser, "agent-bron").await;
    let post = |name: &'static str, value: &'static str| {
        browser.send(client().post(house.url("/photon/api")).header(name, value))
    };
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "none"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        assert_eq!(post(name, value).await.status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
    assert_eq!(post("sec-fetch-site", "same-origin").await.status, StatusCode::OK);
    let own: &'static str = Box::leak(house.origin.clone().into_boxed_str());
    assert_eq!(post("origin", own).await.status, StatusCode::OK);
}

#[tokio::test]
async fn g02_a_login_never_leads_elsewhere() {
    let (house, _provider) = node_provider::house().await;
    let browser = Browser::default();
    sign_in(&house, &browser, "agent-bron").await;
    for hostile in [
        "https://evil.example",
        "//evil.example",
        "/%5Cevil.example",
        "%2F%2Fevil.example",
        "%09//evil.example",
        "javascript:alert(1)",
        "/&return=//evil.example",
    ] {
        let reply = browser.get(&house.url(&format!("/auth/login?return={hostile}"))).await;
        assert!(
            reply.status == StatusCode::BAD_REQUEST || reply.header("location") == "/",
            "{hostile}: {:?}",
            reply.location()
        );
    }
}

#[tokio::test]
async fn m02_refusals_leave_no_address_and_no_cookie_in_the_trail() {
    let house = empty_house().await;
    anonymous(&house, "/photon/api?q=12+rue+secrete", &[("cookie", "traboule=abcdefabcdef")]).await;
    anonymous(&house, "/12-rue-secrete", &[]).await;
    anonymous(&house, TILE, &[("authorization", "Bearer tk1:abcdefabcdef")]).await;
    let trail = serde_json::to_string(&house.audit().await).unwrap();
    assert!(
        trail.contains("unauthenticated") && trail.contains("\"photon\"") && trail.contains("\"other\""),
        "{trail}"
    );
    assert!(!trail.contains("secrete") && !trail.contains("abcdef"), "{trail}");
}
