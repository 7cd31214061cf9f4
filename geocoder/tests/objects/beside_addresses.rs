//! Objects do not stand in the way of addresses, whatever words they are called by: with them, an address is found as
//! it is without.

use geocoder::{Geocoder, Kind, Object, ObjectKind, Request};

use crate::{
    COMMUNES, ROWS, SOCIAL, addresses_of, built, check, equipment, index, layer, numbered, object, request, stops,
    support::{Row, shown},
};

#[test]
fn an_address_comes_before_an_object_of_the_same_text() {
    let (geocoder, _folder) = index();
    check(&geocoder, "rue garibaldi", Kind::Street, "Rue Garibaldi");
    check(&geocoder, "rue garibaldi lyon 7", Kind::Street, "Rue Garibaldi");
    check(&geocoder, "12 rue garibaldi lyon", Kind::House, "Rue Garibaldi");
    check(&geocoder, "place du 8 mai 1945", Kind::Street, "Place du 8 Mai 1945");
    check(&geocoder, "8 place du 8 mai 1945", Kind::House, "Place du 8 Mai 1945");
    check(&geocoder, "rue du parc", Kind::Street, "Rue du Parc");
    check(&geocoder, "rue de la mairie bron", Kind::Street, "Rue de la Mairie");
    check(&geocoder, "bron", Kind::City, "Bron");
    check(&geocoder, "12 rue garibladi", Kind::House, "Rue Garibaldi");
}

/// Names made of the words people add to an address: halls, blocks, entrances, homes of every commune.
fn noisy() -> Vec<Object> {
    let names = ["Résidence autonomie Pasteur", "Résidence", "Bâtiment", "Bâtiment A", "Entrée", "Entrée du parc"];
    let in_commune = |commune: &'static str| names.map(|name| (name, commune));
    let all = COMMUNES.into_iter().flat_map(in_commune);
    all.map(|(name, commune)| object(0, name, SOCIAL, commune, (4.88, 45.75))).collect()
}

/// Streets whose names begin with a word that lieux-dits have for a name as well.
#[rustfmt::skip]
const CLOSES: [Row; 5] = [
    ("69029_0011_00012", "Clos des Tilleuls", 12, "69029", "Bron", 4.9130, 45.7391, ""),
    ("69029_0012_00003", "Hameau du Verger", 3, "69029", "Bron", 4.9131, 45.7392, ""),
    ("69029_0013_00005", "Traverse des Vignes", 5, "69029", "Bron", 4.9132, 45.7393, ""),
    ("69266_0014_00007", "Mas du Taureau", 7, "69266", "Villeurbanne", 4.8811, 45.7706, ""),
    ("69266_0015_00009", "Descente du Moulin", 9, "69266", "Villeurbanne", 4.8812, 45.7707, ""),
];

#[test]
fn a_street_with_a_typo_and_a_noise_word_is_found_as_without_objects() {
    let compared = compare_with_noise(&ROWS) + compare_with_noise(&CLOSES);
    assert!(compared > 60, "{compared}");
}

fn compare_with_noise(rows: &[Row]) -> usize {
    let (geocoder, folder) = addresses_of(rows);
    let bare = Geocoder::open(&folder.path().join("index")).unwrap();
    let store = folder.path().join("noise");
    let noise = numbered(equipment().into_iter().chain(noisy()).collect());
    let geocoder = geocoder.with_objects(vec![
        built(&store, &layer("equipements", ObjectKind::Poi), noise),
        built(&store, &layer("arrets", ObjectKind::Other), stops()),
    ]);
    let mut compared = 0;
    for &(_, street, _, _, commune, ..) in rows {
        let commune = commune.split(' ').next().unwrap_or_default();
        let without = |at: usize| street.chars().take(at).chain(street.chars().skip(at + 1)).collect::<String>();
        let last = street.chars().count() - 2;
        for name in [street.to_owned(), without(last), without(last - 1)] {
            for noise in ["residence", "batiment", "entree", "residence pasteur"] {
                for text in [format!("{name} {noise} {commune}"), format!("{name} {commune} {noise}")] {
                    compared += usize::from(is_found_as_without(&geocoder, &bare, &text));
                }
            }
        }
    }
    compared
}

/// Whether this text finds a street without objects; with them its addresses are then the same, the first near the top.
fn is_found_as_without(geocoder: &Geocoder, bare: &Geocoder, text: &str) -> bool {
    let alone = bare.search(&request(text)).unwrap();
    if alone.first().is_none_or(|it| it.kind != Kind::Street) {
        return false; // nothing but the commune is found of it
    }
    let found = geocoder.search(&Request { limit: 50, ..request(text) }).unwrap();
    let addresses = found.iter().filter(|it| it.object.is_none()).take(alone.len());
    assert!(addresses.map(|it| &it.id).eq(alone.iter().map(|it| &it.id)), "« {text} »: {:#?}", shown(&found));
    let place = found.iter().position(|it| it.id == alone[0].id);
    assert!(place.is_some_and(|place| place < 3), "« {text} »: {:#?}", shown(&found));
    true
}

#[test]
fn a_number_before_what_stands_for_a_street_type_is_the_house_s() {
    let (geocoder, folder) = addresses_of(&CLOSES);
    let noise = built(&folder.path().join("noise"), &layer("equipements", ObjectKind::Poi), numbered(noisy()));
    let geocoder = geocoder.with_objects(vec![noise]);
    for (_, street, number, _, commune, ..) in CLOSES {
        for text in ["bâtiment B {} {}", "bâtiment {} {}", "résidence {} {}", "entrée {} {}"]
            .map(|form| form.replacen("{}", &number.to_string(), 1).replacen("{}", street, 1))
        {
            for text in [format!("{text} {commune}"), text] {
                let found = check(&geocoder, &text, Kind::House, street);
                assert_eq!(found.house_number, Some(number.to_string()), "{text}");
            }
        }
    }
}
