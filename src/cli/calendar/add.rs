//! `duewatch calendar add`: the end of a period, one or a batch of them.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    io::BufRead,
};

use chrono::{NaiveDate, NaiveDateTime};
use clap::{Args, ValueEnum};
use serde_json::json;

use super::{
    super::{Ending, Failure, Format, Outcome, output},
    beyond_data,
};
use crate::calendar::{
    Allowance, AllowanceError, Almanac, Calendar, Convention, End, FirstDay, LastDay, Limit, NonWorkingStart, Period,
    PeriodError, Trust, WorkingDays, Zone,
};

#[derive(Debug, Args)]
pub(crate) struct Add {
    /// The calendar, e.g. england-and-wales.
    #[arg(required_unless_present = "batch")]
    calendar: Option<String>,
    /// The day of the event, or, for a period in hours, its local date and time, e.g. 2026-11-20T16:00.
    #[arg(required_unless_present = "batch", allow_hyphen_values = true)]
    date: Option<String>,
    /// The period, e.g. "10 working days", "6 weeks", "12 months", "24 hours, carried to a working day". With a minus sign it
    /// is counted backward; "0 working days" is the date itself or else the next working day.
    #[arg(required_unless_present = "batch", allow_hyphen_values = true)]
    period: Option<String>,
    #[command(flatten)]
    asked: Asked,
    /// Read `calendar,date,period` lines from standard input; each gives one line, and a blank one a blank one.
    #[arg(long, conflicts_with_all = ["calendar", "date", "period", "format"])]
    batch: bool,
    /// How to print.
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// The conventions, as a person chooses them.
#[derive(Clone, Copy, Debug, Args)]
struct Asked {
    /// Whether the day of the event is day 1 (`included`) or the day after it (`excluded`).
    #[arg(long, value_enum, default_value = "excluded")]
    first_day: FirstDayAsked,
    /// What an event on a day that is no working day starts: the next working day is day 1, or it is deemed received then.
    #[arg(long, value_enum, default_value = "next-is-day-one")]
    non_working_start: NonWorkingStartAsked,
    /// What a last day that is no working day becomes.
    #[arg(long, value_enum, default_value = "none")]
    roll: Roll,
    /// Count published holidays only, as the strict reading of a limit does.
    #[arg(long)]
    published_only: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FirstDayAsked {
    Excluded,
    Included,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum NonWorkingStartAsked {
    NextIsDayOne,
    DeemedReceived,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Roll {
    None,
    Next,
    Previous,
}

impl Asked {
    fn convention(self) -> Convention {
        Convention {
            first_day: match self.first_day {
                FirstDayAsked::Excluded => FirstDay::Excluded,
                FirstDayAsked::Included => FirstDay::Included,
            },
            non_working_start: match self.non_working_start {
                NonWorkingStartAsked::NextIsDayOne => NonWorkingStart::NextIsDayOne,
                NonWorkingStartAsked::DeemedReceived => NonWorkingStart::DeemedReceived,
            },
            last_day: match self.roll {
                Roll::None => LastDay::AsIs,
                Roll::Next => LastDay::Next,
                Roll::Previous => LastDay::Previous,
            },
        }
    }

    fn trust(self) -> Trust {
        if self.published_only { Trust::PublishedOnly } else { Trust::WithProvisional }
    }
}

pub(super) fn run(almanac: &Almanac, add: &Add) -> Outcome {
    if add.batch { batch(almanac, add.asked) } else { one(almanac, add) }
}

fn one(almanac: &Almanac, add: &Add) -> Outcome {
    let word = |word: &Option<String>| word.clone().unwrap_or_default();
    let (id, start, period) = (word(&add.calendar), word(&add.date), word(&add.period));
    let calendar = almanac.calendar(&id)?;
    let (start, ended) = end(&calendar, &start, &period, add.asked).map_err(|(_, why)| Failure(why))?;
    match add.format {
        Format::Json => output::line(&as_object(&calendar, start, &period, &ended, add.asked).to_string()),
        Format::Table | Format::Csv => output::line(&ended.line()),
    }
    if ended.beyond_data {
        output::complain(&beyond_data(&calendar));
    }
    Ok(Ending::Well)
}

fn as_object(calendar: &Calendar, start: NaiveDate, period: &str, ended: &Ended, asked: Asked) -> serde_json::Value {
    let skipped = match ended.on.filter(|_| ended.skips) {
        Some(on) if on < start => calendar.skipped(on, start.pred_opt().unwrap_or(start), asked.trust()),
        Some(on) => calendar.skipped(start, on, asked.trust()),
        None => Vec::new(),
    };
    let convention = asked.convention();
    json!({
        "calendar": calendar.id(), "calendar_hash": calendar.hash(), "start": start, "period": period,
        "first_day": convention.first_day, "non_working_start": convention.non_working_start,
        "last_day": convention.last_day, "on": ended.on, "at": ended.at, "provisional": ended.provisional,
        "beyond_data": ended.beyond_data, "skipped": skipped,
    })
}

/// One line out for each line in, so that a caller can set them side by side.
fn batch(almanac: &Almanac, asked: Asked) -> Outcome {
    let mut calendars: BTreeMap<String, Calendar> = BTreeMap::new();
    let mut failed: Vec<usize> = Vec::new();
    let mut past: BTreeSet<String> = BTreeSet::new();
    // Bytes, not text: one line that is no UTF-8 must not cost the others their answers.
    for (number, line) in (1..).zip(std::io::stdin().lock().split(b'\n')) {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        let line = line.strip_prefix('\u{feff}').filter(|_| number == 1).unwrap_or(&line);
        if line.trim().is_empty() {
            output::line("");
            continue;
        }
        match batch_line(almanac, &mut calendars, line, asked) {
            Ok((id, ended)) => {
                output::line(&ended.line());
                if ended.beyond_data {
                    past.insert(id);
                }
            }
            Err((column, why)) => {
                failed.push(number);
                output::line(&format!("error: {why} (line {number}, column {column})"));
            }
        }
    }
    for calendar in past.iter().filter_map(|id| calendars.get(id)) {
        output::complain(&beyond_data(calendar));
    }
    match failed.as_slice() {
        [] => Ok(Ending::Well),
        [line] => Err(Failure(format!("line {line} could not be counted; its line of output says why"))),
        [first, ..] => Err(Failure(format!(
            "{} lines could not be counted, the first of them line {first}; their lines of output say why",
            failed.len()
        ))),
    }
}

/// A field and the column it begins at, or its own words about what is wrong there.
type At<T> = Result<T, (usize, String)>;

fn batch_line(
    almanac: &Almanac,
    calendars: &mut BTreeMap<String, Calendar>,
    line: &str,
    asked: Asked,
) -> At<(String, Ended)> {
    // A period may have a comma of its own: the third field is the rest.
    let fields: Vec<&str> = line.splitn(3, ',').collect();
    let [id, start, period] = fields.as_slice() else {
        return Err((1, "write calendar,date,period".to_owned()));
    };
    let column = |field: usize| fields.iter().take(field).map(|before| before.chars().count() + 1).sum::<usize>() + 1;
    let word = |field: &str| field.trim().trim_matches('"').trim().to_owned();
    let id = word(id);
    let calendar = match calendars.entry(id.clone()) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(new) => new.insert(almanac.calendar(&id).map_err(|error| (column(0), error.to_string()))?),
    };
    let ended = end(calendar, &word(start), &word(period), asked);
    ended.map(|(_, ended)| (id, ended)).map_err(|(field, why)| (column(field), why))
}

/// Where a period ends.
struct Ended {
    /// The last day; none where an instant is the end.
    on: Option<NaiveDate>,
    /// The local time at which it ends, where an hour matters.
    at: Option<String>,
    provisional: bool,
    beyond_data: bool,
    /// Whether it passed over the days that are no working days.
    skips: bool,
}

impl Ended {
    fn on(limit: Limit, skips: bool) -> Self {
        let Limit { on, provisional, beyond_data } = limit;
        Self { on: Some(on.on()), at: None, provisional, beyond_data, skips }
    }

    fn line(&self) -> String {
        let end = self.at.clone().or_else(|| self.on.map(|on| on.to_string())).unwrap_or_default();
        if self.provisional { format!("{end},provisional") } else { end }
    }
}

/// The day counted from and where the period ends; or which of calendar, date and period (0 to 2) is wrong, and why.
fn end(calendar: &Calendar, start: &str, period: &str, asked: Asked) -> At<(NaiveDate, Ended)> {
    let (start, at) = day_or_instant(start).map_err(|why| (1, why))?;
    let ended = match (Count::read(period).map_err(|why| (2, why))?, at) {
        (Count::After(Allowance::Period(period)), _) if !matches!(period, Period::Hours(_)) => calendar
            .after(start, period, asked.convention(), asked.trust())
            .map(|limit| Ended::on(limit, period.counts_working_days())),
        (Count::After(allowance), Some(at)) => return Ok((start, after_instant(calendar, allowance, at, asked)?)),
        (Count::After(allowance), None) => {
            let why = format!("cannot count {allowance} from a day: write the time of the event too, {start}T16:00");
            return Err((1, why));
        }
        (Count::Before(period), _) => {
            calendar.before(start, period, asked.trust()).map(|limit| Ended::on(limit, period.counts_working_days()))
        }
        (Count::None { working: true }, _) => {
            calendar.add_working_days(start, WorkingDays(0), asked.trust()).map(|limit| Ended::on(limit, true))
        }
        (Count::None { working: false }, _) => {
            let limit = Limit { on: start.into(), provisional: false, beyond_data: false };
            Ok(Ended::on(limit, false))
        }
    };
    ended.map(|ended| (start, ended)).map_err(|error| (1, error.to_string()))
}

fn after_instant(calendar: &Calendar, allowance: Allowance, at: NaiveDateTime, asked: Asked) -> At<Ended> {
    // The one zone of every shipped calendar: the Isle of Man keeps the same time.
    let zone = Zone::from_name("Europe/London").map_err(|error| (1, error.to_string()))?;
    let ending = calendar
        .end_of(allowance, zone.resolve(at), asked.convention(), asked.trust(), zone)
        .map_err(|error| (1, error.to_string()))?;
    let (on, at) = match ending.end {
        End::Day(day) => (Some(day.on()), None),
        End::Instant(at) => (None, Some(zone.local_time(at).format("%Y-%m-%dT%H:%M").to_string())),
    };
    Ok(Ended { on, at, provisional: ending.provisional, beyond_data: ending.beyond_data, skips: false })
}

/// A period as it is typed here, where it may also point backward or nowhere.
enum Count {
    After(Allowance),
    Before(Period),
    None { working: bool },
}

impl Count {
    fn read(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let bare = text.strip_prefix('-');
        if let Some((zero, unit)) = bare.unwrap_or(text).split_once(char::is_whitespace)
            && zero.bytes().all(|byte| byte == b'0')
            && let Ok(period) = format!("1 {unit}").parse::<Period>()
        {
            return Ok(Self::None { working: period.counts_working_days() });
        }
        if let Some(period) = bare {
            return period.parse().map(Self::Before).map_err(|error: PeriodError| error.to_string());
        }
        text.parse().map(Self::After).map_err(|error: AllowanceError| error.to_string())
    }
}

fn day_or_instant(text: &str) -> Result<(NaiveDate, Option<NaiveDateTime>), String> {
    if let Ok(on) = text.parse() {
        return Ok((on, None));
    }
    let at =
        ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"].iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    at.map(|at| (at.date(), Some(at))).ok_or_else(|| {
        format!("`{text}` is not a date; write it as 2026-12-18, or with its local time as 2026-12-18T16:00")
    })
}
