//! The contract with the case database, as a table: every view, every column, what it means.
//!
//! The views of dated facts come from the catalogue of facts; the rest are written here. The queries, the document for
//! the analyst and the skeleton SQL are all made from this table, so they cannot drift apart.

use crate::record::{ANSWERS, Attribute, AttributeType, EVENT_DATES, EVENTS, FactKind};

/// The view with the load mark.
pub(crate) const LOAD: &str = "dw_load";
/// The view of the children to be watched.
pub(crate) const CHILDREN: &str = "dw_children";
/// The view of workers, managers, chairs and shared mailboxes.
pub(crate) const WORKERS: &str = "dw_workers";
/// The view of teams.
pub(crate) const TEAMS: &str = "dw_teams";
/// The view of absences and cover.
pub(crate) const ABSENCES: &str = "dw_absences";
/// The view of posts that belong to no case.
pub(crate) const POSTS: &str = "dw_posts";

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// The row's own id.
    Id,
    /// A `child_id` of `dw_children`.
    Child,
    /// An id of something that has no view, such as a household.
    Key,
    /// A name of the database, such as `live`.
    Name,
    /// A date and time.
    Instant,
    /// A mail address.
    Email,
    /// Days of the week.
    Weekdays,
    /// The name of a canonical role.
    Role,
    /// The name of a kind of fact.
    Kind,
    /// The name of an attribute that is asked for in `dw_answers`.
    Question,
    /// What that attribute holds.
    Answer,
    /// What the catalogue of facts says.
    Fact(AttributeType),
}

/// One column of a view.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// Whether a row without it is unreadable. The column itself must exist in either case.
    pub required: bool,
    /// What it means, and what an empty one means.
    pub meaning: &'static str,
}

/// One view. Every view must exist; all but `dw_load` and `dw_children` may be empty.
#[derive(Clone, Debug)]
pub struct View {
    /// Its name.
    pub name: &'static str,
    /// What one row is.
    pub row: &'static str,
    /// What else must be known to write it.
    pub note: &'static str,
    /// Its columns, in the order they are read.
    pub columns: Vec<Column>,
    /// What its rows are of, if they are of a child.
    pub of: Option<OfChild>,
}

/// What the rows of a view say of a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfChild {
    /// Facts of one kind.
    Facts(FactKind),
    /// Facts of every kind that has no view of its own.
    Events,
    /// What else is on record of a fact.
    Answers,
}

impl OfChild {
    /// How many views there are of children's rows.
    pub(crate) const COUNT: usize = FactKind::WITH_VIEW.len() + 2;

    /// All, in the order in which a child's row has them.
    pub(crate) fn all() -> [OfChild; OfChild::COUNT] {
        std::array::from_fn(|at| match FactKind::WITH_VIEW.get(at) {
            Some(kind) => OfChild::Facts(*kind),
            None if at == FactKind::WITH_VIEW.len() => OfChild::Events,
            None => OfChild::Answers,
        })
    }

    /// The view.
    pub(crate) fn view(self) -> &'static str {
        match self {
            OfChild::Facts(kind) => kind.view(),
            OfChild::Events => EVENTS,
            OfChild::Answers => ANSWERS,
        }
    }
}

impl View {
    /// The column whose emptiness makes a row belong to nothing: the child's id where there is one, else the first.
    pub(crate) fn key_column(&self) -> &'static str {
        let child = self.columns.iter().find(|column| column.holds == Holds::Child);
        child.or(self.columns.first()).map_or("", |column| column.name)
    }
}

/// Every view of the contract, in the order they are read and printed.
pub fn views() -> Vec<View> {
    let mut views = vec![
        written(LOAD, "the load mark, and there must be exactly one", LOAD_NOTE, LOAD_COLUMNS),
        written(CHILDREN, "a child to be watched", CHILDREN_NOTE, CHILDREN_COLUMNS),
    ];
    views.extend(FactKind::WITH_VIEW.map(fact_view));
    views.push(View {
        of: Some(OfChild::Events),
        ..written(EVENTS, "anything else that happened to one child", EVENTS_NOTE, EVENTS_COLUMNS)
    });
    views.push(View {
        of: Some(OfChild::Answers),
        ..written(ANSWERS, "one more thing on record of one fact", ANSWERS_NOTE, ANSWERS_COLUMNS)
    });
    views.extend([
        written(WORKERS, "a person who can be told, or a shared mailbox", WORKERS_NOTE, WORKERS_COLUMNS),
        written(TEAMS, "a team", "", TEAMS_COLUMNS),
        written(ABSENCES, "one absence of one person", "Leave it empty if no such record is kept.", ABSENCES_COLUMNS),
        written(POSTS, "one person who fills one post", POSTS_NOTE, POSTS_COLUMNS),
    ]);
    views
}

fn written(name: &'static str, row: &'static str, note: &'static str, columns: &[Column]) -> View {
    View { name, row, note, columns: columns.to_vec(), of: None }
}

