//! The `traboule` command: parse arguments, start tracing, run one sub-command, print one error.

use std::process::ExitCode;

use clap::Parser;
use traboule::{causes::with_causes, cli::Cli, commands};

fn main() -> ExitCode {
    // One TLS provider for the whole process, before anything may ask for one.
    rustls::crypto::ring::default_provider().install_default().expect("nothing has installed a provider before main");
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("TRABOULE_LOG").unwrap_or_else(|_| "info,tantivy=warn".into()),
        )
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .init();
    match commands::run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[allow(clippy::print_stderr)] // the one error a person at the terminal reads
            {
                eprintln!("traboule: {}", with_causes(error.as_ref()));
            }
            ExitCode::FAILURE
        }
    }
}
