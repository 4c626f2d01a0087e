//! Summaries of many cases for one reader: the week of a team, for its manager; the conferences of a week, for their chair; what
//! was put off in a month, for the head of child protection.
//!
//! No document asks for them. Each is a duty of nobody, so that it has an identity, a history and an end like everything else
//! that is told, and its key says whose it is. Owns when one is due, what it says and who reads it. Must not know what was
//! told before beyond which week it was, or how anything is worded around its rows.

mod chair;
mod put_off;
mod team;

use chrono::{Datelike as _, Days, NaiveDate};

use crate::{
    calendar::format_date_long,
    directory::{Directory, Role},
    duty::{Access, Anchor, CaseContext, Duty, DutyKey, Sitting, Status, Tally, Terms},
    notice::{DutyRef, Rest},
    procedure::DutyId,
    record::{PersonRef, TeamRef},
};

/// The id of a team's week.
pub const TEAM_WEEK: &str = "team-week";
/// The id of a chair's week.
pub const CHAIR_WEEK: &str = "chair-week";
/// The id of what was put off in a month.
pub const PUT_OFF_MONTH: &str = "rests-month";

/// A duty that stands, of a child whose case this is.
#[derive(Clone, Copy, Debug)]
pub struct Open<'a> {
    /// The duty.
    pub duty: &'a Duty,
    /// Whose case it is.
    pub case: &'a CaseContext,
}

/// A rest that somebody made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Of which duty.
    pub of: DutyRef,
    /// Who put it off until when, and why.
    pub rest: Rest,
    /// Who may know of the case.
    pub access: Access,
}

/// The first days of the latest weeks and months of which somebody was sent a summary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Issued {
    /// Of a team.
    pub team_week: Option<NaiveDate>,
    /// Of a chair.
    pub chair_week: Option<NaiveDate>,
    /// Of what was put off.
    pub put_off_month: Option<NaiveDate>,
}

/// The weeks and the month of which a summary is due now, each by its first day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    team_week: Option<NaiveDate>,
    chair_weeks: Vec<NaiveDate>,
    put_off_month: Option<NaiveDate>,
}

impl Issued {
    /// The latest among summaries that were sent.
    pub fn among<'a>(sent: impl IntoIterator<Item = &'a DutyRef>) -> Issued {
        let mut issued = Issued::default();
        for reference in sent.into_iter().filter(|reference| reference.child.is_none()) {
            issued.note(&reference.duty, &reference.key);
        }
        issued
    }

    /// One more that was sent. What is no summary changes nothing.
    pub fn note(&mut self, duty: &DutyId, key: &DutyKey) {
        let Some((from_on, _)) = parts(key) else { return };
        match &*duty.0 {
            TEAM_WEEK => self.team_week = self.team_week.max(Some(from_on)),
            CHAIR_WEEK => self.chair_week = self.chair_week.max(Some(from_on)),
            PUT_OFF_MONTH => self.put_off_month = self.put_off_month.max(Some(from_on)),
            _ => {}
        }
    }
}

impl Wanted {
    /// What is due on a day on which the offices are open: the week of each team that has had none this week, and the
    /// conferences of this week, or, on its last open day, of the next. A week begins when people began to be told, if that is
    /// later than its Monday: the first summary says at once how things stand. And the month before, until it was sent.
    pub fn on(terms: &Terms, issued: Issued) -> Wanted {
        if !terms.office.is_working_day(terms.today) {
            return Wanted::default();
        }
        let monday = terms.today - Days::new(terms.today.weekday().num_days_from_monday().into());
        let this_week = terms.told_since().map_or(monday, |on| on.max(monday));
        let last_open_day = terms.office.next_working_day(terms.today + Days::new(1)) > sunday(monday);
        let weeks = [Some(this_week), last_open_day.then_some(monday + Days::new(7))];
        let new = |on: &NaiveDate, latest: Option<NaiveDate>| latest.is_none_or(|latest| latest < *on);
        Wanted {
            team_week: Some(this_week).filter(|on| new(on, issued.team_week)),
            chair_weeks: weeks.into_iter().flatten().filter(|on| new(on, issued.chair_week)).collect(),
            put_off_month: put_off::month_before(terms.today).filter(|on| new(on, issued.put_off_month)),
        }
    }

    /// Whether nothing is due.
    pub fn is_nothing(&self) -> bool {
        *self == Wanted::default()
    }

    /// The month of which it is said what was put off, by its first day.
    pub fn put_off_month(&self) -> Option<NaiveDate> {
        self.put_off_month
    }

    /// The last day of which anything is said: of what is due later a summary says nothing.
    pub fn until_on(&self) -> Option<NaiveDate> {
        self.team_week.into_iter().chain(self.chair_weeks.iter().copied()).max().map(sunday)
    }
}

