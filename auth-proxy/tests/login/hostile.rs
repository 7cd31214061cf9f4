//! What a provider could send that must not become a session.

use auth_proxy::{Auth, OidcOptions};
use axum::{
    http::{StatusCode as Status, header},
    response::{IntoResponse, Redirect},
};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{
    browser::{Browser, Reply},
    hostile_provider::{Behaviour, HONEST, HostileProvider, Mint, SECRET, Userinfo},
    house::{House, Settings, Site},
};

async fn house(change: impl FnOnce(OidcOptions) -> OidcOptions) -> (House, HostileProvider) {
    let provider = HostileProvider::start().await;
    let settings = Settings { identity: Some(change(provider.options())), ..Settings::default() };
    (Site::bind().await.open(settings).await, provider)
}

async fn attempt(house: &House) -> (Browser, Reply) {
    let browser = Browser::default();
    // Everything up to and with the callback; what it answers is not followed.
    let mut reply = browser.get(&house.url("/auth/login?return=/")).await;
    while let Some(next) = reply.location().filter(|_| reply.url.path() != "/auth/callback") {
        reply = browser.get(next.as_str()).await;
    }
    (browser, reply)
}

fn signed_in(house: &House, browser: &Browser) -> bool {
    browser.cookies(&house.origin).contains_key("traboule")
}

/// One house, one honest login to show that the fixture lets one through, then every case in turn.
async fn all_refused(cases: &[(&str, Behaviour)]) {
    let (house, provider) = house(|options| options).await;
    let (browser, reply) = attempt(&house).await;
    assert!(signed_in(&house, &browser), "the honest exchange fails: {}", reply.body);
    for (name, behaviour) in cases {
        provider.behave(behaviour.clone());
        let (browser, reply) = attempt(&house).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{name}");
        assert!(!signed_in(&house, &browser), "{name}");
        assert!(reply.body.contains("Connexion interrompue"), "{name}: {}", reply.body);
    }
}

fn id_token(id_token: fn(&Mint, Value) -> String) -> Behaviour {
    Behaviour { id_token, ..HONEST }
}

/// The claims with some replaced; a null removes.
fn with(mut claims: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name)
        } else {
            claims.as_object_mut().unwrap().insert(name.clone(), value.clone())
        };
    }
    claims
}

fn in_seconds(seconds: i64) -> i64 {
    jiff::Timestamp::now().as_second() + seconds
}

#[tokio::test]
async fn e09_e10_a_signature_that_is_absent_symmetric_or_foreign_is_refused() {
    all_refused(&[
        ("alg none", id_token(|_, claims| Mint::unsigned("none", &claims))),
        ("alg None", id_token(|_, claims| Mint::unsigned("None", &claims))),
        ("alg nOnE", id_token(|_, claims| Mint::unsigned("nOnE", &claims))),
        ("ES256 with an empty signature", id_token(|_, claims| Mint::unsigned("ES256", &claims))),
        (
            "ES256 with a signature of zeros",
            id_token(|_, claims| format!("{}{}", Mint::unsigned("ES256", &claims), "A".repeat(86))),
        ),
        ("HS256 with the public point", id_token(|mint, claims| Mint::hs256(mint.public_bytes(), &claims))),
        (
            "HS256 with the JWK",
            id_token(|mint, claims| Mint::hs256(mint.public("good").to_string().as_bytes(), &claims)),
        ),
        ("HS256 with the client secret", id_token(|_, claims| Mint::hs256(SECRET.as_bytes(), &claims))),
        ("HS256 with nothing", id_token(|_, claims| Mint::hs256(b"", &claims))),
        ("a foreign key", id_token(|mint, claims| mint.forge(&claims))),
        (
            "RS256 in the header",
            id_token(|mint, claims| mint.sign_as(&json!({ "alg": "RS256", "kid": "good" }), &claims)),
        ),
        (
            "ES384 in the header",
            id_token(|mint, claims| mint.sign_as(&json!({ "alg": "ES384", "kid": "good" }), &claims)),
        ),
        ("no algorithm", id_token(|mint, claims| mint.sign_as(&json!({ "kid": "good" }), &claims))),
        (
            "a critical extension",
            id_token(|mint, claims| mint.sign_as(&json!({ "alg": "ES256", "kid": "good", "crit": ["exp"] }), &claims)),
        ),
        (
            "a key of its own",
            id_token(|mint, claims| {
                mint.sign_as(&json!({ "alg": "ES256", "kid": "evil", "jwk": mint.public("evil") }), &claims)
            }),
        ),
        ("no token at all", id_token(|_, _| String::new())),
        ("not a token", id_token(|_, _| "a.b.c".to_owned())),
    ])
    .await;
}

