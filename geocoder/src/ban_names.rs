//! What the national base calls a street or a commune beside its name: a local alias, the post's writing of the street
//! in 32 letters (`nom_afnor`), that of the town (`libelle_acheminement`). Nearly always the same words, shortened:
//! only what is another name is kept.

use layers::Commune;

use crate::normalize;

/// The other names of the street and of the commune read last: rows of a street follow one another, and comparing
/// names costs more than reading them.
#[derive(Debug, Default)]
pub(crate) struct Names {
    street: Known,
    commune: Known,
}

/// A name, what was written beside it, and what of that says something else.
#[derive(Debug, Default)]
struct Known {
    official: String,
    written: Vec<String>,
    others: Vec<String>,
}

impl Names {
    /// The other names of a street.
    pub(crate) fn of_street(&mut self, official: &str, written: [&str; 2]) -> Vec<String> {
        self.street.others(official, &written)
    }

    /// The other names of a commune; an arrondissement is `PARIS 13` to the post, or `PARIS`, which is no name of it.
    pub(crate) fn of_commune(&mut self, commune: &Commune, written: &str) -> Vec<String> {
        let is_a_name = commune.code.parent().is_none() && !words(written).iter().any(|word| word == "cedex");
        if is_a_name { self.commune.others(&commune.name, &[written]) } else { Vec::new() }
    }
}

impl Known {
    fn others(&mut self, official: &str, written: &[&str]) -> Vec<String> {
        if self.official != official || self.written != written {
            let mut known = vec![words(official)];
            self.others.clear();
            for name in written.iter().filter(|name| name.len() >= 3) {
                let words = words(name);
                if !known.contains(&words) {
                    self.others.push((*name).to_owned());
                    known.push(words);
                }
            }
            official.clone_into(&mut self.official);
            self.written = written.iter().map(|&name| name.to_owned()).collect();
        }
        self.others.clone()
    }
}

/// What a name says: its words spelt out, articles apart.
fn words(name: &str) -> Vec<String> {
    let key = normalize::street_key(name);
    key.split(' ').filter(|word| !normalize::is_article(word)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_shortened_are_no_other_name() {
        let check = |official, alias, afnor, expected: &[&str]| {
            assert_eq!(Names::default().of_street(official, [alias, afnor]), expected, "{official}");
        };
        check("Rue des Prêtres Saint-Germain l'Auxerrois", "", "RUE PRETRES ST GERMAIN AUXERROIS", &[]);
        check(
            "Rue Gustave et Martial Caillebotte",
            "",
            "RUE G ET MARTIAL CAILLEBOTTE",
            &["RUE G ET MARTIAL CAILLEBOTTE"],
        );
        check("Boulevard de l’Europe", "Bd Europe", "BOULEVARD DE L EUROPE", &[]);
        check("Rue de la Mairie", "Grande Rue", "GRANDE RUE", &["Grande Rue"]);
    }

    #[test]
    fn a_commune_goes_by_what_the_post_calls_it_unless_that_is_its_city_or_a_sorting_office() {
        let check = |code: &str, name: &str, post, expected: &[&str]| {
            let commune = Commune { code: code.parse().unwrap(), name: name.to_owned() };
            assert_eq!(Names::default().of_commune(&commune, post), expected, "{post}");
        };
        check("69149", "Oullins-Pierre-Bénite", "PIERRE BENITE", &["PIERRE BENITE"]);
        check("69290", "Saint-Priest", "ST PRIEST", &[]);
        check("69029", "Bron", "BRON CEDEX", &[]);
        check("75116", "Paris 16e Arrondissement", "PARIS", &[]);
    }

    #[test]
    fn what_was_read_last_is_not_taken_for_what_is_read_now() {
        let mut names = Names::default();
        assert_eq!(names.of_street("Rue A", ["Rue B", ""]), ["Rue B"]);
        assert_eq!(names.of_street("Rue A", ["Rue B", ""]), ["Rue B"]);
        assert_eq!(names.of_street("Rue A", ["Rue C", ""]), ["Rue C"]);
        assert_eq!(names.of_street("Rue C", ["Rue C", ""]), [""; 0]);
    }
}
