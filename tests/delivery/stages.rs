//! Every stage of a conversation with every fault there: what may be done next, and nothing else; in which state that leaves the
//! message, and when it is tried again.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use duewatch::{
    clock::Clock,
    delivery::{Outcome, SmtpSettings, Tls},
    ledger::Outcome as Ledger,
    run::comes_to,
};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::Semaphore,
};

use super::{
    SHORT_MS,
    authority::Authority,
    channel, frozen, letter, settings,
    smtp::{Act, Script, Seen, Server, Stage},
    trusting, with_password,
};

/// So many conversations at once that none is slowed down by the others to where it meets its time limit.
const AT_ONCE: usize = 30;
/// How long an answer may take where none will come: short enough to wait for, long enough for every answer before it.
const STALL_MS: u64 = 3_000;

/// 4xx, 5xx, closed, stalled, words that are no answer, no words, half a line, half a line and closed, half an answer, and two
/// answers that contradict one another.
pub(crate) const FAULTS: [Act; 10] = [
    Act::Say(b"451 4.3.0 not now\r\n"),
    Act::Say(b"550 5.7.1 never\r\n"),
    Act::SayAndClose(b""),
    Act::SayAndStall(b""),
    Act::SayAndStall(b"well hello\r\n"),
    Act::SayAndStall(b"\xff\xfe\xfd\r\n"),
    Act::SayAndStall(b"25"),
    Act::SayAndClose(b"250 as good as"),
    Act::SayAndClose(b"250-first\r\n"),
    Act::SayAndClose(b"250-first\r\n550 second\r\n"),
];

/// The same settings, with patience enough for whatever does not stall here.
pub(crate) fn patient(mut settings: SmtpSettings, stage: Stage, act: Act) -> SmtpSettings {
    if matches!(act, Act::SayAndStall(_) | Act::SayLate(_)) && stage != Stage::Quit {
        if matches!(stage, Stage::End | Stage::Body) {
            settings.timeouts.end_of_data_ms = STALL_MS;
        } else {
            settings.timeouts.reply_ms = STALL_MS;
        }
    }
    settings
}

async fn attempt(stage: Stage, act: Act) -> (Outcome, Seen) {
    let server = Server::start(Script::willing().but(stage, act)).await;
    let outcome = channel(patient(settings(server.at.port()), stage, act)).send(&frozen()).await;
    (outcome, server.seen().await)
}

/// One stage, as a server offers it, with what becomes of the message at each of the faults.
struct Row {
    stage: Stage,
    tls: Tls,
    /// Mechanisms that are offered; none: nobody signs in.
    auth: &'static str,
    /// The last line that the server hears before the fault: what shows that it was this stage.
    heard: &'static str,
    outcomes: &'static str,
}

const NO: Tls = Tls::None;
const LATER: Tls = Tls::StartTls;
const FIRST: Tls = Tls::Implicit;

