//! Parcels of the land register as they are typed, and the addresses that lie on them: `69266000AB0123`,
//! « AB 123 Villeurbanne », « section AB parcelle 123 Villeurbanne ».

use crate::{
    Geocoder, Kind, Position, PositionKind, Request, Suggestion, Verdicts,
    normalize::{self, Word, fold, normalize},
    numbers::parcels::{LENGTH, Parcel, SECTION},
    onebox::stand_in,
    parcels,
    rank::{Answer, House, Wording},
    shard::Shard,
    suggestion::{MAX_LIMIT, Score, Verdict},
};

/// Words that announce a parcel, or stand between its parts.
const ANNOUNCING: [&str; 5] = ["parcelle", "parcelles", "section", "cadastre", "cadastrale"];
const BETWEEN: [&str; 4] = ["n", "no", "numero", "num"];
/// Names of roads that a section would be taken for.
const ROADS: [&str; 11] = ["a", "d", "m", "n", "rd", "rm", "rn", "cd", "cr", "vc", "gr"];
/// Most parcels one text may name: a section and a number in a town and all that lies in it.
const MOST: usize = 10;

/// Section and number, as the last six characters of a parcel.
pub(crate) type Plot = [u8; 6];

impl Geocoder {
    /// The parcels a text names, each followed by the addresses on it; none when it names none that has an address or is
    /// in a visible layer.
    pub(crate) fn parcel(&self, request: &Request) -> Option<Vec<Suggestion>> {
        let parcels = match identifier(&request.text) {
            Some(parcel) => vec![parcel],
            None => self.plots(request),
        };
        let found: Vec<Suggestion> =
            parcels.iter().take(MOST).flat_map(|parcel| self.on_parcel(parcel, request)).collect();
        (!found.is_empty()).then_some(found)
    }

    /// « AB 123 » and a commune, before or after: every parcel of that section and number there.
    fn plots(&self, request: &Request) -> Vec<Parcel> {
        let words = normalize(&request.text);
        let mut parcels = Vec::new();
        for at in 0..words.len() {
            let Some((plot, used)) = plot(&words[at..], at > 0 && is_announced(&words[..at])) else { continue };
            let around = words[..at].iter().chain(&words[at + used..]);
            let town: Vec<Word> = around.filter(|word| !ANNOUNCING.contains(&word.typed.as_str())).cloned().collect();
            for code in self.codes_named(&town) {
                parcels.extend(self.parts().flat_map(|part| part.shard.plots(code, plot)));
                parcels.extend(self.visible_plots(&request.objects, code, plot));
            }
        }
        parcels.sort_unstable();
        parcels.dedup();
        parcels
    }

    /// The INSEE codes of the towns some words name: a name, a postcode or a code, or a name and one of these, which then
    /// says which of its arrondissements are meant.
    fn codes_named(&self, words: &[Word]) -> Vec<&str> {
        let (digits, name): (Vec<&Word>, Vec<&Word>) =
            words.iter().partition(|word| word.typed.len() == 5 && word.typed.bytes().all(|b| b.is_ascii_digit()));
        let key = name.iter().map(|word| word.canonical()).collect::<Vec<_>>().join(" ");
        let named = self.gazetteer.named(&key).map(|towns| self.codes_of(towns));
        let told = match digits[..] {
            [five] => {
                let towns = self.gazetteer.postcode(&five.typed).unwrap_or_default();
                self.codes_of(&[towns, self.gazetteer.code(&five.typed)].concat())
            }
            _ => Vec::new(),
        };
        match named {
            Some(named) => {
                let both: Vec<&str> = named.iter().copied().filter(|code| told.contains(code)).collect();
                if both.is_empty() { named } else { both }
            }
            None if name.is_empty() => told,
            None => Vec::new(),
        }
    }

    /// A parcel as a visible layer has it, else in the middle of its addresses; and those addresses.
    fn on_parcel(&self, parcel: &Parcel, request: &Request) -> Vec<Suggestion> {
        let near = request.near.map(|near| near.at);
        let verdicts = Verdicts { street: Some(Verdict::Ok), ..Verdicts::default() };
        let score = Score { text: 1.0, confidence: 1.0, ..Score::default() };
        let mut houses = Vec::new();
        for part in self.parts() {
            let Shard { places, numbers, .. } = &*part.shard;
            let known = part.shard.on_parcel(parcel);
            for (entry, place) in known.filter(|(_, place)| !part.hides(*place)).take(MAX_LIMIT - houses.len()) {
                let house = House::Found(entry, numbers.position(entry).0.at);
                let answer = Answer {
                    place: places.get(place),
                    house,
                    score,
                    verdicts,
                    wording: Wording::Whole,
                    other_name: None,
                };
                houses.push(self.suggestion(answer, near));
            }
        }
        if let Some(parcel) = self.visible_parcel(&request.objects, parcel, houses.first()) {
            return std::iter::once(parcel).chain(houses).collect();
        }
        let points: Vec<layers::LonLat> = houses.iter().map(|house| house.position.at).collect();
        let Some(at) = crate::towns::central(&points) else { return Vec::new() };
        let position = Position { at, kind: PositionKind::Parcel };
        let id = String::from_utf8_lossy(parcel).into_owned();
        let named = Suggestion { addresses: houses.len() as u32, ..of_parcel(id, position, houses.first()) };
        std::iter::once(named).chain(houses).collect()
    }
}

