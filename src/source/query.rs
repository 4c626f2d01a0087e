//! The statements that are sent to the case database. All are made from the contract; none holds a value.
//!
//! A child is one row: its facts travel packed as JSON arrays, one array a view, because each row costs far more than
//! the text in it. Facts are grouped once a view and then joined, never looked up child by child: what lies under the
//! views has no index. Every column is cast to text, so that parsing is the same for both databases.

use std::fmt::Write as _;

use super::View;
use super::contract::{CHILDREN, LOAD};
use crate::database::Kind;
use crate::record::FactKind;

/// The attributes of a child, in the order in which a child's row has them after its id.
pub(crate) const CHILD_COLUMNS: [&str; 4] = ["born_on", "expected_on", "died_on", "household_id"];

/// A column's text without padding.
fn trimmed(kind: Kind, column: &str) -> String {
    match kind {
        Kind::Sqlite => format!("TRIM(CAST({column} AS TEXT), ' ' || CHAR(9, 10, 13))"),
        Kind::Postgres => format!(r"BTRIM(CAST({column} AS TEXT), E' \t\n\r')"),
    }
}

/// The id in a column: text without padding, NULL where it is empty or `-1`.
fn id(kind: Kind, column: &str) -> String {
    format!("NULLIF(NULLIF({}, ''), '-1')", trimmed(kind, column))
}

fn text(column: &str) -> String {
    format!("CAST({column} AS TEXT)")
}

/// Every child with its facts: the child's id, [`CHILD_COLUMNS`], then one packed column for each view of facts, in the
/// order given. Ordered bytewise by the child's id.
///
/// First come the rows of nobody, whose id is empty: one of the statement's own, and one for each row of `dw_children`
/// without an id. Behind the packed columns they have what only the whole can tell: how many rows of each view have no
/// child, how many open plans are of a child who has no row, how many rows with an id there are. Asked in the same
/// statement, because what lies under the views would be gone through once more for each.
pub(crate) fn cases(kind: Kind, facts: &[&View]) -> String {
    let (pack_rows, pack_columns, to_text, bytewise) = match kind {
        Kind::Sqlite => ("JSON_GROUP_ARRAY", "JSON_ARRAY", "", ""),
        Kind::Postgres => ("JSON_AGG", "JSON_BUILD_ARRAY", "::TEXT", " COLLATE \"C\""),
    };
    let child = format!("COALESCE({}, '')", id(kind, "child_id"));
    let attributes = CHILD_COLUMNS.map(|name| format!("{} AS {name}", text(name))).join(", ");
    let nothing = CHILD_COLUMNS.map(|_| "NULL").join(", ");
    let (mut columns, mut counts, mut joins) = (String::new(), String::new(), String::new());
    for (at, view) in facts.iter().enumerate() {
        let (name, key) = (view.name, view.key_column());
        let others: Vec<_> = view.columns.iter().map(|column| column.name).filter(|name| *name != key).collect();
        let as_text = others.iter().map(|name| format!("{} AS {name}", text(name))).collect::<Vec<_>>().join(", ");
        let others = others.join(", ");
        let _ = write!(columns, ", f{at}.facts{to_text}");
        let _ = write!(counts, ", f{at}.n");
        let _ = write!(
            joins,
            "\nLEFT JOIN (SELECT child_id, {pack_rows}({pack_columns}({others})) FILTER (WHERE child_id <> '') AS facts, \
             COUNT(*) AS n\
             \n    FROM (SELECT {child} AS child_id, {as_text} FROM {name}) AS v\
             \n    WHERE child_id IN (SELECT child_id FROM children) GROUP BY child_id) AS f{at} ON f{at}.child_id = c.child_id",
        );
    }
    let wanted = CHILD_COLUMNS.map(|name| format!("c.{name}")).join(", ");
    let unwatched = open_plans_without_child(kind);
    format!(
        "WITH children AS MATERIALIZED (SELECT {child} AS child_id, {attributes} FROM {CHILDREN} \
         UNION ALL SELECT '', {nothing})\
         \nSELECT c.child_id, {wanted}{columns}{counts}, ({unwatched}), \
         (SELECT COUNT(*) FROM children WHERE child_id <> '')\
         \nFROM children AS c{joins}\nORDER BY c.child_id{bytewise}"
    )
}

/// How many open plans of this authority belong to a child who is not among `children`. Open is what `parse` reads as
/// open: no end, or the one that stands for none.
fn open_plans_without_child(kind: Kind) -> String {
    let (child, ended, elsewhere) = (id(kind, "child_id"), trimmed(kind, "ended_on"), trimmed(kind, "other_authority"));
    let plans = FactKind::Plan.view();
    format!(
        "SELECT COUNT(*) FROM (SELECT {child} AS child_id, {ended} AS ended_on, {elsewhere} AS elsewhere FROM {plans}) AS p \
         WHERE p.child_id IS NOT NULL AND p.child_id NOT IN (SELECT child_id FROM children) \
         AND (COALESCE(p.ended_on, '') = '' OR p.ended_on LIKE '9999-12-31%') \
         AND LOWER(COALESCE(p.elsewhere, '')) NOT IN ('y', 'yes', 'true', '1')"
    )
}

