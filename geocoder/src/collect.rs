//! Accepted rows → the packed tables, in two passes and bounded memory: rows are set aside on disk by department
//! as they are read; then each department is put together in memory and written, in the order of its communes.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use layers::{CommuneCode, LonLat};

use crate::{
    Error,
    address::{Kind, Packed, bbox_of},
    build::{BuildOptions, Progress},
    communes::Communes,
    duplicates::{Identifiers, SetAside},
    marks::StreetMark,
    normalize,
    numbers::write::NumbersWriter,
    packed,
    parcels::ParcelsWriter,
    places::{
        Places,
        write::{NewPlace, PlacesWriter},
    },
    postcodes::Postcodes,
    report::Report,
    row::Row,
    spill::Spill,
    spilled,
    streets::{Assembled, Streets},
    towns::{NumberedTowns, Towns, central, is_of, point_box},
    unplaced::Unplaced,
};

const ROWS: &str = "rows.scratch";
const IDENTIFIERS: &str = "identifiers.scratch";

/// What has been read so far.
#[derive(Debug)]
pub(crate) struct Collector {
    folder: PathBuf,
    towns: Towns,
    rows: Spill,
    /// Only when several files are read: one file is not its own duplicate.
    identifiers: Option<Identifiers>,
    /// The street whose rows are being read, by department: rows of a street nearly always follow one another.
    open: BTreeMap<u32, Row>,
    unplaced: Unplaced,
    file: u32,
    /// Rows with a number so far.
    numbers: u32,
    scratch: Vec<u8>,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    pub places: u32,
    pub addresses: u32,
    /// Rows left out because another file has the same address.
    pub duplicates: u64,
    /// Those that bear the identifier of the other's: it, in short, and their street.
    pub aside: Vec<(u64, StreetMark)>,
}

impl Collector {
    /// Makes the scratch files in the folder where the tables are to be.
    pub(crate) fn create(folder: &Path, files: usize) -> Result<Self, Error> {
        let identifiers = (files > 1).then(|| Identifiers::create(&folder.join(IDENTIFIERS))).transpose()?;
        Ok(Self {
            folder: folder.to_owned(),
            towns: Towns::default(),
            rows: Spill::create(&folder.join(ROWS))?,
            identifiers,
            open: BTreeMap::new(),
            unplaced: Unplaced::default(),
            file: 0,
            numbers: 0,
            scratch: Vec::new(),
        })
    }

    /// The file being read is over.
    pub(crate) fn end_file(&mut self) {
        self.file += 1;
        self.open.clear();
    }

    /// Gives communes the names of those merged into them, once everything has been read.
    pub(crate) fn name_merged(&mut self, communes: &Communes) {
        self.towns.name_merged(communes);
    }

    /// Takes back the rows that nothing says the place of, once everything has been read: those without position in
    /// communes where nothing has one.
    pub(crate) fn refuse_unplaced(&self, report: &mut Report) {
        self.unplaced.refuse(|commune| self.towns.is_placed(commune), report);
    }

    /// Takes one accepted row. Errors: it could not be set aside.
    pub(crate) fn add(&mut self, row: Row) -> Result<(), Error> {
        self.unplaced.add(&row, self.file);
        if row.is_commune() {
            self.towns.add(&row);
            return Ok(());
        }
        let key = department(row.commune.code);
        self.scratch.clear();
        match self.open.get_mut(&key).filter(|open| spilled::same_street(open, &row)) {
            Some(open) if open.position.is_some() || row.position.is_none() => {}
            Some(open) => {
                self.towns.place(&row);
                open.position = row.position;
            }
            None => {
                self.towns.add(&row);
                spilled::put_street(&mut self.scratch, &row, self.file);
                self.open.insert(key, row.clone());
            }
        }
        spilled::put_row(&mut self.scratch, &row, self.numbers);
        self.rows.append(key, &self.scratch)?;
        if row.number.is_some() {
            if let (Some(identifiers), Some(id)) = (&mut self.identifiers, row.ban_address) {
                identifiers.add(id, self.file, row.certified, self.numbers)?;
            }
            self.numbers = packed::count(self.numbers as usize + 1, "rows of house numbers")?;
        }
        Ok(())
    }