fn fact_view(kind: FactKind) -> View {
    let id = column(kind.id_column(), Holds::Id, true, "The row's own id. It must survive a corrected date.");
    let child = column("child_id", Holds::Child, true, "The child, as in dw_children.");
    let attribute = |a: &Attribute| column(a.name, Holds::Fact(a.holds), a.required, a.meaning);
    let columns = [id, child].into_iter().chain(kind.columns().iter().map(attribute)).collect();
    let of = Some(OfChild::Facts(kind));
    View { name: kind.view(), row: fact_row(kind), note: fact_note(kind), columns, of }
}

fn fact_row(kind: FactKind) -> &'static str {
    match kind {
        FactKind::Plan => "one child protection plan of one child, open or ended",
        FactKind::Enquiry => "one enquiry under section 47 about one child, open or ended (siblings have a row each)",
        FactKind::Assessment => "one assessment of one child, open or authorised",
        FactKind::Conference => "one conference for one child, booked or held (siblings have a row each)",
        FactKind::CoreGroup => "one core group meeting for one child, booked or held",
        FactKind::Visit => "one visit to, or other contact with, one child",
        FactKind::Allocation => "one period in which one worker holds one child's case",
        FactKind::Membership => "one period in which one person belongs to one child's core group",
        FactKind::Incident => "one thing that somebody must hear of now, for one child",
        FactKind::Decision => "one recorded decision for one child",
        // They share a view, which says it for all.
        _ => "",
    }
}

fn fact_note(kind: FactKind) -> &'static str {
    match kind {
        FactKind::Plan => "Include ended plans: the date of an earlier one can matter.",
        FactKind::Enquiry => {
            "Every open enquiry, and every one that ended in the last 12 months. One that ended and still calls for its \
             conference is watched until it leaves this view. Leave the view empty if the case system shows an enquiry \
             only once its form is complete: a clock that can no longer be met warns nobody."
        }
        FactKind::Assessment => "Every open assessment, and every one that was authorised in the last 12 months.",
        FactKind::Conference => {
            "A conference that is only booked belongs here with `held_on` empty. If the case system fills the held date \
             before the meeting, leave that date out until the meeting is recorded as held. If it shows a conference only \
             once its form is complete, tell the people who read the messages: until then it counts as not held."
        }
        FactKind::CoreGroup => {
            "Case systems keep these as meetings or forms of a locally named type; only somebody who knows the local \
             name can write this view."
        }
        FactKind::Visit => {
            "Only real contacts. Leave out visits that are planned, cancelled or still a work-flow step, and case notes \
             of other types that share the table."
        }
        FactKind::Allocation => "One row for each change of worker. Rows may overlap.",
        FactKind::Membership | FactKind::Incident | FactKind::Decision => {
            "Leave it empty if the case system does not record it; what depends on it is then told as unknown, not as done."
        }
        _ => "",
    }
}

const fn column(name: &'static str, holds: Holds, required: bool, meaning: &'static str) -> Column {
    Column { name, holds, required, meaning }
}

const fn person(name: &'static str, required: bool, meaning: &'static str) -> Column {
    column(name, Holds::Fact(AttributeType::Person), required, meaning)
}

const fn date(name: &'static str, required: bool, meaning: &'static str) -> Column {
    column(name, Holds::Fact(AttributeType::Date), required, meaning)
}

const LOAD_NOTE: &str = "It tells one load from the next and one database from another. Write it last, when a load is \
                         complete, and in the same transaction where that is possible.";
const LOAD_COLUMNS: &[Column] = &[
    column(
        "source_name",
        Holds::Name,
        true,
        "A name for this database that never changes, different for live, test and training copies.",
    ),
    column("loaded_at", Holds::Instant, true, "When the data was last loaded, or the newest change it holds."),
];

const CHILDREN_NOTE: &str = "Every child with open work: an open plan; an open enquiry; an enquiry that ended in the last 12 months and calls for a \
     conference, or does not say whether it does; a conference that is arranged and not held; a move into or out of the \
     authority in the last 12 months; a time of being looked after that goes on. Also every child whose plan \
     ended in the last 12 months, and every child with a plan or an enquiry who died in that time, so that the end is seen. \
     A child who is missing here is watched by nobody.";
const CHILDREN_COLUMNS: &[Column] = &[
    column("child_id", Holds::Id, true, "The child's number in the case system. Never a name or initials."),
    date("born_on", false, "The date of birth. Empty for a child not yet born."),
    date("expected_on", false, "The expected date of delivery of an unborn child."),
    date("died_on", false, "The date of death. Empty: alive."),
    column("household_id", Holds::Key, false, "What brothers and sisters share. Empty: not known."),
];

const EVENTS_NOTE: &str = "What `kind` may be, and what each means, stands below. Leave it empty, or leave kinds out, where the \
                           case system does not record them; what depends on them is then told as unknown, not as done.";
