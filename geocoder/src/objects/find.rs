//! A reading of the text → the visible objects of a layer worth ranking: `candidates`, for objects. What the request
//! does not ask for (`wanted`) is left out here, before anything is cut.

use std::{collections::HashSet, sync::Arc};

use crate::{
    Filter, Geocoder, Kind, Near, Request,
    candidates::{Tolerance, counting},
    effort::{self, Effort},
    expansion::Expansions,
    objects::{
        Objects, Visible,
        kinds::{self, KIND_ALONE, KIND_SAID, ObjectsKind},
        part::ObjectPart,
        several::{Held, in_several},
        table::NamedObjects,
        view::View,
        wanted::Wanted,
    },
    parse::Query,
    places::Place,
    rank::{self, Answer, Likeness, QueryWord, Wording},
    spelling::Spelt,
    suggestion::Score,
};

/// How many objects of a layer are ranked for one reading.
const RECALL: usize = 100;
/// Taken off an object, more than is taken off any street for being small; more off one that is no point of interest:
/// of the town hall and the stop before it, the town hall is meant.
const OF_INTEREST: f32 = 0.04;
const OBJECT: f32 = 0.05;

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
    expansions: Expansions,
    /// What is left for objects, all layers together. It is spent on what the asker sees and on nothing else.
    effort: Effort,
}

/// An object among addresses: of an object and a street as like the text as each other, the street was meant.
pub(crate) fn as_object(answer: Answer<'_>) -> Answer<'_> {
    let small = if answer.place.kind() == Kind::Poi { OF_INTEREST } else { OBJECT };
    Answer { score: Score { small, ..answer.score }, ..answer }
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
            let (wanted, expansions) = (wanted.clone(), Expansions::default());
            let (near, effort) = (request.near, effort.clone());
            Some(ObjectContext { geocoder: self, part, table, view, near, wanted, lists, expansions, effort })
        };
        request.objects.iter().filter_map(context).collect()
    }
}

impl Objects {
    /// The named objects a territory opens; none when they are parcels, or of a kind that is not asked for.
    fn seen_by(&self, territory: &layers::Territory, filter: &Filter) -> Option<(&NamedObjects, Arc<View>)> {
        let table = self.named()?;
        let is_wanted = filter.kinds.as_ref().is_none_or(|kinds| kinds.contains(&self.kind().as_kind()));
        is_wanted.then(|| (table, table.seen_by(territory))).filter(|(_, view)| view.may_hold(filter))
    }
}

/// Whether nothing but objects can answer.
fn asks_for_objects(filter: &Filter) -> bool {
    let only = |kinds: &[crate::Kind]| kinds.iter().all(|kind| crate::Kind::OBJECTS.contains(kind));
    let kinds = filter.kinds.as_deref().is_some_and(only);
    kinds || filter.tags.as_ref().is_some_and(crate::photon::Choice::names_objects)
}

impl<'a> ObjectContext<'a> {
    /// The objects to rank for one reading, each with how like it is. A number is asked of a street, never of an
    /// object.
    pub(crate) fn look(&mut self, query: &Query, tolerance: Tolerance) -> Vec<(Place<'a>, Likeness<'a>)> {
        if query.number.is_some() || self.effort.is_spent() {
            return Vec::new();
        }
        let mut found = self.of_words(query, tolerance);
        if let Some(query) = kinds::without_last_articles(query) {
            let found_so = self.of_words(&query, tolerance).into_iter();
            found.extend(found_so.map(|(place, likeness)| (place, likeness.times(kinds::ARTICLES_LEFT_OUT))));
        }
        let Some((kind, rest)) = kinds::said(query) else { return found };
        if rest.words.is_empty() {
            self.weigh_kind(kind, &mut found);
        }
        found.extend(self.of_kind(kind, &rest, tolerance));
        found
    }

    /// Where a kind is all that is said, it is what an object is: the stop « Mairie » is no town hall.
    fn weigh_kind(&self, kind: &ObjectsKind, found: &mut [(Place<'a>, Likeness<'a>)]) {
        for (place, likeness) in found {
            if kind.has(self.table.record(place.index).tag(), place.folded()) {
                likeness.text = likeness.text.max(KIND_ALONE);
            } else if likeness.wording == Wording::Whole {
                *likeness = likeness.times(kinds::NAMED_AFTER);
            }
        }
    }

