//! What is asked for beside a name: kinds, tags, places, parcels, what is around a point. Objects keep to each filter
//! as addresses do.

use geocoder::{
    Filter, Kind, Near, Nearby, ParcelParts, Request,
    photon::{Choice, OsmTag},
};
use layers::{Bbox, FeatureId, LonLat, Territory};

use crate::{check, codes_of, index, request, seen, support::shown};

#[test]
fn filters_hold_for_objects_and_a_town_lists_those_asked_for() {
    let (geocoder, _folder) = index();
    let ask = |text: &str, filter: Filter| {
        let found = geocoder.search(&Request { filter, ..request(text) }).unwrap();
        found.into_iter().map(|it| it.name).collect::<Vec<_>>()
    };
    let tagged = |tag: &str| {
        let tags = Choice { tags: OsmTag::parse(tag).into_iter().collect(), ..Choice::default() };
        Filter { kinds: tags.kinds(), tags: Some(tags), ..Filter::default() }
    };
    assert_eq!(ask("bron", tagged("amenity:townhall")), ["Mairie de Bron"]);
    assert_eq!(ask("villeurbanne", tagged("amenity:townhall")), ["Hôtel de Ville"]);
    assert_eq!(ask("bron", tagged("place:city")), ["Bron"]);
    assert_eq!(ask("rue garibaldi", tagged("highway:street")), ["Rue Garibaldi", "Rue Garibaldi"]);
    assert_eq!(ask("mairie", tagged("!amenity")), ["Rue de la Mairie"]);
    assert_eq!(ask("lyon 7", tagged(":park")), ["Parc Blandan"]);
    let objects = || Filter { kinds: Some(Kind::OBJECTS.to_vec()), ..Filter::default() };
    assert_eq!(ask("garibaldi", objects()), ["Garibaldi", "Rue Garibaldi"]);
    assert_eq!(ask("mairie", Filter { communes: vec!["69149".to_owned()], ..objects() }), ["Mairie annexe"]);
    assert_eq!(ask("mairie", Filter { postcodes: vec!["69500".to_owned()], ..objects() }), ["Mairie de Bron"]);
    let bron = Bbox { west: 4.9, south: 45.73, east: 4.92, north: 45.75 };
    assert_eq!(ask("mairie", Filter { bbox: Some(bron), ..objects() }), ["Mairie de Bron"]);
    assert!(ask("mairie", Filter { metropole: Some(false), ..objects() }).is_empty());
    let addresses = Filter { kinds: Some(Kind::ADDRESSES.to_vec()), ..Filter::default() };
    assert_eq!(ask("garibaldi", addresses), ["Rue Garibaldi", "Rue Garibaldi"]);
    let near = Near { radius_m: Some(500.0), ..Near::from(LonLat { lon: 4.91, lat: 45.738 }) };
    let found = geocoder.search(&Request { near: Some(near), filter: objects(), ..request("mairie") }).unwrap();
    assert!(found.iter().all(|it| it.insee == "69029") && !found.is_empty());
}

#[test]
fn a_parcel_of_a_visible_layer_is_found_where_it_lies_with_the_addresses_on_it() {
    let (geocoder, _folder) = index();
    for text in ["69266000CE0006", "CE 6 Villeurbanne", "section ce parcelle 6 villeurbanne"] {
        let parcel = check(&geocoder, text, Kind::Parcel, "Parcelle CE 6");
        assert_eq!((parcel.insee.as_str(), parcel.city.as_str()), ("69266", "Villeurbanne"));
        assert_eq!(parcel.object.as_ref().map(|it| it.feature), Some(FeatureId(25)));
        let bbox = parcel.bbox.unwrap();
        assert!((bbox.west - 4.8803).abs() < 2e-6 && (bbox.north - 45.7702).abs() < 2e-6, "{bbox:?}");
    }
    let found = geocoder.search(&request("69266000CE0005")).unwrap();
    assert_eq!(
        (found[0].object.is_some(), found[1].label()),
        (true, "1 Cours Émile Zola, 69100 Villeurbanne".to_owned())
    );
    let plots = geocoder.search(&request("AB 2 bron")).unwrap();
    assert_eq!(plots.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["69029000AB0002", "69029123AB0002"]);
    // Elsewhere than one's own commune: a parcel is what the addresses say of it, or nothing.
    let bron = seen(&["parcelles"], &Territory::of(codes_of(&["69029"])));
    let found = geocoder.search(&Request { objects: bron.clone(), ..request("69266000CE0005") }).unwrap();
    assert_eq!((found[0].kind, found[0].object.is_none(), found.len()), (Kind::Parcel, true, 2));
    // One that may not be seen is like one that is not there: its commune, and nothing sure.
    let unseen = geocoder.search(&Request { objects: bron, ..request("69266000CE0006") }).unwrap();
    let shown_as: Vec<_> = unseen.iter().map(|it| (it.kind, it.city.as_str(), it.score.total())).collect();
    assert_eq!(shown_as, [(Kind::City, "Villeurbanne", 0.0)]);
}

