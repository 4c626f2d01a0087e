//! Which rule carries each duty of the catalogue, and which duties nothing carries.
//!
//! Owns the comparison. Must not know what any duty means, nor how the answer is shown.

use std::collections::BTreeMap;

use super::{Check, Citation, DutyCatalogue, Guidance, Procedure, Rule, Shape};

/// The duties of one authority's document, each with the rule that carries it.
///
/// ```
/// use duewatch::procedure::{DutyCatalogue, Procedure};
///
/// let catalogue = DutyCatalogue::shipped();
/// let shipped = Procedure::SHIPPED.map(|(_, file, text)| Procedure::parse(file, text, &catalogue));
/// let procedures = shipped.into_iter().collect::<Result<Vec<_>, _>>()?;
///
/// for of in catalogue.coverage(&procedures) {
///     let carried: usize = of.by_shape().values().sum();
///     assert_eq!(carried + of.gaps().count(), of.rows.len(), "{}", of.authority);
/// }
/// # Ok::<(), duewatch::procedure::Problems>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage<'a> {
    /// The authority, as the catalogue and the id of its procedure name it.
    pub authority: &'a str,
    /// Every row of its document, in the order of its ids.
    pub rows: Vec<DutyRow<'a>>,
}

/// One row of the catalogue of duties, and what carries it.
///
/// ```
/// use duewatch::procedure::DutyCatalogue;
///
/// let catalogue = DutyCatalogue::parse("authority,duty,document,lines\ntrial,a-duty,900,123 140\n")?;
/// let coverage = catalogue.coverage(&[]);
/// let row = &coverage[0].rows[0];
/// assert_eq!((row.duty, row.rule), ("a-duty", None));
/// assert_eq!(row.citation(), "900:L123,L140");
/// # Ok::<(), duewatch::procedure::CatalogueError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DutyRow<'a> {
    /// The duty's id.
    pub duty: &'a str,
    /// The document that obliges to it.
    pub document: &'a str,
    /// Its lines there, counted from 1.
    pub lines: &'a [u32],
    /// What carries it; none where nothing does.
    pub rule: Option<&'a Rule>,
}

impl<'a> Coverage<'a> {
    /// How many rows each shape carries, by the shape's name. Rows that nothing carries are not among them.
    ///
    /// ```
    /// use duewatch::procedure::DutyCatalogue;
    ///
    /// let catalogue = DutyCatalogue::parse("authority,duty,document,lines\ntrial,a-duty,900,123\n")?;
    /// assert!(catalogue.coverage(&[])[0].by_shape().is_empty());
    /// # Ok::<(), duewatch::procedure::CatalogueError>(())
    /// ```
    pub fn by_shape(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for rule in self.rows.iter().filter_map(|row| row.rule) {
            *counts.entry(rule.shape.name()).or_default() += 1;
        }
        counts
    }

    /// The rows that nothing carries.
    ///
    /// ```
    /// use duewatch::procedure::DutyCatalogue;
    ///
    /// let catalogue = DutyCatalogue::parse("authority,duty,document,lines\ntrial,a-duty,900,123\n")?;
    /// assert_eq!(catalogue.coverage(&[])[0].gaps().count(), 1);
    /// # Ok::<(), duewatch::procedure::CatalogueError>(())
    /// ```
    pub fn gaps(&self) -> impl Iterator<Item = &DutyRow<'a>> {
        self.rows.iter().filter(|row| row.rule.is_none())
    }
}

impl DutyRow<'_> {
    /// Where the document says so: as the rule cites it, else as the catalogue does.
    ///
    /// ```
    /// use duewatch::procedure::DutyCatalogue;
    ///
    /// let catalogue = DutyCatalogue::parse("authority,duty,document,lines\ntrial,a-duty,900,123\n")?;
    /// assert_eq!(catalogue.coverage(&[])[0].rows[0].citation(), "900:L123");
    /// # Ok::<(), duewatch::procedure::CatalogueError>(())
    /// ```
    pub fn citation(&self) -> String {
        let here =
            || Citation { document: self.document.into(), lines: self.lines.into(), place: None, quote: String::new() };
        self.rule.map_or_else(here, |rule| rule.citation.clone()).to_string()
    }
}

impl DutyCatalogue {
    /// For each authority and row, which rule carries it. A rule carries the row of its own duty in the authority that
    /// the procedure's id names; an authority's own rules (`local-...`) are in no document and are not counted. Of two
    /// procedures with one id the first counts.
    ///
    /// ```
    /// use duewatch::procedure::DutyCatalogue;
    ///
    /// let catalogue = DutyCatalogue::shipped();
    /// let nothing_yet = catalogue.coverage(&[]);
    /// let rows: usize = nothing_yet.iter().map(|authority| authority.rows.len()).sum();
    /// let gaps: usize = nothing_yet.iter().map(|authority| authority.gaps().count()).sum();
    /// assert!(rows > 0 && gaps == rows);
    /// ```
    pub fn coverage<'a>(&'a self, procedures: &'a [Procedure]) -> Vec<Coverage<'a>> {
        let of = |authority: &'a str| {
            let procedure = procedures.iter().find(|procedure| procedure.id == authority);
            let rows = self.duties(authority).map(|duty| DutyRow {
                duty,
                document: self.document(authority, duty).unwrap_or_default(),
                lines: self.lines(authority, duty),
                rule: procedure.and_then(|procedure| procedure.rules.iter().find(|rule| rule.duty.0 == duty)),
            });
            Coverage { authority, rows: rows.collect() }
        };
        self.authorities().map(of).collect()
    }
}

impl Shape {
    /// Why no fact can show that the duty was done, where none can: the written reason of a check or a guidance.
    ///
    /// ```
    /// use duewatch::{procedure::{Guidance, Selector, Shape}, record::FactKind};
    ///
    /// let with = Selector { fact: FactKind::CoreGroup, tests: vec![], by: vec![], first: false };
    /// let shape = Shape::Guidance(Guidance { with, reason: "the record holds no venues".into() });
    /// assert_eq!(shape.untracked_because(), Some("the record holds no venues"));
    /// ```
    pub fn untracked_because(&self) -> Option<&str> {
        match self {
            Shape::Check(Check { reason, .. }) | Shape::Guidance(Guidance { reason, .. }) => Some(reason),
            _ => None,
        }
    }
}
