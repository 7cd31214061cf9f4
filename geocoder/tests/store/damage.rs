//! What is damaged is refused where it shows, and is no panic where it does not; so is an index of another format,
//! which is told from one that is missing.

use std::fs;

use geocoder::{Error, Filter, Geocoder, Request};
use layers::LonLat;

use crate::{index, near, row, support, town};

#[test]
fn every_file_cut_is_refused_and_every_byte_changed_is_found() {
    let (geocoder, _, folder) = index(&[&town()]);
    let store = folder.path().join("index");
    let revision = store.join(&geocoder.manifest().revision);
    geocoder.verify().unwrap();
    for (name, stamp) in &geocoder.manifest().files {
        let path = revision.join(name);
        let whole = fs::read(&path).unwrap();
        assert_eq!(whole.len() as u64, stamp.bytes);
        fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        let error = Geocoder::open(&store).unwrap_err();
        assert!(matches!(&error, Error::Damaged { what, .. } if what.contains(name.as_str())), "{error}");
        for at in [whole.len() / 3, whole.len() / 2] {
            let mut flipped = whole.clone();
            flipped[at] ^= 1;
            fs::write(&path, &flipped).unwrap();
            let refused = Geocoder::open(&store).and_then(|geocoder| geocoder.verify()).unwrap_err();
            assert!(!refused.to_string().is_empty(), "{name}");
        }
        fs::write(&path, &whole).unwrap();
    }
    Geocoder::open(&store).unwrap().verify().unwrap();
}

#[test]
fn damaged_tables_give_wrong_answers_and_no_panic() {
    let (geocoder, _, folder) = index(&[&town()]);
    let store = folder.path().join("index");
    let revision = store.join(&geocoder.manifest().revision);
    for name in ["numbers.bin", "places.bin"] {
        let whole = fs::read(revision.join(name)).unwrap();
        for step in 1..40usize {
            let mut damaged = whole.clone();
            for at in (step * 13..damaged.len() - 200).step_by(97 * step) {
                damaged[at] = damaged[at].wrapping_mul(31).wrapping_add(u8::try_from(step).unwrap());
            }
            fs::write(revision.join(name), &damaged).unwrap();
            let Ok(geocoder) = Geocoder::open(&store) else { continue };
            for text in ["12 rue numéro 3 bron", "rue numéro 7", "villeurbanne"] {
                let _ = geocoder.search(&Request { limit: 50, ..support::request(text) });
            }
            near(&geocoder, LonLat { lon: 4.9, lat: 45.73 }, 50, 50_000.0, Filter::default());
        }
        fs::write(revision.join(name), &whole).unwrap();
    }
}

#[test]
fn a_missing_and_a_foreign_index_are_told_apart() {
    let (_, _, folder) = index(&[&[row("Rue Haute", 1, 4.9, 45.7)]]);
    assert!(matches!(Geocoder::open(&folder.path().join("nowhere")), Err(Error::NoIndex { .. })));
    let store = folder.path().join("index");
    let revision = store.join(fs::read_to_string(store.join("current")).unwrap());
    let manifest = fs::read_to_string(revision.join("manifest.json")).unwrap();
    fs::write(revision.join("manifest.json"), manifest.replacen("\"schema\": ", "\"schema\": 99", 1)).unwrap();
    let error = Geocoder::open(&store).unwrap_err();
    assert!(
        matches!(error, Error::OtherSchema { found, expected, .. } if found > 99 && expected < 99)
            && error.to_string().contains("traboule index"),
        "{error}"
    );
}
