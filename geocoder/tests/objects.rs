//! Objects of searchable layers among addresses: found as agents mean them, and only where they may be seen.

#![allow(clippy::unwrap_used)] // helpers of tests are tests

use std::{fs, path::Path, sync::Arc};

use geocoder::{
    BuildOptions, Error, Filter, Geocoder, Kind, MatchType, Near, Nearby, Object, ObjectKind, ObjectLayer, Objects,
    Request, Suggestion, Verdict, Visible, build, build_objects, forget_objects,
    photon::{Choice, OsmTag},
};
use layers::{Bbox, CommuneCode, FeatureId, LonLat, Territory};
use proptest::prelude::*;
use tempfile::TempDir;

const HEADER: &str = "cle_interop;voie_nom;numero;suffixe;commune_insee;commune_nom;position;long;lat;x;y;cad_parcelles;source;date_der_maj;certification_commune";

/// (key, street, number, code, commune, lon, lat, parcels)
#[rustfmt::skip]
type SampleRow = (&'static str, &'static str, u32, &'static str, &'static str, f64, f64, &'static str);

const ROWS: [SampleRow; 11] = [
    ("69029_0001_00001", "Rue de la Mairie", 1, "69029", "Bron", 4.9100, 45.7380, "69029000AB0001"),
    ("69029_0002_00002", "Avenue Franklin Roosevelt", 2, "69029", "Bron", 4.9110, 45.7385, ""),
    ("69029_0003_00003", "Rue Garibaldi", 3, "69029", "Bron", 4.9120, 45.7390, ""),
    ("69266_0001_00001", "Cours Émile Zola", 1, "69266", "Villeurbanne", 4.8800, 45.7700, "69266000CE0005"),
    ("69266_0002_00002", "Rue Blandan", 2, "69266", "Villeurbanne", 4.8810, 45.7705, ""),
    ("69387_0001_00037", "Rue du Repos", 37, "69387", "Lyon 7e Arrondissement", 4.8540, 45.7440, ""),
    ("69387_0002_00012", "Rue Garibaldi", 12, "69387", "Lyon 7e Arrondissement", 4.8500, 45.7450, ""),
    ("69387_0002_00014", "Rue Garibaldi", 14, "69387", "Lyon 7e Arrondissement", 4.8501, 45.7452, ""),
    ("69387_0003_00001", "Rue du Parc", 1, "69387", "Lyon 7e Arrondissement", 4.8510, 45.7460, ""),
    ("69149_0001_00001", "Grande Rue", 1, "69149", "Oullins-Pierre-Bénite", 4.8080, 45.7150, ""),
    ("69387_0004_00008", "Place du 8 Mai 1945", 8, "69387", "Lyon 7e Arrondissement", 4.8520, 45.7470, ""),
];

fn addresses() -> (Geocoder, TempDir) {
    addresses_of(&ROWS)
}

fn addresses_of(rows: &[SampleRow]) -> (Geocoder, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let row = |(key, street, number, code, commune, lon, lat, parcels): &(_, _, u32, _, _, f64, f64, _)| {
        format!("{key};{street};{number};;{code};{commune};entrée;{lon};{lat};;;{parcels};commune;2026-01-01;1")
    };
    let text = std::iter::once(HEADER.to_owned()).chain(rows.iter().map(row)).collect::<Vec<_>>().join("\r\n");
    let source = folder.path().join("bal.csv");
    fs::write(&source, text + "\r\n").unwrap();
    let postcodes = folder.path().join("postcodes.csv");
    let codes = "code_commune_insee;code_postal\n69029;69500\n69266;69100\n69123;69007\n69149;69600\n69149;69310\n";
    fs::write(&postcodes, codes).unwrap();
    let metropole = codes_of(&["69029", "69266", "69123", "69149"]).into_iter().collect();
    let options = BuildOptions { postcodes: Some(postcodes), metropole, ..BuildOptions::default() };
    build(&[source], &folder.path().join("index"), &options, &mut |_| {}).unwrap();
    (Geocoder::open(&folder.path().join("index")).unwrap(), folder)
}

fn codes_of(codes: &[&str]) -> Vec<CommuneCode> {
    codes.iter().map(|code| code.parse().unwrap()).collect()
}

fn layer(id: &str, kind: ObjectKind) -> ObjectLayer {
    let metropole = codes_of(&["69029", "69266", "69123", "69149"]).into_iter().collect();
    ObjectLayer { layer: id.parse().unwrap(), revision: "r1".to_owned(), kind, metropole }
}

fn object(feature: u64, name: &str, tag: (&str, &str), commune: &str, (lon, lat): (f64, f64)) -> Object {
    Object {
        feature: FeatureId(feature),
        id: format!("o{feature}"),
        name: name.to_owned(),
        other_names: Vec::new(),
        tag: (tag.0.to_owned(), tag.1.to_owned()),
        commune: commune.parse().ok(),
        postcode: None,
        address: None,
        at: LonLat { lon, lat },
        bbox: None,
        audience: commune.parse().into_iter().collect(),
    }
}

const PARK: (&str, &str) = ("leisure", "park");
const TOWN_HALL: (&str, &str) = ("amenity", "townhall");
const POOL: (&str, &str) = ("leisure", "sports_centre");
const SOCIAL: (&str, &str) = ("amenity", "social_facility");
const STOP: (&str, &str) = ("highway", "bus_stop");

fn equipment() -> Vec<Object> {
    let named = |names: &[&str], object: Object| Object {
        other_names: names.iter().map(|n| (*n).to_owned()).collect(),
        ..object
    };
    vec![
        Object {
            bbox: Some(Bbox { west: 4.852, south: 45.742, east: 4.858, north: 45.746 }),
            address: Some("37 Rue du Repos".to_owned()),
            ..named(&["Parc Sergent Blandan"], object(1, "Parc Blandan", PARK, "69387", (4.8550, 45.7440)))
        },
        object(2, "Mairie de Bron", TOWN_HALL, "69029", (4.9105, 45.7382)),
        object(3, "Hôtel de Ville", TOWN_HALL, "69266", (4.8795, 45.7665)),
        object(4, "Piscine André Sousi", POOL, "69029", (4.9000, 45.7330)),
        object(5, "Centre nautique Tony Bertrand", POOL, "69387", (4.8390, 45.7520)),
        object(6, "Maison de la Métropole - Bron", SOCIAL, "69029", (4.9090, 45.7370)),
        Object { postcode: Some(69310), ..object(7, "Mairie annexe", TOWN_HALL, "69149", (4.8250, 45.7030)) },
    ]
}

fn stops() -> Vec<Object> {
    vec![
        object(11, "Garibaldi", STOP, "69387", (4.8502, 45.7455)),
        object(12, "Garibaldi", STOP, "69387", (4.8503, 45.7457)),
        object(13, "Rue Garibaldi", STOP, "69387", (4.8505, 45.7459)),
        object(14, "Hôtel de Ville - Bron", STOP, "69029", (4.9106, 45.7383)),
        object(15, "Place du 8 Mai 1945", STOP, "69387", (4.8521, 45.7471)),
    ]
}

fn parcel(feature: u64, id: &str, (lon, lat): (f64, f64), audience: &[&str]) -> Object {
    let around = Bbox { west: lon - 0.0001, south: lat - 0.0001, east: lon + 0.0001, north: lat + 0.0001 };
    let base = object(feature, "", ("place", "plot"), "69029", (lon, lat));
    Object { id: id.to_owned(), bbox: Some(around), audience: codes_of(audience), ..base }
}

fn land() -> Vec<Object> {
    vec![
        parcel(21, "69029000AB0001", (4.9101, 45.7381), &["69029"]),
        parcel(22, "69029000AB0002", (4.9104, 45.7381), &["69029"]),
        parcel(23, "69029123AB0002", (4.9154, 45.7391), &["69029"]),
        parcel(24, "69266000CE0005", (4.8801, 45.7701), &["69266"]),
        parcel(25, "69266000CE0006", (4.8804, 45.7701), &["69266"]),
    ]
}

fn built(store: &Path, layer: &ObjectLayer, objects: Vec<Object>) -> Arc<Objects> {
    assert!(build_objects(store, layer, objects.into_iter()).unwrap().is_new);
    Arc::new(Objects::open(store, &layer.layer, &layer.revision).unwrap())
}

/// Addresses with the three layers attached.
fn index() -> (Geocoder, TempDir) {
    let (geocoder, folder) = addresses();
    let store = folder.path().join("objects");
    let objects = vec![
        built(&store, &layer("equipements", ObjectKind::Poi), equipment()),
        built(&store, &layer("arrets", ObjectKind::Other), stops()),
        built(&store, &layer("parcelles", ObjectKind::Parcel), land()),
    ];
    (geocoder.with_objects(objects), folder)
}

fn seen(layers: &[&str], territory: &Territory) -> Vec<Visible> {
    let visible = |id: &&str| Visible { layer: id.parse().unwrap(), territory: territory.clone() };
    layers.iter().map(visible).collect()
}

fn all() -> Vec<Visible> {
    seen(&["equipements", "arrets", "parcelles"], &Territory::Whole)
}

fn request(text: &str) -> Request {
    Request { text: text.to_owned(), limit: 10, objects: all(), ..Request::default() }
}

fn names(found: &[Suggestion]) -> Vec<String> {
    found.iter().map(|it| format!("{:?} {} [{}]", it.kind, it.label(), it.score)).collect()
}

#[track_caller]
fn check(geocoder: &Geocoder, text: &str, kind: Kind, name: &str) -> Suggestion {
    let found = geocoder.search(&request(text)).unwrap();
    let first = found.first().unwrap_or_else(|| panic!("« {text} » found nothing"));
    assert_eq!((first.kind, first.name.as_str()), (kind, name), "« {text} » gave {:#?}", names(&found));
    first.clone()
}

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
const CLOSES: [SampleRow; 5] = [
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

fn compare_with_noise(rows: &[SampleRow]) -> usize {
    let (geocoder, folder) = addresses_of(rows);
    let bare = Geocoder::open(&folder.path().join("index")).unwrap();
    let store = folder.path().join("noise");
    let attached = [
        built(
            &store,
            &layer("equipements", ObjectKind::Poi),
            numbered(equipment().into_iter().chain(noisy()).collect()),
        ),
        built(&store, &layer("arrets", ObjectKind::Other), stops()),
    ];
    let geocoder = geocoder.with_objects(attached.into());
    let mut compared = 0;
    for &(_, street, _, _, commune, ..) in rows {
        let without = |at: usize| street.chars().take(at).chain(street.chars().skip(at + 1)).collect::<String>();
        let longest = street.chars().count() - 2;
        for name in [street.to_owned(), without(longest), without(longest - 1)] {
            for noise in ["residence", "batiment", "entree", "residence pasteur"] {
                let commune = commune.split(' ').next().unwrap_or_default();
                for text in [format!("{name} {noise} {commune}"), format!("{name} {commune} {noise}")] {
                    let asked = request(&text);
                    let alone = bare.search(&asked).unwrap();
                    if alone.first().is_none_or(|it| it.kind != Kind::Street) {
                        continue; // nothing but the commune is found of it
                    }
                    let found = geocoder.search(&Request { limit: 50, ..asked }).unwrap();
                    let addresses: Vec<_> = found.iter().filter(|it| it.object.is_none()).take(alone.len()).collect();
                    let ids = |all: &[&Suggestion]| all.iter().map(|it| it.id.clone()).collect::<Vec<_>>();
                    assert_eq!(
                        ids(&addresses),
                        ids(&alone.iter().collect::<Vec<_>>()),
                        "« {text} »: {:#?}",
                        names(&found)
                    );
                    let place = found.iter().position(|it| it.id == alone[0].id);
                    assert!(place.is_some_and(|place| place < 3), "« {text} »: {:#?}", names(&found));
                    compared += 1;
                }
            }
        }
    }
    compared
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

#[test]
fn without_a_layer_in_the_request_no_object_exists() {
    let (geocoder, folder) = index();
    let bare = Geocoder::open(&folder.path().join("index")).unwrap();
    for text in ["parc blandan", "garibaldi", "mairie de bron", "g", "69266000CE0006", "CE 5 villeurbanne"] {
        let nobody = Request { objects: Vec::new(), ..request(text) };
        assert_eq!(geocoder.search(&nobody).unwrap(), bare.search(&nobody).unwrap(), "{text}");
        let unknown = Request { objects: seen(&["chantiers"], &Territory::Whole), ..request(text) };
        assert_eq!(geocoder.search(&unknown).unwrap(), bare.search(&nobody).unwrap(), "{text}");
    }
}

#[test]
fn the_two_sides_of_a_stop_are_one_answer() {
    let (geocoder, _folder) = index();
    let found = geocoder.search(&request("garibaldi")).unwrap();
    assert_eq!(found.iter().filter(|it| it.name == "Garibaldi").count(), 1, "{:#?}", names(&found));
}

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
    let category = Choice::of_category("park");
    let parks = Filter { kinds: category.kinds(), tags: Some(category), ..Filter::default() };
    assert_eq!(ask("lyon 7", parks), ["Parc Blandan"]);
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
    assert!(geocoder.search(&Request { objects: bron, ..request("69266000CE0006") }).unwrap().is_empty());
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
    assert_eq!(found[0].id, "69029000AB0002", "its middle is nearer: {:#?}", names(&found));
    assert_eq!(found.len(), 3);
    let found = near(&["arrets"], None, (4.8501, 45.7452));
    assert_eq!(
        (found[0].label(), found[0].kind),
        ("14 Rue Garibaldi, 69007 Lyon 7e Arrondissement".to_owned(), Kind::House)
    );
    assert_eq!((found[2].name.as_str(), found[2].kind), ("Garibaldi", Kind::Object), "{:#?}", names(&found));
    assert!(near(&[], None, (4.8501, 45.7452)).iter().all(|it| it.kind == Kind::House));
}

#[test]
fn a_revision_is_built_once_verified_and_others_are_swept() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path();
    let first = layer("equipements", ObjectKind::Poi);
    let open = |revision: &str| Objects::open(store, &first.layer, revision);
    assert!(matches!(open("r1"), Err(Error::Objects { .. })));
    let nameless = object(99, " - ", PARK, "69029", (4.9, 45.7));
    let made = build_objects(store, &first, equipment().into_iter().chain([nameless])).unwrap();
    assert_eq!((made.objects, made.refused, made.is_new), (7, 1, true));
    let again = build_objects(store, &first, std::iter::once_with(|| unreachable!("it is there"))).unwrap();
    assert_eq!((again.objects, again.refused, again.is_new), (7, 1, false));
    let opened = open("r1").unwrap();
    opened.verify().unwrap();
    assert_eq!((opened.count(), opened.kind(), opened.revision()), (7, ObjectKind::Poi, "r1"));
    let second = ObjectLayer { revision: "r2".to_owned(), ..first.clone() };
    build_objects(store, &second, equipment().into_iter()).unwrap();
    assert!(open("r1").is_err() && open("r2").is_ok());
    for name in ["", "..", "a/b", ".hidden", &"x".repeat(121)] {
        let named = ObjectLayer { revision: name.to_owned(), ..first.clone() };
        assert!(build_objects(store, &named, equipment().into_iter()).is_err() && open(name).is_err(), "{name:?}");
    }
    let places = store.join("equipements/r2/places.bin");
    let mut bytes = fs::read(&places).unwrap();
    bytes[20] ^= 1;
    fs::write(&places, &bytes).unwrap();
    assert!(matches!(open("r2").unwrap().verify(), Err(Error::Objects { .. })));
    fs::write(&places, &bytes[..bytes.len() - 1]).unwrap();
    assert!(open("r2").is_err());
    assert!(build_objects(store, &second, equipment().into_iter()).unwrap().is_new, "what is not whole is made again");
    open("r2").unwrap().verify().unwrap();
    forget_objects(store, &["equipements".parse().unwrap()]).unwrap();
    assert!(open("r2").is_ok());
    forget_objects(store, &[]).unwrap();
    assert!(open("r2").is_err());
    forget_objects(&store.join("nowhere"), &[]).unwrap();
}

#[test]
fn damaged_objects_give_some_answers_and_no_panic() {
    let (geocoder, folder) = addresses();
    let store = folder.path().join("objects");
    let layers =
        [(layer("equipements", ObjectKind::Poi), equipment()), (layer("parcelles", ObjectKind::Parcel), land())];
    for (layer, objects) in &layers {
        build_objects(&store, layer, objects.iter().cloned()).unwrap();
    }
    for (layer, _) in &layers {
        for entry in fs::read_dir(store.join(layer.layer.as_str()).join("r1")).unwrap() {
            let path = entry.unwrap().path();
            let whole = fs::read(&path).unwrap();
            for step in (1..40).filter(|_| path.extension().is_some_and(|it| it == "bin")) {
                let mut damaged = whole.clone();
                for at in (8 + step..whole.len().saturating_sub(120)).step_by(step) {
                    damaged[at] = if step % 2 == 0 { u8::MAX } else { damaged[at].wrapping_mul(31) };
                }
                fs::write(&path, &damaged).unwrap();
                let Ok(objects) = Objects::open(&store, &layer.layer, "r1") else { continue };
                let geocoder = geocoder.with_objects(vec![Arc::new(objects)]);
                for text in ["parc", "bron", "AB 2 bron", "69029000AB0001"] {
                    geocoder.search(&request(text)).unwrap();
                }
                let (point, filter) = (LonLat { lon: 4.91, lat: 45.738 }, Filter::default());
                geocoder.reverse(&Nearby { point, limit: 9, radius_m: 9e3, filter, objects: all() }).unwrap();
            }
            fs::write(&path, &whole).unwrap();
        }
    }
}

/// Words that names and texts are made of: near each other, so that hidden names would correct and crowd visible ones.
const WORDS: [&str; 16] = [
    "parc",
    "parcs",
    "mairie",
    "marie",
    "bron",
    "garibaldi",
    "garibaldy",
    "blandan",
    "bladan",
    "de",
    "la",
    "rue",
    "piscine",
    "8",
    "villeurbanne",
    "p",
];
const COMMUNES: [&str; 4] = ["69029", "69266", "69387", "69149"];

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(WORDS.to_vec()), 1..4).prop_map(|words| words.join(" "))
}

