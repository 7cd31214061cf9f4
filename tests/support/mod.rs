//! What the tests of the house share: the sample Métropole imported once, a fresh directory
//! for each test, and callers with a name.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)] // each test file uses its part, and a failed step fails it

pub mod bal;
pub mod mvt_strict;
pub mod server;

use std::{fs::File, net::SocketAddr, path::PathBuf};

use auth_proxy::{Database, demo_provider, directory};
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Request, StatusCode, header},
};
use tower::ServiceExt;
use traboule::{app::App, config::Config, http, import, service};

/// The project's folder.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The sample configuration, its snapshots and index under the target folder and up to date.
/// Made by the first test that needs them; the others wait for it.
pub fn prepared() -> Config {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("samples");
    std::fs::create_dir_all(&folder).unwrap();
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();
    let mut config = Config::load(&root().join("traboule.toml")).unwrap();
    config.server.snapshots = folder.join("layers");
    config.geocoder.index = folder.join("geocoder");
    import::prepare(&config, &|_| ()).unwrap();
    config
}

/// The house in-process, without a socket.
pub struct House {
    pub app: App,
    pub database: Database,
    folder: tempfile::TempDir,
}

/// Somebody who asks.
pub enum Caller {
    Nobody,
    Token(String),
}

/// What they got.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl House {
    /// The sample Métropole with the demonstration's directory.
    pub async fn open() -> Self {
        Self::open_with(prepared()).await
    }

    /// The same over another configuration.
    pub async fn open_with(mut config: Config) -> Self {
        let folder = tempfile::tempdir().unwrap();
        config.server.state = format!("sqlite:{}", folder.path().join("traboule.db").display());
        let database = Database::open(&config.state_file()).await.unwrap();
        demo_provider::seed(&database, "http://127.0.0.1:1").await.unwrap();
        let app = service::open_for(config).await.unwrap();
        Self { app, database, folder }
    }

    /// A machine of an organisation, with every scope.
    pub async fn caller(&self, organisation: &str) -> Caller {
        self.caller_with(organisation, "tiles,features,search").await
    }

    /// A machine of an organisation, with these scopes.
    pub async fn caller_with(&self, organisation: &str, scopes: &str) -> Caller {
        let token = directory::NewToken {
            organisation: organisation.parse().unwrap(),
            scopes: scopes.parse().unwrap(),
            network: None,
            until: None,
        };
        let secret = directory::create_token(&self.database, &token, "test").await.unwrap();
        self.app.auth().refresh().await.unwrap();
        Caller::Token(secret)
    }

    /// GET as this caller, taking gzip.
    pub async fn get(&self, caller: &Caller, path: &str) -> Answer {
        self.send(caller, Request::get(path).header(header::ACCEPT_ENCODING, "gzip").body(Body::empty()).unwrap()).await
    }

    /// Any request as this caller.
    pub async fn send(&self, caller: &Caller, mut request: Request<Body>) -> Answer {
        if let Caller::Token(secret) = caller {
            request.headers_mut().insert(header::AUTHORIZATION, format!("Bearer {secret}").parse().unwrap());
        }
        request.headers_mut().entry(header::HOST).or_insert("127.0.0.1:8080".parse().unwrap());
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 40_000))));
        let response = http::router(self.app.clone()).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer { status: parts.status, headers: parts.headers, body: to_bytes(body, usize::MAX).await.unwrap() }
    }
}

impl Answer {
    pub fn text(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn json(&self) -> serde_json::Value {
        let gunzipped;
        let body: &[u8] = if self.text("content-encoding") == "gzip" {
            gunzipped = gunzip(&self.body);
            &gunzipped
        } else {
            &self.body
        };
        serde_json::from_slice(body).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(body)))
    }

    /// The tile, checked strictly; no layer when there was nothing to show.
    pub fn tile(&self) -> mvt_strict::Summary {
        match self.status {
            StatusCode::NO_CONTENT => mvt_strict::Summary::default(),
            StatusCode::OK => mvt_strict::validate(&gunzip(&self.body)).expect("a strictly valid tile"),
            other => panic!("no tile: {other}: {}", String::from_utf8_lossy(&self.body)),
        }
    }
}

pub fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut raw = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(bytes), &mut raw).unwrap();
    raw
}
