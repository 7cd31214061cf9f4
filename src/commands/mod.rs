//! One file per sub-command; this is the table of contents.

mod account;
mod adhesion;
mod demo;
mod find;
mod find_csv;
mod import;
mod index;
mod part;
mod say;
mod serve;
mod token;

use anyhow::Result;

use crate::{
    cli::{Command, StateFlag},
    config::Config,
};

/// Runs a sub-command to its end.
pub fn run(command: Command) -> Result<()> {
    match command {
        Command::Demo(options) => demo::run(&options),
        Command::Serve(flag) => serve::run(&flag.config),
        Command::Import(options) => import::run(&options.config.config, &options.layers),
        Command::Index(options) => index::run(&options),
        Command::Find(options) => find::run(&options),
        Command::Adhesion(action) => adhesion::run(action),
        Command::Account(action) => account::run(action),
        Command::Token(action) => token::run(action),
    }
}

/// Runs what serves or speaks to the state. An import under way is left: it survives that, and the
/// next one sweeps what it leaves.
fn block_on(work: impl Future<Output = Result<()>>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(work);
    runtime.shutdown_background();
    done
}

/// The directory, for the commands that change it beside a server.
async fn directory_state(flag: &StateFlag) -> Result<auth_proxy::Database> {
    let file = match &flag.state {
        Some(file) => file.clone(),
        None => Config::load(&flag.config)?.state_file(),
    };
    Ok(auth_proxy::Database::open(&file).await?)
}

/// Who acts, for the audit trail: the system's user name.
fn operator() -> String {
    format!(
        "terminal {}",
        std::env::var("SUDO_USER").or_else(|_| std::env::var("USER")).unwrap_or_else(|_| "unknown".into())
    )
}
