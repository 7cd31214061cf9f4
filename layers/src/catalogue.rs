//! The catalogue: themes, their layers, and the current snapshot of each.
//! It is never edited: a refresh makes another one and puts it in the place of the first.

use std::sync::Arc;

use crate::{Layer, LayerId, Snapshot, Theme};

/// A layer and its data.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What the administrator says of it.
    pub layer: Arc<Layer>,
    /// Its current data; none while the first import has not ended.
    pub snapshot: Option<Arc<Snapshot>>,
}

/// All themes and layers with their current snapshots.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    themes: Vec<Theme>,
    /// In the order of the configuration.
    entries: Vec<Entry>,
}

impl Catalogue {
    /// The catalogue of these themes and layers, each in the order it is to be shown.
    /// Of two layers with one identifier the first is kept to; the configuration refuses that case.
    pub fn new(themes: Vec<Theme>, entries: Vec<Entry>) -> Self {
        Self { themes, entries }
    }

    /// A layer by its identifier.
    pub fn get(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.layer.id.as_str() == id)
    }

    /// Every layer, in the order of the configuration.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Every theme with its layers. A theme without layers is listed too.
    pub fn themes(&self) -> impl Iterator<Item = (&Theme, impl Iterator<Item = &Entry>)> {
        self.themes.iter().map(|theme| (theme, self.entries.iter().filter(|entry| entry.layer.theme == theme.id)))
    }

    /// This catalogue with the data of one layer replaced; the same when the layer is not in it.
    #[must_use]
    pub fn with_snapshot(&self, id: &LayerId, snapshot: Arc<Snapshot>) -> Self {
        let mut next = self.clone();
        for entry in next.entries.iter_mut().filter(|entry| entry.layer.id == *id) {
            entry.snapshot = Some(Arc::clone(&snapshot));
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Access, Crs, SourceFormat, SourceSpec, import};

    fn layer(id: &str, theme: &str, path: &std::path::Path) -> Layer {
        Layer {
            id: id.parse().unwrap(),
            theme: theme.to_owned(),
            title: id.to_owned(),
            summary: String::new(),
            source: SourceSpec { format: SourceFormat::GeoJson(path.to_owned()), crs: Some(Crs::Wgs84) },
            key: None,
            attributes: Vec::new(),
            zooms: (10, 16),
            access: Access::Agents,
            commune: None,
            producer: String::new(),
            licence: String::new(),
            frequency: String::new(),
            date: None,
        }
    }

    #[test]
    fn replacing_a_snapshot_makes_another_catalogue_and_leaves_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rues.geojson");
        std::fs::write(&path, r#"{"type":"FeatureCollection","features":[]}"#).unwrap();
        let theme = |id: &str| Theme { id: id.to_owned(), title: id.to_owned() };
        let entry = |id: &str| Entry { layer: Arc::new(layer(id, "voirie", &path)), snapshot: None };
        let first = Catalogue::new(vec![theme("voirie"), theme("eau")], vec![entry("rues"), entry("ponts")]);

        let snapshot = import(&first.get("rues").unwrap().layer, folder.path(), None).unwrap().snapshot;
        let second = first.with_snapshot(&"rues".parse().unwrap(), Arc::new(snapshot));
        assert!(first.get("rues").unwrap().snapshot.is_none() && second.get("rues").unwrap().snapshot.is_some());
        assert!(second.get("ponts").unwrap().snapshot.is_none() && second.get("quais").is_none());
        let themes: Vec<_> = second.themes().map(|(theme, layers)| (theme.id.clone(), layers.count())).collect();
        assert_eq!(themes, [("voirie".to_owned(), 2), ("eau".to_owned(), 0)]);
    }
}
