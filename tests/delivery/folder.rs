//! A folder as a way out.

use std::path::Path;

use duewatch::delivery::{Channel, FileDrop, Frozen};

use super::{frozen, letter};

fn names(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name")).collect()
}

#[tokio::test]
async fn one_message_is_one_file_however_often_it_is_sent() {
    let dir = tempfile::tempdir().expect("a folder");
    let channel: Box<dyn Channel> = Box::new(FileDrop::new(dir.path()));
    assert_eq!(channel.test().await, Ok(()));
    assert_eq!(names(dir.path()), Vec::<String>::new());
    let frozen = frozen();
    let name = "0192f0c1-2b3a-7c4d-8e5f-60718293a4b5.eml";
    // What a crash in the middle of an earlier attempt leaves behind.
    std::fs::write(dir.path().join(".0192f0c1-2b3a-7c4d-8e5f-60718293a4b5.tmp"), "half").expect("a file");
    for _ in 0..2 {
        assert_eq!(letter(&channel.send(&frozen).await), 'H');
        assert_eq!(names(dir.path()), [name]);
        assert_eq!(std::fs::read_to_string(dir.path().join(name)).expect("a mail"), frozen.eml);
    }
    let other = Frozen { eml: "another\r\n".to_owned(), ..frozen.clone() };
    assert_eq!(letter(&channel.send(&other).await), 'F');
    assert_eq!(std::fs::read_to_string(dir.path().join(name)).expect("a mail"), frozen.eml);
}

#[tokio::test]
async fn no_folder_is_a_reason_to_try_again_and_a_fault_to_report() {
    let dir = tempfile::tempdir().expect("a folder");
    let channel: Box<dyn Channel> = Box::new(FileDrop::new(dir.path().join("missing")));
    assert_eq!(letter(&channel.send(&frozen()).await), 'S');
    let error = channel.test().await.expect_err("no folder");
    assert!(error.contains("missing"), "{error}");
}
