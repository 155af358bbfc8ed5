//! A check of one's own: the command that the policy names, once for each component or once for all.
//!
//! Not here: what the tool's answer means (`tools::own`).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::app::answer::{Answer, answer, refuse};
use crate::app::bench::{Bench, Share};
use crate::app::context::Context;
use crate::app::launch::{Extra, Finished, launch};
use crate::app::planned_run::PlannedRun;
use crate::model::check::Check;
use crate::model::component::SourceFile;
use crate::model::own_check::{Argument, From, OwnCheck, Piece, Reads};
use crate::model::reason::{Reason, ReasonKind};
use crate::model::toolchain::Tool;
use crate::sys::{file, tree};
use crate::tools::own::share::{Places, Whom, evidence, named};
use crate::tools::own::{Heard, Said, hear};

/// What the arguments may come to, in bytes. Linux takes 2 MB of arguments and variables together.
const ARGUMENTS: usize = 1 << 20;
/// How much of a log is looked at for a message, in bytes.
const LAST: u64 = 16 * 1024;

/// The components as each run serves them.
pub fn parts<'p>(check: &OwnCheck, components: &'p [usize]) -> Vec<&'p [usize]> {
    if check.is_per_component() { components.chunks(1).collect() } else { vec![components] }
}

/// How a run is called for people: the check, and the component where it serves one.
pub fn label(bench: &Bench<'_>, check: &OwnCheck, components: &[usize]) -> String {
    match components {
        [one] if check.is_per_component() => format!("{} {}", check.name, component(bench, *one)),
        _ => check.name.to_string(),
    }
}

/// Answers for the components that one run serves.
///
/// # Errors
/// Only where the run folder cannot be written.
pub fn answers(bench: &Bench<'_>, check: &OwnCheck, components: &[usize]) -> anyhow::Result<Vec<Answer>> {
    let asked = Check::Own(check.name);
    let mut answers = bench.without_files(components, asked);
    let shares = bench.with_files(components);
    let Some(first) = shares.first() else { return Ok(answers) };
    let all = || shares.iter().map(|share| share.component);
    let tool = match bench.toolchain.program(check, &bench.context.root) {
        Ok(tool) => tool,
        Err(reason) => {
            answers.extend(refuse(all(), asked, &reason, None));
            return Ok(answers);
        }
    };
    let told = argv(bench, check, &tool.executable, first);
    if told.iter().map(String::len).sum::<usize>() > ARGUMENTS {
        answers.extend(refuse(all(), asked, &too_many(check), None));
        return Ok(answers);
    }
    let limit = bench.timeout.or(check.timeout).unwrap_or(bench.context.limit);
    let context = Context { limit, ..bench.context.with_variables(&[]) };
    let finished = launch(&context, &file_name(check, first), told, Extra::default())?;
    let report = report(bench, check, first);
    let run = finished.record(&tool, read_from(check, &finished, &report));
    let heard = match said(check, &finished, &report).and_then(|said| hear(check, said)) {
        Ok(heard) => heard,
        Err(reason) => {
            answers.extend(refuse(all(), asked, &reason, Some(&run)));
            return Ok(answers);
        }
    };
    let places = places(&heard, &bench.context.root);
    let everybodys = if check.is_per_component() { BTreeSet::new() } else { files(bench) };
    let whom = if check.is_per_component() { Whom::One } else { Whom::All { files: &everybodys } };
    answers.extend(shares.iter().map(|share| {
        answer(share.component, asked, evidence(check, &heard, &places, share.files, whom), &run)
    }));
    Ok(answers)
}

/// What would run.
pub fn planned(bench: &Bench<'_>, check: &OwnCheck, components: &[usize]) -> Vec<PlannedRun> {
    let Ok(tool) = bench.toolchain.program(check, &bench.context.root) else { return Vec::new() };
    let runs = parts(check, components).into_iter().filter_map(|part| {
        let shares = bench.with_files(part);
        let argv = argv(bench, check, &tool.executable, shares.first()?);
        let title = check.title.clone().unwrap_or_else(|| check.name.to_string());
        Some(PlannedRun {
            tool: Tool::Own(check.name),
            checks: vec![Check::Own(check.name)],
            purpose: match &check.reads {
                Reads::Sarif(_) => format!("{title}, read as SARIF"),
                Reads::Junit => format!("{title}, read as JUnit XML"),
                Reads::Regex { .. } => format!("{title}, read by lines"),
                Reads::ExitCode(_) => format!("{title}, told by the exit code"),
            },
            only_if: None,
            argv,
        })
    });
    runs.collect()
}

