//! Canonical roles. A procedure maps its own words ("Principal Officer") onto them; the rest of duewatch speaks only these.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};
use thiserror::Error;

/// A canonical role, e.g. `first_line_manager`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Role(&'static str);

/// A role that duewatch does not know.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("there is no role `{named}`; the roles are: {}", Role::ALL.map(Role::name).join(", "))]
pub struct RoleError {
    /// What was written.
    pub named: String,
}

impl Role {
    /// The worker the case is allocated to.
    pub const LEAD_WORKER: Role = Role("lead_worker");
    /// That worker's manager.
    pub const FIRST_LINE_MANAGER: Role = Role("first_line_manager");
    /// The manager's manager.
    pub const SECOND_LINE_MANAGER: Role = Role("second_line_manager");
    /// Who chaired the last conference or will chair the next. Never a rung of the worker's own line.
    pub const CONFERENCE_CHAIR: Role = Role("conference_chair");
    /// The unit that arranges conferences.
    pub const CONFERENCE_SERVICE: Role = Role("conference_service");
    /// Who sends minutes out.
    pub const BUSINESS_SUPPORT: Role = Role("business_support");
    /// The head of child protection.
    pub const HEAD_OF_CHILD_PROTECTION: Role = Role("head_of_child_protection");
    /// The heads of social care.
    pub const HEADS_OF_SOCIAL_CARE: Role = Role("heads_of_social_care");
    /// The director of children's services.
    pub const DIRECTOR: Role = Role("director");
    /// The designated doctors and nurses: told at a central address, never at a named person's.
    pub const DESIGNATED_HEALTH: Role = Role("designated_health");
    /// Who mends the case data.
    pub const DATA_TEAM: Role = Role("data_team");

    /// Every role.
    pub const ALL: [Role; 11] = [
        Role::LEAD_WORKER,
        Role::FIRST_LINE_MANAGER,
        Role::SECOND_LINE_MANAGER,
        Role::CONFERENCE_CHAIR,
        Role::CONFERENCE_SERVICE,
        Role::BUSINESS_SUPPORT,
        Role::HEAD_OF_CHILD_PROTECTION,
        Role::HEADS_OF_SOCIAL_CARE,
        Role::DIRECTOR,
        Role::DESIGNATED_HEALTH,
        Role::DATA_TEAM,
    ];

    /// The role of that name.
    pub fn from_name(name: &str) -> Result<Role, RoleError> {
        Role::ALL.into_iter().find(|role| role.0 == name).ok_or_else(|| RoleError { named: name.into() })
    }

    /// Whether who fills it depends on the case; otherwise it is a post of the authority.
    pub fn belongs_to_a_case(self) -> bool {
        matches!(
            self,
            Role::LEAD_WORKER | Role::FIRST_LINE_MANAGER | Role::SECOND_LINE_MANAGER | Role::CONFERENCE_CHAIR
        )
    }

    /// Whether only a mailbox that several people read may fill it.
    pub fn central_only(self) -> bool {
        self == Role::DESIGNATED_HEALTH
    }

    /// The roles that somebody holds whatever the case.
    pub fn posts() -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(|role| !role.belongs_to_a_case())
    }

    /// Its name in a sentence.
    pub fn words(self) -> String {
        self.0.replace('_', " ")
    }

    /// Its name in procedures and in JSON.
    pub fn name(self) -> &'static str {
        self.0
    }
}

impl<'de> Deserialize<'de> for Role {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Role, D::Error> {
        Role::from_name(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
