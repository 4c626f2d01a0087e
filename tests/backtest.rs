//! `duewatch backtest`: returns counted by hand, files that mean harm, and the case database beside `duties`.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

#[path = "support/cases.rs"]
mod cases;

use std::{
    collections::BTreeMap,
    fs,
    io::Read,
    path::PathBuf,
    process::{Command, Stdio},
};

use cases::{Bench, Done, block_on, program, says};
use duewatch::{
    backtest::{Measure, Window, cin},
    calendar::Calendar,
    generate,
};
use quick_xml::{Reader, events::Event};
use tempfile::TempDir;

/// What may appear nowhere.
const MARKS: [&str; 4] = ["XMARKIDX", "XMARKUPNX", "1907-03-09", "XMARKNAMEX"];

/// A return of these records, each `Assessments`, `Section47` or `ChildProtectionPlans` of a child of its own, one a line.
fn census(reference: &str, records: &[String]) -> String {
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Message>\n<Header><CollectionDetails><Collection>CIN</Collection>\
         <ReferenceDate>{reference}</ReferenceDate></CollectionDetails></Header>\n<Children>\n"
    );
    for record in records {
        xml.push_str(&child(record));
    }
    xml + "</Children>\n</Message>\n"
}

fn child(record: &str) -> String {
    format!(
        "<Child><ChildIdentifiers><LAchildID>{}</LAchildID><UPN>{}</UPN><PersonBirthDate>{}</PersonBirthDate>\
         </ChildIdentifiers><CINdetails><CINreferralDate>2026-01-02</CINreferralDate>{record}<{3}>1</{3}></CINdetails></Child>\n",
        MARKS[0], MARKS[1], MARKS[2], "Later"
    )
}

fn fields(element: &str, fields: &[(&str, &str)]) -> String {
    let inner: Vec<String> = fields.iter().map(|(name, text)| format!("<{name}>{text}</{name}>")).collect();
    let inner = inner.concat();
    format!("<{element}>{inner}</{element}>")
}

fn assessment(start: &str, done: &str) -> String {
    fields("Assessments", &present(&[("AssessmentActualStartDate", start), ("AssessmentAuthorisationDate", done)]))
}

fn enquiry(start: &str, target: &str, held: &str, not_required: &str) -> String {
    let all = [
        ("S47ActualStartDate", start),
        ("InitialCPCtarget", target),
        ("DateOfInitialCPC", held),
        ("ICPCnotRequired", not_required),
    ];
    fields("Section47", &present(&all))
}

fn plan(start: &str, end: &str, reviews: &[&str]) -> String {
    let mut all = present(&[("CPPstartDate", start), ("CPPendDate", end)]);
    let reviews: Vec<String> = reviews.iter().map(|on| format!("<CPPreviewDate>{on}</CPPreviewDate>")).collect();
    let reviews = reviews.concat();
    all.push(("Reviews", &reviews));
    fields("ChildProtectionPlans", &all)
}

fn present<'a>(fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    fields.iter().copied().filter(|(_, text)| !text.is_empty()).collect()
}

struct Desk(TempDir);

impl Desk {
    fn new() -> Desk {
        Desk(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Counts a return.
    fn count(&self, xml: impl AsRef<[u8]>, args: &[&str]) -> Done {
        let path = self.path("return.xml");
        fs::write(&path, xml).unwrap();
        let path = path.display().to_string();
        program(&[&["backtest", "--cin", path.as_str()], args].concat(), &[], "")
    }
}

/// Due, in time, late, still open, cannot tell.
type Numbers = [u64; 5];
/// By measure and month.
type Table = BTreeMap<(String, String), Numbers>;

fn from_csv(text: &str) -> Table {
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("measure,month,due,in_time,late,open,cannot_tell"));
    let rows = lines.map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        let numbers: Vec<u64> = cells[2..].iter().map(|cell| cell.parse().unwrap()).collect();
        ((cells[0].to_owned(), cells[1].to_owned()), numbers.try_into().unwrap())
    });
    rows.collect()
}

fn expected(rows: &[(&str, &str, Numbers)]) -> Table {
    rows.iter().map(|(measure, month, numbers)| (((*measure).to_owned(), (*month).to_owned()), *numbers)).collect()
}

