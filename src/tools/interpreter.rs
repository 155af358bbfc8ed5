//! A Python interpreter, what is installed for it, and the script that tells.

use serde::{Deserialize, Serialize};

use crate::model::environment::Distribution;

/// The script.
pub const SCRIPT: &str = include_str!("python_side/environment.py");

/// What the script wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interpreter {
    /// The executable in the environment.
    pub executable: String,
    /// The interpreter that the environment was made from.
    pub base_executable: String,
    /// Its version, such as `3.12.1`.
    pub version: String,
    /// Operating system and machine, such as `linux-x86_64`.
    pub platform: String,
    /// The environment's folder.
    pub prefix: String,
    /// The folder of the environment's executables.
    pub scripts: String,
    /// The folder of the standard library.
    pub stdlib: String,
    /// The folders of what is installed for it, whether they are there or not.
    #[serde(default)]
    pub packages: Vec<String>,
    /// Where else it imports from: what lines of code in `*.pth` files put on its path.
    #[serde(default)]
    pub elsewhere: Vec<String>,
    /// Where packages lie that were installed from a folder or an archive of this machine: their content may change while
    /// their version does not.
    #[serde(default)]
    pub copies: Vec<String>,
    distributions: Vec<(String, String)>,
    /// Of the modules that were asked for, those that cannot be imported.
    pub absent: Vec<String>,
}

impl Interpreter {
    /// Reads what the script wrote.
    ///
    /// # Errors
    /// What is wrong with it, as a fragment.
    pub fn read(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    /// As [`Interpreter::read`] reads it.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What is installed, sorted by name.
    pub fn distributions(&self) -> Vec<Distribution> {
        self.distributions
            .iter()
            .map(|(name, version)| Distribution { name: name.clone(), version: version.clone() })
            .collect()
    }

    /// The version of an installed distribution, by its normalised name.
    pub fn version_of(&self, name: &str) -> Option<&str> {
        self.distributions
            .iter()
            .find(|(installed, _)| installed == name)
            .map(|(_, version)| version.as_str())
    }
}

/// The arguments of the script.
pub fn argv(python: &str, script: &str, target: &str, hold: bool, modules: &[String]) -> Vec<String> {
    let hold = if hold { "hold" } else { "tell" };
    // `-I` keeps the project from shadowing what the script imports, `-B` keeps byte code out of the tree.
    [python, "-I", "-B", script, target, hold]
        .into_iter()
        .map(str::to_owned)
        .chain(modules.iter().cloned())
        .collect()
}
