//! What every step tells besides its own work. Not what there is to tell.

use crate::app::notice::{lapsed, notices};
use crate::app::project::Workspace;
use crate::report::clean::one_line;
use crate::sys::run_folder::RunFolder;

use super::print;

/// Tells on standard error what is to go, to be mended or to be revoked of a component, and that a gate below fails.
pub(super) fn tell(workspace: &Workspace, component: &str) {
    let below = workspace.policy.component(component).and_then(|component| lapsed(workspace, component));
    let below = below.map(|words| one_line(&format!("{component}: {words}")));
    for sentence in sentences(workspace, [component]).into_iter().chain(below) {
        print::stderr(&format!("{sentence}\n"));
    }
}

/// The sentences, each with the component's name before it.
pub(super) fn sentences<'c>(
    workspace: &Workspace,
    components: impl IntoIterator<Item = &'c str>,
) -> Vec<String> {
    let Ok(folder) = RunFolder::create(&workspace.root) else { return Vec::new() };
    let declared = components.into_iter().filter_map(|name| workspace.policy.component(name));
    declared
        .flat_map(|component| {
            let told = notices(workspace, component, &folder);
            told.into_iter().map(|words| one_line(&format!("{}: {words}", component.name)))
        })
        .collect()
}
