//! Going over the whole chain: every link from the first to the last, every entry that is still there, and what the tables say of
//! the attempts that those tell of.

use std::fmt;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::super::work::{Fields, Work};
use super::super::{Ledger, LedgerError};
use super::tables::{self, Attempts};
use super::{HeadCheck, entry_hash, link_hash};

/// What a verification came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Links gone over.
    pub links: u64,
    /// Entries under them.
    pub entries: u64,
    /// Those of them whose payload has expired.
    pub expired: u64,
    /// Every break found: along the chain, then in the tables beside it, then at its ends.
    pub breaks: Vec<Break>,
}

/// A place at which the chain is not what was once written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Break {
    /// Links are missing, or stand in another order.
    Gap {
        /// The link that should follow.
        wanted: i64,
        /// The one that does.
        found: i64,
    },
    /// A link was changed, or does not follow from the one before it.
    Link {
        /// Which.
        n: i64,
        /// Its deed.
        deed: String,
    },
    /// Entries of a link are missing, were added, or stand in another order.
    Entries {
        /// Of which link.
        n: i64,
        /// Its deed.
        deed: String,
    },
    /// An entry was changed.
    Entry {
        /// Of which link.
        n: i64,
        /// Its deed.
        deed: String,
        /// Which entry.
        place: i64,
    },
    /// What an entry said is gone before its time.
    Emptied {
        /// Of which link.
        n: i64,
        /// Its deed.
        deed: String,
        /// Which entry.
        place: i64,
    },
    /// The tables say otherwise of an attempt, or do not have it.
    Attempt {
        /// Of which link.
        n: i64,
        /// Its deed.
        deed: String,
        /// Which message.
        message: String,
        /// Which attempt.
        attempt: i64,
    },
    /// The tables have attempts that no entry tells of.
    Unchained {
        /// How many.
        attempts: u64,
    },
    /// Entries belong to no link.
    Orphans {
        /// How many.
        entries: u64,
    },
    /// The last link is not the one that the ledger ends with.
    End {
        /// The last link.
        last: i64,
        /// Where the ledger says that it ends.
        end: i64,
    },
    /// The ledger does not have what was seen of it outside.
    Outside(HeadCheck),
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Break::Gap { wanted, found } => {
                write!(f, "link {wanted} is missing or out of its place: link {found} stands there")
            }
            Break::Link { n, deed } => {
                write!(f, "link {n} ({deed}) was changed, or does not follow from the one before")
            }
            Break::Entries { n, deed } => {
                write!(f, "link {n} ({deed}): entries are missing, were added, or stand in another order")
            }
            Break::Entry { n, deed, place } => write!(f, "link {n} ({deed}): entry {place} was changed"),
            Break::Emptied { n, deed, place } => {
                write!(f, "link {n} ({deed}): what entry {place} said was removed before its time")
            }
            Break::Attempt { n, deed, message, attempt } => write!(
                f,
                "link {n} ({deed}): the tables of the ledger say otherwise of attempt {attempt} at message {message}"
            ),
            Break::Unchained { attempts } => {
                write!(f, "{attempts} attempts in the tables of the ledger are in no link")
            }
            Break::Orphans { entries } => write!(f, "{entries} entries belong to no link"),
            Break::End { last, end } => {
                write!(
                    f,
                    "the last link is {last}, but the ledger says that it ends with link {end}: links were cut off"
                )
            }
            Break::Outside(HeadCheck::Missing) => f.write_str("the file that keeps the end of the chain is missing"),
            Break::Outside(HeadCheck::Another) => {
                f.write_str("the file that keeps the end of the chain is another ledger's")
            }
            Break::Outside(HeadCheck::Behind { seen, found }) => write!(
                f,
                "the chain was seen outside the ledger with {seen} links, and is not that chain any more: it has {found} now"
            ),
            Break::Outside(HeadCheck::Whole) => f.write_str("the chain is whole"),
        }
    }
}

/// The link that is being gone over.
struct Current {
    n: i64,
    deed: String,
    at_us: i64,
    entries: i64,
    digest: String,
    hash: String,
    found: i64,
    in_order: bool,
    found_digest: Sha256,
}

/// Where the walk along the chain has come.
struct Walk {
    verified: Verified,
    current: Option<Current>,
    before: String,
    expected: i64,
    expired_before_us: i64,
    attempts: Attempts,
}

/// So many links are gone over before the tables are asked about their attempts.
const PAGE: i64 = 500;

