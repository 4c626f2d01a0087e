//! What must hold of everything that reads what came from outside, whatever it is handed.
//!
//! Owns one function a fuzz target, each of which takes any bytes and panics where a promise is broken. Must not know libFuzzer,
//! nor where an input comes from: the targets in `fuzz` and the test `tests/corpus.rs` run the very same functions.

#[cfg(feature = "io")]
mod address;
#[cfg(feature = "io")]
mod census;
mod directory;
mod lists;
#[cfg(feature = "io")]
mod notify;
mod procedure;
#[cfg(feature = "io")]
mod returned;

/// What is to hold of one reader.
type Body = fn(&[u8]);

/// Every target: its name, which is that of its file in `fuzz_targets` and of its folder in `corpus`, and its body.
pub(crate) const TARGETS: &[(&str, Body)] = &[
    ("lists", lists::lists),
    ("procedure", procedure::procedure),
    ("changes", procedure::changes),
    ("directory_csv", directory::csv),
    ("directory_toml", directory::toml),
    #[cfg(feature = "io")]
    ("census", census::census),
    #[cfg(feature = "io")]
    ("address", address::address),
    #[cfg(feature = "io")]
    ("returned", returned::returned),
    #[cfg(feature = "io")]
    ("notify", notify::notify),
];

/// Hands one input to the body of a target.
pub(crate) fn run(target: &str, bytes: &[u8]) {
    let body = TARGETS.iter().find(|(name, _)| *name == target).map(|(_, body)| body);
    body.unwrap_or_else(|| panic!("there is no target {target}"))(bytes);
}

/// Stands in inputs where personal data could: the dictionaries and the corpora hold it. It is written so that no reader may take
/// it for a name of its own, such as a column's, and repeat it.
const MARKER: &str = "x.marker@e.example";

/// A text about an input says what it has to say in so many bytes at most, however long the input.
fn is_short(text: &str, most: usize) {
    assert!(text.len() <= most, "{} bytes are said: {text:.400}", text.len());
}

/// And it repeats nobody's address.
fn says_no_more(text: &str, most: usize) {
    is_short(text, most);
    assert!(!text.contains(MARKER), "the input's own words are repeated: {text:.400}");
}
