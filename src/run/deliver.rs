//! Delivery: claim, write, freeze, send, record, until nothing is due.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::{Watch, WatchError};
use crate::{
    clock::Clock,
    delivery::{self, Frozen, Outgoing, next_attempt},
    directory::{Directory, Mailbox},
    duty::Terms,
    failpoint::failpoint,
    ledger::{Attempted, Claim, ClaimedNotice, Mode, Outcome},
    message::{ComposeError, Matter, Stationery, Templates, compose, dates, draft},
    notice::Effect,
    summary,
};

/// How long one message may be worked on before another process may take it up again, at the least.
const LEASE_MS: u64 = 120_000;
/// Beyond the longest that the channel can take: for the wording, and for the disk.
const LEASE_BEYOND_MS: u64 = 60_000;

/// A server that asks to wait is not believed beyond this.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(6);

/// What a delivery pass came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    /// The server took them.
    pub handed_over: u64,
    /// Written and kept, sent to nobody: the ledger's mode is `record`.
    pub recorded: u64,
    /// To be tried again.
    pub put_off: u64,
    /// Refused for good, or given up: a person must look.
    pub failed: u64,
}

impl Watch {
    /// Sends everything that may be sent by now. Stops between two messages when asked to.
    pub async fn deliver(&self, clock: Clock, stop: &CancellationToken) -> Result<Delivered, WatchError> {
        self.deliver_each(clock, stop, |_| {}).await
    }

    /// The same, showing each message that was handed over or recorded.
    pub async fn deliver_each(
        &self,
        clock: Clock,
        stop: &CancellationToken,
        mut each: impl FnMut(&Claim) + Send,
    ) -> Result<Delivered, WatchError> {
        self.recognise_ledger().await?;
        let identity = self.ledger.identity().await?;
        let owner = format!("{}-{}", identity.ledger_id, std::process::id());
        let lease_ms = LEASE_MS.max(self.channel.limits().longest_ms.saturating_add(LEASE_BEYOND_MS));
        let lease_ms = i64::try_from(lease_ms).unwrap_or(i64::MAX / 2);
        let adopted_on = self.zone.local_date(identity.adopted_at);
        let mut delivered = Delivered::default();
        while !stop.is_cancelled() {
            let Some(mut claim) = self.ledger.claim(&owner, lease_ms, clock.now()).await? else { break };
            let to = match &identity.mode {
                Mode::Redirect(to) => Mailbox { email: to.clone(), ..claim.mailbox.clone() },
                _ => claim.mailbox.clone(),
            };
            self.take_out(&mut claim, &to, clock.now()).await?;
            // Whoever reads the mail of a trial is not named for a restricted case.
            let restricted =
                |claimed: &ClaimedNotice| claimed.case.as_ref().is_some_and(|case| case.access.named.is_some());
            let mode = match &identity.mode {
                Mode::Redirect(_) if claim.notices.iter().any(restricted) => &Mode::Record,
                mode => mode,
            };
            let attempted = self.send(&claim, &to, mode, adopted_on, clock).await?;
            match attempted.outcome {
                Outcome::HandedOver => delivered.handed_over += 1,
                Outcome::Recorded => delivered.recorded += 1,
                Outcome::Cancelled => {}
                Outcome::Retry { .. } | Outcome::Unknown { .. } => delivered.put_off += 1,
                _ => delivered.failed += 1,
            }
            self.ledger.record(&claim.lease, &attempted, clock.now()).await?;
            if matches!(attempted.outcome, Outcome::HandedOver | Outcome::Recorded) {
                each(&claim);
            }
        }
        Ok(delivered)
    }

    /// Takes out what its reader is not to be told any more: they have left the case since it was decided. Bytes that are
    /// frozen cannot be worded otherwise: they go as they are, or, where they were meant for another address or hold what may
    /// not be told, not at all. What is taken out is owed anew.
    async fn take_out(&self, claim: &mut Claim, to: &Mailbox, now: DateTime<Utc>) -> Result<(), WatchError> {
        let today = self.zone.local_date(now);
        let may_be_told = |claimed: &ClaimedNotice| {
            let of_summary = || summary::reader(&claimed.duty.duty, &claimed.duty.key).map(|(_, of)| of);
            let case = claimed.case.clone().or_else(of_summary);
            let concerned = |people: &Directory| people.concerned(case.as_ref(), today, &self.last_recipient);
            self.people.as_ref().is_none_or(|people| concerned(people).contains(&claim.mailbox.person))
        };
        let (stays, mut goes): (Vec<_>, Vec<_>) = claim.notices.iter().cloned().partition(may_be_told);
        let elsewhere = claim.frozen_for.as_ref().is_some_and(|address| *address != to.email);
        let none_may = claim.frozen.is_some() && (elsewhere || !goes.is_empty());
        if !none_may && goes.is_empty() {
            return Ok(());
        }
        claim.notices = stays;
        if none_may {
            goes.append(&mut claim.notices);
        }
        let effects: Vec<Effect> = goes.into_iter().map(|claimed| claimed.notice.effect).collect();
        Ok(self.ledger.take_back(&claim.lease, &effects).await?)
    }