/// S: shut, for everybody. R: retry. F: refused. U: unknown. H: handed over.
fn row(stage: Stage, (tls, auth): (Tls, &'static str), heard: &'static str, outcomes: &'static str) -> Row {
    Row { stage, tls, auth, heard, outcomes }
}

fn table() -> Vec<Row> {
    // `printf duewatch | base64`, and of the password.
    let (user, password) = ("ZHVld2F0Y2g=", "czNjcmV0");
    let mut table = vec![
        // A server that has not let us in has said nothing about the message.
        row(Stage::Banner, (NO, ""), "", "SSSSSSSSSS"),
        row(Stage::Banner, (FIRST, ""), "", "SSSSSSSSSS"),
        row(Stage::Ehlo, (NO, ""), "EHLO", "SSSSSSSSSS"),
        row(Stage::Ehlo, (LATER, ""), "EHLO", "SSSSSSSSSS"),
        row(Stage::Ehlo, (FIRST, ""), "EHLO", "SSSSSSSSSS"),
        row(Stage::StartTls, (LATER, ""), "STARTTLS", "SSSSSSSSSS"),
        row(Stage::Handshake, (LATER, ""), "STARTTLS", "SSSSSSSSSS"),
        row(Stage::Handshake, (FIRST, ""), "", "SSSSSSSSSS"),
        row(Stage::SealedEhlo, (LATER, ""), "EHLO", "SSSSSSSSSS"),
        // A password that is not taken, even for ever, is for whoever set it up: no message is at fault.
        row(Stage::Auth, (LATER, "PLAIN"), "AUTH PLAIN", "SSSSSSSSSS"),
        row(Stage::Auth, (FIRST, "PLAIN"), "AUTH PLAIN", "SSSSSSSSSS"),
        row(Stage::AuthLogin, (LATER, "LOGIN"), "AUTH LOGIN", "SSSSSSSSSS"),
        row(Stage::AuthUser, (LATER, "LOGIN"), user, "SSSSSSSSSS"),
        row(Stage::Auth, (LATER, "LOGIN"), password, "SSSSSSSSSS"),
        row(Stage::AuthLogin, (FIRST, "LOGIN"), "AUTH LOGIN", "SSSSSSSSSS"),
        row(Stage::AuthUser, (FIRST, "LOGIN"), user, "SSSSSSSSSS"),
        row(Stage::Auth, (FIRST, "LOGIN"), password, "SSSSSSSSSS"),
    ];
    table.extend([
        // Whom it refuses here is ourselves, as the sender.
        row(Stage::Mail, (NO, ""), "MAIL FROM", "SSSSSSSSSS"),
        // Not one byte of the message was sent, so it may be repeated; a 5xx is about this recipient or this message.
        row(Stage::Rcpt, (NO, ""), "RCPT TO", "RFRRRRRRRR"),
        row(Stage::Data, (NO, ""), "DATA", "RFRRRRRRRR"),
    ]);
    for tls in [NO, LATER, FIRST] {
        table.extend([
            // It has the message whole. Only a whole answer tells what it did with it.
            row(Stage::End, (tls, ""), "DATA", "RFUUUUUUUU"),
            // After the 250 nothing that happens can take the message back.
            row(Stage::Quit, (tls, ""), "QUIT", "HHHHHHHHHH"),
        ]);
    }
    table
}

async fn cell(authority: Arc<Authority>, permits: Arc<Semaphore>, row: Row, act: Act) -> char {
    let _permit = permits.acquire().await.expect("a permit");
    let Row { stage, tls, auth, heard, .. } = row;
    let server = Server::start(Script { auth, ..authority.script(tls) }.but(stage, act)).await;
    let mut settings = match tls {
        Tls::None => settings(server.at.port()),
        _ => trusting(&authority, server.at.port(), tls),
    };
    if !auth.is_empty() {
        settings = with_password(settings);
    }
    let outcome = channel(patient(settings, stage, act)).send(&frozen()).await;
    let seen = server.seen().await;
    let place = format!("{stage:?} {tls:?} {auth} {act:?}: {outcome:?} {seen:?}");
    let whole = matches!(stage, Stage::End | Stage::Quit);
    assert_eq!(seen.messages.len(), usize::from(whole), "{place}");
    let mut commands = seen.commands;
    if stage != Stage::Quit && commands.last().is_some_and(|last| last == "QUIT") {
        commands.pop();
    }
    let last = commands.pop().unwrap_or_default();
    assert!(last.starts_with(heard) && (last.is_empty() || !heard.is_empty()), "{place}");
    if stage == Stage::SealedEhlo {
        assert_eq!(seen.in_the_clear, 2, "{place}");
    }
    then(&outcome);
    letter(&outcome)
}

/// What the ledger makes of it: the state of the message, and when it is tried again the first time, the eleventh, and after
/// the four days.
fn then(outcome: &Outcome) {
    let now = Clock::System.now();
    let at = |tries: u32| comes_to(outcome.clone(), uuid::Uuid::nil(), tries, now).outcome;
    let again = |next_at: DateTime<Utc>, longest: TimeDelta| {
        assert!((longest * 4 / 5..=longest).contains(&(next_at - now)), "{outcome:?}: {next_at}");
    };
    let (minute, hours) = (TimeDelta::minutes(1), TimeDelta::hours(2));
    match (letter(outcome), at(0), at(10)) {
        ('S' | 'R', Ledger::Retry { next_at: first }, Ledger::Retry { next_at: later })
        | ('U', Ledger::Unknown { next_at: first }, Ledger::Unknown { next_at: later }) => {
            again(first, minute);
            again(later, hours);
            assert_eq!(at(52), Ledger::Dead, "{outcome:?}");
        }
        ('F', Ledger::Refused, Ledger::Refused) | ('H', Ledger::HandedOver, Ledger::HandedOver) => {}
        (_, first, later) => panic!("{outcome:?} comes to {first:?}, {later:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_at_every_stage_is_its_own_decision() {
    let authority = Arc::new(Authority::new("127.0.0.1"));
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let mut all = Vec::new();
    for Row { stage, tls, auth, heard, outcomes } in table() {
        let cells = FAULTS.map(|act| {
            let row = Row { stage, tls, auth, heard, outcomes };
            tokio::spawn(cell(Arc::clone(&authority), Arc::clone(&permits), row, act))
        });
        all.push((format!("{stage:?} {tls:?} {auth}"), outcomes, cells));
    }
    for (place, outcomes, cells) in all {
        let mut got = String::new();
        for cell in cells {
            got.push(cell.await.expect("an attempt"));
        }
        assert_eq!(got, outcomes, "{place}");
    }
}

#[tokio::test]
async fn the_wrong_good_answer_is_no_success() {
    let table: [(Stage, &'static [u8], char); 15] = [
        (Stage::Mail, b"354 go\r\n", 'S'),
        (Stage::Rcpt, b"354 go\r\n", 'R'),
        (Stage::Rcpt, b"251 will forward\r\n", 'H'),
        (Stage::Rcpt, b"252 cannot say\r\n", 'R'),
        (Stage::Data, b"250 ok\r\n", 'R'),
        (Stage::End, b"354 more\r\n", 'U'),
        (Stage::End, b"251 ok\r\n", 'U'),
        (Stage::End, b"250-one\r\n250 two\r\n", 'H'),
        (Stage::End, b"250\r\n", 'H'),
        (Stage::End, b"250 \xfcbernommen\r\n", 'H'),
        // It closes, wants less of us, or asks us to sign in or to encrypt: that is no word about this message.
        (Stage::Rcpt, b"421 4.3.2 closing\r\n", 'S'),
        (Stage::Rcpt, b"432 4.3.2 too many connections\r\n", 'S'),
        (Stage::Rcpt, b"530 5.7.0 authentication required\r\n", 'S'),
        (Stage::Data, b"421 4.3.2 closing\r\n", 'S'),
        (Stage::End, b"421 4.3.2 closing\r\n", 'S'),
    ];
    for (stage, reply, expected) in table {
        let (outcome, _) = attempt(stage, Act::Say(reply)).await;
        assert_eq!(letter(&outcome), expected, "{stage:?}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_break_while_the_message_is_being_sent_is_unknown() {
    for act in [Act::SayAndClose(b""), Act::SayAndStall(b"")] {
        let (outcome, seen) = attempt(Stage::Body, act).await;
        assert_eq!(letter(&outcome), 'U', "{act:?}: {outcome:?}");
        let said = String::from_utf8_lossy(&seen.unanswered);
        assert!(!said.contains("QUIT"), "nothing is said where a command may be read as text: {said}");
    }
}

#[tokio::test]
async fn being_asked_to_sign_in_says_nothing_about_the_recipient() {
    let (outcome, _) = attempt(Stage::Mail, Act::Say(b"530 5.7.0 authentication required\r\n")).await;
    assert_eq!(letter(&outcome), 'S', "{outcome:?}");
}

#[tokio::test]
async fn a_refusal_names_its_code_and_no_address() {
    let reply = b"550-5.1.1 <nora.obriain@example.gov.uk>\r\n550 5.1.1 unknown\x07 here\r\n";
    let (outcome, seen) = attempt(Stage::Rcpt, Act::Say(reply)).await;
    let Outcome::Refused { code, why } = outcome else { panic!("{outcome:?}") };
    assert_eq!(code, Some(550));
    assert_eq!(why, "RCPT TO: permanent error (550): 5.1.1 <(address)> unknown here");
    assert_eq!(seen.commands.last().map(String::as_str), Some("QUIT"));
}

#[tokio::test]
async fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let outcome = channel(settings(port)).send(&frozen()).await;
    assert_eq!(letter(&outcome), 'S', "{outcome:?}");
}

#[tokio::test]
async fn a_connection_that_is_never_taken() {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a port");
    let listener = socket.listen(0).expect("a queue of the shortest length");
    let at = listener.local_addr().expect("an address");
    // The system completes connections until the queue is full, and then leaves the next ones without an answer.
    let mut queue = Vec::new();
    let short = std::time::Duration::from_millis(SHORT_MS);
    while let Ok(stream) = tokio::time::timeout(short, TcpStream::connect(at)).await {
        queue.push(stream.expect("a place in the queue"));
    }
    let mut settings = settings(at.port());
    settings.timeouts.connect_ms = SHORT_MS;
    let outcome = channel(settings).send(&frozen()).await;
    assert_eq!(
        outcome,
        Outcome::Shut { why: "connecting to the mail server: no answer within 1000 ms".to_owned(), after_ms: None }
    );
}

/// What a server says of itself after EHLO is nothing that the program is built on.
#[tokio::test]
async fn odd_words_after_ehlo_do_no_harm() {
    let flood: &'static [u8] = vec![b'x'; 1 << 20].leak();
    let table: [(&'static [u8], char); 8] = [
        (b"250-mail.example\r\n250-\xa0\x0b\xe2\x80\xa8\r\n250 SIZE\r\n", 'H'),
        (flood, 'S'),
        (b"250-mail.example\r\n250- \r\n250 SIZE\r\n", 'H'),
        (b"250-mail.example\r\n250-\r\n250 SIZE\r\n", 'H'),
        (b"250 \r\n", 'S'),
        (b"250\r\n", 'S'),
        (b"250-mail.example\r\n250 SIZE 99999999999999999999999\r\n", 'H'),
        (b"250-mail.example\r\n250 AUTH=\r\n", 'H'),
    ];
    for (reply, expected) in table {
        let (outcome, _) = attempt(Stage::Ehlo, Act::Say(reply)).await;
        let shown = String::from_utf8_lossy(&reply[..reply.len().min(80)]);
        assert_eq!(letter(&outcome), expected, "{shown}: {outcome:?}");
    }
}
