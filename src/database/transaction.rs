//! A transaction, and the statements that run in it. Nothing runs outside one.

use std::future::Future;

use futures_util::TryStreamExt;
use futures_util::stream::BoxStream;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, PgPool, Postgres, Sqlite, SqlitePool};

use super::row::{Inner, Untyped};
use super::{Arg, DatabaseError, Kind, Row};

/// A running transaction. Dropping it without `commit` rolls it back.
#[derive(Debug)]
pub struct Transaction {
    connection: Connection,
    database: String,
}

#[derive(Debug)]
enum Connection {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

impl Transaction {
    pub(super) async fn sqlite(pool: &SqlitePool, name: &str, sql: &'static str) -> Result<Transaction, DatabaseError> {
        Transaction::over(pool.begin_with(sql).await.map(Connection::Sqlite), name, sql)
    }

    pub(super) async fn postgres(pool: &PgPool, name: &str, sql: &'static str) -> Result<Transaction, DatabaseError> {
        Transaction::over(pool.begin_with(sql).await.map(Connection::Postgres), name, sql)
    }

    fn over(begun: Result<Connection, sqlx::Error>, name: &str, sql: &str) -> Result<Transaction, DatabaseError> {
        let connection = begun.map_err(|error| DatabaseError::statement(name, sql, &error))?;
        Ok(Transaction { connection, database: name.to_owned() })
    }

    /// Which database it runs on.
    pub fn kind(&self) -> Kind {
        match self.connection {
            Connection::Sqlite(_) => Kind::Sqlite,
            Connection::Postgres(_) => Kind::Postgres,
        }
    }

    /// Runs one statement and says how many rows it changed.
    pub async fn execute(&mut self, sql: &str, args: &[Arg]) -> Result<u64, DatabaseError> {
        let done = match &mut self.connection {
            Connection::Sqlite(tx) => sqlite(sql, args).execute(&mut **tx).await.map(|done| done.rows_affected()),
            Connection::Postgres(tx) => postgres(sql, args).execute(&mut **tx).await.map(|done| done.rows_affected()),
        };
        done.map_err(|error| DatabaseError::statement(&self.database, sql, &error))
    }

    /// Runs several statements separated by semicolons, without arguments, as a script has them.
    pub async fn execute_script(&mut self, sql: &str) -> Result<(), DatabaseError> {
        let script = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        let done = match &mut self.connection {
            Connection::Sqlite(tx) => script.execute(&mut **tx).await.map(drop),
            Connection::Postgres(tx) => script.execute(&mut **tx).await.map(drop),
        };
        done.map_err(|error| DatabaseError::statement(&self.database, sql, &error))
    }

    /// Runs a query and returns all its rows. For long answers use [`Transaction::for_each_row`].
    pub async fn fetch(&mut self, sql: &str, args: &[Arg]) -> Result<Vec<Row>, DatabaseError> {
        let mut rows = Vec::new();
        self.for_each_row(sql, args, |row| {
            rows.push(row);
            Ok::<(), DatabaseError>(())
        })
        .await?;
        Ok(rows)
    }

    /// Runs a query that has at most one row of interest.
    pub async fn fetch_optional(&mut self, sql: &str, args: &[Arg]) -> Result<Option<Row>, DatabaseError> {
        let row = match &mut self.connection {
            Connection::Sqlite(tx) => {
                sqlite(sql, args).fetch_optional(&mut **tx).await.map(|row| row.map(Inner::Sqlite))
            }
            Connection::Postgres(tx) => {
                postgres(sql, args).fetch_optional(&mut **tx).await.map(|row| row.map(Inner::Postgres))
            }
        };
        row.map(|row| row.map(Row)).map_err(|error| DatabaseError::statement(&self.database, sql, &error))
    }

