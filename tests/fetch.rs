//! Addresses published at a URL, against a server on loopback: fetched once, asked again, kept when it fails.
#![allow(clippy::unwrap_used)] // a failed step fails the test

mod support;

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
    time::Duration,
};

use reqwest::Url;
use support::server::eventually;
use traboule::{
    config::{AddressSource, Config},
    fetch::{self, FetchError, LIMITS, Limits, current, is_safe},
    published, service,
};

fn table(text: &str) -> String {
    format!("commune_insee;voie_nom;numero\n{text}")
}

/// What the server answers, to be changed between two requests; and the requests it was sent, in lower case.
#[derive(Clone, Default)]
struct Publisher {
    answer: Arc<Mutex<Vec<u8>>>,
    asked: Arc<Mutex<Vec<String>>>,
    port: u16,
}

impl Publisher {
    fn new() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default(); // as main does; each test is a process
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let publisher = Self { port: listener.local_addr().unwrap().port(), ..Self::default() };
        let server = publisher.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                let head: Vec<String> =
                    BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
                server.asked.lock().unwrap().push(head.join("\n").to_lowercase());
                let _ = (&stream).write_all(&server.answer.lock().unwrap());
            }
        });
        publisher
    }

    fn answers(&self, head: &str, body: &str) {
        let length = body.len();
        *self.answer.lock().unwrap() =
            format!("HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes();
    }

    /// A file of addresses, told from others by its text.
    fn publishes(&self, head: &str, text: &str) {
        self.answers(head, &table(text));
    }

    fn url(&self, path: &str) -> Url {
        format!("http://127.0.0.1:{}{path}", self.port).parse().unwrap()
    }

    fn last(&self) -> String {
        self.asked.lock().unwrap().last().unwrap().clone()
    }
}

#[test]
fn a_file_is_fetched_once_and_then_only_if_it_changed() {
    let (publisher, folder) = (Publisher::new(), tempfile::tempdir().unwrap());
    let url = publisher.url("/bal-200046977.csv");
    let fetch = || std::fs::read_to_string(current(&url, folder.path(), LIMITS).unwrap()).unwrap();
    publisher.publishes("200 OK\r\netag: \"v1\"\r\nlast-modified: Wed, 01 Jul 2026 10:00:00 GMT", "one");
    assert_eq!(fetch(), table("one"));
    assert!(!publisher.last().contains("if-none-match"));
    publisher.answers("304 Not Modified", "");
    assert_eq!(fetch(), table("one"));
    assert!(publisher.last().contains("if-none-match: \"v1\""), "{}", publisher.last());
    assert!(publisher.last().contains("if-modified-since: wed, 01 jul 2026 10:00:00 gmt"));
    publisher.publishes("200 OK", "two");
    assert_eq!(fetch(), table("two"));
    publisher.publishes("200 OK", "three");
    assert_eq!(fetch(), table("three"));
    assert!(!publisher.last().contains("if-none-match"), "the validators of a former copy are forgotten with it");
    let name = current(&url, folder.path(), LIMITS).unwrap();
    assert!(name.to_str().unwrap().contains("bal-200046977.csv"), "{}", name.display());
}

#[test]
fn a_failed_download_uses_the_copy_of_before_and_is_an_error_without_one() {
    let (publisher, folder) = (Publisher::new(), tempfile::tempdir().unwrap());
    let url = publisher.url("/bal.csv?key=s3cret");
    let cut = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf".to_vec();
    for (head, body) in [("404 Not Found", "gone"), ("302 Found\r\nlocation: ftp://127.0.0.1/bal.csv", "")] {
        publisher.answers(head, body);
        let error = current(&url, folder.path(), LIMITS).unwrap_err();
        assert!(!error.to_string().contains("s3cret") && error.to_string().contains("/bal.csv"), "{error}");
    }
    *publisher.answer.lock().unwrap() = cut.clone();
    assert!(matches!(current(&url, folder.path(), LIMITS), Err(FetchError::Transport { .. })));
    publisher.publishes("200 OK", "whole");
    let copy = current(&url, folder.path(), LIMITS).unwrap();
    *publisher.answer.lock().unwrap() = cut;
    assert_eq!(current(&url, folder.path(), LIMITS).unwrap(), copy);
    publisher.answers("500 Internal Server Error", "<html>sorry</html>");
    assert_eq!(current(&url, folder.path(), LIMITS).unwrap(), copy);
    assert_eq!(std::fs::read_to_string(copy).unwrap(), table("whole"));
}

#[test]
fn an_answer_that_is_not_a_file_of_addresses_does_not_replace_the_copy_of_before() {
    let (publisher, folder) = (Publisher::new(), tempfile::tempdir().unwrap());
    let url = publisher.url("/bal.csv?key=s3cret");
    let headless = "69029_0001_00012;69029;Bron;Rue Secrète;12;4.9;45.7\n";
    let others = ["<!doctype html><title>Maintenance</title>", "", "{\"error\":\"maintenance\"}\n", headless];
    for body in others {
        publisher.answers("200 OK", body);
        let error = current(&url, folder.path(), LIMITS).unwrap_err();
        assert!(matches!(error, FetchError::NotAddresses { .. }), "{error}");
        assert!(!error.to_string().contains("s3cret") && !error.to_string().contains("Secr"), "{error}");
        assert!(!fetch::copy(&url, folder.path()).exists());
    }
    publisher.publishes("200 OK\r\netag: \"v1\"", "good");
    let copy = current(&url, folder.path(), LIMITS).unwrap();
    for body in others {
        publisher.answers("200 OK\r\netag: \"v2\"", body);
        assert_eq!(current(&url, folder.path(), LIMITS).unwrap(), copy);
        assert_eq!(std::fs::read_to_string(&copy).unwrap(), table("good"));
    }
    assert!(publisher.last().contains("if-none-match: \"v1\""), "what is asked is whether the copy is current");
    let street = r#"{"id":"69029_0001","type":"street","name":"Rue des Lilas","citycode":"69029","city":"Bron","lon":4.9,"lat":45.7}"#;
    publisher.answers("200 OK", street);
    assert_eq!(current(&url, folder.path(), LIMITS).unwrap(), copy);
    assert_eq!(std::fs::read_to_string(&copy).unwrap(), street);
}

