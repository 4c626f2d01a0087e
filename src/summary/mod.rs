//! Summaries of many cases for one reader: the week of a team, for its manager; the conferences of a week, for their chair; what
//! was put off in a month, for the head of child protection.
//!
//! No document asks for them. Each is a duty of nobody, so that it has an identity, a history and an end like everything else
//! that is told, and its key says whose it is. Owns when one is due, what it says and who reads it. Must not know what was
//! told before beyond which week it was, or how anything is worded around its rows.

mod chair;
mod put_off;
mod team;

use std::collections::BTreeSet;

use chrono::{Datelike as _, Days, NaiveDate};

use crate::{
    calendar::format_date_long,
    directory::{Directory, Role},
    duty::{Access, Anchor, CaseContext, Duty, DutyKey, Sitting, Status, Tally, Terms},
    notice::{DutyRef, Rest},
    procedure::DutyId,
    record::{PersonRef, TeamRef},
};

/// Which summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The week of a team.
    TeamWeek,
    /// The conferences of a week, of a chair.
    ChairWeek,
    /// What was put off in a month.
    PutOffMonth,
}

impl Kind {
    /// Every kind, with the id of its duties.
    pub const ALL: [(&'static str, Kind); 3] =
        [("team-week", Kind::TeamWeek), ("chair-week", Kind::ChairWeek), ("rests-month", Kind::PutOffMonth)];

    /// The id of its duties.
    pub fn id(self) -> &'static str {
        Kind::ALL.into_iter().find(|(_, kind)| *kind == self).map_or("", |(id, _)| id)
    }

    fn of(duty: &DutyId) -> Option<Kind> {
        Kind::ALL.into_iter().find(|(id, _)| **id == *duty.0).map(|(_, kind)| kind)
    }

    /// The first days of the periods of which one is due today, on a day on which the offices are open: this week, and for a chair
    /// on its last open day the next one; the month before.
    fn due(self, terms: &Terms) -> Vec<NaiveDate> {
        let today = terms.today;
        let monday = today - Days::new(today.weekday().num_days_from_monday().into());
        let is_last_day = terms.office.next_working_day(today + Days::new(1)) > sunday(monday);
        match self {
            Kind::TeamWeek => vec![monday],
            Kind::ChairWeek => {
                [Some(monday), is_last_day.then_some(monday + Days::new(7))].into_iter().flatten().collect()
            }
            Kind::PutOffMonth => put_off::month_before(today).into_iter().collect(),
        }
    }

    /// Whether a summary of that period is still worth its reader's while: of a week that is over the next one says more.
    fn lasts(self, from_on: NaiveDate, today: NaiveDate) -> bool {
        match self {
            Kind::TeamWeek | Kind::ChairWeek => today <= sunday(from_on),
            Kind::PutOffMonth => put_off::month_before(today) == Some(from_on),
        }
    }
}

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

/// Of which periods, by their first days, somebody was sent a summary, and of which one still waits to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Issued {
    sent: BTreeSet<(Kind, NaiveDate)>,
    waits: BTreeSet<(Kind, NaiveDate)>,
}

impl Issued {
    /// One more, that was sent or that waits. What is no summary changes nothing.
    pub fn note(&mut self, duty: &DutyId, key: &DutyKey, is_sent: bool) {
        let Some((kind, (from_on, _))) = Kind::of(duty).zip(parts(key)) else { return };
        if is_sent { &mut self.sent } else { &mut self.waits }.insert((kind, from_on));
    }

    fn is_new(&self, kind: Kind, from_on: NaiveDate) -> bool {
        !self.sent.iter().any(|(sent, on)| *sent == kind && from_on <= *on)
    }
}

/// The periods of which summaries are to be made now, each by its first day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted(BTreeSet<(Kind, NaiveDate)>);

