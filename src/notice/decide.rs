//! `decide`: who is owed what by now and was not yet told.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Effect, History, Notice, NoticeState, Past, Rest, SaidDays, SendingClock, StepBooks, Told,
    climb::climbed,
    moved::moved_in_words,
    reconcile::{Over, Reconciled, Standing},
    rungs::Rung,
};
use crate::{
    directory::{Directory, Mailbox, Recipient, Role},
    duty::{CaseContext, Duty, Status, Terms, never_supplied},
    notice::Closing,
    procedure::{Ladder, NoticeKind},
    record::{ChildRef, PersonRef},
    summary,
};

/// Whom to tell and when they may be told.
#[derive(Clone, Copy, Debug)]
pub struct Audience<'a> {
    /// Today's directory.
    pub directory: &'a Directory,
    /// Whose each case is, by child.
    pub cases: &'a BTreeMap<ChildRef, CaseContext>,
    /// Who is told when nobody else can be.
    pub last: &'a Mailbox,
    /// When messages go.
    pub clock: &'a SendingClock,
    /// The case data is too old to say of anybody that something was not done: such steps wait until it is loaded again.
    pub stale: bool,
}

/// What was decided, and the count that must balance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// New notices, in the order of duties, steps and people.
    pub notices: Vec<Notice>,
    /// Notices that still wait and that a later step to the same person makes idle.
    pub superseded: Vec<Effect>,
    /// Notices that still wait and are owed no more: the date has moved away, or the person no longer fills the role.
    pub withdrawn: Vec<Effect>,
    /// Children of whom a step is owed that waits for fresh case data: nobody else will say when that comes.
    pub held: BTreeSet<ChildRef>,
    /// What the steps owed by now came to.
    pub steps: StepBooks,
    /// Steps owed by now that are kept from somebody.
    pub withheld: Vec<Withheld>,
}

/// A step that is owed by now to somebody who is not told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withheld {
    /// What would be told.
    pub effect: Effect,
    /// What kind of thing.
    pub kind: NoticeKind,
    /// In which role.
    pub role: Role,
    /// Why not.
    pub why: Withholding,
}

/// Why a step that is owed is not told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Withholding {
    /// Somebody has put it off.
    Rests(Rest),
    /// The case data is too old to say that something was not done.
    OldData,
}

/// Decides over every duty that stands or has just ended. Pure; running it again on a history that holds its notices
/// decides nothing new.
pub fn decide(reconciled: &Reconciled, audience: &Audience, history: &History, terms: &Terms) -> Decision {
    let mut decision = Decision::default();
    for standing in &reconciled.standing {
        let rule = terms.procedure.rule_since(&standing.duty.duty, standing.duty.anchor.on);
        let desk = Desk::at(&standing.duty, standing.generation, audience, history, terms);
        if standing.duty.is_left_to_its_rule() {
            desk.fall_silent(standing.past, &mut decision);
            continue;
        }
        if standing.moved {
            desk.tell_moved(standing, &mut decision);
        }
        if standing.duty.status == Status::CannotTell {
            // A fault of the case data is no rule's, and is told all the same.
            let kind = if rule.is_some() { NoticeKind::CannotTell } else { NoticeKind::DataQuality };
            desk.tell_cannot_tell(kind, standing.past, &mut decision);
        } else if let Some(rule) = rule {
            desk.climb(climbed(&standing.duty, rule, desk.case(), terms), &rule.ladder, standing.past, &mut decision);
        } else if let Some((role, _)) = summary::reader(&standing.duty.duty, &standing.duty.key) {
            desk.climb(vec![desk.summary(role)], &Ladder::default(), standing.past, &mut decision);
        }
        desk.warn_of_rests(standing.past, &mut decision);
    }
    for over in &reconciled.over {
        if ended_by_silence(over, terms) {
            continue;
        }
        let desk = Desk::at(&over.duty, over.past.generation, audience, history, terms);
        desk.tell_over(over, &mut decision);
    }
    decision
}

/// The step at which it is said that something cannot be told.
const CANNOT_TELL: &str = "cannot-tell";

/// Whether it was said, in this generation, that it cannot be told.
fn is_told(told: &Told, generation: u32) -> bool {
    let reached = !matches!(told.state, NoticeState::Withdrawn | NoticeState::Unreachable);
    told.step == CANNOT_TELL && told.generation == generation && reached
}

