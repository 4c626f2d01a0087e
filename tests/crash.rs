//! The whole program, killed: at every named point, and at any instant. Afterwards everybody has been told everything, and
//! nobody anything twice, but for the one window in which that cannot be known.
//!
//! What is compared with a run that nobody killed:
//!
//! - who is told what: for each person the notices of their messages, as the ledger has them, and the references in their
//!   mails, as a reader of the mail has them. Both must be equal, mail for mail.
//! - the bytes of every mail whose Message-ID the other run has too. An id is made of the notices and of the instant of
//!   bundling, so a mail bundled before the kill has the id, and must have the bytes, of the undisturbed run; one bundled
//!   after it, at a later minute, has another id and another `Date`, and only what it tells is compared.
//! - the audit: its chain is whole, and agrees with the tables beside it.
//! - on a mail server, the number of copies: more than one only where the ledger knows of an attempt with an unknown end, and
//!   then with the same bytes.
//!
//! `tests/long kills` does the same five hundred times, the server failing at random too. A process may also be stopped for
//! longer than its leases, while another takes up its work.

#![cfg(feature = "io")]
#![expect(clippy::expect_used, reason = "a test stops where something is not as it was set up")]

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::identity,
    fs::Permissions,
    os::unix::{fs::PermissionsExt as _, process::ExitStatusExt as _},
    time::{Duration, Instant},
};

use chrono::{TimeDelta, Utc};
use duewatch::{clock::Clock, delivery::Tls, failpoint::FAILPOINTS};
use support::{
    authority::Authority,
    office::{Arrived, Office},
    program::{Cases, Folder, Keep, MONDAY, Mail, monday, said},
    smtp::{Act, Script, Stage},
};

const SIGKILL: i32 = 9;
const SIGABRT: i32 = 6;
/// Far more rounds than any backlog of these tests needs.
const ROUNDS: i32 = 12;
const TIMEOUT_MS: u64 = 400;
/// So long a process that stands still is given, for another to take up its work.
const PATIENCE: Duration = Duration::from_secs(15);

/// How a run is killed.
#[derive(Clone, Debug)]
enum Kill {
    /// At a named point, at that pass.
    Point(&'static str, u32),
    /// After so long.
    After(Duration),
    /// After so long it is stopped where it stands, all its leases end, another takes up its work, and then it goes on.
    Pause(Duration),
}

/// What kills came to.
#[derive(Clone, Copy, Debug, Default)]
struct Figures {
    kills: u32,
    pauses: u32,
    too_late: u32,
    lost: usize,
    repeated_inside: usize,
    repeated_outside: usize,
}

/// SplitMix64: the same draws everywhere.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % end
    }

    fn within(&mut self, whole: Duration) -> Duration {
        Duration::from_micros(self.below(u64::try_from(whole.as_micros()).expect("a short run")))
    }
}

/// Starts a cycle and kills it. False if it had ended before.
async fn killed(folder: &Folder, at: Option<&str>, kill: &Kill) -> bool {
    let mut args = vec!["run", "--once"];
    args.extend(at.iter().flat_map(|at| ["--at", *at]));
    let mut command = folder.command(&args);
    match kill {
        Kill::Point(point, pass) => {
            let output =
                command.env("DUEWATCH_FAILPOINT", format!("{point}:{pass}")).output().await.expect("it starts");
            let killed = output.status.signal() == Some(SIGABRT);
            let ended = output.status.code().is_some_and(|code| code < 2);
            assert!(killed || ended, "{kill:?}: {:?} {}", output.status, said(&output));
            killed
        }
        Kill::After(delay) => {
            let mut child = command.spawn().expect("it starts");
            match tokio::time::timeout(*delay, child.wait()).await {
                Ok(ended) => assert!(ended.expect("an end").code().is_some_and(|code| code < 2), "{kill:?}"),
                Err(_) => child.start_kill().expect("it is killed"),
            }
            child.wait().await.expect("an end").signal() == Some(SIGKILL)
        }
        Kill::Pause(delay) => {
            let mut child = command.spawn().expect("it starts");
            if tokio::time::timeout(*delay, child.wait()).await.is_ok() {
                return false;
            }
            let pid = child.id().expect("it has not ended").to_string();
            signal("-STOP", &pid).await;
            // What it holds locked nobody can take up. Then it only stood still.
            let other = async {
                if leases_end(folder).await {
                    let mut other = folder.command(&args);
                    let _ = other.status().await;
                }
            };
            let _ = tokio::time::timeout(PATIENCE, other).await;
            signal("-CONT", &pid).await;
            let ended = child.wait().await.expect("an end");
            assert!(ended.code().is_some_and(|code| code < 2), "{kill:?}: {ended:?}");
            true
        }
    }
}

