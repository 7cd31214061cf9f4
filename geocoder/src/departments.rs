//! The departments of France with their names and regions, by the first characters of an INSEE code.
//! Facts of INSEE's *Code officiel géographique*: they change with a law, hence a table and no file to load.

use std::{collections::HashSet, sync::LazyLock};

/// A department.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Department {
    /// Two characters, three overseas: `69`, `2A`, `974`.
    pub code: &'static str,
    /// `Rhône`
    pub name: &'static str,
    /// `Auvergne-Rhône-Alpes`
    pub region: &'static str,
}

const AUVERGNE_RHONE_ALPES: &str = "Auvergne-Rhône-Alpes";
const BOURGOGNE_FRANCHE_COMTE: &str = "Bourgogne-Franche-Comté";
const BRETAGNE: &str = "Bretagne";
const CENTRE: &str = "Centre-Val de Loire";
const CORSE: &str = "Corse";
const GRAND_EST: &str = "Grand Est";
const HAUTS_DE_FRANCE: &str = "Hauts-de-France";
const ILE_DE_FRANCE: &str = "Île-de-France";
const NORMANDIE: &str = "Normandie";
const NOUVELLE_AQUITAINE: &str = "Nouvelle-Aquitaine";
const OCCITANIE: &str = "Occitanie";
const PAYS_DE_LA_LOIRE: &str = "Pays de la Loire";
const PACA: &str = "Provence-Alpes-Côte d'Azur";

/// By code, in ascending order of bytes.
#[rustfmt::skip]
const DEPARTMENTS: [(&str, &str, &str); 101] = [
    ("01", "Ain", AUVERGNE_RHONE_ALPES),
    ("02", "Aisne", HAUTS_DE_FRANCE),
    ("03", "Allier", AUVERGNE_RHONE_ALPES),
    ("04", "Alpes-de-Haute-Provence", PACA),
    ("05", "Hautes-Alpes", PACA),
    ("06", "Alpes-Maritimes", PACA),
    ("07", "Ardèche", AUVERGNE_RHONE_ALPES),
    ("08", "Ardennes", GRAND_EST),
    ("09", "Ariège", OCCITANIE),
    ("10", "Aube", GRAND_EST),
    ("11", "Aude", OCCITANIE),
    ("12", "Aveyron", OCCITANIE),
    ("13", "Bouches-du-Rhône", PACA),
    ("14", "Calvados", NORMANDIE),
    ("15", "Cantal", AUVERGNE_RHONE_ALPES),
    ("16", "Charente", NOUVELLE_AQUITAINE),
    ("17", "Charente-Maritime", NOUVELLE_AQUITAINE),
    ("18", "Cher", CENTRE),
    ("19", "Corrèze", NOUVELLE_AQUITAINE),
    ("21", "Côte-d'Or", BOURGOGNE_FRANCHE_COMTE),
    ("22", "Côtes-d'Armor", BRETAGNE),
    ("23", "Creuse", NOUVELLE_AQUITAINE),
    ("24", "Dordogne", NOUVELLE_AQUITAINE),
    ("25", "Doubs", BOURGOGNE_FRANCHE_COMTE),
    ("26", "Drôme", AUVERGNE_RHONE_ALPES),
    ("27", "Eure", NORMANDIE),
    ("28", "Eure-et-Loir", CENTRE),
    ("29", "Finistère", BRETAGNE),
    ("2A", "Corse-du-Sud", CORSE),
    ("2B", "Haute-Corse", CORSE),
    ("30", "Gard", OCCITANIE),
    ("31", "Haute-Garonne", OCCITANIE),
    ("32", "Gers", OCCITANIE),
    ("33", "Gironde", NOUVELLE_AQUITAINE),
    ("34", "Hérault", OCCITANIE),
    ("35", "Ille-et-Vilaine", BRETAGNE),
    ("36", "Indre", CENTRE),
    ("37", "Indre-et-Loire", CENTRE),
    ("38", "Isère", AUVERGNE_RHONE_ALPES),
    ("39", "Jura", BOURGOGNE_FRANCHE_COMTE),
    ("40", "Landes", NOUVELLE_AQUITAINE),
    ("41", "Loir-et-Cher", CENTRE),
    ("42", "Loire", AUVERGNE_RHONE_ALPES),
    ("43", "Haute-Loire", AUVERGNE_RHONE_ALPES),
    ("44", "Loire-Atlantique", PAYS_DE_LA_LOIRE),
    ("45", "Loiret", CENTRE),
    ("46", "Lot", OCCITANIE),
    ("47", "Lot-et-Garonne", NOUVELLE_AQUITAINE),
    ("48", "Lozère", OCCITANIE),
    ("49", "Maine-et-Loire", PAYS_DE_LA_LOIRE),
    ("50", "Manche", NORMANDIE),
    ("51", "Marne", GRAND_EST),
    ("52", "Haute-Marne", GRAND_EST),
    ("53", "Mayenne", PAYS_DE_LA_LOIRE),
    ("54", "Meurthe-et-Moselle", GRAND_EST),
    ("55", "Meuse", GRAND_EST),
    ("56", "Morbihan", BRETAGNE),
    ("57", "Moselle", GRAND_EST),
    ("58", "Nièvre", BOURGOGNE_FRANCHE_COMTE),
    ("59", "Nord", HAUTS_DE_FRANCE),
    ("60", "Oise", HAUTS_DE_FRANCE),
    ("61", "Orne", NORMANDIE),
    ("62", "Pas-de-Calais", HAUTS_DE_FRANCE),
    ("63", "Puy-de-Dôme", AUVERGNE_RHONE_ALPES),
    ("64", "Pyrénées-Atlantiques", NOUVELLE_AQUITAINE),
    ("65", "Hautes-Pyrénées", OCCITANIE),
    ("66", "Pyrénées-Orientales", OCCITANIE),
    ("67", "Bas-Rhin", GRAND_EST),
    ("68", "Haut-Rhin", GRAND_EST),
    ("69", "Rhône", AUVERGNE_RHONE_ALPES),
    ("70", "Haute-Saône", BOURGOGNE_FRANCHE_COMTE),
    ("71", "Saône-et-Loire", BOURGOGNE_FRANCHE_COMTE),
    ("72", "Sarthe", PAYS_DE_LA_LOIRE),
    ("73", "Savoie", AUVERGNE_RHONE_ALPES),
    ("74", "Haute-Savoie", AUVERGNE_RHONE_ALPES),
    ("75", "Paris", ILE_DE_FRANCE),
    ("76", "Seine-Maritime", NORMANDIE),
    ("77", "Seine-et-Marne", ILE_DE_FRANCE),
    ("78", "Yvelines", ILE_DE_FRANCE),
    ("79", "Deux-Sèvres", NOUVELLE_AQUITAINE),
    ("80", "Somme", HAUTS_DE_FRANCE),
    ("81", "Tarn", OCCITANIE),
    ("82", "Tarn-et-Garonne", OCCITANIE),
    ("83", "Var", PACA),
    ("84", "Vaucluse", PACA),
    ("85", "Vendée", PAYS_DE_LA_LOIRE),
    ("86", "Vienne", NOUVELLE_AQUITAINE),
    ("87", "Haute-Vienne", NOUVELLE_AQUITAINE),
    ("88", "Vosges", GRAND_EST),
    ("89", "Yonne", BOURGOGNE_FRANCHE_COMTE),
    ("90", "Territoire de Belfort", BOURGOGNE_FRANCHE_COMTE),
    ("91", "Essonne", ILE_DE_FRANCE),
    ("92", "Hauts-de-Seine", ILE_DE_FRANCE),
    ("93", "Seine-Saint-Denis", ILE_DE_FRANCE),
    ("94", "Val-de-Marne", ILE_DE_FRANCE),
    ("95", "Val-d'Oise", ILE_DE_FRANCE),
    ("971", "Guadeloupe", "Guadeloupe"),
    ("972", "Martinique", "Martinique"),
    ("973", "Guyane", "Guyane"),
    ("974", "La Réunion", "La Réunion"),
    ("976", "Mayotte", "Mayotte"),
];

