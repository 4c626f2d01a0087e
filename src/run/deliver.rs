//! Delivery: claim, word, freeze, send, record, until nothing is due.
//!
//! Messages go in groups: one commit claims a group, one freezes its bytes. Groups begin small and grow while they go quickly;
//! then the next one is made ready while one is on its way.
//! What comes of each is recorded at once, together with whatever else has ended by then, so that a slow server makes for
//! commits of one message and a fast one for large ones.

use std::{collections::BTreeSet, time::Duration};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    Watch, WatchError,
    lanes::{Ended, Group, Ready, give_back, record},
};
use crate::{
    clock::Clock,
    delivery::{self, Frozen, next_attempt},
    directory::Mailbox,
    ledger::{Attempted, Claim, ClaimedNotice, Mode, Outcome, Worded},
};

/// How many messages are claimed at a time, at most.
const GROUP: usize = 64;
/// A group that was sent within this makes for a larger one. On a slow way out few messages are under way at a time, and so
/// few have an unknown end if the process stops.
const QUICK: Duration = Duration::from_millis(500);
/// So long what has ended waits for what ends after it, once groups are as large as they get: then a commit costs as much as
/// sending several messages.
const GATHER: Duration = Duration::from_millis(20);
/// What of a group has not begun by then is given back: its words must not grow old, nor its leases long.
const GROUP_MS: u64 = 60_000;
/// Beyond that and the longest that the channel can take with one message: for the wording, and for the disk.
const LEASE_BEYOND_MS: u64 = 60_000;
/// A server that asks to wait is not believed beyond this.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(24);

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
    /// There is more, and the channel bears it only after so long.
    pub more_in: Option<Duration>,
}

impl Delivered {
    /// Counts what came of messages, and shows those that were told.
    pub(super) fn count_each(&mut self, ended: Ended, each: &mut impl FnMut(&Claim)) {
        for (claim, attempted) in ended {
            self.count(attempted.outcome);
            if matches!(attempted.outcome, Outcome::HandedOver | Outcome::Recorded) {
                each(&claim);
            }
        }
    }

    fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::HandedOver => self.handed_over += 1,
            Outcome::Recorded => self.recorded += 1,
            Outcome::Cancelled | Outcome::Untried => {}
            Outcome::Retry { .. } | Outcome::Unknown { .. } => self.put_off += 1,
            Outcome::Refused | Outcome::Dead => self.failed += 1,
        }
    }

    /// Adds what another pass came to.
    pub fn add(&mut self, other: Delivered) {
        self.handed_over += other.handed_over;
        self.recorded += other.recorded;
        self.put_off += other.put_off;
        self.failed += other.failed;
        self.more_in = other.more_in;
    }
}

/// A group that was claimed, put into words and frozen.
struct Taken {
    claimed_at: Instant,
    ready: Vec<Ready>,
    /// What ends before it could be sent.
    ended: Ended,
}

/// What holds for a whole pass.
struct Pass {
    owner: String,
    mode: Mode,
    adopted_on: NaiveDate,
    data_as_of: String,
}