async fn signal(which: &str, pid: &str) {
    let sent = tokio::process::Command::new("kill").args([which, pid]).status().await.expect("a signal is sent");
    assert!(sent.success(), "{which} {pid}: {sent}");
}

/// Every lease is over, unless somebody holds the rows.
async fn leases_end(folder: &Folder) -> bool {
    let database = folder.database().await;
    let Ok(mut write) = database.begin_write().await else { return false };
    let sql = "UPDATE messages SET next_attempt_us = 0, lease_until_us = 0 WHERE lease_until_us IS NOT NULL";
    write.execute_script(sql).await.is_ok() && write.commit().await.is_ok()
}

/// Who has which mails, each as the references it names.
fn read_by(mails: impl IntoIterator<Item = Arrived>) -> BTreeMap<String, Vec<BTreeSet<String>>> {
    let mut read: BTreeMap<String, Vec<BTreeSet<String>>> = BTreeMap::new();
    for mail in mails {
        // Long lines are broken by the encoding, and a reference must not be broken with them.
        let text = mail.text.replace("=\r\n", "").replace("=\n", "");
        let words = text.split(|c: char| !c.is_ascii_alphanumeric());
        let is_reference = |word: &&str| {
            word.strip_prefix('C').is_some_and(|id| id.len() >= 4 && id.bytes().all(|byte| byte.is_ascii_digit()))
        };
        read.entry(mail.to).or_default().push(words.filter(is_reference).map(str::to_owned).collect());
    }
    for mails in read.values_mut() {
        mails.sort();
    }
    read
}

/// Who is told what, as the ledger has it.
async fn told(folder: &Folder) -> BTreeMap<String, BTreeSet<String>> {
    let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (address, effects) in folder.messages().await.into_values() {
        for effect in effects {
            assert!(told.entry(address.clone()).or_default().insert(effect.clone()), "{effect} stands in two messages");
        }
    }
    told
}

/// Attempts at each message of which nobody knows whether it arrived.
async fn unknown_ends(folder: &Folder) -> BTreeMap<String, usize> {
    let sql = "SELECT message_id, CAST(COUNT(*) AS TEXT) FROM attempts WHERE outcome = 'unknown' GROUP BY message_id";
    let rows = folder.rows(sql).await;
    rows.into_iter().map(|[id, count]| (id, count.parse().expect("a number"))).collect()
}

// ---- rehearsals: mail goes into files, and the present is chosen ----

/// What a rehearsal comes to that nobody kills.
struct Rehearsed {
    told: BTreeMap<String, BTreeSet<String>>,
    read: BTreeMap<String, Vec<BTreeSet<String>>>,
    files: BTreeMap<String, Arrived>,
    took: Duration,
}

async fn rehearsed(cases: &Cases, keep: Keep) -> Rehearsed {
    let folder = Folder::simulated(cases, keep).await;
    let begun = Instant::now();
    folder.cycle(Some(monday())).await;
    let took = begun.elapsed();
    settle_files(&folder).await;
    let files = folder.files();
    assert!(files.len() > 10, "{} mails are too few to prove anything", files.len());
    Rehearsed { told: told(&folder).await, read: read_by(files.values().cloned()), files, took }
}

