//! Sessions: an opaque identifier in a cookie, its rights in memory, its record in the state.
//! Only the SHA-256 of the identifier is kept, in both places: a copy of the table opens nothing.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use sqlx::SqliteConnection;

use crate::{
    Database, Error,
    database::now,
    directory::AccountId,
    secret::{is_id, sha256},
};

/// SHA-256 of the identifier in the cookie.
pub(crate) type SessionKey = [u8; 32];

/// The server's memory of a login. Instants in seconds since 1970.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) account: AccountId,
    /// The login ends then, whatever happens.
    pub(crate) until: i64,
    /// What the identity provider signed; it wants it back at logout.
    pub(crate) id_token: String,
    last_seen: AtomicI64,
    /// Whether `last_seen` moved since it was last written.
    touched: AtomicBool,
}

/// The live sessions and how long they last.
#[derive(Debug)]
pub(crate) struct Sessions {
    live: RwLock<HashMap<SessionKey, Arc<Session>>>,
    /// Seconds without a request after which a session ends.
    pub(crate) idle: i64,
    /// Seconds after which it ends anyway.
    max_age: i64,
}

/// The key of a cookie's value; none when the value does not even have the right shape.
pub(crate) fn key_of(cookie: &str) -> Option<SessionKey> {
    is_id(cookie).then(|| sha256(cookie.as_bytes()))
}