#[tokio::test]
async fn e03_e18_e20_e21_a_claim_that_is_wrong_is_refused() {
    all_refused(&[
        (
            "nonce of another login",
            id_token(|mint, claims| mint.sign(&with(claims, json!({ "nonce": "A".repeat(43) })))),
        ),
        ("no nonce", id_token(|mint, claims| mint.sign(&with(claims, json!({ "nonce": null }))))),
        ("another issuer", id_token(|mint, claims| mint.sign(&with(claims, json!({ "iss": "http://127.0.0.1:1" }))))),
        ("no issuer", id_token(|mint, claims| mint.sign(&with(claims, json!({ "iss": null }))))),
        ("another audience", id_token(|mint, claims| mint.sign(&with(claims, json!({ "aud": "other" }))))),
        ("no audience", id_token(|mint, claims| mint.sign(&with(claims, json!({ "aud": null }))))),
        ("an empty audience", id_token(|mint, claims| mint.sign(&with(claims, json!({ "aud": [] }))))),
        ("two audiences", id_token(|mint, claims| mint.sign(&with(claims, json!({ "aud": ["traboule", "other"] }))))),
        ("another party", id_token(|mint, claims| mint.sign(&with(claims, json!({ "azp": "other" }))))),
        ("expired a minute ago", id_token(|mint, claims| mint.sign(&with(claims, json!({ "exp": in_seconds(-61) }))))),
        ("no expiry", id_token(|mint, claims| mint.sign(&with(claims, json!({ "exp": null }))))),
        ("issued in ten minutes", id_token(|mint, claims| mint.sign(&with(claims, json!({ "iat": in_seconds(600) }))))),
        ("not yet valid", id_token(|mint, claims| mint.sign(&with(claims, json!({ "nbf": in_seconds(120) }))))),
        ("no subject", id_token(|mint, claims| mint.sign(&with(claims, json!({ "sub": null }))))),
        ("an empty subject", id_token(|mint, claims| mint.sign(&with(claims, json!({ "sub": "" }))))),
        ("a number as subject", id_token(|mint, claims| mint.sign(&with(claims, json!({ "sub": 7 }))))),
        (
            "a subject of 300 characters",
            id_token(|mint, claims| mint.sign(&with(claims, json!({ "sub": "s".repeat(300) })))),
        ),
    ])
    .await;
}

#[tokio::test]
async fn e20_clocks_twenty_seconds_apart_still_agree() {
    let (house, provider) = house(|options| options).await;
    let shifts: [fn(&Mint, Value) -> String; 2] = [
        |mint, claims| mint.sign(&with(claims, json!({ "exp": in_seconds(-20) }))),
        |mint, claims| mint.sign(&with(claims, json!({ "iat": in_seconds(20), "nbf": in_seconds(20) }))),
    ];
    for shift in shifts {
        provider.behave(id_token(shift));
        let (browser, reply) = attempt(&house).await;
        assert!(signed_in(&house, &browser), "{}", reply.body);
    }
}

