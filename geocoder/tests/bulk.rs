//! Small files of addresses, byte for byte: what comes out, however the bytes come in; what is refused, and what is
//! passed over in a file that goes on.

#![allow(clippy::unwrap_used)] // helpers of tests are tests

mod support;

use std::sync::LazyLock;

use geocoder::{
    Geocoder,
    bulk::{Bulk, Counts, Error, Options, Step, Task, run},
};
use support::{Sources, index_of};

const BAL: &str = "cle_interop;voie_nom;numero;suffixe;commune_insee;commune_nom;position;x;y;long;lat;source;date_der_maj\n\
    69029_0455_00001;Rue de la République;1;;69029;Bron;entrée;;;4.9110;45.7380;;2026-01-01\n\
    69029_0455_00003;Rue de la République;3;;69029;Bron;entrée;;;4.9112;45.7382;;2026-01-01\n\
    69266_0700_00001;Rue de la République;1;;69266;Villeurbanne;entrée;;;4.8790;45.7680;;2026-01-01\n\
    69029_0456_00007;Rue Gambetta;7;;69029;Bron;entrée;;;4.9090;45.7390;;2026-01-01\n\
    69029_0459_00002;=Cmd Vénissieux;2;;69029;Bron;entrée;;;4.9300;45.7500;;2026-01-01\n";

static INDEX: LazyLock<Geocoder> = LazyLock::new(|| {
    let postcodes = "code_commune_insee;code_postal\n69029;69500\n69266;69100\n";
    let metropole = &["69029", "69266"];
    index_of(&Sources { files: &[("bal.csv", BAL)], postcodes, metropole, ..Sources::default() }).0 // mapped: the folder may go
});

fn options(task: Task, fields: &[(&str, &str)]) -> Options {
    let mut options = Options::new(task);
    fields.iter().for_each(|(field, value)| options.set(field, value).unwrap());
    options
}

/// The output when the input comes `piece` bytes at a time and is answered `most` rows at a time.
fn answered(options: &Options, input: &[u8], piece: usize, most: usize) -> Result<(Vec<u8>, Counts), Error> {
    let mut bulk = Bulk::new(options.clone());
    let (mut pieces, mut out, mut counts) = (input.chunks(piece), Vec::new(), bulk.counts());
    loop {
        match bulk.next(most)? {
            Step::Over => return Ok((out, counts)),
            Step::Hungry => match pieces.next() {
                Some(piece) => bulk.feed(piece),
                None => bulk.finish(),
            },
            Step::Rows(batch) => {
                let (bytes, more) = batch.answer(&INDEX);
                out.extend(bytes);
                counts += more;
            }
        }
    }
}

#[track_caller]
fn check_bytes(fields: &[(&str, &str)], input: &[u8], expected: &[u8]) {
    let task = if fields.contains(&("task", "reverse")) { Task::Reverse } else { Task::Search };
    let mut options = options(task, fields);
    if options.result_columns.is_empty() {
        options.result_columns = vec!["result_label".to_owned(), "result_status".to_owned()];
    }
    for (piece, most) in [(1, 1), (7, 2), (input.len().max(1), 1000)] {
        let (found, _) = answered(&options, input, piece, most).unwrap();
        let shown = (String::from_utf8_lossy(&found), String::from_utf8_lossy(expected));
        assert_eq!(found, expected, "{piece} bytes at a time\nfound    {:?}\nexpected {:?}", shown.0, shown.1);
    }
}

#[track_caller]
fn check(fields: &[(&str, &str)], input: &str, expected: &str) {
    check_bytes(fields, input.as_bytes(), expected.as_bytes());
}

const REPUBLIQUE: &str = "1 Rue de la République 69500 Bron";

#[test]
fn a_row_keeps_its_own_bytes_and_its_answer_follows() {
    check(
        &[],
        "adresse;ville\n 1  rue de la republique;Bron\n",
        &format!("adresse;ville;result_label;result_status\n 1  rue de la republique;Bron;{REPUBLIQUE};ok\n"),
    );
}

#[test]
fn the_columns_named_make_the_text_in_the_order_named() {
    check(
        &[("columns", "adresse"), ("columns", "ville")],
        "ville;id;adresse\nBron;A1;  1 rue de la republique \n",
        &format!("ville;id;adresse;result_label;result_status\nBron;A1;  1 rue de la republique ;{REPUBLIQUE};ok\n"),
    );
}

