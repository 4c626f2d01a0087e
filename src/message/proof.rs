//! Templates tried out before they are put to work.
//!
//! Owns what every message must say and what none may do. Must not know who wrote the template.

use crate::calendar::format_date_long;

use super::{
    Letter, TemplateError, Templates,
    sample::letters,
    templates::{HTML, TEXT},
    view::{View, view},
};
use crate::procedure::NoticeKind;

/// What would reach out of the message or run in it.
const REACHES_OUT: [(&str, &str); 9] = [
    ("<script", "holds a script"),
    ("javascript:", "holds a script"),
    ("<img", "loads a picture"),
    ("<link", "loads another file"),
    ("<iframe", "loads another page"),
    ("<form", "holds a form"),
    (" src=", "loads another file"),
    ("url(", "loads another file"),
    ("@import", "loads another file"),
];

/// Kinds whose day is a limit.
const DATED: [NoticeKind; 5] =
    [NoticeKind::Escalation, NoticeKind::Overdue, NoticeKind::Due, NoticeKind::Reminder, NoticeKind::Changed];

/// Markup that stands in a sample's authority: if it comes out as it went in, escaping is off.
const MARKUP: &str = "<i>&\"Sampleshire\"</i>";

pub(super) fn prove(templates: &Templates) -> Result<(), TemplateError> {
    for (kind_name, kind) in NoticeKind::ALL {
        for mut letter in letters(kind) {
            MARKUP.clone_into(&mut letter.authority);
            let mut seen = view(&letter);
            // Else the day of writing would stand in for a due day of today.
            "the day of writing".clone_into(&mut seen.written_on);
            prove_said(TEXT, &templates.render(TEXT, &seen)?, &letter, kind_name)?;
            prove_html(templates, &letter, &seen, kind_name)?;
        }
    }
    Ok(())
}

fn prove_html(templates: &Templates, letter: &Letter, seen: &View, kind: &'static str) -> Result<(), TemplateError> {
    let html = templates.render(HTML, seen)?;
    let refused = |what: &str| Err(TemplateError::Unsafe { template: HTML.to_owned(), what: what.to_owned() });
    if html.contains("<i>&") {
        return refused("lets values through unescaped");
    }
    let lower = html.to_ascii_lowercase();
    if let Some((_, what)) = REACHES_OUT.iter().find(|(sign, _)| lower.contains(sign)) {
        return refused(what);
    }
    let plain = html.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    prove_said(HTML, &plain, letter, kind)
}

fn prove_said(template: &str, said: &str, letter: &Letter, kind: &'static str) -> Result<(), TemplateError> {
    let mut musts: Vec<(&str, String)> = vec![
        ("the authority", letter.authority.clone()),
        ("how old the case data is", letter.data_as_of.clone()),
        ("who corrects an error", letter.corrections.clone()),
    ];
    musts.extend(letter.roles.iter().map(|role| ("the recipient's role", role.clone())));
    for task in &letter.folded {
        musts.extend(task.references.iter().map(|child| ("a reference that is only counted", child.clone())));
        if DATED.contains(&task.kind) {
            let day = task.due_on.map(format_date_long);
            musts.extend(day.map(|on| ("the day of what is only counted", on)));
        }
    }
    let workers = letter.lines.iter().filter(|_| letter.by_worker).filter_map(|line| line.worker.clone());
    musts.extend(workers.map(|worker| ("the lead worker", worker)));
    for line in &letter.lines {
        musts.push(("the rule's title", line.title.clone()));
        musts.push(("the citation", line.citation.clone()));
        musts.push(("the quoted words", line.quote.clone()));
        musts.push(("the arithmetic", line.arithmetic.clone()));
        musts.extend(line.child.iter().map(|child| ("the reference", child.clone())));
        musts.extend(line.due_on.iter().map(|on| ("the due day", format_date_long(*on))));
        // These ask for something else than the rule does, or for nothing.
        let asks = !matches!(
            line.kind,
            NoticeKind::CannotTell | NoticeKind::Resolved | NoticeKind::NoLongerDue | NoticeKind::Report
        );
        if asks {
            musts.push(("what to do", line.ask.clone()));
        }
        // An alert says "at once", which is earlier than any day; the day of a list is that of its event, not a limit; what is told
        // as a count has one day.
        let by_a_day = asks && !matches!(line.kind, NoticeKind::Alert | NoticeKind::Checklist | NoticeKind::Counted);
        if by_a_day && line.due_on.is_some_and(|due_on| due_on >= letter.written_on) {
            musts.extend(line.strict_on.iter().map(|on| ("the earliest defensible day", format_date_long(*on))));
        }
        musts.extend(line.next.iter().map(|next| ("what happens next", next.clone())));
        musts.extend(line.because.iter().map(|why| ("why this person is told", why.clone())));
        musts.extend(line.notes.iter().map(|note| ("what the record leaves open", note.clone())));
        musts.extend(line.tallies.iter().map(|tally| ("what a summary counts", tally.words.clone())));
        musts.extend(line.rows.iter().map(|row| ("a row of the report", row.clone())));
    }
    // Templates may begin a sentence with a value, so the first letter may have become a capital.
    let lower = said.to_lowercase();
    match musts.into_iter().find(|(_, value)| !lower.contains(&value.to_lowercase())) {
        Some((what, _)) => Err(TemplateError::Omits { template: template.to_owned(), what: what.to_owned(), kind }),
        None => Ok(()),
    }
}