/// Every date below was counted over a wall calendar of 2026 and 2027. Christmas Day 2026 is a Friday, Boxing Day a
/// Saturday with Monday 28 in its place, New Year's Day 2027 a Friday. The return speaks as of Friday 8 January 2027.
fn by_hand() -> String {
    census(
        "2027-01-08",
        &[
            // 45 working days from Monday 2 November: to the 30th are 20, to Christmas Eve 38, 29 to 31 make 41, and
            // 4 to 7 January 45: Thursday 7 January. From 3 November one day more: Friday the 8th, not over on the 8th.
            assessment("2026-11-02", "2027-01-07"), // in time
            assessment("2026-11-02", "2027-01-08"), // late
            assessment("2026-11-02", ""),           // late
            assessment("2026-11-03", ""),           // open
            assessment("2026-11-03", "soon"),       // cannot tell
            assessment("", "2026-12-01"),           // cannot tell, no month
            // 15 working days from Thursday 10 December: 11 (1), 14 to 18 (6), 21 to 24 (10), 29 to 31 (13), 4 and
            // 5 January (15). Whoever counts holidays as days ends on 31 December, two of our days earlier.
            enquiry("2026-12-10", "2026-12-31", "2027-01-05", "false"), // in time
            enquiry("2026-12-10", "2027-01-06", "2027-01-06", "0"),     // late, target one day after ours
            enquiry("2026-12-10", "", "", ""),                          // late
            enquiry("2026-12-10", "", "2026-12-09", "false"),           // held before it began: cannot tell
            enquiry("2026-12-10", "2027-01-05", "", "true"),            // none is due; the target is ours
            // From Tuesday 15 December: 16 to 18 (3), 21 to 24 (7), 29 to 31 (10), 4 to 8 January (15).
            enquiry("2026-12-15", "", "", "false"),       // open
            enquiry("2026-12-15", "", "", "perhaps"),     // cannot tell
            enquiry("2026-12-15", "", "2027-01-11", "0"), // after the return's day, so planned: open
            // From Tuesday 1 December: 2 to 4 (3), 7 to 11 (8), 14 to 18 (13), 21 and 22 (15).
            enquiry("2026-12-01", "2026-12-22", "2026-12-22", "false"), // in time
            // Reviews: three calendar months, then six.
            plan("2026-09-24", "", &["2026-12-24"]), // in time; next by 24 June 2027
            plan("2026-09-25", "", &["2026-12-28"]), // due on Christmas Day: late; next by 28 June
            plan("2026-09-30", "", &[]),             // due 30 December: late
            plan("2026-10-08", "", &[]),             // due 8 January: open
            plan("2026-09-15", "2026-12-15", &[]),   // ended on the last day: none due
            plan("2026-06-01", "2027-01-04", &["2026-08-31"]), // in time by 1 September; ended before 28 February
            plan("2026-03-02", "", &["2026-12-02", "2026-06-02"]), // in time, in time; next by 2 June 2027
            plan("2026-02-27", "", &["2026-05-20", "2026-11-23"]), // in time; late after 20 November; next by 23 May
            plan("2026-09-10", "", &["31/12/2026"]), // due 10 December: cannot tell
            plan("", "", &["2026-12-01"]),           // first: cannot tell, no month; next by 1 June 2027
        ],
    )
}

fn by_hand_counted() -> Table {
    expected(&[
        ("assessment", "2027-01", [5, 1, 2, 1, 1]),
        ("assessment", "", [1, 0, 0, 0, 1]),
        ("initial_conference", "2026-12", [1, 1, 0, 0, 0]),
        ("initial_conference", "2027-01", [7, 1, 2, 2, 2]),
        ("first_review", "2026-05", [1, 1, 0, 0, 0]),
        ("first_review", "2026-06", [1, 1, 0, 0, 0]),
        ("first_review", "2026-09", [1, 1, 0, 0, 0]),
        ("first_review", "2026-12", [4, 1, 2, 0, 1]),
        ("first_review", "2027-01", [1, 0, 0, 1, 0]),
        ("first_review", "", [1, 0, 0, 0, 1]),
        ("later_review", "2026-11", [1, 0, 1, 0, 0]),
        ("later_review", "2026-12", [1, 1, 0, 0, 0]),
        ("later_review", "2027-05", [1, 0, 0, 1, 0]),
        ("later_review", "2027-06", [4, 0, 0, 4, 0]),
    ])
}

