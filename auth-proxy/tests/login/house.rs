//! A service on a free port: the routes of the session, a few that stand for maps and addresses, and
//! the refresh that the command runs every second.

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use auth_proxy::{
    Auth, AuthOptions, Credential, Database, Decision, OidcOptions, Principal, callback, decide,
    directory::{self, Adhesion, AdhesionStatus, Network, Organisation, OrganisationKind},
    login, logout, protect, signed_out, today,
};
use axum::{
    Extension, Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use layers::{Access, Layer, SourceFormat, SourceSpec};
use serde_json::json;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::browser::{Browser, Reply};

pub(crate) const BRON: &str = "21690029000013";
pub(crate) const VILLEURBANNE: &str = "21690266800013";
pub(crate) const VENISSIEUX: &str = "21690259300013";

/// An address of the service before anything serves it: providers must know it first.
pub(crate) struct Site {
    listener: TcpListener,
    pub(crate) origin: String,
}

/// What differs between tests.
pub(crate) struct Settings {
    pub(crate) identity: Option<OidcOptions>,
    pub(crate) demo: bool,
    pub(crate) idle: Duration,
    pub(crate) trusted_proxies: Vec<Network>,
    pub(crate) open_search: Arc<AtomicBool>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            identity: None,
            demo: false,
            idle: Duration::from_secs(1800),
            trusted_proxies: vec![],
            open_search: Arc::default(),
        }
    }
}

/// A running service.
pub(crate) struct House {
    pub(crate) auth: Auth,
    pub(crate) origin: String,
    folder: tempfile::TempDir,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for House {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Site {
    pub(crate) async fn bind() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        Self { listener, origin }
    }

    /// Opens the service on an empty state with three communes in it.
    pub(crate) async fn open(self, settings: Settings) -> House {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&folder.path().join("state.db")).await.unwrap();
        three_communes(&database).await;
        database.close().await;
        self.open_on(folder, settings).await
    }

    /// Opens the service on a state that exists.
    pub(crate) async fn open_on(self, folder: tempfile::TempDir, settings: Settings) -> House {
        // The client of the identity provider needs the process's TLS provider, as in the command.
        drop(crate::browser::client());
        let auth = Auth::open(AuthOptions {
            database: folder.path().join("state.db"),
            public_url: self.origin.clone(),
            identity: settings.identity,
            idle: settings.idle,
            max_age: Duration::from_secs(36_000),
            contact: "sig@example.fr".to_owned(),
            stylesheet: None,
            trusted_proxies: settings.trusted_proxies,
            demo: settings.demo,
        })
        .await
        .unwrap();
        let is_search_open = move || settings.open_search.load(Ordering::Relaxed);
        let service = protect(routes(auth.clone()), auth.clone(), is_search_open)
            .into_make_service_with_connect_info::<SocketAddr>();
        let refreshed = auth.clone();
        let tasks = vec![
            tokio::spawn(async move { axum::serve(self.listener, service).await.unwrap() }),
            tokio::spawn(async move {
                loop {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    refreshed.refresh().await.unwrap();
                }
            }),
        ];
        House { auth, origin: self.origin, folder, tasks }
    }
}

impl House {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// The state as another process sees it: what the commands use beside a server.
    pub(crate) async fn elsewhere(&self) -> Database {
        Database::open(&self.folder.path().join("state.db")).await.unwrap()
    }

