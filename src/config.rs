//! `traboule.toml` as it is typed: every key, its default, and errors that say where and what to write.
//! What it means for the running service is in `app.rs`.

mod addresses;
mod error;
mod geocoder;
mod identity;
mod layer;
mod searchable;

use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use layers::{Layer, LayerId, Theme};
use serde::Deserialize;

use self::error::invalid;
pub use self::{
    addresses::AddressSource,
    error::ConfigError,
    geocoder::Geocoder,
    identity::{Identity, IdentityKind, SecretRef},
    layer::LayerConfig,
    searchable::{OsmTag, Searchable, TagRule},
};

/// The whole file. Unknown keys are refused.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Listeners and state.
    #[serde(default)]
    pub server: Server,
    /// The tile cache.
    #[serde(default)]
    pub tiles: Tiles,
    /// The address index.
    #[serde(default)]
    pub geocoder: Geocoder,
    /// How long a login lasts.
    #[serde(default)]
    pub session: Session,
    /// Which layer draws the communes.
    pub territory: Territory,
    /// The base map.
    pub map: Map,
    /// Where agents sign in. `traboule demo` brings its own.
    #[serde(default)]
    pub identity: Vec<Identity>,
    /// The headings of the catalogue, in the order agents see.
    #[serde(default, rename = "theme")]
    pub themes: Vec<Theme>,
    /// The layers, in the order agents see.
    #[serde(default, rename = "layer")]
    pub layers: Vec<LayerConfig>,
}

/// `[server]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Address of the public listener.
    pub listen: String,
    /// Address of the operations listener: health and metrics. Keep it on loopback.
    pub admin: String,
    /// What agents type in their browser, without a trailing slash.
    pub public_url: String,
    /// `sqlite:` and a file.
    pub state: String,
    /// Folder of the layers' snapshots.
    pub snapshots: PathBuf,
    /// Whom an agent without access should ask, shown in refusals.
    pub contact: String,
    /// Reverse proxies whose `X-Forwarded-For` is believed, as CIDR ranges.
    pub trusted_proxies: Vec<String>,
}

/// `[tiles]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tiles {
    /// Memory for finished tiles, in MiB.
    pub cache_mib: u64,
}

/// `[session]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Session {
    /// A session unused this long ends.
    pub idle: SignedDuration,
    /// A session older than this ends.
    pub max_age: SignedDuration,
}

/// `[territory]`: the layer whose polygons are the communes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Territory {
    /// Identifier of the layer.
    pub layer: LayerId,
    /// Attribute with the INSEE code.
    pub code: String,
    /// Attribute with the name.
    pub name: String,
    /// Layer whose polygons are the municipal arrondissements, with the same two attributes: what is found by name
    /// says in which it lies.
    pub arrondissements: Option<LayerId>,
}

/// `[map]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Map {
    /// MapLibre style of the base map.
    pub base: PathBuf,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".into(),
            admin: "127.0.0.1:8081".into(),
            public_url: "http://127.0.0.1:8080".into(),
            state: "sqlite:var/traboule.db".into(),
            snapshots: "var/layers".into(),
            contact: "le référent SIG de votre commune".into(),
            trusted_proxies: Vec::new(),
        }
    }
}

impl Default for Tiles {
    fn default() -> Self {
        Self { cache_mib: 256 }
    }
}

impl Default for Session {
    fn default() -> Self {
        Self { idle: SignedDuration::from_mins(30), max_age: SignedDuration::from_hours(10) }
    }
}

impl Config {
    /// Reads a file. Relative paths in it start at the file.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|e| ConfigError::Unreadable(path.to_owned(), e))?;
        let mut config: Self = toml::from_str(&text).map_err(|e| invalid(path, &text, &e))?;
        let problems = config.problems();
        if !problems.is_empty() {
            return Err(ConfigError::Inconsistent(path.to_owned(), problems));
        }
        config.anchor(path.parent().unwrap_or(Path::new("")));
        Ok(config)
    }

    /// The layers as the rest of the house knows them, in order. Only after `load`, which has checked them.
    pub fn layers(&self) -> impl Iterator<Item = Layer> + '_ {
        self.layers.iter().map(|layer| layer.layer(&self.territory))
    }

    /// What the search box knows of a layer's features; none when the layer is not searchable, or not declared.
    pub fn searchable(&self, id: &LayerId) -> Option<&Searchable> {
        self.layers.iter().find(|layer| layer.id() == id)?.searchable.as_ref()
    }

    /// The SQLite file of the state.
    pub fn state_file(&self) -> PathBuf {
        PathBuf::from(self.server.state.strip_prefix("sqlite:").unwrap_or(&self.server.state))
    }

    fn anchor(&mut self, folder: &Path) {
        let at = |path: &mut PathBuf| *path = folder.join(&path);
        self.server.state = format!("sqlite:{}", folder.join(self.state_file()).display());
        at(&mut self.server.snapshots);
        at(&mut self.geocoder.index);
        at(&mut self.map.base);
        self.geocoder.addresses.iter_mut().for_each(|source| source.anchor(folder));
        self.geocoder.postcodes.iter_mut().for_each(at);
        self.geocoder.communes.iter_mut().for_each(at);
        for identity in &mut self.identity {
            if let SecretRef::File(path) = &mut identity.client_secret {
                at(path);
            }
        }
        for layer in &mut self.layers {
            layer.paths().for_each(at);
        }
    }

    /// What does not hold together, each with what to write instead.
    fn problems(&self) -> Vec<String> {
        let mut problems = self.catalogue_problems();
        problems.extend(self.server.problems());
        problems.extend(self.geocoder.problems());
        if !(self.session.idle.is_positive() && self.session.max_age.is_positive()) {
            problems.push("session: idle and max_age must be longer than nothing".into());
        }
        if self.identity.len() > 1 {
            problems.push("identity: one provider at most for now".into());
        }
        problems
    }

    /// Those of the layers, the themes and what refers to them.
    fn catalogue_problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (i, layer) in self.layers.iter().enumerate() {
            if self.layers[..i].iter().any(|other| other.id() == layer.id()) {
                problems.push(format!("layer `{}`: this id is used twice", layer.id()));
            }
            if !self.themes.iter().any(|theme| theme.id == layer.theme) {
                let (id, theme) = (layer.id(), &layer.theme);
                problems.push(format!("layer `{id}`: theme `{theme}` is not declared; add a [[theme]] with this id"));
            }
            problems.extend(layer.problems().into_iter().map(|problem| format!("layer `{}`: {problem}", layer.id())));
        }
        for (i, theme) in self.themes.iter().enumerate() {
            if self.themes[..i].iter().any(|other| other.id == theme.id) {
                problems.push(format!("theme `{}`: this id is used twice", theme.id));
            }
        }
        for layer in std::iter::once(&self.territory.layer).chain(&self.territory.arrondissements) {
            if !self.layers.iter().any(|declared| declared.id() == layer) {
                problems.push(format!("territory: layer `{layer}` is not declared"));
            }
        }
        if self.layers.iter().any(|layer| layer.id().as_str() == "plan") {
            problems.push("layer `plan`: this is the name of the base map's style; choose another id".into());
        }
        problems
    }
}

