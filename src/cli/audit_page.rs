//! The evidence of one child as a page: each duty with its dates, and beneath it who was told what and when.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::ledger::Evidence;

const STYLE: &str = "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#0b0c0c}\
                     table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem}\
                     th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #b1b4b6}\
                     h2{margin-top:2rem}.break{border-left:5px solid #d4351c;padding-left:1rem}\
                     code{font-size:.8em;overflow-wrap:anywhere}";

/// One line of a duty's history.
struct Line {
    at: DateTime<Utc>,
    what: String,
    link: i64,
}

/// The page, whole: no script, nothing from elsewhere. `title` is what the procedure calls a rule, where it still knows it.
pub(super) fn page(head: &Value, evidence: &[Evidence], title: impl Fn(&str) -> Option<String>) -> String {
    let text = |key: &str| escape(head[key].as_str().unwrap_or(""));
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en-GB\"><head><meta charset=\"utf-8\"><title>Evidence for {child}</title>\
         <style>{STYLE}</style></head>\n<body>\n<h1>Evidence for reference {child}</h1>\n\
         <p>From the ledger of {authority}, taken at {taken}. Times are UTC. Each line names the link of the audit chain that \
         holds it; the chain has {links} links and ends with <code>{end}</code>.</p>\n",
        child = text("child"),
        authority = text("authority"),
        taken = text("exported_at"),
        links = head["links"],
        end = text("chain_end"),
    );
    for at in head["breaks"].as_array().into_iter().flatten() {
        let _ = writeln!(page, "<p class=\"break\">The chain is broken: {}.</p>", escape(at.as_str().unwrap_or("")));
    }
    let (mut duties, mut others) = (BTreeMap::<(String, String), Vec<Line>>::new(), Vec::new());
    for entry in evidence {
        let mut said = false;
        for (duty, what) in of_duties(&entry.payload) {
            said = true;
            duties.entry(duty).or_default().push(Line { at: entry.at, what, link: entry.n });
        }
        if !said {
            others.push(Line { at: entry.at, what: other(&entry.payload), link: entry.n });
        }
    }
    for ((duty, key), lines) in &duties {
        let called = title(duty).unwrap_or_else(|| duty.clone());
        table(&mut page, &called, &format!("{duty} {key}"), lines);
    }
    if !others.is_empty() {
        table(&mut page, "Of the case as a whole", "", &others);
    }
    page.push_str("</body></html>\n");
    page
}

fn table(page: &mut String, title: &str, of: &str, lines: &[Line]) {
    let of = if of.is_empty() { String::new() } else { format!("<p><code>{}</code></p>\n", escape(of)) };
    let _ = writeln!(
        page,
        "<h2>{}</h2>\n{of}<table><thead><tr><th scope=\"col\">When</th><th scope=\"col\">What</th><th scope=\"col\">Link</th>\
         </tr></thead><tbody>",
        escape(title)
    );
    for Line { at, what, link } in lines {
        let at = at.format("%A %-d %B %Y, %H:%M:%S");
        let _ = writeln!(page, "<tr><td>{at}</td><td>{}</td><td>{link}</td></tr>", escape(what));
    }
    page.push_str("</tbody></table>\n");
}

/// What an entry says of single duties: which, and what.
fn of_duties(payload: &Value) -> Vec<((String, String), String)> {
    let mut said = Vec::new();
    for duty in list(payload, "duties") {
        said.push((name(duty), standing(duty)));
    }
    for step in list(payload, "decided") {
        let what = match word(step, "state") {
            "superseded" => "is told by a later step, not by this one",
            _ => "is to be told",
        };
        let (kind, of) = (plain(step, "kind"), word(step, "step"));
        said.push((name(step), format!("Decided: {} {what} ({kind}, step {of})", who(step))));
    }
    for (key, what) in [("withdrawn", "Not told any more"), ("superseded", "Told together with a later step")] {
        for step in list(payload, key) {
            said.push((name(step), format!("{what}: {}, step {}", word(step, "person"), word(step, "step"))));
        }
    }
    for step in list(payload, "told") {
        let came_to = match word(payload, "outcome") {
            "handed_over" => "The mail server took the message for",
            "recorded" => "Written and kept, sent to nobody, for",
            "refused" => "Refused by the mail server, for",
            "unknown" => "Sent, and no answer was seen, for",
            "dead" => "Given up, for",
            "cancelled" => "Not sent, for",
            "delivered" => "Arrived, for",
            "delayed" => "Late on its way, for",
            "returned" => "Came back, for",
            _ => "Not taken yet, for",
        };
        let what = format!(
            "{came_to} {} ({}, step {}{}), message {}, attempt {}{}",
            who(step),
            plain(step, "kind"),
            word(step, "step"),
            days(step),
            word(payload, "message"),
            payload["attempt"],
            because(payload)
        );
        said.push((name(step), what));
    }
    if said.is_empty() && payload["duty"].is_string() {
        said.push((name(payload), other(payload)));
    }
    said
}

fn standing(duty: &Value) -> String {
    let how = match word(duty, "how") {
        "opened" => "Found",
        "changed" => "Changed",
        "met" => "Done",
        "died" => "Ended by the child's death",
        _ => "No longer due",
    };
    let met = duty["met_on"].as_str().map(|on| format!(", done on {on}")).unwrap_or_default();
    format!("{how}: {}{}{met}; by {}", plain(duty, "status"), days(duty), word(duty, "citation"))
}

/// Anything else that was done: by whom, why, until when.
fn other(payload: &Value) -> String {
    let mut text = match word(payload, "what") {
        "ack" => "Acknowledged".to_owned(),
        "pause" => "Put off".to_owned(),
        "resume" => "Put off no more".to_owned(),
        "retry" => "Message tried again".to_owned(),
        "cancel" => "Message taken back".to_owned(),
        what => what.to_owned(),
    };
    for (key, before) in
        [("by", "by"), ("until", "until"), ("reason", "because"), ("message", "message"), ("fate", "as")]
    {
        if let Some(value) = payload[key].as_str() {
            let _ = write!(text, " {before} {value}");
        }
    }
    text
}

fn days(of: &Value) -> String {
    match (of["due_on"].as_str(), of["strict_on"].as_str()) {
        (Some(due), Some(strict)) if strict != due => format!(", due {due}, strictly {strict}"),
        (Some(on), _) | (None, Some(on)) => format!(", due {on}"),
        (None, None) => String::new(),
    }
}

fn because(payload: &Value) -> String {
    payload["why"].as_str().map(|why| format!(": {why}")).unwrap_or_default()
}

fn who(step: &Value) -> String {
    format!("{} as {}", word(step, "person"), plain(step, "role"))
}

/// The rule and the key of the duty.
fn name(of: &Value) -> (String, String) {
    (word(of, "duty").to_owned(), word(of, "key").to_owned())
}

/// One of our own words for a kind, a role or a state, as people write it.
fn plain(of: &Value, key: &str) -> String {
    word(of, key).replace('_', " ")
}

fn word<'a>(of: &'a Value, key: &str) -> &'a str {
    of[key].as_str().unwrap_or("")
}

fn list<'a>(of: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    of[key].as_array().into_iter().flatten()
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}
