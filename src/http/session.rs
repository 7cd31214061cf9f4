//! Who is signed in. The exchange with the identity provider is auth-proxy's own
//! (`login`, `callback`, `logout`); here is what the page asks afterwards.

use auth_proxy::{Auth, Credential, Principal, adhesion_of, adhesion_sentence, directory::OrganisationKind};
use axum::{
    Extension,
    extract::{FromRef, RawQuery, State},
    response::Response,
};
use jiff::Timestamp;
use serde::Serialize;

use super::{problem::Problem, query::no_parameter, reply};
use crate::app::App;

impl FromRef<App> for Auth {
    fn from_ref(app: &App) -> Self {
        app.auth().clone()
    }
}

/// The state of one's organisation's adhesion, as the page shows it.
#[derive(Serialize)]
pub struct AdhesionView {
    status: &'static str,
    reason: Option<String>,
    contact: String,
}

impl AdhesionView {
    /// Today's.
    pub fn of(app: &App, principal: &Principal) -> Self {
        let state = adhesion_of(principal, &app.auth().adhesions(), auth_proxy::today());
        Self { status: state.as_str(), reason: adhesion_sentence(&state), contact: app.auth().contact().to_owned() }
    }
}

#[derive(Serialize)]
struct Me<'a> {
    name: &'a str,
    organisation: Option<OrganisationView<'a>>,
    roles: Vec<&'static str>,
    adhesion: AdhesionView,
    commune: Option<CommuneView<'a>>,
    session: Option<SessionView>,
}

#[derive(Serialize)]
struct OrganisationView<'a> {
    id: &'a str,
    name: &'a str,
    kind: OrganisationKind,
}

#[derive(Serialize)]
struct CommuneView<'a> {
    code: &'a str,
    name: &'a str,
    bbox: [f64; 4],
}

#[derive(Serialize)]
struct SessionView {
    until: Timestamp,
    idle_until: Timestamp,
}

/// `GET /auth/me`: name, organisation, roles, and the commune the map opens on.
pub async fn me(
    State(app): State<App>,
    Extension(principal): Extension<Principal>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    no_parameter(query)?;
    let generation = app.generation();
    let organisation = principal.organisation.as_deref();
    let commune = organisation.filter(|it| it.kind == OrganisationKind::Commune).and_then(|organisation| {
        let shapes = generation.communes.as_deref()?;
        let code = *organisation.communes.first()?;
        let bbox = shapes.bbox(code)?;
        Some((code, shapes.name(code)?, [bbox.west, bbox.south, bbox.east, bbox.north]))
    });
    Ok(reply::json_unkept(&Me {
        name: &principal.name,
        organisation: organisation.map(|it| OrganisationView { id: it.id.as_str(), name: &it.name, kind: it.kind }),
        roles: principal.roles.0.iter().map(|role| role.as_str()).collect(),
        adhesion: AdhesionView::of(&app, &principal),
        commune: commune.as_ref().map(|(code, name, bbox)| CommuneView { code: code.as_str(), name, bbox: *bbox }),
        session: match principal.credential {
            Credential::Session { until, idle_until, .. } => Some(SessionView { until, idle_until }),
            Credential::Token { .. } => None,
        },
    }))
}
