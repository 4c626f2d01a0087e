//! The program as its operator meets it: a folder with settings and a ledger, and commands run on it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::{Output, Stdio},
};

use chrono::{DateTime, NaiveDate, Utc};
use duewatch::{
    clock::Clock,
    database::{Access, Database},
    generate,
    ledger::{Ledger, Mode},
};
use tempfile::TempDir;
use tokio::process::Command;

use super::{Postgres, office::Arrived, postgres};

/// The present of every rehearsal: a Monday morning, as the day's messages go out.
pub(crate) const MONDAY: &str = "2026-11-16T08:30:00Z";

const PROCEDURE: &str = include_str!("../procedures/hertfordshire-core.toml");

/// A case database that several folders share. Nobody writes to it.
pub(crate) struct Cases {
    folder: TempDir,
}

impl Cases {
    /// So many plans, or as many as the made-up stories have, as they stood that morning.
    async fn of(plans: u32, as_of: NaiveDate) -> Cases {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let authority = generate::authority(11, plans, as_of);
        generate::write_sqlite(&folder.path().join("case.db"), &authority).await.expect("cases");
        Cases { folder }
    }

    pub(crate) async fn of_monday() -> Cases {
        Cases::of(12, monday().date_naive()).await
    }

    /// In the night somebody was refused access to each second child: that is told at any hour, on any day.
    pub(crate) async fn of_today() -> Cases {
        let today = Clock::System.now().date_naive();
        let cases = Cases::of(40, today).await;
        let database = Database::open_sqlite(&cases.path(), true).await.expect("the cases open");
        let mut write = database.begin_write().await.expect("a transaction begins");
        let refused = format!(
            "INSERT INTO local_incidents (incident_id, person_id, kind, occurred_on)
             SELECT 'N-' || child_id, child_id, 'access_refused', '{today} 00:01:00' FROM
                 (SELECT child_id, ROW_NUMBER() OVER (ORDER BY child_id) AS n FROM dw_plans WHERE ended_on IS NULL)
             WHERE n % 2 = 0"
        );
        write.execute_script(&refused).await.expect("the incidents are entered");
        write.commit().await.expect("they last");
        database.close().await;
        cases
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("case.db")
    }
}

pub(crate) fn monday() -> DateTime<Utc> {
    MONDAY.parse().expect("an instant")
}

/// Where a ledger is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    Sqlite,
    Postgres,
}

/// Where mail goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mail {
    /// Into the folder `mail`.
    Files,
    /// To the server at that port of the loopback interface.
    Server { port: u16, timeout_ms: u64 },
}

/// One authority's folder.
pub(crate) struct Folder {
    dir: TempDir,
    ledger: String,
    _postgres: Option<Postgres>,
}

impl Folder {
    /// A ledger for rehearsals, in mode `live`, its mail going into files.
    pub(crate) async fn simulated(cases: &Cases, keep: Keep) -> Folder {
        let folder = Folder::bare(&cases.path(), keep, Mail::Files, "hertfordshire", "*/15 * * * *").await;
        folder.found(true, monday()).await;
        folder
    }

    /// A ledger of its own for the machine's clock, in mode `live`. Its procedure tells lead workers everything at once, so
    /// that whatever the hour of the test, there is mail.
    pub(crate) async fn real(cases: &Cases, keep: Keep, mail: Mail) -> Folder {
        Folder::polling(cases, keep, mail, "*/15 * * * *").await
    }

    /// The same, polling by this pattern.
    pub(crate) async fn polling(cases: &Cases, keep: Keep, mail: Mail, poll: &str) -> Folder {
        let folder = Folder::bare(&cases.path(), keep, mail, "at-once.toml", poll).await;
        folder.found(false, Clock::System.now()).await;
        folder
    }

    /// Settings without a ledger.
    pub(crate) async fn bare(case_db: &Path, keep: Keep, mail: Mail, procedure: &str, poll: &str) -> Folder {
        let dir = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(dir.path().join("mail")).expect("a folder for mail");
        let postgres = if keep == Keep::Postgres { Some(postgres().await) } else { None };
        let ledger = match &postgres {
            Some(postgres) => postgres.url.clone(),
            None => dir.path().join("ledger.db").display().to_string(),
        };
        let named = match &postgres {
            Some(postgres) => format!("{}\"\nhead_file = \"ledger.head", postgres.url),
            None => "ledger.db".to_owned(),
        };
        fs::write(dir.path().join("duewatch.toml"), settings(case_db, &named, mail, procedure, poll))
            .expect("settings");
        fs::write(dir.path().join("core.toml"), PROCEDURE).expect("a procedure");
        fs::write(dir.path().join("at-once.toml"), everything_at_once()).expect("a procedure");
        Folder { dir, ledger, _postgres: postgres }
    }

    async fn found(&self, simulated: bool, at: DateTime<Utc>) {
        let mut ledger = Ledger::open(&self.ledger, true).await.expect("a ledger");
        if self.ledger.starts_with("postgres") {
            ledger = ledger.with_head(&self.path().join("ledger.head"));
        }
        ledger.migrate().await.expect("tables");
        let home = ledger.home().await.expect("a place");
        ledger.found("wrenholt", simulated, &home, at).await.expect("founded");
        ledger.set_mode(&Mode::Live, "the test", "to see mail", at).await.expect("live");
        ledger.close().await;
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.path().join("duewatch.toml")
    }

