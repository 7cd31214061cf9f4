//! `traboule demo`: the sample Métropole with a demonstration login, on loopback only.
//! Makes what is missing (snapshots, index, directory), then serves it like any other.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail};
use auth_proxy::{
    AuthOptions, Database,
    demo_provider::{self, DemoProvider},
};
use tokio::net::TcpListener;

use super::say;
use crate::{
    cli::Demo,
    config::Config,
    import,
    service::{self, Listeners},
};

pub(super) fn run(options: &Demo) -> Result<()> {
    for address in [options.listen, options.admin, options.provider] {
        if !address.ip().is_loopback() {
            bail!("the demonstration signs anybody in: it listens on loopback only, not on {address}");
        }
    }
    let mut config = Config::load(&options.config.config).context(
        "the demonstration needs the sample configuration: run it from the project's folder, or say --config",
    )?;
    config.server.state = format!("sqlite:{}", options.state.join("traboule.db").display());
    config.server.snapshots = options.state.join("layers");
    config.geocoder.index = options.state.join("geocoder");
    config.identity.clear();
    let _state = service::lock_state(&config)?;
    super::block_on(serve(options, config))
}

async fn serve(options: &Demo, mut config: Config) -> Result<()> {
    let listeners = Listeners::bind(&options.listen.to_string(), &options.admin.to_string()).await?;
    let provider_listener =
        TcpListener::bind(options.provider).await.with_context(|| format!("cannot listen on {}", options.provider))?;
    config.server.public_url = format!("http://{}", listeners.public.local_addr()?);
    let provider = DemoProvider::new(provider_listener, &config.server.public_url)?;

    let prepared = config.clone();
    tokio::task::spawn_blocking(move || {
        let watch = say::working("opening");
        let done = import::prepare(&prepared, &|what| watch.set_message(what.to_owned()));
        watch.finish_and_clear();
        done
    })
    .await??;
    let identity = provider.options();
    demo_provider::seed(&Database::open(&config.state_file()).await?, &identity.issuer).await?;
    let auth = AuthOptions { identity: Some(identity), demo: true, ..service::auth_options(&config)? };
    tokio::spawn(provider.serve());
    let admin = listeners.admin.local_addr()?;
    let app = service::open(config, auth).await?;
    announce(&app.generation().config.server.public_url, admin);
    service::serve(app, listeners, None).await
}

fn announce(url: &str, admin: SocketAddr) {
    say::line(&format!("traboule is ready: {url}  (operations: http://{admin}/health/ready)"));
    say::line("Sign in as agent-bron, agent-villeurbanne, agent-venissieux, referent-bron or admin-metropole.");
    say::line("Everything shown is invented. Ctrl-C stops.");
}
