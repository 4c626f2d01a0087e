//! What a case database never supplies, and which of its own dates are not ours: asked of SQLite and PostgreSQL alike, told
//! once to the data team, shown by `check`.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

#[path = "support/cases.rs"]
mod cases;
mod support;

use std::{fmt::Write as _, fs, time::Duration};

use cases::{Bench, SETTINGS, STAFF, child, says, tables};
use duewatch::{
    calendar::Zone,
    record::{CompletedOnly, FactKind, Need, Supply},
    source::{Pass, Source},
};
use support::{Postgres, postgres, script};

/// A bench whose cases are in its file, or on a server that lives as long as it does.
struct Place {
    bench: Bench,
    server: Option<Postgres>,
}

impl Place {
    async fn both(lines: &str) -> [Place; 2] {
        [Place::filled(None, lines).await, Place::filled(Some(postgres().await), lines).await]
    }

    async fn filled(server: Option<Postgres>, lines: &str) -> Place {
        let bench = Bench::bare();
        if let Some(server) = &server {
            let settings = SETTINGS.replace("\"case.db\"", &format!("\"{}\"", server.url));
            fs::write(bench.path("duewatch.toml"), settings).unwrap();
        }
        let place = Place { bench, server };
        place.sql(&(tables() + &cases::inserts(lines))).await;
        place.bench.run(&["ledger", "migrate", "--simulated"]).well();
        place.bench.run(&["ledger", "mode", "live", "--by", "test", "--reason", "files only"]).well();
        place
    }

    async fn sql(&self, sql: &str) {
        let Some(server) = &self.server else { return tokio::task::block_in_place(|| self.bench.sql(sql)) };
        let database = server.open().await;
        script(&database, sql).await;
        database.close().await;
    }

    /// One morning's run on data that was loaded an hour before.
    async fn morning(&self, day: &str) {
        self.sql(&format!("UPDATE dw_load SET loaded_at = '{day}T07:30'")).await;
        let done = self.bench.once(day);
        assert!(done.code < 2 && !done.out.contains("do not add up"), "{done:?}");
    }

    /// Of the last run: how many notices of a rule there are about children, and the steps of one notice of nobody's.
    fn told(&self, rule: &str, key: &str) -> (usize, Vec<String>) {
        let of_run = "decided_run = (SELECT MAX(id) FROM runs)";
        let children = format!("SELECT effect FROM notices WHERE duty = '{rule}' AND child <> '' AND {of_run}");
        let nobody = format!("SELECT step, person FROM notices WHERE duty_key = '{key}' AND {of_run}");
        let steps = self.ledger(&nobody);
        (self.ledger(&children).len(), steps.into_iter().map(|row| row.join(" ")).collect())
    }

    fn ledger(&self, sql: &str) -> Vec<Vec<String>> {
        tokio::task::block_in_place(|| self.bench.ledger(sql))
    }

    async fn source(&self) -> Source {
        let limit = Duration::from_mins(1);
        match &self.server {
            None => Source::open_sqlite(&self.bench.path("case.db"), limit).await.unwrap(),
            Some(server) => Source::open_postgres(&server.url, None, limit).await.unwrap(),
        }
    }

    async fn supply(&self, needs: &[Need]) -> Supply {
        let source = self.source().await;
        let zone = Zone::from_name("Europe/London").unwrap();
        Pass::begin(&source, zone).await.unwrap().supply(needs).await.unwrap()
    }
}

