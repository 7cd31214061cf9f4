//! Writing `places.bin` place after place: records go to disk as they come, the texts stay in memory, each once. What a
//! record holds is told here, field by field; `Place` reads it back.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher},
    ops::Range,
    path::Path,
};

use layers::{Bbox, CommuneCode, LonLat};

use crate::{
    Error,
    address::{Kind, Packed},
    normalize, packed,
    places::{APPROXIMATE, CODED, FILE, FORMER, MAGIC, METROPOLE, NAMED_OTHERWISE, RECORD},
    row::BanId,
    sections::SectionWriter,
};

/// A place as the build knows it; `Place` is the same read back.
#[derive(Debug, Clone)]
pub(crate) struct NewPlace {
    pub kind: Kind,
    pub name: String,
    /// None of them `name` again.
    pub other_names: Vec<String>,
    pub id: String,
    pub ban: Option<BanId>,
    /// Town it lies in, by index; its own index for a commune.
    pub parent: u32,
    pub insee: CommuneCode,
    pub position: LonLat,
    /// That is the middle of its town, or of the one above a town: its own is not known.
    pub approximate: bool,
    pub bbox: Bbox,
    /// Its blocks in `numbers.bin`.
    pub blocks: Range<u32>,
    /// Addresses under it: its numbers, or all those of the town.
    pub weight: u32,
    pub postcode: Option<u32>,
    /// Everything a typed postcode may mean this town by.
    pub postcodes: Vec<u32>,
    pub metropole: bool,
    /// A commune merged into another.
    pub former: bool,
}

/// The table being written: streets and lieux-dits first, towns at the end, though theirs are the first indexes.
#[derive(Debug)]
pub(crate) struct PlacesWriter {
    out: SectionWriter,
    towns: u32,
    count: u32,
    texts: Texts,
    ban_ids: Vec<BanId>,
    other_names: Vec<u8>,
}

impl PlacesWriter {
    /// Starts the table in a revision's folder, for so many towns.
    pub(crate) fn create(folder: &Path, towns: u32) -> Result<Self, Error> {
        Ok(Self {
            out: SectionWriter::create(&folder.join(FILE), MAGIC)?,
            towns,
            count: 0,
            texts: Texts::default(),
            ban_ids: Vec::new(),
            other_names: Vec::new(),
        })
    }

    /// The index of the street or lieu-dit that is pushed next.
    pub(crate) fn next(&self) -> u32 {
        self.towns + self.count
    }

    /// Writes a street or a lieu-dit. Errors: disk, or more of something than the table can count.
    pub(crate) fn push(&mut self, place: &NewPlace) -> Result<(), Error> {
        let names = self.names(self.next(), place)?;
        self.other_names.extend(names);
        let record = self.record(place)?;
        self.out.write(&record)?;
        self.ban_ids.push(place.ban.unwrap_or_default());
        packed::count(self.next() as usize + 1, "places")?;
        self.count += 1;
        Ok(())
    }

    /// Writes the towns and what all share; the file is on disk when this returns. Gives the number of places.
    pub(crate) fn finish(mut self, towns: &[NewPlace]) -> Result<u32, Error> {
        debug_assert_eq!(towns.len(), self.towns as usize, "the streets were numbered after so many towns");
        self.out.close()?;
        let mut other_names = Vec::new();
        for (town, index) in towns.iter().zip(0..) {
            other_names.extend(self.names(index, town)?);
            let record = self.record(town)?;
            self.out.write(&record)?;
        }
        other_names.append(&mut self.other_names); // towns have the first indexes
        self.out.close()?;
        let ids = towns.iter().map(|town| town.ban.unwrap_or_default()).chain(self.ban_ids.iter().copied());
        let any = towns.iter().any(|town| town.ban.is_some()) || self.ban_ids.iter().any(|id| *id != [0; 16]);
        let ids: Vec<u8> = if any { ids.flatten().collect() } else { Vec::new() };
        self.out.section(&self.texts.bytes)?;
        self.out.section(&ids)?;
        self.out.section(&other_names)?;
        self.out.finish()?;
        Ok(self.towns + self.count)
    }

    /// The rows of its other names.
    fn names(&mut self, index: u32, place: &NewPlace) -> Result<Vec<u8>, Error> {
        let mut rows = Vec::new();
        for name in &place.other_names {
            let folded = normalize::fold(name);
            let at = self.texts.add_shared(name, &folded)?;
            rows.extend(index.to_le_bytes());
            rows.extend(at.to_le_bytes());
            rows.extend(length(name)?.to_le_bytes());
            rows.extend(length(&folded)?.to_le_bytes());
        }
        Ok(rows)
    }