impl Wanted {
    /// What is due and was sent to nobody, and, on whatever day, what waits for its reader: until it goes it says how things stand.
    pub fn on(terms: &Terms, issued: &Issued) -> Wanted {
        let lasts = |(kind, from_on): &&(Kind, NaiveDate)| kind.lasts(*from_on, terms.today);
        let mut wanted: BTreeSet<(Kind, NaiveDate)> = issued.waits.iter().filter(lasts).copied().collect();
        let kinds = Kind::ALL.into_iter().filter(|_| terms.office.is_working_day(terms.today));
        for (_, kind) in kinds {
            wanted.extend(kind.due(terms).into_iter().filter(|on| issued.is_new(kind, *on)).map(|on| (kind, on)));
        }
        Wanted(wanted)
    }

    /// Whether there are none.
    pub fn is_nothing(&self) -> bool {
        self.0.is_empty()
    }

    fn of(&self, kind: Kind) -> impl Iterator<Item = NaiveDate> + '_ {
        self.0.iter().filter(move |(wanted, _)| *wanted == kind).map(|(_, from_on)| *from_on)
    }

    /// The earliest month of which it is said what was put off, by its first day.
    pub fn put_off_since(&self) -> Option<NaiveDate> {
        self.of(Kind::PutOffMonth).min()
    }

    /// The last day of which anything is said: of what is due later a summary says nothing.
    pub fn until_on(&self) -> Option<NaiveDate> {
        self.of(Kind::TeamWeek).chain(self.of(Kind::ChairWeek)).max().map(sunday)
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
    let each = |(kind, from_on): &(Kind, NaiveDate)| match kind {
        Kind::TeamWeek => team::weeks(*from_on, &open, many.directory, terms),
        Kind::ChairWeek => chair::weeks(*from_on, &sittings, &open, many.directory, terms),
        Kind::PutOffMonth => put_off::month(*from_on, &made, terms).into_iter().collect(),
    };
    wanted.0.iter().flat_map(each).collect()
}

/// Who reads a summary: a role, and the case in which it is looked up. None for what is no summary.
pub fn reader(duty: &DutyId, key: &DutyKey) -> Option<(Role, CaseContext)> {
    let (_, whose) = parts(key)?;
    match Kind::of(duty)? {
        Kind::TeamWeek => {
            let team = Some(whose).filter(|team| !team.is_empty());
            let role = if team.is_some() { Role::FIRST_LINE_MANAGER } else { Role::HEAD_OF_CHILD_PROTECTION };
            Some((role, CaseContext { team: team.map(|team| TeamRef(team.into())), ..CaseContext::of_nobody() }))
        }
        Kind::ChairWeek => {
            let chair = Some(PersonRef(whose.to_owned()));
            Some((Role::CONFERENCE_CHAIR, CaseContext { chair, ..CaseContext::of_nobody() }))
        }
        Kind::PutOffMonth => Some((Role::HEAD_OF_CHILD_PROTECTION, CaseContext::of_nobody())),
    }
}

/// What a summary is called; none for what is no summary.
pub fn title(duty: &Duty) -> Option<String> {
    let (from_on, whose) = parts(&duty.key)?;
    let from = format_date_long(from_on);
    Some(match (Kind::of(&duty.duty)?, whose) {
        (Kind::TeamWeek, "") => format!("Cases of no team, week from {from}"),
        (Kind::TeamWeek, team) => format!("Team {team}, week from {from}"),
        (Kind::ChairWeek, _) => format!("Conferences, week from {from}"),
        (Kind::PutOffMonth, _) => format!("What was acknowledged or paused in {}", from_on.format("%B %Y")),
    })
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

fn duty(kind: Kind, from_on: NaiveDate, whose: &str, tallies: Vec<Tally>, rows: Vec<String>, terms: &Terms) -> Duty {
    let (calendar, calendar_hash) = terms.calendar.identity();
    Duty {
        child: None,
        duty: DutyId(kind.id().into()),
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
