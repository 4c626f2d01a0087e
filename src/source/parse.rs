//! From the text of a column to a value. Both databases hand over text, so this is the only place that reads it.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use super::Defect;
use crate::calendar::Zone;
use crate::record::{AttributeType, PersonRef, TeamRef, Value, When};

/// A column's text without padding; nothing where it is empty or `-1`, which stands for "none" in some case systems, or holds
/// a control character, which no id does.
pub(crate) fn id(text: Option<&str>) -> Option<&str> {
    said(text).filter(|text| *text != "-1" && !text.bytes().any(|byte| byte.is_ascii_control()))
}

/// A column's text without padding; nothing where it is empty.
pub(crate) fn said(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// One attribute. An empty one is `Missing`.
pub(crate) fn value(holds: AttributeType, text: Option<&str>, zone: Zone) -> Result<Value, Defect> {
    let value = match holds {
        AttributeType::Person => id(text).map(|id| Value::Person(PersonRef(id.into()))),
        AttributeType::Team => id(text).map(|id| Value::Team(TeamRef(id.into()))),
        AttributeType::Fact(_) => id(text).map(|id| Value::Fact(id.into())),
        AttributeType::Flag => said(text).map(flag).transpose()?.map(Value::Flag),
        AttributeType::Count => said(text).map(count).transpose()?.map(Value::Count),
        AttributeType::Code(known) => said(text).map(|text| code(text, known)).transpose()?.map(Value::Code),
        AttributeType::Date => date(text, zone)?.map(Value::Date),
    };
    Ok(value.unwrap_or(Value::Missing))
}

/// A date, perhaps with a time; nothing where it is empty or says 9999-12-31, which stands for "no end".
pub(crate) fn date(text: Option<&str>, zone: Zone) -> Result<Option<When>, Defect> {
    let Some(text) = said(text) else { return Ok(None) };
    let moment = Moment::read(text).ok_or(Defect::NotADate)?;
    if moment.local.date() == NO_END {
        return Ok(None);
    }
    if !(FIRST..LAST).contains(&moment.local.date()) {
        return Err(Defect::NotADate);
    }
    let at = moment.instant(zone);
    let on = moment.offset.map_or(moment.local.date(), |_| zone.local_date(at));
    // Midnight on the authority's own clock is what case systems write for "no time given".
    let known = moment.timed && at != zone.resolve(on.and_time(NaiveTime::MIN));
    Ok(Some(When { on, at: known.then_some(at) }))
}

/// A date and time as an instant; a date alone is its first instant.
pub(crate) fn instant(text: Option<&str>, zone: Zone) -> Result<Option<DateTime<Utc>>, Defect> {
    let Some(text) = said(text) else { return Ok(None) };
    let moment = Moment::read(text).ok_or(Defect::NotADate)?;
    let within = (FIRST..LAST).contains(&moment.local.date());
    if within { Ok(Some(moment.instant(zone))) } else { Err(Defect::NotADate) }
}

/// What some systems store for "no end".
const NO_END: NaiveDate = day(9999, 12, 31);
/// SQL Server's zero is 1 January 1900; nothing real is that old.
const FIRST: NaiveDate = day(1900, 1, 2);
/// Nothing real is that far away.
const LAST: NaiveDate = day(2200, 1, 1);

const fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, month, day) {
        Some(on) => on,
        None => NaiveDate::MIN,
    }
}

fn flag(text: &str) -> Result<bool, Defect> {
    match text.to_ascii_lowercase().as_str() {
        "y" | "yes" | "true" | "1" => Ok(true),
        "n" | "no" | "false" | "0" => Ok(false),
        _ => Err(Defect::NotAFlag),
    }
}

/// A database that holds numbers with decimals writes `4.00`.
fn count(text: &str) -> Result<u32, Defect> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let plain = whole.bytes().all(|byte| byte.is_ascii_digit()) && decimals.bytes().all(|byte| byte == b'0');
    whole.parse().ok().filter(|_| plain).ok_or(Defect::NotACount)
}

