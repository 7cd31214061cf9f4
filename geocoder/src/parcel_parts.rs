//! Parcels asked by parts of their identifier: a commune and a section, a commune and a number, a commune alone.

use layers::{Bbox, LonLat};

use crate::{
    Filter, Geocoder, Kind, Nearby, Request, Suggestion,
    numbers::parcels::{LENGTH, Parcel},
    parcels,
    request::MAX_LIMIT,
    shard::Part,
};

/// Stands for any character.
const ANY: u8 = b'*';
/// How far from a centre parcels are looked for, in metres: as far as the Géoplateforme does.
const AROUND_M: f64 = 2_000.0;
/// Most parcels of one pattern that are made an answer, or refused by the filter.
const MOST: usize = 1_000;

/// The parts that are known, each at its full length in capitals: `69`, `266`, `000`, `AB` or `0D`, `0012`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParcelParts {
    /// Department.
    pub department: Option<String>,
    /// Commune or arrondissement in its department; Lyon's own stands for its arrondissements.
    pub commune: Option<String>,
    /// The commune it took in that the parcel was of; `000` for none.
    pub former: Option<String>,
    /// Section.
    pub section: Option<String>,
    /// Number in the section.
    pub number: Option<String>,
}

impl Geocoder {
    /// The parcels of these parts, of the visible layers and those that have an address, in the order of their
    /// identifiers; in the commune itself, without those that merged into it, when `former` does not say otherwise.
    /// With a centre in the request: those of the visible layers within 2 km, nearest first, and any part may be missing.
    /// Without one a department and a commune are needed: nothing is found.
    pub fn parcels(&self, parts: &ParcelParts, request: &Request) -> Vec<Suggestion> {
        let codes = self.codes_of_parts(parts);
        if let Some(near) = request.near {
            let patterns: Vec<Parcel> = codes.iter().filter_map(|code| parts.pattern(code, "***")).collect();
            return self.parcels_around(near.at, &patterns, request);
        }
        let whole = codes.iter().filter(|code| !code.contains(char::from(ANY)));
        let patterns: Vec<Parcel> = whole.filter_map(|code| parts.pattern(code, "000")).collect();
        let keeps = self.keeper(&request.filter, None);
        let found = patterns.iter().flat_map(|pattern| self.parcels_like(pattern, request)).take(MOST);
        let found = found.filter_map(|parcel| self.on_parcel(&parcel, request).into_iter().next());
        found.filter(|it| it.kind == Kind::Parcel && keeps(it)).take(request.limit.min(MAX_LIMIT)).collect()
    }

    /// The INSEE codes of the parts, with stars for what is not known.
    fn codes_of_parts(&self, parts: &ParcelParts) -> Vec<String> {
        let [department, commune] = [(&parts.department, 2), (&parts.commune, 3)]
            .map(|(part, length)| part.clone().unwrap_or_else(|| char::from(ANY).to_string().repeat(length)));
        let code = format!("{department}{commune}");
        let inside = self.codes_of(self.gazetteer.code(&code));
        let mut codes: Vec<String> = inside.into_iter().map(str::to_owned).chain([code]).collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    /// The parcels of a pattern that a visible layer has or an address lies on, in order, each once.
    fn parcels_like(&self, pattern: &Parcel, request: &Request) -> Vec<Parcel> {
        let mut found = self.visible_like(&request.objects, pattern, MOST);
        found.extend(self.parts().flat_map(|part| with_address(part, pattern)));
        found.sort_unstable();
        found.dedup();
        found
    }

    fn parcels_around(&self, point: LonLat, patterns: &[Parcel], request: &Request) -> Vec<Suggestion> {
        let filter = Filter { kinds: Some(vec![Kind::Parcel]), ..request.filter.clone() };
        let (limit, objects) = (request.limit, request.objects.clone());
        let nearby = Nearby { point, limit, radius_m: AROUND_M, filter, objects };
        let everywhere = Bbox { west: -180.0, south: -90.0, east: 180.0, north: 90.0 };
        let is_meant = |it: &Suggestion| patterns.iter().any(|pattern| is_like(it.id.as_bytes(), pattern));
        self.objects_meeting(&nearby, everywhere, is_meant)
    }
}

impl ParcelParts {
    /// The identifier in a commune, with stars for what is not known; none when some part has not its length.
    fn pattern(&self, insee: &str, former: &str) -> Option<Parcel> {
        let part = |part: &Option<String>, unknown: &str| part.clone().unwrap_or_else(|| unknown.to_owned());
        let (former, section, number) =
            (part(&self.former, former), part(&self.section, "**"), part(&self.number, "****"));
        let lengths = [insee.len(), former.len(), section.len(), number.len()] == [5, 3, 2, 4];
        lengths.then(|| format!("{insee}{former}{section}{number}").into_bytes().try_into().ok())?
    }
}

/// The parcels of a pattern in a part of the index, with repetitions, of the first sections that have enough of them.
fn with_address(part: &Part, pattern: &Parcel) -> Vec<Parcel> {
    let (shard, mut found) = (&part.shard, Vec::new());
    let (mut section, mut whole) = (None, 0);
    for (own, block) in shard.parcels.beginning(known(pattern)) {
        if section != Some(own) {
            (section, whole) = (Some(own), found.len());
        }
        if whole >= MOST {
            break;
        }
        let place = shard.numbers.place_of_block(block);
        if is_like(&own, pattern) && !part.hides(place) {
            let insee = shard.places.get(place).insee();
            let all = shard.numbers.parcels_of_block(block, insee).into_iter();
            found.extend(all.filter(|parcel| parcels::section(parcel) == own && is_like(parcel, pattern)));
        }
    }
    found
}

/// What a pattern begins with before its first star.
pub(crate) fn known(pattern: &Parcel) -> &[u8] {
    &pattern[..pattern.iter().position(|&byte| byte == ANY).unwrap_or(LENGTH)]
}

/// Whether a parcel, or its beginning, is of a pattern.
pub(crate) fn is_like(parcel: &[u8], pattern: &Parcel) -> bool {
    parcel.iter().zip(pattern).all(|(own, wanted)| *wanted == ANY || own == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_has_stars_for_what_is_not_known() {
        let parts = |section: Option<&str>, number: Option<&str>, former: Option<&str>| ParcelParts {
            section: section.map(str::to_owned),
            number: number.map(str::to_owned),
            former: former.map(str::to_owned),
            ..ParcelParts::default()
        };
        let check = |parts: ParcelParts, expected: Option<&[u8; LENGTH]>| {
            assert_eq!(parts.pattern("69266", "000").as_ref(), expected, "{parts:?}");
        };
        check(parts(None, None, None), Some(b"69266000******"));
        check(parts(Some("AB"), None, None), Some(b"69266000AB****"));
        check(parts(None, Some("0012"), Some("123")), Some(b"69266123**0012"));
        check(parts(Some("0D"), Some("0012"), None), Some(b"692660000D0012"));
        check(parts(Some("D"), None, None), None);
        assert_eq!(known(b"69266123**0012"), b"69266123");
        assert!(is_like(b"69266123AB0012", b"69266123**0012") && !is_like(b"69266123AB0013", b"69266123**0012"));
    }
}