impl Ledger {
    /// Goes over the whole chain. It changes nothing, and holds the attempts of a few hundred links at a time.
    pub async fn verify(&self) -> Result<Verified, LedgerError> {
        let mut work = self.reading("verify the audit").await?;
        let expired_before_us = work.expired_before_us().await?;
        let mut walk = Walk {
            verified: Verified::default(),
            current: None,
            before: String::new(),
            expected: 1,
            expired_before_us,
            attempts: Attempts::new(),
        };
        let (mut from, mut breaks, mut found) = (i64::MIN, Vec::new(), 0);
        loop {
            let next = "SELECT n FROM links WHERE n > $1 ORDER BY n LIMIT 1 OFFSET $2";
            let next = work.fetch_optional(next, &[from.into(), PAGE.into()]).await?;
            let to = next.as_ref().map(|row| row.int(0)).transpose()?.unwrap_or(i64::MAX);
            let sql =
                "SELECT l.n, l.deed, l.at_us, l.entries, l.digest, l.hash, e.place, e.child, e.hash, e.salt, e.payload
                   FROM links l LEFT JOIN entries e ON e.deed = l.deed WHERE l.n > $1 AND l.n <= $2 ORDER BY l.n, e.place";
            work.for_each_row(sql, &[from.into(), to.into()], |row| walk.step(&row)).await?;
            let (more, of_these) = work.against_tables(&std::mem::take(&mut walk.attempts)).await?;
            breaks.extend(more);
            found += of_these;
            from = to;
            if next.is_none() {
                break;
            }
        }
        walk.close();
        let last = walk.expected - 1;
        let mut verified = walk.verified;
        verified.breaks.append(&mut breaks);
        match work.attempts_since(expired_before_us).await?.saturating_sub(found) {
            0 => {}
            attempts => verified.breaks.push(Break::Unchained { attempts }),
        }
        verified.breaks.extend(ends(&mut work, last, &walk.before).await?);
        drop(work);
        match self.head_check().await? {
            HeadCheck::Whole => {}
            other => verified.breaks.push(Break::Outside(other)),
        }
        Ok(verified)
    }
}

/// What only the two ends of the chain show: where it stops, and entries of no link.
async fn ends(work: &mut Work, last: i64, hash: &str) -> Result<Vec<Break>, LedgerError> {
    let mut breaks = Vec::new();
    if let Some(row) = work.fetch_optional("SELECT n, hash FROM chain_end WHERE one = 1", &[]).await? {
        let (end, end_hash) = (row.int(0)?, row.text(1)?);
        if end != last || end_hash != hash {
            breaks.push(Break::End { last, end });
        }
    }
    let sql = "SELECT COUNT(*) FROM entries e WHERE NOT EXISTS (SELECT 1 FROM links l WHERE l.deed = e.deed)";
    if let Some(row) = work.fetch_optional(sql, &[]).await? {
        let entries = u64::try_from(row.int(0)?).unwrap_or(0);
        if entries > 0 {
            breaks.push(Break::Orphans { entries });
        }
    }
    Ok(breaks)
}

impl Walk {
    /// One row: an entry with its link, or a link without entries.
    fn step(&mut self, row: &Fields) -> Result<(), LedgerError> {
        let n = row.int(0)?;
        if self.current.as_ref().is_none_or(|current| current.n != n) {
            self.close();
            self.current = Some(Current {
                n,
                deed: row.text(1)?,
                at_us: row.int(2)?,
                entries: row.int(3)?,
                digest: row.text(4)?,
                hash: row.text(5)?,
                found: 0,
                in_order: true,
                found_digest: Sha256::new(),
            });
        }
        let (Some(current), Some(place)) = (&mut self.current, row.maybe_int(6)?) else { return Ok(()) };
        current.in_order &= place == current.found;
        current.found += 1;
        self.verified.entries += 1;
        let (child, hash) = (row.text(7)?, row.text(8)?);
        current.found_digest.update(hash.as_bytes());
        let (n, deed) = (current.n, current.deed.clone());
        match (row.maybe_text(9)?, row.maybe_text(10)?) {
            (Some(salt), Some(payload)) => {
                let said: Value = serde_json::from_str(&payload).unwrap_or_default();
                if entry_hash(&salt, &payload) == hash && child == said["child"].as_str().unwrap_or("") {
                    tables::keep(&mut self.attempts, n, &deed, &said);
                } else {
                    self.verified.breaks.push(Break::Entry { n, deed, place });
                }
            }
            (None, None) if current.at_us < self.expired_before_us => self.verified.expired += 1,
            _ => self.verified.breaks.push(Break::Emptied { n, deed, place }),
        }
        Ok(())
    }

    /// The link that was gone over is complete.
    fn close(&mut self) {
        let Some(current) = self.current.take() else { return };
        let Current { n, deed, at_us, entries, digest, hash, found, in_order, found_digest } = current;
        self.verified.links += 1;
        if n != self.expected {
            self.verified.breaks.push(Break::Gap { wanted: self.expected, found: n });
        }
        if link_hash(&self.before, n, &deed, at_us, entries, &digest) != hash {
            self.verified.breaks.push(Break::Link { n, deed: deed.clone() });
        }
        if !in_order || found != entries || format!("{:x}", found_digest.finalize()) != digest {
            self.verified.breaks.push(Break::Entries { n, deed });
        }
        self.expected = n + 1;
        self.before = hash;
    }
}
