//! `traboule adhesion`: organisations and their access, from the terminal.
//! A running server shows the effect within two seconds.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use auth_proxy::{
    Database,
    directory::{self, Adhesion as State, Adhesions, Organisation, OrganisationKind},
    today,
};

use super::{directory_state, operator, say};
use crate::cli::Adhesion;

pub(super) fn run(action: Adhesion) -> Result<()> {
    super::block_on(async {
        match action {
            Adhesion::List(flag) => list(&directory_state(&flag).await?).await,
            Adhesion::Organisation { state, id, kind, name, siret, commune } => {
                let database = directory_state(&state).await?;
                let mut organisation = named(&database, &id, kind.parse()?).await?;
                organisation.name = name;
                if !siret.is_empty() {
                    organisation.sirets = siret.into_iter().collect();
                }
                if !commune.is_empty() {
                    organisation.communes = commune.into_iter().collect();
                } else if organisation.communes.is_empty() {
                    organisation.communes = own(&organisation)?;
                }
                directory::save_organisation(&database, &organisation, &operator()).await?;
                say::line(&format!("organisation {} recorded", organisation.id));
                Ok(())
            }
            Adhesion::Set { state: flag, id, status, from, until, reason } => {
                let from = from.unwrap_or_else(today);
                let state = State {
                    organisation: id.parse()?,
                    status: status.parse()?,
                    from,
                    until,
                    reason,
                    by: operator(),
                    at: 0,
                };
                directory::change_adhesion(&directory_state(&flag).await?, &state).await?;
                say::line(&format!("adhesion of {} is now {}", state.organisation, state.status));
                Ok(())
            }
        }
    })
}

/// The organisation as it is known, so that what is not said again stays; else a new one.
async fn named(database: &Database, id: &str, kind: OrganisationKind) -> Result<Organisation> {
    let known = directory::organisations(database).await?.into_iter().find(|it| it.id.as_str() == id);
    Ok(match known {
        Some(organisation) => Organisation { kind, ..organisation },
        None => Organisation {
            id: id.parse()?,
            kind,
            name: String::new(),
            sirets: BTreeSet::new(),
            communes: BTreeSet::new(),
        },
    })
}

/// A commune's territory is itself unless others are named.
fn own(organisation: &Organisation) -> Result<BTreeSet<layers::CommuneCode>> {
    if organisation.kind != OrganisationKind::Commune {
        return Ok(BTreeSet::new());
    }
    let id = organisation.id.as_str();
    let code = id.parse().with_context(|| format!("`{id}` is no INSEE code: name its territory with --commune"))?;
    Ok(BTreeSet::from([code]))
}

async fn list(state: &Database) -> Result<()> {
    let adhesions: Adhesions = directory::adhesion_history(state, None).await?.into_iter().collect();
    let mut rows =
        vec![["ORGANISATION", "NAME", "KIND", "ADHESION", "FROM", "UNTIL", "REASON"].map(String::from).to_vec()];
    for organisation in directory::organisations(state).await? {
        let adhesion = adhesions.iter().find(|adhesion| adhesion.organisation == organisation.id);
        rows.push(vec![
            organisation.id.to_string(),
            organisation.name.clone(),
            organisation.kind.to_string(),
            adhesions.state(&organisation.id, today()).as_str().to_owned(),
            adhesion.map(|adhesion| adhesion.from.to_string()).unwrap_or_default(),
            adhesion.and_then(|adhesion| adhesion.until).map(|day| day.to_string()).unwrap_or_default(),
            adhesion.and_then(|adhesion| adhesion.reason.clone()).unwrap_or_default(),
        ]);
    }
    say::table(&rows);
    Ok(())
}
