//! addok, the engine behind the national service, started here on the same addresses, with the configuration
//! the national base publishes; it answers the same queries over HTTP.
//!
//! Needs `python3` and `redis-server` (Debian packages); addok itself is installed once in a virtual environment
//! under the target folder.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use geocoder::Kind;
use layers::LonLat;
use serde_json::Value;

use crate::{
    http::{Client, escaped, free_port},
    measure::{Cost, measured},
    truth::{Ask, Found, LIST, Query},
};

/// What is installed: fixed, so that two runs compare.
const PACKAGES: [&str; 5] = ["addok==1.3.2", "addok-fr==1.1.0", "addok-france==1.2.0", "addok-csv==1.1.0", "gunicorn"];

/// The national base's configuration, with the rescaling of scores that addok has by default since.
const CONFIGURATION: &str = r#"
ATTRIBUTION = "BAN"
LICENCE = "ETALAB-2.0"
EXTRA_FIELDS = [{"key": "citycode"}, {"key": "oldcitycode"}, {"key": "oldcity"}, {"key": "district"}]
FILTERS = ["type", "citycode", "postcode"]
QUERY_PROCESSORS_PYPATHS = [
    "addok.helpers.text.check_query_length",
    "addok_france.extract_address",
    "addok_france.clean_query",
    "addok_france.remove_leading_zeros",
]
SEARCH_RESULT_PROCESSORS_PYPATHS = [
    "addok.helpers.results.match_housenumber",
    "addok_france.make_labels",
    "addok.helpers.results.score_by_importance",
    "addok.helpers.results.score_by_autocomplete_distance",
    "addok.helpers.results.score_by_ngram_distance",
    "addok.helpers.results.score_by_geo_distance",
    "addok.helpers.results.adjust_scores",
]
PROCESSORS_PYPATHS = [
    "addok.helpers.text.tokenize",
    "addok.helpers.text.normalize",
    "addok_france.glue_ordinal",
    "addok_france.fold_ordinal",
    "addok_france.flag_housenumber",
    "addok.helpers.text.synonymize",
    "addok_fr.phonemicize",
]
"#;

/// addok, running; both processes end with it.
pub(crate) struct Addok {
    redis: Child,
    server: Child,
    client: Client,
    /// Send the commune named as a filter.
    citycode: bool,
    /// What the import took.
    pub import: Duration,
}

impl Addok {
    /// Installs addok if it is not there, loads the documents and starts serving.
    pub(crate) fn start(documents: &Path, folder: &Path, citycode: bool) -> Self {
        let programs = installed().join("bin");
        let (redis_port, port) = (free_port(), free_port());
        let configuration = folder.join("addok.conf");
        fs::write(&configuration, CONFIGURATION).unwrap();
        let command = |program: &str| {
            let mut command = Command::new(programs.join(program));
            command.env("ADDOK_CONFIG_MODULE", &configuration).env("ADDOK_LOG_DIR", folder);
            command.env("REDIS_HOST", "127.0.0.1").env("REDIS_PORT", redis_port.to_string());
            command.stdout(Stdio::null()).stderr(Stdio::null());
            command
        };
        let redis = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--save", "", "--port", &redis_port.to_string()])
            .arg("--dir")
            .arg(folder)
            .stdout(Stdio::null())
            .spawn()
            .expect("the peer needs redis-server (Debian package of that name)");
        wait_for(redis_port);
        let start = Instant::now();
        for arguments in [["batch", documents.to_str().unwrap()].as_slice(), &["ngrams"]] {
            assert!(command("addok").args(arguments).status().unwrap().success(), "addok {arguments:?}");
        }
        let import = start.elapsed();
        let bind = format!("127.0.0.1:{port}");
        let arguments = ["addok.http.wsgi", "--workers", "1", "--keep-alive", "60", "--bind", &bind];
        let server = command("gunicorn").args(arguments).spawn().unwrap();
        wait_for(port);
        Self { redis, server, client: Client::new(port), citycode, import }
    }

    /// Asks one query.
    pub(crate) fn ask(&mut self, query: &Query) -> (Vec<Found>, Cost) {
        let path = path(query, self.citycode);
        let (answer, cost) = measured(|| self.client.get(&path).unwrap());
        let body: Value = serde_json::from_slice(&answer.1).unwrap_or_default();
        let features = body["features"].as_array().cloned().unwrap_or_default();
        (features.iter().filter_map(found).collect(), Cost { cpu: 0.0, ..cost })
    }