    /// Runs a query that answers with one count.
    pub async fn fetch_count(&mut self, sql: &str, args: &[Arg]) -> Result<u64, DatabaseError> {
        let counted = self.fetch_optional(sql, args).await?.map_or(Ok(0), |row| row.int(0))?;
        Ok(u64::try_from(counted).unwrap_or(0))
    }

    /// Runs a query and hands over its rows one by one, so that memory does not grow with the answer. Stops at the
    /// first error of `each`.
    pub async fn for_each_row<E: From<DatabaseError>>(
        &mut self,
        sql: &str,
        args: &[Arg],
        mut each: impl FnMut(Row) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rows = self.rows(sql, args);
        while let Some(row) = rows.next().await? {
            each(row)?;
        }
        Ok(())
    }

    /// Runs a query whose rows are asked for one by one: the database goes on as they are taken.
    pub fn rows<'t>(&'t mut self, sql: &'t str, args: &[Arg]) -> Rows<'t> {
        let answer = match &mut self.connection {
            Connection::Sqlite(tx) => Answer::Sqlite(sqlite(sql, args).fetch(&mut **tx)),
            Connection::Postgres(tx) => Answer::Postgres(postgres(sql, args).fetch(&mut **tx)),
        };
        Rows { answer, database: &self.database, sql }
    }

    /// Makes it last.
    pub async fn commit(self) -> Result<(), DatabaseError> {
        let Transaction { connection, database } = self;
        ended(&database, "COMMIT", async {
            match connection {
                Connection::Sqlite(tx) => tx.commit().await,
                Connection::Postgres(tx) => tx.commit().await,
            }
        })
        .await
    }

    /// Undoes it.
    pub async fn rollback(self) -> Result<(), DatabaseError> {
        let Transaction { connection, database } = self;
        ended(&database, "ROLLBACK", async {
            match connection {
                Connection::Sqlite(tx) => tx.rollback().await,
                Connection::Postgres(tx) => tx.rollback().await,
            }
        })
        .await
    }
}

/// The rows of a query that is running.
pub struct Rows<'t> {
    answer: Answer<'t>,
    database: &'t str,
    sql: &'t str,
}

enum Answer<'t> {
    Sqlite(BoxStream<'t, Result<SqliteRow, sqlx::Error>>),
    Postgres(BoxStream<'t, Result<PgRow, sqlx::Error>>),
}

impl Rows<'_> {
    /// The next row; nothing after the last.
    pub async fn next(&mut self) -> Result<Option<Row>, DatabaseError> {
        let next = match &mut self.answer {
            Answer::Sqlite(rows) => rows.try_next().await.map(|row| row.map(Inner::Sqlite)),
            Answer::Postgres(rows) => rows.try_next().await.map(|row| row.map(Inner::Postgres)),
        };
        next.map(|row| row.map(Row)).map_err(|error| DatabaseError::statement(self.database, self.sql, &error))
    }
}

async fn ended(
    database: &str,
    how: &str,
    end: impl Future<Output = Result<(), sqlx::Error>>,
) -> Result<(), DatabaseError> {
    end.await.map_err(|error| DatabaseError::statement(database, how, &error))
}

/// `AssertSqlSafe` is safe here because every statement is put together from this crate's own constants; values are
/// always bound.
fn sqlite<'q>(sql: &str, args: &[Arg]) -> Query<'q, Sqlite, SqliteArguments> {
    args.iter().fold(sqlx::query(AssertSqlSafe(sql.to_owned())), |query, arg| match arg {
        Arg::Int(value) => query.bind(*value),
        Arg::Text(value) => query.bind(value.clone()),
        Arg::Null => query.bind(None::<i64>),
    })
}

fn postgres<'q>(sql: &str, args: &[Arg]) -> Query<'q, Postgres, PgArguments> {
    args.iter().fold(sqlx::query(AssertSqlSafe(sql.to_owned())), |query, arg| match arg {
        Arg::Int(value) => query.bind(*value),
        Arg::Text(value) => query.bind(value.clone()),
        Arg::Null => query.bind(Untyped),
    })
}
