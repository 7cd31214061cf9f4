//! Refusals on their way to the audit trail. A map that is refused asks for a hundred tiles at once:
//! one line tells it, and a second one, a minute later, how many more there were.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::audit::AuditEvent;

/// Equal refusals within this time are told once.
const WINDOW: Duration = Duration::from_secs(60);
/// Distinct refusals remembered within a window. Beyond, they are counted together, so that someone
/// who changes address at every request fills neither the memory nor the disk.
const MOST: usize = 2_048;

/// Refusals of the current minute.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<HashMap<AuditEvent, Repeats>>);

#[derive(Debug)]
struct Repeats {
    since: Instant,
    untold: u64,
}

impl Refusals {
    /// The event to record now, if this refusal is the first of its kind in a minute.
    pub(crate) fn notice(&self, event: AuditEvent) -> Option<AuditEvent> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let event = if seen.len() < MOST || seen.contains_key(&event) {
            event
        } else {
            AuditEvent::act("several", "refused", "several")
        };
        if let Some(repeats) = seen.get_mut(&event) {
            repeats.untold += 1;
            return None;
        }
        seen.insert(event.clone(), Repeats { since: Instant::now(), untold: 0 });
        Some(event)
    }

    /// The lines that tell what was repeated in the minutes that are over.
    pub(crate) fn sweep(&self) -> Vec<AuditEvent> {
        self.take(|repeats| repeats.since.elapsed() >= WINDOW)
    }

    /// The same for everything, when the server stops.
    pub(crate) fn drain(&self) -> Vec<AuditEvent> {
        self.take(|_| true)
    }

    fn take(&self, over: impl Fn(&Repeats) -> bool) -> Vec<AuditEvent> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.extract_if(|_, repeats| over(repeats))
            .filter(|(_, repeats)| repeats.untold > 0)
            .map(|(event, repeats)| AuditEvent { count: Some(repeats.untold), ..event })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(object: &str) -> AuditEvent {
        AuditEvent::act("account 1", "refused", object)
    }

    #[test]
    fn a_map_of_a_hundred_refused_tiles_is_two_lines() {
        let refusals = Refusals::default();
        let told: Vec<_> = (0..100).filter_map(|_| refusals.notice(refused("parcelles"))).collect();
        assert_eq!(told, [refused("parcelles")]);
        assert!(refusals.sweep().is_empty(), "the minute is not over");
        assert_eq!(refusals.drain(), [AuditEvent { count: Some(99), ..refused("parcelles") }]);
        assert!(refusals.drain().is_empty());
    }

    #[test]
    fn two_layers_are_two_refusals() {
        let refusals = Refusals::default();
        assert!(refusals.notice(refused("parcelles")).is_some() && refusals.notice(refused("chantiers")).is_some());
    }

    #[test]
    fn a_flood_of_distinct_refusals_is_bounded() {
        let refusals = Refusals::default();
        let told = (0..10_000).filter(|n| refusals.notice(refused(&n.to_string())).is_some()).count();
        assert_eq!(told, MOST + 1);
    }
}
