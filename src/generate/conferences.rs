//! Review conferences: the first within three months, then within six, most of them in the last fortnight allowed.

use chrono::NaiveDate;

use super::{
    case::Conference,
    days::{months_after, on_or_before, shift},
    draw::Draw,
};

/// The first conference, held on the day the plan starts, with nothing set yet.
pub(super) fn held(on: NaiveDate, chair: Option<String>, core_group_weeks: Option<u32>) -> Conference {
    Conference {
        booked_on: Some(on),
        held_on: Some(on),
        makes_plan: Some(true),
        chair,
        next_review_on: None,
        core_group_weeks,
    }
}

fn arranged(on: NaiveDate, previous: &Conference) -> Conference {
    Conference { held_on: None, makes_plan: None, core_group_weeks: None, ..held(on, previous.chair.clone(), None) }
}

/// The reviews after `first`, up to the present or the plan's end, and the next one where it is booked. Sets on each
/// conference the date that it gave for the next; now and then one gives none.
pub(super) fn reviews(
    draw: &mut Draw,
    first: &mut Conference,
    ended_on: Option<NaiveDate>,
    as_of: NaiveDate,
) -> Vec<Conference> {
    let mut reviews: Vec<Conference> = Vec::new();
    while let Some(last_on) = reviews.last().unwrap_or(first).held_on {
        let months = if reviews.is_empty() { 3 } else { 6 };
        // About one review in twenty is late; national figures stood near 94% in time.
        let early = i32::try_from(draw.band(&[(64, 0, 10), (20, 11, 25), (10, 26, 50)])).unwrap_or(0);
        let late = i32::try_from(draw.band(&[(94, 0, 0), (6, 3, 24)])).unwrap_or(0);
        let planned_on = on_or_before(shift(months_after(last_on, months), -early));
        let mut on = on_or_before(shift(planned_on, if late > 0 { early + late } else { 0 }));
        let ends_here = ended_on.filter(|end| *end <= shift(on, 40));
        on = ends_here.unwrap_or(on);
        let previous = reviews.last_mut().unwrap_or(first);
        let date_set = draw.chance(96);
        previous.next_review_on = date_set.then_some(ends_here.unwrap_or(planned_on));
        let mut next = arranged(on, previous);
        if ends_here.is_none() && on >= as_of {
            if date_set && draw.chance(90) {
                reviews.push(next);
            }
            break;
        }
        next.held_on = Some(on);
        next.makes_plan = Some(ends_here.is_none());
        next.core_group_weeks = previous.core_group_weeks.filter(|_| ends_here.is_none());
        reviews.push(next);
        if ends_here.is_some() {
            break;
        }
    }
    reviews
}
