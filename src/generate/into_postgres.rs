//! Filling PostgreSQL by COPY, in one transaction. A connection carries one COPY at a time, so rows are gathered table by
//! table, and sent when there are enough of them.

use std::str::FromStr as _;

use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, PgConnection, Postgres, Transaction, postgres::PgConnectOptions,
};

use super::{
    sheets::{Batch, Sheet, Sheets},
    systems::System,
};

/// How much of a table is gathered.
const COPY_BYTES: usize = 1 << 20;

/// A connection to the server.
pub(super) struct Server(PgConnection);

/// The one transaction, and what is gathered.
pub(super) struct Filling<'a> {
    transaction: Transaction<'a, Postgres>,
    system: System,
    gathered: Vec<String>,
}

impl Server {
    pub(super) async fn connect(url: &str, password: Option<&str>) -> Result<Server, sqlx::Error> {
        let mut options = PgConnectOptions::from_str(url)?.application_name("duewatch").disable_statement_logging();
        if let Some(password) = password {
            options = options.password(password);
        }
        options.connect().await.map(Server)
    }

    pub(super) async fn begin(&mut self, schema: Option<&str>, system: System) -> Result<Filling<'_>, sqlx::Error> {
        let mut transaction = self.0.begin().await?;
        if let Some(schema) = schema {
            let quoted = format!("\"{}\"", schema.replace('"', "\"\""));
            let sql = format!("CREATE SCHEMA IF NOT EXISTS {quoted}; SET LOCAL search_path TO {quoted}");
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *transaction).await?;
        }
        Ok(Filling { transaction, system, gathered: vec![String::new(); Sheet::ALL.len()] })
    }

    pub(super) async fn close(self) -> Result<(), sqlx::Error> {
        self.0.close().await
    }
}

impl Filling<'_> {
    pub(super) async fn run(&mut self, sql: &str) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut *self.transaction).await.map(drop)
    }

    pub(super) async fn take(&mut self, batch: &Batch) -> Result<(), sqlx::Error> {
        let width = Sheets::columns(self.system, batch.sheet).len().max(1);
        let Some(text) = self.gathered.get_mut(batch.sheet as usize) else { return Ok(()) };
        for row in batch.cells.chunks(width) {
            for (at, value) in row.iter().enumerate() {
                text.push_str(if at == 0 { "" } else { "\t" });
                push_escaped(text, value.as_deref());
            }
            text.push('\n');
        }
        if text.len() >= COPY_BYTES { self.copy(batch.sheet).await } else { Ok(()) }
    }

    async fn copy(&mut self, sheet: Sheet) -> Result<(), sqlx::Error> {
        let Some(text) = self.gathered.get_mut(sheet as usize).filter(|text| !text.is_empty()) else { return Ok(()) };
        let sql = format!("COPY {} ({}) FROM STDIN", sheet.name(), Sheets::columns(self.system, sheet).join(","));
        let mut sink = self.transaction.copy_in_raw(&sql).await?;
        sink.send(text.as_bytes()).await?;
        text.clear();
        sink.finish().await.map(drop)
    }

    pub(super) async fn finish(mut self, views: &str) -> Result<(), sqlx::Error> {
        for sheet in Sheet::ALL {
            self.copy(*sheet).await?;
        }
        self.run(views).await?;
        self.transaction.commit().await
    }
}

/// A value in the text form of COPY, in which a tab, a line end and a backslash would be read as something else.
fn push_escaped(text: &mut String, value: Option<&str>) {
    let Some(value) = value else { return text.push_str("\\N") };
    for character in value.chars() {
        match character {
            '\\' => text.push_str("\\\\"),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            other => text.push(other),
        }
    }
}
