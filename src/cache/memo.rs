//! Where the tools were found, as it is stored: to find them takes uv and an interpreter, and so most of a second.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::model::policy::Runner;
use crate::model::toolchain::{Origin, ResolvedTool, Tool};

/// A toolchain that was found, and what vouched for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memo {
    /// Who provides the tools, after `auto` was decided.
    pub runner: Runner,
    /// The interpreter's description of itself.
    pub interpreter: String,
    /// An interpreter to check types with where the project has no environment.
    pub bare_python: Option<String>,
    /// Whether the lock file and what is installed agree.
    pub in_sync: Option<bool>,
    /// The tools that were looked for and found.
    pub tools: Vec<ResolvedTool>,
    /// For each component that was looked at, the optional imports that are not installed.
    pub absent: BTreeMap<String, Vec<String>>,
    /// What vouched for the environment.
    pub environment: String,
    /// What vouched for each tool.
    pub witnesses: BTreeMap<Tool, String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Stored {
    runner: StoredRunner,
    interpreter: String,
    bare_python: Option<String>,
    in_sync: Option<bool>,
    tools: Vec<StoredTool>,
    absent: BTreeMap<String, Vec<String>>,
    environment: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum StoredRunner {
    Auto,
    Uv,
    Path,
    Venv(String),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct StoredTool {
    tool: String,
    executable: String,
    version: String,
    origin: String,
    witness: String,
}

impl Stored {
    /// `None` where there is no text for it: a path that is not UTF-8, a tool without a witness.
    pub(super) fn of(memo: &Memo) -> Option<Self> {
        let tool = |tool: &ResolvedTool| {
            Some(StoredTool {
                tool: tool.tool.name().to_owned(),
                executable: tool.executable.to_str()?.to_owned(),
                version: tool.version.clone(),
                origin: tool.origin.name().to_owned(),
                witness: memo.witnesses.get(&tool.tool)?.clone(),
            })
        };
        Some(Self {
            runner: match &memo.runner {
                Runner::Auto => StoredRunner::Auto,
                Runner::Uv => StoredRunner::Uv,
                Runner::Path => StoredRunner::Path,
                Runner::Venv(folder) => StoredRunner::Venv(folder.clone()),
            },
            interpreter: memo.interpreter.clone(),
            bare_python: memo.bare_python.clone(),
            in_sync: memo.in_sync,
            tools: memo.tools.iter().map(tool).collect::<Option<_>>()?,
            absent: memo.absent.clone(),
            environment: memo.environment.clone(),
        })
    }

    pub(super) fn restore(&self) -> Option<Memo> {
        let tool = |stored: &StoredTool| {
            Some(ResolvedTool {
                tool: Tool::from_name(&stored.tool)?,
                executable: PathBuf::from(&stored.executable),
                version: stored.version.clone(),
                origin: Origin::from_name(&stored.origin)?,
            })
        };
        let witness = |stored: &StoredTool| Some((Tool::from_name(&stored.tool)?, stored.witness.clone()));
        Some(Memo {
            runner: match &self.runner {
                StoredRunner::Auto => Runner::Auto,
                StoredRunner::Uv => Runner::Uv,
                StoredRunner::Path => Runner::Path,
                StoredRunner::Venv(folder) => Runner::Venv(folder.clone()),
            },
            interpreter: self.interpreter.clone(),
            bare_python: self.bare_python.clone(),
            in_sync: self.in_sync,
            tools: self.tools.iter().map(tool).collect::<Option<_>>()?,
            absent: self.absent.clone(),
            environment: self.environment.clone(),
            witnesses: self.tools.iter().map(witness).collect::<Option<_>>()?,
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn memo() -> Memo {
        let tool = |tool: Tool, origin| ResolvedTool {
            tool,
            executable: format!("/x/{tool}").into(),
            version: "1".to_owned(),
            origin,
        };
        Memo {
            runner: Runner::Venv(".venv".to_owned()),
            interpreter: "{}".to_owned(),
            bare_python: Some("/usr/bin/python3".to_owned()),
            in_sync: Some(false),
            tools: vec![
                tool(Tool::Pytest, Origin::Project),
                tool(Tool::Ruff, Origin::Uvx),
                tool(Tool::Bandit, Origin::Path),
            ],
            absent: [("a".to_owned(), vec!["neo4j".to_owned()])].into(),
            environment: "digest".to_owned(),
            witnesses: [Tool::Pytest, Tool::Ruff, Tool::Bandit].map(|tool| (tool, tool.to_string())).into(),
        }
    }

    #[test]
    fn a_memo_comes_back_as_it_was() {
        for runner in [Runner::Auto, Runner::Uv, Runner::Path, Runner::Venv("v".to_owned())] {
            let memo = Memo { runner, ..memo() };
            let json = serde_json::to_string(&Stored::of(&memo).expect("text")).expect("it serialises");
            let read: Stored = serde_json::from_str(&json).expect("it reads");
            assert_eq!(read.restore(), Some(memo));
        }
    }

    #[test]
    fn a_tool_without_a_witness_is_not_stored() {
        let mut memo = memo();
        memo.witnesses.remove(&Tool::Ruff);
        assert!(Stored::of(&memo).is_none());
    }
}
