//! What a named object has that a place has not, memory-mapped beside `places.bin`, which holds the rest: its feature,
//! its tag, its address, who may see it (`objects.bin`, described at `MAGIC`).

use std::{collections::HashMap, path::Path, sync::Arc};

use layers::{FeatureId, Territory};

use crate::{
    Error,
    address::Kind,
    normalize,
    objects::{
        Object, ObjectKind, ObjectLayer,
        audience::{self, AudienceWriter},
        view::{View, Views},
    },
    packed::{self, u16_at, u32_at},
    places::{
        Places,
        write::{NewPlace, PlacesWriter},
    },
    sections::{Magic, SectionWriter, Sections},
    tree::{self, Tree},
};

const FILE: &str = "objects.bin";
/// A record of 32 bytes an object, in the order of the places; the texts, each once; the lists of communes
/// (`audience`); and a tree of the extents (`tree`).
const MAGIC: Magic = *b"TRBOBJ1\n";

const RECORDS: usize = 0;
const TEXTS: usize = 1;
const AUDIENCES: usize = 2;
const TREE: usize = 3;
const SECTIONS: usize = 4;
/// Feature (u64); where the tag's key is in the texts, its value after it (u32), their lengths (u8 each), length of the
/// address (u16), where it is (u32), list of communes (u32), eight bytes free.
const RECORD: usize = 32;

/// Longest name, identifier, half of a tag, and address, in bytes.
const LONGEST: [usize; 4] = [1_000, 255, 255, 2_000];
/// The commune of what lies in none; no commune has this code.
pub(crate) const NOWHERE: &str = "00000";

/// The named objects of a layer, mapped.
#[derive(Debug)]
pub(crate) struct NamedObjects {
    pub places: Places,
    file: Sections<SECTIONS>,
    views: Views,
}

/// One object's record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record<'a> {
    record: &'a [u8],
    texts: &'a [u8],
}

/// Writes the objects of a layer in an empty folder: how many there are, and how many features are none.
pub(crate) fn write(
    folder: &Path,
    layer: &ObjectLayer,
    objects: impl Iterator<Item = Object>,
) -> Result<(u32, u64), Error> {
    let mut refused = 0;
    let mut kept: Vec<(String, Object)> = Vec::new();
    for object in objects {
        let name = normalize::fold(&object.name);
        if name.is_empty() || !fits(&object) { refused += 1 } else { kept.push((name, object)) }
    }
    // An order of their own: two builds of the same features are the same bytes, and hiding some leaves the others'.
    kept.sort_by(|(a_name, a), (b_name, b)| (a.commune, a_name, a.feature).cmp(&(b.commune, b_name, b.feature)));
    let mut places = PlacesWriter::create(folder, 0)?;
    let mut extents = Vec::with_capacity(kept.len());
    let mut table = Writer::default();
    for (_, object) in &kept {
        let place = place(layer, object, places.next());
        extents.push(tree::Box::of(place.bbox));
        places.push(&place)?;
        table.add(object)?;
    }
    let count = places.finish(&[])?;
    let mut out = SectionWriter::create(&folder.join(FILE), MAGIC)?;
    for section in [&table.records, &table.texts, &table.audiences.finish(), &tree::build(&extents)] {
        out.section(section)?;
    }
    out.finish()?;
    Ok((count, refused))
}

fn fits(object: &Object) -> bool {
    let [name, id, tag, address] = LONGEST;
    object.name.len() <= name
        && object.other_names.iter().all(|other| other.len() <= name)
        && object.id.len() <= id
        && object.tag.0.len() <= tag
        && object.tag.1.len() <= tag
        && object.address.as_ref().is_none_or(|text| text.len() <= address)
}

fn place(layer: &ObjectLayer, object: &Object, index: u32) -> NewPlace {
    let code = object.commune;
    let is_home = |code| layer.metropole.contains(&code);
    let point = layers::Bbox { west: object.at.lon, south: object.at.lat, east: object.at.lon, north: object.at.lat };
    let other_names =
        object.other_names.iter().map(|name| name.trim()).filter(|name| !normalize::fold(name).is_empty());
    NewPlace {
        kind: if layer.kind == ObjectKind::Poi { Kind::Poi } else { Kind::Object },
        name: object.name.trim().to_owned(),
        other_names: other_names.filter(|name| *name != object.name.trim()).map(str::to_owned).collect(),
        id: object.id.clone(),
        ban: None,
        parent: index, // its towns are those of the addresses, known when both are open
        insee: code.unwrap_or_else(|| NOWHERE.parse().expect("five digits are written as a code is")),
        position: object.at,
        approximate: false,
        bbox: object.bbox.unwrap_or(point),
        blocks: 0..0,
        weight: 0,
        postcode: object.postcode,
        postcodes: Vec::new(),
        metropole: code.is_some_and(|code| is_home(code) || code.parent().is_some_and(is_home)),
        former: false,
    }
}

