//! The coverage figures of a run: its reports, read for each component.
//!
//! Not here: whether a figure is enough.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::app::answer::{Answer, answer, refuse};
use crate::app::configuration;
use crate::app::toolchain::BYTE_CODE;
use crate::model::check::Check;
use crate::model::component::SourceFile;
use crate::model::evidence::{Bound, Evidence};
use crate::model::reason::{Reason, ReasonKind};
use crate::model::run::Exit;
use crate::model::toolchain::ResolvedTool;
use crate::sys::{file, tree};
use crate::tools::coverage::{self, CoverageReport, Made, Reports};
use crate::tools::coverage_invocation::{self, LeftOut, ReportInvocation, Settings};
use crate::tools::ending::real_paths;
use crate::tools::journal::Recording;

use super::test_run::{Extent, RECORDED, TestRun, Told};

impl TestRun<'_> {
    /// The coverage of each component that the run measured. `all`: whether it is that of all tests; else it is a lower
    /// bound, also where no test is told to be left out: a `conftest.py` that goes by the selection need not collect them.
    fn measured_by(&self, told: &Told, all: bool) -> anyhow::Result<Vec<Answer>> {
        let session = match &told.session {
            Ok(session) => session,
            Err(reason) => {
                let components = self.measured.iter().copied();
                return Ok(refuse(components, Check::Coverage, reason, Some(&told.run)));
            }
        };
        let is_sound = self.is_as_configured().and_then(|()| self.is_as_recorded(told, &session.recording));
        if let Err(reason) = is_sound {
            return Ok(refuse(self.measured.iter().copied(), Check::Coverage, &reason, Some(&told.run)));
        }
        let bound = if all {
            Bound::Exact
        } else {
            Bound::Lower { selected: session.inspected.count(), deselected: session.left_out }
        };
        let reports = self.reports(told)?;
        let moved = self.moved(&session.recording);
        let early: Vec<PathBuf> = session.recording.early.iter().map(|file| real(Path::new(file))).collect();
        let figure = |component: &usize| {
            let evidence = match self.files_of(*component) {
                Some(files) => match files.iter().find_map(|file| moved.get(Path::new(&file.real))) {
                    Some(reason) => Err(reason.clone()),
                    None => coverage::evidence(files, &reports, bound)
                        .map(|evidence| remark_early(evidence, files, &early)),
                },
                None => Err(self.no_files(*component)),
            };
            answer(*component, Check::Coverage, evidence, &told.run)
        };
        Ok(self.measured.iter().map(figure).collect())
    }

    /// Whether the settings in force are those that the project measures with.
    fn is_as_configured(&self) -> Result<(), Reason> {
        let Some((named, file)) = self.measuring_options().foreign else { return Ok(()) };
        let file = file.strip_prefix(&self.bench.context.root).unwrap_or(&file).to_string_lossy();
        Err(coverage::configured_elsewhere(&named, &file))
    }

    /// Whether what the reports are made from is what it was: the data when the tests had run, the settings before.
    fn is_as_recorded(&self, told: &Told, recording: &Recording) -> Result<(), Reason> {
        match file::sha256(&told.files.file(RECORDED)) {
            None => Err(coverage::no_report("pytest-cov recorded no coverage data")),
            Some(digest) if recording.digest.as_ref() != Some(&digest) => Err(coverage::rewritten()),
            Some(_) if self.settings() != told.settings => Err(coverage::set_anew()),
            Some(_) if recording.moved.is_none() => Err(coverage::joined_unseen()),
            Some(_) => Ok(()),
        }
    }

    /// By real path the files whose lines were counted for another one, or may have been, and those others. Where both are
    /// the same in content, what was run in one was run in the other.
    fn moved(&self, recording: &Recording) -> HashMap<PathBuf, Reason> {
        let root = &self.bench.context.root;
        let shown = |path: &Path| path.strip_prefix(root).unwrap_or(path).display().to_string();
        let mut moved = HashMap::new();
        for (from, to) in recording.moved.iter().flatten() {
            let [from, to] = [from, to].map(|name| real(&root.join(name)));
            if differ(&from, &to) {
                let reason = coverage::counted_for_another(&shown(&from), &shown(&to));
                moved.insert(from, reason.clone());
                moved.insert(to, reason);
            }
        }
        let measured = self.measured_files();
        let folders = coverage_invocation::measured_folders(&measured);
        for name in &recording.apart {
            let to = real(&root.join(name));
            if !measured.iter().any(|file| Path::new(&file.real) == to) {
                continue;
            }
            let others = folders.iter().flat_map(|folder| tree::ending_in(&root.join(folder), name));
            if let Some(from) = others.map(|other| real(&other)).find(|from| differ(from, &to)) {
                let reason = coverage::may_be_another(&shown(&from), &shown(&to));
                moved.insert(to, reason);
            }
        }
        moved
    }

    fn no_files(&self, component: usize) -> Reason {
        let reason = self.bench.subjects.get(component).and_then(|subject| subject.files.as_ref().err());
        reason.cloned().unwrap_or_else(|| {
            Reason::new(ReasonKind::NothingInspected, "there is no such component", "report this fault")
        })
    }

    fn reports(&self, told: &Told) -> anyhow::Result<Reports> {
        let keys = self.keys();
        let project = self.project(told, &keys)?;
        let neutral = self.neutral(told, LeftOut::Bodiless, &keys)?;
        let everything = if coverage::counts_more(&project, &neutral) {
            Some(self.neutral(told, LeftOut::Nothing, &keys)?)
        } else {
            None
        };
        Ok(Reports { project, neutral, everything })
    }

    /// The names under which coverage.py may report a file: relative to the root, and absolute. Never that of
    /// a link to it: coverage.py follows links in what it records, and lists the link as never executed.
    fn keys(&self) -> HashMap<String, String> {
        let mut keys = HashMap::new();
        for file in self.measured_files() {
            let below_root = Path::new(&file.real).strip_prefix(&self.bench.context.root).ok();
            keys.extend(below_root.map(|path| (path.to_string_lossy().into_owned(), file.real.clone())));
            keys.insert(file.real.clone(), file.real);
        }
        keys
    }

    fn project(&self, told: &Told, keys: &HashMap<String, String>) -> anyhow::Result<Made> {
        const NAME: &str = "coverage";
        if self.reports_itself() {
            let report = read_report(&told.files.file(&format!("{NAME}.json")), keys);
            return Ok(Made { exit: Exit::Code(0), report });
        }
        let sources = self.measured_files();
        self.make(told, NAME, Settings::Project { files: real_paths(&sources) }, keys)
    }

    fn neutral(
        &self,
        told: &Told,
        left_out: LeftOut,
        keys: &HashMap<String, String>,
    ) -> anyhow::Result<Made> {
        let name = match left_out {
            LeftOut::Bodiless => "neutral",
            LeftOut::Nothing => "everything",
        };
        let (context, files) = (self.bench.context, &told.files);
        let configuration = files.file(&format!("{name}.rc"));
        let sources = self.measured_files();
        let root = context.root.to_string_lossy();
        let relative_to = configuration::coverage_paths_are_relative(&context.root).then_some(&*root);
        let text = coverage_invocation::neutral_configuration(&real_paths(&sources), left_out, relative_to);
        file::write_whole(&configuration, &text)?;
        self.make(told, name, Settings::Neutral(&configuration.to_string_lossy()), keys)
    }

    /// Has a report made from what was recorded, and reads it.
    fn make(
        &self,
        told: &Told,
        name: &str,
        settings: Settings<'_>,
        keys: &HashMap<String, String>,
    ) -> anyhow::Result<Made> {
        let (context, files) = (self.bench.context, &told.files);
        let report = files.file(&format!("{name}.json"));
        let interpreter = self.bench.toolchain.interpreter.as_ref();
        let invocation = ReportInvocation {
            python: interpreter.map_or("python", |interpreter| &interpreter.executable),
            byte_code: &context.file(BYTE_CODE),
            settings,
            data: &files.argument(RECORDED),
            report: &report.to_string_lossy(),
        };
        let exit = self.bench.reporter.make(context, &invocation, &format!("{}-{name}", files.name()))?;
        Ok(Made { exit, report: read_report(&report, keys) })
    }
}

