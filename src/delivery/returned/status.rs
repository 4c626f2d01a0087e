//! What a failure says of the mailbox, by its code.
//!
//! Owns the reading of RFC 3463 codes and SMTP replies, and the judgement which of them say that a mailbox will never take mail.
//! What is wrong with the way, the sender, the size or the moment says nothing of the mailbox: the next message may arrive. Must
//! not know where the codes stand in a mail.

use super::super::Fate;

/// An enhanced status code: `5.1.1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Code {
    class: u16,
    subject: u16,
    detail: u16,
}

impl Code {
    /// The first code in a text. Numbers that go on, such as an address of the internet, are none.
    pub(super) fn first_in(text: &str) -> Option<Code> {
        text.split(|c: char| !c.is_ascii_digit() && c != '.').find_map(Code::read)
    }

    fn read(token: &str) -> Option<Code> {
        let mut numbers = token.trim_matches('.').split('.');
        let mut next = || {
            let digits = numbers.next().filter(|digits| (1..=3).contains(&digits.len()))?;
            digits.parse::<u16>().ok()
        };
        let code = Code { class: next()?, subject: next()?, detail: next()? };
        (numbers.next().is_none() && matches!(code.class, 2 | 4 | 5)).then_some(code)
    }

    /// Says no more than its class.
    fn is_bare(self) -> bool {
        self.subject == 0 && self.detail == 0
    }
}

/// What a failure comes to: by the status field, and by what the server said where the status says no more than that it failed.
pub(super) fn failed(status: &str, said: &str) -> (Fate, String) {
    let code = match (Code::first_in(status), Code::first_in(said)) {
        (Some(code), Some(better)) if code.is_bare() && better.class == 5 => Some(better),
        (None, better) => better,
        (code, _) => code,
    };
    let reply = reply_in(said);
    let gone = match code {
        Some(code) if !code.is_bare() => never_takes(code, said),
        // Exim says 5.0.0 of everything.
        Some(Code { class: 5, .. }) | None => match reply {
            Some(551 | 553) => true,
            Some(550) | None => says_unknown(said),
            Some(_) => false,
        },
        Some(_) => false,
    };
    let fate = if gone { Fate::NoSuchMailbox } else { Fate::GivenUp };
    let why = match (code, reply) {
        (Some(code), Some(reply)) if code.is_bare() => format!("{reply} {}", written(code)),
        (Some(code), _) => written(code),
        (None, Some(reply)) => reply.to_string(),
        (None, None) => "failed".to_owned(),
    };
    (fate, why)
}

/// The code of what is late, or the plain word.
pub(super) fn code_or<'a>(status: &str, word: &'a str) -> std::borrow::Cow<'a, str> {
    Code::first_in(status).map_or(word.into(), |code| written(code).into())
}

/// Whether a status says that something failed, where no action does.
pub(super) fn is_failure(status: &str) -> bool {
    Code::first_in(status).is_some_and(|code| code.class == 5)
}

fn written(Code { class, subject, detail }: Code) -> String {
    format!("{class}.{subject}.{detail}")
}

/// Whether this mailbox will not take the next message either. Codes by RFC 3463, RFC 7505 (5.1.10), RFC 7293 (5.7.17 and
/// 5.7.18) and, for 5.7.124 to 5.7.136, Exchange Online.
fn never_takes(code: Code, said: &str) -> bool {
    let Code { class: 5, subject, detail } = code else { return false };
    match (subject, detail) {
        // The sender's address, and a server on the way.
        (1, 7..=9) => false,
        // Exchange Online answers so where it knows no such person.
        (4, 1) => {
            let said = said.to_ascii_lowercase();
            said.contains("as(201806281)") || said.contains("recipient address rejected: access denied")
        }
        // Of 5.7: the mailbox or its domain has another owner now; it takes mail of nobody outside, or not ours.
        (1, _) | (2, 1) | (7, 17 | 18 | 124 | 129 | 133..=136) => true,
        // All else that is forbidden is forbidden to us, or in these words.
        _ => false,
    }
}

/// The first SMTP reply code in a server's words, `smtp; 550 5.1.1 no such user`, or in a text that cites them.
fn reply_in(said: &str) -> Option<u16> {
    said.split([':', ';', '\n']).find_map(|piece| {
        let piece = piece.trim_start();
        let (digits, after) = piece.split_at_checked(3)?;
        let ends = after.starts_with([' ', '-', '\r']) || after.is_empty();
        digits.parse().ok().filter(|code| ends && (400..600).contains(code))
    })
}

/// Whether a server says in words that there is no such mailbox.
fn says_unknown(said: &str) -> bool {
    const WORDS: [&str; 9] = [
        "user unknown",
        "unknown user",
        "no such user",
        "no such mailbox",
        "no mailbox here",
        "does not exist",
        "unrouteable address",
        "recipient unknown",
        "mailbox not found",
    ];
    let said = said.to_ascii_lowercase();
    WORDS.iter().any(|words| said.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_that_the_mailbox_never_takes_it() {
        for status in ["5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.7.17", "5.7.18", "5.7.134"] {
            assert_eq!(failed(status, ""), (Fate::NoSuchMailbox, status.to_owned()));
        }
        for status in [
            "5.0.0", "5.1.7", "5.1.8", "5.1.9", "5.2.2", "5.2.3", "5.3.0", "5.3.4", "5.4.1", "5.4.4", "5.4.6", "5.5.0",
            "5.6.0", "5.7.0", "5.7.1", "5.7.26", "4.4.1", "4.2.2", "4.1.1",
        ] {
            assert_eq!(failed(status, ""), (Fate::GivenUp, status.to_owned()));
        }
    }

    #[test]
    fn what_the_server_said_counts_where_the_status_says_nothing() {
        let cases = [
            ("5.0.0", "smtp; 550 5.1.1 <jo@council.example>: unknown", Fate::NoSuchMailbox, "5.1.1"),
            ("5.0.0", "smtp; 550-5.1.1 The account does not exist", Fate::NoSuchMailbox, "5.1.1"),
            ("5.0.0", "smtp; 550 No such user here", Fate::NoSuchMailbox, "550 5.0.0"),
            ("5.0.0", "smtp; 550 looks like spam from 5.1.1.7", Fate::GivenUp, "550 5.0.0"),
            ("5.0.0", "smtp; 552 5.2.2 over quota", Fate::GivenUp, "5.2.2"),
            ("", "smtp; 553 not here", Fate::NoSuchMailbox, "553"),
            ("", "smtp; 554 no", Fate::GivenUp, "554"),
            ("5.2.2", "smtp; 550 5.1.1 no", Fate::GivenUp, "5.2.2"),
            (
                "5.4.1",
                "smtp;550 5.4.1 Recipient address rejected: Access denied. AS(201806281)",
                Fate::NoSuchMailbox,
                "5.4.1",
            ),
            ("", "", Fate::GivenUp, "failed"),
        ];
        for (status, said, fate, why) in cases {
            assert_eq!(failed(status, said), (fate, why.to_owned()), "{status} {said}");
        }
    }
}
