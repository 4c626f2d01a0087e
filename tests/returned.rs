//! Reports on our mail, as the mail systems of the world write them: what each comes to, whole and broken.

#![cfg(feature = "io")]
use std::{fs, time::Instant};

use duewatch::delivery::{
    Fate::{self, Delayed, Delivered, GivenUp, NoSuchMailbox},
    LARGEST_REPORT, Report, Returned,
};
use proptest::prelude::*;
use uuid::Uuid;

const DOMAIN: &str = "council.example";
const JO: &str = "jo.bloggs@council.example";
const ID: Uuid = Uuid::from_u128(0x019a_8e2b_7c40_7d3e_9a1b_5f6c_7d8e_9f01);

/// File, fate and why. The files stand in `tests/returned`.
const REPORTS: [(&str, Fate, &str); 20] = [
    ("postfix-unknown", NoSuchMailbox, "5.1.1"),
    ("postfix-expired", GivenUp, "4.4.1"),
    ("postfix-full", GivenUp, "5.2.2"),
    ("postfix-late", Delayed, "4.2.0"),
    ("postfix-delivered", Delivered, "2.0.0"),
    ("postfix-forbidden", GivenUp, "5.7.1"),
    ("exim-unknown", NoSuchMailbox, "5.1.1"),
    ("exim-words", NoSuchMailbox, "failed"),
    ("office365-unknown", NoSuchMailbox, "5.1.10"),
    ("office365-edge", NoSuchMailbox, "5.4.1"),
    ("exchange-restricted", NoSuchMailbox, "5.7.134"),
    ("exchange-words", NoSuchMailbox, "5.1.1"),
    ("gmail-unknown", NoSuchMailbox, "5.1.1"),
    ("sendmail-disabled", NoSuchMailbox, "5.2.1"),
    ("sendmail-late", Delayed, "4.4.1"),
    ("qmail-words", NoSuchMailbox, "5.1.1"),
    ("envelope-id-only", GivenUp, "5.3.4"),
    ("global-encoded", NoSuchMailbox, "5.1.6"),
    ("behind-a-disclaimer", NoSuchMailbox, "5.1.2"),
    ("relayed-by-an-alias", NoSuchMailbox, "5.1.1"),
];

/// Answers, receipts, complaints, what is about others' mail, and what says nothing final.
const NO_REPORTS: [&str; 9] = [
    "none-out-of-office",
    "none-receipt",
    "none-complaint",
    "none-not-ours",
    "none-other-domain",
    "none-two-ids",
    "none-spam",
    "exim-late",
    "rfc3464-relayed",
];

