//! The eighteen sample layers: file, coordinate system, geometry and columns of each.

use layers::Crs;

/// A sample layer, in the order of traboule.toml.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Layer {
    Communes,
    Arrondissements,
    LieuxDits,
    Parcelles,
    ZonagePlu,
    Batiments,
    Rues,
    Chantiers,
    AmenagementsCyclables,
    Arrets,
    Arbres,
    EspacesVerts,
    Hydrographie,
    Bruit,
    Inondation,
    Equipements,
    SilosVerre,
    Dia,
}

/// The format of a layer's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    FlatGeobuf,
    GeoJson,
}

/// Geometry of a layer; `Mixed` only in GeoJSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Point,
    Line,
    Polygon,
    Mixed,
}

/// Type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Int,
    Float,
    Bool,
}

/// What the file of a layer looks like.
#[derive(Debug)]
pub(crate) struct Schema {
    /// File name without its folder.
    pub(crate) file: &'static str,
    pub(crate) format: Format,
    pub(crate) crs: Crs,
    pub(crate) shape: Shape,
    /// Whether rows get a number as a first column, `id`, from 1.
    pub(crate) numbered: bool,
    pub(crate) columns: &'static [(&'static str, Kind)],
}

use Crs::{Cc46, Lambert93, Rgf93, Wgs84};
use Format::{FlatGeobuf, GeoJson};
use Kind::{Bool, Float, Int, Text};

const fn schema(
    file: &'static str,
    crs: Crs,
    shape: Shape,
    numbered: bool,
    columns: &'static [(&'static str, Kind)],
) -> Schema {
    // `….fgb` or `….geojson`: the last letter tells.
    let format = if file.as_bytes()[file.len() - 1] == b'b' { FlatGeobuf } else { GeoJson };
    Schema { file, format, crs, shape, numbered, columns }
}

/// In the order of [`Layer`].
#[rustfmt::skip]
pub(crate) const SCHEMAS: [Schema; 18] = [
    schema("communes.fgb", Cc46, Shape::Polygon, false, &[("insee", Text), ("nom", Text), ("population", Int), ("code_postal", Text)]),
    schema("arrondissements.geojson", Rgf93, Shape::Polygon, false, &[("insee", Text), ("nom", Text), ("population", Int)]),
    schema("lieux_dits.geojson", Wgs84, Shape::Point, false, &[("nom", Text), ("insee", Text)]),
    schema("parcelles.fgb", Cc46, Shape::Polygon, false, &[("idu", Text), ("section", Text), ("numero", Text), ("contenance", Int), ("code_insee", Text)]),
    schema("zonage_plu.geojson", Lambert93, Shape::Polygon, false, &[("LIBELLE", Text), ("LIBELONG", Text), ("TYPEZONE", Text), ("DESTDOMI", Text), ("DATAPPRO", Text)]),
    schema("batiments.fgb", Cc46, Shape::Polygon, true, &[("usage", Text), ("hauteur", Float), ("etages", Int), ("annee", Int)]),
    schema("rues.fgb", Lambert93, Shape::Line, true, &[("nom", Text), ("type", Text), ("importance", Int), ("sens_unique", Bool), ("insee", Text)]),
    schema("chantiers.geojson", Wgs84, Shape::Mixed, true, &[("nature", Text), ("statut", Text), ("debut", Text), ("fin", Text), ("maitre_ouvrage", Text), ("communes", Text)]),
    schema("amenagements_cyclables.geojson", Rgf93, Shape::Line, true, &[("nom", Text), ("type", Text), ("annee", Int), ("longueur_m", Int)]),
    schema("arrets.geojson", Wgs84, Shape::Point, true, &[("nom", Text), ("mode", Text), ("lignes", Text), ("pmr", Bool)]),
    schema("arbres.fgb", Cc46, Shape::Point, true, &[("essence", Text), ("genre", Text), ("annee_plantation", Int), ("circonference_cm", Int), ("hauteur_m", Float)]),
    schema("espaces_verts.fgb", Wgs84, Shape::Polygon, true, &[("nom", Text), ("type", Text), ("surface_m2", Int)]),
    schema("hydrographie.fgb", Lambert93, Shape::Polygon, true, &[("nom", Text), ("type", Text)]),
    schema("bruit.fgb", Lambert93, Shape::Polygon, true, &[("classe", Int), ("source", Text), ("lden", Text)]),
    schema("inondation.geojson", Lambert93, Shape::Polygon, true, &[("alea", Text), ("ppri", Text)]),
    schema("equipements.geojson", Rgf93, Shape::Point, true, &[("nom", Text), ("type", Text), ("adresse", Text), ("insee", Text)]),
    schema("silos_verre.geojson", Rgf93, Shape::Point, true, &[("adresse", Text), ("insee", Text), ("volume_m3", Float)]),
    schema("dia.fgb", Cc46, Shape::Polygon, true, &[("numero", Text), ("date", Text), ("nature", Text), ("prix_eur", Int), ("idu", Text), ("insee", Text)]),
];

impl Layer {
    pub(crate) fn schema(self) -> &'static Schema {
        &SCHEMAS[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_table_is_the_order_of_the_layers() {
        assert_eq!(Layer::Dia.schema().file, "dia.fgb");
        assert_eq!(Layer::Arbres.schema().file, "arbres.fgb");
        assert_eq!(Layer::Arbres.schema().format, FlatGeobuf);
        assert_eq!(Layer::Communes.schema().file, "communes.fgb");
    }
}