#[test]
fn a_return_counted_by_hand() {
    let desk = Desk::new();
    let csv = desk.count(by_hand(), &["--format", "csv"]);
    assert_eq!(csv.code, 0, "{}", csv.err);
    assert_eq!(from_csv(&csv.out), by_hand_counted());

    let json = desk.count(by_hand(), &["--format", "json"]);
    let objects: Vec<serde_json::Value> = json.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (targets, rows) = objects.split_last().unwrap();
    let names = ["due", "in_time", "late", "open", "cannot_tell"];
    let read: Table = rows
        .iter()
        .map(|row| {
            assert_eq!(row.as_object().unwrap().len(), 7);
            let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
            ((text("measure"), text("month")), names.map(|name| row[name].as_u64().unwrap()))
        })
        .collect();
    assert_eq!(read, by_hand_counted());
    // The targets: 31 December is two working days before ours (4 and 5 January), 6 January one after, two are ours.
    let by = serde_json::json!({ "-1": 1, "0": 2, "2": 1 });
    assert_eq!(targets["ours_later_by_working_days"], by);
    assert_eq!([&targets["same"], &targets["ours_earlier"], &targets["ours_later"], &targets["pairs"]], [2, 1, 1, 4]);

    let table = desk.count(by_hand(), &[]).well();
    let cells = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let has =
        |row: &str| assert!(table.lines().any(|line| cells(line) == cells(row)), "`{row}` is missing in:\n{table}");
    has("initial_conference 2027-01 7 1 2 2 2");
    has("assessment no date 1 0 0 0 1");
    has("assessment all 6 1 2 1 2");
    has("later_review all 7 1 1 5 0");
    has("all all 30 8 7 9 6");
    says(
        &table,
        &[
            "Census return of 25 children, as of its reference date, Friday 8 January 2027",
            "Working Together to Safeguard Children 2023, chapter 3",
            "4 compared: 2 the same day, ours earlier 1, ours later 1",
            "1 working day earlier: 1",
            "2 working days later: 1",
        ],
    );
}

#[test]
fn only_the_months_asked_for() {
    let desk = Desk::new();
    let some = desk.count(by_hand(), &["--format", "csv", "--from", "2026-12", "--to", "2026-12"]);
    let all = by_hand_counted().into_iter();
    let wanted: Table = all.filter(|((_, month), _)| month.is_empty() || month == "2026-12").collect();
    assert_eq!(from_csv(&some.out), wanted);
    // Of the pairs of last days, the one of December.
    says(&some.err, &["1 compared: 1 the same day"]);
}

#[test]
fn without_a_reference_date_the_last_date_stands_in() {
    let desk = Desk::new();
    // The last date that is read is 28 December 2026. Due on Christmas Eve: late. Due on the 28th and after: open.
    let records = [
        plan("2026-09-24", "", &[]),
        plan("2026-09-28", "", &[]),
        plan("2026-09-30", "", &[]),
        enquiry("2026-12-01", "2031-01-01", "2026-12-28", ""), // late; a target is no event
    ];
    let counted = desk.count(census("", &records), &["--format", "csv"]);
    assert_eq!(
        from_csv(&counted.out),
        expected(&[("first_review", "2026-12", [3, 0, 1, 2, 0]), ("initial_conference", "2026-12", [1, 0, 1, 0, 0])])
    );
    says(&counted.err, &["line 3: ReferenceDate is no date"]);
    says(&desk.count(census("", &records), &[]).well(), &["as of the last date in it, Monday 28 December 2026"]);
}

#[test]
fn the_calendar_is_the_one_named() {
    let desk = Desk::new();
    // Fifteen working days from Monday 9 November 2026 end on the 30th, St Andrew's Day: in Scotland on 1 December.
    let xml = census("2027-03-31", &[enquiry("2026-11-09", "", "2026-12-01", "")]);
    let month = |calendar: &str| from_csv(&desk.count(&xml, &["--format", "csv", "--calendar", calendar]).out);
    assert_eq!(month("england-and-wales"), expected(&[("initial_conference", "2026-11", [1, 0, 1, 0, 0])]));
    assert_eq!(month("scotland"), expected(&[("initial_conference", "2026-12", [1, 1, 0, 0, 0])]));
}

