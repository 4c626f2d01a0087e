//! `duewatch generate`: a fictional case database of any size, for trials and measurements.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{ArgGroup, Args, ValueEnum};
use secrecy::ExposeSecret;

use super::{Ending, Failure, Outcome, output};
use crate::{
    clock::Clock,
    generate::{self, Order, System, Written},
    settings::SecretPlace,
};

/// More would begin before the case systems did.
const MOST_YEARS: i64 = 30;

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("how_many").required(true), group = ArgGroup::new("where").required(true))]
pub(crate) struct Generate {
    /// The case system that it is to look like.
    #[arg(long, value_enum, default_value = "lcs")]
    system: Kind,
    /// How many plans are open.
    #[arg(long, group = "how_many", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    plans: Option<u32>,
    /// How large an authority instead.
    #[arg(long, group = "how_many", value_enum)]
    size: Option<Size>,
    /// Another number, another authority.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The day of the load; today if left out.
    #[arg(long, value_name = "DATE")]
    as_of: Option<NaiveDate>,
    /// How many years of history.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=MOST_YEARS))]
    years: u32,
    /// Without the disorder of real data: no padded ids, repeated rows, mistyped dates or rows that lead nowhere.
    #[arg(long)]
    tidy: bool,
    /// With what forms ask besides, so that the rules that wait for it can be judged: some two hundred rows more for each plan.
    #[arg(long)]
    forms: bool,
    /// Into a new SQLite file.
    #[arg(long, group = "where", value_name = "FILE")]
    sqlite: Option<PathBuf>,
    /// Into a PostgreSQL database, by its URL without a password.
    #[arg(long, group = "where", value_name = "URL")]
    postgres: Option<String>,
    /// Into this schema of it, made if it is not there.
    #[arg(long, conflicts_with = "sqlite")]
    schema: Option<String>,
    /// A file that holds the PostgreSQL password.
    #[arg(long, conflicts_with = "sqlite", value_name = "FILE")]
    password_file: Option<SecretPlace>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// System C's, once Liquidlogic's.
    Lcs,
    /// Access's.
    Mosaic,
    /// OLM's.
    Eclipse,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Size {
    /// 25 open plans: an island, or a small council.
    Isle,
    /// 325, the mean of English councils.
    Council,
    /// 2,000, the largest councils.
    Large,
    /// 8,300, the North West.
    Region,
    /// 49,400.
    England,
}

impl Size {
    fn plans(self) -> u32 {
        match self {
            Size::Isle => 25,
            Size::Council => 325,
            Size::Large => 2_000,
            Size::Region => 8_300,
            Size::England => 49_400,
        }
    }
}

impl Generate {
    fn order(&self) -> Order {
        Order {
            system: match self.system {
                Kind::Lcs => System::Lcs,
                Kind::Mosaic => System::Mosaic,
                Kind::Eclipse => System::Eclipse,
            },
            seed: self.seed,
            plans: self.plans.or(self.size.map(Size::plans)).unwrap_or_default(),
            as_of: self.as_of.unwrap_or_else(|| Clock::System.now().date_naive()),
            years: self.years,
            tidy: self.tidy,
            forms: self.forms,
        }
    }
}

/// Carries it out.
pub(crate) async fn run(command: &Generate) -> Outcome {
    let order = command.order();
    let (written, named) = match (&command.sqlite, &command.postgres) {
        (Some(path), _) => (generate::fill_sqlite(path, &order).await?, path.display().to_string()),
        (None, Some(url)) => {
            let read = |place: &SecretPlace| place.read("the password of the database");
            let password = command.password_file.as_ref().map(read).transpose()?;
            let (password, schema) = (password.as_ref().map(ExposeSecret::expose_secret), command.schema.as_deref());
            (generate::fill_postgres(url, password, schema, &order).await?, without_password(url))
        }
        (None, None) => return Err(Failure("name a place with --sqlite or --postgres".to_owned())),
    };
    show(&order, &written);
    let schema = command.schema.as_ref().map(|schema| format!("\n  schema = \"{schema}\"")).unwrap_or_default();
    output::line(&format!(
        "\nTry next: in the settings,\n  [source]\n  database = \"{named}\"{schema}\nand then\n  duewatch check"
    ));
    Ok(Ending::Well)
}

/// What may be printed of a URL.
fn without_password(url: &str) -> String {
    let parts = url.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?)));
    parts.map_or_else(
        || url.to_owned(),
        |(scheme, (user, place))| format!("{scheme}://{}@{place}", user.split(':').next().unwrap_or_default()),
    )
}

fn show(order: &Order, written: &Written) {
    let rows: Vec<Vec<String>> =
        written.tables.iter().map(|(table, rows)| vec![(*table).to_owned(), format!("{rows:>12}")]).collect();
    output::table(&["table", "        rows"], &rows);
    output::line(&format!(
        "\n{} rows: a fictional authority of {} open plans as {} keeps it, seed {}, loaded on {}, {} years of history{}",
        written.rows(),
        order.plans,
        order.system.profile(),
        order.seed,
        order.as_of,
        order.years,
        if order.tidy { ", tidy" } else { "" },
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_printed() {
        for (url, shown) in [
            ("postgres://me:se:c@ret@db.example/trial", "postgres://me@db.example/trial"),
            ("postgres://me@db.example/trial", "postgres://me@db.example/trial"),
            ("postgres:///trial", "postgres:///trial"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }
}
