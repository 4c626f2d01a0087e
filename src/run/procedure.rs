//! The rules by the name that the settings, or a person, give them.
//!
//! Owns whether a name is a shipped procedure or a file. Must not know what any rule says.

use std::path::Path;

use super::{WatchError, watch::read_to_string};
use crate::{
    near::choices,
    procedure::{DutyCatalogue, Procedure},
    settings::Authority,
};

/// The procedure that the settings put in force: with the authority's own changes over it, with the version that it took the
/// place of behind it, and with what the country asks beneath it where they say so.
pub(crate) fn in_force(authority: &Authority) -> Result<Procedure, WatchError> {
    let procedure = read(&authority.procedure, authority.changes.as_deref(), &mut Vec::new())?;
    if !authority.national {
        return Ok(procedure);
    }
    if NOT_ENGLAND.contains(&procedure.calendar.as_str()) {
        return Err(WatchError::NotInEngland { calendar: procedure.calendar });
    }
    Ok(procedure.over(&read_procedure("national")?))
}

/// Shipped calendars of places where the law of England does not apply. An authority's own calendar may be anywhere.
const NOT_ENGLAND: [&str; 3] = ["scotland", "northern-ireland", "isle-of-man"];

/// A shipped procedure, or one in a file, with the version that it took the place of.
pub(crate) fn read_procedure(named: &str) -> Result<Procedure, WatchError> {
    read(named, None, &mut Vec::new())
}

/// `later` are the versions that were read on the way to this one. An authority's changes hold for the clocks of each.
fn read(named: &str, changes: Option<&Path>, later: &mut Vec<String>) -> Result<Procedure, WatchError> {
    if later.iter().any(|other| other == named) {
        return Err(WatchError::ReplacesItself { named: named.to_owned() });
    }
    later.push(named.to_owned());
    let catalogue = DutyCatalogue::shipped();
    let (file, text) = text_of(named)?;
    let procedure = match changes {
        Some(path) => {
            let own = read_to_string("the changes to a procedure", path)?;
            Procedure::parse_over((&path.display().to_string(), &own), (&file, &text), &catalogue, later.len() > 1)
        }
        None => Procedure::parse(&file, &text, &catalogue),
    };
    let procedure = procedure.map_err(WatchError::Procedure)?;
    let Some(earlier) = &procedure.replaces else { return Ok(procedure) };
    // Beside the file that names it.
    let earlier = Path::new(named).with_file_name(earlier).display().to_string();
    let earlier = read(&earlier, changes, later)?;
    Ok(procedure.replacing(earlier))
}

fn text_of(named: &str) -> Result<(String, String), WatchError> {
    let path = Path::new(named);
    if path.extension().is_some() {
        return Ok((named.to_owned(), read_to_string("a procedure", path)?));
    }
    let (file, text) = Procedure::shipped(named).ok_or_else(|| WatchError::NoProcedure {
        named: named.to_owned(),
        shipped: choices(named, "the shipped ones are", Procedure::SHIPPED.map(|(id, _, _)| id)),
    })?;
    Ok((file.to_owned(), text.to_owned()))
}
