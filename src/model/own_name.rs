//! The name of a check that the policy defines. Not the check itself: see `own_check`.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// The longest name: it stands in a column beside those of the other checks.
const LONGEST: usize = 40;

/// A name such as `mypy`. It is kept for as long as the process lives, so that [`Check`] stays as light as it is: a
/// policy has a few of them.
///
/// [`Check`]: super::check::Check
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OwnName(&'static str);

impl OwnName {
    /// The name, where it is one: a small letter, then small letters, digits, `_` and `-`, at most 40 in all.
    pub fn new(name: &str) -> Option<Self> {
        let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
        let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(is_part)
            && name.len() <= LONGEST;
        is_name.then(|| Self(kept(name)))
    }

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for OwnName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

fn kept(name: &str) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(kept) = names.get(name) {
        return kept;
    }
    let kept: &'static str = Box::leak(name.into());
    names.insert(kept);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_people_can_type_and_is_kept_once() {
        let (one, other) = (OwnName::new("mypy"), OwnName::new(&String::from("mypy")));
        assert_eq!(one, other);
        let (one, other) = (one.expect("a name").as_str(), other.expect("a name").as_str());
        assert!(std::ptr::eq(one, other));
        for name in ["", "Mypy", "1a", "-a", "a b", "é", "a.b", &"a".repeat(41)] {
            assert_eq!(OwnName::new(name), None, "{name}");
        }
        assert!(OwnName::new(&"a".repeat(40)).is_some());
    }
}