#[derive(Debug, Default)]
struct Writer {
    records: Vec<u8>,
    texts: Vec<u8>,
    known: HashMap<String, u32>,
    audiences: AudienceWriter,
}

impl Writer {
    #[allow(clippy::cast_possible_truncation)] // lengths that `fits` bounds
    fn add(&mut self, object: &Object) -> Result<(), Error> {
        let (key, value) = &object.tag;
        let address = object.address.as_deref().unwrap_or_default().trim();
        let tag_at = self.text(format!("{key}{value}"))?;
        let address_at = self.text(address.to_owned())?;
        let audience = self.audiences.add(&object.audience)?;
        let from = self.records.len();
        self.records.extend(object.feature.0.to_le_bytes());
        self.records.extend(tag_at.to_le_bytes());
        self.records.extend([key.len() as u8, value.len() as u8]);
        self.records.extend((address.len() as u16).to_le_bytes());
        self.records.extend(address_at.to_le_bytes());
        self.records.extend(audience.to_le_bytes());
        self.records.resize(from + RECORD, 0);
        Ok(())
    }

    fn text(&mut self, text: String) -> Result<u32, Error> {
        if let Some(&at) = self.known.get(&text) {
            return Ok(at);
        }
        let at = packed::count(self.texts.len(), "bytes of texts")?;
        self.texts.extend(text.as_bytes());
        self.known.insert(text, at);
        Ok(at)
    }
}

impl NamedObjects {
    /// Maps the tables. Errors: unreadable, cut, or they do not go together.
    pub(crate) fn open(folder: &Path) -> Result<Self, Error> {
        let places = Places::open(folder)?;
        let file: Sections<SECTIONS> = Sections::open(folder, FILE, MAGIC)?;
        if file.get(RECORDS).len() != places.len() as usize * RECORD {
            let what = format!("{FILE} is not of as many objects as there are names");
            return Err(Error::Objects { folder: folder.to_owned(), what });
        }
        Ok(Self { places, file, views: Views::default() })
    }

    /// What an object has that its place has not.
    pub(crate) fn record(&self, object: u32) -> Record<'_> {
        let at = object as usize * RECORD;
        let record = self.file.get(RECORDS).get(at..at + RECORD).unwrap_or_default();
        Record { record, texts: self.file.get(TEXTS) }
    }

    /// Whether a territory opens each list of communes.
    pub(crate) fn opened(&self, territory: &Territory) -> Vec<bool> {
        audience::opened(self.file.get(AUDIENCES), territory)
    }

    /// What a territory sees.
    pub(crate) fn seen_by(&self, territory: &Territory) -> Arc<View> {
        self.views.of(territory, self)
    }

    /// The extents; none without object.
    pub(crate) fn tree(&self) -> Option<Tree<'_>> {
        Tree::read(self.file.get(TREE))
    }

    /// Every name of an object, the main one first.
    pub(crate) fn names(&self, object: u32) -> impl Iterator<Item = &str> {
        let place = self.places.get(object);
        std::iter::once(place.name()).chain(self.places.other_names(place).map(|(name, _)| name))
    }
}

impl<'a> Record<'a> {
    pub(crate) fn feature(self) -> FeatureId {
        FeatureId(u64::from_le_bytes(packed::bytes(self.record, 0)))
    }

    /// Key and value.
    pub(crate) fn tag(self) -> (&'a str, &'a str) {
        let (at, [key, value]) = (u32_at(self.record, 8) as usize, packed::bytes(self.record, 12).map(usize::from));
        (packed::text(self.texts, at, key), packed::text(self.texts, at + key, value))
    }

    pub(crate) fn address(self) -> Option<&'a str> {
        let text = packed::text(self.texts, u32_at(self.record, 16) as usize, usize::from(u16_at(self.record, 14)));
        Some(text).filter(|text| !text.is_empty())
    }

    /// The number of its list of communes.
    pub(crate) fn audience(self) -> u32 {
        u32_at(self.record, 20)
    }
}