    /// The objects of a kind with the rest of a reading in their names; of its town, when it says nothing else.
    fn of_kind(&mut self, kind: &ObjectsKind, rest: &Query, tolerance: Tolerance) -> Vec<(Place<'a>, Likeness<'a>)> {
        let names_town = rest.scope.as_ref().is_some_and(|scope| scope.whole);
        let table = self.table;
        let is_of_kind = |place: &Place<'_>| kind.has(table.record(place.index).tag(), place.folded());
        if !rest.words.is_empty() {
            let named = self.of_words(rest, tolerance).into_iter().filter(|(place, _)| is_of_kind(place));
            return named.map(|(place, likeness)| (place, likeness.times(KIND_SAID))).collect();
        }
        if !names_town || tolerance > Tolerance::Exact || !self.view.may_have(|tag| kind.has(tag, "")) {
            return Vec::new();
        }
        let towns = rest.scope.as_ref().map(|scope| &scope.towns[..]);
        let inside = self.inside(self.view.objects.iter().copied(), towns, effort::WEIGH_OBJECT);
        let wanted = inside.filter(is_of_kind).filter(|&place| self.wanted.keeps(self.geocoder, self.table, place));
        wanted.take(RECALL).map(|place| (place, Likeness::WHOLE.times(KIND_ALONE))).collect()
    }

    fn of_words(&mut self, query: &Query, tolerance: Tolerance) -> Vec<(Place<'a>, Likeness<'a>)> {
        let words = self.expansions.expand(query, tolerance, &self.view.vocabulary, &self.effort);
        let found = if words.is_empty() { self.listed(query) } else { self.with(&words, tolerance) };
        let towns = query.scope.as_ref().map(|scope| &scope.towns[..]);
        let mut keyed: Vec<(f32, Place<'a>)> = self
            .inside(found, towns, effort::WEIGH_OBJECT)
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
        let inside = self.inside(self.view.objects.iter().copied(), Some(towns), effort::COMPARE_NAME);
        let wanted = inside.filter(|&place| self.wanted.keeps(self.geocoder, self.table, place));
        wanted.filter_map(|place| Some((place, self.table.places.spelling(place, typed)?))).collect()
    }

    /// Objects that lie in some towns, or anywhere, each at a cost; those of elsewhere cost a step. Ends with the
    /// effort.
    fn inside<'o>(
        &'o self,
        objects: impl IntoIterator<Item = u32> + 'o,
        towns: Option<&'o [u32]>,
        cost: u64,
    ) -> impl Iterator<Item = Place<'a>> + 'o {
        let first = &self.geocoder.first;
        // Objects are in the order of their communes: what is known of one town is known of the next object.
        let mut last: Option<(Option<u32>, bool)> = None;
        let mut is_inside = move |object: u32| {
            let Some(towns) = towns else { return true };
            let town = self.part.town(object);
            let known = last.filter(|(known, _)| *known == town).map(|(_, is_inside)| is_inside);
            let is_inside =
                known.unwrap_or_else(|| town.is_some_and(|town| first.is_within(first.shard.places.get(town), towns)));
            last = Some((town, is_inside));
            is_inside
        };
        let affordable = objects.into_iter().take_while(|_| !self.effort.is_spent());
        affordable.filter_map(move |object| {
            let is_inside = is_inside(object);
            self.effort.spend(if is_inside { cost } else { 1 });
            is_inside.then(|| self.part.place(self.table, object))
        })
    }

    /// The objects of a town that is all the text says, when objects are what is asked for.
    fn listed(&self, query: &Query) -> Vec<u32> {
        let names_town = query.scope.as_ref().is_some_and(|scope| scope.whole);
        if self.lists && names_town { self.view.objects.clone() } else { Vec::new() }
    }

    /// The objects with every word that counts; with half of those that tell, in part.
    fn with(&self, words: &[QueryWord], tolerance: Tolerance) -> Vec<u32> {
        let in_part = tolerance >= Tolerance::Partial;
        let mut telling: Vec<_> = counting(words).into_iter().filter(|word| !in_part || word.weight >= 1.0).collect();
        let half = telling.len().div_ceil(2);
        // A word said again asks for nothing more.
        let mut said = HashSet::new();
        telling.retain(|word| said.insert((word.forms.first().map(|(form, _)| form), &word.beginning)));
        let needed = if in_part { half.min(telling.len()) } else { telling.len() };
        let held = |word: &QueryWord| {
            let forms = word.forms.iter().map(|(form, _)| form.as_str());
            Held::new(self.view.with_word(forms, word.beginning.as_deref()))
        };
        in_several(telling.into_iter().map(held).collect(), needed, &self.effort)
    }

