//! "Did you mean …?": the known word that a wrong one is nearest to.
//! Not a judgement of the word: it is known to be wrong.

use super::document::quote;

/// The hint for a wrong word where `known` are the right ones: the nearest of them, or else all.
pub(super) fn hint(wrong: &str, known: &[&str], what: &str) -> String {
    match nearest(wrong, known) {
        Some(word) => format!("did you mean {}?", quote(word)),
        None => listing(known, what),
    }
}

/// The right words, or as many as one line takes.
fn listing(known: &[&str], what: &str) -> String {
    const MOST: usize = 14;
    let mut words: Vec<String> = known.iter().take(MOST).map(|word| quote(word)).collect();
    let rest = known.len() - words.len();
    if rest > 0 {
        words.push(format!("{rest} more"));
    }
    format!("{what}: {}", words.join(", "))
}

/// The word that is no more than a few slips away, or that `wrong` is the beginning of (`prod`); `None`
/// where nothing is near enough to be meant.
fn nearest<'k>(wrong: &str, known: &[&'k str]) -> Option<&'k str> {
    const SHORTEST_BEGINNING: usize = 3;
    let wrong = wrong.to_lowercase();
    if wrong.len() >= SHORTEST_BEGINNING
        && let Some(word) = known.iter().find(|word| word.starts_with(&wrong))
    {
        return Some(word);
    }
    known
        .iter()
        .map(|word| (strsim::osa_distance(&wrong, &word.to_lowercase()), *word))
        .filter(|(slips, word)| *slips <= (word.chars().count() / 3).max(1))
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHECKS: [&str; 3] = ["coverage", "lint", "docs"];

    #[test]
    fn the_nearest_word_is_suggested() {
        assert_eq!(hint("covrage", &CHECKS, "checks are"), "did you mean `coverage`?");
        assert_eq!(hint("Lint", &CHECKS, "checks are"), "did you mean `lint`?");
    }

    #[test]
    fn a_beginning_is_completed_unless_it_could_be_anything() {
        assert_eq!(hint("prod", &["staging", "production"], "stages are"), "did you mean `production`?");
        assert_eq!(hint("", &["staging"], "stages are"), "stages are: `staging`");
    }

    #[test]
    fn a_word_that_is_near_to_none_gets_the_whole_list() {
        assert_eq!(hint("deploy", &CHECKS, "checks are"), "checks are: `coverage`, `lint`, `docs`");
    }

    #[test]
    fn a_long_list_is_not_given_in_full() {
        let known: Vec<String> = (0..30).map(|number| format!("component_{number}")).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        assert!(hint("x", &known, "known are").ends_with(", 16 more"));
    }
}
