//! What one box finds beside addresses: coordinates, parcels, crossings of streets, places between two numbers; and the
//! filters that hold for them as well.

#![allow(clippy::unwrap_used)] // helpers of tests are tests

mod support;

use geocoder::{Filter, Geocoder, Kind, MatchType, Near, ParcelParts, Request, Suggestion, Verdict, ground_distance_m};
use layers::LonLat;
use support::{COLUMNS, Row, Sources, find, first_named, index_of_bal, line, request, shown};
use tempfile::TempDir;

#[rustfmt::skip]
const ROWS: [Row; 16] = [
    ("69266_0701_00002", "Rue de la Paix", 2, "69266", "Villeurbanne", 4.8800, 45.7700, "69266000AB0123"),
    ("69266_0701_00010", "Rue de la Paix", 10, "69266", "Villeurbanne", 4.8820, 45.7700, "69266000AB0123|69266000AB0124"),
    ("69266_0701_00011", "Rue de la Paix", 11, "69266", "Villeurbanne", 4.8822, 45.7702, "69266123AB0124"),
    ("69266_0702_00001", "Avenue Jean Moulin", 1, "69266", "Villeurbanne", 4.8819, 45.7697, "692660000D0007"),
    ("69266_0702_00030", "Avenue Jean Moulin", 30, "69266", "Villeurbanne", 4.8819, 45.7600, ""),
    ("69266_0703_00001", "Rue du Nord", 1, "69266", "Villeurbanne", 4.8700, 45.7800, ""),
    ("69029_0455_00001", "Rue de la Paix", 1, "69029", "Bron", 4.9100, 45.7380, "69029000AB0123"),
    ("69029_0456_00007", "Rue Gambetta", 7, "69029", "Bron", 4.9102, 45.7381, ""),
    ("69029_0457_00003", "Route de Lyon", 3, "69029", "Bron", 4.8902, 45.7501, ""),
    ("69383_0001_00005", "Avenue de la Frontière", 5, "69383", "Lyon 3e Arrondissement", 4.8900, 45.7500, "69383000AV0012"),
    ("69383_0002_00008", "Rue Malcolm X", 8, "69383", "Lyon 3e Arrondissement", 4.8600, 45.7510, "69383000BC0007"),
    ("69383_0003_00012", "Rue de l'Abbé et du Curé", 12, "69383", "Lyon 3e Arrondissement", 4.8650, 45.7520, ""),
    ("69383_0004_00012", "Avenue de Lyon", 12, "69383", "Lyon 3e Arrondissement", 4.8660, 45.7530, ""),
    ("69383_0005_00001", "Rue Gambetta", 1, "69383", "Lyon 3e Arrondissement", 4.8670, 45.7540, ""),
    ("69386_0001_00004", "Rue Tronchet", 4, "69386", "Lyon 6e Arrondissement", 4.8480, 45.7700, "69386000BC0007"),
    ("69266_0704_00001", "Rue Gambetta", 1, "69266", "Villeurbanne", 4.8600, 45.7650, ""),
];

fn index() -> (Geocoder, TempDir) {
    let postcodes = "code_commune_insee;code_postal\n69383;69003\n69386;69006\n";
    index_of_bal(COLUMNS, ROWS.iter().map(line), &Sources { postcodes, ..Sources::default() })
}

#[track_caller]
fn check(geocoder: &Geocoder, text: &str, kind: Kind, name: &str) -> Suggestion {
    first_named(text, &find(geocoder, text), kind, name)
}

#[test]
fn coordinates_are_a_point_and_the_addresses_around_it() {
    let (geocoder, _folder) = index();
    let found = find(&geocoder, "45.770000, 4.880000");
    assert_eq!((found[0].kind, found[0].name.as_str()), (Kind::Point, "45.770000, 4.880000"));
    assert_eq!((found[0].insee.as_str(), found[0].city.as_str()), ("69266", "Villeurbanne"));
    assert_eq!(found[1].label(), "2 Rue de la Paix, Villeurbanne");
    assert!(found[1..].iter().all(|it| it.kind == Kind::House) && found.len() >= 3);
    let nowhere = find(&geocoder, "48.85 2.35");
    assert_eq!((nowhere.len(), nowhere[0].insee.as_str(), nowhere[0].city.as_str()), (1, "", ""));
    check(&geocoder, "12 avenue de lyon", Kind::House, "Avenue de Lyon");
    for text in ["POINT(4.880 45.770)", "WGS84 45.77, 4.88", "lat=45.77&lon=4.88", "EPSG:4326 4.88 45.77"] {
        assert_eq!(find(&geocoder, text)[1].label(), "2 Rue de la Paix, Villeurbanne", "{text}");
    }
    let (x, y) = layers::from_lonlat(LonLat { lon: 4.88, lat: 45.77 }, layers::Crs::Cc46).unwrap();
    assert_eq!(find(&geocoder, &format!("{x:.0} {y:.0}"))[1].label(), "2 Rue de la Paix, Villeurbanne");
}

