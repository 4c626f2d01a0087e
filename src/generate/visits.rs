//! Visits: by the lead worker about every ten working days, by other members of the core group in between.

use chrono::NaiveDate;

use super::{
    case::{Allocation, Membership, Visit},
    days::{after, months_after},
    draw::{Band, Draw},
};

/// How often a child is visited.
pub(super) struct Habits {
    /// Working days between visits of the lead worker.
    gaps: [Band; 5],
    /// Of a hundred children, those whom another member of the core group visits too.
    others: u32,
}

/// As the demonstration has it: every way to be in time or late, and others who help.
pub(super) const WATCHED: Habits =
    Habits { gaps: [(6, 2, 3), (28, 4, 7), (52, 8, 10), (10, 11, 13), (4, 14, 20)], others: 65 };

/// About one a fortnight, and statutory visits only, as the dataset counts them.
pub(super) const FORTNIGHTLY: Habits =
    Habits { gaps: [(2, 2, 4), (6, 5, 8), (70, 9, 10), (14, 11, 13), (8, 14, 22)], others: 0 };

/// Visits from the conference to the day before the load or the plan's end, in order of date.
pub(super) fn visits(
    draw: &mut Draw,
    habits: &Habits,
    (from_on, until): (NaiveDate, NaiveDate),
    allocations: &[Allocation],
    members: &[Membership],
) -> Vec<Visit> {
    let mut visits = Vec::new();
    let mut on = after(from_on, draw.between(1, 6));
    while on < until {
        let lead =
            allocations.iter().find(|held| held.lead && held.from_on <= on && held.to_on.is_none_or(|to| to >= on));
        let seen = if let Some(lead) = lead {
            let visit = made(draw, on, Some(lead.worker.clone()));
            let seen = visit.seen == Some(true);
            visits.push(visit);
            seen
        } else {
            true
        };
        let gap = draw.band(&habits.gaps);
        on = after(on, if seen { gap } else { draw.between(1, 3) });
    }
    if let Some(other) = members.iter().find(|member| member.professional).filter(|_| draw.chance(habits.others)) {
        let mut on = after(from_on, draw.between(4, 14));
        while on < until {
            visits.push(made(draw, on, Some(other.member.clone())));
            on = after(on, draw.between(11, 19));
        }
    }
    visits.sort_by_key(|visit| visit.on);
    mistype(draw, &mut visits);
    visits
}

/// The same days for a brother or sister, with what was seen drawn afresh.
pub(super) fn alongside(draw: &mut Draw, visits: &[Visit]) -> Vec<Visit> {
    visits.iter().map(|visit| made(draw, visit.on, visit.visitor.clone())).collect()
}

fn made(draw: &mut Draw, on: NaiveDate, visitor: Option<String>) -> Visit {
    let seen = draw.chance(93);
    let answer = |share: u32| match share {
        0..60 => Some(true),
        60..88 => Some(false),
        _ => None,
    };
    let (alone, bedroom) = (answer(draw.below(100)), answer(draw.between(20, 99)));
    Visit { on, visitor, seen: Some(seen), alone: alone.filter(|_| seen), bedroom: bedroom.filter(|_| seen) }
}

/// One visit in 250 is typed in with the wrong year.
fn mistype(draw: &mut Draw, visits: &mut [Visit]) {
    for visit in visits {
        if draw.below(250) == 0 {
            visit.on = months_after(visit.on, 12);
        }
    }
}
