//! Where mail that comes back is put: what is read, what is remembered, and what is left alone.

#![cfg(feature = "io")]
#![expect(clippy::expect_used, reason = "a test stops where something is not as it was set up")]

use std::{
    fs::{self, File, Permissions},
    io::Write,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
};

use chrono::{DateTime, TimeDelta, Utc};
use duewatch::{
    clock::Clock,
    delivery::{LARGEST_REPORT, Look, Marks, ReturnBox},
};
use tempfile::TempDir;

const DOMAIN: &str = "council.example";

fn mail(name: &str) -> String {
    fs::read_to_string(format!("tests/returned/{name}.eml")).expect("a mail")
}

fn now() -> DateTime<Utc> {
    Clock::System.now()
}

/// Looks and remembers, as a run does.
fn look(from: &ReturnBox, marks: &mut Marks, now: DateTime<Utc>) -> Look {
    let look = from.look(marks, DOMAIN, now).expect("it can be read");
    marks.retain(|name, _| !look.gone.contains(name));
    marks.extend(look.marks.clone());
    look
}

fn maildir() -> (TempDir, ReturnBox) {
    let folder = tempfile::tempdir().expect("a folder");
    for part in ["new", "cur", "tmp"] {
        fs::create_dir(folder.path().join(part)).expect("a folder");
    }
    let from = ReturnBox::Maildir(folder.path().to_owned());
    (folder, from)
}

fn files(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    for part in ["new", "cur"] {
        for entry in fs::read_dir(folder.join(part)).expect("a folder") {
            files.push(format!("{part}/{}", entry.expect("an entry").file_name().to_string_lossy()));
        }
    }
    files.sort();
    files
}

#[test]
fn a_maildir_gives_each_report_once_and_other_mail_stays_as_it_is() {
    let (folder, from) = maildir();
    let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a mail");
    put("new/1.a.host", &mail("postfix-unknown"));
    put("new/2.b.host", &mail("none-out-of-office"));
    put("cur/3.c.host:2,F", &mail("exim-unknown"));
    put("cur/4.d.host:2,S", &mail("none-spam"));
    put("tmp/5.e.host", &mail("gmail-unknown"));
    symlink(folder.path().join("tmp/5.e.host"), folder.path().join("new/6.f.host")).expect("a link");
    let mut marks = Marks::new();
    let first = look(&from, &mut marks, now());
    let names: Vec<String> = first.reports.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(names, ["1.a.host", "3.c.host"]);
    assert_eq!(first.faults, Vec::<String>::new());
    from.mark_seen(&names).expect("marked");
    let left = ["cur/1.a.host:2,S", "cur/3.c.host:2,FS", "cur/4.d.host:2,S", "new/2.b.host", "new/6.f.host"];
    assert_eq!(files(folder.path()), left);
    assert_eq!(fs::read_to_string(folder.path().join("cur/1.a.host:2,S")).expect("a mail"), mail("postfix-unknown"));

    let second = look(&from, &mut marks, now());
    assert!(second.reports.is_empty() && second.marks.is_empty() && second.gone.is_empty(), "{second:?}");
    // Somebody reads one, and deletes another.
    fs::rename(folder.path().join("new/2.b.host"), folder.path().join("cur/2.b.host:2,RS")).expect("moved");
    fs::remove_file(folder.path().join("cur/4.d.host:2,S")).expect("deleted");
    let third = look(&from, &mut marks, now());
    assert!(third.reports.is_empty() && third.marks.is_empty());
    assert_eq!(third.gone, ["4.d.host"]);
}

#[test]
fn a_maildir_full_of_mail_is_read_a_part_at_a_time() {
    let (folder, from) = maildir();
    for n in 0..620 {
        fs::write(folder.path().join(format!("new/{n:04}.x.host")), mail("none-spam")).expect("a mail");
    }
    fs::write(folder.path().join("new/9999.x.host"), mail("postfix-unknown")).expect("a mail");
    let mut marks = Marks::new();
    let counts: Vec<(usize, usize)> =
        (0..3).map(|_| look(&from, &mut marks, now())).map(|look| (look.marks.len(), look.reports.len())).collect();
    assert_eq!(counts, [(500, 0), (121, 1), (0, 0)]);
}

