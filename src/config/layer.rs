//! `[[layer]]` as it is typed, and the `Layer` it means.

use std::{collections::BTreeMap, path::PathBuf};

use jiff::SignedDuration;
use layers::{Access, Attribute, CommuneRule, Crs, Layer, LayerId, SourceFormat, SourceSpec};
use serde::Deserialize;

use super::{Territory, searchable::Searchable};

/// `[[layer]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerConfig {
    id: LayerId,
    pub(super) theme: String,
    title: String,
    #[serde(default)]
    summary: String,
    source: SourceConfig,
    key: Option<String>,
    #[serde(default)]
    attributes: Vec<String>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    zooms: (u8, u8),
    access: Access,
    commune: Option<CommuneConfig>,
    /// What the search box knows of its features; nothing when absent.
    pub searchable: Option<Searchable>,
    /// MapLibre style of this layer alone; a plain one is made when absent.
    pub style: Option<PathBuf>,
    producer: String,
    licence: String,
    frequency: String,
    date: Option<jiff::civil::Date>,
    /// How often `serve` reads the source again; never when absent.
    pub refresh: Option<SignedDuration>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceConfig {
    flatgeobuf: Option<PathBuf>,
    geojson: Option<PathBuf>,
    crs: Option<Crs>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "commune is an attribute, { list = attribute } or { by = \"geometry\", margin_m = 0 }"
)]
enum CommuneConfig {
    Attribute(String),
    List {
        list: String,
    },
    Geometry {
        by: ByGeometry,
        #[serde(default)]
        margin_m: f64,
    },
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ByGeometry {
    Geometry,
}

impl LayerConfig {
    /// The layer it describes. Only after the configuration was checked.
    pub(super) fn layer(&self, territory: &Territory) -> Layer {
        let format = match (&self.source.flatgeobuf, &self.source.geojson) {
            (Some(path), _) => SourceFormat::FlatGeobuf(path.clone()),
            (None, path) => SourceFormat::GeoJson(path.clone().unwrap_or_default()),
        };
        let attribute =
            |name: &String| Attribute { name: name.clone(), label: self.labels.get(name).unwrap_or(name).clone() };
        Layer {
            id: self.id.clone(),
            theme: self.theme.clone(),
            title: self.title.clone(),
            summary: self.summary.clone(),
            source: SourceSpec { format, crs: self.source.crs },
            key: self.key.clone(),
            attributes: self.attributes.iter().map(attribute).collect(),
            zooms: self.zooms,
            access: self.access,
            commune: self.commune.as_ref().map(|commune| commune.rule(territory)),
            producer: self.producer.clone(),
            licence: self.licence.clone(),
            frequency: self.frequency.clone(),
            date: self.date,
        }
    }

    /// Identifier of the layer.
    pub fn id(&self) -> &LayerId {
        &self.id
    }

    /// Every path it names.
    pub(super) fn paths(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        self.style.iter_mut().chain(&mut self.source.flatgeobuf).chain(&mut self.source.geojson)
    }

    /// What does not hold together in it, each with what to write instead.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.source.flatgeobuf.is_some() == self.source.geojson.is_some() {
            problems.push("source needs exactly one of flatgeobuf, geojson".into());
        }
        if self.access == Access::Commune && self.commune.is_none() {
            problems.push(
                "access = \"commune\" needs `commune`: an attribute, { list = … } or { by = \"geometry\" }".into(),
            );
        }
        if matches!(self.commune, Some(CommuneConfig::Geometry { margin_m, .. }) if !(0.0..=10_000.0).contains(&margin_m))
        {
            problems.push("margin_m must lie between 0 and 10000 metres".into());
        }
        if self.refresh.is_some_and(|every| !every.is_positive()) {
            problems.push("refresh must be longer than nothing".into());
        }
        if self.zooms.0 > self.zooms.1 || self.zooms.1 > 22 {
            problems.push(format!("zooms = [{}, {}] must rise and end at 22 at most", self.zooms.0, self.zooms.1));
        }
        for name in self.labels.keys().filter(|name| !self.attributes.contains(name)) {
            problems.push(format!("label for `{name}`, which is not among its attributes"));
        }
        problems.extend(self.searchable.iter().flat_map(|searchable| searchable.problems(&self.attributes)));
        problems
    }
}

impl CommuneConfig {
    fn rule(&self, territory: &Territory) -> CommuneRule {
        match self {
            Self::Attribute(name) => CommuneRule::Attribute(name.clone()),
            Self::List { list } => CommuneRule::List(list.clone()),
            Self::Geometry { by: ByGeometry::Geometry, margin_m } => {
                CommuneRule::Geometry { margin_m: *margin_m, of: territory.layer.clone(), code: territory.code.clone() }
            }
        }
    }
}
