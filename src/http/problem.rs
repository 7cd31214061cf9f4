//! Causes → status and problem document (RFC 9457). The only place that knows both an
//! error and a status. Titles are French: agents read them.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::causes::with_causes;

/// Why a request is not answered with data.
#[derive(Debug, Clone, PartialEq)]
pub enum Problem {
    /// The request itself is wrong: what to write instead.
    BadRequest(String),
    /// Nobody is signed in, and no token was given.
    SignInNeeded,
    /// A layer that agents know of, without the right to it.
    Forbidden {
        /// Why, in one sentence.
        reason: String,
        /// Whom to ask.
        contact: String,
    },
    /// Unknown, or hidden from this person: the answer is the same.
    NotFound,
    /// An address that is not asked for in this way: the header `Allow` says how.
    MethodNotAllowed,
    /// The layer or the index is not loaded yet, or the queue is full.
    Unavailable,
    /// Anything else; the cause is in the log under the request id.
    Internal,
}

#[derive(Serialize)]
struct Document<'a> {
    title: &'a str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<&'a str>,
    /// What Photon's clients read.
    message: &'a str,
}

impl Problem {
    fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::SignInNeeded => StatusCode::UNAUTHORIZED,
            Self::Forbidden { .. } => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::BadRequest(_) => "Demande incorrecte",
            Self::SignInNeeded => "Connexion requise",
            Self::Forbidden { .. } => "Accès refusé",
            Self::NotFound => "Introuvable",
            Self::MethodNotAllowed => "Méthode non admise",
            Self::Unavailable => "Service momentanément indisponible",
            Self::Internal => "Erreur du service",
        }
    }

    /// What went wrong, in one sentence.
    pub fn message(&self) -> &str {
        match self {
            Self::BadRequest(detail) => detail,
            Self::Forbidden { reason, .. } => reason,
            _ => self.title(),
        }
    }

    /// The same answer to all who waited for one computation.
    pub fn shared(problem: std::sync::Arc<Self>) -> Self {
        (*problem).clone()
    }

    /// Logs `cause` and answers 500 without it.
    pub fn internal(cause: &dyn std::error::Error) -> Self {
        tracing::error!(error = %with_causes(cause), "request failed");
        Self::Internal
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (detail, reason, contact) = match &self {
            Self::BadRequest(detail) => (Some(detail.as_str()), None, None),
            Self::SignInNeeded => (Some("Ouvrez une session, ou présentez un jeton d'accès."), None, None),
            Self::Forbidden { reason, contact } => (None, Some(reason.as_str()), Some(contact.as_str())),
            Self::MethodNotAllowed => {
                (Some("Cette adresse se demande autrement : l'en-tête Allow dit comment."), None, None)
            }
            Self::Unavailable => (Some("Réessayez dans quelques secondes."), None, None),
            Self::NotFound | Self::Internal => (None, None, None),
        };
        let message = detail.or(reason).unwrap_or(self.title());
        let document =
            Document { title: self.title(), status: self.status().as_u16(), detail, reason, contact, message };
        let body = serde_json::to_vec(&document).expect("a document of plain strings is always JSON");
        let mut response = (self.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self == Self::Unavailable {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

impl From<crate::compute::ComputeError> for Problem {
    fn from(error: crate::compute::ComputeError) -> Self {
        match error {
            crate::compute::ComputeError::Busy => Self::Unavailable,
            crate::compute::ComputeError::Panicked => Self::internal(&error),
        }
    }
}

impl From<tiles::Error> for Problem {
    fn from(error: tiles::Error) -> Self {
        match error {
            tiles::Error::NotANumber(_) | tiles::Error::Zoom(_) | tiles::Error::OutsideZoom { .. } => {
                Self::BadRequest("Une tuile s'écrit z/x/y : z de 0 à 30, x et y inférieurs à 2^z, en chiffres.".into())
            }
            tiles::Error::LayerTwice(_) => Self::internal(&error),
        }
    }
}

impl From<geocoder::Error> for Problem {
    fn from(error: geocoder::Error) -> Self {
        use geocoder::Error as E;
        match error {
            E::EmptyQuery => Self::BadRequest("Le paramètre q ne contient aucun mot : écrivez une adresse.".into()),
            E::QueryTooLong { .. } => Self::BadRequest("Le paramètre q est trop long.".into()),
            E::Read { .. }
            | E::OpenQuote { .. }
            | E::MissingColumns { .. }
            | E::Postcodes { .. }
            | E::Communes { .. }
            | E::Changes { .. }
            | E::NothingAccepted { .. }
            | E::Losses { .. }
            | E::TooMany { .. }
            | E::Write { .. }
            | E::NoIndex { .. }
            | E::OtherSchema { .. }
            | E::Damaged { .. }
            | E::Objects { .. }
            | E::EditedMeanwhile { .. }
            | E::Engine(_) => Self::internal(&error),
        }
    }
}

impl From<geocoder::bulk::Error> for Problem {
    fn from(error: geocoder::bulk::Error) -> Self {
        use geocoder::bulk::Error;
        Self::BadRequest(match error {
            Error::Field(field) => format!("Le champ {field} a une valeur qui n'est pas admise."),
            Error::NoSuchColumn(field, delimiter) => format!(
                "Le champ {field} nomme une colonne absente de la première ligne du fichier (séparateur lu : « {delimiter} »)."
            ),
            Error::NoPosition => {
                "Le fichier n'a pas de colonnes longitude et latitude ; nommez-les par lon et lat.".into()
            }
            Error::Empty => "Le fichier est vide : sa première ligne doit nommer les colonnes.".into(),
            Error::Header => {
                "La première ligne du fichier ne se lit pas : elle est trop longue, ou un guillemet n'y est pas fermé."
                    .into()
            }
            Error::Io(error) => return Self::internal(&error),
        })
    }
}
