//! How far a word typed is from a word of the index, as a typist errs: a neighbouring key, two letters swapped
//! or a letter doubled cost less than a letter from nowhere; the first letter, which people get right, costs more.

use std::{array, ops::RangeInclusive, sync::LazyLock};

use crate::letters::{self, Pattern};

/// Longest word compared: longer ones are nobody's typing error.
pub(crate) const LONGEST: usize = 30;
/// Width of the table of costs.
const WIDTH: usize = LONGEST + 8;

const SWAPPED: f32 = 0.8;
const NEIGHBOUR: f32 = 0.8;
const SOUNDS_ALIKE: f32 = 0.7;
const DOUBLED: f32 = 0.6;
const ANY: f32 = 1.0;
/// The least that an error costs.
const LEAST: f32 = DOUBLED;
/// Added when the first letter is not the right one.
const FIRST: f32 = 0.2;

/// The keys of a French keyboard, row by row: letters side by side are hit for each other.
const KEYBOARD: [&[u8]; 3] = [b"azertyuiop", b"qsdfghjklm", b"wxcvbn"];
/// Letters that are heard alike.
const ALIKE: [(u8, u8); 9] = [
    (b'i', b'y'),
    (b'c', b'k'),
    (b's', b'z'),
    (b'c', b's'),
    (b'k', b'q'),
    (b'g', b'j'),
    (b'v', b'w'),
    (b'm', b'n'),
    (b'a', b'e'),
];

/// A word typed, ready to be compared with many.
pub(crate) struct Nearly<'t> {
    typed: &'t str,
    most: u8,
    beginning: bool,
    letters: u32,
    pattern: Pattern,
}

impl<'t> Nearly<'t> {
    /// None for what is longer than anybody misspells. See [`cost`].
    pub(crate) fn new(typed: &'t str, most: u8, beginning: bool) -> Option<Self> {
        let pattern = Pattern::new(typed).filter(|_| typed.len() <= LONGEST)?;
        Some(Self { typed, most, beginning, letters: letters::set(typed), pattern })
    }

    /// How long a word may be that is near, in letters.
    pub(crate) fn lengths(&self) -> RangeInclusive<usize> {
        let (length, reach) = (self.typed.len(), usize::from(self.most));
        let longest = if self.beginning { usize::MAX } else { length + reach };
        length.saturating_sub(reach)..=longest
    }

    /// Whether a word made of these letters may be near: an error changes two of them at most, and none when it
    /// costs so little that there may be one more.
    pub(crate) fn has_letters(&self, letters: u32) -> bool {
        let apart = if self.beginning { self.letters & !letters } else { self.letters ^ letters };
        apart.count_ones() <= 2 * u32::from(self.most)
    }

    /// [`cost`] of a word; nearly all words are told apart by the number of their errors, at a fraction of its price.
    pub(crate) fn cost(&self, word: &str) -> Option<f32> {
        let reach = usize::from(self.most);
        let errors = if self.beginning {
            self.pattern.distance_to_beginning(word.bytes().take(self.typed.len() + reach))
        } else if word.len().abs_diff(self.typed.len()) > reach {
            return None;
        } else {
            self.pattern.distance(word.bytes())
        };
        if errors as f32 * LEAST > f32::from(self.most) {
            return None;
        }
        cost(self.typed, word, self.most, self.beginning)
    }
}

/// The cheapest way from `typed` to `word`, in letters; none beyond `most` letters.
///
/// `beginning`: the word may go on after what was typed. Both are ASCII, as `normalize::fold` gives them.
pub(crate) fn cost(typed: &str, word: &str, most: u8, beginning: bool) -> Option<f32> {
    let (typed, word) = (typed.as_bytes(), word.as_bytes());
    if typed.len() > LONGEST || typed.is_empty() || word.is_empty() {
        return None;
    }
    let (reach, most) = (usize::from(most), f32::from(most));
    let word = if beginning { &word[..word.len().min(typed.len() + reach)] } else { word };
    if typed.len().abs_diff(word.len()) > reach || word.len() > LONGEST + reach {
        return None;
    }
    let mut rows = [[f32::MAX; WIDTH]; 3];
    for (j, cell) in rows[0].iter_mut().enumerate().take(word.len() + 1) {
        *cell = j as f32;
    }
    let mut missing = [ANY; WIDTH];
    for (at, cost) in missing.iter_mut().enumerate().take(word.len()) {
        *cost = extra(word, at);
    }
    for i in 1..=typed.len() {
        let least = fill_row(&mut rows, i, typed, (word, &missing));
        if least > most {
            return None;
        }
    }
    let last = &rows[typed.len() % 3];
    let shortest = if beginning { typed.len().saturating_sub(reach) } else { word.len() };
    let cost = last[shortest..=word.len()].iter().copied().fold(f32::MAX, f32::min);
    let first = if typed[0] == word[0] { 0.0 } else { FIRST };
    (cost <= most).then_some(cost + first)
}

