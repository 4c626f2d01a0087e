//! The procedures that are compiled in.
//!
//! Owns their file names and texts. Must not read any of them: which one is in force, and whether a file stands in for
//! it, is for the caller to say.

use super::Procedure;

impl Procedure {
    /// Every shipped procedure: its id, its file's name, its text.
    pub const SHIPPED: [(&'static str, &'static str, &'static str); 3] = [
        ("hertfordshire", "hertfordshire.toml", include_str!("../../config/procedures/hertfordshire.toml")),
        ("isle-of-man", "isle-of-man.toml", include_str!("../../config/procedures/isle-of-man.toml")),
        ("rochdale", "rochdale.toml", include_str!("../../config/procedures/rochdale.toml")),
    ];
}
