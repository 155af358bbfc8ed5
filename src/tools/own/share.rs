//! One component's share of what a tool of one's own said.
//!
//! A run for one component speaks for it alone: all that it found counts. Of a run for all, a finding in a component's file
//! counts for that component. One anywhere else counts for each: in doubt no pass. What lies in several files is a finding in
//! each of them: who waives it in one of them has not spoken of the others.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Heard, Proof};
use crate::model::component::SourceFile;
use crate::model::evidence::{Evidence, Inspected, Measured};
use crate::model::finding::Finding;
use crate::model::line_set::Lines;
use crate::model::own_check::{Count, Least, OwnCheck, Reads, SarifProof};
use crate::model::reason::Reason;

/// Where the files are that a tool named.
#[derive(Debug, Default)]
pub struct Places {
    /// The project's root, absolute, without links.
    pub root: String,
    /// By the name that the tool gave: the real path; those that are not there are left out.
    pub real: BTreeMap<String, String>,
}

/// Whom a run was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom<'a> {
    /// This component alone.
    One,
    /// All components of the policy, whichever were selected.
    All {
        /// The real paths of all their files.
        files: &'a BTreeSet<String>,
    },
}

/// The paths that a tool named.
pub fn named(heard: &Heard) -> BTreeSet<&str> {
    let artifacts = match &heard.proof {
        Proof::Artifacts(artifacts) => Some(artifacts.iter().flatten().map(String::as_str)),
        Proof::Count(_) | Proof::Tests(_) => None,
    };
    let findings = heard.findings.iter().chain(heard.also.values().flatten());
    let files = findings.map(|finding| &*finding.file);
    files.chain(artifacts.into_iter().flatten()).filter(|path| !path.is_empty()).collect()
}

/// The evidence for the component that `files` are.
pub fn evidence(
    check: &OwnCheck,
    heard: &Heard,
    places: &Places,
    files: &[SourceFile],
    whom: Whom<'_>,
) -> Result<Evidence, Reason> {
    let own: BTreeMap<&str, &str> =
        files.iter().map(|file| (file.real.as_str(), file.path.as_str())).collect();
    let inspected = inspected(check, heard, places, &own, whom)?;
    let mut findings = Vec::new();
    let (mut foreign, mut elsewhere) = (0_u64, 0_u64);
    let path = |finding: &Finding| own.get(places.real.get(&*finding.file)?.as_str()).copied();
    let is_anothers = |finding: &Finding| match whom {
        Whom::One => false,
        // Tests that fail are in no component's files, and yet somebody's.
        Whom::All { files } => {
            !matches!(check.reads, Reads::Junit)
                && places.real.get(&*finding.file).is_some_and(|real| files.contains(real))
        }
    };
    for (number, first) in heard.findings.iter().enumerate() {
        // A file by each of its names is one, and so are the places in it.
        let mut counting: BTreeMap<String, &Finding> = BTreeMap::new();
        for finding in std::iter::once(first).chain(heard.also.get(&number).into_iter().flatten()) {
            let own = path(finding);
            if own.is_some() || !is_anothers(finding) {
                let file = own.map_or_else(|| shown(&finding.file, places), str::to_owned);
                foreign += u64::from(own.is_none() && !file.is_empty() && !counting.contains_key(&file));
                counting.entry(file).or_insert(finding);
            }
        }
        elsewhere += u64::from(counting.is_empty());
        findings.extend(counting.iter().map(|(file, finding)| renamed(finding, file)));
    }
    findings.sort_by(|a, b| (&a.file, a.line, a.column, &a.rule).cmp(&(&b.file, b.line, b.column, &b.rule)));
    let mut notes = Vec::new();
    if foreign > 0 && !matches!(check.reads, Reads::Junit) {
        notes.push(format!("{foreign} in files that are not the component's, and count"));
    }
    if elsewhere > 0 {
        notes.push(format!("{elsewhere} more in files of other components"));
    }
    Ok(Evidence {
        measured: Measured::Own { issues: findings.len() as u64 },
        extent: Some(extent(heard, &inspected)),
        inspected,
        findings,
        suppressed: heard.suppressed,
        lines: Lines::new(),
        notes,
        run: None,
    })
}

fn inspected(
    check: &OwnCheck,
    heard: &Heard,
    places: &Places,
    own: &BTreeMap<&str, &str>,
    whom: Whom<'_>,
) -> Result<Inspected, Reason> {
    let program = check.program();
    let least = match &check.reads {
        Reads::Sarif(SarifProof::Count(count))
        | Reads::Regex { proof: count, .. }
        | Reads::ExitCode(count) => least(count, own.len() as u64, whom),
        Reads::Sarif(SarifProof::Artifacts) | Reads::Junit => 1,
    };
    match &heard.proof {
        Proof::Tests(ran) => Inspected::tests(*ran),
        Proof::Count(looked) => {
            Inspected::items(*looked, least, &format!("{program} says what it looked at"))
        }
        Proof::Artifacts(artifacts) => {
            let real = |run: &BTreeSet<String>| -> BTreeSet<String> {
                run.iter().filter_map(|path| places.real.get(path).cloned()).collect()
            };
            // Each run asks something of its own, so each must have looked.
            let runs: Vec<BTreeSet<String>> = artifacts.iter().map(real).collect();
            let by_path: BTreeMap<&str, &str> = own.iter().map(|(real, path)| (*path, *real)).collect();
            let paths: Vec<String> = by_path.keys().map(ToString::to_string).collect();
            Inspected::files(&paths, program, |path| {
                by_path.get(path).is_some_and(|real| runs.iter().all(|seen| seen.contains(*real)))
            })
        }
    }
}

fn least(count: &Count, own: u64, whom: Whom<'_>) -> u64 {
    match (count.min, whom) {
        (Least::Number(number), _) => number.max(1),
        (Least::Files, Whom::One) => own.max(1),
        (Least::Files, Whom::All { files }) => (files.len() as u64).max(1),
    }
}

fn extent(heard: &Heard, inspected: &Inspected) -> String {
    let count = inspected.count();
    let plural = if count == 1 { "" } else { "s" };
    match heard.proof {
        Proof::Count(_) => format!("{count} inspected"),
        Proof::Artifacts(_) => format!("{count} file{plural}"),
        Proof::Tests(_) => format!("{count} test{plural} ran"),
    }
}

fn renamed(finding: &Finding, file: &str) -> Finding {
    if &*finding.file == file {
        return finding.clone();
    }
    Finding { file: Arc::from(file), ..finding.clone() }
}

/// A path that is no file of the component's, relative to the root where it is below it.
fn shown(path: &str, places: &Places) -> String {
    let path = places.real.get(path).map_or(path, String::as_str);
    let inside = path.strip_prefix(&places.root).and_then(|rest| rest.strip_prefix('/'));
    let inside = inside.unwrap_or(path);
    inside.strip_prefix("./").unwrap_or(inside).to_owned()
}