/// What summaries are made from.
#[derive(Clone, Copy, Debug)]
pub struct Many<'a> {
    /// What is late, cannot be told, or is due by the last day wanted.
    pub open: &'a [Open<'a>],
    /// The conferences that are booked.
    pub sittings: &'a [Sitting],
    /// What somebody put off.
    pub made: &'a [Made],
    /// Who works where.
    pub directory: &'a Directory,
}

/// The summaries that are due. Of a case that only some may know of none says anything, nor of one that somebody of the
/// directory may not know of: whoever reads a summary may be they.
pub fn summaries(wanted: &Wanted, many: &Many, terms: &Terms) -> Vec<Duty> {
    let anybody_may = |access: &Access| access.named.is_none() && !many.directory.knows_any(&access.barred);
    let open: Vec<Open> = many.open.iter().copied().filter(|open| anybody_may(&open.case.access)).collect();
    let sittings: Vec<&Sitting> =
        many.sittings.iter().filter(|sitting| !many.directory.knows_any(&sitting.barred)).collect();
    let made: Vec<&Made> = many.made.iter().filter(|made| anybody_may(&made.access)).collect();
    let of_teams = wanted.team_week.into_iter().flat_map(|from_on| team::weeks(from_on, &open, terms));
    let of_chairs = wanted.chair_weeks.iter().flat_map(|from_on| chair::weeks(*from_on, &sittings, &open, terms));
    let of_rests = wanted.put_off_month.and_then(|from_on| put_off::month(from_on, &made, terms));
    of_teams.chain(of_chairs).chain(of_rests).collect()
}

/// Who reads a summary: a role, and the case in which it is looked up. None for what is no summary.
pub fn reader(duty: &DutyId, key: &DutyKey) -> Option<(Role, CaseContext)> {
    let (_, whose) = parts(key)?;
    match &*duty.0 {
        TEAM_WEEK => {
            let team = Some(whose).filter(|team| !team.is_empty());
            let role = if team.is_some() { Role::FIRST_LINE_MANAGER } else { Role::HEAD_OF_CHILD_PROTECTION };
            Some((role, CaseContext { team: team.map(|team| TeamRef(team.into())), ..CaseContext::of_nobody() }))
        }
        CHAIR_WEEK => {
            let chair = Some(PersonRef(whose.to_owned()));
            Some((Role::CONFERENCE_CHAIR, CaseContext { chair, ..CaseContext::of_nobody() }))
        }
        PUT_OFF_MONTH => Some((Role::HEAD_OF_CHILD_PROTECTION, CaseContext::of_nobody())),
        _ => None,
    }
}

/// What a summary is called; none for what is no summary.
pub fn title(duty: &Duty) -> Option<String> {
    let (from_on, whose) = parts(&duty.key)?;
    let from = format_date_long(from_on);
    match (&*duty.duty.0, whose) {
        (TEAM_WEEK, "") => Some(format!("Cases of no team, week from {from}")),
        (TEAM_WEEK, team) => Some(format!("Team {team}, week from {from}")),
        (CHAIR_WEEK, _) => Some(format!("Conferences, week from {from}")),
        (PUT_OFF_MONTH, _) => Some(format!("What was acknowledged or paused in {}", from_on.format("%B %Y"))),
        _ => None,
    }
}

/// The first day, and whose week it is.
fn parts(key: &DutyKey) -> Option<(NaiveDate, &str)> {
    let (from_on, whose) = key.0.split_once(':')?;
    Some((from_on.parse().ok()?, whose))
}

/// The last day of the week in which a day lies.
fn sunday(on: NaiveDate) -> NaiveDate {
    on + Days::new(u64::from(6 - on.weekday().num_days_from_monday()))
}

fn duty(id: &str, from_on: NaiveDate, whose: &str, tallies: Vec<Tally>, rows: Vec<String>, terms: &Terms) -> Duty {
    let (calendar, calendar_hash) = terms.calendar.identity();
    Duty {
        child: None,
        duty: DutyId(id.into()),
        key: DutyKey(format!("{from_on}:{whose}")),
        anchor: Anchor { fact: "week".into(), id: from_on.to_string().into(), on: from_on },
        strict: None,
        due: None,
        status: Status::Open,
        met_on: None,
        late: false,
        calendar,
        calendar_hash,
        provisional: false,
        skipped: Vec::new(),
        citation: crate::SharedText::default(),
        arithmetic: String::new(),
        tallies,
        notes: rows,
        done: Vec::new(),
        cannot_tell: None,
    }
}

/// "1 conference", "2 conferences".
fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
