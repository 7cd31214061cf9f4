//! Photon's parameters, those of its documentation that have a meaning for addresses, and the filters on
//! `extra` that the users of Photon-BAL asked for. Anything else is refused, as Photon does.

use geocoder::{
    Error, Filter, MAX_RADIUS_M, Near, Nearby, Request, Suggestion,
    photon::{self, Choice, Layer, OsmTag, Shown},
};

use crate::http::{
    addresses::{Index, bbox, communes, needed, position, text},
    problem::Problem,
    query::{Parameters, all, count, flag, known, number, one},
};

/// Parameters of all three routes.
const COMMON: [&str; 15] = [
    "lat",
    "lon",
    "limit",
    "lang",
    "radius",
    "osm_tag",
    "layer",
    "include",
    "exclude",
    "dedupe",
    "debug",
    "geometry",
    "extra.insee",
    "extra.metropole",
    "extra.espace_public",
];
/// Those of a search beside.
const SEARCH: [&str; 4] = ["zoom", "location_bias_scale", "bbox", "suggest_addresses"];
/// The parts of an address, for a structured search.
const PARTS: [&str; 8] = ["housenumber", "street", "postcode", "district", "city", "county", "state", "countrycode"];

/// Answers to a search when the client does not say how many.
const DEFAULT_LIMIT: usize = 15;
/// Answers at most: more are asked for in vain, as with Photon.
const LARGEST_LIMIT: usize = 50;
/// The zooms that change something: what is beyond is taken for the nearest of them, as Photon does.
const ZOOMS: (f64, f64) = (0.0, 18.0);
/// Largest radius that Photon takes, in kilometres; ours is smaller, and what lies beyond is not looked for.
const LARGEST_RADIUS_KM: f64 = 5000.0;
/// Radius of `reverse` when the client says none, in kilometres.
const DEFAULT_RADIUS_KM: f64 = 1.0;

/// A search, and what becomes of its answers.
pub(super) struct Search {
    request: Request,
    county: Option<String>,
    state: Option<String>,
    dedupe: bool,
    limit: usize,
    pub(super) shown: Shown,
}

/// A point reversed, and what becomes of its answers.
pub(super) struct Reverse {
    nearby: Nearby,
    dedupe: bool,
    limit: usize,
    pub(super) shown: Shown,
}

impl Search {
    pub(super) fn answer(self, index: &Index) -> Result<Vec<Suggestion>, Error> {
        let mut found = index.search(self.request)?;
        found.retain(|it| photon::lies_in(it, self.county.as_deref(), self.state.as_deref()));
        Ok(kept(found, self.dedupe, self.limit))
    }
}

impl Reverse {
    pub(super) fn answer(self, index: Index) -> Result<Vec<Suggestion>, Error> {
        // A point is reversed for its address, and lies in a parcel or a park nearly always: those are for who says so.
        let chooses = self.nearby.filter.tags.is_some();
        let index = if chooses { index } else { index.of_addresses() };
        Ok(kept(index.reverse(self.nearby)?, self.dedupe, self.limit))
    }
}

fn kept(mut found: Vec<Suggestion>, dedupe: bool, limit: usize) -> Vec<Suggestion> {
    if dedupe {
        photon::dedupe(&mut found);
    }
    found.truncate(limit);
    found
}

/// `/photon/api`
pub(super) fn search_request(sent: &Parameters) -> Result<Search, Problem> {
    known(sent, &[&["q"], &COMMON, &SEARCH, &["countrycode"]])?;
    search(sent, text("q", one(sent, "q")?)?.to_owned(), false)
}

/// `/photon/structured`: the parts that name a place, as one text; the county and the state filter its answers.
pub(super) fn structured_request(sent: &Parameters) -> Result<Search, Problem> {
    known(sent, &[&PARTS, &COMMON, &SEARCH])?;
    let part = |name: &'static str| one(sent, name).map(Option::unwrap_or_default);
    let (number, street) = (part("housenumber")?, part("street")?);
    let town = joined(&[part("postcode")?, part("district")?, part("city")?], " ");
    if joined(&[street, &town], "").is_empty() {
        let names = "street, postcode, district ou city";
        return Err(Problem::BadRequest(format!("Il faut au moins un des paramètres {names}.")));
    }
    let place = joined(&[&joined(&[number, street], " "), &town], ", ");
    let typed = text("(l'adresse entière)", Some(&place))?.to_owned();
    let (county, state) = (one(sent, "county")?.map(str::to_owned), one(sent, "state")?.map(str::to_owned));
    let mut asked = search(sent, typed, true)?;
    if county.is_some() || state.is_some() {
        asked.request.limit = LARGEST_LIMIT;
    }
    Ok(Search { county, state, ..asked })
}