    fn record(&mut self, place: &NewPlace) -> Result<Vec<u8>, Error> {
        let folded = normalize::fold(&place.name);
        let postcodes: String = place.postcodes.iter().map(|postcode| format!("{postcode:05}")).collect();
        let coded = code(place);
        let too_long = |_| Error::TooMany { what: "bytes in one name", limit: 255 };
        let mut record = Vec::with_capacity(RECORD);
        record.extend(self.texts.add_shared(&place.name, &folded)?.to_le_bytes());
        for text in [&place.name, &folded] {
            record.extend(length(text)?.to_le_bytes());
        }
        record.extend(match coded {
            Some(code) => code,
            None => self.texts.add(&(place.id.clone() + &postcodes))?.0.to_le_bytes(),
        });
        record.push(u8::try_from(place.id.len()).map_err(too_long)?);
        record.push(u8::try_from(place.postcodes.len()).map_err(too_long)?);
        let words = folded.split_ascii_whitespace().filter(|word| !normalize::is_article(word)).count();
        record.push(kind_byte(place.kind));
        record.push(u8::try_from(words).unwrap_or(u8::MAX));
        record.extend(place.parent.to_le_bytes());
        let corners = [(place.bbox.west, place.bbox.south), (place.bbox.east, place.bbox.north)];
        for at in std::iter::once(place.position).chain(corners.map(|(lon, lat)| LonLat { lon, lat })) {
            let packed = Packed::new(at);
            record.extend(packed.lon.to_le_bytes());
            record.extend(packed.lat.to_le_bytes());
        }
        for number in [place.blocks.start, place.postcode.unwrap_or(0)] {
            record.extend(number.to_le_bytes());
        }
        record.extend(place.insee.to_bytes());
        let flag = |flag: u8, is: bool| if is { flag } else { 0 };
        let named_otherwise = flag(NAMED_OTHERWISE, !place.other_names.is_empty());
        let territory = flag(METROPOLE, place.metropole) | flag(FORMER, place.former);
        let approximate = flag(APPROXIMATE, place.approximate);
        record.push(territory | named_otherwise | approximate | flag(CODED, coded.is_some()));
        record.extend([0; 2]);
        record.extend(place.weight.to_le_bytes());
        debug_assert_eq!(record.len(), RECORD, "a record is {RECORD} bytes");
        Ok(record)
    }
}

/// The texts of the table.
#[derive(Debug, Default)]
struct Texts {
    bytes: Vec<u8>,
    /// Hash of a name → where it is; two names of one hash are both written, the later ones each time.
    known: HashMap<u64, u32, BuildHasherDefault<DefaultHasher>>,
}

impl Texts {
    fn add(&mut self, text: &str) -> Result<(u32, u32), Error> {
        let at = packed::count(self.bytes.len(), "bytes of names")?;
        self.bytes.extend(text.as_bytes());
        Ok((at, packed::count(text.len(), "bytes of names")?))
    }

    /// A name and what it folds to: one after the other, and once however many places bear it.
    fn add_shared(&mut self, name: &str, folded: &str) -> Result<u32, Error> {
        let mut hasher = DefaultHasher::default();
        name.hash(&mut hasher);
        let hash = hasher.finish();
        if let Some(&at) = self.known.get(&hash)
            && self.bytes[at as usize..].starts_with(name.as_bytes())
            && self.bytes[at as usize + name.len()..].starts_with(folded.as_bytes())
        {
            return Ok(at);
        }
        let (at, _) = self.add(name)?;
        self.add(folded)?;
        self.known.insert(hash, at);
        Ok(at)
    }
}

/// The end of an identifier that says nothing else beside the INSEE code; of a place without postcodes of its own, for
/// nothing of it is left among the texts.
fn code(place: &NewPlace) -> Option<[u8; 4]> {
    let own = place.id.strip_prefix(place.insee.as_str())?.strip_prefix('_')?;
    own.as_bytes().try_into().ok().filter(|_| place.postcodes.is_empty())
}

/// Bytes of a name.
fn length(name: &str) -> Result<u16, Error> {
    u16::try_from(name.len()).map_err(|_| Error::TooMany { what: "bytes in one name", limit: 65_535 })
}