impl Sessions {
    /// Reads the sessions that a restart must not end.
    pub(crate) async fn open(database: &Database, idle: Duration, max_age: Duration) -> Result<Self, Error> {
        let seconds = |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX / 4);
        let sessions = Self { live: RwLock::default(), idle: seconds(idle), max_age: seconds(max_age) };
        let rows: Vec<(Vec<u8>, i64, i64, i64, String)> =
            sqlx::query_as("SELECT key, account, last_seen, until, id_token FROM session")
                .fetch_all(&database.0)
                .await?;
        let read = rows.into_iter().filter_map(|(key, account, last_seen, until, id_token)| {
            let session = Session {
                account: AccountId(account),
                until,
                id_token,
                last_seen: AtomicI64::new(last_seen),
                touched: AtomicBool::new(false),
            };
            Some((SessionKey::try_from(key).ok()?, Arc::new(session)))
        });
        sessions.live.write().unwrap_or_else(PoisonError::into_inner).extend(read);
        Ok(sessions)
    }

    /// The live session of a key; counts as activity.
    pub(crate) fn find(&self, key: &SessionKey) -> Option<Arc<Session>> {
        let session = self.live.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()?;
        let now = now();
        if self.is_over(&session, now) {
            return None;
        }
        if session.last_seen.swap(now, Ordering::Relaxed) != now {
            session.touched.store(true, Ordering::Relaxed);
        }
        Some(session)
    }

    /// When a session ends without another request, in seconds since 1970.
    pub(crate) fn idle_until(&self, session: &Session) -> i64 {
        (session.last_seen.load(Ordering::Relaxed) + self.idle).min(session.until)
    }

    fn is_over(&self, session: &Session, now: i64) -> bool {
        now >= self.idle_until(session)
    }

    /// Writes a new session in the caller's transaction. It counts once [`Self::admit`] has put it in memory.
    pub(crate) async fn record(
        &self,
        connection: &mut SqliteConnection,
        key: SessionKey,
        account: AccountId,
        id_token: &str,
    ) -> Result<Session, Error> {
        let now = now();
        let until = now + self.max_age;
        sqlx::query(
            "INSERT INTO session (key, account, created, last_seen, until, id_token) VALUES (?1, ?2, ?3, ?3, ?4, ?5)",
        )
        .bind(key.as_slice())
        .bind(account.0)
        .bind(now)
        .bind(until)
        .bind(id_token)
        .execute(connection)
        .await?;
        let id_token = id_token.to_owned();
        Ok(Session { account, until, id_token, last_seen: AtomicI64::new(now), touched: AtomicBool::new(false) })
    }

    /// Makes a recorded session live.
    pub(crate) fn admit(&self, key: SessionKey, session: Session) {
        self.live.write().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::new(session));
    }

    /// Ends a session: in memory first, so that it is dead even when the disk refuses the rest.
    pub(crate) async fn end(&self, database: &Database, key: &SessionKey) -> Result<(), Error> {
        self.live.write().unwrap_or_else(PoisonError::into_inner).remove(key);
        sqlx::query("DELETE FROM session WHERE key = ?").bind(key.as_slice()).execute(&database.0).await?;
        Ok(())
    }

    /// Forgets the sessions that another process removed from the state.
    pub(crate) async fn reconcile(&self, database: &Database) -> Result<(), Error> {
        let keys: Vec<Vec<u8>> = sqlx::query_scalar("SELECT key FROM session").fetch_all(&database.0).await?;
        let keys: HashSet<SessionKey> = keys.into_iter().filter_map(|key| key.try_into().ok()).collect();
        self.live.write().unwrap_or_else(PoisonError::into_inner).retain(|key, _| keys.contains(key));
        Ok(())
    }

    /// Writes the last activity of the sessions that had some, and removes those that are over.
    pub(crate) async fn flush(&self, database: &Database) -> Result<(), Error> {
        let now = now();
        let all: Vec<(SessionKey, Arc<Session>)> = {
            let live = self.live.read().unwrap_or_else(PoisonError::into_inner);
            live.iter().map(|(key, session)| (*key, Arc::clone(session))).collect()
        };
        let mut tx = database.begin().await?;
        for (key, session) in all.iter().filter(|(_, session)| session.touched.load(Ordering::Relaxed)) {
            session.touched.store(false, Ordering::Relaxed);
            sqlx::query("UPDATE session SET last_seen = ? WHERE key = ?")
                .bind(session.last_seen.load(Ordering::Relaxed))
                .bind(key.as_slice())
                .execute(&mut *tx)
                .await?;
        }
        sqlx::query("DELETE FROM session WHERE until <= ?1 OR last_seen + ?2 <= ?1")
            .bind(now)
            .bind(self.idle)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        self.live.write().unwrap_or_else(PoisonError::into_inner).retain(|_, session| !self.is_over(session, now));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        directory::{
            NewAccount, OrganisationKind, Roles, save_account, save_organisation,
            tests::{database, organisation},
        },
        secret::random_id,
    };

    async fn signed_in(db: &Database, sessions: &Sessions) -> (String, AccountId) {
        let bron = organisation("69029", OrganisationKind::Commune, &["69029"], &[]);
        save_organisation(db, &bron, "t").await.unwrap();
        let new = NewAccount {
            issuer: "i".into(),
            subject: "s".into(),
            name: "n".into(),
            organisation: bron.id,
            roles: Roles::default(),
        };
        let account = save_account(db, &new, "t").await.unwrap();
        let cookie = random_id();
        let key = key_of(&cookie).unwrap();
        let mut tx = db.begin().await.unwrap();
        let session = sessions.record(&mut tx, key, account, "jwt").await.unwrap();
        tx.commit().await.unwrap();
        sessions.admit(key, session);
        (cookie, account)
    }

    async fn open(db: &Database, idle: u64, max_age: u64) -> Sessions {
        Sessions::open(db, Duration::from_secs(idle), Duration::from_secs(max_age)).await.unwrap()
    }

    #[tokio::test]
    async fn d21_the_state_does_not_hold_what_the_cookie_says() {
        let (folder, db) = database().await;
        let (cookie, _) = signed_in(&db, &open(&db, 60, 600).await).await;
        db.close().await;
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            assert!(!bytes.windows(cookie.len()).any(|window| window == cookie.as_bytes()));
        }
    }

    #[tokio::test]
    async fn d23_a_restart_keeps_live_sessions_and_no_ended_one() {
        let (_folder, db) = database().await;
        let sessions = open(&db, 60, 600).await;
        let (cookie, account) = signed_in(&db, &sessions).await;
        let key = key_of(&cookie).unwrap();
        assert_eq!(open(&db, 60, 600).await.find(&key).unwrap().account, account);
        sessions.end(&db, &key).await.unwrap();
        assert!(sessions.find(&key).is_none());
        assert!(open(&db, 60, 600).await.find(&key).is_none());
    }

    #[tokio::test]
    async fn d11_activity_prolongs_a_session_up_to_its_absolute_end_only() {
        let (_folder, db) = database().await;
        let sessions = open(&db, 2, 3).await;
        let key = key_of(&signed_in(&db, &sessions).await.0).unwrap();
        let started = std::time::Instant::now();
        while sessions.find(&key).is_some() {
            assert!(started.elapsed() < Duration::from_secs(20), "activity alone kept the session alive");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        assert!(started.elapsed() >= Duration::from_secs(2), "it ended before its absolute end");
        sessions.flush(&db).await.unwrap();
        let left: i64 = sqlx::query_scalar("SELECT count(*) FROM session").fetch_one(&db.0).await.unwrap();
        assert_eq!(left, 0);
    }

    #[tokio::test]
    async fn a_session_without_activity_ends() {
        let (_folder, db) = database().await;
        let sessions = open(&db, 1, 600).await;
        let key = key_of(&signed_in(&db, &sessions).await.0).unwrap();
        tokio::time::sleep(Duration::from_millis(2_100)).await;
        assert!(sessions.find(&key).is_none());
    }

    #[test]
    fn d05_a_cookie_that_is_nearly_an_identifier_is_none() {
        let id = random_id();
        let long = format!("{id}A");
        let padded = format!("{}=", &id[..42]);
        let percent = format!("%41{}", &id[3..]);
        for bad in ["", &id[..42], &long, &padded, &percent, "../../../../../../../../../../../etc/passwd+"] {
            assert!(key_of(bad).is_none(), "{bad:?}");
        }
    }
}
