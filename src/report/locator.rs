//! Where a file is, as programs outside of the project name it: from the top of the repository, and as a URI. Not a
//! look at the disk. The hard part: a path is the project's text, and must not become a scheme, a host or a query.

use std::borrow::Cow;
use std::fmt::Write as _;

/// What forges know of a project and an assessment does not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checkout {
    /// The project's root below the top of the repository, with a `/` at its end; empty where it is the top.
    pub prefix: String,
    /// `owner/name` on GitHub, where the policy says so.
    pub repository: Option<String>,
}

impl Checkout {
    /// `path`, which is seen from the project's root, from the top of the repository. What lies outside of the
    /// repository keeps its `..`, and what is absolute stays so.
    pub(super) fn seen_from_top<'p>(&self, path: &'p str) -> Cow<'p, str> {
        let is_odd = |segment: &str| matches!(segment, "" | "." | "..");
        if path.starts_with('/') || (self.prefix.is_empty() && !path.split('/').any(is_odd)) {
            return path.into();
        }
        let mut segments: Vec<&str> = Vec::new();
        for segment in self.prefix.split('/').chain(path.split('/')) {
            match (segment, segments.last()) {
                ("" | ".", _) => {}
                ("..", Some(last)) if *last != ".." => {
                    segments.pop();
                }
                (other, _) => segments.push(other),
            }
        }
        segments.join("/").into()
    }
}

/// `path` as a URI: relative where the path is. No character of it has a meaning of its own any more.
pub(super) fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len() + 8);
    if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            uri.push(char::from(byte));
        } else {
            let _infallible = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::super::clean::tests::hostile;
    use super::*;
    use proptest::prelude::*;

    fn below(prefix: &str) -> Checkout {
        Checkout { prefix: prefix.to_owned(), repository: None }
    }

    #[test]
    fn a_path_is_told_from_the_top_of_the_repository() {
        assert_eq!(below("").seen_from_top("src/a.py"), "src/a.py");
        assert_eq!(below("fixtures/tta/").seen_from_top("src/a.py"), "fixtures/tta/src/a.py");
        assert_eq!(below("fixtures/tta/").seen_from_top("../../promotion.toml"), "promotion.toml");
        assert_eq!(below("").seen_from_top("./a//b/../c.py"), "a/c.py");
        assert_eq!(below("x/").seen_from_top("../../a.py"), "../a.py");
        assert_eq!(below("x/").seen_from_top("/usr/lib/a.py"), "/usr/lib/a.py");
    }

    #[test]
    fn a_path_cannot_become_a_scheme_a_host_or_a_query() {
        assert_eq!(uri("src/a b.py"), "src/a%20b.py");
        assert_eq!(uri("javascript:x?y#z%41"), "javascript%3Ax%3Fy%23z%2541");
        assert_eq!(uri("/usr/lib/ä.py"), "file:///usr/lib/%C3%A4.py");
        assert_eq!(uri("a\\b\n"), "a%5Cb%0A");
    }

    proptest! {
        #[test]
        fn whatever_a_path_is_its_uri_is_plain_and_gives_it_back(path in hostile()) {
            let uri = uri(&path);
            prop_assert!(uri.bytes().all(|byte| byte.is_ascii_graphic()));
            let after = uri.trim_start_matches("file://").as_bytes();
            let mut bytes = Vec::new();
            let mut rest = after.iter();
            while let Some(byte) = rest.next() {
                if *byte == b'%' {
                    let digits = [*rest.next().unwrap(), *rest.next().unwrap()];
                    bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
                } else {
                    bytes.push(*byte);
                }
            }
            prop_assert_eq!(String::from_utf8(bytes).unwrap(), path);
        }
    }
}
