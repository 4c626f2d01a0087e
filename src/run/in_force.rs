//! By what the ledger is run: a change of it is a deed of the audit.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{Watch, WatchError};

impl Watch {
    /// Says by which settings, procedure, calendar and program people are told from now on.
    pub(super) async fn say_what_is_in_force(&self, now: DateTime<Utc>) -> Result<(), WatchError> {
        let in_force = json!({
            "settings": self.settings,
            "procedure": { "id": self.procedure.id, "hash": self.procedure.hash },
            "calendar": { "id": self.procedure.calendar, "hash": self.calendar.hash(), "offices": self.office.hash() },
            "program": self.program,
        });
        Ok(self.ledger.note_in_force(&in_force, now).await?)
    }
}
