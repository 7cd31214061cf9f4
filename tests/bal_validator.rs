//! Our reader of BAL files against the reference validator: the same rows refused, with the same codes, on the
//! validator's own examples and on a thousand rows of the samples spoilt one or two columns at a time.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // a failed step fails the test; the table is for who reads it

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use serde_json::Value;
use support::{root, server::program};

/// Line → codes of what is wrong with it.
type Wrong = BTreeMap<u64, BTreeSet<String>>;

/// What one side says of a file.
struct Verdict {
    /// False when the whole file is refused before its rows are looked at.
    readable: bool,
    rows: u64,
    wrong: Wrong,
    /// Codes of what is wrong with the file as a whole.
    file: BTreeSet<String>,
}

/// How often each code was said by the validator, by us, and by both of the same row.
type Confusion = BTreeMap<String, [u64; 3]>;

fn validator(files: &[PathBuf], communes: &Path) -> Vec<(Verdict, Value)> {
    let mut arguments = vec!["tests/bal_validator.mjs", "--communes", communes.to_str().unwrap()];
    arguments.extend(files.iter().map(|file| file.to_str().unwrap()));
    let told = program("node", &arguments, &root());
    let said: Vec<Value> = told.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert_eq!(said.len(), files.len(), "{told}");
    let wrong = |row: &Value| {
        let codes = row[1].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect();
        (row[0].as_u64().unwrap() + 2, codes) // the validator counts rows from 0, we count lines from 1
    };
    let verdict = |said: &Value| Verdict {
        readable: said["parseOk"] == true,
        rows: said["rows"].as_u64().unwrap(),
        wrong: said["wrong"].as_array().unwrap().iter().map(wrong).collect(),
        file: said["errors"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect(),
    };
    said.iter().map(|said| (verdict(said), said.clone())).collect()
}

fn ours(file: &Path, communes: &Path) -> Verdict {
    let Ok(report) = geocoder::inspect(file, Some(communes), usize::MAX) else {
        return Verdict { readable: false, rows: 0, wrong: Wrong::new(), file: BTreeSet::new() };
    };
    let (first, notices) = (&report.files[0].first, &report.files[0].notices);
    // A missing key is worth a word to us and a warning to the validator.
    let file = notices.iter().map(|notice| notice.code().to_owned()).filter(|code| code != "field.cle_interop.missing");
    let codes = |reasons: &[geocoder::Reason]| reasons.iter().map(|reason| reason.code().to_owned()).collect();
    let wrong: Wrong = first.iter().map(|refused| (refused.line, codes(&refused.reasons))).collect();
    assert_eq!(wrong.len() as u64, report.rows() - report.accepted(), "every refused row is said once");
    Verdict { readable: true, rows: report.rows(), wrong, file: file.collect() }
}

/// Adds to the table, and gives every line on which the two do not say the same.
fn compare(theirs: &Verdict, ours: &Verdict, confusion: &mut Confusion) -> Vec<String> {
    let nothing = BTreeSet::new();
    let lines: BTreeSet<u64> = theirs.wrong.keys().chain(ours.wrong.keys()).copied().collect();
    let mut different = Vec::new();
    for line in lines {
        let (a, b) = (theirs.wrong.get(&line).unwrap_or(&nothing), ours.wrong.get(&line).unwrap_or(&nothing));
        for code in a.union(b) {
            let counts = confusion.entry(code.clone()).or_default();
            counts[0] += u64::from(a.contains(code));
            counts[1] += u64::from(b.contains(code));
            counts[2] += u64::from(a.contains(code) && b.contains(code));
        }
        if a != b {
            different.push(format!("line {line}: the validator says {a:?}, we say {b:?}"));
        }
    }
    different
}

fn print(confusion: &Confusion) {
    let mut rows: Vec<_> = confusion.iter().collect();
    rows.sort_by_key(|(_, counts)| std::cmp::Reverse(counts[0]));
    println!("{:<42} {:>9} {:>5} {:>5}", "code", "validator", "ours", "both");
    for (code, [theirs, ours, both]) in rows {
        println!("{code:<42} {theirs:>9} {ours:>5} {both:>5}");
    }
}

/// Seeded, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// What a column may be spoilt with: values that are wrong, odd or on the edge, and some that are right.
#[rustfmt::skip]
fn spoilt(column: &str) -> &'static [&'static str] {
    const LONG: &str = "Rue de la très longue énumération des noms de celles et de ceux qui ont bâti, habité, aimé, quitté puis retrouvé cette rue sans fin, dont personne ne sait plus où elle commence ni où elle finit un jour ou l’autre";
    match column {
        "cle_interop" => &["", "69029", "69029_0455", "69029__00012", "69029_0455_00012_BIS", "69999_0455_00012", "69029_45_00012",
            "69029_xxxx_00012", "69029_0455_12", "69029_0455_12b", " 69029_0455_00012", "69029_0455_00000", "69123_0001_00001",
            "69152_0001_00001", "69029_0455_000012", "69029_0455_00012_", "É_0455_00012", "2a004_0455_00012"],
        "voie_nom" | "toponyme" => &["", "A", "ab", "   ", "RUE EN CAPITALES", "rue_du_bac", LONG, "Rue \u{fffd}", "---", "Œ", "🏠", "🏠a", " Rue A "],
        "numero" => &["", "0", "00", "012", "12.5", "-3", "douze", "99999", "99998", "100000", "99999999999999999999", " 12", "12bis", "１２"],
        "suffixe" => &["", " ", " bis", "bis ", "é", "aé", "-", "abcdefghi", "abcdefghij", "1", "W1", "a-b", "bis ter", "🏠"],
        "commune_insee" => &["", " ", " 69029", "69123", "69999", "6902", "2a004", "75056", "69152", "abcde", "01001", "1001", "69029\u{a0}"],
        "commune_nom" => &["", "bron", "BRON", "Ailleurs"],
        "commune_deleguee_insee" => &["69999", "69152", "abc"],
        "position" => &["", "Entrée", "entree", "au fond", "cage d'escalier"],
        "x" | "y" => &["", "abc", "848700,5", "1e5", "0848700", "848700.", "05", "-0", ",5"],
        "long" | "lat" => &["", " ", "4,9", "45,7", "abc", "4.9.1", "181", "95", "0", "-61.5", "16.2", "00", "51.56", "NaN", "-4.9"],
        "cad_parcelles" => &["|", "69029000AB0001", "6902", "|69029000AB0001", "690290000AB0001"],
        "date_der_maj" => &["", "2024-02-30", "29/02/2024", "2024-2-9", "1999-01-01", "2099-01-01", "2024-02-29T10:00", "20240229", " 2024-02-29"],
        "certification_commune" => &["", "oui", "2", " 1"],
        "id_ban_commune" | "id_ban_toponyme" | "id_ban_adresse" => &["", "x", "8a3bab10-f329-1ce3-9c7d-280d91a8053a", "8A3BAB10-F329-4CE3-9C7D-280D91A8053A",
            "8a3bab10-f329-4ce3-7c7d-280d91a8053a", "8a3bab10f3294ce39c7d280d91a8053a", "00000000-0000-0000-0000-000000000000"],
        "uid_adresse" => &["", "x", "@c:0246e48c-f33d-433a-8984-034219be842e", "@c:x @v:y @a:z"],
        "source" => &[""],
        _ => &["quelque chose"],
    }
}

