//! Mail as a Maildir: whole or not at all, and once however often it is tried.

#![cfg(feature = "io")]
#![expect(clippy::expect_used, reason = "a test stops where something is not as it was set up")]

use std::{collections::BTreeMap, fs, path::Path};

use duewatch::delivery::{Channel, Frozen, Maildir, Outcome};
use uuid::uuid;

/// The instant of the message's id: 0x0192c2cf8c1a milliseconds, 2024-10-25T08:33:54Z.
const SECONDS: u64 = 1_729_845_234;

fn frozen() -> Frozen {
    let message_id = uuid!("0192c2cf-8c1a-7c4d-8e5f-60718293a4b5");
    let eml = "Subject: x\r\n\r\nOne line.\r\n".to_owned();
    Frozen { message_id, to: "nora@example.gov.uk".to_owned(), eml, repeated: false }
}

fn name() -> String {
    format!("{SECONDS}.0192c2cf-8c1a-7c4d-8e5f-60718293a4b5.duewatch")
}

/// Every file, by its path within the folder.
fn files(dir: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for part in ["tmp", "new", "cur"] {
        for entry in fs::read_dir(dir.join(part)).expect("a part") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            found.insert(format!("{part}/{name}"), fs::read_to_string(path).expect("a mail"));
        }
    }
    found
}

fn only(path: &str, text: &str) -> BTreeMap<String, String> {
    BTreeMap::from([(path.to_owned(), text.to_owned())])
}

async fn send(dir: &Path, frozen: &Frozen) -> Outcome {
    let channel: Box<dyn Channel> = Box::new(Maildir::new(dir));
    assert!(channel.stays_here());
    channel.send(frozen).await
}

#[tokio::test]
async fn a_message_lies_in_new_once() {
    let dir = tempfile::tempdir().expect("a folder");
    for repeated in [false, true, true] {
        let outcome = send(dir.path(), &Frozen { repeated, ..frozen() }).await;
        assert!(matches!(outcome, Outcome::HandedOver { .. }), "{outcome:?}");
        assert_eq!(files(dir.path()), only(&format!("new/{}", name()), "Subject: x\n\nOne line.\n"));
    }
}

#[tokio::test]
async fn what_a_reader_has_taken_up_is_not_written_again() {
    let dir = tempfile::tempdir().expect("a folder");
    send(dir.path(), &frozen()).await;
    for flags in ["", ":2,", ":2,RS"] {
        let read = format!("cur/{}{flags}", name());
        let (at, _) = files(dir.path()).pop_first().expect("the mail");
        fs::rename(dir.path().join(at), dir.path().join(&read)).expect("moved");
        assert!(matches!(send(dir.path(), &frozen()).await, Outcome::HandedOver { .. }));
        assert_eq!(files(dir.path()), only(&read, "Subject: x\n\nOne line.\n"));
    }
}

#[tokio::test]
async fn another_mail_under_the_same_id_is_left_as_it_is() {
    let dir = tempfile::tempdir().expect("a folder");
    send(dir.path(), &frozen()).await;
    let before = files(dir.path());
    let outcome = send(dir.path(), &Frozen { eml: "Subject: y\r\n\r\n".to_owned(), ..frozen() }).await;
    assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
    assert_eq!(files(dir.path()), before);
}

#[tokio::test]
async fn what_a_crash_left_in_tmp_does_no_harm() {
    let dir = tempfile::tempdir().expect("a folder");
    fs::create_dir(dir.path().join("tmp")).expect("tmp");
    fs::write(dir.path().join("tmp").join(name()), "Subj").expect("half a mail");
    assert!(matches!(send(dir.path(), &frozen()).await, Outcome::HandedOver { .. }));
    assert_eq!(files(dir.path()), only(&format!("new/{}", name()), "Subject: x\n\nOne line.\n"));
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_not_made() {
    let dir = tempfile::tempdir().expect("a folder");
    let nowhere = dir.path().join("mistyped");
    let outcome = send(&nowhere, &frozen()).await;
    assert!(matches!(outcome, Outcome::Shut { .. }), "{outcome:?}");
    let channel: Box<dyn Channel> = Box::new(Maildir::new(&nowhere));
    assert!(channel.test().await.expect_err("not there").contains("create it"));
    assert!(!nowhere.exists());
    let channel: Box<dyn Channel> = Box::new(Maildir::new(dir.path()));
    channel.test().await.expect("it is there");
    assert!(files(dir.path()).is_empty());
}
