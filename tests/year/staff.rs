//! Who works where through the year: leave, sickness, and workers who leave and whose cases pass to somebody new.
//!
//! Of a hundred case holders 11.8 leave in a year (Department for Education, September 2025). How long and how often people
//! are away, how many have cover and how long a case waits for its next worker are assumptions.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use duewatch::{
    directory::{Absence, Directory, Person},
    record::{CaseRecord, FactId, FactKind, PersonRef, Value, When},
};

use crate::chance::{Band, Chance, weekdays};

/// In ten thousand case holders, who leave in 365 days.
const TURNOVER: i64 = 1_180;
/// Four times a year somebody is on leave, for so many days, weekends counted.
const LEAVE: &[Band] = &[(30, 3, 5), (50, 7, 9), (20, 12, 16)];
const LEAVE_COVERED: u64 = 8_500;
/// In ten thousand people, who are ill for so many days once a year.
const ILL: u64 = 4_000;
const SICKNESS: &[Band] = &[(60, 2, 5), (30, 6, 14), (10, 15, 60)];
const SICKNESS_COVERED: u64 = 4_000;
/// Working days that a leaver's case waits for its next worker.
const UNALLOCATED: &[Band] = &[(70, 0, 1), (20, 2, 5), (10, 6, 20)];

/// The year's staff.
pub(crate) struct Staff {
    pub(crate) directory: Directory,
    /// From when somebody works here who did not before.
    pub(crate) began_on: BTreeMap<PersonRef, NaiveDate>,
    /// Who holds cases.
    pub(crate) holders: BTreeSet<PersonRef>,
}

impl Staff {
    /// Draws what happens from one day to another, and has the records say so.
    pub(crate) fn drawn(
        chance: Chance,
        directory: &Directory,
        records: &mut [CaseRecord],
        (from, to): (NaiveDate, NaiveDate),
    ) -> Staff {
        let own_key = |person: &PersonRef| directory.other_keys.get(person).unwrap_or(person).clone();
        let allocations = records.iter().flat_map(|record| record.facts(FactKind::Allocation));
        let leads = allocations.filter(|fact| *fact.get("role") == Value::Code("lead_worker".into()));
        let holders: BTreeSet<PersonRef> = leads.filter_map(|fact| fact.person("worker_id")).map(own_key).collect();
        let mut staff = Staff { directory: directory.clone(), began_on: BTreeMap::new(), holders };
        staff.directory.absences.clear();
        let days = (to - from).num_days();
        let mut left_on: BTreeMap<PersonRef, NaiveDate> = BTreeMap::new();
        for holder in &staff.holders {
            let Some(person) = staff.directory.people.get_mut(holder) else { continue };
            let name = [holder.0.as_str(), "leaves"];
            let leaves = u64::try_from(TURNOVER * days / 365).unwrap_or(0);
            if person.left_on.is_none() && chance.happens(leaves, &name) {
                let on = plus(from, chance.between(0, days, &[name[0], "leaves on"]));
                person.left_on = Some(on);
                left_on.insert(holder.clone(), on);
            }
        }
        for holder in left_on.keys() {
            let Some(gone) = staff.directory.people.get(holder).cloned() else { continue };
            let person = next(holder);
            let email = gone.email.clone().map(|email| format!("next.{email}"));
            staff.directory.people.insert(person.clone(), Person { person, email, left_on: None, ..gone });
        }
        let mut began_on = BTreeMap::new();
        for record in records.iter_mut() {
            *record = handed_over(chance, record, &left_on, own_key, &mut began_on);
        }
        staff.began_on = began_on;
        staff.holders.extend(left_on.keys().map(next));
        staff.draw_absences(chance, from, days);
        staff
    }

