//! House numbers: `12 bis`, `12bis`, `12b` and `12 B` read as BAL's numero and suffixe.
//! A suffix is anything a BAL may hold (`bis`, `a`, `w1`): never a closed list.

use std::{fmt, str::FromStr};

/// Largest number a house may have: 99999 says « toponym without number » in a BAL.
pub(crate) const MAX_NUMBER: u32 = 99_998;

/// A number in a street, and what follows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HouseNumber {
    /// 0 to 99998.
    pub number: u32,
    /// Lower case letters and digits, at most nine; empty when there is none.
    pub suffix: String,
}

/// Text that is not a house number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a house number")]
pub struct NotAHouseNumber;

impl HouseNumber {
    /// From BAL's two columns: a number already read and a suffix as written.
    pub fn new(number: u32, suffix: &str) -> Result<Self, NotAHouseNumber> {
        let suffix = crate::normalize::fold(suffix).replace(' ', "");
        if number > MAX_NUMBER || suffix.len() > 9 {
            return Err(NotAHouseNumber);
        }
        Ok(Self { number, suffix })
    }

    /// The same number with the other usual spelling of its suffix: `bis` is also `b`, and back.
    pub fn other_spelling(&self) -> Option<Self> {
        const PAIRS: [(&str, &str); 5] =
            [("bis", "b"), ("ter", "t"), ("quater", "q"), ("quinquies", "c"), ("sexies", "s")];
        let other = PAIRS.iter().find_map(|&(long, short)| match self.suffix.as_str() {
            s if s == long => Some(short),
            s if s == short => Some(long),
            _ => None,
        })?;
        Some(Self { number: self.number, suffix: other.to_owned() })
    }

    /// The number alone.
    pub fn without_suffix(&self) -> Self {
        Self { number: self.number, suffix: String::new() }
    }
}

/// Whether a word may follow a number as its suffix when a space parts them.
pub(crate) fn is_detached_suffix(word: &str) -> bool {
    matches!(word, "bis" | "ter" | "quater" | "quinquies" | "sexies")
        || (word.len() == 1 && word.as_bytes()[0].is_ascii_lowercase())
}

impl FromStr for HouseNumber {
    type Err = NotAHouseNumber;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, suffix) = text.split_at(digits);
        if digits > 5 || suffix.trim_start().chars().next().is_some_and(|c| !c.is_alphanumeric()) {
            return Err(NotAHouseNumber);
        }
        Self::new(number.parse().map_err(|_| NotAHouseNumber)?, suffix)
    }
}

impl fmt::Display for HouseNumber {
    /// As BAN writes it: `12bis`. A suffix that begins with a digit is set apart, to read back as one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gap = if self.suffix.starts_with(|c: char| c.is_ascii_digit()) { " " } else { "" };
        write!(f, "{}{gap}{}", self.number, self.suffix)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> (u32, String) {
        let found: HouseNumber = text.parse().unwrap();
        (found.number, found.suffix)
    }

    #[test]
    fn the_spellings_of_twelve_bis_are_one_number() {
        for text in ["12 bis", "12bis", "12 BIS", " 12Bis "] {
            assert_eq!(read(text), (12, "bis".to_owned()), "{text}");
        }
        assert_eq!(read("12 B"), (12, "b".to_owned()));
        assert_eq!(read("7"), (7, String::new()));
        assert_eq!(read("25p9"), (25, "p9".to_owned()));
    }

    #[test]
    fn bis_and_b_answer_for_each_other() {
        let bis: HouseNumber = "12bis".parse().unwrap();
        let b = bis.other_spelling().unwrap();
        assert_eq!(b.to_string(), "12b");
        assert_eq!(b.other_spelling().unwrap(), bis);
        assert_eq!("12a".parse::<HouseNumber>().unwrap().other_spelling(), None);
    }

    #[test]
    fn what_is_not_a_number_is_refused() {
        for text in ["", "bis", "-3", "99999", "123456", "12 abcdefghij", "12-14"] {
            assert_eq!(text.parse::<HouseNumber>(), Err(NotAHouseNumber), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_printed_house_number_reads_back(number in 0..=MAX_NUMBER, suffix in "[a-z0-9]{0,9}") {
            let house = HouseNumber { number, suffix };
            prop_assert_eq!(house.to_string().parse::<HouseNumber>(), Ok(house));
        }
    }
}
