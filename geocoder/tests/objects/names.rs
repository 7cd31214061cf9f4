//! An object is found by its names as agents type them, as surely as its name is its own: a word of many makes none of
//! them sure.

use geocoder::{Filter, Geocoder, Kind, MatchType, Near, ObjectKind, Request, Verdict};
use layers::{FeatureId, LonLat};
use tempfile::TempDir;

use crate::{
    PARK, POOL, STOP, TOWN_HALL, addresses, built, check, index, layer, numbered, object, request,
    support::{SURE, shown},
};

#[test]
fn an_object_is_found_by_its_name_as_agents_type_it() {
    let (geocoder, _folder) = index();
    for text in [
        "parc blandan",
        "Parc Blandan, Lyon",
        "parc sergent blandan",
        "parc blan",
        "pzrc blandan",
        "parc bladan lyon 7",
        "blandan parc 69007",
    ] {
        let park = check(&geocoder, text, Kind::Poi, "Parc Blandan");
        assert_eq!(
            (park.insee.as_str(), park.city.as_str(), park.postcode.as_deref()),
            ("69387", "Lyon", Some("69007"))
        );
        assert_eq!(park.label(), "Parc Blandan, 69007 Lyon 7e Arrondissement");
        let found = park.object.unwrap();
        assert_eq!((found.layer.as_str(), found.feature, found.espace_public), ("equipements", FeatureId(1), true));
        assert_eq!((found.tag.1.as_str(), found.address.as_deref()), ("park", Some("37 Rue du Repos")));
        assert!(park.metropole && park.bbox.is_some());
    }
    check(&geocoder, "mairie de bron", Kind::Poi, "Mairie de Bron");
    check(&geocoder, "mairie bron", Kind::Poi, "Mairie de Bron");
    check(&geocoder, "hotel de ville villeurbanne", Kind::Poi, "Hôtel de Ville");
    check(&geocoder, "piscine", Kind::Poi, "Piscine André Sousi");
    check(&geocoder, "centre nautique tony", Kind::Poi, "Centre nautique Tony Bertrand");
    check(&geocoder, "maison de la métropole - bron", Kind::Poi, "Maison de la Métropole - Bron");
    let stop = check(&geocoder, "garibaldi", Kind::Object, "Garibaldi");
    assert!(!stop.object.unwrap().espace_public);
    let annex = check(&geocoder, "mairie annexe", Kind::Poi, "Mairie annexe");
    assert_eq!((annex.insee.as_str(), annex.postcode.as_deref()), ("69149", Some("69310")));
}

#[test]
fn the_two_sides_of_a_stop_are_one_answer() {
    let (geocoder, _folder) = index();
    let found = geocoder.search(&request("garibaldi")).unwrap();
    assert_eq!(found.iter().filter(|it| it.name == "Garibaldi").count(), 1, "{:#?}", shown(&found));
}

/// Parks that are called so, in Lyon.
fn with_parks(names: &[&str]) -> (Geocoder, TempDir) {
    let (geocoder, folder) = addresses();
    let park = |(n, name): (u32, &&str)| object(0, name, PARK, "69387", (4.85 + 0.01 * f64::from(n), 45.74));
    let parks = numbered((0u32..).zip(names).map(park).collect());
    let layer = layer("equipements", ObjectKind::Poi);
    let parks = built(&folder.path().join("parks"), &layer, parks);
    (geocoder.with_objects(vec![parks]), folder)
}

#[test]
fn a_word_of_many_objects_makes_none_of_them_sure() {
    let sure = |names: &[&str], text: &str, finished: bool| {
        let (geocoder, _folder) = with_parks(names);
        let found = geocoder.search(&Request { finished, ..request(text) }).unwrap();
        let poi = found.iter().find(|it| it.kind == Kind::Poi).unwrap_or_else(|| panic!("{text}: {found:?}"));
        (poi.name.clone(), poi.score.total())
    };
    let two = ["Parc Chambovet", "Parc de la Tête d'Or"];
    let many =
        ["Parc", "Parc Chambovet", "Parc de la Tête d'Or", "Parc Blandan", "Parc de Parilly", "Parc Elie Vignal"];
    for (names, text, finished) in [
        (&two[..], "parc", false),
        (&two[..], "parc", true),
        (&many[..3], "par", false),
        (&many[..], "par", false),
        (&many[..], "parc", false),
        (&many[..], "parc", true),
    ] {
        let (name, sure) = sure(names, text, finished);
        assert!(sure < 0.7, "« {text} » among {names:?}: {name} {sure}");
    }
    for (names, text, finished) in [
        (&two[..1], "chamb", false),
        (&many[..3], "parc", false),
        (&many[..], "parc cham", false),
        (&many[..], "parc tete or", true),
        (&many[..], "parilly", false),
    ] {
        let (name, sure) = sure(names, text, finished);
        assert!(sure > 0.9, "« {text} » among {names:?}: {name} {sure}");
    }
    let (geocoder, _folder) = with_parks(&many);
    let near = Near { zoom: 16.0, ..Near::from(LonLat { lon: 4.87, lat: 45.74 }) };
    let found = geocoder.search(&Request { near: Some(near), ..request("parc") }).unwrap();
    assert!(found[0].score.total() < 0.95, "{} {}", found[0].name, found[0].score);
}

