//! A table run: the whole judgement as it is in the daemon, poll after poll, with the history carried from one to the next.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime, Utc};
use duewatch::{
    calendar::{Calendar, Holidays, Zone, format_date_long},
    directory::{Mailbox, Role},
    duty::{Access, CaseContext, Lacking, Terms},
    message::{Letter, Matter, Stationery, draft},
    notice::{DutyRef, Effect, NoticeState, Rest, SendingClock},
    procedure::RestReason,
    record::{ChildRef, PersonRef},
    rehearsal::{Known, Message, Rehearsal, Seen},
    summary::{self, Made},
};

use super::{Change, Table, scenario, time, world::World};

/// What a table came to.
#[derive(Default)]
pub(crate) struct Rehearsed {
    /// What was queued, in the words of its `tell` lines.
    pub(crate) told: Vec<String>,
    /// What was sent.
    pub(crate) mails: Vec<Mail>,
    /// Everybody in the directory and the last recipient, who got no message.
    pub(crate) silent: Vec<String>,
}

/// A message that was sent.
pub(crate) struct Mail {
    /// To whom.
    pub(crate) person: String,
    /// Where they read it.
    pub(crate) address: String,
    /// When, by the clock on the wall.
    pub(crate) at: NaiveDateTime,
    /// At that instant, whatever the hour.
    pub(crate) urgent: bool,
    /// What it tells, in the words of a `mail` line.
    pub(crate) told: Vec<String>,
    /// What it is composed from.
    pub(crate) letter: Letter,
    effects: Vec<Effect>,
}

impl Mail {
    /// As a `mail` line has it.
    pub(crate) fn line(&self) -> String {
        format!("{} {}: {}", self.at.format("%Y-%m-%d %H:%M"), self.person, self.told.join("; "))
    }
}

impl Table {
    /// Runs every poll, and says what each queued and sent.
    pub(crate) fn rehearse(&self) -> Rehearsed {
        let mut procedure = scenario::procedure(self.procedure.as_deref().unwrap_or("hertfordshire-core")).clone();
        procedure.rules.retain(|rule| self.only.iter().any(|only| rule.duty.0 == *only));
        let calendar = Calendar::shipped(&procedure.calendar).expect("shipped");
        let holidays = Holidays::shipped(&procedure.calendar).expect("shipped");
        let office = Calendar::new(&holidays.and_closed(&self.closed_on));
        let zone = Zone::from_name(&procedure.time_zone).expect("a zone");
        let clock = SendingClock { morning_at: time("08:30"), until: time("17:00"), zone };
        let last = Mailbox { person: PersonRef("LAST".into()), email: "last@council.example".into() };
        let mut rehearsal = Rehearsal::default();
        let mut world = World::of(self);
        let mut came_to = Rehearsed::default();
        let mut changes = self.changes.iter().peekable();
        for poll in &self.polls {
            while let Some((_, change)) = changes.next_if(|(at, _)| at <= poll) {
                match change {
                    Change::Refused(id) => {
                        // As the ledger and the watch take it: nobody was told, and the address is not written to again.
                        for effect in &came_to.last_to(id).effects {
                            forget(&mut rehearsal, effect);
                        }
                        world.person(id).email = None;
                    }
                    Change::Rest { kind, person, duty, until } => {
                        let rest = Rest {
                            kind: *kind,
                            person: PersonRef(person.clone()),
                            role: Role::LEAD_WORKER,
                            reason: RestReason::VisitBooked,
                            at: zone.start_of_day(poll.date()),
                            until: zone.end_of_day(*until),
                        };
                        for past in rehearsal.history.duties.values_mut().filter(|past| past.duty.duty.0 == *duty) {
                            past.rests.push(rest.clone());
                            rehearsal.rests.push(Made {
                                of: DutyRef::of(&past.duty),
                                rest: rest.clone(),
                                access: Access::default(),
                            });
                        }
                    }
                    change => world.learn(change),
                }
            }
            for child in &world.children {
                rehearsal.learn(child.record());
            }
            let lacking = Lacking::of(world.supply.clone(), &procedure);
            let now = zone.at(poll.date(), poll.time());
            let terms = Terms {
                lacking: &lacking,
                office: &office,
                adopted_on: self.adopted_on,
                ..Terms::new(&procedure, &calendar, zone, now)
            };
            let directory = &world.directory;
            let known = Known {
                terms,
                directory,
                last: &last,
                clock: &clock,
                faults: Vec::new(),
                with_summaries: self.with_summaries,
                stale: false,
            };
            let nobody_unsure = |_: &_, _: &_| BTreeSet::new();
            let mut cases = BTreeMap::new();
            let sent = rehearsal.run(known, nobody_unsure, |seen| {
                came_to.told.extend(self.queued(&seen, &last));
                cases.clone_from(seen.audience.cases);
            });
            came_to.mails.extend(sent.iter().map(|message| mail(message, &cases, &terms, *poll)));
        }
        assert!(
            changes.next().is_none(),
            "{}: something becomes known after the last poll, or out of order",
            self.title
        );
        let written_to = |id: &String| came_to.mails.iter().any(|mail| mail.person == *id);
        let everybody = world.directory.people.keys().map(|person| person.0.clone()).chain([last.person.0.clone()]);
        came_to.silent = everybody.filter(|id| !written_to(id)).collect();
        came_to
    }

