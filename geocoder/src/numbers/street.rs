//! The numbers of one street, which is a run of blocks in the order of their numbers: the one that is asked for, those
//! beside it, where all of them are.

use std::ops::Range;

use layers::LonLat;

use super::{Numbers, block::Entry, entry_of, position};
use crate::{HouseNumber, address::Position};

/// A house number of the table, by name and position.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Known {
    pub entry: u32,
    pub house: HouseNumber,
    pub position: Position,
}

impl Numbers {
    /// The entry of a house number among the blocks of a street.
    pub(crate) fn find(&self, street: Range<u32>, house: &HouseNumber) -> Option<u32> {
        let suffix = *self.suffix_numbers.get(&house.suffix)?;
        // The number may begin in the block before the one whose first it is: one number, several suffixes.
        let last = self.first_after(street.clone(), house.number);
        for block in (street.start..last).rev() {
            let mut entries = self.block(block).entries().zip(0..);
            if let Some((_, index)) = entries.find(|(entry, _)| (entry.number, entry.suffix) == (house.number, suffix))
            {
                return Some(entry_of(block, index));
            }
            if self.block(block).first_number() < house.number {
                break;
            }
        }
        None
    }

    /// The nearest numbers of the same parity in a street, below and above one it may lack, suffixes apart.
    pub(crate) fn around(&self, street: Range<u32>, number: u32) -> (Option<Known>, Option<Known>) {
        let split = self.first_after(street.clone(), number);
        let alike = |known: &Known| known.house.number % 2 == number % 2 && known.house.number != number;
        let below = (street.start..split)
            .rev()
            .find_map(|block| self.of_block(block).filter(|known| alike(known) && known.house.number < number).last());
        let above = (split.saturating_sub(1).max(street.start)..street.end.min(self.blocks))
            .find_map(|block| self.of_block(block).find(|known| alike(known) && known.house.number > number));
        (below, above)
    }

    /// Where the numbers of a street are, in order.
    pub(crate) fn doors(&self, street: Range<u32>) -> impl Iterator<Item = LonLat> + '_ {
        let blocks = street.start..street.end.min(self.blocks);
        blocks.flat_map(|block| self.block(block).entries().map(|entry| entry.at.unpack()))
    }

    /// The first block of a street whose first number is greater.
    fn first_after(&self, street: Range<u32>, number: u32) -> u32 {
        let (mut low, mut high) = (street.start, street.end.min(self.blocks));
        while low < high {
            let middle = low + (high - low) / 2;
            if self.block(middle).first_number() <= number { low = middle + 1 } else { high = middle }
        }
        low
    }

    fn of_block(&self, block: u32) -> impl Iterator<Item = Known> + '_ {
        let known = move |(entry, index): (Entry<'_>, u32)| Known {
            entry: entry_of(block, index),
            house: self.house_of(entry),
            position: position(entry.at, entry.kind),
        };
        self.block(block).entries().zip(0..).map(known)
    }
}