#[tokio::test]
async fn e22_e23_a_userinfo_that_is_unsigned_foreign_or_about_someone_else_is_refused() {
    let userinfo = |userinfo: Userinfo| Behaviour { userinfo, ..HONEST };
    const JWT: &str = "application/jwt";
    all_refused(&[
        ("someone else", userinfo(|mint, claims| (JWT, mint.sign(&with(claims, json!({ "sub": "s-2" })))))),
        ("nobody", userinfo(|mint, claims| (JWT, mint.sign(&with(claims, json!({ "sub": null })))))),
        ("plain JSON", userinfo(|_, claims| ("application/json", claims.to_string()))),
        ("a foreign key", userinfo(|mint, claims| (JWT, mint.forge(&claims)))),
        ("alg none", userinfo(|_, claims| (JWT, Mint::unsigned("none", &claims)))),
        ("HS256 with the client secret", userinfo(|_, claims| (JWT, Mint::hs256(SECRET.as_bytes(), &claims)))),
        ("HS256 with the public point", userinfo(|mint, claims| (JWT, Mint::hs256(mint.public_bytes(), &claims)))),
        ("another audience", userinfo(|mint, claims| (JWT, mint.sign(&with(claims, json!({ "aud": "other" })))))),
        (
            "another issuer",
            userinfo(|mint, claims| (JWT, mint.sign(&with(claims, json!({ "iss": "http://127.0.0.1:1" }))))),
        ),
        ("expired", userinfo(|mint, claims| (JWT, mint.sign(&with(claims, json!({ "exp": in_seconds(-61) })))))),
        ("half a megabyte", userinfo(|_, _| (JWT, "a".repeat(512 * 1024)))),
        ("HTML", userinfo(|_, _| ("text/html", "<html>".to_owned()))),
    ])
    .await;
}

#[tokio::test]
async fn an_unsigned_userinfo_is_accepted_only_where_the_configuration_says_so() {
    let (house, provider) = house(|options| OidcOptions { signed_userinfo: false, ..options }).await;
    provider.behave(Behaviour { userinfo: |_, claims| ("application/json", claims.to_string()), ..HONEST });
    let (browser, reply) = attempt(&house).await;
    assert!(signed_in(&house, &browser), "{}", reply.body);
    provider.behave(Behaviour { userinfo: |mint, claims| ("application/jwt", mint.forge(&claims)), ..HONEST });
    let (browser, _) = attempt(&house).await;
    assert!(!signed_in(&house, &browser), "a signature that is there is verified all the same");
}

#[tokio::test]
async fn e06_e07_an_answer_of_another_issuer_or_none_is_refused_before_its_code_is_used() {
    all_refused(&[
        ("no issuer", Behaviour { answer_issuer: |_| None, ..HONEST }),
        ("another", Behaviour { answer_issuer: |_| Some("https://evil.example".to_owned()), ..HONEST }),
        ("the same with a slash", Behaviour { answer_issuer: |issuer| Some(format!("{issuer}/")), ..HONEST }),
    ])
    .await;
}

#[tokio::test]
async fn e26_a_claim_that_is_nearly_a_siret_gives_no_organisation() {
    let (house, provider) = house(|options| options).await;
    let answers: [Userinfo; 6] = [
        |mint, claims| ("application/jwt", mint.sign(&with(claims, json!({ "siret": null })))),
        |mint, claims| ("application/jwt", mint.sign(&with(claims, json!({ "siret": "2169002900001" })))),
        |mint, claims| ("application/jwt", mint.sign(&with(claims, json!({ "siret": "216 900 290 00013" })))),
        |mint, claims| ("application/jwt", mint.sign(&with(claims, json!({ "siret": 21_690_029_000_013_u64 })))),
        |mint, claims| ("application/jwt", mint.sign(&with(claims, json!({ "siret": ["21690029000013"] })))),
        |mint, claims| ("application/jwt", mint.sign(&with(claims, json!({ "siret": "' OR 1=1 --xx" })))),
    ];
    for userinfo in answers {
        provider.behave(Behaviour { userinfo, ..HONEST });
        let (browser, reply) = attempt(&house).await;
        assert!(signed_in(&house, &browser), "{}", reply.body);
        assert!(house.tile(&browser, "arbres").await.body.starts_with("no_organisation"));
    }
}

