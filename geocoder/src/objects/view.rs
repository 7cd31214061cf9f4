//! What one territory sees of a layer: the words of the visible names and the objects each is in, made in memory of the
//! visible objects alone. What is hidden is in no view: it crowds no list, corrects no word, and cannot be counted.
//! Agents of one commune share a view; there are as many as organisations.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use layers::Territory;

use crate::{normalize, objects::table::NamedObjects, vocabulary::Vocabulary};

/// Views kept; beyond them all are forgotten and made again when they are asked for.
const MOST: usize = 256;

/// The visible objects of a layer.
#[derive(Debug, Default)]
pub(crate) struct View {
    /// In the order of the table.
    pub objects: Vec<u32>,
    /// Every form of every word of a name → the objects it is in, in order.
    words: BTreeMap<String, Vec<u32>>,
    /// The same words, for those that are misspelt.
    pub vocabulary: Vocabulary,
}

impl View {
    fn new(table: &NamedObjects, territory: &Territory) -> Self {
        let opened = table.opened(territory);
        let is_open = |object: &u32| opened.get(table.record(*object).audience() as usize).copied().unwrap_or(false);
        let objects: Vec<u32> = (0..table.places.len()).filter(is_open).collect();
        let mut words: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for &object in &objects {
            for word in table.names(object).flat_map(normalize::normalize) {
                for form in word.forms() {
                    let Some(known) = words.get_mut(form) else {
                        words.insert(form.to_owned(), vec![object]);
                        continue;
                    };
                    if known.last() != Some(&object) {
                        known.push(object);
                    }
                }
            }
        }
        let count = |objects: &Vec<u32>| u32::try_from(objects.len()).unwrap_or(u32::MAX);
        let vocabulary = words.iter().map(|(word, objects)| (word.clone(), count(objects))).collect();
        Self { objects, words, vocabulary }
    }

    /// The objects with one of these forms in a name, or a word with this beginning; in order.
    pub(crate) fn with_word<'f>(&self, forms: impl Iterator<Item = &'f str>, beginning: Option<&str>) -> Vec<u32> {
        let whole = forms.filter_map(|form| self.words.get(form));
        let begun = beginning.into_iter().flat_map(|beginning| {
            let from = self.words.range::<str, _>((std::ops::Bound::Included(beginning), std::ops::Bound::Unbounded));
            from.take_while(move |(word, _)| word.starts_with(beginning)).map(|(_, objects)| objects)
        });
        let mut found: Vec<u32> = whole.chain(begun).flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// The views of a layer that were asked for.
#[derive(Debug, Default)]
pub(crate) struct Views(Mutex<HashMap<Territory, Arc<View>>>);

impl Views {
    /// What a territory sees. The first to ask waits for it to be made: a millisecond a commune, a second for a hundred
    /// thousand objects at once, which is why opening a layer asks for the whole of it.
    pub(crate) fn of(&self, territory: &Territory, table: &NamedObjects) -> Arc<View> {
        // A view is put in whole: a thread that panicked left nothing half done.
        if let Some(known) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(territory) {
            return known.clone();
        }
        let view = Arc::new(View::new(table, territory));
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.entry(territory.clone()).or_insert(view).clone()
    }
}
