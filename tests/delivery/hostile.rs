//! What somebody might try who can write a name, a note or an address into a database: refused, or carried as plain words.

use duewatch::delivery::{AddressRefused, AllowedDomains, Outgoing, RenderError, render};

use super::{
    bytes::{parts, split},
    mail,
};

/// What would begin another header, another part, another recipient or another mail.
const INJECTIONS: [&str; 6] = [
    "\r\nBcc: x@example.org",
    "\nBcc: x@example.org",
    "\rBcc: x@example.org",
    "\r\n\r\n<html>",
    "\u{2028}Bcc: x@example.org",
    "\0",
];

/// The bidirectional controls (UAX 9, table 2): nothing is seen of them but the order of the rest.
const DIRECTIONS: [char; 12] = [
    '\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}',
    '\u{2067}', '\u{2068}', '\u{2069}',
];

fn changed(change: &dyn Fn(&mut Outgoing)) -> Result<String, RenderError> {
    let mut mail = mail();
    change(&mut mail);
    render(&mail)
}

/// One field of a mail.
type Field = fn(&mut Outgoing) -> &mut String;

/// Puts this address into each header that holds one, in turn, and expects it to be refused under that header's name.
fn refused_everywhere(address: &str) {
    let headers: [(&str, Field); 3] =
        [("From", |m| &mut m.from), ("To", |m| &mut m.to), ("Reply-To", |m| &mut m.reply_to)];
    for (name, field) in headers {
        let error = changed(&|mail| address.clone_into(field(mail))).expect_err(address);
        assert!(
            matches!(error, RenderError::Address { header, .. } if header == name),
            "{name} {address:?}: {error:?}"
        );
        assert!(!error.to_string().contains("example.org"), "{error}");
    }
}

#[test]
fn no_header_is_broken_out_of() {
    for injection in INJECTIONS {
        refused_everywhere(&format!("Jo{injection} <jo@example.gov.uk>"));
        refused_everywhere(&format!("\"Jo{injection}\" <jo@example.gov.uk>"));
        refused_everywhere(&format!("jo{injection}@example.gov.uk"));
        refused_everywhere(&format!("jo@example.gov.uk{injection}"));
        let subject = changed(&|mail| mail.subject.push_str(injection));
        assert_eq!(subject, Err(RenderError::SubjectControl), "{injection:?}");
        let domain = changed(&|mail| mail.message_id_domain.push_str(injection));
        assert!(matches!(domain, Err(RenderError::MessageIdDomain(_))), "{injection:?}");
    }
    for list in ["a@example.org, b@example.org", "a@example.org;b@example.org", "all: a@example.org, b@example.org;"] {
        refused_everywhere(list);
    }
}

#[test]
fn a_subject_of_a_megabyte_is_not_sent() {
    for subject in ["x".repeat(1 << 20), "é".repeat(1 << 19), " x".repeat(1 << 19)] {
        let error = changed(&|mail| subject.clone_into(&mut mail.subject)).expect_err("refused");
        assert_eq!(error, RenderError::TooLong { what: "subject", most: 200, unit: "characters" });
    }
    refused_everywhere(&format!("{} <jo@example.gov.uk>", "x".repeat(1 << 20)));
    refused_everywhere(&format!("{}@example.gov.uk", "x".repeat(1 << 20)));
}

#[test]
fn nothing_in_a_header_is_shown_in_another_order_than_it_is_written() {
    for turn in DIRECTIONS {
        let subject = changed(&|mail| mail.subject = format!("Visit {turn}due"));
        assert_eq!(subject, Err(RenderError::SubjectControl), "{turn:?}");
        refused_everywhere(&format!("Jo{turn} <jo@example.gov.uk>"));
        refused_everywhere(&format!("\"Jo{turn}\" <jo@example.gov.uk>"));
    }
}

#[test]
fn what_would_turn_the_words_of_a_part_is_seen_instead() {
    for turn in DIRECTIONS {
        let words = format!("Due {turn}tomorrow\n");
        let eml = changed(&|mail| {
            words.clone_into(&mut mail.text);
            words.clone_into(&mut mail.html);
            mail.calendar = Some(words.clone());
        });
        let seen = "Due \u{fffd}tomorrow\n";
        assert_eq!(parts(&eml.expect("a mail")), [seen, seen, seen], "{turn:?}");
    }
}

#[test]
fn no_part_is_broken_out_of() {
    let words = "--=_0192f0c12b3a7c4d8e5f60718293a4b5\r\nContent-Type: text/html\r\n\r\n<script>\r\n\
                 --=_0192f0c12b3a7c4d8e5f60718293a4b5--\r\n--=m0192f0c12b3a7c4d8e5f60718293a4b5\r\n\r\n.\r\nQUIT\r\n\0\n\
                 From jo\n=0A=2E\n";
    let eml = changed(&|mail| {
        words.clone_into(&mut mail.text);
        words.clone_into(&mut mail.html);
        mail.calendar = Some(words.to_owned());
    });
    let eml = eml.expect("a mail");
    let said = words.replace('\r', "");
    assert_eq!(parts(&eml), [said.as_str(), &said, &said]);
    assert_eq!(split(&eml).0.len(), 10, "{eml}");
    assert!(!eml.contains('\0'));
}

#[test]
fn what_cannot_be_seen_in_an_address_is_refused() {
    let allowed = AllowedDomains::new(&["*.gov.uk", "nhs.net"]).expect("a list");
    for hidden in
        ["\u{200b}", "\u{200c}", "\u{200d}", "\u{2060}", "\u{feff}", "\u{ad}", "\u{202e}", "\u{e0061}", "\u{a0}"]
    {
        let addresses = [
            format!("jo{hidden}@nhs.net"),
            format!("jo@nhs{hidden}.net"),
            format!("jo@{hidden}nhs.net"),
            format!("jo@nhs.net{hidden}"),
        ];
        for address in addresses {
            let refused = allowed.check(&address);
            assert!(matches!(refused, Err(AddressRefused::Unreadable(_))), "{address:?}: {refused:?}");
            refused_everywhere(&address);
        }
    }
}

#[test]
fn a_domain_that_only_looks_like_an_allowed_one_is_outside() {
    let allowed = AllowedDomains::new(&["*.gov.uk", "nhs.net", "xn--bcher-kva.example"]).expect("a list");
    assert_eq!(allowed.check("jo@xn--bcher-kva.example"), Ok(()));
    // Cyrillic, Greek, full-width and a dot of another script: the words for whoever keeps the directory.
    for address in ["jo@nhѕ.net", "jo@harrow.gοv.uk", "jo@ｎｈｓ.net", "jo@harrow.gov。uk", "jo@bücher.example"]
    {
        let error = allowed.check(address).expect_err(address).to_string();
        assert!(error.contains("xn--"), "{error}");
    }
    // The same as the wire has them: `"nhѕ.net".encode("idna")` and `"gοv.uk".encode("idna")` of Python.
    for domain in ["xn--nh-foc.net", "harrow.xn--gv-jbc.uk", "nhs.net.example.org", "nhs-net.org", "harrow.gov.uk.co"] {
        let outside = Err(AddressRefused::OutsideDomain(domain.to_owned()));
        assert_eq!(allowed.check(&format!("jo@{domain}")), outside);
    }
    for entry in ["nhѕ.net", "*.gοv.uk"] {
        assert!(AllowedDomains::new(&[entry]).expect_err(entry).to_string().contains("xn--"), "{entry}");
    }
}
