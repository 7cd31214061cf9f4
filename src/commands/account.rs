//! `traboule account`: agents who have signed in, from the terminal.
//! A closed account's sessions end within two seconds in a running server.

use anyhow::{Context, Result};
use auth_proxy::{
    Database,
    directory::{self, AccountId, AccountStatus, Role, Roles},
};

use super::{directory_state, operator, say};
use crate::cli::Account;

pub(super) fn run(action: Account) -> Result<()> {
    super::block_on(async {
        match action {
            Account::List(flag) => list(&directory_state(&flag).await?).await,
            Account::Grant { state, id, role } => {
                let role = role.parse()?;
                change_roles(&directory_state(&state).await?, &id, |roles| _ = roles.0.insert(role)).await
            }
            Account::Revoke { state, id, role } => {
                let role: Role = role.parse()?;
                change_roles(&directory_state(&state).await?, &id, |roles| _ = roles.0.remove(&role)).await
            }
            Account::Disable { state, id } => {
                set_status(&directory_state(&state).await?, &id, AccountStatus::Disabled).await
            }
            Account::Enable { state, id } => {
                set_status(&directory_state(&state).await?, &id, AccountStatus::Active).await
            }
        }
    })
}

async fn list(state: &Database) -> Result<()> {
    let mut rows =
        vec![["ACCOUNT", "NAME", "ORGANISATION", "ROLES", "STATUS", "LAST LOGIN"].map(String::from).to_vec()];
    for account in directory::accounts(state).await? {
        let last_login = account.last_login.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
        rows.push(vec![
            account.id.0.to_string(),
            account.name,
            account.organisation.map(|id| id.to_string()).unwrap_or_default(),
            account.roles.to_string(),
            account.status.to_string(),
            last_login.map(|at| at.to_string()).unwrap_or_default(),
        ]);
    }
    say::table(&rows);
    Ok(())
}

async fn change_roles(state: &Database, id: &str, change: impl FnOnce(&mut Roles)) -> Result<()> {
    let id = account_id(id)?;
    let accounts = directory::accounts(state).await?;
    let mut roles =
        accounts.into_iter().find(|account| account.id == id).map(|account| account.roles).unwrap_or_default();
    change(&mut roles);
    directory::set_roles(state, id, &roles, &operator()).await?;
    say::line(&format!("roles of account {}: {roles}", id.0));
    Ok(())
}

async fn set_status(state: &Database, id: &str, status: AccountStatus) -> Result<()> {
    let id = account_id(id)?;
    directory::set_status(state, id, status, &operator()).await?;
    say::line(&format!("account {} is now {status}", id.0));
    Ok(())
}

fn account_id(text: &str) -> Result<AccountId> {
    text.parse()
        .map(AccountId)
        .with_context(|| format!("`{text}` is no account number; `traboule account list` shows them"))
}
