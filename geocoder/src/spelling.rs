//! How alike two names are letter by letter, spaces apart: what is left when no word was recognised.
//! Only asked inside a town that was named: there, few names are nearly alike.

use crate::letters::Pattern;

/// Letters wrong in every ten that are still the same name.
const WRONG_IN_TEN: usize = 3;
/// Longest name compared, in letters.
const LONGEST: usize = 60;

/// The words of a name without the spaces between them.
pub(crate) fn glued<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect()
}

/// A name typed, ready to be compared with many.
pub(crate) struct Spelt<'t> {
    typed: &'t str,
    pattern: Pattern,
    /// Most letters that may be wrong.
    most: usize,
}

impl<'t> Spelt<'t> {
    /// None for what is too long to be a name. `typed` is glued.
    pub(crate) fn new(typed: &'t str) -> Option<Self> {
        let pattern = Pattern::new(typed).filter(|_| typed.len() <= LONGEST)?;
        Some(Self { typed, pattern, most: typed.len().max(5) * WRONG_IN_TEN / 10 })
    }

    /// How alike a name is, 0 to 1; none for a name that is another one. `name` is folded.
    pub(crate) fn likeness(&self, name: &str) -> Option<f32> {
        let letters = || name.bytes().filter(|&b| b != b' ');
        if letters().count().abs_diff(self.typed.len()) > self.most || !digits(self.typed).eq(digits(name)) {
            return None; // another number is another street
        }
        let wrong = self.pattern.distance(letters());
        (wrong <= self.most).then(|| 1.0 - wrong as f32 / (self.typed.len().max(5) + 2) as f32)
    }
}

fn digits(text: &str) -> impl Iterator<Item = u8> + '_ {
    text.bytes().filter(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likeness(typed: &str, name: &str) -> Option<f32> {
        Spelt::new(typed)?.likeness(name)
    }

    #[test]
    fn a_name_is_recognised_by_its_letters() {
        let typed = glued(["ru", "edegatibaldi"].into_iter());
        assert!(likeness(&typed, "rue garibaldi").is_some_and(|likeness| likeness > 0.7));
        assert_eq!(likeness("ruegaribaldi", "rue garibaldi"), Some(1.0));
        assert_eq!(likeness("ruegaribaldi", "rue gambetta"), None);
        assert_eq!(likeness("voiee7", "voie e 8"), None);
        assert_eq!(likeness("ruegaribaldi", "rue du general garibaldi"), None);
        assert_eq!(likeness(&"a".repeat(LONGEST + 1), &"a".repeat(LONGEST + 1)), None);
    }
}
