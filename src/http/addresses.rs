//! What the three contracts of the geocoder share: who may search what, the one door from a request to the index,
//! and the parameters that mean the same in all of them. What is typed here stays here: nothing of it is
//! logged, kept or echoed in an error.

use std::sync::Arc;

use auth_proxy::{Principal, directory::Scope, may_search};
use axum::{extract::FromRequestParts, http::request::Parts};
use geocoder::{Error, Geocoder, Nearby, ParcelParts, Request, Suggestion, Visible};
use layers::{Access, Bbox, CommuneCode, Figure, LonLat, Record};

use super::{
    problem::Problem,
    query::{Parameters, number, one},
    rights,
};
use crate::app::{App, Generation};

/// Longest query, in characters.
pub const LONGEST_QUERY: usize = geocoder::MAX_QUERY_CHARS;

/// What may be searched by whom asks: a handler that takes this one needs no other check. The addresses, and of the
/// searchable layers what their rights open today.
#[derive(Clone)]
pub struct Index {
    geocoder: Arc<Geocoder>,
    objects: Vec<Visible>,
    /// Whether the asker may have features whole, as `/api/layers/{id}/features` gives them.
    draws: bool,
    generation: Arc<Generation>,
}

impl FromRequestParts<App> for Index {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let (generation, principal) = (app.generation(), parts.extensions.get::<Principal>());
        check_search(app, &generation, principal)?;
        let geocoder = generation.geocoder.clone().ok_or(Problem::Unavailable)?;
        let objects = rights::findable(app, &generation, principal);
        let draws = principal.is_some_and(|principal| principal.has_scope(Scope::Features));
        Ok(Self { geocoder, objects, draws, generation })
    }
}

impl Index {
    /// The addresses alone, for a contract or a client that knows nothing else.
    #[must_use]
    pub fn of_addresses(self) -> Self {
        Self { objects: Vec::new(), ..self }
    }

    /// [`Geocoder::search`] with the asker's rights.
    pub fn search(&self, request: Request) -> Result<Vec<Suggestion>, Error> {
        self.geocoder.search(&Request { objects: self.objects.clone(), ..request })
    }

    /// [`Geocoder::parcels`] with the asker's rights.
    pub fn parcels(&self, parts: &ParcelParts, request: Request) -> Vec<Suggestion> {
        self.geocoder.parcels(parts, &Request { objects: self.objects.clone(), ..request })
    }

    /// [`Geocoder::reverse`] with the asker's rights.
    pub fn reverse(&self, nearby: Nearby) -> Result<Vec<Suggestion>, Error> {
        self.geocoder.reverse(&Nearby { objects: self.objects.clone(), ..nearby })
    }

    /// The visible objects and parcels that meet a figure, by the distance to their extents.
    pub fn meeting(&self, nearby: Nearby, figure: &Figure) -> Vec<Suggestion> {
        let Some(bbox) = figure.bbox() else { return Vec::new() };
        let meets = |found: &Suggestion| {
            found.bbox.is_none_or(|extent| figure.meets_box(extent))
                && self.record(found).is_some_and(|record| figure.meets(&record))
        };
        let nearby = Nearby { objects: self.objects.clone(), ..nearby };
        self.geocoder.objects_meeting(&nearby, bbox, meets)
    }

    /// [`Geocoder::communes_named`]
    pub fn communes_named(&self, name: &str) -> Vec<String> {
        self.geocoder.communes_named(name)
    }

    /// The geometry of the feature an answer is, as its source draws it, in degrees; none for an address, nor for who
    /// may find features but not have them whole. Of the very snapshot that was searched.
    pub fn geometry(&self, found: &Suggestion) -> Option<geojson::Geometry> {
        let record = self.record(found).filter(|_| self.draws)?;
        Some(geojson::Geometry::from(&record.geometry))
    }

    /// The feature an answer is, where its territory is open.
    fn record(&self, found: &Suggestion) -> Option<Record> {
        let object = found.object.as_ref()?;
        let visible = self.objects.iter().find(|visible| visible.layer == object.layer)?;
        let snapshot = self.generation.catalogue.get(object.layer.as_str())?.snapshot.as_ref()?;
        let record = snapshot.record(object.feature).ok().flatten()?;
        visible.territory.opens(&record.communes).then_some(record)
    }
}

/// The addresses alone, for work that outlasts its request: asked again as it goes on.
pub fn index_for(app: &App, principal: Option<&Principal>) -> Result<Arc<Geocoder>, Problem> {
    check_search(app, &app.generation(), principal)?;
    app.geocoder().ok_or(Problem::Unavailable)
}