/// The day on which it was first said, in this generation, that it cannot be told.
pub(super) fn first_told_on(told: &[Told], generation: u32, terms: &Terms) -> Option<NaiveDate> {
    told.iter().filter(|told| is_told(told, generation)).map(|told| terms.zone.local_date(told.owed_at)).min()
}

/// Whole working weeks since that day.
pub(super) fn weeks_since(on: NaiveDate, terms: &Terms) -> u32 {
    let lasted = terms.calendar.working_days_between(on, terms.today).ok();
    lasted.and_then(|days| u32::try_from(days.0 / WORKING_WEEK).ok()).unwrap_or(0)
}

/// How often "cannot tell" is said again while it lasts, in working days.
pub(super) const WORKING_WEEK: i32 = 5;

/// Everything needed to write notices about one duty.
pub(super) struct Desk<'a> {
    pub(super) audience: &'a Audience<'a>,
    pub(super) history: &'a History,
    pub(super) terms: &'a Terms<'a>,
    pub(super) duty: &'a Duty,
    pub(super) generation: u32,
    /// Whose case it is; for a summary, whose it is.
    case: Option<Cow<'a, CaseContext>>,
}

impl<'a> Desk<'a> {
    fn at(duty: &'a Duty, generation: u32, audience: &'a Audience, history: &'a History, terms: &'a Terms) -> Desk<'a> {
        let case = match &duty.child {
            Some(child) => audience.cases.get(child).map(Cow::Borrowed),
            None => summary::reader(&duty.duty, &duty.key).map(|(_, of)| Cow::Owned(of)),
        };
        Desk { audience, history, terms, duty, generation, case }
    }

    pub(super) fn supersede_waiting<'t>(
        &self,
        told: impl IntoIterator<Item = &'t Told>,
        person: &PersonRef,
        decision: &mut Decision,
    ) {
        let waiting = told.into_iter().filter(|told| told.person == *person && told.state == NoticeState::Queued);
        decision.superseded.extend(waiting.map(|told| self.effect_of(told)));
    }

    /// Whoever was told a date is told, once, that it holds no longer: against the days that their last message gave, so that
    /// a date that moves twice before the morning is one piece of news, and one that moves back is none. A date where there
    /// was none is told by its own steps; only where the record could not be told before is it news that it now can.
    fn tell_moved(&self, standing: &Standing, decision: &mut Decision) {
        let Some(past) = standing.past.filter(|_| self.duty.child.is_some()) else { return };
        let (before, now) = (&past.duty, self.duty);
        let can_be_told_now = before.status == Status::CannotTell;
        let hour_moved = hours(before).zip(hours(now)).is_some_and(|(before, now)| before != now);
        for (person, role) in told_people(past, |told| !matches!(told.kind, NoticeKind::Resolved | NoticeKind::Counted))
        {
            let said = past.days_said_to(&person);
            let waiting = past.told.iter().filter(|told| told.kind == NoticeKind::Changed);
            if can_be_told_now || hour_moved || said.is_taken_back_by(SaidDays::of(now)) {
                self.supersede_waiting(waiting, &person, decision);
                let because = Some(moved_in_words(said, before, now));
                self.tell_again("changed", NoticeKind::Changed, role, &person, because, decision);
            } else {
                let idle = waiting.filter(|told| told.person == person && told.state == NoticeState::Queued);
                decision.withdrawn.extend(idle.map(|told| self.effect_of(told)));
            }
        }
    }

    /// What the source can never settle is told for its rule, so whatever waits about this child is not sent.
    fn fall_silent(&self, past: Option<&Past>, decision: &mut Decision) {
        let told = past.map_or(&[][..], |past| past.told.as_slice());
        let waiting = told.iter().filter(|told| told.state == NoticeState::Queued);
        decision.withdrawn.extend(waiting.map(|told| self.effect_of(told)));
    }

    /// Told to those who can mend the record; every week that it lasts, to them again, to the worker's manager and to the data
    /// team, for what was recorded may have been lost on the way. How the source is changes with no week: that is told once to each
    /// person.
    fn tell_cannot_tell(&self, kind: NoticeKind, past: Option<&Past>, decision: &mut Decision) {
        let step = CANNOT_TELL;
        let told = past.map_or(&[][..], |past| past.told.as_slice());
        let told_now = |told: &&Told| is_told(told, self.generation);
        let first_on = first_told_on(told, self.generation, self.terms);
        let cannot = self.duty.cannot_tell.as_ref();
        let mended_by = cannot.map_or(Role::DATA_TEAM, |cannot| cannot.mended_by);
        let weeks = match first_on {
            Some(on) if !cannot.is_some_and(|cannot| cannot.by_source) => weeks_since(on, self.terms),
            _ => 0,
        };
        let roles: &[Role] = match (weeks, &self.duty.child) {
            (0, _) | (_, None) => &[mended_by],
            (_, Some(_)) => &[mended_by, Role::FIRST_LINE_MANAGER, Role::DATA_TEAM],
        };
        let mut asked = BTreeSet::new();
        for (role, recipient) in self.recipients(roles) {
            let person = &recipient.mailbox.person;
            if !asked.insert(person.clone()) {
                continue;
            }
            decision.steps.owed += 1;
            if told.iter().filter(told_now).any(|told| told.person == *person && told.repeat >= weeks) {
                decision.steps.told_before += 1;
                continue;
            }
            let lately = |told: &Told| told.state == NoticeState::Bundled && self.was_yesterday(told.send_at);
            let knows = told.iter().filter(told_now).any(|told| told.person == *person && lately(told));
            let rung = Rung {
                step: step.to_owned(),
                repeat: weeks,
                owed_at: self.terms.now,
                owed_on: self.terms.today,
                kind,
                tell: Vec::new(),
                ask: None,
                urgent: false,
            };
            if knows {
                decision.steps.superseded += 1;
                decision.notices.push(self.notice(&rung, role, recipient, NoticeState::Superseded));
                continue;
            }
            decision.steps.queued += 1;
            self.supersede_waiting(told, person, decision);
            decision.notices.push(self.notice(&rung, role, recipient, NoticeState::Queued));
        }
    }

    /// Whether an instant lies on the last open day before today, or since: what was told then is not told again today.
    pub(super) fn was_yesterday(&self, at: DateTime<Utc>) -> bool {
        let Terms { zone, office, today, .. } = *self.terms;
        today.pred_opt().is_some_and(|on| office.previous_working_day(on) <= zone.local_date(at))
    }

    /// The end is told to whoever was told of the breach; that it no longer applies, to whoever was told anything. After a
    /// death nobody is written to.
    fn tell_over(&self, over: &Over, decision: &mut Decision) {
        let (step, kind) = match over.closing {
            Closing::Met => ("resolved", NoticeKind::Resolved),
            Closing::NoLongerDue => ("no-longer-due", NoticeKind::NoLongerDue),
            Closing::Died => return,
        };
        // A point to confirm is gone once its event is over, and whoever had it knows that.
        let wanted = |told: &Told| match kind {
            NoticeKind::NoLongerDue => !matches!(told.kind, NoticeKind::Checklist | NoticeKind::Counted),
            _ => told.kind.is_breach_in_full(),
        };
        for (person, role) in told_people(over.past, wanted) {
            self.tell_again(step, kind, role, &person, None, decision);
        }
    }

    /// A notice to somebody who was told before; silence if they have left, be it only the case.
    fn tell_again(
        &self,
        step: &str,
        kind: NoticeKind,
        role: Role,
        person: &PersonRef,
        because: Option<String>,
        decision: &mut Decision,
    ) {
        let Some(mailbox) = self.mailbox_of(person) else { return };
        decision.notices.push(Notice { because, ..self.notice_to(mailbox, step, kind, role) });
    }

    /// The address that somebody has today; none if they have left, be it only the case.
    pub(super) fn mailbox_of(&self, person: &PersonRef) -> Option<Mailbox> {
        let Audience { directory, last, .. } = *self.audience;
        let today = self.terms.today;
        if !directory.concerned(self.case(), today, last).contains(person) {
            return None;
        }
        directory.mailbox(person, today).or_else(|| (last.person == *person).then(|| last.clone()))
    }

    /// A notice that is no step of a ladder. Whoever is away has it on the day they are back.
    pub(super) fn notice_to(&self, mailbox: Mailbox, step: &str, kind: NoticeKind, role: Role) -> Notice {
        let person = &mailbox.person;
        Notice {
            effect: self.effect(step, 0, self.generation, person),
            kind,
            role,
            urgent: false,
            owed_at: self.terms.now,
            send_at: self.send_at(person),
            because: None,
            mailbox: Some(mailbox),
            state: NoticeState::Queued,
        }
    }

    pub(super) fn case(&self) -> Option<&CaseContext> {
        self.case.as_deref()
    }

    pub(super) fn recipients(&self, roles: &[Role]) -> Vec<(Role, Recipient)> {
        let case = self.case();
        let of_role = |role: &Role| {
            let found = self.audience.directory.resolve(*role, case, self.terms.today, self.audience.last);
            found.told.into_iter().map(|recipient| (*role, recipient)).collect::<Vec<_>>()
        };
        roles.iter().flat_map(of_role).collect()
    }

    pub(super) fn notice(&self, rung: &Rung, role: Role, recipient: Recipient, state: NoticeState) -> Notice {
        let person = &recipient.mailbox.person;
        Notice {
            effect: self.effect(&rung.step, rung.repeat, self.generation, person),
            kind: rung.kind,
            role,
            urgent: rung.urgent,
            owed_at: rung.owed_at,
            send_at: if rung.urgent { self.urgent_at(rung) } else { self.send_at(person) },
            because: recipient.because,
            mailbox: Some(recipient.mailbox),
            state,
        }
    }

    /// At once; but what is only told again, on the morning of its day, be the offices open or not.
    fn urgent_at(&self, rung: &Rung) -> DateTime<Utc> {
        let SendingClock { zone, morning_at, .. } = *self.audience.clock;
        let now = self.terms.now;
        if rung.repeat == 0 { now } else { now.max(zone.at(rung.owed_on, morning_at)) }
    }

    fn send_at(&self, person: &PersonRef) -> DateTime<Utc> {
        let written_at = self.history.written_at.get(person).copied();
        let back_on = self.audience.directory.away_until(person, self.terms.today).and_then(|on| on.succ_opt());
        let weekdays = self.audience.directory.weekdays(person);
        let clock = self.audience.clock;
        match back_on {
            Some(on) => clock.morning_of(on, self.terms.office, weekdays),
            None => clock.send_at(self.terms.now, self.terms.office, weekdays, written_at),
        }
    }

    pub(super) fn effect_of(&self, told: &Told) -> Effect {
        self.effect(&told.step, told.repeat, told.generation, &told.person)
    }

    pub(super) fn effect(&self, step: &str, repeat: u32, generation: u32, person: &PersonRef) -> Effect {
        Effect {
            child: self.duty.child.clone(),
            duty: self.duty.duty.clone(),
            key: self.duty.key.clone(),
            generation,
            step: step.to_owned(),
            repeat,
            person: person.clone(),
        }
    }
}

