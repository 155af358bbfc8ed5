//! bandit, for `security`: the findings, and what `nosec` comments keep quiet.

use std::collections::BTreeSet;

use crate::app::answer::{Answer, answer, refuse, report, speaks_only_of};
use crate::app::bench::{Bench, Share};
use crate::app::launch::{Extra, launch};
use crate::app::planned_run::PlannedRun;
use crate::app::settle::{Shared, settle};
use crate::judge::Unmeasured;
use crate::model::check::Check;
use crate::model::finding::Severity;
use crate::model::gate::Criterion;
use crate::model::reason::Reason;
use crate::model::toolchain::{ResolvedTool, Tool};
use crate::tools::bandit::{self, Nosec, Report, Reports};
use crate::tools::ending::real_paths;

/// Answers for the components.
///
/// # Errors
/// Only where the run folder cannot be written.
pub fn answers(bench: &Bench<'_>, components: &[usize]) -> anyhow::Result<Vec<Answer>> {
    let mut answers = bench.without_files(components, Check::Security);
    let shares = bench.with_files(components);
    match bench.toolchain.tool(Tool::Bandit) {
        Err(reason) => {
            answers.extend(refuse(
                shares.iter().map(|share| share.component),
                Check::Security,
                &reason,
                None,
            ));
        }
        Ok(tool) => {
            answers.extend(settle(
                &shares,
                Check::Security,
                "bandit",
                &|shares: &[Share<'_>], name: &str| run(bench, tool, shares, name),
            )?);
        }
    }
    Ok(answers)
}

/// What would run.
pub fn planned(bench: &Bench<'_>, components: &[usize]) -> Vec<PlannedRun> {
    let Ok(tool) = bench.toolchain.tool(Tool::Bandit) else { return Vec::new() };
    let shares = bench.with_files(components);
    if shares.is_empty() {
        return Vec::new();
    }
    let purposes = [(Nosec::Obeyed, "the findings"), (Nosec::Ignored, "what `nosec` comments keep quiet")];
    let needed =
        purposes.iter().filter(|(nosec, _)| *nosec == Nosec::Obeyed || mentions_nosec(bench, &shares));
    let run = |(nosec, purpose): &(Nosec, &str)| PlannedRun {
        tool: Tool::Bandit,
        checks: vec![Check::Security],
        purpose: (*purpose).to_owned(),
        only_if: None,
        argv: argv(bench, tool, &shares, *nosec),
    };
    needed.map(run).collect()
}

fn run(bench: &Bench<'_>, tool: &ResolvedTool, shares: &[Share<'_>], name: &str) -> anyhow::Result<Shared> {
    let finished = launch(bench.context, name, argv(bench, tool, shares, Nosec::Obeyed), Extra::default())?;
    let run = finished.record(tool, &finished.stdout);
    let files = real_paths(shares.iter().flat_map(|share| share.files));
    let scan = match report(&finished, bandit::read).and_then(|scan| only_of(&files, scan)) {
        Ok(scan) => scan,
        Err(reason) => return Ok(Err(Unmeasured::because(reason, Some(run)))),
    };
    let mut unsuppressed = None;
    if mentions_nosec(bench, shares) {
        let again = launch(
            bench.context,
            &format!("{name}-all"),
            argv(bench, tool, shares, Nosec::Ignored),
            Extra::default(),
        )?;
        match report(&again, bandit::read).and_then(|all| only_of(&files, all)) {
            Ok(all) => unsuppressed = Some(all),
            Err(reason) => return Ok(Err(Unmeasured::because(reason, Some(run)))),
        }
    }
    let python = bench.toolchain.environment.python.as_deref();
    let reports = Reports { scan: &scan, unsuppressed: unsuppressed.as_ref(), python };
    let one = |share: &Share<'_>| {
        let evidence = bandit::evidence(share.files, &reports, severity(bench, share));
        answer(share.component, Check::Security, evidence, &run)
    };
    Ok(Ok(shares.iter().map(one).collect()))
}

/// The report, where it speaks of no other files than those that were given.
fn only_of(given: &BTreeSet<&str>, report: Report) -> Result<Report, Reason> {
    let told = report.hits.keys().chain(report.errors.keys()).chain(report.counts.keys());
    speaks_only_of(Tool::Bandit, given, told).map(|()| report)
}

/// One process serves all components, so it is asked for the least of what they ask for.
fn argv(bench: &Bench<'_>, tool: &ResolvedTool, shares: &[Share<'_>], nosec: Nosec) -> Vec<String> {
    let files = real_paths(shares.iter().flat_map(|share| share.files));
    let least = shares.iter().map(|share| severity(bench, share)).min().unwrap_or(Severity::Low);
    bandit::argv(&tool.executable.to_string_lossy(), &files, least, nosec)
}

fn severity(bench: &Bench<'_>, share: &Share<'_>) -> Severity {
    match bench.subjects.get(share.component).and_then(|subject| subject.criterion(Check::Security)) {
        Some(Criterion::Security { min_severity, .. }) => *min_severity,
        _ => Severity::Low,
    }
}

fn mentions_nosec(bench: &Bench<'_>, shares: &[Share<'_>]) -> bool {
    let mut files = shares.iter().flat_map(|share| share.files);
    files.any(|file| {
        // What cannot be read may hold the word.
        bench.sources.text(&file.real).map_or(true, |text| text.to_ascii_lowercase().contains("nosec"))
    })
}
