//! One child's case before it is filed into tables.

use chrono::{NaiveDate, NaiveDateTime};

use crate::record::FactKind;

/// A child.
#[derive(Clone, Default)]
pub(super) struct Child {
    pub(super) id: String,
    /// What the ids of plan and conferences are made from. Without it they are made from the child's id.
    pub(super) number: Option<u32>,
    pub(super) household: String,
    pub(super) forename: String,
    pub(super) surname: String,
    pub(super) born_on: Option<NaiveDate>,
    pub(super) expected_on: Option<NaiveDate>,
    pub(super) died_on: Option<NaiveDate>,
}

/// Which conference began the plan.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Beginning {
    Initial,
    PreBirth,
    TransferIn,
    /// The plan is another authority's; there was no conference here.
    Elsewhere,
}

/// A conference. Held where `held_on` is set, otherwise only arranged.
#[derive(Clone)]
pub(super) struct Conference {
    pub(super) booked_on: Option<NaiveDate>,
    pub(super) held_on: Option<NaiveDate>,
    pub(super) makes_plan: Option<bool>,
    pub(super) chair: Option<String>,
    pub(super) next_review_on: Option<NaiveDate>,
    pub(super) core_group_weeks: Option<u32>,
}

/// A core group meeting and the progress of its minutes.
#[derive(Clone, Default)]
#[expect(clippy::struct_field_names, reason = "all are dates, and dates end in _on")]
pub(super) struct CoreGroup {
    pub(super) booked_on: Option<NaiveDate>,
    pub(super) held_on: Option<NaiveDate>,
    pub(super) written_on: Option<NaiveDate>,
    pub(super) approved_on: Option<NaiveDate>,
    pub(super) handed_over_on: Option<NaiveDate>,
    pub(super) sent_on: Option<NaiveDate>,
}

/// A visit or contact. `None` in a flag: the record does not say.
#[derive(Clone)]
pub(super) struct Visit {
    pub(super) on: NaiveDate,
    pub(super) visitor: Option<String>,
    pub(super) seen: Option<bool>,
    pub(super) alone: Option<bool>,
    pub(super) bedroom: Option<bool>,
}

/// A time with a worker.
#[derive(Clone)]
pub(super) struct Allocation {
    pub(super) worker: String,
    pub(super) team: String,
    pub(super) lead: bool,
    pub(super) from_on: NaiveDate,
    pub(super) to_on: Option<NaiveDate>,
}

/// A time as member of the core group.
#[derive(Clone)]
pub(super) struct Membership {
    pub(super) member: String,
    pub(super) professional: bool,
    pub(super) from_on: NaiveDate,
    pub(super) to_on: Option<NaiveDate>,
}

/// Something to be told now. `told` sets every date of telling that applies to the kind.
#[derive(Clone)]
pub(super) struct Incident {
    pub(super) kind: &'static str,
    pub(super) at: NaiveDateTime,
    pub(super) told_on: Option<NaiveDate>,
}

/// Anything else that happened to the child, or is arranged.
#[derive(Clone)]
pub(super) struct Event {
    pub(super) kind: FactKind,
    pub(super) happened_on: Option<NaiveDate>,
    pub(super) booked_on: Option<NaiveDate>,
    pub(super) ended_on: Option<NaiveDate>,
    /// What its form says, beside what it says of most.
    pub(super) says: Vec<(&'static str, String)>,
}

/// All of it.
#[derive(Clone)]
pub(super) struct Case {
    pub(super) child: Child,
    pub(super) beginning: Beginning,
    /// Working days from the start of the enquiry to the first conference.
    pub(super) enquiry_days: u32,
    /// Working days from the referral to the authorised assessment.
    pub(super) assessment_days: u32,
    pub(super) started_on: NaiveDate,
    pub(super) ended_on: Option<NaiveDate>,
    pub(super) conference: Conference,
    pub(super) reviews: Vec<Conference>,
    pub(super) core_groups: Vec<CoreGroup>,
    pub(super) visits: Vec<Visit>,
    pub(super) allocations: Vec<Allocation>,
    pub(super) members: Vec<Membership>,
    pub(super) incidents: Vec<Incident>,
    pub(super) assessed_again_on: Option<NaiveDate>,
    pub(super) events: Vec<Event>,
    /// What the form of the latest fact of a kind leaves empty.
    pub(super) unanswered: Vec<(FactKind, &'static str)>,
}
