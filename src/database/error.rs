//! What went wrong with a database, for the person who must act and for the code that must decide.

use sqlx::postgres::PgDatabaseError;
use thiserror::Error;

use super::Kind;

/// A database did not do what was asked.
#[derive(Debug, Error)]
pub enum DatabaseError {
    /// It could not be opened, or no connection was to be had in time.
    #[error("could not connect to {database}: {cause}")]
    Connect {
        /// Which database.
        database: String,
        /// Why.
        cause: Cause,
    },
    /// A statement failed. `attempted` is the beginning of the statement; bound values are never shown.
    #[error("{database} refused `{attempted}`: {cause}")]
    Statement {
        /// Which database.
        database: String,
        /// The beginning of the statement.
        attempted: String,
        /// Why.
        cause: Cause,
    },
    /// A row's column does not hold what was expected.
    #[error("column {index} of a row from {database} {expected}")]
    Column {
        /// Which database.
        database: &'static str,
        /// The column's position, from 0.
        index: usize,
        /// What was expected, in words.
        expected: &'static str,
    },
}

/// Why a database refused, with its own code. The text never holds a value of a field: a server's words for a bad value
/// repeat that value, so they are left out.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{text}")]
pub struct Cause {
    text: String,
    code: Code,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Code {
    /// SQLite's extended result code.
    Sqlite(i32),
    /// PostgreSQL's SQLSTATE.
    Postgres(String),
    /// No connection became free in time.
    TimedOut,
    /// The connection broke or could not be made.
    Io,
    Other,
}

/// Classes of SQLSTATE whose messages name objects and conditions of the server, never a field's value.
const SPEAKING_CLASSES: [&str; 13] = ["08", "0A", "25", "28", "3D", "3F", "40", "42", "53", "54", "55", "57", "58"];

impl Cause {
    pub(super) fn from_sqlx(error: &sqlx::Error) -> Cause {
        match error {
            sqlx::Error::Database(error) => match error.try_downcast_ref::<PgDatabaseError>() {
                Some(postgres) => Cause::from_postgres(postgres),
                None => Cause {
                    text: error.message().to_owned(),
                    code: error.code().and_then(|code| code.parse().ok()).map_or(Code::Other, Code::Sqlite),
                },
            },
            sqlx::Error::PoolTimedOut => {
                Cause { text: "no connection became free in time".into(), code: Code::TimedOut }
            }
            sqlx::Error::Io(error) => Cause { text: error.to_string(), code: Code::Io },
            sqlx::Error::Tls(error) => Cause { text: format!("TLS: {error}"), code: Code::Io },
            sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => {
                Cause { text: "a value could not be read".into(), code: Code::Other }
            }
            other => Cause { text: other.to_string(), code: Code::Other },
        }
    }

    fn from_postgres(error: &PgDatabaseError) -> Cause {
        let state = error.code().to_owned();
        let text = if SPEAKING_CLASSES.iter().any(|class| state.starts_with(class)) {
            format!("{} (SQLSTATE {state})", error.message())
        } else if let Some(constraint) = error.constraint() {
            format!("constraint {constraint} does not hold (SQLSTATE {state})")
        } else {
            format!("SQLSTATE {state}; the server's message is not shown, because it can repeat a field's value")
        };
        Cause { text, code: Code::Postgres(state) }
    }

    pub(super) fn timed_out(text: String) -> Cause {
        Cause { text, code: Code::TimedOut }
    }

    pub(super) fn other(text: String) -> Cause {
        Cause { text, code: Code::Other }
    }

    fn sqlite_primary(&self) -> Option<i32> {
        if let Code::Sqlite(code) = self.code { Some(code & 0xff) } else { None }
    }

    fn state(&self) -> Option<&str> {
        if let Code::Postgres(state) = &self.code { Some(state) } else { None }
    }
}

impl DatabaseError {
    /// Why, where the database itself gave a reason.
    pub fn cause(&self) -> Option<&Cause> {
        match self {
            DatabaseError::Connect { cause, .. } | DatabaseError::Statement { cause, .. } => Some(cause),
            DatabaseError::Column { .. } => None,
        }
    }