fn mail(name: &str) -> String {
    fs::read_to_string(format!("tests/returned/{name}.eml")).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn about_jo(mail: &[u8]) -> Option<Returned> {
    Report::read(mail, DOMAIN).and_then(|report| report.about(JO))
}

fn returned(fate: Fate, why: &str) -> Returned {
    Returned { message_id: ID, fate, why: why.to_owned() }
}

#[test]
fn every_report_comes_to_what_it_says_whatever_ends_its_lines() {
    for (name, fate, why) in REPORTS {
        let lf = mail(name).replace("\r\n", "\n");
        let crlf = lf.replace('\n', "\r\n");
        assert_eq!(about_jo(lf.as_bytes()), Some(returned(fate, why)), "{name}");
        assert_eq!(about_jo(crlf.as_bytes()), Some(returned(fate, why)), "{name} with CRLF");
    }
}

#[test]
fn what_is_no_report_on_our_mail_is_none() {
    for name in NO_REPORTS {
        let lf = mail(name);
        assert_eq!(Report::read(lf.as_bytes(), DOMAIN), None, "{name}");
        assert_eq!(Report::read(lf.replace('\n', "\r\n").as_bytes(), DOMAIN), None, "{name} with CRLF");
    }
    for nothing in [&b""[..], b"\n", b"\r\n\r\n", b":", b"\0\0\0", b"Content-Type: multipart/report", &[0xff; 100]] {
        assert_eq!(Report::read(nothing, DOMAIN), None);
    }
}

/// Every file of the folder is asked for.
#[test]
fn no_file_is_left_out() {
    let files = fs::read_dir("tests/returned").expect("the folder").count();
    assert_eq!(files, REPORTS.len() + NO_REPORTS.len() + ["rfc3464-simple", "rfc3464-several"].len());
}

/// RFC 3464, appendix E.
#[test]
fn the_examples_of_the_standard_speak_of_each_recipient_apart() {
    let simple = Report::read(mail("rfc3464-simple").as_bytes(), DOMAIN).expect("a report");
    assert_eq!(simple.about("louisl@larry.slip.umd.example"), Some(returned(GivenUp, "426 4.0.0")));
    let several = Report::read(mail("rfc3464-several").as_bytes(), DOMAIN).expect("a report");
    assert_eq!(several.about("wsnell@sdcc13.ucsd.example"), Some(returned(NoSuchMailbox, "550 5.0.0")));
    assert_eq!(several.about("arathib@vnet.ibm.example"), Some(returned(GivenUp, "550 5.0.0")));
    assert_eq!(several.about("JohnH@HPNJLD.njd.hp.example"), Some(returned(Delayed, "4.0.0")));
    assert_eq!(several.about(JO), None, "it is about others");
}

#[test]
fn a_report_about_another_recipient_says_nothing_of_ours() {
    let other = mail("postfix-unknown").replace("Final-Recipient: rfc822; jo", "Final-Recipient: rfc822; mo");
    assert!(about_jo(other.as_bytes()).is_some(), "the original recipient is still ours");
    let other = other.replace("Original-Recipient: rfc822;jo", "Original-Recipient: rfc822;mo");
    let report = Report::read(other.as_bytes(), DOMAIN).expect("a report");
    assert_eq!(report.about(JO), None);
    assert!(report.about("mo.bloggs@council.example").is_some());
    assert!(!format!("{report:?}").contains("bloggs"), "{report:?}");
}

#[test]
fn a_report_without_its_parts_is_read_as_far_as_it_goes() {
    let whole = mail("postfix-unknown");
    let without_original = whole.replace("Content-Type: message/rfc822", "Content-Type: application/octet-stream");
    assert_eq!(about_jo(without_original.as_bytes()), None, "nothing says which message");
    let answering = format!("In-Reply-To: <{ID}@council.example>\n{without_original}");
    assert_eq!(about_jo(answering.as_bytes()), Some(returned(NoSuchMailbox, "5.1.1")));
    let without_status = whole.replace("Content-Type: message/delivery-status", "Content-Type: application/x-gone");
    assert_eq!(about_jo(without_status.as_bytes()), Some(returned(NoSuchMailbox, "5.1.1")), "its words say so");
    let without_words = whole.replace("This is the mail system", "").replace("550 5.1.1\n", "\n");
    assert_eq!(about_jo(without_words.as_bytes()), Some(returned(NoSuchMailbox, "5.1.1")));
    let without_a_name = whole.replace("-Recipient: rfc822", "-Nobody: rfc822");
    assert_eq!(about_jo(without_a_name.as_bytes()), Some(returned(NoSuchMailbox, "5.1.1")), "it names nobody else");
}

#[test]
fn what_is_too_large_is_not_read_and_what_is_just_not_is_read_at_once() {
    let whole = mail("postfix-unknown");
    let padded = |to: usize| format!("{whole}{}", "x".repeat(to - whole.len()));
    assert!(about_jo(padded(LARGEST_REPORT).as_bytes()).is_some());
    assert_eq!(about_jo(padded(LARGEST_REPORT + 1).as_bytes()), None);
}

/// Mails made to keep a reader busy: nested without end, parts without number, heads without end.
#[test]
fn a_mail_that_is_made_to_cost_much_costs_little() {
    let repeat = |head: &str, piece: &str| {
        let times = (LARGEST_REPORT - head.len()) / piece.len();
        format!("{head}{}", piece.repeat(times))
    };
    let outer = "Subject: x\nContent-Type: multipart/report; boundary=b; report-type=delivery-status\n\n";
    let mails = [
        repeat("Subject: x\n", "Content-Type: message/rfc822\n\n"),
        repeat(outer, "--b\nContent-Type: multipart/mixed; boundary=b\n\n"),
        repeat(outer, "--b\nContent-Type: multipart/mixed; boundary=never\n\n"),
        repeat(outer, "--b\n\n"),
        repeat(&format!("{outer}--b\nContent-Type: message/delivery-status\n\n"), "Action: failed\nStatus: 5.1.1\n\n"),
        repeat(&format!("{outer}--b\nContent-Type: message/delivery-status\n\n"), "\n"),
        repeat("Subject: x\n", "X: y\n"),
        repeat("Subject: x\n", " folded\n"),
        repeat("References: ", "<019a8e2b-7c40-7d3e-9a1b-5f6c7d8e9f01@council.example> "),
        repeat("Content-Type: multipart/report", "; boundary=\"b"),
        repeat("Return-Path: <>\nFrom: mailer-daemon@x\n\n", "550 5.1.1 : ; "),
    ];
    for mail in mails {
        let begun = Instant::now();
        let _ = Report::read(mail.as_bytes(), DOMAIN);
        let head: String = mail.chars().take(90).collect();
        // A second in a release build. What grows with the square of its length takes hours.
        assert!(begun.elapsed().as_secs() < 60, "{:?} for {head}", begun.elapsed());
    }
}

/// What a damaged mail may come to: nothing, or something of the message that it named before, unless its id was damaged.
fn damaged(mail: &[u8], id_is_whole: bool) {
    if let Some(report) = Report::read(mail, DOMAIN) {
        assert!(!id_is_whole || report.message_id == ID, "{}", report.message_id);
    }
}

#[test]
fn a_mail_that_is_cut_off_anywhere_names_no_other_message() {
    for (name, ..) in REPORTS {
        let whole = mail(name);
        for end in (0..whole.len()).step_by(5) {
            damaged(&whole.as_bytes()[..end], true);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_mail_of_which_bytes_are_changed_names_no_other_message(
        which in 0..REPORTS.len(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let (name, ..) = REPORTS[which];
        let whole = mail(name);
        let mut bytes = whole.clone().into_bytes();
        let mut id_is_whole = true;
        let ids: Vec<usize> = whole.match_indices("019a8e2b").map(|(at, _)| at).collect();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            id_is_whole &= !ids.iter().any(|id| (*id..id + 36).contains(&at));
            bytes[at] = byte;
        }
        // Encoded copies of the id are not looked for.
        damaged(&bytes, id_is_whole && !whole.contains("base64"));
    }

    #[test]
    fn no_bytes_at_all_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000), head in 0..3_usize) {
        let heads = [
            "", "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n",
            "X-Failed-Recipients: jo@council.example\n\n",
        ];
        let _ = Report::read(&[heads[head].as_bytes(), &bytes].concat(), DOMAIN);
    }
}