fn some_object() -> impl Strategy<Value = Object> {
    let commune = || prop::sample::select(COMMUNES.to_vec());
    (text(), text(), commune(), prop::collection::vec(commune(), 0..3), 0..8u8, 0..8u8).prop_map(
        |(name, other, commune, audience, east, north)| {
            let at = (4.85 + f64::from(east) / 200.0, 45.74 + f64::from(north) / 200.0);
            let tag = if east % 2 == 0 { PARK } else { TOWN_HALL };
            Object { other_names: vec![other], audience: codes_of(&audience), ..object(0, &name, tag, commune, at) }
        },
    )
}

fn some_parcel() -> impl Strategy<Value = Object> {
    ("(69029|69266)(000|123)A[AB]000[0-9]", prop::collection::vec(prop::sample::select(COMMUNES.to_vec()), 0..3))
        .prop_map(|(id, audience)| {
            let at = (4.91 + f64::from(id.as_bytes()[13] - b'0') / 5e3, 45.738);
            parcel(0, &id, at, &audience)
        })
}

/// Words a letter away from « ceqises », as « cerises » is: more of them than a misspelt word is given corrections.
fn nearly_cerises() -> impl Iterator<Item = String> {
    (0..7).flat_map(|at| {
        ('a'..='z').map(move |letter| {
            let mut word = "ceqises".to_owned();
            word.replace_range(at..=at, letter.encode_utf8(&mut [0; 4]));
            word
        })
    })
}

