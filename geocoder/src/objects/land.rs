//! The parcels of the visible layers, for what is typed as a parcel (`cadastre`): with their extent, where addresses
//! only tell of some point on one.

use crate::{
    Geocoder, Position, PositionKind, Suggestion,
    cadastre::{Plot, of_parcel},
    numbers::parcels::Parcel,
    objects::{
        FoundObject, Visible,
        parcels::{ParcelRow, ParcelTable},
        part::ObjectPart,
    },
};

impl Geocoder {
    /// The layers of parcels a request looks into, each with the lists of communes that are open in it.
    fn visible_tables<'a>(
        &'a self,
        objects: &'a [Visible],
    ) -> impl Iterator<Item = (&'a ObjectPart, &'a ParcelTable, Vec<bool>)> {
        objects.iter().filter_map(|visible| {
            let part = self.part_of_layer(visible)?;
            let table = part.objects.parcels()?;
            Some((part, table, table.opened(&visible.territory)))
        })
    }

    /// The visible parcels of a commune with this section and number.
    pub(crate) fn visible_plots(&self, objects: &[Visible], insee: &str, plot: Plot) -> Vec<Parcel> {
        self.visible_tables(objects).flat_map(|(_, table, opened)| table.in_commune(insee, plot, &opened)).collect()
    }

    /// The visible parcels of a pattern, of each layer in order and so many at most.
    pub(crate) fn visible_like(&self, objects: &[Visible], pattern: &Parcel, most: usize) -> Vec<Parcel> {
        let tables = self.visible_tables(objects);
        tables.flat_map(|(_, table, opened)| table.like(pattern, &opened).into_iter().take(most)).collect()
    }

    /// A parcel, if a layer has it and it is visible there.
    pub(crate) fn visible_parcel(
        &self,
        objects: &[Visible],
        parcel: &Parcel,
        beside: Option<&Suggestion>,
    ) -> Option<Suggestion> {
        let found = |(part, table, opened): (&ObjectPart, &ParcelTable, Vec<bool>)| {
            Some(self.parcel_suggestion(part, table.find(parcel, &opened)?, beside))
        };
        self.visible_tables(objects).find_map(found)
    }

    /// A parcel of a layer as an answer: in the towns of an address on it, else in the commune of its identifier.
    pub(crate) fn parcel_suggestion(
        &self,
        part: &ObjectPart,
        row: ParcelRow<'_>,
        beside: Option<&Suggestion>,
    ) -> Suggestion {
        let id = String::from_utf8_lossy(&row.id()).into_owned();
        let code = id.get(..5).unwrap_or_default().to_owned();
        let position = Position { at: row.point().unpack(), kind: PositionKind::Parcel };
        let object = FoundObject {
            layer: part.objects.layer().clone(),
            feature: row.feature(),
            tag: ("place".to_owned(), "plot".to_owned()),
            espace_public: false,
            address: None,
        };
        let bbox = Some(row.bbox()).filter(|b| b.west < b.east || b.south < b.north);
        let found = Suggestion { bbox, object: Some(object), ..of_parcel(id, position, beside) };
        let towns = self.gazetteer.code(&code).iter().copied();
        let town = towns.into_iter().find(|&town| !self.first.shard.places.get(town).is_former());
        match (beside, town) {
            (None, Some(town)) => self.in_town(town, found),
            (None, None) => Suggestion { insee: code, ..found },
            (Some(_), _) => found,
        }
    }
}
