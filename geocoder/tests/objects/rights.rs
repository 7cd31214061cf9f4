//! What a person may not see changes nothing for them: without it, every answer is the same to the byte. Drawn at
//! random: objects, territories, texts that nearly name what is hidden.

use geocoder::{
    Filter, Geocoder, Kind, Near, Nearby, Object, ObjectKind, Request,
    photon::{Choice, OsmTag},
};
use layers::{LonLat, Territory};
use proptest::prelude::*;
use tempfile::TempDir;

use crate::{
    COMMUNES, PARK, STOP, TOWN_HALL, addresses, built, codes_of, index, layer, numbered, object, parcel, request, seen,
};

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

/// More of one name than are ranked, and of one correction: hidden ones must not take the place of visible ones.
fn crowd_of(count: usize) -> impl Iterator<Item = Object> {
    let park = |name: &str, at| Object { audience: codes_of(&["69266"]), ..object(0, name, PARK, "69266", at) };
    let more = (0..count).map(move |at| park("parc de la mairie", (4.869 + at as f64 / 1e5, 45.75)));
    let alike = nearly_cerises().filter(move |word| count > 0 && word != "cerises");
    more.chain(alike.flat_map(|name| [name.clone(), name]).map(move |name| park(&name, (4.87, 45.75))))
}

thread_local! {
    static ADDRESSES: (Geocoder, TempDir) = addresses();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn what_a_territory_does_not_open_changes_nothing(
        objects in prop::collection::vec(some_object(), 0..60).prop_map(numbered),
        crowd in prop_oneof![Just(0usize), 90..130usize],
        parcels in prop::collection::vec(some_parcel(), 0..30).prop_map(numbered),
        opened in prop::collection::vec(prop::sample::select(COMMUNES.to_vec()), 0..3),
        texts in prop::collection::vec(text(), 1..4),
    ) {
        let mut texts = texts;
        texts.extend(["AB 3 bron", "69266000AA0001", "par", "bron", "ceqises"].map(str::to_owned));
        let territory = Territory::of(codes_of(&opened));
        let meant = object(0, "cerises", PARK, "69387", (4.86, 45.75));
        let objects: Vec<Object> = numbered(objects.into_iter().chain(crowd_of(crowd)).chain([meant]).collect());
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
