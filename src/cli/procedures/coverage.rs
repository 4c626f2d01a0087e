//! `duewatch procedures coverage`: what carries each duty of the documents.

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::super::{Ending, Failure, Outcome, output};
use crate::{
    near::choices,
    procedure::{Coverage as OfAuthority, DutyCatalogue, DutyRow, Procedure},
};

#[derive(Debug, Args)]
pub(crate) struct Coverage {
    /// One authority only.
    #[arg(long, value_name = "ID")]
    authority: Option<String>,
    /// How to print.
    #[arg(long, value_enum, default_value = "table")]
    format: TableOrJson,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TableOrJson {
    /// For people.
    Table,
    /// One object a line, for each duty.
    Json,
}

pub(super) fn run(procedures: &[Procedure], asked: &Coverage) -> Outcome {
    let catalogue = DutyCatalogue::shipped();
    let mut coverage = catalogue.coverage(procedures);
    // What the country asks is in no authority's document.
    let of_authorities = procedures.iter().filter(|procedure| procedure.id != "national");
    for procedure in of_authorities.filter(|procedure| !coverage.iter().any(|of| of.authority == procedure.id)) {
        let id = &procedure.id;
        output::complain(&format!("the catalogue of duties holds no duty of `{id}`, so none of its rules is counted"));
    }
    if let Some(authority) = &asked.authority {
        if !coverage.iter().any(|of| of.authority == authority) {
            let known = choices(authority, "the authorities are", catalogue.authorities().collect::<Vec<_>>());
            return Err(Failure(format!("the catalogue of duties holds no authority `{authority}`; {known}")));
        }
        coverage.retain(|of| of.authority == authority);
    }
    match asked.format {
        TableOrJson::Json => coverage.iter().for_each(print_objects),
        TableOrJson::Table => print_tables(&coverage),
    }
    let complete = coverage.iter().all(|of| of.gaps().next().is_none());
    Ok(if complete { Ending::Well } else { Ending::NeedsAttention })
}

fn print_objects(of: &OfAuthority) {
    for row in &of.rows {
        output::line(&object(of.authority, row).to_string());
    }
}

/// A contract: names only ever join it.
fn object(authority: &str, row: &DutyRow) -> Value {
    json!({
        "authority": authority,
        "duty": row.duty,
        "shape": row.rule.map(|rule| rule.shape.name()),
        "rule": row.rule.map(|rule| rule.title.as_str()),
        "citation": row.citation(),
        "reason": row.rule.and_then(|rule| rule.shape.untracked_because()),
    })
}

fn print_tables(coverage: &[OfAuthority]) {
    for of in coverage {
        output::line(of.authority);
        print_carried(of);
        let gaps: Vec<_> = of.gaps().map(gap_cells).collect();
        if !gaps.is_empty() {
            output::line("");
            output::table(&["nothing carries", "document", "lines"], &gaps);
        }
        output::line("");
    }
    // At the end, where they are seen.
    let summaries: Vec<_> = coverage.iter().map(summary_cells).collect();
    output::table(&["authority", "duties", "by nothing", "carried by"], &summaries);
    let rows: usize = coverage.iter().map(|of| of.rows.len()).sum();
    let gaps: usize = coverage.iter().map(|of| of.gaps().count()).sum();
    output::line("");
    output::line(&match gaps {
        0 => format!("Each of the {rows} duties is carried."),
        _ => format!("Nothing carries {gaps} of the {rows} duties."),
    });
}

fn print_carried(of: &OfAuthority) {
    let carried: Vec<_> = of.rows.iter().filter_map(carried_cells).collect();
    if !carried.is_empty() {
        output::line("");
        output::table(&["duty", "shape", "rule", "citation", "not tracked because"], &carried);
    }
}

/// Its counts come to the number of its duties.
fn summary_cells(of: &OfAuthority) -> Vec<String> {
    let shapes: Vec<String> = of.by_shape().into_iter().map(|(shape, count)| format!("{count} {shape}")).collect();
    vec![of.authority.to_owned(), of.rows.len().to_string(), of.gaps().count().to_string(), shapes.join(", ")]
}

fn carried_cells(row: &DutyRow) -> Option<Vec<String>> {
    let rule = row.rule?;
    Some(vec![
        row.duty.to_owned(),
        rule.shape.name().to_owned(),
        rule.title.clone(),
        row.citation(),
        rule.shape.untracked_because().unwrap_or_default().to_owned(),
    ])
}

fn gap_cells(row: &DutyRow) -> Vec<String> {
    let lines: Vec<String> = row.lines.iter().map(u32::to_string).collect();
    vec![row.duty.to_owned(), row.document.to_owned(), lines.join(", ")]
}