#[tokio::test]
async fn e14_unknown_keys_do_not_make_us_hammer_the_provider() {
    let (house, provider) = house(|options| options).await;
    attempt(&house).await;
    provider.behave(id_token(|mint, claims| mint.sign_as(&json!({ "alg": "ES256", "kid": "unknown" }), &claims)));
    for _ in 0..20 {
        let (browser, _) = attempt(&house).await;
        assert!(!signed_in(&house, &browser));
    }
    assert_eq!(provider.jwks_hits(), 1, "keys are looked for again after thirty seconds, not before");
}

#[tokio::test]
async fn e15_e36_a_provider_that_publishes_nonsense_stops_logins_and_nothing_else() {
    let unsafe_keys: fn(&mut Value) = |document| document["jwks_uri"] = json!("http://169.254.169.254/latest");
    let other_issuer: fn(&mut Value) = |document| document["issuer"] = json!("https://evil.example");
    for (name, behaviour) in [
        ("a huge key set", Behaviour { jwks: |_| "x".repeat(1024 * 1024).into_response(), ..HONEST }),
        ("a redirect", Behaviour { jwks: |_| Redirect::to("/elsewhere").into_response(), ..HONEST }),
        ("HTML", Behaviour { jwks: |_| ([(header::CONTENT_TYPE, "text/html")], "<html>").into_response(), ..HONEST }),
        ("an error", Behaviour { jwks: |_| Status::INTERNAL_SERVER_ERROR.into_response(), ..HONEST }),
        ("keys on another machine in the clear", Behaviour { discovery: unsafe_keys, ..HONEST }),
        ("another issuer", Behaviour { discovery: other_issuer, ..HONEST }),
    ] {
        let (house, provider) = house(|options| options).await;
        provider.behave(behaviour);
        let reply = Browser::default().get(&house.url("/auth/login?return=/")).await;
        assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE, "{name}");
        assert!(reply.body.contains("ne répond pas"), "{name}: {}", reply.body);
    }
}

#[tokio::test]
async fn e36_a_service_starts_while_its_provider_is_down_and_logs_in_once_it_is_up() {
    let (house, provider) = house(|options| options).await;
    provider.behave(Behaviour { jwks: |_| Status::BAD_GATEWAY.into_response(), ..HONEST });
    let browser = Browser::default();
    assert_eq!(browser.get(&house.url("/auth/login?return=/")).await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(browser.get(&house.url("/photon/status")).await.status, StatusCode::OK);
    provider.behave(HONEST);
    tokio::time::sleep(std::time::Duration::from_millis(2_200)).await;
    let (browser, reply) = attempt(&house).await;
    assert!(signed_in(&house, &browser), "{}", reply.body);
}

#[tokio::test]
async fn o01_an_issuer_in_the_clear_is_refused_at_start() {
    let folder = tempfile::tempdir().unwrap();
    let provider = HostileProvider::start().await;
    let options = auth_proxy::AuthOptions {
        database: crate::house::database_path(&folder),
        public_url: "http://127.0.0.1:8080".to_owned(),
        identity: Some(OidcOptions { issuer: "http://sso.example.fr".to_owned(), ..provider.options() }),
        idle: std::time::Duration::from_secs(60),
        max_age: std::time::Duration::from_secs(600),
        contact: String::new(),
        stylesheet: None,
        trusted_proxies: vec![],
        demo: false,
    };
    assert!(matches!(Auth::open(options).await, Err(auth_proxy::Error::InsecureIssuer(_))));
}
