//! The demonstration's provider, through the same code as any other.

use auth_proxy::demo_provider::{DemoProvider, ROLES, seed};
use reqwest::StatusCode;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    browser::Browser,
    house::{House, Settings, Site},
};

async fn house(demo: bool) -> (House, JoinHandle<()>) {
    let site = Site::bind().await;
    let provider = DemoProvider::new(TcpListener::bind("127.0.0.1:0").await.unwrap(), &site.origin).unwrap();
    let options = provider.options();
    let issuer = options.issuer.clone();
    let folder = tempfile::tempdir().unwrap();
    let database = auth_proxy::Database::open(&crate::house::database_path(&folder)).await.unwrap();
    seed(&database, &issuer).await.unwrap();
    database.close().await;
    let task = tokio::spawn(async move { provider.serve().await.unwrap() });
    (site.open_on(folder, Settings { identity: Some(options), demo, ..Settings::default() }).await, task)
}

async fn me(house: &House, browser: &Browser) -> serde_json::Value {
    serde_json::from_str(&browser.get(&house.url("/auth/me")).await.body).unwrap()
}

#[tokio::test]
async fn login_hint_signs_each_of_the_five_roles_in() {
    let (house, _task) = house(true).await;
    for (role, parcelles, dia) in [
        ("agent-bron", "Communes({69029})", 404),
        ("agent-villeurbanne", "Communes({69266})", 404),
        ("agent-venissieux", "adhesion_suspended", 404),
        ("referent-bron", "Communes({69029})", 404),
        ("admin-metropole", "Whole", 200),
    ] {
        let browser = Browser::default();
        let page = browser.follow(&house.url(&format!("/auth/login?return=/&login_hint={role}")), |_| false).await;
        assert_eq!(page.body, "carte", "{role}");
        let expected = ROLES.iter().find(|known| known.id == role).unwrap();
        let me = me(&house, &browser).await;
        assert_eq!(me["name"], format!("{} {}", expected.given_name, expected.usual_name));
        assert_eq!(me["roles"].as_array().unwrap().len(), 1 + expected.roles.len(), "{me}");
        assert!(house.tile(&browser, "parcelles").await.body.starts_with(parcelles), "{role}");
        assert_eq!(house.tile(&browser, "dia").await.status, dia, "{role}");
    }
}

#[tokio::test]
async fn a_button_signs_a_role_in_and_a_hint_changes_role_while_signed_in() {
    let (house, _task) = house(true).await;
    let browser = Browser::default();
    let choice = browser.follow(&house.url("/auth/login?return=/?c=1"), |_| false).await;
    for role in &ROLES {
        assert!(choice.body.contains(&format!("value=\"{}\"", role.id)), "{}", choice.body);
    }
    let back = browser.post(choice.url.as_str(), &[("role", "agent-bron")]).await.location().unwrap();
    assert_eq!(browser.get(back.as_str()).await.header("location"), "/?c=1");
    assert_eq!(me(&house, &browser).await["organisation"], "69029");
    browser.follow(&house.url("/auth/login?login_hint=agent-villeurbanne"), |_| false).await;
    assert_eq!(me(&house, &browser).await["organisation"], "69266");
}

#[tokio::test]
async fn outside_the_demonstration_a_hint_is_not_passed_on() {
    let (house, _task) = house(false).await;
    let page = Browser::default().follow(&house.url("/auth/login?login_hint=admin-metropole"), |_| false).await;
    assert!(page.body.contains("Choisissez un rôle"), "{}", page.body);
}

#[tokio::test]
async fn a_logout_goes_by_the_provider_and_comes_back_to_the_goodbye_page() {
    let (house, _task) = house(true).await;
    let browser = Browser::default();
    browser.follow(&house.url("/auth/login?login_hint=agent-bron"), |_| false).await;
    let end = browser.post(&house.url("/auth/logout"), &[]).await.location().unwrap();
    assert_eq!(end.path(), "/end_session");
    let page = browser.follow(end.as_str(), |_| false).await;
    assert!(page.body.contains("Vous êtes déconnecté") && page.url.as_str().starts_with(&house.origin));
    assert_eq!(house.tile(&browser, "arbres").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_provider_is_strict_about_its_client() {
    let (house, _task) = house(true).await;
    let login = Browser::default().get(&house.url("/auth/login")).await.location().unwrap().to_string();
    let refused = |from: &str, to: &str| {
        let url = login.replace(from, to);
        assert_ne!(url, login, "{from}");
        async move { Browser::default().get(&url).await.status }
    };
    for (from, to) in [
        ("auth%2Fcallback", "auth%2Fcallback2"),
        ("client_id=traboule", "client_id=other"),
        ("code_challenge_method=S256", "code_challenge_method=plain"),
        ("response_type=code", "response_type=token"),
    ] {
        assert_eq!(refused(from, to).await, StatusCode::BAD_REQUEST, "{from}");
    }
}