/// Runs again every five minutes, until nothing is owed. A lease lasts two.
async fn settle_files(folder: &Folder) {
    for round in 1..=ROUNDS {
        let now = monday() + TimeDelta::minutes(5) * round;
        folder.cycle(Some(now)).await;
        if folder.owed(now).await == 0 {
            return;
        }
    }
    panic!("mail is still owed after {ROUNDS} rounds");
}

/// Kills one rehearsal and holds what comes of it against the undisturbed one.
async fn kill_files(cases: &Cases, keep: Keep, undisturbed: &Rehearsed, kill: &Kill, figures: &mut Figures) {
    let folder = Folder::simulated(cases, keep).await;
    figures.kills += 1;
    figures.pauses += u32::from(matches!(kill, Kill::Pause(_)));
    if !killed(&folder, Some(MONDAY), kill).await {
        figures.too_late += 1;
    }
    settle_files(&folder).await;

    let files = folder.files();
    let told = told(&folder).await;
    assert_eq!(told, undisturbed.told, "{kill:?}: the same notices");
    figures.lost += lost(&undisturbed.told, &told);
    assert_eq!(read_by(files.values().cloned()), undisturbed.read, "{kill:?}: the same mails");
    for (id, mail) in &files {
        if let Some(same) = undisturbed.files.get(id) {
            assert_eq!(mail.text, same.text, "{kill:?}: the same bytes under the same Message-ID");
        }
    }
    let in_ledger: BTreeSet<String> = folder.messages().await.into_keys().collect();
    assert_eq!(files.keys().cloned().collect::<BTreeSet<_>>(), in_ledger, "{kill:?}: every message once, as a file");
    figures.repeated_inside += unknown_ends(&folder).await.len();
    the_audit_is_whole(&folder, kill).await;
}

/// Its chain, the end that is kept outside, and what the tables say of each attempt.
async fn the_audit_is_whole(folder: &Folder, kill: &Kill) {
    let verified = folder.run(&["audit", "verify"]).await;
    assert!(verified.status.success(), "{kill:?}: {}", said(&verified));
}

fn lost(expected: &BTreeMap<String, BTreeSet<String>>, told: &BTreeMap<String, BTreeSet<String>>) -> usize {
    let none = BTreeSet::new();
    expected.iter().map(|(who, what)| what.difference(told.get(who).unwrap_or(&none)).count()).sum()
}

/// Every point, at its first pass and at a later one; a run itself is committed only once, and a group of messages less often
/// than each of them is sent.
fn points(later: u32, can_be: fn(&str) -> bool) -> impl Iterator<Item = Kill> {
    FAILPOINTS.into_iter().filter(move |point| can_be(point)).flat_map(move |point| {
        let passes = match point.split_once('.') {
            Some(("run", _)) => vec![1],
            Some(("send" | "smtp", _)) => vec![1, later],
            _ => vec![1, later.min(3)],
        };
        passes.into_iter().map(move |pass| Kill::Point(point, pass))
    })
}