    /// Everybody but the posts, which are mailboxes that many read.
    fn draw_absences(&mut self, chance: Chance, from: NaiveDate, days: i64) {
        let posts: BTreeSet<&PersonRef> = self.directory.posts.values().flatten().collect();
        let people: Vec<Person> =
            self.directory.people.values().filter(|person| !posts.contains(&person.person)).cloned().collect();
        let mut absences = Vec::new();
        for person in &people {
            // The next one of the same team, or of no team either.
            let mates: Vec<&Person> = people.iter().filter(|mate| mate.team == person.team).collect();
            let at = mates.iter().position(|mate| mate.person == person.person).unwrap_or(0);
            let cover = mates.get((at + 1) % mates.len()).map(|mate| mate.person.clone());
            let cover = cover.filter(|cover| *cover != person.person);
            let mut away = |what: &str, covered: u64, from_on: NaiveDate, length: i64| {
                absences.push(Absence {
                    person: person.person.clone(),
                    from_on,
                    to_on: Some(plus(from_on, length - 1)),
                    cover: cover.clone().filter(|_| chance.happens(covered, &[&person.person.0, what, "covered"])),
                });
            };
            for quarter in 0..=days / 91 {
                let what = format!("leave {quarter}");
                let words = [person.person.0.as_str(), &what];
                let begins = plus(from, quarter * 91 + chance.between(0, 75, &words));
                away(&what, LEAVE_COVERED, begins, chance.band(LEAVE, &words));
            }
            if chance.happens(ILL, &[&person.person.0, "ill"]) {
                let begins = plus(from, chance.between(0, days, &[&person.person.0, "ill on"]));
                away("ill", SICKNESS_COVERED, begins, chance.band(SICKNESS, &[&person.person.0, "ill for"]));
            }
        }
        for absence in absences {
            self.directory.add_absence(absence);
        }
    }
}

/// Whoever comes after somebody who leaves.
fn next(leaver: &PersonRef) -> PersonRef {
    PersonRef(format!("{}-next", leaver.0))
}

/// The record with the cases and later visits of those who left passed on.
fn handed_over(
    chance: Chance,
    record: &CaseRecord,
    left_on: &BTreeMap<PersonRef, NaiveDate>,
    own_key: impl Fn(&PersonRef) -> PersonRef,
    began_on: &mut BTreeMap<PersonRef, NaiveDate>,
) -> CaseRecord {
    let mut facts = Vec::new();
    for fact in FactKind::ALL.into_iter().flat_map(|kind| record.facts(kind)) {
        let key = match fact.kind {
            FactKind::Allocation => "worker_id",
            FactKind::Visit => "visitor_id",
            _ => "",
        };
        let leaver = fact.person(key).map(&own_key);
        let Some((leaver, gone_on)) = leaver.and_then(|leaver| left_on.get(&leaver).map(|on| (leaver, *on))) else {
            facts.push(fact.clone());
            continue;
        };
        let began = fact.happened().map(|when| when.on);
        let passes = |on: NaiveDate| {
            fact.clone().with(key, Value::Person(next(&leaver))).with(fact.kind.happened(), Value::Date(When::day(on)))
        };
        if began.is_some_and(|on| on > gone_on) {
            let began = began.unwrap_or(gone_on);
            let first = began_on.entry(next(&leaver)).or_insert(began);
            *first = began.min(*first);
            facts.push(passes(began));
        } else if fact.kind == FactKind::Allocation && fact.covers(gone_on) {
            facts.push(fact.clone().with("to_on", Value::Date(When::day(gone_on))));
            let waits = chance.band(UNALLOCATED, &["waits", &record.child.0, &fact.id.0]);
            let on = weekdays(plus(gone_on, 1), waits);
            let ends = fact.date("to_on").map(|when| when.on);
            if ends.is_none_or(|ends| ends >= on) {
                let first = began_on.entry(next(&leaver)).or_insert(on);
                *first = on.min(*first);
                let mut next = passes(on);
                next.id = FactId(format!("{}-next", fact.id.0.as_str()).into());
                facts.push(next);
            }
        } else {
            facts.push(fact.clone());
        }
    }
    let mut passed = CaseRecord::new(record.child.clone(), facts);
    passed.household.clone_from(&record.household);
    (passed.born_on, passed.expected_on, passed.died_on) = (record.born_on, record.expected_on, record.died_on);
    passed
}

fn plus(on: NaiveDate, days: i64) -> NaiveDate {
    on.checked_add_days(Days::new(u64::try_from(days).unwrap_or(0))).unwrap_or(on)
}
