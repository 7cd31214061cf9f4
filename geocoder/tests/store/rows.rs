//! What a row says comes back in the answer, and what several files repeat is there once: positions, parcels, suffixes,
//! identifiers.

use geocoder::{Filter, Geocoder, Kind, PositionKind, Suggestion};
use layers::LonLat;

use crate::{Row, index, near, row, support, uuid};

fn best(geocoder: &Geocoder, text: &str) -> Suggestion {
    support::find(geocoder, text).remove(0)
}

#[test]
fn an_answer_says_everything_its_rows_said() {
    let first = Row {
        id: Some(77),
        complement: "Les Essarts",
        suffix: "bis",
        parcels: "69029000AB0012|69029000AB0013",
        ..row("Rue de la Gare", 12, 4.91, 45.74)
    };
    let second = Row { position: "parcelle", at: LonLat { lon: 4.911, lat: 45.74 }, ..first.clone() };
    let plain = Row { id: Some(78), certified: false, ..row("Rue de la Gare", 14, 4.912, 45.74) };
    let named = Row { id: None, number: 99_999, position: "segment", ..row("Les Essarts", 1, 4.92, 45.74) };
    let (geocoder, built, _folder) = index(&[&[first, second, plain, named]]);
    assert_eq!((built.addresses, built.report.duplicates), (2, 0));
    let house = best(&geocoder, "12 bis rue de la gare bron");
    assert_eq!(house.parcels, ["69029000AB0012", "69029000AB0013"]);
    assert_eq!((house.locality.as_deref(), house.ban_id), (Some("Les Essarts"), Some(uuid(77))));
    assert_eq!(house.position.kind, PositionKind::Entrance);
    assert_eq!(house.other_positions.iter().map(|p| p.kind).collect::<Vec<_>>(), [PositionKind::Parcel]);
    let plain = best(&geocoder, "14 rue de la gare bron");
    assert!(
        plain.parcels.is_empty() && plain.locality.is_none() && plain.other_positions.is_empty() && !plain.certified
    );
    assert_eq!(best(&geocoder, "rue de la gare bron").ban_id, Some(uuid(2)));
    assert_eq!(best(&geocoder, "bron").ban_id, Some(uuid(1)));
    // Near its second position, the address shows that one, and the other among the others.
    let found = near(&geocoder, LonLat { lon: 4.911, lat: 45.74 }, 1, 10.0, Filter::default()).remove(0);
    assert_eq!(found.position.kind, PositionKind::Parcel);
    assert_eq!(found.other_positions.iter().map(|p| p.kind).collect::<Vec<_>>(), [PositionKind::Entrance]);
}

#[test]
fn an_address_in_several_files_is_there_once_and_the_certified_one_stays() {
    // By identifier: the neighbouring commune's file has it too, uncertified, under another name.
    let ours = Row { id: Some(5), ..row("Rue des Lilas", 1, 4.91, 45.74) };
    let (code, commune) = ("69266", "Villeurbanne");
    let theirs = Row { code, commune, certified: false, street: "Chemin des Lilas".to_owned(), ..ours.clone() };
    // By name and number: the same file given twice, elsewhere by a metre the second time.
    let twice = row("Rue Haute", 3, 4.912, 45.741);
    let moved = Row { at: LonLat { lon: 4.912_01, lat: 45.741 }, ..twice.clone() };
    let own = Row { code, commune, ..row("Rue Basse", 7, 4.913, 45.742) };
    for files in [
        [vec![theirs.clone(), own.clone()], vec![ours.clone(), twice.clone()], vec![moved.clone()]],
        [vec![ours.clone(), twice.clone()], vec![moved.clone()], vec![theirs.clone(), own.clone()]],
    ] {
        let (geocoder, built, _folder) = index(&[&files[0], &files[1], &files[2]]);
        assert_eq!((built.addresses, built.report.duplicates), (3, 2));
        assert_eq!(best(&geocoder, "1 rue des lilas").city, "Bron");
        assert!(near(&geocoder, ours.at, 9, 1.0, Filter::default()).iter().all(|found| found.city == "Bron"));
        let streets = Filter { kinds: Some(vec![Kind::Street]), ..Filter::default() };
        let names: Vec<String> =
            near(&geocoder, ours.at, 9, 5_000.0, streets).into_iter().map(|found| found.name).collect();
        assert_eq!(names, ["Rue des Lilas", "Rue Haute", "Rue Basse"], "no street is left of what was set aside");
        let high = best(&geocoder, "3 rue haute");
        assert!(high.other_positions.is_empty() && (high.position.at.lon - 4.912).abs() < 1e-9);
    }
}
