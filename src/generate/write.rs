//! Writes an authority into a new case database: the dataset's tables, the local ones, every row and the views.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use thiserror::Error;
use tokio::{sync::mpsc, task};

use super::{
    Authority,
    days::before,
    disorder::Disorder,
    into_postgres::Server,
    into_sqlite::NewFile,
    order::Order,
    population,
    sheets::{Batch, ROWS_A_BATCH, Sheet, Sheets},
    systems::System,
};
use crate::source;

const LOCAL: &str = include_str!("../../config/sources/ssd/local.sql");
/// Batches that wait while another one is written.
const WAITING: usize = 16;

/// The fictional authority could not be written.
#[derive(Debug, Error)]
pub enum GenerateError {
    /// There is something of that name.
    #[error(
        "did not write the fictional authority to {}: there is a file of that name; name one that does not exist, or move that one away",
        path.display()
    )]
    Occupied {
        /// The file.
        path: PathBuf,
    },
    /// SQLite refused.
    #[error(
        "could not write the fictional authority to {}: {cause}; name a file that does not exist, in a directory that can be written to and has room",
        path.display()
    )]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        #[source]
        cause: sqlx::Error,
    },
    /// The finished file could not be put in its place.
    #[error(
        "could not write the fictional authority to {}: {cause}; name a file in a directory that can be written to and has room",
        path.display()
    )]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// PostgreSQL refused.
    #[error(
        "could not write the fictional authority to PostgreSQL: {cause}; name a database or a schema that holds no case data and in which this user may create tables"
    )]
    Postgres {
        /// What PostgreSQL said.
        #[source]
        cause: sqlx::Error,
    },
}

/// How many rows each table was given, in the order of the tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Table and rows; tables without a row are left out.
    pub tables: Vec<(&'static str, u64)>,
}

impl Written {
    /// All rows.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|(_, rows)| rows).sum()
    }
}

/// Everything that is there before the rows.
fn statements_before(system: System) -> [String; 2] {
    [system.tables(), LOCAL.to_owned()]
}

/// The views over it, as `duewatch source sql` prints them.
fn statements_after(system: System) -> String {
    source::sql(system.profile()).unwrap_or_default()
}

/// Writes into a new file. While it is filled it is called `.partial`; it has its name once it is whole.
pub async fn write_sqlite(path: &Path, authority: &Authority) -> Result<(), GenerateError> {
    to_sqlite(path, System::Lcs, kept(authority)).await.map(drop)
}

/// Writes into `schema` (made if it is not there) or the first of the user's search path, in one transaction. If any of the
/// tables exists already, nothing is changed.
pub async fn write_postgres(url: &str, schema: Option<&str>, authority: &Authority) -> Result<(), GenerateError> {
    to_postgres(url, None, schema, System::Lcs, kept(authority)).await.map(drop)
}

/// Draws what was ordered and writes it into a new file, as [`write_sqlite`] does.
pub async fn fill_sqlite(path: &Path, order: &Order) -> Result<Written, GenerateError> {
    to_sqlite(path, order.system, drawn(order)).await
}

/// Draws what was ordered and writes it to PostgreSQL, as [`write_postgres`] does. The password may come apart from the URL.
pub async fn fill_postgres(
    url: &str,
    password: Option<&str>,
    schema: Option<&str>,
    order: &Order,
) -> Result<Written, GenerateError> {
    to_postgres(url, password, schema, order.system, drawn(order)).await
}

/// The rows of an authority in memory.
fn kept(authority: &Authority) -> mpsc::Receiver<Batch> {
    let (give, batches) = mpsc::channel(WAITING);
    let tables = authority.tables.clone();
    task::spawn_blocking(move || {
        for (sheet, table) in Sheet::ALL.iter().zip(tables) {
            for rows in table.rows.chunks(ROWS_A_BATCH) {
                let batch = Batch { sheet: *sheet, cells: rows.concat() };
                if give.blocking_send(batch).is_err() {
                    return;
                }
            }
        }
    });
    batches
}

/// The rows of an order, drawn beside the writing and never far ahead of it.
fn drawn(order: &Order) -> mpsc::Receiver<Batch> {
    let (give, batches) = mpsc::channel(WAITING);
    let order = order.clone();
    task::spawn_blocking(move || {
        let disorder = (!order.tidy).then(|| Disorder::new(order.seed, order.system, before(order.as_of, 3)));
        let outlet = Box::new(move |batch| give.blocking_send(batch).is_ok());
        let sheets = Sheets::handed_on(order.system, disorder, outlet);
        population::fill(&order, sheets);
    });
    batches
}

async fn to_sqlite(path: &Path, system: System, batches: mpsc::Receiver<Batch>) -> Result<Written, GenerateError> {
    if path.exists() {
        return Err(GenerateError::Occupied { path: path.to_owned() });
    }
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let in_place = |cause| GenerateError::File { path: path.to_owned(), cause };
    if partial.exists() {
        fs::remove_file(&partial).map_err(in_place)?;
    }
    let written = fill_file(&partial, system, batches).await;
    let written = written.map_err(|cause| GenerateError::Sqlite { path: path.to_owned(), cause });
    if written.is_err() {
        // What is wrong has been said already; a leftover is taken away by the next attempt.
        let _ = fs::remove_file(&partial);
        return written;
    }
    File::open(&partial).and_then(|file| file.sync_all()).map_err(in_place)?;
    fs::rename(&partial, path).map_err(in_place)?;
    written
}

async fn fill_file(path: &Path, system: System, mut batches: mpsc::Receiver<Batch>) -> Result<Written, sqlx::Error> {
    let mut file = NewFile::create(path, system).await?;
    for sql in statements_before(system) {
        file.run(&sql).await?;
    }
    let mut counts = Counts::new(system);
    while let Some(batch) = batches.recv().await {
        counts.add(&batch);
        file.insert(batch).await?;
    }
    file.run(&statements_after(system)).await?;
    file.finish().await?;
    Ok(counts.written())
}

async fn to_postgres(
    url: &str,
    password: Option<&str>,
    schema: Option<&str>,
    system: System,
    batches: mpsc::Receiver<Batch>,
) -> Result<Written, GenerateError> {
    fill_server(url, password, schema, system, batches).await.map_err(|cause| GenerateError::Postgres { cause })
}

async fn fill_server(
    url: &str,
    password: Option<&str>,
    schema: Option<&str>,
    system: System,
    mut batches: mpsc::Receiver<Batch>,
) -> Result<Written, sqlx::Error> {
    let mut connection = Server::connect(url, password).await?;
    let mut server = connection.begin(schema, system).await?;
    for sql in statements_before(system) {
        server.run(&sql).await?;
    }
    let mut counts = Counts::new(system);
    while let Some(batch) = batches.recv().await {
        counts.add(&batch);
        server.take(&batch).await?;
    }
    server.finish(&statements_after(system)).await?;
    connection.close().await?;
    Ok(counts.written())
}

struct Counts {
    system: System,
    rows: Vec<u64>,
}

impl Counts {
    fn new(system: System) -> Counts {
        Counts { system, rows: vec![0; Sheet::ALL.len()] }
    }

    fn add(&mut self, batch: &Batch) {
        let width = Sheets::columns(self.system, batch.sheet).len().max(1);
        if let Some(rows) = self.rows.get_mut(batch.sheet as usize) {
            *rows += (batch.cells.len() / width) as u64;
        }
    }

    fn written(self) -> Written {
        let counted = Sheet::ALL.iter().zip(self.rows).filter(|(_, rows)| *rows > 0);
        Written { tables: counted.map(|(sheet, rows)| (sheet.name(), rows)).collect() }
    }
}
