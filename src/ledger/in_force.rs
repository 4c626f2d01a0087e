//! By what the ledger was last run. Each change of it is a deed.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::{Ledger, LedgerError};

impl Ledger {
    /// Chains what has changed since this was last said; if nothing has, nothing is written. `in_force` is an object, whose
    /// parts are compared one by one. It holds no secret and nothing of a child.
    pub async fn note_in_force(&self, in_force: &Value, now: DateTime<Utc>) -> Result<(), LedgerError> {
        if self.in_force().await? == *in_force {
            return Ok(());
        }
        let mut work = self.writing("record what is in force").await?;
        let was = match work.fetch_optional("SELECT in_force FROM meta WHERE one = 1", &[]).await? {
            Some(row) => row.json(0, "what was in force")?,
            None => return Err(LedgerError::NotFounded { ledger: self.name().into() }),
        };
        let changed = changes(&was, in_force);
        if changed.is_empty() {
            return Ok(());
        }
        work.execute("UPDATE meta SET in_force = $1 WHERE one = 1", &[in_force.to_string().into()]).await?;
        work.chain_one("in_force", None, &json!({ "what": "in_force", "changed": changed }), now).await?;
        work.commit().await
    }

    async fn in_force(&self) -> Result<Value, LedgerError> {
        let mut work = self.reading("read what is in force").await?;
        match work.fetch_optional("SELECT in_force FROM meta WHERE one = 1", &[]).await? {
            Some(row) => row.json(0, "what is in force"),
            None => Err(LedgerError::NotFounded { ledger: self.name().into() }),
        }
    }
}

/// What is now otherwise than it was: by its path, what it was and what it is.
fn changes(was: &Value, is: &Value) -> Map<String, Value> {
    let mut changed = Map::new();
    compare("", was, is, &mut changed);
    changed
}

fn compare(path: &str, was: &Value, is: &Value, changed: &mut Map<String, Value>) {
    if was == is {
        return;
    }
    let (Value::Object(before), Value::Object(after)) = (was, is) else {
        changed.insert(path.to_owned(), json!({ "was": was, "is": is }));
        return;
    };
    for key in before.keys().chain(after.keys().filter(|key| !before.contains_key(*key))) {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let part = |of: &Map<String, Value>| of.get(key).cloned().unwrap_or(Value::Null);
        compare(&path, &part(before), &part(after), changed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changed_is_named() {
        let was = json!({ "settings": { "mail": { "from": "a", "smtp": { "port": 25 } } }, "program": "1" });
        let is =
            json!({ "settings": { "mail": { "from": "a", "smtp": { "port": 587 } }, "new": true }, "program": "1" });
        let changed = Value::Object(changes(&was, &is));
        assert_eq!(
            changed,
            json!({
                "settings.mail.smtp.port": { "was": 25, "is": 587 },
                "settings.new": { "was": null, "is": true },
            })
        );
    }
}
