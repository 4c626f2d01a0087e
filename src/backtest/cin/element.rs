//! The elements of a return that are read.
//!
//! Owns their names and where each may stand. Must not know what becomes of them.

/// An element, known by its name and by what it lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    Message,
    Header,
    CollectionDetails,
    ReferenceDate,
    Children,
    Child,
    CinDetails,
    Assessment,
    Section47,
    Plan,
    Reviews,
    Field(Field),
    /// Any other, with all it holds.
    Other,
}

/// A field of an assessment, an enquiry or a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    AssessmentStart,
    Authorised,
    EnquiryStart,
    Target,
    Conference,
    NotRequired,
    PlanStart,
    PlanEnd,
    Review,
}

impl Element {
    /// The element of that name in this one.
    pub(super) fn child(self, name: &str) -> Element {
        match (self, name) {
            (Element::Message, "Header") => Element::Header,
            (Element::Header, "CollectionDetails") => Element::CollectionDetails,
            (Element::CollectionDetails, "ReferenceDate") => Element::ReferenceDate,
            (Element::Message, "Children") => Element::Children,
            (Element::Children, "Child") => Element::Child,
            (Element::Child, "CINdetails") => Element::CinDetails,
            (Element::CinDetails, "Assessments") => Element::Assessment,
            (Element::CinDetails, "Section47") => Element::Section47,
            (Element::CinDetails, "ChildProtectionPlans") => Element::Plan,
            (Element::Plan, "Reviews") => Element::Reviews,
            (Element::Assessment, "AssessmentActualStartDate") => Element::Field(Field::AssessmentStart),
            (Element::Assessment, "AssessmentAuthorisationDate") => Element::Field(Field::Authorised),
            (Element::Section47, "S47ActualStartDate") => Element::Field(Field::EnquiryStart),
            (Element::Section47, "InitialCPCtarget") => Element::Field(Field::Target),
            (Element::Section47, "DateOfInitialCPC") => Element::Field(Field::Conference),
            (Element::Section47, "ICPCnotRequired") => Element::Field(Field::NotRequired),
            (Element::Plan, "CPPstartDate") => Element::Field(Field::PlanStart),
            (Element::Plan, "CPPendDate") => Element::Field(Field::PlanEnd),
            (Element::Plan | Element::Reviews, "CPPreviewDate") => Element::Field(Field::Review),
            _ => Element::Other,
        }
    }

    /// Whether its text is needed.
    pub(super) fn is_field(self) -> bool {
        matches!(self, Element::Field(_) | Element::ReferenceDate)
    }
}

impl Field {
    /// Its name in a return.
    pub(super) fn name(self) -> &'static str {
        match self {
            Field::AssessmentStart => "AssessmentActualStartDate",
            Field::Authorised => "AssessmentAuthorisationDate",
            Field::EnquiryStart => "S47ActualStartDate",
            Field::Target => "InitialCPCtarget",
            Field::Conference => "DateOfInitialCPC",
            Field::NotRequired => "ICPCnotRequired",
            Field::PlanStart => "CPPstartDate",
            Field::PlanEnd => "CPPendDate",
            Field::Review => "CPPreviewDate",
        }
    }
}
