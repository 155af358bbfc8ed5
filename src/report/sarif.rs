//! The problems as SARIF 2.1.0, for code scanning: a run per tool, and one of our own for what no tool finds. Not the
//! verdict, which stands in each run's properties. The hard part: a run without results means that all is well, so a
//! tool that gave no evidence is said not to have executed, and our own run has a result for it; a tool that nothing
//! was asked of has no run, and our own run tells why.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Write};

use serde::{Serialize, Serializer};

use crate::model::assessment::{Assessment, CheckAssessment, Outcome};
use crate::model::check::Check;

use super::fingerprint::Fingerprints;
use super::json::write_lines;
use super::locator::{Checkout, uri};
use super::problem::{OURSELVES, Problem, Weight, What, problems, tool_of};
use super::waived;

mod limit;
mod rule;
mod unasked;
mod wire;

pub use limit::beyond;
use wire::{
    ArtifactLocation, BaseId, Driver, Finding, FindingProperties, Fingerprint, Invocation, Location, Log,
    MappedTo, Message, Named, Notification, PhysicalLocation, Region, Run, RunProperties, Suppression,
    ToolOf, VersionControl,
};

/// Where the schema is; the place that the standard names.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// What relative paths begin at, by the name that forges know.
const BASE: &str = "%SRCROOT%";

/// Writes the document.
///
/// # Errors
/// What `out` meets.
pub(super) fn render_to(assessment: &Assessment, checkout: &Checkout, out: &mut dyn Write) -> io::Result<()> {
    let log = Log { schema: SCHEMA, version: "2.1.0", runs: Runs { assessment, checkout } };
    write_lines(&log, 4, out)
}

/// A run per tool, made one after another.
struct Runs<'a> {
    assessment: &'a Assessment,
    checkout: &'a Checkout,
}

impl Serialize for Runs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tools = tools(self.assessment);
        serializer.collect_seq(tools.into_iter().map(|tool| run(self.assessment, self.checkout, tool)))
    }
}

fn checks(assessment: &Assessment) -> impl Iterator<Item = &CheckAssessment> {
    assessment.components.iter().flat_map(|component| &component.checks)
}

/// The tools that have runs: those that something was asked of, and ourselves, who always have something to answer for.
fn tools(assessment: &Assessment) -> Vec<&'static str> {
    let asked = checks(assessment).filter(|check| !matches!(check.outcome, Outcome::NotApplicable { .. }));
    in_order(asked.map(CheckAssessment::check)).into_iter().chain([OURSELVES]).collect()
}

/// The tools of those checks, but for ourselves: those that everybody knows, then those of checks of one's own.
fn in_order(checks: impl Iterator<Item = Check>) -> Vec<&'static str> {
    let checks: BTreeSet<Check> = checks.collect();
    let known = [Check::Lint, Check::Types, Check::Security, Check::Tests];
    let known = known.into_iter().filter(|check| checks.contains(check)).map(tool_of);
    let own: BTreeSet<&'static str> =
        checks.iter().filter(|check| matches!(check, Check::Own(_))).map(|check| tool_of(*check)).collect();
    known.chain(own).collect()
}