const EVENTS_COLUMNS: &[Column] = &[
    column("event_id", Holds::Id, true, "The row's own id. It must survive a corrected date."),
    column("child_id", Holds::Child, true, "The child, as in dw_children."),
    column("kind", Holds::Kind, true, "Which kind of event."),
    date(EVENT_DATES[0], false, "When it happened, began or was held. Empty: not held."),
    date(EVENT_DATES[1], false, "For when it is arranged. Never counts as held."),
    date(EVENT_DATES[2], false, "When it ended, where it lasts. Empty: it goes on."),
];

const ANSWERS_NOTE: &str = "Case systems ask these on forms of their own: one row for each answer. What each `question` means stands \
                            below. Leave it empty, or leave questions out, where no form asks them; what depends on them is \
                            then told as unknown, not as done. Two rows that answer one question of one fact differently \
                            count as none.";
const ANSWERS_COLUMNS: &[Column] = &[
    column("fact_id", Holds::Key, true, "The id of the fact, as in its own view or in dw_events."),
    column("child_id", Holds::Child, true, "The child, as in dw_children."),
    column("fact", Holds::Kind, true, "Which kind of fact it is, e.g. `conference`."),
    column("question", Holds::Question, true, "What is asked, e.g. `outline_sent_on`."),
    column(
        "answer",
        Holds::Answer,
        false,
        "A date, Yes or No, a number, a code or an id, as the question wants. Empty: no answer.",
    ),
];

const WORKERS_NOTE: &str = "Everybody whose id occurs in another view, and their managers. Case systems often leave out \
                            managers and chairs, and hold no addresses: join the staff directory here.";
const WORKERS_COLUMNS: &[Column] = &[
    column("worker_id", Holds::Id, true, "The key that every other view uses for this person."),
    column("email", Holds::Email, false, "The address at work. Empty: cannot be told by mail."),
    column("team_id", Holds::Fact(AttributeType::Team), false, "Their team."),
    person("manager_id", false, "Their own manager. Empty: the team's manager."),
    date("left_on", false, "The last day of work here. Empty: still here."),
    column(
        "weekdays",
        Holds::Weekdays,
        false,
        "The days of the week on which they work, e.g. `mon tue wed`. Empty: every day on which the offices are open. What is \
         not urgent waits for their next such day; no deadline moves.",
    ),
    column(
        "shared",
        Holds::Fact(AttributeType::Flag),
        false,
        "Yes for a mailbox that several people read. It is told nothing of a restricted case. Empty: one person's own.",
    ),
];

const TEAMS_COLUMNS: &[Column] = &[
    column("team_id", Holds::Id, true, "The key that other views use for this team."),
    person("manager_id", false, "Who manages the team."),
    person("service_manager_id", false, "Who manages that manager."),
];

const ABSENCES_COLUMNS: &[Column] = &[
    column("absence_id", Holds::Id, true, "The row's own id."),
    person("worker_id", true, "Who is away."),
    date("from_on", true, "The first day away."),
    date("to_on", false, "The last day away. Empty: until further notice."),
    person("cover_id", false, "Who covers. Empty: nobody is named."),
];

const POSTS_NOTE: &str = "Posts that belong to no single case, such as who arranges conferences. Several rows may share a \
                          role; all of them are told. `designated_health` is filled by shared mailboxes alone: a person in \
                          that post is passed over.";
const POSTS_COLUMNS: &[Column] =
    &[column("role", Holds::Role, true, "The name of the role."), person("worker_id", true, "Who fills it.")];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_view_and_no_column_of_a_view_occurs_twice() {
        let views = views();
        assert_eq!(views.iter().map(|view| view.name).collect::<BTreeSet<_>>().len(), views.len());
        for view in &views {
            let names: BTreeSet<_> = view.columns.iter().map(|column| column.name).collect();
            assert_eq!(names.len(), view.columns.len(), "{}", view.name);
        }
    }

    /// Files of the directory have the columns of its views, and of those they need no more.
    #[test]
    fn the_directorys_files_have_the_columns_of_its_views() {
        use crate::directory::Table;
        for table in Table::ALL {
            let view = views().into_iter().find(|view| view.name == format!("dw_{}", table.name())).unwrap();
            let of_view: Vec<&str> = view.columns.iter().map(|column| column.name).collect();
            let of_file: Vec<&str> = table.columns().iter().map(|column| column.name).collect();
            let of_file: Vec<&str> = of_file.into_iter().filter(|name| *name != "other_id").collect();
            assert_eq!(of_file, of_view);
            for column in table.columns().iter().filter(|column| column.needed) {
                assert!(
                    view.columns.iter().any(|known| known.name == column.name && known.required),
                    "{}",
                    column.name
                );
            }
        }
    }

    #[test]
    fn a_date_is_named_as_one() {
        for view in views() {
            for column in &view.columns {
                let is_date = column.holds == Holds::Fact(AttributeType::Date);
                assert_eq!(is_date, column.name.ends_with("_on"), "{}.{}", view.name, column.name);
            }
        }
    }
}
