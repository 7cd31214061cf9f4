//! Parameters of a query or a form, read strictly: one that nobody reads, or that comes twice, is a
//! misunderstanding that is better said than ignored. What is typed is never repeated in an answer.

use std::ops::RangeInclusive;

use super::problem::Problem;

/// Name and value of each parameter, decoded, in the order sent.
pub type Parameters = Vec<(String, String)>;

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

/// Refuses a parameter that is not one of these.
pub fn known(parameters: &Parameters, names: &[&str]) -> Result<(), Problem> {
    match parameters.iter().find(|(name, _)| !names.contains(&name.as_str())) {
        None => Ok(()),
        Some(_) => {
            Err(Problem::BadRequest(format!("Un paramètre est inconnu ; ceux qui existent : {}.", names.join(", "))))
        }
    }
}

/// Every value of a parameter.
pub fn all<'a>(parameters: &'a Parameters, name: &'a str) -> impl Iterator<Item = &'a str> {
    parameters.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// The value of a parameter, refused when it comes twice.
pub fn one<'a>(parameters: &'a Parameters, name: &'a str) -> Result<Option<&'a str>, Problem> {
    let mut found = all(parameters, name);
    match (found.next(), found.next()) {
        (_, Some(_)) => Err(Problem::BadRequest(format!("Le paramètre {name} est donné deux fois."))),
        (value, None) => Ok(value),
    }
}

/// The value of a parameter as a number in a range.
pub fn number(parameters: &Parameters, name: &str, range: RangeInclusive<f64>) -> Result<Option<f64>, Problem> {
    let Some(text) = one(parameters, name)? else { return Ok(None) };
    match text.parse::<f64>() {
        Ok(value) if range.contains(&value) => Ok(Some(value)),
        _ => {
            let (least, most) = (range.start(), range.end());
            Err(Problem::BadRequest(format!("Le paramètre {name} doit être un nombre de {least} à {most}.")))
        }
    }
}
