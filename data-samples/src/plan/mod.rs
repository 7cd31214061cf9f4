//! The plan of one commune, flat and straight: streets, blocks, lots, house numbers.
//! Read `divide` first (streets and blocks), then `lots`, then `numbers`.

pub(crate) mod density;
pub(crate) mod divide;
pub(crate) mod lots;
pub(crate) mod numbers;
pub(crate) mod obstacles;
pub(crate) mod streets;
pub(crate) mod territory;

use crate::{
    bend::Ground,
    facts::Place,
    plane::{Cell, Point},
    rng::Rng,
};
use density::Density;
use lots::Lot;
use numbers::{Hamlet, Number};
use obstacles::Obstacle;
use territory::Territory;

/// What stands on a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Town,
    Works,
    Square,
    Park,
    Wood,
    Field,
}

/// Ground between streets, their width already taken off.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) cell: Cell,
    pub(crate) found: Use,
    /// Centre and radius of the pond of a park.
    pub(crate) pond: Option<(Point, f64)>,
}

/// A part of the commune under one planning rule.
#[derive(Debug)]
pub(crate) struct Zone {
    pub(crate) cell: Cell,
    /// CNIG TYPEZONE: U, AU, A or N.
    pub(crate) kind: &'static str,
    /// Which of the rules of its kind applies.
    pub(crate) rank: usize,
    pub(crate) central: bool,
}

/// A street: its whole line, and the runs of it that exist once the water is taken off.
#[derive(Debug)]
pub(crate) struct Street {
    pub(crate) line: Vec<Point>,
    pub(crate) runs: Vec<Vec<Point>>,
    pub(crate) importance: u8,
    /// `rue`, `avenue`… as in the name.
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) one_way: bool,
    pub(crate) along: Option<Along>,
}

/// What a street follows, when no cut made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Along {
    /// A bank: the obstacle, and whether it is the left bank.
    Bank(usize, bool),
    /// The border with another site.
    Border(usize),
}

impl Street {
    fn new(line: Vec<Point>, importance: u8) -> Self {
        Self { line, runs: Vec::new(), importance, kind: "", name: String::new(), one_way: false, along: None }
    }
}

/// Everything planned in one commune or arrondissement.
#[derive(Debug)]
pub(crate) struct Commune {
    pub(crate) place: Place,
    pub(crate) site: usize,
    /// How many sites the Métropole has: greater ranks are its neighbours.
    pub(crate) sites: usize,
    /// Sites of the same city, for an arrondissement.
    pub(crate) city: Vec<usize>,
    pub(crate) centre: Point,
    pub(crate) density: Density,
    pub(crate) streets: Vec<Street>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) zones: Vec<Zone>,
    pub(crate) lots: Vec<Lot>,
    pub(crate) numbers: Vec<Number>,
    pub(crate) hamlets: Vec<Hamlet>,
    pub(crate) ground: Ground,
    /// Seeds of what is drawn from the plan.
    pub(crate) keys: [u64; 3],
}

/// What a commune's plan depends on besides the commune.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting<'a> {
    pub(crate) obstacles: &'a [Obstacle],
    pub(crate) ground: Ground,
    pub(crate) seed: u64,
    pub(crate) copy: u32,
}

impl Commune {
    /// Plans the commune of one site inside its cell.
    pub(crate) fn plan(territory: &Territory, site: usize, density: Density, setting: Setting<'_>) -> Self {
        let (place, cell) = (territory.place(site).clone(), &territory.cells[site]);
        let keys = [setting.seed, u64::from(setting.copy), site as u64];
        let centre = place.centre;
        let mut commune = Self {
            place,
            site,
            sites: territory.sites.len(),
            city: territory.city(site),
            centre,
            density,
            streets: Vec::new(),
            blocks: Vec::new(),
            zones: Vec::new(),
            lots: Vec::new(),
            numbers: Vec::new(),
            hamlets: Vec::new(),
            ground: setting.ground,
            keys,
        };
        divide::divide(&mut commune, cell, &density, setting.obstacles, &mut commune_rng(keys, 1));
        streets::lay(&mut commune, cell, setting.obstacles, &mut commune_rng(keys, 2));
        lots::divide(&mut commune, &mut commune_rng(keys, 3));
        numbers::number(&mut commune, cell, &mut commune_rng(keys, 4));
        commune
    }

    /// The generator of one subject of this commune.
    pub(crate) fn rng(&self, subject: u64) -> Rng {
        commune_rng(self.keys, 100 + subject)
    }

    /// The quay along one bank of an obstacle, made on first use; its line is laid later.
    fn quay(&mut self, obstacle: usize, left: bool) -> usize {
        let known = self.streets.iter().position(|street| street.along == Some(Along::Bank(obstacle, left)));
        known.unwrap_or_else(|| {
            self.streets.push(Street { along: Some(Along::Bank(obstacle, left)), ..Street::new(Vec::new(), 3) });
            self.streets.len() - 1
        })
    }
}

fn commune_rng(keys: [u64; 3], subject: u64) -> Rng {
    Rng::new(&[keys[0], keys[1], keys[2], subject])
}
