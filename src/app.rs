//! The running house: what every request is given. Built once from a configuration;
//! a reload replaces its `Generation` whole, so that a request sees one configuration,
//! one catalogue and one set of styles from its first line to its last.

use std::sync::{
    Arc, RwLock,
    atomic::{AtomicBool, Ordering},
};

use auth_proxy::Auth;
use geocoder::Geocoder;
use layers::{Catalogue, CommuneShapes, LayerId, Snapshot};
use tiles::TileCache;

use crate::{compute::Compute, config::Config, room::Room, styles::Styles};

/// What a reload or a refresh replaces, all of it at once.
#[derive(Clone)]
pub struct Generation {
    /// The file, as read.
    pub config: Arc<Config>,
    /// Themes, layers and their current snapshots.
    pub catalogue: Arc<Catalogue>,
    /// How they are drawn.
    pub styles: Arc<Styles>,
    /// The communes' names and boxes; none until their layer is imported.
    pub communes: Option<Arc<CommuneShapes>>,
}

/// The running house. Cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    generation: RwLock<Arc<Generation>>,
    geocoder: RwLock<Option<Arc<Geocoder>>>,
    tiles: TileCache,
    auth: Auth,
    compute: Compute,
    room: Room,
    stopping: AtomicBool,
}

impl App {
    /// Composes the rooms. No snapshot and no index is open yet: `refresh` does that.
    pub fn new(generation: Generation, auth: Auth) -> Self {
        let cache_bytes = generation.config.tiles.cache_mib.saturating_mul(1024 * 1024);
        Self {
            inner: Arc::new(Inner {
                generation: RwLock::new(Arc::new(generation)),
                geocoder: RwLock::new(None),
                tiles: TileCache::new(cache_bytes),
                auth,
                compute: Compute::new(),
                room: Room::new(),
                stopping: AtomicBool::new(false),
            }),
        }
    }

    /// What is served at this moment; keep it for the whole of a request.
    pub fn generation(&self) -> Arc<Generation> {
        Arc::clone(&self.inner.generation.read().expect(NO_PANIC_UNDER_LOCK))
    }

    /// Replaces what is served.
    pub fn set_generation(&self, next: Generation) {
        *self.inner.generation.write().expect(NO_PANIC_UNDER_LOCK) = Arc::new(next);
    }

    /// Puts one layer's new snapshot in the catalogue; not one that was made from a description which
    /// a reload has replaced meanwhile, since it may show what the new one withdrew.
    pub fn set_snapshot(&self, id: &LayerId, snapshot: &Arc<Snapshot>) {
        loop {
            let now = self.generation();
            if !now.catalogue.get(id.as_str()).is_some_and(|entry| snapshot.is_of(&entry.layer)) {
                return;
            }
            let next = Arc::new(now.with_snapshot(id, Arc::clone(snapshot))); // slow for the communes: no lock is held
            let mut served = self.inner.generation.write().expect(NO_PANIC_UNDER_LOCK);
            if Arc::ptr_eq(&served, &now) {
                *served = next;
                return;
            }
        }
    }

    /// The address index; none while it is not built.
    pub fn geocoder(&self) -> Option<Arc<Geocoder>> {
        self.inner.geocoder.read().expect(NO_PANIC_UNDER_LOCK).clone()
    }

    /// Replaces the address index.
    pub fn set_geocoder(&self, geocoder: Arc<Geocoder>) {
        *self.inner.geocoder.write().expect(NO_PANIC_UNDER_LOCK) = Some(geocoder);
    }

    /// Stops serving an address index that turned out to be damaged.
    pub fn withdraw_geocoder(&self) {
        *self.inner.geocoder.write().expect(NO_PANIC_UNDER_LOCK) = None;
    }

    /// Finished tiles.
    pub fn tiles(&self) -> &TileCache {
        &self.inner.tiles
    }

    /// Who is asking, and what they may see.
    pub fn auth(&self) -> &Auth {
        &self.inner.auth
    }

    /// The door to CPU work.
    pub fn compute(&self) -> &Compute {
        &self.inner.compute
    }

    /// Where files of addresses are answered.
    pub fn room(&self) -> &Room {
        &self.inner.room
    }

    /// From now on the service says that it is not ready.
    pub fn stop(&self) {
        self.inner.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether it has been told to stop.
    pub fn is_stopping(&self) -> bool {
        self.inner.stopping.load(Ordering::Relaxed)
    }
}

const NO_PANIC_UNDER_LOCK: &str = "these locks are held for a pointer copy, which cannot panic";

impl Generation {
    /// A configuration with nothing imported yet.
    pub fn new(config: Config) -> Result<Self, crate::styles::StyleError> {
        let styles = Styles::load(&config)?;
        let entries = config.layers().map(|layer| layers::Entry { layer: Arc::new(layer), snapshot: None }).collect();
        Ok(Self {
            catalogue: Arc::new(Catalogue::new(config.themes.clone(), entries)),
            styles: Arc::new(styles),
            communes: None,
            config: Arc::new(config),
        })
    }

    /// The same with one layer's snapshot replaced; the communes follow when it is theirs.
    pub fn with_snapshot(&self, id: &LayerId, snapshot: Arc<Snapshot>) -> Self {
        let territory = &self.config.territory;
        let communes = if *id == territory.layer {
            match CommuneShapes::from_snapshot(&snapshot, &territory.code, &territory.name) {
                Ok(shapes) => Some(Arc::new(shapes)),
                Err(error) => {
                    tracing::error!(layer = %id, %error, "the layer of the communes cannot be used; keeping the former ones");
                    self.communes.clone()
                }
            }
        } else {
            self.communes.clone()
        };
        Self { catalogue: Arc::new(self.catalogue.with_snapshot(id, snapshot)), communes, ..self.clone() }
    }
}
