//! What a tool of one's own answered: what it found, and what it shows that it looked at.
//!
//! Not here: one component's share of it (`share`). The hard part is that nothing is known of the tool. So what it says
//! in its report, by its exit code and of what it looked at must each be there and agree, or there is no evidence.

mod artifact_uri;
mod lines;
mod sarif;
mod sarif_wire;
pub mod share;

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;

use regex::Regex;

use super::ending::quoted;
use super::junit::{self, Broken};
use crate::model::finding::{Finding, Severity};
use crate::model::own_check::{From, OwnCheck, Reads, SarifProof};
use crate::model::reason::{Reason, ReasonKind};
use crate::model::run::Exit;

/// More findings than that are no report, but a pattern that matches everything.
const MOST: usize = 1_000_000;
/// How many lines of a tool are quoted.
const LAST: usize = 3;

/// What a run left behind.
#[derive(Debug)]
pub struct Said<R> {
    /// How it ended.
    pub exit: Exit,
    /// Standard output.
    pub stdout: R,
    /// Standard error.
    pub stderr: R,
    /// What is at `{report}`; `None` where nothing is there, or nobody asked for it.
    pub report: Option<R>,
    /// The end of what it printed, for people.
    pub last: String,
}

/// What it found, and how it shows that it looked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// What it found. A file is as the tool names it: relative to the project's root, or absolute; empty where it names none.
    pub findings: Vec<Finding>,
    /// By the number of a finding: the same in the further files that it is in.
    pub also: BTreeMap<usize, Vec<Finding>>,
    /// What it found and was told to keep quiet about.
    pub suppressed: u64,
    /// The proof that it looked.
    pub proof: Proof,
}

/// What shows that it looked at something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// It says that it looked at so many things.
    Count(u64),
    /// Each of its runs says that it looked at these files; as those of findings.
    Artifacts(Vec<BTreeSet<String>>),
    /// So many tests ran.
    Tests(u64),
}

/// Reads what the tool of `check` said.
pub fn hear<R: BufRead>(check: &OwnCheck, mut said: Said<R>) -> Result<Heard, Reason> {
    let code = match said.exit {
        Exit::Code(code) if check.codes.clean.contains(&code) || check.codes.findings.contains(&code) => code,
        exit => return Err(without_answer(check, exit, &said.last)),
    };
    let heard = match &check.reads {
        Reads::Junit => of_junit(document(check, &mut said)?)?,
        Reads::Sarif(SarifProof::Artifacts) => {
            let report = sarif::read(document(check, &mut said)?)?;
            Heard {
                findings: report.findings,
                also: report.also,
                suppressed: report.suppressed,
                proof: Proof::Artifacts(report.artifacts),
            }
        }
        Reads::Sarif(SarifProof::Count(count)) => {
            let report = sarif::read(document(check, &mut said)?)?;
            let pattern = compiled(&count.pattern)?;
            // The document has been read to its end, so it is not among this: what stands in it may come from the
            // sources, and is no word of the tool's.
            let looked =
                most([lines::count(&mut said.stdout, &pattern), lines::count(&mut said.stderr, &pattern)])?;
            let (findings, also) = (report.findings, report.also);
            Heard { findings, also, suppressed: report.suppressed, proof: Proof::Count(looked) }
        }
        Reads::Regex { finding, proof } => {
            let (finding, proof) = (compiled(finding)?, compiled(&proof.pattern)?);
            of_lines(check, &mut said, &finding, &proof)?
        }
        Reads::ExitCode(count) => {
            let pattern = compiled(&count.pattern)?;
            let looked =
                most([lines::count(&mut said.stdout, &pattern), lines::count(&mut said.stderr, &pattern)])?;
            let findings =
                if check.codes.clean.contains(&code) { Vec::new() } else { vec![by_exit(code, &said.last)] };
            Heard { findings, also: BTreeMap::new(), suppressed: 0, proof: Proof::Count(looked) }
        }
    };
    agree(check, code, heard)
}

