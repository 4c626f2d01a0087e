//! An authority of any size, open plan after open plan. With each comes its share of everything else: plans that ended,
//! enquiries, assessments, persons and their workers, in the proportions of [`national`](super::national). Nothing of what
//! was filed is kept, so a country takes no more memory than a village.

use chrono::NaiveDate;

use super::{
    authority::file_load,
    case::Child,
    days::shift,
    draw::Draw,
    families::days_ago,
    filing::{file_person, stamp},
    names,
    national::{
        ASSESSMENT, ASSESSMENTS, CONFERENCES, CONFERENCES_PENDING, ENQUIRIES, ENQUIRY, INVOLVEMENTS, LASTED,
        OPEN_ASSESSMENTS, OPEN_CASES, OPEN_ENQUIRIES, OPEN_FOR, OPEN_PLANS, PERSONS, PLANS_ENDED, PLANS_STARTED,
    },
    order::Order,
    planned::OpenFamily,
    quota::{Quota, Rate},
    referred::Came,
    roster::Roster,
    sheets::{Sheet, Sheets},
};

/// Streams of chance of each open plan's surroundings.
const STREAMS: u64 = 1 << 50;
/// Workers beside the one who holds the case.
const OTHER_ROLES: [&str; 6] = ["FSW", "TM", "IRO", "HV", "EH", "ADM"];

/// What is still missing of each kind.
pub(super) struct Due {
    pub(super) ended: Rate,
    pub(super) conferences_alone: Rate,
    pub(super) enquiries: Rate,
    pub(super) open_enquiries: Rate,
    pub(super) pending: Rate,
    pub(super) assessments: Rate,
    pub(super) open_assessments: Rate,
    pub(super) open_cases: Rate,
    pub(super) persons: Rate,
    pub(super) involvements: Rate,
}

/// A referral of which the surroundings know, so that workers can be beside the one who holds it.
pub(super) struct Known {
    pub(super) child: Child,
    pub(super) referral: String,
    pub(super) team: String,
    pub(super) from_on: NaiveDate,
    pub(super) to_on: Option<NaiveDate>,
    /// Referrals of the child so far; none where this is not the child's first.
    pub(super) referrals: Option<u32>,
}

/// The authority as it is filed.
pub(super) struct Population<'a> {
    pub(super) order: &'a Order,
    pub(super) sheets: &'a mut Sheets,
    pub(super) roster: Roster,
    pub(super) due: Due,
    pub(super) enquiry_days: Quota,
    pub(super) assessment_days: Quota,
    pub(super) lasted: Quota,
    pub(super) open_for: Quota,
    pub(super) known: Vec<Known>,
    families: u64,
    children: u32,
    open_family: Option<OpenFamily>,
}

/// Files everything that was ordered, the mark of the load last.
pub(super) fn fill(order: &Order, mut sheets: Sheets) {
    let roster = Roster::open(order.seed, order.as_of, order.tidy, &mut sheets);
    let in_years = |a_year: u64| Rate::new(a_year * u64::from(order.years), OPEN_PLANS);
    let of_six_years = |count: u64| Rate::new(count * u64::from(order.years), OPEN_PLANS * 6);
    let on_one_day = |count: u64| Rate::new(count, OPEN_PLANS);
    let due = Due {
        ended: in_years(PLANS_ENDED),
        conferences_alone: in_years(CONFERENCES - PLANS_STARTED),
        enquiries: in_years(ENQUIRIES),
        open_enquiries: on_one_day(OPEN_ENQUIRIES),
        pending: on_one_day(CONFERENCES_PENDING),
        assessments: in_years(ASSESSMENTS),
        open_assessments: on_one_day(OPEN_ASSESSMENTS),
        open_cases: on_one_day(OPEN_CASES),
        persons: of_six_years(PERSONS),
        involvements: of_six_years(INVOLVEMENTS),
    };
    let mut population = Population {
        order,
        sheets: &mut sheets,
        roster,
        due,
        enquiry_days: Quota::new(ENQUIRY),
        assessment_days: Quota::new(ASSESSMENT),
        lasted: Quota::new(LASTED),
        open_for: Quota::new(OPEN_FOR),
        known: Vec::new(),
        families: 0,
        children: 0,
        open_family: None,
    };
    for plan in 1..=u64::from(order.plans) {
        if population.sheets.stopped() {
            return;
        }
        population.surround(plan);
    }
    if order.system.lead_code_is_local() {
        let role = [order.system.lead_code(), "lead_worker"].map(|text| Some(text.to_owned()));
        sheets.put(Sheet::RoleCode, role);
    }
    file_load(&mut sheets, order.as_of);
    sheets.finish();
}

