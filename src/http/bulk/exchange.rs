//! One file: its bytes come in, its rows go out, both at the pace of the slower side. Read `geocoder::bulk` before.
//!
//! The beginning of the answer is held back until the file has been read or [`HELD`] bytes are ready. Small files
//! so suit every client, those too that send all before they read, and what is wrong with a file is still a 400;
//! long ones are answered while they arrive. Fields after the file are read when it is smaller than [`HELD`];
//! after a longer one they would come too late, and the answer is broken off rather than wrong.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use auth_proxy::Principal;
use axum::{
    body::Bytes,
    extract::{Multipart, multipart::Field},
};
use geocoder::{
    Geocoder,
    bulk::{Bulk, Counts, Options, Step},
};
use tokio::{sync::OwnedSemaphorePermit, time::timeout};

use super::{
    super::{addresses::index_for, problem::Problem},
    allowance::Allowance,
    outlet::{Beginning, HELD, Outlet},
};
use crate::{app::App, compute::ComputeError};

/// Rows answered in one turn on the pool: some 20 ms.
const ROWS: usize = 64;
/// How long to wait when the pool has no room for a turn.
const PAUSE: Duration = Duration::from_millis(100);
/// How long a client may send nothing, or take nothing.
pub(super) const SILENCE: Duration = Duration::from_secs(60);
/// Longest value of a field, in bytes, and most fields.
const LONGEST_FIELD: usize = 1024;
const FIELDS: usize = 256;

/// What the exchange of one file needs to the end.
pub(super) struct Exchange {
    app: App,
    principal: Option<Principal>,
    geocoder: Arc<Geocoder>,
    outlet: Outlet,
    counts: Counts,
    /// Frees the place when the exchange ends, however it ends.
    _place: OwnedSemaphorePermit,
}

/// Why an exchange ended early.
pub(super) enum Stop {
    /// The file or the form cannot be answered.
    Refused(Problem),
    /// The client is gone, or silent.
    Gone,
}

impl From<geocoder::bulk::Error> for Stop {
    fn from(error: geocoder::bulk::Error) -> Self {
        Self::Refused(error.into())
    }
}

impl Exchange {
    /// Of one file, for those who may search.
    ///
    /// Errors: they may not, or no place is free.
    pub(super) fn new(app: &App, principal: Option<&Principal>) -> Result<(Self, Beginning), Problem> {
        let geocoder = index_for(app, principal)?;
        let place = app.room().enter().ok_or(Problem::Unavailable)?;
        let (outlet, beginning) = Outlet::new();
        let (principal, counts) = (principal.cloned(), Counts::default());
        Ok((Self { app: app.clone(), principal, geocoder, outlet, counts, _place: place }, beginning))
    }

    /// The index that answers.
    pub(super) fn revision(&self) -> String {
        self.geocoder.revision()
    }

    /// From the first field to the last row. When the client leaves, this stops at its next row.
    pub(super) async fn run(mut self, form: Multipart, allowance: Allowance, options: Options) {
        let started = Instant::now();
        let ended = self.answer(Form { form, allowance, fields: 0 }, options).await;
        let seconds = started.elapsed().as_secs_f64();
        let Counts { ok, not_found, skipped, errors, .. } = self.counts;
        tracing::info!(ok, not_found, skipped, errors, seconds, whole = ended.is_ok(), "file answered");
        for (status, rows) in [("ok", ok), ("not-found", not_found), ("skipped", skipped), ("error", errors)] {
            metrics::counter!("traboule_bulk_rows_total", "status" => status).increment(rows);
        }
        match ended {
            Ok(encoding) => self.outlet.end(encoding).await,
            Err(Stop::Refused(problem)) => self.outlet.refuse(problem),
            Err(Stop::Gone) => {}
        }
    }

