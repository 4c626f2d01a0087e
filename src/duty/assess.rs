//! `assess`: one record, one procedure, one calendar, one instant; every rule comes to duties or to a reason for none.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    CannotTell, CaseContext, Duty, DutyKey, Idle, Lacking, Outcome, Sitting, Status, StoredDate, Stretch, ahead, alert,
    between, cannot_tell, case::Case, cases::Cases, context::context, deadline, lacking::OfRule, points, reading,
    recurring, report, sitting::sittings, standing, stored, window,
};
use crate::{
    calendar::{Calendar, Zone, format_date_long},
    procedure::{Counting, Counts, DutyId, Procedure, Reads, Rule, Shape, Under},
    record::{CaseRecord, Fact, FactKind, Value, When},
};

/// Under which rules, in which calendar and at which instant records are assessed.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// The rules.
    pub procedure: &'a Procedure,
    /// The authority's working days.
    pub calendar: &'a Calendar,
    /// Those of them on which its offices are open. Messages go out on these; a limit is counted in them only where its
    /// rule says so.
    pub office: &'a Calendar,
    /// The zone in which its days begin and end.
    pub zone: Zone,
    /// How days are counted: as the procedure does, or the version of it that a rule is of.
    pub counting: Counting,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// The local day of that instant.
    pub today: NaiveDate,
    /// What the source of the records never tells, for the rules of this very procedure.
    pub lacking: &'a Lacking,
    /// The day on which people began to be told. What was late before it is told of as of that day. None: they always were.
    pub adopted_on: Option<NaiveDate>,
}

impl<'a> Terms<'a> {
    /// The terms at an instant, for an authority whose offices are open on every working day and whose records can tell
    /// everything.
    pub fn new(procedure: &'a Procedure, calendar: &'a Calendar, zone: Zone, now: DateTime<Utc>) -> Terms<'a> {
        let (today, counting) = (zone.local_date(now), procedure.counting);
        let lacking = Lacking::nothing();
        Terms { procedure, calendar, office: calendar, zone, counting, now, today, lacking, adopted_on: None }
    }

    /// Since when people are told. A day that is still to come, as on a ledger whose days are invented, says nothing.
    pub fn told_since(&self) -> Option<NaiveDate> {
        self.adopted_on.filter(|on| *on <= self.today)
    }

    /// The terms under which this rule's limits are counted.
    pub(super) fn of(&self, rule: &Rule) -> Terms<'a> {
        let calendar = match rule.counts {
            Counts::WorkingDays => self.calendar,
            Counts::OfficeDays => self.office,
        };
        Terms { calendar, counting: rule.counting, ..*self }
    }
}

/// What one case comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// Whose case it is today.
    pub context: CaseContext,
    /// Every rule that applies to a child, in the procedure's order: the pairs that the books must balance.
    pub outcomes: Vec<(DutyId, Outcome)>,
    /// What the authority's reports list of this case.
    pub stretches: Vec<Stretch>,
    /// The conferences that are booked.
    pub sittings: Vec<Sitting>,
    /// The case system's own due dates, beside ours. No duty rests on them.
    pub stored_dates: Vec<StoredDate>,
    /// The next instant at which this answer changes by itself; none if only a new fact can change it.
    pub wake_at: Option<DateTime<Utc>>,
}

impl Assessment {
    /// Every duty, rule by rule, taken out.
    pub fn into_duties(self) -> impl Iterator<Item = Duty> {
        self.outcomes.into_iter().flat_map(|(_, outcome)| match outcome {
            Outcome::Duties(duties) => duties,
            Outcome::Idle(_) => Vec::new(),
        })
    }

    /// Every duty, rule by rule.
    pub fn duties(&self) -> impl Iterator<Item = &Duty> {
        self.outcomes.iter().flat_map(|(_, outcome)| match outcome {
            Outcome::Duties(duties) => duties.as_slice(),
            Outcome::Idle(_) => &[],
        })
    }
}

