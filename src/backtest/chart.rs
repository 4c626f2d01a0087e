//! A chart of outcomes by month, as SVG.
//!
//! Owns the drawing: text in, text out. Must not count: it draws the numbers it is given.

use std::fmt::Write;

use thiserror::Error;

use super::{
    month::Month,
    tally::{Counts, Row},
};

/// How many months one chart shows; with more, a bar is too narrow to be read.
pub const MONTHS_SHOWN: usize = 120;

const WIDTH: u32 = 900;
const LEFT: u32 = 60;
const RIGHT: u32 = 20;
/// The height of the bars' field.
const FIELD: u32 = 180;
/// From the top of a panel to the top of its field.
const ABOVE: u32 = 44;
/// From the foot of a field to the next panel.
const BELOW: u32 = 66;
/// The title, in at most two lines, and the key.
const HEAD: u32 = 104;
/// The width of a month's label.
const LABEL: f64 = 52.0;
/// How many characters of the title fit on a line.
const TITLE_LINE: usize = 70;

/// One measure's bars.
#[derive(Clone, Debug)]
pub struct Panel<'a, K> {
    /// What is measured, in words.
    pub title: String,
    /// Where it stands.
    pub citation: String,
    /// Its rows, oldest first.
    pub rows: &'a [Row<K>],
}

/// Why there is no chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ChartError {
    /// Its bars could not be read.
    #[error(
        "cannot draw the chart: it would have {months} months, from {from} to {to}, and at most {MONTHS_SHOWN} can be \
         read; choose them with --from and --to"
    )]
    TooManyMonths {
        /// How many.
        months: usize,
        /// The first.
        from: Month,
        /// The last.
        to: Month,
    },
}

/// The parts of a bar from its foot up: its class, its fill and its words. Each differs from the others by its pattern as
/// well as by its colour.
const PARTS: [(&str, &str, &str); 3] = [
    ("in-time", "#0b4f8a", "in time"),
    ("late", "url(#late-stripes)", "late"),
    ("open", "url(#open-dots)", "still open"),
];

const PATTERNS: &str = r##"<defs>
<pattern id="late-stripes" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="#a31515"/><rect width="2" height="6" fill="#ffffff"/></pattern>
<pattern id="open-dots" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="#ffffff"/><circle cx="3" cy="3" r="1.3" fill="#333333"/></pattern>
</defs>
"##;

fn part(counts: &Counts, class: &str) -> u64 {
    match class {
        "in-time" => counts.in_time,
        "late" => counts.late,
        _ => counts.open,
    }
}

