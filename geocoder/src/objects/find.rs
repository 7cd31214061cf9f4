//! A reading of the text → the visible objects of a layer worth ranking: `candidates`, for objects. Whether an object is
//! what the request asks for is settled here, before anything is cut.

use std::{collections::HashMap, sync::Arc};

use crate::{
    Filter, Geocoder, Near, Request,
    address::ground_distance_m,
    candidates::{Spellings, Tolerance, expand_over},
    effort::{self, Effort},
    filter::is_inside,
    objects::{Objects, Visible, part::ObjectPart, table::NamedObjects, view::View},
    parse::Query,
    places::Place,
    rank::{self, Answer, Likeness, QueryWord},
    spelling::Spelt,
    suggestion::Score,
};

/// How many objects of a layer are ranked for one reading.
const RECALL: usize = 100;
/// Taken off an object, more than is taken off any street for being small.
const OBJECT: f32 = 0.04;
/// Objects of one name are one when they are this near: the two sides of a stop, the lawns of a park.
const TWINS_M: f64 = 250.0;

/// What every reading of one request shares, for one layer.
pub(crate) struct ObjectContext<'a> {
    geocoder: &'a Geocoder,
    part: &'a ObjectPart,
    table: &'a NamedObjects,
    view: Arc<View>,
    near: Option<Near>,
    wanted: Arc<Wanted>,
    /// A town named alone asks for the objects in it.
    lists: bool,
    spellings: Spellings,
    /// What is left to the search. It is spent on what the asker sees and on nothing else.
    effort: Effort,
}

/// What an object must be.
#[derive(Debug)]
pub(crate) struct Wanted {
    filter: Filter,
    /// Towns of the filter.
    towns: Vec<u32>,
    circle: Option<(layers::LonLat, f64)>,
}

impl Wanted {
    pub(crate) fn new(geocoder: &Geocoder, filter: &Filter, circle: Option<(layers::LonLat, f64)>) -> Self {
        let towns = filter.communes.iter().flat_map(|code| geocoder.gazetteer.code(code)).copied().collect();
        Self { filter: filter.clone(), towns, circle }
    }

    /// Whether an object is what is asked for.
    pub(crate) fn keeps(&self, geocoder: &Geocoder, table: &NamedObjects, place: Place<'_>) -> bool {
        let (filter, at) = (&self.filter, place.position());
        let has_postcode = |place| {
            let own = geocoder.postcode_of(place);
            filter.postcodes.iter().any(|wanted| own.is_some() && wanted.parse().ok() == own)
        };
        filter.kinds.as_ref().is_none_or(|kinds| kinds.contains(&place.kind()))
            && filter.bbox.is_none_or(|b| (b.west..=b.east).contains(&at.lon) && (b.south..=b.north).contains(&at.lat))
            && filter.metropole.is_none_or(|wanted| place.is_metropole() == wanted)
            && self.circle.is_none_or(|(centre, radius_m)| ground_distance_m(centre, at) <= radius_m)
            && filter.tags.as_ref().is_none_or(|tags| tags.lets_object(table.record(place.index).tag()))
            && filter.within.as_deref().is_none_or(|ring| is_inside(ring, at))
            && (filter.communes.is_empty() || geocoder.is_within(place, &self.towns))
            && (filter.postcodes.is_empty() || has_postcode(place))
    }
}

/// An object among addresses: of an object and a street as like the text as each other, the street was meant.
pub(crate) fn as_object(answer: Answer<'_>) -> Answer<'_> {
    Answer { score: Score { small: OBJECT, ..answer.score }, ..answer }
}

impl Geocoder {
    /// The layers of named objects that a request looks into, each as its asker sees it.
    pub(crate) fn object_contexts(&self, request: &Request, effort: &Effort) -> Vec<ObjectContext<'_>> {
        let circle = request.near.and_then(|near| Some((near.at, near.radius_m?)));
        let wanted = Arc::new(Wanted::new(self, &request.filter, circle));
        let lists = asks_for_objects(&request.filter);
        let context = |visible: &Visible| {
            let part = self.part_of_layer(visible)?;
            let (table, view) = part.objects.seen_by(&visible.territory, &request.filter)?;
            let (wanted, spellings) = (wanted.clone(), Spellings::new());
            let (near, effort) = (request.near, effort.clone());
            Some(ObjectContext { geocoder: self, part, table, view, near, wanted, lists, spellings, effort })
        };
        request.objects.iter().filter_map(context).collect()
    }

    /// Leaves the best of objects that have one name and are in one place.
    pub(crate) fn without_twins(&self, answers: &mut Vec<Answer<'_>>) {
        let mut seen: HashMap<(u8, &str), Vec<layers::LonLat>> = HashMap::new();
        answers.retain(|answer| {
            if self.object_part(answer.place).is_none() {
                return true;
            }
            let at = answer.place.position();
            let known = seen.entry((answer.place.shard, answer.place.folded())).or_default();
            let is_twin = known.iter().any(|&other| ground_distance_m(other, at) <= TWINS_M);
            known.push(at);
            !is_twin
        });
    }
}

