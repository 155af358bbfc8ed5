//! What of the project's settings and of the environment we set aside, where a run may have failed for lack of it.

use std::path::Path;

use crate::app::configuration;
use crate::model::reason::{Reason, ReasonKind};
use crate::sys::variable;

/// What we set aside may be what the tests lack.
pub(super) fn explain(reason: &mut Reason, root: &Path) {
    if !matches!(reason.kind, ReasonKind::CollectionFailed | ReasonKind::ConfigInvalid) {
        return;
    }
    if let Some((file, options)) = configuration::pytest_options(root) {
        let file = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        reason.hint = format!(
            "`addopts = {options}` of `{file}` is set aside: put what the tests need into `tests.args`; else {}",
            reason.hint
        );
    } else if variable::withheld().iter().any(|name| name == "PYTHONPATH") {
        let hint = "`PYTHONPATH` is not handed on: name its folders in `pythonpath` of the project's pytest settings";
        hint.clone_into(&mut reason.hint);
    }
}