#[test]
fn a_download_is_bounded_in_size_and_time() {
    let (publisher, folder) = (Publisher::new(), tempfile::tempdir().unwrap());
    let small = Limits { bytes: 10, ..LIMITS };
    publisher.answers("200 OK", "eleven bytes");
    let url = publisher.url("/announced.csv");
    assert!(matches!(current(&url, folder.path(), small), Err(FetchError::TooLarge { limit: 10, .. })));
    *publisher.answer.lock().unwrap() = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nmore than ten".to_vec();
    assert!(matches!(current(&url, folder.path(), small), Err(FetchError::TooLarge { limit: 10, .. })));
    let silent = TcpListener::bind("127.0.0.1:0").unwrap(); // accepts, and never says a word
    let url: Url = format!("http://{}/silent.csv", silent.local_addr().unwrap()).parse().unwrap();
    let short = Limits { time: Duration::from_millis(200), ..LIMITS };
    assert!(matches!(current(&url, folder.path(), short), Err(FetchError::Transport { .. })));
    let kept: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(kept.iter().all(|name| !name.to_str().unwrap().ends_with(".bal")), "{kept:?}");
}

#[test]
fn a_running_server_asks_again_and_keeps_what_it_has_when_that_fails() {
    let (publisher, folder) = (Publisher::new(), tempfile::tempdir().unwrap());
    let url = publisher.url("/bal.csv");
    let mut config = Config::load(&support::root().join("traboule.toml")).unwrap();
    config.server.state = format!("sqlite:{}", folder.path().join("traboule.db").display());
    config.server.snapshots = folder.path().join("layers");
    config.geocoder.index = folder.path().join("index");
    config.geocoder.addresses = vec![AddressSource::Url(url.clone())];
    config.geocoder.refresh = jiff::SignedDuration::from_millis(100);
    let copy = fetch::copy(&url, &config.geocoder.downloads());
    let holds = |text: &str| std::fs::read_to_string(&copy).is_ok_and(|kept| kept == table(text)).then_some(());
    publisher.answers("404 Not Found", "not yet");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let app = runtime.block_on(service::open_for(config)).unwrap();
    runtime.spawn(published::watch(app));
    let asked = || publisher.asked.lock().unwrap().len();
    eventually("a question", || (asked() > 0).then_some(()));
    publisher.publishes("200 OK", "one");
    eventually("the file", || holds("one"));
    publisher.answers("500 Internal Server Error", "sorry");
    let before = asked();
    eventually("two more questions", || (asked() >= before + 2).then_some(()));
    assert_eq!(holds("one"), Some(()));
    publisher.publishes("200 OK", "two");
    eventually("the next file", || holds("two"));
}

/// A server that takes a question and never says a word; how many it was asked at once.
fn silent() -> (u16, Arc<Mutex<usize>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, asked) = (listener.local_addr().unwrap().port(), Arc::new(Mutex::new(0)));
    let count = Arc::clone(&asked);
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for stream in listener.incoming() {
            open.push(stream.unwrap());
            *count.lock().unwrap() = open.len();
        }
    });
    (port, asked)
}

#[test]
fn a_server_that_says_nothing_holds_up_its_own_files_and_no_other_s() {
    let (publisher, folder) = (Publisher::new(), tempfile::tempdir().unwrap());
    publisher.publishes("200 OK", "one");
    let silent: Vec<_> = (0..3).map(|_| silent()).collect();
    let of_silent = silent.iter().flat_map(|(port, _)| [(port, "a"), (port, "b")]);
    let mut urls: Vec<Url> =
        of_silent.map(|(port, name)| format!("http://127.0.0.1:{port}/{name}.csv").parse().unwrap()).collect();
    urls.extend(["/one.csv", "/other.csv"].map(|path| publisher.url(path)));
    let mut config = Config::load(&support::root().join("traboule.toml")).unwrap();
    config.server.state = format!("sqlite:{}", folder.path().join("traboule.db").display());
    config.server.snapshots = folder.path().join("layers");
    config.geocoder.index = folder.path().join("index");
    config.geocoder.addresses = urls.iter().cloned().map(AddressSource::Url).collect();
    let downloads = config.geocoder.downloads();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let app = runtime.block_on(service::open_for(config)).unwrap();
    runtime.spawn(published::watch(app));
    // One after the other, each of the silent ones would be waited for: three minutes in all.
    eventually("both files of the one that answers", || {
        urls[6..].iter().all(|url| fetch::copy(url, &downloads).exists()).then_some(())
    });
    assert!(silent.iter().all(|(_, asked)| *asked.lock().unwrap() <= 1), "{silent:?}");
    runtime.shutdown_background();
}

#[test]
fn only_https_or_this_machine_is_asked() {
    for (url, safe) in [
        ("https://adresse.example.fr/bal.csv", true),
        ("http://127.0.0.1:8000/bal.csv", true),
        ("http://localhost/bal.csv", true),
        ("http://adresse.example.fr/bal.csv", false),
        ("file:///etc/passwd", false),
        ("ftp://127.0.0.1/bal.csv", false),
    ] {
        assert_eq!(is_safe(&url.parse().unwrap()), safe, "{url}");
    }
}
