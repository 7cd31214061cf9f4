//! The audit trail: one JSON line for each login, refusal and administrative act, chained by SHA-256.
//!
//! The lines live in a table of the state, not in a file beside it: an administrative act and its line
//! are one transaction (neither exists without the other), and SQLite's write lock keeps the chain
//! whole when a command writes beside the server. What a server records in passing (logins, refusals)
//! goes through a queue, so that a full disk or a slow one delays no request: see [`Trail`].
//!
//! No line holds a secret, a session id, an address that was typed, or a query string.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;
use tokio::sync::{mpsc, oneshot};

use crate::{Database, Error, secret::sha256};

/// What happened, without its place in the chain.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AuditEvent {
    /// Who: `account 12`, `token tk0a…`, `anonymous`, or the operator's name for a command.
    pub actor: String,
    /// Whose rights were used, when known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub organisation: Option<String>,
    /// What: `login`, `logout`, `refused`, `adhesion.change`…
    pub action: String,
    /// On what: a layer, an organisation, the first segment of a path.
    pub object: String,
    /// Why, as a stable code or a word of the directory.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// From where.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub peer: Option<IpAddr>,
    /// How many times, when several are told in one line; absent for one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub count: Option<u64>,
}

/// A line as it is stored: the event, its number and its instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLine {
    /// 1, 2, 3… without a gap.
    pub seq: i64,
    /// When it was written.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub event: AuditEvent,
}

/// What [`verify`] found when nothing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// Number of lines.
    pub lines: i64,
    /// Digest of the last line. Kept elsewhere, it proves later that the end was not rewritten.
    pub head: [u8; 32],
}

impl AuditEvent {
    /// An act of `by` on `object`.
    pub fn act(by: &str, action: &str, object: &str) -> Self {
        Self { actor: by.to_owned(), action: action.to_owned(), object: object.to_owned(), ..Self::default() }
    }
}

