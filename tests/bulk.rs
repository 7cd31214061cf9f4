//! Files of addresses over HTTP: who may send one, what comes back, and what happens when either side stops.
#![allow(clippy::unwrap_used)] // a failed step fails the test

mod support;

use std::{
    fmt::Write as _,
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use support::{
    Answer, Caller, House, root,
    server::{Server, Site, eventually, program, request},
};

const BRON: &str = "69029";
const BOUNDARY: &str = "a-boundary-of-the-test";
const TYPE: &str = "content-type: multipart/form-data; boundary=a-boundary-of-the-test\r\n";

fn field(name: &str, value: &str) -> String {
    format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
}

fn file_head() -> String {
    format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"data\"; filename=\"a.csv\"\r\n\r\n")
}

fn form(before: &[(&str, &str)], file: &str, after: &[(&str, &str)]) -> String {
    let fields = |fields: &[(&str, &str)]| fields.iter().map(|(name, value)| field(name, value)).collect::<String>();
    format!("{}{}{file}\r\n{}--{BOUNDARY}--\r\n", fields(before), file_head(), fields(after))
}

async fn send(house: &House, caller: &Caller, path: &str, body: String) -> Answer {
    let request = Request::post(path).header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
    house.send(caller, request.body(Body::from(body)).unwrap()).await
}

/// Addresses of Bron as a commune writes them: (number and street, label of the answer, longitude, latitude).
fn addresses() -> Vec<(String, String, String, String)> {
    let bal = std::fs::read_to_string(root().join("data-samples/bal/69029.csv")).unwrap();
    let mut lines = bal.trim_start_matches('\u{feff}').lines().map(|line| line.split(';').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let column = |name: &str| header.iter().position(|column| *column == name).unwrap();
    let (number, suffix, street) = (column("numero"), column("suffixe"), column("voie_nom"));
    let (lon, lat) = (column("long"), column("lat"));
    let mut found: Vec<_> = lines
        .filter(|cells| cells[number] != "99999" && cells[suffix].is_empty())
        .map(|cells| {
            let address = format!("{} {}", cells[number], cells[street]);
            (address.clone(), format!("{address} 69500 Bron"), cells[lon].to_owned(), cells[lat].to_owned())
        })
        .collect();
    found.dedup_by(|a, b| a.0 == b.0);
    found
}

fn file_of(rows: usize) -> String {
    let addresses = addresses();
    let mut file = "n;adresse;ville\n".to_owned();
    for (n, (address, ..)) in addresses.iter().cycle().take(rows).enumerate() {
        writeln!(file, "{n};{address};Bron").unwrap();
    }
    file
}

const COLUMNS: [(&str, &str); 2] = [("columns", "adresse"), ("columns", "ville")];

#[tokio::test]
async fn a_file_comes_back_with_its_answers_whether_fields_come_before_or_after_it() {
    let house = House::open().await;
    let bron = house.caller(BRON).await;
    let fields = [&COLUMNS[..], &[("result_columns", "result_label"), ("result_columns", "result_status")]].concat();
    let expected: String = addresses()
        .iter()
        .take(50)
        .enumerate()
        .fold("n;adresse;ville;result_label;result_status\n".to_owned(), |text, (n, (address, label, ..))| {
            text + &format!("{n};{address};Bron;{label};ok\n")
        });
    for path in ["/ban/search/csv", "/geocodage/search/csv", "/ban/search/csv/"] {
        for body in [form(&fields, &file_of(50), &[]), form(&[], &file_of(50), &fields)] {
            let answer = send(&house, &bron, path, body).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            assert_eq!(std::str::from_utf8(&answer.body).unwrap(), expected, "{path}");
            assert_eq!(answer.text("content-type"), "text/csv; charset=UTF-8");
            assert_eq!(answer.text("cache-control"), "no-store");
            assert_eq!(answer.text("x-traboule-revision").len(), 12);
        }
    }
}

#[tokio::test]
async fn positions_come_back_with_their_address() {
    let house = House::open().await;
    let bron = house.caller(BRON).await;
    let (_, _, lon, lat) = &addresses()[0];
    let answer = send(&house, &bron, "/ban/reverse/csv", form(&[], &format!("lon,lat\n{lon},{lat}\n"), &[])).await;
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    let (header, row) = text.split_once('\n').unwrap();
    assert!(header.starts_with("lon,lat,result_longitude,result_latitude,result_distance,result_label"), "{header}");
    assert!(row.contains(",0,") && row.contains("69500 Bron") && row.ends_with(",ok\n"), "{row}");
}

#[tokio::test]
async fn rows_had_before_are_not_sent_again() {
    let house = House::open().await;
    let bron = house.caller(BRON).await;
    let whole = send(&house, &bron, "/ban/search/csv", form(&COLUMNS, &file_of(300), &[])).await;
    let skip = [&COLUMNS[..], &[("skip", "120")]].concat();
    let rest = send(&house, &bron, "/ban/search/csv", form(&skip, &file_of(300), &[])).await;
    let whole = std::str::from_utf8(&whole.body).unwrap();
    let expected: String = whole.split_inclusive('\n').skip(1 + 120).collect();
    assert_eq!(std::str::from_utf8(&rest.body).unwrap(), expected);
}

#[tokio::test]
async fn a_file_that_cannot_be_answered_is_refused_in_words() {
    let house = House::open().await;
    let bron = house.caller(BRON).await;
    let file = "secret;b\n1;2\n";
    for (path, body) in [
        ("/ban/search/csv", form(&[], "", &[])),
        ("/ban/search/csv", form(&[("columns", "inconnue_au_fichier")], file, &[])),
        ("/ban/search/csv", form(&[("delimiter", "long")], file, &[])),
        ("/ban/search/csv", form(&[("encoding", "klingon")], file, &[])),
        ("/ban/search/csv", form(&[("min_score", "7")], file, &[])),
        ("/ban/search/csv", field("columns", "b") + &format!("--{BOUNDARY}--\r\n")),
        ("/ban/search/csv", "no form at all".to_owned()),
        ("/ban/search/csv", form(&[], file, &[]).replace(&format!("--{BOUNDARY}--"), "")),
        ("/ban/search/csv", form(&[("columns", &"x".repeat(5000))], file, &[])),
        ("/ban/reverse/csv", form(&[], file, &[])),
    ] {
        let answer = send(&house, &bron, path, body.clone()).await;
        let said = String::from_utf8_lossy(&answer.body);
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}: {said}");
        assert_eq!(answer.text("content-type"), "application/problem+json");
        assert!(!said.contains("secret") && !said.contains("inconnue_au_fichier"), "{said}");
    }
    let other = Request::post("/ban/search/csv").header("content-type", "text/csv").body(Body::from(file)).unwrap();
    assert_eq!(house.send(&bron, other).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(house.get(&bron, "/ban/search/csv").await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn files_have_the_access_rule_of_searches() {
    let house = House::open().await;
    let body = || form(&COLUMNS, &file_of(2), &[]);
    for path in ["/ban/search/csv", "/geocodage/reverse/csv"] {
        assert_eq!(send(&house, &Caller::Nobody, path, body()).await.status, StatusCode::UNAUTHORIZED);
        let tiles_only = house.caller_with(BRON, "tiles").await;
        assert_eq!(send(&house, &tiles_only, path, body()).await.status, StatusCode::FORBIDDEN);
        let suspended = house.caller("69259").await;
        assert_eq!(send(&house, &suspended, path, body()).await.status, StatusCode::FORBIDDEN);
    }
}

/// A form being sent, on a connection of its own.
fn begin(server: &Server, token: &str) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let head = format!(
        "POST /ban/search/csv HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAuthorization: Bearer {token}\r\n{TYPE}\
         Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n",
        server.port
    );
    stream.write_all(head.as_bytes()).unwrap();
    chunk(&mut stream, &(field("columns", "adresse") + &field("columns", "ville") + &file_head()));
    stream
}

fn chunk(stream: &mut TcpStream, text: &str) {
    // A connection that the service has closed shows in what it answered.
    let _ = stream.write_all(format!("{:x}\r\n{text}\r\n", text.len()).as_bytes());
}

/// Everything that the service sends until it closes.
fn drain(mut stream: TcpStream) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes); // a reset is an end too
        bytes
    })
}