/// Whether a child's duty is gone only because the source no longer supplies what its rule needs. That it does not apply any
/// more would not be true; its rule's own notice says what is.
fn ended_by_silence(over: &Over, terms: &Terms) -> bool {
    let rule = || terms.procedure.rule(&over.duty.duty);
    over.closing == Closing::NoLongerDue
        && over.duty.child.is_some()
        && !over.past.duty.is_left_to_its_rule()
        && rule().is_some_and(|rule| !never_supplied(terms, rule).is_empty())
}

/// The instants at which a limit in hours ends, where the days alone do not say that it moved.
fn hours(duty: &Duty) -> Option<[Option<DateTime<Utc>>; 2]> {
    let at = |reading: &Option<crate::duty::Reading>| reading.as_ref().and_then(|reading| reading.at);
    let both = [at(&duty.strict), at(&duty.due)];
    both.iter().any(Option::is_some).then_some(both)
}

/// Everybody who was really told something wanted. What still waits nobody has read: the ledger withdraws it with its duty,
/// and [`Decision::withdrawn`] says which where its duty stands.
fn told_people(past: &Past, wanted: impl Fn(&Told) -> bool) -> BTreeMap<PersonRef, Role> {
    let told = past.told.iter().filter(|told| told.state == NoticeState::Bundled && wanted(told));
    told.map(|told| (told.person.clone(), told.role)).collect()
}
