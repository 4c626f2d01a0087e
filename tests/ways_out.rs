//! The whole program by other ways out than a mail server, and what it shows of the secrets that they need.

#![cfg(feature = "io")]
#![expect(clippy::expect_used, reason = "a test stops where something is not as it was set up")]

#[path = "support/http.rs"]
mod http;
#[path = "support/notify.rs"]
mod notify;
mod support;
#[path = "support/tenant.rs"]
mod tenant;

use std::{
    collections::BTreeSet,
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    process::Output,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use duewatch::{run::Watch, settings::Settings};
use http::{Answer, Web};
use notify::{Act, LocalNotify, SECRET, SERVICE, TEMPLATE};
use support::program::{Cases, Folder, Keep, Mail, said};
use tenant::{CLIENT_SECRET, SCOPE, tenant};

/// A folder whose mail goes by `channel`, set up by these sections.
async fn folder(cases: &Cases, channel: &str, sections: &str) -> Folder {
    let folder = Folder::real(cases, Keep::Sqlite, Mail::Files).await;
    let settings = fs::read_to_string(folder.config()).expect("settings");
    let settings = settings.replace("channel = \"files\"", &format!("channel = \"{channel}\""));
    fs::write(folder.config(), format!("{settings}\n{sections}\n")).expect("settings");
    folder
}

fn secret(folder: &Folder, name: &str, text: &str, mode: u32) {
    let path = folder.path().join(name);
    fs::write(&path, format!("{text}\n")).expect("a secret");
    fs::set_permissions(&path, Permissions::from_mode(mode)).expect("a mode");
}

fn api_key() -> String {
    format!("duewatch-{SERVICE}-{SECRET}")
}

fn by_notify(url: &str, place: &str) -> String {
    format!(
        "[mail.notify]\napi_key_file = \"{place}\"\ntemplate_id = \"{TEMPLATE}\"\nbase_url = \"{url}\"\ntimeout_ms = 2000"
    )
}

fn by_graph(url: &str, tenant: &Web) -> String {
    format!(
        "[mail.graph]\nsender = \"duewatch@wrenholt.example\"\ntoken_url = \"{}/tenant/oauth2/v2.0/token\"\nclient_id = \"b1f6-7d\"\n\
         client_secret_file = \"secret\"\nscope = \"{SCOPE}\"\nbase_url = \"{url}\"",
        tenant.url()
    )
}

fn shows_no_secret(text: &str) {
    for marker in [SECRET, &SECRET[..8], CLIENT_SECRET, "sesame"] {
        assert!(!text.contains(marker), "{marker}: {text}");
    }
}

fn fault(output: &Output, said_there: &str) {
    assert_eq!(output.status.code(), Some(1), "{}", said(output));
    assert!(said(output).contains(said_there), "{}", said(output));
    shows_no_secret(&said(output));
}

/// Every message of the ledger was handed over, under these ids.
async fn all_handed_over(folder: &Folder, ids: Vec<String>) {
    assert_eq!(folder.count("SELECT COUNT(*) FROM messages WHERE state <> 'handed_over'").await, 0);
    let messages: BTreeSet<String> = folder.messages().await.into_keys().collect();
    assert!(messages.len() > 5, "{} messages are too few to prove anything", messages.len());
    assert_eq!(ids.len(), messages.len(), "each once");
    assert_eq!(ids.into_iter().collect::<BTreeSet<_>>(), messages);
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_goes_through_notify_each_message_once() {
    let cases = Cases::of_today().await;
    // Of the first, the answer is lost; of the second, the request comes late.
    let notify = LocalNotify::start([Act::TakeAnd(Answer::Close), Act::TakeLate]).await;
    let folder = folder(&cases, "notify", &by_notify(&notify.web.url(), "key")).await;
    secret(&folder, "key", &api_key(), 0o640);
    let first = folder.cycle(None).await;
    assert_eq!(folder.count("SELECT COUNT(*) FROM messages WHERE state = 'unknown'").await, 1, "{}", said(&first));
    folder.an_hour_passes().await;
    let second = folder.cycle(None).await;
    shows_no_secret(&(said(&first) + &said(&second)));
    let taken = notify.held().notifications.clone();
    all_handed_over(&folder, taken.iter().map(|one| one["reference"].as_str().expect("one").to_owned()).collect())
        .await;
    // Names of rows and addresses stay out of what is kept of the replies.
    let [[kept]] = folder.rows("SELECT GROUP_CONCAT(why) FROM attempts").await.try_into().expect("a row");
    assert!(!kept.contains('@'), "{kept}");
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_goes_through_graph() {
    let cases = Cases::of_today().await;
    let tenant = tenant(serde_json::json!(3599)).await;
    let graph = Web::start(|_| Answer::Say { status: 202, headers: Vec::new(), body: String::new() }).await;
    let folder = folder(&cases, "graph", &by_graph(&graph.url(), &tenant)).await;
    secret(&folder, "secret", CLIENT_SECRET, 0o600);
    shows_no_secret(&said(&folder.cycle(None).await));
    let asked = graph.asked();
    let ids = asked.iter().map(|asked| {
        let mime = String::from_utf8(STANDARD.decode(&asked.body).expect("base64")).expect("text");
        let id = mime.lines().find_map(|line| line.strip_prefix("Message-ID: <")).expect("a Message-ID");
        id.split('@').next().expect("its left side").to_owned()
    });
    all_handed_over(&folder, ids.collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_goes_into_a_maildir() {
    let cases = Cases::of_today().await;
    let folder = folder(&cases, "files", "").await;
    let settings = fs::read_to_string(folder.config()).expect("settings");
    let settings = settings.replace("directory = \"mail\"", "directory = \"mail\"\nformat = \"maildir\"");
    fs::write(folder.config(), settings).expect("settings");
    folder.cycle(None).await;
    let new = fs::read_dir(folder.path().join("mail/new")).expect("a Maildir");
    let name =
        |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name().to_string_lossy().into_owned();
    all_handed_over(&folder, new.map(name).map(|name| name.split('.').nth(1).expect("an id").to_owned()).collect())
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_comes_from_a_closed_file_or_a_credential() {
    let cases = Cases::of_monday().await;
    let notify = LocalNotify::start([]).await;
    let folder = folder(&cases, "notify", &by_notify(&notify.web.url(), "key")).await;
    fault(&folder.run(&["check"]).await, "cannot read the API key of GOV.UK Notify in");
    secret(&folder, "key", &api_key(), 0o644);
    fault(&folder.run(&["check"]).await, "run `chmod o-rwx /");
    secret(&folder, "key", &format!("cut-off-{}", &SECRET[..30]), 0o640);
    fault(&folder.run(&["check"]).await, "copy it whole");
    secret(&folder, "key", &api_key(), 0o640);
    let well = said(&folder.run(&["check"]).await);
    assert!(well.contains("mail: the channel is ready"), "{well}");
    shows_no_secret(&well);
    notify.held().fields = vec!["subject"];
    fault(&folder.run(&["check"]).await, "does not use ((body))");
    notify.held().fields = vec!["subject", "body"];

    let settings = fs::read_to_string(folder.config()).expect("settings");
    fs::write(folder.config(), settings.replace("\"key\"", "\"credential:notify\"")).expect("settings");
    fault(&folder.run(&["check"]).await, "add `LoadCredential=notify:");
    fs::create_dir(folder.path().join("credentials")).expect("a folder");
    secret(&folder, "credentials/notify", &api_key(), 0o400);
    let mut check = folder.command(&["check", "--send-test", "nora@wrenholt.example"]);
    let output =
        check.env("CREDENTIALS_DIRECTORY", folder.path().join("credentials")).output().await.expect("it starts");
    assert!(said(&output).contains("the test message was handed over"), "{}", said(&output));
    shows_no_secret(&said(&output));
    assert_eq!(notify.held().notifications.len(), 1);
}

/// A password is never a setting, so it cannot come from the environment either.
#[tokio::test(flavor = "multi_thread")]
async fn the_environment_holds_no_secret() {
    let cases = Cases::of_monday().await;
    let folder = folder(&cases, "files", "").await;
    for name in ["DUEWATCH__MAIL__NOTIFY__API_KEY", "DUEWATCH__LEDGER__PASSWORD", "DUEWATCH__MAIL__SMTP__PASSWORD"] {
        let output = folder.command(&["check"]).env(name, "open-sesame").output().await.expect("it starts");
        assert_eq!(output.status.code(), Some(2), "{name}: {}", said(&output));
        shows_no_secret(&said(&output));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_watch_shows_no_secret_and_neither_does_a_database_that_is_not_there() {
    let cases = Cases::of_monday().await;
    let tenant = tenant(serde_json::json!(3599)).await;
    let smtp = format!(
        "[mail.smtp]\nhost = \"127.0.0.1\"\nport = 587\ntls = \"starttls\"\nuser = \"me\"\n[mail.smtp.oauth]\nclient_id = \"b1f6-7d\"\n\
         token_url = \"{}/\"\nclient_secret_file = \"secret\"",
        tenant.url()
    );
    let password = "[mail.smtp]\nhost = \"127.0.0.1\"\nport = 587\ntls = \"starttls\"\nuser = \"me\"\npassword_file = \"password\"";
    for (channel, sections) in [
        ("notify", by_notify("http://127.0.0.1:1", "key")),
        ("graph", by_graph("http://127.0.0.1:1", &tenant)),
        ("smtp", smtp),
        ("smtp", password.to_owned()),
    ] {
        let folder = folder(&cases, channel, &sections).await;
        secret(&folder, "key", &api_key(), 0o640);
        secret(&folder, "secret", CLIENT_SECRET, 0o640);
        secret(&folder, "password", "open-sesame", 0o640);
        let settings = Settings::load(&folder.config()).expect("settings");
        let watch = Watch::open(&settings).await.expect("a watch");
        shows_no_secret(&format!("{settings:?} {watch:?}"));
        // Nobody listens there.
        let text = fs::read_to_string(folder.config()).expect("settings");
        let server =
            "database = \"postgres://me@127.0.0.1:1/ledger\"\npassword_file = \"password\"\nhead_file = \"head\"";
        fs::write(folder.config(), text.replace("database = \"ledger.db\"", server)).expect("settings");
        let settings = Settings::load(&folder.config()).expect("settings");
        let refused = Watch::open(&settings).await.map(|_| ()).expect_err("no database");
        shows_no_secret(&format!("{refused} {refused:?}"));
    }
}
