//! The objects that enough of some words are in. It begins with the words in the fewest, and looks the others up among
//! what is left: a word that is in all of a layer costs what the rarest one is in.

use std::borrow::Cow;

use crate::effort::{self, Effort};

/// Looking an object up in a list costs about as much as reading so many of it.
const LOOK_UP: usize = 8;

/// The objects a word is in, in one sorted list for each of its forms.
#[derive(Debug)]
pub(crate) struct Held<'v> {
    lists: Vec<&'v [u32]>,
    len: usize,
}

impl<'v> Held<'v> {
    pub(crate) fn new(lists: Vec<&'v [u32]>) -> Self {
        let len = lists.iter().map(|list| list.len()).sum();
        Self { lists, len }
    }

    /// All of them once, in order.
    fn read(&self, effort: &Effort) -> Cow<'v, [u32]> {
        if let [only] = self.lists[..] {
            effort.spend(self.len as u64 * effort::MARK);
            return Cow::Borrowed(only);
        }
        effort.spend(self.len as u64 * effort::MERGE);
        let mut all = self.lists.concat();
        all.sort(); // runs in order are merged, which the unstable sort does not do
        all.dedup();
        Cow::Owned(all)
    }

    /// Counts this word for those of some objects, in order, that it is in.
    fn count(&self, among: &mut [(u32, usize)], effort: &Effort) {
        let look_ups = among.len() * self.lists.len();
        if look_ups * LOOK_UP < self.len {
            effort.spend((look_ups * LOOK_UP) as u64 * effort::MARK);
            let held = |object: u32| self.lists.iter().any(|list| list.binary_search(&object).is_ok());
            among.iter_mut().filter(|(object, _)| held(*object)).for_each(|(_, count)| *count += 1);
            return;
        }
        let all = self.read(effort);
        let mut rest = all.iter().copied().peekable();
        for (object, count) in among {
            while rest.next_if(|other| *other < *object).is_some() {}
            *count += usize::from(rest.peek() == Some(object));
        }
    }
}

/// The objects that at least so many of some words are in, in order; none when none are needed, or when the effort ends
/// before it is known.
pub(crate) fn in_several(mut words: Vec<Held<'_>>, needed: usize, effort: &Effort) -> Vec<u32> {
    if needed == 0 || needed > words.len() {
        return Vec::new();
    }
    words.sort_by_key(|word| word.len);
    // What is in enough of them is in one of the shortest.
    let (first, others) = words.split_at(words.len() - needed + 1);
    let mut counted = counted(first, effort);
    for (at, word) in others.iter().enumerate() {
        if effort.is_spent() {
            return Vec::new();
        }
        word.count(&mut counted, effort);
        let left = others.len() - at - 1;
        counted.retain(|&(_, count)| count + left >= needed);
    }
    counted.into_iter().map(|(object, _)| object).collect()
}

/// The objects that some words are in, in order, each with how many of them.
fn counted(words: &[Held<'_>], effort: &Effort) -> Vec<(u32, usize)> {
    let affordable = words.iter().take_while(|_| !effort.is_spent());
    let lists: Vec<Cow<'_, [u32]>> = affordable.map(|word| word.read(effort)).collect();
    if let [only] = &lists[..] {
        return only.iter().map(|&object| (object, 1)).collect();
    }
    let mut all = lists.concat();
    effort.spend(all.len() as u64 * effort::MERGE);
    all.sort();
    all.chunk_by(|a, b| a == b).map(|same| (same[0], same.len())).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(lists: &[Vec<Vec<u32>>]) -> Vec<Held<'_>> {
        lists.iter().map(|forms| Held::new(forms.iter().map(Vec::as_slice).collect())).collect()
    }

    #[test]
    fn what_is_in_enough_lists_is_found_once() {
        let lists = [vec![vec![1, 2, 5]], vec![vec![2], vec![2, 5, 9]], vec![vec![5]]];
        let found = |needed| in_several(words(&lists), needed, &Effort::of(10_000));
        assert_eq!(found(3), [5]);
        assert_eq!(found(2), [2, 5]);
        assert_eq!(found(0), [0; 0]);
        assert_eq!(in_several(Vec::new(), 0, &Effort::of(10_000)), [0; 0]);
    }

    #[test]
    fn words_that_all_objects_have_cost_what_the_rarest_is_in() {
        let all: Vec<u32> = (0..200_000).collect();
        let lists: Vec<Vec<Vec<u32>>> = (0..14).map(|_| vec![all.clone()]).chain([vec![vec![7, 70_000]]]).collect();
        let effort = Effort::of(10_000);
        assert_eq!(in_several(words(&lists), 15, &effort), [7, 70_000]);
        assert!(!effort.is_spent());
        assert_eq!(in_several(words(&lists[..14]), 14, &effort), [0; 0], "there is no effort for it");
        assert!(effort.is_spent());
    }

    proptest! {
        #[test]
        fn what_is_found_is_what_counting_finds(
            lists in prop::collection::vec(
                prop::collection::vec(prop::collection::btree_set(0..60u32, 0..40), 1..4), 1..6),
            needed in 1..6usize,
        ) {
            let lists: Vec<Vec<Vec<u32>>> =
                lists.into_iter().map(|forms| forms.into_iter().map(|it| it.into_iter().collect()).collect()).collect();
            let has = |object: u32| lists.iter().filter(|forms| forms.iter().any(|it| it.contains(&object))).count();
            let counted: Vec<u32> = (0..60).filter(|&object| has(object) >= needed).collect();
            prop_assert_eq!(in_several(words(&lists), needed, &Effort::of(u64::MAX)), counted);
        }
    }
}
