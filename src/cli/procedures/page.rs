//! A page of text: labels at the left, and beside each its text, at most so many columns wide.
//!
//! Owns where lines break. Must not know what they say.

/// The width of a page, in characters.
const COLUMNS: usize = 100;

/// Where the text beside a label begins.
const BESIDE: usize = 15;

/// Lines, each within the width of the page.
#[derive(Debug, Default)]
pub(super) struct Page(Vec<String>);

impl Page {
    /// A line, or several where it is too long.
    pub(super) fn line(&mut self, text: &str) {
        self.wrapped("", text, 0);
    }

    /// A label with its text beside it.
    pub(super) fn beside(&mut self, label: &str, text: &str) {
        self.wrapped(&format!("{label:<BESIDE$}"), text, BESIDE);
    }

    /// A label with a list beside it, each of its items on a line of its own. What goes on from a line stands further
    /// in, so that a reader sees where the next item begins.
    pub(super) fn list(&mut self, label: &str, items: &[String]) {
        for (label, item) in std::iter::once(label).chain(std::iter::repeat("")).zip(items) {
            self.wrapped(&format!("{label:<BESIDE$}"), item, BESIDE + 2);
        }
    }

    /// The whole page.
    pub(super) fn text(&self) -> String {
        self.0.join("\n")
    }

    /// A single word that is longer than a line stays whole.
    fn wrapped(&mut self, head: &str, text: &str, hang: usize) {
        let mut line = head.to_owned();
        let mut empty = true;
        for word in text.split_whitespace() {
            if !empty && line.chars().count() + 1 + word.chars().count() > COLUMNS {
                self.0.push(std::mem::replace(&mut line, " ".repeat(hang)));
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(word);
            empty = false;
        }
        self.0.push(line.trim_end().to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_beside_its_label() {
        let mut page = Page::default();
        page.beside("clock", &format!("{} {} end", "é".repeat(80), "b".repeat(4)));
        assert_eq!(page.text(), format!("clock          {} bbbb\n{}end", "é".repeat(80), " ".repeat(15)));
    }

    #[test]
    fn an_item_that_goes_on_stands_further_in_than_the_next() {
        let mut page = Page::default();
        page.list("told", &[format!("{} end", "a".repeat(84)), "next".to_owned()]);
        let expected = format!("told           {}\n{}end\n{}next", "a".repeat(84), " ".repeat(17), " ".repeat(15));
        assert_eq!(page.text(), expected);
    }

    #[test]
    fn a_word_longer_than_a_line_stays_whole() {
        let mut page = Page::default();
        let long = "b".repeat(120);
        page.line(&long);
        page.line(&format!("a {long}"));
        page.line("");
        assert_eq!(page.text(), format!("{long}\na\n{long}\n"));
    }
}
