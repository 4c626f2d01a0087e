//! A connection that is kept for the next message: whatever happens to one message, the next is told nothing by it.

use duewatch::delivery::{Frozen, Outcome, Outgoing, Tls, render};

use futures_util::future::join_all;

use super::{
    authority::Authority,
    channel, letter, mail, settings,
    smtp::{Act, Script, Server, Stage},
    stages::{FAULTS, patient},
    trusting,
};

/// Messages of one conversation, each known by its words.
fn messages(count: u128) -> Vec<Frozen> {
    let message = |n: u128| {
        let message_id = uuid::Uuid::from_u128(0x0192_f0c1_2b3a_7c4d_8e5f_6071_8293_a4b0 + n);
        let mail = Outgoing { message_id, text: format!("Message {n}.\n"), ..mail() };
        let eml = render(&mail).expect("a mail");
        Frozen { message_id, to: "nora.obriain@example.gov.uk".to_owned(), eml, repeated: false }
    };
    (1..=count).map(message).collect()
}

/// Which messages each connection saw to their end.
type Arrived = Vec<Vec<usize>>;

/// What became of each, and which of them each connection saw to its end.
struct Met {
    letters: String,
    arrived: Arrived,
    outcomes: Vec<Outcome>,
}

/// Hands over so many messages on one lane that keeps a connection for two.
async fn conversation(authority: &Authority, tls: Tls, scripts: Vec<Script>, count: u128, at: (Stage, Act)) -> Met {
    let scripts =
        scripts.into_iter().map(|script| Script { protect: authority.script(tls).protect, ..script }).collect();
    let server = Server::start_each(scripts).await;
    let mut settings = match tls {
        Tls::None => settings(server.at.port()),
        _ => trusting(authority, server.at.port(), tls),
    };
    settings.messages_per_connection = 2;
    let messages = messages(count);
    let channel = channel(patient(settings, at.0, at.1));
    let mut lane = channel.lane();
    let mut outcomes = Vec::new();
    for frozen in &messages {
        outcomes.push(lane.send(frozen).await);
    }
    lane.close();
    let which = |bytes: &Vec<u8>| {
        let at = messages.iter().position(|frozen| frozen.eml.as_bytes() == bytes);
        at.unwrap_or_else(|| panic!("not one of the messages: {}", String::from_utf8_lossy(bytes))) + 1
    };
    let seen = server.seen_each().await;
    let arrived = seen.iter().map(|seen| seen.messages.iter().map(which).collect()).collect();
    Met { letters: outcomes.iter().map(letter).collect(), arrived, outcomes }
}

const ALL: [Tls; 3] = [Tls::None, Tls::StartTls, Tls::Implicit];

#[tokio::test]
async fn what_befalls_the_second_message_is_the_seconds_alone() {
    let authority = Authority::new("127.0.0.1");
    let table: [(Stage, &str, Arrived); 5] = [
        // Nothing was said of the second yet: it goes over a fresh connection, once.
        (Stage::Mail, "HHHHHHHHHH", vec![vec![1], vec![2, 3]]),
        (Stage::Rcpt, "RFRRRRRRRR", vec![vec![1], vec![3]]),
        (Stage::Data, "RFRRRRRRRR", vec![vec![1], vec![3]]),
        (Stage::End, "RFUUUUUUUU", vec![vec![1, 2], vec![3]]),
        (Stage::Quit, "HHHHHHHHHH", vec![vec![1, 2], vec![3]]),
    ];
    let rows = table.map(|(stage, expected, arrived)| {
        let cells = FAULTS.map(|act| {
            let scripts = vec![Script { spared: 1, ..Script::willing() }.but(stage, act), Script::willing()];
            conversation(&authority, Tls::None, scripts, 3, (stage, act))
        });
        async move { (stage, expected, arrived, join_all(cells).await) }
    });
    for (stage, expected, arrived, cells) in join_all(rows).await {
        let mut got = String::new();
        for (met, act) in cells.into_iter().zip(FAULTS) {
            assert_eq!(met.arrived, arrived, "{stage:?} {act:?}: {:?}", met.outcomes);
            assert!(
                met.letters.starts_with('H') && met.letters.ends_with('H'),
                "{stage:?} {act:?}: {:?}",
                met.outcomes
            );
            got.extend(met.letters.chars().nth(1));
        }
        assert_eq!(got, expected, "{stage:?}");
    }
}

/// The server answers the first message when it hears of the second. The second is refused, and must be told so.
#[tokio::test]
async fn a_late_answer_is_not_the_next_messages() {
    let authority = Authority::new("127.0.0.1");
    let table: [(Stage, &'static [u8], &str); 4] = [
        (Stage::Mail, b"250 late\r\n", "SF"),
        (Stage::Rcpt, b"250 late\r\n", "RF"),
        (Stage::Data, b"354 late\r\n", "RF"),
        (Stage::End, b"250 late\r\n", "UF"),
    ];
    let refuses = || Script::willing().but(Stage::End, Act::Say(b"554 5.6.0 not this one\r\n"));
    let rows = table.map(|(stage, late, expected)| {
        let act = Act::SayLate(late);
        let cells = ALL.map(|tls| {
            conversation(&authority, tls, vec![Script::willing().but(stage, act), refuses()], 2, (stage, act))
        });
        async move { (stage, expected, join_all(cells).await) }
    });
    for (stage, expected, cells) in join_all(rows).await {
        for (met, tls) in cells.into_iter().zip(ALL) {
            assert_eq!(met.letters, expected, "{stage:?} {tls:?}: {:?}", met.outcomes);
            assert_eq!(met.arrived.last(), Some(&vec![2]), "{stage:?} {tls:?}: {:?}", met.arrived);
        }
    }
}

/// An answer that was there before the question answers something else.
#[tokio::test]
async fn an_answer_that_nobody_asked_for_answers_nothing() {
    let authority = Authority::new("127.0.0.1");
    let table: [(Stage, &'static [u8], &str, Arrived); 5] = [
        (Stage::Banner, b"220 hello\r\n250 slipped in\r\n", "SH", vec![vec![], vec![2]]),
        (Stage::Rcpt, b"250 ok\r\n354 slipped in\r\n", "RH", vec![vec![], vec![2]]),
        // None of it was sent, but that is not what the library says.
        (Stage::Data, b"354 go\r\n250 slipped in\r\n", "UH", vec![vec![], vec![2]]),
        // The first was taken. The second must not have its answer from what followed.
        (Stage::End, b"250 ok\r\n250 slipped in\r\n", "HH", vec![vec![1], vec![2]]),
        (Stage::End, b"250 ok\r\n250 in\r\n250 in\r\n354 in\r\n250 in\r\n", "HH", vec![vec![1], vec![2]]),
    ];
    for (stage, said, expected, arrived) in table {
        let act = Act::Say(said);
        for tls in ALL {
            let scripts = vec![Script::willing().but(stage, act), Script::willing()];
            let met = conversation(&authority, tls, scripts, 2, (stage, act)).await;
            assert_eq!(met.letters, expected, "{stage:?} {tls:?}: {:?}", met.outcomes);
            assert_eq!(met.arrived, arrived, "{stage:?} {tls:?}: {:?}", met.outcomes);
        }
    }
}
