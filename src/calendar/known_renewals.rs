//! What a published list changes: each day it has, leaves out or withdraws, against what was known; each effect by hand.

use chrono::NaiveDate;

use super::{Almanac, AlmanacError, Change, Feed, HolidayFile, Holidays, Renewal, RenewalError};

const EW: &str = "england-and-wales";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Lines without their sources, as one text.
fn text(id: &str, lines: &[&str], source: &str) -> String {
    let lines: Vec<_> = lines.iter().map(|line| format!("{line} | {source}\n")).collect();
    format!("calendar = {id}\n{}", lines.concat())
}

/// What is there, with the authority's own file of these lines.
fn own(id: &str, lines: &[&str]) -> Almanac {
    let mut almanac = Almanac::default();
    almanac.add(HolidayFile::parse(id, &text(id, lines, "us")).unwrap());
    almanac
}

fn renew(almanac: &Almanac, id: &str, listed: &[&str], withdrawn: &[&str]) -> Result<Renewal, RenewalError> {
    let feed = Feed::read(id, &text(id, listed, "them"), "a list").unwrap();
    let withdrawn: Vec<_> = withdrawn.iter().map(|on| day(on)).collect();
    almanac.renewed(id, &feed, &withdrawn)
}

fn changes(renewal: &Renewal) -> Vec<String> {
    renewal.changes.iter().map(|Change { on, title, kind }| format!("{kind} {on} {title}")).collect()
}

/// The own file that is to be written, less the sources; nothing if it stays as it is.
fn lines(renewal: &Renewal) -> Vec<String> {
    let days = renewal.file.iter().flat_map(|file| &file.days);
    days.map(|day| format!("{} {} {} {}", day.on, day.status, day.kind(), day.title)).collect()
}

#[test]
fn what_a_list_says_of_a_day_against_what_is_known_of_it() {
    const NEW_YEAR: &str = "2026-01-01 published regular New Year";
    // Of Monday 1 June: what is known, what the list has, what is new and what is written down of it. Nothing new,
    // nothing written.
    for (known, listed, new, written) in [
        ("", "published regular Fair", "added", "published regular Fair"),
        ("", "provisional regular Fair", "added", "provisional regular Fair"),
        // As well known before.
        ("published regular Fair", "published regular Market", "", ""),
        ("published regular Fair", "provisional regular Fair", "", ""),
        ("provisional regular Fair", "provisional regular Market", "", ""),
        // Better known now. What was computed takes the list's name; whether it returns, the list may not know.
        ("provisional one-off Fair", "published substitute Market", "confirmed", "published substitute+one-off Market"),
        ("inferred regular Fair", "third-party substitute Market", "confirmed", "third-party regular Fair"),
        // What a person has withdrawn no computed day brings back, but a published one does.
        ("withdrawn regular Fair", "provisional regular Fair", "", ""),
        ("withdrawn regular Fair", "published regular Fair", "added", "published regular Fair"),
        ("published regular Fair", "withdrawn regular Fair", "withdrawn", "withdrawn regular Fair"),
        ("withdrawn regular Fair", "withdrawn regular Fair", "", ""),
    ] {
        let (known, listed) = (format!("2026-06-01 {known}"), format!("2026-06-01 {listed}"));
        let known: &[&str] = if known.len() > 11 { &[NEW_YEAR, &known] } else { &[NEW_YEAR] };
        let almanac = own("trial", known);
        let renewal = renew(&almanac, "trial", &[NEW_YEAR, &listed], &[]).unwrap();
        let expected = match written.rsplit_once(' ') {
            Some((_, title)) => (vec![format!("{new} 2026-06-01 {title}")], format!("2026-06-01 {written}")),
            None => (Vec::new(), String::new()),
        };
        let got = (changes(&renewal), lines(&renewal).pop().unwrap_or_default());
        assert_eq!(got, expected, "{known:?}, and the list has {listed}");
        let file = renewal.file.unwrap_or_else(|| almanac.own("trial").unwrap().clone());
        assert_eq!(renewal.holidays.hash(), Holidays::of(file).hash());
    }
}

#[test]
fn what_a_list_leaves_out_is_still_expected_in_the_years_it_speaks_of() {
    let almanac = own(
        "trial",
        &[
            "2026-01-01 published regular New Year",
            "2027-06-07 provisional regular Fair",
            "2027-12-27 provisional regular Yule",
            "2028-06-05 provisional regular Fair",
        ],
    );
    let list = ["2027-06-07 provisional regular Fair", "2027-06-14 published one-off Wedding"];
    let renewal = renew(&almanac, "trial", &list, &[]).unwrap();
    assert_eq!(changes(&renewal), ["added 2027-06-14 Wedding", "still expected 2027-12-27 Yule"]);
    assert_eq!(lines(&renewal).len(), 5);
    // To expect a day is nothing new.
    assert_eq!(renew(&almanac, "trial", &list[..1], &[]).unwrap().file, None);
}

