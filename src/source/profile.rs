//! The shipped sets of view definitions, one for each data set that duewatch knows.

use thiserror::Error;

use super::document;

/// A shipped set of view definitions.
#[derive(Clone, Copy, Debug)]
pub struct Profile {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is for.
    pub what: &'static str,
    /// Its statements; nothing for the skeleton, which is made from the contract.
    statements: Option<&'static str>,
}

/// Every profile. A new one is a file under `config/sources` and a line here.
pub const PROFILES: &[Profile] = &[
    Profile { name: "native", what: "a skeleton to fill in from your own tables", statements: None },
    Profile {
        name: "lcs",
        what: "over the Standard Safeguarding Dataset of LCS and the local tables beside it",
        statements: Some(concat!(
            include_str!("../../config/sources/ssd/lcs.sql"),
            "\n",
            include_str!("../../config/sources/ssd/by-person.sql"),
            "\n",
            include_str!("../../config/sources/ssd/common.sql")
        )),
    },
    Profile {
        name: "mosaic",
        what: "over the dataset of Mosaic and the local tables beside it",
        statements: Some(concat!(
            include_str!("../../config/sources/ssd/mosaic.sql"),
            "\n",
            include_str!("../../config/sources/ssd/common.sql")
        )),
    },
    Profile {
        name: "eclipse",
        what: "over the dataset of Eclipse and the local tables beside it",
        statements: Some(concat!(
            include_str!("../../config/sources/ssd/eclipse.sql"),
            "\n",
            include_str!("../../config/sources/ssd/by-person.sql"),
            "\n",
            include_str!("../../config/sources/ssd/common.sql")
        )),
    },
];

/// There is no such profile.
#[derive(Debug, PartialEq, Eq, Error)]
#[error("there is no profile `{named}`; the profiles are: {}", names())]
pub struct ProfileError {
    /// What was asked for.
    pub named: String,
}

fn names() -> String {
    PROFILES.iter().map(|profile| profile.name).collect::<Vec<_>>().join(", ")
}

/// The statements of one profile, with the contract they fulfil as comments.
pub fn sql(profile: &str) -> Result<String, ProfileError> {
    let found = PROFILES.iter().find(|known| known.name == profile);
    let found = found.ok_or_else(|| ProfileError { named: profile.to_owned() })?;
    Ok(match found.statements {
        None => document::skeleton(),
        Some(statements) => {
            format!(
                "-- The contract these views fulfil (in full: config/sources/contract.md):\n--\n{}\n{statements}",
                document::summary()
            )
        }
    })
}
