//! Mail about our mail: delivery reports, and all else that lands in that mailbox.

use duewatch::delivery::Report;

/// Where messages of ours are numbered, and whom the reports of the corpus are about.
const DOMAIN: &str = "council.example";
const RECIPIENT: &str = "jo.bloggs@council.example";

/// A mail speaks only of a message whose id stands in it, and what is kept of it holds no address and fits a line.
pub(super) fn returned(bytes: &[u8]) {
    let Some(report) = Report::read(bytes, DOMAIN) else { return };
    assert_eq!(report.message_id.get_version_num(), 7, "only ours have that form");
    super::says_no_more(&format!("{report:?}"), 50 * 2000);
    let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    // Written in signs for signs, it may stand there in another form.
    let encoded = ["base64", "quoted-printable", "+"].iter().any(|sign| text.contains(sign));
    let (hyphenated, plain) = (report.message_id.to_string(), report.message_id.simple().to_string());
    assert!(encoded || text.contains(&hyphenated) || text.contains(&plain), "an id from nowhere");
    for address in [RECIPIENT, super::MARKER, "nobody@elsewhere.example"] {
        let Some(said) = report.about(address) else { continue };
        assert_eq!(said.message_id, report.message_id);
        super::says_no_more(&said.why, 200);
        assert!(!said.why.contains('@') && !said.why.contains(char::is_control), "{}", said.why);
    }
}
