//! The Géoplateforme's parameters. A parameter nobody reads is ignored, as there; one that is read and wrong
//! is refused.

use std::cmp::Ordering;

use geocoder::{Error, Filter, Kind, MAX_RADIUS_M, Near, Nearby, ParcelParts, Request, Score, Suggestion};
use layers::{CommuneCode, Figure, LonLat};

use super::{area::Area, parcels};
use crate::http::{
    addresses::{Index, LONGEST_QUERY, position, text},
    ban,
    indexes::{Indexes, categories},
    problem::Problem,
    query::{Parameters, count, flag, one},
};

/// Shortest text, in characters.
const SHORTEST_QUERY: usize = 3;
/// Answers when the client does not say how many.
const DEFAULT_LIMIT: usize = 10;
/// How far an address may be from the point reversed, in metres, when no area is given.
const REVERSE_RADIUS_M: f64 = 200.0;

/// A search.
pub(super) struct Search {
    request: Request,
    /// What is known of parcels that are asked by no text.
    parts: Option<ParcelParts>,
    indexes: Indexes,
    /// The commune by its name, which must be one and the one `citycode` says.
    city: Option<String>,
    pub(super) query: Option<String>,
    pub(super) true_geometry: bool,
}

/// A point or an area reversed.
pub(super) struct Reverse {
    nearby: Nearby,
    /// What features must meet, when an area was given.
    figure: Option<Figure>,
    indexes: Indexes,
    /// Distances mean something: a point was given, or a circle.
    has_centre: bool,
    pub(super) true_geometry: bool,
}

impl Search {
    pub(super) fn answer(self, index: &Index) -> Result<Vec<Suggestion>, Problem> {
        let mut request = self.request;
        if let Some(city) = &self.city {
            request.filter.communes = narrowed(&request.filter.communes, index.communes_named(city))?;
        }
        let index = self.indexes.of(index.clone());
        let mut found = match &self.parts {
            Some(parts) => index.parcels(parts, request),
            None => index.search(request)?,
        };
        found.retain(|it| self.indexes.hold(it.kind));
        Ok(found)
    }
}

impl Reverse {
    pub(super) fn answer(self, index: &Index) -> Result<Vec<Suggestion>, Error> {
        let mut found = match &self.figure {
            Some(figure) if self.indexes.has_features() => self.inside_and_meeting(index, figure)?,
            _ => self.indexes.of(index.clone()).reverse(self.nearby)?,
        };
        found.retain(|it| self.indexes.hold(it.kind));
        if !self.has_centre {
            for suggestion in &mut found {
                suggestion.distance_m = None;
                suggestion.score = Score { text: 1.0, confidence: 1.0, ..Score::default() };
            }
        }
        Ok(found)
    }

    /// The addresses in the area, and the features that meet it.
    fn inside_and_meeting(&self, index: &Index, figure: &Figure) -> Result<Vec<Suggestion>, Error> {
        let mut found = index.clone().of_addresses().reverse(self.nearby.clone())?;
        let filter = Filter { within: None, ..self.nearby.filter.clone() };
        let radius_m = self.nearby.radius_m + 1.0; // a point has no reach of its own, and extents are rounded
        found.extend(index.meeting(Nearby { filter, radius_m, ..self.nearby.clone() }, figure));
        found.sort_by(|a, b| a.distance_m.partial_cmp(&b.distance_m).unwrap_or(Ordering::Equal));
        found.truncate(self.nearby.limit);
        Ok(found)
    }
}

/// The communes of a name, within the codes given if any: they must agree.
fn narrowed(given: &[String], named: Vec<String>) -> Result<Vec<String>, Problem> {
    if named.is_empty() {
        return Err(Problem::BadRequest("Le paramètre city ne désigne aucune commune connue.".into()));
    }
    if given.is_empty() {
        return Ok(named);
    }
    let parent = |code: &String| code.parse::<CommuneCode>().ok().and_then(CommuneCode::parent).map(String::from);
    let agrees = |code: &String| named.contains(code) || parent(code).is_some_and(|parent| named.contains(&parent));
    if given.iter().all(agrees) {
        Ok(given.to_vec())
    } else {
        Err(Problem::BadRequest("Les paramètres city et citycode ne désignent pas la même commune.".into()))
    }
}

