//! `duewatch calendar refresh` as an operator meets it: from a file, from a server, and every refusal, which leaves the stored
//! file byte for byte as it was.

#![cfg(feature = "io")]
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

#[path = "support/cases.rs"]
mod cases;
#[path = "support/lists.rs"]
mod lists;

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use cases::{Bench, Done, program, says};
use lists::{EW, day, list, shipped, with, without};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{ServerConfig, ServerConnection, StreamOwned, crypto::ring, pki_types::PrivateKeyDer};
use serde_json::Value;

/// An own file as a person wrote it: its bytes are not those that the program would write.
const OWN: &str =
    "# by hand\ncalendar = england-and-wales\n2027-06-14 published one-off A royal wedding | the Gazette\n";

/// Settings, the own file above, and nothing else that matters here.
fn bench() -> Bench {
    let bench = Bench::bare();
    fs::create_dir(bench.path("calendars")).unwrap();
    fs::write(own(&bench), OWN).unwrap();
    bench
}

fn own(bench: &Bench) -> PathBuf {
    bench.path("calendars/england-and-wales.txt")
}

/// gov.uk's list of the year in which that day was added.
fn with_wedding() -> Vec<(chrono::NaiveDate, String)> {
    with(shipped(EW, 2026..=2028), "2027-06-14", "A royal wedding")
}

fn refresh(bench: &Bench, text: &str, more: &[&str]) -> Done {
    fs::write(bench.path("list"), text).unwrap();
    from(bench, &bench.path("list").display().to_string(), more)
}

fn from(bench: &Bench, from: &str, more: &[&str]) -> Done {
    bench.run(&[&["calendar", "refresh", EW, "--from", from], more].concat())
}

/// Exit code 2, the words on standard error and nothing on standard output, and the folder as it was.
#[track_caller]
fn refuses(bench: &Bench, done: &Done, words: &[&str]) {
    assert_eq!((done.code, done.out.as_str()), (2, ""), "{}", done.err);
    says(&done.err, words);
    assert_eq!(fs::read_to_string(own(bench)).unwrap(), OWN);
    let names: Vec<_> =
        fs::read_dir(bench.path("calendars")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["england-and-wales.txt"]);
}

#[test]
fn a_new_day_is_told_written_and_counted_with() {
    let bench = bench();
    let add = ["calendar", "add", EW, "2026-11-20", "1 working days"];
    assert_eq!(bench.run(&add).well(), "2026-11-23\n");
    let days = with(with_wedding(), "2026-11-23", "A day of thanks");
    // A second name for the old file: it is put aside whole, not written over.
    fs::hard_link(own(&bench), bench.path("old")).unwrap();
    let said = refresh(&bench, &list(EW, &days), &[]).well();
    assert_eq!(fs::read_to_string(bench.path("old")).unwrap(), OWN);
    assert_eq!(fs::read_dir(bench.path("calendars")).unwrap().count(), 1);
    let path = own(&bench).display().to_string();
    assert_eq!(
        said,
        format!("added           Mon 23 Nov 2026  A day of thanks\nWritten to {path}. Published until 2028-12-31.\n")
    );
    // Monday 23 November does not count any more: Tuesday 24 is the first working day after Friday 20.
    assert_eq!(bench.run(&add).well(), "2026-11-24\n");
    assert_eq!(bench.run(&["calendar", "between", EW, "2026-11-20", "2026-11-27"]).well(), "4\n");
    says(&bench.run(&["calendar", "holidays", EW, "--year", "2026"]).well(), &["A day of thanks"]);
    // Without those settings the shipped calendar is asked.
    assert_eq!(program(&add, &[], "").well(), "2026-11-23\n");

    let text = fs::read_to_string(own(&bench)).unwrap();
    let list = bench.path("list").display().to_string();
    says(
        &text,
        &["2027-06-14  published    one-off     A royal wedding  |  the Gazette", &format!("|  {list}, read 20")],
    );
    assert_eq!(text.lines().filter(|line| line.starts_with("20")).count(), 2, "no copies of what is shipped: {text}");
    let before = fs::metadata(own(&bench)).unwrap().modified().unwrap();
    let said = from(&bench, &list, &[]).well();
    assert_eq!(said, "Nothing new. Published until 2028-12-31.\n");
    assert_eq!(fs::metadata(own(&bench)).unwrap().modified().unwrap(), before);
}