/// The parcels of a part of Villeurbanne, without centre.
fn in_villeurbanne(geocoder: &Geocoder, parts: ParcelParts, limit: usize) -> Vec<String> {
    let parts = ParcelParts { department: Some("69".into()), commune: Some("266".into()), ..parts };
    let found = geocoder.parcels(&parts, &Request { limit, ..Request::default() });
    assert!(found.iter().all(|it| it.kind == Kind::Parcel && it.insee == "69266"), "{found:?}");
    found.into_iter().map(|it| it.id).collect()
}

#[test]
fn parcels_that_have_an_address_are_found_by_a_part_of_their_identifier() {
    let (geocoder, _folder) = index();
    let part = |text: &str| Some(text.to_owned());
    let of = |section: Option<String>, number: Option<String>, former: Option<String>| {
        in_villeurbanne(&geocoder, ParcelParts { section, number, former, ..ParcelParts::default() }, 10)
    };
    assert_eq!(of(None, None, None), ["692660000D0007", "69266000AB0123", "69266000AB0124"]);
    assert_eq!(of(part("AB"), None, None), ["69266000AB0123", "69266000AB0124"]);
    assert_eq!(of(None, part("0124"), None), ["69266000AB0124"]);
    assert_eq!(of(None, None, part("123")), ["69266123AB0124"], "of what the commune took in");
    assert_eq!(of(part("AB"), part("0123"), None), ["69266000AB0123"]);
    assert!(of(part("AC"), None, None).is_empty());
    assert_eq!(in_villeurbanne(&geocoder, ParcelParts::default(), 2).len(), 2);
    let lyon = ParcelParts { department: part("69"), commune: part("123"), ..ParcelParts::default() };
    let everywhere = Request { limit: 10, ..Request::default() };
    let ids = |found: Vec<Suggestion>| found.into_iter().map(|it| it.id).collect::<Vec<_>>();
    let arrondissements = ["69383000AV0012", "69383000BC0007", "69386000BC0007"];
    assert_eq!(ids(geocoder.parcels(&lyon, &everywhere)), arrondissements, "the city's code is its arrondissements'");
    let sixth = Filter { communes: vec!["69386".to_owned()], ..Filter::default() };
    assert_eq!(ids(geocoder.parcels(&lyon, &Request { filter: sixth, ..everywhere.clone() })), ["69386000BC0007"]);
    assert!(geocoder.parcels(&ParcelParts { section: part("AB"), ..ParcelParts::default() }, &everywhere).is_empty());
}

#[test]
fn the_beginning_of_a_postcode_is_the_towns_it_may_become() {
    let (geocoder, _folder) = index();
    let names = |text: &str, finished: bool| -> Vec<String> {
        let found = geocoder.search(&Request { finished, ..request(text) }).unwrap();
        assert!(found.is_sorted_by(|a, b| a.score.confidence >= b.score.confidence), "{text}: {found:?}");
        assert!(found.iter().all(|it| it.score.confidence < 0.8), "{text}: {found:?}");
        found.into_iter().map(|it| it.name).collect()
    };
    let third = "Lyon 3e Arrondissement";
    for text in ["690", "6900", " 690 "] {
        let found = names(text, false);
        assert!(found[..2].contains(&third.to_owned()) || found[1..3].contains(&third.to_owned()), "{text}: {found:?}");
        assert!(found.iter().all(|name| name.starts_with("Lyon")), "{text}: {found:?}");
    }
    let found = geocoder.search(&request("690")).unwrap();
    assert!(found.iter().all(|it| it.match_type == MatchType::Exact), "no commune for want of better: {found:?}");
    for text in ["69", "6"] {
        assert!(names(text, false).contains(&third.to_owned()), "{text}: {:?}", names(text, false));
    }
    for (text, finished) in [("693", false), ("0", false), ("690", true)] {
        assert!(!names(text, finished).contains(&third.to_owned()), "{text} {finished}");
    }
    let at = LonLat { lon: 4.848, lat: 45.77 };
    let found = geocoder.search(&Request { near: Some(Near::from(at)), ..request("6900") }).unwrap();
    assert_eq!(found[0].name, "Lyon 6e Arrondissement", "the nearest: {found:?}");
    let streets = Filter { kinds: Some(vec![Kind::Street]), ..Filter::default() };
    let found = geocoder.search(&Request { filter: streets, ..request("690") }).unwrap();
    assert!(found.iter().all(|it| it.kind == Kind::Street), "{found:?}");
}

