//! The corpora as addok reads them: one JSON document a line for each street, with its house numbers, and each commune.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

use serde_json::{Map, Value, json};

use crate::{
    corpus::{Address, Commune, Corpus, Street},
    truth::parent,
};

/// Writes the documents of everything that is indexed.
pub(crate) fn write(corpus: &Corpus, path: &Path) {
    let mut out = BufWriter::new(File::create(path).unwrap());
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    for street in &corpus.streets {
        *numbers.entry(parent(&street.insee)).or_default() += street.addresses.len();
    }
    for street in &corpus.streets {
        let houses: Vec<&Address> = street.addresses.iter().map(|&at| &corpus.addresses[at as usize]).collect();
        if houses.is_empty() || houses.iter().any(|house| !house.removed) {
            writeln!(out, "{}", of_street(corpus, street, &houses, numbers[parent(&street.insee)])).unwrap();
        }
    }
    for (code, count) in &numbers {
        if let Some((insee, commune)) = corpus.communes.iter().find(|(insee, _)| parent(insee) == *code) {
            writeln!(out, "{}", of_commune(insee, commune, *count)).unwrap();
        }
    }
    out.flush().unwrap();
}

fn of_street(corpus: &Corpus, street: &Street, houses: &[&Address], in_commune: usize) -> Value {
    let commune = corpus.commune_of(street);
    let indexed = houses.iter().filter(|house| !house.removed);
    let numbers: Map<String, Value> = indexed.map(|house| (house.number_text(), of_house(house))).collect();
    let postcode = houses.iter().find_map(|house| house.postcode.clone());
    let mut document = json!({
        "_id": format!("{}_{}", street.id, street.key),
        "id": street.id,
        "type": if houses.is_empty() { "locality" } else { "street" },
        "name": street.name,
        "postcode": postcode,
        "context": context(&street.insee),
        "importance": importance(in_commune, numbers.len()),
        "lon": street.centre.lon,
        "lat": street.centre.lat,
        "housenumbers": numbers,
    });
    name_commune(&mut document, &street.insee, commune);
    document
}

fn of_house(house: &Address) -> Value {
    json!({"id": house.id, "lon": house.positions[0].lon, "lat": house.positions[0].lat})
}

fn of_commune(insee: &str, commune: &Commune, numbers: usize) -> Value {
    let postcode = commune.postcodes.first().filter(|_| commune.arrondissement.is_none());
    json!({
        "_id": parent(insee),
        "id": parent(insee),
        "type": "municipality",
        "name": commune.city,
        "city": commune.city,
        "citycode": parent(insee),
        "postcode": postcode,
        "context": context(insee),
        "importance": importance(numbers, 0),
        "lon": commune.centre.lon,
        "lat": commune.centre.lat,
    })
}

/// A street of an arrondissement answers to the city's name and code as well.
fn name_commune(document: &mut Value, insee: &str, commune: &Commune) {
    if commune.arrondissement.is_some() {
        document["city"] = json!([commune.city, commune.name]);
        document["citycode"] = json!([insee, parent(insee)]);
        document["district"] = json!(commune.name);
    } else {
        document["city"] = json!(commune.city);
        document["citycode"] = json!(insee);
    }
}

fn context(insee: &str) -> &'static str {
    if insee.starts_with("75") { "75, Paris, Île-de-France" } else { "69, Rhône, Auvergne-Rhône-Alpes" }
}

/// The national base's formula; with no census here, two and a half people an address.
fn importance(numbers_in_commune: usize, numbers: usize) -> f64 {
    let people = 2.5 * numbers_in_commune as f64;
    ((1.0 + people / 3.0).ln() + (1.0 + numbers as f64).ln()) / 20.0
}