#[test]
fn the_folder_is_made_and_the_changes_come_as_json() {
    let bench = Bench::bare();
    let holidays = |on: &str| with(without(with_wedding(), |on| on == day("2027-05-03")), on, "New Year’s Day");
    let text = list(EW, &holidays("2029-01-01"));
    let said = refresh(&bench, &text, &["--withdraw", "2027-05-03", "--format", "json"]).well();
    let objects: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let changes: Vec<String> =
        objects.iter().filter_map(|o| Some(format!("{} {}", o["change"].as_str()?, o["on"].as_str()?))).collect();
    assert_eq!(changes[..3], ["withdrawn 2027-05-03", "added 2027-06-14", "confirmed 2029-01-01"]);
    // Seven more of the eight days of 2029 are computed.
    assert_eq!(changes[3..].iter().filter(|change| change.starts_with("still-expected 2029-")).count(), 7);
    assert_eq!(changes.len(), 10);
    let last = objects.last().unwrap();
    assert_eq!(last["changes"], 3);
    assert_eq!(last["written"], own(&bench).display().to_string());
    // The day before Good Friday 2029, which is computed: 30 March.
    assert_eq!(last["published_until"], "2029-03-29");
    let hash = last["calendar_hash"].as_str().unwrap();
    says(&bench.run(&["calendar", "add", EW, "2027-01-04", "1 day", "--format", "json"]).well(), &[hash]);
}

#[test]
fn every_bad_list_is_refused_with_its_place() {
    let bench = bench();
    let good = list(EW, &with_wedding());
    let second = "2026-04-03";
    assert!(good.contains(second));
    for (text, words) in [
        // The second event is line 4; its title has 11 characters, so its date begins at 28 + 11.
        (good.replace(second, "2026-04-31"), &["line 4, column 39: \"2026-04-31\" is not a day"][..]),
        (good.replace(second, "2026-04-04"), &["line 4, column 39: 2026-04-04 is a Saturday"]),
        (good.replace(second, "2026-01-01"), &["line 4, column 39: 2026-01-01 stands twice"]),
        (good.replace(second, "2025-12-26"), &["line 4, column 39: 2025-12-26 is earlier than the day above"]),
        (good.replace(second, "2101-04-01"), &["line 4, column 39: 2101-04-01 is outside the years 1950 to 2100"]),
        (good.replacen("Good Friday", "", 1), &["line 4, column 16: write a title"]),
        (good.replacen("Good Friday", "Good|Friday", 1), &["line 4, column 16: write a title"]),
        (good.replacen("Good Friday", "Good\u{1}Friday", 1), &["line 4, column ", "control character"]),
        (good.replacen("\"notes\"", "notes", 1), &["line 3, column ", "damaged or cut short"]),
        (good[..good.len() / 2].to_owned(), &["EOF", "damaged or cut short: fetch it again"]),
        (good.replace(EW, "scotland"), &["it has no division `england-and-wales`, only: scotland"]),
        (list(EW, &[]), &["line 2, column 3: it holds no day"]),
        (String::new(), &["line 1, column 1: this is neither gov.uk's JSON"]),
        ("<html>".to_owned(), &["line 1, column 1: this is neither gov.uk's JSON"]),
        (
            OWN.replace("england-and-wales", "scotland"),
            &["line 2, column 12: the file belongs to calendar \"scotland\""],
        ),
        (format!("calendar = {EW}\nunion = scotland, northern-ireland\n"), &["line 2, column 1", "one by one"]),
        (OWN.replace("14", "13"), &["line 3, column 1: 2027-06-13 is a Sunday"]),
    ] {
        refuses(&bench, &refresh(&bench, &text, &[]), words);
    }
    fs::write(bench.path("list"), b"calendar = \xff").unwrap();
    refuses(&bench, &from(&bench, &bench.path("list").display().to_string(), &[]), &["no text in UTF-8", "byte 12"]);
    refuses(&bench, &from(&bench, "no-such-list", &[]), &["no-such-list", "No such file"]);
    fs::write(bench.path("list"), " ".repeat(1_000_001)).unwrap();
    refuses(&bench, &from(&bench, &bench.path("list").display().to_string(), &[]), &["larger than 1000000 bytes"]);
}

