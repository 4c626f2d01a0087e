//! What a mail's bytes are, read back independently of what wrote them.

use duewatch::delivery::{Outgoing, RenderError, render};
use proptest::prelude::*;

use super::{instant, mail};

const HEADERS: [&str; 10] = [
    "Date",
    "From",
    "Reply-To",
    "To",
    "Subject",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "MIME-Version",
    "Content-Type",
];

/// The header block, unfolded, and what follows it.
pub(crate) fn split(eml: &str) -> (Vec<String>, &str) {
    let (head, body) = eml.split_once("\r\n\r\n").expect("an empty line");
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", "\t");
    (unfolded.split("\r\n").map(str::to_owned).collect(), body)
}

/// Quoted-printable read back, line ends as line feeds.
fn unquote(encoded: &str) -> String {
    let joined = encoded.replace("=\r\n", "").replace("\r\n", "\n");
    let mut bytes = Vec::new();
    let mut rest = joined.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'=' {
            let hex = [rest.next().expect("a digit"), rest.next().expect("a digit")];
            let hex = std::str::from_utf8(&hex).expect("hexadecimal");
            bytes.push(u8::from_str_radix(hex, 16).expect("hexadecimal"));
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).expect("words")
}

/// Text, HTML and, where there is one, the calendar file.
pub(crate) fn parts(eml: &str) -> Vec<String> {
    let outer = "--=m0192f0c12b3a7c4d8e5f60718293a4b5";
    let pieces: Vec<&str> = split(eml).1.split(outer).collect();
    let [before, words, calendar, after] = pieces.as_slice() else { return alternatives(eml) };
    assert_eq!((*before, *after), ("", "--\r\n"));
    let (head, body) = calendar.split_once("\r\n\r\n").expect("an empty line");
    assert!(head.contains("Content-Type: text/calendar; charset=utf-8; method=PUBLISH; name=dates.ics"), "{head}");
    assert!(head.contains("Content-Disposition: attachment; filename=\"dates.ics\""), "{head}");
    assert!(head.contains("Content-Transfer-Encoding: quoted-printable"), "{head}");
    let words = words.strip_prefix("\r\n").expect("a line end");
    let mut said = alternatives(words);
    said.push(unquote(body.strip_suffix("\r\n").expect("a line end")));
    said
}

fn alternatives(eml: &str) -> Vec<String> {
    let delimiter = "--=_0192f0c12b3a7c4d8e5f60718293a4b5";
    let pieces: Vec<&str> = split(eml).1.split(delimiter).collect();
    assert_eq!(pieces.len(), 4, "{eml}");
    assert_eq!((pieces[0], pieces[3]), ("", "--\r\n"));
    let part = |piece: &str| {
        let (head, body) = piece.split_once("\r\n\r\n").expect("an empty line");
        assert!(head.contains("Content-Transfer-Encoding: quoted-printable"), "{head}");
        unquote(body.strip_suffix("\r\n").expect("a line end"))
    };
    vec![part(pieces[1]), part(pieces[2])]
}

#[test]
fn golden() {
    assert_eq!(render(&mail()).expect("a mail"), include_str!("../golden/mail.eml"));
}

/// The mail with a calendar file of one day; its line ends are those that RFC 5545 wants.
fn with_dates() -> Outgoing {
    let calendar = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//duewatch//duewatch//EN\r\nMETHOD:PUBLISH\r\n\
                    BEGIN:VEVENT\r\nUID:0123456789abcdef0123456789abcdef@example.gov.uk\r\nSEQUENCE:0\r\n\
                    DTSTAMP:20261130T073000Z\r\nDTSTART;VALUE=DATE:20261203\r\nSTATUS:CONFIRMED\r\n\
                    SUMMARY:Casework task due\r\nDESCRIPTION:Reference Ó-17\\, https://cases.example.gov.uk/case/\r\n \
                    %C3%93-17\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    Outgoing { calendar: Some(calendar.to_owned()), ..mail() }
}

#[test]
fn golden_with_dates() {
    let eml = render(&with_dates()).expect("a mail");
    assert_eq!(eml, include_str!("../golden/mail-with-dates.eml"));
    let calendar = with_dates().calendar.expect("dates").replace("\r\n", "\n");
    assert_eq!(parts(&eml), [mail().text, mail().html, calendar]);
}

