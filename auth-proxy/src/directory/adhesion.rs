//! Adhesions: an organisation's access under its convention, between two dates, with history.
//! `AdhesionState::on` is the one place where a date is compared.

use std::collections::HashMap;

use jiff::civil::Date;
use sqlx::SqliteConnection;

use super::{OrganisationId, organisation};
use crate::{
    Database, Error,
    audit::{self, AuditEvent},
    database::now,
    text_enum::text_enum,
};

text_enum! {
    /// What the Métropole decided of an adhesion.
    AdhesionStatus is "status of an adhesion" {
        /// Asked for, not signed yet.
        Pending = "pending",
        /// In force between its dates.
        Active = "active",
        /// Stopped for a time.
        Suspended = "suspended",
        /// Over.
        Ended = "ended",
    }
}

/// One state of an organisation's adhesion. A change is a new one; the last is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adhesion {
    /// Whose.
    pub organisation: OrganisationId,
    /// What was decided.
    pub status: AdhesionStatus,
    /// First day.
    pub from: Date,
    /// Last day, included; none: until further notice.
    pub until: Option<Date>,
    /// Why, in the words agents will read.
    pub reason: Option<String>,
    /// Who decided.
    pub by: String,
    /// When it was written, in seconds since 1970. Filled by the state.
    pub at: i64,
}

/// What an adhesion means on a given day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdhesionState {
    /// The organisation may use the service.
    Active,
    /// Not signed, or its first day has not come.
    Pending {
        /// First day, when signed.
        from: Option<Date>,
    },
    /// Stopped for a time.
    Suspended {
        /// Why.
        reason: Option<String>,
    },
    /// Over.
    Ended {
        /// Its last day, when it had one.
        on: Option<Date>,
    },
    /// There never was one.
    None,
}

impl Adhesion {
    /// What it means on `day`.
    pub fn on(&self, day: Date) -> AdhesionState {
        match self.status {
            AdhesionStatus::Ended => AdhesionState::Ended { on: self.until },
            _ if self.until.is_some_and(|until| until < day) => AdhesionState::Ended { on: self.until },
            AdhesionStatus::Suspended => AdhesionState::Suspended { reason: self.reason.clone() },
            AdhesionStatus::Pending => AdhesionState::Pending { from: None },
            AdhesionStatus::Active if day < self.from => AdhesionState::Pending { from: Some(self.from) },
            AdhesionStatus::Active => AdhesionState::Active,
        }
    }
}

impl AdhesionState {
    /// The word of the JSON contract: `active`, `pending`, `suspended`, `ended` or `none`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Pending { .. } => "pending",
            Self::Suspended { .. } => "suspended",
            Self::Ended { .. } => "ended",
            Self::None => "none",
        }
    }
}

/// The adhesion in force of each organisation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Adhesions(HashMap<OrganisationId, Adhesion>);

impl Adhesions {
    /// What the organisation's adhesion means on `day`.
    pub fn state(&self, organisation: &OrganisationId, day: Date) -> AdhesionState {
        self.0.get(organisation).map_or(AdhesionState::None, |adhesion| adhesion.on(day))
    }

    /// The adhesions in force, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = &Adhesion> {
        self.0.values()
    }
}

impl FromIterator<Adhesion> for Adhesions {
    /// Of several for one organisation, the last is in force.
    fn from_iter<I: IntoIterator<Item = Adhesion>>(adhesions: I) -> Self {
        Self(adhesions.into_iter().map(|it| (it.organisation.clone(), it)).collect())
    }
}