#[test]
fn faults_are_named_by_line_and_the_rest_counted() {
    let desk = Desk::new();
    // Children begin on line 5.
    let records = [
        assessment("2026-06-02", "2026-06-01"),
        enquiry("2026-06-02", "", "2026-06-01", ""),
        plan("2026-06-02", "2026-06-01", &[]),
        plan("2026-06-02", "", &["2026-06-01"]),
        plan("2026-03-02", "2026-05-01", &["2026-05-02"]),
        assessment("1899-12-31", "2026-06-01"),
        assessment("2026-02-30", "2201-01-01"),
        assessment("2009-06-01", "2009-06-02"),
        enquiry("2026-06-02", "", "", "maybe"),
        fields(
            "Assessments",
            &[("AssessmentActualStartDate", "2026-06-01"), ("AssessmentActualStartDate", "2026-06-02")],
        ),
    ];
    let counted = desk.count(census("2026-12-31", &records), &["--format", "csv"]);
    let faults: Vec<&str> = counted
        .err
        .lines()
        .filter_map(|line| line.strip_prefix("duewatch: "))
        .filter(|line| line.starts_with("line"))
        .collect();
    assert_eq!(
        faults,
        [
            "line 5: AssessmentAuthorisationDate lies before AssessmentActualStartDate",
            "line 6: DateOfInitialCPC lies before S47ActualStartDate",
            "line 7: CPPendDate lies before CPPstartDate",
            "line 8: CPPreviewDate lies before CPPstartDate",
            "line 9: CPPreviewDate lies after CPPendDate",
            "line 10: AssessmentActualStartDate lies outside the years 1900 to 2200",
            "line 11: AssessmentActualStartDate is no date",
            "line 11: AssessmentAuthorisationDate lies outside the years 1900 to 2200",
            "line 12: AssessmentActualStartDate lies before the first holidays that the calendar knows",
            "line 13: ICPCnotRequired is neither true nor false",
            "line 14: AssessmentActualStartDate is written twice in one record",
        ]
    );
    // Of the plan that ended before its review was due, nothing is; all else cannot be told.
    let numbers: Numbers =
        from_csv(&counted.out).into_values().fold([0; 5], |sum, row| std::array::from_fn(|i| sum[i] + row[i]));
    assert_eq!(numbers, [9, 0, 0, 0, 9]);

    let many: Vec<String> = (0..53).map(|_| assessment("2026-06-02", "2026-06-01")).collect();
    let said = desk.count(census("2026-12-31", &many), &["--format", "csv"]).err;
    assert_eq!(said.matches("lies before").count(), 20);
    says(&said, &["33 more faults are not shown; there are 53 in all"]);
}

/// Gives as much as is asked for, and counts it.
struct Endless<'a> {
    head: &'a [u8],
    again: &'a [u8],
    at: usize,
    given: &'a mut usize,
}

impl Read for Endless<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        for byte in into.iter_mut() {
            let place = self.at;
            *byte = if place < self.head.len() {
                self.head[place]
            } else {
                self.again[(place - self.head.len()) % self.again.len()]
            };
            self.at += 1;
        }
        *self.given += into.len();
        Ok(into.len())
    }
}

#[test]
fn a_file_without_end_is_refused_after_a_little_of_it() {
    let calendar = Calendar::shipped("england-and-wales").unwrap();
    for (what, head, again, refusal) in [
        ("a text", "<Message><Children><Child>", "x", "longer than 64 KB"),
        (
            "a text in pieces",
            "<Message><Header><CollectionDetails><ReferenceDate>",
            "x&amp;<!-- -->",
            "longer than 64 KB",
        ),
        ("a tag", "<Message><Children><Child ", "a='b' ", "longer than 64 KB"),
        ("a name", "<Message><Chil", "d", "longer than 64 KB"),
        ("a comment", "<Message><!-- ", "- ", "longer than 64 KB"),
        ("character data", "<Message><![CDATA[", "x", "longer than 64 KB"),
        ("depth", "<Message>", "<Child>", "more than 64 deep"),
        ("no element", "", "id,upn,born\n", "it is not XML"),
        ("a definition", "<!DOCTYPE Message [", "<!ENTITY a 'b'> ", "not XML"),
        (
            "reviews",
            "<Message><Children><Child><CINdetails><ChildProtectionPlans><Reviews>",
            "<CPPreviewDate>2026-01-05</CPPreviewDate>",
            "more than 1000 reviews",
        ),
    ] {
        let mut given = 0;
        let endless = Endless { head: head.as_bytes(), again: again.as_bytes(), at: 0, given: &mut given };
        let error = cin::read(endless, &calendar, Window::default()).unwrap_err().to_string();
        assert!(error.contains(refusal), "{what}: {error}");
        assert!(given <= 512 * 1024, "{what}: {given} bytes were taken");
    }
}

