//! Words, found when a message is about to be sent, on the state of that moment.

use chrono::{DateTime, NaiveDate, Utc};
use tracing::warn;

use super::{Watch, WatchError};
use crate::{
    delivery::Outgoing,
    directory::{Directory, Mailbox},
    duty::Terms,
    ledger::{Claim, ClaimedNotice},
    message::{ComposeError, Matter, Stationery, Templates, compose, dates, draft},
    notice::Effect,
    summary,
};

impl Watch {
    /// Takes out what its reader is not to be told any more: they have left the case since it was decided. Bytes that are
    /// frozen cannot be worded otherwise: they go as they are, or, where they were meant for another address or another way
    /// out, or hold what may not be told, not at all. What is taken out is owed anew.
    pub(super) async fn take_out(&self, claim: &mut Claim, to: &Mailbox, now: DateTime<Utc>) -> Result<(), WatchError> {
        let today = self.zone.local_date(now);
        let may_be_told = |claimed: &ClaimedNotice| {
            let of_summary = || summary::reader(&claimed.duty.duty, &claimed.duty.key).map(|(_, of)| of);
            let case = claimed.case.clone().or_else(of_summary);
            let concerned = |people: &Directory| people.concerned(case.as_ref(), today, &self.last_recipient);
            self.people.as_ref().is_none_or(|people| concerned(people).contains(&claim.mailbox.person))
        };
        let (stays, mut goes): (Vec<_>, Vec<_>) = claim.notices.iter().cloned().partition(may_be_told);
        let elsewhere = claim.frozen_for.as_ref().is_some_and(|address| *address != to.email);
        let in_other_form = claim.frozen.as_ref().is_some_and(|frozen| !self.channel.reads(frozen));
        let none_may = claim.frozen.is_some() && (elsewhere || in_other_form || !goes.is_empty());
        if !none_may && goes.is_empty() {
            return Ok(());
        }
        claim.notices = stays;
        if none_may {
            goes.append(&mut claim.notices);
        }
        let effects: Vec<Effect> = goes.into_iter().map(|claimed| claimed.notice.effect).collect();
        Ok(self.ledger.take_back(&claim.lease, &effects, now).await?)
    }

    /// The message in the channel's form. `data_as_of` is said of the case data.
    pub(super) fn write(
        &self,
        claim: &Claim,
        to: &Mailbox,
        adopted_on: NaiveDate,
        data_as_of: &str,
        now: DateTime<Utc>,
    ) -> Result<String, WatchError> {
        let terms = Terms { adopted_on: Some(adopted_on), ..self.terms(now) };
        let matters: Vec<Matter> = claim
            .notices
            .iter()
            .map(|claimed| Matter { notice: &claimed.notice, duty: &claimed.duty, case: claimed.case.as_ref() })
            .collect();
        let stationery = Stationery { data_as_of: data_as_of.to_owned(), ..self.stationery.clone() };
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