#[test]
fn a_box_that_is_not_there_is_said_with_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = ReturnBox::Maildir(folder.path().join("nowhere"));
    let why = missing.look(&Marks::new(), DOMAIN, now()).expect_err("nothing there");
    assert!(why.contains("nowhere") && why.contains("mail.returns.maildir"), "{why}");
    assert_eq!(missing.test(), Err(why));
    let a_folder = ReturnBox::Mbox(folder.path().to_owned());
    assert!(a_folder.look(&Marks::new(), DOMAIN, now()).expect_err("a folder").contains("mail.returns.mbox"));
    let not_yet = ReturnBox::Mbox(folder.path().join("mbox"));
    assert!(not_yet.test().is_ok() && look(&not_yet, &mut Marks::new(), now()).reports.is_empty());
    assert!(ReturnBox::Mbox(folder.path().join("no/mbox")).test().is_err());
    fs::write(folder.path().join("mbox"), "").expect("a file");
    fs::set_permissions(folder.path().join("mbox"), Permissions::from_mode(0o600)).expect("permissions");
    assert!(look(&not_yet, &mut Marks::new(), now()).marks.is_empty());
}

/// Long after the last mail was written.
fn later() -> DateTime<Utc> {
    now() + TimeDelta::minutes(2)
}

struct Mbox {
    _folder: TempDir,
    from: ReturnBox,
    path: std::path::PathBuf,
}

fn mbox() -> Mbox {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("duewatch");
    Mbox { from: ReturnBox::Mbox(path.clone()), path, _folder: folder }
}

impl Mbox {
    fn append(&self, text: &str) {
        let mut file = File::options().create(true).append(true).open(&self.path).expect("the file");
        write!(file, "From MAILER-DAEMON Mon Nov 16 08:30:02 2026\n{text}\n").expect("written");
    }
}

#[test]
fn an_mbox_is_read_on_from_where_it_was_left() {
    let mbox = mbox();
    mbox.append(&mail("postfix-unknown"));
    mbox.append(&mail("none-spam"));
    mbox.append(&mail("postfix-late"));
    let before = fs::read(&mbox.path).expect("the file");
    let mut marks = Marks::new();
    assert_eq!(look(&mbox.from, &mut marks, now()).reports.len(), 2);
    assert_eq!(look(&mbox.from, &mut marks, now()).reports.len(), 1, "the last may not be whole yet");
    assert_eq!(look(&mbox.from, &mut marks, later()).reports.len(), 1);
    assert_eq!(look(&mbox.from, &mut marks, later()).reports.len(), 0);
    mbox.append(&mail("exim-unknown"));
    assert_eq!(look(&mbox.from, &mut marks, later()).reports.len(), 1);
    assert_eq!(look(&mbox.from, &mut marks, later()).reports.len(), 0);
    assert_eq!(marks.len(), 1, "one place is remembered");
    assert!(fs::read(&mbox.path).expect("the file").starts_with(&before), "it is never written");

    // A mail program writes it anew, without its first mail.
    fs::write(&mbox.path, "").expect("emptied");
    for name in ["none-spam", "postfix-late", "exim-unknown", "gmail-unknown"] {
        mbox.append(&mail(name));
    }
    assert_eq!(look(&mbox.from, &mut marks, later()).reports.len(), 3, "read anew");
    fs::write(&mbox.path, "").expect("emptied");
    assert_eq!(look(&mbox.from, &mut marks, later()).reports.len(), 0);
    mbox.append(&mail("qmail-words"));
    assert_eq!(look(&mbox.from, &mut marks, later()).reports.len(), 1);
}

#[test]
fn a_mail_of_any_size_in_an_mbox_holds_up_nothing_behind_it() {
    let mbox = mbox();
    mbox.append(&mail("postfix-unknown"));
    let line = "x".repeat(998) + "\n";
    mbox.append(&format!("Subject: large\n\n{}", line.repeat(4 * LARGEST_REPORT / line.len())));
    mbox.append(&mail("exim-unknown"));
    let mut marks = Marks::new();
    let found: Vec<usize> = (0..8).map(|_| look(&mbox.from, &mut marks, later()).reports.len()).collect();
    assert_eq!(found.iter().sum::<usize>(), 2, "{found:?}");
    assert_eq!((found[0], found[7]), (1, 0));
    let upto: Vec<i64> = marks.into_values().collect();
    assert_eq!(upto, [i64::try_from(fs::metadata(&mbox.path).expect("the file").len()).expect("a length")]);
}