    /// The program with these arguments. It dies with the value that holds it.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_duewatch"));
        command.arg("--config").arg(self.config()).args(args);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }

    /// Runs it to its end.
    pub(crate) async fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().await.expect("the program starts")
    }

    /// One cycle that must be carried out.
    pub(crate) async fn cycle(&self, at: Option<DateTime<Utc>>) -> Output {
        let at = at.map(|at| at.to_rfc3339());
        let mut args = vec!["run", "--once"];
        args.extend(at.iter().flat_map(|at| ["--at", at.as_str()]));
        let output = self.run(&args).await;
        assert!(matches!(output.status.code(), Some(0 | 1)), "{:?}: {}", output.status, said(&output));
        output
    }

    pub(crate) async fn database(&self) -> Database {
        if self.ledger.starts_with("postgres") {
            Database::open_postgres(&self.ledger, None, Access::Write).await.expect("the ledger opens")
        } else {
            Database::open_sqlite(Path::new(&self.ledger), false).await.expect("the ledger opens")
        }
    }

    /// A query whose columns are texts.
    pub(crate) async fn rows<const N: usize>(&self, sql: &str) -> Vec<[String; N]> {
        let database = self.database().await;
        let mut read = database.begin_read().await.expect("a transaction");
        let rows = read.fetch(sql, &[]).await.expect("rows");
        let rows = rows.iter().map(|row| std::array::from_fn(|at| row.text(at).expect("a text"))).collect();
        drop(read);
        database.close().await;
        rows
    }

    /// The one number that a query gives.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
        let [[count]] = self.rows(&format!("SELECT CAST(({sql}) AS TEXT)")).await.try_into().expect("one row");
        count.parse().expect("a number")
    }

    pub(crate) async fn script(&self, sql: &str) {
        let database = self.database().await;
        super::script(&database, sql).await;
        database.close().await;
    }

    /// Every lease and every wait comes to its end: what an hour would do.
    pub(crate) async fn an_hour_passes(&self) {
        self.script(
            "UPDATE messages SET next_attempt_us = 0 WHERE next_attempt_us IS NOT NULL;
             UPDATE messages SET lease_until_us = 0 WHERE lease_until_us IS NOT NULL",
        )
        .await;
    }

    /// Messages that somebody must still send, and notices that nobody has bundled though they may go.
    pub(crate) async fn owed(&self, by: DateTime<Utc>) -> i64 {
        self.count(&format!(
            "SELECT (SELECT COUNT(*) FROM messages WHERE next_attempt_us IS NOT NULL)
                  + (SELECT COUNT(*) FROM notices WHERE state = 'queued' AND send_at_us <= {})",
            by.timestamp_micros()
        ))
        .await
    }

    /// What each message of the ledger says: by its id, the address and the notices.
    pub(crate) async fn messages(&self) -> BTreeMap<String, (String, BTreeSet<String>)> {
        let sql = "SELECT m.id, m.address, n.effect FROM messages m JOIN notices n ON n.message_id = m.id";
        let mut messages: BTreeMap<String, (String, BTreeSet<String>)> = BTreeMap::new();
        for [id, address, effect] in self.rows(sql).await {
            messages.entry(id).or_insert((address, BTreeSet::new())).1.insert(effect);
        }
        messages
    }

    /// The mail in the folder, by the id in its Message-ID.
    pub(crate) fn files(&self) -> BTreeMap<String, Arrived> {
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(self.path().join("mail")).expect("the mail folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|extension| extension == "eml") {
                let mail = Arrived::read(&fs::read_to_string(&path).expect("a mail"));
                assert_eq!(path.file_stem().and_then(|stem| stem.to_str()), Some(mail.id.as_str()));
                files.insert(mail.id.clone(), mail);
            }
        }
        files
    }
}

/// Both streams, for a failure's message.
pub(crate) fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn settings(case_db: &Path, ledger: &str, mail: Mail, procedure: &str, poll: &str) -> String {
    let channel = match mail {
        Mail::Files => "channel = \"files\"\ndirectory = \"mail\"".to_owned(),
        Mail::Server { .. } => "channel = \"smtp\"".to_owned(),
    };
    let server = match mail {
        Mail::Files => String::new(),
        Mail::Server { port, timeout_ms } => {
            format!("[mail.smtp]\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\ntimeout_ms = {timeout_ms}")
        }
    };
    format!(
        r#"
[authority]
id = "wrenholt"
procedure = "{procedure}"
[source]
database = "{}"
stale_hours = 100000
[ledger]
database = "{ledger}"
[schedule]
poll = "{poll}"
[mail]
{channel}
from = "duewatch <duewatch@wrenholt.example>"
reply_to = "cp.desk@wrenholt.example"
allowed_domains = ["wrenholt.example"]
last_recipient = "cp.desk@wrenholt.example"
corrections = "the data team"
{server}
"#,
        case_db.display()
    )
}

/// A few rules with other ladders: one step each, for the lead worker, at once.
fn everything_at_once() -> String {
    let mut text = String::new();
    let mut seen = BTreeSet::new();
    let mut keep = true;
    for line in PROCEDURE.lines() {
        if line.starts_with('[') {
            let ladder = line.starts_with("[[ladders.");
            keep = !ladder && !line.starts_with("[repeat.");
            if ladder && seen.insert(line) {
                text.push_str(line);
                text.push_str("\nstep = \"now\"\nwhen = \"at once\"\nkind = \"due\"\ntell = [\"lead_worker\"]\n\n");
            }
        }
        if keep {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}
