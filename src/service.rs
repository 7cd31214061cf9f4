//! From a configuration to a service that answers until it is told to stop:
//! bind, open, watch, drain on SIGTERM or Ctrl-C, reload on SIGHUP.

use std::{fs::File, path::PathBuf, time::Duration};

use anyhow::{Context, Result, bail};
use auth_proxy::{Auth, AuthOptions, OidcOptions, Secret};
use layers::Layer;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use crate::{
    addresses,
    app::{App, Generation},
    config::{Config, Identity, SecretRef},
    http, listener, published, refresh,
};

/// How long requests under way may take once the service is told to stop.
const DRAIN: Duration = Duration::from_secs(20);

/// The two listeners, bound before anything slow happens so that a taken port is said at once.
pub struct Listeners {
    /// The page, tiles and searches.
    pub public: TcpListener,
    /// Health and metrics.
    pub admin: TcpListener,
}

impl Listeners {
    /// Binds both.
    pub async fn bind(public: &str, admin: &str) -> Result<Self> {
        let bind = async |address: &str| {
            TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))
        };
        Ok(Self { public: bind(public).await?, admin: bind(admin).await? })
    }
}

/// Takes the state for this process alone: two services on one state would each believe
/// their own memory. Held as long as the file is.
pub fn lock_state(config: &Config) -> Result<File> {
    let path = config.state_file().with_extension("lock");
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    let file = File::create(&path).with_context(|| format!("cannot create {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            bail!("another traboule already serves this state ({}); stop it first", config.server.state)
        }
        Err(std::fs::TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}

/// Builds the house of a configuration, with whatever is already on disk open.
pub async fn open(config: Config, auth: AuthOptions) -> Result<App> {
    let auth = Auth::open(auth).await.context("cannot open the state")?;
    let app = App::new(Generation::new(config)?, auth);
    let opening = app.clone();
    tokio::task::spawn_blocking(move || refresh::open_everything(&opening)).await?;
    Ok(app)
}

/// Serves until SIGTERM or Ctrl-C. `reload` is the file SIGHUP reads again.
pub async fn serve(app: App, listeners: Listeners, reload: Option<PathBuf>) -> Result<()> {
    let metrics = metrics_exporter_prometheus::PrometheusBuilder::new().install_recorder()?;
    let (stop, stopping) = watch::channel(false);
    let public = http::router(app.clone());
    let admin = http::admin_router(app.clone(), metrics.clone());
    let serving = listener::serve(listeners.public, public, stopping.clone());
    let operating = listener::serve(listeners.admin, admin, stopping.clone());
    let watching = [
        tokio::spawn(refresh::watch_directory(app.clone())),
        tokio::spawn(refresh::watch_data(app.clone())),
        tokio::spawn(addresses::watch(app.clone())),
        tokio::spawn(published::watch(app.clone())),
    ];
    let upkeep = tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_secs(5)).await;
            metrics.run_upkeep(); // histograms grow without it
        }
    });
    let signals = tokio::spawn(signals(app.clone(), stop, reload));

    let mut late = stopping;
    tokio::select! {
        _ = async { tokio::join!(serving, operating) } => {}
        () = async { let _ = late.wait_for(|stop| *stop).await; tokio::time::sleep(DRAIN).await; } => {
            tracing::warn!("some requests did not end within {} s; leaving them", DRAIN.as_secs());
        }
    }
    watching.iter().for_each(tokio::task::JoinHandle::abort);
    upkeep.abort();
    signals.abort();
    app.auth().close().await.context("the last use of sessions could not be written")?;
    tracing::info!("stopped");
    Ok(())
}

async fn signals(app: App, stop: watch::Sender<bool>, reload: Option<PathBuf>) -> Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hangup = signal(SignalKind::hangup())?;
    loop {
        tokio::select! {
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
            _ = hangup.recv() => if let Some(path) = &reload { reload_from(&app, path) },
        }
    }
    tracing::info!("stopping: no new request is taken, those under way are answered");
    app.stop();
    stop.send_replace(true);
    Ok(())
}

/// Reads the configuration again. A broken one is said and changes nothing.
/// What only a start reads stays as it was: `[server]`, `[[identity]]`, `[session]`, the size of the
/// tile cache.
fn reload_from(app: &App, path: &std::path::Path) {
    let next = Config::load(path).map_err(anyhow::Error::from).and_then(|mut config| {
        let now = app.generation();
        config.server = now.config.server.clone();
        config.identity.clone_from(&now.config.identity);
        Ok(Generation::new(config)?)
    });
    match next {
        Ok(generation) => {
            app.change(|now| Some(generation.clone().keeping_what_is_open_of(now)));
            tracing::info!(config = %path.display(), "configuration read again");
        }
        Err(error) => {
            tracing::error!(error = %format!("{error:#}"), "the configuration is broken; the former one stays")
        }
    }
}

/// The options of the login for a configuration.
pub fn auth_options(config: &Config) -> Result<AuthOptions> {
    let identity = config.identity.first().map(identity).transpose()?;
    Ok(AuthOptions {
        database: config.state_file(),
        public_url: config.server.public_url.clone(),
        identity,
        idle: config.session.idle.unsigned_abs(),
        max_age: config.session.max_age.unsigned_abs(),
        contact: config.server.contact.clone(),
        stylesheet: Some("/assets/index.css".into()),
        trusted_proxies: config.server.trusted_proxies.iter().map(|range| range.parse()).collect::<Result<_, _>>()?,
        demo: false,
    })
}

fn identity(identity: &Identity) -> Result<OidcOptions> {
    let secret = match &identity.client_secret {
        SecretRef::File(path) => {
            std::fs::read_to_string(path).with_context(|| format!("cannot read the secret {}", path.display()))?
        }
        SecretRef::Env(name) => std::env::var(name).with_context(|| format!("cannot read the secret in ${name}"))?,
    };
    Ok(OidcOptions {
        issuer: identity.issuer.clone(),
        client_id: identity.client_id.clone(),
        client_secret: Some(Secret::new(secret.trim())),
        organisation_claim: identity.organisation_claim.clone(),
        scopes: identity.scopes.clone(),
        algorithm: identity.algorithm.parse()?,
        signed_userinfo: identity.signed_userinfo,
    })
}

/// For tests and benches: an `App` over a configuration, nothing bound.
pub async fn open_for(config: Config) -> Result<App> {
    let options = auth_options(&config)?;
    open(config, options).await
}

impl Generation {
    /// The same with what is open already. A snapshot made from another description of its layer is
    /// left out: it may show what the new one withdrew. Its layer is loading until it is imported again.
    /// So are objects that are found by what the new description does not say.
    fn keeping_what_is_open_of(self, former: &Self) -> Self {
        let layers: Vec<Layer> = self.config.layers().collect();
        let start = Self { addresses: former.addresses.clone(), ..self };
        layers.iter().fold(start, |generation, layer| {
            let snapshot = former.catalogue.get(layer.id.as_str()).and_then(|entry| entry.snapshot.clone());
            match snapshot.filter(|snapshot| snapshot.is_of(layer)) {
                Some(snapshot) => generation
                    .with_snapshot(&layer.id, snapshot)
                    .with_objects(&layer.id, former.objects.get(&layer.id).cloned()),
                None => generation,
            }
        })
    }
}
