//! The contract as a document that a council's analyst can work from alone. Made from the table, so it is never behind.

use std::fmt::Write as _;

use super::{Holds, OfChild, View, views};
use crate::directory::Role;
use crate::record::{AttributeType, FactKind};

/// The document, in Markdown: `config/sources/contract.md`.
pub fn document() -> String {
    let mut text = OPENING.to_owned();
    for view in views() {
        let _ = write!(text, "\n### {}\n\nOne row is {}.", view.name, view.row);
        if !view.note.is_empty() {
            let _ = write!(text, " {}", view.note);
        }
        text.push_str("\n\n| column | holds | needed | meaning |\n|---|---|---|---|\n");
        for column in &view.columns {
            let needed = if column.required { "yes" } else { "may be empty" };
            let _ = writeln!(text, "| `{}` | {} | {needed} | {} |", column.name, holds(column.holds), column.meaning);
        }
        match view.of {
            Some(OfChild::Events) => text.push_str(&kinds_of_events()),
            Some(OfChild::Answers) => text.push_str(&questions()),
            _ => {}
        }
    }
    text.push_str(CLOSING);
    text
}

/// What a column holds, in words.
pub(crate) fn holds(holds: Holds) -> String {
    let list = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match holds {
        Holds::Id => "id".into(),
        Holds::Child => "`child_id`".into(),
        Holds::Key => "key".into(),
        Holds::Name => "text".into(),
        Holds::Instant => "date and time".into(),
        Holds::Email => "address".into(),
        Holds::Weekdays => "days of the week".into(),
        Holds::Kind => "kind of fact".into(),
        Holds::Question => "question, below".into(),
        Holds::Answer => "what the question wants".into(),
        Holds::Role => format!("one of {}", list(&Role::posts().map(Role::name).collect::<Vec<_>>())),
        Holds::Fact(AttributeType::Flag) => "flag".into(),
        Holds::Fact(AttributeType::Count) => "whole number from 0".into(),
        Holds::Fact(AttributeType::Date) => "date, perhaps with a time".into(),
        Holds::Fact(AttributeType::Code([])) => "code of your own".into(),
        Holds::Fact(AttributeType::Code(codes)) => format!("one of {}", list(codes)),
        Holds::Fact(AttributeType::Person) => "`worker_id`".into(),
        Holds::Fact(AttributeType::Team) => "`team_id`".into(),
        Holds::Fact(AttributeType::Fact(kind)) => format!("`{}` of `{}`", kind.id_column(), kind.view()),
    }
}

/// The kinds that share a view, and what each says there.
fn kinds_of_events() -> String {
    let mut text = "\n| `kind` | column | meaning |\n|---|---|---|\n".to_owned();
    for kind in FactKind::ALL.into_iter().filter(|kind| !kind.has_view()) {
        for column in kind.columns() {
            let _ = writeln!(text, "| `{}` | `{}` | {} |", kind.name(), column.name, column.meaning);
        }
    }
    text
}

/// What can be asked of each kind of fact.
fn questions() -> String {
    let mut text = "\n| `fact` | `question` | `answer` | meaning |\n|---|---|---|---|\n".to_owned();
    for kind in FactKind::ALL {
        for answer in kind.answers() {
            let (fact, holds) = (kind.name(), holds(Holds::Fact(answer.holds)));
            let needed = if answer.required { " It is needed: without it the event is not used." } else { "" };
            let _ = writeln!(text, "| `{fact}` | `{}` | {holds} | {}{needed} |", answer.name, answer.meaning);
        }
    }
    text
}

/// The views as statements with every column commented and nothing filled in.
pub(crate) fn skeleton() -> String {
    let mut text = SKELETON_OPENING.to_owned();
    for view in views() {
        text.push('\n');
        comment(&mut text, &format!("One row is {}. {}", view.row, view.note), "-- ");
        let _ = writeln!(text, "CREATE VIEW {} AS\nSELECT", view.name);
        columns(&mut text, &view);
        text.push_str("WHERE 1 = 0;  -- replace by: FROM your tables\n");
    }
    text
}

fn columns(text: &mut String, view: &View) {
    for (at, column) in view.columns.iter().enumerate() {
        let needed = if column.required { "needed" } else { "may be empty" };
        comment(text, &format!("{} ({}, {needed})", column.meaning, holds(column.holds).replace('`', "")), "    -- ");
        let comma = if at + 1 < view.columns.len() { "," } else { "" };
        let _ = writeln!(text, "    CAST(NULL AS VARCHAR(255)) AS {}{comma}", column.name);
    }
}

