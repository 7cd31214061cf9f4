//! Accepted rows → towns, streets and house numbers, in the order the packed tables want them.
//! Rows of one (commune, former commune, street name) are one street, whatever file they come from;
//! rows of one number and suffix in it are one address with several positions.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
};

use layers::{Bbox, Commune, CommuneCode, LonLat};

use crate::{
    Error,
    address::{Kind, Packed, PositionKind, bbox_of, ground_distance_m},
    normalize,
    numbers::NewNumber,
    packed,
    places::NewPlace,
    postcodes::Postcodes,
    row::Row,
};

/// Commune, former commune, name with its abbreviations spelt out.
type StreetKey = (CommuneCode, Option<CommuneCode>, String);
/// A code, and whether it is that of a former commune: a merged commune often keeps the code of one of them.
type TownKey = (CommuneCode, bool);

/// What has been read so far.
#[derive(Debug, Default)]
pub(crate) struct Collector {
    towns: BTreeMap<TownKey, Town>,
    streets: BTreeMap<StreetKey, Street>,
    /// The street being read: rows of a street nearly always follow one another.
    open: Option<(Row, StreetKey, Street)>,
}

#[derive(Debug)]
struct Town {
    name: String,
    parent: Option<TownKey>,
}

#[derive(Debug, Default)]
struct Street {
    name: String,
    id: Option<String>,
    /// Position of its toponym row.
    own: Option<LonLat>,
    numbers: Vec<(crate::HouseNumber, PositionKind, Packed, bool)>,
}

/// Everything the packed tables hold, towns first.
#[derive(Debug)]
pub(crate) struct Collected {
    pub places: Vec<NewPlace>,
    pub towns: usize,
    pub numbers: Vec<NewNumber>,
}

impl Collector {
    /// Takes one accepted row.
    pub(crate) fn add(&mut self, row: Row) {
        let same_street = self.open.as_ref().is_some_and(|(first, ..)| {
            first.commune.code == row.commune.code && first.street == row.street && first.former == row.former
        });
        if !same_street {
            self.close();
            self.add_towns(&row);
            let former = row.former.as_ref().map(|former| former.code);
            let key = (row.commune.code, former, normalize::street_key(&row.street));
            let street =
                self.streets.remove(&key).unwrap_or_else(|| Street { name: row.street.clone(), ..Street::default() });
            self.open = Some((row.clone(), key, street));
        }
        if let Some((_, _, street)) = &mut self.open {
            street.add(row);
        }
    }

    fn close(&mut self) {
        if let Some((_, key, street)) = self.open.take() {
            self.streets.insert(key, street);
        }
    }

    fn add_towns(&mut self, row: &Row) {
        let Commune { code, name } = &row.commune;
        let parent = code.parent();
        if let Some(city) = parent {
            let name = city_name(name);
            self.towns.entry((city, false)).or_insert_with(|| Town { name, parent: None });
        }
        self.towns
            .entry((*code, false))
            .or_insert_with(|| Town { name: name.clone(), parent: parent.map(|city| (city, false)) });
        if let Some(former) = &row.former {
            let town = || Town { name: former.name.clone(), parent: Some((*code, false)) };
            self.towns.entry((former.code, true)).or_insert_with(town);
        }
    }