    /// Stops serving, and gives the state back.
    pub(crate) async fn stop(mut self) -> (tempfile::TempDir, SocketAddr) {
        for task in &self.tasks {
            task.abort();
        }
        for task in std::mem::take(&mut self.tasks) {
            task.await.ok();
        }
        self.auth.close().await.unwrap();
        let address = self.origin.trim_start_matches("http://").parse().unwrap();
        (std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap()), address)
    }

    /// A tile of a layer, fetched as a map does.
    pub(crate) async fn tile(&self, browser: &Browser, layer: &str) -> Reply {
        let url = self.url(&format!("/tiles/{layer}/14/8412/5843"));
        browser
            .send(
                crate::browser::client()
                    .get(url)
                    .header("sec-fetch-mode", "cors")
                    .header("sec-fetch-site", "same-origin"),
            )
            .await
    }

    /// Asks until the answer has this status, and says how long that took; two seconds at most are promised.
    pub(crate) async fn becomes(&self, browser: &Browser, layer: &str, status: StatusCode) -> Reply {
        let started = Instant::now();
        loop {
            let reply = self.tile(browser, layer).await;
            if reply.status == status {
                return reply;
            }
            assert!(started.elapsed() < Duration::from_secs(2), "still {} after two seconds", reply.status);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub(crate) async fn audit(&self) -> Vec<auth_proxy::AuditLine> {
        // What was recorded in passing is written within moments.
        tokio::time::sleep(Duration::from_millis(300)).await;
        auth_proxy::verify_audit(self.auth.database()).await.unwrap();
        auth_proxy::read_audit(self.auth.database(), 0, 1_000).await.unwrap()
    }
}

pub(crate) fn database_path(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("state.db")
}

pub(crate) fn adhesion(organisation: &str, status: AdhesionStatus) -> Adhesion {
    Adhesion {
        organisation: organisation.parse().unwrap(),
        status,
        from: "2024-01-01".parse().unwrap(),
        until: None,
        reason: (status == AdhesionStatus::Suspended).then(|| "avenant non signé.".to_owned()),
        by: "test".to_owned(),
        at: 0,
    }
}

async fn three_communes(database: &Database) {
    for (code, siret, status) in [
        ("69029", BRON, AdhesionStatus::Active),
        ("69266", VILLEURBANNE, AdhesionStatus::Active),
        ("69259", VENISSIEUX, AdhesionStatus::Suspended),
    ] {
        let organisation = Organisation {
            id: code.parse().unwrap(),
            kind: OrganisationKind::Commune,
            name: format!("Ville {code}"),
            sirets: [siret.to_owned()].into(),
            communes: [code.parse().unwrap()].into(),
        };
        directory::save_organisation(database, &organisation, "test").await.unwrap();
        directory::change_adhesion(database, &adhesion(code, status)).await.unwrap();
    }
}

fn routes(auth: Auth) -> Router {
    Router::new()
        .route("/", get(|| async { "carte" }))
        .route("/auth/login", get(login))
        .route("/auth/callback", get(callback))
        .route("/auth/logout", get(signed_out).post(logout))
        .route("/auth/me", get(me))
        .route("/tiles/{layer}/{z}/{x}/{y}", get(tile))
        .route("/api/layers/{layer}/features/{fid}", get(|| async { "fiche" }))
        .route("/photon/api", get(|| async { "adresses" }).post(|| async { "adresses" }))
        .route("/photon/status", get(|| async { "ok" }))
        .route("/assets/{file}", get(|| async { "asset" }))
        .with_state(auth)
}

/// Who the gate let in, and which headers it left on the request.
async fn me(Extension(principal): Extension<Principal>, headers: HeaderMap) -> Json<serde_json::Value> {
    let until = match principal.credential {
        Credential::Session { until, .. } => Some(until.to_string()),
        Credential::Token { .. } => None,
    };
    let names: Vec<&str> = headers.keys().map(|name| name.as_str()).collect();
    Json(json!({
        "name": principal.name,
        "organisation": principal.organisation_id().map(ToString::to_string),
        "roles": principal.roles,
        "until": until,
        "headers": names,
    }))
}

async fn tile(
    State(auth): State<Auth>,
    Extension(principal): Extension<Principal>,
    Path((layer, ..)): Path<(String, u8, u32, u32)>,
) -> Response {
    let Some(layer) = layer_named(&layer) else { return (StatusCode::NOT_FOUND, "not_found").into_response() };
    match decide(&principal, &layer, &auth.adhesions(), today()) {
        Decision::Granted(territory) => format!("{territory:?}").into_response(),
        Decision::Denied(reason) => {
            auth.refused(&principal, layer.id.as_str(), &reason);
            let status = if reason.hides() { StatusCode::NOT_FOUND } else { StatusCode::FORBIDDEN };
            (
                status,
                if reason.hides() {
                    "not_found".to_owned()
                } else {
                    format!("{} {}", reason.code(), reason.sentence())
                },
            )
                .into_response()
        }
    }
}

fn layer_named(id: &str) -> Option<Layer> {
    let access = match id {
        "arbres" => Access::Agents,
        "parcelles" => Access::Commune,
        "dia" => Access::Metropole,
        _ => return None,
    };
    Some(Layer {
        id: id.parse().unwrap(),
        theme: String::new(),
        title: String::new(),
        summary: String::new(),
        source: SourceSpec { format: SourceFormat::GeoJson(PathBuf::new()), crs: None },
        key: None,
        attributes: vec![],
        zooms: (10, 18),
        access,
        commune: None,
        producer: String::new(),
        licence: String::new(),
        frequency: String::new(),
        date: None,
    })
}