/// The gate asked before, of what was served then: this is asked of what is searched, so that a reload which closes the
/// search closes it to who was let in just before, and to a file that is being answered.
fn check_search(app: &App, generation: &Generation, principal: Option<&Principal>) -> Result<(), Problem> {
    let access = generation.config.geocoder.access;
    if access != Access::Open {
        let is_for_searching = |principal: &&Principal| principal.has_scope(Scope::Search);
        let principal = principal.filter(is_for_searching).ok_or(Problem::SignInNeeded)?;
        may_search(principal, access, &app.auth().adhesions(), auth_proxy::today())
            .map_err(|reason| rights::forbidden(app, &reason))?;
    }
    Ok(())
}

/// Runs one search, or one reverse, where CPU work runs.
pub async fn run<T: Send + 'static>(
    app: &App,
    work: impl FnOnce() -> Result<T, geocoder::Error> + Send + 'static,
) -> Result<T, Problem> {
    Ok(app.compute().run(work).await??)
}

/// A text that can be searched for: neither empty nor endless.
pub fn text<'a>(name: &str, typed: Option<&'a str>) -> Result<&'a str, Problem> {
    let typed = typed.unwrap_or_default().trim();
    if typed.is_empty() {
        return Err(Problem::BadRequest(format!("Le paramètre {name} est vide : écrivez une adresse.")));
    }
    if typed.chars().count() > LONGEST_QUERY {
        return Err(Problem::BadRequest(format!("Le paramètre {name} dépasse {LONGEST_QUERY} caractères.")));
    }
    Ok(typed)
}

/// `lon` and `lat`, under the first of their names that is there; both or none.
pub fn position(parameters: &Parameters, lon: &[&str], lat: &[&str]) -> Result<Option<LonLat>, Problem> {
    let first = |names: &[&str], most: f64| {
        let found = names.iter().map(|name| number(parameters, name, -most..=most));
        found.reduce(|a, b| if matches!(a, Ok(None)) { b } else { a }).unwrap_or(Ok(None))
    };
    match (first(lon, 180.0)?, first(lat, 90.0)?) {
        (Some(lon), Some(lat)) => Ok(Some(LonLat { lon, lat })),
        (None, None) => Ok(None),
        _ => Err(Problem::BadRequest("Les paramètres lat et lon vont ensemble.".into())),
    }
}

/// A place that a parameter must give.
pub fn needed(position: Option<LonLat>) -> Result<LonLat, Problem> {
    position.ok_or_else(|| Problem::BadRequest("Les paramètres lat et lon sont nécessaires.".into()))
}

/// `minLon,minLat,maxLon,maxLat`
pub fn bbox(parameters: &Parameters) -> Result<Option<Bbox>, Problem> {
    let Some(text) = one(parameters, "bbox")? else { return Ok(None) };
    let numbers: Result<Vec<f64>, _> = text.split(',').map(|number| number.trim().parse::<f64>()).collect();
    match numbers.as_deref() {
        Ok(&[west, south, east, north])
            if west <= east && south <= north && west >= -180.0 && east <= 180.0 && south >= -90.0 && north <= 90.0 =>
        {
            Ok(Some(Bbox { west, south, east, north }))
        }
        _ => Err(Problem::BadRequest("Le paramètre bbox s'écrit ouest,sud,est,nord en degrés.".into())),
    }
}

/// INSEE codes, each of five characters.
pub fn communes<'a>(name: &str, values: impl Iterator<Item = &'a str>) -> Result<Vec<String>, Problem> {
    let read = |text: &str| text.parse::<CommuneCode>().map(String::from);
    values.map(read).collect::<Result<_, _>>().map_err(|_| {
        Problem::BadRequest(format!("Le paramètre {name} est un code INSEE de cinq caractères, comme 69029."))
    })
}

/// Postcodes, each of five digits.
pub fn postcodes<'a>(name: &str, values: impl Iterator<Item = &'a str>) -> Result<Vec<String>, Problem> {
    let is_postcode = |text: &&str| text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit());
    let read = |text: &'a str| Some(text).filter(is_postcode).map(str::to_owned);
    values.map(read).collect::<Option<_>>().ok_or_else(|| {
        Problem::BadRequest(format!("Le paramètre {name} est un code postal de cinq chiffres, comme 69500."))
    })
}
