//! The command line: what may be said, and the help that teaches it.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::model::check::Check;
use crate::model::stage::Stage;
use crate::report::Format;

use super::example::{DEPLOY_EXAMPLES, ISSUE_EXAMPLES, PLAN_EXAMPLES, PROMOTE_EXAMPLES, VERIFY_EXAMPLES};
use super::exit;

mod complete;
mod decide;
mod observe;
mod output;
mod own;
mod report;
mod undo;
mod value;
mod view;

use complete::COMPLETE_EXAMPLES;
pub use complete::Complete;
use decide::{HOLD_EXAMPLES, OVERRIDE_EXAMPLES, SIGN_EXAMPLES};
pub use decide::{Hold, Override, Sign};
use observe::OBSERVE_EXAMPLES;
pub use observe::Observe;
pub use output::{Attest, Output};
use output::{attest, output};
use own::{COMPLETIONS_EXAMPLES, INIT_EXAMPLES, MAN_EXAMPLES, SCHEMA_EXAMPLES};
pub use own::{Cache, CacheAct, Completions, Init, Man, Schema};
use report::REPORT_EXAMPLES;
pub use report::Report;
use undo::{REVOKE_EXAMPLES, ROLLBACK_EXAMPLES};
pub use undo::{Revoke, Rollback, UndoFormat};
use value::{check, format, span, stage};
use view::{AUDIT_EXAMPLES, HISTORY_EXAMPLES, STATUS_EXAMPLES};
pub use view::{Anchor, Audit, History, Status, ViewFormat, Which as WhichRecord};

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "tta-promote",
    bin_name = "tta-promote",
    version,
    about = "Decides, from evidence that it gathers itself, whether a component may enter the next stage",
    long_about = "Decides, from evidence that it gathers itself, whether a component of a Python monorepo may enter \
                  the next stage.\n\nIt reads `promotion.toml`, runs the project's pytest, ruff, pyright and bandit, \
                  and judges what they measured. A pass needs evidence: a tool that is missing, hangs, crashes or \
                  looked at nothing gives `inconclusive`, with the reason and what to do.",
    after_help = exit::table(),
    after_long_help = format!("Start here:\n  tta-promote init            write a promotion.toml to begin with\n  tta-promote doctor          are the tools there?\n  tta-promote plan carbon     what would run, and why\n  tta-promote verify carbon   run it\n\n{}", exit::table()),
    disable_help_subcommand = true,
    arg_required_else_help = true
)]
pub struct CommandLine {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
    /// What goes for all verbs.
    #[command(flatten)]
    pub global: Global,
}

