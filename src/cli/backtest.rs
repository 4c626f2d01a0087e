//! `duewatch backtest`: what would have been late.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
};

use clap::Args;
use serde_json::json;

use super::{Ending, Failure, Format, Outcome, calendar, open, output};
use crate::{
    backtest::{
        Column, Counts, Measure, Month, Panel, Row, Tally, Targets, Window, chart,
        cin::{self, AsOf, Faults},
        total,
    },
    calendar::{WorkingDays, format_date_long},
    duty::{Duty, Status},
    procedure::Shape,
};

/// From how many working days on a difference is shown with all greater ones.
const FAR_APART: i32 = 10;

#[derive(Debug, Args)]
pub(crate) struct Backtest {
    /// A children in need census return, in XML. Without it, the case database of the settings is counted.
    #[arg(long, value_name = "FILE")]
    pub(super) cin: Option<PathBuf>,
    /// The calendar in which a return is counted; the case database has that of its procedure.
    #[arg(long, default_value = "england-and-wales", requires = "cin")]
    calendar: String,
    /// The first month in which something was due, e.g. 2025-04.
    #[arg(long, value_name = "MONTH")]
    from: Option<Month>,
    /// The last month.
    #[arg(long, value_name = "MONTH")]
    to: Option<Month>,
    /// How to print.
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// Writes a chart into this file, as SVG. What it held before is replaced.
    #[arg(long, value_name = "FILE", value_parser = svg_file)]
    chart: Option<PathBuf>,
}

/// What one measure or duty came to.
struct Section {
    name: String,
    title: String,
    citation: String,
    rows: Vec<Row<String>>,
}

/// A chart's name must end as one, so that a slip of the hand cannot lay it over a return or a database.
fn svg_file(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let named = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("svg"));
    if named { Ok(path) } else { Err("name a file that ends in .svg".to_owned()) }
}

/// A return, which needs neither settings nor a database.
pub(crate) fn of_return(config: Option<&Path>, command: &Backtest) -> Outcome {
    let Some(path) = &command.cin else { return Err(Failure("name a return with --cin".to_owned())) };
    let window = window(command)?;
    let calendar = calendar::almanac(config)?.calendar(&command.calendar)?;
    let refused = |why: String| Failure(format!("cannot count the return {}: {why}", path.display()));
    let file = File::open(path).map_err(|error| refused(format!("it cannot be opened: {error}; check the name")))?;
    let counted = cin::read(file, &calendar, window).map_err(|error| refused(error.to_string()))?;

    let sections: Vec<Section> = Measure::ALL
        .into_iter()
        .map(|measure| Section {
            name: measure.name().to_owned(),
            title: measure.title().to_owned(),
            citation: measure.citation().to_owned(),
            rows: rows_of(&counted.rows, &measure, measure.name()),
        })
        .collect();
    let as_of = match counted.as_of {
        Some(AsOf::ReferenceDate(on)) => format!("as of its reference date, {}", format_date_long(on)),
        Some(AsOf::LastDateSeen(on)) => {
            format!("as of the last date in it, {}, because it has no reference date", format_date_long(on))
        }
        None => "without any date that can be read".to_owned(),
    };
    let children = if counted.children == 1 { "1 child".to_owned() } else { format!("{} children", counted.children) };
    let title = format!("Census return of {children}, {as_of}");
    publish(command, &title, &sections)?;
    tell_targets(&counted.targets, command.format);
    tell_faults(&counted.faults);
    Ok(Ending::Well)
}

/// The case database as it was loaded, by its procedure.
pub(crate) async fn of_cases(config: &Path, command: &Backtest) -> Outcome {
    let window = window(command)?;
    let watch = open::watch(config).await?;
    let mut tally = Tally::new(window);
    let mut citations: BTreeMap<String, String> = BTreeMap::new();
    let mut left_out = 0_u64;
    let mut count = |duty: &Duty| {
        let alert = watch.procedure.rule(&duty.duty).is_some_and(|rule| matches!(rule.shape, Shape::Alert(_)));
        let Some(column) = column(duty).filter(|_| !alert) else {
            left_out += 1;
            return;
        };
        citations.entry(duty.duty.0.to_string()).or_insert_with(|| duty.citation.to_string());
        tally.count(duty.duty.0.to_string(), duty.due.as_ref().map(|due| due.on.on()), column);
    };
    let load = watch.read_as_loaded(|_, assessment| assessment.duties().for_each(&mut count)).await?;
    load.of_authority.iter().for_each(count);
    let rows = tally.settle(None);
    let mut sections: Vec<Section> = Vec::new();
    for rule in &watch.procedure.rules {
        let Some((name, citation)) = citations.remove_entry(rule.duty.0.as_str()) else { continue };
        sections.push(section(&name, &rule.title, &format!("{}, {citation}", watch.procedure.authority), &rows));
    }
    // What is no rule's: faults of the case data.
    sections.extend(citations.into_keys().map(|name| section(&name, "Case data", "no rule", &rows)));
    sections.retain(|section| !section.rows.is_empty());
    let local = watch.zone.local_time(load.mark.loaded_at);
    let title = format!(
        "Case database by the procedure of {}, as loaded on {} at {}",
        watch.procedure.authority,
        format_date_long(local.date()),
        local.format("%H:%M")
    );
    publish(command, &title, &sections)?;
    if left_out > 0 && command.format == Format::Table {
        output::line(&format!(
            "\n{left_out} are left out: they have no last day, or are alerts, which nothing done in time can meet."
        ));
    }
    Ok(Ending::Well)
}