/// Works out every duty of one child. Pure: the same arguments give the same answer, on any day.
pub fn assess(record: &CaseRecord, terms: &Terms) -> Assessment {
    let (died, impossible) = believed_death(record, terms);
    let with_death = died.and_then(|died_on| with_death_on_record(record, died_on));
    let record = with_death.as_ref().unwrap_or(record);
    let open = Cases::on(record, terms.today, terms);
    let open_at_death = died.map(|died_on| Cases::on(record, died_on, terms));
    let mut outcomes = Vec::with_capacity(terms.procedure.rules.len());
    let mut stretches = Vec::new();
    let children = |(_, rule): &(usize, &Rule)| !matches!(rule.shape, Shape::Report(_));
    for (place, rule) in terms.procedure.rules.iter().enumerate().filter(children) {
        let terms = &terms.of(rule);
        let all = open_at_death.as_ref().unwrap_or(&open);
        let outcome = match (died.is_some(), rule.after_death) {
            (false, true) if impossible.is_some() => doubtful_death(terms, rule, all, impossible),
            (true, false) => Outcome::Idle(Idle::Died),
            _ => in_versions(terms, rule, all, terms.lacking.of_place(place)),
        };
        let outcome = each_once(outcome);
        stretches.extend(report::stretches(terms, rule, record));
        outcomes.push((rule.duty.clone(), outcome));
    }
    let mut stored_dates = stored::stored_dates(record, terms);
    let context = context(record, terms);
    let mut sittings = sittings(record, &context, terms);
    if context.access.named.is_some() {
        // Lists of many children are read by people who may not learn that this one's case exists.
        stretches.clear();
        stored_dates.clear();
        sittings.clear();
    }
    if context.died {
        sittings.clear();
    }
    let mut assessment = Assessment { context, outcomes, stretches, sittings, stored_dates, wake_at: None };
    assessment.wake_at = wake_at(record, terms, &assessment);
    assessment
}

/// What the rule comes to, and for clocks that began under an earlier version what that one comes to.
fn in_versions(terms: &Terms, rule: &Rule, all: &Cases, lacking: Option<&OfRule>) -> Outcome {
    let now = as_supplied(lacking, || as_read(rule, since_birth(&terms.of(rule), rule, all)));
    let outcome = match &rule.earlier {
        None => now,
        Some(earlier) => {
            let earlier = in_versions(terms, earlier, all, lacking.and_then(|lacking| lacking.earlier.as_deref()));
            joined(earlier, now, rule.in_force_on)
        }
    };
    match rule.begun_before {
        None => outcome,
        Some(before_on) => begun(outcome, |on| on < before_on),
    }
}

/// A clock is judged by the version in force when it began. The two versions may count it from different events: where that
/// would leave it to neither, the one in force now has it.
fn joined(earlier: Outcome, now: Outcome, in_force_on: NaiveDate) -> Outcome {
    let last = match &now {
        Outcome::Duties(duties) => duties.last().cloned(),
        Outcome::Idle(_) => None,
    };
    let had_some = matches!(earlier, Outcome::Duties(_));
    match (begun(earlier, |on| on < in_force_on), begun(now, |on| on >= in_force_on)) {
        (Outcome::Duties(mut duties), Outcome::Duties(later)) => {
            duties.extend(later);
            Outcome::Duties(duties)
        }
        (Outcome::Idle(_), Outcome::Idle(_)) if had_some && last.is_some() => {
            Outcome::Duties(last.into_iter().collect())
        }
        (Outcome::Idle(_), later) => later,
        (earlier, Outcome::Idle(_)) => earlier,
    }
}

/// Those duties whose clock began on such a day.
fn begun(outcome: Outcome, counts: impl Fn(NaiveDate) -> bool) -> Outcome {
    let Outcome::Duties(mut duties) = outcome else { return outcome };
    duties.retain(|duty| counts(duty.anchor.on));
    if duties.is_empty() { Outcome::Idle(Idle::NothingToWatch) } else { Outcome::Duties(duties) }
}

/// What a rule comes to in a source that may never supply what it needs.
fn as_supplied(lacking: Option<&OfRule>, outcome: impl FnOnce() -> Outcome) -> Outcome {
    match lacking {
        Some(lacking) if lacking.left_out => Outcome::Idle(Idle::NotSupplied),
        Some(lacking) => cannot_tell::by_source(lacking.why.as_ref(), outcome()),
        None => outcome(),
    }
}

fn since_birth(terms: &Terms, rule: &Rule, all: &Cases) -> Outcome {
    let cases = all.under(rule.under);
    if !rule.from_birth {
        return apply(terms, rule, cases, all);
    }
    let born: Vec<Case> = cases.iter().filter_map(Case::since_birth).collect();
    if born.is_empty() && !cases.is_empty() { Outcome::Idle(Idle::Unborn) } else { apply(terms, rule, &born, all) }
}

