//! Telling bytes from other bytes: what changed in an address file, and which street a row is of. Kept on disk, so
//! its values never change; against accidents only, and for no secret.

/// 2⁶⁴ divided by the golden ratio, made odd; and by the square root of two.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;
const START: u64 = 0xB504_F333_F9DE_6485;

/// The hash of some bytes, after what `seed` stands for.
pub(crate) fn hash(seed: u64, bytes: &[u8]) -> u64 {
    let mut state = step(step(START, seed), bytes.len() as u64);
    let mut words = bytes.chunks_exact(8);
    for word in &mut words {
        state = step(state, u64::from_le_bytes(word.try_into().expect("chunks of eight bytes are eight bytes")));
    }
    let mut last = [0; 8];
    last[..words.remainder().len()].copy_from_slice(words.remainder());
    step(step(state, u64::from_le_bytes(last)), START)
}

/// The two halves of a product: every bit of both factors is in the low one or in the high one.
fn step(state: u64, word: u64) -> u64 {
    let product = u128::from(state ^ word) * u128::from(SPREAD);
    (product as u64) ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn what_differs_by_one_bit_anywhere_has_another_hash_and_half_of_its_bits_change() {
        let bytes = *b"69029_0455_00012;Avenue Jean Jaures;12;;69029";
        let (mut seen, mut changed) = (HashSet::from([hash(0, &bytes)]), 0);
        for bit in 0..bytes.len() * 8 {
            let mut other = bytes;
            other[bit / 8] ^= 1 << (bit % 8);
            changed += (hash(0, &other) ^ hash(0, &bytes)).count_ones();
            assert!(seen.insert(hash(0, &other)), "bit {bit}");
        }
        let mean = f64::from(changed) / (bytes.len() * 8) as f64;
        assert!((24.0..40.0).contains(&mean), "{mean} bits of 64");
    }

    #[test]
    fn lengths_seeds_and_order_count() {
        let all = [hash(0, b""), hash(1, b""), hash(0, b"\0"), hash(0, b"\0\0"), hash(hash(0, b"a"), b"b")];
        let distinct: HashSet<u64> = all.into_iter().chain([hash(hash(0, b"b"), b"a"), hash(0, b"ab")]).collect();
        assert_eq!(distinct.len(), 7);
    }

    #[test]
    fn values_are_those_on_the_disks_of_yesterday() {
        assert_eq!(hash(0, b"Rue des Lilas"), 0xd93b_669b_cb05_12c4);
    }
}
