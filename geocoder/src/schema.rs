//! The fields of the full-text index: one document a place, nothing stored but its number.
//! Words are normalized before they come here, so that tantivy's tokenizers have no say.

use tantivy::{
    TantivyDocument, Term,
    schema::{FAST, Field, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions},
};

use crate::{
    normalize::{self, Word},
    places::{Place, Places},
};

/// Format of a revision: to be raised whenever the fields, `normalize` or the packed tables change.
pub(crate) const VERSION: u32 = 8;

/// Longest beginning of a word that is a term of its own.
pub(crate) const LONGEST_PREFIX: usize = 15;

/// The fields of the index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    /// Every form of every word of its names.
    pub word: Field,
    /// Every beginning of every word, from one letter: an unfinished word is one posting list.
    pub beginning: Field,
    /// Index of the towns it lies in, and its own if it is one.
    pub town: Field,
    /// `Kind::as_str`.
    pub kind: Field,
    /// Index in `places.bin`.
    pub place: Field,
}

/// The schema and its fields.
pub(crate) fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let exact = TextFieldIndexing::default()
        .set_tokenizer("raw")
        .set_index_option(IndexRecordOption::Basic)
        .set_fieldnorms(false);
    let text = || TextOptions::default().set_indexing_options(exact.clone());
    let fields = Fields {
        word: builder.add_text_field("word", text()),
        beginning: builder.add_text_field("beginning", text()),
        town: builder.add_u64_field("town", NumericOptions::default().set_indexed()),
        kind: builder.add_text_field("kind", text()),
        place: builder.add_u64_field("place", FAST),
    };
    (builder.build(), fields)
}

/// The document of a place.
pub(crate) fn document(fields: Fields, places: &Places, place: Place<'_>) -> TantivyDocument {
    let mut document = TantivyDocument::default();
    document.add_u64(fields.place, u64::from(place.index));
    document.add_text(fields.kind, place.kind().as_str());
    document.add_u64(fields.town, u64::from(place.index));
    for town in places.parents(place) {
        document.add_u64(fields.town, u64::from(town.index));
    }
    for word in places.names(place).flat_map(|(name, _)| normalize::normalize(name)) {
        for form in word.forms() {
            document.add_text(fields.word, form);
        }
        for beginning in beginnings(&word) {
            document.add_text(fields.beginning, beginning);
        }
    }
    document
}

/// The beginnings of a word as typed and as it is spelt out.
fn beginnings(word: &Word) -> impl Iterator<Item = &str> {
    let spelt = Some(word.canonical()).filter(|&spelt| spelt != word.typed);
    std::iter::once(word.typed.as_str())
        .chain(spelt)
        .flat_map(|form| (1..=form.len().min(LONGEST_PREFIX)).map(|len| &form[..len]))
}

impl Fields {
    /// A whole word.
    pub(crate) fn word_term(&self, word: &str) -> Term {
        Term::from_field_text(self.word, word)
    }

    /// A word's beginning.
    pub(crate) fn beginning_term(&self, beginning: &str) -> Term {
        Term::from_field_text(self.beginning, indexed_beginning(beginning))
    }
}

/// A word's beginning as the index has it: what is longer than it knows is cut.
pub(crate) fn indexed_beginning(beginning: &str) -> &str {
    beginning.get(..LONGEST_PREFIX).unwrap_or(beginning)
}
