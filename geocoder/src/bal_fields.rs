//! What each column of a BAL may hold: one function a column, from its text to its value. A fault is pushed on the
//! list; a value may come out all the same, since the rules that look at several columns need it.
//! Lengths are counted in UTF-16 units and spaces are those of Unicode, as the reference validator does.

use jiff::civil::Date;

use crate::{reason::Reason, row::BanId};

/// BAL's number for « this row is a toponym ».
pub(crate) const TOPONYM: u32 = 99_999;

/// The faults found so far in a row.
pub(crate) type Faults = Vec<Reason>;

/// `cle_interop`, when it can be taken apart: `69383_3300_00012_bis`.
pub(crate) struct Key<'r> {
    /// As written.
    pub commune: &'r str,
    /// As written, any length.
    pub street: &'r str,
    /// None when it is larger than any number.
    pub number: Option<u64>,
}

/// The faults a name may have, by column.
pub(crate) struct NameFaults {
    pub short: Reason,
    pub long: Reason,
    pub damaged: Reason,
}

pub(crate) const STREET: NameFaults =
    NameFaults { short: Reason::StreetShort, long: Reason::StreetLong, damaged: Reason::StreetDamaged };
pub(crate) const TOPONYM_NAME: NameFaults =
    NameFaults { short: Reason::ToponymShort, long: Reason::ToponymLong, damaged: Reason::ToponymDamaged };

/// Without the spaces at both ends; a byte order mark is one of them.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

fn length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// `known` says whether a code is that of a commune.
pub(crate) fn key<'r>(raw: &'r str, known: impl Fn(&str) -> bool, faults: &mut Faults) -> Option<Key<'r>> {
    let text = trim(raw);
    if text.is_empty() {
        faults.push(Reason::KeyEmpty);
        return None;
    }
    if text.chars().any(|c| !c.to_lowercase().eq([c])) {
        faults.push(Reason::KeyCase);
    }
    let mut parts = text.splitn(4, '_');
    let (Some(commune), Some(street), Some(number)) = (parts.next(), parts.next(), parts.next()) else {
        faults.push(Reason::KeyShape);
        return None;
    };
    if text.split('_').any(str::is_empty) {
        faults.push(Reason::KeyShape);
        return None;
    }
    if !known(commune) {
        faults.push(Reason::KeyCommune);
    }
    if !is_digits(number) {
        faults.push(Reason::KeyNumber);
        return None;
    }
    if number.len() != 5 {
        faults.push(Reason::KeyNumberWidth);
    }
    Some(Key { commune, street, number: number.parse().ok() })
}

/// `numero`: 0 to 99999, the last being [`TOPONYM`].
pub(crate) fn number(raw: &str, faults: &mut Faults) -> Option<u32> {
    let text = trim(raw);
    if text.is_empty() {
        faults.push(Reason::NumberEmpty);
        return None;
    }
    if !is_digits(text) {
        faults.push(Reason::NumberType);
        return None;
    }
    let Some(number) = text.parse::<u32>().ok().filter(|&number| number <= TOPONYM) else {
        faults.push(Reason::NumberLarge);
        return None;
    };
    if number != 0 && text.starts_with('0') {
        faults.push(Reason::NumberZeros);
    }
    Some(number)
}

/// `suffixe`; empty when there is none.
pub(crate) fn suffix<'r>(raw: &'r str, faults: &mut Faults) -> &'r str {
    let text = trim(raw);
    if text.len() != raw.len() {
        faults.push(Reason::SuffixSpaces);
    }
    if text.bytes().next().is_some_and(|first| !first.is_ascii_alphanumeric()) {
        faults.push(Reason::SuffixStart);
    } else if length(text) > 9 {
        faults.push(Reason::SuffixLong);
    }
    text
}

/// `voie_nom`, `toponyme` and their likes in other languages, underscores read as spaces; none when it is empty.
pub(crate) fn name(raw: &str, may_have: &NameFaults, faults: &mut Faults) -> Option<String> {
    let text = trim(raw);
    if text.is_empty() {
        return None;
    }
    let units = length(text);
    let fault = if units < 3 {
        may_have.short
    } else if units > 200 {
        may_have.long
    } else if text.contains('\u{fffd}') {
        may_have.damaged
    } else {
        return Some(text.replace('_', " "));
    };
    faults.push(fault);
    None
}

/// A decimal: a point before the fraction, no exponent. A comma is a fault, and read all the same.
pub(crate) fn decimal(raw: &str, (invalid, comma): (Reason, Reason), faults: &mut Faults) -> Option<f64> {
    let text = trim(raw);
    if text.is_empty() {
        return None;
    }
    if is_decimal(text, '.') {
        return text.parse().ok();
    }
    if is_decimal(text, ',') {
        faults.push(comma);
        return text.replace(',', ".").parse().ok();
    }
    faults.push(invalid);
    None
}

fn is_decimal(text: &str, separator: char) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let has_no_zero_ahead = |digits: &str| digits == "0" || (is_digits(digits) && !digits.starts_with('0'));
    match text.split_once(separator) {
        Some((whole, fraction)) => has_no_zero_ahead(whole) && is_digits(fraction),
        // « 05 » passes the reference validator
        None => has_no_zero_ahead(text) || (is_digits(text) && text.len() == 2),
    }
}

/// A UUID of version 4; none when it is empty.
pub(crate) fn uuid(raw: &str, fault: Reason, faults: &mut Faults) -> Option<BanId> {
    let text = trim(raw);
    if text.is_empty() {
        return None;
    }
    let read = parse_uuid(text).filter(|id| id[6] >> 4 == 4 && id[8] >> 6 == 0b10);
    if read.is_none() {
        faults.push(fault);
    }
    read
}

