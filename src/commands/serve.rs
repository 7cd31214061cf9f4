//! `traboule serve`: what the configuration describes, until SIGTERM.

use std::path::Path;

use anyhow::Result;

use crate::{
    config::Config,
    service::{self, Listeners},
};

pub(super) fn run(path: &Path) -> Result<()> {
    let config = Config::load(path)?;
    let _state = service::lock_state(&config)?;
    if config.identity.is_empty() {
        tracing::warn!("no [[identity]]: nobody can sign in; machines can still use tokens");
    }
    super::block_on(async {
        let listeners = Listeners::bind(&config.server.listen, &config.server.admin).await?;
        let url = config.server.public_url.clone();
        let options = service::auth_options(&config)?;
        let app = service::open(config, options).await?;
        tracing::info!(%url, "serving");
        service::serve(app, listeners, Some(path.to_owned())).await
    })
}
