//! Photon's dialect of the geocoder: `/photon/api`, `/photon/reverse`, `/photon/status`.
//! What is typed here stays here: nothing of it is logged, kept or echoed in an error.

use std::sync::Arc;

use auth_proxy::{Principal, may_search};
use axum::{
    Extension, Form,
    extract::{RawQuery, State, rejection::FormRejection},
    response::Response,
};
use geocoder::{
    Filter, Geocoder, Kind, Near, Nearby, Request,
    photon::{self, OsmTag},
};
use layers::{Access, Bbox, LonLat};
use serde::Serialize;

use super::{
    problem::Problem,
    query::{Parameters, all, known, number, one, parameters},
    reply, rights,
};
use crate::app::App;

/// Longest query, in characters.
const LONGEST_QUERY: usize = 200;
/// Answers when the client does not say how many.
const DEFAULT_LIMIT: usize = 15;
/// Answers at most.
const LARGEST_LIMIT: usize = 50;
/// Largest radius of `reverse`, in kilometres.
const LARGEST_RADIUS_KM: f64 = 50.0;

/// `GET /photon/api`
pub async fn search(
    State(app): State<App>,
    principal: Option<Extension<Principal>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let geocoder = ready(&app, principal.as_deref())?;
    let request = search_request(&parameters(query.as_deref())?)?;
    answer(&app, move || geocoder.search(&request)).await
}

/// `POST /photon/api`: the same parameters as a form, for those who keep addresses out of URLs.
pub async fn search_form(
    State(app): State<App>,
    principal: Option<Extension<Principal>>,
    form: Result<Form<Parameters>, FormRejection>,
) -> Result<Response, Problem> {
    let geocoder = ready(&app, principal.as_deref())?;
    let request = search_request(&read(form)?)?;
    answer(&app, move || geocoder.search(&request)).await
}

/// `GET /photon/reverse`
pub async fn reverse(
    State(app): State<App>,
    principal: Option<Extension<Principal>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let geocoder = ready(&app, principal.as_deref())?;
    let near = reverse_request(&parameters(query.as_deref())?)?;
    answer(&app, move || geocoder.reverse(&near)).await
}

/// `POST /photon/reverse`
pub async fn reverse_form(
    State(app): State<App>,
    principal: Option<Extension<Principal>>,
    form: Result<Form<Parameters>, FormRejection>,
) -> Result<Response, Problem> {
    let geocoder = ready(&app, principal.as_deref())?;
    let near = reverse_request(&read(form)?)?;
    answer(&app, move || geocoder.reverse(&near)).await
}

/// `GET /photon/status`: open, so that a probe needs no account.
pub async fn status(State(app): State<App>) -> Result<Response, Problem> {
    #[derive(Serialize)]
    struct Status {
        status: &'static str,
        import_date: String,
        version: &'static str,
    }
    let geocoder = app.geocoder().ok_or(Problem::Unavailable)?;
    let import_date = geocoder.manifest().built.to_string();
    Ok(reply::json_unkept(&Status { status: "Ok", import_date, version: env!("CARGO_PKG_VERSION") }))
}

/// The index, for those who may search it. Every dialect starts here.
pub(super) fn ready(app: &App, principal: Option<&Principal>) -> Result<Arc<Geocoder>, Problem> {
    let access = app.generation().config.geocoder.access;
    if access != Access::Open {
        let principal = principal.ok_or(Problem::SignInNeeded)?;
        may_search(principal, access, &app.auth().adhesions(), auth_proxy::today())
            .map_err(|reason| rights::forbidden(app, &reason))?;
    }
    app.geocoder().ok_or(Problem::Unavailable)
}

async fn answer(
    app: &App,
    work: impl FnOnce() -> Result<Vec<geocoder::Suggestion>, geocoder::Error> + Send + 'static,
) -> Result<Response, Problem> {
    let suggestions = app.compute().run(work).await??;
    Ok(reply::json_unkept(&photon::feature_collection(&suggestions)))
}

fn read(form: Result<Form<Parameters>, FormRejection>) -> Result<Parameters, Problem> {
    let wrong = "Les paramètres s'envoient comme un formulaire (application/x-www-form-urlencoded).";
    form.map(|Form(parameters)| parameters).map_err(|_| Problem::BadRequest(wrong.into()))
}