fn bron_site() -> (Site, Server, String) {
    let site = Site::new(|text| text);
    site.member(BRON, "commune", "Bron");
    let token = site.token(BRON);
    let server = site.serve();
    (site, server, token)
}

#[test]
fn a_long_file_is_answered_while_it_arrives() {
    let (_site, server, token) = bron_site();
    let mut stream = begin(&server, &token);
    let mut reading = stream.try_clone().unwrap();
    let file = file_of(40_000);
    let (first, rest) = file.split_at(file.match_indices('\n').nth(35_000).unwrap().0 + 1);
    assert!(first.len() > 1024 * 1024, "more than is held back");
    chunk(&mut stream, first);
    let mut beginning = [0; 12];
    reading.read_exact(&mut beginning).unwrap();
    assert_eq!(&beginning, b"HTTP/1.1 200", "the answer begins before the file ends");
    let reader = drain(reading);
    chunk(&mut stream, &format!("{rest}\r\n--{BOUNDARY}--\r\n"));
    stream.write_all(b"0\r\n\r\n").unwrap();
    let answer = reader.join().unwrap();
    assert!(answer.ends_with(b"0\r\n\r\n"), "a whole answer ends well");
    let answer = String::from_utf8_lossy(&answer);
    let statuses = answer.matches(";ok\n").count() + answer.matches(";not-found\n").count();
    assert!(statuses > 39_900, "{statuses} rows, a few cut by the marks of chunks");
    assert!(answer.contains("39999;"), "the last row too");
    assert!(!server.log().contains("Bron") && server.log().contains("file answered"), "{}", server.log());
}

