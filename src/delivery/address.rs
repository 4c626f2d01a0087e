//! Addresses: what one looks like, and which may be written to.
//!
//! Owns the reading of one mailbox and the list of domains an authority writes to. Must not know whether a mailbox exists.
//!
//! Both are narrower than the standards on purpose. A quoted local part, a comment, an address literal or a list is legal mail
//! and here always a mistake or an attack.

use lettre::Address;
use thiserror::Error;

use crate::shown::{Shown, WORD};

/// Why an address is not written to. It never repeats the address: that is personal data.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AddressRefused {
    /// It cannot be read as exactly one plain address.
    #[error("not one plain e-mail address ({0}); correct it in the directory")]
    Unreadable(&'static str),
    /// Its domain is not on the list.
    #[error("mail to the domain {0} is not allowed; if it should be, add it to the allowed domains in the settings")]
    OutsideDomain(String),
}

/// Why an entry of the list of allowed domains cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DomainRefused {
    /// The list is empty, which would refuse everybody.
    #[error("no allowed domain is set; name at least one, such as \"*.gov.uk\"")]
    None,
    /// One entry is neither `example.gov.uk` nor `*.gov.uk`.
    #[error("the allowed domain {0:?} cannot be read ({1}); write \"example.gov.uk\" or \"*.gov.uk\"")]
    Unreadable(String, &'static str),
}

/// The domains that may be written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedDomains {
    exact: Vec<String>,
    /// `*.gov.uk`, kept as `.gov.uk`: it holds for every name below, not for `gov.uk` itself.
    below: Vec<String>,
}

impl AllowedDomains {
    /// Reads the list: `nhs.net` for one domain, `*.gov.uk` for all below it (and not `gov.uk` itself). A domain with letters
    /// beyond ASCII is written in its `xn--` form.
    pub fn new<S: AsRef<str>>(entries: &[S]) -> Result<Self, DomainRefused> {
        if entries.is_empty() {
            return Err(DomainRefused::None);
        }
        let mut list = Self { exact: Vec::new(), below: Vec::new() };
        for entry in entries.iter().map(AsRef::as_ref) {
            // Somebody's address in the wrong place is not repeated either.
            let shown = if entry.contains('@') { "(address)".to_owned() } else { Shown(entry, WORD).to_string() };
            let refused = |why| DomainRefused::Unreadable(shown.clone(), why);
            match entry.strip_prefix("*.") {
                Some(parent) => list.below.push(format!(".{}", domain(parent).map_err(refused)?)),
                None => list.exact.push(domain(entry).map_err(refused)?),
            }
        }
        Ok(list)
    }

    /// Whether this address, bare or as `Name <address>`, may be written to.
    pub fn check(&self, address: &str) -> Result<(), AddressRefused> {
        let mailbox = Mailbox::read(address)?;
        let domain = mailbox.domain;
        if self.exact.contains(&domain) || self.below.iter().any(|parent| domain.ends_with(parent.as_str())) {
            return Ok(());
        }
        Err(AddressRefused::OutsideDomain(domain))
    }
}

/// One mailbox, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mailbox {
    /// The name to show, if any: one line, no delimiters of an address list.
    pub(crate) name: Option<String>,
    /// What stands before the `@`, as written.
    pub(crate) local: String,
    /// What stands after it, in lower case.
    pub(crate) domain: String,
}

impl Mailbox {
    /// Reads `name@example.gov.uk`, `Name <name@example.gov.uk>` or `"Name, A" <name@example.gov.uk>`.
    pub(crate) fn read(text: &str) -> Result<Self, AddressRefused> {
        let text = text.trim_matches(' ');
        let (name, address) = match text.strip_suffix('>') {
            None => (None, text),
            Some(front) => {
                let (name, address) =
                    front.rsplit_once('<').ok_or(AddressRefused::Unreadable("\">\" without \"<\""))?;
                (display_name(name.trim_matches(' ')).map_err(AddressRefused::Unreadable)?, address)
            }
        };
        let (local, after) = address.rsplit_once('@').ok_or(AddressRefused::Unreadable("no \"@\""))?;
        check_local(local).map_err(AddressRefused::Unreadable)?;
        let domain = domain(after).map_err(AddressRefused::Unreadable)?;
        // RFC 5321, 4.5.3.1.3: a path has 256 characters, two of them the angle brackets.
        if local.len() + 1 + domain.len() > 254 {
            return Err(AddressRefused::Unreadable("longer than 254 characters"));
        }
        Ok(Self { name, local: local.to_owned(), domain })
    }

    /// The address without the name, as the mail library wants it.
    pub(crate) fn address(self) -> Result<Address, AddressRefused> {
        Address::new(self.local, self.domain).map_err(|_| AddressRefused::Unreadable("the mail library refuses it"))
    }
}

/// The name in front of an address. An unquoted comma would make it a list.
fn display_name(text: &str) -> Result<Option<String>, &'static str> {
    let quoted = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let name = quoted.unwrap_or(text).trim_matches(' ');
    // "=?" begins an encoded word: a reader would decode what we never encoded.
    if name.contains(not_in_a_line) || name.contains(['<', '>', '@', '"', '\\']) || name.contains("=?") {
        return Err("a character in the name that no name has");
    }
    if quoted.is_none() && name.contains([',', ';', ':']) {
        return Err("more than one address, or a name that needs quotation marks");
    }
    if name.chars().count() > 100 {
        return Err("a name longer than 100 characters");
    }
    Ok(if name.is_empty() { None } else { Some(name.to_owned()) })
}

