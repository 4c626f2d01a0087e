//! `duewatch procedures show`: a procedure as a page that a practitioner can sign off.

use clap::Args;

use super::{
    super::{Ending, Outcome, output},
    page::Page,
};
use crate::{
    calendar::format_date_long,
    procedure::{Citation, Procedure, Reads, Rule, Shape},
    run::read_procedure,
};

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// A shipped procedure, as `procedures list` names it, or the path of a file of your own, ending in .toml.
    #[arg(value_name = "ID")]
    procedure: String,
}

pub(super) fn run(asked: &Show) -> Outcome {
    let procedure = read_procedure(&asked.procedure)?;
    let mut page = Page::default();
    head(&mut page, &procedure);
    for (number, rule) in (1..).zip(&procedure.rules) {
        page.line("");
        of_rule(&mut page, &procedure, number, rule);
    }
    if !procedure.ambiguities.is_empty() {
        page.line("");
        page.line("What the document leaves open");
        ambiguities(&mut page, &procedure);
    }
    foot(&mut page, &procedure);
    output::line(&page.text());
    Ok(Ending::Well)
}

fn head(page: &mut Page, procedure: &Procedure) {
    page.line(&procedure.authority);
    page.line(&procedure.title);
    page.line("");
    page.beside("version", &procedure.version);
    page.beside("in force from", &format_date_long(procedure.in_force_on));
    page.beside("review by", &format_date_long(procedure.review_by_on));
    page.beside("rules", &procedure.rules.len().to_string());
    page.line("");
    page.beside(
        "two dates",
        "The earliest date is the strictest way to count, the due date the ordinary one. Warning begins with the first; \
         what is not done by the second is overdue. A rule with one date only has the due date.",
    );
    let [earliest, due] = procedure.counting_in_words();
    page.beside("earliest date", &earliest);
    page.beside("due date", &due);
    page.beside(
        "working days",
        &format!("those of the calendar {}, in the time zone {}", procedure.calendar, procedure.time_zone),
    );
}

/// What the document leaves open, by the labels that the rules name.
fn ambiguities(page: &mut Page, procedure: &Procedure) {
    for (label, ambiguity) in &procedure.ambiguities {
        let answer = match ambiguity.reads {
            Reads::Both => "",
            Reads::Strict => " The earliest date is the limit.",
            Reads::Ordinary => " The due date alone is in force.",
        };
        page.beside(label, &format!("{}.{answer}", ambiguity.about));
    }
}

fn of_rule(page: &mut Page, procedure: &Procedure, number: usize, rule: &Rule) {
    page.line(&format!("{number}. {} [{}]", rule.title, rule.duty));
    page.beside("to do", &rule.ask);
    page.beside("clock", &procedure.clock_in_words(rule));
    page.beside("document", &quoted(&rule.citation));
    page.beside("strength", rule.strength.words());
    page.beside("responsible", &procedure.role_words(rule.responsible));
    page.beside("runs", rule.runs_in_words());
    let told = procedure.told_in_words(rule);
    if told.is_empty() {
        page.beside("told", "nobody of this alone");
    }
    page.list("told", &told);
    // A report is nobody's task, and told once.
    if !matches!(rule.shape, Shape::Report(_)) {
        page.list("rests", &procedure.rests_in_words(rule));
    }
    page.list("note", &rule.notes_in_words());
}

fn quoted(citation: &Citation) -> String {
    if citation.place.is_some() {
        return format!("{citation}: \"{}\"", citation.quote);
    }
    let lines: Vec<String> = citation.lines.iter().map(u32::to_string).collect();
    let line = if lines.len() == 1 { "line" } else { "lines" };
    format!("{}, {line} {}: \"{}\"", citation.document, lines.join(" and "), citation.quote)
}

/// What was signed is known by the hash of its text: a changed figure makes another.
fn foot(page: &mut Page, procedure: &Procedure) {
    page.line("");
    let mark = procedure.hash.get(..12).unwrap_or(&procedure.hash);
    page.beside("mark", &format!("{mark}, made from the text of the procedure: a changed text has another"));
    let blank = "_".repeat(26);
    page.line("");
    page.beside("signed off by", &format!("{blank} as {blank} on {}", "_".repeat(20)));
}