#[test]
fn quotes_line_breaks_inside_them_and_the_delimiter_are_kept() {
    check(
        &[("columns", "a")],
        "\"a\",b\r\n\"1 rue de la\r\nrépublique, Bron\",\"say \"\"hi\"\"\"\r\n",
        &format!(
            "a,b,result_label,result_status\r\n\"1 rue de la\r\nrépublique, Bron\",\"say \"\"hi\"\"\",{REPUBLIQUE},ok\r\n"
        ),
    );
    check(
        &[("columns", "a"), ("delimiter", "\t"), ("quote", "'")],
        "a\tb\n'7 rue gambetta\tbron'\t\"x\n",
        "a\tb\tresult_label\tresult_status\n'7 rue gambetta\tbron'\t\"x\t7 Rue Gambetta 69500 Bron\tok\n",
    );
    check(
        &[],
        "a\r7 rue gambetta bron\r",
        "a,result_label,result_status\r7 rue gambetta bron,7 Rue Gambetta 69500 Bron,ok\r",
    );
}

#[test]
fn an_answer_that_holds_the_delimiter_is_quoted() {
    check(
        &[("delimiter", " "), ("columns", "a")],
        "a b\n\"7 rue gambetta bron\" x\n",
        "a b result_label result_status\n\"7 rue gambetta bron\" x \"7 Rue Gambetta 69500 Bron\" ok\n",
    );
}

#[test]
fn an_encoding_goes_out_as_it_came_in() {
    let line = |head: &str| format!("{head}adresse;n\n1 rue de la République Bron;é\n");
    let answer = |head: &str| {
        format!("{head}adresse;n;result_label;result_status\n1 rue de la République Bron;é;{REPUBLIQUE};ok\n")
    };
    let columns = &[("columns", "adresse")];
    check(columns, &line(""), &answer(""));
    check(columns, &line("\u{feff}"), &answer("\u{feff}"));
    check(&[("columns", "adresse"), ("with_bom", "1")], &line(""), &answer("\u{feff}"));
    check(&[("columns", "adresse"), ("encoding", "utf-8-sig")], &line(""), &answer(""));
    let latin = |text: &str| text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect::<Vec<u8>>();
    check_bytes(columns, &latin(&line("")), &latin(&answer("")));
    check_bytes(&[("columns", "adresse"), ("encoding", "latin-1")], &latin(&line("")), &latin(&answer("")));
    for wide in [u16::to_le_bytes, u16::to_be_bytes] {
        let utf_16 = |text: &str| text.encode_utf16().flat_map(wide).collect::<Vec<u8>>();
        check_bytes(columns, &utf_16(&line("\u{feff}")), &utf_16(&answer("\u{feff}")));
    }
}

#[test]
fn bytes_of_another_encoding_are_an_error_of_their_row_alone() {
    check_bytes(
        &[("columns", "a"), ("encoding", "utf-8")],
        b"a;b\nR\xe9publique Bron;1\n7 rue gambetta bron;\xe9\n",
        b"a;b;result_label;result_status\nR\xe9publique Bron;1;;error\n7 rue gambetta bron;\xe9;7 Rue Gambetta 69500 Bron;ok\n",
    );
}

#[test]
fn a_row_of_another_width_is_an_error_and_loses_nothing() {
    check(
        &[("columns", "a")],
        "a;b;c\n7 rue gambetta bron\n7 rue gambetta bron;1;2;3\n\n7 rue gambetta bron;1;2\n",
        "a;b;c;result_label;result_status\n7 rue gambetta bron;;;;error\n7 rue gambetta bron;1;2;;error;3\n\
         7 rue gambetta bron;1;2;7 Rue Gambetta 69500 Bron;ok\n",
    );
    // A result column of the input: replaced where it stands, kept where the row is too short to know what it holds.
    check(
        &[("columns", "a")],
        "a;result_status;c\n7 rue gambetta bron;old;2;3;\n7 rue gambetta bron;old\n7 rue gambetta bron\n",
        "a;result_status;c;result_label\n7 rue gambetta bron;error;2;;3\n7 rue gambetta bron;old;;\n\
         7 rue gambetta bron;error;;\n",
    );
}

#[test]
fn empty_cells_beyond_the_header_are_no_fault() {
    check(
        &[("columns", "a")],
        "a;b\n7 rue gambetta bron;1;;\n7 rue gambetta bron;1;\n",
        "a;b;result_label;result_status\n7 rue gambetta bron;1;7 Rue Gambetta 69500 Bron;ok\n\
         7 rue gambetta bron;1;7 Rue Gambetta 69500 Bron;ok\n",
    );
}

