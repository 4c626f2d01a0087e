//! What goes into a statement and what comes out of it: text, whole numbers, and nothing.

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgRow, PgTypeInfo};
use sqlx::sqlite::SqliteRow;
use sqlx::{Encode, Postgres, Row as _, Type, TypeInfo as _, ValueRef as _};

use super::{DatabaseError, Kind};

/// One bound argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arg {
    /// A whole number.
    Int(i64),
    /// A text.
    Text(String),
    /// Nothing; it takes the type that the statement wants.
    Null,
}

impl From<i64> for Arg {
    fn from(value: i64) -> Arg {
        Arg::Int(value)
    }
}

impl From<i32> for Arg {
    fn from(value: i32) -> Arg {
        Arg::Int(value.into())
    }
}

impl From<u32> for Arg {
    fn from(value: u32) -> Arg {
        Arg::Int(value.into())
    }
}

impl From<bool> for Arg {
    fn from(value: bool) -> Arg {
        Arg::Int(value.into())
    }
}

impl From<&str> for Arg {
    fn from(value: &str) -> Arg {
        Arg::Text(value.into())
    }
}

impl From<String> for Arg {
    fn from(value: String) -> Arg {
        Arg::Text(value)
    }
}

impl From<&String> for Arg {
    fn from(value: &String) -> Arg {
        Arg::Text(value.clone())
    }
}

impl<T: Into<Arg>> From<Option<T>> for Arg {
    fn from(value: Option<T>) -> Arg {
        value.map_or(Arg::Null, Into::into)
    }
}

/// A null whose type PostgreSQL works out from the statement. A typed null would be refused by a column of another type.
pub(super) struct Untyped;

impl Type<Postgres> for Untyped {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(0))
    }
}

impl Encode<'_, Postgres> for Untyped {
    fn encode_by_ref(&self, _: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Ok(IsNull::Yes)
    }
}

/// One row of an answer. Columns are asked for by position, from 0.
#[derive(Debug)]
pub struct Row(pub(super) Inner);

pub(super) enum Inner {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl std::fmt::Debug for Inner {
    /// A row can hold names and dates of birth, so it never shows itself.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("..")
    }
}

impl Row {
    /// A whole number.
    pub fn int(&self, index: usize) -> Result<i64, DatabaseError> {
        self.maybe_int(index)?.ok_or_else(|| self.wrong(index, "is empty, where a whole number was expected"))
    }

    /// A text.
    pub fn text(&self, index: usize) -> Result<String, DatabaseError> {
        self.maybe_text(index)?.ok_or_else(|| self.wrong(index, "is empty, where a text was expected"))
    }

    /// A whole number, or nothing.
    pub fn maybe_int(&self, index: usize) -> Result<Option<i64>, DatabaseError> {
        let read = match &self.0 {
            Inner::Sqlite(row) => row.try_get::<Option<i64>, _>(index),
            Inner::Postgres(row) => postgres_int(row, index),
        };
        read.map_err(|_| self.wrong(index, "holds no whole number"))
    }

    /// A text, or nothing.
    pub fn maybe_text(&self, index: usize) -> Result<Option<String>, DatabaseError> {
        let read = match &self.0 {
            Inner::Sqlite(row) => row.try_get::<Option<String>, _>(index),
            Inner::Postgres(row) => row.try_get::<Option<String>, _>(index),
        };
        read.map_err(|_| self.wrong(index, "holds no text"))
    }

    /// A text, or nothing. Bytes that are no text become the replacement character, so that one bad field does not keep
    /// all the others from being read. Only SQLite can hold such bytes.
    pub fn lossy_text(&self, index: usize) -> Result<Option<String>, DatabaseError> {
        if let Ok(text) = self.maybe_text(index) {
            return Ok(text);
        }
        match &self.0 {
            Inner::Sqlite(row) => {
                let bytes = row.try_get::<Option<Vec<u8>>, _>(index).map_err(|_| self.wrong(index, "holds no text"))?;
                Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
            }
            Inner::Postgres(_) => Err(self.wrong(index, "holds no text")),
        }
    }

    /// Whether a whole number is anything but 0.
    pub fn flag(&self, index: usize) -> Result<bool, DatabaseError> {
        Ok(self.int(index)? != 0)
    }

    pub(crate) fn wrong(&self, index: usize, expected: &'static str) -> DatabaseError {
        let kind = match &self.0 {
            Inner::Sqlite(_) => Kind::Sqlite,
            Inner::Postgres(_) => Kind::Postgres,
        };
        DatabaseError::column(kind, index, expected)
    }
}

/// PostgreSQL answers with the width it thinks best (`SELECT 1` is four bytes), so every width is accepted.
fn postgres_int(row: &PgRow, index: usize) -> Result<Option<i64>, sqlx::Error> {
    let width = row.try_get_raw(index)?.type_info().name().to_owned();
    match width.as_str() {
        "INT2" => Ok(row.try_get::<Option<i16>, _>(index)?.map(i64::from)),
        "INT4" => Ok(row.try_get::<Option<i32>, _>(index)?.map(i64::from)),
        "BOOL" => Ok(row.try_get::<Option<bool>, _>(index)?.map(i64::from)),
        _ => row.try_get::<Option<i64>, _>(index),
    }
}
