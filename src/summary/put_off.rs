//! What was put off in a month, for the head of child protection: a row a rest, in the order made.

use chrono::{Datelike as _, Months, NaiveDate};

use super::{Kind, Made, duty};
use crate::{
    calendar::ShortDate,
    duty::{Anchor, Duty, Terms},
};

/// The month before that of a day, by its first day.
pub(super) fn month_before(today: NaiveDate) -> Option<NaiveDate> {
    today.with_day(1)?.checked_sub_months(Months::new(1))
}

/// The list of a month; none of one in which nobody put anything off.
pub(super) fn month(from_on: NaiveDate, made: &[&Made], terms: &Terms) -> Option<Duty> {
    let until_on = from_on.checked_add_months(Months::new(1))?;
    let in_month = |made: &&&Made| {
        let on = terms.zone.local_date(made.rest.at);
        (from_on..until_on).contains(&on)
    };
    let rows: Vec<String> = made.iter().filter(in_month).map(|made| row(made, terms)).collect();
    let anchor = Anchor { fact: "month".into(), id: from_on.to_string().into(), on: from_on };
    (!rows.is_empty()).then(|| Duty { anchor, ..duty(Kind::PutOffMonth, from_on, "", Vec::new(), rows, terms) })
}

fn row(made: &Made, terms: &Terms) -> String {
    let Made { of, rest, .. } = made;
    let child = of.child.as_ref().map_or("", |child| &child.0);
    let title = terms.procedure.rule(&of.duty).map_or(&*of.duty.0, |rule| rule.title.as_str());
    let role = terms.procedure.role_words(rest.role);
    let (from_on, last_on) = (ShortDate(terms.zone.local_date(rest.at)), ShortDate(rest.last_on(terms)));
    format!(
        "{child}, {title}: {} by {} as {role}, {}; {from_on} to {last_on}",
        rest.kind.words(),
        rest.person.0,
        rest.reason.words()
    )
}