    /// CPU time of the server and of its database until now.
    pub(crate) fn cpu(&self) -> Duration {
        [self.redis.id(), self.server.id()].into_iter().chain(children(self.server.id())).map(cpu_of).sum()
    }

    /// Resident memory of the server and of its database, in bytes.
    pub(crate) fn memory(&self) -> u64 {
        let all = [self.redis.id(), self.server.id()].into_iter().chain(children(self.server.id()));
        all.map(|id| crate::memory::rollup(&id.to_string()).resident).sum()
    }
}

impl Drop for Addok {
    fn drop(&mut self) {
        // gunicorn ends its worker when asked to; killed, it would leave it behind.
        let _ = Command::new("kill").arg(self.server.id().to_string()).status();
        let _ = self.server.wait();
        let _ = self.redis.kill();
        let _ = self.redis.wait();
    }
}

/// The virtual environment, made at the first use.
fn installed() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("addok");
    if !folder.join("bin/gunicorn").exists() {
        let made = Command::new("python3").args(["-m", "venv"]).arg(&folder).status().unwrap();
        assert!(made.success(), "the peer needs python3 and its venv module");
        let pip = Command::new(folder.join("bin/pip")).args(["install", "--quiet"]).args(PACKAGES).status().unwrap();
        assert!(pip.success(), "addok could not be installed");
    }
    folder
}

fn wait_for(port: u16) {
    let start = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(start.elapsed() < Duration::from_secs(60), "nobody listens on {port}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn path(query: &Query, citycode: bool) -> String {
    match &query.ask {
        Ask::Reverse(at) => format!("/reverse/?lon={}&lat={}&limit=1", at.lon, at.lat),
        Ask::Search { text, finished, near } => {
            let near = near.map(|at| format!("&lon={}&lat={}", at.lon, at.lat)).unwrap_or_default();
            let codes = if citycode { query.scope.as_slice() } else { &[] };
            // Ten values at most: a whole city is asked for by its own code.
            let code = match codes {
                [] => String::new(),
                [first, ..] if codes.len() > 10 => format!("&citycode={}", crate::truth::parent(first)),
                codes => format!("&citycode={}", codes.join("+")),
            };
            let autocomplete = u8::from(!finished);
            format!("/search/?q={}&limit={LIST}&autocomplete={autocomplete}{near}{code}", escaped(text))
        }
    }
}

fn found(feature: &Value) -> Option<Found> {
    let properties = &feature["properties"];
    // A field of several values is a list or its first value, by version.
    let text = |name: &str| {
        let value = &properties[name];
        value.get(0).unwrap_or(value).as_str().map(str::to_owned)
    };
    let kind = match properties["type"].as_str()? {
        "housenumber" => Kind::House,
        "street" => Kind::Street,
        "locality" => Kind::Locality,
        _ => Kind::City,
    };
    let coordinates = &feature["geometry"]["coordinates"];
    Some(Found {
        name: if kind == Kind::House { text("street") } else { text("name") }?,
        number: text("housenumber"),
        kind,
        id: text("id").unwrap_or_default(),
        insee: text("citycode").unwrap_or_default(),
        city: text("city").unwrap_or_default(),
        district: text("district"),
        postcode: text("postcode"),
        at: LonLat { lon: coordinates[0].as_f64()?, lat: coordinates[1].as_f64()? },
        score: properties["score"].as_f64().unwrap_or_default(),
        match_type: "",
        contradicts: false,
        text: 0.0,
        standing: 0.0,
        lacks: false,
    })
}

/// Linux counts the CPU time of a process in hundredths of a second.
const TICK: Duration = Duration::from_millis(10);

fn cpu_of(process: u32) -> Duration {
    let Ok(stat) = fs::read_to_string(format!("/proc/{process}/stat")) else { return Duration::ZERO };
    // After the name, in parentheses: state is field 3; user and system time are fields 14 and 15.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: u32 = fields.get(11..13).into_iter().flatten().filter_map(|field| field.parse::<u32>().ok()).sum();
    TICK * ticks
}

fn children(process: u32) -> Vec<u32> {
    let list = fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
    list.split_whitespace().filter_map(|id| id.parse().ok()).collect()
}
