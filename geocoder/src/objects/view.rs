//! What one territory sees of a layer: the words of the visible names and the objects each is in, made in memory of the
//! visible objects alone. What is hidden is in no view: it crowds no list, corrects no word, and cannot be counted.
//! Agents of one commune share a view; there are as many as organisations.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use layers::Territory;

use crate::{Filter, normalize, objects::table::NamedObjects, photon::Choice, vocabulary::Vocabulary};

/// Views kept of a layer, and their entries in all, of four bytes and their share of the words: beyond them the least
/// recently asked for is forgotten, and made again when it is.
const MOST: usize = 256;
const MOST_ENTRIES: usize = 4_000_000;

/// The visible objects of a layer.
#[derive(Debug, Default)]
pub(crate) struct View {
    /// In the order of the table.
    pub objects: Vec<u32>,
    /// Every form of every word of a name → the objects it is in, in order.
    words: BTreeMap<String, Vec<u32>>,
    /// The same words, for those that are misspelt.
    pub vocabulary: Vocabulary,
    /// Keys and values of the tags, each once.
    tags: Vec<(String, String)>,
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
        let tags: BTreeSet<(&str, &str)> = objects.iter().map(|&object| table.record(object).tag()).collect();
        let tags = tags.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        Self { objects, words, vocabulary, tags }
    }

    /// Whether an object of it may pass a filter, by its tag: a tag that none has is not worth a look at each.
    pub(crate) fn may_hold(&self, filter: &Filter) -> bool {
        let lets = |choice: &Choice| self.tags.iter().any(|(key, value)| choice.lets_object((key, value)));
        filter.tags.as_ref().is_none_or(lets)
    }

    /// Whether some object has a tag that passes.
    pub(crate) fn may_have(&self, passes: impl Fn((&str, &str)) -> bool) -> bool {
        self.tags.iter().any(|(key, value)| passes((key, value)))
    }

    /// The objects with one of these forms in a name, and those of each word with this beginning; each list in order.
    pub(crate) fn with_word<'f>(&self, forms: impl Iterator<Item = &'f str>, beginning: Option<&str>) -> Vec<&[u32]> {
        let is_begun = |form: &str| beginning.is_some_and(|beginning| form.starts_with(beginning));
        let whole = forms.filter(|form| !is_begun(form)).filter_map(|form| self.words.get(form));
        let begun = beginning.into_iter().flat_map(|beginning| {
            let from = self.words.range::<str, _>((std::ops::Bound::Included(beginning), std::ops::Bound::Unbounded));
            from.take_while(move |(word, _)| word.starts_with(beginning)).map(|(_, objects)| objects)
        });
        whole.chain(begun).map(Vec::as_slice).collect()
    }

    /// What it weighs beside others: its objects, and how often they are in the list of a word.
    fn entries(&self) -> usize {
        self.objects.len() + self.words.values().map(Vec::len).sum::<usize>()
    }
}

/// The views of a layer that were asked for.
#[derive(Debug, Default)]
pub(crate) struct Views(Mutex<Kept>);

/// Views and what each weighs, the least recently asked for first.
#[derive(Debug, Default)]
struct Kept {
    views: Vec<(Territory, Arc<View>, usize)>,
    entries: usize,
}

impl Views {
    /// What a territory sees. The first to ask waits for it to be made: a millisecond a commune, a second for a hundred
    /// thousand objects at once, which is why opening a layer asks for the whole of it.
    pub(crate) fn of(&self, territory: &Territory, table: &NamedObjects) -> Arc<View> {
        // A view is put in whole: a thread that panicked left nothing half done.
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept().get(territory) {
            return known;
        }
        let view = Arc::new(View::new(table, territory));
        kept().put(territory, view, MOST_ENTRIES)
    }
}

impl Kept {
    fn get(&mut self, territory: &Territory) -> Option<Arc<View>> {
        let at = self.views.iter().position(|(of, ..)| of == territory)?;
        self.views[at..].rotate_left(1);
        self.views.last().map(|(_, view, _)| view.clone())
    }

    /// Puts a view in, unless another thread did, and forgets others while there is more than `most`: never the new
    /// one.
    fn put(&mut self, territory: &Territory, view: Arc<View>, most: usize) -> Arc<View> {
        if let Some(known) = self.get(territory) {
            return known;
        }
        let entries = view.entries();
        self.views.push((territory.clone(), view.clone(), entries));
        self.entries += entries;
        while self.views.len() > 1 && (self.views.len() > MOST || self.entries > most) {
            let (.., forgotten) = self.views.remove(0);
            self.entries -= forgotten;
        }
        view
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: &str) -> Territory {
        Territory::of([code.parse().unwrap()])
    }

    fn view(objects: u32) -> Arc<View> {
        Arc::new(View { objects: (0..objects).collect(), ..View::default() })
    }

    #[test]
    fn the_views_least_recently_asked_for_are_forgotten_by_what_they_weigh() {
        let mut kept = Kept::default();
        for code in ["69029", "69266", "69149"] {
            kept.put(&of(code), view(3), 10);
        }
        assert!(kept.get(&of("69029")).is_some());
        kept.put(&of("69123"), view(4), 10);
        assert!(kept.get(&of("69266")).is_none() && kept.get(&of("69149")).is_some());
        assert!(kept.get(&of("69029")).is_some());
        assert_eq!((kept.views.len(), kept.entries), (3, 10));
        kept.put(&Territory::Whole, view(90), 10);
        assert_eq!((kept.views.len(), kept.entries), (1, 90), "what is larger than all is kept alone");
        kept.put(&of("69029"), view(1), 10);
        assert_eq!((kept.views.len(), kept.entries), (1, 1));
    }

    #[test]
    fn views_of_nothing_are_counted_too() {
        let mut kept = Kept::default();
        for code in 10_000..10_000 + 2 * MOST {
            kept.put(&of(&code.to_string()), view(0), 10);
        }
        assert_eq!(kept.views.len(), MOST);
    }
}