/// `/geocodage/search`
pub(super) fn search_request(sent: &Parameters) -> Result<Search, Problem> {
    let indexes = Indexes::read(sent)?;
    let only_parcels = !indexes.address && !indexes.poi;
    let query = match one(sent, "q")? {
        None if only_parcels => None, // a parcel may be asked by its parts instead
        typed => Some(searchable("q", typed)?.to_owned()),
    };
    let filter = indexes.filter(ban::filters(sent)?.0, &Kind::ADDRESSES, categories(sent)?);
    let near = position(sent, &["lon"], &["lat"])?.map(Near::from);
    let finished = !flag(sent, "autocomplete")?.unwrap_or(true);
    let limit = limit(sent)?;
    let parts = parcels::parts(sent)?;
    if query.is_none() {
        parcels::check(sent, &parts, near.is_some())?;
    }
    let parts = query.is_none().then_some(parts);
    let text = query.clone().unwrap_or_default();
    let request = Request { text, finished, near, limit, filter, ..Request::default() };
    let city = one(sent, "city")?.map(str::to_owned);
    if city.as_ref().is_some_and(|city| city.chars().count() > 50) {
        return Err(Problem::BadRequest("Le paramètre city dépasse 50 caractères.".into()));
    }
    Ok(Search { request, parts, indexes, city, query, true_geometry: true_geometry(sent)? })
}

/// `/geocodage/reverse`
pub(super) fn reverse_request(sent: &Parameters) -> Result<Reverse, Problem> {
    let indexes = Indexes::read(sent)?;
    let point = position(sent, &["lon"], &["lat"])?;
    let area = one(sent, "searchgeom")?.map(Area::parse).transpose()?;
    let filter = indexes.filter(ban::filters(sent)?.0, &[Kind::House], categories(sent)?);
    if indexes.address && area.as_ref().is_some_and(|area| !area.holds_addresses()) {
        return Err(Problem::BadRequest(
            "Pour l'index address, le paramètre searchgeom est un Polygon ou un Circle ; un Point ou une LineString \
             vaut pour les index poi et parcel."
                .into(),
        ));
    }
    let has_centre = point.is_some() || matches!(area, Some(Area::Circle { .. } | Area::Point(_)));
    let figure = area.as_ref().map(Area::figure);
    let nearby = nearby(point, area, limit(sent)?, filter)?;
    Ok(Reverse { nearby, figure, indexes, has_centre, true_geometry: true_geometry(sent)? })
}

/// Around the point; within the area; or within the area, nearest to the point first.
fn nearby(point: Option<LonLat>, area: Option<Area>, limit: usize, filter: Filter) -> Result<Nearby, Problem> {
    match (point, area) {
        (None, None) => Err(Problem::BadRequest("Il faut lon et lat, ou searchgeom.".into())),
        (Some(point), None) => Ok(Nearby { point, limit, radius_m: REVERSE_RADIUS_M, filter, objects: Vec::new() }),
        (None, Some(Area::Circle { centre, radius_m })) => {
            Ok(Nearby { point: centre, limit, radius_m, filter, objects: Vec::new() })
        }
        (point, Some(area)) => {
            let point = point.unwrap_or_else(|| area.middle());
            let radius_m = area.reach_m(point);
            if radius_m > MAX_RADIUS_M {
                return Err(Problem::BadRequest("Le point lon, lat est trop loin de searchgeom.".into()));
            }
            Ok(Nearby {
                point,
                limit,
                radius_m,
                filter: Filter { within: Some(area.ring()), ..filter },
                objects: Vec::new(),
            })
        }
    }
}

/// A text of three characters at least, that starts with a letter or a digit.
pub(super) fn searchable<'a>(name: &str, typed: Option<&'a str>) -> Result<&'a str, Problem> {
    let typed = text(name, typed)?;
    if typed.chars().count() < SHORTEST_QUERY || !typed.starts_with(char::is_alphanumeric) {
        return Err(Problem::BadRequest(format!(
            "Le paramètre {name} a de {SHORTEST_QUERY} à {LONGEST_QUERY} caractères et commence par une lettre ou un chiffre."
        )));
    }
    Ok(typed)
}

fn limit(sent: &Parameters) -> Result<usize, Problem> {
    Ok(count(sent, "limit", 1..=20)?.unwrap_or(DEFAULT_LIMIT))
}

