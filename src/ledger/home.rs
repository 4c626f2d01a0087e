//! Where a ledger lives. A copied file, a restored backup or a cloned server has the same rows in another place, and from
//! there nobody is mailed until a person says so.

use std::path::Path;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Ledger, LedgerError};
use crate::database::Kind;

/// The marks of one place. Nothing in them is secret or personal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Home {
    /// The file's canonical path, or the server's own id.
    pub place: String,
    /// The file's inode, or the database's and schema's ids within the server.
    pub within: String,
    /// A hash of the machine's id.
    pub machine: String,
}

/// Whether a ledger is where it was registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HomeCheck {
    /// It is at home.
    Home,
    /// It is somewhere else: nobody may be mailed from it until somebody accepts the place.
    Copied {
        /// Where it was registered.
        registered: Vec<Home>,
        /// Where it is.
        found: Home,
    },
}

impl Home {
    pub(super) fn list(homes: &[Home]) -> String {
        serde_json::to_string(homes).unwrap_or_default()
    }
}

impl Ledger {
    /// Where this ledger is now, on the machine whose id is in `/etc/machine-id`.
    ///
    /// The device number is no mark: it can change when a machine starts again, and a ledger that then stays silent does
    /// more harm than the copy it would recognise.
    pub async fn home(&self) -> Result<Home, LedgerError> {
        let machine = std::fs::read_to_string("/etc/machine-id").map_err(|error| {
            self.no_place(format!("/etc/machine-id cannot be read ({error}); `systemd-machine-id-setup` makes one"))
        })?;
        let machine = format!("{:x}", Sha256::digest(format!("duewatch\u{1f}{}", machine.trim())));
        let (place, within) = match self.database.kind() {
            Kind::Sqlite => self.sqlite_place().await?,
            Kind::Postgres => self.postgres_place().await?,
        };
        Ok(Home { place, within, machine })
    }

    /// Whether `home` is where this ledger was founded or was accepted to be.
    pub async fn home_check(&self, home: &Home) -> Result<HomeCheck, LedgerError> {
        let mut work = self.reading("read where the ledger lives").await?;
        let Some(row) = work.fetch_optional("SELECT homes FROM meta WHERE one = 1", &[]).await? else {
            return Err(LedgerError::NotFounded { ledger: self.name().into() });
        };
        let registered: Vec<Home> = row.json(0, "the place it lives")?;
        if registered.contains(home) {
            return Ok(HomeCheck::Home);
        }
        Ok(HomeCheck::Copied { registered, found: home.clone() })
    }

    /// Says that this ledger, at `home` and with what it holds now, is the one that sends, as an act of `by`. A file lives in
    /// one place; a server may be used from several machines, which share its leases.
    pub async fn accept(&self, home: &Home, by: &str, reason: &str, now: DateTime<Utc>) -> Result<(), LedgerError> {
        let mut work = self.writing("accept where the ledger lives").await?;
        let Some(row) = work.fetch_optional("SELECT homes FROM meta WHERE one = 1", &[]).await? else {
            return Err(LedgerError::NotFounded { ledger: self.name().into() });
        };
        let mut homes: Vec<Home> = row.json(0, "the place it lives")?;
        homes.retain(|known| known != home && known.place == home.place && known.within == home.within);
        if self.database.kind() == Kind::Sqlite {
            homes.clear();
        }
        homes.push(home.clone());
        work.execute("UPDATE meta SET homes = $1 WHERE one = 1", &[Home::list(&homes).into()]).await?;
        work.act("accept", by, reason, &Home::list(std::slice::from_ref(home)), now).await?;
        work.commit().await?;
        self.take_as_whole().await
    }

    async fn sqlite_place(&self) -> Result<(String, String), LedgerError> {
        use std::os::unix::fs::MetadataExt as _;

        let mut work = self.reading("read where the ledger lives").await?;
        let row = work.fetch_optional("SELECT file FROM pragma_database_list WHERE name = 'main'", &[]).await?;
        let file = match row {
            Some(row) => row.text(0)?,
            None => return Err(self.no_place("SQLite does not say which file it has open".into())),
        };
        let path = Path::new(&file).canonicalize().map_err(|error| self.no_place(error.to_string()))?;
        let inode = std::fs::metadata(&path).map_err(|error| self.no_place(error.to_string()))?.ino();
        Ok((path.display().to_string(), format!("inode {inode}")))
    }

    async fn postgres_place(&self) -> Result<(String, String), LedgerError> {
        let mut work = self.reading("read where the ledger lives").await?;
        let may = "SELECT has_function_privilege('pg_control_system()', 'execute')";
        let may = work.fetch_optional(may, &[]).await?.is_some_and(|row| row.flag(0).unwrap_or(false));
        let place = if may {
            "SELECT 'server ' || CAST(system_identifier AS TEXT) FROM pg_control_system()"
        } else {
            "SELECT 'address ' || coalesce(host(inet_server_addr()), 'local') || ' ' || current_setting('port')"
        };
        let within = "SELECT 'database ' || CAST(oid AS TEXT) || ' schema ' || coalesce(current_schema(), '')
                      FROM pg_database WHERE datname = current_database()";
        match (work.fetch_optional(place, &[]).await?, work.fetch_optional(within, &[]).await?) {
            (Some(place), Some(within)) => Ok((place.text(0)?, within.text(0)?)),
            _ => Err(self.no_place("the server does not say which one it is".into())),
        }
    }

    fn no_place(&self, why: String) -> LedgerError {
        LedgerError::NoPlace { ledger: self.name().into(), why }
    }
}
