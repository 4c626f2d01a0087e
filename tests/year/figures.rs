//! What a year comes to: how often each kind of recipient is written to, what of it was said the day before, and how soon a
//! breach is with a manager.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use chrono::{Datelike, Days, NaiveDate};
use duewatch::{
    calendar::DueDate,
    notice::DutyRef,
    procedure::{NoticeKind, Strength},
    record::PersonRef,
    rehearsal::Message,
};

use crate::{
    breaches::{Breach, Breaches, Came, first_managers_step},
    causes,
    people::{Kind, People, is_managers},
    world::{Looked, World},
};

/// What a reader sees of a line: if it is the same on two days, nothing is new.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Line {
    duty: DutyRef,
    kind: NoticeKind,
    due: Option<DueDate>,
}

/// A rule, and the step of its ladder or what else was told of it.
pub(crate) type Cause = (String, String);

pub(crate) struct Sent {
    pub(crate) person: PersonRef,
    pub(crate) on: NaiveDate,
    /// Not an alert that goes in a message of its own.
    ordinary: bool,
    pub(crate) causes: Vec<Cause>,
}

pub(crate) struct Figures<'w> {
    world: &'w World,
    pub(crate) people: People,
    from: NaiveDate,
    last: NaiveDate,
    sent: Vec<Sent>,
    lines: BTreeMap<PersonRef, BTreeMap<NaiveDate, BTreeMap<Line, Cause>>>,
    breaches: Breaches,
    /// Each step of a breach that is a manager's, with the working days from the one on which it was owed to the first message
    /// that said it.
    steps: BTreeMap<(DutyRef, u32, String, u32), i32>,
    unbalanced: usize,
}

/// How many, of how many person-weeks, and so on, of one kind of recipient.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) kind: Kind,
    pub(crate) people: usize,
    pub(crate) a_week: [usize; 3],
    pub(crate) lines: [usize; 2],
    pub(crate) most_a_day: usize,
    pub(crate) most_alerts_a_day: usize,
    pub(crate) unchanged: usize,
    pub(crate) unchanged_alerts: usize,
}

