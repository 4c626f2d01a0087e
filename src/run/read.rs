//! Reading and assessing every case, as a poll does and as `duties`, `preview` and `explain` do without changing anything.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Books, Watch, WatchError, data_faults, source_gaps, watch::open_source};
use crate::{
    directory::Directory,
    duty::{Assessment, CaseContext, Duty, StoredDate, Stretch, Terms, assess, assess_reports},
    notice::History,
    procedure::Rule,
    record::{CaseRecord, ChildRef, FactKind, Need, Supply},
    source::{Counts, Defect, Fault, LoadMark},
};

/// Everything one read of the case database comes to.
#[derive(Clone, Debug)]
pub struct CaseLoad {
    /// The directory, addresses outside the allowed domains taken out.
    pub directory: Directory,
    /// When the case data was last loaded, and from where.
    pub mark: LoadMark,
    /// Rows in each view.
    pub counts: Counts,
    /// What could not be read.
    pub faults: Vec<Fault>,
    /// What this source never tells of all that the rules in force need.
    pub supply: Supply,
    /// The case system's own due dates, beside ours.
    pub stored_dates: Vec<StoredDate>,
    /// Whose each case is.
    pub cases: BTreeMap<ChildRef, CaseContext>,
    /// Every duty, child by child, then those of the whole authority.
    pub duties: Vec<Duty>,
    /// Children and pairs; the steps are entered when they are decided.
    pub books: Books,
    /// Children some of whose facts could not be read: a duty that seems to be gone may only be unreadable.
    pub incomplete: BTreeSet<ChildRef>,
    /// People whose address may not be written to, and why.
    pub refused_addresses: Vec<String>,
    /// Children of whom the case database shows no plan at all, neither open nor ended.
    planless: BTreeSet<ChildRef>,
}

/// Rows of the children's view that name no child of their own.
fn unreadable(faults: &[Fault]) -> u64 {
    let of_children = faults.iter().filter(|fault| fault.view == "dw_children" && fault.column == "child_id");
    of_children
        .map(|fault| match fault.what {
            Defect::Unowned(rows) | Defect::More(rows) => rows,
            Defect::DuplicateChild => 1,
            _ => 0,
        })
        .sum()
}

impl CaseLoad {
    /// The children who have died: their duties end in silence.
    pub fn died(&self) -> BTreeSet<ChildRef> {
        self.cases.values().filter(|case| case.died).map(|case| case.child.clone()).collect()
    }

    /// How many rules nobody can be told of, because of what the source never supplies.
    pub(super) fn unjudged(&self) -> usize {
        self.duties.iter().filter(|duty| source_gaps::is_of_a_rule(duty)).count()
    }

    /// Children of whom nothing may be taken to be over: some fact of theirs could not be read, or the row that shows the
    /// child or the plan may be one of those that name no child, or the child has an open plan and no row of its own.
    pub(super) fn unsure(&self, history: &History) -> BTreeSet<ChildRef> {
        let nameless =
            |view: &str| self.faults.iter().any(|fault| fault.view == view && matches!(fault.what, Defect::Unowned(_)));
        let unwatched = self.faults.iter().any(|fault| matches!(fault.what, Defect::OpenPlanWithoutChild(_)));
        let (children, plans) = (nameless("dw_children"), nameless(FactKind::Plan.view()));
        let known = history.duties.keys().filter_map(|duty| duty.child.as_ref());
        let lost = known.filter(|child| {
            ((children || unwatched) && !self.cases.contains_key(*child)) || (plans && self.planless.contains(*child))
        });
        lost.chain(&self.incomplete).cloned().collect()
    }
}

impl Watch {
    /// Reads every case and assesses it as of the moment at which the case data was loaded.
    pub async fn read_as_loaded(&self) -> Result<CaseLoad, WatchError> {
        let unread = |error| WatchError::Source { database: self.source.database.clone(), source: Box::new(error) };
        let source = open_source(&self.source).await?;
        let survey = crate::source::survey(&source).await.map_err(unread)?;
        let loaded_at = survey.mark(self.zone).map_err(unread)?.loaded_at;
        let load = self.read(loaded_at).await?;
        if load.mark.loaded_at == loaded_at {
            return Ok(load);
        }
        let what = "it was loaded afresh between two looks".to_owned();
        Err(unread(crate::source::SourceError::LoadInProgress { what }))
    }