#[test]
fn a_quote_left_open_hides_no_other_row() {
    let expected = "a;b;result_label;result_status\n\"\"\"7 rue gambetta bron\";1;;error\n\
                    7 rue gambetta bron;2;7 Rue Gambetta 69500 Bron;ok\n";
    check(&[("columns", "a")], "a;b\n\"7 rue gambetta bron;1\n7 rue gambetta bron;2\n", expected);
    // The same in a file so long that its end is not known when the row is given up.
    let many = "7 rue gambetta bron;2\n".repeat(10_000);
    let options = options(Task::Search, &[("columns", "a"), ("result_columns", "result_status")]);
    let (_, counts) =
        answered(&options, format!("a;b\n\"7 rue gambetta bron;1\n{many}").as_bytes(), 4096, 100).unwrap();
    assert_eq!(counts, Counts { rows: 10_001, ok: 10_000, errors: 1, ..Counts::default() });
}

#[test]
fn what_is_no_address_is_skipped() {
    check(
        &[("columns", "a")],
        "a;b\n;1\n12;1\n  - rue;1\n,;1\n7 rue gambetta bron;1\n",
        "a;b;result_label;result_status\n;1;;skipped\n12;1;;skipped\n  - rue;1;;skipped\n,;1;;skipped\n\
         7 rue gambetta bron;1;7 Rue Gambetta 69500 Bron;ok\n",
    );
    check(
        &[],
        &format!("a\n{}\n", "x".repeat(300)),
        &format!("a,result_label,result_status\n{},,error\n", "x".repeat(300)),
    );
}

#[test]
fn a_result_that_a_spreadsheet_would_compute_is_written_as_text_and_the_input_left_alone() {
    check(
        &[("columns", "a"), ("result_columns", "result_street"), ("result_columns", "longitude")],
        "a;b\n2 cmd vénissieux bron;=1+1\n",
        "a;b;result_street;longitude\n2 cmd vénissieux bron;=1+1;'=Cmd Vénissieux;4.930000\n",
    );
}

#[test]
fn a_file_answered_twice_has_its_columns_once() {
    let fields = [("columns", "a")];
    let once = "a;result_label;b;result_status\n7 rue gambetta bron;\"old; value\";x;error\n";
    check(&fields, once, "a;result_label;b;result_status\n7 rue gambetta bron;7 Rue Gambetta 69500 Bron;x;ok\n");
}

#[test]
fn an_answer_under_the_least_score_is_left_out() {
    let input = "a\n7 rue gambetta bron\n";
    let blank = "a,result_label,result_status\n7 rue gambetta bron,,not-found\n";
    let all = "a,result_label,result_status\n7 rue gambetta bron,7 Rue Gambetta 69500 Bron,ok\n";
    check(&[("min_score", "0")], input, all);
    let far = "a\nrue qui nexiste nulle part ailleurs bron\n";
    check(
        &[("min_score", "1")],
        far,
        &blank.replace("7 rue gambetta bron", "rue qui nexiste nulle part ailleurs bron"),
    );
}

#[test]
fn a_filter_that_cannot_be_obeyed_is_an_error() {
    for (field, cell) in [("citycode", "690290"), ("postcode", "abc"), ("type", "castle")] {
        check(
            &[("columns", "a"), (field, "f")],
            &format!("a;f\n7 rue gambetta bron;{cell}\n7 rue gambetta bron;\n"),
            &format!(
                "a;f;result_label;result_status\n7 rue gambetta bron;{cell};;error\n\
                 7 rue gambetta bron;;7 Rue Gambetta 69500 Bron;ok\n"
            ),
        );
    }
}

#[test]
fn a_filter_chooses_between_answers() {
    let columns =
        [("columns", "a"), ("type", "f"), ("result_columns", "result_type"), ("result_columns", "result_status")];
    check(
        &columns,
        "a;f\n7 rue gambetta bron;housenumber+street\nbron;municipality\n7 rue gambetta bron;locality\n",
        "a;f;result_type;result_status\n7 rue gambetta bron;housenumber+street;housenumber;ok\n\
         bron;municipality;municipality;ok\n7 rue gambetta bron;locality;;not-found\n",
    );
}

