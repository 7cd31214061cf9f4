//! Sub-commands on the samples, and bad input: each a clear message, and nothing lost.
#![allow(clippy::unwrap_used)] // a failed step fails the test

mod support;

use std::{path::Path, process::Command, time::Duration};

use layers::Snapshot;
use support::{
    prepared, root,
    server::{Site, printed, traboule},
};

#[test]
fn help_names_every_command() {
    let output = traboule(&["--help"]);
    assert!(output.status.success());
    for command in ["demo", "serve", "import", "index", "find", "adhesion", "account", "token"] {
        assert!(printed(&output).contains(command), "{command}");
    }
}

#[test]
fn find_prints_an_address_and_can_explain_itself() {
    let site = Site::new(|text| text);
    let row = std::fs::read_to_string(root().join("data-samples/bal/69029.csv")).unwrap();
    let header: Vec<&str> = row.lines().next().unwrap().trim_start_matches('\u{feff}').split(';').collect();
    let column = |name: &str| header.iter().position(|column| *column == name).unwrap();
    let address = row
        .lines()
        .skip(1)
        .map(|line| line.split(';').collect::<Vec<_>>())
        .find(|cells| cells[column("numero")] != "99999" && cells[column("suffixe")].is_empty());
    let address = address.unwrap();
    let text = format!("{} {} Bron", address[column("numero")], address[column("voie_nom")]);
    let printed = site.must(&["find", "--explain", &text]);
    assert!(printed.lines().next().unwrap().contains(address[column("voie_nom")]), "{printed}");
    for row in ["name          ok", "number        ok", "commune       ok", "confidence    exact"] {
        assert!(printed.contains(row), "{row}: {printed}");
    }
    let unknown = site.must(&["find", "--explain", &format!("9998 {} Bron", address[column("voie_nom")])]);
    assert!(unknown.contains("number        unknown"), "{unknown}");
}

#[test]
fn the_directory_is_kept_from_the_terminal() {
    let site = Site::new(|text| text);
    site.member("69029", "commune", "Bron");
    assert!(site.must(&["adhesion", "list"]).contains("active"));
    site.must(&[
        "adhesion",
        "organisation",
        "ccas-bron",
        "--kind",
        "commune",
        "--name",
        "CCAS",
        "--commune",
        "69029",
        "--siret",
        "26690029500016",
    ]);
    site.must(&["adhesion", "organisation", "ccas-bron", "--kind", "commune", "--name", "CCAS de Bron"]);
    assert!(site.must(&["adhesion", "list"]).contains("CCAS de Bron"));
    site.must(&["adhesion", "set", "69029", "suspended", "--reason", "essai"]);
    assert!(site.must(&["adhesion", "list"]).contains("suspended"));
    let secret = site.token("69029");
    let (id, _) = secret.split_once(':').unwrap();
    let listed = site.must(&["token", "list"]);
    assert!(listed.contains(id) && !listed.contains(&secret));
    site.must(&["token", "revoke", id]);
    assert!(site.must(&["token", "list"]).contains("revoked"));
    for wrong in [
        &["adhesion", "set", "69029", "closed"][..],
        &["adhesion", "set", "69999", "active"],
        &["token", "create", "--organisation", "69029", "--scope", "everything"],
        &["token", "create", "--organisation", "69029", "--scope", "tiles", "--cidr", "300.0.0.0/8"],
        &["adhesion", "organisation", "69029", "--kind", "commune", "--name", "Bron", "--siret", "123"],
        &["account", "disable", "12"],
    ] {
        let output = site.run(wrong);
        assert!(!output.status.success() && printed(&output).contains("traboule: "), "{wrong:?}: {}", printed(&output));
    }
}

#[test]
fn a_configuration_with_an_unknown_key_is_refused_with_its_line() {
    let site = Site::new(|text| text.replacen("access =", "acces =", 2));
    let line = site.text().lines().position(|line| line.starts_with("acces =")).unwrap() + 1;
    for command in ["serve", "import", "index"] {
        let output = site.run(&[command]);
        let printed = printed(&output);
        assert!(!output.status.success());
        assert!(
            printed.contains(&format!("line {line}")) && printed.contains("nearest known one is `access`"),
            "{printed}"
        );
    }
}

/// A site with one more layer, read from `file`, whose snapshots are its own.
fn site_reading(format: &str, file: &Path) -> Site {
    Site::new(|text| {
        let layer = format!(
            "\n[[layer]]\nid = \"essai\"\ntheme = \"limites\"\ntitle = \"Essai\"\nsource = {{ {format} = \"{}\" }}\n\
             zooms = [8, 16]\naccess = \"agents\"\nproducer = \"essai\"\nlicence = \"LO-2.0\"\nfrequency = \"aucune\"\n",
            file.display()
        );
        let store = prepared().server.snapshots;
        text.replace(&format!("\"{}\"", store.display()), "\"layers\"") + &layer
    })
}

