//! Reading and assessing every case, as `duties`, `preview`, `explain` and `check` do, without changing anything.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{
    Books, Watch, WatchError,
    audience::Line,
    data_faults,
    databases::open_source,
    directory::{add_strangers, unreachable},
};
use crate::{
    directory::Directory,
    duty::{Assessment, CaseContext, Duty, Lacking, StoredDate, Stretch, Terms, assess, assess_reports},
    ledger::RefusedAddress,
    notice::History,
    procedure::Rule,
    record::{CaseRecord, ChildRef, FactKind, Need, Supply},
    source::{Counts, Defect, Fault, Faults, LoadMark, Pass, SourceError},
};

/// Everything one read of the case database comes to.
#[derive(Clone, Debug)]
pub struct CaseLoad {
    /// The directory, addresses that may not be written to or do not work taken out.
    pub directory: Directory,
    /// When the case data was last loaded, and from where.
    pub mark: LoadMark,
    /// Rows in each view.
    pub counts: Counts,
    /// What could not be read.
    pub faults: Vec<Fault>,
    /// Who is needed and whom nobody reaches on the day of the reading.
    pub unreached: Vec<Fault>,
    /// What this source never tells of all that the rules in force need.
    pub supply: Supply,
    /// The case system's own due dates, beside ours.
    pub stored_dates: Vec<StoredDate>,
    /// Duties of the whole authority, which are no child's.
    pub of_authority: Vec<Duty>,
    /// Children and pairs.
    pub books: Books,
    /// Children some of whose facts could not be read, or may be among the rows that name no child: a duty that seems to be
    /// gone may only be unreadable.
    pub incomplete: BTreeSet<ChildRef>,
    /// People whose address may not be written to, and why.
    pub refused_addresses: Vec<String>,
}

/// Whether some rows of the view name no child.
fn is_nameless(faults: &[Fault], view: &str) -> bool {
    faults.iter().any(|fault| fault.view == view && matches!(fault.what, Defect::Unowned(_)))
}

/// Rows of the children's view that name no child of their own.
pub(super) fn unreadable(faults: &[Fault]) -> u64 {
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
    /// Children of whom nothing may be taken to be over: some fact of theirs could not be read, or the row that shows the
    /// child or the plan may be one of those that name no child, or the child has an open plan and no row of its own.
    pub(super) fn unsure(&self, cases: &BTreeMap<ChildRef, CaseContext>, history: &History) -> BTreeSet<ChildRef> {
        let unwatched = self.faults.iter().any(|fault| matches!(fault.what, Defect::OpenPlanWithoutChild(_)));
        let children = unwatched || is_nameless(&self.faults, "dw_children");
        let known = history.duties.keys().filter_map(|duty| duty.child.as_ref());
        let lost = known.filter(|child| children && !cases.contains_key(*child));
        lost.chain(&self.incomplete).cloned().collect()
    }
}

impl Watch {
    /// Opens the case database, and reads everything in it but the children.
    pub(super) async fn pass(&self) -> Result<Pass, WatchError> {
        let source = open_source(&self.source).await?;
        Pass::begin(&source, self.zone).await.map_err(|error| self.unread(error))
    }

    pub(super) fn unread(&self, error: SourceError) -> WatchError {
        WatchError::Source { database: self.source.database.clone(), source: Box::new(error) }
    }

    /// What the source of a pass never tells of all that the rules in force need.
    pub(super) async fn supply(&self, pass: &mut Pass) -> Result<Supply, WatchError> {
        let needs: Vec<Need> = self.procedure.rules.iter().flat_map(Rule::needs).collect();
        pass.supply(&needs).await.map_err(|error| self.unread(error))
    }

    /// What this source never tells of all that a record can hold, whether or not a rule needs it.
    pub async fn whole_supply(&self) -> Result<Supply, WatchError> {
        let of_kind = |kind: FactKind| {
            let attributes = kind.attributes().map(move |attribute| Need::attribute(kind, &[attribute.name]));
            attributes.chain([Need::fact(kind)])
        };
        let everything: Vec<Need> = FactKind::ALL.into_iter().flat_map(of_kind).collect();
        self.pass().await?.supply(&everything).await.map_err(|error| self.unread(error))
    }

    /// Reads every case and assesses it as of the moment at which the case data was loaded.
    pub async fn read_as_loaded(
        &self,
        each: impl FnMut(&CaseRecord, &Assessment) + Send,
    ) -> Result<CaseLoad, WatchError> {
        let pass = self.pass().await?;
        let loaded_at = pass.mark().loaded_at;
        Box::pin(self.read_rest(pass, loaded_at, each)).await
    }

    /// Reads every case and assesses it at `now`, handing each record and its assessment on. Nothing is to be kept of a read
    /// that was not accepted.
    pub async fn read_each(
        &self,
        now: DateTime<Utc>,
        each: impl FnMut(&CaseRecord, &Assessment) + Send,
    ) -> Result<CaseLoad, WatchError> {
        let pass = self.pass().await?;
        Box::pin(self.read_rest(pass, now, each)).await
    }