/// How many rows of that view have no child.
pub(crate) fn without_child(kind: Kind, view: &str) -> String {
    format!("SELECT COUNT(*) FROM {view} WHERE {} IS NULL", id(kind, "child_id"))
}

/// All rows of one view as text, in the order of its columns.
pub(crate) fn rows(view: &View) -> String {
    let columns: Vec<_> = view.columns.iter().map(|column| text(column.name)).collect();
    format!("SELECT {} FROM {}", columns.join(", "), view.name)
}

/// How many tables of this database lie in another one, or are views whose rows are kept: what a lock on a view beneath
/// which they lie does not hold.
pub(crate) const NOT_HELD: &str = "SELECT COUNT(*) FROM pg_class WHERE relkind IN ('f', 'm')";

/// For every view but the load mark: its name, how many rows it has, and how many of them have a key.
pub(crate) fn counts(kind: Kind, views: &[View]) -> String {
    counting(views, |view| format!("COUNT(*), COUNT({})", id(kind, view.key_column())))
}

/// How many rows a view has.
pub(crate) fn count(view: &str) -> String {
    format!("SELECT COUNT(*) FROM {view}")
}

/// The same without the keys. It looks at no column, so that a database can leave out what a view only joins to show more of
/// a row.
pub(crate) fn counts_of_rows(views: &[View]) -> String {
    counting(views, |_| "COUNT(*), COUNT(*)".to_owned())
}

fn counting(views: &[View], what: impl Fn(&View) -> String) -> String {
    let counted = views.iter().filter(|view| view.name != LOAD);
    let parts: Vec<_> = counted.map(|view| format!("SELECT '{0}', {1} FROM {0}", view.name, what(view))).collect();
    parts.join("\nUNION ALL ")
}

/// What some row of a view can show, and one is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sign<'a> {
    /// This attribute is filled.
    Filled(&'a str),
    /// By this attribute, which ends it, the fact is not over on the day that is bound as $1.
    Open(&'a str),
}

impl Sign<'_> {
    fn condition(self, kind: Kind) -> String {
        match self {
            Sign::Filled(name) => format!("{} IS NOT NULL", id(kind, name)),
            Sign::Open(ended) => {
                let value = id(kind, ended);
                format!("({value} IS NULL OR SUBSTR({value}, 1, 10) > $1)")
            }
        }
    }
}

/// One row of the first rows of a view: how many they are, `most` at most, and 1 for each sign that one of them shows.
pub(crate) fn first_rows(kind: Kind, view: &str, signs: &[Sign], most: u64) -> String {
    let (mut columns, mut shown) = (String::new(), String::new());
    for (at, sign) in signs.iter().enumerate() {
        let _ = write!(columns, ", CASE WHEN {} THEN 1 ELSE 0 END AS sign_{at}", sign.condition(kind));
        let _ = write!(shown, ", MAX(sign_{at})");
    }
    format!("SELECT COUNT(*){shown} FROM (SELECT 1 AS one{columns} FROM {view} LIMIT {most}) AS first_rows")
}

/// 1 if any row of a view shows the sign. It looks no further than the first such row; only a sign that nobody shows costs
/// a pass over the view.
pub(crate) fn is_shown(kind: Kind, view: &str, sign: Sign) -> String {
    let shown = format!("SELECT 1 FROM {view} WHERE {}", sign.condition(kind));
    format!("SELECT CAST(CASE WHEN EXISTS ({shown}) THEN 1 ELSE 0 END AS BIGINT)")
}

/// How many facts of a kind happened from the day on that is bound as $1 to the one bound as $2.
pub(crate) fn happened_between(kind: Kind, fact: FactKind) -> String {
    let day = format!("SUBSTR({}, 1, 10)", id(kind, fact.happened()));
    format!("SELECT COUNT(*) FROM {} WHERE {day} >= $1 AND {day} <= $2", fact.view())
}

/// How many events there are of each kind.
pub(crate) const COUNT_OF_EVENTS: &str =
    "SELECT TRIM(CAST(kind AS TEXT)), COUNT(*) FROM dw_events GROUP BY TRIM(CAST(kind AS TEXT))";

/// How many answers there are to each question of each kind of fact.
pub(crate) const COUNT_OF_ANSWERS: &str = "SELECT TRIM(CAST(fact AS TEXT)) || '.' || TRIM(CAST(question AS TEXT)), COUNT(*) FROM dw_answers \
     WHERE TRIM(CAST(answer AS TEXT)) <> '' GROUP BY TRIM(CAST(fact AS TEXT)) || '.' || TRIM(CAST(question AS TEXT))";

/// Answers with no row, and fails where the view or one of the columns does not exist.
pub(crate) fn probe(view: &View, columns: &[&str]) -> String {
    let columns = if columns.is_empty() { "1".to_owned() } else { columns.join(", ") };
    format!("SELECT {columns} FROM {} WHERE 1 = 0", view.name)
}

/// The names of those views that PostgreSQL can lock: tables and views, not materialised views or foreign tables.
pub(crate) fn lockable(views: &[View]) -> String {
    let names: Vec<_> = views.iter().map(|view| format!("to_regclass('{}')", view.name)).collect();
    format!(
        "SELECT CAST(relname AS TEXT) FROM pg_class WHERE oid IN ({}) AND relkind IN ('r', 'p', 'v') ORDER BY relname",
        names.join(", ")
    )
}