/// Row `i` of the table from the two before it; the least cost in it. With the word comes what each of its letters
/// costs when it is missing.
fn fill_row(rows: &mut [[f32; WIDTH]; 3], i: usize, typed: &[u8], (word, missing): (&[u8], &[f32; WIDTH])) -> f32 {
    let (now, before, earlier) = (i % 3, (i + 2) % 3, (i + 1) % 3);
    rows[now][0] = i as f32;
    let mut least = rows[now][0];
    let (a, added) = (typed[i - 1], extra(typed, i - 1));
    let instead = &SUBSTITUTIONS[letters::rank(a)];
    for j in 1..=word.len() {
        let b = word[j - 1];
        let same = rows[before][j - 1] + instead[letters::rank(b)];
        let added = rows[before][j] + added;
        let missing = rows[now][j - 1] + missing[j - 1];
        let mut cell = same.min(added).min(missing);
        if i > 1 && j > 1 && a == word[j - 2] && typed[i - 2] == b && a != b {
            cell = cell.min(rows[earlier][j - 2] + SWAPPED);
        }
        rows[now][j] = cell;
        least = least.min(cell);
    }
    least
}

/// What each letter costs where another one should be, worked out once.
static SUBSTITUTIONS: LazyLock<[[f32; letters::RANKS]; letters::RANKS]> =
    LazyLock::new(|| array::from_fn(|a| array::from_fn(|b| substitution(letters::of_rank(a), letters::of_rank(b)))));

fn substitution(a: u8, b: u8) -> f32 {
    if a == b {
        0.0
    } else if ALIKE.contains(&(a, b)) || ALIKE.contains(&(b, a)) {
        SOUNDS_ALIKE
    } else if are_neighbours(a, b) {
        NEIGHBOUR
    } else {
        ANY
    }
}

/// A letter that is there once too often, or once too little, beside its like.
fn extra(word: &[u8], at: usize) -> f32 {
    let letter = word[at];
    let doubled = (at > 0 && word[at - 1] == letter) || word.get(at + 1) == Some(&letter);
    if doubled { DOUBLED } else { ANY }
}

fn are_neighbours(a: u8, b: u8) -> bool {
    let place =
        |key: u8| KEYBOARD.iter().enumerate().find_map(|(row, keys)| Some((row, keys.iter().position(|&k| k == key)?)));
    let (Some((row_a, at_a)), Some((row_b, at_b))) = (place(a), place(b)) else { return false };
    row_a.abs_diff(row_b) <= 1 && at_a.abs_diff(at_b) <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(typed: &str, word: &str, expected: Option<f32>) {
        let found = cost(typed, word, 2, false);
        let same = match (found, expected) {
            (Some(a), Some(b)) => (a - b).abs() < 1e-6,
            (a, b) => a.is_none() && b.is_none(),
        };
        assert!(same, "{typed} → {word}: {found:?}, expected {expected:?}");
    }

    #[test]
    fn a_typist_s_errors_cost_less_than_any_letter() {
        check("garibaldi", "garibaldi", Some(0.0));
        check("garibldi", "garibaldi", Some(1.0));
        check("garribaldi", "garibaldi", Some(DOUBLED));
        check("gairbaldi", "garibaldi", Some(SWAPPED));
        check("garibalfi", "garibaldi", Some(NEIGHBOUR));
        check("garybaldi", "garibaldi", Some(SOUNDS_ALIKE));
        check("garixaldi", "garibaldi", Some(1.0));
        check("haribaldi", "garibaldi", Some(NEIGHBOUR + FIRST));
        check("aribaldi", "garibaldi", Some(1.0 + FIRST));
        check("garibaldi", "gambetta", None);
    }

    #[test]
    fn a_beginning_is_compared_with_beginnings() {
        assert_eq!(cost("gari", "garibaldi", 1, true), Some(0.0));
        assert_eq!(cost("garb", "garibaldi", 1, true), Some(1.0));
        assert_eq!(cost("gmri", "garibaldi", 1, true), Some(1.0));
        assert_eq!(cost("gare", "garibaldi", 1, false), None);
    }

    #[test]
    fn a_word_that_is_too_long_is_left_alone() {
        assert_eq!(cost(&"a".repeat(31), &"a".repeat(31), 2, false), None);
        assert_eq!(cost("a", &"a".repeat(300), 2, true), Some(0.0));
        assert_eq!(cost("", "a", 2, false), None);
    }
}