/// What the rule comes to under all of its cases: their duties, or why the last of them has none.
fn apply(terms: &Terms, rule: &Rule, cases: &[Case], all: &Cases) -> Outcome {
    let mut duties = Vec::new();
    let mut idle = nothing_open(rule, all);
    for case in cases {
        match apply_to_one(terms, rule, case) {
            Outcome::Duties(of_case) if duties.is_empty() => duties = of_case,
            Outcome::Duties(of_case) => duties.extend(of_case),
            Outcome::Idle(why) => idle = why,
        }
    }
    if duties.is_empty() { Outcome::Idle(idle) } else { Outcome::Duties(duties) }
}

fn nothing_open(rule: &Rule, all: &Cases) -> Idle {
    match rule.under {
        Under::Enquiry => Idle::NoOpenEnquiry,
        Under::Unallocated | Under::EndedPlan | Under::Transfer | Under::LookedAfter
            if !all.under(Under::Plan).is_empty() =>
        {
            Idle::NothingToWatch
        }
        _ => Idle::NoOpenPlan,
    }
}

/// The duties as the readings that are in force have them.
fn as_read(rule: &Rule, outcome: Outcome) -> Outcome {
    let Outcome::Duties(mut duties) = outcome else { return outcome };
    for duty in &mut duties {
        match rule.reads {
            Reads::Both => {}
            Reads::Ordinary => {
                duty.strict = None;
                if duty.status == Status::Amber {
                    duty.status = Status::Open;
                }
            }
            Reads::Strict => {
                duty.due = duty.strict.clone().or(duty.due.take());
                if duty.status == Status::Amber {
                    duty.status = Status::Overdue;
                }
                let past_it = |met_on: NaiveDate| duty.due.as_ref().is_some_and(|due| met_on > due.on.on());
                duty.late = duty.met_on.map_or(duty.status == Status::Overdue, past_it);
            }
        }
    }
    Outcome::Duties(duties)
}

fn apply_to_one(terms: &Terms, rule: &Rule, case: &Case) -> Outcome {
    let outcome = match &rule.shape {
        Shape::Deadline(shape) => deadline::assess(terms, rule, shape, case),
        Shape::Recurring(shape) => recurring::assess(terms, rule, shape, case),
        Shape::Before(shape) => ahead::before(terms, rule, shape, case),
        Shape::Order(shape) => ahead::order(terms, rule, shape, case),
        Shape::Window(shape) => window::assess(terms, rule, shape, case),
        Shape::Between(shape) => between::assess(terms, rule, shape, case),
        Shape::Standing(shape) => standing::assess(terms, rule, shape, case),
        Shape::Alert(shape) => alert::assess(terms, rule, shape, case),
        Shape::Check(shape) => points::check(terms, rule, shape, case),
        Shape::Guidance(shape) => points::guidance(terms, rule, shape, case),
        // A report belongs to the authority.
        Shape::Report(_) => Outcome::Idle(Idle::NothingToWatch),
    };
    match outcome {
        Outcome::Duties(duties) if duties.is_empty() => Outcome::Idle(Idle::NothingToWatch),
        outcome => outcome,
    }
}

/// The day the child died, if that is known by today: from the child's own row, or from the incident.
fn died_on(record: &CaseRecord, today: NaiveDate) -> Option<NaiveDate> {
    let incident = record.facts(FactKind::Incident).iter().find(|incident| is_death(incident));
    let recorded = incident.and_then(|incident| incident.held(today)).map(|when| when.on);
    record.died_on.filter(|on| *on <= today).or(recorded)
}

pub(super) fn is_death(incident: &Fact) -> bool {
    incident.get("kind").is_code("death")
}

/// The day of death, if it can be true. A death before the plan or enquiry that is open today began is a mistake of the
/// record: a slip in a date must not silence everything about a living child.
pub(super) fn believed_death(record: &CaseRecord, terms: &Terms) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let Some(died) = died_on(record, terms.today) else { return (None, None) };
    let (open, open_then) = (Cases::on(record, terms.today, terms), Cases::on(record, died, terms));
    // A plan says more than an enquiry: one that was open then is not doubted because of an enquiry that came after.
    let began_after = match open.under(Under::Plan) {
        [] => !open.is_empty() && open_then.is_empty(),
        _ => open_then.under(Under::Plan).is_empty(),
    };
    let before_birth = record.born_on.is_some_and(|born_on| died < born_on);
    if began_after || before_birth { (None, Some(died)) } else { (Some(died), None) }
}