fn true_geometry(sent: &Parameters) -> Result<bool, Problem> {
    Ok(flag(sent, "returntruegeometry")?.unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::query::parameters;

    const CIRCLE: &str = r#"{"type":"Circle","coordinates":[4.9,45.7],"radius":300}"#;

    const POINT: &str = r#"{"type":"Point","coordinates":[4.9,45.7]}"#;

    fn sent(query: &[(&str, &str)]) -> Parameters {
        query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_search_has_the_defaults_of_the_geoplateforme() {
        let asked = search_request(&sent(&[("q", "12 rue"), ("utm_source", "x")])).unwrap();
        let request = asked.request;
        assert_eq!((request.text.as_str(), request.limit, request.finished), ("12 rue", 10, false));
        assert_eq!((asked.query.as_deref(), asked.city, asked.true_geometry), (Some("12 rue"), None, false));
    }

    #[test]
    fn a_parcel_may_be_asked_by_its_parts_and_nothing_else() {
        let parts = [
            ("index", "parcel"),
            ("departmentcode", "69"),
            ("municipalitycode", "266"),
            ("section", "D"),
            ("number", "12"),
        ];
        let asked = search_request(&sent(&parts)).unwrap();
        assert_eq!(asked.parts.and_then(|parts| parts.section).as_deref(), Some("0D"));
        assert!(search_request(&sent(&[("index", "parcel"), ("section", "AB")])).is_err(), "of which commune?");
        let around = [("index", "parcel"), ("lon", "4.9"), ("lat", "45.7")];
        assert_eq!(search_request(&sent(&around)).unwrap().parts, Some(ParcelParts::default()));
        let named = search_request(&sent(&[("index", "parcel"), ("q", "69266000AB0123"), ("sheet", "1")])).unwrap();
        assert_eq!(named.parts, None);
        assert!(search_request(&sent(&[("q", "12 rue"), ("section", "?")])).is_err());
        assert!(search_request(&sent(&[("index", "poi")])).is_err(), "a point of interest is asked by its name");
    }

    #[test]
    fn what_is_read_and_wrong_is_refused() {
        let long = "x".repeat(201);
        for query in [
            &[][..],
            &[("q", "ru")],
            &[("q", "-rue de la paix")],
            &[("q", long.as_str())],
            &[("q", "rue"), ("limit", "21")],
            &[("q", "rue"), ("index", "adresse")],
            &[("q", "rue"), ("lon", "4.8")],
            &[("q", "rue"), ("type", "house")],
            &[("q", "rue"), ("city", &long[..51])],
        ] {
            assert!(search_request(&sent(query)).is_err(), "{query:?}");
        }
        for query in [
            &[][..],
            &[("lat", "45")],
            &[("searchgeom", "x")],
            &[("lat", "45.7"), ("lon", "8"), ("searchgeom", CIRCLE)],
            &[("searchgeom", POINT)],
            &[("searchgeom", POINT), ("index", "address,parcel")],
        ] {
            assert!(reverse_request(&sent(query)).is_err(), "{query:?}");
        }
    }

    #[test]
    fn a_reverse_looks_around_a_point_or_in_an_area() {
        let reverse = |query: &str| {
            let asked = reverse_request(&parameters(Some(&query.replace("CIRCLE", CIRCLE))).unwrap()).unwrap();
            (asked.nearby, asked.has_centre)
        };
        let (around, has_centre) = reverse("lon=4.9&lat=45.7");
        assert_eq!((around.radius_m, around.limit, around.filter, has_centre), (200.0, 10, Filter::default(), true));
        let (circle, has_centre) = reverse("searchgeom=CIRCLE");
        assert_eq!((circle.radius_m, circle.filter.within, has_centre), (300.0, None, true));
        let (both, _) = reverse("lon=4.901&lat=45.7&searchgeom=CIRCLE");
        assert!(both.radius_m > 300.0 && both.radius_m < 400.0, "{}", both.radius_m);
        assert!(both.filter.within.is_some(), "the circle still holds");
        let square =
            r#"searchgeom={"type":"Polygon","coordinates":[[[4.90,45.73],[4.91,45.73],[4.91,45.735],[4.90,45.73]]]}"#;
        let (inside, has_centre) = reverse(square);
        assert_eq!((inside.filter.within.map(|ring| ring.len()), has_centre), (Some(4), false));
    }

    #[test]
    fn a_city_and_a_code_must_agree() {
        let codes = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
        assert_eq!(narrowed(&[], codes(&["69029"])), Ok(codes(&["69029"])));
        assert_eq!(narrowed(&codes(&["69383"]), codes(&["69123"])), Ok(codes(&["69383"])));
        assert!(narrowed(&codes(&["69029"]), codes(&["69266"])).is_err());
        assert!(narrowed(&[], Vec::new()).is_err());
    }
}