    /// Sorts and totals everything. Errors: more of something than the tables can count.
    pub(crate) fn finish(
        mut self,
        metropole: &BTreeSet<CommuneCode>,
        postcodes: &Postcodes,
    ) -> Result<Collected, Error> {
        self.close();
        let towns: Vec<(TownKey, Town)> = mem::take(&mut self.towns).into_iter().collect();
        let index: BTreeMap<TownKey, usize> = towns.iter().enumerate().map(|(at, (key, _))| (*key, at)).collect();
        let mut numbers = Vec::new();
        let mut places = new_towns(&towns, &index, postcodes)?;
        let town_count = places.len();
        let mut spans = vec![Span::default(); town_count];
        for ((code, former, _), mut street) in self.streets {
            let parent = index.get(&former.map_or((code, false), |former| (former, true))).copied().unwrap_or_default();
            let first = packed::count(numbers.len(), "house numbers")?;
            numbers.append(&mut street.take_numbers());
            let range = first..packed::count(numbers.len(), "house numbers")?;
            let points: Vec<LonLat> =
                numbers[range.start as usize..].iter().map(|n| n.positions[0].0.unpack()).collect();
            add_to_towns(&mut spans, &towns, &index, parent, &points);
            let insee = code;
            let former_name = former.map(|_| towns[parent].1.name.as_str());
            places.push(street.into_place(insee, parent as u32, range, &points, postcodes.of(code, former_name)));
        }
        settle(&mut places, &spans, metropole);
        packed::count(places.len(), "places")?;
        Ok(Collected { places, towns: town_count, numbers })
    }
}

impl Street {
    fn add(&mut self, row: Row) {
        if self.id.is_none() {
            self.id = row.street_id;
        }
        match (row.number, row.position) {
            (Some(house), Some(position)) => {
                self.numbers.push((house, position.kind, Packed::new(position.at), row.certified));
            }
            (_, Some(position)) => self.own = Some(position.at),
            _ => {}
        }
    }

    /// Its addresses in order, the best position of each first, the same position once.
    fn take_numbers(&mut self) -> Vec<NewNumber> {
        let mut rows = mem::take(&mut self.numbers);
        rows.sort_by(|a, b| (&a.0, a.1, a.2).cmp(&(&b.0, b.1, b.2)));
        let mut numbers: Vec<NewNumber> = Vec::new();
        for (house, kind, at, certified) in rows {
            match numbers.last_mut().filter(|last| last.house == house) {
                Some(last) => {
                    last.certified |= certified;
                    if !last.positions.iter().any(|&(known, _)| known == at) {
                        last.positions.push((at, kind));
                    }
                }
                None => numbers.push(NewNumber { house, positions: vec![(at, kind)], certified }),
            }
        }
        numbers
    }

    fn into_place(
        self,
        insee: CommuneCode,
        parent: u32,
        numbers: std::ops::Range<u32>,
        points: &[LonLat],
        postcode: Option<u32>,
    ) -> NewPlace {
        let position = central(points).or(self.own);
        let at = position.unwrap_or(LonLat { lon: f64::NAN, lat: f64::NAN }); // settled once the towns are known
        let first_word = normalize::normalize(&self.name).first().map(|word| word.canonical().to_owned());
        let is_street = !points.is_empty() || first_word.is_some_and(|word| normalize::is_street_type(&word));
        NewPlace {
            kind: if is_street { Kind::Street } else { Kind::Locality },
            id: self.id.unwrap_or_else(|| format!("{insee}_{}", normalize::street_key(&self.name).replace(' ', "-"))),
            name: self.name,
            parent,
            insee,
            position: at,
            bbox: bbox_of(points.iter().copied()).unwrap_or(Bbox {
                west: at.lon,
                south: at.lat,
                east: at.lon,
                north: at.lat,
            }),
            weight: numbers.end - numbers.start,
            numbers,
            postcode,
            postcodes: Vec::new(),
            metropole: false,
            former: false,
        }
    }
}

/// The extent of a town: the box of its addresses, and their sum for a centre.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    bbox: Option<Bbox>,
    sum: (f64, f64),
    count: u32,
}

impl Span {
    fn add(&mut self, points: &[LonLat]) {
        let corners = self.bbox.map(|b| [LonLat { lon: b.west, lat: b.south }, LonLat { lon: b.east, lat: b.north }]);
        self.bbox = bbox_of(points.iter().copied().chain(corners.into_iter().flatten()));
        for point in points {
            self.sum.0 += point.lon;
            self.sum.1 += point.lat;
        }
        self.count = self.count.saturating_add(u32::try_from(points.len()).unwrap_or(u32::MAX));
    }

