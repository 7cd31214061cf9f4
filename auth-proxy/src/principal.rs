//! Who is asking, as far as decisions need: an account or a token, its organisation, its roles.
//! A `Principal` is made by the gate from verified credentials, for one request.

use std::{net::IpAddr, sync::Arc};

use jiff::Timestamp;

use crate::directory::{AccountId, Organisation, OrganisationId, OrganisationKind, Role, Roles, Scope, Scopes};

/// An authenticated caller.
#[derive(Debug, Clone)]
pub struct Principal {
    /// What vouches for it.
    pub credential: Credential,
    /// For display: a person's name, or a token's identifier.
    pub name: String,
    /// Whose rights it has; none for a person whose SIRET is not in the directory: no rights at all.
    pub organisation: Option<Arc<Organisation>>,
    /// Roles; none for a token.
    pub roles: Roles,
    /// Where the request came from, for the audit trail; none when it came through no socket.
    pub peer: Option<IpAddr>,
}

/// How a caller proved who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// A login.
    Session {
        /// Whose.
        account: AccountId,
        /// When the login ends whatever happens.
        until: Timestamp,
        /// When it ends without another request.
        idle_until: Timestamp,
    },
    /// An ApiToken.
    Token {
        /// Its public part.
        id: String,
        /// What it may be used for.
        scopes: Scopes,
    },
}

impl Principal {
    /// Identifier of the organisation.
    pub fn organisation_id(&self) -> Option<&OrganisationId> {
        self.organisation.as_ref().map(|organisation| &organisation.id)
    }

    /// Whether it belongs to the Métropole itself.
    pub fn is_metropole(&self) -> bool {
        self.organisation.as_ref().is_some_and(|organisation| organisation.kind == OrganisationKind::Metropole)
    }

    /// Whether it has a role.
    pub fn has_role(&self, role: Role) -> bool {
        self.roles.0.contains(&role)
    }

    /// Whether what vouches for it may be used for this: a login for everything, a token for its scopes.
    pub fn has_scope(&self, scope: Scope) -> bool {
        match &self.credential {
            Credential::Session { .. } => true,
            Credential::Token { scopes, .. } => scopes.0.contains(&scope),
        }
    }

    /// Name in the audit trail: a number, not a person.
    pub fn actor(&self) -> String {
        match &self.credential {
            Credential::Session { account, .. } => format!("account {}", account.0),
            Credential::Token { id, .. } => format!("token {id}"),
        }
    }
}
