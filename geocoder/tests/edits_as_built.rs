//! Edits answer as an index built anew of the same files does: whatever changed, in however many files, and however
//! the rows of one address are spread over them.

#![allow(clippy::unwrap_used)] // helpers of tests are tests

mod support;

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use geocoder::{BuildOptions, Error, Geocoder, Kind, Progress, Suggestion, Update, build, update};
use layers::LonLat;
use support::{dice::Dice, find_finished, nearby};
use tempfile::TempDir;

const HEADER: &str = "id_ban_commune;id_ban_toponyme;id_ban_adresse;cle_interop;commune_insee;commune_nom;voie_nom;\
    lieudit_complement_nom;numero;suffixe;position;x;y;long;lat;cad_parcelles;source;date_der_maj;certification_commune";

/// One row of a BAL.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    town: usize,
    street: String,
    number: u32,
    /// Drawn rather than said: the place of the address.
    place: u32,
    id: Option<u64>,
    certified: bool,
}

const TOWNS: [(&str, &str, f64); 4] = [
    ("69029", "Bron", 4.91),
    ("69081", "Écully", 4.77),
    ("69266", "Villeurbanne", 4.88),
    ("69383", "Lyon 3e Arrondissement", 4.86),
];

fn row(town: usize, street: &str, number: u32) -> Row {
    Row { town, street: street.to_owned(), number, place: number, id: None, certified: false }
}

impl Row {
    fn at(&self) -> LonLat {
        let (across, along) = (f64::from(self.place % 97), f64::from(self.place / 97 % 400));
        LonLat { lon: TOWNS[self.town].2 + 0.0001 * across, lat: 45.74 + 0.0001 * along }
    }

    fn line(&self) -> String {
        let (code, name, _) = TOWNS[self.town];
        let Self { street, number, .. } = self;
        let ids = self.id.map_or(";;".to_owned(), |id| {
            let uuid = |kind: u64, id: u64| format!("{id:08x}-0000-4000-8000-{kind:012x}");
            let town = code.parse().unwrap();
            format!("{};{};{}", uuid(1, town), uuid(2, id / 100), uuid(3 + id, id))
        });
        let (at, certified) = (self.at(), u8::from(self.certified));
        let (lon, lat) = (at.lon, at.lat);
        let position = if *number == 99_999 { ";;;;".to_owned() } else { format!("entrée;;;{lon:.7};{lat:.7}") };
        format!(
            "{ids};{code}_0001_{number:05};{code};{name};{street};;{number};;{position};;commune;2026-01-01;{certified}"
        )
    }
}

/// A folder of BAL files, and the index that is edited.
struct Site(TempDir);

impl Site {
    /// The index of some files.
    fn new(files: &[(&str, &[Row])]) -> Self {
        let site = Self(tempfile::tempdir().unwrap());
        files.iter().for_each(|(name, rows)| site.write(name, rows, "\n"));
        build(&site.sources(), &site.store("index"), &BuildOptions::default(), &mut |_| ()).unwrap();
        site
    }

    fn write(&self, name: &str, rows: &[Row], end: &str) {
        let mut text = format!("\u{feff}{HEADER}{end}");
        rows.iter().for_each(|row| write!(text, "{}{end}", row.line()).unwrap());
        fs::write(self.0.path().join(name), text).unwrap();
    }

