//! Where a URI of SARIF leads: a path relative to the project's root, or an absolute one.

use std::collections::BTreeMap;

use super::sarif_wire::Location;

/// How many base URIs may rest on one another.
const DEEPEST: usize = 8;

/// The path; `None` where it leads to no file of this machine.
pub(super) fn path(location: &Location, bases: &BTreeMap<String, Location>) -> Option<String> {
    let uri = location.uri.as_deref()?;
    let path = resolved(uri)?;
    if path.starts_with('/') {
        return Some(path);
    }
    Some(join(&base(location.uri_base_id.as_deref(), bases, DEEPEST)?, &path))
}

/// The folder that a base leads to; empty for the project's root, which is what a base stands for that is not told.
fn base(id: Option<&str>, bases: &BTreeMap<String, Location>, depth: usize) -> Option<String> {
    let Some(base) = id.and_then(|id| bases.get(id)) else { return Some(String::new()) };
    let depth = depth.checked_sub(1)?;
    let path = resolved(base.uri.as_deref().unwrap_or_default())?;
    if path.starts_with('/') {
        return Some(path);
    }
    Some(join(&self::base(base.uri_base_id.as_deref(), bases, depth)?, &path))
}

fn join(folder: &str, path: &str) -> String {
    match folder {
        "" => path.to_owned(),
        folder if folder.ends_with('/') => format!("{folder}{path}"),
        folder => format!("{folder}/{path}"),
    }
}

/// The path that stands in a URI.
fn resolved(uri: &str) -> Option<String> {
    let uri = uri.split(['#', '?']).next().unwrap_or_default();
    let path = match uri.split_once(':') {
        Some((scheme, rest)) if is_scheme(scheme) => {
            if !scheme.eq_ignore_ascii_case("file") {
                return None;
            }
            match rest.strip_prefix("//") {
                Some(rest) => {
                    let (host, path) = rest.split_at(rest.find('/')?);
                    (host.is_empty() || host.eq_ignore_ascii_case("localhost")).then_some(path)?
                }
                None => rest,
            }
        }
        _ => uri,
    };
    decoded(path)
}

/// A letter before the colon is a drive, and no scheme.
fn is_scheme(text: &str) -> bool {
    text.len() > 1
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

/// Without its percent-encoding. A percent sign that begins none is itself: some tools do not encode.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digit = |at: usize| after.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        match (*first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).ok()?);
                rest = after.get(2..).unwrap_or_default();
            }
            (byte, _, _) => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location(uri: &str, base: Option<&str>) -> Location {
        Location { uri: Some(uri.to_owned()), uri_base_id: base.map(str::to_owned), index: None }
    }

    #[test]
    fn a_uri_leads_to_the_path_that_it_means() {
        let bases = BTreeMap::from([
            ("ROOT".to_owned(), location("file:///work/my%20project/", None)),
            ("SRC".to_owned(), location("src", Some("ROOT"))),
            ("LOOP".to_owned(), location("x", Some("LOOP"))),
            ("REMOTE".to_owned(), location("https://a.b/c/", None)),
            ("EMPTY".to_owned(), Location::default()),
        ]);
        for (uri, base, path) in [
            ("src/a.py", None, Some("src/a.py".to_owned())),
            ("./src/a%20b.py", None, Some("./src/a b.py".to_owned())),
            ("src/100%.py", None, Some("src/100%.py".to_owned())),
            ("a.py", Some("SRC"), Some("/work/my project/src/a.py".to_owned())),
            ("src/a.py", Some("%SRCROOT%"), Some("src/a.py".to_owned())),
            ("src/a.py", Some("EMPTY"), Some("src/a.py".to_owned())),
            ("file:///x/a.py", Some("SRC"), Some("/x/a.py".to_owned())),
            ("file:/x/a.py", None, Some("/x/a.py".to_owned())),
            ("FILE://localhost/x/a.py#L1", None, Some("/x/a.py".to_owned())),
            ("file://server/x/a.py", None, None),
            ("https://a.b/a.py", None, None),
            ("a.py", Some("REMOTE"), None),
            ("a.py", Some("LOOP"), None),
            ("a%ff.py", None, None),
        ] {
            assert_eq!(super::path(&location(uri, base), &bases), path, "{uri} {base:?}");
        }
    }
}