    async fn read_rest(
        &self,
        mut pass: Pass,
        now: DateTime<Utc>,
        mut each: impl FnMut(&CaseRecord, &Assessment) + Send,
    ) -> Result<CaseLoad, WatchError> {
        let supply = self.supply(&mut pass).await?;
        let lacking = Lacking::of(supply.clone(), &self.procedure);
        let terms = Terms { lacking: &lacking, ..self.terms(now) };
        let mut books = Books::default();
        let mut stretches: Vec<Stretch> = Vec::new();
        let mut stored_dates: Vec<StoredDate> = Vec::new();
        let (nameless, mut unsure) = (pass.nameless().to_vec(), BTreeSet::new());
        let mut strangers = Faults::default();
        let mut needed = BTreeSet::new();
        let mut directory = self.directory(pass.directory().clone())?;
        let refused_addresses = self.forget_refused(&mut directory);
        self.forget_bounced(&mut directory, now).await?;
        let line = Line::new(&directory, &self.procedure, terms.today, &self.last_recipient);
        let mut reading = crate::source::rest(pass, |record| {
            let assessment = assess(&record, &terms);
            each(&record, &assessment);
            books.enter(&assessment);
            add_strangers(&mut strangers, &directory, &assessment);
            needed.extend(unreachable(&line, &assessment));
            if nameless.iter().any(|kind| record.facts(*kind).is_empty()) {
                unsure.insert(record.child.clone());
            }
            stretches.extend(assessment.stretches);
            stored_dates.extend(assessment.stored_dates);
        })
        .await
        .map_err(|error| self.unread(error))?;
        self.set_views_aside(&mut reading.counts, &mut reading.faults);
        reading.faults.extend(strangers.finish());
        reading.faults.extend(self.directory_faults(&directory, terms.today));
        let mut of_authority = assess_reports(&terms, &stretches);
        let unreached = self.unreached(&directory, needed, terms.today);
        let faults: Vec<Fault> = reading.faults.iter().chain(&unreached).cloned().collect();
        of_authority.extend(data_faults::duties(&faults, &stored_dates, &terms));
        self.fill(&mut books, &reading.counts, &reading.faults);
        Ok(CaseLoad {
            directory,
            mark: reading.mark,
            counts: reading.counts,
            faults: reading.faults,
            unreached,
            supply,
            stored_dates,
            incomplete: reading.incomplete.into_iter().chain(unsure).collect(),
            of_authority,
            books,
            refused_addresses,
        })
    }

    /// The sides of the books that are counted apart from the children's own.
    pub(super) fn fill(&self, books: &mut Books, counts: &Counts, faults: &[Fault]) {
        books.children.seen = counts.get("dw_children");
        books.children.unreadable = unreadable(faults);
        let rules = self.procedure.rules.iter().filter(|rule| rule.shape.name() != "report").count();
        books.pairs.applicable = (books.children.assessed + books.children.excluded) * rules as u64;
    }

    /// Takes out every address that does not work, and says whose, and whether the last recipient's does not.
    pub(super) async fn forget_bounced(
        &self,
        directory: &mut Directory,
        now: DateTime<Utc>,
    ) -> Result<Vec<String>, WatchError> {
        let failing = self.ledger.addresses_that_fail(now).await?;
        let mut refused = Vec::from_iter(self.last_recipient_among(&failing).await?);
        for bounced in failing {
            let person = directory.people.get_mut(&bounced.person);
            if let Some(person) = person.filter(|person| person.email.as_deref() == Some(&bounced.address)) {
                refused.push(format!("the mail server refused mail to {}, or keeps putting it off", person.person.0));
                person.email = None;
            }
        }
        Ok(refused)
    }

    /// What to say while the last recipient's own address does not work.
    pub async fn last_recipient_fails(&self, now: DateTime<Utc>) -> Result<Option<String>, WatchError> {
        self.last_recipient_among(&self.ledger.addresses_that_fail(now).await?).await
    }

    /// Nobody stands above the last recipient: what is theirs waits and is tried again, so a person must mend it.
    async fn last_recipient_among(&self, failing: &[RefusedAddress]) -> Result<Option<String>, WatchError> {
        let address = &self.last_recipient.email;
        let of_last = failing.iter().filter(|failing| failing.address == *address);
        let Some(failed_at) = of_last.map(|failing| failing.at).max() else { return Ok(None) };
        let taken_since = self.ledger.last_taken_at(address).await?.is_some_and(|taken_at| taken_at > failed_at);
        let alarm = "alarm: the last recipient's address is refused, or put off again and again: what nobody else can be \
                     told is told to nobody; mend the mailbox, or name another as mail.last_recipient";
        Ok((!taken_since).then(|| alarm.to_owned()))
    }

    /// Takes out every address that may not be written to, so that whoever has only that is passed over for the next above.
    pub(super) fn forget_refused(&self, directory: &mut Directory) -> Vec<String> {
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
