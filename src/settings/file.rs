//! Reading the file and the environment into one tree.

use std::path::Path;

use config::{Config, ConfigError, Environment, File, FileFormat, Value};
use serde::de::DeserializeOwned;

use super::{
    Authority, Calendars, LedgerPlace, Mail, OwnDirectory, Schedule, Sending, Settings, SettingsError, Source,
};

/// The file first, then `DUEWATCH__SECTION__KEY`. Relative paths in it are taken from the file's own folder.
pub(super) fn read(path: &Path) -> Result<Settings, SettingsError> {
    let unreadable = |why: String| SettingsError::Unreadable { path: path.to_owned(), why };
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    let environment = Environment::with_prefix("DUEWATCH")
        .prefix_separator("__")
        .separator("__")
        .try_parsing(true)
        .list_separator(",")
        .with_list_parse_key("mail.allowed_domains");
    let tree = Config::builder()
        .add_source(File::from_str(&text, FileFormat::Toml))
        .add_source(environment)
        .build()
        .map_err(|error| unreadable(error.to_string()))?;
    let mut settings: Settings = tree.clone().try_deserialize().map_err(|first| mistakes(&tree, &first, path))?;
    settings.as_read = tree.try_deserialize().map_err(|error| unreadable(error.to_string()))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    rebase(&mut settings, folder);
    Ok(settings)
}

/// A reader stops at its first mistake. Each section is read by itself, so that one mistake of each is told at once.
fn mistakes(tree: &Config, first: &ConfigError, path: &Path) -> SettingsError {
    let sections = [
        mistake::<Authority>(tree, "authority", true),
        mistake::<Source>(tree, "source", true),
        mistake::<LedgerPlace>(tree, "ledger", true),
        mistake::<Mail>(tree, "mail", true),
        mistake::<Sending>(tree, "sending", false),
        mistake::<Schedule>(tree, "schedule", false),
        mistake::<Calendars>(tree, "calendars", false),
        mistake::<OwnDirectory>(tree, "directory", false),
    ];
    let problems: Vec<String> = sections.into_iter().flatten().collect();
    if problems.len() < 2 {
        return SettingsError::Unreadable { path: path.to_owned(), why: first.to_string() };
    }
    SettingsError::Invalid { path: path.to_owned(), problems }
}

fn mistake<T: DeserializeOwned>(tree: &Config, section: &str, needed: bool) -> Option<String> {
    match tree.get::<Value>(section) {
        Err(_) => needed.then(|| format!("[{section}] is missing")),
        Ok(value) => value.try_deserialize::<T>().err().map(|error| format!("[{section}] {error}")),
    }
}

fn rebase(settings: &mut Settings, folder: &Path) {
    let database = |text: &mut String| {
        if !is_url(text) {
            *text = folder.join(&*text).display().to_string();
        }
    };
    database(&mut settings.source.database);
    database(&mut settings.ledger.database);
    settings.calendars.directory = folder.join(&settings.calendars.directory);
    let Settings { source, ledger, directory, authority, mail, .. } = settings;
    let (mut secrets, mut authorities) = (vec![&mut source.password_file, &mut ledger.password_file], Vec::new());
    let mut always = Vec::new();
    if let Some(smtp) = &mut mail.smtp {
        secrets.push(&mut smtp.password_file);
        always.extend(smtp.oauth.as_mut().map(|oauth| &mut oauth.client_secret_file));
        authorities.push(&mut smtp.ca_file);
    }
    if let Some(notify) = &mut mail.notify {
        always.push(&mut notify.api_key_file);
        authorities.push(&mut notify.ca_file);
    }
    if let Some(graph) = &mut mail.graph {
        always.push(&mut graph.client_secret_file);
        authorities.push(&mut graph.ca_file);
    }
    secrets.into_iter().flatten().chain(always).for_each(|place| place.rebase(folder));
    let files = [
        &mut ledger.head_file,
        &mut directory.path,
        &mut authority.changes,
        &mut mail.directory,
        &mut mail.templates,
        &mut mail.returns.maildir,
        &mut mail.returns.mbox,
    ];
    for path in files.into_iter().chain(authorities).flatten() {
        *path = folder.join(&*path);
    }
    if Path::new(&settings.authority.procedure).extension().is_some() {
        settings.authority.procedure = folder.join(&settings.authority.procedure).display().to_string();
    }
}

pub(super) fn is_url(database: &str) -> bool {
    database.starts_with("postgres://") || database.starts_with("postgresql://")
}
