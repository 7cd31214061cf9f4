//! Parcels of the land register as they are typed, and the addresses that lie on them: `69266000AB0123`,
//! « AB 123 Villeurbanne », « section AB parcelle 123 Villeurbanne ».

use crate::{
    Geocoder, Kind, Position, PositionKind, Request, Suggestion, Verdicts,
    normalize::{self, Word, fold, normalize},
    numbers::parcels::{COMMUNE, LENGTH, PREFIX, Parcel, SECTION},
    onebox::stand_in,
    packed, parcels,
    rank::{Answer, House, Wording},
    request::MAX_LIMIT,
    shard::Shard,
    suggestion::{Score, Verdict},
};

/// Words that announce a parcel, or stand between its parts.
const ANNOUNCING: [&str; 5] = ["parcelle", "parcelles", "section", "cadastre", "cadastrale"];
const BETWEEN: [&str; 4] = ["n", "no", "numero", "num"];
/// Names of roads that a section would be taken for.
const ROADS: [&str; 11] = ["a", "d", "m", "n", "rd", "rm", "rn", "cd", "cr", "vc", "gr"];
/// How like a name what may be a parcel must be to be an address.
const AS_ADDRESS: f32 = 0.93;
/// Most parcels one text may name: a section and a number in a town and all that lies in it.
const MOST: usize = 10;

/// Section and number, as the last six characters of a parcel.
pub(crate) type Plot = [u8; 6];