#[test]
fn what_is_withdrawn_has_to_be_a_holiday_that_the_list_does_not_have() {
    let almanac = own(
        "trial",
        &[
            "2026-01-01 published regular New Year",
            "2026-06-01 published regular Fair",
            "2026-12-24 withdrawn regular Eve",
        ],
    );
    let list = ["2026-01-01 published regular New Year"];
    let renewal = renew(&almanac, "trial", &list, &["2026-06-01"]).unwrap();
    assert_eq!(changes(&renewal), ["withdrawn 2026-06-01 Fair"]);
    assert_eq!(lines(&renewal)[1], "2026-06-01 withdrawn regular Fair");
    assert_eq!(renewal.file.unwrap().days[1].source, "a list", "who says so now");
    assert!(renewal.holidays.on(day("2026-06-01")).is_none());
    // Said twice, by the list and by hand, or said before: it is the same word.
    let both = [list[0], "2026-06-01 withdrawn regular Fair"];
    let said = |list: &[&str], on: &str| changes(&renew(&almanac, "trial", list, &[on]).unwrap());
    assert_eq!(said(&both, "2026-06-01"), ["withdrawn 2026-06-01 Fair"]);
    assert_eq!(said(&both, "2026-12-24"), ["withdrawn 2026-06-01 Fair"]);

    let refused = |on: &str| renew(&almanac, "trial", &list, &[on]).unwrap_err().to_string();
    for (on, words) in [
        ("2026-01-01", "the list itself has it, line 2, column 1; leave one of the two out"),
        ("2026-06-02", "it is no holiday of trial; check the date"),
    ] {
        assert_eq!(refused(on), format!("{on} cannot be withdrawn: {words}"));
    }
}

#[test]
fn a_list_that_leaves_out_a_known_day_is_refused() {
    let almanac = own(
        "trial",
        &[
            "2025-12-25 published regular Christmas",
            "2026-01-01 published regular New Year",
            "2026-06-01 inferred regular Fair",
            "2026-12-28 provisional regular Boxing Day",
        ],
    );
    let refused = |list: &[&str]| renew(&almanac, "trial", list, &[]).unwrap_err().to_string();
    let again = "A list that drops a known day is out of date or cut short: fetch it again. If such a day is no holiday \
                 any more, say so with --withdraw DATE for each";
    // 2025 has left the list, and Boxing Day is only computed.
    assert_eq!(
        refused(&["2026-12-25 published regular Christmas"]),
        format!(
            "the list drops 2 days of trial that are already known:\n  2026-01-01 New Year, which should stand at line 2, \
             column 1\n  2026-06-01 Fair, which should stand at line 2, column 1\n{again}"
        )
    );
    assert_eq!(
        refused(&["2026-01-01 published regular New Year"]),
        format!(
            "the list drops a day of trial that is already known:\n  2026-06-01 Fair, which should stand at line 3, \
             column 1\n{again}"
        )
    );
    let whole = ["2026-01-01 published regular New Year", "2026-06-01 published regular Fair"];
    assert_eq!(
        changes(&renew(&almanac, "trial", &whole, &[]).unwrap()),
        ["confirmed 2026-06-01 Fair", "still expected 2026-12-28 Boxing Day"]
    );
}

#[test]
fn the_own_file_keeps_what_differs_from_what_is_shipped() {
    // New Year as it is shipped now, Good Friday under another name, the early May holiday taken away by mistake, Boxing
    // Day from before it was published; two computed days, one under another name; and a year that nobody ships.
    let almanac = own(
        EW,
        &[
            "2028-01-03 published substitute New Year’s Day",
            "2028-04-14 published regular Karfreitag",
            "2028-05-01 withdrawn regular Early May bank holiday",
            "2028-12-26 provisional regular Boxing Day",
            "2029-12-25 provisional regular Christmas Day",
            "2030-01-01 provisional regular Neujahr",
            "2036-01-01 provisional regular New Year’s Day",
        ],
    );
    let shipped = Holidays::shipped(EW).unwrap();
    let mut listed: Vec<_> =
        shipped.in_year(2028).map(|day| format!("{} published {} {}", day.on, day.kind(), day.title)).collect();
    listed.insert(4, "2028-05-22 published one-off A wedding".to_owned());
    let listed: Vec<_> = listed.iter().map(String::as_str).collect();
    let renewal = renew(&almanac, EW, &listed, &[]).unwrap();
    assert_eq!(changes(&renewal), ["added 2028-05-01 Early May bank holiday", "added 2028-05-22 A wedding"]);
    assert_eq!(
        lines(&renewal),
        [
            "2028-04-14 published regular Karfreitag",
            "2028-05-01 published regular Early May bank holiday",
            "2028-05-22 published one-off A wedding",
            "2030-01-01 provisional regular Neujahr",
            "2036-01-01 provisional regular New Year’s Day",
        ]
    );
}

#[test]
fn a_union_is_renewed_by_its_members() {
    let renewable = |id: &str| Almanac::default().renewable(id).map(|holidays| holidays.id().to_owned());
    assert_eq!(renewable("scotland"), Ok("scotland".to_owned()));
    assert_eq!(
        renewable("united-kingdom").unwrap_err().to_string(),
        "calendar united-kingdom is the union of england-and-wales, scotland, northern-ireland; renew those"
    );
    assert!(matches!(renewable("atlantis"), Err(RenewalError::Almanac(AlmanacError::NoSuchCalendar { .. }))));
}