/// The chart: a panel a measure, a stacked bar a month, one scale of months for all.
pub fn chart<K>(title: &str, panels: &[Panel<'_, K>]) -> Result<String, ChartError> {
    let months = months(panels)?;
    let panel_height = ABOVE + FIELD + BELOW;
    let height = HEAD + panel_height * u32::try_from(panels.len()).unwrap_or(0).max(1);
    let mut svg = String::new();
    let words: Vec<String> = panels.iter().map(|panel| described(panel)).collect();
    let _ = write!(
        svg,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" \
         role=\"img\" aria-labelledby=\"title desc\" lang=\"en-GB\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#1a1a1a\">\n\
         <title id=\"title\">{}</title>\n<desc id=\"desc\">{}</desc>\n{PATTERNS}\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>\n",
        escaped(title),
        escaped(&words.join(" "))
    );
    for (y, line) in [28, 52].into_iter().zip(lines(title)) {
        let line = escaped(&line);
        let _ = writeln!(svg, "<text x=\"{LEFT}\" y=\"{y}\" font-size=\"18\" font-weight=\"bold\">{line}</text>");
    }
    key(&mut svg);
    if months.is_empty() {
        let _ = writeln!(svg, "<text x=\"{LEFT}\" y=\"{}\">Nothing was due in these months.</text>", HEAD + ABOVE);
    } else {
        for (at, panel) in panels.iter().enumerate() {
            draw(&mut svg, panel, &months, HEAD + panel_height * u32::try_from(at).unwrap_or(0));
        }
    }
    svg.push_str("</svg>\n");
    Ok(svg)
}

/// The title in two lines, broken at a word; what does not fit stays on the second.
fn lines(title: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in title.split_whitespace() {
        let line = lines.last().map_or(0, |line| line.chars().count());
        if line + 1 + word.chars().count() > TITLE_LINE && line > 0 && lines.len() < 2 {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(if line.is_empty() { "" } else { " " });
            line.push_str(word);
        }
    }
    lines
}

/// Every month from the first with anything due to the last, also those with nothing.
fn months<K>(panels: &[Panel<'_, K>]) -> Result<Vec<Month>, ChartError> {
    let dated = || panels.iter().flat_map(|panel| panel.rows).filter_map(|row| row.month);
    let (Some(from), Some(to)) = (dated().min(), dated().max()) else { return Ok(Vec::new()) };
    let number = |month: Month| i64::from(month.year()) * 12 + i64::from(month.number());
    let count = usize::try_from(number(to) - number(from) + 1).unwrap_or(usize::MAX);
    if count > MONTHS_SHOWN {
        return Err(ChartError::TooManyMonths { months: count, from, to });
    }
    Ok(std::iter::successors(Some(from), |month| Some(month.next())).take(count).collect())
}

fn described<K>(panel: &Panel<'_, K>) -> String {
    let sum = super::tally::total(panel.rows);
    format!(
        "{}: {} due, {} in time, {} late, {} still open, {} that cannot be told. {}.",
        panel.title, sum.due, sum.in_time, sum.late, sum.open, sum.cannot_tell, panel.citation
    )
}

fn key(svg: &mut String) {
    for (at, (_, fill, words)) in PARTS.iter().enumerate() {
        let x = LEFT as usize + at * 130;
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"68\" width=\"18\" height=\"18\" fill=\"{fill}\" stroke=\"#1a1a1a\"/>\
             <text x=\"{}\" y=\"82\">{words}</text>",
            x + 26
        );
    }
}

fn draw<K>(svg: &mut String, panel: &Panel<'_, K>, months: &[Month], top: u32) {
    let (field_top, foot) = (f64::from(top + ABOVE), f64::from(top + ABOVE + FIELD));
    let shown = |counts: &Counts| counts.in_time + counts.late + counts.open;
    let highest = panel.rows.iter().filter(|row| row.month.is_some()).map(|row| shown(&row.counts)).max().unwrap_or(0);
    let highest = rounded_up(highest);
    let high = |duties: u64| portion(duties, highest) * f64::from(FIELD);
    let step = f64::from(WIDTH - LEFT - RIGHT) / f64::from(u32::try_from(months.len()).unwrap_or(1));

    let sum = super::tally::total(panel.rows);
    let _ = write!(
        svg,
        "<g class=\"panel\">\n<text x=\"{LEFT}\" y=\"{}\" font-size=\"15\" font-weight=\"bold\">{}</text>\n\
         <text x=\"{LEFT}\" y=\"{}\">{} due: {} in time, {} late, {} still open, {} that cannot be told</text>\n",
        top + 14,
        escaped(&panel.title),
        top + 32,
        sum.due,
        sum.in_time,
        sum.late,
        sum.open,
        sum.cannot_tell
    );
    for mark in [0, highest / 2, highest] {
        let y = foot - high(mark);
        let _ = writeln!(
            svg,
            "<line x1=\"{LEFT}\" x2=\"{}\" y1=\"{y:.2}\" y2=\"{y:.2}\" stroke=\"#767676\" stroke-width=\"0.5\"/>\
             <text x=\"{}\" y=\"{:.2}\" text-anchor=\"end\">{mark}</text>",
            WIDTH - RIGHT,
            LEFT - 8,
            y + 4.0
        );
    }
    let _ =
        writeln!(svg, "<line x1=\"{LEFT}\" x2=\"{LEFT}\" y1=\"{field_top:.2}\" y2=\"{foot:.2}\" stroke=\"#1a1a1a\"/>");
    // Where bars stand closer than labels may, every so many months has one.
    let labelled = [1, 2, 3, 6, 12].into_iter().find(|every| step * f64::from(*every) >= 56.0).unwrap_or(12);
    for (place, month) in (0_u32..).zip(months) {
        let left = f64::from(LEFT) + step * f64::from(place);
        if place % labelled == 0 && left + LABEL <= f64::from(WIDTH) {
            let _ = writeln!(svg, "<text x=\"{left:.2}\" y=\"{:.2}\" font-size=\"12\">{month}</text>", foot + 18.0);
        }
        let mut y = foot;
        for row in panel.rows.iter().filter(|row| row.month == Some(*month)) {
            for (class, fill, words) in PARTS {
                let duties = part(&row.counts, class);
                if duties == 0 {
                    continue;
                }
                y -= high(duties);
                let _ = writeln!(
                    svg,
                    "<rect class=\"{class}\" x=\"{:.2}\" y=\"{y:.2}\" width=\"{:.2}\" height=\"{:.2}\" fill=\"{fill}\" \
                     stroke=\"#1a1a1a\" stroke-width=\"0.6\"><title>{}: {duties} {words}</title></rect>",
                    left + step * 0.1,
                    step * 0.8,
                    high(duties),
                    month.words()
                );
            }
        }
    }
    let _ = write!(
        svg,
        "<text x=\"{LEFT}\" y=\"{:.2}\" font-size=\"12\">Month of the last day in time; the height is the number of duties.</text>\n\
         </g>\n",
        foot + 38.0
    );
}

#[expect(clippy::cast_precision_loss, reason = "a height in a drawing")]
fn portion(duties: u64, highest: u64) -> f64 {
    duties as f64 / highest.max(1) as f64
}

/// The end of the scale: a number that halves well and reaches the highest bar.
fn rounded_up(highest: u64) -> u64 {
    let mut unit = 1_u64;
    loop {
        for factor in [2, 4, 10] {
            let end = unit.saturating_mul(factor);
            if end >= highest {
                return end;
            }
        }
        unit = unit.saturating_mul(10);
    }
}

/// Text as XML holds it. Characters that XML cannot hold are left out.
fn escaped(text: &str) -> String {
    let mut safe = String::new();
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            character if character.is_control() => safe.push(' '),
            character => safe.push(character),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(month: &str, in_time: u64, late: u64, open: u64) -> Row<&'static str> {
        let counts = Counts { due: in_time + late + open, in_time, late, open, cannot_tell: 0 };
        Row { measure: "m", month: month.parse().ok(), counts }
    }

    fn panel<'a>(rows: &'a [Row<&'static str>]) -> Panel<'a, &'static str> {
        Panel { title: "Visits <\"&'\u{1}".to_owned(), citation: "by rule".to_owned(), rows }
    }

    #[test]
    fn what_xml_would_take_for_markup_is_written_out() {
        let rows = [row("2026-03", 3, 1, 0)];
        let svg = chart("A & B", &[panel(&rows)]).unwrap();
        assert!(svg.contains("<title id=\"title\">A &amp; B</title>"));
        assert!(svg.contains(">Visits &lt;&quot;&amp;&apos; </text>"));
        assert!(svg.contains("<title>March 2026: 3 in time</title>"));
        assert!(!svg.contains("still open</title>"));
    }

    #[test]
    fn too_many_months_are_refused_and_a_gap_is_drawn() {
        let rows = [row("2016-01", 1, 0, 0), row("2025-12", 0, 1, 0)];
        let svg = chart("t", &[panel(&rows)]).unwrap();
        assert!(svg.contains(">2016-01<") && svg.contains(">2025-01<") && !svg.contains(">2025-12<"));
        let rows = [row("2016-01", 1, 0, 0), row("2026-01", 0, 1, 0)];
        let error = chart("t", &[panel(&rows)]).unwrap_err();
        assert!(error.to_string().contains("121 months, from 2016-01 to 2026-01"), "{error}");
        assert!(chart("t", &[panel(&[])]).unwrap().contains("Nothing was due"));
    }

    #[test]
    fn a_long_title_is_broken_at_a_word() {
        assert_eq!(lines("Short"), ["Short"]);
        let seventy = format!("{} of", "x".repeat(67));
        assert_eq!(lines(&format!("{seventy} two lines")), [seventy.as_str(), "two lines"]);
        assert_eq!(lines(&"word ".repeat(60)).len(), 2);
    }

    #[test]
    fn the_scale_reaches_the_highest_bar() {
        for (highest, end) in [(0, 2), (1, 2), (2, 2), (3, 4), (5, 10), (10, 10), (11, 20), (41, 100), (401, 1000)] {
            assert_eq!(rounded_up(highest), end, "{highest}");
        }
        assert_eq!(rounded_up(u64::MAX), u64::MAX);
    }
}
