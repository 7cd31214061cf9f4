//! MapLibre styles: read once from their files, given absolute URLs when they are sent.
//! A layer without a style of its own gets a plain one for its geometry.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use layers::LayerId;
use serde_json::{Value, json};

use crate::config::Config;

/// Every style of a configuration.
pub struct Styles {
    base: Value,
    layers: BTreeMap<LayerId, Value>,
}

/// A style file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StyleError {
    /// The file is not there or not readable.
    #[error("style {0}: {1}")]
    Unreadable(PathBuf, std::io::Error),
    /// The file is not JSON.
    #[error("style {0}: {1}")]
    NotJson(PathBuf, serde_json::Error),
    /// The file is JSON, but no MapLibre style.
    #[error("style {0}: not a MapLibre style (version 8 with `sources` and `layers`)")]
    NotAStyle(PathBuf),
}

impl Styles {
    /// Reads every style file the configuration names.
    pub fn load(config: &Config) -> Result<Self, StyleError> {
        let mut layers = BTreeMap::new();
        for layer in &config.layers {
            let style = match &layer.style {
                Some(path) => read(path)?,
                None => plain(layer.id()),
            };
            layers.insert(layer.id().clone(), style);
        }
        Ok(Self { base: read(&config.map.base)?, layers })
    }

    /// The base map, with absolute URLs.
    pub fn base(&self, public_url: &str) -> Value {
        absolute(&self.base, public_url)
    }

    /// One layer's style, with absolute URLs.
    pub fn layer(&self, id: &LayerId, public_url: &str) -> Option<Value> {
        self.layers.get(id).map(|style| absolute(style, public_url))
    }
}

fn read(path: &Path) -> Result<Value, StyleError> {
    let bytes = std::fs::read(path).map_err(|e| StyleError::Unreadable(path.to_owned(), e))?;
    let style: Value = serde_json::from_slice(&bytes).map_err(|e| StyleError::NotJson(path.to_owned(), e))?;
    let is_style = style["version"] == 8 && style["sources"].is_object() && style["layers"].is_array();
    if is_style { Ok(style) } else { Err(StyleError::NotAStyle(path.to_owned())) }
}

/// Points, lines and polygons in one ink, each drawn only for its own geometry.
fn plain(id: &LayerId) -> Value {
    let id = id.as_str();
    let of = |kind: &str| json!(["==", ["geometry-type"], kind]);
    json!({
        "version": 8,
        "sources": { id: { "type": "vector", "url": format!("/tiles/{id}") } },
        "layers": [
            { "id": format!("{id}-fill"), "type": "fill", "source": id, "source-layer": id, "filter": of("Polygon"),
              "paint": { "fill-color": "#0072B2", "fill-opacity": 0.25, "fill-outline-color": "#0072B2" } },
            { "id": format!("{id}-line"), "type": "line", "source": id, "source-layer": id, "filter": of("LineString"),
              "paint": { "line-color": "#0072B2", "line-width": 1.5 } },
            { "id": format!("{id}-point"), "type": "circle", "source": id, "source-layer": id, "filter": of("Point"),
              "paint": { "circle-color": "#0072B2", "circle-radius": 4, "circle-stroke-color": "#ffffff", "circle-stroke-width": 1 } }
        ]
    })
}

/// MapLibre's worker resolves nothing: URLs of sources and fonts must be whole.
fn absolute(style: &Value, public_url: &str) -> Value {
    match style {
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| match value {
                Value::String(path) if key == "url" && path.starts_with('/') => {
                    (key.clone(), Value::String(format!("{public_url}{path}")))
                }
                other => (key.clone(), absolute(other, public_url)),
            })
            .collect(),
        Value::Array(items) => items.iter().map(|item| absolute(item, public_url)).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_sources_and_fonts_become_whole() {
        let style =
            json!({ "sources": { "a": { "url": "/tiles/a" } }, "font-faces": { "N": [{ "url": "/assets/n.woff2" }] } });
        let sent = absolute(&style, "https://cartes.example.fr");
        assert_eq!(sent["sources"]["a"]["url"], "https://cartes.example.fr/tiles/a");
        assert_eq!(sent["font-faces"]["N"][0]["url"], "https://cartes.example.fr/assets/n.woff2");
    }

    #[test]
    fn the_plain_style_draws_each_geometry_once() {
        let style = plain(&"voies".parse().unwrap());
        assert_eq!(style["layers"].as_array().unwrap().len(), 3);
        assert_eq!(style["sources"]["voies"]["url"], "/tiles/voies");
    }
}