/// What goes for all verbs.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The policy file [default: the nearest promotion.toml upwards]
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    pub config: Option<PathBuf>,
    /// When to use colour; `NO_COLOR` is obeyed
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = "Global options")]
    pub color: Colour,
    /// Say more: arguments, versions, where the logs are
    #[arg(short, long, global = true, conflicts_with = "quiet", help_heading = "Global options")]
    pub verbose: bool,
    /// Say only the verdict
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub quiet: bool,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Run the checks of the gate and print the verdict
    #[command(after_long_help = VERIFY_EXAMPLES)]
    Verify(Verify),
    /// Show what verify would run, and why, without running a check
    #[command(after_long_help = PLAN_EXAMPLES)]
    Plan(Plan),
    /// Show how ready all components are for their next stage; or join the verdicts of several machines to one
    #[command(after_long_help = REPORT_EXAMPLES)]
    Report(Report),
    /// Open the promotion issue of a component on GitHub, or bring it up to date
    #[command(after_long_help = ISSUE_EXAMPLES)]
    Issue(Issue),
    /// Deploy the verified candidate to the next stage, and prove that it runs
    #[command(after_long_help = DEPLOY_EXAMPLES)]
    Deploy(Deploy),
    /// Look at the deployed candidate, and record what was seen of it
    #[command(after_long_help = OBSERVE_EXAMPLES)]
    Observe(Observe),
    /// End the observation: move the component to its stage, and tell of it
    #[command(after_long_help = COMPLETE_EXAMPLES)]
    Complete(Complete),
    /// Take the next steps of a promotion that are due: verify, issue, deploy, complete
    #[command(after_long_help = PROMOTE_EXAMPLES)]
    Promote(Promote),
    /// Answer for what no tool can measure
    #[command(after_long_help = SIGN_EXAMPLES)]
    Sign(Sign),
    /// Let nothing of a component be promoted
    #[command(after_long_help = HOLD_EXAMPLES)]
    Hold(Hold),
    /// End a hold
    #[command(after_long_help = HOLD_EXAMPLES)]
    Release(Hold),
    /// Set checks aside for one commit, with a reason and an approver
    #[command(after_long_help = OVERRIDE_EXAMPLES)]
    Override(Override),
    /// Put back what ran before a promotion, decide that it must be, or show that it would work
    #[command(after_long_help = ROLLBACK_EXAMPLES)]
    Rollback(Rollback),
    /// Take a promotion back that rests on figures that do not hold
    #[command(after_long_help = REVOKE_EXAMPLES)]
    Revoke(Revoke),
    /// Show where every component stands, what is in its way, and what comes next
    #[command(after_long_help = STATUS_EXAMPLES)]
    Status(Status),
    /// Show what happened to a component, or why two measurements differ
    #[command(after_long_help = HISTORY_EXAMPLES)]
    History(History),
    /// Verify that the ledgers are those that were written
    #[command(after_long_help = AUDIT_EXAMPLES)]
    Audit(Audit),
    /// Show which tools were found, where, and what to do where one is missing
    Doctor,
    /// Show what is kept of earlier runs, or take it away
    Cache(Cache),
    /// Print the JSON Schema of promotion.toml or of a document that is written
    #[command(after_long_help = SCHEMA_EXAMPLES)]
    Schema(Schema),
    /// Write a promotion.toml to begin with
    #[command(after_long_help = INIT_EXAMPLES)]
    Init(Init),
    /// Print what a shell completes the command line with
    #[command(after_long_help = COMPLETIONS_EXAMPLES)]
    Completions(Completions),
    /// Print the manual page, or write those of all verbs
    #[command(after_long_help = MAN_EXAMPLES)]
    Man(Man),
}

/// Which components, which gate, which checks.
#[derive(Debug, Clone, Args)]
pub struct Which {
    /// The components to look at
    #[arg(
        value_name = "COMPONENT",
        required_unless_present_any = ["all", "changed_since", "stage", "group"],
        conflicts_with_all = ["all", "changed_since", "stage", "group"]
    )]
    pub components: Vec<String>,
    /// All components of the policy; the next three narrow it, and stand for it where it is left out
    #[arg(long)]
    pub all: bool,
    /// Only components that a change since this revision may have touched, in doubt too
    #[arg(long, value_name = "REV")]
    pub changed_since: Option<String>,
    /// Only components that stand in this stage
    #[arg(long, value_name = "STAGE", value_parser = stage(), hide_possible_values = true)]
    pub stage: Option<Stage>,
    /// Only components of this group
    #[arg(long, value_name = "GROUP")]
    pub group: Option<String>,
    /// Say for every component of the policy why it is in or out
    #[arg(long)]
    pub explain: bool,
    /// The gate to pass [default: that of the stage above where the component stands]
    #[arg(long, value_name = "STAGE", value_parser = stage(), hide_possible_values = true)]
    pub to: Option<Stage>,
    /// Only these checks: tests, coverage, lint, types, security, docs, and those of one's own (`[check.NAME]`) by name. Exit code 0 then means that they passed, not that the gate did
    #[arg(long, value_name = "CHECK,...", value_delimiter = ',', value_parser = check(), hide_possible_values = true)]
    pub only: Option<Vec<Check>>,
}