#[test]
fn an_object_like_a_part_of_the_text_does_not_hide_the_commune_named() {
    let (geocoder, _folder) =
        with_parks(&["Parc Chambovet", "Square Chambovet", "Chambovet nord", "Chambovet sud", "Jardin Chambovet"]);
    let kinds = |text: &str| {
        let found = geocoder.search(&Request { limit: 5, ..request(text) }).unwrap();
        found.into_iter().map(|it| (it.kind, it.match_type, it.city)).collect::<Vec<_>>()
    };
    let found = kinds("rue chambovet lyon");
    assert!(matches!(found.first(), Some((Kind::Poi, MatchType::Corrected, _))), "{found:?}");
    assert_eq!(found.len(), 5, "{found:?}");
    assert_eq!(found.last(), Some(&(Kind::City, MatchType::Commune, "Lyon".to_owned())), "{found:?}");
    // Where nothing but objects is asked for, no commune takes the place of one.
    for text in ["rue chambovet lyon", "lyon"] {
        let filter = Filter { kinds: Some(vec![Kind::Poi]), ..Filter::default() };
        let found = geocoder.search(&Request { filter, ..request(text) }).unwrap();
        assert!(found.len() == 5 && found.iter().all(|it| it.kind == Kind::Poi), "{text}: {:?}", shown(&found));
    }
    // What has all that was typed is an answer: the commune is none to it.
    assert!(kinds("parc chambovet lyon").iter().all(|it| it.0 == Kind::Poi));
    assert!(kinds("rue garibaldi lyon").iter().all(|it| it.0 != Kind::City));
}

#[test]
fn a_name_that_goes_on_as_typed_is_not_corrected() {
    let (geocoder, _folder) = index();
    let first = |text: &str, finished: bool| {
        let found = geocoder.search(&Request { finished, ..request(text) }).unwrap();
        found.first().map(|it| (it.name.clone(), it.match_type, it.verdicts.street))
    };
    let found = |name: &str, match_type, verdict| Some((name.to_owned(), match_type, Some(verdict)));
    for (text, name) in [
        ("12 rue garib", "Rue Garibaldi"),
        ("12 r. garib", "Rue Garibaldi"),
        ("1 cours emile zo", "Cours Émile Zola"),
        ("parc blan", "Parc Blandan"),
        ("villeurb", "Villeurbanne"),
    ] {
        assert_eq!(first(text, false), found(name, MatchType::Exact, Verdict::Ok), "{text}");
        assert_ne!(first(text, true).map(|it| it.1), Some(MatchType::Exact), "{text}, finished");
    }
    for (text, name) in [("12 rue garibo", "Rue Garibaldi"), ("12 rue gribal", "Rue Garibaldi")] {
        assert_eq!(first(text, false), found(name, MatchType::Corrected, Verdict::Corrected), "{text}");
    }
}

