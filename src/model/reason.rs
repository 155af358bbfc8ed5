//! Why something could not be measured.

use std::fmt;

/// The class of a reason. Programs match on its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReasonKind {
    /// The tool, or a plugin that the check needs, is not there.
    ToolMissing,
    /// The tool ended in a way that is neither "clean" nor "issues found".
    ToolCrashed,
    /// The tool was stopped at the limit.
    TimedOut,
    /// The person or the system asked us to stop.
    Interrupted,
    /// The tool ended, but left no report.
    ReportMissing,
    /// The report is not what the tool's format says.
    ReportUnreadable,
    /// Two witnesses of one run disagree.
    ReportsDisagree,
    /// The tool ran and read nothing of the component.
    NothingInspected,
    /// The tool read other files than the component's, or not all of them.
    WrongFiles,
    /// No test ran, or none of them passed or failed.
    NoTestsRan,
    /// A test module could not be collected, so some tests are unknown.
    CollectionFailed,
    /// A configuration is wrong or cannot be read.
    ConfigInvalid,
    /// A configuration or a blanket comment switches the check off or hides what it would find.
    CheckWeakened,
    /// The project's environment could not be had.
    Environment,
    /// The files changed while they were being measured.
    TreeChanged,
    /// A file could not be read by us.
    Unreadable,
    /// The policy declares no criterion to judge by.
    NoCriterion,
    /// No shard holds the component.
    ShardMissing,
    /// Several shards hold the component.
    ShardDuplicate,
    /// The shard is about another commit, or about a tree that differs from its commit, or rests on a waiver that has ended.
    ShardStale,
    /// The shard is of another project, policy, plan or version, or holds what nobody asked for.
    ShardForeign,
    /// The shard is no assessment that can be relied on.
    ShardUnreadable,
}

impl ReasonKind {
    /// All kinds.
    pub const ALL: [Self; 22] = [
        Self::ToolMissing,
        Self::ToolCrashed,
        Self::TimedOut,
        Self::Interrupted,
        Self::ReportMissing,
        Self::ReportUnreadable,
        Self::ReportsDisagree,
        Self::NothingInspected,
        Self::WrongFiles,
        Self::NoTestsRan,
        Self::CollectionFailed,
        Self::ConfigInvalid,
        Self::CheckWeakened,
        Self::Environment,
        Self::TreeChanged,
        Self::Unreadable,
        Self::NoCriterion,
        Self::ShardMissing,
        Self::ShardDuplicate,
        Self::ShardStale,
        Self::ShardForeign,
        Self::ShardUnreadable,
    ];

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::ToolMissing => "tool_missing",
            Self::ToolCrashed => "tool_crashed",
            Self::TimedOut => "timed_out",
            Self::Interrupted => "interrupted",
            Self::ReportMissing => "report_missing",
            Self::ReportUnreadable => "report_unreadable",
            Self::ReportsDisagree => "reports_disagree",
            Self::NothingInspected => "nothing_inspected",
            Self::WrongFiles => "wrong_files",
            Self::NoTestsRan => "no_tests_ran",
            Self::CollectionFailed => "collection_failed",
            Self::ConfigInvalid => "config_invalid",
            Self::CheckWeakened => "check_weakened",
            Self::Environment => "environment",
            Self::TreeChanged => "tree_changed",
            Self::Unreadable => "unreadable",
            Self::NoCriterion => "no_criterion",
            Self::ShardMissing => "shard_missing",
            Self::ShardDuplicate => "shard_duplicate",
            Self::ShardStale => "shard_stale",
            Self::ShardForeign => "shard_foreign",
            Self::ShardUnreadable => "shard_unreadable",
        }
    }
}

/// Why a check is inconclusive, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The class.
    pub kind: ReasonKind,
    /// What happened, one sentence without a full stop. May hold untrusted text.
    pub message: String,
    /// What to do, one sentence without a full stop.
    pub hint: String,
}

impl Reason {
    /// A reason of `kind`.
    pub fn new(kind: ReasonKind, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: hint.into() }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
