//! Mail about our mail: a delivery report read back.
//!
//! Owns the reading of one mail, from its bytes to what it says of one of our messages. Everything in it may be forged, by anybody
//! who can write to the mailbox: so it counts only for a message that the ledger knows under that id, which nobody else can
//! guess, and only if it is about the address that message went to ([`Report::about`]). Must not know a ledger, nor where the mail
//! came from. It never panics, and looks at each byte a few times at most.
//!
//! A report is an RFC 3464 `multipart/report`, or a failure in words alone from a mail system (`words.rs`). Everything else is
//! none: an answer, an out-of-office note, a receipt, spam.

mod mime;
mod status;
mod words;

use std::fmt;

use uuid::Uuid;

use super::{
    address::domain,
    channel::{Fate, Returned},
};
use mime::{Fields, Mail, Part, apart, in_two};

/// A larger mail is not read: the largest of ours is a third of it.
pub const LARGEST_REPORT: usize = 10 * 1024 * 1024;
/// A message of ours has one recipient. An alias there may have more.
const MOST_RECIPIENTS: usize = 50;

/// What one mail says of one of our messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Which message.
    pub message_id: Uuid,
    verdicts: Vec<Verdict>,
}

/// What it says of one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Verdict {
    /// By every name the report gives them; none if it names nobody.
    of: Vec<Address>,
    fate: Fate,
    why: String,
}

/// An address, for comparing: it is shown nowhere.
#[derive(Clone, PartialEq, Eq)]
struct Address(String);

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(address)")
    }
}

impl Report {
    /// Reads a mail, on messages whose ids end in this domain; none if it is no report on one of them.
    pub fn read(mail: &[u8], message_id_domain: &str) -> Option<Report> {
        if mail.len() > LARGEST_REPORT {
            return None;
        }
        let ours = domain(message_id_domain).ok()?;
        let mail = apart(mail)?;
        let verdicts = verdicts(&mail).or_else(|| words::verdict(&mail).map(|verdict| vec![verdict]))?;
        let message_id = message_named(&mail, &ours)?;
        (!verdicts.is_empty()).then_some(Report { message_id, verdicts })
    }

    /// What it says of the message, if that went to this address; none if it is about others. The worst, if it says several
    /// things.
    pub fn about(&self, address: &str) -> Option<Returned> {
        let address = Address::plain(address);
        let about = |verdict: &&Verdict| verdict.of.is_empty() || verdict.of.contains(&address);
        let worst = self.verdicts.iter().filter(about).min_by_key(|verdict| match verdict.fate {
            Fate::NoSuchMailbox => 0,
            Fate::GivenUp => 1,
            Fate::Delayed => 2,
            Fate::Delivered => 3,
        });
        worst.map(|Verdict { fate, why, .. }| Returned { message_id: self.message_id, fate: *fate, why: why.clone() })
    }
}

impl Address {
    fn plain(text: &str) -> Address {
        Address(text.trim().trim_matches(['<', '>']).to_lowercase())
    }

    /// From `rfc822; jo@council.example`, where a sign may be written by its number (RFC 3461, 4): `jo+2Bpost@...`.
    fn typed(field: &str) -> Option<Address> {
        let text = field.split_once(';').map_or(field, |(_, address)| address);
        let text = text.split(" (").next().unwrap_or_default();
        let address = Address::plain(&from_xtext(text));
        (!address.0.is_empty()).then_some(address)
    }
}

/// `+2B` is `+`; a `+` before anything else stands for itself, as most servers write it.
fn from_xtext(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('+') {
        plain.push_str(before);
        let number = after.get(..2).filter(|hex| hex.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b)));
        let sign = number.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(u8::is_ascii_graphic);
        plain.push(sign.map_or('+', char::from));
        rest = if sign.is_some() { &after[2..] } else { after };
    }
    plain + rest
}

