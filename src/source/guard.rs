//! Whether a reading may be believed. An empty table looks exactly like an authority without children; the last good
//! reading tells them apart.

use thiserror::Error;

use super::contract::{CHILDREN, POSTS, TEAMS, WORKERS};
use super::{Counts, OfChild};
use crate::record::FactKind;

/// A reading that is not believed. Nothing is decided on it and no message is withdrawn because of it; messages that
/// were already decided go out. The next reading that passes heals it, without anybody's doing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Guarded {
    /// A view is empty that was not.
    #[error("{view} is empty, and had {before} rows at the last good reading; {HELD}{MEND}")]
    Emptied {
        /// Which view.
        view: &'static str,
        /// How many rows it had.
        before: u64,
    },
    /// A view lost too many of its rows.
    #[error("{view} fell from {before} rows to {after} since the last good reading; {HELD}{MEND}")]
    Shrunk {
        /// Which view.
        view: &'static str,
        /// How many rows it had.
        before: u64,
        /// How many it has.
        after: u64,
    },
    /// The first reading found no child at all.
    #[error(
        "dw_children is empty at the first reading: there is nothing to watch; check that the views show live data"
    )]
    NothingToWatch,
    /// Too much would be over at once, as if the ids of the children had changed.
    #[error(
        "{over} of {before} open duties would end because what started them is gone from the case database; {HELD}. If it is \
         right, say so with `duewatch ledger accept --fewer-rows --by NAME --reason TEXT`"
    )]
    Ended {
        /// How many would end.
        over: u64,
        /// How many are open.
        before: u64,
    },
    /// It is another database than the one the ledger belongs to.
    #[error("the ledger belongs to the case database `{expected}`, and this one calls itself `{found}`; {HELD}")]
    WrongSource {
        /// The name in the ledger.
        expected: String,
        /// The name in `dw_load`.
        found: String,
    },
}

const HELD: &str = "everything new is held back until a reading passes again";

const MEND: &str =
    ". If the rows are gone for good, say so with `duewatch ledger accept --fewer-rows --by NAME --reason TEXT`";

/// Views with fewer rows than this go up and down by themselves.
const SMALL: u64 = 10;

/// Compares a reading with the last good one, or with none if it is the first. A view that lost `shrink_percent` of its
/// rows or more (1 to 100; 50 is usual) is not believed.
pub fn guard(previous: Option<&Counts>, now: &Counts, shrink_percent: u32) -> Result<(), Guarded> {
    let Some(previous) = previous else {
        return if now.get(CHILDREN) == 0 { Err(Guarded::NothingToWatch) } else { Ok(()) };
    };
    // Without any of these nobody is watched, or nobody can be told.
    let vital = [CHILDREN, WORKERS, TEAMS, POSTS, FactKind::Plan.view()];
    let watched = [CHILDREN, WORKERS, TEAMS, POSTS].into_iter().chain(OfChild::all().map(OfChild::view));
    for view in watched {
        let (before, after) = (previous.get(view), now.get(view));
        if after == 0 && before > 0 && (before >= SMALL || vital.contains(&view)) {
            return Err(Guarded::Emptied { view, before });
        }
        let kept_percent = u128::from(100 - shrink_percent.clamp(1, 100));
        if before >= SMALL && u128::from(after) * 100 <= u128::from(before) * kept_percent {
            return Err(Guarded::Shrunk { view, before, after });
        }
    }
    Ok(())
}

/// Compares what would end, because the fact that started it is not there any more, with what is open. As many rows as before
/// under other ids look like nothing to [`guard`].
pub fn guard_ended(before: u64, over: u64, shrink_percent: u32) -> Result<(), Guarded> {
    let share = u128::from(shrink_percent.clamp(1, 100));
    if over >= SMALL && u128::from(over) * 100 >= u128::from(before) * share {
        return Err(Guarded::Ended { over, before });
    }
    Ok(())
}

/// Compares the database's own name with the one the ledger belongs to.
pub fn guard_name(expected: &str, found: &str) -> Result<(), Guarded> {
    if expected == found {
        return Ok(());
    }
    Err(Guarded::WrongSource { expected: expected.into(), found: found.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(rows: &[(&str, u64)]) -> Counts {
        let mut all = vec![("dw_children", 100), ("dw_plans", 100), ("dw_workers", 20), ("dw_visits", 1000)];
        all.extend(rows);
        Counts(all.into_iter().map(|(view, rows)| (view.to_owned(), rows)).collect())
    }

    fn after(rows: &[(&str, u64)]) -> Result<(), Guarded> {
        guard(Some(&counts(&[])), &counts(rows), 50)
    }

    #[test]
    fn a_view_that_lost_half_its_rows_is_not_believed() {
        assert_eq!(after(&[]), Ok(()));
        assert_eq!(after(&[("dw_visits", 501)]), Ok(()));
        let shrunk = |view, before, after| Err(Guarded::Shrunk { view, before, after });
        assert_eq!(after(&[("dw_visits", 500)]), shrunk("dw_visits", 1000, 500));
        assert_eq!(after(&[("dw_children", 50)]), shrunk("dw_children", 100, 50));
        assert_eq!(after(&[("dw_workers", 1)]), shrunk("dw_workers", 20, 1));
        assert_eq!(after(&[("dw_plans", 0)]), Err(Guarded::Emptied { view: "dw_plans", before: 100 }));
        assert_eq!(guard(Some(&counts(&[])), &counts(&[("dw_visits", 80)]), 95), Ok(()));
    }

    #[test]
    fn small_views_may_move_but_those_that_matter_may_not_vanish() {
        let vital = ["dw_children", "dw_workers", "dw_teams", "dw_posts", "dw_plans"];
        let before = counts(&[vec![("dw_incidents", 9)], vital.map(|view| (view, 1)).to_vec()].concat());
        let now = |rows: &[(&str, u64)]| {
            let mut now = before.clone();
            now.0.extend(rows.iter().map(|(view, rows)| ((*view).to_owned(), *rows)));
            guard(Some(&before), &now, 50)
        };
        assert_eq!(now(&[("dw_incidents", 0)]), Ok(()));
        for view in vital {
            assert_eq!(now(&[(view, 0)]), Err(Guarded::Emptied { view, before: 1 }), "{view}");
        }
    }

    #[test]
    fn the_first_reading_must_find_somebody() {
        assert_eq!(guard(None, &counts(&[]), 50), Ok(()));
        assert_eq!(guard(None, &counts(&[("dw_children", 0)]), 50), Err(Guarded::NothingToWatch));
        assert_eq!(guard(None, &Counts::default(), 50), Err(Guarded::NothingToWatch));
    }

    #[test]
    fn what_ends_all_at_once_is_not_believed() {
        assert_eq!(guard_ended(100, 49, 50), Ok(()));
        assert_eq!(guard_ended(100, 50, 50), Err(Guarded::Ended { over: 50, before: 100 }));
        assert_eq!(guard_ended(9, 9, 50), Ok(()), "a small authority may end what it has");
        assert_eq!(guard_ended(0, 0, 50), Ok(()));
    }

    #[test]
    fn another_database_is_recognised() {
        assert_eq!(guard_name("live", "live"), Ok(()));
        assert!(guard_name("live", "training").unwrap_err().to_string().contains("`training`"));
    }
}