#[test]
fn a_point_far_from_the_map_says_how_far() {
    let (geocoder, _folder) = index();
    let near = Near::from(LonLat { lon: 4.88, lat: 45.78 });
    let found = geocoder.search(&Request { near: Some(near), ..request("45.77 4.88") }).unwrap();
    assert!(found.iter().all(|it| it.distance_m.is_some_and(|metres| (1_000.0..1_300.0).contains(&metres))));
    let near = Near { radius_m: Some(100.0), ..near };
    assert!(geocoder.search(&Request { near: Some(near), ..request("45.77 4.88") }).unwrap().is_empty());
}

#[test]
fn two_streets_are_found_where_they_meet() {
    let (geocoder, _folder) = index();
    let corner = LonLat { lon: 4.88195, lat: 45.76985 };
    for text in [
        "rue de la paix / avenue jean moulin",
        "rue de la paix x avenue jean moulin villeurbanne",
        "angle rue de la paix et avenue jean moulin",
        "croisement de la rue de la paix et de l'avenue jean moulin, villeurbanne",
        "rue de la paix villeurbanne / av jean moulin",
        "rue de la paix/avenue jean mouln",
    ] {
        let found = check(&geocoder, text, Kind::Crossing, "Rue de la Paix / Avenue Jean Moulin");
        assert!(ground_distance_m(found.position.at, corner) < 5.0, "{text}: {:?}", found.position);
        assert_eq!((found.insee.as_str(), found.house_number), ("69266", None));
    }
    let exact =
        check(&geocoder, "avenue jean moulin / rue de la paix", Kind::Crossing, "Avenue Jean Moulin / Rue de la Paix");
    assert!(exact.match_type == MatchType::Exact && exact.score.total() > 0.9, "{}", exact.score);
}

#[test]
fn a_commune_named_once_is_that_of_both_streets() {
    let (geocoder, _folder) = index();
    let bron = check(&geocoder, "rue de la paix / rue gambetta bron", Kind::Crossing, "Rue de la Paix / Rue Gambetta");
    assert_eq!((bron.insee.as_str(), bron.verdicts.commune), ("69029", Some(Verdict::Ok)));
    let named_first =
        check(&geocoder, "rue gambetta bron / rue de la paix", Kind::Crossing, "Rue Gambetta / Rue de la Paix");
    assert_eq!(named_first.insee, "69029");
}

#[test]
fn streets_of_two_communes_meet_at_the_border() {
    let (geocoder, _folder) = index();
    let name = "Avenue de la Frontière / Route de Lyon";
    check(&geocoder, "avenue de la frontiere / route de lyon", Kind::Crossing, name);
}

#[test]
fn streets_that_do_not_meet_are_both_given_and_said_to_be_half_of_it() {
    let (geocoder, _folder) = index();
    let found = find(&geocoder, "avenue jean moulin / rue du nord");
    let names: Vec<&str> = found.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["Avenue Jean Moulin", "Rue du Nord"]);
    assert!(found.iter().all(|it| it.kind == Kind::Street && it.score.total() <= 0.5));
    assert!(found.iter().all(|it| it.verdicts.street == Some(Verdict::Partial)));
}

#[test]
fn a_name_with_a_word_of_crossings_stays_a_name() {
    let (geocoder, _folder) = index();
    check(&geocoder, "rue malcolm x", Kind::Street, "Rue Malcolm X");
    check(&geocoder, "rue malcolm x lyon", Kind::Street, "Rue Malcolm X");
    check(&geocoder, "8 rue malcolm x lyon", Kind::House, "Rue Malcolm X");
    check(&geocoder, "rue de l'abbe et du cure", Kind::Street, "Rue de l'Abbé et du Curé");
    check(&geocoder, "rue de la paix / villeurbanne", Kind::Street, "Rue de la Paix");
}