    /// One message. Its words are found now, and frozen before the server sees them: whatever happens after that, a
    /// repetition is the same bytes under the same Message-ID.
    async fn send(
        &self,
        claim: &Claim,
        to: &Mailbox,
        mode: &Mode,
        adopted_on: NaiveDate,
        clock: Clock,
    ) -> Result<Attempted, WatchError> {
        if claim.notices.is_empty() {
            let why = Some("nothing in it was to be told any more, or not at this address".to_owned());
            return Ok(Attempted { outcome: Outcome::Cancelled, code: None, why });
        }
        let eml = match &claim.frozen {
            Some(eml) => eml.clone(),
            None => match self.write(claim, to, adopted_on, clock.now()).await {
                Ok(eml) => eml,
                // One message without words must not hold up everybody else's.
                Err(WatchError::Compose(_) | WatchError::Render(_)) => {
                    let why = "it could not be worded; correct the templates or the settings".to_owned();
                    return Ok(attempted(delivery::Outcome::Retry { why, after_ms: None }, claim, clock.now()));
                }
                Err(error) => return Err(error),
            },
        };
        let sent_to = (*mode != Mode::Record).then_some(to.email.as_str());
        self.ledger.freeze(&claim.lease, &eml, sent_to, clock.now()).await?;
        if *mode == Mode::Record {
            return Ok(Attempted { outcome: Outcome::Recorded, code: None, why: None });
        }
        if let Err(why) = self.allowed.check(&to.email) {
            return Ok(Attempted { outcome: Outcome::Refused, code: None, why: Some(why.to_string()) });
        }
        failpoint("send.before");
        let (message_id, repeated) = (claim.lease.message, claim.frozen.is_some());
        let outcome = self.channel.send(&Frozen { message_id, to: to.email.clone(), eml, repeated }).await;
        failpoint("send.after");
        Ok(attempted(outcome, claim, clock.now()))
    }

    async fn write(
        &self,
        claim: &Claim,
        to: &Mailbox,
        adopted_on: NaiveDate,
        now: DateTime<Utc>,
    ) -> Result<String, WatchError> {
        let terms = Terms { adopted_on: Some(adopted_on), ..self.terms(now) };
        let matters: Vec<Matter> = claim
            .notices
            .iter()
            .map(|claimed| Matter { notice: &claimed.notice, duty: &claimed.duty, case: claimed.case.as_ref() })
            .collect();
        let stationery = Stationery { data_as_of: self.data_as_of().await?, ..self.stationery.clone() };
        let letter = draft(&matters, &stationery, &terms);
        // The authority's own words if they hold, the shipped ones rather than silence.
        let composed = match compose(&letter, &self.templates) {
            Err(ComposeError::Template(error)) => {
                warn!(message = %claim.lease.message, "{error}; the shipped words are used");
                compose(&letter, &Templates::shipped()?)?
            }
            composed => composed?,
        };
        let outgoing = Outgoing {
            message_id: claim.lease.message,
            message_id_domain: self.message_id_domain.clone(),
            from: self.from.clone(),
            to: to.email.clone(),
            reply_to: self.reply_to.clone(),
            subject: composed.subject,
            text: composed.text,
            html: composed.html,
            calendar: dates(&matters, &stationery, &terms, claim.created_at),
            date: claim.created_at,
        };
        Ok(self.channel.write(&outgoing)?)
    }
}

fn attempted(outcome: delivery::Outcome, claim: &Claim, now: DateTime<Utc>) -> Attempted {
    let again = next_attempt(claim.lease.attempt, claim.lease.message.as_u64_pair().1, now);
    let asked = |after_ms: Option<u64>| {
        let after = TimeDelta::milliseconds(after_ms.and_then(|ms| i64::try_from(ms).ok()).unwrap_or(0));
        again.map(|at| at.max(now + after.min(LONGEST_WAIT)))
    };
    let (outcome, code, why) = match outcome {
        delivery::Outcome::HandedOver { reply } => (Outcome::HandedOver, Some(250), reply),
        delivery::Outcome::Refused { code, why } => (Outcome::Refused, code.map(i64::from), why),
        delivery::Outcome::Retry { why, after_ms } | delivery::Outcome::Shut { why, after_ms } => {
            (asked(after_ms).map_or(Outcome::Dead, |next_at| Outcome::Retry { next_at }), None, why)
        }
        delivery::Outcome::Unknown { why } => {
            (again.map_or(Outcome::Dead, |next_at| Outcome::Unknown { next_at }), None, why)
        }
    };
    Attempted { outcome, code, why: Some(why) }
}
