//! The procedures that are compiled in.
//!
//! Owns their file names and texts. Must not read any of them: which one is in force, and whether a file stands in for
//! it, is for the caller to say.

use super::Procedure;

impl Procedure {
    /// Every shipped procedure: its id, its file's name, its text.
    pub const SHIPPED: [(&'static str, &'static str, &'static str); 6] = [
        ("croydon", "croydon.toml", include_str!("../../config/procedures/croydon.toml")),
        ("hertfordshire", "hertfordshire.toml", include_str!("../../config/procedures/hertfordshire.toml")),
        ("isle-of-man", "isle-of-man.toml", include_str!("../../config/procedures/isle-of-man.toml")),
        ("national", "national.toml", include_str!("../../config/procedures/national.toml")),
        (
            "north-east-lincolnshire",
            "north-east-lincolnshire.toml",
            include_str!("../../config/procedures/north-east-lincolnshire.toml"),
        ),
        ("rochdale", "rochdale.toml", include_str!("../../config/procedures/rochdale.toml")),
    ];

    /// The file's name and the text of the shipped procedure of that id.
    ///
    /// ```
    /// use duewatch::procedure::Procedure;
    ///
    /// let (file, text) = Procedure::shipped("rochdale").ok_or("not shipped")?;
    /// assert!(file == "rochdale.toml" && text.contains("[procedure]"));
    /// # Ok::<(), &str>(())
    /// ```
    pub fn shipped(id: &str) -> Option<(&'static str, &'static str)> {
        Procedure::SHIPPED.into_iter().find(|(known, ..)| *known == id).map(|(_, file, text)| (file, text))
    }
}