/// Control characters, the two that Unicode ends lines and paragraphs with, and those that turn the direction of writing.
pub(crate) fn not_in_a_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') || turns_direction(c)
}

/// What Unicode calls bidirectional controls: they leave no ink, and what stands after them is shown in another order than it
/// is written in.
pub(crate) fn turns_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// RFC 5322 dot-atom, RFC 5321 length.
fn check_local(local: &str) -> Result<(), &'static str> {
    let atom = |c: u8| c.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&c);
    if local.len() > 64 {
        return Err("more than 64 characters before the \"@\"");
    }
    if local.split('.').any(|part| part.is_empty() || !part.bytes().all(atom)) {
        return Err("a character or a dot before the \"@\" that may not stand there");
    }
    Ok(())
}

/// A host name of letters, digits and hyphens, in lower case.
pub(crate) fn domain(text: &str) -> Result<String, &'static str> {
    if !text.is_ascii() {
        return Err("a domain beyond ASCII; write it in its xn-- form");
    }
    if text.len() > 253 {
        return Err("a domain longer than 253 characters");
    }
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-')
    };
    if !text.split('.').all(label) {
        return Err("not a domain name");
    }
    Ok(text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed() -> AllowedDomains {
        AllowedDomains::new(&["*.gov.uk", "NHS.net", "gov.im", "xn--bcher-kva.example"]).expect("a list")
    }

    #[test]
    fn inside() {
        for address in [
            "a@harrow.gov.uk",
            "A.B@Sub.Harrow.GOV.UK",
            "o'brien+duty@nhs.net",
            "Jo Bloggs <jo@gov.im>",
            "\"Bloggs, Jo\" <jo@gov.im>",
            "a@XN--BCHER-KVA.example",
        ] {
            assert_eq!(allowed().check(address), Ok(()), "{address}");
        }
    }

    #[test]
    fn outside() {
        for address in [
            "a@example.com",
            "a@gov.uk",
            "a@harrow.gov.uk.example.com",
            "a@evilgov.uk",
            "a@mail.nhs.net",
            "a@nhs.net.",
            "a@example.com <b@example.org>",
        ] {
            assert!(allowed().check(address).is_err(), "{address}");
        }
        assert_eq!(allowed().check("jo@Example.com"), Err(AddressRefused::OutsideDomain("example.com".to_owned())));
    }

    #[test]
    fn not_one_address() {
        for address in [
            "",
            "a",
            "@nhs.net",
            "a@",
            "a@@nhs.net",
            "a@b@nhs.net",
            "a@nhs.net,b@nhs.net",
            "a@nhs.net b@nhs.net",
            "a@nhs.net;b@nhs.net",
            "B, a@nhs.net <c@nhs.net>",
            "Bloggs, Jo <jo@nhs.net>",
            "group: a@nhs.net",
            "<a@nhs.net",
            "a@nhs.net>",
            "<a@nhs.net>,<b@nhs.net>",
            "a@nhs.net\r\nBcc: b@nhs.net",
            "a@nhs.net\n",
            "a\u{0}@nhs.net",
            "Jo\r\nBcc: b@nhs.net <a@nhs.net>",
            "=?utf-8?q?a?= <a@nhs.net>",
            ".a@nhs.net",
            "a..b@nhs.net",
            "\"a b\"@nhs.net",
            "a@[192.0.2.1]",
            "a@-nhs.net",
            "a@nhs..net",
            "ü@nhs.net",
            "a@bücher.example",
            "a@nhs.ｎet",
        ] {
            assert!(matches!(allowed().check(address), Err(AddressRefused::Unreadable(_))), "{address:?}");
        }
        assert!(Mailbox::read(&format!("{}@nhs.net", "a".repeat(65))).is_err());
        assert!(Mailbox::read(&format!("a@{}nhs.net", "a.".repeat(124))).is_err());
    }

    #[test]
    fn a_list_that_cannot_be_read_is_refused() {
        assert_eq!(AllowedDomains::new::<&str>(&[]), Err(DomainRefused::None));
        for entry in ["", "*", "*.", "*gov.uk", "*.*.uk", "a.*.uk", "bücher.example", "gov.uk/", " gov.uk", "a@gov.uk"]
        {
            assert!(AllowedDomains::new(&[entry]).is_err(), "{entry:?}");
        }
    }

    #[test]
    fn the_error_never_repeats_the_person() {
        let error = allowed().check("jo.bloggs@example.com").expect_err("outside").to_string();
        assert!(error.contains("example.com") && !error.contains("bloggs"), "{error}");
        let error = AllowedDomains::new(&["jo.bloggs@nhs.net"]).expect_err("no domain").to_string();
        assert!(error.starts_with("the allowed domain \"(address)\" cannot be read"), "{error}");
        let error = AllowedDomains::new(&["\u{b}".repeat(100_000)]).expect_err("no domain").to_string();
        assert!(error.contains("…") && error.len() < 600, "{error:.1000}");
    }
}
