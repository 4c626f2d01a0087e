//! Addresses of the directory, and the headers of a mail to one.

use std::collections::BTreeMap;

use chrono::DateTime;
use duewatch::delivery::{AllowedDomains, Outgoing, render};
use uuid::Uuid;

/// The first line is an address and an entry of the list of domains; what follows it, a subject. No refusal repeats an address,
/// and a mail has the headers it should have, once each, and one recipient.
pub(super) fn address(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (address, subject) = text.split_once('\n').unwrap_or((text, "Overdue"));
    let Ok(allowed) = AllowedDomains::new(&["*.gov.uk", "nhs.net"]) else { return };
    let checked = allowed.check(address);
    if let Err(refused) = &checked {
        let refused = refused.to_string();
        super::says_no_more(&refused, 400);
        assert_eq!(refused.matches('@').count(), refused.matches("\"@\"").count(), "{refused}");
    }
    match AllowedDomains::new(&[address]) {
        Ok(own) => {
            let domain = address.strip_prefix("*.").map_or_else(|| address.to_owned(), |parent| format!("a.{parent}"));
            if domain.len() <= 250 {
                assert_eq!(own.check(&format!("a@{domain}")), Ok(()), "{domain}");
            }
            assert!(own.check("a@elsewhere.example").is_err() || domain.contains("example"));
        }
        Err(refused) => {
            super::says_no_more(&refused.to_string(), 600);
            assert!(!refused.to_string().contains('@'), "{refused}");
        }
    }
    let mail = render(&Outgoing {
        message_id: Uuid::nil(),
        message_id_domain: "council.example".to_owned(),
        from: "duewatch <duewatch@council.example>".to_owned(),
        to: address.to_owned(),
        reply_to: "help@council.example".to_owned(),
        subject: subject.to_owned(),
        text: "Words".to_owned(),
        html: "<p>Words</p>".to_owned(),
        calendar: None,
        date: DateTime::UNIX_EPOCH,
    });
    match mail {
        Ok(mail) => headed(&mail),
        Err(error) => {
            super::says_no_more(&error.to_string(), 400);
            assert!(checked.is_err() || !error.to_string().contains("To header"), "{error}");
        }
    }
}

fn headed(mail: &str) {
    assert!(mail.is_ascii());
    assert!(!mail.replace("\r\n", "").contains(['\r', '\n']), "a line end of its own");
    assert!(mail.split("\r\n").all(|line| line.len() <= 998), "a line longer than RFC 5322 allows");
    let (head, _) = mail.split_once("\r\n\r\n").unwrap_or((mail, ""));
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let mut headers: BTreeMap<&str, &str> = BTreeMap::new();
    for line in unfolded.split("\r\n") {
        let (name, value) = line.split_once(": ").unwrap_or((line, ""));
        assert!(headers.insert(name, value).is_none(), "{name} stands twice");
    }
    let expected = [
        "Auto-Submitted",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Reply-To",
        "Subject",
        "To",
        "X-Auto-Response-Suppress",
    ];
    assert_eq!(headers.keys().copied().collect::<Vec<_>>(), expected);
    let to = headers.get("To").copied().unwrap_or_default();
    assert_eq!(to.matches('@').count(), 1, "{to}");
}