fn search_request(parameters: &Parameters) -> Result<Request, Problem> {
    known(parameters, &["q", "lat", "lon", "zoom", "location_bias_scale", "limit", "lang", "bbox", "osm_tag"])?;
    let text = one(parameters, "q")?.unwrap_or_default().trim();
    if text.is_empty() {
        return Err(Problem::BadRequest("Le paramètre q est vide : écrivez une adresse.".into()));
    }
    if text.chars().count() > LONGEST_QUERY {
        return Err(Problem::BadRequest(format!("Le paramètre q dépasse {LONGEST_QUERY} caractères.")));
    }
    Ok(Request {
        text: text.to_owned(),
        finished: false,
        near: position(parameters)?.map(Near::from),
        limit: limit(parameters, DEFAULT_LIMIT)?,
        filter: Filter {
            bbox: one(parameters, "bbox")?.map(bbox).transpose()?,
            kinds: kinds(parameters)?,
            ..Filter::default()
        },
    })
}

fn reverse_request(parameters: &Parameters) -> Result<Nearby, Problem> {
    known(parameters, &["lat", "lon", "limit", "radius", "lang", "distance_sort"])?;
    let point = position(parameters)?
        .ok_or_else(|| Problem::BadRequest("Les paramètres lat et lon sont nécessaires.".into()))?;
    let radius_km = number(parameters, "radius", 0.001..=LARGEST_RADIUS_KM)?.unwrap_or(1.0);
    Ok(Nearby { point, limit: limit(parameters, 1)?, radius_m: radius_km * 1000.0, filter: Filter::default() })
}

fn limit(parameters: &Parameters, default: usize) -> Result<usize, Problem> {
    match one(parameters, "limit")?.map(str::parse::<usize>) {
        None => Ok(default),
        Some(Ok(limit)) if limit > 0 => Ok(limit.min(LARGEST_LIMIT)),
        Some(_) => Err(Problem::BadRequest("Le paramètre limit doit être un nombre entier, 1 au moins.".into())),
    }
}

fn position(parameters: &Parameters) -> Result<Option<LonLat>, Problem> {
    match (number(parameters, "lon", -180.0..=180.0)?, number(parameters, "lat", -90.0..=90.0)?) {
        (Some(lon), Some(lat)) => Ok(Some(LonLat { lon, lat })),
        (None, None) => Ok(None),
        _ => Err(Problem::BadRequest("Les paramètres lat et lon vont ensemble.".into())),
    }
}

/// The kinds of places that the `osm_tag`s let through; none when there is no tag.
fn kinds(parameters: &Parameters) -> Result<Option<Vec<Kind>>, Problem> {
    let wrong =
        || Problem::BadRequest("Le paramètre osm_tag s'écrit clé:valeur, clé, :valeur, ou avec ! devant.".into());
    let tags = all(parameters, "osm_tag").map(OsmTag::parse).collect::<Option<Vec<_>>>().ok_or_else(wrong)?;
    Ok(photon::kinds(&tags))
}

/// `minLon,minLat,maxLon,maxLat`
fn bbox(text: &str) -> Result<Bbox, Problem> {
    let numbers: Result<Vec<f64>, _> = text.split(',').map(str::parse::<f64>).collect();
    match numbers.as_deref() {
        Ok(&[west, south, east, north])
            if west <= east && south <= north && west >= -180.0 && east <= 180.0 && south >= -90.0 && north <= 90.0 =>
        {
            Ok(Bbox { west, south, east, north })
        }
        _ => Err(Problem::BadRequest("Le paramètre bbox s'écrit ouest,sud,est,nord en degrés.".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(query: &str) -> String {
        match search_request(&parameters(Some(query)).unwrap()) {
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
            "q=a&bbox=1,2,3",
            "q=a&secret=1",
        ] {
            refused(query);
        }
        assert!(!refused(&format!("q={}", "x".repeat(201))).contains("xx"));
        assert!(!refused("q=a&12+rue+secrete=1").contains("secrete"));
    }

    #[test]
    fn photon_s_parameters_are_read() {
        let request = search_request(
            &parameters(Some("q=12%20bis+rue&lat=45.7&lon=4.8&limit=99&lang=fr&osm_tag=highway:street")).unwrap(),
        )
        .unwrap();
        assert_eq!(request.text, "12 bis rue");
        assert_eq!(request.near.map(|near| near.at), Some(LonLat { lon: 4.8, lat: 45.7 }));
        assert_eq!(request.limit, LARGEST_LIMIT);
        assert_eq!(request.filter.kinds, Some(vec![Kind::Street]));
    }
}
