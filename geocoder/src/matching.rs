//! Which places hold the words of a reading: posting lists read window by window, one bit a place. A place costs a bit
//! or two however long the lists are, and only the runs of places asked for are read: an engine that goes from match to
//! match pays for each of the million streets of the country that begin with « rue ».

use std::{ops::Range, rc::Rc};

use tantivy::{DocSet, SegmentReader, TERMINATED, Term, postings::SegmentPostings, schema::IndexRecordOption};

use crate::{
    Error,
    effort::{self, Effort},
};

/// Places of a window.
const WINDOW: u32 = 1_024;
/// Places of a list that is read at once when it is opened: a block of the engine's.
const SHORT: u32 = 128;

/// A window, one bit a place.
type Window = [u64; WINDOW as usize / 64];

/// The places that hold any of some terms.
#[derive(Clone)]
pub(crate) struct AnyOf {
    /// Those of all short lists, in order; most forms of a misspelt word are in a handful of names.
    few: Rc<[u32]>,
    /// How many of them were passed.
    passed: usize,
    long: Vec<SegmentPostings>,
}

/// The places that hold every clause of `all`, and at least so many of `some`. Clones start where the original is.
#[derive(Clone)]
pub(crate) struct Matching {
    all: Vec<AnyOf>,
    some: Vec<AnyOf>,
    at_least: usize,
    effort: Effort,
}

impl AnyOf {
    /// Opens the lists of some terms. The number of a document is the index of its place.
    pub(crate) fn read(
        segment: &SegmentReader,
        terms: impl Iterator<Item = Term>,
        effort: &Effort,
    ) -> Result<Self, Error> {
        let (mut few, mut long) = (Vec::new(), Vec::new());
        for term in terms {
            effort.spend(effort::OPEN);
            let index = segment.inverted_index(term.field())?;
            let list = index.read_postings(&term, IndexRecordOption::Basic).map_err(tantivy::TantivyError::from)?;
            match list {
                Some(list) if list.doc_freq() > SHORT => long.push(list),
                Some(list) => few.extend(places_of(list)),
                None => {}
            }
        }
        few.sort_unstable();
        few.dedup();
        Ok(Self { few: few.into(), passed: 0, long })
    }

    /// The same from the beginning: none of it may have been gone through.
    pub(crate) fn again(&self, effort: &Effort) -> Self {
        effort.spend(self.long.len() as u64 * effort::AGAIN);
        self.clone()
    }

    /// Most places it may hold.
    fn most(&self) -> u32 {
        let few = u32::try_from(self.few.len()).unwrap_or(u32::MAX);
        self.long.iter().map(SegmentPostings::doc_freq).fold(few, u32::saturating_add)
    }

    /// The first place from `start` on.
    fn seek(&mut self, start: u32) -> u32 {
        self.passed += self.few[self.passed..].partition_point(|&place| place < start);
        let few = self.few.get(self.passed).copied().unwrap_or(TERMINATED);
        let next = |list: &mut SegmentPostings| if list.doc() < start { list.seek(start) } else { list.doc() };
        self.long.iter_mut().map(next).fold(few, u32::min)
    }

    /// Marks the places of a range no longer than a window.
    fn window(&mut self, range: &Range<u32>, effort: &Effort) -> Window {
        let (mut window, mut marked) = (Window::default(), 0);
        let mut mark = |place: u32| {
            let at = place - range.start;
            window[(at / 64) as usize] |= 1 << (at % 64);
            marked += 1;
        };
        self.seek(range.start);
        let few = self.few[self.passed..].iter().take_while(|place| **place < range.end);
        few.for_each(|&place| mark(place));
        for list in &mut self.long {
            while list.doc() < range.end {
                mark(list.doc());
                list.advance();
            }
        }
        effort.spend((1 + self.long.len() as u64) * effort::WINDOW + marked * effort::MARK);
        window
    }
}

impl Matching {
    /// The places that hold every clause of `all` and at least so many of `some`.
    pub(crate) fn new(mut all: Vec<AnyOf>, some: Vec<AnyOf>, at_least: usize, effort: &Effort) -> Self {
        all.sort_by_key(AnyOf::most); // the rarest says soonest where nothing is
        Self { all, some, at_least, effort: effort.clone() }
    }

    /// What is left to the search it is of.
    pub(crate) fn effort(&self) -> &Effort {
        &self.effort
    }

    /// Most places it may hold.
    pub(crate) fn most(&self) -> u32 {
        let rarest = self.all.first().map_or(u32::MAX, AnyOf::most);
        let some = self.some.iter().map(AnyOf::most).fold(0, u32::saturating_add);
        if self.at_least > 0 { rarest.min(some) } else { rarest }
    }

    /// Visits the matches of a run, in order, while there is effort left. Runs are visited in order too.
    pub(crate) fn visit(&mut self, run: Range<u32>, mut each: impl FnMut(u32)) {
        let mut start = self.seek(run.start);
        while start < run.end && !self.effort.is_spent() {
            let range = start..run.end.min(start + WINDOW);
            for (&bits, first) in self.window(&range).iter().zip((start..).step_by(64)) {
                let mut bits = bits;
                while bits != 0 {
                    each(first + bits.trailing_zeros());
                    bits &= bits - 1;
                }
            }
            start = self.seek(range.end);
        }
    }

