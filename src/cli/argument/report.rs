//! The words of `report`.

use std::path::PathBuf;

use clap::Args;

use crate::report::Format;

use super::output::{Output, output};
use super::value::format;

/// `report`.
#[derive(Debug, Clone, Args)]
pub struct Report {
    /// Tell what has changed since then: a length of time, a date, or an earlier report as JSON
    #[arg(long, value_name = "WHEN", default_value = "7d", conflicts_with = "merge")]
    pub since: String,
    /// Also show the findings of these assessments, with their lines: files that `verify --output json=FILE` wrote
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "merge")]
    pub with: Vec<PathBuf>,
    /// Join the assessments of all shards instead, as JSON: files, or folders of them
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub merge: Vec<PathBuf>,
    /// With --merge, what the shards were made by: the document of `plan --format json` [default: all components of the policy]
    #[arg(long, value_name = "FILE", requires = "merge")]
    pub plan: Option<PathBuf>,
    /// What to print: text, json, markdown or html; with --merge also junit, sarif, github (annotations, and the step's summary and outputs) or gitlab (Code Quality)
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = format(), hide_possible_values = true)]
    pub format: Format,
    /// Also write a format to a file; may be given several times
    #[arg(long, value_name = "FORMAT=FILE", value_parser = output)]
    pub output: Vec<Output>,
}

/// What `report --help` teaches.
pub(super) const REPORT_EXAMPLES: &str = "\
Examples:
  tta-promote report                                who is ready, blocked by what, observed, overdue, stale
  tta-promote report --since 2025-10-01             with what has changed since that day
  tta-promote report --since ../last.json --output json=../last.json   since the report before
  tta-promote report --format markdown              for an issue, or for GITHUB_STEP_SUMMARY
  tta-promote report --output html=../ready.html    a page for a browser, which loads nothing
  tta-promote report --with ../verdict.json --output html=../ready.html   with what `verify` found, and its lines
  tta-promote report --merge shards                 one verdict from all *.json in the folder, and in those in it
  tta-promote report --merge 1.json 2.json -q       these files, only the verdict
  tta-promote report --merge shards --plan plan.json --format json

Nothing is measured: what is shown is what the policy and the ledgers tell. Gaps are in whole lines, tests
and issues. Exit code 5 means that a ledger does not verify, 3 that one cannot be read.

With --merge, each file is what `verify --output json=FILE` wrote. No tool runs: `promotion.toml` and the
commit that is checked out say what is expected. What is missing, there twice, of another commit, policy,
plan or version, or cannot be relied on is named, and inconclusive.";
