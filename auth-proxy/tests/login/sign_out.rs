//! Logouts: ours first, then the provider's.

use reqwest::{StatusCode, Url};

use crate::{
    browser::{Browser, client},
    house::{Settings, Site},
    node_provider::{house, sign_in, until_callback},
};

const SESSION: &str = "traboule";

#[tokio::test]
async fn d07_after_a_logout_the_old_cookie_opens_nothing_and_the_provider_asks_again() {
    let (house, _provider) = house().await;
    let browser = Browser::default();
    sign_in(&house, &browser, "agent-bron").await;
    let thief = Browser::default();
    thief.plant(&house.origin, SESSION, &browser.cookies(&house.origin)[SESSION]);
    assert_eq!(house.tile(&thief, "arbres").await.status, StatusCode::OK, "the copy works before");
    let reply = browser.post(&house.url("/auth/logout"), &[]).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER);
    assert_eq!(reply.header("clear-site-data"), "\"cache\"");
    assert!(!browser.cookies(&house.origin).contains_key(SESSION));
    assert_eq!(house.tile(&thief, "arbres").await.status, StatusCode::UNAUTHORIZED);
    // The provider's own page: it asks for a confirmation, then sends back to ours.
    let end = reply.location().unwrap();
    assert!(
        end.as_str().contains("id_token_hint=")
            && Some(end.origin().ascii_serialization()) == house.auth.identity_origin()
    );
    let page = browser.get(end.as_str()).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let back = confirm(&browser, &end, &page.body).await;
    assert_eq!((back.path(), back.origin().ascii_serialization()), ("/auth/logout", house.origin.clone()));
    let goodbye = browser.get(back.as_str()).await;
    assert!(goodbye.body.contains("Vous êtes déconnecté") && goodbye.body.contains("lang=\"fr\""));
    // No session is left there either: a new login asks who it is.
    let asked =
        browser.follow(&house.url("/auth/login?return=/"), |next| next.path().starts_with("/interaction/")).await;
    assert!(asked.location().unwrap().path().starts_with("/interaction/"));
    assert_eq!(house.audit().await.iter().filter(|line| line.event.action == "logout").count(), 1);
}

/// Presses the button of the provider's confirmation page.
async fn confirm(browser: &Browser, end: &Url, page: &str) -> Url {
    let after = |mark: &str| page.split(mark).nth(1).unwrap().split('"').next().unwrap().to_owned();
    let action = end.join(&after("action=\"")).unwrap();
    let secret = after("name=\"xsrf\" value=\"");
    browser.post(action.as_str(), &[("xsrf", &secret), ("logout", "yes")]).await.location().unwrap()
}

#[tokio::test]
async fn f01_a_link_an_image_or_another_site_signs_nobody_out() {
    let (house, _provider) = house().await;
    let browser = Browser::default();
    sign_in(&house, &browser, "agent-bron").await;
    let page = browser.get(&house.url("/auth/logout")).await;
    assert!(
        page.body.contains("<form method=\"post\" action=\"/auth/logout\">")
            && !page.body.contains("Vous êtes déconnecté")
    );
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("accept", "*/*"),
    ] {
        let reply = browser.send(client().post(house.url("/auth/logout")).header(name, value)).await;
        assert_eq!(reply.status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
    assert_eq!(house.tile(&browser, "arbres").await.status, StatusCode::OK);
}

#[tokio::test]
async fn f03_a_provider_that_is_gone_does_not_keep_a_session_alive() {
    let (house, provider) = house().await;
    let browser = Browser::default();
    sign_in(&house, &browser, "agent-bron").await;
    let session = browser.cookies(&house.origin)[SESSION].clone();
    drop(provider);
    assert_eq!(house.tile(&browser, "arbres").await.status, StatusCode::OK, "a live session needs no provider");
    assert_eq!(browser.post(&house.url("/auth/logout"), &[]).await.status, StatusCode::SEE_OTHER);
    let thief = Browser::default();
    thief.plant(&house.origin, SESSION, &session);
    assert_eq!(house.tile(&thief, "arbres").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn d23_a_session_that_was_ended_does_not_come_back_at_a_restart() {
    let (house, provider) = house().await;
    let browser = Browser::default();
    let callback = until_callback(&house, &browser, "/auth/login?return=/", "agent-bron").await;
    browser.get(&callback).await;
    let session = browser.cookies(&house.origin)[SESSION].clone();
    browser.post(&house.url("/auth/logout"), &[]).await;
    let (folder, _) = house.stop().await;
    let again = Site::bind()
        .await
        .open_on(folder, Settings { identity: Some(provider.options()), ..Settings::default() })
        .await;
    let browser = Browser::default();
    browser.plant(&again.origin, SESSION, &session);
    assert_eq!(again.tile(&browser, "arbres").await.status, StatusCode::UNAUTHORIZED);
}