#[test]
fn a_list_that_drops_a_known_day_is_refused() {
    let bench = bench();
    // The own file's day is known as well as a shipped one. 2026 and half of 2027 are lines 3 to 15 (1 January, 26 and 29
    // March, 3 and 31 May come before June 2027); the summer bank holiday, 19 characters, stands in line 16.
    let done = refresh(&bench, &list(EW, &shipped(EW, 2026..=2028)), &[]);
    refuses(
        &bench,
        &done,
        &["2027-06-14 A royal wedding, which should stand at line 16, column 47", "--withdraw DATE"],
    );
    let done = refresh(&bench, &list(EW, &without(with_wedding(), |on| on > day("2028-12-01"))), &[]);
    refuses(&bench, &done, &["2028-12-25 Christmas Day", "2028-12-26 Boxing Day", "line 26, column 3"]);
    let good = list(EW, &with_wedding());
    refuses(
        &bench,
        &refresh(&bench, &good, &["--withdraw", "2027-06-14"]),
        &["2027-06-14 cannot be withdrawn: the list itself has it, line 16, column 43"],
    );
    refuses(
        &bench,
        &refresh(&bench, &good, &["--withdraw", "2027-06-15"]),
        &["2027-06-15 cannot be withdrawn: it is no holiday of england-and-wales"],
    );
    refuses(&bench, &refresh(&bench, &good, &["--withdraw", "June"]), &["`June` is not a date"]);
}

#[test]
fn a_calendar_that_cannot_be_renewed_is_refused_before_anything_is_fetched() {
    let bench = bench();
    let of = |id: &str| bench.run(&["calendar", "refresh", id, "--from", "no-such-list"]);
    refuses(
        &bench,
        &of("united-kingdom"),
        &["the union of england-and-wales, scotland, northern-ireland; renew those"],
    );
    refuses(&bench, &of("atlantis"), &["there is no calendar `atlantis`"]);
    let settings = fs::read_to_string(bench.path("duewatch.toml")).unwrap();
    fs::write(bench.path("duewatch.toml"), settings.replace("[mail]", "[post]")).unwrap();
    refuses(&bench, &of(EW), &["duewatch.toml"]);
    refuses(&bench, &bench.run(&["calendar", "add", EW, "2026-11-20", "1 day"]), &["duewatch.toml"]);
}

#[test]
fn an_own_file_with_a_mistake_stops_what_counts_with_it() {
    let bench = bench();
    let wrong = OWN.replace("published", "publishd");
    fs::write(own(&bench), &wrong).unwrap();
    fs::write(bench.path("calendars/united-kingdom.txt"), OWN.replace(EW, "united-kingdom")).unwrap();
    fs::write(bench.path("calendars/notes.md"), "not read").unwrap();
    let path = own(&bench).display().to_string();
    let words = [
        &path,
        "line 3, column 12: \"publishd\" is not a status",
        "united-kingdom.txt: calendar `united-kingdom` is the union of england-and-wales, scotland, northern-ireland",
    ];
    fs::write(bench.path("list"), list(EW, &with_wedding())).unwrap();
    let from = bench.path("list").display().to_string();
    for args in [
        &["calendar", "refresh", EW, "--from", from.as_str()][..],
        &["calendar", "add", EW, "2026-11-20", "1 day"],
        &["calendar", "between", EW, "2026-11-20", "2026-11-23"],
        &["calendar", "holidays", EW],
    ] {
        let done = bench.run(args);
        assert_eq!((done.code, done.out.as_str()), (2, ""));
        says(&done.err, &words);
        assert!(!done.err.contains("notes.md"), "{}", done.err);
    }
    assert_eq!(fs::read_to_string(own(&bench)).unwrap(), wrong);
}

