//! From notices to a letter: everything a message says, worked out at the moment it is written.
//!
//! The duty is as the ledger knows it now and the days left are counted from today, so that nothing stale is said whenever
//! the notice was decided.

use super::{Letter, Line, fold::fold};
use crate::{
    calendar::format_date_long,
    directory::Role,
    duty::{CaseContext, Duty, Status, Terms},
    notice::{Notice, Rung, rungs},
    procedure::{NoticeKind, Rule},
    summary,
};

/// What every message of an authority carries, whatever it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stationery {
    /// Who corrects an error.
    pub corrections: String,
    /// A link into the case system with `{child}` where the reference belongs.
    pub case_link: Option<String>,
    /// Up to when the case data is known, in words.
    pub data_as_of: String,
    /// A domain of the authority's, to make the ids of calendar entries its own.
    pub domain: String,
    /// How many lines a message tells in full. What is beyond them is counted.
    pub detail_lines: usize,
}

/// Those who answer for the work of others.
const MANAGERS: [Role; 5] = [
    Role::FIRST_LINE_MANAGER,
    Role::SECOND_LINE_MANAGER,
    Role::HEAD_OF_CHILD_PROTECTION,
    Role::HEADS_OF_SOCIAL_CARE,
    Role::DIRECTOR,
];

/// One notice with the duty it is about, and whose case that is.
#[derive(Clone, Copy, Debug)]
pub struct Matter<'a> {
    /// The decision.
    pub notice: &'a Notice,
    /// The duty as it stands.
    pub duty: &'a Duty,
    /// The case; none for a report.
    pub case: Option<&'a CaseContext>,
}

/// The letter that tells one person all of these.
pub fn draft(matters: &[Matter], stationery: &Stationery, terms: &Terms) -> Letter {
    let mut roles: Vec<Role> = matters.iter().map(|matter| matter.notice.role).collect();
    roles.sort_unstable();
    roles.dedup();
    let by_worker = roles.iter().any(|role| MANAGERS.contains(role));
    let (lines, folded) = fold(lines(matters, stationery, terms), stationery.detail_lines);
    Letter {
        authority: terms.procedure.authority.clone(),
        roles: roles.into_iter().map(|role| held(role, matters, terms)).collect(),
        written_on: terms.today,
        data_as_of: stationery.data_as_of.clone(),
        corrections: stationery.corrections.clone(),
        by_worker,
        lines,
        folded,
    }
}

/// Kinds whose reason is about the matter, not about its reader.
const TELLS_WHY: [NoticeKind; 2] = [NoticeKind::Changed, NoticeKind::RestEnds];

/// A role in the authority's words; that of somebody else, where it is in their place that all of it is told.
fn held(role: Role, matters: &[Matter], terms: &Terms) -> String {
    let stands_in = |matter: &&Matter| matter.notice.because.is_some() && !TELLS_WHY.contains(&matter.notice.kind);
    let mut of_role = matters.iter().filter(|matter| matter.notice.role == role);
    let words = terms.procedure.role_words(role);
    if of_role.all(|matter| stands_in(&matter)) { format!("stand-in for the {words}") } else { words }
}

/// A line for each notice, but the points of one event stand together.
fn lines(matters: &[Matter], stationery: &Stationery, terms: &Terms) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::with_capacity(matters.len());
    let mut lists: Vec<(&Duty, usize)> = Vec::new();
    for matter in matters {
        let mut line = line(matter, stationery, terms);
        if line.kind != NoticeKind::Checklist {
            lines.push(line);
            continue;
        }
        let duty = matter.duty;
        let point = format!("{} [{}]", line.ask, duty.citation);
        let same = |other: &Duty| (&other.child, &other.anchor) == (&duty.child, &duty.anchor);
        let list = lists.iter().find(|(other, _)| same(other)).and_then(|(_, at)| lines.get_mut(*at));
        if let Some(list) = list {
            list.notes.push(point);
            continue;
        }
        line.notes = vec![point];
        line.ask = format!("Go through these points {}", duty.arithmetic);
        "Points that the procedure wants confirmed or borne in mind".clone_into(&mut line.title);
        (line.citation, line.quote, line.arithmetic, line.next) = (String::new(), String::new(), String::new(), None);
        (line.due_on, line.strict_on) = (Some(duty.anchor.on), None);
        let left = terms.calendar.working_days_between(terms.today, duty.anchor.on).ok();
        line.working_days_left = left.map(|days| days.0.into());
        lists.push((duty, lines.len()));
        lines.push(line);
    }
    lines
}

