//! The towns the rows name, gathered while reading, and what their streets add up to for them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use layers::{Bbox, Commune, CommuneCode, LonLat};

use crate::{
    Error,
    address::{Kind, bbox_of, ground_distance_m},
    communes::Communes,
    packed,
    places::{Places, write::NewPlace},
    postcodes::Postcodes,
    row::{BanId, Row},
};

/// A code, and whether it is that of a former commune: a merged commune often keeps the code of one of them.
pub(crate) type TownKey = (CommuneCode, bool);

/// The towns met so far.
#[derive(Debug, Default)]
pub(crate) struct Towns(BTreeMap<TownKey, Town>);

#[derive(Debug, Default)]
struct Town {
    name: String,
    parent: Option<TownKey>,
    other_names: Vec<String>,
    ban: Option<BanId>,
    /// Those its rows say; only the national base's do.
    postcodes: BTreeSet<u32>,
    /// Where its own row says it is.
    own: Option<LonLat>,
    /// Where the first of its rows is that has a position.
    seen: Option<LonLat>,
}

/// All the towns, numbered, with what their streets add up to so far.
#[derive(Debug)]
pub(crate) struct NumberedTowns {
    keys: Vec<TownKey>,
    towns: Vec<Town>,
    spans: Vec<Span>,
    /// The middles that are known already, for edits of some streets of a town.
    middles: Vec<Option<LonLat>>,
}

/// Where a place is that says nothing of it itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Centre {
    pub at: LonLat,
    /// Nothing of the town itself has a position: it is that of the one above.
    is_above: bool,
}

impl Towns {
    /// Notes the towns of a row.
    pub(crate) fn add(&mut self, row: &Row) {
        let Commune { code, name } = &row.commune;
        let parent = code.parent();
        if let Some(city) = parent {
            self.0.entry((city, false)).or_insert_with(|| Town { name: city_name(name), ..Town::default() });
        }
        let named = || Town { name: name.clone(), parent: parent.map(|city| (city, false)), ..Town::default() };
        let town = self.0.entry((*code, false)).or_insert_with(named);
        town.ban = town.ban.or(row.ban_commune);
        town.postcodes.extend(row.postcode);
        row.commune_names.iter().for_each(|other| town.named(other));
        if row.is_commune() {
            town.own = row.position.map(|position| position.at).or(town.own);
        }
        if let Some(former) = &row.former {
            let named = || Town { name: former.name.clone(), parent: Some((*code, false)), ..Town::default() };
            self.0.entry((former.code, true)).or_insert_with(named).postcodes.extend(row.postcode);
        }
        self.place(row);
    }

    /// Notes where a row is, for its towns, which are noted.
    pub(crate) fn place(&mut self, row: &Row) {
        let Some(position) = row.position else { return };
        let code = row.commune.code;
        let former = row.former.as_ref().map(|former| (former.code, true));
        let city = code.parent().map(|city| (city, false));
        for key in [Some((code, false)), former, city].into_iter().flatten() {
            if let Some(town) = self.0.get_mut(&key) {
                town.seen.get_or_insert(position.at);
            }
        }
    }

    /// Whether it can be told where a commune is: something in it has a position, or in the city it is a part of.
    pub(crate) fn is_placed(&self, code: CommuneCode) -> bool {
        self.is_town_placed((code, false), &|_| false)
    }

    fn is_town_placed(&self, key: TownKey, is_known: &impl Fn(TownKey) -> bool) -> bool {
        let above = |town: &Town| town.parent.is_some_and(|above| self.is_town_placed(above, is_known));
        is_known(key) || self.0.get(&key).is_some_and(|town| town.seen.is_some() || above(town))
    }

    /// Gives each commune the names of those merged into it that no row names: what has no address of its own is found
    /// as the commune it is in now.
    pub(crate) fn name_merged(&mut self, communes: &Communes) {
        for (former, name, today) in communes.merged() {
            if self.0.contains_key(&(former, true)) {
                continue;
            }
            if let Some(town) = self.0.get_mut(&(today, false)) {
                town.named(name);
            }
        }
    }

    /// Those of which it can be told where they are. `around`: places of an index that may know them.
    pub(crate) fn number(self, around: Option<&Places>) -> NumberedTowns {
        let known: HashMap<(&str, bool), LonLat> = around
            .iter()
            .flat_map(|places| places.towns())
            .map(|town| ((town.insee(), town.is_former()), town.position()))
            .collect();
        let middle = |(code, former): TownKey| known.get(&(code.as_str(), former)).copied();
        let is_placed = |key: &TownKey| self.is_town_placed(*key, &|key| middle(key).is_some());
        let placed: BTreeSet<TownKey> = self.0.keys().copied().filter(is_placed).collect();
        let (keys, towns): (Vec<TownKey>, Vec<Town>) =
            self.0.into_iter().filter(|(key, _)| placed.contains(key)).unzip();
        let middles = keys.iter().map(|&key| middle(key)).collect();
        NumberedTowns { spans: vec![Span::default(); keys.len()], middles, keys, towns }
    }
}