/// Where a duty of the case database is counted; nowhere, if it has no last day and lacks nothing.
fn column(duty: &Duty) -> Option<Column> {
    if duty.status == Status::CannotTell {
        return Some(Column::CannotTell);
    }
    duty.due.as_ref()?;
    Some(match duty.status {
        Status::Met if duty.late => Column::Late,
        Status::Met => Column::InTime,
        Status::Overdue => Column::Late,
        Status::Open | Status::Amber | Status::CannotTell => Column::Open,
    })
}

fn window(command: &Backtest) -> Result<Window, Failure> {
    match (command.from, command.to) {
        (Some(from), Some(to)) if to < from => Err(Failure("--to lies before --from; swap them".to_owned())),
        (from, to) => Ok(Window { from, to }),
    }
}

fn section(name: &str, title: &str, citation: &str, rows: &[Row<String>]) -> Section {
    Section {
        name: name.to_owned(),
        title: title.to_owned(),
        citation: citation.to_owned(),
        rows: rows_of(rows, &name.to_owned(), name),
    }
}

fn rows_of<K: PartialEq>(rows: &[Row<K>], measure: &K, name: &str) -> Vec<Row<String>> {
    let of_it = rows.iter().filter(|row| row.measure == *measure);
    of_it.map(|row| Row { measure: name.to_owned(), month: row.month, counts: row.counts }).collect()
}

/// The chart first: one that cannot be drawn or written leaves nothing printed.
fn publish(command: &Backtest, title: &str, sections: &[Section]) -> Result<(), Failure> {
    if let Some(path) = &command.chart {
        let panels: Vec<Panel<'_, String>> = sections
            .iter()
            .map(|section| Panel {
                title: section.title.clone(),
                citation: section.citation.clone(),
                rows: &section.rows,
            })
            .collect();
        let svg = chart(title, &panels)?;
        fs::write(path, svg).map_err(|error| {
            let path = path.display();
            Failure(format!(
                "cannot write the chart to {path}: {error}; name a file in a folder that can be written to"
            ))
        })?;
    }
    let rows = || sections.iter().flat_map(|section| &section.rows);
    match command.format {
        Format::Json => rows().for_each(|row| output::line(&object(row))),
        Format::Csv => {
            output::line("measure,month,due,in_time,late,open,cannot_tell");
            rows().for_each(|row| output::csv(&[vec![row.measure.clone(), month(row)], numbers(row.counts)].concat()));
        }
        Format::Table => table(title, sections),
    }
    Ok(())
}

fn month(row: &Row<String>) -> String {
    row.month.map(|month| month.to_string()).unwrap_or_default()
}

fn numbers(counts: Counts) -> Vec<String> {
    [counts.due, counts.in_time, counts.late, counts.open, counts.cannot_tell].map(|n| n.to_string()).to_vec()
}

fn object(row: &Row<String>) -> String {
    let Counts { due, in_time, late, open, cannot_tell } = row.counts;
    json!({
        "measure": row.measure, "month": row.month, "due": due, "in_time": in_time, "late": late, "open": open,
        "cannot_tell": cannot_tell,
    })
    .to_string()
}

fn table(title: &str, sections: &[Section]) {
    output::line(&format!("{title}\n"));
    let mut rows: Vec<Vec<String>> = Vec::new();
    for section in sections {
        for row in &section.rows {
            let month = row.month.map_or_else(|| "no date".to_owned(), |month| month.to_string());
            rows.push([vec![section.name.clone(), month], numbers(row.counts)].concat());
        }
        rows.push([vec![section.name.clone(), "all".to_owned()], numbers(total(&section.rows))].concat());
    }
    let all = total(sections.iter().flat_map(|section| &section.rows));
    rows.push([vec!["all".to_owned(), "all".to_owned()], numbers(all)].concat());
    output::table(&["measure", "month", "due", "in time", "late", "still open", "cannot tell"], &rows);
    output::line("");
    for section in sections {
        output::line(&format!("{}: {}. {}.", section.name, section.title, section.citation));
    }
}

/// How our last days compare with the return's own. A CSV stays one table, so there it goes beside it.
fn tell_targets(targets: &Targets, format: Format) {
    if format == Format::Json {
        let by: BTreeMap<String, u64> =
            targets.by_working_days.iter().map(|(days, pairs)| (days.to_string(), *pairs)).collect();
        let object = json!({
            "compared_with": "InitialCPCtarget", "pairs": targets.compared(), "same": targets.same,
            "ours_earlier": targets.ours_earlier, "ours_later": targets.ours_later, "ours_later_by_working_days": by,
        });
        return output::line(&object.to_string());
    }
    let say = |text: &str| if format == Format::Csv { output::complain(text) } else { output::line(text) };
    if format == Format::Table {
        output::line("");
    }
    say(&format!(
        "Our last day for the initial conference beside the return's own InitialCPCtarget, {} compared: {} the same day, \
         ours earlier {}, ours later {}",
        targets.compared(),
        targets.same,
        targets.ours_earlier,
        targets.ours_later
    ));
    let mut by: BTreeMap<i32, u64> = BTreeMap::new();
    for (days, pairs) in &targets.by_working_days {
        *by.entry((*days).clamp(-FAR_APART, FAR_APART)).or_default() += pairs;
    }
    for (days, pairs) in by {
        let far = if days.abs() == FAR_APART { " or more" } else { "" };
        let direction = match days {
            ..0 => "earlier",
            0 => "apart",
            1.. => "later",
        };
        say(&format!("  {}{far} {direction}: {pairs}", WorkingDays(days.abs())));
    }
}

fn tell_faults(faults: &Faults) {
    for fault in &faults.named {
        output::complain(&fault.to_string());
    }
    let more = faults.count - faults.named.len() as u64;
    if more > 0 {
        output::complain(&format!("{more} more faults are not shown; there are {} in all", faults.count));
    }
}
