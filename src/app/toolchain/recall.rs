//! A toolchain from where an earlier run found it, and what vouches that it is still there.
//!
//! The hard part: a program that is asked for its version may have been replaced by another meanwhile, and what it
//! imports as well. So nothing is believed until the witnesses have been looked at again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::app::context::Context;
use crate::cache::memo::Memo;
use crate::model::policy::Runner;
use crate::model::toolchain::{ResolvedTool, Tool};
use crate::sys::fingerprint::Seen;
use crate::sys::witness::{self, Places};
use crate::sys::{file, tree};
use crate::tools::interpreter::Interpreter;

use super::environment::has_environment;
use super::{Toolchain, describe, point_at};

/// Programs that are looked for by name: one that comes to be on `PATH` may be taken in place of another.
const NAMES: [&str; 10] =
    ["uv", "uvx", "git", "node", "python3", "python", "pytest", "ruff", "pyright", "bandit"];

/// What vouches for a toolchain: a digest for its environment, and one for each tool that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouched {
    /// For the environment and the programs on `PATH`.
    pub environment: String,
    /// For each tool.
    pub tools: BTreeMap<Tool, String>,
}

impl Vouched {
    /// One word for all that a result of `tool` depends on.
    pub fn word(&self, tool: Tool) -> Option<String> {
        Some(format!("{} {}", self.environment, self.tools.get(&tool)?))
    }
}

impl Toolchain {
    /// Looks at what vouches for it. The error says why nobody can, as a fragment.
    pub fn vouch(&self, seen: &Seen) -> Result<Vouched, String> {
        if self.held.is_some() {
            return Err(
                "the environment is a temporary one, since the project has no lock file that agrees with it"
                    .to_owned(),
            );
        }
        let Ok(interpreter) = &self.interpreter else {
            return Err("there is no interpreter of the project's".to_owned());
        };
        let covers = |path: &Path| seen.covers(path);
        let mut programs = vec![interpreter.executable.clone(), interpreter.base_executable.clone()];
        programs.extend(self.bare_python.clone());
        let places = Places {
            names: NAMES.map(str::to_owned).to_vec(),
            programs: programs.into_iter().map(PathBuf::from).collect(),
            environments: vec![PathBuf::from(&interpreter.prefix)],
            packages: interpreter.packages.iter().map(PathBuf::from).collect(),
            sources: interpreter.elsewhere.iter().map(PathBuf::from).collect(),
        };
        // Which modules were asked for is no matter of the environment.
        let mut told = interpreter.clone();
        told.absent.clear();
        let told = told.text();
        let witness = witness::digest(&places, &covers)?;
        let runner = &self.runner;
        let environment = format!("{runner:?}\n{told}\n{:?}\n{witness}", self.environment.in_sync);
        let mut tools = BTreeMap::new();
        for (tool, found) in &self.tools {
            if let Ok(found) = found {
                let witness = witness::digest(&places_of(found), &covers)?;
                tools.insert(*tool, file::sha256_of_text(&format!("{found:?}\n{witness}")));
            }
        }
        Ok(Vouched { environment: file::sha256_of_text(&environment), tools })
    }

    /// What a later run needs to have it back, with each component's absent imports.
    pub fn memo(&self, vouched: &Vouched, absent: BTreeMap<String, Vec<String>>) -> Option<Memo> {
        let interpreter = self.interpreter.as_ref().ok()?;
        Some(Memo {
            runner: self.runner.clone(),
            interpreter: interpreter.text(),
            bare_python: self.bare_python.clone(),
            in_sync: self.environment.in_sync,
            tools: self.tools.values().filter_map(|found| found.as_ref().ok().cloned()).collect(),
            absent,
            environment: vouched.environment.clone(),
            witnesses: vouched.tools.clone(),
        })
    }

    /// The toolchain that an earlier run remembered, if all that vouched for it is as it was.
    pub fn recall(context: &Context<'_>, memo: &Memo, seen: &Seen) -> Option<(Self, Vouched)> {
        let interpreter = Interpreter::read(&memo.interpreter).ok()?;
        let tools = memo.tools.iter().map(|tool| (tool.tool, Ok(tool.clone()))).collect();
        let toolchain = Self {
            runner: memo.runner.clone(),
            without_environment: memo.runner == Runner::Uv && !has_environment(&context.root),
            bare_python: memo.bare_python.clone(),
            tools,
            environment: describe(context, Some(&interpreter), memo.in_sync),
            variables: point_at(&interpreter),
            interpreter: Ok(interpreter),
            held: None,
        };
        let vouched = toolchain.vouch(seen).ok()?;
        let is_as_it_was = vouched.environment == memo.environment && vouched.tools == memo.witnesses;
        is_as_it_was.then_some((toolchain, vouched))
    }
}

/// A tool and, where it lies in an environment of its own, that environment.
fn places_of(tool: &ResolvedTool) -> Places {
    let real = tree::real(&tool.executable).ok();
    let folders = [Some(tool.executable.clone()), real].into_iter().flatten();
    let mut environments: Vec<PathBuf> = folders
        .filter_map(|executable| Some(executable.parent()?.parent()?.to_owned()))
        .filter(|folder| tree::exists(&folder.join("pyvenv.cfg")))
        .collect();
    environments.dedup();
    Places { programs: vec![tool.executable.clone()], environments, ..Places::default() }
}