/// The 16 bytes of a UUID in its usual 36 characters, any version.
pub(crate) fn parse_uuid(text: &str) -> Option<BanId> {
    let bytes = text.as_bytes();
    if bytes.len() != 36 || [8, 13, 18, 23].iter().any(|&at| bytes[at] != b'-') {
        return None;
    }
    let mut digits = bytes.iter().filter(|&&b| b != b'-').map(|&b| char::from(b).to_digit(16));
    let mut id = [0; 16];
    for byte in &mut id {
        let (high, low) = (digits.next()??, digits.next()??);
        *byte = u8::try_from(high << 4 | low).ok()?;
    }
    digits.next().is_none().then_some(id)
}

/// One identifier of `uid_adresse` (`@c:… @v:… @a:…`); anything unreadable counts as absent.
pub(crate) fn uid(text: &str, mark: &str) -> Option<BanId> {
    let at = text.to_ascii_lowercase().find(mark)?;
    let id = text[at + mark.len()..].split(char::is_whitespace).next()?;
    uuid(id, Reason::IdAddress, &mut Faults::new())
}

/// `date_der_maj`: a day that exists; one still to come is read as none.
pub(crate) fn date(raw: &str, today: Date, faults: &mut Faults) -> Option<Date> {
    let text = trim(raw);
    if text.is_empty() {
        return None;
    }
    let is_shaped = text.len() == 10
        && text.bytes().enumerate().all(|(at, b)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() });
    let Some(date) = text.parse::<Date>().ok().filter(|_| is_shaped) else {
        faults.push(Reason::DateInvalid);
        return None;
    };
    (date <= today).then_some(date)
}

/// `cad_parcelles`: parcels of 14 characters, or of 15 with the department written in three. None of them when one
/// is wrong, as the reference validator.
pub(crate) fn parcels(raw: &str) -> Vec<String> {
    let parcel = |text: &str| {
        let text = text.to_ascii_uppercase();
        match text.len() {
            _ if !text.bytes().all(|b| b.is_ascii_alphanumeric()) => None,
            14 => Some(text),
            15 => Some(format!("{}{}", &text[..2], &text[3..])),
            _ => None,
        }
    };
    let text = trim(raw).trim_matches('|');
    if text.is_empty() { Vec::new() } else { text.split('|').map(parcel).collect::<Option<_>>().unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<T>(read: impl Fn(&mut Faults) -> Option<T>) -> (Option<T>, Faults) {
        let mut faults = Faults::new();
        (read(&mut faults), faults)
    }

    #[test]
    fn a_decimal_has_a_point_and_no_zero_ahead() {
        let read = |text: &str| found(|faults| decimal(text, (Reason::XInvalid, Reason::XComma), faults));
        for (text, value) in [("4.85", 4.85), ("-0.5", -0.5), ("0", 0.0), (" 12 ", 12.0), ("05", 5.0)] {
            assert_eq!(read(text), (Some(value), vec![]), "{text}");
        }
        assert_eq!(read("4,85"), (Some(4.85), vec![Reason::XComma]));
        for text in ["4.", ".5", "1e5", "004", "04.5", "4.8.5", "NaN", "-", "4 5"] {
            assert_eq!(read(text), (None, vec![Reason::XInvalid]), "{text}");
        }
        assert_eq!(read(""), (None, vec![]));
    }

    #[test]
    fn a_uuid_is_of_version_4() {
        let read = |text: &str| found(|faults| uuid(text, Reason::IdStreet, faults));
        let (id, faults) = read("8a3bab10-f329-4ce3-9c7d-280d91a8053a");
        assert_eq!((id.unwrap()[0], faults), (0x8a, vec![]));
        for text in [
            "8a3bab10-f329-1ce3-9c7d-280d91a8053a",
            "8a3bab10-f329-4ce3-7c7d-280d91a8053a",
            "8a3bab10-f329-4ce3-9c7d-280d91a8053",
            "8a3bab10f329-4ce3-9c7d-280d91a8053a-",
            "8a3bab1é-f329-4ce3-9c7d-280d91a8053",
        ] {
            assert_eq!(read(text), (None, vec![Reason::IdStreet]), "{text}");
        }
        let old = "@c:0246e48c-f33d-433a-8984-034219be842e @v:8a3bab10-f329-4ce3-9c7d-280d91a8053a";
        assert_eq!(uid(old, "@v:"), id);
        assert_eq!(uid(old, "@a:"), None);
    }

    #[test]
    fn a_date_exists_and_has_come() {
        let today = jiff::civil::date(2026, 7, 1);
        let read = |text: &str| found(|faults| date(text, today, faults));
        assert_eq!(read("2024-02-29"), (Some(jiff::civil::date(2024, 2, 29)), vec![]));
        assert_eq!(read("2027-01-01"), (None, vec![]));
        for text in ["2023-02-29", "29/02/2024", "2024-2-29", "20240229", "2024-02-29T10:00"] {
            assert_eq!(read(text), (None, vec![Reason::DateInvalid]), "{text}");
        }
    }

    #[test]
    fn parcels_are_all_right_or_none() {
        assert_eq!(parcels("69383000AB0123|69383000ab0124"), ["69383000AB0123", "69383000AB0124"]);
        assert_eq!(parcels("|690383000AB0123|"), ["69383000AB0123"]);
        assert!(parcels("69383000AB0123|12").is_empty());
        assert!(parcels(" | ").is_empty());
    }
}
