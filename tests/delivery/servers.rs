//! Servers that others wrote take our mail: postfix's `smtp-sink`, and aiosmtpd by STARTTLS and by TLS from the first byte, with
//! a password. `tests/mail-servers install` fetches them; where they are missing these tests fail and say so.

use std::{
    fs::Permissions,
    io::{BufRead, BufReader},
    net::{TcpListener, TcpStream},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
    process::{Child, Command, Stdio},
};

use duewatch::delivery::{Frozen, Outgoing, Tls, render};

use super::{authority::Authority, channel, frozen, letter, mail, settings, trusting, with_password};

/// A program that ends with the value.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn mail_servers(arguments: &[&str]) -> Command {
    let mut command = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail-servers"));
    command.args(arguments);
    command
}

/// Whether somebody listens there; a server that has ended never will.
fn listens(port: u16, server: &mut Process) -> bool {
    let ended = server.0.try_wait().expect("a process");
    assert!(ended.is_none(), "the server has ended; tests/mail-servers install fetches what is missing");
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

/// Mails that try a server's reading: dots, long lines, letters beyond ASCII, a calendar.
fn mails() -> Vec<Frozen> {
    let with_dates = Outgoing {
        text: format!(".\n..\n.dot\nFrom here\n{}\n\n.", "é".repeat(3_000)),
        html: format!("<p>{}</p>", "x".repeat(200_000)),
        calendar: Some("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".to_owned()),
        ..mail()
    };
    let eml = render(&with_dates).expect("a mail");
    let bare = Frozen { eml: ".\r\n..\r\n.x\r\n\r\n.\r\n".to_owned(), ..frozen() };
    vec![frozen(), Frozen { eml, ..frozen() }, bare]
}

#[tokio::test(flavor = "multi_thread")]
async fn postfix_takes_what_was_frozen() {
    let dir = tempfile::tempdir().expect("a folder");
    // The sink gives up root and then writes as nobody.
    std::fs::set_permissions(dir.path(), Permissions::from_mode(0o777)).expect("permissions");
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("an address").port()
    };
    let mut arguments = vec!["smtp-sink"];
    // It refuses to be root.
    if dir.path().metadata().expect("a folder").uid() == 0 {
        arguments.extend(["-u", "nobody"]);
    }
    let dump = format!("{}/mail.", dir.path().display());
    let at = format!("127.0.0.1:{port}");
    arguments.extend(["-d", &dump, &at, "100"]);
    let mut server = Process(mail_servers(&arguments).spawn().expect("tests/mail-servers runs"));
    while !listens(port, &mut server) {}

    for messages_per_connection in [1, 10] {
        let mut settings = settings(port);
        settings.messages_per_connection = messages_per_connection;
        let channel = channel(settings);
        assert_eq!(channel.test().await, Ok(()));
        let mut lane = channel.lane();
        for frozen in mails() {
            let outcome = lane.send(&frozen).await;
            assert_eq!(letter(&outcome), 'H', "{outcome:?}");
            let mut arrived = dumps(dir.path());
            let said = arrived.pop().expect("a dump");
            assert!(arrived.is_empty(), "{arrived:?}");
            // Before the mail it writes what it knows of the conversation.
            let (envelope, text) = said.split_once("X-Mail-Args: <bounces@example.gov.uk>\n").expect("the envelope");
            assert!(envelope.contains("X-Helo-Args: duewatch.example.gov.uk\n"), "{envelope}");
            let text = text.strip_prefix("X-Rcpt-Args: <nora.obriain@example.gov.uk>\n").expect("one recipient");
            let (received, text) = split_received(text);
            assert!(received.starts_with("Received: "), "{received}");
            // It ends lines as Unix does, and the file with an empty one.
            let text = text.strip_suffix('\n').expect("an empty line");
            assert_eq!(text.replace('\n', "\r\n"), frozen.eml);
        }
        lane.close();
    }
}

/// The sink's own Received line, and the mail after it.
fn split_received(text: &str) -> (&str, &str) {
    let mut end = text.find('\n').map_or(text.len(), |at| at + 1);
    while text[end..].starts_with([' ', '\t']) {
        end += text[end..].find('\n').map_or(text.len() - end, |at| at + 1);
    }
    text.split_at(end)
}

/// Every file of the folder, each read once.
fn dumps(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a mail");
            std::fs::remove_file(path).expect("a file");
            text
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn aiosmtpd_takes_what_was_frozen_over_tls_and_with_a_password_only() {
    let authority = Authority::new("127.0.0.1");
    let [certificate, key] = authority.files();
    for tls in [Tls::StartTls, Tls::Implicit] {
        let dir = tempfile::tempdir().expect("a folder");
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/delivery/aiosmtpd_server.py");
        let mut command = mail_servers(&["python"]);
        command.arg(program).arg(if tls == Tls::StartTls { "starttls" } else { "implicit" });
        command.args([&certificate, &key]).arg(dir.path()).stdout(Stdio::piped());
        let mut server = Process(command.spawn().expect("tests/mail-servers runs"));
        let mut first = String::new();
        let said = server.0.stdout.take().expect("its output");
        BufReader::new(said).read_line(&mut first).expect("a line");
        let port = first.trim().parse().unwrap_or_else(|_| {
            panic!("aiosmtpd does not say where it listens; tests/mail-servers install fetches what is missing")
        });

        for messages_per_connection in [1, 10] {
            let mut settings = with_password(trusting(&authority, port, tls));
            settings.messages_per_connection = messages_per_connection;
            let channel = channel(settings);
            assert_eq!(channel.test().await, Ok(()), "{tls:?}");
            let mut lane = channel.lane();
            for frozen in mails() {
                let outcome = lane.send(&frozen).await;
                assert_eq!(letter(&outcome), 'H', "{tls:?}: {outcome:?}");
                let envelope = "bounces@example.gov.uk nora.obriain@example.gov.uk\n";
                assert_eq!(dumps(dir.path()), [format!("{envelope}{}", frozen.eml)], "{tls:?}");
            }
            lane.close();
        }

        let unsigned = channel(trusting(&authority, port, tls)).send(&frozen()).await;
        assert_eq!(letter(&unsigned), 'S', "{tls:?}: {unsigned:?}");
        let mut wrong = trusting(&authority, port, tls);
        wrong.credentials = Some(("duewatch".to_owned(), "wrong".into()));
        let wrong = channel(wrong).send(&frozen()).await;
        assert_eq!(letter(&wrong), 'S', "{tls:?}: {wrong:?}");
        let stranger = channel(with_password(trusting(&Authority::new("127.0.0.1"), port, tls))).send(&frozen()).await;
        assert_eq!(letter(&stranger), 'S', "{tls:?}: {stranger:?}");
        assert_eq!(dumps(dir.path()), Vec::<String>::new(), "{tls:?}");
    }
}
