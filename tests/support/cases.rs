//! A small case database written in readable lines, with settings and a ledger beside it, and the program run on them.
//!
//! ```text
//! load live loaded_at=2026-11-16T07:30
//! children C1 household_id=H1
//! visits V1 child_id=C1 visited_on=2026-11-02 seen=Y
//! ```
//! The first word is a view without its `dw_`, the second the view's first column, `-` for none; `~` stands for a blank.

#![expect(clippy::expect_used, reason = "a test that cannot set itself up has failed")]
#![allow(dead_code, reason = "each test file uses its own part")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use duewatch::database::{Database, Row};
use tempfile::TempDir;

/// A folder with `case.db`, `ledger.db`, `duewatch.toml` and `mail/`.
pub(crate) struct Bench {
    folder: TempDir,
}

/// What a command came to.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A notice as the ledger holds it, the message's person standing for whoever reads it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Told {
    pub(crate) run: i64,
    pub(crate) child: String,
    pub(crate) duty: String,
    pub(crate) generation: i64,
    pub(crate) step: String,
    pub(crate) person: String,
    pub(crate) kind: String,
    pub(crate) state: String,
    pub(crate) because: String,
}

pub(crate) const SETTINGS: &str = r#"[authority]
id = "wrenholt"
procedure = "core.toml"

[source]
database = "case.db"
# The rows of a test stay while its days go by.
stale_hours = 100000

[ledger]
database = "ledger.db"

[mail]
channel = "files"
directory = "mail"
from = "duewatch <duewatch@wrenholt.example>"
reply_to = "desk@wrenholt.example"
allowed_domains = ["wrenholt.example"]
last_recipient = "last@wrenholt.example"
corrections = "the data desk"
"#;

/// The rules that these settings put in force: a few of every kind, which stay as they are whatever the shipped procedures
/// come to say. What a run does with rules is tested by them; what the rules say, by the tables of `tests/duties`.
pub(crate) const CORE: &str = include_str!("../procedures/hertfordshire-core.toml");

/// A team, its managers and the posts; every small case database begins with them.
pub(crate) const STAFF: &str = "
    load live loaded_at=2026-11-16T07:30
    workers W1 email=one@wrenholt.example team_id=T1 manager_id=M1
    workers W2 email=two@wrenholt.example team_id=T1 manager_id=M1
    workers M1 email=manager@wrenholt.example manager_id=S1
    workers S1 email=service@wrenholt.example
    workers K1 email=chair@wrenholt.example
    workers H1 email=head@wrenholt.example
    workers D1 email=data@wrenholt.example
    workers B1 email=business@wrenholt.example
    teams T1 manager_id=M1 service_manager_id=S1
    posts data_team worker_id=D1
    posts head_of_child_protection worker_id=H1
    posts heads_of_social_care worker_id=H1
    posts business_support worker_id=B1
";

/// One child of worker W1 whose plan was made by a conference on that day.
pub(crate) fn child(id: &str, conference_on: &str) -> String {
    format!(
        "children {id}
         plans P-{id} child_id={id} started_on={conference_on} conference_id=I-{id}
         conferences I-{id} child_id={id} kind=initial held_on={conference_on} makes_plan=Y chair_id=K1 \
         next_review_on=2027-01-20
         allocations A-{id} child_id={id} worker_id=W1 team_id=T1 role=lead_worker from_on={conference_on}\n"
    )
}

impl Bench {
    /// Everything in its place, the ledger simulated and live.
    pub(crate) fn new(lines: &str) -> Bench {
        let bench = Bench::without_ledger(lines);
        bench.run(&["ledger", "migrate", "--simulated"]).well();
        bench.run(&["ledger", "mode", "live", "--by", "test", "--reason", "files only"]).well();
        // Whatever the clock of this machine says: people were told before the days of any test.
        bench.ledger_sql("UPDATE meta SET adopted_us = 0");
        bench
    }

    /// The same without a ledger.
    pub(crate) fn without_ledger(lines: &str) -> Bench {
        let bench = Bench::bare();
        bench.sql(&tables());
        bench.add(lines);
        bench
    }

