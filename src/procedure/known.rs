//! The catalogue of duties: what each authority's document obliges, row by row, whether a rule covers it or not.
//!
//! Owns the list and its lines. Must not know what any duty means.

use std::collections::BTreeMap;

use thiserror::Error;

const HEADING: &str = "authority,duty,document,lines";

/// Every duty of every document that was gone through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DutyCatalogue {
    authorities: BTreeMap<String, BTreeMap<String, Row>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    document: String,
    lines: Vec<u32>,
}

/// Why a catalogue cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CatalogueError {
    /// The first line does not name the columns.
    #[error("cannot read the catalogue of duties: its first line must be `{HEADING}`")]
    Heading,
    /// A row has not four fields, or an empty one, or a line number that is none.
    #[error("cannot read line {line} of the catalogue of duties: write authority, duty, document and its lines")]
    Row {
        /// The line, counted from 1.
        line: usize,
    },
    /// An authority has a duty twice.
    #[error("line {line} of the catalogue of duties names `{duty}` of {authority} a second time: take one out")]
    Twice {
        /// The line, counted from 1.
        line: usize,
        /// Whose duty.
        authority: String,
        /// Which.
        duty: String,
    },
}

impl DutyCatalogue {
    /// The catalogue that is compiled in. Were it unreadable it would be empty, and every rule would be refused; a test
    /// holds that it is not.
    pub fn shipped() -> DutyCatalogue {
        DutyCatalogue::parse(include_str!("../../config/procedures/duties.csv")).unwrap_or_default()
    }

    /// Reads a catalogue: a heading, then one duty a line, its lines in the document parted by spaces.
    pub fn parse(text: &str) -> Result<DutyCatalogue, CatalogueError> {
        let mut rows = text.lines().zip(1..);
        if rows.next().is_none_or(|(heading, _)| heading.trim() != HEADING) {
            return Err(CatalogueError::Heading);
        }
        let mut catalogue = DutyCatalogue::default();
        for (row, line) in rows.filter(|(row, _)| !row.trim().is_empty()) {
            let fields: Vec<&str> = row.split(',').map(str::trim).collect();
            let &[authority, duty, document, lines] = fields.as_slice() else {
                return Err(CatalogueError::Row { line });
            };
            let lines: Vec<u32> = lines
                .split_whitespace()
                .map(str::parse)
                .collect::<Result<_, _>>()
                .map_err(|_| CatalogueError::Row { line })?;
            if [authority, duty, document].contains(&"") || lines.is_empty() {
                return Err(CatalogueError::Row { line });
            }
            let duties = catalogue.authorities.entry(authority.into()).or_default();
            if duties.insert(duty.into(), Row { document: document.into(), lines }).is_some() {
                return Err(CatalogueError::Twice { line, authority: authority.into(), duty: duty.into() });
            }
        }
        Ok(catalogue)
    }

    /// Whether that authority has that duty.
    pub fn contains(&self, authority: &str, duty: &str) -> bool {
        self.row(authority, duty).is_some()
    }

    /// Where the document says so, lines counted from 1; empty for a duty that is not in the catalogue.
    pub fn lines(&self, authority: &str, duty: &str) -> &[u32] {
        self.row(authority, duty).map_or(&[], |row| &row.lines)
    }

    /// The document that says so, e.g. `000`.
    pub fn document(&self, authority: &str, duty: &str) -> Option<&str> {
        self.row(authority, duty).map(|row| row.document.as_str())
    }

    /// The authorities, in order.
    pub fn authorities(&self) -> impl Iterator<Item = &str> {
        self.authorities.keys().map(String::as_str)
    }

    /// The ids of an authority's duties, in order.
    pub fn duties(&self, authority: &str) -> impl Iterator<Item = &str> {
        self.authorities.get(authority).into_iter().flat_map(|duties| duties.keys().map(String::as_str))
    }

    fn row(&self, authority: &str, duty: &str) -> Option<&Row> {
        self.authorities.get(authority)?.get(duty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_found_by_authority_and_duty() {
        let text = "authority,duty,document,lines\ntrial,local-a,900,3 7\nother,local-a,901,1\n";
        let catalogue = DutyCatalogue::parse(text).unwrap();
        assert_eq!(catalogue.lines("trial", "local-a"), [3, 7]);
        assert_eq!(catalogue.document("other", "local-a"), Some("901"));
        assert!(!catalogue.contains("trial", "local-b") && catalogue.lines("trial", "local-b").is_empty());
        assert_eq!(catalogue.authorities().collect::<Vec<_>>(), ["other", "trial"]);
    }

    #[test]
    fn a_row_that_cannot_be_read_is_named_by_its_line() {
        let heading = "authority,duty,document,lines";
        assert_eq!(DutyCatalogue::parse("duty,lines\n"), Err(CatalogueError::Heading));
        for bad in ["trial,local-a,900", "trial,local-a,900,", "trial,,900,3", "trial,local-a,900,3 L7"] {
            let text = format!("{heading}\ntrial,local-b,900,1\n{bad}\n");
            assert_eq!(DutyCatalogue::parse(&text), Err(CatalogueError::Row { line: 3 }), "{bad}");
        }
        let twice = format!("{heading}\ntrial,local-a,900,1\ntrial,local-a,900,2\n");
        assert!(matches!(DutyCatalogue::parse(&twice), Err(CatalogueError::Twice { line: 3, .. })));
    }
}
