//! The posting lists that a search has opened: readings of one text share most of their words and their towns, and
//! opening a list costs more than going through it again.

use std::rc::Rc;

use tantivy::{SegmentReader, Term};

use crate::{Error, effort::Effort, matching::AnyOf, rank::QueryWord, schema::Fields};

/// What was opened so far: few enough to be gone through in order.
#[derive(Default)]
pub(crate) struct Lists {
    words: Vec<OfWord>,
    towns: Vec<(Vec<u32>, AnyOf)>,
}

/// The places that have a word in one of its forms.
struct OfWord {
    forms: Rc<[(String, f32)]>,
    beginning: Option<String>,
    places: AnyOf,
}

impl Lists {
    /// The places that have a word.
    ///
    /// Errors: those of the engine.
    pub(crate) fn with_word(
        &mut self,
        word: &QueryWord,
        (segment, fields): (&SegmentReader, Fields),
        effort: &Effort,
    ) -> Result<AnyOf, Error> {
        let is_it = |known: &&OfWord| Rc::ptr_eq(&known.forms, &word.forms) && known.beginning == word.beginning;
        if let Some(known) = self.words.iter().find(is_it) {
            return Ok(known.places.again(effort));
        }
        let forms = word.forms.iter().map(|(form, _)| fields.word_term(form));
        let beginning = word.beginning.as_deref().map(|beginning| fields.beginning_term(beginning));
        let places = AnyOf::read(segment, forms.chain(beginning), effort)?;
        let (forms, beginning) = (word.forms.clone(), word.beginning.clone());
        self.words.push(OfWord { forms, beginning, places: places.clone() });
        Ok(places)
    }

    /// The places in some towns.
    ///
    /// Errors: those of the engine.
    pub(crate) fn in_towns(
        &mut self,
        towns: &[u32],
        (segment, fields): (&SegmentReader, Fields),
        effort: &Effort,
    ) -> Result<AnyOf, Error> {
        if let Some((_, places)) = self.towns.iter().find(|(known, _)| known == towns) {
            return Ok(places.again(effort));
        }
        let terms = towns.iter().map(|&town| Term::from_field_u64(fields.town, u64::from(town)));
        let places = AnyOf::read(segment, terms, effort)?;
        self.towns.push((towns.to_vec(), places.clone()));
        Ok(places)
    }
}