/// What the machine's part says of each recipient; none if there is no such part, and nothing if it is a report on something
/// else, or one that says nothing final.
fn verdicts(mail: &Mail<'_>) -> Option<Vec<Verdict>> {
    let about_delivery = |of: &str| matches!(of, "" | "delivery-status");
    if mail.around.iter().any(|around| around.name == "multipart/report" && !about_delivery(&around.report_type)) {
        return Some(Vec::new());
    }
    let is_status =
        |part: &&Part| matches!(part.kind.name.as_str(), "message/delivery-status" | "message/global-delivery-status");
    let status = mail.parts.iter().find(is_status)?;
    Some(blocks(&status.body).iter().filter_map(verdict).take(MOST_RECIPIENTS).collect())
}

/// The blocks of a status part: one on the message, then one for each recipient.
fn blocks(body: &[u8]) -> Vec<Fields> {
    let mut blocks = Vec::new();
    let mut rest = body.trim_ascii_start();
    while !rest.is_empty() && blocks.len() <= MOST_RECIPIENTS {
        let (block, after) = in_two(rest);
        blocks.push(Fields::read(block));
        rest = after.trim_ascii_start();
    }
    blocks
}

fn verdict(block: &Fields) -> Option<Verdict> {
    let status = block.first("status").unwrap_or_default();
    let action = block.first("action").unwrap_or_default().to_ascii_lowercase();
    let (fate, why) = match action.split([' ', '(', ';']).next().unwrap_or_default() {
        "failed" => status::failed(status, block.first("diagnostic-code").unwrap_or_default()),
        "delayed" => (Fate::Delayed, status::code_or(status, "delayed").into_owned()),
        "delivered" => (Fate::Delivered, status::code_or(status, "delivered").into_owned()),
        // Handed on to what sends no reports, or to a list: nothing more will be known.
        "relayed" | "expanded" => return None,
        _ if status::is_failure(status) => status::failed(status, block.first("diagnostic-code").unwrap_or_default()),
        _ => return None,
    };
    let of = block.all("final-recipient").chain(block.all("original-recipient")).filter_map(Address::typed);
    Some(Verdict { of: of.collect(), fate, why })
}

/// The one message of ours that the mail names: by the returned original, by the report's own fields, or as what it answers. None
/// if it names none or several, and none if the original it returns is not ours.
fn message_named(mail: &Mail<'_>, ours: &str) -> Option<Uuid> {
    let mut named = Vec::new();
    for part in &mail.parts {
        match part.kind.name.as_str() {
            "message/rfc822"
            | "message/global"
            | "text/rfc822-headers"
            | "message/rfc822-headers"
            | "message/global-headers" => {
                if let Some(id) = Fields::read(in_two(&part.body).0).first("message-id") {
                    named.push(of_ours(id, ours)?);
                }
            }
            "message/delivery-status" | "message/global-delivery-status" => {
                for block in blocks(&part.body) {
                    let envelope = block.first("original-envelope-id").map(from_xtext);
                    named.extend(envelope.and_then(|id| id.parse().ok().or_else(|| of_ours(&id, ours))));
                    named.extend(block.first("x-original-message-id").and_then(|id| of_ours(id, ours)));
                }
            }
            _ => {}
        }
    }
    for field in ["in-reply-to", "references"] {
        let ids = mail.fields.all(field).flat_map(str::split_whitespace);
        named.extend(ids.filter_map(|id| of_ours(id, ours)));
    }
    named.extend(words::message_named(mail, ours));
    let first = *named.first()?;
    named.iter().all(|id| *id == first).then_some(first)
}

/// Our own id in a Message-ID of this domain.
fn of_ours(id: &str, ours: &str) -> Option<Uuid> {
    let (left, right) = id.trim().trim_matches(['<', '>']).split_once('@')?;
    if !right.eq_ignore_ascii_case(ours) || left.len() != 36 {
        return None;
    }
    left.parse().ok().filter(|id: &Uuid| id.get_version_num() == 7)
}
