//! The dataset's tables as each case system has them.

/// Under this profile. Mosaic's lack columns, and count reviews by number.
pub(crate) fn dataset(profile: &str) -> String {
    let tables = include_str!("../../config/sources/ssd/tables.sql");
    if profile != "mosaic" {
        return tables.to_owned();
    }
    let missing = ["cppv_person_id TEXT", "cppr_person_id TEXT", "invo_person_id TEXT", "cppl_cp_plan_ola TEXT"];
    let kept = tables.lines().filter(|line| !missing.contains(&line.trim().trim_end_matches(',')));
    let mut tables: String = kept.flat_map(|line| [line, "\n"]).collect();
    for column in ["cppr_cp_review_id", "cppr_cp_plan_id", "s47e_s47_enquiry_id"] {
        tables = tables.replace(&format!("{column} TEXT"), &format!("{column} NUMERIC(9)"));
    }
    tables
}