#[test]
fn a_parcel_is_found_with_the_addresses_on_it() {
    let (geocoder, _folder) = index();
    for text in [
        "69266000AB0123",
        "69266 000 ab 0123",
        "AB 123 Villeurbanne",
        "section AB parcelle 123 Villeurbanne",
        "villeurbanne ab123",
        "parcelle 123 section AB villeurbanne",
        "section AB n° 123 villeurbanne",
        "AB n°123 à Villeurbanne",
        "AB 123, commune de Villeurbanne",
        "000 AB 123 villeurbanne",
        "0AB0123 villeurbanne",
        "AB 123 69266",
    ] {
        let found = find(&geocoder, text);
        let shown: Vec<String> = found.iter().map(Suggestion::label).collect();
        let expected =
            ["Parcelle AB 123, Villeurbanne", "2 Rue de la Paix, Villeurbanne", "10 Rue de la Paix, Villeurbanne"];
        assert_eq!(shown, expected, "{text}");
        assert_eq!((found[0].kind, found[0].id.as_str(), found[0].addresses), (Kind::Parcel, "69266000AB0123", 2));
    }
    let two_prefixes: Vec<String> = find(&geocoder, "AB 124 Villeurbanne")
        .into_iter()
        .filter(|it| it.kind == Kind::Parcel)
        .map(|it| it.id)
        .collect();
    assert_eq!(two_prefixes, ["69266000AB0124", "69266123AB0124"]);
    check(&geocoder, "section D parcelle 7 Villeurbanne", Kind::Parcel, "Parcelle D 7");
    check(&geocoder, "AV 12 lyon", Kind::House, "Avenue de Lyon");
    check(&geocoder, "12 section D villeurbanne", Kind::City, "Villeurbanne");
    check(&geocoder, "parcelle 7 section D villeurbanne", Kind::Parcel, "Parcelle D 7");
    check(&geocoder, "section AV 12 lyon", Kind::Parcel, "Parcelle AV 12");
    assert!(find(&geocoder, "69266000ZZ9999").iter().all(|it| it.kind != Kind::Parcel));
}

#[test]
fn a_postcode_beside_the_city_says_in_which_arrondissement_a_parcel_lies() {
    let (geocoder, _folder) = index();
    let parcels = |text: &str| -> Vec<String> {
        let found = find(&geocoder, text).into_iter().filter(|it| it.kind == Kind::Parcel);
        found.map(|it| it.id).collect()
    };
    assert_eq!(parcels("BC 7 Lyon"), ["69383000BC0007", "69386000BC0007"]);
    for text in ["BC 7 69006 Lyon", "BC 7 Lyon 69006", "section BC parcelle 7, 69386 Lyon", "BC 7 69006", "BC 7 Lyon 6"]
    {
        assert_eq!(parcels(text), ["69386000BC0007"], "{text}");
    }
}

#[test]
fn a_parcel_that_is_not_there_is_answered_by_its_commune_or_nothing_sure() {
    let (geocoder, _folder) = index();
    // `D` is a road as well: it says a parcel where no address answers, in a commune that has it.
    check(&geocoder, "D 7 Villeurbanne", Kind::Parcel, "Parcelle D 7");
    for text in
        ["A 123 bron", "D 306 bron", "bron a123", "AB 999 Bron", "E 42 69029", "69029000ZZ9999", "section AV 999 Bron"]
    {
        let found = find(&geocoder, text);
        assert!(!found.is_empty(), "{text}");
        let is_commune = |it: &Suggestion| it.kind == Kind::City && it.city == "Bron" && it.score.total() < 0.5;
        assert!(found.iter().all(is_commune), "{text}: {:#?}", shown(&found));
    }
    check(&geocoder, "12 avenue de lyon", Kind::House, "Avenue de Lyon");
}

#[test]
fn filters_hold_for_what_is_no_address() {
    let (geocoder, _folder) = index();
    let find = |text: &str, filter: Filter| geocoder.search(&Request { filter, ..request(text) }).unwrap();
    let only = |kind: Kind| Filter { kinds: Some(vec![kind]), ..Filter::default() };
    assert!(find("69266000AB0123", only(Kind::House)).iter().all(|it| it.kind == Kind::House));
    assert_eq!(find("45.77 4.88", only(Kind::Point)).len(), 1);
    assert_eq!(find("rue de la paix / av jean moulin", only(Kind::Crossing)).len(), 1);
    let in_bron = Filter { communes: vec!["69029".to_owned()], ..Filter::default() };
    assert!(find("69266000AB0123", in_bron.clone()).is_empty());
    assert_eq!(find("69029000AB0123", in_bron).len(), 2);
}

#[test]
fn a_missing_number_has_a_place_between_its_neighbours_and_stays_a_street() {
    let (geocoder, _folder) = index();
    let found = check(&geocoder, "6 rue de la paix villeurbanne", Kind::Street, "Rue de la Paix");
    assert_eq!(
        (found.match_type, found.house_number, found.verdicts.number),
        (MatchType::Interpolated, None, Some(Verdict::Unknown))
    );
    assert!(ground_distance_m(found.position.at, LonLat { lon: 4.8810, lat: 45.7700 }) < 1.0, "{:?}", found.position);
    assert!(found.score.confidence <= 0.75, "{}", found.score);
    let beyond = check(&geocoder, "60 rue de la paix villeurbanne", Kind::Street, "Rue de la Paix");
    assert_eq!(beyond.match_type, MatchType::Street);
    let other_side = check(&geocoder, "7 rue de la paix villeurbanne", Kind::Street, "Rue de la Paix");
    assert_eq!(other_side.match_type, MatchType::Street, "there is no odd number below");
}
