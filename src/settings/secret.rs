//! Secrets: where one lies, and the only way in which one is read.
//!
//! Owns every reading of a password, a key and a token's secret. Must not know what it opens. A secret is never a setting itself
//! and never stands in the environment; it comes from a file, or from a credential that systemd hands to the service. The
//! buffer that it is read into is overwritten, and what is kept of it is a [`SecretString`], which does not show itself.
//!
//! **Copies that are not overwritten** are made by the libraries that use a secret: lettre's credentials while it signs in,
//! sqlx's options of a connection for as long as the database is open, ring's key while a token is signed, and the buffers in
//! which ureq and TLS send. A core dump would hold them, so the unit allows none.

use std::{
    env,
    fs::File,
    io::{self, Read},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    str::FromStr,
};

use secrecy::SecretString;
use serde::Deserialize;
use thiserror::Error;
use zeroize::Zeroizing;

/// In bytes. A client's secret has some forty, a token some thousand.
const LARGEST: usize = 16 * 1024;
const CREDENTIAL: &str = "credential:";
/// Bits of a file's mode: others may read it, others may write it.
const OTHERS: u32 = 0o006;

/// Where a secret lies.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum SecretPlace {
    /// In a file that holds nothing else.
    File(PathBuf),
    /// In the credential of this name that systemd hands to the unit.
    Credential(String),
}

impl TryFrom<String> for SecretPlace {
    type Error = String;

    fn try_from(text: String) -> Result<SecretPlace, String> {
        match text.strip_prefix(CREDENTIAL) {
            None if text.trim().is_empty() => Err("name a file, or `credential:NAME`".to_owned()),
            None => Ok(SecretPlace::File(PathBuf::from(text))),
            Some(name) if is_name(name) => Ok(SecretPlace::Credential(name.to_owned())),
            Some(_) => Err("a credential's name is made of letters, digits, `-`, `_` and `.`".to_owned()),
        }
    }
}

impl FromStr for SecretPlace {
    type Err = String;

    fn from_str(text: &str) -> Result<SecretPlace, String> {
        SecretPlace::try_from(text.to_owned())
    }
}

/// A name that leads nowhere but into the unit's own folder.
fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !name.is_empty() && !name.starts_with('.') && name.chars().all(plain)
}

/// Why a secret cannot be had. No text repeats any of it.
#[derive(Debug, Error)]
pub enum SecretError {
    /// The file.
    #[error("cannot read {what} in {}: {source}", path.display())]
    Unreadable {
        /// What it should hold.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Anybody on the machine could know it, or put another in its place.
    #[error(
        "{what} in {0} is not used: others on this machine can read or change the file; run `chmod o-rwx {0}`, and change the secret, \
         because it may be known", path.display()
    )]
    Open {
        /// What it holds.
        what: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// Nothing in it, too much in it, or no text.
    #[error("{what} in {} cannot be used: the file {why}; it holds the secret and nothing else", path.display())]
    NoSecret {
        /// What it should hold.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// systemd handed over no credentials, or not this one.
    #[error(
        "cannot read {what}: there is no credential {name}; add `LoadCredential={name}:/etc/credstore/duewatch.{name}` to the unit. \
         Outside the unit, as for `duewatch check` by hand, there are none: run it with `systemd-run -p LoadCredential=...`"
    )]
    NoCredential {
        /// What it should hold.
        what: &'static str,
        /// Its name.
        name: String,
    },
}

impl SecretPlace {
    /// The secret, without the line break at its end. `what` says what it is, as in "the password of the ledger".
    pub fn read(&self, what: &'static str) -> Result<SecretString, SecretError> {
        let folder = env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
        self.read_with(what, folder.as_deref())
    }

