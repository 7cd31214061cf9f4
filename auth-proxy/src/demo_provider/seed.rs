//! The directory of the demonstration: three communes, one of them suspended, and the Métropole.

use jiff::civil::date;

use super::{ROLES, siret_of};
use crate::{
    Database, Error,
    directory::{
        Adhesion, AdhesionStatus, Directory, NewAccount, Organisation, OrganisationKind, Role, change_adhesion,
        save_account, save_organisation,
    },
};

/// Who wrote these records, in the audit trail.
const BY: &str = "demo";

/// Writes the demonstration's organisations, adhesions and accounts, those that are missing only:
/// what was changed since by hand stays changed.
///
/// # Errors
/// The state cannot be written.
pub async fn seed(database: &Database, issuer: &str) -> Result<(), Error> {
    let known = Directory::read(database).await?;
    for organisation in organisations()? {
        if known.organisations.contains_key(&organisation.id) {
            continue;
        }
        save_organisation(database, &organisation, BY).await?;
        if organisation.kind == OrganisationKind::Commune {
            change_adhesion(database, &adhesion(&organisation)).await?;
        }
    }
    for role in &ROLES {
        if known.accounts.values().any(|account| account.issuer == issuer && account.subject == role.subject()) {
            continue;
        }
        let account = NewAccount {
            issuer: issuer.to_owned(),
            subject: role.subject(),
            name: format!("{} {}", role.given_name, role.usual_name),
            organisation: role.organisation.parse()?,
            roles: [Role::Agent].iter().chain(role.roles).copied().collect(),
        };
        save_account(database, &account, BY).await?;
    }
    Ok(())
}

fn organisations() -> Result<Vec<Organisation>, Error> {
    [
        ("69029", OrganisationKind::Commune, "Ville de Bron"),
        ("69266", OrganisationKind::Commune, "Ville de Villeurbanne"),
        ("69259", OrganisationKind::Commune, "Ville de Vénissieux"),
        ("metropole", OrganisationKind::Metropole, "Métropole de Lyon"),
    ]
    .into_iter()
    .map(|(id, kind, name)| {
        Ok(Organisation {
            id: id.parse()?,
            kind,
            name: name.to_owned(),
            sirets: [siret_of(id)].into(),
            // A commune's identifier is its INSEE code; the Métropole's is none.
            communes: id.parse().into_iter().collect(),
        })
    })
    .collect()
}

fn adhesion(organisation: &Organisation) -> Adhesion {
    let suspended = organisation.id.as_str() == "69259";
    Adhesion {
        organisation: organisation.id.clone(),
        status: if suspended { AdhesionStatus::Suspended } else { AdhesionStatus::Active },
        from: date(2024, 1, 1),
        until: None,
        reason: suspended.then(|| "l’avenant annuel à la convention n’est pas signé.".to_owned()),
        by: BY.to_owned(),
        at: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{adhesion_history, tests::database};

    #[tokio::test]
    async fn seeding_twice_writes_once_and_keeps_what_was_changed_by_hand() {
        let (_folder, db) = database().await;
        seed(&db, "http://127.0.0.1:8082").await.unwrap();
        let venissieux: crate::directory::OrganisationId = "69259".parse().unwrap();
        let active = Adhesion {
            organisation: venissieux.clone(),
            status: AdhesionStatus::Active,
            ..adhesion(&organisations().unwrap()[2])
        };
        change_adhesion(&db, &active).await.unwrap();
        let counter = db.change_counter().await.unwrap();
        seed(&db, "http://127.0.0.1:8082").await.unwrap();
        assert_eq!(db.change_counter().await.unwrap(), counter);
        assert_eq!(adhesion_history(&db, Some(&venissieux)).await.unwrap().len(), 2);
        let directory = Directory::read(&db).await.unwrap();
        assert_eq!((directory.organisations.len(), directory.accounts.len()), (4, ROLES.len()));
        assert!(directory.organisations[&"metropole".parse().unwrap()].communes.is_empty());
    }
}