    /// The disk is full: nothing was written, and nothing can be until there is room.
    pub fn is_disk_full(&self) -> bool {
        self.sqlite_is(&[13]) || self.state_is(&["53100"])
    }

    /// SQLite could not write to its file, and the system's reason was not a full disk: a quota, a limit on the size of
    /// files, or a disk that fails.
    pub fn is_unwritable(&self) -> bool {
        // IOERR_WRITE, IOERR_FSYNC, IOERR_DIR_FSYNC, IOERR_TRUNCATE, IOERR_SHMSIZE.
        matches!(self.cause().map(|cause| &cause.code), Some(Code::Sqlite(778 | 1034 | 1290 | 1546 | 4874)))
    }

    /// A table or view that the statement names does not exist.
    pub fn is_missing_table(&self) -> bool {
        self.state_is(&["42P01", "3F000"]) || self.sqlite_says("no such table")
    }

    /// A column that the statement names does not exist.
    pub fn is_missing_column(&self) -> bool {
        self.state_is(&["42703"]) || self.sqlite_says("no such column")
    }

    /// It took longer than allowed: a statement, the wait for a lock, or the wait for a connection.
    pub fn is_timeout(&self) -> bool {
        self.cause().is_some_and(|cause| cause.code == Code::TimedOut)
            || self.state_is(&["57014", "55P03", "25P03", "25P04"])
    }

    /// Somebody else holds what is needed. Trying again later can succeed.
    pub fn is_locked(&self) -> bool {
        self.sqlite_is(&[5, 6]) || self.state_is(&["55P03", "40001", "40P01"])
    }

    /// The user or process may not do this.
    pub fn is_permission(&self) -> bool {
        self.sqlite_is(&[3, 8, 23]) || self.state_is(&["42501", "25006", "28000", "28P01"])
    }

    /// The database could not be reached, or the connection broke.
    pub fn is_unreachable(&self) -> bool {
        matches!(self, DatabaseError::Connect { .. })
            || self.cause().is_some_and(|cause| cause.code == Code::Io)
            || self.cause().and_then(Cause::state).is_some_and(|state| state.starts_with("08"))
            || self.state_is(&["57P01", "57P02", "57P03"])
    }

    /// A row with that key is already there.
    pub fn is_duplicate(&self) -> bool {
        self.state_is(&["23505"]) || matches!(self.cause().map(|c| &c.code), Some(Code::Sqlite(1555 | 2067)))
    }

    fn sqlite_is(&self, codes: &[i32]) -> bool {
        self.cause().and_then(Cause::sqlite_primary).is_some_and(|code| codes.contains(&code))
    }

    fn sqlite_says(&self, beginning: &str) -> bool {
        self.cause().is_some_and(|cause| cause.sqlite_primary() == Some(1) && cause.text.starts_with(beginning))
    }

    fn state_is(&self, states: &[&str]) -> bool {
        self.cause().and_then(Cause::state).is_some_and(|state| states.contains(&state))
    }

    pub(super) fn connect(database: &str, error: &sqlx::Error) -> DatabaseError {
        DatabaseError::Connect { database: database.into(), cause: Cause::from_sqlx(error) }
    }

    pub(super) fn statement(database: &str, sql: &str, error: &sqlx::Error) -> DatabaseError {
        // A pool that cannot reach its server says so at the first statement.
        if matches!(error, sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed) {
            return DatabaseError::connect(database, error);
        }
        let words = sql.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut attempted: String = words.chars().take(80).collect();
        if attempted.len() < words.len() {
            attempted.push_str(" ...");
        }
        DatabaseError::Statement { database: database.into(), attempted, cause: Cause::from_sqlx(error) }
    }

    pub(super) fn column(kind: Kind, index: usize, expected: &'static str) -> DatabaseError {
        let database = match kind {
            Kind::Sqlite => "SQLite",
            Kind::Postgres => "PostgreSQL",
        };
        DatabaseError::Column { database, index, expected }
    }
}