#[test]
fn the_objects_around_a_point_come_by_the_distance_to_their_extent() {
    let (geocoder, _folder) = index();
    let near = |layers: &[&str], kinds: Option<Vec<Kind>>, (lon, lat): (f64, f64)| {
        let filter = Filter { kinds, ..Filter::default() };
        let objects = seen(layers, &Territory::Whole);
        geocoder.reverse(&Nearby { point: LonLat { lon, lat }, limit: 3, radius_m: 1_000.0, filter, objects }).unwrap()
    };
    let found = near(&["equipements"], Some(Kind::OBJECTS.to_vec()), (4.8530, 45.7430));
    assert_eq!(
        (found[0].name.as_str(), found[0].distance_m, found.len()),
        ("Parc Blandan", Some(0.0), 1),
        "inside the park"
    );
    let found = near(&["parcelles"], Some(vec![Kind::Parcel]), (4.91035, 45.7381));
    assert_eq!(found[0].id, "69029000AB0002", "its middle is nearer: {:#?}", shown(&found));
    assert_eq!(found.len(), 3);
    let found = near(&["arrets"], None, (4.8501, 45.7452));
    assert_eq!(
        (found[0].label(), found[0].kind),
        ("14 Rue Garibaldi, 69007 Lyon 7e Arrondissement".to_owned(), Kind::House)
    );
    assert_eq!((found[2].name.as_str(), found[2].kind), ("Garibaldi", Kind::Object), "{:#?}", shown(&found));
    assert!(near(&[], None, (4.8501, 45.7452)).iter().all(|it| it.kind == Kind::House));
}

#[test]
fn the_parcels_of_a_layer_are_found_by_a_part_of_their_identifier_by_those_they_are_open_to() {
    let (geocoder, _folder) = index();
    let part = |text: &str| Some(text.to_owned());
    let ids = |parts: &ParcelParts, near: Option<Near>, territory: &Territory| -> Vec<String> {
        let request = Request { near, limit: 10, objects: seen(&["parcelles"], territory), ..Request::default() };
        geocoder.parcels(parts, &request).into_iter().map(|it| it.id).collect()
    };
    let bron = Territory::Communes(codes_of(&["69029"]).into_iter().collect());
    let of_bron = ParcelParts { department: part("69"), commune: part("029"), ..ParcelParts::default() };
    let section = ParcelParts { section: part("AB"), ..of_bron.clone() };
    for territory in [&Territory::Whole, &bron] {
        assert_eq!(ids(&section, None, territory), ["69029000AB0001", "69029000AB0002"]);
        let number = ParcelParts { number: part("0002"), former: part("123"), ..of_bron.clone() };
        assert_eq!(ids(&number, None, territory), ["69029123AB0002"]);
    }
    let of_villeurbanne = ParcelParts { commune: part("266"), ..of_bron.clone() };
    assert_eq!(ids(&of_villeurbanne, None, &Territory::Whole), ["69266000CE0005", "69266000CE0006"]);
    assert_eq!(ids(&of_villeurbanne, None, &bron), ["69266000CE0005"], "not theirs: what an address tells of them");
    // Around a centre: nearest first, whatever is known.
    let near = Some(Near::from(LonLat { lon: 4.9105, lat: 45.7381 }));
    let around = ["69029000AB0002", "69029000AB0001", "69029123AB0002"];
    assert_eq!(ids(&ParcelParts::default(), near, &Territory::Whole), around, "within 2 km");
    let first = ParcelParts { number: part("0001"), ..ParcelParts::default() };
    assert_eq!(ids(&first, near, &bron), ["69029000AB0001"]);
    assert!(ids(&of_villeurbanne, near, &Territory::Whole).is_empty());
}
