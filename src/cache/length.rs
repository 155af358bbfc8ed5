//! How long pieces of work took, as it is stored.

use std::collections::BTreeMap;
use std::time::Duration;

use super::entry::{open, seal};

/// The name that the entry carries.
const NAME: &str = "durations";
/// More labels than this are no longer those of one project.
const MOST: usize = 100_000;

/// What the bytes tell: milliseconds by label; nothing where they are no such entry.
pub fn read(bytes: &[u8]) -> BTreeMap<String, Duration> {
    let told: Option<BTreeMap<String, u64>> =
        open(NAME, bytes).and_then(|payload| serde_json::from_str(payload).ok());
    told.unwrap_or_default()
        .into_iter()
        .map(|(label, millis)| (label, Duration::from_millis(millis)))
        .collect()
}

/// The bytes.
pub fn bytes(durations: &BTreeMap<String, Duration>) -> Vec<u8> {
    let millis = |duration: &Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let told: BTreeMap<&String, u64> =
        durations.iter().take(MOST).map(|(label, duration)| (label, millis(duration))).collect();
    // A map of numbers always serialises; what does not is nothing when it is read.
    seal(NAME, &serde_json::to_string(&told).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_come_back_and_anything_else_is_nothing() {
        let durations: BTreeMap<String, Duration> =
            [("types".to_owned(), Duration::from_millis(1234))].into();
        let stored = bytes(&durations);
        assert_eq!(read(&stored), durations);
        assert_eq!(read(&stored[1..]), BTreeMap::new());
        assert_eq!(read(b"{}"), BTreeMap::new());
    }
}