/// Exit code and report must say the same.
fn agree(check: &OwnCheck, code: i32, heard: Heard) -> Result<Heard, Reason> {
    let found = heard.findings.len();
    let (is_clean, is_found) = (check.codes.clean.contains(&code), check.codes.findings.contains(&code));
    if (is_clean && found == 0) || (is_found && found > 0) {
        return Ok(heard);
    }
    let program = check.program();
    let name = check.name;
    Err(if found == 0 {
        Reason::new(
            ReasonKind::ReportsDisagree,
            format!(
                "{program} says by exit code {code} that it found something, and nothing of it could be read"
            ),
            format!("see what it prints, and correct `reads`, `from` or `exit` of `[check.{name}]`"),
        )
    } else {
        Reason::new(
            ReasonKind::ReportsDisagree,
            format!("{program} says by exit code {code} that all is clean, and reports {found} findings"),
            format!(
                "correct `exit` of `[check.{name}]`, or take the option out that makes the exit code mean nothing"
            ),
        )
    })
}

/// The report that is a document. One that is not there or holds nothing was never written.
fn document<'s, R: BufRead>(check: &OwnCheck, said: &'s mut Said<R>) -> Result<&'s mut R, Reason> {
    let report = match check.from {
        From::Stdout | From::Both => Some(&mut said.stdout),
        From::Stderr => Some(&mut said.stderr),
        From::Report => said.report.as_mut(),
    };
    let Some(report) = report else { return Err(no_report(check)) };
    match report.fill_buf() {
        Ok([]) => Err(no_report(check)),
        Ok(_) => Ok(report),
        Err(error) => Err(unreadable(&error.to_string())),
    }
}

fn of_junit<R: BufRead>(input: &mut R) -> Result<Heard, Reason> {
    let report = junit::read(input).map_err(|problem| unreadable(&problem))?;
    let ran = report.clean - report.not_run + report.bad;
    match report.broken {
        None => {
            if let Some(disagreement) = report.disagreement {
                let hint = "see what failed outside of a test, or is missing from the report";
                return Err(Reason::new(ReasonKind::ReportsDisagree, disagreement, hint));
            }
        }
        Some(Broken::Collection) => {
            let hint = "mend the modules that cannot be collected";
            return Err(Reason::new(ReasonKind::CollectionFailed, "some tests could not be collected", hint));
        }
        Some(Broken::Interrupted | Broken::Internal) => {
            let message = "the report is that of a run that broke off";
            return Err(Reason::new(ReasonKind::ToolCrashed, message, "run the command by hand and see why"));
        }
    }
    Ok(Heard { findings: report.findings, also: BTreeMap::new(), suppressed: 0, proof: Proof::Tests(ran) })
}

fn of_lines<R: BufRead>(
    check: &OwnCheck,
    said: &mut Said<R>,
    finding: &Regex,
    proof: &Regex,
) -> Result<Heard, Reason> {
    let (out, err) = match check.from {
        From::Stdout => (Some(finding), None),
        From::Stderr => (None, Some(finding)),
        From::Both => (Some(finding), Some(finding)),
        From::Report => (None, None),
    };
    let mut scans =
        vec![lines::scan(&mut said.stdout, out, proof), lines::scan(&mut said.stderr, err, proof)];
    if check.from == From::Report {
        let Some(report) = &mut said.report else { return Err(no_report(check)) };
        scans.push(lines::scan(report, Some(finding), proof));
    }
    let (mut findings, mut looked) = (Vec::new(), 0);
    for scan in scans {
        let scan = scan.map_err(|problem| unreadable(&problem))?;
        // Not the sum: a tool may say the same on both streams.
        looked = looked.max(scan.looked);
        findings.extend(scan.findings);
    }
    Ok(Heard { findings, also: BTreeMap::new(), suppressed: 0, proof: Proof::Count(looked) })
}

