//! Core groups and their minutes. Both bunch just before the limit, and some miss it.

use chrono::NaiveDate;

use super::{
    case::CoreGroup,
    days::{after, before, on_or_before, shift},
    draw::Draw,
};

/// The core groups of a plan from its conference to the present or its end, and the next one where it is booked.
pub(super) fn core_groups(
    draw: &mut Draw,
    conference_on: NaiveDate,
    weeks: Option<u32>,
    ended_on: Option<NaiveDate>,
    as_of: NaiveDate,
) -> Vec<CoreGroup> {
    let until = ended_on.unwrap_or(as_of);
    let mut meetings = Vec::new();
    // Working days from the conference. About one in six misses the tenth.
    let days = draw.band(&[(12, 1, 4), (24, 5, 7), (48, 8, 10), (11, 11, 15), (5, 16, 25)]);
    let mut on = after(conference_on, days);
    while on < until {
        if draw.chance(3) {
            meetings.push(CoreGroup { booked_on: Some(on), ..CoreGroup::default() });
            on = after(on, 6);
            continue;
        }
        let moved = draw.chance(15);
        let mut meeting = CoreGroup {
            booked_on: Some(if moved { before(on, 3) } else { on }),
            held_on: Some(on),
            ..CoreGroup::default()
        };
        take_minutes(draw, &mut meeting, as_of);
        meetings.push(meeting);
        // In hundredths of the interval that was wished for, or of six weeks.
        let share = draw.band(&[(10, 60, 74), (23, 75, 89), (55, 90, 100), (12, 103, 140)]);
        let gap = weeks.unwrap_or(6) * 7 * share / 100;
        on = on_or_before(shift(on, i32::try_from(gap.max(5)).unwrap_or(28)));
    }
    if ended_on.is_none() && draw.chance(80) {
        meetings.push(CoreGroup { booked_on: Some(on), ..CoreGroup::default() });
    }
    meetings
}

/// Writing, approval, handing over and sending, as far as they had come by the day of the load.
fn take_minutes(draw: &mut Draw, meeting: &mut CoreGroup, as_of: NaiveDate) {
    let Some(held_on) = meeting.held_on else { return };
    let sent = draw.band(&[(8, 2, 4), (24, 5, 7), (52, 8, 10), (11, 11, 14), (5, 15, 25)]);
    let handed_over = sent - draw.between(0, 2).min(sent);
    let approved = handed_over - draw.between(0, 2).min(handed_over);
    let written = draw.between(0, 4).min(approved);
    // How far it ever got: nearly always to the end.
    let reached = draw.band(&[(1, 0, 0), (3, 1, 1), (2, 2, 2), (2, 3, 3), (92, 4, 4)]);
    let step = |at: u32, days: u32| Some(after(held_on, days)).filter(|on| reached >= at && *on < as_of);
    meeting.written_on = step(1, written);
    meeting.approved_on = step(2, approved);
    meeting.handed_over_on = step(3, handed_over);
    meeting.sent_on = step(4, sent);
}

/// Minutes that were written and then lay about are sent in the end: somebody asks for them before the next meeting but one.
pub(super) fn catch_up(meetings: &mut [CoreGroup], as_of: NaiveDate) {
    let asked_for = |meeting: &&mut CoreGroup| meeting.held_on.is_some_and(|on| on < before(as_of, 35));
    for meeting in meetings.iter_mut().filter(asked_for) {
        let Some(written_on) = meeting.written_on else { continue };
        let approved_on = *meeting.approved_on.get_or_insert(after(written_on, 4));
        let handed_over_on = *meeting.handed_over_on.get_or_insert(after(approved_on, 3));
        meeting.sent_on.get_or_insert(after(handed_over_on, 5));
    }
}