/// So many children with a plan and one visit each, of which nobody wrote down whether it was alone with the child.
fn visited(children: usize) -> String {
    let mut lines = STAFF.to_owned();
    for number in 1..=children {
        let id = format!("C{number}");
        lines += &child(&id, "2026-11-02");
        let _ = writeln!(lines, "visits V{number} child_id={id} visited_on=2026-11-12 visitor_id=W1 seen=Y bedroom=N");
    }
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn never_is_said_only_of_enough_rows_and_none_of_them_filled() {
    let needs = [
        Need::attribute(FactKind::Visit, &["alone"]),
        Need::attribute(FactKind::Visit, &["bedroom"]),
        Need::attribute(FactKind::Conference, &["next_review_on", "booked_on"]),
        Need::fact(FactKind::CoreGroup),
    ];
    let never = |supply: &Supply| needs.iter().map(|need| supply.lacks(need)).collect::<Vec<_>>();
    for place in Place::both(&visited(49)).await {
        assert_eq!(place.supply(&needs).await, Supply::default(), "49 rows are too few");
        place.sql(&cases::inserts(&child("C50", "2026-11-02"))).await;
        place.sql(&cases::inserts("visits V50 child_id=C50 visited_on=2026-11-12 alone=~ bedroom=-1")).await;
        place.sql("UPDATE dw_visits SET alone = '-1' WHERE visit_id = 'V1'").await;
        assert_eq!(never(&place.supply(&needs).await), [true, false, false, true]);
        place.sql("UPDATE dw_visits SET alone = ' N ' WHERE visit_id = 'V7'").await;
        place.sql("UPDATE dw_visits SET bedroom = NULL").await;
        place.sql("UPDATE dw_conferences SET next_review_on = ''").await;
        assert_eq!(never(&place.supply(&needs).await), [false, true, true, true]);
        assert_eq!(place.supply(&[]).await, Supply::default());
    }
}

/// Only the first rows of a view are looked at for everything at once.
#[tokio::test(flavor = "multi_thread")]
async fn what_only_a_late_row_of_many_shows_is_supplied() {
    let needs = [
        Need::attribute(FactKind::Visit, &["alone"]),
        Need::attribute(FactKind::Visit, &["bedroom"]),
        Need::fact(FactKind::Enquiry),
    ];
    for place in Place::both(&visited(50)).await {
        let numbered = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)";
        place.sql("DELETE FROM dw_visits").await;
        place.sql(&format!("INSERT INTO dw_visits (visit_id, child_id) {numbered} SELECT 'N' || i, 'C1' FROM n")).await;
        let ended = "INSERT INTO dw_enquiries (enquiry_id, child_id, started_on, ended_on)";
        place.sql(&format!("{ended} {numbered} SELECT 'N' || i, 'C1', '2026-10-05', '2026-10-20' FROM n")).await;
        let supply = place.supply(&needs).await;
        assert_eq!(supply.never_filled.len(), 2, "{supply:?}");
        assert_eq!(supply.completed_only.keys().collect::<Vec<_>>(), [&FactKind::Enquiry]);
        place.sql("INSERT INTO dw_visits (visit_id, child_id, bedroom) VALUES ('last', 'C1', 'N')").await;
        place
            .sql("INSERT INTO dw_enquiries (enquiry_id, child_id, started_on) VALUES ('last', 'C1', '2026-10-05')")
            .await;
        let supply = place.supply(&needs).await;
        assert_eq!(supply.never_filled.into_iter().collect::<Vec<_>>(), [(FactKind::Visit, "alone".to_owned())]);
        assert!(supply.completed_only.is_empty(), "one is open");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_of_which_none_is_open_is_odd_only_while_new_ones_keep_coming() {
    let mut lines = STAFF.to_owned();
    // The load is of 16 November; 60 days before is 17 September. Twenty of sixty began since, one more is dated ahead.
    for number in 1..=60 {
        let started = if number <= 20 { "2026-09-17" } else { "2026-09-16" };
        let _ = writeln!(lines, "enquiries E{number} child_id=C1 started_on={started} ended_on=2026-10-01");
    }
    lines += "enquiries E61 child_id=C1 started_on=2026-11-17 ended_on=2026-11-16";
    let needs = [Need::fact(FactKind::Enquiry), Need::fact(FactKind::Plan)];
    for place in Place::both(&lines).await {
        let only = place.supply(&needs).await.completed_only;
        let expected = CompletedOnly { held: 61, recent: 20, recent_days: 60 };
        assert_eq!(only.into_iter().collect::<Vec<_>>(), [(FactKind::Enquiry, expected)]);
        for open in ["NULL", "'9999-12-31'", "'2026-11-17'", "'-1'"] {
            place.sql(&format!("UPDATE dw_enquiries SET ended_on = {open} WHERE enquiry_id = 'E40'")).await;
            assert!(place.supply(&needs).await.completed_only.is_empty(), "open until {open}");
        }
        place.sql("UPDATE dw_enquiries SET ended_on = '2026-11-16T12:00' WHERE enquiry_id = 'E40'").await;
        assert_eq!(place.supply(&needs).await.completed_only.len(), 1, "over by the day of the load");
        place.sql("UPDATE dw_enquiries SET started_on = '2026-09-16' WHERE enquiry_id = 'E1'").await;
        assert!(place.supply(&needs).await.completed_only.is_empty(), "nineteen are too few");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_never_supplied_is_told_once_a_rule_and_single_children_once_it_is() {
    const RULE: &str = "child-seen-alone-alternate";
    for place in Place::both(&visited(60)).await {
        let told = || place.told(RULE, "never-supplied:child-seen-alone-alternate");
        let one = |step: &str| vec![format!("{step} D1")];
        place.morning("2026-11-16").await;
        assert_eq!(told(), (0, one("cannot-tell")));
        for quiet in ["2026-11-17", "2026-11-24"] {
            place.morning(quiet).await;
            assert_eq!(told(), (0, vec![]), "{quiet}");
        }
        let books = place.ledger("SELECT books FROM runs ORDER BY id DESC LIMIT 1").concat().concat();
        let books: serde_json::Value = serde_json::from_str(&books).unwrap();
        assert!(books["pairs"]["cannot_tell"].as_u64().unwrap() >= 60, "each child is counted: {books}");

        // It begins to be written down, for one child: the other fifty-nine are told of, each once, in one message.
        place.sql("UPDATE dw_visits SET alone = 'Y' WHERE visit_id = 'V1'").await;
        let mails = place.bench.mail().len();
        place.morning("2026-11-25").await;
        assert_eq!(told(), (59, one("no-longer-due")));
        let texts = place.bench.mail();
        let to_data_team = |mail: &&Vec<u8>| String::from_utf8_lossy(mail).contains("To: data@wrenholt.example");
        let today = texts.values().skip(mails).filter(to_data_team).count();
        assert!(today <= 1, "{today} messages to one person");
        place.morning("2026-11-26").await;
        assert_eq!(told(), (0, vec![]));

        // And it ends again.
        place.sql("UPDATE dw_visits SET alone = NULL").await;
        place.morning("2026-11-27").await;
        assert_eq!(told(), (0, one("cannot-tell")));
        place.morning("2026-11-30").await;
        assert_eq!(told(), (0, vec![]));
        let changed = place.ledger("SELECT effect FROM notices WHERE kind = 'changed'");
        assert!(changed.is_empty(), "nobody's date has moved: {changed:?}");
    }
}

/// The data team has had its message of the day, so that what is found in the afternoon waits; the silence withdraws it.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_silence_kept_from_being_sent_is_told_after_it() {
    for place in Place::both(&visited(60)).await {
        let of_c1 =
            || place.ledger("SELECT step, person, state FROM notices WHERE child = 'C1' AND step = 'cannot-tell'");
        let one = |state: &str| vec![["cannot-tell", "W1", state].map(str::to_owned).to_vec()];
        let alone = "UPDATE dw_visits SET alone = CASE WHEN visit_id = 'V1' THEN NULL ELSE 'Y' END";
        place.sql("UPDATE dw_visits SET alone = 'Y'").await;
        place.morning("2026-11-16").await;
        assert_eq!(of_c1(), [[""; 0]; 0]);
        place.sql(alone).await;
        place.bench.once("2026-11-16T18:00:00Z");
        assert_eq!(of_c1(), one("queued"));
        place.sql("UPDATE dw_visits SET alone = NULL").await;
        place.bench.once("2026-11-16T18:30:00Z");
        assert_eq!(of_c1(), one("withdrawn"));
        place.sql(alone).await;
        place.morning("2026-11-17").await;
        assert_eq!(of_c1(), one("bundled"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_date_that_differs_is_told_once_a_kind_and_not_with_every_row() {
    // Three enquiries of Thursday 10 September 2026; fifteen working days later is Thursday 1 October.
    let mut lines = STAFF.to_owned();
    for number in 1..=3 {
        lines += &child(&format!("C{number}"), "2026-09-30");
        let _ = writeln!(lines, "enquiries E{number} child_id=C{number} started_on=2026-09-10 ended_on=2026-09-30");
    }
    let initial = "stored-date:initial_conference";
    let told = |place: &Place, key| place.told("first-core-group", key).1;
    for place in Place::both(&lines).await {
        place.morning("2026-11-16").await;
        assert_eq!(told(&place, initial), [""; 0], "no stored date is no disagreement");
        place.sql("UPDATE dw_conferences SET target_on = '2026-10-01'").await;
        place.morning("2026-11-17").await;
        assert_eq!(told(&place, initial), [""; 0], "they agree");
        place.sql("UPDATE dw_conferences SET target_on = '2026-10-05' WHERE child_id = 'C1'").await;
        place.morning("2026-11-18").await;
        assert_eq!(told(&place, initial), ["cannot-tell D1"]);
        let mail = place.bench.mail().into_values().map(|mail| String::from_utf8_lossy(&mail).into_owned());
        assert!(mail.into_iter().any(|mail| mail.contains("I-C1 (4 days later)")), "the row is named");
        place.sql("UPDATE dw_conferences SET target_on = '2026-10-02' WHERE child_id = 'C2'").await;
        for quiet in ["2026-11-19", "2026-11-26", "2026-12-03"] {
            place.morning(quiet).await;
            assert_eq!(told(&place, initial), [""; 0], "another row is no news, nor another week: {quiet}");
        }
        let check = place.bench.run(&["check", "--at", "2026-12-03T08:30:00Z"]).out;
        let counted = "Initial conference within 15 working days of the start of the enquiry: 1 of the case system's own \
                       dates agree, 2 differ";
        says(&check, &[counted]);

        // A review on Wednesday 23 December, three months after a conference of 30 September: Wednesday 30 December.
        let review = "conferences R1 child_id=C3 kind=review booked_on=2026-12-23 target_on=2026-12-29";
        place.sql(&cases::inserts(review)).await;
        place.morning("2026-12-04").await;
        assert_eq!(told(&place, "stored-date:first_review"), ["cannot-tell D1"], "another kind of date");
        assert_eq!(told(&place, initial), [""; 0]);
        place.sql("UPDATE dw_conferences SET target_on = NULL WHERE child_id IN ('C1', 'C2')").await;
        place.morning("2026-12-07").await;
        assert_eq!(told(&place, initial), ["no-longer-due D1"]);
        place.sql("UPDATE dw_conferences SET target_on = '2026-10-05' WHERE child_id = 'C1'").await;
        place.morning("2026-12-08").await;
        assert_eq!(told(&place, initial), ["cannot-tell D1"], "none before, and some now");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn check_and_explain_say_what_this_source_can_never_tell() {
    let mut lines = visited(60);
    for number in 1..=60 {
        let _ = writeln!(lines, "enquiries E{number} child_id=C{number} started_on=2026-10-12 ended_on=2026-11-02");
    }
    for place in Place::both(&lines).await {
        let check = place.bench.run(&["check", "--at", "2026-11-16T08:30:00Z"]).ends(1);
        says(
            &check,
            &[
                // 14 rules, and the 117 rows that the catalogue has of the document.
                "ok     procedure: watches 14 of the 117 duties of its document; `duewatch procedures coverage` names the \
                 others\n",
                "FAULT  case data: no row of dw_visits fills alone, so this cannot be judged: Child seen alone at \
                 alternate visits\n",
                "FAULT  case data: dw_core_groups has no row at all, so this cannot be judged: First core group",
                "note   case data: no enquiry is open, of 60 held (60 of them begun in the last 60 days): this source may \
                 hold completed work only; no rule needs it\n",
                "note   case data: dw_assessments has no row at all; no rule needs it\n",
                "note   case data: no row of dw_plans fills ended_on or other_authority; every rule that is judged is \
                 judged without it\n",
            ],
        );
        assert_eq!(check.matches("fills alone").count(), 1, "said once:\n{check}");
        let explain = ["explain", "C7", "--at", "2026-11-16T08:30:00Z", "--duty", "child-seen-alone-alternate"];
        says(
            &place.bench.run(&explain).well(),
            &[
                "status       cannot tell\n",
                "because      the case database never supplies dw_visits.alone, for any child\n",
                "missing      dw_visits.alone\n",
                "mended by    data team\n",
                "next         nothing for this child: it is told once for the whole rule\n",
            ],
        );
    }
}