/// A sample in another version of the format: 1.4 as it is, 1.3 without identifiers, 1.5 with `toponyme`.
fn header_as(version: &str, header: &[String]) -> Vec<String> {
    let rename = |name: &String| match (version, name.as_str()) {
        ("1.5", "voie_nom") => "toponyme".to_owned(),
        ("1.3", "id_ban_commune") => "uid_adresse".to_owned(),
        ("1.3", "id_ban_toponyme" | "id_ban_adresse") => format!("x_{name}"), // a column nobody knows
        _ => name.clone(),
    };
    header.iter().map(rename).collect()
}

/// As many rows of the samples as asked, each with one column spoilt, and one in four with two.
fn spoil(version: &str, count: usize, dice: &mut Dice) -> (Vec<String>, Vec<Vec<String>>) {
    let names = traboule::files::matching(&[root().join("data-samples/bal/*.csv")]).unwrap();
    let mut header = Vec::new();
    let mut rows = Vec::new();
    while rows.len() < count {
        let text = std::fs::read_to_string(dice.one(&names)).unwrap();
        let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
        let cells = |line: &str| line.split(';').map(str::to_owned).collect::<Vec<_>>();
        if !lines[0].starts_with("id_ban_commune;") {
            continue; // a commune of the samples that keeps to 1.3
        }
        header = header_as(version, &cells(lines[0]));
        for _ in 0..20.min(count - rows.len()) {
            let mut row = cells(lines[1 + dice.below(lines.len() - 1)]);
            if version == "1.3" {
                row[0].clear(); // an identifier alone is not a uid_adresse
            }
            for _ in 0..=usize::from(dice.below(4) == 0) {
                let at = dice.below(header.len());
                row[at] = (*dice.one(spoilt(&header[at]))).to_owned();
            }
            rows.push(row);
        }
    }
    (header, rows)
}

