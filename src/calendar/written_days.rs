//! A holiday file as a person meets it: how its days are written down, and what a refusal says.

use super::{HolidayFile, HolidayStatus};

#[test]
fn every_status_and_kind_has_its_word() {
    let text = "calendar = trial\n\
        1950-01-02 published regular A | z\n\
        2026-12-24 third-party substitute B | z\n\
        2026-12-25 inferred one-off C | z\n\
        2026-12-28 provisional substitute+one-off D | z\n\
        2100-12-31 withdrawn regular E = F | z\n";
    let file = HolidayFile::parse("trial", text).unwrap();
    let said: Vec<_> =
        file.days.iter().map(|day| (day.title.as_str(), day.status, day.substitute, day.one_off)).collect();
    assert_eq!(
        said,
        [
            ("A", HolidayStatus::Published, false, false),
            ("B", HolidayStatus::ThirdParty, true, false),
            ("C", HolidayStatus::Inferred, false, true),
            ("D", HolidayStatus::Provisional, true, true),
            ("E = F", HolidayStatus::Withdrawn, false, false),
        ]
    );
    // Written down in columns, an empty line before each year.
    let written = "calendar = trial\n\n1950-01-02  published    regular     A  |  z\n\n\
        2026-12-24  third-party  substitute  B  |  z\n\
        2026-12-25  inferred     one-off     C  |  z\n\
        2026-12-28  provisional  substitute+one-off  D  |  z\n\n\
        2100-12-31  withdrawn    regular     E = F  |  z\n";
    assert_eq!(file.to_string(), written);
    assert_eq!(HolidayFile::parse("trial", written), Ok(file));
}

#[test]
fn a_refusal_says_what_is_wrong_and_what_to_write() {
    for (body, words) in [
        (
            "2026-12-26 published regular X | y",
            "2026-12-26 is a Saturday, never a working day; write the substitute day, if there is one",
        ),
        (
            "2026-12-27 published regular X | y",
            "2026-12-27 is a Sunday, never a working day; write the substitute day, if there is one",
        ),
        ("2101-12-26 published regular X | y", "2101-12-26 is outside the years 1950 to 2100"),
    ] {
        let error = HolidayFile::parse("trial", &format!("calendar = trial\n{body}\n")).unwrap_err();
        assert_eq!(error.to_string().split_once(": ").map(|(_, words)| words), Some(words), "{error}");
    }
}