impl Town {
    /// Notes one more name, unless it is one it has.
    fn named(&mut self, name: &str) {
        if self.name != name && self.other_names.iter().all(|known| known != name) {
            self.other_names.push(name.to_owned());
        }
    }
}

impl NumberedTowns {
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    fn index(&self, key: TownKey) -> Option<usize> {
        self.keys.binary_search(&key).ok()
    }

    /// The town a street of a commune lies in, and the name of its former commune.
    pub(crate) fn of_street(&self, code: CommuneCode, former: Option<CommuneCode>) -> (usize, Option<&str>) {
        let found = former.and_then(|former| self.index((former, true)));
        let index = found.or_else(|| self.index((code, false))).unwrap_or_default();
        (index, found.map(|at| self.towns[at].name.as_str()))
    }

    /// Adds the points of a street to its town and to every town above.
    pub(crate) fn add_street(&mut self, town: usize, points: &[LonLat]) {
        let mut next = Some(town);
        while let Some(at) = next {
            self.spans[at].add(points);
            next = self.towns[at].parent.and_then(|parent| self.index(parent));
        }
    }

    /// Whether a commune is among them.
    pub(crate) fn has(&self, code: CommuneCode) -> bool {
        self.index((code, false)).is_some()
    }

    /// The middle of a town, as it is known or as its addresses so far have it, or where it says it is; or that of the
    /// nearest one above that has any.
    pub(crate) fn centre(&self, town: usize) -> Centre {
        let own = |at: usize| {
            let Town { own, seen, .. } = self.towns[at];
            self.middles[at].or_else(|| self.spans[at].centre()).or(own).or(seen)
        };
        let above = |&at: &usize| self.towns[at].parent.and_then(|parent| self.index(parent));
        let found = std::iter::successors(Some(town), above).find_map(|at| Some((at, own(at)?)));
        let (of, at) = found.expect("towns were left out when neither they nor one above has a position");
        Centre { at, is_above: of != town }
    }

    /// The towns as places, once every street has been added.
    pub(crate) fn places(
        &self,
        metropole: &BTreeSet<CommuneCode>,
        postcodes: &Postcodes,
    ) -> Result<Vec<NewPlace>, Error> {
        (0..self.len()).map(|at| self.place(at, metropole, postcodes)).collect()
    }

    fn place(&self, at: usize, metropole: &BTreeSet<CommuneCode>, postcodes: &Postcodes) -> Result<NewPlace, Error> {
        let ((code, former), town, span) = (self.keys[at], &self.towns[at], self.spans[at]);
        let parent = town.parent.unwrap_or((code, former));
        let listed = if former { postcodes.of(parent.0, Some(&town.name)) } else { postcodes.of(code, None) };
        let own = (town.postcodes.len() == 1).then(|| town.postcodes.first().copied()).flatten();
        let postcode = listed.or(own);
        let official = postcodes.all(code).filter(|_| !former);
        let all: BTreeSet<u32> = official.chain(postcode).chain(town.postcodes.iter().copied()).collect();
        let Centre { at: position, is_above } = self.centre(at);
        Ok(NewPlace {
            kind: if town.parent.is_some() { Kind::District } else { Kind::City },
            name: town.name.clone(),
            other_names: town.other_names.clone(),
            id: code.to_string(),
            ban: town.ban,
            parent: packed::count(self.index(parent).unwrap_or(at), "towns")?,
            insee: code,
            position,
            approximate: is_above,
            bbox: span.bbox.unwrap_or_else(|| point_box(position)),
            blocks: 0..0,
            weight: span.count,
            postcode,
            postcodes: all.into_iter().collect(),
            metropole: is_of(metropole, if former { parent.0 } else { code }),
            former,
        })
    }
}

/// Whether a commune, or that of an arrondissement, is in a set.
pub(crate) fn is_of(set: &BTreeSet<CommuneCode>, code: CommuneCode) -> bool {
    set.contains(&code) || code.parent().is_some_and(|city| set.contains(&city))
}

/// The box of a single point.
pub(crate) fn point_box(at: LonLat) -> Bbox {
    Bbox { west: at.lon, south: at.lat, east: at.lon, north: at.lat }
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

/// The number nearest to the middle of all: a street's point should lie on the street.
pub(crate) fn central(points: &[LonLat]) -> Option<LonLat> {
    let mut span = Span::default();
    span.add(points);
    let middle = span.centre()?;
    points.iter().copied().min_by(|a, b| ground_distance_m(*a, middle).total_cmp(&ground_distance_m(*b, middle)))
}

/// `Lyon 3e Arrondissement` → `Lyon`.
fn city_name(arrondissement: &str) -> String {
    arrondissement.split(|c: char| c.is_ascii_digit()).next().unwrap_or(arrondissement).trim().to_owned()
}