    /// Settings and a mail folder, and no case database.
    pub(crate) fn bare() -> Bench {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("mail")).expect("a mail folder");
        fs::write(folder.path().join("duewatch.toml"), SETTINGS).expect("the settings");
        fs::write(folder.path().join("core.toml"), CORE).expect("the rules");
        Bench { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Adds rows to the case database.
    pub(crate) fn add(&self, lines: &str) {
        self.sql(&inserts(lines));
    }

    /// Changes the case database.
    pub(crate) fn sql(&self, sql: &str) {
        execute(&self.path("case.db"), sql);
    }

    /// Runs a command on these settings.
    pub(crate) fn run(&self, args: &[&str]) -> Done {
        self.run_with(args, &[], "")
    }

    /// The same with variables of the environment and something on standard input.
    pub(crate) fn run_with(&self, args: &[&str], environment: &[(&str, &str)], input: &str) -> Done {
        let config = self.path("duewatch.toml").display().to_string();
        let mut all = vec!["--config", &config];
        all.extend(args);
        program(&all, environment, input)
    }

    /// `run --once` at an instant; a time without one is 08:30 in Greenwich.
    pub(crate) fn once(&self, at: &str) -> Done {
        self.run(&["run", "--once", "--at", &instant(at)])
    }

    /// The daemon's log until it says a word, then until it has stopped as it was told to.
    pub(crate) fn daemon_log(&self, until: &str) -> String {
        use std::io::{BufRead as _, BufReader, Read as _};

        let config = self.path("duewatch.toml").display().to_string();
        let mut daemon = Command::new(env!("CARGO_BIN_EXE_duewatch"))
            .args(["--config", &config, "--log", "json", "run"])
            .env("RUST_LOG", "trace")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the daemon starts");
        let mut said = BufReader::new(daemon.stderr.take().expect("its log"));
        let mut log = String::new();
        while !log.contains(until) && said.read_line(&mut log).expect("its log") > 0 {}
        let stopped = Command::new("kill").args(["-TERM", &daemon.id().to_string()]).status().expect("kill runs");
        said.read_to_string(&mut log).expect("its log");
        assert!(stopped.success() && daemon.wait().expect("the daemon ends").success(), "{log}");
        log
    }

    /// Every notice in the ledger, in the order decided.
    pub(crate) fn told(&self) -> Vec<Told> {
        let sql = "SELECT decided_run, child, duty, generation, step, person, kind, state, because
                   FROM notices ORDER BY decided_run, place";
        let rows = rows(&self.path("ledger.db"), sql);
        let told = rows.into_iter().map(|row| {
            let mut cells = row.into_iter();
            let mut cell = || cells.next().flatten().unwrap_or_default();
            let mut number = || cell().parse().expect("a number");
            let run = number();
            Told {
                run,
                child: cell(),
                duty: cell(),
                generation: cell().parse().expect("a number"),
                step: cell(),
                person: cell(),
                kind: cell(),
                state: cell(),
                because: cell(),
            }
        });
        told.collect()
    }

    /// Of the last run only, as `duty step person`, sorted, what is superseded left out.
    pub(crate) fn told_last(&self) -> Vec<String> {
        let told = self.told();
        let last = self.ledger("SELECT max(id) FROM runs").concat().concat();
        let last: i64 = last.parse().expect("a run");
        let of_last = told.iter().filter(|told| told.run == last && told.state != "superseded");
        let mut words: Vec<String> =
            of_last.map(|told| format!("{} {} {} {}", told.child, told.duty, told.step, told.person)).collect();
        words.sort();
        words
    }

    /// Changes the ledger behind the program's back.
    pub(crate) fn ledger_sql(&self, sql: &str) {
        execute(&self.path("ledger.db"), sql);
    }

    /// Rows of the ledger as text.
    pub(crate) fn ledger(&self, sql: &str) -> Vec<Vec<String>> {
        let rows = rows(&self.path("ledger.db"), sql);
        rows.into_iter().map(|row| row.into_iter().map(Option::unwrap_or_default).collect()).collect()
    }

    /// All that the ledger holds of duties, notices and messages; its runs are left out.
    pub(crate) fn holdings(&self) -> BTreeMap<&'static str, Vec<Vec<Option<String>>>> {
        let tables = ["cases", "duties", "notices", "recipients", "messages", "mails", "attempts", "acks"];
        let path = self.path("ledger.db");
        tables.into_iter().map(|table| (table, whole(&path, table))).collect()
    }

    /// What it holds of children: their cases and duties and every notice about them.
    pub(crate) fn of_children(&self) -> Vec<Vec<Vec<String>>> {
        let tables = ["cases", "duties WHERE child <> ''", "notices WHERE child <> ''"];
        tables.map(|table| self.ledger(&format!("SELECT * FROM {table} ORDER BY 1, 2, 3"))).into()
    }

    /// Mail files, by name.
    pub(crate) fn mail(&self) -> BTreeMap<String, Vec<u8>> {
        let files = fs::read_dir(self.path("mail")).expect("the mail folder");
        let files = files.map(|file| file.expect("a file").path());
        files
            .map(|path| {
                let name = path.file_name().expect("a name").to_string_lossy().into_owned();
                (name, fs::read(&path).expect("a mail"))
            })
            .collect()
    }
}

