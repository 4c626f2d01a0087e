//! Contradictions that the shape of the file cannot rule out. All of them are found before any is reported.

mod mail;

use super::{Settings, file::is_url};

/// Every problem, each beginning with its key.
pub(super) fn problems(settings: &Settings) -> Vec<String> {
    let mut problems = Vec::new();
    let mut problem = |holds: bool, text: &str| {
        if !holds {
            problems.push(text.to_owned());
        }
    };
    let Settings { authority, source, ledger, mail, sending, schedule, calendars: _, directory: _, as_read: _ } =
        settings;
    problem(is_id(&authority.id), "authority.id: write a short id of small letters, digits and hyphens");
    problem(!authority.procedure.trim().is_empty(), "authority.procedure: name a shipped procedure or a file");
    problem((1..=100).contains(&source.shrink_percent), "source.shrink_percent: write a share from 1 to 100");
    problem(source.statement_timeout_ms > 0, "source.statement_timeout_ms: write at least 1");
    problem(source.stale_hours > 0, "source.stale_hours: write at least 1");
    for (key, database, schema, password) in [
        ("source", &source.database, source.schema.is_some(), source.password_file.is_some()),
        ("ledger", &ledger.database, false, ledger.password_file.is_some()),
    ] {
        let url = is_url(database);
        problem(
            !has_password(database),
            &format!("{key}.database: leave the password out and set {key}.password_file"),
        );
        problem(url || !schema, &format!("{key}.schema: only PostgreSQL has schemas; take it out for an SQLite file"));
        problem(url || !password, &format!("{key}.password_file: an SQLite file has no password; take it out"));
    }
    problem(
        source.database != ledger.database,
        "ledger.database: the ledger cannot be the case database; give it a file or database of its own",
    );
    problem(
        ledger.head_file.is_some() || !is_url(&ledger.database),
        "ledger.head_file: name a file on this machine, such as /var/lib/duewatch/ledger.head; by it a restored ledger is known",
    );
    problem(ledger.keep_days >= 92, "ledger.keep_days: write at least 92");
    problem(ledger.keep_mail_days >= 1, "ledger.keep_mail_days: write at least 1");
    mail::problems(mail, &mut problem);
    problem(sending.detail_lines > 0, "sending.detail_lines: write at least 1");
    problem(sending.morning_at < sending.until, "sending.until: must be later than sending.morning_at");
    problem(
        schedule.poll.parse::<croner::Cron>().is_ok() && schedule.poll.split_whitespace().count() == 5,
        "schedule.poll: write a cron pattern of five fields, such as `*/15 * * * *`",
    );
    problem(
        !leaves_a_day_out(&schedule.poll),
        "schedule.poll: leaves more than a day without a poll; a deadline must be looked at every day",
    );
    problems
}

/// Whether the pattern is valid and yet lets more than a day pass without a poll, looked at over a leap year.
fn leaves_a_day_out(poll: &str) -> bool {
    let Ok(cron) = poll.parse::<croner::Cron>() else { return false };
    let first =
        chrono::NaiveDate::from_ymd_opt(2028, 1, 1).unwrap_or_default().and_time(chrono::NaiveTime::MIN).and_utc();
    let mut after = first;
    while after < first + chrono::TimeDelta::days(366) {
        // A day is enough to look ahead in: a pattern of every minute is asked 366 times, not half a million.
        match cron.find_next_occurrence(&after, false) {
            Ok(next) if next - after <= chrono::TimeDelta::hours(26) => {
                after = next.max(after + chrono::TimeDelta::hours(24));
            }
            _ => return true,
        }
    }
    false
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 60 && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Whether a URL carries `user:password@`.
fn has_password(database: &str) -> bool {
    let after = database.split_once("://").map_or("", |(_, rest)| rest);
    after.split('/').next().and_then(|host| host.rsplit_once('@')).is_some_and(|(user, _)| user.contains(':'))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Settings, SettingsError};

    fn load(text: &str) -> Result<Settings, SettingsError> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("duewatch.toml");
        std::fs::write(&path, text).expect("written");
        Settings::load(&path)
    }

    const GOOD: &str = r#"
        [authority]
        id = "council"
        procedure = "hertfordshire"
        [source]
        database = "case.db"
        [ledger]
        database = "ledger.db"
        [mail]
        channel = "files"
        directory = "mail"
        from = "duewatch@council.example"
        reply_to = "duty@council.example"
        allowed_domains = ["council.example"]
        last_recipient = "duty@council.example"
        corrections = "the data team"
    "#;

    #[test]
    fn a_small_file_is_enough_and_its_paths_are_taken_from_its_own_folder() {
        let settings = load(GOOD).expect("valid");
        assert!(Path::new(&settings.source.database).is_absolute() && settings.source.database.ends_with("/case.db"));
        assert_eq!(settings.schedule.poll, "*/15 * * * *");
    }

    #[test]
    fn a_wrong_key_is_named() {
        let error = load(&GOOD.replace("reply_to", "replyto")).expect_err("refused").to_string();
        assert!(error.contains("replyto"), "{error}");
    }

    #[test]
    fn every_problem_is_reported_at_once() {
        let text = GOOD
            .replace("ledger.db", "case.db")
            .replace("\"duty@council.example\"\n        corrections", "\"nobody\"\n        corrections")
            .replace("directory = \"mail\"", "case_link = \"http://case/\"");
        let error = load(&text).expect_err("refused").to_string();
        for key in ["ledger.database", "mail.last_recipient", "mail.directory", "mail.case_link"] {
            assert!(error.contains(key), "{key} is missing in: {error}");
        }
    }

    #[test]
    fn a_password_in_a_url_is_refused_without_repeating_it() {
        let error = load(&GOOD.replace("case.db", "postgres://reader:open-sesame@db/case")).expect_err("refused");
        assert!(error.to_string().contains("source.password_file"), "{error}");
        assert!(!error.to_string().contains("open-sesame"), "{error}");
    }
}
