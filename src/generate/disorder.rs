//! What is wrong with rows that people type and scripts copy. Each kind is a function with its rate, made on the way into
//! the table, with chance of its own: without the disorder every other row is the same.

use chrono::NaiveDate;

use super::{draw::Draw, sheets::Sheet, systems::System};

/// One row in so many.
struct OneIn;

impl OneIn {
    const PADDED_ID: u32 = 9;
    const REPEATED: u32 = 500;
    const WITHOUT_PERSON: u32 = 2_000;
    const NO_END: u32 = 50;
    const TIMED: u32 = 10;
    const TYPED_LATE: u32 = 4;
    const STRAY_VISIT: u32 = 400;
    const DUPLICATE_PERSON: u32 = 300;
}

/// A stream of chance for disorder alone.
pub(super) struct Disorder {
    draw: Draw,
    system: System,
    /// The day before which everything has been typed in.
    typed_until: String,
}

impl Disorder {
    /// `typed_until`: visits of that day and later may not be there yet.
    pub(super) fn new(seed: u64, system: System, typed_until: NaiveDate) -> Disorder {
        Disorder { draw: Draw::new(seed, u64::MAX - 1), system, typed_until: typed_until.to_string() }
    }

    fn strikes(&mut self, one_in: u32) -> bool {
        self.draw.below(one_in) == 0
    }

    /// Makes what happens to a row happen, and says how often it stands in the table.
    pub(super) fn meet(&mut self, sheet: Sheet, columns: &[&str], row: &mut [Option<String>]) -> usize {
        let cell = |name: &str| columns.iter().position(|column| *column == name);
        match sheet {
            Sheet::Visit => {
                let (person, plan, on) = (cell("cppv_person_id"), cell("cppv_cp_plan_id"), cell("cppv_cp_visit_date"));
                self.minus_one(at(row, plan));
                self.pad(at(row, person));
                self.lose(if self.system == System::Mosaic { at(row, plan) } else { at(row, person) });
                if self.typed_late(at(row, on)) {
                    return 0;
                }
                self.time(at(row, on));
                self.repeat()
            }
            Sheet::Involvement => {
                let (person, referral) = (cell("invo_person_id"), cell("invo_referral_id"));
                let end = cell("invo_involvement_end_date");
                self.pad(at(row, person));
                self.lose(if self.system == System::Mosaic { at(row, referral) } else { at(row, person) });
                self.no_end(at(row, end));
                self.repeat()
            }
            Sheet::Assessment => {
                self.minus_one(at(row, cell("cina_assessment_worker_id")));
                self.lose(at(row, cell("cina_person_id")));
                self.repeat()
            }
            Sheet::Enquiry => {
                self.minus_one(at(row, cell("s47e_s47_completed_by_worker_id")));
                self.lose(at(row, cell("s47e_person_id")));
                self.repeat()
            }
            Sheet::Plan => {
                self.no_end(at(row, cell("cppl_cp_plan_end_date")));
                1
            }
            _ => 1,
        }
    }

    /// An id with blanks behind it. Mosaic's ids are numbers.
    fn pad(&mut self, id: Option<&mut Option<String>>) {
        if self.strikes(OneIn::PADDED_ID)
            && self.system != System::Mosaic
            && let Some(id) = id.and_then(Option::as_mut)
        {
            *id = format!("{id:<12}");
        }
    }

    /// Nobody, or nothing, as LCS writes it.
    fn minus_one(&mut self, id: Option<&mut Option<String>>) {
        if self.system == System::Lcs
            && let Some(id) = id
        {
            id.get_or_insert_with(|| "-1".into());
        }
    }

    /// The key to the child is not there.
    fn lose(&mut self, id: Option<&mut Option<String>>) {
        if self.strikes(OneIn::WITHOUT_PERSON)
            && let Some(id) = id
        {
            *id = None;
        }
    }

    /// An end that stands for none.
    fn no_end(&mut self, end: Option<&mut Option<String>>) {
        if let Some(end) = end.filter(|end| end.is_none())
            && self.strikes(OneIn::NO_END)
        {
            *end = Some("9999-12-31 00:00:00".into());
        }
    }

    /// A visit of the last days that nobody has typed in yet.
    fn typed_late(&mut self, on: Option<&mut Option<String>>) -> bool {
        let recent = on.and_then(|on| on.as_deref()).is_some_and(|on| on >= self.typed_until.as_str());
        recent && self.strikes(OneIn::TYPED_LATE)
    }

    /// A time of day, where the others have midnight.
    fn time(&mut self, on: Option<&mut Option<String>>) {
        if self.strikes(OneIn::TIMED)
            && let Some(on) = on.and_then(Option::as_mut)
        {
            *on = on.replace("00:00:00", &format!("{:02}:{:02}:00", self.draw.between(9, 17), self.draw.below(60)));
        }
    }

    /// The same row twice.
    fn repeat(&mut self) -> usize {
        if self.strikes(OneIn::REPEATED) { 2 } else { 1 }
    }

    /// Whether a visit to a plan that does not exist comes beside this one.
    pub(super) fn strays(&mut self) -> bool {
        self.strikes(OneIn::STRAY_VISIT)
    }

    /// Whether somebody has the person in twice.
    pub(super) fn doubles(&mut self) -> bool {
        self.strikes(OneIn::DUPLICATE_PERSON)
    }
}

fn at(row: &mut [Option<String>], column: Option<usize>) -> Option<&mut Option<String>> {
    row.get_mut(column?)
}