/// Stops and buildings of several kinds, some called by their kind and some by another name.
fn with_kinds() -> (Geocoder, TempDir) {
    let (geocoder, folder) = addresses();
    let station = |feature, name, commune| object(feature, name, ("railway", "station"), commune, (4.83, 45.75));
    let stops = vec![
        station(1, "Bellecour", "69387"),
        object(2, "Bellecour", STOP, "69387", (4.86, 45.76)),
        object(9, "Mairie", STOP, "69029", (4.91, 45.738)),
        station(3, "Cuire", "69029"),
    ];
    let halls = vec![
        object(4, "Mairie du 7e arrondissement", TOWN_HALL, "69387", (4.85, 45.74)),
        object(5, "Hôtel de Ville", TOWN_HALL, "69266", (4.88, 45.77)),
        object(6, "Centre nautique Tony Bertrand", POOL, "69387", (4.84, 45.75)),
        object(7, "Mairie de Bron", TOWN_HALL, "69029", (4.9105, 45.7382)),
        object(8, "Gymnase Blandan", ("leisure", "sports_hall"), "69387", (4.85, 45.74)),
    ];
    let store = folder.path().join("kinds");
    let geocoder = geocoder.with_objects(vec![
        built(&store, &layer("arrets", ObjectKind::Other), stops),
        built(&store, &layer("equipements", ObjectKind::Poi), halls),
    ]);
    (geocoder, folder)
}

#[test]
fn the_kind_of_an_object_may_be_said_where_its_name_does_not() {
    let (geocoder, _folder) = with_kinds();
    for (text, name, tag) in [
        ("metro bellecour", "Bellecour", "station"),
        ("station de métro Bellecour, Lyon", "Bellecour", "station"),
        ("metro belecour", "Bellecour", "station"),
        ("arrêt de bus bellecour", "Bellecour", "bus_stop"),
        ("arrêt mairie bron", "Mairie", "bus_stop"),
        ("mairie bron", "Mairie de Bron", "townhall"),
        ("mairie de bron", "Mairie de Bron", "townhall"),
        ("mairie de lyon 7", "Mairie du 7e arrondissement", "townhall"),
        ("mairie villeurbanne", "Hôtel de Ville", "townhall"),
        ("hôtel de ville de Bron", "Mairie de Bron", "townhall"),
        ("piscine tony bertrand", "Centre nautique Tony Bertrand", "sports_centre"),
    ] {
        for finished in [false, true] {
            let found = geocoder.search(&Request { finished, ..request(text) }).unwrap();
            let first = found.first().map(|it| (it.name.as_str(), it.osm_tag().1));
            assert_eq!(first, Some((name, tag)), "{text}: {:#?}", shown(&found));
            let is_sure = found[0].score.total() >= SURE;
            assert!(is_sure || text.contains("belecour"), "{text}: {:#?}", shown(&found));
        }
    }
    let found = geocoder.search(&request("metro blandan")).unwrap();
    assert!(found.iter().all(|it| it.score.total() < 0.5), "a gymnasium is no station: {:#?}", shown(&found));
}

#[test]
fn where_a_word_says_a_kind_what_is_of_interest_comes_before_a_stop_called_so() {
    let (geocoder, folder) = addresses();
    let hall = |(n, name): (u32, &str)| object(0, name, TOWN_HALL, "69029", (4.85 + 0.01 * f64::from(n), 45.74));
    let names =
        ["Mairie de Bron", "Mairie annexe", "Mairie de quartier", "Mairie du Nord", "Mairie du Sud", "Mairie Est"];
    let halls = numbered((0u32..).zip(names).map(hall).collect());
    let stop = |feature, commune, lon| object(feature, "Mairie", STOP, commune, (lon, 45.74));
    let store = folder.path().join("halls");
    let geocoder = geocoder.with_objects(vec![
        built(&store, &layer("equipements", ObjectKind::Poi), halls),
        built(&store, &layer("arrets", ObjectKind::Other), vec![stop(1, "69029", 4.9), stop(2, "69266", 4.88)]),
    ]);
    for text in ["mairie", "mairie bron", "mairie de bron"] {
        let found = geocoder.search(&request(text)).unwrap();
        assert_eq!(found[0].kind, Kind::Poi, "{text}: {:#?}", shown(&found));
    }
    let found = geocoder.search(&request("mairie bron")).unwrap();
    assert_eq!(found[0].name, "Mairie de Bron", "{:#?}", shown(&found));
}

#[test]
fn an_object_said_with_a_word_that_nothing_has_is_given_unsure_rather_than_nothing() {
    let (geocoder, _folder) = index();
    for text in ["piscine de vaise", "piscine gerland"] {
        let found = geocoder.search(&request(text)).unwrap();
        let first = found.first().unwrap_or_else(|| panic!("« {text} » gave nothing"));
        assert_eq!((first.kind, first.osm_tag().1), (Kind::Poi, "sports_centre"), "{text}: {:#?}", shown(&found));
        assert!(found.iter().all(|it| it.score.total() < 0.3), "{text}: {:#?}", shown(&found));
    }
}