    fn read_with(&self, what: &'static str, credentials: Option<&Path>) -> Result<SecretString, SecretError> {
        match self {
            SecretPlace::File(path) => read(what, path),
            SecretPlace::Credential(name) => {
                let missing = || SecretError::NoCredential { what, name: name.clone() };
                match read(what, &credentials.ok_or_else(missing)?.join(name)) {
                    Err(SecretError::Unreadable { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                        Err(missing())
                    }
                    read => read,
                }
            }
        }
    }

    /// A relative path is taken from this folder.
    pub(super) fn rebase(&mut self, folder: &Path) {
        if let SecretPlace::File(path) = self {
            *path = folder.join(&*path);
        }
    }
}

fn read(what: &'static str, path: &Path) -> Result<SecretString, SecretError> {
    let unreadable = |source| SecretError::Unreadable { what, path: path.to_owned(), source };
    let useless = |why| SecretError::NoSecret { what, path: path.to_owned(), why };
    let file = File::open(path).map_err(unreadable)?;
    // Of the file that was opened, so that none can be put in its place in between.
    if file.metadata().map_err(unreadable)?.permissions().mode() & OTHERS != 0 {
        return Err(SecretError::Open { what, path: path.to_owned() });
    }
    // As large as it may ever be: a buffer that grows leaves copies behind.
    let mut bytes = Zeroizing::new(vec![0; LARGEST + 1]);
    let length = fill(file, &mut bytes).map_err(unreadable)?;
    if length > LARGEST {
        return Err(useless("is too large"));
    }
    let text =
        std::str::from_utf8(bytes.get(..length).unwrap_or_default()).map_err(|_| useless("is no text in UTF-8"))?;
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.trim().is_empty() {
        return Err(useless("is empty"));
    }
    Ok(SecretString::from(secret))
}

/// Reads until the end, or until there is no more room.
fn fill(mut file: File, bytes: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while let Some(room) = bytes.get_mut(length..).filter(|room| !room.is_empty()) {
        match file.read(room) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};

    use secrecy::ExposeSecret;

    use super::*;

    const MARKER: &str = "open-sesame";

    fn place(text: &str) -> Result<SecretPlace, String> {
        SecretPlace::try_from(text.to_owned())
    }

    fn file(folder: &Path, name: &str, bytes: &[u8], mode: u32) -> SecretPlace {
        let path = folder.join(name);
        fs::write(&path, bytes).expect("written");
        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("set");
        SecretPlace::File(path)
    }

    #[test]
    fn a_secret_ends_before_its_line_break() {
        let folder = tempfile::tempdir().expect("a folder");
        for (bytes, secret) in [("open-sesame\r\n", MARKER), (" open sesame ", " open sesame "), ("é\n\n", "é")] {
            let read = file(folder.path(), "s", bytes.as_bytes(), 0o640).read("a password").expect("a secret");
            assert_eq!(read.expose_secret(), secret);
            assert!(!format!("{read:?}").contains(secret));
        }
    }

    #[test]
    fn a_file_that_others_can_read_or_change_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        for mode in [0o644, 0o604, 0o666, 0o602, 0o777, 0o646] {
            let refused = file(folder.path(), "s", MARKER.as_bytes(), mode).read("a password").expect_err("open");
            let text = format!("{refused} {refused:?}");
            assert!(text.contains("run `chmod o-rwx /") && !text.contains(MARKER), "{text}");
        }
        for mode in [0o600, 0o400, 0o640, 0o660, 0o440] {
            file(folder.path(), "s", MARKER.as_bytes(), mode).read("a password").expect("closed");
            fs::remove_file(folder.path().join("s")).expect("removed");
        }
    }

    #[test]
    fn what_is_no_secret_is_refused_without_repeating_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let long = MARKER.repeat(2_000);
        for bytes in [&b""[..], b"\n", b" \n", b"open-sesame\xff", long.as_bytes()] {
            let refused = file(folder.path(), "s", bytes, 0o600).read("a password").expect_err("none");
            assert!(!format!("{refused} {refused:?}").contains(MARKER), "{refused}");
        }
        let missing =
            SecretPlace::File(folder.path().join("nowhere")).read("a password").expect_err("none").to_string();
        assert!(missing.contains("nowhere"), "{missing}");
    }

    #[test]
    fn a_credential_lies_in_the_folder_of_the_unit() {
        let folder = tempfile::tempdir().expect("a folder");
        file(folder.path(), "smtp", MARKER.as_bytes(), 0o400);
        let read = |name: &str, folder| place(name).expect("a place").read_with("a password", folder);
        let secret = read("credential:smtp", Some(folder.path())).expect("a secret");
        assert_eq!(secret.expose_secret(), MARKER);
        for missing in [read("credential:smtp", None), read("credential:other", Some(folder.path()))] {
            let refused = missing.map(|_| ()).expect_err("none").to_string();
            assert!(refused.contains("add `LoadCredential="), "{refused}");
        }
        file(folder.path(), "open", MARKER.as_bytes(), 0o444);
        assert!(matches!(read("credential:open", Some(folder.path())), Err(SecretError::Open { .. })));
    }

    #[test]
    fn a_credential_leads_nowhere_else() {
        for name in ["", "..", "../x", "a/b", ".x", "a b", "é"] {
            assert!(place(&format!("credential:{name}")).is_err(), "{name}");
        }
        assert!(place(" ").is_err());
        assert_eq!(place("x/credential:y"), Ok(SecretPlace::File("x/credential:y".into())));
    }
}
