//! A word compared with very many at once: which letters it is made of, one bit a letter, and how many of them differ,
//! all the letters typed taken together (Myers; with swapped letters, Hyyrö). Both are bounds that cost a few steps;
//! what passes is worth comparing as a typist errs (`edit`).

/// Longest text compared, in letters: the bits of a word.
pub(crate) const LONGEST: usize = 64;

/// The letters a word is made of, one bit a letter; digits and spaces share six.
pub(crate) fn set(word: &str) -> u32 {
    word.bytes().fold(0, |letters, b| {
        letters | if b.is_ascii_lowercase() { 1 << (b - b'a') } else { 1 << (26 + u32::from(b) % 6) }
    })
}

/// Where each letter, digit and space is in what was typed: one bit a place.
pub(crate) struct Pattern {
    places: [u64; RANKS],
    length: usize,
}

impl Pattern {
    /// None for what is longer than [`LONGEST`]. `typed` is folded.
    pub(crate) fn new(typed: &str) -> Option<Self> {
        if typed.len() > LONGEST {
            return None;
        }
        let mut places = [0; RANKS];
        for (at, letter) in typed.bytes().enumerate() {
            places[rank(letter)] |= 1 << at;
        }
        Some(Self { places, length: typed.len() })
    }

    /// Letters to replace, add, drop or swap with the next one, each letter touched once.
    pub(crate) fn distance(&self, letters: impl Iterator<Item = u8>) -> usize {
        self.distances(letters).last().unwrap_or(self.length)
    }

    /// The least of that for a beginning of the letters.
    pub(crate) fn distance_to_beginning(&self, letters: impl Iterator<Item = u8>) -> usize {
        self.distances(letters).fold(self.length, usize::min)
    }

    /// The distance to the first letter, to the first two, and so on.
    ///
    /// A column of the table of distances is kept as the differences between its rows: bits of `up` where the next
    /// row is one more, of `down` where it is one less.
    fn distances(&self, letters: impl Iterator<Item = u8>) -> impl Iterator<Item = usize> {
        let last = 1u64.checked_shl(self.length.wrapping_sub(1) as u32).unwrap_or(0);
        let (mut up, mut down) = (u64::MAX, 0u64);
        let (mut diagonal, mut before) = (0u64, 0u64);
        let mut distance = self.length;
        letters.map(move |letter| {
            let same = self.places[rank(letter)];
            let swapped = ((!diagonal & same) << 1) & before;
            diagonal = ((same & up).wrapping_add(up) ^ up) | same | down | swapped;
            let (more, less) = (down | !(diagonal | up), diagonal & up);
            if last == 0 {
                distance += 1; // nothing was typed
            } else {
                distance = distance + usize::from(more & last != 0) - usize::from(less & last != 0);
            }
            let (more, less) = (more << 1 | 1, less << 1);
            (up, down) = (less | !(diagonal | more), more & diagonal);
            before = same;
            distance
        })
    }
}

/// Letters, digits, and the space.
pub(crate) const RANKS: usize = 37;

/// Where a letter, a digit or a space is among them.
pub(crate) fn rank(letter: u8) -> usize {
    match letter {
        b'a'..=b'z' => usize::from(letter - b'a'),
        b'0'..=b'9' => 26 + usize::from(letter - b'0'),
        _ => 36,
    }
}

/// The letter, digit or space there.
pub(crate) fn of_rank(rank: usize) -> u8 {
    b"abcdefghijklmnopqrstuvwxyz0123456789".get(rank).copied().unwrap_or(b' ')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn letters_taken_at_once_are_as_far_as_letters_taken_one_by_one(typed in "[ab3z ]{0,64}", name in "[ab3z ]{0,80}") {
            let pattern = Pattern::new(&typed).unwrap();
            prop_assert_eq!(pattern.distance(name.bytes()), strsim::osa_distance(&typed, &name));
            let beginnings = (0..=name.len()).map(|len| strsim::osa_distance(&typed, &name[..len]));
            prop_assert_eq!(Some(pattern.distance_to_beginning(name.bytes())), beginnings.min());
        }

        #[test]
        fn an_error_changes_two_letters_of_the_set_at_most(typed in "[a-z]{1,12}", name in "[a-z]{1,12}") {
            let errors = strsim::osa_distance(&typed, &name) as u32;
            prop_assert!((set(&typed) ^ set(&name)).count_ones() <= 2 * errors);
        }
    }

    #[test]
    fn what_is_longer_than_a_word_of_bits_is_not_compared() {
        assert!(Pattern::new(&"a".repeat(LONGEST)).is_some());
        assert!(Pattern::new(&"a".repeat(LONGEST + 1)).is_none());
    }
}
