//! `communes`, `arrondissements` and `lieux-dits`.

use layers::Value;

use super::text;
use crate::{
    bend::Ground,
    output::{Geometry, Row, schema::Layer},
    plan::{Commune, territory::Territory},
};

/// Communes (Lyon as one), then its arrondissements.
pub(super) fn limits(territory: &Territory, ground: Ground, rows: &mut Vec<Row>) {
    for place in &territory.places {
        let own = |site: &usize| territory.place(*site).insee == place.insee;
        let part = |site: &usize| territory.place(*site).parent.as_ref() == Some(&place.insee);
        let sites: Vec<usize> = (0..territory.sites.len()).filter(|site| own(site) || part(site)).collect();
        let ring = ground.place_all(territory.outline(&sites));
        let mut values = vec![text(&place.insee), text(&place.name), Value::Int(place.population.into())];
        let layer = if place.parent.is_some() { Layer::Arrondissements } else { Layer::Communes };
        if layer == Layer::Communes {
            values.push(text(place.postcodes.join(", ")));
        }
        rows.push(Row { layer, geometry: Geometry::Polygon(ring), values });
    }
}

pub(super) fn hamlets(commune: &Commune, rows: &mut Vec<Row>) {
    for hamlet in &commune.hamlets {
        rows.push(Row {
            layer: Layer::LieuxDits,
            geometry: Geometry::Point(commune.ground.place(hamlet.at)),
            values: vec![text(&hamlet.name), text(&commune.place.insee)],
        });
    }
}