    /// What this source never tells of all that a record can hold, whether or not a rule needs it.
    pub async fn whole_supply(&self) -> Result<Supply, WatchError> {
        let unread = |error| WatchError::Source { database: self.source.database.clone(), source: Box::new(error) };
        let source = open_source(&self.source).await?;
        let survey = crate::source::survey(&source).await.map_err(unread)?;
        let of_kind = |kind: FactKind| {
            let attributes = kind.attributes().iter().map(move |attribute| Need::attribute(kind, &[attribute.name]));
            attributes.chain([Need::fact(kind)])
        };
        let everything: Vec<Need> = FactKind::ALL.into_iter().flat_map(of_kind).collect();
        crate::source::supply(&source, &survey, &everything, self.zone).await.map_err(unread)
    }

    /// Reads every case and assesses it at `now`. Nothing is kept of a read that was not accepted.
    pub async fn read(&self, now: DateTime<Utc>) -> Result<CaseLoad, WatchError> {
        self.read_each(now, |_, _| {}).await
    }

    /// The same, handing each record and its assessment on.
    pub async fn read_each(
        &self,
        now: DateTime<Utc>,
        mut each: impl FnMut(&CaseRecord, &Assessment) + Send,
    ) -> Result<CaseLoad, WatchError> {
        let unread = |error| WatchError::Source { database: self.source.database.clone(), source: Box::new(error) };
        let source = open_source(&self.source).await?;
        let survey = crate::source::survey(&source).await.map_err(unread)?;
        let needs: Vec<Need> = self.procedure.rules.iter().flat_map(Rule::needs).collect();
        let supply = crate::source::supply(&source, &survey, &needs, self.zone).await.map_err(unread)?;
        let terms = Terms { supply: &supply, ..self.terms(now) };
        let mut books = Books::default();
        let mut cases = BTreeMap::new();
        let mut duties: Vec<Duty> = Vec::new();
        let mut stretches: Vec<Stretch> = Vec::new();
        let mut stored_dates: Vec<StoredDate> = Vec::new();
        let mut planless = BTreeSet::new();
        let reading = crate::source::read_since(&source, &survey, self.zone, |record| {
            let assessment = assess(&record, &terms);
            each(&record, &assessment);
            books.enter(&assessment);
            if record.facts(FactKind::Plan).is_empty() {
                planless.insert(record.child.clone());
            }
            duties.extend(assessment.duties().cloned());
            stretches.extend(assessment.stretches);
            stored_dates.extend(assessment.stored_dates);
            cases.insert(assessment.context.child.clone(), assessment.context);
        })
        .await
        .map_err(unread)?;
        duties.extend(assess_reports(&terms, &stretches));
        duties.extend(data_faults::duties(&reading.faults, &stored_dates, &terms));
        books.children.seen = reading.counts.get("dw_children");
        books.children.unreadable = unreadable(&reading.faults);
        let rules = self.procedure.rules.iter().filter(|rule| rule.shape.name() != "report").count();
        books.pairs.applicable = (books.children.assessed + books.children.excluded) * rules as u64;
        let mut directory = reading.directory;
        let refused_addresses = self.forget_refused(&mut directory);
        Ok(CaseLoad {
            directory,
            mark: reading.mark,
            counts: reading.counts,
            faults: reading.faults,
            supply,
            stored_dates,
            incomplete: reading.incomplete,
            cases,
            duties,
            books,
            refused_addresses,
            planless,
        })
    }

    /// Takes out every address that the mail server refused in the last week, and says whose.
    pub(super) async fn forget_bounced(
        &self,
        directory: &mut Directory,
        now: DateTime<Utc>,
    ) -> Result<Vec<String>, WatchError> {
        let mut refused = Vec::new();
        for bounced in self.ledger.refused_addresses(now - TimeDelta::days(7)).await? {
            let person = directory.people.get_mut(&bounced.person);
            if let Some(person) = person.filter(|person| person.email.as_deref() == Some(&bounced.address)) {
                refused.push(format!("the mail server refused mail to {}", person.person.0));
                person.email = None;
            }
        }
        Ok(refused)
    }

    /// Takes out every address that may not be written to, so that whoever has only that is passed over for the next above.
    fn forget_refused(&self, directory: &mut Directory) -> Vec<String> {
        let mut refused = Vec::new();
        for person in directory.people.values_mut() {
            let Some(email) = &person.email else { continue };
            if let Err(why) = self.allowed.check(email) {
                refused.push(format!("{}: {why}", person.person.0));
                person.email = None;
            }
        }
        refused
    }
}