    fn store(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn sources(&self) -> Vec<PathBuf> {
        support::csv_files(self.0.path())
    }

    fn update(&self) -> Update {
        update(&self.sources(), &[], &self.store("index"), &BuildOptions::default()).unwrap().update
    }

    /// What the edits made of the changed files, and how many streets they are of.
    fn edit(&self) -> (Geocoder, usize) {
        let updated = self.update();
        let Update::Edited { revision, streets, .. } = updated else { panic!("{updated:?}") };
        let geocoder = open(&self.store("index"));
        assert_eq!(geocoder.revision(), revision);
        (geocoder, streets)
    }

    /// An index built of the files as they are now.
    fn built(&self) -> Geocoder {
        let store = self.store("built");
        build(&self.sources(), &store, &BuildOptions::default(), &mut |_| ()).unwrap();
        open(&store)
    }
}

fn open(store: &Path) -> Geocoder {
    let geocoder = Geocoder::open(store).unwrap();
    geocoder.verify().unwrap();
    geocoder
}

/// All that is found at a row's address and at its place, in short.
fn about(geocoder: &Geocoder, row: &Row) -> Vec<String> {
    let (_, town, _) = TOWNS[row.town];
    let short = |it: &Suggestion| {
        if matches!(it.kind, Kind::City | Kind::District) {
            return it.name.clone(); // its middle is that of the addresses it had when the index was built
        }
        let Suggestion { name, house_number, insee, position, ban_id, certified, .. } = it;
        format!(
            "{house_number:?} {name} {insee} {:.6} {:.6} {ban_id:?} {certified:?}",
            position.at.lon, position.at.lat
        )
    };
    let searched = find_finished(geocoder, &format!("{} {} {town}", row.number, row.street));
    // Which of several equals comes after the first is chance.
    let mut all: Vec<String> = searched.first().into_iter().map(short).collect();
    let mut around: Vec<String> = geocoder.reverse(&nearby(row.at(), 30, 30.0)).unwrap().iter().map(short).collect();
    around.sort();
    all.extend(around);
    all
}

fn assert_same(site: &Site, edited: &Geocoder, rows: &[Row]) {
    let built = site.built();
    for row in rows {
        assert_eq!(about(edited, row), about(&built, row), "{row:?}");
    }
}

/// Edits what changed: an index that says the same of these rows as one built anew.
fn edit_as_built(site: &Site, rows: &[Row]) -> Geocoder {
    let (edited, _) = site.edit();
    assert_same(site, &edited, rows);
    edited
}

/// Rows of every town in one list, a street after the other.
fn rows(streets: usize, numbers: u32) -> Vec<Row> {
    let mut all = Vec::new();
    for (town, street) in (0..TOWNS.len()).flat_map(|town| (0..streets).map(move |street| (town, street))) {
        let place = |number: u32| (street as u32 * numbers + number) * 2;
        let name = format!(
            "Rue du Clos {}",
            ["Bleu", "Vert", "Rouge", "Noir", "Blanc", "Gris", "Jaune"][street % 7].to_owned()
                + &"x".repeat(street / 7)
        );
        all.extend((1..=numbers).map(|number| Row { place: place(number), ..row(town, &name, number) }));
    }
    all
}

#[test]
fn one_file_of_all_communes_is_edited_by_street_however_many_edits_it_takes() {
    let mut all = rows(12, 25);
    let site = Site::new(&[("metropole.csv", &all)]);
    let (mut dice, mut touched) = (Dice::of(7), Vec::new());
    for round in 0..8 {
        for _ in 0..3 {
            let at = dice.below(all.len());
            touched.push(all[at].clone());
            match dice.below(4) {
                0 => drop(all.remove(at)),
                1 => all[at].street = format!("Allée des Iris {}", "z".repeat(round + 1)),
                2 => {
                    all.insert(at, Row { number: 500 + round as u32, place: 30_000 + round as u32, ..all[at].clone() })
                }
                _ => all[at].certified = true,
            }
            touched.push(all[at.min(all.len() - 1)].clone());
        }
        site.write("metropole.csv", &all, if round == 4 { "\r\n" } else { "\n" });
        let (edited, streets) = site.edit();
        assert!(streets <= 6 * (round + 1), "{streets} streets after {round} rounds");
        let others: Vec<Row> = (0..20).map(|_| all[dice.below(all.len())].clone()).collect();
        assert_same(&site, &edited, &[touched.clone(), others].concat());
    }
}

#[test]
fn an_address_of_two_files_is_settled_again_when_either_changes() {
    let ours = Row { id: Some(105), certified: true, ..row(0, "Rue des Lilas", 5) };
    let theirs = Row { town: 2, street: "Chemin des Lilas".to_owned(), certified: false, ..ours.clone() };
    let other = Row { id: Some(201), ..row(0, "Rue Haute", 1) };
    let own = Row { id: Some(301), ..row(2, "Rue Basse", 7) };
    let site = Site::new(&[
        ("bron.csv", &[ours.clone(), other.clone()]),
        ("villeurbanne.csv", &[theirs.clone(), own.clone()]),
    ]);
    let all = [ours.clone(), theirs.clone(), other.clone(), own.clone()];
    let names = |geocoder: &Geocoder| -> Vec<String> {
        let near = [&ours, &theirs].into_iter().flat_map(|row| geocoder.reverse(&nearby(row.at(), 9, 5.0)).unwrap());
        near.filter(|it| it.house_number.as_deref() == Some("5")).map(|it| it.insee).collect()
    };
    assert_eq!(names(&open(&site.store("index"))), ["69029"], "the certified one");
    // Withdrawn from one file, it is the other's.
    site.write("bron.csv", std::slice::from_ref(&other), "\n");
    assert_eq!(names(&edit_as_built(&site, &all)), ["69266"]);
    // Back, and the other file's turn to be certified.
    site.write("bron.csv", &[Row { certified: false, ..ours.clone() }, other.clone()], "\n");
    site.write("villeurbanne.csv", &[Row { certified: true, ..theirs.clone() }, own.clone()], "\n");
    assert_eq!(names(&edit_as_built(&site, &all)), ["69266"]);
    // A third file claims an address that only one had.
    let claimed = Row { town: 1, street: "Rue Claire".to_owned(), certified: true, ..own.clone() };
    let neighbour = Row { town: 1, ..row(1, "Rue Sombre", 2) };
    site.write("ecully.csv", &[claimed.clone(), neighbour.clone()], "\n");
    assert_eq!(site.update(), Update::NeedsBuild, "a town that the index does not know");
    build(&site.sources(), &site.store("index"), &BuildOptions::default(), &mut |_| ()).unwrap();
    let files: [(&str, &[Row]); 2] =
        [("ecully.csv", std::slice::from_ref(&neighbour)), ("villeurbanne.csv", &[theirs, own.clone()])];
    files.iter().for_each(|(name, rows)| site.write(name, rows, "\n"));
    edit_as_built(&site, &[claimed.clone(), neighbour.clone(), own.clone(), ours.clone()]);
    site.write("ecully.csv", &[claimed.clone(), neighbour.clone()], "\n");
    site.write("bron.csv", &[ours.clone(), Row { id: own.id, ..other.clone() }], "\n");
    edit_as_built(&site, &[claimed, neighbour, own, ours, other]);
}

#[test]
fn a_street_whose_rows_are_in_two_files_is_edited_whole() {
    let [one, two, three] = [1, 2, 3].map(|number| row(0, "Rue des Lilas", number));
    let site = Site::new(&[
        ("a.csv", &[one.clone(), row(0, "Rue Haute", 1)]),
        ("b.csv", &[two.clone(), row(0, "Rue Basse", 1)]),
    ]);
    site.write("b.csv", &[two.clone(), three.clone(), row(0, "Rue Basse", 1)], "\n");
    let (edited, streets) = site.edit();
    assert_eq!(streets, 1);
    assert_same(&site, &edited, &[one, two, three, row(0, "Rue Haute", 1), row(0, "Rue Basse", 1)]);
}

#[test]
fn a_place_without_position_stands_in_the_middle_of_all_its_town() {
    let mut all = rows(4, 10);
    let site = Site::new(&[("metropole.csv", &all)]);
    all.push(row(0, "Le Vinatier", 99_999));
    site.write("metropole.csv", &all, "\n");
    let (edited, streets) = site.edit();
    assert_eq!(streets, 1);
    let [here, there] =
        [&edited, &site.built()].map(|geocoder| find_finished(geocoder, "le vinatier bron")[0].position.at);
    assert!((here.lon - there.lon).abs() < 1e-6 && (here.lat - there.lat).abs() < 1e-6, "{here:?}, {there:?}");
}

#[test]
fn what_is_edited_while_an_index_is_built_is_not_lost_when_that_is_put_in_place() {
    let mut all = rows(12, 25);
    let site = Site::new(&[("a.csv", &all)]);
    all.push(row(0, "Rue des Lilas", 3));
    site.write("a.csv", &all, "\n");
    let mut edits = 0;
    let mut meanwhile = |progress| {
        // The files have been read; one changes, and another one comes.
        if edits == 0 && matches!(progress, Progress::Gather(..)) {
            all.push(row(0, "Rue du Muguet", 4));
            site.write("a.csv", &all, "\n");
            site.write("b.csv", &[row(2, "Rue des Iris", 5)], "\n");
            let (edited, _) = site.edit();
            for street in ["3 Rue des Lilas Bron", "4 Rue du Muguet Bron", "5 Rue des Iris Villeurbanne"] {
                assert!(find_finished(&edited, street)[0].house_number.is_some(), "{street}");
            }
            edits += 1;
        }
    };
    let sources = site.sources();
    let built = build(&sources, &site.store("index"), &BuildOptions::default(), &mut meanwhile).unwrap();
    assert_eq!(edits, 1, "something happened meanwhile");
    let now = open(&site.store("index"));
    assert!(now.revision().starts_with(&format!("{}+", built.revision)), "{}", now.revision());
    assert_same(
        &site,
        &now,
        &[row(0, "Rue des Lilas", 3), row(0, "Rue du Muguet", 4), row(2, "Rue des Iris", 5), all[7].clone()],
    );
    assert_eq!(site.update(), Update::Unchanged, "there is nothing left to do");
}

#[test]
fn a_build_that_would_lose_what_was_edited_meanwhile_is_not_put_in_place() {
    let mut all = rows(12, 25);
    let site = Site::new(&[("a.csv", &all), ("b.csv", &[row(2, "Rue des Iris", 5)])]);
    let mut edits = 0;
    let mut meanwhile = |progress| {
        // The files have been read; one is edited, and then another one breaks.
        if edits == 0 && matches!(progress, Progress::Gather(..)) {
            all.push(row(0, "Rue du Muguet", 4));
            site.write("a.csv", &all, "\n");
            site.edit();
            fs::write(site.0.path().join("b.csv"), "<html>\n").unwrap();
            edits += 1;
        }
    };
    let error = build(&site.sources(), &site.store("index"), &BuildOptions::default(), &mut meanwhile).unwrap_err();
    assert!(matches!(error, Error::EditedMeanwhile { .. }), "{error}");
    assert!(error.to_string().contains("b.csv"), "{error}");
    let now = open(&site.store("index"));
    assert!(find_finished(&now, "4 Rue du Muguet Bron")[0].house_number.is_some(), "what was served still is");
    site.write("b.csv", &[row(2, "Rue des Iris", 5)], "\n");
    build(&site.sources(), &site.store("index"), &BuildOptions::default(), &mut |_| ()).unwrap();
    assert!(find_finished(&open(&site.store("index")), "4 Rue du Muguet Bron")[0].house_number.is_some());
}