fn code(text: &str, known: &[&str]) -> Result<String, Defect> {
    if known.is_empty() {
        return Ok(text.to_owned());
    }
    let found = known.iter().find(|code| code.eq_ignore_ascii_case(text));
    found.map(|code| (*code).to_owned()).ok_or(Defect::UnknownCode)
}

/// A date as it is written: `2026-11-22`, `2026-11-22 14:05`, `2026-11-22T14:05:09.25`, with `Z`, `+00`, `+0100` or
/// `+01:00` behind a time or not.
struct Moment {
    local: NaiveDateTime,
    timed: bool,
    offset: Option<FixedOffset>,
}

impl Moment {
    fn read(text: &str) -> Option<Moment> {
        let (date, rest) = text.split_at_checked(10)?;
        let on = read_day(date)?;
        if rest.is_empty() {
            return Some(Moment { local: on.and_time(NaiveTime::MIN), timed: false, offset: None });
        }
        let rest = rest.strip_prefix(['T', 't', ' '])?.trim();
        let (time, offset) = split_offset(rest)?;
        Some(Moment { local: on.and_time(read_time(time)?), timed: true, offset })
    }

    fn instant(&self, zone: Zone) -> DateTime<Utc> {
        match self.offset {
            None => zone.resolve(self.local),
            Some(offset) => (self.local - TimeDelta::seconds(offset.local_minus_utc().into())).and_utc(),
        }
    }
}

