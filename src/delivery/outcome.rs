//! What became of one attempt to hand a message over, as a decision.
//!
//! Owns the outcomes and the cleaning of what a server says. Must not know any protocol.

/// Longest text kept of what a server said, in characters.
const KEPT_CHARS: usize = 200;

/// What became of one attempt, and therefore what may be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The other side took the message over. It has not reached anybody yet: that is for the server to do.
    HandedOver {
        /// What it said.
        reply: String,
    },
    /// This recipient or this message will never be taken. Trying again is useless; somebody must be told.
    Refused {
        /// The reply code, where a server gave one.
        code: Option<u16>,
        /// What was refused, and in which words.
        why: String,
    },
    /// Nothing can have been accepted: the same message may be sent again without the risk of a second copy.
    Retry {
        /// What went wrong.
        why: String,
        /// How long the other side asked to wait, in milliseconds, if it did.
        after_ms: Option<u64>,
    },
    /// The way out itself does not work: it cannot be reached, lets nobody in, or asks everybody to wait. Nothing of this message
    /// was accepted, and no other one would fare better now.
    Shut {
        /// What went wrong.
        why: String,
        /// How long the other side asked to wait, in milliseconds, if it did.
        after_ms: Option<u64>,
    },
    /// The message was sent, and no answer was seen: it may have been taken or not. Only the very same bytes, under the same
    /// Message-ID, may be sent again.
    Unknown {
        /// What went wrong.
        why: String,
    },
}

impl Outcome {
    /// Taken over, in these words of the server.
    pub(crate) fn handed_over(reply: &str) -> Self {
        Self::HandedOver { reply: clean(reply) }
    }

    /// Never to be taken.
    pub(crate) fn refused(code: Option<u16>, why: &str) -> Self {
        Self::Refused { code, why: clean(why) }
    }

    /// Not taken, for now.
    pub(crate) fn retry(why: &str) -> Self {
        Self::Retry { why: clean(why), after_ms: None }
    }

    /// Nothing is taken from anybody, for now.
    pub(crate) fn shut(why: &str) -> Self {
        Self::Shut { why: clean(why), after_ms: None }
    }

    /// Taken or not, nobody knows.
    pub(crate) fn unknown(why: &str) -> Self {
        Self::Unknown { why: clean(why) }
    }
}

/// Makes foreign text fit to be stored and shown: one line, no control characters, no addresses, 200 characters at most.
pub(crate) fn clean(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    // Masked before it is cut, so that no half of an address is left at the end.
    let masked: Vec<String> = line.split_whitespace().map(mask).collect();
    masked.join(" ").chars().take(KEPT_CHARS).collect()
}

/// Replaces what looks like an address inside one word: everything around an `@` up to the next delimiter.
fn mask(word: &str) -> String {
    // An apostrophe is none of them: it stands in many a name.
    const AROUND: [char; 10] = ['<', '>', '(', ')', '[', ']', '"', ',', ';', ':'];
    let mut out = String::with_capacity(word.len());
    for piece in word.split_inclusive(AROUND) {
        let (inner, delimiter) = match piece.char_indices().next_back() {
            Some((at, c)) if AROUND.contains(&c) => piece.split_at(at),
            _ => (piece, ""),
        };
        out.push_str(if inner.contains('@') { "(address)" } else { inner });
        out.push_str(delimiter);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_never_stay() {
        assert_eq!(clean("550 5.1.1 <jo.bloggs@example.gov.uk>: unknown"), "550 5.1.1 <(address)>: unknown");
        assert_eq!(clean("550 <o'brien@example.gov.uk> unknown"), "550 <(address)> unknown");
        assert_eq!(clean("to=jo@example.gov.uk,x@y"), "(address),(address)");
        assert_eq!(clean("jo@[192.0.2.1] \"jo\"@example"), "(address)[192.0.2.1] \"jo\"(address)");
    }

    #[test]
    fn an_address_cut_in_two_is_no_loophole() {
        let text = format!("{} jo.bloggs@example.gov.uk", "x".repeat(190));
        assert!(!clean(&text).contains("jo"), "{}", clean(&text));
    }

    #[test]
    fn one_line_of_printable_characters() {
        assert_eq!(clean("a\r\nb\u{0}\u{1b}[31mc\td"), "a b [31mc d");
        assert_eq!(clean(&"é".repeat(500)).chars().count(), 200);
    }
}