#[test]
fn what_is_no_return_is_refused() {
    let desk = Desk::new();
    let good = census("2026-12-31", &[assessment("2026-06-02", "2026-06-04")]);
    let bomb = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE Message [<!ENTITY a \"{}\"><!ENTITY b \"&a;&a;&a;&a;\">]><Message>&b;</Message>",
        MARKS[3]
    );
    let utf_16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(good.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let utf_16_bare: Vec<u8> = good.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut latin = good.clone().into_bytes();
    latin.extend(b"<!-- \xE9 -->");
    let deep = format!("{}{}", "<Message>".repeat(10_000), "</Message>".repeat(10_000));
    let long = good.replace("<CINdetails>", &format!("<CINdetails><Note>{}</Note>", MARKS[3].repeat(1 << 20)));
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("an entity bomb", bomb.into(), "document type definition"),
        (
            "an external entity",
            format!("<!DOCTYPE Message [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>{good}").into(),
            "document type definition",
        ),
        ("an unknown entity", good.replace("2026-06-04", &format!("&{};", MARKS[3])).into(), "refers to an entity"),
        (
            "an unknown entity, not needed",
            good.replace(MARKS[0], &format!("&{};", MARKS[3])).into(),
            "refers to an entity",
        ),
        ("great depth", deep.into(), "more than 64 deep"),
        ("a text of 10 MB", long.into(), "longer than 64 KB"),
        ("another root", good.replace("Message>", "XMARKNAMEX>").into(), "not `Message`"),
        ("an end of another name", good.replace("</Later>", "</XMARKNAMEX>").into(), "not well-formed"),
        ("an end too many", format!("{good}</XMARKNAMEX>").into(), "not well-formed"),
        ("two roots", format!("{good}{good}").into(), "not well-formed"),
        ("words after the end", format!("{good}XMARKNAMEX").into(), "not well-formed"),
        ("half of it", good[..good.len() / 2].into(), "ends in the middle"),
        ("all but its last tag", good.trim_end().trim_end_matches("</Message>").into(), "ends in the middle"),
        ("broken off in a tag", good.trim_end().trim_end_matches("essage>").into(), "ends in the middle"),
        ("no XML", b"XMARKIDX,XMARKUPNX,1907-03-09\n".to_vec(), "it is not XML"),
        ("nothing", Vec::new(), "it is not XML"),
        ("UTF-16 with a mark", utf_16, "not written in UTF-8"),
        ("UTF-16 without", utf_16_bare, "not written in UTF-8"),
        ("Latin-1", latin, "not written in UTF-8"),
        ("nobody in it", census("2026-12-31", &[]).into(), "it holds no child"),
    ];
    for (what, bytes, refusal) in cases {
        let done = desk.count(bytes, &[]);
        assert_eq!((done.code, done.out.as_str()), (2, ""), "{what}: {}", done.err);
        says(&done.err, &["cannot count the return", refusal]);
        silent(what, &done);
    }
    // What is odd and yet a return: a mark of UTF-8, a namespace, an attribute, the entities of XML itself.
    let odd = good
        .replace("<?xml", "\u{FEFF}<?xml")
        .replace("<Message>", "<c:Message xmlns:c='urn:census' version=\"1&amp;2\">")
        .replace("</Message>", "</c:Message>")
        .replace("2026-06-04", " 2026&#45;06&#x2D;0<![CDATA[4]]> ")
        .replace(MARKS[1], "&lt;&amp;&gt;&apos;&quot;<Empty/>");
    let counted = desk.count(odd, &["--format", "csv"]);
    // 45 working days from Tuesday 2 June 2026: 20 to the end of June, 23 in July, and 3 and 4 August.
    assert_eq!(from_csv(&counted.out), expected(&[("assessment", "2026-08", [1, 1, 0, 0, 0])]), "{}", counted.err);
}

fn silent(what: &str, done: &Done) {
    for mark in MARKS {
        assert!(!done.out.contains(mark) && !done.err.contains(mark), "{what}: {mark} in {done:?}");
    }
}

#[test]
fn nothing_of_a_child_gets_out() {
    let desk = Desk::new();
    // Also where such a thing stands in a field that is read and complained of.
    let mut records = vec![
        assessment(MARKS[0], MARKS[2]),
        assessment(&format!("{} {}", MARKS[2], MARKS[3]), MARKS[1]),
        enquiry(MARKS[1], MARKS[0], MARKS[3], MARKS[3]),
        plan(MARKS[3], MARKS[0], &[MARKS[1], MARKS[2]]),
    ];
    records.push(assessment("2026-06-02", "2026-06-04"));
    let xml = census(MARKS[3], &records);
    for format in ["table", "json", "csv"] {
        let chart = desk.path("chart.svg").display().to_string();
        let done = desk.count(&xml, &["--from", "2026-01", "--format", format, "--chart", &chart]);
        assert_eq!(done.code, 0, "{}", done.err);
        silent(format, &done);
        let svg = fs::read_to_string(chart).unwrap();
        assert!(MARKS.iter().all(|mark| !svg.contains(mark)) && svg.contains("August 2026"), "{svg}");
    }
}

