//! Files of variables: `NAME=VALUE`, a line each, as compose and shells read them.
//!
//! Not here: what compose makes of them itself; this is for scripts, and to know the secrets. No value is ever
//! expanded: what a value says is what it is.

/// The variables of a file, in its order; lines that are none are left out.
pub fn read(text: &str) -> Vec<(String, String)> {
    text.lines().filter_map(variable).collect()
}

fn variable(line: &str) -> Option<(String, String)> {
    let line = line.trim();
    let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
    let (name, value) = line.split_once('=')?;
    let name = name.trim_end();
    let is_name = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && name.chars().all(|one| one.is_ascii_alphanumeric() || matches!(one, '_' | '.' | '-'))
    };
    is_name(name).then(|| (name.to_owned(), unquoted(value.trim())))
}

/// A value without its quotes, and without a comment behind it.
fn unquoted(value: &str) -> String {
    for quote in ['"', '\''] {
        if let Some((inner, _)) = value.strip_prefix(quote).and_then(|rest| rest.rsplit_once(quote)) {
            return inner.to_owned();
        }
    }
    value.split_once(" #").map_or(value, |(value, _)| value.trim_end()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_of_a_line_is_read() {
        let text = "# a comment\n\nA=1\nexport B = two words \nC='it # is' # so\nD=\"x=y\"\nE=\nF=a#b #c\nnone\n=x\n1X=1\n";
        let pairs = read(text);
        let pairs: Vec<(&str, &str)> =
            pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(
            pairs,
            [("A", "1"), ("B", "two words"), ("C", "it # is"), ("D", "x=y"), ("E", ""), ("F", "a#b")]
        );
    }
}
