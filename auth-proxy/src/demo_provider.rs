//! The identity provider of `traboule demo`: a real one (discovery, keys, code with PKCE, signed
//! userinfo, logout), that signs anybody in as one of five roles. It therefore answers on the loopback
//! interface only, and the login knows no shortcut to it: it goes through `identity/oidc.rs` like any other.

mod flow;
mod jwt;
mod pages;
mod seed;

use std::{collections::HashMap, net::SocketAddr, sync::Mutex, time::Instant};

use axum::{
    Router,
    routing::{get, post},
};
pub use seed::seed;
use tokio::net::TcpListener;

use crate::{Error, OidcOptions, Secret, SigningAlgorithm, directory::Role, secret::random_id};

/// Our name at the demonstration provider.
const CLIENT_ID: &str = "traboule";

/// Someone the demonstration can sign in as.
#[derive(Debug)]
pub struct DemoRole {
    /// What `login_hint` and the buttons say: `agent-bron`.
    pub id: &'static str,
    /// What the buttons show.
    pub title: &'static str,
    /// A made-up given name.
    pub given_name: &'static str,
    /// A made-up family name.
    pub usual_name: &'static str,
    /// Identifier of the organisation.
    pub organisation: &'static str,
    /// Roles the account is given beside `agent`.
    pub roles: &'static [Role],
}

/// The five roles of the demonstration.
pub const ROLES: [DemoRole; 5] = [
    DemoRole {
        id: "agent-bron",
        title: "Agent de la ville de Bron",
        given_name: "Camille",
        usual_name: "Favre",
        organisation: "69029",
        roles: &[],
    },
    DemoRole {
        id: "agent-villeurbanne",
        title: "Agent de la ville de Villeurbanne",
        given_name: "Dominique",
        usual_name: "Perrin",
        organisation: "69266",
        roles: &[],
    },
    DemoRole {
        id: "agent-venissieux",
        title: "Agent de la ville de Vénissieux (adhésion suspendue)",
        given_name: "Claude",
        usual_name: "Meunier",
        organisation: "69259",
        roles: &[],
    },
    DemoRole {
        id: "referent-bron",
        title: "Référent de la ville de Bron",
        given_name: "Alex",
        usual_name: "Chapuis",
        organisation: "69029",
        roles: &[Role::Referent],
    },
    DemoRole {
        id: "admin-metropole",
        title: "Administrateur de la Métropole de Lyon",
        given_name: "Maxime",
        usual_name: "Rey",
        organisation: "metropole",
        roles: &[Role::Admin],
    },
];

impl DemoRole {
    /// What the provider calls this person.
    fn subject(&self) -> String {
        format!("demo-{}", self.id)
    }

    /// A made-up SIRET for the demonstration's organisation; no such establishment exists.
    fn siret(&self) -> String {
        siret_of(self.organisation)
    }

    fn by_id(id: &str) -> Option<&'static Self> {
        ROLES.iter().find(|role| role.id == id)
    }
}

/// Made-up SIRETs: nine of the digits are a prefix that INSEE does not give.
fn siret_of(organisation: &str) -> String {
    let number = if organisation == "metropole" { "69000" } else { organisation };
    format!("000000000{number}")
}

/// The provider, bound and not yet serving.
#[derive(Debug)]
pub struct DemoProvider {
    listener: TcpListener,
    shared: Shared,
}

/// What its requests share.
#[derive(Debug)]
struct Shared {
    issuer: String,
    /// Origin of the service, the only place logins go back to.
    service: String,
    client_secret: String,
    key: jwt::Key,
    codes: Mutex<HashMap<String, flow::Grant>>,
    tokens: Mutex<HashMap<String, (&'static DemoRole, Instant)>>,
}

impl DemoProvider {
    /// Prepares to serve logins for the service at `service` (`http://127.0.0.1:8080`), with a key made now.
    ///
    /// # Errors
    /// The listener is not on the loopback interface: the address actually bound is what is checked.
    pub fn new(listener: TcpListener, service: &str) -> Result<Self, Error> {
        let address: SocketAddr = listener.local_addr().map_err(Error::Listener)?;
        if !address.ip().is_loopback() {
            return Err(Error::NotLoopback(address));
        }
        let shared = Shared {
            issuer: format!("http://{address}"),
            service: service.trim_end_matches('/').to_owned(),
            client_secret: random_id(),
            key: jwt::Key::generate(),
            codes: Mutex::default(),
            tokens: Mutex::default(),
        };
        Ok(Self { listener, shared })
    }

    /// What the service needs to know of it.
    pub fn options(&self) -> OidcOptions {
        OidcOptions {
            issuer: self.shared.issuer.clone(),
            client_id: CLIENT_ID.to_owned(),
            client_secret: Some(Secret::new(&*self.shared.client_secret)),
            organisation_claim: "siret".to_owned(),
            scopes: ["given_name", "usual_name", "siret"].map(str::to_owned).to_vec(),
            algorithm: SigningAlgorithm::Es256,
            signed_userinfo: true,
        }
    }

    /// Serves until the task is dropped.
    ///
    /// # Errors
    /// The listener failed.
    pub async fn serve(self) -> Result<(), Error> {
        axum::serve(self.listener, router(self.shared)).await.map_err(Error::Listener)
    }
}

fn router(shared: Shared) -> Router {
    Router::new()
        .route("/.well-known/openid-configuration", get(flow::discovery))
        .route("/jwks", get(flow::jwks))
        .route("/authorize", get(flow::authorize).post(flow::choose))
        .route("/token", post(flow::token))
        .route("/userinfo", get(flow::userinfo))
        .route("/end_session", get(flow::end_session))
        .route("/style.css", get(pages::style))
        .with_state(std::sync::Arc::new(shared))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_refuses_every_address_but_the_loopback() {
        let open = TcpListener::bind("0.0.0.0:0").await.unwrap();
        assert!(matches!(DemoProvider::new(open, "http://127.0.0.1:8080"), Err(Error::NotLoopback(_))));
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
        assert!(DemoProvider::new(closed, "http://127.0.0.1:8080").is_ok());
    }

    #[test]
    fn every_role_has_an_establishment_of_its_organisation() {
        for role in &ROLES {
            assert!(crate::directory::is_siret(&role.siret()), "{}", role.id);
        }
    }
}
