//! One revision folder, open; and the parts a geocoder searches: the revision itself, and the small one that stands
//! in for the streets edited since. Towns go by their number in the first part everywhere but in here.

use std::{borrow::Cow, collections::HashMap, ops::Range, path::PathBuf, sync::Arc};

use tantivy::{Index, IndexReader, ReloadPolicy};

use crate::{
    Error,
    index::{Manifest, WORDS},
    numbers::Numbers,
    parcels::Parcels,
    places::{Place, Places},
    schema::{self, Fields},
    stretches::Stretches,
    vocabulary::Vocabulary,
};

/// An open revision folder, read-only.
pub(crate) struct Shard {
    pub reader: IndexReader,
    pub fields: Fields,
    pub places: Arc<Places>,
    pub numbers: Numbers,
    pub parcels: Parcels,
    pub stretches: Stretches,
    pub vocabulary: Vocabulary,
    pub manifest: Manifest,
    folder: PathBuf,
}

/// Some places of a shard, by index: ranges in order, none touching the next.
#[derive(Clone)]
pub(crate) struct Hidden(Arc<[Range<u32>]>);

/// A shard as a geocoder sees it.
pub(crate) struct Part {
    pub shard: Arc<Shard>,
    /// Places that another part answers for.
    pub hidden: Hidden,
    /// How its towns are numbered in the first part; none for the first part itself.
    towns: Option<SameTowns>,
}

/// The towns of two shards that are the same.
struct SameTowns {
    /// By number in the first part.
    here: HashMap<u32, u32>,
    /// By number here.
    first: Vec<u32>,
}

impl Shard {
    /// Opens a folder whose manifest was read. `rank` is what its places say they are of.
    ///
    /// Errors: other fields, a file that is missing or cut.
    pub(crate) fn open(folder: PathBuf, manifest: Manifest, rank: u8) -> Result<Self, Error> {
        let index = Index::open_in_dir(folder.join(WORDS))?;
        let (schema, fields) = schema::schema();
        if index.schema() != schema {
            return Err(Error::Damaged { folder, what: "the full-text fields are not those of its format".to_owned() });
        }
        // A revision never changes: no thread to watch it.
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let places = Arc::new(Places::open(&folder)?.of_shard(rank));
        let numbers = Numbers::open(&folder)?;
        let parcels = Parcels::open(&folder)?;
        let stretches = Stretches::open(&folder)?;
        let vocabulary = Vocabulary::read(&reader, fields)?;
        Ok(Self { reader, fields, places, numbers, parcels, stretches, vocabulary, manifest, folder })
    }

    pub(crate) fn verify(&self) -> Result<(), Error> {
        self.manifest.verify(&self.folder)
    }
}

impl Hidden {
    pub(crate) fn contains(&self, place: u32) -> bool {
        let after = self.0.partition_point(|range| range.start <= place);
        after > 0 && self.0[after - 1].contains(&place)
    }
}

impl Part {
    /// A revision, without some of its streets: ranges in order, none touching the next.
    pub(crate) fn first(shard: Arc<Shard>, hidden: &[Range<u32>]) -> Self {
        Self { hidden: Hidden(hidden.into()), shard, towns: None }
    }

    /// What stands in for those streets; none when it has a town that the first part does not know.
    pub(crate) fn edits(shard: Arc<Shard>, first: &Places) -> Option<Self> {
        let towns = SameTowns::of(&shard.places, first)?;
        let hidden = Hidden(std::iter::once(0..packed_len(&towns.first)).collect());
        Some(Self { shard, hidden, towns: Some(towns) })
    }

    pub(crate) fn hides(&self, place: u32) -> bool {
        self.hidden.contains(place)
    }

    /// Whether this part is the revision itself, which alone answers with towns.
    pub(crate) fn is_first(&self) -> bool {
        self.towns.is_none()
    }

    /// Towns of the first part, in this one's numbers.
    pub(crate) fn towns<'t>(&self, towns: &'t [u32]) -> Cow<'t, [u32]> {
        match &self.towns {
            None => Cow::Borrowed(towns),
            Some(same) => towns.iter().filter_map(|town| same.here.get(town).copied()).collect(),
        }
    }

    /// The number of a town of this part in the first one; a street keeps its own.
    pub(crate) fn number_in_first(&self, place: u32) -> u32 {
        self.towns.as_ref().and_then(|same| same.first.get(place as usize).copied()).unwrap_or(place)
    }

    /// Whether a place of this part is one of these towns of the first part, or lies in one.
    pub(crate) fn is_within(&self, place: Place<'_>, towns: &[u32]) -> bool {
        let Some(same) = &self.towns else { return self.shard.places.is_within(place, towns) };
        let mut around = std::iter::once(place).chain(self.shard.places.parents(place));
        around.any(|town| same.first.get(town.index as usize).is_some_and(|town| towns.contains(town)))
    }
}

impl SameTowns {
    /// None when a town of `here` is not in `first`.
    fn of(here: &Places, first: &Places) -> Option<Self> {
        let key = |town: Place<'_>| (town.insee().to_owned(), town.is_former());
        let known: HashMap<_, u32> = first.towns().map(|town| (key(town), town.index)).collect();
        let first: Vec<u32> = here.towns().map(|town| known.get(&key(town)).copied()).collect::<Option<_>>()?;
        Some(Self { here: first.iter().copied().zip(0..).collect(), first })
    }
}

/// Whether every town of some places is among others.
pub(crate) fn are_known(towns: &Places, among: &Places) -> bool {
    SameTowns::of(towns, among).is_some()
}

fn packed_len(towns: &[u32]) -> u32 {
    u32::try_from(towns.len()).unwrap_or(u32::MAX)
}