    fn recall_key(&self, words: &[QueryWord], place: Place<'_>) -> f32 {
        let typed = words.iter().filter(|word| !word.article).count() as f32;
        let completeness = (typed / f32::from(place.words().max(1))).min(1.0);
        let far = self.near.map_or(0.0, |near| rank::fading(rank::metres_to(place, near.at), near));
        0.3 * completeness - 4.0 * far
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use layers::{FeatureId, LonLat, Territory};

    use super::*;
    use crate::{BuildOptions, Object, ObjectKind, ObjectLayer, Objects, build, build_objects, search::STEPS};

    const STREETS: [&str; 5] =
        ["Rue de Bresse", "Rue de la Brosse", "Rue de Brest", "Avenue Brossolette", "Place Bressane"];

    fn addresses(folder: &std::path::Path) -> Geocoder {
        let row = |(at, street): (usize, &str)| {
            format!("69029_000{at}_00001;{street};1;;69029;Bron;entrée;4.9{at};45.73;;;;commune;2026-01-01;1\r\n")
        };
        let header = "cle_interop;voie_nom;numero;suffixe;commune_insee;commune_nom;position;long;lat;x;y;cad_parcelles;source;date_der_maj;certification_commune\r\n";
        let rows: String = STREETS.into_iter().enumerate().map(row).collect();
        let source = folder.join("bal.csv");
        fs::write(&source, header.to_owned() + &rows).unwrap();
        build(&[source], &folder.join("index"), &BuildOptions::default(), &mut |_| {}).unwrap();
        Geocoder::open(&folder.join("index")).unwrap()
    }

    fn thousands(folder: &std::path::Path) -> Arc<Objects> {
        let object = |feature: u64| Object {
            feature: FeatureId(feature),
            id: feature.to_string(),
            name: format!("Brosse {feature} du parc"),
            other_names: Vec::new(),
            tag: ("leisure".to_owned(), "park".to_owned()),
            commune: "69029".parse().ok(),
            postcode: None,
            address: None,
            at: LonLat { lon: 4.9, lat: 45.73 },
            bbox: None,
            audience: Vec::new(),
        };
        let (layer, revision, kind) = ("parcs".parse().unwrap(), "r1".to_owned(), ObjectKind::Poi);
        let layer = ObjectLayer { layer, revision, kind, metropole: [].into() };
        build_objects(folder, &layer, (0..3_000).map(object)).unwrap();
        Arc::new(Objects::open(folder, &layer.layer, "r1").unwrap())
    }

    #[test]
    fn addresses_are_looked_for_as_far_whatever_is_attached() {
        let folder = tempfile::tempdir().unwrap();
        let geocoder = addresses(folder.path());
        let attached = geocoder.with_objects(vec![thousands(&folder.path().join("objects"))]);
        let layer = "parcs".parse().unwrap();
        let objects = vec![Visible { layer, territory: Territory::Whole }];
        let mut differing = 0;
        for text in
            ["rue de brese residence bron", "bresse bron", "avenue brosolete bron", "place bresane batiment a bron"]
        {
            let request = Request { text: text.to_owned(), objects: objects.clone(), ..Request::default() };
            let found = |geocoder: &Geocoder, steps| {
                let answers = geocoder.answers(&request, &STEPS, &Effort::of(steps)).unwrap();
                let addresses = answers.iter().filter(|answer| geocoder.object_part(answer.place).is_none());
                let streets = addresses.filter(|answer| answer.place.kind() == crate::Kind::Street);
                streets.map(|answer| answer.place.key()).collect::<Vec<_>>()
            };
            let all = found(&geocoder, u64::MAX);
            assert!(!all.is_empty(), "{text}");
            for steps in [2_000, 10_000, 30_000, 100_000, 300_000, u64::MAX] {
                let alone = found(&geocoder, steps);
                assert_eq!(found(&attached, steps), alone, "{text}, {steps} steps");
                differing += usize::from(alone != all);
            }
        }
        assert!(differing > 0, "some of these efforts are too small");
    }
}
