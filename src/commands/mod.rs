//! One file per sub-command; this is the table of contents.

mod account;
mod adhesion;
mod demo;
mod find;
mod import;
mod index;
mod say;
mod serve;
mod token;

use anyhow::Result;

use crate::cli::Command;

/// Runs a sub-command to its end.
pub fn run(command: Command) -> Result<()> {
    match command {
        Command::Demo(options) => demo::run(&options),
        Command::Serve(flag) => serve::run(&flag.config),
        Command::Import(options) => import::run(&options.config.config, &options.layers),
        Command::Index(flag) => index::run(&flag.config),
        Command::Find(options) => find::run(&options),
        Command::Adhesion(action) => adhesion::run(action),
        Command::Account(action) => account::run(action),
        Command::Token(action) => token::run(action),
    }
}

/// The runtime of commands that serve or speak to the state.
fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// The directory of a configuration, for the commands that change it beside a server.
async fn directory_state(config: &std::path::Path) -> Result<auth_proxy::Database> {
    let config = crate::config::Config::load(config)?;
    Ok(auth_proxy::Database::open(&config.state_file()).await?)
}

/// Who acts, for the audit trail: the system's user name.
fn operator() -> String {
    format!(
        "terminal {}",
        std::env::var("SUDO_USER").or_else(|_| std::env::var("USER")).unwrap_or_else(|_| "unknown".into())
    )
}
