//! Sub-commands and flags, as typed. What each does is in `commands/`, one file a sub-command.

mod csv;

use std::path::PathBuf;

pub use self::csv::Csv;
use clap::{Args, Parser, Subcommand};

/// Thematic map layers and addresses of a métropole, for the agents of its communes.
#[derive(Debug, Parser)]
#[command(version, about, propagate_version = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The sub-commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the sample Métropole with a demonstration login, on loopback only
    Demo(Demo),
    /// Serve what a configuration describes, until SIGTERM; SIGHUP reads it again
    Serve(ConfigFlag),
    /// Read layers from their sources again and report rejected rows
    Import(Import),
    /// Build the address index from BAL or BAN files and report refused rows
    Index(Index),
    /// Find an address from the terminal
    Find(Box<Find>),
    /// Organisations and their access to the service
    #[command(subcommand)]
    Adhesion(Adhesion),
    /// Agents who have signed in: their roles, and closing an account
    #[command(subcommand)]
    Account(Account),
    /// Access of machines (QGIS, scripts)
    #[command(subcommand)]
    Token(Token),
}

/// `--config`
#[derive(Debug, Args)]
pub struct ConfigFlag {
    /// Configuration file
    #[arg(long, default_value = "traboule.toml", global = true)]
    pub config: PathBuf,
}

/// `--config`, or `--state` alone
#[derive(Debug, Args)]
pub struct StateFlag {
    /// Configuration file that names the state
    #[arg(long, default_value = "traboule.toml")]
    pub config: PathBuf,
    /// The state itself, instead of the one that the configuration names
    #[arg(long)]
    pub state: Option<PathBuf>,
}

/// `traboule demo`
#[derive(Debug, Args)]
pub struct Demo {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub config: ConfigFlag,
    /// Loopback address of the page; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: std::net::SocketAddr,
    /// Loopback address of health and metrics
    #[arg(long, default_value = "127.0.0.1:8081")]
    pub admin: std::net::SocketAddr,
    /// Loopback address of the demonstration identity provider
    #[arg(long, default_value = "127.0.0.1:8082")]
    pub provider: std::net::SocketAddr,
    /// Folder of the demonstration's own state
    #[arg(long, default_value = "var/demo")]
    pub state: PathBuf,
}

/// `traboule import`
#[derive(Debug, Args)]
pub struct Import {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub config: ConfigFlag,
    /// Layers to import; all of them when none is named
    pub layers: Vec<String>,
}

/// `traboule index`
#[derive(Debug, Args)]
pub struct Index {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub config: ConfigFlag,
    /// Show every commune, not only those with the most refused rows
    #[arg(long)]
    pub communes: bool,
    /// Show the report of the last build again, without building
    #[arg(long)]
    pub last: bool,
    /// Build even when files have lost most of the addresses that the index has of a commune, or all of their own:
    /// without this, such a build is refused and the former index stays
    #[arg(long, conflicts_with = "last")]
    pub accept_losses: bool,
}

/// `traboule find`
#[derive(Debug, Args)]
pub struct Find {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub config: ConfigFlag,
    /// What an agent would type
    #[arg(required_unless_present = "file", conflicts_with = "file")]
    pub text: Vec<String>,
    /// Say how each answer earned its score
    #[arg(long)]
    pub explain: bool,
    /// Prefer what is near: longitude,latitude in degrees
    #[arg(long, value_parser = lon_lat)]
    pub near: Option<layers::LonLat>,
    /// How many answers
    #[arg(long, default_value_t = 5)]
    pub limit: usize,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub csv: Csv,
}

/// `traboule adhesion`
#[derive(Debug, Subcommand)]
pub enum Adhesion {
    /// Every organisation with the state of its adhesion
    List(StateFlag),
    /// Record an organisation, or change its name, SIRETs and territory
    Organisation {
        #[command(flatten)]
        #[allow(missing_docs)]
        state: StateFlag,
        /// Short identifier: the INSEE code for a commune
        id: String,
        /// commune, metropole or contractor
        #[arg(long)]
        kind: String,
        /// Official name
        #[arg(long)]
        name: String,
        /// SIRET of an establishment (14 digits); may be repeated
        #[arg(long)]
        siret: Vec<String>,
        /// INSEE code of a commune of its territory; may be repeated. A commune has its own by default
        #[arg(long)]
        commune: Vec<layers::CommuneCode>,
    },
    /// Open, suspend or end an organisation's adhesion
    Set {
        #[command(flatten)]
        #[allow(missing_docs)]
        state: StateFlag,
        /// The organisation's identifier
        id: String,
        /// pending, active, suspended or ended
        status: String,
        /// First day (ISO 8601); today by default
        #[arg(long)]
        from: Option<jiff::civil::Date>,
        /// Last day (ISO 8601)
        #[arg(long)]
        until: Option<jiff::civil::Date>,
        /// Why, for the agents who will read it
        #[arg(long)]
        reason: Option<String>,
    },
}

/// `traboule account`
#[derive(Debug, Subcommand)]
pub enum Account {
    /// Every account with its organisation, roles and state
    List(StateFlag),
    /// Give an account a role: agent, referent or admin
    Grant {
        #[command(flatten)]
        #[allow(missing_docs)]
        state: StateFlag,
        /// Identifier of the account, as `list` prints it
        id: String,
        /// agent, referent or admin
        role: String,
    },
    /// Take a role back
    Revoke {
        #[command(flatten)]
        #[allow(missing_docs)]
        state: StateFlag,
        /// Identifier of the account
        id: String,
        /// agent, referent or admin
        role: String,
    },
    /// Close an account: its sessions end at once
    Disable {
        #[command(flatten)]
        #[allow(missing_docs)]
        state: StateFlag,
        /// Identifier of the account
        id: String,
    },
    /// Open a closed account again
    Enable {
        #[command(flatten)]
        #[allow(missing_docs)]
        state: StateFlag,
        /// Identifier of the account
        id: String,
    },
}

/// `traboule token`
#[derive(Debug, Subcommand)]
pub enum Token {
    /// Every token: organisation, scopes, expiry; never a secret
    List(StateFlag),
    /// Make a token and print `id:secret` once
    Create {
        #[command(flatten)]
        #[allow(missing_docs)]
        state: StateFlag,
        /// Identifier of the organisation it acts for
        #[arg(long)]
        organisation: String,
        /// tiles, features or search; may be repeated
        #[arg(long, required = true)]
        scope: Vec<String>,
        /// Last day (ISO 8601)
        #[arg(long)]
        until: Option<jiff::civil::Date>,
        /// Addresses it may come from, such as 192.0.2.0/24
        #[arg(long)]
        cidr: Option<String>,
    },
    /// End a token at once
    Revoke {
        #[command(flatten)]
        #[allow(missing_docs)]
        state: StateFlag,
        /// Identifier of the token
        id: String,
    },
}

fn lon_lat(text: &str) -> Result<layers::LonLat, String> {
    let parts = text.split_once(',').and_then(|(lon, lat)| Some((lon.trim().parse().ok()?, lat.trim().parse().ok()?)));
    match parts {
        Some((lon, lat)) if f64::abs(lon) <= 180.0 && f64::abs(lat) <= 90.0 => Ok(layers::LonLat { lon, lat }),
        _ => Err("expected longitude,latitude in degrees, such as 4.85,45.75".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
