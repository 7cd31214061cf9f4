//! The directory as a server keeps it in memory: who exists and what each may do.
//! Read `directory/organisation.rs` and `directory/adhesion.rs` first. The tables are written by the
//! functions of the sub-modules, each with its audit line in the same transaction; a server reads
//! them whole when they moved and replaces its copy.

mod account;
mod adhesion;
mod organisation;
mod token;

use std::{collections::HashMap, sync::Arc};

pub use account::{
    Account, AccountId, AccountStatus, NewAccount, Role, Roles, list as accounts, save as save_account, set_roles,
    set_status,
};
pub(crate) use account::{Identity, sign_in};
pub use adhesion::{
    Adhesion, AdhesionState, AdhesionStatus, Adhesions, change as change_adhesion, history as adhesion_history,
};
pub use organisation::{
    Organisation, OrganisationId, OrganisationKind, is_siret, list as organisations, save as save_organisation,
};
pub(crate) use token::note_use;
pub use token::{
    ApiToken, Network, NewToken, Scope, Scopes, create as create_token, list as tokens, revoke as revoke_token,
};

use crate::{Database, Error};

/// Everything decisions need, read in one transaction. Immutable: a change makes another one.
#[derive(Debug, Default)]
pub struct Directory {
    /// Organisations by identifier.
    pub organisations: HashMap<OrganisationId, Arc<Organisation>>,
    /// The adhesion in force of each organisation.
    pub adhesions: Arc<Adhesions>,
    /// Accounts by identifier.
    pub accounts: HashMap<AccountId, Account>,
    /// Tokens that were not revoked, by identifier.
    pub tokens: HashMap<String, ApiToken>,
}

impl Directory {
    /// Reads the tables as they stand at one instant.
    pub(crate) async fn read(database: &Database) -> Result<Self, Error> {
        let mut transaction = database.0.begin().await?;
        let organisations = organisation::read(&mut transaction).await?;
        let adhesions = adhesion::read(&mut transaction).await?;
        let accounts = account::read(&mut transaction).await?;
        let tokens = token::read(&mut transaction).await?;
        Ok(Self {
            organisations: organisations.into_iter().map(|it| (it.id.clone(), Arc::new(it))).collect(),
            adhesions: Arc::new(adhesions),
            accounts: accounts.into_iter().map(|it| (it.id, it)).collect(),
            tokens: tokens.into_iter().filter(|it| !it.revoked).map(|it| (it.id.clone(), it)).collect(),
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use jiff::civil::date;

    use super::*;

    /// An empty state in a folder that goes away with the test.
    pub(crate) async fn database() -> (tempfile::TempDir, Database) {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&folder.path().join("state.db")).await.unwrap();
        (folder, database)
    }

    pub(crate) fn organisation(id: &str, kind: OrganisationKind, communes: &[&str], sirets: &[&str]) -> Organisation {
        Organisation {
            id: id.parse().unwrap(),
            kind,
            name: format!("Organisation {id}"),
            sirets: sirets.iter().map(ToString::to_string).collect(),
            communes: communes.iter().map(|code| code.parse().unwrap()).collect(),
        }
    }

    pub(crate) fn adhesion(organisation: &str, status: AdhesionStatus) -> Adhesion {
        Adhesion {
            organisation: organisation.parse().unwrap(),
            status,
            from: date(2020, 1, 1),
            until: None,
            reason: None,
            by: "test".into(),
            at: 0,
        }
    }

    #[tokio::test]
    async fn the_change_counter_moves_with_every_table() {
        let (_folder, db) = database().await;
        let mut seen = vec![db.change_counter().await.unwrap()];
        let bron = organisation("69029", OrganisationKind::Commune, &["69029"], &[]);
        save_organisation(&db, &bron, "t").await.unwrap();
        seen.push(db.change_counter().await.unwrap());
        change_adhesion(&db, &adhesion("69029", AdhesionStatus::Active)).await.unwrap();
        seen.push(db.change_counter().await.unwrap());
        let organisation = bron.id.clone();
        let new = NewAccount {
            issuer: "i".into(),
            subject: "s".into(),
            name: "n".into(),
            organisation,
            roles: Roles::default(),
        };
        let account = save_account(&db, &new, "t").await.unwrap();
        seen.push(db.change_counter().await.unwrap());
        set_status(&db, account, AccountStatus::Disabled, "t").await.unwrap();
        seen.push(db.change_counter().await.unwrap());
        let new = NewToken { organisation: bron.id, scopes: "tiles".parse().unwrap(), network: None, until: None };
        let shown = create_token(&db, &new, "t").await.unwrap();
        seen.push(db.change_counter().await.unwrap());
        revoke_token(&db, shown.split_once(':').unwrap().0, "t").await.unwrap();
        seen.push(db.change_counter().await.unwrap());
        assert!(seen.is_sorted_by(|before, after| before < after), "{seen:?}");
    }
}
