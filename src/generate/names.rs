//! Names and addresses that are nobody's, from syllables that no name has.

use super::draw::Draw;

/// The authority's name: no place is called so.
pub(super) const COUNCIL: &str = "Wrenholt";
const DOMAIN: &str = "wrenholt.example";

const FIRST: [&str; 16] = [
    "Vrek", "Zhul", "Ombri", "Skath", "Ploun", "Drev", "Ixal", "Wumb", "Thrisk", "Quorv", "Yezz", "Gnol", "Fjat",
    "Upsk", "Bwin", "Krool",
];
const LAST: [&str; 12] =
    ["azh", "ipto", "unx", "evrik", "oomb", "yxa", "irdle", "ovash", "emk", "uzzen", "atwoy", "ipsk"];

/// An invented forename or surname.
pub(super) fn name(draw: &mut Draw) -> String {
    let start = draw.pick(&FIRST).copied().unwrap_or_default();
    let end = draw.pick(&LAST).copied().unwrap_or_default();
    format!("{start}{end}")
}

/// An address of the authority's, in a domain reserved for examples.
pub(super) fn email(local_part: &str) -> String {
    format!("{}@{DOMAIN}", local_part.to_lowercase())
}

/// A postcode in an area that does not exist, and the street beside it as the dataset keeps it.
pub(super) fn home(draw: &mut Draw) -> (String, String) {
    let postcode = format!("QX{} {}ZZ", draw.between(1, 99), draw.below(10));
    let street = format!("{{\"house\":\"{}\",\"street\":\"{} Rise\"}}", draw.between(1, 140), name(draw));
    (postcode, street)
}
