//! Who may see what: [`decide`], the only function that makes a `Territory` out of a person.
//! Pure: no clock, no input or output. Everything that is not granted here is denied.

use jiff::civil::Date;
use layers::{Access, Layer, Territory};

use crate::{
    directory::{AdhesionState, Adhesions},
    principal::Principal,
};

/// The answer to one principal about one layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The part of the layer that is open.
    Granted(Territory),
    /// Nothing, and why.
    Denied(Reason),
}

/// Why a principal is refused. A value that is shown and audited, not an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// To this principal the layer does not exist.
    Unknown,
    /// The person's SIRET belongs to no organisation of the directory.
    NoOrganisation,
    /// The organisation's adhesion is not active; the state is never `Active`.
    Adhesion(AdhesionState),
    /// The organisation has no commune, hence nothing of its own on a layer cut by commune.
    NoTerritory,
}

/// Decides what a principal may see of a layer on a day.
///
/// | access | organisation of the Métropole | other organisation, adhesion active | adhesion not active |
/// |---|---|---|---|
/// | open | whole | whole | whole |
/// | agents | whole | whole | denied |
/// | commune | whole | its communes | denied |
/// | metropole | whole | unknown | unknown |
pub fn decide(principal: &Principal, layer: &Layer, adhesions: &Adhesions, today: Date) -> Decision {
    match layer.access {
        Access::Open => Decision::Granted(Territory::Whole),
        Access::Metropole if principal.is_metropole() => Decision::Granted(Territory::Whole),
        Access::Metropole => Decision::Denied(Reason::Unknown),
        Access::Agents => match entitled(principal, adhesions, today) {
            Ok(()) => Decision::Granted(Territory::Whole),
            Err(reason) => Decision::Denied(reason),
        },
        Access::Commune => match entitled(principal, adhesions, today) {
            Ok(()) => own_territory(principal),
            Err(reason) => Decision::Denied(reason),
        },
    }
}

/// The same for somebody who is not signed in, where that is allowed: what is open to everybody, and nothing else is
/// said to exist.
pub fn decide_for_nobody(layer: &Layer) -> Decision {
    match layer.access {
        Access::Open => Decision::Granted(Territory::Whole),
        Access::Agents | Access::Commune | Access::Metropole => Decision::Denied(Reason::Unknown),
    }
}

/// Whether a principal may search addresses, given the access configured for the geocoder.
/// `Commune` means the same as `Agents` here: an address has no audience of its own.
///
/// # Errors
/// The reason of the refusal.
pub fn may_search(principal: &Principal, access: Access, adhesions: &Adhesions, today: Date) -> Result<(), Reason> {
    match access {
        Access::Open => Ok(()),
        Access::Agents | Access::Commune => entitled(principal, adhesions, today),
        Access::Metropole if principal.is_metropole() => Ok(()),
        Access::Metropole => Err(Reason::Unknown),
    }
}

/// The state of the adhesion that a principal depends on; the Métropole depends on none.
pub fn adhesion_of(principal: &Principal, adhesions: &Adhesions, today: Date) -> AdhesionState {
    match principal.organisation_id() {
        Some(_) if principal.is_metropole() => AdhesionState::Active,
        Some(id) => adhesions.state(id, today),
        None => AdhesionState::None,
    }
}

fn entitled(principal: &Principal, adhesions: &Adhesions, today: Date) -> Result<(), Reason> {
    if principal.organisation.is_none() {
        return Err(Reason::NoOrganisation);
    }
    match adhesion_of(principal, adhesions, today) {
        AdhesionState::Active => Ok(()),
        state => Err(Reason::Adhesion(state)),
    }
}

fn own_territory(principal: &Principal) -> Decision {
    match &principal.organisation {
        _ if principal.is_metropole() => Decision::Granted(Territory::Whole),
        Some(own) if !own.communes.is_empty() => Decision::Granted(Territory::of(own.communes.iter().copied())),
        Some(_) => Decision::Denied(Reason::NoTerritory),
        None => Decision::Denied(Reason::NoOrganisation),
    }
}

impl Reason {
    /// Whether the refusal must look like an absence (404) rather than be explained (403).
    pub fn hides(&self) -> bool {
        *self == Self::Unknown
    }

