//! The generator's only source of chance: splitmix64, seeded by what is being drawn
//! (the seed, the copy, the commune, the subject) and never by when it is drawn.
//! That is what makes the files the same whatever the number of threads.

/// A small deterministic generator (splitmix64, Steele, Lea and Flood 2014).
#[derive(Debug, Clone)]
pub(crate) struct Rng(u64);

impl Rng {
    /// A generator for one subject: equal keys give equal sequences.
    pub(crate) fn new(keys: &[u64]) -> Self {
        let mut rng = Self(0x5EED_0F7A_B001);
        for &key in keys {
            rng.0 ^= key.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            rng.0 = rng.next();
        }
        rng
    }

    /// 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number of [0, 1).
    #[allow(clippy::cast_precision_loss)] // 53 bits fit a double exactly
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / 9_007_199_254_740_992.0
    }

    /// A number of [low, high).
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number of [low, high].
    pub(crate) fn whole(&mut self, low: i64, high: i64) -> i64 {
        let span = high.abs_diff(low) + 1;
        low.saturating_add_unsigned(self.next() % span)
    }

    /// True `p` times out of one.
    pub(crate) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// An index below `len`, which must not be zero.
    #[allow(clippy::cast_possible_truncation)] // the remainder is below a usize
    pub(crate) fn index(&mut self, len: usize) -> usize {
        (self.next() % len as u64) as usize
    }

    /// One of a list that is not empty.
    pub(crate) fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.index(list.len())]
    }

    /// Puts a list in a random order (Fisher and Yates).
    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.index(last + 1));
        }
    }
}

/// FNV-1a, to make a key of a text.
pub(crate) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_keys_give_equal_sequences_and_other_keys_do_not() {
        let draw = |keys: &[u64]| Rng::new(keys).next();
        assert_eq!(draw(&[1, 69029]), draw(&[1, 69029]));
        assert_ne!(draw(&[1, 69029]), draw(&[69029, 1]));
        assert_ne!(draw(&[1, 69029]), draw(&[2, 69029]));
    }

    #[test]
    fn draws_stay_in_their_range_and_reach_both_ends() {
        let mut rng = Rng::new(&[7]);
        let draws: Vec<i64> = (0..1000).map(|_| rng.whole(-1, 2)).collect();
        assert!(draws.iter().all(|d| (-1..=2).contains(d)) && draws.contains(&-1) && draws.contains(&2));
        assert!((0..1000).all(|_| (3.0..4.0).contains(&rng.between(3.0, 4.0))));
    }
}
