//! Writing `numbers.bin` street after street: what stays in memory is a row and a box a block, and the
//! distinct suffixes and lieux-dits.

use std::{collections::HashMap, ops::Range, path::Path};

use crate::{
    Error,
    address::Packed,
    numbers::{
        FILE, MAGIC,
        block::{self, NewNumber},
    },
    packed,
    sections::SectionWriter,
    tree::{self, Box},
};

/// Entries are a block and a place in it, in 32 bits.
const MOST_BLOCKS: usize = 1 << 27;

/// The table being written.
#[derive(Debug)]
pub(crate) struct NumbersWriter {
    out: SectionWriter,
    /// Where each block begins and the place it is of.
    table: Vec<u8>,
    boxes: Vec<Box>,
    toponyms: Vec<(u32, Packed)>,
    suffixes: Texts,
    complements: Texts,
    count: u32,
    scratch: Vec<u8>,
}

impl NumbersWriter {
    /// Starts the table in a revision's folder.
    pub(crate) fn create(folder: &Path) -> Result<Self, Error> {
        Ok(Self {
            out: SectionWriter::create(&folder.join(FILE), MAGIC)?,
            table: Vec::new(),
            boxes: Vec::new(),
            toponyms: Vec::new(),
            suffixes: Texts::new(),
            complements: Texts::new(),
            count: 0,
            scratch: Vec::new(),
        })
    }

    /// The number a suffix has in the table; 0 for none.
    pub(crate) fn suffix(&mut self, text: &str) -> u32 {
        self.suffixes.number(text)
    }

    /// The number a lieu-dit has in the table; 0 for none.
    pub(crate) fn complement(&mut self, text: &str) -> u32 {
        self.complements.number(text)
    }

    /// The rank of every suffix known so far in alphabetical order, by its number.
    pub(crate) fn suffix_order(&self) -> Vec<u32> {
        let mut sorted: Vec<u32> = (0..self.suffixes.texts.len() as u32).collect();
        sorted.sort_by_key(|&number| &self.suffixes.texts[number as usize]);
        let mut order = vec![0; sorted.len()];
        sorted.into_iter().zip(0..).for_each(|(number, rank)| order[number as usize] = rank);
        order
    }

    /// House numbers written.
    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// Writes the numbers of a place, in order; gives its blocks.
    pub(crate) fn push(&mut self, place: u32, insee: &str, numbers: &[NewNumber]) -> Result<Range<u32>, Error> {
        let first = self.boxes.len() as u32;
        for part in numbers.chunks(block::MOST) {
            self.scratch.clear();
            block::put(&mut self.scratch, part, insee);
            self.add_row(place)?;
            self.out.write(&self.scratch)?;
            let points = part.iter().flat_map(|number| number.positions.iter().map(|&(at, _)| at));
            self.boxes.push(Box::around(points));
        }
        if self.boxes.len() > MOST_BLOCKS {
            return Err(Error::TooMany { what: "blocks of house numbers", limit: MOST_BLOCKS as u64 });
        }
        self.count += packed::count(numbers.len(), "house numbers")?;
        Ok(first..self.boxes.len() as u32)
    }

    fn add_row(&mut self, place: u32) -> Result<(), Error> {
        let limit = u64::from(u32::MAX);
        let at = u32::try_from(self.out.len()).map_err(|_| Error::TooMany { what: "bytes of house numbers", limit })?;
        self.table.extend(at.to_le_bytes());
        self.table.extend(place.to_le_bytes());
        Ok(())
    }

    /// A place without number that stands somewhere by itself.
    pub(crate) fn push_toponym(&mut self, place: u32, at: Packed) {
        self.toponyms.push((place, at));
    }

    /// Writes the tables that find the blocks; the file is on disk when this returns.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        self.add_row(0)?; // the end of the last block
        self.out.close()?;
        self.out.section(&self.table)?;
        self.boxes.extend(self.toponyms.iter().map(|&(_, at)| Box::around([at])));
        packed::count(self.boxes.len(), "blocks of house numbers")?;
        self.out.section(&tree::build(&self.boxes))?;
        let toponyms: Vec<u8> = self.toponyms.iter().flat_map(|(place, _)| place.to_le_bytes()).collect();
        self.out.section(&toponyms)?;
        self.out.section(self.suffixes.texts.join("\n").as_bytes())?;
        self.out.section(&self.complements.table()?)?;
        self.out.finish()
    }
}

/// Distinct texts in the order they came, the empty one first.
#[derive(Debug)]
struct Texts {
    numbers: HashMap<String, u32>,
    texts: Vec<String>,
}

impl Texts {
    fn new() -> Self {
        Self { numbers: HashMap::from([(String::new(), 0)]), texts: vec![String::new()] }
    }

    fn number(&mut self, text: &str) -> u32 {
        if let Some(&known) = self.numbers.get(text) {
            return known;
        }
        let number = self.texts.len() as u32;
        self.numbers.insert(text.to_owned(), number);
        self.texts.push(text.to_owned());
        number
    }

    /// Where each begins, where the last ends, then the texts; nothing when all are empty.
    fn table(&self) -> Result<Vec<u8>, Error> {
        if self.texts.len() == 1 {
            return Ok(Vec::new());
        }
        let mut at = (self.texts.len() + 1) * 4;
        let mut table = Vec::with_capacity(at);
        for len in self.texts.iter().map(String::len).chain([0]) {
            table.extend(packed::count(at, "bytes of lieux-dits")?.to_le_bytes());
            at += len;
        }
        self.texts.iter().for_each(|text| table.extend(text.as_bytes()));
        Ok(table)
    }
}