fn doubtful_death(terms: &Terms, rule: &Rule, all: &Cases, died: Option<NaiveDate>) -> Outcome {
    let case = all.under(rule.under).first();
    let (Some(case), Some(died)) = (case, died) else { return Outcome::Idle(nothing_open(rule, all)) };
    let draft = reading::Draft {
        terms,
        rule,
        record: case.record,
        key: reading::key(case.under),
        anchor: reading::anchor(case.under, case.opened_on),
        notes: Vec::new(),
    };
    let why = format!(
        "the record gives {} as the day of death, before the plan or enquiry began or the child was born",
        format_date_long(died)
    );
    Outcome::Duties(vec![draft.cannot_tell(CannotTell::because(why))])
}

/// One duty a key: two facts of one id would else be two duties of one identity, which no ledger can hold. The last one is
/// kept: it is that of the newest case, and what was done under an old enquiry must not hide what is owed under a new one.
fn each_once(outcome: Outcome) -> Outcome {
    let Outcome::Duties(mut duties) = outcome else { return outcome };
    // Mostly their keys ascend already, so none is there twice.
    if duties.is_sorted_by(|one, next| one.key < next.key) {
        return Outcome::Duties(duties);
    }
    let mut keys: Vec<&DutyKey> = duties.iter().map(|duty| &duty.key).collect();
    keys.sort_unstable();
    if keys.windows(2).all(|pair| pair.first() != pair.last()) {
        return Outcome::Duties(duties);
    }
    let mut seen = BTreeSet::new();
    duties.reverse();
    duties.retain(|duty| seen.insert(duty.key.clone()));
    duties.reverse();
    Outcome::Duties(duties)
}

/// A death that stands only on the child's own row is an incident too: the alert must not wait for a second entry.
fn with_death_on_record(record: &CaseRecord, died_on: NaiveDate) -> Option<CaseRecord> {
    if record.facts(FactKind::Incident).iter().any(is_death) {
        return None;
    }
    let incident = Fact::new(FactKind::Incident, "death")
        .with("kind", Value::Code("death".into()))
        .with("occurred_on", Value::Date(When::day(died_on)));
    let facts = record.all_facts().iter().cloned().chain([incident]);
    let mut with_death = CaseRecord::new(record.child.clone(), facts.collect());
    with_death.household.clone_from(&record.household);
    with_death.died_on = record.died_on;
    with_death.born_on = record.born_on;
    with_death.expected_on = record.expected_on;
    Some(with_death)
}

/// The earliest end of a day that turns a status, start of a day on which a recorded date arrives or has passed, or moment
/// of today that is on record already and still to come.
fn wake_at(record: &CaseRecord, terms: &Terms, assessment: &Assessment) -> Option<DateTime<Utc>> {
    // Days on which something turns as they begin, and instants at which it does. Most lie behind and are left aside.
    let (mut days, mut instants) = (Vec::new(), Vec::new());
    let mut ends_with = |on: NaiveDate| days.extend(on.succ_opt().filter(|next| *next > terms.today));
    let unmet = assessment.duties().filter(|duty| duty.status != Status::Met);
    for limit in unmet.flat_map(|duty| [duty.strict.as_ref(), duty.due.as_ref()]).flatten() {
        match limit.at {
            Some(at) => instants.push(at),
            None => ends_with(limit.on.on()),
        }
    }
    let mut arrives = |on: NaiveDate| {
        ends_with(on);
        ends_with(on.pred_opt().unwrap_or(on));
    };
    for when in record.dates_from(terms.today) {
        arrives(when.on);
        instants.extend(when.at.filter(|at| *at > terms.now));
    }
    if let Some(died_on) = record.died_on {
        arrives(died_on);
    }
    // Such a day is kept nowhere: who waits for one is looked at each day.
    if [record.born_on, record.expected_on].into_iter().flatten().any(|on| on >= terms.today) {
        ends_with(terms.today);
    }
    // Of two days the later begins later: nearly always the first of them is the answer.
    days.sort_unstable();
    let turns = days.iter().map(|on| terms.zone.start_of_day(*on)).find(|at| *at > terms.now);
    instants.into_iter().filter(|at| *at > terms.now).chain(turns).min()
}
