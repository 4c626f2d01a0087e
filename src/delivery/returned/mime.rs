//! A mail taken apart: its fields, and its parts in order.
//!
//! Owns the structure and its bounds, so that no mail costs more than a few looks at each of its bytes. Field names, folding,
//! parameters and encodings are read by `mail-parser`; its own walk through the parts is not used, because it follows nested
//! mails as deep as they go. Must not know what a report is.

use std::borrow::Cow;

use mail_parser::{
    HeaderName, HeaderValue, MessageParser,
    decoders::{base64::base64_decode, quoted_printable::quoted_printable_decode},
};

/// Multiparts within multiparts. A report has two: itself, and an alternative of text and HTML.
const DEEPEST: usize = 6;
/// A report has three parts.
const MOST_PARTS: usize = 50;
/// Beyond this, the head of a mail or of a part is no head.
const LONGEST_HEAD: usize = 256 * 1024;

/// The fields of a head, or of a block in the same form.
#[derive(Debug, Default)]
pub(super) struct Fields(Vec<(String, String)>);

/// What a part says it is.
#[derive(Clone, Debug, Default)]
pub(super) struct Kind {
    /// `text/plain`, in small letters.
    pub(super) name: String,
    /// Of a report: what it reports, in small letters.
    pub(super) report_type: String,
    boundary: Option<String>,
}

/// A part that holds no others.
#[derive(Debug)]
pub(super) struct Part<'x> {
    pub(super) kind: Kind,
    /// Its content, decoded.
    pub(super) body: Cow<'x, [u8]>,
}

/// A mail taken apart.
#[derive(Debug, Default)]
pub(super) struct Mail<'x> {
    pub(super) fields: Fields,
    /// Every kind of multipart in it, the outermost first.
    pub(super) around: Vec<Kind>,
    /// What they hold. A mail within the mail is one part, and is not entered.
    pub(super) parts: Vec<Part<'x>>,
}

impl Fields {
    /// Reads lines of `Name: value`, folded or not. What is no field is left out.
    pub(super) fn read(head: &[u8]) -> Fields {
        let head = &head[..head.len().min(LONGEST_HEAD)];
        // With one form named, those that are not named have the default form and not each its own.
        let all_raw = MessageParser::new().default_header_raw().header_raw(HeaderName::Subject);
        let Some(read) = all_raw.parse_headers(head) else { return Fields::default() };
        let fields = read.parts.iter().flat_map(|part| &part.headers).filter_map(|field| match &field.value {
            HeaderValue::Text(value) => Some((field.name().to_ascii_lowercase(), unfolded(value))),
            _ => None,
        });
        Fields(fields.collect())
    }

    /// The first field of this name, which is written in small letters.
    pub(super) fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Every field of this name.
    pub(super) fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

fn unfolded(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Takes a mail apart; none if it has no head.
pub(super) fn apart(mail: &[u8]) -> Option<Mail<'_>> {
    let (head, body) = in_two(mail);
    let (kind, encoding) = declared(head);
    let fields = Fields::read(head);
    if fields.0.is_empty() {
        return None;
    }
    let mut taken = Mail { fields, ..Mail::default() };
    enter(kind, encoding.as_deref(), body, 0, &mut taken);
    Some(taken)
}

/// Adds what a body holds to the parts.
fn enter<'x>(kind: Kind, encoding: Option<&str>, body: &'x [u8], depth: usize, taken: &mut Mail<'x>) {
    if taken.parts.len() >= MOST_PARTS {
        return;
    }
    let inner = kind.boundary.as_ref().filter(|_| kind.name.starts_with("multipart/") && depth < DEEPEST);
    let pieces = inner.map(|boundary| pieces(body, boundary)).unwrap_or_default();
    if pieces.is_empty() {
        taken.parts.push(Part { kind, body: decoded(body, encoding) });
        return;
    }
    taken.around.push(kind);
    for piece in pieces {
        let (head, body) = in_two(piece);
        let (kind, encoding) = declared(head);
        enter(kind, encoding.as_deref(), body, depth + 1, taken);
    }
}

/// What stands between the lines of a boundary. A last part without its end, as in a mail that was cut off, counts.
fn pieces<'x>(body: &'x [u8], boundary: &str) -> Vec<&'x [u8]> {
    let mut pieces = Vec::new();
    let mut begun = None;
    let mut at = 0;
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let text = line.trim_ascii_end();
        let after = text.strip_prefix(b"--").and_then(|text| text.strip_prefix(boundary.as_bytes()));
        if let Some(after @ (b"" | b"--")) = after {
            if let Some(begun) = begun.take() {
                pieces.push(&body[begun..at]);
            }
            if after == b"--" || pieces.len() >= MOST_PARTS {
                return pieces;
            }
            begun = Some(at + line.len());
        }
        at += line.len();
    }
    pieces.extend(begun.map(|begun| &body[begun..]));
    pieces
}

/// A head and what follows its empty line.
pub(super) fn in_two(mail: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    for line in mail.split_inclusive(|byte| *byte == b'\n') {
        if line.trim_ascii().is_empty() {
            return (&mail[..at], &mail[at + line.len()..]);
        }
        at += line.len();
    }
    (mail, b"")
}

/// What a head declares its body to be.
fn declared(head: &[u8]) -> (Kind, Option<String>) {
    let head = &head[..head.len().min(LONGEST_HEAD)];
    let parser = MessageParser::new()
        .default_header_ignore()
        .header_content_type(HeaderName::ContentType)
        .header_raw(HeaderName::ContentTransferEncoding);
    let plain = || Kind { name: "text/plain".to_owned(), ..Kind::default() };
    let Some(read) = parser.parse_headers(head) else { return (plain(), None) };
    let (mut kind, mut encoding) = (None, None);
    for field in read.parts.iter().flat_map(|part| &part.headers) {
        match &field.value {
            HeaderValue::ContentType(declared) if kind.is_none() => {
                let parameter = |name| declared.attribute(name).map(str::to_owned);
                kind = Some(Kind {
                    name: format!("{}/{}", declared.ctype(), declared.subtype().unwrap_or_default())
                        .to_ascii_lowercase(),
                    report_type: parameter("report-type").unwrap_or_default().to_ascii_lowercase(),
                    boundary: parameter("boundary").filter(|boundary| !boundary.is_empty()),
                });
            }
            HeaderValue::Text(value) if encoding.is_none() => encoding = Some(value.trim().to_ascii_lowercase()),
            _ => {}
        }
    }
    (kind.unwrap_or_else(plain), encoding)
}

/// What cannot be decoded is taken as it stands.
fn decoded<'x>(body: &'x [u8], encoding: Option<&str>) -> Cow<'x, [u8]> {
    let decoded = match encoding {
        Some("base64") => base64_decode(body),
        Some("quoted-printable") => quoted_printable_decode(body),
        _ => None,
    };
    decoded.map_or(Cow::Borrowed(body), Cow::Owned)
}
