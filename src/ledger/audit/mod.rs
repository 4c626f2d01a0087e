//! The audit: what duewatch and its people did, chained by hashes, so that nobody can change, drop or reorder any of it unseen.
//!
//! Owns the chain: one link for each deed, in the transaction that does it; the entries under a link, each the evidence of one
//! child or of nobody; the end of the chain that is kept outside the ledger. Must not know what a deed means.
//!
//! ```text
//! link n:  hash = H(hash of link n-1, n, deed, at, entries, digest)      digest = H(hashes of its entries, in order)
//! entry:   hash = H(salt, payload)                                       salt: 16 random bytes
//! ```
//!
//! A payload that has expired goes with its salt. Its hash stays, so that the chain can still be verified, and says nothing of
//! what it was of: without the salt a guess cannot be tried.

mod evidence;
mod expiry;
mod head;
mod tables;
mod verify;

pub use evidence::Evidence;
pub use expiry::Expired;
pub(super) use head::HeadFile;
pub use head::{ChainEnd, HeadCheck};
pub use verify::{Break, Verified};

use chrono::{DateTime, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::work::Work;
use super::{LedgerError, batch};
use crate::database::Arg;
use crate::record::ChildRef;

/// One deed, until it is chained.
pub(super) struct Deed {
    /// What kind of deed it is: the first part of its name.
    kind: &'static str,
    /// Its name, where that is known before its place in the chain.
    name: Option<String>,
    waiting: Vec<Vec<Arg>>,
    entries: i64,
    digest: Sha256,
}

impl Deed {
    /// A deed that is named by its place in the chain.
    pub(super) fn new(kind: &'static str) -> Deed {
        Deed { kind, name: None, waiting: Vec::new(), entries: 0, digest: Sha256::new() }
    }

    /// A deed whose name is known, so that its entries can be stored before it is chained.
    pub(super) fn numbered(kind: &'static str, number: i64) -> Deed {
        Deed { name: Some(format!("{kind}-{number}")), ..Deed::new(kind) }
    }

    /// Adds an entry: the evidence of one child, or of nobody. It holds nothing of another child.
    pub(super) fn note(&mut self, child: Option<&ChildRef>, payload: &Value) -> Result<(), LedgerError> {
        let (payload, salt) = (payload.to_string(), salt()?);
        let hash = entry_hash(&salt, &payload);
        self.digest.update(hash.as_bytes());
        self.waiting.push(vec![
            self.entries.into(),
            child.map_or("", |child| child.0.as_str()).into(),
            hash.into(),
            salt.into(),
            payload.into(),
        ]);
        self.entries += 1;
        Ok(())
    }

    /// Whether nothing was noted.
    pub(super) fn is_empty(&self) -> bool {
        self.entries == 0
    }

    /// Stores the entries that wait, so that they take no memory. Only for a deed that has its name.
    pub(super) async fn store(&mut self, work: &mut Work) -> Result<(), LedgerError> {
        let Some(name) = &self.name else { return Ok(()) };
        let rows: Vec<Vec<Arg>> = std::mem::take(&mut self.waiting)
            .into_iter()
            .map(|row| std::iter::once(Arg::from(name.as_str())).chain(row).collect())
            .collect();
        batch::execute(work, "INSERT INTO entries (deed, place, child, hash, salt, payload)", &rows, "").await?;
        Ok(())
    }
}

impl Work {
    /// Chains a deed. It is the last thing that a transaction does before its commit, because whoever chains waits for it.
    pub(super) async fn chain(&mut self, mut deed: Deed, at: DateTime<Utc>) -> Result<(), LedgerError> {
        let sql = "UPDATE chain_end SET n = n + 1 WHERE one = 1
                   RETURNING n, hash, (SELECT ledger_id FROM meta WHERE one = 1)";
        let Some(end) = self.fetch_optional(sql, &[]).await? else {
            return Err(LedgerError::NotFounded { ledger: self.ledger().into() });
        };
        let (n, before, ledger_id) = (end.int(0)?, end.text(1)?, end.maybe_text(2)?);
        let ledger_id = ledger_id.and_then(|id| id.parse().ok());
        let name = deed.name.get_or_insert_with(|| format!("{}-{n}", deed.kind)).clone();
        deed.store(self).await?;
        let (at_us, digest) = (at.timestamp_micros(), format!("{:x}", deed.digest.finalize()));
        let hash = link_hash(&before, n, &name, at_us, deed.entries, &digest);
        let args = [n.into(), name.into(), at_us.into(), deed.entries.into(), digest.into(), (&hash).into()];
        self.execute(
            "INSERT INTO links (n, deed, at_us, entries, digest, hash) VALUES ($1, $2, $3, $4, $5, $6)",
            &args,
        )
        .await?;
        self.execute("UPDATE chain_end SET hash = $1 WHERE one = 1", &[(&hash).into()]).await?;
        if let Some(ledger_id) = ledger_id {
            self.chained(ledger_id, ChainEnd { n, hash });
        }
        Ok(())
    }

    /// Chains a deed of one entry.
    pub(super) async fn chain_one(
        &mut self,
        kind: &'static str,
        child: Option<&ChildRef>,
        payload: &Value,
        at: DateTime<Utc>,
    ) -> Result<(), LedgerError> {
        let mut deed = Deed::new(kind);
        deed.note(child, payload)?;
        self.chain(deed, at).await
    }
}

fn entry_hash(salt: &str, payload: &str) -> String {
    hashed(&[salt, payload])
}

fn link_hash(before: &str, n: i64, deed: &str, at_us: i64, entries: i64, digest: &str) -> String {
    hashed(&["link", before, &n.to_string(), deed, &at_us.to_string(), &entries.to_string(), digest])
}

/// Each part with its length before it, so that no two lists of parts are the same bytes.
fn hashed(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(format!("{}:", part.len()));
        hash.update(part);
    }
    format!("{:x}", hash.finalize())
}

fn salt() -> Result<String, LedgerError> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|error| LedgerError::NoRandomness { why: error.to_string() })?;
    Ok(format!("{:032x}", u128::from_be_bytes(salt)))
}
