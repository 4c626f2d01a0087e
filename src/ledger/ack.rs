//! Acknowledgements: somebody says that they act on it, and repeats to them rest.

use chrono::{DateTime, Utc};

use super::columns::child_arg;
use super::{Ledger, LedgerError};
use crate::duty::DutyKey;
use crate::procedure::DutyId;
use crate::record::{ChildRef, PersonRef};

/// An acknowledgement as it is handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAck {
    /// Whose duty; nobody's for a report.
    pub child: Option<ChildRef>,
    /// Which rule.
    pub duty: DutyId,
    /// Which of that rule's duties; none means every one.
    pub key: Option<DutyKey>,
    /// Who acts on it.
    pub person: PersonRef,
    /// What they say they do.
    pub reason: String,
    /// Until when repeats to them rest.
    pub until: DateTime<Utc>,
}

impl Ledger {
    /// Stores an acknowledgement, as an act of its person.
    pub async fn ack(&self, ack: &NewAck, now: DateTime<Utc>) -> Result<(), LedgerError> {
        let mut work = self.writing("record an acknowledgement").await?;
        let args = [
            child_arg(ack.child.as_ref()),
            ack.duty.0.as_str().into(),
            ack.key.as_ref().map(|key| &key.0).into(),
            (&ack.person.0).into(),
            (&ack.reason).into(),
            now.timestamp_micros().into(),
            ack.until.timestamp_micros().into(),
        ];
        work.execute(
            "INSERT INTO acks (child, duty, duty_key, person, reason, at_us, until_us)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            &args,
        )
        .await?;
        // Repeats rest, and are owed again at its end: only a judgement says when.
        if let Some(child) = &ack.child {
            work.wake_case(child).await?;
        }
        work.act("ack", &ack.person.0, &ack.reason, &ack.duty.0, now).await?;
        work.commit().await
    }
}