#[test]
fn a_token_revoked_while_its_file_is_answered_gets_no_more_of_it() {
    let (site, server, token) = bron_site();
    let mut stream = begin(&server, &token);
    let mut reading = stream.try_clone().unwrap();
    let file = file_of(40_000);
    let (first, rest) = file.split_at(file.match_indices('\n').nth(35_000).unwrap().0 + 1);
    chunk(&mut stream, first);
    let mut beginning = [0; 12];
    reading.read_exact(&mut beginning).unwrap();
    let reader = drain(reading);
    let (id, _) = token.split_once(':').unwrap();
    site.must(&["token", "revoke", id]);
    eventually("401", || {
        let search = request(server.port, "/photon/api?q=bron", &format!("Authorization: Bearer {token}\r\n"));
        (search.unwrap().status == 401).then_some(())
    });
    // Refused by now, or soon: what is sent may already meet a closed connection.
    let rest = format!("{rest}\r\n--{BOUNDARY}--\r\n");
    let _ = stream.write_all(format!("{:x}\r\n{rest}\r\n0\r\n\r\n", rest.len()).as_bytes());
    let answer = reader.join().unwrap();
    assert!(!answer.ends_with(b"0\r\n\r\n"), "a transfer broken off has no end");
    assert!(!String::from_utf8_lossy(&answer).contains("39999;"), "nor the last row");
}

#[test]
fn a_field_that_comes_too_late_breaks_the_answer_off_rather_than_being_forgotten() {
    let (_site, server, token) = bron_site();
    let mut stream = begin(&server, &token);
    let reader = drain(stream.try_clone().unwrap());
    chunk(&mut stream, &file_of(40_000));
    chunk(&mut stream, &format!("\r\n{}--{BOUNDARY}--\r\n", field("min_score", "0.9")));
    stream.write_all(b"0\r\n\r\n").unwrap();
    let answer = reader.join().unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"));
    assert!(!answer.ends_with(b"0\r\n\r\n"), "a transfer broken off has no end");
}

#[test]
fn places_are_counted_and_a_client_that_leaves_gives_its_own_back() {
    let (_site, server, token) = bron_site();
    let body = form(&COLUMNS, &file_of(3), &[]);
    let once = || {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
        let head = format!(
            "POST /ban/search/csv HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAuthorization: Bearer {token}\r\n{TYPE}\
             Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
            server.port,
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        String::from_utf8(drain(stream).join().unwrap()).unwrap()
    };
    // No file before these: one that has just been answered may not have given its place back yet.
    let file = file_of(1_000);
    let mut idle: Vec<TcpStream> = (0..8).map(|_| begin(&server, &token)).collect();
    idle.iter_mut().for_each(|stream| chunk(stream, &file));
    let refused = eventually("a refusal", || {
        let answer = once();
        if answer.starts_with("HTTP/1.1 503") {
            return Some(answer);
        }
        // It came before one of those, whose place it had for a moment: that one was refused, here is another.
        let mut next = begin(&server, &token);
        chunk(&mut next, &file);
        idle.push(next);
        None
    });
    assert!(refused.to_ascii_lowercase().contains("retry-after: "), "{refused}");
    let search = request(server.port, "/photon/api?q=bron", &format!("Authorization: Bearer {token}\r\n")).unwrap();
    assert_eq!(search.status, 200, "searches go on");
    drop(idle);
    eventually("a place", || Some(once()).filter(|answer| answer.starts_with("HTTP/1.1 200")));
}

#[test]
fn addok_geocode_stream_with_open_access_finds_and_reverses() {
    let site = Site::new(|text| {
        text.replacen("[geocoder]", "[geocoder]\naccess = \"open\"", 1).replacen("access = \"agents\"\n", "", 1)
    });
    let server = site.serve();
    let rows = 450; // more than two of the client's buckets of 200
    std::fs::write(site.folder.path().join("in.csv"), file_of(rows)).unwrap();
    let positions: String = addresses().iter().take(rows).map(|(.., lon, lat)| format!("{lon};{lat}\n")).collect();
    std::fs::write(site.folder.path().join("positions.csv"), format!("longitude;latitude\n{positions}")).unwrap();
    let client = root().join("tests/node_modules/.bin/addok-geocode");
    let run = |arguments: &str, from: &str| {
        let line = format!(
            "{} --service http://127.0.0.1:{}/ban --strategy csv --semicolon {arguments} < {from} 2> client.log",
            client.display(),
            server.port
        );
        program("sh", &["-c", &line], site.folder.path())
    };
    let found = run("--columns adresse,ville", "in.csv");
    let header: Vec<&str> = found.lines().next().unwrap().split(';').collect();
    assert_eq!(header[..4], ["n", "adresse", "ville", "longitude"], "{header:?}");
    let right = found.lines().skip(1).zip(addresses()).filter(|(line, (_, label, ..))| line.contains(label.as_str()));
    assert_eq!(right.count(), rows, "{found}");
    let back = run("--reverse", "positions.csv");
    assert_eq!(
        back.lines().filter(|line| line.contains("69500 Bron") && line.ends_with(";ok")).count(),
        rows,
        "{back}"
    );
}
