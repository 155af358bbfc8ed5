//! One component's share of what a tool of one's own said.
//!
//! A run for one component speaks for it alone: all that it found counts. Of a run for all, a finding counts for the
//! component whose file it is in, and for every component where it is in no file that is there: in doubt no pass.

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
pub enum Whom {
    /// This component alone.
    One,
    /// All components, which have so many files together.
    All {
        /// Each file counted once.
        files: u64,
    },
}

/// The paths that a tool named.
pub fn named(heard: &Heard) -> BTreeSet<&str> {
    let artifacts = match &heard.proof {
        Proof::Artifacts(artifacts) => Some(artifacts.iter().map(String::as_str)),
        Proof::Count(_) | Proof::Tests(_) => None,
    };
    let files = heard.findings.iter().map(|finding| &*finding.file);
    files.chain(artifacts.into_iter().flatten()).filter(|path| !path.is_empty()).collect()
}

/// The evidence for the component that `files` are.
pub fn evidence(
    check: &OwnCheck,
    heard: &Heard,
    places: &Places,
    files: &[SourceFile],
    whom: Whom,
) -> Result<Evidence, Reason> {
    let own: BTreeMap<&str, &str> =
        files.iter().map(|file| (file.real.as_str(), file.path.as_str())).collect();
    let inspected = inspected(check, heard, places, &own, whom)?;
    let mut findings = Vec::new();
    let (mut foreign, mut elsewhere) = (0_u64, 0_u64);
    for finding in &heard.findings {
        let real = places.real.get(&*finding.file);
        let path = real.and_then(|real| own.get(real.as_str()));
        // Tests that fail are in no component's files, and yet somebody's.
        let is_everybodys = real.is_none() || matches!(check.reads, Reads::Junit);
        match (path, whom) {
            (Some(path), _) => findings.push(renamed(finding, path)),
            (None, Whom::All { .. }) if !is_everybodys => elsewhere += 1,
            (None, Whom::One | Whom::All { .. }) => {
                foreign += u64::from(!finding.file.is_empty());
                findings.push(renamed(finding, &shown(&finding.file, places)));
            }
        }
    }
    findings.sort_by(|a, b| (&a.file, a.line, a.column, &a.rule).cmp(&(&b.file, b.line, b.column, &b.rule)));
    let mut notes = Vec::new();
    if foreign > 0 && !matches!(check.reads, Reads::Junit) {
        notes.push(format!("{foreign} in files that are not the component's, and count"));
    }
    if elsewhere > 0 {
        notes.push(format!("{elsewhere} more in files that are not the component's"));
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
    whom: Whom,
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
            let seen: BTreeSet<&str> =
                artifacts.iter().filter_map(|path| places.real.get(path)).map(String::as_str).collect();
            let by_path: BTreeMap<&str, &str> = own.iter().map(|(real, path)| (*path, *real)).collect();
            let paths: Vec<String> = by_path.keys().map(ToString::to_string).collect();
            Inspected::files(&paths, program, |path| {
                by_path.get(path).is_some_and(|real| seen.contains(real))
            })
        }
    }
}

fn least(count: &Count, own: u64, whom: Whom) -> u64 {
    match (count.min, whom) {
        (Least::Number(number), _) => number.max(1),
        (Least::Files, Whom::One) => own.max(1),
        (Least::Files, Whom::All { files }) => files.max(1),
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