fn read_day(text: &str) -> Option<NaiveDate> {
    let mut parts = text.split('-');
    let (year, month, day) = (digits(parts.next()?, 4)?, digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    if parts.next().is_some() {
        return None;
    }
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

/// Hours and minutes, perhaps seconds, perhaps a fraction, of which microseconds are kept.
fn read_time(text: &str) -> Option<NaiveTime> {
    let (clock, fraction) = text.split_once('.').map_or((text, None), |(clock, fraction)| (clock, Some(fraction)));
    let mut parts = clock.split(':');
    let (hour, minute) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let second = parts.next().map_or(Some(0), |second| digits(second, 2))?;
    if parts.next().is_some() {
        return None;
    }
    let micros = match fraction {
        None => 0,
        Some(fraction) if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) => return None,
        Some(fraction) => format!("{fraction:0<6}").get(..6)?.parse().ok()?,
    };
    NaiveTime::from_hms_micro_opt(hour, minute, second, micros)
}

fn split_offset(text: &str) -> Option<(&str, Option<FixedOffset>)> {
    if let Some(time) = text.strip_suffix(['Z', 'z']) {
        return Some((time.trim_end(), FixedOffset::east_opt(0)));
    }
    let Some(at) = text.find(['+', '-']) else { return Some((text, None)) };
    let (time, offset) = text.split_at_checked(at)?;
    let (sign, offset) = offset.split_at_checked(1)?;
    let offset = offset.replace(':', "");
    let (hours, minutes) = match offset.len() {
        2 => (digits(&offset, 2)?, 0),
        4 => (digits(offset.get(..2)?, 2)?, digits(offset.get(2..)?, 2)?),
        _ => return None,
    };
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok().filter(|_| minutes < 60)?;
    let offset = FixedOffset::east_opt(if sign == "-" { -seconds } else { seconds })?;
    Some((time.trim_end(), Some(offset)))
}

fn digits(text: &str, width: usize) -> Option<u32> {
    let plain = text.len() == width && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn london() -> Zone {
        Zone::from_name("Europe/London").unwrap()
    }

    fn read(text: &str) -> Option<(String, Option<String>)> {
        let when = date(Some(text), london()).ok()??;
        Some((when.on.to_string(), when.at.map(|at| at.format("%FT%T%.fZ").to_string())))
    }

    fn dated(on: &str, at: Option<&str>) -> (String, Option<String>) {
        (on.into(), at.map(Into::into))
    }

    #[test]
    fn dates_in_every_form_that_case_systems_write() {
        for text in
            ["2026-07-01", " 2026-07-01 ", "2026-07-01 00:00:00", "2026-07-01T00:00:00.000", "2026-06-30T23:00Z"]
        {
            assert_eq!(read(text), Some(dated("2026-07-01", None)), "{text}");
        }
        // Half past two on a wall in July is half past one in Greenwich.
        for text in [
            "2026-07-01 14:30",
            "2026-07-01T14:30:00",
            "2026-07-01T13:30:00Z",
            "2026-07-01 13:30:00+00",
            "2026-07-01 15:30:00.0+0200",
        ] {
            assert_eq!(read(text), Some(dated("2026-07-01", Some("2026-07-01T13:30:00Z"))), "{text}");
        }
        // Late in the evening in Greenwich is the next day on a wall in July, and not in January.
        assert_eq!(read("2026-07-01T23:30:00Z"), Some(dated("2026-07-02", Some("2026-07-01T23:30:00Z"))));
        assert_eq!(read("2026-01-01T23:30:00Z"), Some(dated("2026-01-01", Some("2026-01-01T23:30:00Z"))));
        assert_eq!(read("2026-01-01 09:00:00.1234567"), Some(dated("2026-01-01", Some("2026-01-01T09:00:00.123456Z"))));
    }

    #[test]
    fn what_is_no_date_is_a_fault_and_what_is_empty_is_not() {
        for text in [
            "01/07/2026",
            "2026-7-1",
            "2026-02-30",
            "20260701",
            "2026-07-01 24:00",
            "2026-07-01 12:00:60",
            "2026-07-01x",
            "soon",
            "-1",
            "2026-07-01 ",
            "1900-01-01",
            "0001-01-01 00:00:00",
            "2026-07-01 12:00+1",
            "2026-07-01 12",
            "+2026-07-01",
            "2026-07-01 12:00:00.",
            "2026-07-01 BC",
            "２０２６-07-01",
            "2201-01-01",
            "2026-07-01 12:00+09:99",
        ] {
            let expected =
                if text.trim().len() == 10 && text != text.trim() { Ok(true) } else { Err(Defect::NotADate) };
            assert_eq!(date(Some(text), london()).map(|when| when.is_some()), expected, "{text}");
        }
        for text in [None, Some(""), Some("  "), Some("9999-12-31"), Some("9999-12-31 00:00:00")] {
            assert_eq!(date(text, london()), Ok(None), "{text:?}");
        }
    }

    #[test]
    fn flags_counts_codes_and_ids() {
        let read = |holds, text| value(holds, Some(text), london());
        for (text, expected) in
            [("Y", true), ("yes", true), (" TRUE ", true), ("1", true), ("n", false), ("No", false), ("0", false)]
        {
            assert_eq!(read(AttributeType::Flag, text), Ok(Value::Flag(expected)), "{text}");
        }
        assert_eq!(read(AttributeType::Flag, "maybe"), Err(Defect::NotAFlag));
        assert_eq!(read(AttributeType::Flag, ""), Ok(Value::Missing));
        assert_eq!(read(AttributeType::Count, "4.00"), Ok(Value::Count(4)));
        for text in ["4.5", "-4", "+4", ".", "4 weeks", "99999999999"] {
            assert_eq!(read(AttributeType::Count, text), Err(Defect::NotACount), "{text}");
        }
        let codes = AttributeType::Code(&["initial", "review"]);
        assert_eq!(read(codes, "Review "), Ok(Value::Code("review".into())));
        assert_eq!(read(codes, "other"), Err(Defect::UnknownCode));
        assert_eq!(read(AttributeType::Code(&[]), "Own"), Ok(Value::Code("Own".into())));
        assert_eq!(read(AttributeType::Person, " 12 "), Ok(Value::Person(PersonRef("12".into()))));
        assert_eq!(read(AttributeType::Team, "-1"), Ok(Value::Missing));
    }
}