/// Mail that goes into files passes no mail server.
fn of_files(point: &str) -> bool {
    !point.starts_with("smtp.")
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_named_point_everybody_is_told_once() {
    let cases = Cases::of_monday().await;
    let undisturbed = rehearsed(&cases, Keep::Sqlite).await;
    let mut figures = Figures::default();
    for kill in points(5, of_files) {
        kill_files(&cases, Keep::Sqlite, &undisturbed, &kill, &mut figures).await;
    }
    assert_eq!(figures.too_late, 0, "every point is passed so often");
    // freeze.after_commit, send.before, send.after, record.before_commit: begun and with an unknown end. The first time it is
    // one message, later as many as are under way together.
    assert!((8..=4 + 4 * 8).contains(&figures.repeated_inside), "{figures:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_named_point_on_a_server_everybody_is_told_once() {
    let cases = Cases::of_monday().await;
    let undisturbed = rehearsed(&cases, Keep::Postgres).await;
    let on_sqlite = rehearsed(&cases, Keep::Sqlite).await;
    assert_eq!(undisturbed.files, on_sqlite.files, "both databases write the same mail");
    let mut figures = Figures::default();
    for kill in points(3, of_files).filter(|kill| !matches!(kill, Kill::Point(point, 1) if !point.starts_with("run.")))
    {
        kill_files(&cases, Keep::Postgres, &undisturbed, &kill, &mut figures).await;
    }
    assert_eq!(figures.too_late, 0, "every point is passed so often");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_instant_everybody_is_told_once() {
    let cases = Cases::of_monday().await;
    let undisturbed = rehearsed(&cases, Keep::Sqlite).await;
    let mut draw = Draw(20);
    let mut figures = Figures::default();
    // How long a run takes goes with what else the machine does. One that was over by then says that it takes less.
    let mut takes = undisturbed.took;
    for _ in 0..20 {
        let (after, too_late) = (draw.within(takes), figures.too_late);
        kill_files(&cases, Keep::Sqlite, &undisturbed, &Kill::After(after), &mut figures).await;
        if figures.too_late > too_late {
            takes = after;
        }
    }
    assert!(figures.too_late < 10, "too few were killed: {figures:?}");
}

// ---- a mail server: copies are seen, and the machine's clock is the only one ----

/// The notices that go at any hour. Others wait for the morning, so whether they are mailed depends on the test's hour.
async fn urgent(folder: &Folder) -> BTreeSet<String> {
    let sql = "SELECT effect, mailbox FROM notices WHERE urgent = 1 AND state = 'bundled'";
    folder.rows(sql).await.into_iter().map(|[effect, _]| effect).collect()
}

struct Sent {
    urgent: BTreeSet<String>,
    took: Duration,
}

/// A server that asks for TLS and a password before it takes everything, so that there is every stage to be killed at.
fn guarded(authority: &Authority) -> Script {
    Script { auth: "PLAIN", ..authority.script(Tls::StartTls) }
}

/// An authority whose mail goes to that server.
async fn folder_for(office: &Office, authority: &Authority, cases: &Cases, keep: Keep) -> Folder {
    let folder = Folder::real(cases, keep, Mail::Server { port: office.at.port(), timeout_ms: TIMEOUT_MS }).await;
    let password = folder.path().join("smtp-password");
    std::fs::write(&password, "open sesame").expect("a file");
    std::fs::set_permissions(&password, Permissions::from_mode(0o600)).expect("it is closed");
    let (settings, ca) = (std::fs::read_to_string(folder.config()).expect("settings"), authority.ca_file());
    let guarded = format!(
        "tls = \"starttls\"\nca_file = {:?}\nuser = \"duewatch\"\npassword_file = {:?}",
        ca.display().to_string(),
        password.display().to_string()
    );
    std::fs::write(folder.config(), settings.replace("tls = \"none\"", &guarded)).expect("settings");
    folder
}

async fn sent(cases: &Cases, keep: Keep, authority: &Authority) -> Sent {
    let script = guarded(authority);
    let office = Office::open(move |_| script.clone()).await;
    let folder = folder_for(&office, authority, cases, keep).await;
    let begun = Instant::now();
    folder.cycle(None).await;
    let took = begun.elapsed();
    let ids: BTreeSet<String> = office.arrived().into_iter().map(|mail| mail.id).collect();
    assert_eq!(ids.len(), office.arrived().len(), "undisturbed, nothing is repeated");
    assert!(ids.len() > 5, "{} mails are too few to prove anything", ids.len());
    Sent { urgent: urgent(&folder).await, took }
}

/// Kills one run that speaks to a server and looks at what arrived there.
async fn kill_sending(
    cases: &Cases,
    keep: Keep,
    undisturbed: &Sent,
    kill: &Kill,
    (authority, mut moods): (&Authority, impl FnMut(Script) -> Script + Send + 'static),
    figures: &mut Figures,
) {
    let script = guarded(authority);
    let office = Office::open(move |_| moods(script.clone())).await;
    let folder = folder_for(&office, authority, cases, keep).await;
    figures.kills += 1;
    figures.pauses += u32::from(matches!(kill, Kill::Pause(_)));
    if !killed(&folder, None, kill).await {
        figures.too_late += 1;
    }
    let mut rounds = 0..ROUNDS * 3;
    loop {
        assert!(rounds.next().is_some(), "{kill:?}: mail is still owed");
        folder.an_hour_passes().await;
        folder.cycle(None).await;
        if folder.owed(Clock::System.now()).await == 0 {
            break;
        }
    }

    let urgent = urgent(&folder).await;
    figures.lost += undisturbed.urgent.difference(&urgent).count();
    assert_eq!(undisturbed.urgent.difference(&urgent).next(), None, "{kill:?}: nothing is lost");
    let mut copies: BTreeMap<String, Vec<Arrived>> = BTreeMap::new();
    for mail in office.arrived() {
        copies.entry(mail.id.clone()).or_default().push(mail);
    }
    let unknown = unknown_ends(&folder).await;
    let messages = folder.messages().await;
    for (id, (address, _)) in &messages {
        let copies = copies.get(id).unwrap_or_else(|| panic!("{kill:?}: {id} never arrived"));
        assert!(copies.iter().all(|copy| copy == &copies[0]), "{kill:?}: a repetition has the same bytes");
        assert_eq!(&copies[0].to, address, "{kill:?}");
        let inside = unknown.get(id).copied().unwrap_or(0);
        figures.repeated_inside += (copies.len() - 1).min(inside);
        figures.repeated_outside += (copies.len() - 1).saturating_sub(inside);
        assert!(copies.len() <= 1 + inside, "{kill:?}: {id} was repeated outside the window");
    }
    assert_eq!(copies.keys().collect::<Vec<_>>(), messages.keys().collect::<Vec<_>>(), "{kill:?}: no other mail");
    the_audit_is_whole(&folder, kill).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_speaking_to_a_mail_server_only_the_message_in_hand_is_repeated() {
    let cases = Cases::of_today().await;
    let authority = Authority::new("127.0.0.1");
    let undisturbed = sent(&cases, Keep::Sqlite, &authority).await;
    let mut figures = Figures::default();
    for kill in points(4, |_| true).filter(|kill| matches!(kill, Kill::Point(_, 3 | 4))) {
        kill_sending(&cases, Keep::Sqlite, &undisturbed, &kill, (&authority, identity), &mut figures).await;
    }
    assert_eq!(figures.too_late, 0);
    // Four points lie between the server's answer and the record of it. What is repeated is the message in hand and what ended just
    // before it, at most the group: of four by then.
    assert!((4..=4 * 4).contains(&figures.repeated_inside), "{figures:?}");
    assert_eq!(figures.repeated_outside, 0);
    let mut draw = Draw(5);
    for _ in 0..5 {
        let kill = Kill::After(draw.within(undisturbed.took));
        kill_sending(&cases, Keep::Sqlite, &undisturbed, &kill, (&authority, identity), &mut figures).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stopped_for_longer_than_a_lease_only_what_was_under_way_is_repeated() {
    let cases = Cases::of_today().await;
    let authority = Authority::new("127.0.0.1");
    let mut draw = Draw(9);
    for keep in [Keep::Sqlite, Keep::Postgres] {
        let undisturbed = sent(&cases, keep, &authority).await;
        let mut figures = Figures::default();
        for _ in 0..2 {
            let kill = Kill::Pause(draw.within(undisturbed.took));
            kill_sending(&cases, keep, &undisturbed, &kill, (&authority, identity), &mut figures).await;
        }
        assert_eq!((figures.lost, figures.repeated_outside), (0, 0), "{figures:?}");
    }
}

// ---- the long run ----

/// A server with bad days: about one connection in four fails, each in its own way.
fn moody(seed: u64) -> impl FnMut(Script) -> Script + Send + 'static {
    let mut draw = Draw(seed);
    move |willing| match draw.below(24) {
        0 => willing.but(Stage::Banner, Act::SayAndClose(b"421 too busy\r\n")),
        1 => willing.but(Stage::Rcpt, Act::Say(b"451 4.3.0 come back later\r\n")),
        2 => willing.but(Stage::Data, Act::SayAndClose(b"")),
        3 => willing.but(Stage::End, Act::Say(b"452 4.3.1 no room\r\n")),
        4 => willing.but(Stage::End, Act::SayAndClose(b"")),
        5 => willing.but(Stage::Body, Act::SayAndStall(b"")),
        _ => willing,
    }
}

/// `tests/long kills`. Without it there is nothing to do: the sample above is what every build runs.
#[tokio::test(flavor = "multi_thread")]
async fn long_kills() {
    let Some((kills, seed)) = asked_for() else { return };
    let mut draw = Draw(seed);
    let mut totals: BTreeMap<&str, Figures> = BTreeMap::new();
    let monday = Cases::of_monday().await;
    let today = Cases::of_today().await;
    let authority = Authority::new("127.0.0.1");
    for (name, keep) in [("SQLite", Keep::Sqlite), ("PostgreSQL", Keep::Postgres)] {
        let by_files = rehearsed(&monday, keep).await;
        let by_server = sent(&today, keep, &authority).await;
        let mut files = Figures::default();
        let mut server = Figures::default();
        for number in 0..kills.div_ceil(4) {
            let kill = drawn(&mut draw, by_files.took, of_files);
            kill_files(&monday, keep, &by_files, &kill, &mut files).await;
            let kill = drawn(&mut draw, by_server.took, |_| true);
            let moods = moody(seed ^ u64::from(number) << 8);
            kill_sending(&today, keep, &by_server, &kill, (&authority, moods), &mut server).await;
        }
        for (way, figures) in [("files", files), ("a failing mail server", server)] {
            println!("{name}, {way}: {figures:?}");
            let total = totals.entry("all").or_default();
            total.kills += figures.kills;
            total.pauses += figures.pauses;
            total.too_late += figures.too_late;
            total.lost += figures.lost;
            total.repeated_inside += figures.repeated_inside;
            total.repeated_outside += figures.repeated_outside;
        }
    }
    println!("seed {seed}, all: {:?}", totals["all"]);
}

/// Of six, one pause, three instants and two named points, of those that can be passed.
fn drawn(draw: &mut Draw, took: Duration, can_be: impl Fn(&str) -> bool) -> Kill {
    match draw.below(6) {
        0 => return Kill::Pause(draw.within(took)),
        1..4 => return Kill::After(draw.within(took)),
        _ => {}
    }
    let points: Vec<&str> = FAILPOINTS.into_iter().filter(|point| can_be(point)).collect();
    let point = points[usize::try_from(draw.below(points.len() as u64)).expect("few")];
    let pass = if point.starts_with("run.") { 1 } else { draw.below(6) + 1 };
    Kill::Point(point, u32::try_from(pass).expect("few"))
}

/// How many kills, from which seed.
#[expect(clippy::disallowed_methods, reason = "how long a test may take is no setting of duewatch")]
fn asked_for() -> Option<(u32, u64)> {
    if std::env::var("DUEWATCH_LONG").ok()? != "kills" {
        return None;
    }
    let number = |name: &str, otherwise: u64| match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")),
        Err(_) => otherwise,
    };
    let kills = u32::try_from(number("DUEWATCH_LONG_KILLS", 500)).expect("a moderate number of kills");
    let seed = number("DUEWATCH_LONG_SEED", Clock::System.now().with_timezone(&Utc).timestamp().unsigned_abs());
    Some((kills, seed))
}
