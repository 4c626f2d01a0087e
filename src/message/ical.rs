//! The dates of a message as a calendar file (RFC 5545).
//!
//! Owns which dates go into a calendar and how the file is written. Must not know how it is sent. It names a child by the
//! reference alone, and only where a reader opens the entry: what a calendar shows at a glance says nothing.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use sha2::{Digest, Sha256};
use uuid::Builder;

use super::{
    Matter, Stationery,
    clean::{one_line, web_link},
    draft::link,
};
use crate::{
    calendar::DueDate,
    duty::{Status, Terms},
    notice::Effect,
    procedure::NoticeKind,
};

/// Octets in a line, its break not counted.
const OCTETS: usize = 75;

/// One day in somebody's calendar.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    /// How often its date had moved.
    sequence: u32,
    on: NaiveDate,
    over: bool,
    description: String,
}

/// The calendar file for all of these, written at one instant: an all-day entry for each duty that has still to be done by a
/// day, and the withdrawal of those that are over. None where there is neither.
pub fn dates(matters: &[Matter], stationery: &Stationery, terms: &Terms, at: DateTime<Utc>) -> Option<String> {
    let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
    for matter in matters {
        let Some(entry) = entry(matter, stationery, terms) else { continue };
        let latest = |known: &Entry| (known.sequence, known.over) >= (entry.sequence, entry.over);
        let uid = uid(&matter.notice.effect, &stationery.domain);
        if !entries.get(&uid).is_some_and(latest) {
            entries.insert(uid, entry);
        }
    }
    (!entries.is_empty()).then(|| file(&entries, at))
}

fn entry(matter: &Matter, stationery: &Stationery, terms: &Terms) -> Option<Entry> {
    let Matter { notice, duty, .. } = *matter;
    let on = duty.due.as_ref().map(|due| due.on).map(DueDate::on)?;
    let open = matches!(duty.status, Status::Open | Status::Amber);
    let over = match notice.kind {
        NoticeKind::Resolved | NoticeKind::NoLongerDue => true,
        NoticeKind::Reminder | NoticeKind::Due | NoticeKind::Overdue | NoticeKind::Escalation
            if open && on >= terms.today =>
        {
            false
        }
        // A day that has moved into the past must leave the place where it stood.
        NoticeKind::Changed if duty.status != Status::Met => false,
        _ => return None,
    };
    let child = duty.child.as_ref()?;
    let link = link(stationery, &child.0).as_deref().and_then(web_link);
    let reference = format!("Reference {}", one_line(&child.0));
    let description = [Some(reference), link].into_iter().flatten().collect::<Vec<_>>().join("\n");
    Some(Entry { sequence: notice.effect.generation, on, over, description })
}

/// The same for one duty and one person, however often it is told; it says nothing by itself.
fn uid(effect: &Effect, domain: &str) -> String {
    let child = effect.child.as_ref().map_or("", |child| child.0.as_str());
    let whose = format!("{child}\u{1f}{}\u{1f}{}\u{1f}{}", effect.duty, effect.key, effect.person.0);
    let mut bits = [0; 16];
    bits.iter_mut().zip(Sha256::digest(whose)).for_each(|(bit, from)| *bit = from);
    format!("{}@{domain}", Builder::from_custom_bytes(bits).into_uuid().simple())
}

fn file(entries: &BTreeMap<String, Entry>, at: DateTime<Utc>) -> String {
    let mut lines: Vec<String> =
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//duewatch//duewatch//EN", "METHOD:PUBLISH"]
            .map(str::to_owned)
            .to_vec();
    for (uid, entry) in entries {
        lines.extend([
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{uid}"),
            format!("SEQUENCE:{}", entry.sequence),
            format!("DTSTAMP:{}", at.format("%Y%m%dT%H%M%SZ")),
            format!("DTSTART;VALUE=DATE:{}", entry.on.format("%Y%m%d")),
            format!("STATUS:{}", if entry.over { "CANCELLED" } else { "CONFIRMED" }),
            "TRANSP:TRANSPARENT".to_owned(),
            "CLASS:PRIVATE".to_owned(),
            "SUMMARY:Casework task due".to_owned(),
            format!("DESCRIPTION:{}", escaped(&entry.description)),
            "END:VEVENT".to_owned(),
        ]);
    }
    lines.push("END:VCALENDAR".to_owned());
    let mut file = String::new();
    for line in lines {
        fold(&line, &mut file);
    }
    file
}

/// A text value, in which these four mean something else.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n")
}

/// One line of content, broken so that no line is too long and no character in two.
fn fold(line: &str, file: &mut String) {
    let mut octets = 0;
    for c in line.chars() {
        if octets + c.len_utf8() > OCTETS {
            file.push_str("\r\n ");
            octets = 1;
        }
        file.push(c);
        octets += c.len_utf8();
    }
    file.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(line: &str) -> String {
        let mut file = String::new();
        fold(line, &mut file);
        file
    }

    #[test]
    fn a_line_is_broken_after_75_octets_and_never_inside_a_character() {
        assert_eq!(folded(&"x".repeat(75)), format!("{}\r\n", "x".repeat(75)));
        assert_eq!(folded(&"x".repeat(76)), format!("{}\r\n x\r\n", "x".repeat(75)));
        // The blank of the second line counts too.
        assert_eq!(folded(&"x".repeat(150)), format!("{}\r\n {}\r\n x\r\n", "x".repeat(75), "x".repeat(74)));
        assert_eq!(folded(&format!("{}é", "x".repeat(74))), format!("{}\r\n é\r\n", "x".repeat(74)));
    }

    #[test]
    fn what_has_a_meaning_in_a_value_is_escaped() {
        assert_eq!(escaped("a,b;c\\d\ne"), "a\\,b\\;c\\\\d\\ne");
    }
}
