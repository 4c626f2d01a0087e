//! What somebody may have meant: the nearest of the words that exist.
//!
//! Owns the comparison. Must not know what the words stand for.

/// The option nearest to `word`, if it is near enough to be a slip of the pen.
pub(crate) fn nearest<'a>(word: &str, options: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = beginning(word);
    let most = (word.chars().count() / 3).max(1);
    options
        .into_iter()
        .map(|option| (distance(&word.to_lowercase(), option), option))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, option)| option)
}

/// More than a person reads in one message.
const TOO_MANY: usize = 30;

/// So many of too many are named.
const NAMED: usize = 8;

/// "did you mean `x`? the roles are: x, y, z", or the list alone. Of too many only the nearest are named, and how many more
/// there are.
pub(crate) fn choices<'a>(word: &str, the: &str, options: impl IntoIterator<Item = &'a str> + Clone) -> String {
    let word = beginning(word);
    let mut all: Vec<&str> = options.clone().into_iter().collect();
    let mut more = String::new();
    if all.len() > TOO_MANY {
        all.sort_by_key(|option| distance(&word.to_lowercase(), option));
        more = format!(", and {} more", all.len() - NAMED);
        all.truncate(NAMED);
    }
    let all = all.join(", ");
    match nearest(word, options) {
        Some(near) => format!("did you mean `{near}`? {the}: {all}{more}"),
        None => format!("{the}: {all}{more}"),
    }
}

/// No option is as long, so what follows makes nothing nearer. A file may hold a word of its own length, and comparing takes the
/// product of both.
const LONGEST: usize = 200;

fn beginning(word: &str) -> &str {
    word.char_indices().nth(LONGEST).and_then(|(at, _)| word.get(..at)).unwrap_or(word)
}

/// How many characters must be put in, taken out, replaced or swapped with the next one.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let at = |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX);
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut two_above: Vec<usize> = Vec::new();
    for (i, from) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, to) in b.iter().enumerate() {
            let replaced = at(&above, j) + usize::from(from != to);
            let put_in_or_out = at(&above, j + 1).min(at(&row, j)) + 1;
            let is_swap = i > 0 && j > 0 && a.get(i - 1) == Some(to) && b.get(j - 1) == Some(from);
            let swapped = if is_swap { at(&two_above, j - 1) + 1 } else { usize::MAX };
            row.push(replaced.min(put_in_or_out).min(swapped));
        }
        two_above = std::mem::replace(&mut above, row);
    }
    at(&above, b.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_understood_and_another_word_is_not() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("titel", "title"), 1);
        let roles = ["lead_worker", "first_line_manager"];
        assert_eq!(nearest("lead_wroker", roles), Some("lead_worker"));
        assert_eq!(nearest("Lead_Worker", roles), Some("lead_worker"));
        assert_eq!(nearest("team_boss", roles), None);
        assert_eq!(nearest(&"lead_worker".repeat(400_000), roles), None);
        assert_eq!(beginning(&"é".repeat(400_000)), "é".repeat(LONGEST));
    }
}