/// Adds a line at the end of the chain, in the caller's transaction, which must hold the write lock.
pub(crate) async fn append(connection: &mut SqliteConnection, event: &AuditEvent) -> Result<(), Error> {
    let (last, previous): (i64, Vec<u8>) =
        sqlx::query_as("SELECT seq, hash FROM audit_head").fetch_one(&mut *connection).await?;
    let line = AuditLine { seq: last + 1, at: Timestamp::now(), event: event.clone() };
    let text = serde_json::to_string(&line).expect("a line holds strings, numbers and an instant");
    let hash = chain(&previous, &text);
    sqlx::query("INSERT INTO audit (seq, line, hash) VALUES (?, ?, ?)")
        .bind(line.seq)
        .bind(&text)
        .bind(hash.as_slice())
        .execute(&mut *connection)
        .await?;
    sqlx::query("UPDATE audit_head SET seq = ?, hash = ?")
        .bind(line.seq)
        .bind(hash.as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

fn chain(previous: &[u8], line: &str) -> [u8; 32] {
    sha256(&[previous, line.as_bytes()].concat())
}

/// The lines after `seq`, oldest first, at most `limit`.
///
/// # Errors
/// The state cannot be read, or a line is no longer JSON.
pub async fn read_after(database: &Database, seq: i64, limit: u32) -> Result<Vec<AuditLine>, Error> {
    let rows: Vec<(i64, String)> = sqlx::query_as("SELECT seq, line FROM audit WHERE seq > ? ORDER BY seq LIMIT ?")
        .bind(seq)
        .bind(limit)
        .fetch_all(&database.0)
        .await?;
    let broken = |seq| Error::AuditBroken { seq, problem: "the line is not readable" };
    rows.iter().map(|(seq, line)| serde_json::from_str(line).map_err(|_| broken(*seq))).collect()
}

/// Recomputes the whole chain.
///
/// # Errors
/// [`Error::AuditBroken`] names the first line that was altered, removed or added.
pub async fn verify(database: &Database) -> Result<Verified, Error> {
    const PAGE: i64 = 5_000;
    let mut transaction = database.0.begin().await?;
    let (mut seq, mut hash) = (0_i64, [0_u8; 32]);
    loop {
        let rows: Vec<(i64, String, Vec<u8>)> =
            sqlx::query_as("SELECT seq, line, hash FROM audit WHERE seq > ? ORDER BY seq LIMIT ?")
                .bind(seq)
                .bind(PAGE)
                .fetch_all(&mut *transaction)
                .await?;
        if rows.is_empty() {
            break;
        }
        for (found, line, stored) in rows {
            seq += 1;
            hash = chain(&hash, &line);
            check_line(seq, found, &line, &stored, &hash)?;
        }
    }
    let head: (i64, Vec<u8>) = sqlx::query_as("SELECT seq, hash FROM audit_head").fetch_one(&mut *transaction).await?;
    if head.0 != seq || head.1 != hash {
        return Err(Error::AuditBroken { seq: seq + 1, problem: "the last lines were removed" });
    }
    Ok(Verified { lines: seq, head: hash })
}

fn check_line(expected: i64, found: i64, line: &str, stored: &[u8], computed: &[u8; 32]) -> Result<(), Error> {
    let broken = |problem| Err(Error::AuditBroken { seq: expected, problem });
    if found != expected {
        return broken("the line is missing");
    }
    if stored != computed {
        return broken("the line or the one before it was altered");
    }
    match serde_json::from_str::<AuditLine>(line) {
        Ok(line) if line.seq == expected => Ok(()),
        _ => broken("the line does not say its own number"),
    }
}

/// What a server records in passing. Cheap to clone; never waits, never fails.
#[derive(Debug, Clone)]
pub(crate) struct Trail {
    queue: mpsc::Sender<Message>,
    /// Events that could not be written since the last line that tells so.
    lost: Arc<AtomicU64>,
}

#[derive(Debug)]
enum Message {
    Event(AuditEvent),
    Flush(oneshot::Sender<()>),
}

impl Trail {
    /// Starts the task that writes. It ends when the last handle is dropped.
    pub(crate) fn start(database: Database) -> Self {
        let (queue, receiver) = mpsc::channel(4_096);
        let lost = Arc::new(AtomicU64::new(0));
        tokio::spawn(write_all(database, receiver, Arc::clone(&lost)));
        Self { queue, lost }
    }

    /// Records an event soon. When the disk cannot follow, events are dropped and counted.
    pub(crate) fn record(&self, event: AuditEvent) {
        if self.queue.try_send(Message::Event(event)).is_err() {
            note_lost(&self.lost, 1);
        }
    }

    /// Waits until what was recorded before is written, or lost.
    pub(crate) async fn flush(&self) {
        let (done, written) = oneshot::channel();
        if self.queue.send(Message::Flush(done)).await.is_ok() {
            // An error means that the writer ended, hence that nothing is left to wait for.
            written.await.ok();
        }
    }
}

fn note_lost(lost: &AtomicU64, count: u64) {
    if lost.fetch_add(count, Ordering::Relaxed) == 0 {
        tracing::error!("the audit trail cannot be written; events are only counted until it can");
    }
}

async fn write_all(database: Database, mut queue: mpsc::Receiver<Message>, lost: Arc<AtomicU64>) {
    let mut batch = Vec::new();
    while queue.recv_many(&mut batch, 256).await > 0 {
        let mut events = Vec::new();
        let mut waiting = Vec::new();
        for message in batch.drain(..) {
            match message {
                Message::Event(event) => events.push(event),
                Message::Flush(done) => waiting.push(done),
            }
        }
        if let Err(error) = write(&database, &events, &lost).await {
            tracing::debug!(%error, "audit events lost");
            note_lost(&lost, events.len() as u64);
        }
        for done in waiting {
            done.send(()).ok();
        }
    }
}

async fn write(database: &Database, events: &[AuditEvent], lost: &AtomicU64) -> Result<(), Error> {
    if events.is_empty() {
        return Ok(());
    }
    let untold = lost.load(Ordering::Relaxed);
    let mut tx = database.begin().await?;
    if untold > 0 {
        append(&mut tx, &AuditEvent { count: Some(untold), ..AuditEvent::act("traboule", "audit.lost", "audit") })
            .await?;
    }
    for event in events {
        append(&mut tx, event).await?;
    }
    tx.commit().await?;
    lost.fetch_sub(untold, Ordering::Relaxed);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::tests::database;

    async fn three_lines(db: &Database) {
        for object in ["69029", "69266", "69259"] {
            let mut tx = db.begin().await.unwrap();
            append(&mut tx, &AuditEvent::act("test", "adhesion.change", object)).await.unwrap();
            tx.commit().await.unwrap();
        }
    }

    async fn broken_at(db: &Database, damage: &'static str) -> i64 {
        sqlx::query(damage).execute(&db.0).await.unwrap();
        match verify(db).await {
            Err(Error::AuditBroken { seq, .. }) => seq,
            other => panic!("{damage}: {other:?}"),
        }
    }

    #[tokio::test]
    async fn an_untouched_trail_verifies() {
        let (_folder, db) = database().await;
        assert_eq!(verify(&db).await.unwrap().lines, 0);
        three_lines(&db).await;
        assert_eq!(verify(&db).await.unwrap().lines, 3);
        let lines = read_after(&db, 1, 10).await.unwrap();
        assert_eq!(lines.iter().map(|line| line.event.object.as_str()).collect::<Vec<_>>(), ["69266", "69259"]);
    }

    #[tokio::test]
    async fn m03_an_altered_removed_or_truncated_line_is_named() {
        for (damage, line) in [
            ("UPDATE audit SET line = replace(line, '69266', '69029') WHERE seq = 2", 2),
            ("DELETE FROM audit WHERE seq = 2", 2),
            ("DELETE FROM audit WHERE seq = 3", 3),
            ("UPDATE audit SET hash = zeroblob(32) WHERE seq = 1", 1),
        ] {
            let (_folder, db) = database().await;
            three_lines(&db).await;
            assert_eq!(broken_at(&db, damage).await, line, "{damage}");
        }
    }

    #[tokio::test]
    async fn two_writers_at_once_keep_one_chain() {
        let (folder, db) = database().await;
        let other = Database::open(&folder.path().join("state.db")).await.unwrap();
        let (a, b) = (Trail::start(db.clone()), Trail::start(other.clone()));
        for n in 0..50 {
            a.record(AuditEvent::act("a", "login", &n.to_string()));
            b.record(AuditEvent::act("b", "login", &n.to_string()));
        }
        tokio::join!(a.flush(), b.flush());
        assert_eq!(verify(&db).await.unwrap().lines, 100);
    }

    #[tokio::test]
    async fn m01_a_name_full_of_control_characters_stays_one_readable_line() {
        let (_folder, db) = database().await;
        let mut tx = db.begin().await.unwrap();
        append(&mut tx, &AuditEvent::act("a\r\n\u{1b}[31m\"}", "login", "x")).await.unwrap();
        tx.commit().await.unwrap();
        let stored: String = sqlx::query_scalar("SELECT line FROM audit").fetch_one(&db.0).await.unwrap();
        assert!(!stored.contains(char::is_control));
        assert_eq!(read_after(&db, 0, 1).await.unwrap()[0].event.actor, "a\r\n\u{1b}[31m\"}");
    }

    #[tokio::test]
    async fn a_disk_that_refuses_to_write_delays_nothing_and_is_told_afterwards() {
        let (_folder, db) = database().await;
        sqlx::query("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(FAIL, 'disk full'); END")
            .execute(&db.0)
            .await
            .unwrap();
        let trail = Trail::start(db.clone());
        trail.record(AuditEvent::act("a", "login", "1"));
        trail.flush().await;
        sqlx::query("DROP TRIGGER full").execute(&db.0).await.unwrap();
        trail.record(AuditEvent::act("a", "login", "2"));
        trail.flush().await;
        let lines = read_after(&db, 0, 10).await.unwrap();
        assert_eq!(lines[0].event.action, "audit.lost");
        assert_eq!(lines[1].event.object, "2");
        assert_eq!(verify(&db).await.unwrap().lines, 2);
    }
}
