//! What a child's rows say, as one number, so that a child whose rows say what they said before need not be read again.
//!
//! Owns the number and how it is made. Must not know what a column means: the text of the rows is taken as it comes. The
//! number does not depend on the order in which a database hands over the facts of one child, which no database promises.
//! It is keyed with the ledger's own id, so that numbers of two ledgers cannot be held against each other; everything else on
//! which a judgement rests (the rules, the holidays, the program) goes into the key, so that a change of any of them is a
//! change of every number.

use std::fmt;
use std::hash::Hasher as _;

use siphasher::sip128::{Hasher128 as _, SipHasher13};

/// The number of one child's rows under one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(u128);

impl Fingerprint {
    /// The number as it was written by `Display`.
    pub fn from_text(text: &str) -> Option<Fingerprint> {
        let plain = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        u128::from_str_radix(text, 16).ok().filter(|_| plain).map(Fingerprint)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// What numbers are made with.
#[derive(Clone, Copy, Debug)]
pub struct FingerprintKey([u8; 16]);

impl FingerprintKey {
    /// The key for a ledger and everything beside the rows on which a judgement rests.
    pub fn new(parts: &[&str]) -> FingerprintKey {
        let mut hasher = SipHasher13::new();
        for part in parts {
            hasher.write(part.as_bytes());
            hasher.write_u8(0xff);
        }
        FingerprintKey(hasher.finish128().as_bytes())
    }

    fn number(&self, bytes: &[u8]) -> u128 {
        let mut hasher = SipHasher13::new_with_key(&self.0);
        hasher.write(bytes);
        hasher.finish128().as_u128()
    }
}

/// A number in the making.
#[derive(Debug)]
pub(crate) struct Impression<'a> {
    key: &'a FingerprintKey,
    parts: Vec<u8>,
}

impl<'a> Impression<'a> {
    pub(crate) fn new(key: &'a FingerprintKey, child: &str) -> Impression<'a> {
        Impression { key, parts: Vec::from(key.number(child.as_bytes()).to_le_bytes()) }
    }

    /// A row's own columns.
    pub(crate) fn cells(&mut self, cells: &[Option<String>]) {
        for cell in cells {
            match cell {
                None => self.parts.push(0),
                Some(text) => {
                    self.parts.push(1);
                    self.parts.extend(text.len().to_le_bytes());
                    self.parts.extend(text.as_bytes());
                }
            }
        }
    }

    /// The facts of one view, packed as an array of arrays; says how many they are.
    pub(crate) fn facts(&mut self, packed: Option<&str>) -> u64 {
        let (mut sum, mut facts) = (0_u128, 0_u64);
        for fact in packed.into_iter().flat_map(elements) {
            sum = sum.wrapping_add(self.key.number(fact));
            facts += 1;
        }
        self.parts.extend(sum.to_le_bytes());
        self.parts.extend(facts.to_le_bytes());
        facts
    }

    /// Something that is not in the child's rows and on which its reading rests all the same.
    pub(crate) fn circumstance(&mut self, holds: bool) {
        self.parts.push(u8::from(holds));
    }

    pub(crate) fn number(&self) -> Fingerprint {
        Fingerprint(self.key.number(&self.parts))
    }
}

/// The arrays in an array, each as it is written.
fn elements(packed: &str) -> impl Iterator<Item = &[u8]> {
    let bytes = packed.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let (mut depth, mut start) = (0_u32, None);
        // After the first element the outer array has been entered already.
        if at > 0 {
            depth = 1;
        }
        let mut in_text = false;
        while let Some(byte) = bytes.get(at) {
            at += 1;
            match (in_text, byte) {
                (true, b'\\') => at += 1,
                (true, b'"') => in_text = false,
                (false, b'"') => in_text = true,
                (false, b'[') => {
                    depth += 1;
                    if depth == 2 {
                        start = Some(at - 1);
                    }
                }
                (false, b']') => {
                    depth = depth.saturating_sub(1);
                    if depth == 1
                        && let Some(start) = start
                    {
                        return bytes.get(start..at);
                    }
                }
                _ => {}
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(packed: &[&str]) -> Fingerprint {
        let key = FingerprintKey::new(&["ledger", "rules"]);
        let mut impression = Impression::new(&key, "C1");
        for view in packed {
            impression.facts(Some(view));
        }
        impression.number()
    }

    #[test]
    fn every_difference_but_the_order_of_facts_shows() {
        let rows = number(&[r#"[["V1", "2026-11-02", "Y"], ["V2", null, "N"]]"#, "[]"]);
        assert_eq!(rows, number(&[r#"[["V2", null, "N"],["V1", "2026-11-02", "Y"]]"#, "[]"]));
        for other in [
            [r#"[["V1", "2026-11-03", "Y"], ["V2", null, "N"]]"#, "[]"],
            [r#"[["V1", "2026-11-02", "Y"], ["V2", "null", "N"]]"#, "[]"],
            [r#"[["V1", "2026-11-02", "Y"]]"#, "[]"],
            [r#"[["V1", "2026-11-02", "Y"], ["V1", "2026-11-02", "Y"], ["V2", null, "N"]]"#, "[]"],
            [r#"[["V1", "2026-11-02", "Y"]]"#, r#"[["V2", null, "N"]]"#],
        ] {
            assert_ne!(rows, number(&other), "{other:?}");
        }
        let another = Impression::new(&FingerprintKey::new(&["ledger", "other rules"]), "C1").number();
        assert_ne!(Impression::new(&FingerprintKey::new(&["ledger", "rules"]), "C1").number(), another);
        assert_ne!(FingerprintKey::new(&["ab", "c"]).0, FingerprintKey::new(&["a", "bc"]).0);
    }

    #[test]
    fn it_survives_being_written_down() {
        let rows = number(&["[]"]);
        assert_eq!(Fingerprint::from_text(&rows.to_string()), Some(rows));
        for text in ["", "12", "+0000000000000000000000000000001", "zz"] {
            assert_eq!(Fingerprint::from_text(text), None, "{text}");
        }
    }

    proptest! {
        /// Whatever stands in the cells, brackets and quotes included, each row is found whole.
        #[test]
        fn rows_are_told_apart(rows in prop::collection::vec(prop::collection::vec(prop::option::of(".*"), 1..4), 0..6)) {
            let packed = serde_json::to_string(&rows).unwrap();
            let found: Vec<String> = elements(&packed).map(|row| String::from_utf8_lossy(row).into_owned()).collect();
            let expected: Vec<String> = rows.iter().map(|row| serde_json::to_string(row).unwrap()).collect();
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn no_text_is_too_odd(packed in ".*") {
            elements(&packed).count();
        }
    }
}