/// A long return, made as it is read.
struct Stream {
    children: u64,
    /// The length of what stands in each child and is not read.
    padding: usize,
    at: u64,
    piece: Vec<u8>,
    read: usize,
}

impl Read for Stream {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.read == self.piece.len() {
            self.piece = match self.at {
                0 => census("2027-01-08", &[]).split("</Children>").next().unwrap().into(),
                n if n <= self.children => nth(n, self.padding).into(),
                n if n == self.children + 1 => b"</Children></Message>".to_vec(),
                _ => return Ok(0),
            };
            (self.at, self.read) = (self.at + 1, 0);
        }
        let bytes = into.len().min(self.piece.len() - self.read);
        into[..bytes].copy_from_slice(&self.piece[self.read..self.read + bytes]);
        self.read += bytes;
        Ok(bytes)
    }
}

/// Each third child's conference is in time, late, or not held and late; each fifth plan was reviewed in time.
fn nth(n: u64, padding: usize) -> String {
    let held = ["2027-01-05", "2027-01-06", ""][usize::try_from(n % 3).unwrap()];
    let review: &[&str] = if n.is_multiple_of(5) { &["2026-12-24"] } else { &[] };
    let padding = format!("<Unknown a='b'>{}</Unknown>", "x".repeat(padding)).repeat(4);
    child(&format!("{padding}{}{}", enquiry("2026-12-10", "2027-01-05", held, "false"), plan("2026-09-24", "", review)))
}

#[test]
fn twenty_thousand_children_from_a_stream() {
    let calendar = Calendar::shipped("england-and-wales").unwrap();
    let stream = Stream { children: 20_000, padding: 100, at: 0, piece: Vec::new(), read: 0 };
    let counted = cin::read(stream, &calendar, Window::default()).unwrap();
    let rows: Vec<_> = counted
        .rows
        .iter()
        .map(|row| (row.measure, row.month.unwrap().to_string(), row.counts.in_time, row.counts.late, row.counts.open))
        .collect();
    // Of 1 to 20,000: 6,666 are multiples of three, 4,000 of five.
    assert_eq!(
        rows,
        [
            (Measure::InitialConference, "2027-01".to_owned(), 6_666, 13_334, 0),
            (Measure::FirstReview, "2026-12".to_owned(), 4_000, 16_000, 0),
            (Measure::LaterReview, "2027-06".to_owned(), 0, 0, 4_000),
        ]
    );
    assert_eq!((counted.children, counted.faults.count, counted.targets.same), (20_000, 0, 20_000));
}

/// As much memory as the shell allows, in KB: less than the file is long.
const MEMORY_KB: u64 = 100_000;

#[test]
fn a_file_larger_than_the_memory_allowed() {
    let desk = Desk::new();
    let path = desk.path("return.xml");
    let mut stream = Stream { children: 9_000, padding: 4_000, at: 0, piece: Vec::new(), read: 0 };
    let bytes = std::io::copy(&mut stream, &mut fs::File::create(&path).unwrap()).unwrap();
    assert!(bytes > MEMORY_KB * 1024, "{bytes}");
    let line = format!("ulimit -v {MEMORY_KB}; exec \"$0\" backtest --format csv --cin \"$1\"");
    let output = Command::new("sh")
        .args(["-c", &line, env!("CARGO_BIN_EXE_duewatch")])
        .arg(&path)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let table = from_csv(&String::from_utf8(output.stdout).unwrap());
    assert_eq!(table[&("initial_conference".to_owned(), "2027-01".to_owned())], [9_000, 3_000, 6_000, 0, 0]);
}

/// An element's name, attributes and text, that of the elements in it included.
type Element = (String, BTreeMap<String, String>, String);

