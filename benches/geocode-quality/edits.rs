//! Typos: one letter put in, left out, replaced or swapped with the next, anywhere, the first letter included.

use crate::{dice::Dice, text};

/// The text with that many typos; none where it has too few letters, or where the typos cancel out.
pub(crate) fn with_typos(text: &str, count: usize, dice: &mut Dice) -> Option<String> {
    let mut edited: Vec<char> = text.chars().collect();
    for _ in 0..count {
        edit(&mut edited, dice)?;
    }
    let edited: String = edited.into_iter().collect();
    (text::key(&edited) != text::key(text)).then_some(edited)
}

/// One typo. Digits are left alone: another number is another name.
fn edit(letters: &mut Vec<char>, dice: &mut Dice) -> Option<()> {
    let places: Vec<usize> = (0..letters.len()).filter(|&at| letters[at].is_alphabetic()).collect();
    if places.len() < 3 {
        return None;
    }
    let at = *dice.pick(&places);
    let other = char::from(b'a' + u8::try_from(dice.below(26)).ok()?);
    match dice.below(4) {
        0 => letters.insert(at + dice.below(2), other),
        1 => drop(letters.remove(at)),
        2 => letters[at] = other,
        _ if letters.get(at + 1).is_some_and(|next| next.is_alphabetic()) => letters.swap(at, at + 1),
        _ => letters[at] = other,
    }
    Some(())
}

/// Two words of the name run together.
pub(crate) fn merged(name: &str, dice: &mut Dice) -> Option<String> {
    let letters: Vec<char> = name.chars().collect();
    let between = |at: &usize| {
        let around = [at.wrapping_sub(1), at + 1].map(|at| letters.get(at).is_some_and(|c| c.is_alphabetic()));
        matches!(letters[*at], ' ' | '-' | '\'' | '’') && around == [true, true]
    };
    let gaps: Vec<usize> = (0..letters.len()).filter(between).collect();
    let gap = *gaps.get(dice.below(gaps.len()))?;
    Some(letters.iter().enumerate().filter(|(at, _)| *at != gap).map(|(_, letter)| letter).collect())
}

/// A word of six letters or more, cut in two.
pub(crate) fn split(name: &str, dice: &mut Dice) -> Option<String> {
    let words: Vec<&str> = name.split(' ').collect();
    let is_long = |at: &usize| words[*at].chars().count() >= 6 && words[*at].chars().all(char::is_alphabetic);
    let long: Vec<usize> = (1..words.len()).filter(is_long).collect();
    let word = *long.get(dice.below(long.len()))?;
    let mut letters: Vec<char> = words[word].chars().collect();
    letters.insert(2 + dice.below(letters.len() - 3), ' ');
    let cut: String = letters.into_iter().collect();
    let mut words: Vec<String> = words.into_iter().map(str::to_owned).collect();
    words[word] = cut;
    Some(words.join(" "))
}
