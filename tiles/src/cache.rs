//! Finished tiles, ready to send, weighed in bytes. A tile that several people ask for at the
//! same time is cut once.

use std::{future::Future, sync::Arc};

use layers::{LayerId, Territory};
use moka::future::Cache;

use crate::{Tile, TileCoord};

/// Everything the bytes of a tile depend on. The territories are part of it: two people share
/// a cached tile exactly when they are entitled to the same features.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TileKey {
    /// Which tile.
    pub coord: TileCoord,
    /// The layers in the order of the tile, each with the revision of its snapshot and what
    /// the decision opens of it.
    pub layers: Vec<(LayerId, String, Territory)>,
}

/// A cache of tiles. Cloning it gives another handle on the same tiles.
#[derive(Debug, Clone)]
pub struct TileCache {
    tiles: Cache<TileKey, Arc<Tile>>,
}

impl TileCache {
    /// A cache of at most `bytes` bytes, keys included. With 0 nothing is kept, and
    /// simultaneous requests still share one cut.
    pub fn new(bytes: u64) -> Self {
        let tiles = Cache::builder().max_capacity(bytes).weigher(|key, tile: &Arc<Tile>| weight(key, tile)).build();
        Self { tiles }
    }

    /// The tile, if it is there.
    pub async fn get(&self, key: &TileKey) -> Option<Arc<Tile>> {
        self.tiles.get(key).await
    }

    /// The tile, cut by `cut` when it is not there. Of several callers with equal keys one cuts
    /// and the others wait; when that one gives up, the next takes over.
    ///
    /// # Errors
    /// Those of `cut`, to every caller that waited. An error is not kept: the next caller cuts again.
    pub async fn get_or_cut<E>(
        &self,
        key: TileKey,
        cut: impl Future<Output = Result<Tile, E>>,
    ) -> Result<Arc<Tile>, Arc<E>>
    where
        E: Send + Sync + 'static,
    {
        self.tiles.try_get_with(key, async { cut.await.map(Arc::new) }).await
    }

    /// How many tiles are kept, and how many bytes they weigh; both trail the truth a little.
    pub fn size(&self) -> (u64, u64) {
        (self.tiles.entry_count(), self.tiles.weighted_size())
    }
}

/// What an entry costs in memory. An empty tile costs its key.
fn weight(key: &TileKey, tile: &Tile) -> u32 {
    /// What the cache itself spends on an entry, and the fixed parts of the key and the tile.
    const ENTRY: usize = 400;
    /// A code and its share of a node of a set.
    const COMMUNE: usize = 12;
    let layer = |(id, revision, territory): &(LayerId, String, Territory)| {
        let communes = match territory {
            Territory::Whole => 0,
            Territory::Communes(communes) => communes.len() * COMMUNE,
        };
        size_of::<(LayerId, String, Territory)>() + id.as_str().len() + revision.len() + communes
    };
    let bytes = ENTRY + key.layers.iter().map(layer).sum::<usize>() + tile.bytes.len() + tile.etag.len();
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::{
        cell::Cell,
        convert::Infallible,
        pin::pin,
        sync::mpsc,
        task::{Context, Poll, Wake, Waker},
        thread,
    };

    use bytes::Bytes;

    use super::*;

    struct Unpark(thread::Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    /// Runs a future to its end on this thread: the crate has no runtime of its own.
    fn wait<T>(future: impl Future<Output = T>) -> T {
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut future = pin!(future);
        loop {
            match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(value) => return value,
                Poll::Pending => thread::park(),
            }
        }
    }

    fn key(x: u32, communes: &[&str]) -> TileKey {
        let territory = match communes {
            [] => Territory::Whole,
            codes => Territory::of(codes.iter().map(|code| code.parse().unwrap())),
        };
        TileKey {
            coord: TileCoord::new(14, x, 0).unwrap(),
            layers: vec![("parcelles".parse().unwrap(), "r1".to_owned(), territory)],
        }
    }

    fn tile(content: &'static str) -> Tile {
        Tile {
            bytes: Bytes::from_static(content.as_bytes()),
            etag: content.to_owned(),
            features: 1,
            dropped: 0,
            raw_len: content.len(),
        }
    }

    #[test]
    fn a_tile_is_cut_once_and_served_twice() {
        let cache = TileCache::new(1 << 20);
        let cuts = Cell::new(0);
        let ask = || {
            wait(cache.get_or_cut::<Infallible>(key(1, &[]), async {
                cuts.set(cuts.get() + 1);
                Ok(tile("a"))
            }))
            .unwrap()
        };
        assert_eq!(ask(), ask());
        assert_eq!(cuts.get(), 1);
        assert_eq!(wait(cache.get(&key(1, &[]))).unwrap().etag, "a");
        assert!(wait(cache.get(&key(2, &[]))).is_none());
    }

    #[test]
    fn a_cached_tile_never_reaches_another_territory() {
        let cache = TileCache::new(1 << 20);
        let territories: [&[&str]; 4] = [&[], &["69029"], &["69266"], &["69029", "69266"]];
        for (communes, content) in territories.iter().zip(["all", "bron", "villeurbanne", "both"]) {
            let got = wait(cache.get_or_cut::<Infallible>(key(1, communes), async { Ok(tile(content)) })).unwrap();
            assert_eq!(got.etag, content);
        }
    }

    #[test]
    fn simultaneous_requests_share_one_cut() {
        let cache = TileCache::new(1 << 20);
        let (started, has_started) = mpsc::channel();
        let (release, released) = mpsc::channel();
        thread::scope(|scope| {
            let first = scope.spawn(|| {
                wait(cache.get_or_cut::<Infallible>(key(1, &[]), async move {
                    started.send(()).unwrap();
                    released.recv().unwrap();
                    Ok(tile("first"))
                }))
            });
            has_started.recv().unwrap();
            let second =
                scope.spawn(|| wait(cache.get_or_cut::<Infallible>(key(1, &[]), async { Ok(tile("second")) })));
            release.send(()).unwrap();
            assert_eq!(first.join().unwrap().unwrap().etag, "first");
            assert_eq!(second.join().unwrap().unwrap().etag, "first");
        });
    }

    #[test]
    fn an_error_is_told_and_not_kept() {
        let cache = TileCache::new(1 << 20);
        assert_eq!(*wait(cache.get_or_cut(key(1, &[]), async { Err("busy") })).unwrap_err(), "busy");
        assert_eq!(wait(cache.get_or_cut::<&str>(key(1, &[]), async { Ok(tile("a")) })).unwrap().etag, "a");
    }

    #[test]
    fn the_cache_stays_within_its_bytes() {
        let cache = TileCache::new(10_000);
        for x in 0..200 {
            let big = Tile { bytes: Bytes::from(vec![0; 1000]), ..tile("a") };
            wait(cache.get_or_cut::<Infallible>(key(x, &[]), async { Ok(big) })).unwrap();
        }
        wait(cache.tiles.run_pending_tasks());
        let (count, bytes) = cache.size();
        assert!(0 < count && count < 10 && bytes <= 10_000, "{count} tiles, {bytes} bytes");
    }
}
