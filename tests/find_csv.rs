//! `traboule find --csv`: the answered file, and a command killed halfway that the same command finishes.
#![allow(clippy::unwrap_used)] // a failed step fails the test

mod support;

use std::{
    fs,
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
};

use support::{
    root,
    server::{Site, eventually, printed},
};

/// A file of addresses of Bron, so long that a test has the time to stop what reads it.
fn write_file(site: &Site, rows: usize) -> PathBuf {
    let bal = fs::read_to_string(root().join("data-samples/bal/69029.csv")).unwrap();
    let mut lines = bal.trim_start_matches('\u{feff}').lines();
    let header: Vec<&str> = lines.next().unwrap().split(';').collect();
    let column = |name: &str| header.iter().position(|column| *column == name).unwrap();
    let addresses: Vec<String> = lines
        .map(|line| line.split(';').collect::<Vec<_>>())
        .map(|cells| format!("{} {};Bron", cells[column("numero")], cells[column("voie_nom")]))
        .collect();
    let rows: String = addresses.iter().cycle().take(rows).map(|address| format!("{address}\r\n")).collect();
    let file = site.folder.path().join("in.csv");
    fs::write(&file, format!("adresse;ville\r\n{rows}")).unwrap();
    file
}

fn arguments<'a>(file: &'a str, output: &'a str) -> Vec<&'a str> {
    vec!["find", "--csv", file, "--output", output, "--columns", "adresse,ville", "--threads", "1"]
}

#[test]
fn a_command_killed_halfway_is_finished_by_the_same_command() {
    let site = Site::new(|text| text);
    let file = write_file(&site, 60_000);
    let path = |name: &str| site.folder.path().join(name);
    let (file, output, whole) = (file.to_str().unwrap(), path("out.csv"), path("whole.csv"));
    let arguments_to = |output: &PathBuf| {
        arguments(file, output.to_str().unwrap()).iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let mut killed = Command::new(env!("CARGO_BIN_EXE_traboule"))
        .args(arguments_to(&output))
        .arg("--config")
        .arg(site.config())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let recorded = || {
        let record: serde_json::Value = serde_json::from_slice(&fs::read(path("out.csv.part.json")).ok()?).ok()?;
        record["rows"].as_u64().filter(|rows| *rows > 0)
    };
    let rows = eventually("a record", recorded);
    killed.kill().unwrap(); // SIGKILL
    killed.wait().unwrap();
    assert!(rows < 60_000 && !output.exists(), "killed halfway, and nothing bears the name of the output");
    fs::OpenOptions::new().append(true).open(path("out.csv.part")).unwrap().write_all(b"1 Rue cou\0\0\0").unwrap();

    let told = site.must(&arguments(file, output.to_str().unwrap()));
    assert!(told.contains("continuing after row "), "{told}");
    assert!(told.contains("60000 rows in "), "{told}");
    site.must(&arguments(file, whole.to_str().unwrap()));
    assert!(fs::read(&output).unwrap() == fs::read(&whole).unwrap(), "the same bytes as without the kill");
    let names: Vec<_> = fs::read_dir(site.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!names.iter().any(|name| name.to_str().unwrap().contains(".part")), "nothing is left over: {names:?}");
}

#[test]
fn an_output_begun_from_something_else_is_not_continued() {
    let site = Site::new(|text| text);
    let file = write_file(&site, 20);
    let (file, output) = (file.to_str().unwrap(), site.folder.path().join("out.csv"));
    let output = output.to_str().unwrap();
    site.must(&arguments(file, output));
    let before = fs::read_to_string(output).unwrap();
    assert_eq!(before.lines().count(), 21);
    fs::write(format!("{output}.part"), "begun").unwrap();
    let record =
        r#"{"origin":{"index":"000000000000","input_bytes":1,"input_modified":[1,2],"options":""},"rows":1,"bytes":5}"#;
    fs::write(format!("{output}.part.json"), record).unwrap();
    let refused = site.run(&arguments(file, output));
    assert!(!refused.status.success());
    let said = printed(&refused);
    assert!(said.contains("another address index") && said.contains("--restart"), "{said}");
    assert_eq!(fs::read_to_string(output).unwrap(), before, "what was there is there still");
    assert_eq!(fs::read_to_string(format!("{output}.part")).unwrap(), "begun");
    site.must(&[&arguments(file, output)[..], &["--restart"]].concat());
    assert_eq!(fs::read_to_string(output).unwrap(), before);
}

#[test]
fn what_cannot_be_answered_is_said_and_leaves_no_output() {
    let site = Site::new(|text| text);
    let file = write_file(&site, 3);
    let (file, output) = (file.to_str().unwrap(), site.folder.path().join("out.csv"));
    let to = output.to_str().unwrap();
    for (arguments, expected) in [
        (vec!["find", "--csv", file, "--output", to, "--columns", "absente"], "columns: names a column"),
        (vec!["find", "--csv", file, "--output", to, "--delimiter", "ab"], "delimiter: not a value"),
        (vec!["find", "--csv", "/absent.csv", "--output", to], "/absent.csv"),
        (vec!["find", "--csv", "-", "--output", to], "standard input cannot be read again"),
        (vec!["find", "--csv", file, "a text"], "cannot be used with"),
        (vec!["find", "--reverse"], "--csv"),
        (vec!["find"], "required"),
    ] {
        let told = site.run(&arguments);
        assert!(!told.status.success() && printed(&told).contains(expected), "{arguments:?}: {}", printed(&told));
        assert!(!output.exists(), "{arguments:?}");
    }
}

#[test]
fn standard_input_is_answered_on_standard_output() {
    let site = Site::new(|text| text);
    let file = write_file(&site, 200);
    let config = site.config();
    let from_input = Command::new(env!("CARGO_BIN_EXE_traboule"))
        .args(["find", "--csv", "-", "--columns", "adresse,ville", "--config", config.to_str().unwrap()])
        .stdin(fs::File::open(&file).unwrap())
        .output()
        .unwrap();
    assert!(from_input.status.success(), "{}", printed(&from_input));
    let from_file = site.must(&["find", "--csv", file.to_str().unwrap(), "--columns", "adresse,ville"]);
    assert_eq!(String::from_utf8(from_input.stdout).unwrap(), from_file);
    assert_eq!(from_file.lines().count(), 201);
    assert!(from_file.lines().all(|line| line.matches(';').count() == 1 + 18), "two columns and eighteen");
}
