//! Isotonic regression: how right answers are by a measure that can only speak for them, in as few steps as they show.

/// Fewest answers that make a step, and how different two steps must be.
const FEWEST: f64 = 40.0;
const STEP: f64 = 0.02;

/// A run of likenesses or margins that are believed alike.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub from: f64,
    pub to: f64,
    pub count: f64,
    sum: f64,
}

impl Step {
    /// The share of right ones; half of one is added on either side, since nothing is certain.
    pub(crate) fn value(&self) -> f64 {
        ((self.sum + 0.5) / (self.count + 1.0)).min(1.0)
    }

    fn with(self, next: Self) -> Self {
        Self { from: self.from, to: next.to, count: self.count + next.count, sum: self.sum + next.sum }
    }
}

/// The steps that never go down and miss the points least (pool adjacent violators), of pairs of a measure and of how
/// right it was.
pub(crate) fn isotonic(mut points: Vec<(f64, f64)>) -> Vec<Step> {
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut groups: Vec<Step> = Vec::new();
    for (x, y) in points {
        let point = Step { from: x, to: x, count: 1.0, sum: y };
        match groups.last_mut() {
            Some(last) if last.count < FEWEST || last.to >= x => *last = last.with(point),
            _ => groups.push(point),
        }
    }
    let mut steps: Vec<Step> = Vec::new();
    for mut group in groups {
        while let Some(last) = steps.pop_if(|last| last.value() + STEP > group.value()) {
            group = last.with(group);
        }
        steps.push(group);
    }
    steps
}

/// The straight line between the steps around `x`.
pub(crate) fn at(steps: &[Step], x: f64) -> f64 {
    let after = steps.partition_point(|step| step.from <= x);
    match (after.checked_sub(1).map(|before| steps[before]), steps.get(after)) {
        (Some(before), Some(after)) if x > before.to => {
            let share = (x - before.to) / (after.from - before.to);
            before.value() + share * (after.value() - before.value())
        }
        (Some(step), _) => step.value(),
        (None, Some(step)) => step.value(),
        (None, None) => 0.0,
    }
}
