//! `traboule token`: access of machines, from the terminal. The secret is printed once.

use anyhow::Result;
use auth_proxy::{
    Database,
    directory::{self, NewToken},
};

use super::{directory_state, operator, say};
use crate::cli::Token;

pub(super) fn run(action: Token) -> Result<()> {
    super::block_on(async {
        match action {
            Token::List(flag) => list(&directory_state(&flag).await?).await,
            Token::Create { state, organisation, scope, until, cidr } => {
                let network = cidr.map(|cidr| cidr.parse()).transpose()?;
                let token =
                    NewToken { organisation: organisation.parse()?, scopes: scope.join(",").parse()?, network, until };
                say::line(&directory::create_token(&directory_state(&state).await?, &token, &operator()).await?);
                Ok(())
            }
            Token::Revoke { state, id } => {
                directory::revoke_token(&directory_state(&state).await?, &id, &operator()).await?;
                say::line(&format!("token {id} revoked"));
                Ok(())
            }
        }
    })
}

async fn list(state: &Database) -> Result<()> {
    let mut rows = vec![["TOKEN", "ORGANISATION", "SCOPES", "UNTIL", "LAST USED", "STATE"].map(String::from).to_vec()];
    for token in directory::tokens(state).await? {
        rows.push(vec![
            token.id,
            token.organisation.to_string(),
            token.scopes.to_string(),
            token.until.map(|day| day.to_string()).unwrap_or_default(),
            token.last_used.map(|day| day.to_string()).unwrap_or_default(),
            if token.revoked { "revoked".to_owned() } else { "usable".to_owned() },
        ]);
    }
    say::table(&rows);
    Ok(())
}
