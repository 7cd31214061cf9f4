//! Logins at npm oidc-provider, good and bad.

use std::time::Duration;

use auth_proxy::directory::{self, AccountId, AccountStatus, AdhesionStatus};
use reqwest::StatusCode;

use crate::{
    browser::Browser,
    house::{Settings, Site, adhesion},
    node_provider::{house, house_with, sign_in, until_callback},
};

const SESSION: &str = "traboule";

#[tokio::test]
async fn a_login_ends_where_it_started_with_the_rights_of_the_organisation() {
    let (house, _provider) = house().await;
    let browser = Browser::default();
    let first = browser.get(&house.url("/?c=4.89,45.73,14")).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER);
    let login = first.location().unwrap();
    assert_eq!(login.path(), "/auth/login");
    let callback =
        until_callback(&house, &browser, &format!("/auth/login?{}", login.query().unwrap()), "agent-bron").await;
    let back = browser.get(&callback).await;
    assert_eq!(back.header("location"), "/?c=4.89,45.73,14");
    assert_eq!(browser.get(&house.url("/")).await.body, "carte");
    let me: serde_json::Value = serde_json::from_str(&browser.get(&house.url("/auth/me")).await.body).unwrap();
    assert_eq!((&me["name"], &me["organisation"]), (&"Camille Durand".into(), &"69029".into()));
    assert_eq!(house.tile(&browser, "parcelles").await.body, "Communes({69029})");
    assert_eq!(house.tile(&browser, "arbres").await.body, "Whole");
    assert_eq!(house.tile(&browser, "dia").await.status, StatusCode::NOT_FOUND);
    let audit = house.audit().await;
    let login = audit.iter().find(|line| line.event.action == "login").expect("a login leaves a line");
    assert_eq!((login.event.organisation.as_deref(), login.event.peer.is_some()), (Some("69029"), true));
}

#[tokio::test]
async fn d20_the_session_cookie_is_short_http_only_lax_and_hostwide() {
    let (house, _provider) = house().await;
    let browser = Browser::default();
    let cookies = sign_in(&house, &browser, "agent-bron").await.set_cookies();
    let session = cookies.iter().find(|line| line.starts_with("traboule=")).unwrap();
    assert!(session.ends_with("; Path=/; HttpOnly; SameSite=Lax") && !session.contains("Domain"), "{session}");
    assert_eq!(browser.cookies(&house.origin)[SESSION].len(), 43);
    assert!(cookies.iter().any(|line| line.starts_with("traboule-login-") && line.contains("Max-Age=0")));
}

#[tokio::test]
async fn e38_the_request_to_the_provider_is_strong_and_holds_documented_parameters_only() {
    let (house, _provider) = house().await;
    let url = Browser::default()
        .get(&house.url("/auth/login?return=/&login_hint=agent-bron&acr=x"))
        .await
        .location()
        .unwrap();
    let mut names: Vec<String> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    names.sort();
    let expected = [
        "client_id",
        "code_challenge",
        "code_challenge_method",
        "nonce",
        "redirect_uri",
        "response_type",
        "scope",
        "state",
    ];
    assert_eq!(names, expected, "and login_hint is for the demonstration only");
    let value = |name: &str| url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    assert_eq!((value("state").len(), value("nonce").len(), value("code_challenge_method").as_str()), (43, 43, "S256"));
    assert_eq!(value("redirect_uri"), house.url("/auth/callback"));
}