fn numbered(objects: Vec<Object>) -> Vec<Object> {
    (1..).zip(objects).map(|(feature, object)| Object { feature: FeatureId(feature), ..object }).collect()
}

/// What a person sees of three layers, of which one is not open to them at all.
fn answers(geocoder: &Geocoder, texts: &[String], territory: &Territory) -> String {
    let objects = seen(&["equipements", "parcelles"], territory);
    let near = [None, Some(Near::from(LonLat { lon: 4.87, lat: 45.75 }))];
    let mut all = Vec::new();
    for text in texts {
        for near in near {
            for finished in [false, true] {
                let request = Request {
                    text: text.clone(),
                    limit: 15,
                    near,
                    finished,
                    objects: objects.clone(),
                    ..Request::default()
                };
                all.push(geocoder.search(&request).unwrap());
                let filter = Filter { kinds: Some(Kind::OBJECTS.to_vec()), ..Filter::default() };
                all.push(geocoder.search(&Request { filter, ..request }).unwrap());
            }
        }
    }
    for point in [LonLat { lon: 4.87, lat: 45.75 }, LonLat { lon: 4.9105, lat: 45.738 }] {
        let nearby =
            Nearby { point, limit: 15, radius_m: 5_000.0, filter: Filter::default(), objects: objects.clone() };
        all.push(geocoder.reverse(&nearby).unwrap());
        let tags = Choice { tags: OsmTag::parse("amenity:townhall").into_iter().collect(), ..Choice::default() };
        let filter = Filter { kinds: tags.kinds(), tags: Some(tags), ..Filter::default() };
        all.push(geocoder.reverse(&Nearby { filter, ..nearby }).unwrap());
    }
    serde_json::to_string(&all).unwrap()
}

