//! A made-up Métropole on real names: eighteen layers and its addresses, at any size,
//! the same bytes for the same seed. Read `plan` for how a town comes about,
//! `draw` for what each layer shows of it, `output` for the files.

mod bend;
mod draw;
mod facts;
mod names;
mod national;
mod output;
mod plan;
mod plane;
mod rng;
mod run;

pub use national::{NationalOptions, NationalSummary, generate_national};
pub use run::{Options, Scale, Summary, generate};

/// The seed of the committed samples.
pub const COMMITTED_SEED: u64 = 69;
