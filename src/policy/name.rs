//! Names that become parts of file names and of command lines. Not which of them are taken.

/// The longest name: it becomes a part of file names.
const LONGEST_NAME: usize = 100;

/// Whether `name` can be a component's: safe in a file name and on a command line.
pub(super) fn is_name(name: &str) -> bool {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(safe)
        && name.len() <= LONGEST_NAME
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_safe_as_a_file_name() {
        for name in ["carbon", "Model.Management_2", "0-a"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", ".", "..", "-a", "_a", "a/b", "a b", "é", "a\n", &"a".repeat(101)] {
            assert!(!is_name(name), "{name}");
        }
    }
}
