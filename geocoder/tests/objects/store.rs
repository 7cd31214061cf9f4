//! Indexes of objects on disk: built once, verified, swept when another revision takes their place; damage is found and
//! is no panic.

use std::{fs, sync::Arc};

use geocoder::{Error, Filter, Nearby, ObjectKind, ObjectLayer, Objects, build_objects, forget_objects};
use layers::LonLat;

use crate::{PARK, addresses, all, equipment, land, layer, object, request};

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