fn current(site: &Site) -> Option<String> {
    let store = site.folder.path().join("layers");
    Snapshot::open_current(&store, &"essai".parse().unwrap()).unwrap().map(|snapshot| snapshot.revision().to_owned())
}

#[test]
fn a_bad_layer_file_is_named_and_the_former_snapshot_stays() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("couche.geojson");
    let good = std::fs::read(root().join("data-samples/layers/equipements.geojson")).unwrap();
    std::fs::write(&file, &good).unwrap();
    let site = site_reading("geojson", &file);
    site.must(&["import", "essai"]);
    let before = current(&site).unwrap();

    let fgb = std::fs::read(root().join("data-samples/layers/communes.fgb")).unwrap();
    let bad: [(&str, Option<&[u8]>); 5] = [
        ("missing", None),
        ("truncated", Some(&good[..good.len() / 2])),
        ("empty", Some(b"")),
        ("another format", Some(&fgb)),
        ("not a feature collection", Some(b"{\"type\":\"Topology\"}")),
    ];
    for (what, content) in bad {
        match content {
            Some(bytes) => std::fs::write(&file, bytes).unwrap(),
            None => std::fs::remove_file(&file).unwrap(),
        }
        let output = site.run(&["import", "essai"]);
        let printed = printed(&output);
        assert!(!output.status.success(), "{what}: {printed}");
        assert!(
            printed.contains("couche.geojson") && printed.contains("the former snapshot stays"),
            "{what}: {printed}"
        );
        assert_eq!(current(&site).as_ref(), Some(&before), "{what}");
    }
}

#[test]
fn a_truncated_flatgeobuf_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("couche.fgb");
    let good = std::fs::read(root().join("data-samples/layers/communes.fgb")).unwrap();
    let site = site_reading("flatgeobuf", &file);
    for length in [0, 4, 100, good.len() / 2, good.len() - 10] {
        std::fs::write(&file, &good[..length]).unwrap();
        let output = site.run(&["import", "essai"]);
        assert!(!output.status.success() && printed(&output).contains("couche.fgb"), "{length}: {}", printed(&output));
        assert_eq!(current(&site), None);
    }
}

#[test]
fn an_unknown_layer_is_answered_with_those_that_exist() {
    let site = Site::new(|text| text);
    let output = site.run(&["import", "routes"]);
    assert!(!output.status.success() && printed(&output).contains("communes"), "{}", printed(&output));
}

#[test]
fn a_bal_with_wrong_columns_is_named_and_the_former_index_stays() {
    let data = tempfile::tempdir().unwrap();
    std::fs::write(data.path().join("bal.csv"), "numero;rue;ville\n1;Rue X;Bron\n").unwrap();
    let site = Site::new(|text| {
        let index = prepared().geocoder.index;
        text.replace(&format!("\"{}\"", index.display()), "\"index\"")
    });
    site.must(&["index"]);
    let before = site.must(&["find", "rue"]);
    let good = site.text();
    let samples = format!("{}/bal/*.csv", root().join("data-samples").display());
    site.write(&good.replace(&samples, &data.path().join("bal.csv").display().to_string()));
    let output = site.run(&["index"]);
    assert!(!output.status.success());
    assert!(printed(&output).contains("bal.csv") && printed(&output).contains("voie_nom"), "{}", printed(&output));
    assert_eq!(site.must(&["find", "rue"]), before);
}

