//! What came back: delivery reports in the box, and what a channel knows of what it took.
//!
//! Owns the order: a report is recorded before its mail is remembered as read, so that a crash in between only reads it twice.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Watch, WatchError};
use crate::{
    clock::Clock,
    delivery::{Look, Marks, ReturnBox, Returned},
};

/// What one reading of what came back came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReturnsRead {
    /// Messages that came back: what they say is owed again.
    pub returned: usize,
    /// Things learnt of messages, those that came back among them.
    pub new: u64,
    /// What a person must look at.
    pub attention: Vec<String>,
}

impl Watch {
    /// Reads what came back since it was last read, and asks the channel. What cannot be read is a matter of attention.
    pub async fn read_returns(&self, clock: Clock) -> Result<ReturnsRead, WatchError> {
        let mut read = ReturnsRead::default();
        if self.returns.is_empty() && !self.channel.can_be_asked() {
            return Ok(read);
        }
        self.recognise_ledger().await?;
        for from in &self.returns {
            self.read_box(from, clock.now(), &mut read).await?;
        }
        if self.channel.can_be_asked() {
            let lately = self.ledger.handed_over_lately(clock.now()).await?;
            match self.channel.returned(&lately).await {
                Ok(learnt) => self.record(&learnt, clock.now(), &mut read).await?,
                Err(why) => read.attention.push(format!("cannot ask what became of messages: {why}")),
            }
        }
        Ok(read)
    }

    /// Whether each box can be read, by the place where it is.
    pub fn test_returns(&self) -> Vec<(String, Result<(), String>)> {
        self.returns.iter().map(|from| (from.place(), from.test())).collect()
    }

    /// Whether mail leaves by a way on which it may come back, and nobody would learn of it.
    pub fn sends_unwatched(&self) -> bool {
        self.returns.is_empty() && !self.channel.stays_here() && !self.channel.can_be_asked()
    }

    async fn read_box(&self, from: &ReturnBox, now: DateTime<Utc>, read: &mut ReturnsRead) -> Result<(), WatchError> {
        let place = from.place();
        let marks = self.ledger.mail_read(&place).await?;
        let look = match self.look(from, marks.clone(), now).await {
            Ok(look) => look,
            Err(why) => {
                read.attention.push(why);
                return Ok(());
            }
        };
        read.attention.extend(look.faults);
        let ids: Vec<Uuid> = look.reports.iter().map(|(_, report)| report.message_id).collect();
        let addresses = self.ledger.sent_to(&ids).await?;
        let (mut learnt, mut seen, mut doubtful) = (Vec::new(), Vec::new(), 0);
        for (name, report) in look.reports {
            // Another authority may have its mail returned to the same box.
            let Some(address) = addresses.get(&report.message_id) else { continue };
            match report.about(address) {
                Some(returned) => {
                    learnt.push(returned);
                    seen.push(name);
                }
                None => doubtful += 1,
            }
        }
        if doubtful > 0 {
            read.attention.push(format!(
                "{doubtful} delivery reports in {place} name another recipient than the message had that they are about, so they \
                 count for nothing: look at them"
            ));
        }
        self.record(&learnt, now, read).await?;
        let changed = look.marks.iter().any(|(name, upto)| marks.get(name) != Some(upto));
        if changed || !look.gone.is_empty() {
            self.ledger.note_mail_read(&place, &look.marks, &look.gone).await?;
        }
        let from = from.clone();
        let marked = tokio::task::spawn_blocking(move || from.mark_seen(&seen)).await;
        if let Ok(Err(error)) = marked {
            read.attention.push(format!("cannot mark mail in {place} as seen: {error}; let this user write there"));
        }
        Ok(())
    }

    async fn look(&self, from: &ReturnBox, marks: Marks, now: DateTime<Utc>) -> Result<Look, String> {
        let (from, domain) = (from.clone(), self.message_id_domain.clone());
        let work = tokio::task::spawn_blocking(move || from.look(&marks, &domain, now));
        work.await
            .unwrap_or_else(|error| Err(format!("reading what came back failed: {error}; report this as a defect")))
    }

    async fn record(&self, learnt: &[Returned], now: DateTime<Utc>, read: &mut ReturnsRead) -> Result<(), WatchError> {
        let came_back = self.ledger.record_returned(learnt, now).await?;
        read.returned += came_back.returned.len();
        read.new += came_back.new;
        Ok(())
    }
}
