//! The fuzz targets. What must hold of each reader stands in `bodies`, which `tests/corpus.rs` includes too.

#[path = "bodies/mod.rs"]
mod bodies;

/// Hands one input to the body of a target.
pub fn run(target: &str, bytes: &[u8]) {
    bodies::run(target, bytes);
}