impl Shard {
    /// The addresses on a parcel: their entries of `numbers.bin`, each with its place.
    fn on_parcel<'a>(&'a self, parcel: &'a Parcel) -> impl Iterator<Item = (u32, u32)> + 'a {
        self.parcels.blocks(parcels::section(parcel)).flat_map(move |block| {
            let place = self.numbers.place_of_block(block);
            let entries = self.numbers.on_parcel(block, parcel, self.places.get(place).insee());
            entries.map(move |entry| (entry, place))
        })
    }

    /// The parcels of a commune with this section and number that have an address, one for each prefix at most.
    fn plots(&self, insee: &str, plot: Plot) -> Vec<Parcel> {
        let [a, b, number @ ..] = plot;
        let parcels = self.parcels.in_commune(insee, [a, b]).into_iter().map(|section| {
            let mut parcel = [0; LENGTH];
            parcel[..SECTION].copy_from_slice(&section);
            parcel[SECTION..].copy_from_slice(&number);
            parcel
        });
        parcels.filter(|parcel| self.on_parcel(parcel).next().is_some()).collect()
    }
}

/// A parcel as an answer, in the towns of an address on it.
pub(crate) fn of_parcel(id: String, position: Position, beside: Option<&Suggestion>) -> Suggestion {
    let found = stand_in(Kind::Parcel, id.clone(), name(&id), position, beside);
    Suggestion { parcels: vec![id], ..found }
}

/// « Parcelle AB 123 ».
fn name(id: &str) -> String {
    let (section, number) = id.get(8..).and_then(|plot| plot.split_at_checked(2)).unwrap_or_default();
    format!("Parcelle {} {}", section.trim_start_matches('0'), number.trim_start_matches('0'))
}

/// A text that is the fourteen characters of a parcel, spaces apart.
pub(crate) fn identifier(text: &str) -> Option<Parcel> {
    let characters: Vec<u8> = fold(text).bytes().filter(|b| *b != b' ').map(|b| b.to_ascii_uppercase()).collect();
    let parcel: Parcel = characters.try_into().ok()?;
    let is_digit = |at: usize| parcel[at].is_ascii_digit();
    let commune = is_digit(0) && (is_digit(1) || matches!(parcel[1], b'A' | b'B')) && (2..5).all(is_digit);
    (commune && (5..8).all(is_digit) && (10..LENGTH).all(is_digit)).then_some(parcel)
}

/// The section and the number some words begin with, and how many words they take: « ab 123 », « ab123 », « ab n 123 »,
/// « ab parcelle 123 ». What may be the name of a road, or an abbreviation, must be announced.
fn plot(words: &[Word], announced: bool) -> Option<(Plot, usize)> {
    let first = words.first()?.typed.as_str();
    let letters = first.len() - first.trim_start_matches(|c: char| c.is_ascii_lowercase()).len();
    let zero = usize::from(letters == 0 && first.len() == 2 && first.starts_with('0'));
    let (section, glued) = if zero == 1 { (first, "") } else { first.split_at(letters) };
    let (number, used) = if glued.is_empty() {
        let skipped = words[1..].iter().take_while(|word| is_between(&word.typed)).count();
        (words.get(1 + skipped)?.typed.as_str(), 2 + skipped)
    } else {
        (glued, 1)
    };
    let announced = announced || words[..used].iter().any(|word| ANNOUNCING.contains(&word.typed.as_str()));
    let doubtful =
        ROADS.contains(&section) || !normalize::meanings(section).is_empty() || normalize::is_article(section);
    let is_section = (1..=2).contains(&section.len()) && section.ends_with(|c: char| c.is_ascii_lowercase());
    let is_number = (1..=4).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    if !is_section || !is_number || (doubtful && !announced) {
        return None;
    }
    let text = format!("{section:0>2}{number:0>4}").to_ascii_uppercase();
    Some((text.as_bytes().try_into().ok()?, used))
}

fn is_between(word: &str) -> bool {
    ANNOUNCING.contains(&word) || BETWEEN.contains(&word)
}

fn is_announced(words: &[Word]) -> bool {
    words.iter().any(|word| ANNOUNCING.contains(&word.typed.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        let words = normalize(text);
        let found = (0..words.len()).find_map(|at| plot(&words[at..], is_announced(&words[..at])));
        assert_eq!(found.map(|(plot, _)| String::from_utf8_lossy(&plot).into_owned()).as_deref(), expected, "{text}");
    }

    #[test]
    fn a_section_and_a_number_are_read_in_their_usual_writings() {
        check("AB 123 Villeurbanne", Some("AB0123"));
        check("villeurbanne ab123", Some("AB0123"));
        check("section AB parcelle 123 Villeurbanne", Some("AB0123"));
        check("parcelle AB n° 7", Some("AB0007"));
        check("section D parcelle 42 Bron", Some("0D0042"));
        check("0D 42 Bron", Some("0D0042"));
        check("E 42 Bron", Some("0E0042"));
    }

    #[test]
    fn an_address_and_a_road_are_no_parcel() {
        for text in
            ["av 12 lyon", "rd 306 bron", "12 ab lyon", "rue garibaldi 12", "ab lyon", "abc 12 lyon", "le 8 mai"]
        {
            check(text, None);
        }
    }

    #[test]
    fn fourteen_characters_are_a_parcel_spaces_apart() {
        assert_eq!(identifier("69266 000 ab 0123").as_ref(), Some(b"69266000AB0123"));
        assert_eq!(identifier("2A0040000D0012").as_ref(), Some(b"2A0040000D0012"));
        assert_eq!(identifier("69266000AB012"), None);
        assert_eq!(identifier("rue garibaldi 1"), None);
        assert_eq!(name("69266000AB0123"), "Parcelle AB 123");
        assert_eq!(name("692660000D0003"), "Parcelle D 3");
    }
}