#[tokio::test]
async fn e01_a_missing_wrong_or_foreign_state_opens_no_session() {
    let (house, _provider) = house().await;
    let (victim, attacker) = (Browser::default(), Browser::default());
    let stolen = until_callback(&house, &attacker, "/auth/login?return=/", "agent-villeurbanne").await;
    let mut own = until_callback(&house, &victim, "/auth/login?return=/", "agent-bron").await;
    let state = own.split("state=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let twice = format!("{own}&state={state}");
    own = own.replace(&state, &state.chars().rev().collect::<String>());
    for callback in [
        stolen,
        own,
        twice,
        house.url("/auth/callback?code=a"),
        house.url("/auth/callback"),
        house.url("/auth/callback?state=x"),
    ] {
        let reply = victim.get(&callback).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{callback}");
        assert!(reply.body.contains("Connexion interrompue") && reply.body.contains("Recommencer"), "{}", reply.body);
        assert_eq!(reply.header("cache-control"), "no-store");
        assert!(!victim.cookies(&house.origin).contains_key(SESSION));
    }
}

#[tokio::test]
async fn e04_a_code_of_another_login_fails_on_pkce() {
    let (house, _provider) = house().await;
    let (victim, attacker) = (Browser::default(), Browser::default());
    let of_victim = until_callback(&house, &victim, "/auth/login?return=/", "agent-bron").await;
    let of_attacker = until_callback(&house, &attacker, "/auth/login?return=/", "agent-villeurbanne").await;
    let code = |url: &str| url.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let mixed = of_attacker.replace(&code(&of_attacker), &code(&of_victim));
    assert_eq!(attacker.get(&mixed).await.status, StatusCode::BAD_REQUEST);
    assert!(!attacker.cookies(&house.origin).contains_key(SESSION));
}

#[tokio::test]
async fn a_replayed_answer_opens_no_second_session() {
    let (house, _provider) = house().await;
    let (browser, thief) = (Browser::default(), Browser::default());
    let callback = until_callback(&house, &browser, "/auth/login?return=/", "agent-bron").await;
    let attempts = browser.cookies(&house.origin);
    assert_eq!(browser.get(&callback).await.status, StatusCode::SEE_OTHER);
    let session = browser.cookies(&house.origin)[SESSION].clone();
    // The same browser reloads: it is signed in, and stays so with the same session.
    assert_eq!(browser.get(&callback).await.header("location"), "/");
    assert_eq!(browser.cookies(&house.origin)[SESSION], session);
    // Someone who copied the attempt's cookie too meets the provider, which knows the code was used.
    for (name, value) in attempts {
        thief.plant(&house.origin, &name, &value);
    }
    assert_eq!(thief.get(&callback).await.status, StatusCode::BAD_REQUEST);
    assert!(!thief.cookies(&house.origin).contains_key(SESSION));
}

#[tokio::test]
async fn e06_an_answer_without_the_advertised_issuer_or_with_another_is_refused() {
    let (house, _provider) = house().await;
    for change in
        [|url: &str| url.split("&iss=").next().unwrap().to_owned(), |url: &str| url.replace("&iss=http", "&iss=https")]
    {
        let browser = Browser::default();
        let callback = change(&until_callback(&house, &browser, "/auth/login?return=/", "agent-bron").await);
        assert_eq!(browser.get(&callback).await.status, StatusCode::BAD_REQUEST, "{callback}");
        assert!(!browser.cookies(&house.origin).contains_key(SESSION));
    }
}

#[tokio::test]
async fn d01_a_planted_session_is_replaced_and_dead() {
    let (house, _provider) = house().await;
    let (victim, attacker) = (Browser::default(), Browser::default());
    let known = "A".repeat(43);
    victim.plant(&house.origin, SESSION, &known);
    sign_in(&house, &victim, "agent-bron").await;
    assert_ne!(victim.cookies(&house.origin)[SESSION], known);
    attacker.plant(&house.origin, SESSION, &known);
    assert_eq!(house.tile(&attacker, "arbres").await.status, StatusCode::UNAUTHORIZED);
    // A live session of the attacker's own, planted before the victim signs in, ends with that login.
    sign_in(&house, &attacker, "agent-villeurbanne").await;
    let (next, planted) = (Browser::default(), attacker.cookies(&house.origin)[SESSION].clone());
    let callback = until_callback(&house, &next, "/auth/login?return=/", "agent-bron").await;
    next.plant(&house.origin, SESSION, &planted);
    next.get(&callback).await;
    assert_ne!(next.cookies(&house.origin)[SESSION], planted);
    assert_eq!(house.tile(&attacker, "arbres").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(house.tile(&next, "parcelles").await.body, "Communes({69029})");
}

#[tokio::test]
async fn d15_d16_two_tabs_both_end_signed_in_and_thirty_keep_five_cookies() {
    let (house, _provider) = house().await;
    let browser = Browser::default();
    let first = until_callback(&house, &browser, "/auth/login?return=/?tab=1", "agent-bron").await;
    let second = until_callback(&house, &browser, "/auth/login?return=/?tab=2", "agent-bron").await;
    assert_eq!(browser.get(&second).await.header("location"), "/?tab=2");
    assert_eq!(browser.get(&first).await.header("location"), "/?tab=1");
    let unknown = house.url(&format!("/auth/callback?code=a&state={}", "B".repeat(43)));
    assert_eq!(browser.get(&unknown).await.header("location"), "/", "a live session wins over a dead state");
    assert_eq!(
        browser.get(&house.url("/auth/login?return=/?tab=3")).await.header("location"),
        "/?tab=3",
        "nothing to start again"
    );
    let many = Browser::default();
    for _ in 0..30 {
        many.get(&house.url("/auth/login?return=/")).await;
    }
    assert_eq!(many.cookies(&house.origin).len(), 5);
    let last = until_callback(&house, &many, "/auth/login?return=/", "agent-bron").await;
    assert_eq!(many.get(&last).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_session_without_activity_answers_401() {
    let (house, _provider) = house_with(Settings { idle: Duration::from_secs(2), ..Settings::default() }).await;
    let browser = Browser::default();
    sign_in(&house, &browser, "agent-bron").await;
    assert_eq!(house.tile(&browser, "arbres").await.status, StatusCode::OK);
    tokio::time::sleep(Duration::from_millis(3_100)).await;
    let reply = house.tile(&browser, "arbres").await;
    assert_eq!((reply.status, reply.header("cache-control")), (StatusCode::UNAUTHORIZED, "no-store"));
}

#[tokio::test]
async fn d08_a_disabled_account_is_out_within_two_seconds_and_cannot_come_back() {
    let (house, _provider) = house().await;
    let browser = Browser::default();
    sign_in(&house, &browser, "agent-bron").await;
    assert_eq!(house.tile(&browser, "arbres").await.status, StatusCode::OK);
    let beside = house.elsewhere().await;
    directory::set_status(&beside, AccountId(1), AccountStatus::Disabled, "test").await.unwrap();
    house.becomes(&browser, "arbres", StatusCode::UNAUTHORIZED).await;
    let callback = until_callback(&house, &browser, "/auth/login?return=/", "agent-bron").await;
    let refused = browser.get(&callback).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains("désactivé") && refused.body.contains("sig@example.fr"));
    // Enabled again, the old session stays dead.
    directory::set_status(&beside, AccountId(1), AccountStatus::Active, "test").await.unwrap();
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(house.tile(&browser, "arbres").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn d09_a_suspended_adhesion_closes_the_layers_within_two_seconds_and_says_why() {
    let (house, _provider) = house().await;
    let browser = Browser::default();
    sign_in(&house, &browser, "agent-bron").await;
    assert_eq!(house.tile(&browser, "parcelles").await.status, StatusCode::OK);
    let beside = house.elsewhere().await;
    directory::change_adhesion(&beside, &adhesion("69029", AdhesionStatus::Suspended)).await.unwrap();
    let refused = house.becomes(&browser, "parcelles", StatusCode::FORBIDDEN).await;
    assert!(
        refused.body.starts_with("adhesion_suspended") && refused.body.contains("avenant non signé."),
        "{}",
        refused.body
    );
    assert_eq!(browser.get(&house.url("/auth/me")).await.status, StatusCode::OK, "still signed in");
    directory::change_adhesion(&beside, &adhesion("69029", AdhesionStatus::Active)).await.unwrap();
    house.becomes(&browser, "parcelles", StatusCode::OK).await;
    let refusals =
        house.audit().await.into_iter().filter(|line| line.event.reason.as_deref() == Some("adhesion_suspended"));
    assert_eq!(refusals.count(), 1, "one line, however many tiles were refused");
}

#[tokio::test]
async fn e26_an_agent_of_no_known_organisation_signs_in_to_nothing() {
    let (house, _provider) = house().await;
    let browser = Browser::default();
    sign_in(&house, &browser, "sans-commune").await;
    assert_eq!(browser.get(&house.url("/auth/me")).await.status, StatusCode::OK);
    let refused = house.tile(&browser, "arbres").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.starts_with("no_organisation"), "{}", refused.body);
}

#[tokio::test]
async fn d23_a_session_survives_a_restart() {
    let (house, provider) = house().await;
    let browser = Browser::default();
    sign_in(&house, &browser, "agent-bron").await;
    let session = browser.cookies(&house.origin)[SESSION].clone();
    let (folder, _) = house.stop().await;
    let again = Site::bind()
        .await
        .open_on(folder, Settings { identity: Some(provider.options()), ..Settings::default() })
        .await;
    let browser = Browser::default();
    browser.plant(&again.origin, SESSION, &session);
    assert_eq!(again.tile(&browser, "parcelles").await.body, "Communes({69029})");
}