fn run<'a>(assessment: &'a Assessment, checkout: &'a Checkout, tool: &'static str) -> Run<'a, Results<'a>> {
    let (rules, indices) = rule::rules(assessment, tool);
    let mut notifications: Vec<Notification<'_>> = problems(assessment)
        .filter(|problem| problem.weight() == Weight::Unknown && concerns(problem, tool))
        .map(|problem| notification(&problem, checkout))
        .collect();
    let execution_successful = notifications.is_empty();
    if tool == OURSELVES {
        notifications.extend(unasked::notifications(assessment, checkout));
    }
    let kinds: BTreeSet<&str> = notifications.iter().map(|one| one.descriptor.id).collect();
    let subject = &assessment.subject;
    let provenance = checkout.repository.as_ref().zip(subject.commit.as_deref());
    let of_tool = checks(assessment).filter(|check| tool_of(check.check()) == tool);
    Run {
        tool: ToolOf {
            driver: Driver {
                name: tool,
                version: rule::version(assessment, tool),
                information_uri: rule::information(tool),
                rules,
                notifications: kinds.into_iter().map(|id| Named { id }).collect(),
            },
        },
        invocations: [Invocation { execution_successful, tool_execution_notifications: notifications }],
        version_control_provenance: provenance.map(|(repository, revision_id)| {
            let mapped_to = MappedTo { uri_base_id: BASE };
            let repository_uri = format!("https://github.com/{}", uri(repository));
            [VersionControl { repository_uri, revision_id, mapped_to }]
        }),
        original_uri_base_ids: BTreeMap::from([(
            BASE,
            BaseId { description: Message { text: "the top of the repository".into() } },
        )]),
        column_kind: "unicodeCodePoints",
        results: Results { assessment, checkout, tool, indices },
        properties: RunProperties {
            verdict: assessment.verdict.name(),
            suppressed: of_tool
                .filter_map(|check| check.outcome.evidence())
                .map(|evidence| evidence.suppressed)
                .sum(),
            commit: subject.commit.as_deref(),
            dirty: subject.dirty,
        },
    }
}

/// Whether a tool's run tells of what is not known: its own checks, and in ours everything.
fn concerns(problem: &Problem<'_>, tool: &str) -> bool {
    tool == OURSELVES || problem.check.is_some_and(|check| tool_of(check.check()) == tool)
}

fn notification<'a>(problem: &Problem<'a>, checkout: &Checkout) -> Notification<'a> {
    let id = match problem.what {
        What::Unmeasured(reason) => reason.kind.name(),
        What::Condition(condition) => condition.state.name(),
        What::Finding(_) | What::Shortfall | What::Waiver(_) | What::Unexplained(_) => {
            super::problem::INCONCLUSIVE
        }
    };
    Notification {
        descriptor: Named { id },
        level: "error",
        message: Message { text: problem.message() },
        locations: [location(&checkout.seen_from_top(problem.file()), region(problem))],
    }
}

/// The results of one tool, made one after another.
struct Results<'a> {
    assessment: &'a Assessment,
    checkout: &'a Checkout,
    tool: &'static str,
    /// Where each rule stands.
    indices: HashMap<&'a str, usize>,
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fingerprints = Fingerprints::default();
        let own = problems(self.assessment).filter(|problem| problem.tool() == self.tool);
        serializer.collect_seq(own.map(|problem| self.result(&problem, &mut fingerprints)))
    }
}

impl<'a> Results<'a> {
    fn result(&self, problem: &Problem<'a>, fingerprints: &mut Fingerprints) -> Finding<'a> {
        let (rule_id, message) = (problem.rule(), problem.message());
        let path = self.checkout.seen_from_top(problem.file());
        // GitHub asks for a line everywhere.
        let region = region(problem).unwrap_or(Region { start_line: 1, start_column: None });
        Finding {
            rule_id,
            rule_index: self.indices.get(rule_id).copied().unwrap_or_default(),
            level: match problem.weight() {
                Weight::Unknown | Weight::Error => "error",
                Weight::Warning => "warning",
                Weight::Note => "note",
            },
            locations: [location(&path, Some(region))],
            partial_fingerprints: Fingerprint {
                own: fingerprints.next([self.tool, rule_id, &path], &message),
            },
            message: Message { text: message },
            suppressions: problem.waiver.map(|waiver| {
                let justification = format!("until {} ({})", waiver.expires, waived::why(waiver)).into();
                [Suppression { kind: "external", status: "accepted", justification }]
            }),
            properties: FindingProperties {
                component: problem.component.map(|component| component.name.as_str()),
                check: problem.check.map(|check| check.check().id()),
            },
        }
    }
}

/// Where in its file it is, where that is known.
fn region(problem: &Problem<'_>) -> Option<Region> {
    let (line, start_column) = problem.position();
    line.map(|start_line| Region { start_line, start_column })
}

fn location(path: &str, region: Option<Region>) -> Location {
    Location {
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation {
                uri: uri(path),
                uri_base_id: (!path.starts_with('/')).then_some(BASE),
            },
            region,
        },
    }
}

#[cfg(test)]
mod tests;