fn kind_byte(kind: Kind) -> u8 {
    match kind {
        Kind::City => 0,
        Kind::District => 1,
        Kind::Street | Kind::House => 2, // a house is a number inside a street, never a place of its own
        // Points, crossings and parcels are worked out, never places of the index.
        Kind::Locality | Kind::Point | Kind::Crossing | Kind::Parcel => 3,
        Kind::Poi => 4,
        Kind::Object => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::places::{Place, Places};

    fn place(name: &str, kind: Kind, blocks: Range<u32>, weight: u32) -> NewPlace {
        let at = LonLat { lon: 4.8, lat: 45.7 };
        NewPlace {
            kind,
            name: name.to_owned(),
            other_names: Vec::new(),
            id: "69029_0455".to_owned(),
            ban: None,
            parent: 0,
            insee: "69029".parse().unwrap(),
            position: at,
            approximate: false,
            bbox: Bbox { west: at.lon, south: at.lat, east: at.lon + 0.1, north: at.lat + 0.1 },
            weight,
            blocks,
            postcode: Some(69500),
            postcodes: vec![69500, 1000],
            metropole: true,
            former: false,
        }
    }

    #[test]
    fn a_place_reads_back_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = PlacesWriter::create(folder.path(), 1).unwrap();
        let names = vec!["Carriera de l’Estiu".to_owned(), "Été".to_owned()];
        let named =
            NewPlace { other_names: names.clone(), ban: Some([3; 16]), ..place("Le Clos", Kind::Locality, 3..3, 0) };
        for street in
            [place("Avenue de l’Été", Kind::Street, 0..3, 65), named, place("Avenue de l’Été", Kind::Street, 3..4, 2)]
        {
            writer.push(&street).unwrap();
        }
        let town = NewPlace { other_names: vec!["Brun".to_owned()], ..place("Bron", Kind::City, 0..0, 67) };
        assert_eq!(writer.finish(&[town]).unwrap(), 4);
        let places = Places::open(folder.path()).unwrap();
        assert_eq!((places.len(), places.towns().count()), (4, 1));
        let street = places.get(1);
        assert_eq!((street.name(), street.folded()), ("Avenue de l’Été", "avenue de l ete"));
        assert_eq!((street.kind(), street.words(), street.blocks()), (Kind::Street, 2, 0..3));
        assert_eq!((street.insee(), street.postcode(), street.is_metropole()), ("69029", Some(69500), true));
        assert_eq!(street.postcodes().collect::<Vec<_>>(), [69500, 1000]);
        assert_eq!(places.parents(street).map(Place::name).collect::<Vec<_>>(), ["Bron"]);
        assert!((street.bbox().north - 45.8).abs() < 1e-6);
        assert_eq!((places.get(3).name(), places.get(3).blocks()), (street.name(), 3..4));
        assert_eq!((places.get(0).blocks(), places.get(0).weight()), (0..0, 67));
        assert_eq!((places.ban_id(2), places.ban_id(1), places.ban_id(9)), (Some([3; 16]), None, None));
        let others = |index| places.other_names(places.get(index)).collect::<Vec<_>>();
        assert_eq!(others(2), [(names[0].as_str(), "carriera de l estiu"), (names[1].as_str(), "ete")]);
        assert_eq!(others(0), [("Brun", "brun")]);
        assert_eq!((others(1).len(), others(3).len(), others(9).len()), (0, 0, 0));
        assert_eq!(places.get(9).name(), "");
    }

    #[test]
    fn every_form_of_identifier_reads_back() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = PlacesWriter::create(folder.path(), 1).unwrap();
        // One of the former numbering, of the new one, of a merged commune, and those that a build makes.
        let ids =
            ["69029_0455", "69029_abc123", "69152_0455", "69029_rue-x", "69029_rue-de-l-ete", "69029_", "été", ""];
        for id in ids {
            let codes = if id.is_empty() { vec![69500] } else { Vec::new() };
            let street = place("Rue", Kind::Street, 0..0, 0);
            writer.push(&NewPlace { id: id.to_owned(), postcodes: codes, ..street }).unwrap();
        }
        let town = NewPlace { id: "69029".to_owned(), ..place("Bron", Kind::City, 0..0, 0) };
        writer.finish(&[town]).unwrap();
        let places = Places::open(folder.path()).unwrap();
        for (id, index) in ids.into_iter().zip(1..) {
            assert_eq!((places.get(index).id().as_str(), places.get(index).is_coded()), (id, id == ids[0]));
        }
        assert_eq!(places.get(0).id(), "69029");
        assert_eq!([0, 1, 8].map(|index| places.get(index).postcodes().count()), [2, 0, 1]);
    }

    #[test]
    fn a_name_many_places_bear_is_written_once() {
        let size = |names: &[&str]| {
            let folder = tempfile::tempdir().unwrap();
            let mut writer = PlacesWriter::create(folder.path(), 0).unwrap();
            names.iter().for_each(|name| writer.push(&place(name, Kind::Street, 0..0, 0)).unwrap());
            writer.finish(&[]).unwrap();
            std::fs::metadata(folder.path().join(FILE)).unwrap().len()
        };
        let (same, other) = (size(&["Rue de la Gare", "Rue de la Gare"]), size(&["Rue de la Gare", "Rue de la Garé"]));
        assert!(same + 2 * "rue de la gare".len() as u64 <= other, "{same} and {other} bytes");
    }

    #[test]
    fn a_file_of_something_else_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), [9u8; 200]).unwrap();
        assert!(matches!(Places::open(folder.path()), Err(Error::Damaged { .. })));
    }
}
