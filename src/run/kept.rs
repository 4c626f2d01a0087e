//! The children of the last run, as the next one needs them: whose rows need not be read, and what they add to the whole.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::audience::LineNumber;
use crate::{
    duty::{Sitting, StoredDate, Stretch},
    ledger::Kept,
    record::ChildRef,
    source::{Faults, Fingerprint, FingerprintKey, Found, Known},
};

/// What a whole run needs of a child that is not judged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Carried {
    /// What was wrong with its rows.
    #[serde(flatten)]
    pub(super) found: Found,
    /// Who is named by its case and is not in the directory.
    #[serde(default, skip_serializing_if = "Faults::is_empty")]
    pub(super) strangers: Faults,
    /// Which of the case system's own dates are not ours.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) stored_dates: Vec<StoredDate>,
    /// What the authority's reports list of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) stretches: Vec<Stretch>,
    /// Its conferences that are booked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) sittings: Vec<Sitting>,
}

impl Carried {
    /// As it is kept; nothing, where there is nothing to keep.
    pub(super) fn text(&self) -> Result<Option<String>, serde_json::Error> {
        if *self == Carried::default() { Ok(None) } else { serde_json::to_string(self).map(Some) }
    }
}

/// One child of the last run.
#[derive(Debug)]
pub(super) struct KnownCase {
    pub(super) child: ChildRef,
    fingerprint: Option<Fingerprint>,
    /// It is judged whatever its rows say.
    due: bool,
    audience: Option<LineNumber>,
    pub(super) carried: Option<Box<Carried>>,
    pub(super) woken: i64,
}

/// Every child of the last run.
#[derive(Debug)]
pub(super) struct KnownCases {
    key: FingerprintKey,
    /// Everybody is judged in this run.
    whole: bool,
    /// Bytewise by child.
    pub(super) cases: Vec<KnownCase>,
}

impl KnownCases {
    /// Nobody yet.
    pub(super) fn new(key: FingerprintKey) -> Self {
        KnownCases { key, whole: false, cases: Vec::new() }
    }

    /// A child as it was kept, seen at `now` with data loaded on `loaded_on`.
    pub(super) fn add(&mut self, child: ChildRef, kept: &Kept, now: DateTime<Utc>, loaded_on: NaiveDate) {
        let carried = kept.carried.as_deref().map(serde_json::from_str::<Carried>);
        // What another version kept may not be readable: then the child is judged.
        let unreadable = matches!(carried, Some(Err(_)));
        let carried = carried.and_then(Result::ok);
        let arrived = carried.as_ref().and_then(|carried| carried.found.until_loaded_on);
        let due = unreadable
            || kept.wake_at.is_some_and(|wake_at| wake_at <= now)
            || arrived.is_some_and(|on| on <= loaded_on);
        let fingerprint = Fingerprint::from_text(&kept.fingerprint);
        let (audience, carried) = (LineNumber::from_text(&kept.audience), carried.map(Box::new));
        self.cases.push(KnownCase { child, fingerprint, due, audience, carried, woken: kept.woken });
    }

    /// All have been added. With `whole` everybody is judged in this run.
    #[must_use]
    pub(super) fn in_order(mut self, whole: bool) -> Self {
        self.cases.sort_unstable_by(|one, other| one.child.cmp(&other.child));
        KnownCases { whole, ..self }
    }

    /// This child is judged whatever its rows say.
    pub(super) fn wake(&mut self, child: &ChildRef) {
        if let Ok(at) = self.cases.binary_search_by(|known| known.child.cmp(child))
            && let Some(known) = self.cases.get_mut(at)
        {
            known.due = true;
        }
    }

    /// Who would be told of it when it was last judged.
    pub(super) fn audience(&self, child: &ChildRef) -> Option<LineNumber> {
        let at = self.cases.binary_search_by(|known| known.child.cmp(child)).ok()?;
        self.cases.get(at)?.audience
    }

    /// Whether nothing said that this child is to be judged: what it comes to must be what it came to before.
    pub(super) fn is_quiet(&self, at: usize, fingerprint: Fingerprint) -> bool {
        self.cases.get(at).is_some_and(|known| !known.due && known.fingerprint == Some(fingerprint))
    }
}

impl Known for KnownCases {
    fn key(&self) -> &FingerprintKey {
        &self.key
    }

    fn look_up(&self, child: &str, fingerprint: Fingerprint) -> (Option<usize>, bool) {
        match self.cases.binary_search_by(|known| known.child.0.as_str().cmp(child)) {
            Ok(at) => (Some(at), !self.whole && self.is_quiet(at, fingerprint)),
            Err(_) => (None, false),
        }
    }
}
