//! The roles of the demonstration, signed in through its identity provider, asking the same
//! addresses: each gets what its organisation may see, cache cold and warm.
#![allow(clippy::unwrap_used)] // a failed step fails the test

mod support;

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use support::{
    mvt_strict::{self, Value},
    root,
    server::{Reply, request},
};

/// The demonstration on free ports; stopped when the test is over.
struct Demo {
    child: Child,
    port: u16,
    _state: tempfile::TempDir,
}

impl Demo {
    fn start() -> Self {
        let state = tempfile::tempdir().unwrap();
        let free = "127.0.0.1:0";
        let mut child = Command::new(env!("CARGO_BIN_EXE_traboule"))
            .args(["demo", "--listen", free, "--admin", free, "--provider", free, "--state"])
            .arg(state.path())
            .current_dir(root())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let ready = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok)
            .find(|line| line.contains("is ready"))
            .expect("the demonstration says that it is ready");
        let (_, rest) = ready.split_once("http://127.0.0.1:").unwrap();
        let port = rest.split_whitespace().next().unwrap().parse().unwrap();
        Self { child, port, _state: state }
    }

    fn get(&self, path: &str, cookie: &str) -> Reply {
        let cookie = if cookie.is_empty() { String::new() } else { format!("Cookie: {cookie}\r\n") };
        request(self.port, path, &cookie).unwrap()
    }

    /// Follows the redirects of a login, keeping cookies as a browser would, and gives the session's.
    fn sign_in(&self, role: &str) -> String {
        let mut cookies: Vec<(String, String)> = Vec::new();
        let mut url = format!("http://127.0.0.1:{}/auth/login?return=/&login_hint={role}", self.port);
        for _ in 0..6 {
            let (port, path) = url.strip_prefix("http://127.0.0.1:").unwrap().split_once('/').unwrap();
            let port: u16 = port.parse().unwrap();
            let ours: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let line = if port == self.port && !ours.is_empty() {
                format!("Cookie: {}\r\n", ours.join("; "))
            } else {
                String::new()
            };
            let reply = request(port, &format!("/{path}"), &line).unwrap();
            for set in reply.header("set-cookie").into_iter().filter(|_| port == self.port) {
                let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
                cookies.retain(|(known, _)| known != name);
                cookies.push((name.to_owned(), value.to_owned()));
            }
            match reply.header("location").first() {
                Some(&"/") => {
                    let (name, value) = cookies.iter().find(|(name, _)| name == "traboule").expect("a session");
                    return format!("{name}={value}");
                }
                Some(place) if place.starts_with('/') => url = format!("http://127.0.0.1:{}{place}", self.port),
                Some(place) => url = (*place).to_owned(),
                None => panic!("the login of {role} stops with {}: {}", reply.status, reply.head),
            }
        }
        panic!("the login of {role} does not end");
    }

    /// The values of an attribute in a tile.
    fn values(&self, path: &str, cookie: &str, layer: &str, attribute: &str) -> BTreeSet<String> {
        let reply = self.get(path, cookie);
        if reply.status == 204 {
            return BTreeSet::new();
        }
        assert_eq!(reply.status, 200, "{path}");
        let tile = mvt_strict::validate(&reply.body).unwrap();
        let features = tile.layer(layer).map(|layer| layer.features.as_slice()).unwrap_or_default();
        features
            .iter()
            .map(|feature| match feature.property(attribute) {
                Some(Value::Text(text)) => text.clone(),
                other => panic!("{attribute} is {other:?}"),
            })
            .collect()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_same_tile_holds_to_each_agent_the_parcels_of_their_own_commune() {
    let demo = Demo::start();
    let (bron, villeurbanne) = (demo.sign_in("agent-bron"), demo.sign_in("agent-villeurbanne"));
    let (venissieux, admin) = (demo.sign_in("agent-venissieux"), demo.sign_in("admin-metropole"));
    let shared = "/tiles/parcelles/10/525/365"; // both communes lie in it
    for _cold_then_warm in 0..2 {
        let own = |cookie: &str| demo.values(shared, cookie, "parcelles", "code_insee");
        assert_eq!(own(&bron), BTreeSet::from(["69029".to_owned()]));
        assert_eq!(own(&villeurbanne), BTreeSet::from(["69266".to_owned()]));
        assert!(own(&admin).len() > 10);
        let at_bron = "/tiles/parcelles/16/33662/23383";
        assert_eq!(demo.values(at_bron, &bron, "parcelles", "code_insee"), BTreeSet::from(["69029".to_owned()]));
        assert_eq!(demo.get(at_bron, &villeurbanne).status, 204);
        assert_eq!(demo.get(at_bron, &venissieux).status, 403);
        assert_eq!(demo.get(at_bron, "").status, 401);
    }
    assert_eq!(demo.get("/tiles/dia/14/8415/5845", &bron).status, 404);
    assert_ne!(demo.get("/tiles/dia/14/8415/5845", &admin).status, 404);
}

#[test]
fn what_a_role_says_of_itself() {
    let demo = Demo::start();
    for (role, organisation, roles, adhesion) in [
        ("agent-bron", "69029", "[\"agent\"]", "active"),
        ("agent-villeurbanne", "69266", "[\"agent\"]", "active"),
        ("agent-venissieux", "69259", "[\"agent\"]", "suspended"),
        ("referent-bron", "69029", "[\"agent\",\"referent\"]", "active"),
        ("admin-metropole", "metropole", "[\"agent\",\"admin\"]", "active"),
    ] {
        let me: serde_json::Value = serde_json::from_slice(&demo.get("/auth/me", &demo.sign_in(role)).body).unwrap();
        assert_eq!(me["organisation"]["id"], organisation, "{me}");
        assert_eq!(me["roles"].to_string(), roles);
        assert_eq!(me["adhesion"]["status"], adhesion);
    }
}
