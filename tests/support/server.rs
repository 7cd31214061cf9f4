//! The built command, run as an operator runs it: in its own process, on free ports.

use std::{
    io::Read,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use super::root;

/// How long anything may take to show, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(60);

/// `traboule` with these arguments, to its end.
pub fn traboule(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_traboule")).args(arguments).stdin(Stdio::null()).output().unwrap()
}

/// What a command printed, both streams.
pub fn printed(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A port nobody listens on at this moment.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Waits until `look` gives something.
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "{what} did not happen within {} s", PATIENCE.as_secs());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Copies a folder with what is in it.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let copied = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &copied);
        } else {
            std::fs::copy(&path, &copied).unwrap();
        }
    }
}

/// The sample configuration, written to a folder with its own state, ports and edits.
pub struct Site {
    pub folder: tempfile::TempDir,
    pub port: u16,
    pub admin: u16,
}

impl Site {
    /// `edit` may change the text of the configuration; paths of data are made absolute first.
    pub fn new(edit: impl FnOnce(String) -> String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (port, admin) = (free_port(), free_port());
        let data = root().join("data-samples");
        let prepared = super::prepared();
        let text = std::fs::read_to_string(root().join("traboule.toml"))
            .unwrap()
            .replace("data-samples/", &format!("{}/", data.display()))
            .replace("127.0.0.1:8080", &format!("127.0.0.1:{port}"))
            .replace("127.0.0.1:8081", &format!("127.0.0.1:{admin}"))
            .replace("\"var/layers\"", &format!("\"{}\"", prepared.server.snapshots.display()))
            .replace("\"var/geocoder\"", &format!("\"{}\"", prepared.geocoder.index.display()));
        let site = Self { folder, port, admin };
        site.write(&edit(text));
        site
    }

    pub fn config(&self) -> PathBuf {
        self.folder.path().join("traboule.toml")
    }

    pub fn write(&self, text: &str) {
        std::fs::write(self.config(), text).unwrap();
    }

    pub fn text(&self) -> String {
        std::fs::read_to_string(self.config()).unwrap()
    }

    /// `traboule` with these arguments and this configuration.
    pub fn run(&self, arguments: &[&str]) -> Output {
        let config = self.config();
        traboule(&[arguments, &["--config", config.to_str().unwrap()]].concat())
    }