    /// Puts everything together and writes the tables. `around`: the places of the revision that edits are made to,
    /// whose towns have more streets than the edits have.
    ///
    /// Errors: disk, or more of something than the tables can count.
    pub(crate) fn finish(
        self,
        options: &BuildOptions,
        postcodes: &Postcodes,
        around: Option<&Places>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Written, Error> {
        let aside = self.identifiers.map(Identifiers::settle).transpose()?.unwrap_or_default();
        let towns = self.towns.number(around);
        let mut tables = Tables {
            places: PlacesWriter::create(&self.folder, packed::count(towns.len(), "towns")?)?,
            numbers: NumbersWriter::create(&self.folder)?,
            parcels: ParcelsWriter::create(&self.folder)?,
            towns,
            metropole: &options.metropole,
            postcodes,
            duplicates: aside.count(),
            aside: Vec::new(),
        };
        let mut rows = self.rows;
        let keys = rows.keys();
        for (done, &key) in keys.iter().enumerate() {
            progress(Progress::Gather(done, keys.len()));
            tables.write(&rows.take(key)?, &aside)?;
        }
        progress(Progress::Gather(keys.len(), keys.len()));
        rows.remove()?;
        tables.finish()
    }
}

/// The tables being written, and what their records are made with.
struct Tables<'a> {
    places: PlacesWriter,
    numbers: NumbersWriter,
    parcels: ParcelsWriter,
    towns: NumberedTowns,
    metropole: &'a BTreeSet<CommuneCode>,
    postcodes: &'a Postcodes,
    duplicates: u64,
    aside: Vec<(u64, StreetMark)>,
}

impl Tables<'_> {
    /// Writes the streets of one key, those apart that nothing says the place of. Toponyms without a position wait for
    /// the middle of their town.
    fn write(&mut self, rows: &[u8], aside: &SetAside) -> Result<(), Error> {
        let streets = Streets::read(rows, aside, &mut self.numbers);
        self.aside.extend(streets.aside());
        let order = self.numbers.suffix_order();
        let mut places = Vec::new();
        for street in streets.assemble(|a, b| order[a as usize].cmp(&order[b as usize])) {
            if !self.towns.has(street.commune) {
                continue; // no position in it, and so no number
            }
            self.duplicates += street.duplicates;
            let index = packed::count(self.places.next() as usize + places.len(), "places")?;
            places.push(self.street(index, street)?);
        }
        for place in &mut places {
            if place.position.lon.is_nan() {
                place.position = self.towns.centre(place.parent as usize).at;
                place.approximate = true;
                place.bbox = point_box(place.position);
            }
            self.places.push(place)?;
        }
        Ok(())
    }

    fn street(&mut self, index: u32, assembled: Assembled) -> Result<NewPlace, Error> {
        let Assembled { commune, former, street, numbers, .. } = assembled;
        let blocks = self.numbers.push(index, commune.as_str(), &numbers)?;
        self.parcels.add(blocks.start, &numbers)?;
        let points: Vec<LonLat> = numbers.iter().map(|number| number.positions[0].0.unpack()).collect();
        let (town, former_name) = self.towns.of_street(commune, former);
        let postcode = street.postcode().or_else(|| self.postcodes.of(commune, former_name));
        self.towns.add_street(town, &points);
        if let (true, Some(own)) = (points.is_empty(), street.own) {
            self.numbers.push_toponym(index, Packed::new(own));
        }
        let position = central(&points).or(street.own);
        let at = position.unwrap_or(LonLat { lon: f64::NAN, lat: f64::NAN }); // settled once the town is known
        let key = || normalize::street_key(&street.name).replace(' ', "-");
        Ok(NewPlace {
            kind: if points.is_empty() { kind_by_name(&street.name) } else { Kind::Street },
            id: street.id.unwrap_or_else(|| format!("{commune}_{}", key())),
            name: street.name,
            other_names: street.other_names,
            ban: street.ban,
            parent: packed::count(town, "towns")?,
            insee: commune,
            position: at,
            approximate: false,
            bbox: bbox_of(points.iter().copied()).unwrap_or_else(|| point_box(at)),
            weight: packed::count(numbers.len(), "house numbers")?,
            blocks,
            postcode,
            postcodes: Vec::new(),
            metropole: is_of(self.metropole, commune),
            former: false,
        })
    }

    fn finish(self) -> Result<Written, Error> {
        let towns = self.towns.places(self.metropole, self.postcodes)?;
        let places = self.places.finish(&towns)?;
        let addresses = self.numbers.count();
        self.numbers.finish()?;
        self.parcels.finish()?;
        Ok(Written { places, addresses, duplicates: self.duplicates, aside: self.aside })
    }
}

/// A street without number is told from a lieu-dit by its first word.
fn kind_by_name(name: &str) -> Kind {
    let first = normalize::normalize(name).first().map(|word| word.canonical().to_owned());
    if first.is_some_and(|word| normalize::is_street_type(&word)) { Kind::Street } else { Kind::Locality }
}

/// What rows are set aside by: the first three characters of the code, a part of a department, so that the order
/// of the keys is that of the codes.
fn department(code: CommuneCode) -> u32 {
    let [a, b, c, ..] = code.to_bytes();
    u32::from_be_bytes([0, a, b, c])
}