fn line(matter: &Matter, stationery: &Stationery, terms: &Terms) -> Line {
    let Matter { notice, duty, case } = *matter;
    let rule = terms.procedure.rule_since(&duty.duty, duty.anchor.on);
    let rungs = rule.map(|rule| rungs(duty, &rule.ladder, terms)).unwrap_or_default();
    let report = notice.kind == NoticeKind::Report;
    let due_on = duty.due.as_ref().map(|due| due.on.on());
    let strict_on = duty.strict.as_ref().map(|strict| strict.on.on()).filter(|on| due_on != Some(*on));
    let mut notes: Vec<String> = if report { Vec::new() } else { duty.said().map(str::to_owned).collect() };
    let cannot = duty.cannot_tell.as_ref();
    if let Some(cannot) = cannot.filter(|cannot| !cannot.rows.is_empty()) {
        notes.push(format!("for example: {}", cannot.rows.join(", ")));
    }
    let mended_by = cannot.filter(|_| notice.kind == NoticeKind::CannotTell).map(|cannot| cannot.mended_by);
    let mended_by = mended_by.filter(|role| *role != notice.role);
    let mut because = notice.because.clone();
    if matches!(notice.kind, NoticeKind::Changed | NoticeKind::RestEnds) {
        notes.extend(because.take());
    }
    let ask = rungs.iter().find(|rung| rung.step == notice.effect.step).and_then(|rung| rung.ask.clone());
    Line {
        kind: as_things_stand(notice.kind, duty.status),
        child: duty.child.as_ref().map(|child| child.0.to_string()),
        household: case.and_then(|case| case.household.as_ref()).map(|household| household.0.clone()),
        worker: case.and_then(|case| case.lead_worker.as_ref()).map(|worker| worker.0.clone()),
        link: duty.child.as_ref().and_then(|child| link(stationery, &child.0)),
        title: rule
            .map(|rule| rule.title.clone())
            .or_else(|| summary::title(duty))
            .unwrap_or_else(|| "Case data".to_owned()),
        ask: ask
            .or_else(|| rule.map(|rule| rule.ask.clone()))
            .unwrap_or_else(|| "See what is wrong with the case data, and have it mended".to_owned()),
        due_on,
        strict_on,
        working_days_left: due_on
            .and_then(|on| terms.calendar.working_days_between(terms.today, on).ok())
            .map(|days| days.0.into()),
        done_on: duty.met_on,
        provisional: duty.provisional,
        citation: citation(duty, rule),
        quote: rule.map(|rule| rule.citation.quote.trim_end_matches('.').to_owned()).unwrap_or_default(),
        under_review: rule.is_some_and(|rule| rule.under_review),
        arithmetic: duty.arithmetic.clone(),
        next: next(&rungs, rule, duty, notice, terms),
        because,
        notes,
        mended_by: mended_by.map(|role| terms.procedure.role_words(role)),
        tallies: duty.tallies.clone(),
        rows: if report { duty.notes.clone() } else { Vec::new() },
    }
}

/// The next rung that is still to come, in words. After a rest it is one that was owed before.
fn next(rungs: &[Rung], rule: Option<&Rule>, duty: &Duty, notice: &Notice, terms: &Terms) -> Option<String> {
    let over = matches!(
        notice.kind,
        NoticeKind::Resolved
            | NoticeKind::NoLongerDue
            | NoticeKind::CannotTell
            | NoticeKind::RestEnds
            | NoticeKind::Report
    );
    if over || rule.is_none() || duty.status == Status::Met {
        return None;
    }
    let rung = rungs.iter().filter(|rung| rung.owed_at > terms.now).min_by_key(|rung| rung.owed_at)?;
    let same_day = rungs.iter().filter(|other| other.owed_on == rung.owed_on && other.owed_at > terms.now);
    let mut told: Vec<Role> = same_day.flat_map(|rung| rung.tell.iter().copied()).collect();
    told.sort_unstable();
    told.dedup();
    let on = format_date_long(rung.owed_on);
    if told == [notice.role] {
        return Some(format!("you will be told again on {on}"));
    }
    let (again, others): (Vec<Role>, Vec<Role>) = told.into_iter().partition(|role| *role == notice.role);
    let you = again.iter().map(|_| "you".to_owned());
    let people: Vec<String> =
        you.chain(others.into_iter().map(|role| format!("the {}", terms.procedure.role_words(role)))).collect();
    Some(format!("{} will be told on {on}", listed(&people)))
}

/// Where the rule stands, for somebody who has never seen the number of a document.
fn citation(duty: &Duty, rule: Option<&Rule>) -> String {
    match rule {
        Some(rule) => format!("of {}, {}", rule.procedure, duty.citation),
        None => duty.citation.to_string(),
    }
}

/// A reminder that waited until its day had passed does not speak of a day to come.
fn as_things_stand(kind: NoticeKind, status: Status) -> NoticeKind {
    match (kind, status) {
        (NoticeKind::Reminder | NoticeKind::Due, Status::Overdue) => NoticeKind::Overdue,
        _ => kind,
    }
}

/// "you, the chair and the Team Manager".
fn listed(people: &[String]) -> String {
    match people {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        few => few.concat(),
    }
}

pub(super) fn link(stationery: &Stationery, child: &str) -> Option<String> {
    let pattern = stationery.case_link.as_ref()?;
    let escaped: String = child.bytes().map(escape).collect();
    Some(pattern.replace("{child}", &escaped))
}

/// A byte as it may stand in an address.
fn escape(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}