#[test]
fn positions_are_reversed_whatever_their_columns_and_decimal_mark() {
    check(
        &[
            ("task", "reverse"),
            ("result_columns", "result_distance"),
            ("result_columns", "result_label"),
            ("result_columns", "result_status"),
        ],
        "lat;lng\n45,7390;4,9090\n45.7390;200\n;\n0;0\n",
        "lat;lng;result_distance;result_label;result_status\n45,7390;4,9090;0;7 Rue Gambetta 69500 Bron;ok\n\
         45.7390;200;;;error\n;;;;skipped\n0;0;;;not-found\n",
    );
    check(
        &[("task", "reverse"), ("lat", "y"), ("lon", "x")],
        "x,y\n4.9090,45.7390\n",
        "x,y,result_label,result_status\n4.9090,45.7390,7 Rue Gambetta 69500 Bron,ok\n",
    );
}

#[test]
fn answers_are_near_to_a_position_and_a_cell_that_is_none_is_an_error() {
    let there = "1 Rue de la République 69100 Villeurbanne";
    check(
        &[("columns", "a"), ("lat", "y"), ("lon", "x")],
        "a;x;y\n1 rue de la republique;4,879;45.768\n1 rue de la republique bron;;\n1 rue de la republique;4.9;100\n\
         1 rue de la republique;ici;45.7\n1 rue de la republique;;45.7\n",
        &format!(
            "a;x;y;result_label;result_status\n1 rue de la republique;4,879;45.768;{there};ok\n\
             1 rue de la republique bron;;;{REPUBLIQUE};ok\n1 rue de la republique;4.9;100;;error\n\
             1 rue de la republique;ici;45.7;;error\n1 rue de la republique;;45.7;;error\n"
        ),
    );
}

#[test]
fn rows_answered_before_are_passed_over() {
    let input = "a\n1\n22\n7 rue gambetta bron\n\n44\n";
    let (whole, _) = answered(&options(Task::Search, &[]), input.as_bytes(), 5, 2).unwrap();
    let lines: Vec<&str> = std::str::from_utf8(&whole).unwrap().split_inclusive('\n').collect();
    for skip in 1..6 {
        let options = options(Task::Search, &[("skip", &skip.to_string())]);
        let (rest, counts) = answered(&options, input.as_bytes(), 5, 2).unwrap();
        assert_eq!(String::from_utf8(rest).unwrap(), lines[(1 + skip).min(lines.len())..].concat(), "skip {skip}");
        assert_eq!(counts.rows, 4.max(skip as u64), "skip {skip}");
    }
}

#[test]
fn a_file_that_cannot_be_answered_says_why_without_its_cells() {
    let refused = |fields: &[(&str, &str)], task, input: &str| {
        let error = answered(&options(task, fields), input.as_bytes(), 3, 10).unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
        error
    };
    assert!(matches!(refused(&[], Task::Search, ""), Error::Empty));
    assert!(matches!(refused(&[], Task::Search, "\r\n\n"), Error::Empty));
    assert!(matches!(refused(&[], Task::Search, "\"secret\n1;2\n"), Error::Header));
    assert!(matches!(refused(&[], Task::Reverse, "secret;b\n1;2\n"), Error::NoPosition));
    for field in ["columns", "citycode", "postcode", "type", "lat", "lon"] {
        let error = refused(&[(field, "secret")], Task::Search, "secret a;b\n1;2\n");
        assert!(matches!(error, Error::NoSuchColumn(named, ';') if named == field), "{error:?}");
    }
}

#[test]
fn several_threads_write_what_one_writes() {
    let rows: String = (0..3000).map(|n| format!("{n};{} rue gambetta bron\n", n % 9)).collect();
    let input = format!("n;a\n{rows}");
    let options = options(Task::Search, &[("columns", "a")]);
    let (expected, _) = answered(&options, input.as_bytes(), input.len(), 10_000).unwrap();
    for threads in [1, 3] {
        let (mut found, mut last) = (Vec::new(), 0);
        let bulk = Bulk::new(options.clone());
        let counts = run(bulk, &INDEX, threads, &mut input.as_bytes(), &mut |piece, so_far| {
            found.extend_from_slice(piece);
            assert!(piece.ends_with(b"\n") && so_far.rows >= last, "a piece ends with a row");
            last = so_far.rows;
            Ok(())
        });
        assert_eq!(counts.unwrap().rows, 3000);
        assert!(found == expected, "{threads} threads");
    }
}