/// The department an INSEE code lies in; none for the overseas collectivities (975, 977, 986–988).
///
/// ```
/// assert_eq!(geocoder::department("69383").map(|it| it.name), Some("Rhône"));
/// ```
pub fn department(insee: &str) -> Option<Department> {
    let overseas = insee.starts_with("97") || insee.starts_with("98");
    let prefix = insee.get(..if overseas { 3 } else { 2 })?;
    let at = DEPARTMENTS.binary_search_by_key(&prefix, |(code, ..)| code).ok()?;
    let (code, name, region) = DEPARTMENTS[at];
    Some(Department { code, name, region })
}

/// Whether folded words are the name of a department or of a region.
pub(crate) fn is_name(folded: &str) -> bool {
    static NAMES: LazyLock<HashSet<String>> = LazyLock::new(|| {
        let names = DEPARTMENTS.iter().flat_map(|&(_, name, region)| [name, region]);
        names.map(crate::normalize::fold).collect()
    });
    NAMES.contains(folded)
}

/// Whether folded characters are the code of a department: `69`, `2a`, `974`.
pub(crate) fn is_code(folded: &str) -> bool {
    DEPARTMENTS.iter().any(|(code, ..)| code.eq_ignore_ascii_case(folded))
}

/// Whether two names of a department or region are the same, case and accents apart.
pub(crate) fn is_named(name: &str, typed: &str) -> bool {
    crate::normalize::fold(name) == crate::normalize::fold(typed)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_department_is_found_by_the_codes_of_its_communes() {
        assert!(DEPARTMENTS.is_sorted_by_key(|(code, ..)| code), "the search is by halves");
        for (code, name, _) in DEPARTMENTS {
            let insee = format!("{code:0<5}");
            assert_eq!(department(&insee).map(|it| (it.code, it.name)), Some((code, name)));
        }
        let regions: BTreeSet<&str> = DEPARTMENTS.iter().map(|(.., region)| *region).collect();
        assert_eq!(regions.len(), 18, "thirteen in metropolitan France, five overseas");
    }

    #[test]
    fn names_and_codes_are_known_folded() {
        for name in ["rhone", "cote d or", "auvergne rhone alpes", "provence alpes cote d azur", "la reunion"] {
            assert!(is_name(name), "{name}");
        }
        assert!(!is_name("lyon") && !is_name("alpes") && !is_name(""));
        assert!(is_code("69") && is_code("2b") && is_code("974"));
        assert!(!is_code("6") && !is_code("96") && !is_code("20") && !is_code("690"));
    }

    #[test]
    fn what_is_no_department_has_none() {
        for insee in ["", "6", "20004", "97501", "98818", "96001", "é9383"] {
            assert_eq!(department(insee), None, "{insee}");
        }
    }
}