/// The elements of a chart, each after those in it.
fn elements(svg: &str) -> Vec<Element> {
    let mut reader = Reader::from_str(svg);
    reader.config_mut().expand_empty_elements = true;
    let (mut done, mut open): (Vec<Element>, Vec<Element>) = (Vec::new(), Vec::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) => {
                let attributes = tag.attributes().map(|attribute| {
                    let attribute = attribute.unwrap();
                    (attribute.key.as_ref().to_owned(), attribute.value.to_string())
                });
                open.push((tag.name().as_ref().to_owned(), attributes.collect(), String::new()));
            }
            Event::Text(text) => {
                for (_, _, inner) in &mut open {
                    inner.push_str(&text);
                }
            }
            Event::GeneralRef(name) => {
                for (_, _, inner) in &mut open {
                    inner.push_str(&format!("&{};", &*name));
                }
            }
            Event::End(_) => done.extend(open.pop()),
            Event::Eof => break,
            _ => {}
        }
    }
    assert!(open.is_empty());
    done
}

/// What the bars of a chart add up to: in time, late, still open. Each bar is as high as its number.
fn bars(svg: &str) -> [u64; 3] {
    let mut sums = [0; 3];
    let parts = [("in-time", "in time"), ("late", "late"), ("open", "still open")];
    let mut panel_scales = Vec::new();
    for (_, attributes, title) in
        elements(svg).into_iter().filter(|(name, attributes, _)| name == "rect" && attributes.contains_key("class"))
    {
        let at = parts.iter().position(|(class, _)| *class == attributes["class"]).unwrap();
        let (month, rest) = title.split_once(": ").unwrap();
        let (number, words) = rest.split_once(' ').unwrap();
        assert!(words == parts[at].1 && month.contains("20"), "{title}");
        let number: u64 = number.parse().unwrap();
        sums[at] += number;
        let height: f64 = attributes["height"].parse().unwrap();
        panel_scales.push(height / f64::from(u32::try_from(number).unwrap()));
        let number_of = |name: &str| attributes[name].parse::<f64>().unwrap();
        assert!(number_of("x") >= 60.0 && number_of("x") + number_of("width") <= 880.01, "{attributes:?}");
    }
    // A scale a panel, and no more.
    panel_scales.sort_by(f64::total_cmp);
    panel_scales.dedup_by(|a, b| (*a - *b).abs() < 0.5);
    assert!(panel_scales.len() <= elements(svg).iter().filter(|(name, ..)| name == "g").count(), "{panel_scales:?}");
    sums
}

#[test]
fn the_chart_is_xml_and_its_bars_add_up_to_the_table() {
    let desk = Desk::new();
    let chart = desk.path("chart.svg");
    desk.count(by_hand(), &["--chart", &chart.display().to_string()]).well();
    let svg = fs::read_to_string(&chart).unwrap();
    let dated: Vec<Numbers> =
        by_hand_counted().into_iter().filter(|((_, month), _)| !month.is_empty()).map(|(_, numbers)| numbers).collect();
    assert_eq!(bars(&svg), [1, 2, 3].map(|column| dated.iter().map(|numbers| numbers[column]).sum::<u64>()));

    let all = elements(&svg);
    let (_, root, _) = all.last().unwrap();
    assert_eq!((root["width"].as_str(), root["role"].as_str(), root["lang"].as_str()), ("900", "img", "en-GB"));
    let of = |name: &str| {
        all.iter().filter(|element| element.0 == name).map(|element| element.2.as_str()).collect::<Vec<_>>()
    };
    says(
        of("desc")[0],
        &["Assessment authorised within 45 working days of its start: 6 due, 1 in time, 2 late, 1 still open"],
    );
    assert!(of("title").iter().any(|title| title.starts_with("Census return of 25 children")));
    assert_eq!(of("pattern").len(), 2);
    let texts = of("text");
    for words in ["in time", "late", "still open", "2026-05", "Each later review within 6 months of the one before"] {
        assert!(texts.contains(&words), "{words}: {texts:?}");
    }
}