fn joined(parts: &[&str], between: &str) -> String {
    parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(between)
}

fn search(sent: &Parameters, text: String, finished: bool) -> Result<Search, Problem> {
    flag(sent, "suggest_addresses")?; // numbers are suggested from the first digit typed: there is nothing to switch
    let limit = limit(sent, DEFAULT_LIMIT)?;
    let dedupe = flag(sent, "dedupe")?.unwrap_or(true);
    let mut filter = Filter { bbox: bbox(sent)?, ..filter(sent)? };
    if !is_for_france(sent)? {
        filter.kinds = Some(Vec::new());
    }
    let request =
        Request { text, finished, near: near(sent)?, limit: more(limit, dedupe), filter, objects: Vec::new() };
    Ok(Search { request, county: None, state: None, dedupe, limit, shown: shown(sent)? })
}

/// `/photon/reverse`
pub(super) fn reverse_request(sent: &Parameters) -> Result<Reverse, Problem> {
    known(sent, &[&COMMON, &["distance_sort", "query_string_filter"]])?;
    let point = needed(position(sent, &["lon"], &["lat"])?)?;
    flag(sent, "distance_sort")?; // the nearest comes first, whatever is said: there is no other order here
    let limit = limit(sent, 1)?;
    let dedupe = flag(sent, "dedupe")?.unwrap_or(true);
    let radius_m = radius_m(sent)?.unwrap_or(DEFAULT_RADIUS_KM * 1000.0);
    let nearby = Nearby { point, limit: more(limit, dedupe), radius_m, filter: filter(sent)?, objects: Vec::new() };
    Ok(Reverse { nearby, dedupe, limit, shown: shown(sent)? })
}

/// How many to look for so that enough are left without the duplicates.
fn more(limit: usize, dedupe: bool) -> usize {
    if dedupe { limit + limit / 2 } else { limit }
}

fn limit(sent: &Parameters, default: usize) -> Result<usize, Problem> {
    let asked = count(sent, "limit", 1..=usize::MAX).map_err(|_| {
        let most = LARGEST_LIMIT;
        Problem::BadRequest(format!("Le paramètre limit est un nombre entier, 1 au moins ; au-delà de {most}, {most}."))
    })?;
    Ok(asked.unwrap_or(default).min(LARGEST_LIMIT))
}

fn near(sent: &Parameters) -> Result<Option<Near>, Problem> {
    let at = position(sent, &["lon"], &["lat"])?;
    let (farthest, nearest) = ZOOMS;
    let zoom = any_number(sent, "zoom")?.map(|zoom| zoom.clamp(farthest, nearest));
    let scale = any_number(sent, "location_bias_scale")?.map(|scale| scale.clamp(0.0, 1.0));
    let radius_m = radius_m(sent)?;
    if at.is_none() && radius_m.is_some() {
        return Err(Problem::BadRequest("Le paramètre radius demande un centre : lat et lon.".into()));
    }
    Ok(at.map(Near::from).map(|near| Near {
        zoom: zoom.unwrap_or(near.zoom),
        scale: scale.unwrap_or(near.scale),
        radius_m,
        ..near
    }))
}

/// A number of which too much or too little is as good as the most or the least.
fn any_number(sent: &Parameters, name: &str) -> Result<Option<f64>, Problem> {
    number(sent, name, f64::MIN..=f64::MAX)
        .map_err(|_| Problem::BadRequest(format!("Le paramètre {name} doit être un nombre.")))
}

fn radius_m(sent: &Parameters) -> Result<Option<f64>, Problem> {
    let km = number(sent, "radius", f64::MIN_POSITIVE..=LARGEST_RADIUS_KM).map_err(|_| {
        Problem::BadRequest(format!(
            "Le paramètre radius est un nombre de kilomètres, plus de 0, {LARGEST_RADIUS_KM} au plus."
        ))
    })?;
    Ok(km.map(|km| (km * 1000.0).min(MAX_RADIUS_M)))
}

fn shown(sent: &Parameters) -> Result<Shown, Problem> {
    let is_set = |name| flag(sent, name).map(|flag| flag.unwrap_or(false));
    Ok(Shown { debug: is_set("debug")?, geometry: is_set("geometry")? })
}