impl Done {
    /// It went well, or the test has failed.
    pub(crate) fn well(self) -> String {
        self.ends(0)
    }

    /// It ended with that code, or the test has failed. Gives both outputs.
    pub(crate) fn ends(self, code: i32) -> String {
        assert_eq!(self.code, code, "it said:\n{}{}", self.out, self.err);
        self.out + &self.err
    }
}

/// Runs the program.
pub(crate) fn program(args: &[&str], environment: &[(&str, &str)], input: &str) -> Done {
    use std::io::Write as _;

    let mut child = Command::new(env!("CARGO_BIN_EXE_duewatch"))
        .args(args)
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("its input").write_all(input.as_bytes()).ok();
    let output = child.wait_with_output().expect("the program ends");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Done { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
}

/// `2026-11-16` is half past eight of that day.
pub(crate) fn instant(at: &str) -> String {
    if at.contains('T') { at.to_owned() } else { format!("{at}T08:30:00Z") }
}

/// Asserts that a text holds every word, and shows it where it does not.
#[track_caller]
pub(crate) fn says(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "`{word}` is missing in:\n{text}");
    }
}

/// A table for each view, everything in it text, with no keys: rows may repeat and ids may be missing.
pub(crate) fn tables() -> String {
    let mut sql = String::new();
    for view in duewatch::source::views() {
        let columns: Vec<_> = view.columns.iter().map(|column| format!("{} TEXT", column.name)).collect();
        sql.push_str(&format!("CREATE TABLE {} ({});\n", view.name, columns.join(", ")));
    }
    sql
}

/// Statements that add those rows.
pub(crate) fn inserts(lines: &str) -> String {
    let views = duewatch::source::views();
    let mut sql = String::new();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut words = line.split_whitespace();
        let view = format!("dw_{}", words.next().expect("a view"));
        let view = views.iter().find(|known| known.name == view).unwrap_or_else(|| panic!("no view {view}"));
        let first = view.columns.first().expect("a column").name;
        let mut cells = vec![(first, words.next().expect("an id"))];
        cells.extend(words.map(|word| word.split_once('=').unwrap_or_else(|| panic!("no `=` in {line}"))));
        let names: Vec<&str> = cells.iter().map(|(name, _)| *name).collect();
        let values: Vec<String> = cells.iter().map(|(_, value)| quoted(value)).collect();
        sql.push_str(&format!("INSERT INTO {} ({}) VALUES ({});\n", view.name, names.join(", "), values.join(", ")));
    }
    sql
}

fn quoted(value: &str) -> String {
    if value == "-" { "NULL".to_owned() } else { format!("'{}'", value.replace('~', " ").replace('\'', "''")) }
}

/// Runs a script on an SQLite file, which is made where it is missing.
pub(crate) fn execute(path: &Path, sql: &str) {
    block_on(async {
        let database = Database::open_sqlite(path, true).await.expect("the file opens");
        let mut write = database.begin_write().await.expect("a transaction begins");
        write.execute_script(sql).await.expect("the script runs");
        write.commit().await.expect("the script commits");
        database.close().await;
    });
}

/// Rows of an SQLite file as text.
pub(crate) fn rows(path: &Path, sql: &str) -> Vec<Vec<Option<String>>> {
    block_on(async {
        let database = Database::open_sqlite_read_only(path).await.expect("the file opens");
        let mut read = database.begin_read().await.expect("a transaction begins");
        // How many columns there are is not asked: the first that is not there ends the row.
        let rows = read.fetch(sql, &[]).await.expect("the query runs");
        let cell =
            |row: &Row, at| row.lossy_text(at).or_else(|_| row.maybe_int(at).map(|int| int.map(|int| int.to_string())));
        let cells = |row: &Row| (0..).map_while(|at| cell(row, at).ok()).collect();
        let rows = rows.iter().map(cells).collect();
        read.rollback().await.expect("the read ends");
        database.close().await;
        rows
    })
}

/// Every cell of a table as text, rows sorted.
pub(crate) fn whole(path: &Path, table: &str) -> Vec<Vec<Option<String>>> {
    let columns = rows(path, &format!("SELECT name FROM pragma_table_info('{table}')"));
    let cast: Vec<String> =
        columns.concat().into_iter().flatten().map(|name| format!("CAST({name} AS TEXT)")).collect();
    let mut rows = rows(path, &format!("SELECT {} FROM {table}", cast.join(", ")));
    rows.sort();
    rows
}

/// Every table of an SQLite file.
pub(crate) fn table_names(path: &Path) -> Vec<String> {
    rows(path, "SELECT name FROM sqlite_master WHERE type = 'table'").concat().into_iter().flatten().collect()
}

pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(work)
}
