//! What can stop an import or the opening of a snapshot. A bad row is not here: it is a
//! `Rejected` in the `Report`. Messages name the file and the place, for an operator.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::{LayerId, UnknownCrs};

/// Why a layer could not be imported or a snapshot not be opened. The last good snapshot is untouched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// File or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is of another format than the configuration says.
    #[error("{} is not {expected}: {found}", path.display())]
    WrongFormat {
        /// The file.
        path: PathBuf,
        /// The format that was expected.
        expected: &'static str,
        /// What was found instead.
        found: String,
    },
    /// The file starts well and then breaks off or makes no sense.
    #[error("{} is truncated or damaged, {place}: {problem}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// How far the reader came, such as `after 12 features`.
        place: String,
        /// What is wrong there.
        problem: String,
    },
    /// The file says nothing of its coordinate system and the configuration neither.
    #[error("{} declares no coordinate system; give `crs` beside its name", path.display())]
    NoCrs {
        /// The file.
        path: PathBuf,
    },
    /// The file is in a coordinate system that is not read here.
    #[error("{}: {source}; give `crs` beside its name if the file is wrong", path.display())]
    UnreadableCrs {
        /// The file.
        path: PathBuf,
        /// The system it declares.
        source: UnknownCrs,
    },
    /// An attribute that the configuration names is in no row.
    #[error("layer {layer}: no row of {} has the attribute « {attribute} » named by {role}; the file has {present}", path.display())]
    MissingAttribute {
        /// The layer.
        layer: LayerId,
        /// The file.
        path: PathBuf,
        /// The attribute that was looked for.
        attribute: String,
        /// The configuration key that names it.
        role: &'static str,
        /// The attributes that exist.
        present: String,
    },
    /// A source of which no row became a feature, for a layer that had some or from rows that there are.
    #[error("layer {layer}: none of the {read} rows of {} became a feature (a wrong `crs`, or an export that failed?); what was there before stays", path.display())]
    NothingAccepted {
        /// The layer.
        layer: LayerId,
        /// The file.
        path: PathBuf,
        /// Rows that it has.
        read: u64,
    },
    /// Communes are to be found by geometry and no shapes were given.
    #[error("layer {0}: `commune` by geometry needs the layer of the communes, imported before it (see [territory])")]
    NoCommuneShapes(LayerId),
    /// The layer of the communes cannot serve as such.
    #[error("the layer of the communes: {0}")]
    CommuneShapes(String),
    /// A snapshot folder that is not what an import wrote.
    #[error("snapshot {}: {problem}; import the layer again", folder.display())]
    Snapshot {
        /// The folder of the revision.
        folder: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// More than the format's 32-bit counters hold.
    #[error("layer {0} has more than {max} {1}; split it", max = u32::MAX)]
    TooLarge(LayerId, &'static str),
}

impl Error {
    /// Names the file or folder of an input/output error.
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { path: path.to_owned(), source }
    }
}