/// The contract in a few lines, as comments to stand before statements that already fulfil it.
pub(crate) fn summary() -> String {
    let mut text = String::new();
    for view in views() {
        let names: Vec<_> = view.columns.iter().map(|column| column.name).collect();
        comment(&mut text, &format!("{}({}): one row is {}.", view.name, names.join(", "), view.row), "-- ");
    }
    text
}

/// Adds comment lines of at most 110 characters.
fn comment(text: &mut String, words: &str, mark: &str) {
    let mut line = String::new();
    for word in words.split_whitespace() {
        if !line.is_empty() && mark.len() + line.len() + 1 + word.len() > 110 {
            let _ = writeln!(text, "{mark}{line}");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    let _ = writeln!(text, "{mark}{line}");
}

const SKELETON_OPENING: &str = "\
-- The views that duewatch reads. Fill in each one from your own tables; `duewatch check` says what is still wrong.
-- Every view must exist. A view you cannot fill stays as it is here: it is then empty, and what depends on it is told
-- as unknown. Ids and codes are text; padding does no harm; -1 and empty mean none. Dates are native or ISO text; a
-- time is local wall-clock time unless it carries Z or an offset; midnight means that no time is known.
";

const OPENING: &str = "\
# What duewatch reads from the case database

duewatch reads the views below and nothing else. They belong to you: you write them over your own tables, you can
change them, and you decide what they show. No column asks for a name, a home address or free text; do not add any.
The tables on this page are made from the ones the program itself uses, so they are never out of date.

## How to go about it

1. Make a schema (PostgreSQL) or a file (SQLite) where the views will stand, and a user for duewatch that may `SELECT`
   from these views and do nothing else. duewatch never writes: its connection is read only.
2. Run `duewatch source sql native > views.sql`. It has a statement for every view, with each column explained. If your
   authority has the Standard Safeguarding Dataset, start from `duewatch source sql lcs`, `mosaic` or `eclipse` instead.
3. Fill in one view after the other: `dw_load` and `dw_children` first, then `dw_plans`, `dw_allocations`,
   `dw_workers` and `dw_visits`, then the rest.
4. Run `duewatch check`. It names each missing view or column and lists what is wrong with the rows, by view, row and
   column, never by content.
5. Compare numbers with a report you trust: children with an open plan, visits in the last month, conferences due.
6. Leave the ledger in mode `record` until the duties it shows are the ones you expect.

## What holds for every view

- **All views must exist**, with all their columns. A view that your case system cannot fill may be empty. What depends
  on it is then told as unknown, never taken as done.
- **Ids** may be numbers or text. Blanks around them are ignored. `-1`, an empty text and NULL all mean \"none\". An id is
  compared letter by letter, capitals included. It must stay the same when a date is corrected.
- **Dates** may be native dates or ISO text: `2026-11-22`, `2026-11-22 14:05`, `2026-11-22T14:05:09`. A time is **local
  wall-clock time** of the authority, unless it carries `Z` or an offset such as `+01:00`. **Midnight means that no time
  is known.** `9999-12-31` means \"no end\". Other orders, such as day first, are not read; 1 January 1900 and
  anything before it, and years after 2199, are faults.
- **A date to come is a plan, not a fact.** A meeting whose held date is tomorrow has not been held. A visit,
  incident, decision, plan, enquiry or assessment dated after the day of `loaded_at` is also a fault.
- **An end before its start** is a fault. It is left out: the plan, allocation, membership or absence goes on.
- **Flags** are `Y`, `N`, `Yes`, `No`, `True`, `False`, `1` or `0`, in any case. Empty means that the record does not say,
  which is neither yes nor no.
- **Codes** are the ones listed, in any case. Translate your own codes to them with a `CASE`.
- **Whoever is named** as the worker of a current allocation, the chair of the latest conference, a manager, a cover or the
  holder of a post must be in `dw_workers`, under the same key. Whoever is not is told to the data team, by row, and what is
  theirs goes to the next above. A visitor or a member of a core group need not be there. Where tables of yours name one
  person by two keys, translate one of them in your views.
- **Managers that go round in a circle**, cover by oneself, and a team without a manager whose people have none of their own
  are told too.
- **Whoever will be asked for and cannot be reached** is told before anybody waits for them: a post that reaches nobody, and
  that a step or a summary goes to or that may pause something; a lead worker, a manager or a chair of open cases without
  an address that works; a manager or a chair of open cases who has left; a manager who is away while nobody covers; a
  team, a worker or a manager of open cases with nobody in the line above. The second line is asked for only where a
  procedure tells it something or lets it pause something.
- **Rows that are exactly alike** count once. Rows that share an id and differ are a fault; the later one by date is used.
- **A row of a child who is not in `dw_children`** is not used. `duewatch check` tells how many there are in each view: facts of children
  whose plan ended long ago are expected there, and a sudden rise means that ids no longer match. An **open plan** of such
  a child, unless it is another authority's, is a fault: nobody watches that child.

## What is guarded

Case databases are often copies that are emptied and filled again at night. Half a load must not be taken for the truth.

- Every read sees one state of the data. If anybody has written to the database meanwhile, all views are counted in that
  state and again afterwards, and `dw_load` is looked at both times. If anything differs, nothing of the read is used, and
  the next one tries again.
- If `dw_children`, `dw_plans`, `dw_workers`, `dw_teams` or `dw_posts` is suddenly empty, or any of these loses half its
  rows or the children shown lose half their facts of one kind (the setting can be changed; under 10 rows are left alone), or half of all open duties
  would be over at once, as when ids change, duewatch holds everything new back, tells the last recipient once that has
  lasted four hours, and goes on by itself when a read looks right again. If the rows are gone for good, say so with
  `duewatch ledger accept --fewer-rows`.
- If the data was loaded too long ago (36 hours, closed days left out), nobody is told that something was not done,
  because it may only not be copied yet. Reminders of what is still to come go on, and the data team is told.
- Two rows of one id that differ are a fault; the later by date is used, and nothing of that child ends because of them.
- If `source_name` is not the one that the ledger was made for, nothing new is decided until a person accepts it.
- A row that cannot be read is reported by view, row id, column and kind of defect. The content of the field is never
  repeated, because it could be a name.

## The views
";

const CLOSING: &str = "
## What case systems do differently

Read this before you trust a column's name.

- A due date in the case system is somebody's calculation. duewatch counts from the last event. The one such date that it
  reads, `target_on`, is compared with the national limit (15 working days from the enquiry; 3 months from the first
  conference, then 6 from the review before) and moves nothing. Suppliers count by rules of their own: 91 and 183 days
  instead of months, bank holidays as working days, from the conference instead of the enquiry. So the data team is told
  once for each kind of date that differs, not with every row; `duewatch check` counts how many agree and how many do not.
- Some systems create the next review as a row in advance, some only once it has been held. Both are right here, if
  `held_on` is filled only when it was held.
- Some systems show open work, some only completed forms. Where only completed forms exist, say so to the people who
  read the messages: what is not yet typed in looks not yet done. `duewatch check` says where it looks like that: no
  enquiry, plan or the like is open although twenty and more began in the last 60 days.
- No system records everything. What a rule needs and a view of 50 rows and more never fills (or, of a kind of fact, what
  is not there at all beside 50 plans) is told to the data team once a rule, and the rule is judged for no child until
  it is filled. What single rows lack is told for each child.
- A visits table often holds other contacts, attempts and visits still to come.
- The worker's key differs from table to table in some systems. Pick the one that `dw_workers` uses, and translate.
- Siblings can share the id of one piece of work. That does no harm: an id is looked up together with the child.
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_document_is_this_one() {
        let shipped = include_str!("../../config/sources/contract.md");
        assert!(shipped == document(), "config/sources/contract.md is behind: write `source::document()` into it");
    }

    #[test]
    fn every_view_and_column_is_in_the_document_and_in_the_skeleton() {
        let (document, skeleton) = (document(), skeleton());
        for view in views() {
            assert!(document.contains(&format!("### {}\n", view.name)), "{}", view.name);
            assert!(skeleton.contains(&format!("CREATE VIEW {} AS\n", view.name)), "{}", view.name);
            for column in &view.columns {
                assert!(document.contains(&format!("| `{}` |", column.name)), "{}", column.name);
                assert!(skeleton.contains(&format!(" AS {}", column.name)), "{}", column.name);
            }
        }
    }
}