#[test]
fn a_folder_that_cannot_be_written_or_read_is_named() {
    let bench = Bench::bare();
    let place = |directory: &str| {
        let settings = format!("{}[calendars]\ndirectory = \"{directory}\"\n", cases::SETTINGS);
        fs::write(bench.path("duewatch.toml"), settings).unwrap();
    };
    fs::write(bench.path("a-file"), "").unwrap();
    place("a-file");
    let done = refresh(&bench, &list(EW, &with_wedding()), &[]);
    assert_eq!(done.code, 2);
    says(&done.err, &["cannot read the calendars in", "a-file: Not a directory"]);
    // A folder where the file should be written first, and one where the file itself should stand.
    place("elsewhere");
    fs::create_dir_all(bench.path("elsewhere/england-and-wales.txt")).unwrap();
    let done = refresh(&bench, &list(EW, &with_wedding()), &[]);
    assert_eq!(done.code, 2);
    says(&done.err, &["elsewhere/england-and-wales.txt", "directory"]);
    assert_eq!(fs::read_dir(bench.path("elsewhere")).unwrap().count(), 1);
    place("/proc/duewatch");
    let done = refresh(&bench, &list(EW, &with_wedding()), &[]);
    assert_eq!(done.code, 2);
    says(&done.err, &["cannot write /proc/duewatch/england-and-wales.txt: No such file"]);
}

// ---- from a server

/// What a server does with a connection.
#[derive(Clone)]
enum Answer {
    /// These bytes, and the connection is closed.
    Say(Vec<u8>),
    /// These bytes, and nothing more until the client goes.
    Stall(&'static str),
}

fn ok(body: &str) -> Answer {
    Answer::Say(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes())
}

fn answer(status: &str) -> Answer {
    Answer::Say(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").into_bytes())
}

/// A server on the loopback interface that answers by the path asked for, and a certificate authority of its own.
struct Server {
    at: SocketAddr,
    ca: tempfile::NamedTempFile,
    asked: Arc<AtomicUsize>,
}

impl Server {
    /// With TLS, its certificate for `host`.
    fn tls(host: &str, answer: impl Fn(&str, SocketAddr) -> Answer + Send + 'static) -> Server {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(vec![host.to_owned()]).unwrap().signed_by(&key, &ca).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
            .unwrap();
        let server = Server::start(Some(Arc::new(config)), answer);
        fs::write(server.ca.path(), ca.pem()).unwrap();
        server
    }

    fn plain(answer: impl Fn(&str, SocketAddr) -> Answer + Send + 'static) -> Server {
        Server::start(None, answer)
    }

    fn start(tls: Option<Arc<ServerConfig>>, answer: impl Fn(&str, SocketAddr) -> Answer + Send + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        // It ends with the test's process.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                counted.fetch_add(1, Ordering::Relaxed);
                match &tls {
                    // A client that trusts nobody ends the handshake: that is its right.
                    Some(config) => {
                        let connection = ServerConnection::new(Arc::clone(config)).unwrap();
                        serve(StreamOwned::new(connection, stream), &answer, at);
                    }
                    None => serve(stream, &answer, at),
                }
            }
        });
        Server { at, ca: tempfile::NamedTempFile::new().unwrap(), asked }
    }

    fn url(&self, scheme: &str, path: &str) -> String {
        format!("{scheme}://localhost:{}{path}", self.at.port())
    }

    fn ca(&self) -> String {
        self.ca.path().display().to_string()
    }
}

