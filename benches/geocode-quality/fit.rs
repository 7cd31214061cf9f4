//! `--fit SEED`: the steps from likeness and margin to confidence that queries of a seed ask for, to be written down in
//! the geocoder's `confidence`. Every other run then tells, on queries of another seed, how well they hold.
//!
//! One query in ten asks for a street that is not in the index: who only asks for what is there learns to be sure of
//! anything. And some name nothing but a number and a street that several communes have, on a map that shows the one
//! meant or on none: the nearest is often right, which is another thing than being right by definition. A name that is
//! not as in the index, with nothing of where, is half the time one of a street that is not: those have a table of
//! their own.

use std::path::Path;

use geocoder::{Geocoder, ground_distance_m};

use crate::{
    args::Args,
    calibration::Evidence,
    classes::{self, CLASSES, Class, Group, Scene},
    corpus::Corpus,
    dice::Dice,
    everyday, index,
    isotonic::{self, Step, isotonic},
    reverse, run, sources,
    truth::{self, Ask, Query, Wanted},
};

/// Corpora that make an index together; both count alike.
const CORPORA: [&[&str]; 2] = [&["paris", "lyon"], &["generated"]];
/// One street in so many is left out of the index.
const ABSENT: usize = 10;
/// Without a rival this near, the text alone decides.
const ALONE: f64 = 0.12;
/// Likeness from which on only rivals are in doubt.
const ALIKE: f64 = 0.9;
/// Of texts that are still being typed, as many are at their beginning as are written to the end.
const BEGINNINGS: usize = 5;
/// Streets of one name this near are one, for the geocoder too.
const GOES_ON_M: f64 = 200.0;
/// Homonyms are few among addresses, and all there is to learn of rivals.
const HOMONYMS: usize = 4;

/// Prints the two tables, for texts that are all there is and for those still being typed.
pub(crate) fn print(args: &Args, folder: &Path) {
    let mut all = Vec::new();
    for names in CORPORA {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        all.extend(evidence(args, &names, &folder.join(names.join("-"))));
    }
    all.retain(|(_, evidence)| !evidence.lacks);
    let of = |asked: Asked| all.iter().filter(move |(of, _)| *of == asked).map(|&(_, evidence)| evidence);
    tables(&of(Asked::Whole).collect::<Vec<_>>(), "");
    tables(&of(Asked::Unfinished).collect::<Vec<_>>(), "_UNFINISHED");
    show("BY_TEXT_ALONE", &isotonic(of(Asked::Anywhere).map(|found| (found.text, share_right(&found))).collect()));
}

/// Which table a query is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Whole,
    /// It may go on.
    Unfinished,
    /// A misspelt or shortened name and nothing of where, or as often one that is not in the index.
    Anywhere,
}

fn share_right(evidence: &Evidence) -> f64 {
    f64::from(u8::from(evidence.right))
}

fn tables(all: &[Evidence], suffix: &str) {
    println!("\n{} first answers that lack nothing typed", all.len());
    let alone = all.iter().filter(|evidence| evidence.margin >= ALONE);
    let by_text = isotonic(alone.map(|evidence| (evidence.text, share_right(evidence))).collect());
    let share = |evidence: &Evidence| share_right(evidence) / isotonic::at(&by_text, evidence.text).max(0.1);
    let rivalled = all.iter().filter(|evidence| evidence.text >= ALIKE);
    let by_margin = isotonic(rivalled.map(|evidence| (evidence.margin.min(ALONE), share(evidence))).collect());
    show(&format!("BY_TEXT{suffix}"), &by_text);
    show(&format!("BY_MARGIN{suffix}"), &by_margin);
}

/// What the first answers to queries on these corpora were made of.
fn evidence(args: &Args, names: &[String], folder: &Path) -> Vec<(Asked, Evidence)> {
    let (mut corpus, postcodes) = sources::read(names, None);
    corpus.remove_streets(ABSENT, &mut Dice::new(args.seed, "absent streets"));
    std::fs::create_dir_all(folder).unwrap();
    let geocoder = Geocoder::open(&index::index(&corpus, &postcodes, folder).store).unwrap();
    let queries = (0..corpus.sources.len()).flat_map(|source| queries(args, &corpus, source));
    let asked = queries.filter_map(|(asked, query)| {
        let (found, _) = run::ask(&geocoder, &query, false);
        Some((asked, Evidence::of(&found, truth::judge(&corpus, &query, &found).passed)?))
    });
    asked.collect()
}