    /// Stable code for machines and for the audit trail.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::NoOrganisation => "no_organisation",
            Self::NoTerritory => "no_territory",
            Self::Adhesion(AdhesionState::Pending { .. }) => "adhesion_pending",
            Self::Adhesion(AdhesionState::Suspended { .. }) => "adhesion_suspended",
            Self::Adhesion(AdhesionState::Ended { .. }) => "adhesion_ended",
            Self::Adhesion(AdhesionState::None | AdhesionState::Active) => "adhesion_none",
        }
    }

    /// What the agent reads, in French: the fact, its date and its reason.
    pub fn sentence(&self) -> String {
        match self {
            Self::Unknown => "Cette couche n’existe pas.".to_owned(),
            Self::NoOrganisation => {
                "Votre établissement (SIRET) n’est rattaché à aucune organisation adhérente : votre compte n’ouvre aucun droit.".to_owned()
            }
            Self::NoTerritory => "Votre organisation n’a pas de commune : cette couche n’a rien à lui montrer.".to_owned(),
            Self::Adhesion(state) => adhesion_sentence(state).unwrap_or_else(|| "Votre organisation n’a pas adhéré au service.".to_owned()),
        }
    }
}

/// What an agent reads of the state of an adhesion; none when it is active.
pub fn adhesion_sentence(state: &AdhesionState) -> Option<String> {
    Some(match state {
        AdhesionState::Active => return None,
        AdhesionState::None => "Votre organisation n’a pas adhéré au service.".to_owned(),
        AdhesionState::Pending { from: Some(day) } => {
            format!("L’adhésion de votre organisation commence le {}.", day.strftime("%d/%m/%Y"))
        }
        AdhesionState::Pending { from: None } => "L’adhésion de votre organisation n’est pas encore signée.".to_owned(),
        AdhesionState::Ended { on: Some(day) } => {
            format!("L’adhésion de votre organisation a pris fin le {}.", day.strftime("%d/%m/%Y"))
        }
        AdhesionState::Ended { on: None } => "L’adhésion de votre organisation a pris fin.".to_owned(),
        AdhesionState::Suspended { reason: Some(reason) } => {
            format!("L’adhésion de votre organisation est suspendue : {reason}")
        }
        AdhesionState::Suspended { reason: None } => "L’adhésion de votre organisation est suspendue.".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

    use jiff::{Timestamp, civil::date};
    use layers::{CommuneCode, CommuneRule, SourceFormat, SourceSpec};
    use proptest::prelude::*;

    use super::*;
    use crate::{
        directory::{
            AccountId, Adhesion, AdhesionStatus, OrganisationKind, Roles,
            tests::{adhesion, organisation},
        },
        principal::Credential,
    };

    const TODAY: Date = date(2026, 11, 22);

    fn layer(access: Access) -> Layer {
        Layer {
            id: "parcelles".parse().unwrap(),
            theme: "urbanisme".into(),
            title: String::new(),
            summary: String::new(),
            source: SourceSpec { format: SourceFormat::GeoJson(PathBuf::new()), crs: None },
            key: None,
            attributes: vec![],
            zooms: (10, 18),
            access,
            commune: Some(CommuneRule::Attribute("code_insee".into())),
            producer: String::new(),
            licence: String::new(),
            frequency: String::new(),
            date: None,
        }
    }

    fn agent(kind: OrganisationKind, id: &str, communes: &[&str]) -> Principal {
        Principal { organisation: Some(Arc::new(organisation(id, kind, communes, &[]))), ..stranger() }
    }

    fn stranger() -> Principal {
        let soon = Timestamp::MAX;
        Principal {
            credential: Credential::Session { account: AccountId(1), until: soon, idle_until: soon },
            name: "Camille".into(),
            organisation: None,
            roles: Roles::default(),
            peer: None,
        }
    }

    fn check(principal: &Principal, access: Access, adhesions: &[Adhesion], expected: &Decision) {
        let adhesions = adhesions.iter().cloned().collect();
        assert_eq!(&decide(principal, &layer(access), &adhesions, TODAY), expected, "{access:?}");
    }

    #[test]
    fn an_agent_with_an_active_adhesion_sees_agents_layers_whole_and_commune_layers_at_home() {
        let bron = agent(OrganisationKind::Commune, "69029", &["69029"]);
        let active = [adhesion("69029", AdhesionStatus::Active)];
        let home = Territory::of(["69029".parse().unwrap()]);
        check(&bron, Access::Open, &active, &Decision::Granted(Territory::Whole));
        check(&bron, Access::Agents, &active, &Decision::Granted(Territory::Whole));
        check(&bron, Access::Commune, &active, &Decision::Granted(home));
        check(&bron, Access::Metropole, &active, &Decision::Denied(Reason::Unknown));
    }

    #[test]
    fn the_metropole_sees_everything_whole_without_an_adhesion() {
        let admin = agent(OrganisationKind::Metropole, "metropole", &[]);
        for access in [Access::Open, Access::Agents, Access::Commune, Access::Metropole] {
            check(&admin, access, &[], &Decision::Granted(Territory::Whole));
        }
    }

    #[test]
    fn nobody_sees_what_is_open_and_nothing_else() {
        assert_eq!(decide_for_nobody(&layer(Access::Open)), Decision::Granted(Territory::Whole));
        for access in [Access::Agents, Access::Commune, Access::Metropole] {
            assert_eq!(decide_for_nobody(&layer(access)), Decision::Denied(Reason::Unknown), "{access:?}");
        }
    }

    #[test]
    fn e26_a_person_without_an_organisation_has_no_right() {
        for access in [Access::Agents, Access::Commune] {
            check(&stranger(), access, &[], &Decision::Denied(Reason::NoOrganisation));
        }
        check(&stranger(), Access::Metropole, &[], &Decision::Denied(Reason::Unknown));
    }

    #[test]
    fn a_refusal_says_which_adhesion_is_missing_since_when_and_why() {
        let carol = agent(OrganisationKind::Commune, "69259", &["69259"]);
        let suspended =
            Adhesion { reason: Some("avenant non signé.".into()), ..adhesion("69259", AdhesionStatus::Suspended) };
        let ended = Adhesion { until: Some(date(2026, 6, 30)), ..adhesion("69259", AdhesionStatus::Active) };
        let future = Adhesion { from: date(2027, 1, 1), ..adhesion("69259", AdhesionStatus::Active) };
        for (adhesion, code, word) in [
            (Some(suspended), "adhesion_suspended", "avenant non signé."),
            (Some(ended), "adhesion_ended", "30/06/2026"),
            (Some(future), "adhesion_pending", "01/01/2027"),
            (Some(adhesion("69259", AdhesionStatus::Pending)), "adhesion_pending", "pas encore signée"),
            (None, "adhesion_none", "n’a pas adhéré"),
        ] {
            let adhesions: Adhesions = adhesion.into_iter().collect();
            let Decision::Denied(reason) = decide(&carol, &layer(Access::Agents), &adhesions, TODAY) else {
                panic!("{code}")
            };
            assert!(reason.code() == code && reason.sentence().contains(word) && !reason.hides(), "{reason:?}");
            assert_eq!(may_search(&carol, Access::Agents, &adhesions, TODAY), Err(reason));
        }
    }

    #[test]
    fn an_organisation_without_communes_gets_nothing_of_a_commune_layer() {
        let contractor = agent(OrganisationKind::Contractor, "topo-sarl", &[]);
        check(
            &contractor,
            Access::Commune,
            &[adhesion("topo-sarl", AdhesionStatus::Active)],
            &Decision::Denied(Reason::NoTerritory),
        );
    }

    fn any_status() -> impl Strategy<Value = AdhesionStatus> {
        prop::sample::select(AdhesionStatus::ALL)
    }

    fn any_day() -> impl Strategy<Value = Date> {
        (2024_i16..2029, 1_i8..=12, 1_i8..=28).prop_map(|(year, month, day)| date(year, month, day))
    }

    proptest! {
        /// Whatever the adhesions: what is granted of a restricted layer is granted to an organisation whose own
        /// adhesion covers that very day, and never reaches beyond its own communes.
        #[test]
        fn decide_never_grants_beyond_the_adhesions(
            access in prop::sample::select(vec![Access::Agents, Access::Commune, Access::Metropole]),
            kind in prop::sample::select(vec![OrganisationKind::Commune, OrganisationKind::Contractor]),
            own in prop::collection::btree_set(prop::sample::select(vec!["69029", "69266", "69259", "69123"]), 0..3),
            records in prop::collection::vec((prop::sample::select(vec!["69029", "69266"]), any_status(), any_day(), prop::option::of(any_day())), 0..4),
            today in any_day(),
        ) {
            let communes: Vec<&str> = own.iter().copied().collect();
            let principal = agent(kind, "69029", &communes);
            let records: Vec<Adhesion> = records
                .into_iter()
                .map(|(of, status, from, until)| Adhesion { from, until, ..adhesion(of, status) })
                .collect();
            let in_force = records.iter().rfind(|it| it.organisation.as_str() == "69029");
            let covers = in_force.is_some_and(|it| {
                it.status == AdhesionStatus::Active && it.from <= today && it.until.is_none_or(|until| today <= until)
            });
            let adhesions: Adhesions = records.iter().cloned().collect();
            match decide(&principal, &layer(access), &adhesions, today) {
                Decision::Granted(Territory::Whole) => prop_assert!(covers && access == Access::Agents),
                Decision::Granted(Territory::Communes(open)) => {
                    let own: BTreeSet<CommuneCode> = own.iter().map(|code| code.parse().unwrap()).collect();
                    prop_assert!(covers && access == Access::Commune && open == own && !open.is_empty());
                }
                Decision::Denied(reason) => {
                    prop_assert_eq!(reason.hides(), access == Access::Metropole);
                    prop_assert!(!covers || access == Access::Metropole || own.is_empty());
                }
            }
        }
    }
}