/// What all routes filter on: kinds, and Photon-BAL's `extra`.
fn filter(sent: &Parameters) -> Result<Filter, Problem> {
    let choice = choice(sent)?;
    Ok(Filter {
        kinds: choice.kinds(),
        tags: (choice != Choice::default()).then_some(choice),
        communes: communes("extra.insee", all(sent, "extra.insee"))?,
        metropole: flag(sent, "extra.metropole")?,
        ..Filter::default()
    })
}

/// What the tags, layers and categories say.
fn choice(sent: &Parameters) -> Result<Choice, Problem> {
    let refuse = |detail: &str| Problem::BadRequest(detail.to_owned());
    let layers = format!("Le paramètre layer vaut {}.", Layer::NAMES.join(", "));
    let category = "Les paramètres include et exclude s'écrivent osm.clé ou osm.clé.valeur, séparés par des virgules.";
    let tag = "Le paramètre osm_tag s'écrit clé:valeur, clé, :valeur, ou avec ! devant.";
    let term = "Le paramètre query_string_filter ne lit que osm_key:… et osm_value:…, joints par AND.";
    let categories = |name: &'static str| all(sent, name).map(photon::categories).collect::<Result<_, _>>();
    Ok(Choice {
        tags: all(sent, "osm_tag").map(OsmTag::parse).collect::<Option<_>>().ok_or_else(|| refuse(tag))?,
        layers: all(sent, "layer").map(Layer::parse).collect::<Result<_, _>>().map_err(|_| refuse(&layers))?,
        include: categories("include").map_err(|_| refuse(category))?,
        exclude: categories("exclude").map_err(|_| refuse(category))?,
        terms: one(sent, "query_string_filter")?
            .map(photon::terms)
            .transpose()
            .map_err(|_| refuse(term))?
            .unwrap_or_default(),
        espace_public: flag(sent, "extra.espace_public")?,
    })
}

/// Whether the countries asked for, if any, hold ours.
fn is_for_france(sent: &Parameters) -> Result<bool, Problem> {
    let codes: Vec<&str> = all(sent, "countrycode").flat_map(|codes| codes.split(',')).collect();
    if codes.iter().any(|code| code.len() != 2 || !code.bytes().all(|b| b.is_ascii_alphabetic())) {
        return Err(Problem::BadRequest(
            "Le paramètre countrycode est un code de pays de deux lettres, comme FR.".into(),
        ));
    }
    Ok(codes.is_empty() || codes.iter().any(|code| code.eq_ignore_ascii_case("FR")))
}

#[cfg(test)]
mod tests {
    use geocoder::Kind;
    use layers::LonLat;

    use super::*;
    use crate::http::query::parameters;

    fn sent(query: &str) -> Parameters {
        parameters(Some(query)).unwrap()
    }

    fn search(query: &str) -> Search {
        search_request(&sent(query)).unwrap_or_else(|problem| panic!("{query}: {problem:?}"))
    }

    fn refused<T>(read: impl Fn(&Parameters) -> Result<T, Problem>, query: &str) -> String {
        match read(&sent(query)) {
            Err(Problem::BadRequest(detail)) => detail,
            _ => panic!("{query} was accepted"),
        }
    }

    #[test]
    fn a_request_that_cannot_be_meant_is_refused_without_echoing_it() {
        for query in [
            "",
            "q=",
            "q=%20",
            "q=a&q=b",
            "q=a&lat=45",
            "q=a&lat=95&lon=4",
            "q=a&limit=0",
            "q=a&limit=x",
            "q=a&lat=45&lon=4&location_bias_scale=x",
            "q=a&lat=45&lon=4&location_bias_scale=NaN",
            "q=a&lat=45&lon=4&zoom=1e999",
            "q=a&bbox=1,2,3",
            "q=a&secret=1",
            "q=a&layer=rue",
            "q=a&include=place",
            "q=a&countrycode=FRA",
            "q=a&dedupe=maybe",
            "q=a&radius=1",
            "q=a&lat=45&lon=4&radius=0",
            "q=a&extra.insee=6938",
            "q=a&distance_sort=1",
        ] {
            refused(search_request, query);
        }
        assert!(!refused(search_request, &format!("q={}", "x".repeat(201))).contains("xx"));
        assert!(refused(search_request, "q=a&limit=0").ends_with("1 au moins ; au-delà de 50, 50."));
        assert!(!refused(search_request, "q=a&12+rue+secrete=1").contains("secrete"));
    }