    /// The same, which must succeed.
    pub fn must(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", printed(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// A token of an organisation that exists, with every scope.
    pub fn token(&self, organisation: &str) -> String {
        let scopes = ["--scope", "tiles", "--scope", "features", "--scope", "search"];
        self.must(&[&["token", "create", "--organisation", organisation], &scopes[..]].concat()).trim().to_owned()
    }

    /// An organisation whose adhesion is active.
    pub fn member(&self, id: &str, kind: &str, name: &str) {
        self.must(&["adhesion", "organisation", id, "--kind", kind, "--name", name]);
        self.must(&["adhesion", "set", id, "active", "--from", "2026-01-01"]);
    }

    /// Starts `traboule serve` and waits until it is ready.
    pub fn serve(&self) -> Server {
        self.start(Command::new(env!("CARGO_BIN_EXE_traboule")))
    }

    /// The same where no file may grow past so many kilobytes, as if the disk were full, until [`Server::make_room`].
    pub fn serve_on_a_full_disk(&self, kilobytes: u32) -> Server {
        let limit = format!("trap '' XFSZ; ulimit -S -f {}; exec \"$0\" \"$@\"", kilobytes * 2);
        let mut shell = Command::new("sh");
        shell.args(["-c", &limit, env!("CARGO_BIN_EXE_traboule")]);
        self.start(shell)
    }

    fn start(&self, mut command: Command) -> Server {
        let log = std::fs::File::create(self.folder.path().join("log")).unwrap();
        let child = command
            .args(["serve", "--config"])
            .arg(self.config())
            .env("TRABOULE_LOG", "debug,tantivy=warn") // all that an operator may ask for: what must not be there is looked for
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut server = Server { child, port: self.port, admin: self.admin, log: self.folder.path().join("log") };
        eventually("ready", || {
            if let Some(status) = server.child.try_wait().unwrap() {
                panic!("the service stopped with {status}: {}", server.log());
            }
            (get(self.admin, "/health/ready", None)?.status == 200).then_some(())
        });
        server
    }
}

/// A running service; killed when the test is over.
pub struct Server {
    child: Child,
    pub port: u16,
    pub admin: u16,
    log: PathBuf,
}

impl Server {
    pub fn get(&self, path: &str, token: Option<&str>) -> Reply {
        get(self.port, path, token).expect("the service answers")
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// From now on files may grow.
    pub fn make_room(&self) {
        let raised = Command::new("prlimit")
            .args(["--pid", &self.child.id().to_string(), "--fsize=unlimited"])
            .status()
            .unwrap();
        assert!(raised.success());
    }

    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// SIGTERM, and the exit status.
    pub fn stop(mut self) -> std::process::ExitStatus {
        self.signal("-TERM");
        self.child.wait().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer, as a client without any cleverness sees it.
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

/// One request with a token; none when nobody answers.
pub fn get(port: u16, path: &str, token: Option<&str>) -> Option<Reply> {
    request(port, path, &token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default())
}

/// One request on a connection of its own, with more header lines; none when nobody answers.
pub fn request(port: u16, path: &str, lines: &str) -> Option<Reply> {
    exchange(port, "GET", path, lines, "")
}

/// The same with a JSON body.
pub fn post_json(port: u16, path: &str, token: &str, body: &str) -> Option<Reply> {
    let length = body.len();
    let lines =
        format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n");
    exchange(port, "POST", path, &lines, body)
}

/// The same with a file of addresses, under this name, as the field `data` of a form.
pub fn post_csv(port: u16, path: &str, token: &str, name: &str, file: &str) -> Option<Reply> {
    let body = format!(
        "--b\r\nContent-Disposition: form-data; name=\"data\"; filename=\"{name}.csv\"\r\n\r\n{file}\r\n--b--\r\n"
    );
    let length = body.len();
    let lines = format!(
        "Authorization: Bearer {token}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: {length}\r\n"
    );
    exchange(port, "POST", path, &lines, &body)
}

fn exchange(port: u16, method: &str, path: &str, lines: &str, body: &str) -> Option<Reply> {
    use std::io::Write;
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).ok()?;
    let request =
        format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n{lines}\r\n{body}");
    stream.write_all(request.as_bytes()).ok()?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).ok()?;
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let body = if head.to_ascii_lowercase().contains("transfer-encoding: chunked") {
        unchunk(&bytes[end + 4..])
    } else {
        bytes[end + 4..].to_vec()
    };
    Some(Reply { status, head, body })
}

impl Reply {
    /// The values of a header, in order.
    pub fn header(&self, name: &str) -> Vec<&str> {
        let values = self.head.lines().filter_map(|line| line.split_once(": "));
        values.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
    }
}

fn unchunk(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(line_end) = rest.windows(2).position(|window| window == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..line_end]).unwrap().trim(), 16).unwrap();
        body.extend_from_slice(&rest[line_end + 2..line_end + 2 + size]);
        rest = &rest[line_end + 2 + size + 2..];
        if size == 0 {
            break;
        }
    }
    body
}

/// Runs a program of the system that a test compares with.
pub fn program(name: &str, arguments: &[&str], folder: &Path) -> String {
    let output = Command::new(name).args(arguments).current_dir(folder).output().unwrap_or_else(|error| {
        panic!("{name} is missing ({error}); `make test` installs it");
    });
    assert!(output.status.success(), "{name} {arguments:?}: {}", printed(&output));
    printed(&output)
}
