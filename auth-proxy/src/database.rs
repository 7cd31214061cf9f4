//! The state file: one SQLite database, opened by the server and by the commands beside it.
//! Nothing on the path of a request reads it; see `directory.rs` for what is kept in memory.

use std::{path::Path, time::Duration};

use sqlx::{
    Sqlite, SqlitePool, Transaction,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::Error;

/// A cheap handle on the state.
#[derive(Debug, Clone)]
pub struct Database(pub(crate) SqlitePool);

impl Database {
    /// Opens the state, making the file and its folder when they are missing, readable by their owner only.
    ///
    /// # Errors
    /// The file cannot be created, is not a database, or was written by a newer version.
    pub async fn open(path: &Path) -> Result<Self, Error> {
        create_private(path).map_err(|source| Error::Open { path: path.to_owned(), source })?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A revocation that was acknowledged must survive a power cut.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5));
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await?;
        sqlx::migrate!().run(&pool).await?;
        Ok(Self(pool))
    }

    /// Waits for running statements and closes the file.
    pub async fn close(&self) {
        self.0.close().await;
    }

    /// A transaction that holds the write lock from its start, so that what it reads cannot move under it.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, Error> {
        Ok(self.0.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// A number that moves whenever the directory changes, whoever changed it.
    pub(crate) async fn change_counter(&self) -> Result<i64, Error> {
        Ok(sqlx::query_scalar("SELECT counter FROM change").fetch_one(&self.0).await?)
    }
}

/// Creates the file with owner-only rights before SQLite does with the usual ones.
fn create_private(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Seconds since 1970, the unit of every instant in the state.
pub(crate) fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}
