//! What was told about a child: to whom, when, and how far it came.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::columns::{NOTICE, NOTICE_COLUMNS, WHY_RETURNED, notice};
use super::work::Fields;
use super::{Ledger, LedgerError, MessageState};
use crate::directory::Mailbox;
use crate::notice::Notice;
use crate::record::{ChildRef, PersonRef};

/// One step that was decided, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldStep {
    /// What was decided, with its state now.
    pub notice: Notice,
    /// In which run.
    pub run: i64,
    /// The instant that run judged by.
    pub decided_at: DateTime<Utc>,
    /// The message that carries it.
    pub message: Option<MessageSeen>,
}

/// A message, without its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageSeen {
    /// Which.
    pub id: Uuid,
    /// To whom it was bundled.
    pub mailbox: Mailbox,
    /// Where it stands.
    pub state: MessageState,
    /// When it was bundled.
    pub created_at: DateTime<Utc>,
    /// When the server took it.
    pub handed_over_at: Option<DateTime<Utc>>,
    /// How often it was claimed.
    pub attempts: u32,
    /// Why it came back, or else what was last said about an attempt.
    pub why: Option<String>,
}

impl Ledger {
    /// Every notice about a child, in the order decided, those about closed duties included.
    pub async fn told_of(&self, child: &ChildRef) -> Result<Vec<ToldStep>, LedgerError> {
        let mut work = self.reading("read what was told").await?;
        let sql = format!(
            "SELECT {NOTICE}, n.decided_run, r.at_us, m.id, m.person, m.address, m.state, m.created_at_us,
                    m.handed_over_us, m.attempts,
                    COALESCE({WHY_RETURNED},
                             (SELECT a.why FROM attempts a WHERE a.message_id = m.id ORDER BY a.n DESC LIMIT 1))
             FROM notices n JOIN runs r ON r.id = n.decided_run LEFT JOIN messages m ON m.id = n.message_id
             WHERE n.child = $1 ORDER BY n.decided_run, n.place"
        );
        let rows = work.fetch(&sql, &[child.0.as_str().into()]).await?;
        let steps = rows.iter().map(|row| {
            Ok(ToldStep {
                notice: notice(row)?,
                run: row.int(NOTICE_COLUMNS)?,
                decided_at: row.instant(NOTICE_COLUMNS + 1, "a run's instant")?,
                message: message(row, NOTICE_COLUMNS + 2)?,
            })
        });
        steps.collect()
    }
}

fn message(row: &Fields, from: usize) -> Result<Option<MessageSeen>, LedgerError> {
    let Some(id) = row.maybe_text(from)? else { return Ok(None) };
    Ok(Some(MessageSeen {
        id: id.parse().map_err(|_| row.unreadable("a message's id"))?,
        mailbox: Mailbox { person: PersonRef(row.text(from + 1)?), email: row.text(from + 2)? },
        state: MessageState::from_name(&row.text(from + 3)?).ok_or_else(|| row.unreadable("a message's state"))?,
        created_at: row.instant(from + 4, "a message's instant")?,
        handed_over_at: row.maybe_instant(from + 5, "the instant a message was handed over")?,
        attempts: row.ordinal(from + 6, "a message's attempts")?,
        why: row.maybe_text(from + 7)?,
    }))
}
