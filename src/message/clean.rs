//! Data made fit to print: one line, nothing invisible.
//!
//! Owns what is taken out of a value before any template sees it. Must not know where the value will stand.

/// The value in one line: line breaks become spaces, and what cannot be seen or reorders the text around it is taken out.
pub(super) fn one_line(value: &str) -> String {
    let mut line = String::with_capacity(value.len());
    for word in value.split_whitespace() {
        let before = line.len();
        line.push_str(if before == 0 { "" } else { " " });
        let begins = line.len();
        line.extend(word.split(is_hidden));
        if line.len() == begins {
            line.truncate(before);
        }
    }
    line
}

/// Controls, marks and overrides of writing direction, zero-width and tag characters, and others that leave no ink.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// The value as a link, every character outside RFC 3986 percent-encoded. None where it is not a web address, so that no
/// `javascript:` is ever one click away.
pub(super) fn web_link(value: &str) -> Option<String> {
    let plain = one_line(value);
    let scheme = plain.split_once("://")?.0.to_ascii_lowercase();
    if !matches!(scheme.as_str(), "https" | "http") {
        return None;
    }
    let mut link = String::with_capacity(plain.len());
    for byte in plain.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&()*+,;=%".contains(&byte) {
            link.push(char::from(byte));
        } else {
            link.push('%');
            link.extend([byte >> 4, byte & 0xf].map(|half| char::from(HEX[usize::from(half)])));
        }
    }
    Some(link)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_or_an_override_in_a_reference_does_no_harm() {
        assert_eq!(one_line("C-1\r\nBcc: all@example.org"), "C-1 Bcc: all@example.org");
        assert_eq!(one_line("C-\u{202e}1402\u{2066}x\u{2069}"), "C-1402x");
        assert_eq!(one_line(" a\u{2028}b\u{0}\u{7f}\u{9b}c\t\u{a0}d\u{e0041} "), "a bc d");
        assert_eq!(one_line("\u{200b}"), "");
    }

    #[test]
    fn ordinary_words_stay_as_they_are() {
        for plain in ["C-2041/A", "Ynys Môn", "an amount of £5 - \"half\" & <half>", "O’Neill Ward"] {
            assert_eq!(one_line(plain), plain);
        }
    }

    #[test]
    fn only_a_web_address_becomes_a_link() {
        assert_eq!(web_link("javascript:alert(1)"), None);
        assert_eq!(web_link("data:text/html;x://y"), None);
        assert_eq!(web_link("/case/1"), None);
        assert_eq!(web_link("https://cases.example/c/1?x=2&y=3").as_deref(), Some("https://cases.example/c/1?x=2&y=3"));
        assert_eq!(
            web_link("HTTPS://cases.example/a b\">\n<é'").as_deref(),
            Some("HTTPS://cases.example/a%20b%22%3E%20%3C%C3%A9%27")
        );
    }
}