#[test]
fn what_cannot_be_done_says_what_to_do() {
    let desk = Desk::new();
    let good = census("2026-12-31", &[assessment("2026-06-02", "2026-06-04")]);
    let far = census("2026-12-31", &[assessment("2026-06-02", "2026-06-04"), assessment("2016-06-02", "2016-06-04")]);
    let unwritable = desk.path("nowhere/chart.svg").display().to_string();
    let chart = desk.path("chart.svg").display().to_string();
    let own = desk.path("return.xml").display().to_string();
    for (xml, args, words) in [
        (&good, vec!["--from", "2026-13"], "write a month as its year and number"),
        (&good, vec!["--from", "2026-04", "--to", "2026-03"], "--to lies before --from; swap them"),
        (&good, vec!["--calendar", "atlantis"], "there is no calendar `atlantis`"),
        (&good, vec!["--chart", &own], "name a file that ends in .svg"),
        (&good, vec!["--chart", &unwritable], "name a file in a folder that can be written to"),
        (&far, vec!["--chart", &chart], "choose them with --from and --to"),
    ] {
        let done = desk.count(xml, &args);
        assert_eq!((done.code, done.out.as_str()), (2, ""), "{words}");
        says(&done.err, &[words]);
        assert_eq!(&fs::read_to_string(&own).unwrap(), xml, "the return is as it was");
    }
    let missing = desk.path("missing.xml").display().to_string();
    says(&program(&["backtest", "--cin", &missing], &[], "").ends(2), &["cannot be opened", "check the name"]);
    says(&program(&["backtest", "--calendar", "scotland"], &[], "").ends(2), &["--cin"]);
}

/// The cells of a line of comma-separated values.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut quoted) = (vec![String::new()], false);
    for character in line.chars() {
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            other => cells.last_mut().unwrap().push(other),
        }
    }
    cells
}

#[test]
fn the_case_database_agrees_with_the_duties_themselves() {
    let bench = Bench::bare();
    let authority = generate::authority(5, 60, "2026-11-16".parse().unwrap());
    block_on(generate::write_sqlite(&bench.path("case.db"), &authority)).unwrap();
    bench.run(&["ledger", "migrate", "--simulated"]).well();
    let before = (fs::read(bench.path("case.db")).unwrap(), bench.holdings());

    // The generated case database was loaded at half past seven in Greenwich.
    let duties = bench.run(&["duties", "--at", "2026-11-16T07:30:00Z", "--format", "csv"]).well();
    let (mut counted, mut alerts): (Table, u64) = (BTreeMap::new(), 0);
    for line in duties.lines().skip(1) {
        let [_, _, duty, _, _, _, due, status, _, late, ..] = &cells(line)[..] else { panic!("{line}") };
        // An alert says that something has happened; the procedure has these three.
        if ["access-refused", "new-injury-tell-chair", "child-death"].contains(&duty.as_str()) {
            alerts += 1;
            continue;
        }
        let column = match (status.as_str(), late.as_str(), due.as_str()) {
            ("cannot_tell", _, _) => 4,
            (_, _, "") => continue,
            ("met", "false", _) => 1,
            ("met", "true", _) | ("overdue", _, _) => 2,
            ("open" | "amber", ..) => 3,
            other => panic!("{other:?}"),
        };
        let month = due.get(..7).unwrap_or_default().to_owned();
        let numbers = counted.entry((duty.clone(), month)).or_default();
        numbers[0] += 1;
        numbers[column] += 1;
    }
    let sum = |at: usize| counted.values().map(|numbers| numbers[at]).sum::<u64>();
    assert!(alerts > 0 && (1..5).all(|column| sum(column) > 0), "the authority shows every outcome: {counted:?}");

    let whole = bench.run(&["backtest", "--format", "csv"]);
    assert_eq!((whole.code, whole.err.as_str()), (0, ""));
    assert_eq!(from_csv(&whole.out), counted);

    let chart = bench.path("chart.svg");
    let months = ["--from", "2025-11", "--to", "2026-10", "--chart", &chart.display().to_string()];
    let year = bench.run(&[&["backtest", "--format", "csv"], &months[..]].concat());
    let of_year: Table = counted
        .iter()
        .filter(|((_, month), _)| month.is_empty() || ("2025-11"..="2026-10").contains(&month.as_str()))
        .map(|(key, numbers)| (key.clone(), *numbers))
        .collect();
    assert_eq!(from_csv(&year.out), of_year);
    let dated: Vec<&Numbers> =
        of_year.iter().filter(|((_, month), _)| !month.is_empty()).map(|(_, numbers)| numbers).collect();
    let columns = [1, 2, 3].map(|column| dated.iter().map(|numbers| numbers[column]).sum::<u64>());
    assert_eq!(bars(&fs::read_to_string(chart).unwrap()), columns);

    let table = bench.run(&["backtest"]).well();
    says(
        &table,
        &["as loaded on Monday 16 November 2026 at 07:30", "first-core-group: First core group. ", "are alerts"],
    );
    assert_eq!(before, (fs::read(bench.path("case.db")).unwrap(), bench.holdings()), "nothing was changed");
}