impl Server {
    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.public_url.ends_with('/') {
            problems.push("server: public_url must not end with /".into());
        }
        if !self.state.starts_with("sqlite:") {
            problems.push("server: state must be sqlite: and a file".into());
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINIMAL: &str = r#"
[territory]
layer = "communes"
code = "insee"
name = "nom"
[map]
base = "plan.json"
[[theme]]
id = "limites"
title = "Limites"
[[layer]]
id = "communes"
theme = "limites"
title = "Communes"
source = { flatgeobuf = "communes.fgb" }
zooms = [8, 16]
access = "agents"
producer = "x"
licence = "LO-2.0"
frequency = "annuelle"
"#;

    fn load(text: &str) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("traboule.toml");
        std::fs::write(&path, text).unwrap();
        Config::load(&path).map_err(|e| e.to_string().replace(&path.display().to_string(), "FILE"))
    }

    fn check(edit: (&str, &str), expected: &str) {
        assert!(MINIMAL.contains(edit.0));
        let error = load(&MINIMAL.replacen(edit.0, edit.1, 1)).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn a_minimal_configuration_is_complete_with_defaults() {
        let config = load(MINIMAL).unwrap();
        assert_eq!(config.session.idle, SignedDuration::from_mins(30));
        assert_eq!(config.layers().next().unwrap().zooms, (8, 16));
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line_and_the_nearest_one() {
        check(
            ("access = ", "acess = "),
            "FILE: line 17, column 1: unknown key `acess`; the nearest known one is `access`",
        );
        check(("[map]", "[tile]\ncache_mib = 3\n[map]"), "unknown key `tile`; the nearest known one is `tiles`");
    }

    #[test]
    fn values_that_do_not_hold_together_are_all_reported() {
        check(("theme = \"limites\"", "theme = \"voirie\""), "theme `voirie` is not declared");
        check(("\"agents\"", "\"commune\""), "needs `commune`");
        check(("[8, 16]", "[16, 8]"), "must rise");
        check(("layer = \"communes\"", "layer = \"comunes\""), "layer `comunes` is not declared");
        check(("name = \"nom\"", "name = \"nom\"\narrondissements = \"arr\""), "layer `arr` is not declared");
        let inline = "[[identity]]\nkind = \"oidc\"\nissuer = \"https://a\"\nclient_id = \"b\"\nclient_secret = \"hunter2\"\n[[theme]]";
        check(("[[theme]]", inline), "a secret is named, never written here");
        assert!(!load(&MINIMAL.replacen("[[theme]]", inline, 1)).unwrap_err().contains("hunter2"));
        check(("[map]", "[server]\nstate = \"postgres://x\"\n[map]"), "state must be sqlite:");
        check(("[map]", "[geocoder]\ncors = [\"https://a.example\"]\n[map]"), "cors needs access = \"open\"");
        check(("[map]", "[geocoder]\nrefresh = \"1s\"\n[map]"), "refresh must be a minute or longer");
        check(
            ("[map]", "[geocoder]\naccess = \"open\"\ncors = [\"a.example/\"]\n[map]"),
            "an origin starts with https://",
        );
        check(("frequency =", "searchable = { name = \"nom\" }\nfrequency ="), "`nom` is not among its attributes");
        check(("frequency =", "searchable = { nam = \"nom\" }\nfrequency ="), "the nearest known one is `name`");
        check(("frequency =", "commune = { by = \"geometry\", margin = 3 }\nfrequency ="), "commune is an attribute");
    }

    #[test]
    fn relative_paths_start_at_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("traboule.toml");
        std::fs::write(&path, MINIMAL).unwrap();
        let config = Config::load(&path).unwrap();
        assert_eq!(config.map.base, folder.path().join("plan.json"));
        assert_eq!(config.state_file(), folder.path().join("var/traboule.db"));
    }
}