fn joined(header: &[String], rows: &[Vec<String>]) -> String {
    let lines: Vec<String> =
        std::iter::once(header).chain(rows.iter().map(Vec::as_slice)).map(|row| row.join(";")).collect();
    lines.join("\r\n") + "\r\n"
}

#[test]
fn a_thousand_spoilt_rows_are_refused_like_the_reference_validator_refuses_them() {
    let folder = tempfile::tempdir().unwrap();
    let communes = folder.path().join("communes.csv");
    let mut dice = Dice(20_260_701);
    let files: Vec<PathBuf> = [("1.3", 300), ("1.4", 400), ("1.5", 300)]
        .into_iter()
        .map(|(version, count)| {
            let (header, rows) = spoil(version, count, &mut dice);
            let path = folder.path().join(format!("{version}.csv"));
            std::fs::write(&path, joined(&header, &rows)).unwrap();
            path
        })
        .collect();
    let mut confusion = Confusion::new();
    let (mut different, mut rows, mut wrong) = (Vec::new(), 0, 0);
    for (path, (theirs, said)) in files.iter().zip(validator(&files, &communes)) {
        assert!(theirs.readable && path.ends_with(format!("{}.csv", said["profile"].as_str().unwrap())), "{said}");
        let ours = ours(path, &communes);
        assert_eq!(theirs.rows, ours.rows);
        rows += ours.rows;
        wrong += theirs.wrong.len();
        let text = std::fs::read_to_string(path).unwrap();
        for line in compare(&theirs, &ours, &mut confusion) {
            let at: usize = line.split([' ', ':']).nth(1).unwrap().parse().unwrap();
            different.push(format!("{} {line}\n  {}", path.display(), text.lines().nth(at - 1).unwrap()));
        }
    }
    print(&confusion);
    println!("{rows} rows, {wrong} refused by the validator, {} codes met", confusion.len());
    assert_eq!(rows, 1000);
    assert!(confusion.len() >= 25 && wrong > 200, "the rows are spoilt in too few ways to say anything");
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn a_row_with_too_few_or_too_many_fields_is_refused_and_costs_the_others_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let communes = folder.path().join("communes.csv");
    let (header, rows) = spoil("1.4", 1, &mut Dice(3));
    let mut short = rows[0].clone();
    short.pop();
    let mut long = rows[0].clone();
    long.push(String::new());
    let files: Vec<PathBuf> = [short, long]
        .into_iter()
        .enumerate()
        .map(|(i, row)| {
            let path = folder.path().join(format!("{i}.csv"));
            std::fs::write(&path, joined(&header, &[row])).unwrap();
            path
        })
        .collect();
    for (path, (theirs, said)) in files.iter().zip(validator(&files, &communes)) {
        assert!(!theirs.readable, "the validator refuses the file whole: {said}");
        let ours = ours(path, &communes);
        assert_eq!(ours.wrong[&2], BTreeSet::from(["row.nombre_de_champs".to_owned()]), "we refuse the row alone");
    }
}