    /// A place from `start` on before which nothing matches.
    fn seek(&mut self, start: u32) -> u32 {
        let start = self.all.iter_mut().fold(start, |at, clause| clause.seek(at));
        if self.at_least == 0 {
            return start;
        }
        self.some.iter_mut().map(|clause| clause.seek(start)).min().unwrap_or(TERMINATED)
    }

    fn window(&mut self, range: &Range<u32>) -> Window {
        let mut whole = ones(range.end - range.start);
        for clause in &mut self.all {
            meet(&mut whole, &clause.window(range, &self.effort));
        }
        // By how many clauses of `some` each place holds so far, from none on.
        let mut held = vec![Window::default(); self.at_least + 1];
        held[0] = whole;
        for clause in &mut self.some {
            let window = clause.window(range, &self.effort);
            for count in (1..=self.at_least).rev() {
                let mut one_more = held[count - 1];
                meet(&mut one_more, &window);
                held[count].iter_mut().zip(one_more).for_each(|(known, more)| *known |= more);
            }
        }
        held[self.at_least]
    }
}

/// The places of a list, in order.
fn places_of(mut list: SegmentPostings) -> impl Iterator<Item = u32> {
    let first = Some(list.doc()).filter(|&place| place != TERMINATED);
    std::iter::successors(first, move |_| Some(list.advance()).filter(|&place| place != TERMINATED))
}

/// A window of that many places, all of them marked.
fn ones(places: u32) -> Window {
    let marked = |at: usize| places.saturating_sub(64 * at as u32).min(64);
    std::array::from_fn(|at| u64::MAX.checked_shr(64 - marked(at)).unwrap_or(0))
}

fn meet(window: &mut Window, other: &Window) {
    window.iter_mut().zip(other).for_each(|(bits, other)| *bits &= other);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use tantivy::{Index, TantivyDocument, doc};

    use super::*;
    use crate::schema::{Fields, schema};

    const LETTERS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

    /// Documents that hold some of six words.
    fn segment(documents: &[u8]) -> (SegmentReader, Fields) {
        let (schema, fields) = schema();
        let index = Index::create_in_ram(schema);
        let mut writer = index.writer_with_num_threads::<TantivyDocument>(1, 15_000_000).unwrap();
        for (place, letters) in (0u64..).zip(documents) {
            let mut document = doc!(fields.place => place);
            for (_, letter) in LETTERS.iter().enumerate().filter(|(at, _)| letters >> at & 1 == 1) {
                document.add_text(fields.word, letter);
            }
            writer.add_document(document).unwrap();
        }
        writer.commit().unwrap();
        (index.reader().unwrap().searcher().segment_reader(0).clone(), fields)
    }

    fn clause(segment: &SegmentReader, fields: Fields, letters: u8) -> AnyOf {
        let chosen = LETTERS.iter().enumerate().filter(|(at, _)| letters >> at & 1 == 1);
        AnyOf::read(segment, chosen.map(|(_, letter)| fields.word_term(letter)), &Effort::of_search()).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn the_matches_of_runs_are_those_that_reading_every_document_finds(
            documents in prop::collection::vec(any::<u8>(), 1..5_000),
            all in prop::collection::vec(1u8..64, 0..3),
            some in prop::collection::vec(1u8..64, 0..4),
            at_least in 0usize..3,
            bounds in prop::collection::btree_set(0u32..6_000, 2..12),
        ) {
            let (segment, fields) = segment(&documents);
            let read = |clauses: &[u8]| clauses.iter().map(|&letters| clause(&segment, fields, letters)).collect();
            let mut matching = Matching::new(read(&all), read(&some), at_least, &Effort::of_search());
            let bounds: Vec<u32> = bounds.into_iter().collect();
            let runs: Vec<Range<u32>> = bounds.chunks_exact(2).map(|pair| pair[0]..pair[1].min(documents.len() as u32)).collect();
            let mut found = Vec::new();
            runs.iter().for_each(|run| matching.visit(run.clone(), |place| found.push(place)));
            let holds = |place: &u32| {
                let letters = documents[*place as usize];
                all.iter().all(|clause| clause & letters != 0)
                    && some.iter().filter(|clause| *clause & letters != 0).count() >= at_least
            };
            let expected: Vec<u32> = runs.into_iter().flatten().filter(holds).collect();
            prop_assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), found.len());
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn matches_end_where_the_effort_does() {
        let (segment, fields) = segment(&[1; 9_000]);
        let seen = |steps| {
            let effort = Effort::of(steps);
            let mut matching = Matching::new(vec![clause(&segment, fields, 1)], Vec::new(), 0, &effort);
            let mut seen = 0;
            matching.visit(0..9_000, |_| seen += 1);
            (seen, effort.is_spent())
        };
        assert_eq!(seen(u64::MAX), (9_000, false));
        assert_eq!(seen(3 * u64::from(WINDOW) * effort::MARK), (3 * WINDOW, true));
        assert_eq!(seen(0), (0, true));
    }

    #[test]
    fn a_clause_without_list_matches_nothing() {
        let (segment, fields) = segment(&[1; 300]);
        let nothing = clause(&segment, fields, 2);
        let mut matching =
            Matching::new(vec![clause(&segment, fields, 1), nothing], Vec::new(), 0, &Effort::of_search());
        matching.visit(0..300, |place| panic!("{place} matches"));
        assert_eq!(matching.most(), 0);
    }
}
