//! A file's own words, as what is said about the file shows them: whole where they are short, else their beginning.
//!
//! Owns the cut. Must not know who says what. A file from outside may hold a word as long as itself, and nobody reads that.

use std::fmt;

/// Words of a file, of which so many characters at most are shown.
#[derive(Clone, Copy)]
pub(crate) struct Shown<'a>(pub(crate) &'a str, pub(crate) usize);

/// Of a word.
pub(crate) const WORD: usize = 60;

/// Of a sentence, and of a line.
pub(crate) const SENTENCE: usize = 300;

impl<'a> Shown<'a> {
    /// What is shown, and what says that there is more.
    fn parts(self) -> (&'a str, &'static str) {
        let Self(words, most) = self;
        match words.char_indices().nth(most) {
            Some((at, _)) => (words.get(..at).unwrap_or_default(), "…"),
            None => (words, ""),
        }
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (words, more) = self.parts();
        write!(f, "{words}{more}")
    }
}

/// In quotes, with nothing in them that cannot be printed.
impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (words, more) = self.parts();
        write!(f, "{words:?}{more}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_short_is_shown_whole_and_what_is_long_is_cut_between_two_characters() {
        for (words, shown, quoted) in [
            ("", "", "\"\""),
            ("Noël", "Noël", "\"Noël\""),
            ("Noëls", "Noël…", "\"Noël\"…"),
            ("a\n\u{202e}b!", "a\n\u{202e}b…", "\"a\\n\\u{202e}b\"…"),
        ] {
            assert_eq!(Shown(words, 4).to_string(), shown);
            assert_eq!(format!("{:?}", Shown(words, 4)), quoted);
        }
    }
}
