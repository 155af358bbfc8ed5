//! Which tests are meant: paths, and an expression for `-k`. No look at the disk.

use std::collections::BTreeSet;

use super::document::{Faults, quote};
use super::path::Viewpoint;
use super::value::Value;
use crate::model::component::DeclaredPath;

/// The paths of an array, each once; none at all is a fault.
pub(super) fn paths(
    value: &Value<'_>,
    hint: &str,
    from: &Viewpoint,
    faults: &mut Faults<'_>,
) -> Vec<DeclaredPath> {
    let Some(items) = value.list("paths", faults) else {
        return Vec::new();
    };
    if items.is_empty() {
        faults.add(value.offset, format!("{} is empty", quote(&value.key)), hint);
    }
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let declared = items.iter().filter_map(|item| from.path(item, faults));
    declared.filter(|path| seen.insert(path.path.clone())).collect()
}

/// pytest would take `file.py::test`, but then it is no path, and nobody could check that it is there.
pub(super) fn refuse_node_ids(paths: &Value<'_>, faults: &mut Faults<'_>) {
    for item in paths.inner().as_array().and_then(|_| paths.list("paths", faults)).unwrap_or_default() {
        if let Some(text) = item.inner().as_str().filter(|text| text.contains("::")) {
            faults.add(
                item.offset,
                format!("{} is a test, not a file or folder", quote(text)),
                "name its file here, and the test in `select`",
            );
        }
    }
}

/// The expression for `-k`; an empty one selects all.
pub(super) fn select(value: &Value<'_>, faults: &mut Faults<'_>) -> Option<String> {
    let text = value.string(faults)?.trim();
    if text.starts_with('-') {
        faults.add(
            value.offset,
            format!("`select` cannot begin with `-`, found {}", quote(text)),
            "write an expression such as `carbon and not slow`; options belong into `args`",
        );
        return None;
    }
    (!text.is_empty()).then(|| text.to_owned())
}
