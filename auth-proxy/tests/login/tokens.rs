//! ApiTokens: what a machine may do, from where, until when.

use auth_proxy::{
    Database,
    directory::{self, NewToken},
    today,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::{ToSpan, civil::Date};
use reqwest::{RequestBuilder, StatusCode};

use crate::{
    browser::{Browser, Reply, client},
    house::{House, Settings, Site, adhesion},
};

const TILE: &str = "/tiles/parcelles/14/8412/5843";

async fn house() -> (House, Database) {
    let house = Site::bind().await.open(Settings::default()).await;
    let beside = house.elsewhere().await;
    (house, beside)
}

/// Makes a token beside the running service and waits until the service knows.
async fn token(house: &House, beside: &Database, scopes: &str, network: Option<&str>, until: Option<Date>) -> String {
    let new = NewToken {
        organisation: "69029".parse().unwrap(),
        scopes: scopes.parse().unwrap(),
        network: network.map(|text| text.parse().unwrap()),
        until,
    };
    let shown = directory::create_token(beside, &new, "test").await.unwrap();
    house.auth.refresh().await.unwrap();
    shown
}

async fn send(request: RequestBuilder) -> Reply {
    Browser::default().send(request).await
}

async fn get(house: &House, path: &str, token: &str) -> Reply {
    send(client().get(house.url(path)).bearer_auth(token)).await
}

#[tokio::test]
async fn a_token_carries_the_rights_of_its_organisation_as_basic_or_bearer() {
    let (house, beside) = house().await;
    let token = token(&house, &beside, "tiles", None, None).await;
    assert_eq!(get(&house, TILE, &token).await.body, "Communes({69029})");
    let (id, secret) = token.split_once(':').unwrap();
    let basic = send(client().get(house.url(TILE)).basic_auth(id, Some(secret))).await;
    assert_eq!(basic.body, "Communes({69029})");
    assert!(basic.set_cookies().is_empty(), "a token opens no session");
    let used: Vec<_> = house.audit().await.into_iter().filter(|line| line.event.action == "token.used").collect();
    assert_eq!((used.len(), used[0].event.actor.as_str()), (1, format!("token {id}").as_str()));
}

#[tokio::test]
async fn i03_a_token_opens_its_scopes_and_nothing_else() {
    let (house, beside) = house().await;
    let tiles = token(&house, &beside, "tiles", None, None).await;
    let search = token(&house, &beside, "search", None, None).await;
    let features = token(&house, &beside, "features", None, None).await;
    for (path, token, status) in [
        (TILE, &tiles, StatusCode::OK),
        (TILE, &search, StatusCode::FORBIDDEN),
        (TILE, &features, StatusCode::FORBIDDEN),
        ("/photon/api?q=a", &search, StatusCode::OK),
        ("/photon/api?q=a", &tiles, StatusCode::FORBIDDEN),
        ("/api/layers/parcelles/features/1", &features, StatusCode::OK),
        ("/api/layers/parcelles/features/1", &tiles, StatusCode::FORBIDDEN),
        ("/auth/me", &tiles, StatusCode::FORBIDDEN),
        ("/auth/login", &tiles, StatusCode::FORBIDDEN),
        ("/", &tiles, StatusCode::FORBIDDEN),
        ("/photon/status", &tiles, StatusCode::OK),
    ] {
        let reply = get(&house, path, token).await;
        assert_eq!(reply.status, status, "{path}");
        assert!(reply.set_cookies().is_empty(), "{path}");
    }
    assert_eq!(
        send(client().post(house.url("/photon/api")).bearer_auth(&search)).await.status,
        StatusCode::OK,
        "no origin is asked of machines"
    );
}

#[tokio::test]
async fn a_token_that_does_not_hold_is_401_even_with_a_good_start() {
    let (house, beside) = house().await;
    let good = token(&house, &beside, "tiles", None, None).await;
    let (id, secret) = good.split_once(':').unwrap();
    let jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.";
    for bad in [
        format!("{id}:{}", "A".repeat(43)),
        format!("{}:{secret}", id.to_uppercase()),
        format!("{id}:{}", secret.to_lowercase()),
        format!("{id}:{secret}x"),
        format!("{id}:"),
        format!(":{secret}"),
        secret.to_owned(),
        jwt.to_owned(),
        String::new(),
    ] {
        assert_eq!(get(&house, TILE, &bad).await.status, StatusCode::UNAUTHORIZED, "{bad}");
    }
    let twice = client().get(house.url(TILE)).bearer_auth(&good).header("authorization", format!("Bearer {good}"));
    assert_eq!(send(twice).await.status, StatusCode::UNAUTHORIZED, "two credentials are none");
    let digest = client().get(house.url(TILE)).header("authorization", format!("Digest {}", STANDARD.encode(&good)));
    assert_eq!(send(digest).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn i04_a_token_holds_in_its_network_and_until_its_last_day() {
    let (house, beside) = house().await;
    let (yesterday, today) = (today().checked_sub(1.day()).unwrap(), today());
    for (network, until, status) in [
        (Some("127.0.0.0/8"), None, StatusCode::OK),
        (Some("127.0.0.1"), Some(today), StatusCode::OK),
        (Some("192.0.2.0/24"), None, StatusCode::UNAUTHORIZED),
        (None, Some(yesterday), StatusCode::UNAUTHORIZED),
    ] {
        let token = token(&house, &beside, "tiles", network, until).await;
        assert_eq!(get(&house, TILE, &token).await.status, status, "{network:?} {until:?}");
    }
}

#[tokio::test]
async fn a16_only_a_trusted_proxy_may_say_where_a_request_comes_from() {
    for (trusted, claimed, status) in [
        (vec![], "192.0.2.7", StatusCode::UNAUTHORIZED),
        (vec!["127.0.0.1".parse().unwrap()], "192.0.2.7", StatusCode::OK),
        (vec!["127.0.0.1".parse().unwrap()], "192.0.2.7, 198.51.100.1", StatusCode::UNAUTHORIZED),
        (vec!["127.0.0.1".parse().unwrap()], "198.51.100.1, 192.0.2.7", StatusCode::OK),
        (vec!["127.0.0.1".parse().unwrap()], "192.0.2.7, nonsense", StatusCode::UNAUTHORIZED),
    ] {
        let house = Site::bind().await.open(Settings { trusted_proxies: trusted, ..Settings::default() }).await;
        let beside = house.elsewhere().await;
        let token = token(&house, &beside, "tiles", Some("192.0.2.0/24"), None).await;
        let request = client().get(house.url(TILE)).bearer_auth(&token).header("x-forwarded-for", claimed);
        assert_eq!(send(request).await.status, status, "{claimed}");
    }
}

#[tokio::test]
async fn i04_a_revoked_token_and_a_suspended_commune_are_out_within_two_seconds() {
    let (house, beside) = house().await;
    let (first, second) =
        (token(&house, &beside, "tiles", None, None).await, token(&house, &beside, "tiles", None, None).await);
    directory::revoke_token(&beside, first.split_once(':').unwrap().0, "test").await.unwrap();
    directory::change_adhesion(&beside, &adhesion("69029", directory::AdhesionStatus::Suspended)).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    assert_eq!(get(&house, TILE, &first).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(get(&house, TILE, &second).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn i01_a_secret_in_the_address_is_refused_even_when_it_is_right() {
    let (house, beside) = house().await;
    let token = token(&house, &beside, "tiles", None, None).await;
    for name in ["token", "access_token", "api_key", "apikey", "TOKEN", "Access_Token", "authorization"] {
        for path in [TILE, "/", "/photon/status"] {
            let reply = send(client().get(house.url(&format!("{path}?a=1&{name}={token}"))).bearer_auth(&token)).await;
            assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{name}");
            assert!(reply.body.contains("token_in_url") && !reply.body.contains(&token));
        }
    }
}
