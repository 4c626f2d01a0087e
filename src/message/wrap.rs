//! Lines of at most so many columns.
//!
//! Owns where the text part breaks. Must not know what it says.

/// The width of the text part, in characters.
pub(super) const COLUMNS: usize = 72;

/// Breaks long lines at spaces. An indented line goes on two columns further in, so that a reader sees where the next one
/// starts; a single token longer than a line (a web address) is left whole. Runs of empty lines become one.
pub(super) fn wrap(text: &str) -> String {
    let mut wrapped = String::with_capacity(text.len() + text.len() / 16);
    let mut empty_before = true;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() {
            if !empty_before {
                wrapped.push('\n');
            }
            empty_before = true;
            continue;
        }
        empty_before = false;
        wrap_line(line, &mut wrapped);
    }
    let kept = wrapped.trim_end().len();
    wrapped.truncate(kept);
    wrapped.push('\n');
    wrapped
}

fn wrap_line(line: &str, wrapped: &mut String) {
    let words = line.trim_start();
    let indent = line.len() - words.len();
    let hang = if indent > 0 || words.starts_with("- ") { indent + 2 } else { 0 };
    wrapped.extend(std::iter::repeat_n(' ', indent));
    let mut column = indent;
    let mut first = true;
    for word in words.split(' ').filter(|word| !word.is_empty()) {
        let width = word.chars().count();
        if first {
            first = false;
        } else if column + 1 + width > COLUMNS {
            wrapped.push('\n');
            wrapped.extend(std::iter::repeat_n(' ', hang));
            column = hang;
        } else {
            wrapped.push(' ');
            column += 1;
        }
        wrapped.push_str(word);
        column += width;
    }
    wrapped.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_breaks_at_the_last_space_that_fits_and_hangs() {
        let long = format!("  {} end of it", "x".repeat(66));
        assert_eq!(wrap(&long), format!("  {} end\n    of it\n", "x".repeat(66)));
        let full = format!("{} ab", "x".repeat(69));
        assert_eq!(wrap(&full), format!("{full}\n"));
        assert_eq!(wrap(&format!("{full}c")), format!("{}\nabc\n", "x".repeat(69)));
    }

    #[test]
    fn columns_are_characters_and_a_long_token_stays_whole() {
        let wide = "é".repeat(72);
        assert_eq!(wrap(&wide), format!("{wide}\n"));
        let address = format!("https://cases.example/{}", "a".repeat(90));
        assert_eq!(wrap(&format!("- open {address}")), format!("- open\n  {address}\n"));
    }

    #[test]
    fn empty_lines_do_not_pile_up() {
        assert_eq!(wrap("\n\na\n\n   \n\nb\n\n"), "a\n\nb\n");
    }
}