fn component<'b>(bench: &Bench<'b>, index: usize) -> &'b str {
    bench.subjects.get(index).map_or("", |subject| &subject.candidate.component.name)
}

/// The files of this run in the run folder. No other run has the name: a component's index is its own.
fn file_name(check: &OwnCheck, share: &Share<'_>) -> String {
    format!("own-{}-{}", check.name, share.component)
}

/// Where nothing is yet. Some tools go by the ending.
fn report(bench: &Bench<'_>, check: &OwnCheck, share: &Share<'_>) -> PathBuf {
    let ending = match &check.reads {
        Reads::Sarif(_) => "sarif",
        Reads::Junit => "xml",
        Reads::Regex { .. } | Reads::ExitCode(_) => "txt",
    };
    bench.context.folder.file(&format!("{}-report.{ending}", file_name(check, share)))
}

fn argv(bench: &Bench<'_>, check: &OwnCheck, program: &Path, share: &Share<'_>) -> Vec<String> {
    let mut argv = vec![program.to_string_lossy().into_owned()];
    for argument in check.command.iter().skip(1) {
        match argument {
            Argument::Files => {
                argv.extend(share.files.iter().map(as_argument).collect::<BTreeSet<_>>());
            }
            Argument::Text(pieces) => argv.push(
                pieces
                    .iter()
                    .map(|piece| match piece {
                        Piece::Text(text) => text.clone(),
                        Piece::Report => report(bench, check, share).to_string_lossy().into_owned(),
                        Piece::Component => component(bench, share.component).to_owned(),
                    })
                    .collect(),
            ),
        }
    }
    argv
}

/// A file whose name begins like an option is none.
fn as_argument(file: &SourceFile) -> String {
    if file.path.starts_with(['-', '@']) { format!("./{}", file.path) } else { file.path.clone() }
}

fn read_from<'f>(check: &OwnCheck, finished: &'f Finished, report: &'f Path) -> &'f Path {
    match check.from {
        From::Stdout | From::Both => &finished.stdout,
        From::Stderr => &finished.stderr,
        From::Report => report,
    }
}

/// What the run left behind.
fn said(
    check: &OwnCheck,
    finished: &Finished,
    report: &Path,
) -> Result<Said<std::io::BufReader<std::fs::File>>, Reason> {
    let gone = |error: &str| {
        let message = format!("what {} printed cannot be read: {error}", check.program());
        Reason::new(ReasonKind::ReportUnreadable, message, "see whether it writes a file, and nothing else")
    };
    let open = |path: &Path| file::open(path).map_err(|error| gone(&error.to_string()));
    let report = match check.from {
        From::Report => file::open_if_there(report).transpose().map_err(|error| gone(&error))?,
        From::Stdout | From::Stderr | From::Both => None,
    };
    let mut last = file::read_end(&finished.stderr, LAST);
    if last.trim().is_empty() {
        last = file::read_end(&finished.stdout, LAST);
    }
    Ok(Said {
        exit: finished.exit,
        stdout: open(&finished.stdout)?,
        stderr: open(&finished.stderr)?,
        report,
        last,
    })
}

/// Where the files are that the tool named.
fn places(heard: &Heard, root: &Path) -> Places {
    let real = named(heard).into_iter().filter_map(|name| {
        let real = tree::real(&root.join(name)).ok()?;
        Some((name.to_owned(), real.to_string_lossy().into_owned()))
    });
    Places { real: real.collect(), root: root.to_string_lossy().into_owned() }
}

/// The files of all components of the policy: what a run for all is about does not depend on the selection.
fn files(bench: &Bench<'_>) -> BTreeSet<String> {
    let components = bench.workspace.policy.components.iter();
    // What cannot be listed is nobody's, so that what is found there counts for each.
    let files = components.filter_map(|component| bench.workspace.files(component).ok());
    files.flatten().map(|file| file.real).collect()
}

fn too_many(check: &OwnCheck) -> Reason {
    Reason::new(
        ReasonKind::ConfigInvalid,
        "the component's files do not fit on a command line",
        format!("name a folder instead of `{{files}}` in `command` of `[check.{}]`", check.name),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_never_taken_for_an_option() {
        let argument = |path: &str| as_argument(&SourceFile { path: path.to_owned(), real: String::new() });
        assert_eq!(argument("src/a.py"), "src/a.py");
        assert_eq!(argument("--fix.py"), "./--fix.py");
        assert_eq!(argument("@list.py"), "./@list.py");
    }
}