impl Watch {
    /// Sends everything that may be sent by now. Stops between two messages when asked to, when the way out is shut, and when
    /// the channel bears no more for now.
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
        let pass = Pass {
            owner: format!("{}-{}", identity.ledger_id, std::process::id()),
            mode: identity.mode,
            adopted_on: self.zone.local_date(identity.adopted_at),
            data_as_of: self.data_as_of().await?,
        };
        let limits = self.channel.limits();
        let lease = Duration::from_millis(limits.longest_ms.saturating_add(GROUP_MS + LEASE_BEYOND_MS));
        let lease_ms = i64::try_from(lease.as_millis()).unwrap_or(i64::MAX / 2);
        let smallest = limits.connections.clamp(1, GROUP);
        let (mut delivered, mut size, mut quick, mut ahead) = (Delivered::default(), smallest, false, None);
        while !stop.is_cancelled() {
            let taken = match ahead.take() {
                Some(taken) => Some(taken),
                None => match self.pace.room(limits.per_minute) {
                    Ok(room) => self.take(&pass, lease_ms, room.min(size), clock).await?,
                    Err(wait) => {
                        delivered.more_in = self.ledger.anything_due(clock.now()).await?.then_some(wait);
                        break;
                    }
                },
            };
            let Some(taken) = taken else { break };
            let group = Group {
                // Of few messages each is written down at once: what is not is sent again if the process stops.
                gather: if size == GROUP { GATHER } else { Duration::ZERO },
                begin_by: taken.claimed_at + Duration::from_millis(GROUP_MS),
                record_by: taken.claimed_at + lease,
                stop,
                clock,
            };
            let sent_from = Instant::now();
            delivered.count_each(record(&self.ledger, taken.ended, clock.now()).await?, &mut each);
            // While a quick way out takes one group, the next one is made ready.
            let sent = CancellationToken::new();
            let next = async {
                if !quick || limits.per_minute.is_some() {
                    return Ok(None);
                }
                let mut taken = self.take(&pass, lease_ms, size, clock).await?;
                tokio::select! {
                    () = sent.cancelled() => {}
                    () = stop.cancelled() => {
                        let ready = taken.iter_mut().flat_map(|taken| taken.ready.drain(..));
                        give_back(&self.ledger, ready, clock.now()).await?;
                    }
                }
                Ok::<_, WatchError>(taken)
            };
            let sending = async {
                let shut = self.send_group(taken.ready, &group, &mut delivered, &mut each).await;
                sent.cancel();
                shut
            };
            let (shut, next) = tokio::join!(sending, next);
            let shut = shut?;
            ahead = next?;
            if shut {
                break;
            }
            quick = sent_from.elapsed() < QUICK;
            size = if quick { (size * 2).min(GROUP) } else { smallest };
        }
        if let Some(Taken { ready, ended, .. }) = ahead {
            give_back(&self.ledger, ready, clock.now()).await?;
            delivered.count_each(record(&self.ledger, ended, clock.now()).await?, &mut each);
        }
        Ok(delivered)
    }

    /// Claims a group, puts it into words and freezes them; nothing if nothing is due.
    async fn take(&self, pass: &Pass, lease_ms: i64, most: usize, clock: Clock) -> Result<Option<Taken>, WatchError> {
        let claimed_at = Instant::now();
        let claimed = self.ledger.claim(&pass.owner, lease_ms, clock.now(), most).await?;
        if claimed.is_empty() {
            return Ok(None);
        }
        let (mut claims, mut worded, mut ended) = (Vec::new(), Vec::new(), Vec::new());
        for mut claim in claimed {
            let to = match &pass.mode {
                Mode::Redirect(to) => Mailbox { email: to.clone(), ..claim.mailbox.clone() },
                _ => claim.mailbox.clone(),
            };
            self.take_out(&mut claim, &to, clock.now()).await?;
            match self.worded(pass, &claim, &to, clock.now()) {
                Ok(eml) => {
                    let sent_to = (pass.for_claim(&claim) != &Mode::Record).then_some(to.email);
                    worded.push(Worded { lease: claim.lease.clone(), eml, sent_to });
                    claims.push(claim);
                }
                Err(attempted) => ended.push((claim, attempted)),
            }
        }
        // Whatever happens after this, a repetition is the same bytes under the same Message-ID.
        let lost = if worded.is_empty() { BTreeSet::new() } else { self.ledger.freeze(&worded, clock.now()).await? };
        let mut ready = Vec::new();
        for (claim, Worded { lease, eml, sent_to }) in claims.into_iter().zip(worded) {
            if lost.contains(&lease.message) {
                continue;
            }
            let refused = sent_to.as_ref().map(|to| self.allowed.check(to));
            match (sent_to, refused) {
                (Some(to), Some(Ok(()))) => {
                    let repeated = claim.frozen.is_some();
                    ready.push(Ready { frozen: Frozen { message_id: lease.message, to, eml, repeated }, claim });
                }
                (_, Some(Err(why))) => {
                    let why = Some(why.to_string());
                    ended.push((claim, Attempted { outcome: Outcome::Refused, code: None, why }));
                }
                (_, None) | (None, _) => {
                    ended.push((claim, Attempted { outcome: Outcome::Recorded, code: None, why: None }));
                }
            }
        }
        Ok(Some(Taken { claimed_at, ready, ended }))
    }

    /// The bytes of a message, or what becomes of it where there can be none.
    fn worded(&self, pass: &Pass, claim: &Claim, to: &Mailbox, now: DateTime<Utc>) -> Result<String, Attempted> {
        if claim.notices.is_empty() {
            let why = Some("nothing in it was to be told any more, or not at this address".to_owned());
            return Err(Attempted { outcome: Outcome::Cancelled, code: None, why });
        }
        match &claim.frozen {
            Some(eml) => Ok(eml.clone()),
            // One message without words must not hold up everybody else's.
            None => self.write(claim, to, pass.adopted_on, &pass.data_as_of, now).map_err(|error| {
                tracing::error!(message = %claim.lease.message, "it could not be worded: {error}");
                let why = "it could not be worded; correct the templates or the settings".to_owned();
                comes_to(delivery::Outcome::Retry { why, after_ms: None }, claim.lease.message, claim.tries, now)
            }),
        }
    }
}

impl Pass {
    /// Whoever reads the mail of a trial is not named for a restricted case.
    fn for_claim(&self, claim: &Claim) -> &Mode {
        let restricted =
            |claimed: &ClaimedNotice| claimed.case.as_ref().is_some_and(|case| case.access.named.is_some());
        match &self.mode {
            Mode::Redirect(_) if claim.notices.iter().any(restricted) => &Mode::Record,
            mode => mode,
        }
    }
}

/// What an attempt comes to in the ledger: where the message stands, and when it is tried again. `tries` were made before it.
///
/// What the other side asked to wait is heeded beyond our own waits, up to a day. After the last wait the message is dead,
/// whatever its last outcome: then a person must look.
pub fn comes_to(outcome: delivery::Outcome, message: Uuid, tries: u32, now: DateTime<Utc>) -> Attempted {
    let again = next_attempt(tries + 1, message.as_u64_pair().1, now);
    let asked = |after_ms: Option<u64>| {
        let after = after_ms.map_or(TimeDelta::zero(), |ms| {
            i64::try_from(ms).ok().and_then(TimeDelta::try_milliseconds).unwrap_or(LONGEST_WAIT)
        });
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_asks_to_wait_is_heeded_within_reason() {
        let now: DateTime<Utc> = "2026-11-30T08:30:00Z".parse().expect("an instant");
        let waits = |after_ms: Option<u64>| {
            let outcome = delivery::Outcome::Retry { why: String::new(), after_ms };
            match comes_to(outcome, Uuid::nil(), 0, now).outcome {
                Outcome::Retry { next_at } => next_at - now,
                other => panic!("{other:?}"),
            }
        };
        assert!(waits(None) <= TimeDelta::minutes(1) && waits(None) >= TimeDelta::seconds(48));
        assert_eq!(waits(Some(1_000)), waits(None), "our own wait is longer");
        assert_eq!(waits(Some(600_000)), TimeDelta::minutes(10));
        for beyond_a_day in [86_400_001, u64::MAX] {
            assert_eq!(waits(Some(beyond_a_day)), TimeDelta::hours(24));
        }
    }
}