fn serve<S: Read + Write>(mut stream: S, answer: &impl Fn(&str, SocketAddr) -> Answer, at: SocketAddr) {
    let mut asked = Vec::new();
    let mut byte = [0];
    while !asked.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) > 0 {
        asked.extend(byte);
    }
    let asked = String::from_utf8_lossy(&asked).into_owned();
    let Some(path) = asked.split(' ').nth(1) else { return };
    match answer(path, at) {
        Answer::Say(bytes) => drop(stream.write_all(&bytes).and_then(|()| stream.flush())),
        Answer::Stall(words) => {
            let _ = stream.write_all(words.as_bytes()).and_then(|()| stream.flush());
            while stream.read(&mut byte).unwrap_or(0) > 0 {}
        }
    }
}

#[test]
fn a_list_is_fetched_from_a_server_whose_authority_is_trusted() {
    let text = list(EW, &with_wedding());
    let server =
        Server::tls("localhost", move |path, _| if path == "/list.json?x=1" { ok(&text) } else { answer("404 No") });
    let url = server.url("https", "/list.json?x=1");
    let bench = bench();
    refuses(&bench, &from(&bench, &url, &[]), &[&url, "invalid peer certificate", "--ca-file"]);
    refuses(&bench, &from(&bench, &url, &["--ca-file", "none.pem"]), &["none.pem", "give a PEM file"]);
    fs::write(bench.path("list"), "no certificate").unwrap();
    let no_pem = bench.path("list").display().to_string();
    refuses(&bench, &from(&bench, &url, &["--ca-file", &no_pem]), &["there is none", "give a PEM file"]);

    fs::remove_file(own(&bench)).unwrap();
    let said = from(&bench, &url, &["--ca-file", &server.ca()]).well();
    says(&said, &["added           Mon 14 Jun 2027  A royal wedding", "Written to"]);
    says(&fs::read_to_string(own(&bench)).unwrap(), &[&format!("|  {url}, read 20")]);
    // The system's own list of authorities can be named by the environment.
    let args = ["calendar", "refresh", EW, "--from", &url];
    says(&bench.run_with(&args, &[("SSL_CERT_FILE", &server.ca())], "").well(), &["Nothing new"]);
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let server = Server::tls("lists.example", |_, _| ok("calendar = x"));
    let bench = bench();
    let done = from(&bench, &server.url("https", "/"), &["--ca-file", &server.ca()]);
    refuses(&bench, &done, &["certificate", "localhost"]);
}