impl Geocoder {
    /// The parcels a text names, each followed by the addresses on it; none when it names none that has an address or
    /// is in a visible layer.
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
        self.plots_in(&self.plots_named(&request.text, false), request)
    }

    /// Each section and number that may be read in a text, with the towns that all the rest of it names. `announced`:
    /// as if it said that it is of a parcel.
    fn plots_named(&self, text: &str, announced: bool) -> Vec<(Plot, Vec<u32>)> {
        let words = normalize(text);
        let mut plots = Vec::new();
        for at in 0..words.len() {
            let announced = announced || (at > 0 && is_announced(&words[..at]));
            let read = plot(&words[at..], announced).or_else(|| number_first(&words[at..]));
            let Some((plot, used)) = read else { continue };
            let around = before_prefix(&words[..at]).iter().chain(&words[at + used..]);
            let town: Vec<Word> = around.filter(|word| !ANNOUNCING.contains(&word.typed.as_str())).cloned().collect();
            let towns = self.towns_of_plot(of_town(&town));
            plots.extend((!towns.is_empty()).then_some((plot, towns)));
        }
        plots
    }

    /// The parcels of these sections and numbers, in these towns.
    fn plots_in(&self, plots: &[(Plot, Vec<u32>)], request: &Request) -> Vec<Parcel> {
        let mut parcels = Vec::new();
        for (plot, towns) in plots {
            for code in self.codes_of(towns) {
                parcels.extend(self.parts().flat_map(|part| part.shard.plots(code, *plot)));
                parcels.extend(self.visible_plots(&request.objects, code, *plot));
            }
        }
        parcels.sort_unstable();
        parcels.dedup();
        parcels
    }

    /// What answers a text of nothing but a parcel and its town, given what was found of it as an address: when that is
    /// no address, the parcel, which a section like `A` does not say on its own; the town of one that is not there.
    /// None when the text is something else. A street that is like a part of it is no answer.
    pub(crate) fn for_parcel(&self, request: &Request, answers: &[Answer<'_>]) -> Option<Vec<Suggestion>> {
        let plots = match identifier(&request.text) {
            Some(parcel) => vec![(packed::bytes(&parcel, PREFIX), self.towns_of_code(&parcel))],
            None => self.plots_named(&request.text, true),
        };
        let towns: Vec<u32> = plots.iter().flat_map(|(_, towns)| towns.iter().copied()).collect();
        if towns.is_empty() || answers.first().is_some_and(is_address) {
            return None;
        }
        let parcels = self.plots_in(&plots, request).into_iter().take(MOST);
        let found: Vec<Suggestion> = parcels.flat_map(|parcel| self.on_parcel(&parcel, request)).collect();
        let wanted = |kind: Kind| request.filter.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind));
        if !found.is_empty() && wanted(Kind::Parcel) {
            return Some(found);
        }
        let towns = self.for_want_of_better(&towns).into_iter().filter(|town| self.is_wanted(town, request));
        Some(towns.map(|town| self.suggestion(town, request.near.map(|near| near.at))).collect())
    }

    fn towns_of_code(&self, parcel: &Parcel) -> Vec<u32> {
        std::str::from_utf8(&parcel[..COMMUNE]).map(|code| self.gazetteer.code(code).to_vec()).unwrap_or_default()
    }

    /// The towns some words name: a name, a postcode or a code, or a name and one of these, which then says which of
    /// its arrondissements are meant.
    fn towns_of_plot(&self, words: &[Word]) -> Vec<u32> {
        let (digits, name): (Vec<&Word>, Vec<&Word>) =
            words.iter().partition(|word| word.typed.len() == 5 && word.typed.bytes().all(|b| b.is_ascii_digit()));
        let key = name.iter().map(|word| word.canonical()).collect::<Vec<_>>().join(" ");
        let told = match digits[..] {
            [five] => {
                let towns = self.gazetteer.postcode(&five.typed).unwrap_or_default();
                [towns, self.gazetteer.code(&five.typed)].concat()
            }
            _ => Vec::new(),
        };
        match self.gazetteer.named(&key) {
            Some(named) => {
                let codes = self.codes_of(named);
                let is_named = |&&town: &&u32| self.codes_of(&[town]).iter().any(|code| codes.contains(code));
                let both: Vec<u32> = told.iter().filter(is_named).copied().collect();
                if both.is_empty() { named.to_vec() } else { both }
            }
            None if name.is_empty() => told,
            None => Vec::new(),
        }
    }

    /// A parcel as a visible layer has it, else in the middle of its addresses; and those addresses.
    pub(crate) fn on_parcel(&self, parcel: &Parcel, request: &Request) -> Vec<Suggestion> {
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
                    skips: false,
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

/// Whether an answer has all that was typed, and contradicts none of it.
fn is_address(answer: &Answer<'_>) -> bool {
    let said = [answer.verdicts.commune, answer.verdicts.postcode];
    let is_whole = matches!(answer.wording, Wording::Whole | Wording::Part) && answer.score.text >= AS_ADDRESS;
    is_whole && !said.contains(&Some(Verdict::Contradicts))
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
    // `0AB0012`, `000AB12`: zeros before two letters.
    let bare = first.trim_start_matches('0');
    let first = if first.len() - bare.len() <= 3 && starts_with_two_letters(bare) { bare } else { first };
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
    if section.len() > 1 && normalize::is_article(section) {
        return None; // « le 12 »
    }
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

/// « 12 section ab »: the number and the section.
fn number_first(words: &[Word]) -> Option<(Plot, usize)> {
    let [number, announcing, section, ..] = words else { return None };
    let in_order = [section.clone(), number.clone()];
    let is_said = announcing.typed == "section";
    is_said.then(|| plot(&in_order, true)).flatten().filter(|&(_, used)| used == 2).map(|(plot, _)| (plot, 3))
}

fn starts_with_two_letters(word: &str) -> bool {
    word.bytes().take_while(u8::is_ascii_lowercase).count() == 2
}

/// The words before the prefix of a section of a commune that took in no other: « 000 ab 123 ».
fn before_prefix(words: &[Word]) -> &[Word] {
    match words.split_last() {
        Some((last, before)) if last.typed == "000" => before,
        _ => words,
    }
}

/// The words after « à », « commune de ».
fn of_town(words: &[Word]) -> &[Word] {
    let is_said = |word: &&Word| matches!(&word.typed[..], "a" | "de" | "d" | "commune");
    &words[words.iter().take_while(is_said).count()..]
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