/// What a module runs when it is imported is not recorded where a plugin of pytest imports it first.
fn remark_early(mut evidence: Evidence, files: &[SourceFile], early: &[PathBuf]) -> Evidence {
    let mut of_these = files.iter().filter(|file| early.iter().any(|early| early == Path::new(&file.real)));
    if let Some(first) = of_these.next() {
        evidence.notes.push(format!(
            "files that a plugin of pytest imported before anything was recorded, so that their definitions count as not \
             run: {} (`{}`)",
            1 + of_these.count(),
            first.path
        ));
    }
    evidence
}

fn real(path: &Path) -> PathBuf {
    tree::real(path).unwrap_or_else(|_| path.to_owned())
}

/// Whether two files are not the same and not known to have the same content.
fn differ(one: &Path, other: &Path) -> bool {
    let content = file::sha256(one);
    one != other && (content.is_none() || content != file::sha256(other))
}

fn read_report(path: &Path, keys: &HashMap<String, String>) -> Option<Result<CoverageReport, String>> {
    let key = |path: &str| keys.get(path).cloned();
    file::open_if_there(path).map(|opened| opened.and_then(|input| coverage::read(input, key)))
}

/// The figures of a run; where what it covered could not be reported, perhaps for one component's sake, those of a run
/// for each alone.
pub(super) fn figures(
    test_run: &TestRun<'_>,
    tool: &ResolvedTool,
    told: &Told,
    name: &str,
    all: bool,
) -> anyhow::Result<Vec<Answer>> {
    let answers = test_run.measured_by(told, all)?;
    if !may_be_one_alone(&answers) {
        return Ok(answers);
    }
    let mut alone = Vec::new();
    for component in test_run.measured {
        let test_run = TestRun { measured: &[*component], ..*test_run };
        let extent = if all { Extent::All } else { Extent::Selected };
        let told = test_run.run(tool, &format!("{name}-{component}"), extent)?;
        alone.extend(test_run.measured_by(&told, all)?);
    }
    Ok(alone)
}

/// Whether figures that are missing for all may be missing for one component's sake: the tests ran, and what they
/// covered could not be reported.
fn may_be_one_alone(answers: &[Answer]) -> bool {
    let is_of_report = |answer: &Answer| {
        answer.gathered.as_ref().is_err_and(|unmeasured| {
            matches!(unmeasured.reason.kind, ReasonKind::ReportMissing | ReasonKind::ReportUnreadable)
        })
    };
    answers.len() > 1 && answers.iter().all(is_of_report)
}
