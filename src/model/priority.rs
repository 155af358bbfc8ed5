//! The order of priorities. They are words of the policy's own, and people number them.

/// What priorities are compared by: numbers within them count as numbers, so that `P2` comes before `P10`.
pub fn rank(priority: &str) -> String {
    /// More digits than any number of a priority has.
    const WIDTH: usize = 20;
    let mut rank = String::new();
    let mut rest = priority;
    while let Some(first) = rest.chars().next() {
        let is_number = first.is_ascii_digit();
        let end = rest.find(|letter: char| letter.is_ascii_digit() != is_number).unwrap_or(rest.len());
        let (part, more) = rest.split_at(end);
        if is_number {
            let number = part.trim_start_matches('0');
            rank.extend(std::iter::repeat_n('0', WIDTH.saturating_sub(number.len())));
            rank.push_str(number);
        } else {
            rank.push_str(part);
        }
        rest = more;
    }
    rank
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_ordered_as_numbers_and_words_as_words() {
        let mut all = ["P10", "P2", "high", "P1", "1.10", "1.9", "P2b", "P", ""];
        all.sort_by_key(|one| rank(one));
        assert_eq!(all, ["", "1.9", "1.10", "P", "P1", "P2", "P2b", "P10", "high"]);
        assert_eq!(rank("P02"), rank("P2"));
    }
}