    fn queued(&self, seen: &Seen, last: &Mailbox) -> Vec<String> {
        let Seen { decision, audience, terms, .. } = *seen;
        let day = terms.today;
        assert!(decision.steps.balance(), "{}: {day}: {:?}", self.title, decision.steps);
        let queued = decision.notices.iter().filter(|notice| notice.state == NoticeState::Queued);
        let told = queued.map(|notice| {
            let (effect, kind) = (&notice.effect, notice.kind.name());
            // Else they would be taken out of the message again when it is sent, at every run.
            let of_summary = summary::reader(&effect.duty, &effect.key).map(|(_, of)| of);
            let case = effect.child.as_ref().and_then(|child| audience.cases.get(child));
            let concerned = audience.directory.concerned(case.or(of_summary.as_ref()), day, last);
            assert!(concerned.contains(&effect.person), "{}: {day}: {}", self.title, effect.person.0);
            format!("{day} {} {kind} {} {}", effect.person.0, effect.duty, effect.step)
        });
        told.collect()
    }
}

impl Rehearsed {
    fn last_to(&self, id: &str) -> &Mail {
        self.mails.iter().rev().find(|mail| mail.person == id).expect("a message to them")
    }
}

fn forget(rehearsal: &mut Rehearsal, effect: &Effect) {
    let Effect { child, duty, key, generation, step, repeat, person } = effect.clone();
    let past = rehearsal.history.duties.get_mut(&DutyRef { child, duty, key });
    for told in past.into_iter().flat_map(|past| past.told.iter_mut()) {
        if (told.generation, &told.step, told.repeat, &told.person) == (generation, &step, repeat, &person) {
            told.state = NoticeState::Unreachable;
        }
    }
}

fn mail(message: &Message, cases: &BTreeMap<ChildRef, CaseContext>, terms: &Terms, at: NaiveDateTime) -> Mail {
    let about = |notice: &duewatch::notice::Notice| {
        let child = notice.effect.child.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        format!("{} {child} {}", notice.kind.name(), notice.effect.duty)
    };
    let matters: Vec<Matter> = message
        .matters
        .iter()
        .map(|(notice, duty)| Matter { notice, duty, case: duty.child.as_ref().and_then(|child| cases.get(child)) })
        .collect();
    let (first, _) = message.matters.first().expect("a message tells something");
    Mail {
        person: first.effect.person.0.clone(),
        address: first.mailbox.as_ref().map(|mailbox| mailbox.email.clone()).unwrap_or_default(),
        at,
        urgent: first.urgent,
        told: message.matters.iter().map(|(notice, _)| about(notice)).collect(),
        letter: draft(&matters, &stationery(terms.zone, message.at), terms),
        effects: message.matters.iter().map(|(notice, _)| notice.effect.clone()).collect(),
    }
}

/// What the messages of every table carry; the record is read at the poll that sends them.
fn stationery(zone: Zone, at: DateTime<Utc>) -> Stationery {
    let local = zone.local_time(at);
    Stationery {
        corrections: "the Child Protection Data Team, 01632 960123".into(),
        case_link: Some("https://cases.example/case/{child}".into()),
        data_as_of: format!("{}, {}", format_date_long(local.date()), local.format("%H:%M")),
        domain: "council.example".into(),
        detail_lines: 20,
    }
}