#[test]
fn encodings_delimiters_and_line_ends_cost_no_row_and_are_said_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let communes = folder.path().join("communes.csv");
    let text = std::fs::read_to_string(root().join("data-samples/bal/69029.csv")).unwrap();
    let text: Vec<&str> =
        text.trim_start_matches('\u{feff}').lines().filter(|line| !line.contains([',', '"'])).take(300).collect();
    let text = text.join("\n") + "\n";
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(c).unwrap_or(b'\x92')).collect(); // ’ is 0x92
    let variants: [(&str, Vec<u8>); 6] = [
        ("utf8.csv", text.clone().into_bytes()),
        ("mark.csv", format!("\u{feff}{text}").into_bytes()),
        ("latin.csv", latin),
        ("comma.csv", text.replace(';', ",").into_bytes()),
        ("tab.csv", text.replace(';', "\t").into_bytes()),
        ("cr.csv", text.replace('\n', "\r").into_bytes()),
    ];
    let write = |(name, bytes): (&str, Vec<u8>)| {
        std::fs::write(folder.path().join(name), bytes).unwrap();
        folder.path().join(name)
    };
    let files: Vec<PathBuf> = variants.into_iter().map(write).collect();
    for (path, (theirs, said)) in files.iter().zip(validator(&files, &communes)) {
        let ours = ours(path, &communes);
        assert!(theirs.readable && ours.rows > 50, "{}: {}", said["file"], said["why"]);
        assert_eq!((theirs.rows, &theirs.wrong), (ours.rows, &ours.wrong), "{}", said["file"]);
        assert_eq!(theirs.file, ours.file, "{}", said["file"]);
    }
}

#[test]
fn the_examples_of_the_reference_validator_are_read_as_it_reads_them() {
    let Some(data) = std::env::var_os("TRABOULE_REAL_DATA").map(PathBuf::from).filter(|data| data.is_dir()) else {
        return; // tools/test says it aloud
    };
    let folder = tempfile::tempdir().unwrap();
    let communes = folder.path().join("communes.csv");
    let examples = data.join("addresses/bal_exemples");
    let patterns = ["*.csv", "1.4/*.csv", "1.5/*.csv"].map(|pattern| examples.join(pattern));
    let files = traboule::files::matching(&patterns).unwrap();
    let mut confusion = Confusion::new();
    let mut different = Vec::new();
    for (path, (theirs, said)) in files.iter().zip(validator(&files, &communes)) {
        let ours = ours(path, &communes);
        let name = path.strip_prefix(&examples).unwrap().display();
        let accepted = |verdict: &Verdict| verdict.rows - verdict.wrong.len() as u64;
        println!("{name}: {} of {} rows accepted; file: {}", accepted(&ours), theirs.rows, said["errors"]);
        if !ours.readable {
            // A header without which no row could be right: refused whole here, row by row there.
            assert_eq!(accepted(&theirs), 0, "{name}: {said}");
            continue;
        }
        assert_eq!(theirs.file, ours.file, "{name}");
        let found = compare(&theirs, &ours, &mut confusion);
        different.extend(found.into_iter().map(|line| format!("{name} {line}")));
    }
    print(&confusion);
    assert!(files.len() >= 25, "{} examples", files.len());
    assert!(different.is_empty(), "{}", different.join("\n"));
}
