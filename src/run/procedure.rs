//! The rules by the name that the settings, or a person, give them.
//!
//! Owns whether a name is a shipped procedure or a file. Must not know what any rule says.

use std::path::Path;

use super::{WatchError, watch::read_to_string};
use crate::{
    near::choices,
    procedure::{DutyCatalogue, Procedure},
};

/// A shipped procedure, or one in a file.
pub(crate) fn read_procedure(named: &str) -> Result<Procedure, WatchError> {
    let path = Path::new(named);
    let catalogue = DutyCatalogue::shipped();
    let procedure = if path.extension().is_some() {
        let text = read_to_string("a procedure", path)?;
        Procedure::parse(named, &text, &catalogue)
    } else {
        let shipped = Procedure::SHIPPED.iter().find(|(id, _, _)| *id == named);
        let (_, file, text) = shipped.ok_or_else(|| WatchError::NoProcedure {
            named: named.to_owned(),
            shipped: choices(named, "the shipped ones are", Procedure::SHIPPED.map(|(id, _, _)| id)),
        })?;
        Procedure::parse(file, text, &catalogue)
    };
    procedure.map_err(WatchError::Procedure)
}
