//! Who does what is recorded: a person, or the account that a job runs for.

use std::path::Path;

use crate::sys::run_folder::RunFolder;
use crate::sys::{git, variable};

/// The variables in which CI systems name who started a job.
const OF_JOBS: [&str; 4] = ["GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILDKITE_BUILD_CREATOR", "CHANGE_AUTHOR"];
/// The longest name that is recorded.
const LONGEST: usize = 200;

/// The name of who we act for: that of the job, else git's, else the system's.
pub fn actor(root: &Path, folder: &RunFolder) -> String {
    let of_job = || OF_JOBS.iter().find_map(|name| variable::text(name));
    let of_git = || git::identity(root, folder);
    let of_system = || ["USER", "LOGNAME"].iter().find_map(|name| variable::text(name));
    let name = of_job().or_else(of_git).or_else(of_system).unwrap_or_else(|| "unknown".to_owned());
    name.chars().filter(|c| !c.is_control()).take(LONGEST).collect()
}
