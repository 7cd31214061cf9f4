//! Parameters of a query, a form or a JSON body, read strictly: one that nobody reads, or that comes twice,
//! is a misunderstanding that is better said than ignored. What is typed is never repeated in an answer.

use std::ops::RangeInclusive;

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, Method, header},
};
use serde_json::{Map, Value};

use super::problem::Problem;

/// Name and value of each parameter, decoded, in the order sent.
pub type Parameters = Vec<(String, String)>;

/// What a request sends: its query, and after it the body of a POST, a form or a JSON object, for those
/// who keep addresses out of URLs.
pub struct Sent(pub Parameters);

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let mut sent = parameters(request.uri().query())?;
        if request.method() == Method::POST {
            let media_type = media_type(request.headers());
            let body = Bytes::from_request(request, state).await.map_err(|_| wrong_body())?;
            sent.extend(body_parameters(&media_type, &body)?);
        }
        Ok(Self(sent))
    }
}

fn media_type(headers: &HeaderMap) -> String {
    let line = headers.get(header::CONTENT_TYPE).and_then(|line| line.to_str().ok()).unwrap_or_default();
    line.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn body_parameters(media_type: &str, body: &[u8]) -> Result<Parameters, Problem> {
    match media_type {
        _ if body.is_empty() => Ok(Vec::new()),
        "application/x-www-form-urlencoded" => serde_urlencoded::from_bytes(body).map_err(|_| wrong_body()),
        "application/json" => from_object(&serde_json::from_slice(body).map_err(|_| wrong_body())?),
        _ => Err(wrong_body()),
    }
}

fn wrong_body() -> Problem {
    Problem::BadRequest(
        "Les paramètres s'envoient comme un formulaire (application/x-www-form-urlencoded) ou un objet JSON \
         (application/json), de 16 Kio au plus."
            .into(),
    )
}

/// The members of a JSON object as parameters: a list repeats its name, `null` says nothing, an object inside
/// (a geometry) stays JSON.
pub fn from_object(object: &Map<String, Value>) -> Result<Parameters, Problem> {
    let mut parameters = Vec::new();
    for (name, value) in object {
        match value {
            Value::Array(values) => {
                for value in values {
                    push(&mut parameters, name, value)?;
                }
            }
            value => push(&mut parameters, name, value)?,
        }
    }
    Ok(parameters)
}

fn push(parameters: &mut Parameters, name: &str, value: &Value) -> Result<(), Problem> {
    let text = match value {
        Value::Null => return Ok(()),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
        Value::Array(_) => return Err(wrong_body()),
    };
    parameters.push((name.to_owned(), text));
    Ok(())
}

/// Refuses a query where none is read.
pub fn no_parameter(query: Option<String>) -> Result<(), Problem> {
    match query {
        None => Ok(()),
        Some(_) => Err(Problem::BadRequest("Cette adresse ne prend aucun paramètre.".into())),
    }
}

/// Reads a query.
pub fn parameters(query: Option<&str>) -> Result<Parameters, Problem> {
    serde_urlencoded::from_str(query.unwrap_or_default())
        .map_err(|_| Problem::BadRequest("Les paramètres ne sont pas lisibles.".into()))
}

/// Refuses a parameter that is in none of these lists.
pub fn known(parameters: &Parameters, lists: &[&[&str]]) -> Result<(), Problem> {
    if parameters.iter().all(|(name, _)| lists.iter().any(|names| names.contains(&name.as_str()))) {
        return Ok(());
    }
    let names = lists.concat().join(", ");
    Err(Problem::BadRequest(format!("Un paramètre est inconnu ; ceux qui existent : {names}.")))
}

/// Every value of a parameter that takes several; an empty one is none.
pub fn all<'a>(parameters: &'a Parameters, name: &'a str) -> impl Iterator<Item = &'a str> {
    sent(parameters, name).filter(|value| !value.is_empty())
}

fn sent<'a>(parameters: &'a Parameters, name: &'a str) -> impl Iterator<Item = &'a str> {
    parameters.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// The values of a parameter that takes several, separated by commas or repeated.
pub fn listed<'a>(parameters: &'a Parameters, name: &'a str) -> impl Iterator<Item = &'a str> {
    all(parameters, name).flat_map(|values| values.split(',')).map(str::trim).filter(|value| !value.is_empty())
}

/// The value of a parameter, refused when it comes twice; an empty one is none.
pub fn one<'a>(parameters: &'a Parameters, name: &'a str) -> Result<Option<&'a str>, Problem> {
    let mut found = sent(parameters, name);
    match (found.next(), found.next()) {
        (_, Some(_)) => Err(Problem::BadRequest(format!("Le paramètre {name} est donné deux fois."))),
        (value, None) => Ok(value.filter(|value| !value.is_empty())),
    }
}

/// The value of a parameter as a number in a range.
pub fn number(parameters: &Parameters, name: &str, range: RangeInclusive<f64>) -> Result<Option<f64>, Problem> {
    let Some(text) = one(parameters, name)? else { return Ok(None) };
    match text.trim().parse::<f64>() {
        Ok(value) if range.contains(&value) => Ok(Some(value)),
        _ => {
            let (least, most) = (range.start(), range.end());
            Err(Problem::BadRequest(format!("Le paramètre {name} doit être un nombre de {least} à {most}.")))
        }
    }
}

/// The value of a parameter as a whole number in a range.
pub fn count(parameters: &Parameters, name: &str, range: RangeInclusive<usize>) -> Result<Option<usize>, Problem> {
    let Some(text) = one(parameters, name)? else { return Ok(None) };
    match text.trim().parse::<usize>() {
        Ok(value) if range.contains(&value) => Ok(Some(value)),
        _ => {
            let (least, most) = (range.start(), range.end());
            Err(Problem::BadRequest(format!("Le paramètre {name} doit être un nombre entier de {least} à {most}.")))
        }
    }
}

/// The value of a parameter as a yes or a no.
pub fn flag(parameters: &Parameters, name: &str) -> Result<Option<bool>, Problem> {
    match one(parameters, name)?.map(str::to_ascii_lowercase).as_deref() {
        None => Ok(None),
        Some("1" | "true" | "yes" | "on") => Ok(Some(true)),
        Some("0" | "false" | "no" | "off") => Ok(Some(false)),
        Some(_) => Err(Problem::BadRequest(format!("Le paramètre {name} vaut 1 (oui) ou 0 (non)."))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_object_says_what_a_form_says() {
        let json = br#"{"q":"12 rue","limit":3,"autocomplete":false,"citycode":["69383","69386"],"lat":null,
            "searchgeom":{"type":"Circle"}}"#;
        let form = b"q=12+rue&limit=3&autocomplete=false&citycode=69383&citycode=69386&searchgeom=%7B%22type%22%3A%22Circle%22%7D";
        let sorted = |mut parameters: Parameters| {
            parameters.sort();
            parameters
        };
        let by_json = sorted(body_parameters("application/json", json).unwrap());
        assert_eq!(by_json, sorted(body_parameters("application/x-www-form-urlencoded", form).unwrap()));
        for (media_type, body) in
            [("text/plain", "q=rue"), ("application/json", "[1]"), ("application/json", "{\"q\":[[1]]}")]
        {
            assert!(body_parameters(media_type, body.as_bytes()).is_err(), "{media_type} {body}");
        }
    }

    #[test]
    fn numbers_and_flags_are_read_whole_or_refused() {
        let sent = parameters(Some("a=3&b=3x&c=&d=yes&e=NaN&f=1e400")).unwrap();
        assert_eq!(count(&sent, "a", 1..=5), Ok(Some(3)));
        assert_eq!(count(&sent, "c", 1..=5), Ok(None), "an empty value says nothing");
        assert!(count(&sent, "a", 4..=5).is_err() && count(&sent, "b", 1..=5).is_err());
        assert_eq!(number(&sent, "a", 0.0..=5.0), Ok(Some(3.0)));
        assert!(number(&sent, "e", 0.0..=5.0).is_err() && number(&sent, "f", 0.0..=5.0).is_err());
        assert_eq!(flag(&sent, "d"), Ok(Some(true)));
        assert!(flag(&sent, "a").is_err());
    }
}