impl Population<'_> {
    /// The open plan of that number, from 1, and all that comes with it. Only what came before is asked, never how many
    /// plans there will be, so that a larger authority has the same families first.
    fn surround(&mut self, plan: u64) {
        self.known.clear();
        while self.due.ended.missing(plan) > 0 {
            self.file_ended_family();
        }
        let open_family = self.open_family.take();
        self.open_family = self.file_open_child(open_family);
        if !self.order.tidy && plan.is_multiple_of(50) {
            self.file_elsewhere();
        }
        let whole = [
            (Came::OpenEnquiry, |due: &Due| &due.open_enquiries),
            (Came::Conference, |due: &Due| &due.conferences_alone),
            (Came::Enquiry, |due: &Due| &due.enquiries),
            (Came::OpenAssessment, |due: &Due| &due.open_assessments),
            (Came::Assessment, |due: &Due| &due.assessments),
        ] as [(Came, fn(&Due) -> &Rate); 5];
        for (came, rate) in whole {
            while rate(&self.due).missing(plan) > 0 {
                self.file_family(came, plan);
            }
        }
        let mut draw = Draw::new(self.order.seed, STREAMS + plan);
        while self.due.persons.missing(plan) > 0 {
            let child = self.new_child(&mut draw, self.order.as_of);
            self.file_person(&child);
        }
        self.file_others(&mut draw, plan);
    }

    /// The next family's stream of chance, and its number.
    pub(super) fn next_family(&mut self) -> (Draw, u64) {
        self.families += 1;
        (Draw::new(self.order.seed, self.families), self.families)
    }

    /// The number of the next child.
    pub(super) fn next_child(&mut self) -> u32 {
        self.children += 1;
        10_000 + self.children
    }

    /// A child of any age on that day, in no household.
    pub(super) fn new_child(&mut self, draw: &mut Draw, on: NaiveDate) -> Child {
        let number = self.next_child();
        Child {
            id: format!("C{number}"),
            number: Some(number),
            forename: names::name(draw),
            surname: names::name(draw),
            born_on: Some(days_ago(on, draw.between(5, 6500))),
            ..Child::default()
        }
    }

    /// The person, and now and then the same person again under another key.
    pub(super) fn file_person(&mut self, child: &Child) {
        self.due.persons.add(1);
        file_person(self.sheets, child);
        self.file_duplicate(child);
    }

    pub(super) fn file_duplicate(&mut self, child: &Child) {
        if self.sheets.disorder().is_some_and(super::disorder::Disorder::doubles) {
            let again = Child { id: format!("{}D", child.id), forename: "DUPLICATE".into(), ..child.clone() };
            file_person(self.sheets, &again);
        }
    }

    /// A day within the years of history, not a weekend.
    pub(super) fn day_in_history(&self, draw: &mut Draw) -> NaiveDate {
        let days = self.order.years.saturating_mul(365).max(1);
        super::days::on_or_before(days_ago(self.order.as_of, draw.between(1, days)))
    }

    /// The first day of the history.
    pub(super) fn history_from(&self) -> NaiveDate {
        days_ago(self.order.as_of, self.order.years.saturating_mul(365))
    }

    /// Workers who were beside the one who held the case, for as long as some are missing.
    fn file_others(&mut self, draw: &mut Draw, plan: u64) {
        let missing = self.due.involvements.missing(plan);
        for (number, known) in (0..missing).zip(self.known.iter().cycle()) {
            let until = known.to_on.unwrap_or(self.order.as_of);
            let length = u32::try_from((until - known.from_on).num_days()).unwrap_or(0);
            let from_on = shift(known.from_on, i32::try_from(draw.below(length + 1)).unwrap_or(0));
            let to_on = shift(from_on, i32::try_from(draw.between(3, 200)).unwrap_or(3)).min(until);
            let worker = draw.pick(&self.roster.team().workers).cloned();
            let role = draw.pick(&OTHER_ROLES).copied().unwrap_or_default();
            self.sheets.put(
                Sheet::Involvement,
                [
                    Some(format!("{}-X{number}", known.referral)),
                    worker,
                    Some(role.to_owned()),
                    Some(known.team.clone()),
                    Some(known.child.id.clone()),
                    Some(stamp(from_on)),
                    Some(stamp(to_on)),
                    Some(known.referral.clone()),
                ],
            );
            self.due.involvements.add(1);
        }
    }
}