#[test]
fn index_reports_by_commune_now_and_when_asked_again() {
    let data = tempfile::tempdir().unwrap();
    let header = "cle_interop;voie_nom;numero;commune_insee;commune_nom;long;lat;date_der_maj;certification_commune";
    let rows = [
        "69029_0455_00001;Rue A;1;69029;Bron;4.911;45.738;2024-02-29;1",
        "69029_0455_00003;Rue A;3;69029;Bron;4.912;45.738;2025-03-01;0",
        "69029_0455_00005;Rue A;cinq;69029;Bron;4.913;45.738;2026-01-01;1",
        "69266_0700_00002;Rue B;2;69266;Villeurbanne;4.879;45.768;2024-01-01;1",
    ];
    std::fs::write(data.path().join("bal.csv"), format!("{header}\n{}\n", rows.join("\n"))).unwrap();
    let samples = format!("{}/bal/*.csv", root().join("data-samples").display());
    let site = Site::new(|text| {
        let text = text.replace(&format!("\"{}\"", prepared().geocoder.index.display()), "\"index\"");
        text.replace(&samples, &data.path().join("bal.csv").display().to_string())
    });
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ");
    let lines = |printed: String| printed.lines().map(words).collect::<Vec<_>>();
    let bron = "69029 Bron 3 2 1 50.0 % 2025-03-01 numero.type_invalide".to_owned();
    let villeurbanne = "69266 Villeurbanne 1 1 0 100.0 % 2024-01-01".to_owned();
    let built = lines(site.must(&["index"]));
    assert!(built[0].starts_with("4 rows read, 3 accepted: 3 addresses"), "{built:?}");
    assert!(built.iter().any(|line| line.starts_with("bal.csv line 4:") && line.contains("numero.type_invalide")));
    assert!(built.contains(&bron) && !built.contains(&villeurbanne), "only the worst are shown: {built:?}");
    assert!(!built.iter().any(|line| line.starts_with("no home territory")), "the communes are imported: {built:?}");
    let again = lines(site.must(&["index", "--last", "--communes"]));
    assert_eq!(again[0], built[0]);
    assert!(again.contains(&bron) && again.contains(&villeurbanne), "{again:?}");
}

#[test]
fn an_index_that_would_lose_a_commune_is_refused_unless_that_is_accepted() {
    let data = tempfile::tempdir().unwrap();
    let header = "cle_interop;voie_nom;numero;commune_insee;commune_nom;long;lat";
    let (bron, other) = (data.path().join("69029.csv"), data.path().join("69266.csv"));
    std::fs::write(&bron, format!("{header}\n69029_0455_00001;Rue Albe;1;69029;Bron;4.911;45.738\n")).unwrap();
    std::fs::write(&other, format!("{header}\n69266_0700_00002;Rue B;2;69266;Villeurbanne;4.879;45.768\n")).unwrap();
    let samples = format!("{}/bal/*.csv", root().join("data-samples").display());
    let site = Site::new(|text| {
        let text = text.replace(&format!("\"{}\"", prepared().geocoder.index.display()), "\"index\"");
        text.replace(&samples, &data.path().join("*.csv").display().to_string())
    });
    site.must(&["index"]);
    std::fs::write(&bron, format!("{header}\r\n")).unwrap();
    let refused = site.run(&["index"]);
    assert!(!refused.status.success());
    let said = printed(&refused);
    assert!(
        ["69029 (Bron) has 0 of 1", "69029.csv", "--accept-losses"].iter().all(|part| said.contains(part)),
        "{said}"
    );
    assert!(site.must(&["find", "1 rue albe"]).contains("Rue Albe"));
    site.must(&["index", "--accept-losses"]);
    assert!(!site.must(&["find", "1 rue albe bron"]).contains("Rue Albe"));
    site.must(&["index"]);
}

#[test]
fn an_index_built_before_the_layers_says_that_it_knows_no_home() {
    let site = Site::new(|text| {
        let config = prepared();
        let text = text.replace(&format!("\"{}\"", config.geocoder.index.display()), "\"index\"");
        text.replace(&format!("\"{}\"", config.server.snapshots.display()), "\"layers\"")
    });
    let printed = site.must(&["index"]);
    assert!(printed.lines().any(|line| line.starts_with("no home territory") && line.contains("traboule import")));
}

/// kill -9 at several moments of an import: the next start has the old snapshot or the new one.
#[test]
fn an_import_killed_at_any_moment_leaves_the_old_snapshot_or_the_new_one() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("couche.fgb");
    std::fs::copy(root().join("data-samples/layers/batiments.fgb"), &file).unwrap();
    let site = site_reading("flatgeobuf", &file);
    site.must(&["import", "essai"]);
    let old = current(&site).unwrap();
    std::fs::copy(root().join("data-samples/layers/parcelles.fgb"), &file).unwrap();
    for round in 0..12u64 {
        let mut import = Command::new(env!("CARGO_BIN_EXE_traboule"))
            .args(["import", "essai", "--config"])
            .arg(site.config())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(15 * round));
        let _ = import.kill();
        let _ = import.wait();
        let now = current(&site).expect("something is always in place");
        if now != old {
            break; // the new one was complete before the kill
        }
    }
    let report = site.must(&["import", "essai"]);
    assert!(report.contains("accepted"), "{report}");
    assert_ne!(current(&site).unwrap(), old);
    let leftovers: Vec<_> = std::fs::read_dir(site.folder.path().join("layers/essai"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(".tmp"))
        .collect();
    assert!(leftovers.is_empty(), "{leftovers:?}");
}
