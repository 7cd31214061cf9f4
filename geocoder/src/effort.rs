//! What a search may cost. Nearly all take a hundredth of it; a text made to be dear, or one so vague that half of a
//! country matches, is answered with what was found until then. The strictest ways to look come first, so that what is
//! left out is the loosest. Steps are counted, not timed: the same text has the same answers on every machine.

use std::{cell::Cell, rc::Rc};

/// Steps a search may take; one is one to two nanoseconds of a machine of 2024.
const MOST: u64 = 16_000_000;
/// The same of the objects of all layers, apart: whatever is attached, addresses are looked for as far.
const MOST_FOR_OBJECTS: u64 = 8_000_000;

/// What looking for one reading costs before anything is opened, in steps: its words and their spellings.
pub(crate) const READING: u64 = 20_000;
/// What opening a posting list costs.
pub(crate) const OPEN: u64 = 800;
/// Going through it once more from its beginning.
pub(crate) const AGAIN: u64 = 100;
/// Reading a window of a posting list, and one place of it.
pub(crate) const WINDOW: u64 = 25;
pub(crate) const MARK: u64 = 3;
/// One place of several lists made one.
pub(crate) const MERGE: u64 = 10;
/// Weighing a place that may be kept.
pub(crate) const WEIGH: u64 = 200;
/// The same of an object: it has no houses, and its town is known.
pub(crate) const WEIGH_OBJECT: u64 = 60;
/// Ranking a candidate, for each word typed.
pub(crate) const RANK: u64 = 250;
/// Comparing a word or a name with one of the index.
pub(crate) const COMPARE: u64 = 3;
pub(crate) const COMPARE_NAME: u64 = 80;

/// What is left to one search, shared by all addresses it looks through, or by all objects.
#[derive(Debug, Clone)]
pub(crate) struct Effort(Rc<Cell<u64>>);

impl Effort {
    /// What a search has at its beginning.
    pub(crate) fn of_search() -> Self {
        Self::of(MOST)
    }

    /// What it has for the objects of layers.
    pub(crate) fn of_objects() -> Self {
        Self::of(MOST_FOR_OBJECTS)
    }

    /// So many steps.
    pub(crate) fn of(steps: u64) -> Self {
        Self(Rc::new(Cell::new(steps)))
    }

    /// Takes some steps.
    pub(crate) fn spend(&self, steps: u64) {
        self.0.set(self.0.get().saturating_sub(steps));
    }

    /// Whether none are left.
    pub(crate) fn is_spent(&self) -> bool {
        self.0.get() == 0
    }
}
