//! What must never leave this process: the values of secrets, hidden wherever a text goes out.

use std::collections::BTreeSet;

/// What stands in place of a secret.
const HIDDEN: &str = "***";
/// The shortest value that is hidden: shorter ones, such as `1` or `on`, stand everywhere by chance.
const SHORTEST: usize = 4;
/// Words in the name of a variable that tell of a secret.
const TELLING: [&str; 10] =
    ["token", "secret", "password", "passwd", "passphrase", "apikey", "credential", "dsn", "private", "auth"];

/// Known secrets. Their values are not shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secrets {
    /// The longest first, so that what is a part of another hides with it.
    values: Vec<String>,
}

impl Secrets {
    /// The values of those variables whose names tell of a secret.
    pub fn among<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self::of(variables.into_iter().filter(|(name, _)| is_telling(name)).map(|(_, value)| value))
    }

    /// All of `values`, also their parts where one has several lines.
    pub fn of<'a>(values: impl IntoIterator<Item = &'a str>) -> Self {
        let lines = |value: &'a str| std::iter::once(value).chain(value.lines());
        let values = values.into_iter().flat_map(lines).map(str::trim);
        let values: BTreeSet<&str> = values.filter(|value| value.len() >= SHORTEST).collect();
        let mut values: Vec<String> = values.into_iter().map(str::to_owned).collect();
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        Self { values }
    }

    /// These and those.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self::of(self.values.iter().chain(&other.values).map(String::as_str))
    }

    /// `text` with `***` in place of each secret.
    pub fn hide(&self, text: &str) -> String {
        let hide = |text: String, value: &String| {
            if text.contains(value.as_str()) { text.replace(value.as_str(), HIDDEN) } else { text }
        };
        self.values.iter().fold(text.to_owned(), hide)
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} secrets", self.values.len())
    }
}

/// Whether the name of a variable tells that its value is a secret.
fn is_telling(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let plain = name.replace(['_', '-'], "");
    TELLING.iter().any(|word| plain.contains(word))
        || name
            .split('_')
            .any(|word| matches!(word, "key" | "pat" | "pw" | "pwd" if name != "pwd" && name != "oldpwd"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_variable_is_secret_by_its_name() {
        for name in [
            "GH_TOKEN",
            "GITHUB_TOKEN",
            "DB_PASSWORD",
            "AWS_SECRET_ACCESS_KEY",
            "API_KEY",
            "SENTRY_DSN",
            "Api-Key",
        ] {
            assert!(is_telling(name), "{name}");
        }
        for name in ["PATH", "PWD", "OLDPWD", "HOME", "KEYBOARD", "LANG", "MONKEY"] {
            assert!(!is_telling(name), "{name}");
        }
    }

    #[test]
    fn a_secret_within_another_leaves_nothing_of_either() {
        let secrets = Secrets::of(["hunter2", "hunter2-and-more"]);
        assert_eq!(secrets.hide("a hunter2-and-more b hunter2"), "a *** b ***");
        assert_eq!(format!("{secrets:?}"), "2 secrets");
    }

    #[test]
    fn what_stands_everywhere_by_chance_is_not_hidden() {
        assert_eq!(Secrets::of(["", "1", "on"]).hide("1 is on"), "1 is on");
    }

    #[test]
    fn each_line_of_a_key_is_hidden() {
        let secrets = Secrets::of(["-----BEGIN-----\nMIIEabcdef\n-----END-----"]);
        assert_eq!(secrets.hide("it said MIIEabcdef"), "it said ***");
    }

    proptest! {
        #[test]
        fn no_secret_is_left(value in "[a-zA-Z0-9!/+]{4,20}", before in "[ -~]{0,20}", after in "[ -~]{0,20}") {
            let hidden = Secrets::of([value.as_str()]).hide(&format!("{before}{value}{after}"));
            prop_assert!(!hidden.contains(&value) || value.chars().all(|c| c == '*'));
        }
    }
}