impl Objects {
    /// The named objects a territory opens; none when they are parcels, or of a kind that is not asked for.
    fn seen_by(&self, territory: &layers::Territory, filter: &Filter) -> Option<(&NamedObjects, Arc<View>)> {
        let table = self.named()?;
        let is_wanted = filter.kinds.as_ref().is_none_or(|kinds| kinds.contains(&self.kind().as_kind()));
        is_wanted.then(|| (table, table.seen_by(territory)))
    }
}

/// Whether nothing but objects can answer.
fn asks_for_objects(filter: &Filter) -> bool {
    let only = |kinds: &[crate::Kind]| kinds.iter().all(|kind| crate::Kind::OBJECTS.contains(kind));
    let kinds = filter.kinds.as_deref().is_some_and(only);
    kinds || filter.tags.as_ref().is_some_and(crate::photon::Choice::names_objects)
}

impl<'a> ObjectContext<'a> {
    /// The objects to rank for one reading, each with how like it is. A number is asked of a street, never of an object.
    pub(crate) fn look(&mut self, query: &Query, tolerance: Tolerance) -> Vec<(Place<'a>, Likeness<'a>)> {
        if query.number.is_some() {
            return Vec::new();
        }
        let words = expand_over(&self.view.vocabulary, &mut self.spellings, query, tolerance, &self.effort);
        let found = if words.is_empty() { self.listed(query) } else { self.with(&words, tolerance) };
        let mut keyed: Vec<(f32, Place<'a>)> = found
            .into_iter()
            .map(|object| self.part.place(self.table, object))
            .filter(|&place| query.scope.as_ref().is_none_or(|scope| self.geocoder.is_within(place, &scope.towns)))
            .filter(|&place| self.wanted.keeps(self.geocoder, self.table, place))
            .map(|place| (self.recall_key(&words, place), place))
            .collect();
        if keyed.len() > RECALL {
            let best_first =
                |a: &(f32, Place<'_>), b: &(f32, Place<'_>)| b.0.total_cmp(&a.0).then(a.1.index.cmp(&b.1.index));
            keyed.select_nth_unstable_by(RECALL, best_first);
            keyed.truncate(RECALL);
        }
        self.effort.spend((keyed.len() * words.len()) as u64 * effort::RANK);
        keyed.into_iter().map(|(_, place)| (place, self.table.places.likeness(place, &words))).collect()
    }

    /// The objects of some towns whose names are made of about the letters typed.
    pub(crate) fn spelt(&self, typed: &Spelt<'_>, towns: &[u32]) -> Vec<(Place<'a>, Likeness<'a>)> {
        self.effort.spend(self.view.objects.len() as u64 * effort::COMPARE_NAME);
        let places = self.view.objects.iter().map(|&object| self.part.place(self.table, object));
        let inside = places.filter(|&place| self.geocoder.is_within(place, towns));
        let wanted = inside.filter(|&place| self.wanted.keeps(self.geocoder, self.table, place));
        wanted.filter_map(|place| Some((place, self.table.places.spelling(place, typed)?))).collect()
    }

    /// The objects of a town that is all the text says, when objects are what is asked for.
    fn listed(&self, query: &Query) -> Vec<u32> {
        let names_town = query.scope.as_ref().is_some_and(|scope| scope.whole);
        if self.lists && names_town { self.view.objects.clone() } else { Vec::new() }
    }

    /// The objects with every word that counts; with half of those that tell, in part.
    fn with(&self, words: &[QueryWord], tolerance: Tolerance) -> Vec<u32> {
        let counting: Vec<&QueryWord> = words.iter().filter(|word| !word.article).collect();
        let counting = if counting.is_empty() { words.iter().collect() } else { counting };
        let in_part = tolerance >= Tolerance::Partial;
        let telling = counting.into_iter().filter(|word| !in_part || word.weight >= 1.0);
        let found = |word: &QueryWord| {
            let forms = word.forms.iter().map(|(form, _)| form.as_str());
            self.view.with_word(forms, word.beginning.as_deref())
        };
        let lists: Vec<Vec<u32>> = telling.map(found).collect();
        let needed = if in_part { lists.len().div_ceil(2) } else { lists.len() };
        in_several(&lists, needed)
    }

    fn recall_key(&self, words: &[QueryWord], place: Place<'_>) -> f32 {
        let typed = words.iter().filter(|word| !word.article).count() as f32;
        let completeness = (typed / f32::from(place.words().max(1))).min(1.0);
        let far = self.near.map_or(0.0, |near| rank::fading(rank::metres_to(place, near.at), near));
        0.3 * completeness - 4.0 * far
    }
}

/// What is in at least so many of some sorted lists, in order; nothing in none.
fn in_several(lists: &[Vec<u32>], needed: usize) -> Vec<u32> {
    if needed == 0 {
        return Vec::new();
    }
    let mut all: Vec<u32> = lists.concat();
    all.sort_unstable();
    all.chunk_by(|a, b| a == b).filter(|same| same.len() >= needed).map(|same| same[0]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_enough_lists_is_found_once() {
        let lists = [vec![1, 2, 5], vec![2, 5, 9], vec![5]];
        assert_eq!(in_several(&lists, 3), [5]);
        assert_eq!(in_several(&lists, 2), [2, 5]);
        assert_eq!(in_several(&[], 0), [0; 0]);
    }
}