    #[test]
    fn every_parameter_of_a_search_is_read() {
        let asked = search(
            "q=12%20bis+rue&lat=45.7&lon=4.8&zoom=15.5&location_bias_scale=0.2&radius=2&limit=99&lang=fr\
             &osm_tag=highway:street&layer=street&bbox=4,45,5,46&countrycode=FR&debug=1&geometry=true&dedupe=0\
             &extra.metropole=true&extra.insee=69383&extra.insee=69386&suggest_addresses=1",
        );
        assert_eq!(asked.request.text, "12 bis rue");
        let near = Near { at: LonLat { lon: 4.8, lat: 45.7 }, zoom: 15.5, scale: 0.2, radius_m: Some(2000.0) };
        assert_eq!(asked.request.near, Some(near));
        assert_eq!((asked.limit, asked.request.limit), (LARGEST_LIMIT, LARGEST_LIMIT));
        assert_eq!(asked.shown, Shown { debug: true, geometry: true });
        let filter = asked.request.filter;
        assert_eq!(filter.kinds, Some(vec![Kind::Street]));
        assert_eq!((filter.communes, filter.metropole), (vec!["69383".to_owned(), "69386".to_owned()], Some(true)));
        assert!(filter.bbox.is_some_and(|bbox| bbox.east > 4.9));
    }

    #[test]
    fn a_zoom_and_a_bias_scale_beyond_their_ends_are_taken_for_these_as_photon_does() {
        let near = |query: &str| search(&format!("q=rue&lat=45&lon=4&{query}")).request.near.unwrap();
        for (sent, scale) in [("5", 1.0), ("-0.3", 0.0), ("1", 1.0), ("0.25", 0.25)] {
            assert_eq!(near(&format!("location_bias_scale={sent}")).scale, scale, "{sent}");
        }
        for (sent, zoom) in [("25", 18.0), ("-1", 0.0), ("18", 18.0), ("13.4", 13.4)] {
            assert_eq!(near(&format!("zoom={sent}")).zoom, zoom, "{sent}");
        }
    }

    #[test]
    fn what_is_not_said_has_photons_defaults() {
        let empty = "lat=&lon=&limit=&bbox=&osm_tag=&layer=&include=&exclude=&extra.insee=&countrycode=";
        let asked = search(&format!("q=rue&{empty}"));
        assert_eq!((asked.limit, asked.dedupe, asked.request.near), (15, true, None));
        assert_eq!(asked.request.filter, Filter::default());
        let near = search("q=rue&lat=0&lon=0&location_bias_scale=1").request.near.unwrap();
        assert_eq!(near, Near { at: LonLat { lon: 0.0, lat: 0.0 }, zoom: 12.0, scale: 1.0, radius_m: None });
    }

    #[test]
    fn another_country_has_no_address_here() {
        assert_eq!(search("q=rue&countrycode=DE").request.filter.kinds, Some(vec![]));
        assert_eq!(search("q=rue&countrycode=DE&countrycode=fr").request.filter.kinds, None);
    }

    #[test]
    fn a_structured_search_is_one_text_and_two_filters() {
        let asked =
            structured_request(&sent("housenumber=12bis&street=rue+garibaldi&postcode=69003&city=Lyon&county=Rhône"))
                .unwrap();
        assert_eq!(asked.request.text, "12bis rue garibaldi, 69003 Lyon");
        assert!(asked.request.finished, "its fields are not being typed");
        assert_eq!((asked.county.as_deref(), asked.state), (Some("Rhône"), None));
        for query in ["", "county=Rhône", "q=rue", "street=", "housenumber=12", &format!("street={}", "x".repeat(201))]
        {
            refused(structured_request, query);
        }
    }

    #[test]
    fn a_reverse_takes_kilometres_and_keeps_to_our_largest_radius() {
        let reverse = |query: &str| reverse_request(&sent(query)).unwrap().nearby;
        assert_eq!(reverse("lat=45&lon=4&limit=10&radius=0.1&distance_sort=true").radius_m, 100.0);
        assert_eq!(reverse("lat=45&lon=4").radius_m, 1000.0);
        assert_eq!(reverse("lat=45&lon=4&radius=5000").radius_m, MAX_RADIUS_M);
        let filter = reverse("lat=45&lon=4&query_string_filter=osm_key:highway").filter;
        assert_eq!(filter.kinds, Some(vec![Kind::Street, Kind::Poi, Kind::Object]), "an object may be a highway");
        for query in
            ["", "lat=45", "lat=45&lon=4&radius=-1", "lat=45&lon=4&q=rue", "lat=45&lon=4&query_string_filter=bron"]
        {
            refused(reverse_request, query);
        }
    }
}
