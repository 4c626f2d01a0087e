//! A failure told in words alone: no part for machines, the returned original below the words.
//!
//! Owns what such a mail must show to be believed: that a mail system wrote it, and a code. Older Exim, qmail, and Exchange after a
//! gateway that has lost the report's parts write so. An answer of a person, or of their out-of-office assistant, shows neither.

use uuid::Uuid;

use super::{
    Address, Verdict,
    mime::{Mail, Part},
    of_ours, status,
};

/// No mail system has more to say before it comes to the original.
const LONGEST_WORDS: usize = 64 * 1024;

/// What it says, if it is a failure in words.
pub(super) fn verdict(mail: &Mail<'_>) -> Option<Verdict> {
    let declared = mail.around.iter().any(|around| around.name == "multipart/report");
    if !declared && !by_a_mail_system(mail) {
        return None;
    }
    let failed = mail.fields.first("x-failed-recipients");
    let text = String::from_utf8_lossy(words(mail)?);
    let (before, _) = split_at_original(&text);
    let (fate, why) = status::failed("", &before);
    // Late mail, and mail that the postmaster writes by hand, names no recipient and no failure.
    if failed.is_none() && !status::is_failure(&before) && !why.starts_with('5') {
        return None;
    }
    let of = failed.unwrap_or_default().split(',').filter_map(Address::typed);
    Some(Verdict { of: of.collect(), fate, why })
}

/// The message of ours whose copy follows the words.
pub(super) fn message_named(mail: &Mail<'_>, ours: &str) -> Option<Uuid> {
    let text = String::from_utf8_lossy(words(mail)?);
    let (_, original) = split_at_original(&text);
    original.lines().find_map(|line| {
        let (name, id) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("message-id").then(|| of_ours(id, ours)).flatten()
    })
}

/// Whether the head is that of a mail system telling of a failure: it says so, or it comes from one and goes back to nobody.
fn by_a_mail_system(mail: &Mail<'_>) -> bool {
    let field = |name| mail.fields.first(name);
    if field("x-failed-recipients").is_some() || field("x-ms-exchange-message-is-ndr").is_some() {
        return true;
    }
    let from = field("from").unwrap_or_default().to_ascii_lowercase();
    let from = from.rsplit_once('<').map_or(from.as_str(), |(_, address)| address);
    let returns_to_nobody = field("return-path").is_some_and(|path| path == "<>");
    let system = ["mailer-daemon", "postmaster", "microsoftexchange"].iter().any(|name| from.starts_with(name));
    system && returns_to_nobody
}

fn words<'a>(mail: &'a Mail<'_>) -> Option<&'a [u8]> {
    let text = mail.parts.iter().find(|part: &&Part| part.kind.name == "text/plain")?;
    Some(&text.body[..text.body.len().min(LONGEST_WORDS)])
}

/// The words, and the copy of the original below them: our own words hold numbers that look like codes.
fn split_at_original(text: &str) -> (String, &str) {
    const FIRST_FIELDS: [&str; 6] = ["return-path:", "received:", "message-id:", "from:", "date:", "mime-version:"];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = line.trim_start().to_ascii_lowercase();
        if FIRST_FIELDS.iter().any(|field| start.starts_with(field)) {
            break;
        }
        at += line.len();
    }
    (text[..at].to_owned(), &text[at..])
}
