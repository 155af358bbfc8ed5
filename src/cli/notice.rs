//! What every step tells besides its own work. Not what there is to tell.

use crate::app::notice::notices;
use crate::app::project::Workspace;
use crate::report::clean::one_line;
use crate::sys::run_folder::RunFolder;

use super::print;

/// Tells on standard error what is to go, to be mended or to be revoked of those components.
pub(super) fn tell<'c>(workspace: &Workspace, components: impl IntoIterator<Item = &'c str>) {
    let sentences = sentences(workspace, components);
    for sentence in sentences {
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