/// Records a new state of an organisation's adhesion; the earlier ones stay in its history.
///
/// # Errors
/// The organisation does not exist, or the last day comes before the first.
pub async fn change(database: &Database, adhesion: &Adhesion) -> Result<(), Error> {
    if let Some(until) = adhesion.until.filter(|until| *until < adhesion.from) {
        let expected = format!("a day from {} on", adhesion.from);
        return Err(Error::Invalid { what: "last day", value: until.to_string(), expected });
    }
    let mut tx = database.begin().await?;
    organisation::require(&mut tx, &adhesion.organisation).await?;
    sqlx::query(
        "INSERT INTO adhesion (organisation, status, valid_from, valid_until, reason, changed_by, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(adhesion.organisation.as_str())
    .bind(adhesion.status.as_str())
    .bind(adhesion.from.to_string())
    .bind(adhesion.until.map(|day| day.to_string()))
    .bind(&adhesion.reason)
    .bind(&adhesion.by)
    .bind(now())
    .execute(&mut *tx)
    .await?;
    let event = AuditEvent::act(&adhesion.by, "adhesion.change", adhesion.organisation.as_str());
    audit::append(&mut tx, &AuditEvent { reason: Some(adhesion.status.as_str().to_owned()), ..event }).await?;
    Ok(tx.commit().await?)
}

/// Every state an organisation's adhesion went through, oldest first; of all organisations when none is named.
///
/// # Errors
/// The state cannot be read.
pub async fn history(database: &Database, organisation: Option<&OrganisationId>) -> Result<Vec<Adhesion>, Error> {
    let all = read_all(&mut *database.0.acquire().await?).await?;
    Ok(all.into_iter().filter(|it| organisation.is_none_or(|id| it.organisation == *id)).collect())
}

pub(super) async fn read(connection: &mut SqliteConnection) -> Result<Adhesions, Error> {
    Ok(read_all(connection).await?.into_iter().collect())
}

type Row = (String, String, String, Option<String>, Option<String>, String, i64);

async fn read_all(connection: &mut SqliteConnection) -> Result<Vec<Adhesion>, Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT organisation, status, valid_from, valid_until, reason, changed_by, changed_at FROM adhesion ORDER BY seq",
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|(organisation, status, from, until, reason, by, at)| {
            Ok(Adhesion {
                organisation: organisation.parse()?,
                status: status.parse()?,
                from: read_date(&from)?,
                until: until.as_deref().map(read_date).transpose()?,
                reason,
                by,
                at,
            })
        })
        .collect()
}

/// A date of the state.
pub(super) fn read_date(text: &str) -> Result<Date, Error> {
    text.parse().map_err(|_| Error::Invalid { what: "date", value: text.to_owned(), expected: "YYYY-MM-DD".to_owned() })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::directory::{
        OrganisationKind, save_organisation,
        tests::{adhesion, database, organisation},
    };

    #[test]
    fn an_adhesion_is_active_from_its_first_day_to_its_last_included() {
        let convention = Adhesion { until: Some(date(2026, 12, 31)), ..adhesion("69029", AdhesionStatus::Active) };
        let convention = Adhesion { from: date(2026, 1, 1), ..convention };
        for (day, expected) in [
            (date(2025, 12, 31), "pending"),
            (date(2026, 1, 1), "active"),
            (date(2026, 12, 31), "active"),
            (date(2027, 1, 1), "ended"),
        ] {
            assert_eq!(convention.on(day).as_str(), expected, "{day}");
        }
    }

    #[test]
    fn a_suspension_past_the_last_day_is_an_end() {
        let suspended = Adhesion { until: Some(date(2026, 6, 30)), ..adhesion("69259", AdhesionStatus::Suspended) };
        assert_eq!(suspended.on(date(2026, 6, 30)).as_str(), "suspended");
        assert_eq!(suspended.on(date(2026, 7, 1)).as_str(), "ended");
    }

    #[tokio::test]
    async fn a_change_keeps_the_history_and_the_last_one_is_in_force() {
        let (_folder, db) = database().await;
        save_organisation(&db, &organisation("69029", OrganisationKind::Commune, &["69029"], &[]), "test")
            .await
            .unwrap();
        for status in [AdhesionStatus::Pending, AdhesionStatus::Active, AdhesionStatus::Suspended] {
            change(&db, &adhesion("69029", status)).await.unwrap();
        }
        let id: OrganisationId = "69029".parse().unwrap();
        let history = history(&db, Some(&id)).await.unwrap();
        assert_eq!(history.iter().map(|it| it.status.as_str()).collect::<Vec<_>>(), ["pending", "active", "suspended"]);
        let in_force: Adhesions = history.into_iter().collect();
        assert_eq!(in_force.state(&id, date(2026, 11, 22)).as_str(), "suspended");
    }

    #[tokio::test]
    async fn an_adhesion_needs_an_organisation_and_dates_in_order() {
        let (_folder, db) = database().await;
        assert!(matches!(change(&db, &adhesion("69029", AdhesionStatus::Active)).await, Err(Error::NotFound { .. })));
        let backwards = Adhesion { until: Some(date(2019, 1, 1)), ..adhesion("69029", AdhesionStatus::Active) };
        assert!(matches!(change(&db, &backwards).await, Err(Error::Invalid { .. })));
    }
}
