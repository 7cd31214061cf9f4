//! The running house: what every request is given. Built once from a configuration;
//! a reload replaces its `Generation` whole, so that a request sees one configuration,
//! one catalogue, one set of styles and one index from its first line to its last.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use auth_proxy::Auth;
use geocoder::Geocoder;
use layers::{Catalogue, CommuneShapes, LayerId, Snapshot};
use tiles::TileCache;

use crate::{
    compute::Compute,
    config::Config,
    objects::{self, LayerObjects, Places},
    room::Room,
    styles::Styles,
};

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
    /// The same of the arrondissements, when they are configured.
    pub arrondissements: Option<Arc<CommuneShapes>>,
    /// The features of searchable layers, ready to be found: those of the snapshots in the catalogue, as the
    /// configuration describes them, and no others.
    pub objects: BTreeMap<LayerId, LayerObjects>,
    /// The address index alone; none while it is not built.
    pub addresses: Option<Arc<Geocoder>>,
    /// What is searched: the addresses, with the objects beside. Made of both whenever one is replaced.
    pub geocoder: Option<Arc<Geocoder>>,
}

/// The running house. Cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    generation: RwLock<Arc<Generation>>,
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
        *self.inner.generation.write().expect(NO_PANIC_UNDER_LOCK) = Arc::new(next.assembled());
    }

    /// Puts one layer's new snapshot in the catalogue, and what is found in it; not one that was made from a
    /// description which a reload has replaced meanwhile, since it may show what the new one withdrew.
    pub fn set_snapshot(&self, id: &LayerId, snapshot: &Arc<Snapshot>, objects: Option<&LayerObjects>) {
        self.change(|now| {
            let entry = now.catalogue.get(id.as_str())?;
            let next = snapshot.is_of(&entry.layer).then(|| now.with_snapshot(id, Arc::clone(snapshot)))?;
            Some(next.with_objects(id, objects.cloned()))
        });
    }

    /// Puts what is found in one layer in place, or takes it away.
    pub fn set_objects(&self, id: &LayerId, objects: Option<&LayerObjects>) {
        self.change(|now| Some(now.clone().with_objects(id, objects.cloned())));
    }

    /// The address index, without the objects that are found beside; none while it is not built.
    pub fn geocoder(&self) -> Option<Arc<Geocoder>> {
        self.generation().addresses.clone()
    }

    /// Replaces the address index.
    pub fn set_geocoder(&self, geocoder: Arc<Geocoder>) {
        self.change(|now| Some(Generation { addresses: Some(Arc::clone(&geocoder)), ..now.clone() }));
    }

    /// Stops serving an address index that turned out to be damaged.
    pub fn withdraw_geocoder(&self) {
        self.change(|now| Some(Generation { addresses: None, ..now.clone() }));
    }

    /// Serves what `next` makes of what is served; made again when that was replaced meanwhile, since making it may be
    /// slow and no lock is held for it. None changes nothing.
    pub fn change(&self, next: impl Fn(&Generation) -> Option<Generation>) {
        loop {
            let now = self.generation();
            let Some(next) = next(&now) else { return };
            let next = Arc::new(next.assembled());
            let mut served = self.inner.generation.write().expect(NO_PANIC_UNDER_LOCK);
            if Arc::ptr_eq(&served, &now) {
                *served = next;
                return;
            }
        }
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
            arrondissements: None,
            objects: BTreeMap::new(),
            addresses: None,
            geocoder: None,
            config: Arc::new(config),
        })
    }

    /// The same with one layer's snapshot replaced, found by nothing yet; the communes follow when it is theirs.
    pub fn with_snapshot(&self, id: &LayerId, snapshot: Arc<Snapshot>) -> Self {
        let territory = &self.config.territory;
        let mut next = self.clone();
        if *id == territory.layer {
            next.communes = self.shapes(&snapshot).or(next.communes);
        } else if Some(id) == territory.arrondissements.as_ref() {
            next.arrondissements = self.shapes(&snapshot).or(next.arrondissements);
        }
        next.objects.remove(id); // those of the former snapshot
        next.catalogue = Arc::new(self.catalogue.with_snapshot(id, snapshot));
        next
    }

    fn shapes(&self, snapshot: &Snapshot) -> Option<Arc<CommuneShapes>> {
        let territory = &self.config.territory;
        CommuneShapes::from_snapshot(snapshot, &territory.code, &territory.name)
            .map(Arc::new)
            .inspect_err(|error| {
                tracing::error!(%error, "a layer of communes cannot be used; keeping the former ones");
            })
            .ok()
    }

    /// What says where a feature lies.
    pub fn places(&self) -> Places<'_> {
        Places { communes: self.communes.as_deref(), arrondissements: self.arrondissements.as_deref() }
    }

    /// The same with what is found in one layer, or nothing of it; not what was made from another snapshot or another
    /// description than those served: it may show what they withdrew.
    #[must_use]
    pub fn with_objects(mut self, id: &LayerId, objects: Option<LayerObjects>) -> Self {
        self.objects.remove(id);
        if let Some(objects) = objects.filter(|objects| objects::are_of(objects, &self, id)) {
            self.objects.insert(id.clone(), objects);
        }
        self
    }

    /// The same, searched as it now is. Only what is assembled is served.
    fn assembled(mut self) -> Self {
        let objects: Vec<_> = self.objects.values().map(|objects| Arc::clone(&objects.index)).collect();
        self.geocoder = match &self.addresses {
            Some(addresses) if !objects.is_empty() => Some(Arc::new(addresses.with_objects(objects))),
            addresses => addresses.clone(),
        };
        self
    }
}
