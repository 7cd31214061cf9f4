//! How alike two names are letter by letter, spaces apart: what is left when no word was recognised.
//! Only asked inside a town that was named: there, few names are nearly alike.

/// Letters wrong in every ten that are still the same name.
const WRONG_IN_TEN: usize = 3;
/// Longest name compared, in letters.
const LONGEST: usize = 60;

/// The words of a name without the spaces between them.
pub(crate) fn glued<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect()
}

/// 0 to 1; none for a name that is another one. `typed` is glued, `name` folded.
pub(crate) fn likeness(typed: &str, name: &str) -> Option<f32> {
    let letters = typed.len().max(5);
    let most = letters * WRONG_IN_TEN / 10;
    let length = name.bytes().filter(|&b| b != b' ').count();
    if typed.len() > LONGEST || length.abs_diff(typed.len()) > most || differing(typed, name) > 2 * most as u32 {
        return None;
    }
    if !digits(typed).eq(digits(name)) {
        return None; // another number is another street
    }
    let name = glued(name.split(' '));
    let wrong = strsim::osa_distance(typed, &name);
    (wrong <= most).then(|| 1.0 - wrong as f32 / (letters + 2) as f32)
}

fn digits(text: &str) -> impl Iterator<Item = u8> + '_ {
    text.bytes().filter(u8::is_ascii_digit)
}

/// Letters that only one of the two has.
fn differing(a: &str, b: &str) -> u32 {
    let letters = |text: &str| text.bytes().filter(u8::is_ascii_lowercase).fold(0u32, |set, b| set | 1 << (b - b'a'));
    (letters(a) ^ letters(b)).count_ones()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_recognised_by_its_letters() {
        let typed = glued(["ru", "edegatibaldi"].into_iter());
        assert!(likeness(&typed, "rue garibaldi").is_some_and(|likeness| likeness > 0.7));
        assert_eq!(likeness("ruegaribaldi", "rue garibaldi"), Some(1.0));
        assert_eq!(likeness("ruegaribaldi", "rue gambetta"), None);
        assert_eq!(likeness("voiee7", "voie e 8"), None);
        assert_eq!(likeness("ruegaribaldi", "rue du general garibaldi"), None);
    }
}