/// `verify`.
#[derive(Debug, Clone, Args)]
pub struct Verify {
    /// What to verify.
    #[command(flatten)]
    pub which: Which,
    /// How many tools may run at a time [default: the number of processors]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// The limit for one tool run, such as 90s or 30m [default: `timeout` of the policy]
    #[arg(long, value_name = "DUR", value_parser = span)]
    pub timeout: Option<Duration>,
    /// Always measure coverage with all tests, also where the selected ones reach the threshold
    #[arg(long)]
    pub exact: bool,
    /// Run everything anew, also where nothing has changed since an earlier run
    #[arg(long, conflicts_with = "cached")]
    pub fresh: bool,
    /// Reuse results where nothing has changed, also in CI (where the variable `CI` is set)
    #[arg(long)]
    pub cached: bool,
    /// Whether what was measured is remembered.
    #[command(flatten)]
    pub recording: Recording,
    /// What to print: text, json, markdown, junit, sarif, github (annotations, and the step's summary and outputs), gitlab (Code Quality) or html
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = format(), hide_possible_values = true)]
    pub format: Format,
    /// Also write a format to a file; may be given several times. What is in the file is taken away before the work, so that it never is of an earlier run
    #[arg(long, value_name = "FORMAT=FILE", value_parser = output)]
    pub output: Vec<Output>,
    /// Also write what was found as in-toto Statements to sign: of test-result, vsa or counts [default: all, one a line]; may be given several times. Measured anew, and only of a commit
    #[arg(long, value_name = "[KIND=]FILE", value_parser = attest, conflicts_with_all = ["only", "cached"])]
    pub attest: Vec<Attest>,
}

/// Whether what was measured is remembered.
#[derive(Debug, Clone, Copy, Args)]
pub struct Recording {
    /// Record what was measured in the ledger of each component, `.promotion/ledger/NAME.jsonl` [default in CI]
    #[arg(long, conflicts_with = "cached")]
    pub record: bool,
    /// Record nothing, also in CI
    #[arg(long, conflicts_with = "record")]
    pub no_record: bool,
}

/// `plan`.
#[derive(Debug, Clone, Args)]
pub struct Plan {
    /// What to plan.
    #[command(flatten)]
    pub which: Which,
    /// What to print: text, json (the shards and what they are planned for) or matrix (for `strategy.matrix` of GitHub Actions)
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub format: PlanFormat,
    /// For json and matrix: how many machines to divide the components among [default: 4, or as many as there are different test selections]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub shards: Option<u16>,
}

/// What a plan can be printed as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// For people: what would run, and why.
    Text,
    /// For programs: the shards, and what they are planned for.
    Json,
    /// For a workflow: the shards as `strategy.matrix` on one line.
    Matrix,
}

/// `issue`.
#[derive(Debug, Clone, Args)]
pub struct Issue {
    /// The component
    #[arg(value_name = "COMPONENT")]
    pub component: String,
    /// Print what would be done, with all of the text, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Make labels that are missing, without asking
    #[arg(long)]
    pub yes: bool,
    /// What to print: text or json
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub format: StepFormat,
}

/// `deploy`.
#[derive(Debug, Clone, Args)]
pub struct Deploy {
    /// The component
    #[arg(value_name = "COMPONENT")]
    pub component: String,
    /// Only show what would be done
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// The limit for bringing it up, such as 90s or 30m [default: `timeout` of the policy]
    #[arg(long, value_name = "DUR", value_parser = span)]
    pub timeout: Option<Duration>,
    /// What to print: text or json
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub format: StepFormat,
}

/// `promote`.
#[derive(Debug, Clone, Args)]
pub struct Promote {
    /// The component
    #[arg(value_name = "COMPONENT")]
    pub component: String,
    /// Only show what is due and would be done
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask; make labels that are missing
    #[arg(short, long)]
    pub yes: bool,
    /// How many tools may run at a time [default: the number of processors]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// The limit for one tool run and for bringing it up [default: `timeout` of the policy]
    #[arg(long, value_name = "DUR", value_parser = span)]
    pub timeout: Option<Duration>,
}

/// What a step of a promotion can be printed as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StepFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}