fn queries(args: &Args, corpus: &Corpus, source: usize) -> Vec<(Asked, Query)> {
    let name = &corpus.sources[source].name;
    let positions = reverse::Positions::of(corpus);
    let (gone, there): (Vec<u32>, Vec<u32>) =
        corpus.of_source(source).into_iter().partition(|&at| corpus.street_of(at).removed);
    let mut all = Vec::new();
    let is_fit = |class: &&Class| matches!(class.group, Group::Full | Group::Typo | Group::Prefix);
    for class in CLASSES.iter().filter(is_fit).filter(|class| class.name != "homonyms") {
        let mut dice = Dice::new(args.seed, &format!("fit {} {name}", class.name));
        let count = if class.group == Group::Prefix { args.count * BEGINNINGS } else { args.count };
        let mut queries = classes::draw(class, corpus, &positions, &there, count, &mut dice);
        queries.extend(absent(class, corpus, &positions, gone.clone(), count / (ABSENT - 1), &mut dice));
        all.extend(queries);
    }
    let mut dice = Dice::new(args.seed, &format!("fit homonyms {name}"));
    let homonym = |at: u32, dice: &mut Dice| homonym(&Scene::of(corpus, &positions, at), dice);
    all.extend(classes::some(there.clone(), args.count * HOMONYMS, &mut dice, homonym));
    let typing: Vec<Query> = all.iter().filter_map(still_typing).collect();
    let kind = |query: &Query| match query.ask {
        Ask::Search { finished: false, .. } => Asked::Unfinished,
        _ => Asked::Whole,
    };
    let anywhere =
        anywhere(args, corpus, &positions, &there, &gone, &mut Dice::new(args.seed, &format!("fit anywhere {name}")));
    let anywhere = anywhere.into_iter().map(|query| (Asked::Anywhere, query));
    all.into_iter().chain(typing).map(|query| (kind(&query), query)).chain(anywhere).collect()
}

/// Names that are not as in the index, and nothing of where: of those there, and of as many that are not.
fn anywhere(
    args: &Args,
    corpus: &Corpus,
    positions: &reverse::Positions,
    there: &[u32],
    gone: &[u32],
    dice: &mut Dice,
) -> Vec<Query> {
    type Make = fn(&Scene<'_>, &mut Dice) -> Option<Query>;
    let kinds: [(Make, &[u32], usize); 3] = [
        (everyday::typo_bare, there, args.count),
        (everyday::part_bare, there, args.count),
        (everyday::absent_bare, gone, args.count * 2),
    ];
    let mut draw = |(make, from, count): (Make, &[u32], usize)| {
        let made = |at: u32, dice: &mut Dice| make(&Scene::of(corpus, positions, at), dice);
        classes::some(from.to_vec(), count, dice, made)
    };
    kinds.into_iter().flat_map(&mut draw).collect()
}

/// The same text, by somebody who may go on.
fn still_typing(query: &Query) -> Option<Query> {
    let Ask::Search { text, finished: true, near } = &query.ask else { return None };
    Some(Query { ask: Ask::Search { text: text.clone(), finished: false, near: *near }, ..query.clone() })
}

/// Queries of a class for addresses of streets that were left out.
fn absent(
    class: &Class,
    corpus: &Corpus,
    positions: &reverse::Positions,
    gone: Vec<u32>,
    count: usize,
    dice: &mut Dice,
) -> Vec<Query> {
    let queries = classes::some(gone, count, dice, |at, dice| (class.make)(&Scene::of(corpus, positions, at), dice));
    queries.into_iter().map(|query| Query { wanted: Wanted::Nothing, ..query }).collect()
}

/// `12 Rue Garibaldi` or `Rue Garibaldi` and nothing of where, for one of several, most often on a map that shows it.
fn homonym(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let namesakes = scene.streets(&scene.street.key, &[]);
    let there = namesakes.into_iter().filter(|&street| !scene.corpus.streets[street as usize].removed);
    let number = scene.address.number_text();
    let near = (dice.below(3) > 0).then(|| scene.centre(dice));
    let (text, wanted, namesakes) = if dice.below(2) == 0 {
        let same = there.filter(|&street| scene.corpus.house(street, &number).is_some()).count();
        (scene.line(), Wanted::House(vec![scene.at]), same)
    } else {
        (scene.street.name.clone(), Wanted::Street(vec![scene.address.street]), there.count())
    };
    let ask = Ask::Search { text, finished: true, near };
    let asks_part = near.is_some() && matches!(wanted, Wanted::Street(_)) && goes_on(scene);
    (namesakes > 1 && !asks_part).then(|| Query { ask, wanted, scope: Vec::new() })
}

/// Whether the street has doors within [`GOES_ON_M`] of a namesake's: on a map, its nearest part is the answer.
fn goes_on(scene: &Scene<'_>) -> bool {
    let doors = |street: u32| {
        let addresses = scene.corpus.streets[street as usize].addresses.iter();
        addresses.flat_map(|&at| &scene.corpus.addresses[at as usize].positions)
    };
    let own = scene.address.street;
    let others = scene.streets(&scene.street.key, &[]).into_iter().filter(|&street| street != own);
    others.flat_map(doors).any(|&door| doors(own).any(|&at| ground_distance_m(at, door) <= GOES_ON_M))
}

/// As the geocoder has it: both ends of a step, the middle of a narrow one.
fn show(name: &str, steps: &[Step]) {
    println!("\n{name}:");
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else { return };
    let narrow = (last.to - first.from) / 20.0;
    for step in steps {
        let Step { from, to, count, .. } = *step;
        let ends = if to - from < narrow { vec![(from + to) / 2.0] } else { vec![from, to] };
        let points: Vec<String> = ends.iter().map(|x| format!("({x:.4}, {:.3}),", step.value())).collect();
        println!("    {} // {count} answers", points.join(" "));
    }
}
