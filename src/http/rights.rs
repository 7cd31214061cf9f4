//! From the names in a path to layers this person may see, or the refusal they get.
//! Every route that shows anything of a layer starts here.

use std::sync::Arc;

use auth_proxy::{Decision, Principal, decide, decide_for_nobody, directory::Scope, today};
use geocoder::Visible;
use layers::{Entry, Layer, LayerId, Snapshot, Territory};

use super::problem::Problem;
use crate::app::{App, Generation};

/// A layer with what this person may see of it.
pub struct Granted {
    /// Its description.
    pub layer: Arc<Layer>,
    /// Its data.
    pub snapshot: Arc<Snapshot>,
    /// The part that is open.
    pub territory: Territory,
}

impl Granted {
    /// What a cached tile must be told apart by.
    pub fn key(&self) -> (LayerId, String, Territory) {
        (self.layer.id.clone(), self.snapshot.revision().to_owned(), self.territory.clone())
    }
}

/// The layers of `a,b,c`, each decided on its own. One refusal refuses the whole, and a layer
/// that does not exist for this person (404) is said before one that is closed to them (403).
pub fn granted(
    app: &App,
    generation: &Generation,
    principal: &Principal,
    names: &str,
) -> Result<Vec<Granted>, Problem> {
    let names: Vec<&str> = names.split(',').collect();
    // Said of any name, known or not: the answer must not tell whether a layer exists.
    if (1..names.len()).any(|at| names[..at].contains(&names[at])) {
        return Err(Problem::BadRequest("Une couche est demandée deux fois.".into()));
    }
    let find = |name: &str| generation.catalogue.get(name).ok_or(Problem::NotFound);
    let entries: Vec<&Entry> = names.into_iter().map(find).collect::<Result<_, _>>()?;
    let decisions: Vec<_> =
        entries.into_iter().map(|entry| (entry, decide_and_audit(app, principal, &entry.layer))).collect();
    if decisions.iter().any(|(_, decision)| matches!(decision, Decision::Denied(reason) if reason.hides())) {
        return Err(Problem::NotFound);
    }
    decisions
        .into_iter()
        .map(|(entry, decision)| match decision {
            Decision::Denied(reason) => Err(forbidden(app, &reason)),
            Decision::Granted(territory) => Ok(Granted {
                layer: Arc::clone(&entry.layer),
                snapshot: entry.snapshot.clone().ok_or(Problem::Unavailable)?,
                territory,
            }),
        })
        .collect()
}

/// One layer, by its name alone.
pub fn granted_one(app: &App, generation: &Generation, principal: &Principal, name: &str) -> Result<Granted, Problem> {
    let mut layers = granted(app, generation, principal, name)?;
    match (layers.pop(), layers.is_empty()) {
        (Some(layer), true) => Ok(layer),
        _ => Err(Problem::NotFound), // several names make no name of a layer
    }
}

/// What this person may find of the searchable layers; nobody in particular without one. A layer that is not here is
/// not looked into: that it exists must not show, not by a count nor by an order. A token that is not for searching is
/// nobody's here, wherever everybody may search addresses.
pub fn findable(app: &App, generation: &Generation, principal: Option<&Principal>) -> Vec<Visible> {
    let principal = principal.filter(|principal| principal.has_scope(Scope::Search));
    let granted = |layer: &Layer| match principal {
        Some(principal) => decision(app, principal, layer),
        None => decide_for_nobody(layer),
    };
    let entries = generation.objects.keys().filter_map(|id| generation.catalogue.get(id.as_str()));
    entries
        .filter_map(|Entry { layer, .. }| match granted(layer) {
            Decision::Granted(territory) => Some(Visible { layer: layer.id.clone(), territory }),
            Decision::Denied(_) => None,
        })
        .collect()
}

/// One decision, today.
pub fn decision(app: &App, principal: &Principal, layer: &Layer) -> Decision {
    decide(principal, layer, &app.auth().adhesions(), today())
}

/// The same for a request that names the layer: a refusal is audited.
pub fn decide_and_audit(app: &App, principal: &Principal, layer: &Layer) -> Decision {
    let decision = decision(app, principal, layer);
    if let Decision::Denied(reason) = &decision {
        app.auth().refused(principal, &format!("layer {}", layer.id), reason);
    }
    decision
}

/// A refusal that may be shown, with whom to ask.
pub fn forbidden(app: &App, reason: &auth_proxy::Reason) -> Problem {
    Problem::Forbidden { reason: reason.sentence(), contact: app.auth().contact().to_owned() }
}
