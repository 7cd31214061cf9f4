//! The identifiers a BAL's rows have in the national base: all of them on a row, on every row, or none. What a row has
//! is read here, and what that makes of the file is said at its end.

use crate::{
    bal_columns::Cells,
    bal_fields::{self as fields, Faults},
    reason::{Notice, Reason},
    row::BanId,
};

/// The identifiers of one row.
pub(crate) struct Ids {
    pub commune: Option<BanId>,
    pub street: Option<BanId>,
    pub address: Option<BanId>,
}

/// Which rows of a file carry all of theirs.
#[derive(Default)]
pub(crate) struct IdUse {
    rows: u64,
    complete: u64,
    commune: Option<BanId>,
    several: bool,
}

impl Ids {
    /// From their own columns (1.4), else from `uid_adresse` (1.3).
    pub(crate) fn read(cells: Cells<'_>, faults: &mut Faults) -> Self {
        let columns = cells.columns;
        let uid = cells.text(columns.uid);
        let mut one =
            |column, fault, mark| fields::uuid(cells.text(column), fault, faults).or_else(|| fields::uid(uid, mark));
        Self {
            commune: one(columns.ban_commune, Reason::IdCommune, "@c:"),
            street: one(columns.ban_street, Reason::IdStreet, "@v:"),
            address: one(columns.ban_address, Reason::IdAddress, "@a:"),
        }
    }

    /// Whether the row has any.
    pub(crate) fn are_used(&self) -> bool {
        self.commune.or(self.street).or(self.address).is_some()
    }

    /// Whether the row has them all; a toponym has none of an address.
    pub(crate) fn are_complete(&self, is_toponym: bool) -> bool {
        self.commune.is_some() && self.street.is_some() && (self.address.is_some() || is_toponym)
    }
}

impl IdUse {
    /// Takes one row into account.
    pub(crate) fn count(&mut self, ids: &Ids, complete: bool) {
        self.rows += 1;
        if complete {
            self.complete += 1;
            self.several |= self.commune.is_some_and(|known| ids.commune != Some(known));
            self.commune = ids.commune;
        }
    }

    /// What is to be said of the file.
    pub(crate) fn notice(&self) -> Option<Notice> {
        match self {
            Self { rows: 0, .. } => Some(Notice::NoRow),
            Self { complete: 0, .. } => None,
            Self { rows, complete, .. } if complete < rows => Some(Notice::SomeIds),
            Self { several, .. } => several.then_some(Notice::SeveralCommuneIds),
        }
    }
}
