//! npm oidc-provider as a child process: a provider we did not write.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use auth_proxy::{OidcOptions, Secret, SigningAlgorithm};

use crate::{
    browser::{Browser, Reply},
    house::{House, Settings, Site},
};

/// Runs until dropped.
pub(crate) struct NodeProvider {
    child: Child,
    issuer: String,
    secret: String,
}

impl Drop for NodeProvider {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl NodeProvider {
    pub(crate) fn start(service: &str) -> Self {
        const MISSING: &str =
            "the login tests need Node.js 20 and npm oidc-provider: install node, then run `npm ci` in tests/";
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests");
        let mut child = Command::new("node")
            .arg("oidc_provider.mjs")
            .current_dir(tests)
            .env("SERVICE", service)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|_| panic!("{MISSING}"));
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let Ok(told) = serde_json::from_str::<serde_json::Value>(&line) else { panic!("{MISSING}") };
        let text = |name: &str| told[name].as_str().unwrap().to_owned();
        Self { child, issuer: text("issuer"), secret: text("client_secret") }
    }

    pub(crate) fn options(&self) -> OidcOptions {
        OidcOptions {
            issuer: self.issuer.clone(),
            client_id: "traboule".to_owned(),
            client_secret: Some(Secret::new(&*self.secret)),
            organisation_claim: "siret".to_owned(),
            scopes: ["given_name", "usual_name", "siret"].map(str::to_owned).to_vec(),
            algorithm: SigningAlgorithm::Es256,
            signed_userinfo: true,
        }
    }
}

/// A service whose agents sign in at a provider of their own process.
pub(crate) async fn house() -> (House, NodeProvider) {
    house_with(Settings::default()).await
}

pub(crate) async fn house_with(settings: Settings) -> (House, NodeProvider) {
    let site = Site::bind().await;
    let provider = NodeProvider::start(&site.origin);
    let house = site.open(Settings { identity: Some(provider.options()), ..settings }).await;
    (house, provider)
}

/// Starts a login and stops at the door of the callback: the address the provider sends back to.
pub(crate) async fn until_callback(house: &House, browser: &Browser, login: &str, account: &str) -> String {
    let asked = browser
        .follow(&house.url(login), |next| next.path().starts_with("/interaction/") || next.path() == "/auth/callback")
        .await;
    let mut next = asked.location().expect("the provider asks who it is, or knows already");
    if next.path().starts_with("/interaction/") {
        let choice = format!("{next}?account={account}");
        next = browser.follow(&choice, |next| next.path() == "/auth/callback").await.location().unwrap();
    }
    assert!(next.as_str().starts_with(&house.origin), "{next}");
    next.to_string()
}

/// A whole login; the answer of the callback.
pub(crate) async fn sign_in(house: &House, browser: &Browser, account: &str) -> Reply {
    let callback = until_callback(house, browser, "/auth/login?return=/", account).await;
    let reply = browser.get(&callback).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    reply
}