thread_local! {
    static ADDRESSES: (Geocoder, TempDir) = addresses();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn what_a_territory_does_not_open_changes_nothing(
        objects in prop::collection::vec(some_object(), 0..60).prop_map(numbered),
        // More of one name than are ranked, and of one correction: hidden ones must not take the place of visible ones.
        crowd in prop_oneof![Just(0usize), 90..130usize],
        parcels in prop::collection::vec(some_parcel(), 0..30).prop_map(numbered),
        opened in prop::collection::vec(prop::sample::select(COMMUNES.to_vec()), 0..3),
        texts in prop::collection::vec(text(), 1..4),
    ) {
        let mut texts = texts;
        texts.extend(["AB 3 bron", "69266000AA0001", "par", "bron", "ceqises"].map(str::to_owned));
        let territory = Territory::of(codes_of(&opened));
        let more = (0..crowd).map(|at| {
            let at = (4.869 + at as f64 / 1e5, 45.75);
            Object { audience: codes_of(&["69266"]), ..object(0, "parc de la mairie", PARK, "69266", at) }
        });
        let alike = nearly_cerises().filter(|word| crowd > 0 && word != "cerises").flat_map(|name| [name.clone(), name]).map(|name| {
            Object { audience: codes_of(&["69266"]), ..object(0, &name, PARK, "69266", (4.87, 45.75)) }
        });
        let meant = object(0, "cerises", PARK, "69387", (4.86, 45.75));
        let objects: Vec<Object> = numbered(objects.into_iter().chain(more).chain(alike).chain([meant]).collect());
        let stops = numbered(vec![object(0, "parc blandan", STOP, "69387", (4.85, 45.74))]);
        let sees = |object: &Object| territory.opens(&object.audience);
        let folder = tempfile::tempdir().unwrap();
        let of = |name: &str, objects: Vec<Object>, parcels: Vec<Object>, stops: Vec<Object>| {
            let store = folder.path().join(name);
            let all = [
                ("equipements", ObjectKind::Poi, objects),
                ("parcelles", ObjectKind::Parcel, parcels),
                ("arrets", ObjectKind::Other, stops),
            ];
            all.into_iter().map(|(id, kind, objects)| built(&store, &layer(id, kind), objects)).collect::<Vec<_>>()
        };
        let visible = |objects: &[Object]| objects.iter().filter(|object| sees(object)).cloned().collect::<Vec<_>>();
        let bare = of("bare", visible(&objects), visible(&parcels), Vec::new());
        let full = of("full", objects, parcels, stops);
        ADDRESSES.with(|(geocoder, _)| {
            let full = answers(&geocoder.with_objects(full), &texts, &territory);
            let bare = answers(&geocoder.with_objects(bare), &texts, &territory);
            // The answers themselves are pages long: where they part says enough.
            let parts = full.bytes().zip(bare.bytes()).position(|(a, b)| a != b).unwrap_or(full.len().min(bare.len()));
            let shown = |text: &str| text.get(parts.saturating_sub(200)..(parts + 200).min(text.len())).map(str::to_owned);
            prop_assert!(full == bare, "{:?}\n{:?}", shown(&full), shown(&bare));
            Ok(())
        })?;
    }
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
        assert!(found.len() == 5 && found.iter().all(|it| it.kind == Kind::Poi), "{text}: {:?}", names(&found));
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