#[test]
fn what_no_header_may_hold_is_refused() {
    let refused = |change: &dyn Fn(&mut Outgoing)| {
        let mut mail = mail();
        change(&mut mail);
        render(&mail).expect_err("refused")
    };
    assert_eq!(refused(&|m| m.subject.push_str("\r\nBcc: x@example.org")), RenderError::SubjectControl);
    assert_eq!(refused(&|m| m.subject.push('\0')), RenderError::SubjectControl);
    assert_eq!(refused(&|m| m.subject.push_str("=?utf-8?q?=0A?=")), RenderError::SubjectControl);
    assert!(matches!(refused(&|m| m.subject = "x".repeat(1 << 20)), RenderError::TooLong { what: "subject", .. }));
    assert!(matches!(refused(&|m| m.text = "x".repeat(2 << 20)), RenderError::TooLong { what: "text part", .. }));
    let huge = Some("x".repeat(2 << 20));
    assert!(matches!(refused(&|m| m.calendar.clone_from(&huge)), RenderError::TooLong { what: "calendar file", .. }));
    assert_eq!(refused(&|m| m.text.clear()), RenderError::Empty("text part"));
    assert_eq!(refused(&|m| m.html = " \n".to_owned()), RenderError::Empty("HTML part"));
    assert_eq!(refused(&|m| m.date = instant("1969-12-31T23:59:59Z")), RenderError::Date);
    assert!(matches!(refused(&|m| m.message_id_domain = "a>\r\nX: y".to_owned()), RenderError::MessageIdDomain(_)));
    for list in ["a@example.org, b@example.org", "Jo\r\nBcc: <b@example.org>", "a@example.org\r\n"] {
        assert!(matches!(refused(&|m| m.from = list.to_owned()), RenderError::Address { header: "From", .. }));
        assert!(matches!(refused(&|m| m.to = list.to_owned()), RenderError::Address { header: "To", .. }));
        assert!(matches!(refused(&|m| m.reply_to = list.to_owned()), RenderError::Address { header: "Reply-To", .. }));
    }
}

#[test]
fn names_as_people_have_them() {
    for name in
        ["O'Brien (Duty Team)", "\"Smith, Jane\"", "Łukasz Żółć", "Dr. A. B. C. d'Arcy-Smythe", "北京", "a.b", "[x]"]
    {
        let mail = Outgoing { to: format!("{name} <a@example.gov.uk>"), ..mail() };
        render(&mail).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
}

/// Without returns, and with a visible sign for each of Unicode's bidirectional controls (UAX 9, table 2).
fn as_written(words: &str) -> String {
    const CONTROLS: &str =
        "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}";
    words.replace('\r', "").replace(|c| CONTROLS.contains(c), "\u{fffd}")
}

fn address() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => "[a-z.'+]{1,20}@[a-z]{1,10}\\.gov\\.uk",
        4 => "[^<>@\"\\\\,;:]{0,120} <[a-z]{1,64}@[a-z]{1,60}\\.gov\\.uk>",
        2 => "\"[^\"]{0,60}\" <[a-z]{1,9}@gov\\.im>",
        1 => "\\PC{0,60}",
        1 => any::<String>(),
    ]
}

fn subject() -> impl Strategy<Value = String> {
    prop_oneof!["\\PC{0,220}", any::<String>(), "[a-z]{150,200}", "[ -~]{0,200}", "[é ]{0,200}", "[ ]{0,100}x"]
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-z\u{61c}\u{200c}-\u{200f}\u{2029}-\u{202f}\u{2065}-\u{206a}]{0,40}",
        "(\\PC{0,90}\n){0,12}",
        "[a-z=. \t\r\n-]{0,3000}",
        "[é]{0,900}"
    ]
}

proptest! {
    #[test]
    fn whatever_comes_in_a_mail_comes_out_or_nothing(
        from in address(), to in address(), reply_to in address(), subject in subject(), text in words(), html in words(),
        calendar in prop::option::of(words()),
    ) {
        let mail = Outgoing { from, to, reply_to, subject, text, html, calendar, ..mail() };
        // What is wrong with one field must not hide the others from the test.
        let sound = Outgoing { from: super::mail().from, to: super::mail().to, reply_to: super::mail().reply_to, ..mail.clone() };
        for mail in [mail, sound] {
            let Ok(eml) = render(&mail) else { continue };
            prop_assert_eq!(&eml, &render(&mail).expect("the same again"));
            prop_assert!(eml.is_ascii());
            prop_assert!(eml.ends_with("\r\n"));
            for line in eml.split("\r\n") {
                prop_assert!(line.len() <= 998, "{} characters", line.len());
                prop_assert!(!line.contains(['\r', '\n', '\0']), "{line:?}");
            }
            let (headers, _) = split(&eml);
            let names: Vec<&str> = headers.iter().map(|line| line.split(':').next().unwrap_or_default()).collect();
            prop_assert_eq!(names, HEADERS);
            let said = parts(&eml);
            prop_assert_eq!(&said[0], &as_written(&mail.text));
            prop_assert_eq!(&said[1], &as_written(&mail.html));
            let calendar = mail.calendar.map(|calendar| as_written(&calendar));
            prop_assert_eq!(said.get(2), calendar.as_ref());
        }
    }
}
