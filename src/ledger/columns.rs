//! How a notice lies in its row, and how a child lies in a column.

use crate::database::Arg;
use crate::directory::{Mailbox, Role};
use crate::duty::DutyKey;
use crate::notice::{Effect, Notice, NoticeState};
use crate::procedure::{DutyId, NoticeKind};
use crate::record::{ChildRef, PersonRef};

use super::LedgerError;
use super::work::Fields;

/// The columns that [`notice`] reads, from the table called `n`.
pub(super) const NOTICE: &str = "n.child, n.duty, n.duty_key, n.generation, n.step, n.repetition, n.person, n.kind, \
                                 n.role, n.mailbox, n.address, n.urgent, n.owed_at_us, n.send_at_us, n.because, n.state";
/// How many they are: what a query adds stands from there on.
pub(super) const NOTICE_COLUMNS: usize = 16;

/// Whether nobody but the readers of a trial has a message `m`: it was kept, or went to the trial's address. What this says is
/// told to nobody once the ledger goes live.
pub(super) const READ_BY_A_TRIAL: &str = "(m.state = 'recorded' OR m.sent_to <> m.address)";

/// Why the message `m` came back, if it did.
pub(super) const WHY_RETURNED: &str = "(SELECT r.why FROM returned r WHERE r.message_id = m.id AND m.state = 'returned' \
                                       AND r.fate IN ('no_such_mailbox', 'given_up') ORDER BY r.at_us DESC, r.why LIMIT 1)";

pub(super) fn notice(row: &Fields) -> Result<Notice, LedgerError> {
    let mailbox = match (row.maybe_text(9)?, row.maybe_text(10)?) {
        (Some(person), Some(email)) => Some(Mailbox { person: PersonRef(person), email }),
        _ => None,
    };
    Ok(Notice {
        effect: Effect {
            child: child(row.text(0)?),
            duty: DutyId(row.text(1)?.into()),
            key: DutyKey(row.text(2)?),
            generation: row.ordinal(3, "a generation")?,
            step: row.text(4)?,
            repeat: row.ordinal(5, "a repetition")?,
            person: PersonRef(row.text(6)?),
        },
        kind: NoticeKind::from_name(&row.text(7)?).ok_or_else(|| row.unreadable("a notice's kind"))?,
        role: Role::from_name(&row.text(8)?).map_err(|_| row.unreadable("a role"))?,
        mailbox,
        urgent: row.flag(11)?,
        owed_at: row.instant(12, "the instant a notice was owed")?,
        send_at: row.instant(13, "the instant a notice may be sent")?,
        because: row.maybe_text(14)?,
        state: NoticeState::from_name(&row.text(15)?).ok_or_else(|| row.unreadable("a notice's state"))?,
    })
}

/// The columns of a new notice, in the order of `notices`, without its run and place.
pub(super) fn notice_args(notice: &Notice) -> Vec<Arg> {
    let Effect { child, duty, key, generation, step, repeat, person } = &notice.effect;
    let mailbox = notice.mailbox.as_ref();
    vec![
        notice.effect.to_string().into(),
        child_arg(child.as_ref()),
        duty.0.as_str().into(),
        (&key.0).into(),
        (*generation).into(),
        step.into(),
        (*repeat).into(),
        (&person.0).into(),
        notice.kind.name().into(),
        notice.role.name().into(),
        mailbox.map(|mailbox| &mailbox.person.0).into(),
        mailbox.map(|mailbox| &mailbox.email).into(),
        notice.urgent.into(),
        notice.owed_at.timestamp_micros().into(),
        notice.send_at.timestamp_micros().into(),
        notice.because.as_ref().into(),
        notice.state.name().into(),
    ]
}

/// The kinds that are told although their duty is over, as a list of SQL.
pub(super) fn outliving() -> String {
    let kinds = NoticeKind::ALL.into_iter().map(|(_, kind)| kind).filter(|kind| kind.outlives_its_duty());
    kinds.map(|kind| format!("'{}'", kind.name())).collect::<Vec<_>>().join(", ")
}

/// A report of the whole authority is nobody's: it lies as an empty text, because a null would never equal itself.
pub(super) fn child_arg(child: Option<&ChildRef>) -> Arg {
    child.map_or("", |child| child.0.as_str()).into()
}

pub(super) fn child(column: String) -> Option<ChildRef> {
    (!column.is_empty()).then_some(ChildRef(column.into()))
}
