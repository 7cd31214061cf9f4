//! Misspelt addresses: the typo is in the name of the street, the rest is right.

use crate::{
    classes::{Scene, is_another_street},
    dice::Dice,
    edits,
    truth::{Ask, Query},
    written,
};

/// One typo, and no postcode to help.
pub(crate) fn one_typo(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let scope = scene.city();
    let name = edits::with_typos(&scene.street.name, 1, dice)?;
    misspelt(scene, &name, &scene.commune.city, scope)
}

/// Two typos, and a postcode.
pub(crate) fn two_typos(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let (_, town, scope) = written::parts(scene)?;
    let name = edits::with_typos(&scene.street.name, 2, dice)?;
    misspelt(scene, &name, &town, scope)
}

/// Two words run together, or one cut in two.
pub(crate) fn merged_or_split(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let (_, town, scope) = written::parts(scene)?;
    let merge = dice.below(2) == 0;
    let name = if merge { edits::merged(&scene.street.name, dice) } else { edits::split(&scene.street.name, dice) }?;
    misspelt(scene, &name, &town, scope)
}

/// One typo, no postcode, and the number after the street.
pub(crate) fn number_after(scene: &Scene<'_>, dice: &mut Dice) -> Option<Query> {
    let name = edits::with_typos(&scene.street.name, 1, dice)?;
    let query = misspelt(scene, &name, &scene.commune.city, scene.city())?;
    let text = format!("{name}, {}, {}", scene.number(), scene.commune.city);
    Some(Query { ask: Ask::Search { text, finished: true, near: None }, ..query })
}

/// None where the misspelling is the name of another street there.
fn misspelt(scene: &Scene<'_>, name: &str, town: &str, scope: Vec<String>) -> Option<Query> {
    if is_another_street(scene, name, &scope) {
        return None;
    }
    scene.house(format!("{} {name} {town}", scene.number()), scope)
}