    fn centre(&self) -> Option<LonLat> {
        let count = f64::from(self.count);
        (self.count > 0).then(|| LonLat { lon: self.sum.0 / count, lat: self.sum.1 / count })
    }
}

fn new_towns(
    towns: &[(TownKey, Town)],
    index: &BTreeMap<TownKey, usize>,
    postcodes: &Postcodes,
) -> Result<Vec<NewPlace>, Error> {
    let nowhere = LonLat { lon: f64::NAN, lat: f64::NAN };
    let place = |((code, former), town): &(TownKey, Town)| {
        let parent = town.parent.map_or((*code, *former), |parent| parent);
        let parent_at = index.get(&parent).copied().unwrap_or_default();
        let postcode = if *former { postcodes.of(parent.0, Some(&town.name)) } else { postcodes.of(*code, None) };
        let mut all: Vec<u32> = postcodes.all(*code).chain(postcode).collect();
        all.sort_unstable();
        all.dedup();
        Ok(NewPlace {
            kind: if town.parent.is_some() { Kind::District } else { Kind::City },
            name: town.name.clone(),
            id: code.to_string(),
            parent: packed::count(parent_at, "towns")?,
            insee: *code,
            position: nowhere,
            bbox: Bbox { west: f64::NAN, south: f64::NAN, east: f64::NAN, north: f64::NAN },
            numbers: 0..0,
            weight: 0,
            postcode,
            postcodes: if *former { postcode.into_iter().collect() } else { all },
            metropole: false,
            former: *former,
        })
    };
    towns.iter().map(place).collect()
}

/// Adds a street's points to its town and to every town above.
fn add_to_towns(
    spans: &mut [Span],
    towns: &[(TownKey, Town)],
    index: &BTreeMap<TownKey, usize>,
    town: usize,
    points: &[LonLat],
) {
    let mut next = Some(town);
    while let Some(at) = next {
        spans[at].add(points);
        next = towns[at].1.parent.and_then(|parent| index.get(&parent).copied());
    }
}

/// Gives towns their extents, toponyms without a position that of their town, and says who is of the Métropole.
/// A town of nothing but toponyms without a position takes the middle of all towns: wrong, yet finite and rare.
fn settle(places: &mut [NewPlace], spans: &[Span], metropole: &BTreeSet<CommuneCode>) {
    let mut everything = Span::default();
    for span in spans {
        everything.add(&span.centre().into_iter().collect::<Vec<_>>());
    }
    let anywhere =
        everything.centre().or_else(|| places.iter().map(|place| place.position).find(|at| at.lon.is_finite()));
    for at in 0..places.len() {
        let parent = places[at].parent as usize;
        let span = spans.get(at).or_else(|| spans.get(parent)).copied().unwrap_or_default();
        let place = &mut places[at];
        if place.position.lon.is_nan() {
            place.position = span.centre().or(anywhere).unwrap_or(LonLat { lon: 0.0, lat: 0.0 });
            let own = span.bbox.filter(|_| at < spans.len());
            place.bbox = own.or_else(|| bbox_of([place.position])).unwrap_or(place.bbox);
        }
        if at < spans.len() {
            place.weight = span.count;
        }
        let insee = if places[at].former { places[parent].insee } else { places[at].insee };
        places[at].metropole =
            metropole.contains(&insee) || insee.parent().is_some_and(|city| metropole.contains(&city));
    }
}

/// The number nearest to the middle of all: a street's point should lie on the street.
fn central(points: &[LonLat]) -> Option<LonLat> {
    let mut span = Span::default();
    span.add(points);
    let middle = span.centre()?;
    points.iter().copied().min_by(|a, b| ground_distance_m(*a, middle).total_cmp(&ground_distance_m(*b, middle)))
}

/// `Lyon 3e Arrondissement` → `Lyon`.
fn city_name(arrondissement: &str) -> String {
    arrondissement.split(|c: char| c.is_ascii_digit()).next().unwrap_or(arrondissement).trim().to_owned()
}