    /// Gives the encoding of the answer.
    async fn answer(&mut self, mut form: Form, mut options: Options) -> Result<&'static str, Stop> {
        while let Some(mut field) = form.next().await? {
            if field.name() != Some("data") {
                set(&mut options, &mut field).await?;
                continue;
            }
            let (head, whole) = head(&mut field).await?;
            if whole {
                drop(field);
                while let Some(mut field) = form.next().await? {
                    set(&mut options, &mut field).await?;
                }
                return self.rows(Bulk::new(options), head, None).await;
            }
            let encoding = self.rows(Bulk::new(options), head, Some(&mut field)).await?;
            drop(field);
            return match form.next().await? {
                None => Ok(encoding),
                Some(_) => Err(refused("Les champs se placent avant le fichier quand il dépasse 1 Mio.")),
            };
        }
        Err(refused("Le formulaire n'a pas de champ data, qui porte le fichier."))
    }

    /// Answers every row: those of `head`, then those of what is left of the field.
    async fn rows(
        &mut self,
        bulk: Bulk,
        head: Vec<u8>,
        mut rest: Option<&mut Field<'_>>,
    ) -> Result<&'static str, Stop> {
        self.counts = bulk.counts();
        let bulk = Arc::new(Mutex::new(bulk));
        let fed = |bytes: Option<&[u8]>| -> Result<(), Stop> {
            let mut bulk = bulk.lock().map_err(|_| Stop::Refused(Problem::Internal))?; // a turn panicked
            match bytes {
                Some(bytes) => bulk.feed(bytes),
                None => bulk.finish(),
            }
            Ok(())
        };
        fed(Some(&head))?;
        drop(head);
        let mut encoding = "UTF-8";
        loop {
            match self.turn(&bulk).await? {
                Turn::Over => return Ok(encoding),
                Turn::Rows(bytes, counts, of_rows) => {
                    encoding = of_rows;
                    self.counts += counts;
                    self.outlet.send(bytes, encoding).await?;
                }
                Turn::Hungry => match &mut rest {
                    None => fed(None)?,
                    Some(field) => fed(chunk(field).await?.as_deref())?,
                },
            }
        }
    }

    /// One turn on the pool, for as long as the client may search.
    async fn turn(&self, bulk: &Arc<Mutex<Bulk>>) -> Result<Turn, Stop> {
        loop {
            let principal = self.principal.as_ref().and_then(|principal| self.app.auth().renewed(principal));
            index_for(&self.app, principal.as_ref()).map_err(Stop::Refused)?;
            let lane = self.app.room().lane().await;
            let (bulk, geocoder) = (Arc::clone(bulk), Arc::clone(&self.geocoder));
            match self.app.compute().run(move || take_turn(&bulk, &geocoder)).await {
                Ok(turn) => return turn,
                Err(ComputeError::Busy) => {
                    drop(lane);
                    tokio::time::sleep(PAUSE).await;
                }
                Err(ComputeError::Panicked) => return Err(Stop::Refused(ComputeError::Panicked.into())),
            }
        }
    }
}

fn take_turn(bulk: &Mutex<Bulk>, geocoder: &Geocoder) -> Result<Turn, Stop> {
    let mut bulk = bulk.lock().map_err(|_| Stop::Refused(Problem::Internal))?;
    Ok(match bulk.next(ROWS)? {
        Step::Over => Turn::Over,
        Step::Hungry => Turn::Hungry,
        Step::Rows(batch) => {
            let (bytes, counts) = batch.answer(geocoder);
            Turn::Rows(bytes, counts, bulk.encoding().unwrap_or("UTF-8"))
        }
    })
}

/// What one turn gave.
enum Turn {
    /// Rows answered, and their encoding.
    Rows(Vec<u8>, Counts, &'static str),
    Hungry,
    Over,
}

fn refused(sentence: &str) -> Stop {
    Stop::Refused(Problem::BadRequest(sentence.into()))
}

/// A form on its way.
struct Form {
    form: Multipart,
    allowance: Allowance,
    fields: usize,
}

impl Form {
    async fn next(&mut self) -> Result<Option<Field<'_>>, Stop> {
        self.fields += 1;
        if self.fields > FIELDS {
            return Err(refused("Le formulaire a trop de champs."));
        }
        self.allowance.await_field();
        let next = timeout(SILENCE, self.form.next_field()).await;
        self.allowance.begin_field();
        match next {
            Ok(Ok(field)) => Ok(field),
            Ok(Err(_)) => Err(refused("Le formulaire est mal formé ou interrompu.")),
            Err(_) => Err(Stop::Gone),
        }
    }
}

async fn chunk(field: &mut Field<'_>) -> Result<Option<Bytes>, Stop> {
    match timeout(SILENCE, field.chunk()).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(refused("Le fichier est interrompu.")),
        Err(_) => Err(Stop::Gone),
    }
}

/// A field that is no file, into the options.
async fn set(options: &mut Options, field: &mut Field<'_>) -> Result<(), Stop> {
    let name = field.name().unwrap_or_default().to_owned();
    let mut value = Vec::new();
    while let Some(bytes) = chunk(field).await? {
        value.extend_from_slice(&bytes);
        if value.len() > LONGEST_FIELD {
            return Err(refused("Un champ du formulaire est trop long."));
        }
    }
    let value = String::from_utf8(value).map_err(|_| refused("Les champs du formulaire sont en UTF-8."))?;
    Ok(options.set(&name, &value)?)
}

/// The beginning of the file, and whether that is all of it.
async fn head(field: &mut Field<'_>) -> Result<(Vec<u8>, bool), Stop> {
    let mut head = Vec::new();
    while head.len() < HELD {
        match chunk(field).await? {
            Some(bytes) => head.extend_from_slice(&bytes),
            None => return Ok((head, true)),
        }
    }
    Ok((head, false))
}