/// The greatest of the counts, and not the sum: a tool may say the same on both streams.
fn most(counts: impl IntoIterator<Item = Result<u64, String>>) -> Result<u64, Reason> {
    let counts = counts.into_iter().collect::<Result<Vec<u64>, String>>();
    Ok(counts.map_err(|problem| unreadable(&problem))?.into_iter().max().unwrap_or(0))
}

/// The policy was read with the same patterns.
fn compiled(pattern: &str) -> Result<Regex, Reason> {
    Regex::new(pattern).map_err(|error| {
        Reason::new(ReasonKind::ConfigInvalid, error.to_string(), "correct the pattern in `promotion.toml`")
    })
}

fn by_exit(code: i32, last: &str) -> Finding {
    let said = last_lines(last);
    let said = if said.is_empty() { "it says nothing".to_owned() } else { said };
    Finding {
        file: "".into(),
        line: None,
        column: None,
        rule: format!("exit-code-{code}").into(),
        severity: Severity::High,
        message: said.into(),
    }
}

/// The last lines that say something, as one.
fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    quoted(&lines.get(lines.len().saturating_sub(LAST)..).unwrap_or_default().join("; "))
}

fn no_report(check: &OwnCheck) -> Reason {
    Reason::new(
        ReasonKind::ReportMissing,
        format!("{} came to its end and left no report", check.program()),
        format!(
            "see where it writes its report, and correct `command` or `from` of `[check.{}]`",
            check.name
        ),
    )
}

fn unreadable(problem: &str) -> Reason {
    Reason::new(
        ReasonKind::ReportUnreadable,
        format!("the report cannot be read: {}", quoted(problem)),
        "see whether the tool writes what `reads` names, and nothing else in the same place",
    )
}

/// Why an end is no answer.
fn without_answer(check: &OwnCheck, exit: Exit, last: &str) -> Reason {
    let program = check.program();
    let said = last_lines(last);
    let said = if said.is_empty() { String::new() } else { format!(": {said}") };
    match exit {
        Exit::Code(code) => Reason::new(
            ReasonKind::ToolCrashed,
            format!("{program} ended with exit code {code}{said}"),
            format!(
                "mend what it complains about, or say in `exit` of `[check.{}]` what the code means",
                check.name
            ),
        ),
        Exit::Signal(signal) => Reason::new(
            ReasonKind::ToolCrashed,
            format!("{program} was ended by signal {signal}{said}"),
            "see whether the machine ran out of memory",
        ),
        Exit::TimedOut => Reason::new(
            ReasonKind::TimedOut,
            format!("{program} was stopped at its time limit"),
            format!("raise `timeout` of `[check.{}]`, or with `--timeout`", check.name),
        ),
        Exit::Interrupted => Reason::new(
            ReasonKind::Interrupted,
            format!("{program} was stopped because the run was interrupted"),
            "run it again",
        ),
        Exit::Flooded => Reason::new(
            ReasonKind::ToolCrashed,
            format!("{program} wrote more than the run folder takes"),
            "run it by hand and see what it prints",
        ),
        Exit::NotFound => missing(check, "it could not be started"),
    }
}

/// Why there is no program to run.
pub fn missing(check: &OwnCheck, why: &str) -> Reason {
    Reason::new(
        ReasonKind::ToolMissing,
        format!("`{}` is missing: {why}", check.program()),
        format!("install it in the project's environment, or correct `command` of `[check.{}]`", check.name),
    )
}

/// The severity that a tool's word for it stands for. A word that is not known is taken seriously.
fn severity(word: &str) -> Severity {
    match word.to_ascii_lowercase().as_str() {
        "warning" | "warn" | "w" | "medium" | "moderate" | "minor" => Severity::Medium,
        "note" | "info" | "information" | "informational" | "hint" | "low" | "style" | "convention"
        | "refactor" | "none" => Severity::Low,
        _ => Severity::High,
    }
}

#[cfg(test)]
mod tests;