impl<'w> Figures<'w> {
    pub(crate) fn of(world: &'w World, (_, from, last): (NaiveDate, NaiveDate, NaiveDate)) -> Figures<'w> {
        Figures {
            world,
            people: People::of(world),
            from,
            last,
            sent: Vec::new(),
            lines: BTreeMap::new(),
            breaches: Breaches::default(),
            steps: BTreeMap::new(),
            unbalanced: 0,
        }
    }

    pub(crate) fn look(&mut self, looked: &Looked<'_>) {
        match looked {
            Looked::Run(on, seen) => {
                self.unbalanced += usize::from(!seen.decision.steps.balance());
                if self.world.watch.calendar.is_working_day(*on) {
                    self.breaches.see(*on, seen);
                }
            }
            Looked::Sent(on, messages) => messages.iter().for_each(|message| self.count(*on, message)),
        }
    }

    fn count(&mut self, on: NaiveDate, message: &Message) {
        let Some((first, _)) = message.matters.first() else { return };
        let person = &first.effect.person;
        let kind = self.people.kind(person);
        let mut causes = Vec::new();
        for (notice, duty) in &message.matters {
            let reference = DutyRef::of(duty);
            if notice.kind.is_breach() && (kind.is_manager() || is_managers(notice.role)) {
                self.breaches.reach(&reference, on);
            }
            if notice.kind.is_breach() && is_managers(notice.role) && on >= self.from {
                let owed_on = self.world.watch.zone.local_date(notice.owed_at);
                let waited = self.world.watch.calendar.working_days_between(owed_on, on).unwrap().0;
                let effect = &notice.effect;
                let step = (reference.clone(), effect.generation, effect.step.clone(), effect.repeat);
                self.steps.entry(step).or_insert(waited);
            }
            let cause = (duty.duty.to_string(), notice.effect.step.clone());
            causes.push(cause.clone());
            let line = Line { duty: reference, kind: notice.kind, due: duty.due.as_ref().map(|due| due.on) };
            self.lines.entry(person.clone()).or_default().entry(on).or_default().insert(line, cause);
        }
        self.sent.push(Sent { person: person.clone(), on, ordinary: !first.urgent, causes });
    }

    /// Runs whose steps owed were not all accounted for.
    pub(crate) fn unbalanced(&self) -> usize {
        self.unbalanced
    }

    pub(crate) fn in_year(&self) -> impl Iterator<Item = &Sent> {
        self.sent.iter().filter(|sent| sent.on >= self.from)
    }

    /// One row for each kind of recipient.
    pub(crate) fn rows(&self) -> Vec<Row> {
        let mut weeks: BTreeMap<Kind, BTreeMap<(&PersonRef, NaiveDate), usize>> = BTreeMap::new();
        for kind in self.people.kinds() {
            weeks.insert(kind, self.person_weeks(kind));
        }
        let (mut lines, mut a_day) = (BTreeMap::<Kind, Vec<usize>>::new(), BTreeMap::new());
        for sent in self.in_year() {
            let kind = self.people.kind(&sent.person);
            *weeks.entry(kind).or_default().entry((&sent.person, monday(sent.on))).or_default() += 1;
            lines.entry(kind).or_default().push(sent.causes.len());
            *a_day.entry((kind, sent.ordinary, &sent.person, sent.on)).or_insert(0) += 1;
        }
        let unchanged = self.unchanged();
        let row = |(kind, weeks): (Kind, BTreeMap<(&PersonRef, NaiveDate), usize>)| {
            let everybody: BTreeSet<&PersonRef> = weeks.keys().map(|(person, _)| *person).collect();
            let counts: Vec<usize> = weeks.into_values().collect();
            let lines = lines.get(&kind).cloned().unwrap_or_default();
            let most = |ordinary| {
                let days = a_day.iter().filter(|((of, is, ..), _)| (*of, *is) == (kind, ordinary));
                days.map(|(_, count)| *count).max().unwrap_or(0)
            };
            let same = |alert: bool| {
                let of = unchanged.iter().filter(|(person, line, _)| {
                    self.people.kind(person) == kind && (line.kind == NoticeKind::Alert) == alert
                });
                of.count()
            };
            Row {
                kind,
                people: everybody.len(),
                a_week: [at(&counts, 50), at(&counts, 95), at(&counts, 100)],
                lines: [at(&lines, 95), at(&lines, 100)],
                most_a_day: most(true),
                most_alerts_a_day: most(false),
                unchanged: same(false),
                unchanged_alerts: same(true),
            }
        };
        weeks.into_iter().map(row).collect()
    }

    /// Each week in which somebody of that kind worked here, with no message yet.
    pub(crate) fn person_weeks(&self, kind: Kind) -> BTreeMap<(&PersonRef, NaiveDate), usize> {
        let mondays = self.from.iter_weeks().take_while(|monday| *monday <= self.last);
        let here = mondays.flat_map(|monday| {
            self.people.here(kind, monday, monday + Days::new(6)).map(move |person| ((person, monday), 0))
        });
        here.collect()
    }

    /// Each line that somebody got on two days running, days on which no office is open left out.
    pub(crate) fn unchanged(&self) -> Vec<(&PersonRef, &Line, Cause)> {
        let mut unchanged = Vec::new();
        for (person, days) in &self.lines {
            for ((before_on, before), (on, lines)) in days.iter().zip(days.iter().skip(1)) {
                let apart = self.world.watch.office.working_days_between(*before_on, *on).unwrap().0;
                if *before_on >= self.from && apart <= 1 {
                    let again = lines.iter().filter_map(|(line, (duty, step))| {
                        let (_, first) = before.get(line)?;
                        Some((person, line, (duty.clone(), format!("{first}, {step}"))))
                    });
                    unchanged.extend(again);
                }
            }
        }
        unchanged
    }

    fn breaches(&self) -> impl Iterator<Item = (&Breach, Came)> {
        let in_year = self.breaches.all.iter().filter(|breach| breach.first_on >= self.from);
        in_year.map(|breach| (breach, breach.came(&self.world.watch.calendar, self.last)))
    }

    /// What the issue asks and this year missed, in words.
    pub(crate) fn missed(&self) -> Vec<String> {
        let mut missed = Vec::new();
        for row in self.rows() {
            if row.kind == Kind::Worker && row.a_week[0] > 3 {
                missed.push(format!("a worker's median is {} messages a week, and may be 3", row.a_week[0]));
            }
            if row.most_a_day > 3 {
                missed.push(format!("{}: {} messages a day, and may be 3", row.kind, row.most_a_day));
            }
            if row.unchanged > 0 {
                missed.push(format!("{}: {} lines unchanged on two days running", row.kind, row.unchanged));
            }
        }
        let late = |came: Came| !matches!(came, Came::InTime | Came::MendedInTime);
        let untold = self.breaches().filter(|(_, came)| late(*came)).count();
        if untold > 0 {
            missed.push(format!("{untold} breaches did not reach a manager within one working day"));
        }
        missed
    }

    /// All of it, to read.
    pub(crate) fn report(&self) -> String {
        let mut text = String::new();
        let plans = [self.from, self.last].map(|on| self.world.open_plans(on));
        let _ = writeln!(text, "{} to {}; open plans {} and {}", self.from, self.last, plans[0], plans[1]);
        let rules = &self.world.watch.procedure.rules;
        let judged = rules.iter().filter(|rule| self.world.can_tell(rule)).count();
        let _ = writeln!(text, "{judged} of {} rules can be judged by what this source supplies", rules.len());
        let settling = self.sent.iter().filter(|sent| sent.on < self.from);
        let (count, lines) = settling.fold((0, 0), |(count, lines), sent| (count + 1, lines + sent.causes.len()));
        let _ = writeln!(text, "before that, from adoption on: {count} messages, {lines} lines\n");
        let _ = writeln!(
            text,
            "{:<26} {:>6} {:>6} {:>4} {:>4} {:>6} {:>6} {:>6} {:>6} {:>9} {:>7}",
            "recipient", "people", "a week", "p95", "max", "l. p95", "l. max", "a day", "alerts", "unchanged", "alerts"
        );
        for row in self.rows() {
            let Row { kind, people, a_week, lines, most_a_day, most_alerts_a_day, unchanged, unchanged_alerts } = row;
            let _ = writeln!(
                text,
                "{kind:<26} {people:>6} {:>6} {:>4} {:>4} {:>6} {:>6} {most_a_day:>6} {most_alerts_a_day:>6} {unchanged:>9} {unchanged_alerts:>7}",
                a_week[0], a_week[1], a_week[2], lines[0], lines[1]
            );
        }
        self.report_breaches(&mut text);
        causes::report(self, &mut text);
        text
    }

    fn report_breaches(&self, text: &mut String) {
        let _ = writeln!(
            text,
            "\n{:<44} {:>6} {:>7} {:>6} {:>6} {:>6} {:>5} {:>6} {:>6}",
            "breaches", "all", "in time", "later", "mended", "untold", "open", "share", "typed"
        );
        for climbs in [true, false] {
            for strength in [Strength::Must, Strength::Should, Strength::GoodPractice, Strength::May] {
                let of = self.breaches().filter(|(one, _)| (one.climbs, one.strength) == (climbs, strength));
                let name = format!("{strength:?}{}", if climbs { "" } else { ", no manager on the ladder" });
                tally(text, &name, of);
            }
        }
        let soon = self.steps.values().filter(|waited| **waited <= 1).count();
        let _ = writeln!(
            text,
            "\nsteps owed to a manager of a breach: {}, told within one working day of being owed: {soon}",
            self.steps.len()
        );
        let mut rules: BTreeMap<&str, Vec<(&Breach, Came)>> = BTreeMap::new();
        for (one, came) in self.breaches() {
            rules.entry(&one.duty).or_default().push((one, came));
        }
        let mut rules: Vec<_> = rules.into_iter().collect();
        rules.sort_by_key(|(_, all)| std::cmp::Reverse(late(all)));
        let _ = writeln!(text, "\nrules by breaches that did not reach a manager within one working day");
        for (duty, all) in rules.iter().filter(|(_, all)| late(all) > 0) {
            let step = first_managers_step(&self.world.watch.procedure, duty);
            tally(text, duty, all.iter().copied());
            let Some((one, _)) = all.first() else { continue };
            let _ = write!(text, "    {:?}; first manager's step: {step}", one.strength);
            let latest =
                all.iter().filter_map(|(_, came)| if let Came::Later(days) = came { Some(days) } else { None });
            match latest.max() {
                Some(days) => text.push_str(&format!("; told at the latest after {days} working days\n")),
                None => text.push('\n'),
            }
        }
    }
}

/// How many did not reach a manager within one working day though they lasted so long.
fn late(all: &[(&Breach, Came)]) -> usize {
    all.iter().filter(|(_, came)| !matches!(came, Came::InTime | Came::MendedInTime)).count()
}

/// One row of breaches: all; a manager told within one working day, and later; over within that day and later without one;
/// open without one; the share of those in time among all that lasted so long; how many were none, but done in time and typed
/// late.
fn tally<'b>(text: &mut String, name: &str, of: impl Iterator<Item = (&'b Breach, Came)>) {
    let (mut all, mut typed, mut counts) = (0, 0, [0; 5]);
    for (one, came) in of {
        all += 1;
        typed += usize::from(one.typed_late);
        let place = match came {
            Came::InTime => 0,
            Came::Later(_) => 1,
            Came::MendedInTime => 2,
            Came::MendedUntold => 3,
            Came::Untold => 4,
        };
        counts[place] += 1;
    }
    let [in_time, later, mended, untold, open] = counts;
    let share = if all > mended { format!("{} %", 100 * in_time / (all - mended)) } else { "-".to_owned() };
    let _ = writeln!(
        text,
        "{name:<44} {all:>6} {in_time:>7} {later:>6} {mended:>6} {untold:>6} {open:>5} {share:>6} {typed:>6}"
    );
}

/// The value that so many in a hundred do not exceed.
pub(crate) fn at(values: &[usize], of_a_hundred: usize) -> usize {
    let mut values = values.to_vec();
    values.sort_unstable();
    let place = (values.len() * of_a_hundred).div_ceil(100).max(1) - 1;
    values.get(place).copied().unwrap_or(0)
}

/// The Monday of the week of a day.
pub(crate) fn monday(on: NaiveDate) -> NaiveDate {
    on - Days::new(on.weekday().num_days_from_monday().into())
}
