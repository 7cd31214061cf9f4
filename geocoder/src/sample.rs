//! What several tests start from: the answers that every contract writes (a house, a park, a street of a merged
//! commune), so that what they make of the same one can be compared; the columns of a BAL.

use layers::{Bbox, FeatureId, LonLat};

use crate::{FoundObject, Kind, MatchType, Position, PositionKind, Score, Suggestion, Verdicts};

/// The columns that files of addresses begin with, in the tests of those who read them.
pub(crate) const BAL_COLUMNS: &str = "cle_interop;voie_nom;numero;suffixe;commune_insee;commune_nom;position;x;y;long;lat;date_der_maj;certification_commune";

/// 208 bis, rue Garibaldi, in the third arrondissement of Lyon.
pub(crate) fn house() -> Suggestion {
    Suggestion {
        kind: Kind::House,
        id: "69383_3300_00208_bis".to_owned(),
        ban_id: None,
        name: "Rue Garibaldi".to_owned(),
        other_name: None,
        house_number: Some("208bis".to_owned()),
        locality: None,
        old_insee: None,
        postcode: Some("69003".to_owned()),
        district: Some("Lyon 3e Arrondissement".to_owned()),
        city: "Lyon".to_owned(),
        insee: "69383".to_owned(),
        metropole: true,
        position: Position { at: LonLat { lon: 4.85, lat: 45.75 }, kind: PositionKind::Entrance },
        other_positions: Vec::new(),
        parcels: Vec::new(),
        bbox: None,
        certified: true,
        addresses: 300,
        object: None,
        match_type: MatchType::Exact,
        verdicts: Verdicts::default(),
        distance_m: None,
        score: Score { text: 1.0, confidence: 1.0, ..Score::default() },
    }
}

/// A park of the seventh arrondissement of Lyon: an object of a layer.
pub(crate) fn park() -> Suggestion {
    Suggestion {
        kind: Kind::Poi,
        id: "ev-12".to_owned(),
        name: "Parc Blandan".to_owned(),
        house_number: None,
        postcode: Some("69007".to_owned()),
        district: Some("Lyon 7e Arrondissement".to_owned()),
        insee: "69387".to_owned(),
        bbox: Some(Bbox { west: 4.8, south: 45.7, east: 4.9, north: 45.8 }),
        object: Some(FoundObject {
            layer: "espaces-verts".parse().unwrap(),
            feature: FeatureId(12),
            tag: ("leisure".to_owned(), "park".to_owned()),
            espace_public: true,
            address: Some("37 Rue du Repos".to_owned()),
        }),
        certified: false,
        addresses: 0,
        ..house()
    }
}

/// A boulevard of a commune that was merged into another.
pub(crate) fn street_of_a_merged_commune() -> Suggestion {
    Suggestion {
        kind: Kind::Street,
        id: "69149_0010".to_owned(),
        name: "Boulevard de l’Europe".to_owned(),
        house_number: None,
        old_insee: Some("69152".to_owned()),
        postcode: Some("69310".to_owned()),
        district: Some("Pierre-Bénite".to_owned()),
        city: "Oullins-Pierre-Bénite".to_owned(),
        insee: "69149".to_owned(),
        ..house()
    }
}
