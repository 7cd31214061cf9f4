//! Communes and their INSEE codes.
//! Start here: everything about who may see what is said in commune codes.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// INSEE code of a commune or of a municipal arrondissement: five characters,
/// two digits (or `2A`, `2B`) and three digits. `69123` is Lyon, `69383` its third arrondissement.
///
/// Source: INSEE, *Code officiel géographique*.
///
/// ```
/// use layers::CommuneCode;
/// let code: CommuneCode = "69383".parse().unwrap();
/// assert_eq!(code.parent(), Some("69123".parse().unwrap()));
/// assert!("6938".parse::<CommuneCode>().is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CommuneCode([u8; 5]);

/// Text that is not an INSEE commune code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("« {0} » is not an INSEE commune code (five characters, such as 69029)")]
pub struct InvalidCommuneCode(pub String);

impl CommuneCode {
    /// The commune an arrondissement of Paris, Lyon or Marseille belongs to; none for a commune.
    pub fn parent(self) -> Option<Self> {
        const PARENTS: [(&str, &str, [u8; 5]); 3] =
            [("69381", "69389", *b"69123"), ("75101", "75120", *b"75056"), ("13201", "13216", *b"13055")];
        let code = self.as_str();
        PARENTS.into_iter().find(|(first, last, _)| (*first..=*last).contains(&code)).map(|(_, _, parent)| Self(parent))
    }

    /// The five characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a code holds ASCII only, checked when it was made")
    }

    /// The five bytes, for packed files.
    pub fn to_bytes(self) -> [u8; 5] {
        self.0
    }
}

impl FromStr for CommuneCode {
    type Err = InvalidCommuneCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || InvalidCommuneCode(text.chars().take(20).collect());
        let code: [u8; 5] = text.as_bytes().try_into().map_err(|_| refuse())?;
        let department = code[0].is_ascii_digit() && (code[1].is_ascii_digit() || matches!(&code[..2], b"2A" | b"2B"));
        if department && code[2..].iter().all(u8::is_ascii_digit) { Ok(Self(code)) } else { Err(refuse()) }
    }
}

impl TryFrom<String> for CommuneCode {
    type Error = InvalidCommuneCode;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<CommuneCode> for String {
    fn from(code: CommuneCode) -> Self {
        code.as_str().to_owned()
    }
}

impl fmt::Display for CommuneCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for CommuneCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A commune or an arrondissement, by code and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commune {
    /// INSEE code.
    pub code: CommuneCode,
    /// Name as INSEE writes it: `Vaulx-en-Velin`, `Lyon 3e Arrondissement`.
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_two_department_characters_and_three_digits() {
        for good in ["69029", "01004", "2A004", "69389"] {
            assert_eq!(good.parse::<CommuneCode>().unwrap().as_str(), good);
        }
        for bad in ["", "6902", "690299", "6902x", "x9029", "2C004", "６902", " 69029"] {
            assert!(bad.parse::<CommuneCode>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn only_arrondissements_have_a_parent() {
        let parent = |code: &str| code.parse::<CommuneCode>().unwrap().parent().map(String::from);
        assert_eq!(parent("69381").as_deref(), Some("69123"));
        assert_eq!(parent("69389").as_deref(), Some("69123"));
        assert_eq!(parent("75116").as_deref(), Some("75056"));
        assert_eq!(parent("69380"), None);
        assert_eq!(parent("69123"), None);
        assert_eq!(parent("69266"), None);
    }
}