#[test]
fn plain_http_is_for_this_machine_alone() {
    let text = list(EW, &with_wedding());
    let server = Server::plain(move |path, _| match path {
        "/list" => ok(&text),
        _ => {
            Answer::Say(b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/list\r\nContent-Length: 0\r\n\r\n".to_vec())
        }
    });
    let bench = bench();
    for url in [
        "http://lists.example/list",
        "http://192.0.2.1/list",
        "http://localhost.example/list",
        "http://127.0.0.1.example/list",
        "http://[2001:db8::1]/list",
        "ftp://localhost/list",
        "file:///etc/hosts",
        "HTTP://",
    ] {
        refuses(&bench, &from(&bench, url, &[]), &["is not fetched", "https://"]);
    }
    let done = from(&bench, "https://reader:open-sesame@127.0.0.1/list", &[]);
    refuses(&bench, &done, &["leave the user name and the password out"]);
    assert!(!done.err.contains("open-sesame"));
    refuses(&bench, &from(&bench, &server.url("http", "/away"), &[]), &["status 302"]);
    let port = server.at.port();
    for url in [format!("http://localhost:{port}/list"), format!("http://127.0.0.1:{port}/list")] {
        // A proxy is not asked for what is here.
        let args = ["calendar", "refresh", EW, "--from", &url];
        says(&bench.run_with(&args, &[("http_proxy", "http://127.0.0.1:9")], "").well(), &["Nothing new"]);
    }
}

#[test]
fn a_server_that_leads_away_is_not_followed() {
    let text = list(EW, &with_wedding());
    let lead = |to: &str| {
        Answer::Say(
            format!("HTTP/1.1 301 Moved\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                .into_bytes(),
        )
    };
    let plain = Server::plain(|_, _| ok("calendar = x"));
    let here = plain.url("http", "/list");
    let server = Server::tls("localhost", move |path, at| match path {
        "/to-http" => lead(&here),
        "/list" => ok(&text),
        // Counted down to the list.
        _ => match path.trim_start_matches('/').parse() {
            Ok(1) => lead("/list"),
            Ok::<u32, _>(left) => lead(&format!("https://localhost:{}/{}", at.port(), left - 1)),
            Err(_) => answer("404 No"),
        },
    });
    let bench = bench();
    let ca = server.ca();
    let get = |path: &str| from(&bench, &server.url("https", path), &["--ca-file", &ca]);
    refuses(&bench, &get("/to-http"), &["the server leads to", "which is not https://"]);
    assert_eq!(plain.asked.load(Ordering::Relaxed), 0);
    refuses(&bench, &get("/4"), &["leads on more than 3 times"]);
    says(&get("/3").well(), &["Nothing new"]);
}

#[test]
fn another_answer_than_the_list_is_refused() {
    let large = "x".repeat(1_000_001);
    let server = Server::tls("localhost", move |path, _| match path {
        "/gone" => answer("404 Not Found"),
        "/broken" => answer("500 Oh"),
        "/empty" => answer("204 No Content"),
        "/large" => ok(&large),
        // No length is given: it is counted as it comes.
        "/endless" => Answer::Say(format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{large}").into_bytes()),
        "/bytes" => Answer::Say(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{\xff".to_vec()),
        "/short" => Answer::Say(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{".to_vec()),
        "/nonsense" => Answer::Say(b"220 mail.example ESMTP\r\n\r\n".to_vec()),
        _ => ok("<!doctype html>\n<p>Sign in to go on</p>"),
    });
    let bench = bench();
    let ca = server.ca();
    for (path, words) in [
        ("/gone", "the server answers with status 404"),
        ("/broken", "status 500"),
        ("/empty", "status 204"),
        ("/large", "larger than 1000000 bytes"),
        ("/endless", "larger than 1000000 bytes"),
        ("/bytes", "no text in UTF-8: the fault is in byte 2"),
        ("/short", "cannot fetch the list"),
        ("/nonsense", "cannot fetch the list"),
        ("/portal", "line 1, column 1: this is neither gov.uk's JSON"),
    ] {
        refuses(&bench, &from(&bench, &server.url("https", path), &["--ca-file", &ca]), &[words]);
    }
    // Nobody listens there: the port was this test's own a moment ago.
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    refuses(&bench, &from(&bench, &format!("https://{closed}/list"), &[]), &["cannot fetch the list", "refused"]);
}

#[test]
fn a_server_that_stalls_is_left() {
    let tls = Server::tls("localhost", |path, _| match path {
        "/before" => Answer::Stall(""),
        "/amid" => Answer::Stall("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"),
        _ => Answer::Stall("HTTP/1.1 200 OK\r\n"),
    });
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = silent.local_addr().unwrap();
    let kept = std::thread::spawn(move || silent.accept().map(|(stream, _): (TcpStream, _)| stream));
    let bench = bench();
    let ca = tls.ca();
    let urls = ["/before", "/amid", "/headers"].map(|path| tls.url("https", path));
    for url in urls.into_iter().chain([format!("https://{at}/no-handshake")]) {
        let begun = Instant::now();
        let done = from(&bench, &url, &["--ca-file", &ca, "--within-ms", "300"]);
        refuses(&bench, &done, &["no answer in time"]);
        let took = begun.elapsed();
        assert!(took >= Duration::from_millis(300) && took < Duration::from_secs(10), "{url}: {took:?}");
    }
    drop(kept.join().unwrap().unwrap());
}
