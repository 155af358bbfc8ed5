//! Paths as a policy declares them, made relative to the project's root.
//! Not whether they exist: nothing is looked up here, `..` is resolved by the letters.

use super::document::{Faults, quote};
use super::value::Value;
use crate::model::component::DeclaredPath;

/// From where the paths of a document are seen. All folders are relative to the policy file's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Viewpoint {
    /// The folder that the document's paths start from.
    pub(super) folder: String,
    /// The project's root.
    pub(super) root: String,
}

impl Viewpoint {
    /// The path that `value` declares, with its fault where it is none inside of the project's root.
    pub(super) fn path(&self, value: &Value<'_>, faults: &mut Faults<'_>) -> Option<DeclaredPath> {
        let written = relative(value, faults)?;
        let inside = normalise(&format!("{}/{written}", self.folder))
            .and_then(|path| Some(below(&path, &self.root)?.to_owned()));
        let Some(path) = inside else {
            faults.add(
                value.offset,
                format!("{} leaves the project's root", quote(written)),
                "name a path inside of the project's root",
            );
            return None;
        };
        if path.starts_with(['-', '@']) {
            faults.add(
                value.offset,
                format!("{} begins with `{}`", quote(written), &path[..1]),
                "tools would take it for an option: name the folder above it, or rename it",
            );
            return None;
        }
        Some(DeclaredPath { path, place: faults.place(value.offset) })
    }
}

/// A path or pattern that stays in its folder: `root` in that of the policy file, `include` in the root.
pub(super) fn below_policy(value: &Value<'_>, faults: &mut Faults<'_>) -> Option<String> {
    let written = relative(value, faults)?;
    let path = normalise(written);
    if path.is_none() {
        faults.add(
            value.offset,
            format!("{} leaves the folder that it is relative to", quote(written)),
            "place `promotion.toml` in a folder that holds the whole project",
        );
    }
    path
}

/// The text of `value`, where it is a relative path written with `/`.
fn relative<'t>(value: &Value<'t>, faults: &mut Faults<'_>) -> Option<&'t str> {
    let written = value.line(faults)?;
    let drive = written.as_bytes().get(1) == Some(&b':') && written.as_bytes()[0].is_ascii_alphabetic();
    let (problem, hint) = if written.contains('\\') {
        ("is written with `\\`", "write paths with `/`")
    } else if written.starts_with('/') || drive {
        ("is absolute", "write paths relative to the project, so that they hold on every machine")
    } else if written == "~" || written.starts_with("~/") {
        (
            "is in somebody's home folder",
            "write paths relative to the project, so that they hold on every machine",
        )
    } else {
        return Some(written);
    };
    faults.add(value.offset, format!("path {} {problem}", quote(written)), hint);
    None
}

/// `path` without `.`, `..` and empty segments; `.` where nothing is left; `None` where it leaves the
/// folder that it starts from.
pub(super) fn normalise(path: &str) -> Option<String> {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop()?;
            }
            _ => segments.push(segment),
        }
    }
    Some(if segments.is_empty() { ".".to_owned() } else { segments.join("/") })
}

/// `path` as seen from `root`, both normalised; `None` where it is not inside.
fn below<'p>(path: &'p str, root: &str) -> Option<&'p str> {
    if root == "." {
        return Some(path);
    }
    if path == root {
        return Some(".");
    }
    path.strip_prefix(root)?.strip_prefix('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_and_doubled_slashes_go() {
        assert_eq!(normalise("src//a/./b/../c/").as_deref(), Some("src/a/c"));
        assert_eq!(normalise("a/..").as_deref(), Some("."));
        assert_eq!(normalise("").as_deref(), Some("."));
    }

    #[test]
    fn a_path_that_leaves_its_folder_is_none_even_when_it_comes_back() {
        assert_eq!(normalise("../a"), None);
        assert_eq!(normalise("a/../../a"), None);
    }

    #[test]
    fn a_folder_is_not_inside_of_one_that_its_name_begins_with() {
        assert_eq!(below("subway/a", "sub"), None);
        assert_eq!(below("sub/a", "sub"), Some("a"));
        assert_eq!(below("sub", "sub"), Some("."));
    }

    proptest::proptest! {
        #[test]
        fn what_is_normalised_has_no_dots_left_and_stays_as_it_is(path in "[a.]{0,3}(/[a.]{0,3}){0,6}") {
            if let Some(normal) = normalise(&path) {
                proptest::prop_assert!(normal == "." || normal.split('/').all(|s| !matches!(s, "" | "." | "..")));
                proptest::prop_assert_eq!(normalise(&normal), Some(normal.clone()));
            }
        }
    }
}
