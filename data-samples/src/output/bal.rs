//! Base Adresse Locale files, one per commune: BAL 1.4 with BAN identifiers, or 1.3 without.
//! One row per position; 99999 is the number of a street or a place that has none;
//! Lyon's rows carry its arrondissements' codes in one file.

use std::{io::Write, path::Path};

use anyhow::Result;
use layers::Crs;

use super::{place::Draft, position};
use crate::{
    plan::{Commune, numbers::Number},
    plane::Point,
    rng::{Rng, hash},
};

/// Communes whose file is in the older form, without identifiers.
const OLDER: [&str; 4] = ["69091", "69271", "69046", "69296"];

const COLUMNS_1_4: &str = "id_ban_commune;id_ban_toponyme;id_ban_adresse;";
const COLUMNS: &str = "cle_interop;commune_insee;commune_nom;commune_deleguee_insee;commune_deleguee_nom;voie_nom;\
    lieudit_complement_nom;numero;suffixe;position;x;y;long;lat;cad_parcelles;source;date_der_maj;certification_commune";

/// A file being written; several arrondissements may go into one.
pub(crate) struct Writer {
    draft: Draft,
    /// Absent in the older form.
    commune_id: Option<String>,
    /// Rows that carry a number.
    pub(crate) addresses: u64,
}

/// What every row of a street or place repeats.
struct Toponym<'a> {
    commune: &'a Commune,
    code: String,
    name: &'a str,
    id: String,
}

impl Writer {
    pub(crate) fn create(folder: &Path, insee: &str, seed: u64) -> Result<Self> {
        let mut draft = Draft::create(folder, &format!("{insee}.csv"))?;
        let commune_id = (!OLDER.contains(&insee)).then(|| uuid(&mut Rng::new(&[seed, hash(insee)])));
        let first = if commune_id.is_some() { COLUMNS_1_4 } else { "" };
        writeln!(draft, "{first}{COLUMNS}")?;
        Ok(Self { draft, commune_id, addresses: 0 })
    }

    /// Every street of a commune with its numbers, then its named places.
    pub(crate) fn push(&mut self, commune: &Commune) -> Result<()> {
        let mut rng = commune.rng(20);
        let mut numbers = commune.numbers.iter().peekable();
        for (rank, street) in commune.streets.iter().enumerate() {
            let toponym = Toponym { commune, code: format!("{:04}", rank + 1), name: &street.name, id: uuid(&mut rng) };
            let mut none = true;
            while let Some(number) = numbers.next_if(|n| n.street == rank) {
                none = false;
                self.number(&toponym, number, &mut rng)?;
            }
            let middle = street.runs.first().map(|run| run[run.len() / 2]);
            if let (true, Some(at)) = (none, middle) {
                self.row(&toponym, None, "segment", at, &mut rng)?;
            }
        }
        for (rank, hamlet) in commune.hamlets.iter().enumerate() {
            let toponym =
                Toponym { commune, code: format!("b{:03}", rank + 1), name: &hamlet.name, id: uuid(&mut rng) };
            self.row(&toponym, None, "segment", hamlet.at, &mut rng)?;
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<u64> {
        self.draft.finish()?;
        Ok(self.addresses)
    }

    /// The entrance of a number and, now and then, a second position.
    fn number(&mut self, toponym: &Toponym<'_>, number: &Number, rng: &mut Rng) -> Result<()> {
        self.addresses += 1;
        let lot = &toponym.commune.lots[number.lot];
        let inside = number.entrance + (lot.cell.middle() - number.entrance) * 0.5;
        let mut again = rng.clone(); // both rows bear the same identifier
        self.row(toponym, Some(number), "entrée", number.entrance, rng)?;
        if rng.chance(0.04) {
            let position = rng.pick(&["bâtiment", "parcelle", "délivrance postale"]);
            self.row(toponym, Some(number), position, inside, &mut again)?;
        }
        Ok(())
    }

    fn row(&mut self, t: &Toponym<'_>, number: Option<&Number>, kind: &str, at: Point, rng: &mut Rng) -> Result<()> {
        let place = &t.commune.place;
        let at = t.commune.ground.place(at);
        let (x, y) = position(at, Crs::Lambert93)?;
        let (lon, lat) = position(at, Crs::Wgs84)?;
        let id = uuid(rng);
        let (digits, suffix) = number.map_or((99_999, ""), |n| (n.number, n.suffix));
        if let Some(commune_id) = &self.commune_id {
            let own = if number.is_some() { id.as_str() } else { "" };
            write!(self.draft, "{commune_id};{};{own};", t.id)?;
        }
        let mut key = format!("{}_{}_{digits:05}", place.insee.to_lowercase(), t.code);
        if !suffix.is_empty() {
            key = format!("{key}_{suffix}");
        }
        let lot = number.map_or("", |n| t.commune.lots[n.lot].id.as_str());
        let certified = u8::from(number.is_some() && rng.chance(0.7));
        let day = format!("20{}-{:02}-{:02}", rng.whole(19, 25), rng.whole(1, 12), rng.whole(1, 28));
        writeln!(
            self.draft,
            "{key};{};{};;;{};;{digits};{suffix};{kind};{x:.2};{y:.2};{lon:.7};{lat:.7};{lot};traboule (démonstration);{day};{certified}",
            place.insee, place.name, t.name,
        )?;
        Ok(())
    }
}

/// A version 4 UUID drawn from the generator.
pub(crate) fn uuid(rng: &mut Rng) -> String {
    let (high, low) = (rng.next(), rng.next());
    let high = high & 0xFFFF_FFFF_FFFF_0FFF | 0x4000;
    let low = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000;
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xFFFF,
        high & 0xFFFF,
        low >> 48,
        low & 0xFFFF_FFFF_FFFF
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_a_version_4_uuid() {
        let id = uuid(&mut Rng::new(&[9]));
        assert_eq!(id.len(), 36);
        assert_eq!(&id[14..15], "4");
        assert!(["8", "9", "a", "b"].contains(&&id[19..20]));
    }
}
