//! One case database, and everything that is done with it in a round.

use std::fmt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use duewatch::database::Kind;
use duewatch::source;

use crate::figures::Figures;
use crate::work::{AT, Answer, LATER, sql};

pub(crate) struct Place {
    kind: Kind,
    /// A file or a URL.
    at: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} rounds)", self.kind, crate::rounds())
    }
}

impl Place {
    pub(crate) fn all() -> Vec<Place> {
        let named = [(Kind::Sqlite, "DUEWATCH_BENCH_SQLITE"), (Kind::Postgres, "DUEWATCH_BENCH_POSTGRES")];
        named.into_iter().filter_map(|(kind, name)| Some(Place { kind, at: std::env::var(name).ok()? })).collect()
    }

    pub(crate) fn measure(&self, round: usize, figures: &mut Figures) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        figures.seconds("floor: the same rows by the database's own shell", self.floor());
        let bare = Place::process("bare", &[&self.at]);
        figures.seconds("bare read", bare.seconds);
        figures.peak_mb("bare read", bare.peak_mb);

        let config = self.settings(folder.path());
        let cold = Place::process("poll", &[&config, AT]);
        figures.seconds("cold: read and assessed", cold.seconds - cold.deciding - cold.in_ledger);
        figures.seconds("cold: deciding who is told", cold.deciding);
        figures.seconds("cold: the writing of the ledger", cold.in_ledger);
        figures.peak_mb("cold run", cold.peak_mb);

        self.change_one_in_a_hundred(round);
        let quiet = Place::process("poll", &[&config, LATER]);
        figures.seconds("quiet: 1 % changed", quiet.seconds);
        figures.seconds("quiet: of that in the ledger", quiet.in_ledger);
        figures.peak_mb("quiet run", quiet.peak_mb);
        if round == 0 {
            figures.say(format!("cold: {}", cold.said));
            figures.say(format!("quiet: {}", quiet.said));
        }
    }

    /// The same statement, its rows written to nowhere by the shell of the database.
    fn floor(&self) -> f64 {
        let statement = source::statement(self.kind).replace('\n', " ");
        let mut shell = match self.kind {
            Kind::Sqlite => {
                let mut shell = Command::new("sqlite3");
                shell.args(["-readonly", &self.at, ".output /dev/null", &statement]);
                shell
            }
            Kind::Postgres => {
                let mut shell = Command::new("psql");
                shell.args(["--quiet", "--no-psqlrc", &self.at, "--command"]);
                shell.arg(format!("\\copy ({statement}) TO '/dev/null'"));
                shell
            }
        };
        let began = Instant::now();
        let done = shell.stdout(Stdio::null()).status().expect("the database's own shell is installed");
        assert!(done.success(), "{done}");
        began.elapsed().as_secs_f64()
    }

    fn process(what: &str, arguments: &[&str]) -> Answer {
        let this = std::env::current_exe().expect("this program");
        let done = Command::new(this).arg(what).args(arguments).stderr(Stdio::inherit()).output().expect("it runs");
        assert!(done.status.success(), "{what}: {}", done.status);
        serde_json::from_slice(&done.stdout).expect("an answer")
    }

    fn settings(&self, folder: &std::path::Path) -> String {
        let database = PathBuf::from(&self.at);
        let at = match self.kind {
            Kind::Sqlite => database.canonicalize().expect("the file").display().to_string(),
            Kind::Postgres => self.at.clone(),
        };
        std::fs::create_dir(folder.join("mail")).expect("a folder");
        let settings = format!(
            "[authority]\nid = \"england\"\nprocedure = \"hertfordshire\"\n\
             [source]\ndatabase = \"{at}\"\nstatement_timeout_ms = 3600000\nstale_hours = 999999\n\
             [ledger]\ndatabase = \"ledger.db\"\n\
             [mail]\nchannel = \"files\"\ndirectory = \"mail\"\nfrom = \"duewatch@wrenholt.example\"\n\
             reply_to = \"desk@wrenholt.example\"\nallowed_domains = [\"wrenholt.example\"]\n\
             last_recipient = \"last@wrenholt.example\"\ncorrections = \"the data team\"\n"
        );
        let path = folder.join("duewatch.toml");
        std::fs::write(&path, settings).expect("the settings");
        path.display().to_string()
    }

    /// A visit more for one child in a hundred.
    fn change_one_in_a_hundred(&self, round: usize) {
        sql(
            self.kind,
            &self.at,
            &format!(
                "INSERT INTO ssd_cp_visits (cppv_cp_visit_id, cppv_person_id, cppv_cp_visit_date, cppv_cp_visit_seen)
                 SELECT 'bench-{round}-' || child_id, child_id, (SELECT MAX(loaded_at) FROM local_load), 'Y'
                 FROM (SELECT child_id, ROW_NUMBER() OVER (ORDER BY child_id) AS n FROM dw_children) c WHERE n % 100 = {round}"
            ),
        );
    }
}
