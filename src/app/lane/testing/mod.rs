//! pytest, for `tests` and `coverage`.
//!
//! One run of the selected tests serves both. Where it left tests out, its coverage is a lower bound:
//! more tests can only add to it. If the bound reaches the threshold, the question is answered; if not,
//! a second run of all tests under the component's paths measures the exact figure.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::app::answer::{Answer, answer, refuse};
use crate::app::bench::Bench;
use crate::app::configuration;
use crate::app::context::Context;
use crate::app::lane::set_aside;
use crate::app::launch::{Extra, launch};
use crate::app::planned_run::PlannedRun;
use crate::app::subject::Subject;
use crate::app::toolchain::{BYTE_CODE, Toolchain};
use crate::judge;
use crate::model::assessment::Outcome;
use crate::model::check::Check;
use crate::model::component::SourceFile;
use crate::model::evidence::{Bound, Evidence};
use crate::model::gate::Precision;
use crate::model::reason::{Reason, ReasonKind};
use crate::model::run::Run;
use crate::model::toolchain::{ResolvedTool, Tool};
use crate::plan::{Plan, TestGroup};
use crate::sys::file::{self, ReadError};
use crate::sys::tree;
use crate::tools::coverage::{self, CoverageReport, Neutral, Reports};
use crate::tools::coverage_invocation::{self, LeftOut, NeutralInvocation};
use crate::tools::ending::real_paths;
use crate::tools::journal::{self, Journal};
use crate::tools::junit;
use crate::tools::pytest::{self, Invocation, Output, Session};

/// The lane of one group of components.
#[derive(Debug)]
pub struct Testing<'a> {
    /// The group.
    pub group: &'a TestGroup<'a>,
    /// A word that tells its files from those of other groups.
    pub name: String,
    /// All components.
    pub subjects: &'a [Subject<'a>],
    /// The tools.
    pub toolchain: &'a Toolchain,
    /// How much coverage is asked for.
    pub precision: Precision,
}

/// The files of one run.
struct Files {
    folder: PathBuf,
}

impl Files {
    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn argument(&self, name: &str) -> String {
        self.file(name).to_string_lossy().into_owned()
    }
}

/// A run of pytest and what it came to.
struct Told {
    session: Result<Session, Reason>,
    run: Run,
    files: Files,
}

impl<'a> Testing<'a> {
    /// One lane for each group of the plan.
    pub fn of_plan(bench: &Bench<'a>, plan: &'a Plan<'a>, precision: Precision) -> Vec<Self> {
        let lane = |(number, group): (usize, &'a TestGroup<'a>)| Self {
            group,
            name: format!("pytest-{}", number + 1),
            subjects: bench.subjects,
            toolchain: bench.toolchain,
            precision,
        };
        plan.tests.iter().enumerate().map(lane).collect()
    }

    /// What people call it: the checks, and whose.
    pub fn label(&self) -> String {
        let checks = match (self.group.tests, self.group.coverage) {
            (true, true) => "tests, coverage",
            (true, false) => "tests",
            (false, _) => "coverage",
        };
        let name = |component: &usize| {
            self.subjects.get(*component).map(|one| one.candidate.component.name.as_str())
        };
        let names: Vec<&str> = self.group.components.iter().filter_map(name).collect();
        format!("{checks}  {}", names.join(", "))
    }

    /// Runs pytest and answers for each component of the group.
    ///
    /// # Errors
    /// Only where the run folder cannot be written.
    pub fn answers(&self, context: &Context<'_>) -> anyhow::Result<Vec<Answer>> {
        let tool = match self.tool() {
            Ok(tool) => tool,
            Err(reason) => return Ok(self.refused(&reason)),
        };
        let selected = self.run(context, tool, true)?;
        let mut answers = Vec::new();
        if self.group.tests {
            let session = selected.session.clone().map(Session::into_evidence);
            let answer = |component: &usize| answer(*component, Check::Tests, session.clone(), &selected.run);
            answers.extend(self.group.components.iter().map(answer));
        }
        if self.group.coverage {
            answers.extend(self.coverage(context, tool, &selected)?);
        }
        Ok(answers)
    }

    /// What would run.
    pub fn planned(&self, context: &Context<'_>) -> Vec<PlannedRun> {
        let Ok(tool) = self.tool() else { return Vec::new() };
        let asked = [(self.group.tests, Check::Tests), (self.group.coverage, Check::Coverage)];
        let checks = asked.iter().filter(|(asked, _)| *asked).map(|(_, check)| *check).collect();
        let files = |name: String| Files { folder: context.folder.file(&name) };
        let mut runs = vec![PlannedRun {
            tool: Tool::Pytest,
            checks,
            purpose: if self.group.selection.select.is_some() { "the selected tests" } else { "the tests" }
                .to_owned(),
            only_if: None,
            argv: self.argv(tool, &files(self.name.clone()), true),
        }];
        if self.group.coverage && self.group.selection.select.is_some() {
            runs.push(PlannedRun {
                tool: Tool::Pytest,
                checks: vec![Check::Coverage],
                purpose: "all tests under the paths".to_owned(),
                only_if: Some("the selected ones leave tests out and do not reach the threshold".to_owned()),
                argv: self.argv(tool, &files(format!("{}-all", self.name)), false),
            });
        }
        runs
    }

    fn tool(&self) -> Result<&ResolvedTool, Reason> {
        // Without an environment there is no pytest either, and why there is none tells more.
        let interpreter = self.toolchain.interpreter.as_ref().map_err(Clone::clone)?;
        let tool = self.toolchain.tool(Tool::Pytest)?;
        if self.group.coverage && interpreter.version_of("pytest-cov").is_none() {
            return Err(pytest::missing_plugin());
        }
        Ok(tool)
    }

    fn refused(&self, reason: &Reason) -> Vec<Answer> {
        let mut answers = Vec::new();
        if self.group.tests {
            answers.extend(refuse(self.group.components.iter().copied(), Check::Tests, reason, None));
        }
        if self.group.coverage {
            answers.extend(refuse(self.group.components.iter().copied(), Check::Coverage, reason, None));
        }
        answers
    }

    fn coverage(
        &self,
        context: &Context<'_>,
        tool: &ResolvedTool,
        selected: &Told,
    ) -> anyhow::Result<Vec<Answer>> {
        let mut answers = self.measured(context, selected, true)?;
        let unsettled: Vec<usize> = answers
            .iter()
            .enumerate()
            .filter(|(_, answer)| self.is_unsettled(answer))
            .map(|(position, _)| position)
            .collect();
        if unsettled.is_empty() {
            return Ok(answers);
        }
        let all = self.run(context, tool, false)?;
        let exact = self.measured(context, &all, false)?;
        for (position, answer) in exact.into_iter().enumerate() {
            if let (true, Some(place)) = (unsettled.contains(&position), answers.get_mut(position)) {
                *place = answer;
            }
        }
        Ok(answers)
    }

    /// Whether a lower bound leaves the question open.
    fn is_unsettled(&self, answer: &Answer) -> bool {
        use crate::model::evidence::Measured;
        let Ok(Evidence { measured: Measured::Coverage(coverage), .. }) = &answer.gathered else {
            return false;
        };
        if coverage.bound == Bound::Exact {
            return false;
        }
        let criterion =
            self.subjects.get(answer.component).and_then(|subject| subject.criterion(Check::Coverage));
        let reaches = criterion.is_some_and(|criterion| {
            matches!(judge::check(criterion, answer.gathered.clone()), Outcome::Pass(_))
        });
        self.precision == Precision::Exact || !reaches
    }

    fn measured(&self, context: &Context<'_>, told: &Told, selected: bool) -> anyhow::Result<Vec<Answer>> {
        let session = match &told.session {
            Ok(session) => session,
            Err(reason) => {
                let components = self.group.components.iter().copied();
                return Ok(refuse(components, Check::Coverage, reason, Some(&told.run)));
            }
        };
        let bound = match (selected, session.deselected) {
            (true, deselected @ 1..) => Bound::Lower { selected: session.inspected.count(), deselected },
            _ => Bound::Exact,
        };
        let keys = self.keys(context);
        let key = |path: &str| keys.get(path).cloned();
        let project = read_report(&told.files.file("coverage.json"), key);
        let neutral = self.neutral(context, &told.files, LeftOut::Bodiless, key)?;
        let everything = if coverage::counts_more(project.as_ref(), &neutral) {
            Some(self.neutral(context, &told.files, LeftOut::Nothing, key)?)
        } else {
            None
        };
        let reports = Reports { project, neutral, everything };
        let answer = |component: &usize| {
            let files = self.files_of(*component);
            let evidence = files.and_then(|files| coverage::evidence(&files, reports.clone(), bound));
            answer(*component, Check::Coverage, evidence, &told.run)
        };
        Ok(self.group.components.iter().map(answer).collect())
    }

    fn files_of(&self, component: usize) -> Result<Vec<SourceFile>, Reason> {
        match self.subjects.get(component) {
            Some(subject) => subject.files.clone(),
            None => Err(Reason::new(
                ReasonKind::NothingInspected,
                "there is no such component",
                "report this fault",
            )),
        }
    }

    fn all_files(&self) -> Vec<SourceFile> {
        self.group
            .components
            .iter()
            .filter_map(|component| self.files_of(*component).ok())
            .flatten()
            .collect()
    }

    /// The names under which coverage.py may report a file: relative to the root, and absolute. Never that of
    /// a link to it: coverage.py follows links in what it records, and lists the link as never executed.
    fn keys(&self, context: &Context<'_>) -> HashMap<String, String> {
        let mut keys = HashMap::new();
        for file in self.all_files() {
            let below_root = Path::new(&file.real).strip_prefix(&context.root).ok();
            keys.extend(below_root.map(|path| (path.to_string_lossy().into_owned(), file.real.clone())));
            keys.insert(file.real.clone(), file.real);
        }
        keys
    }

    fn run(&self, context: &Context<'_>, tool: &ResolvedTool, selected: bool) -> anyhow::Result<Told> {
        let name = if selected { self.name.clone() } else { format!("{}-all", self.name) };
        let files = Files { folder: context.folder.folder(&name)? };
        let plugins = context.folder.folder("plugins")?;
        file::write_whole(&plugins.join(format!("{}.py", journal::MODULE)), journal::PLUGIN)?;
        let argv = self.argv(tool, &files, selected);
        let variables = vec![
            ("PYTHONPATH".into(), plugins.into_os_string()),
            (journal::VARIABLE.into(), files.folder.clone().into_os_string()),
            ("COVERAGE_FILE".into(), files.file(".coverage").into_os_string()),
        ];
        let finished = launch(context, &name, argv, Extra { variables, input: None })?;
        let report = files.file("junit.xml");
        let run = finished.record(tool, &report);
        let mut session = pytest::read(Output {
            root: &context.root.to_string_lossy(),
            prefix: &self.environment(),
            exit: finished.exit,
            junit: file::open_if_there(&report).map(|opened| opened.and_then(junit::read)),
            journal: read_journal(&files),
            log: &finished.log(),
        });
        if let Err(reason) = &mut session {
            set_aside::explain(reason, &context.root);
        }
        if let (Ok(session), left_behind @ 1..) = (&mut session, finished.left_behind) {
            session.remark(format!(
                "processes that the tests left behind, and that were stopped: {left_behind}"
            ));
        }
        Ok(Told { session, run, files })
    }

    /// The folder of the environment, without links.
    fn environment(&self) -> String {
        let prefix = self.toolchain.interpreter.as_ref().map_or("", |interpreter| &interpreter.prefix);
        let real = tree::real(Path::new(prefix)).unwrap_or_else(|_| prefix.into());
        real.to_string_lossy().into_owned()
    }

    fn argv(&self, tool: &ResolvedTool, files: &Files, selected: bool) -> Vec<String> {
        let folders = if self.group.coverage {
            coverage_invocation::measured_folders(&self.all_files())
        } else {
            Vec::new()
        };
        Invocation {
            executable: &tool.executable.to_string_lossy(),
            version: &tool.version,
            selection: self.group.selection,
            selected,
            measured_folders: &folders,
            junit: &files.argument("junit.xml"),
            coverage: &files.argument("coverage.json"),
            cache: &files.argument("cache"),
        }
        .argv()
    }

    fn neutral<F>(
        &self,
        context: &Context<'_>,
        files: &Files,
        left_out: LeftOut,
        key: F,
    ) -> anyhow::Result<Neutral>
    where
        F: Fn(&str) -> Option<String>,
    {
        let name = match left_out {
            LeftOut::Bodiless => "neutral",
            LeftOut::Nothing => "everything",
        };
        let (configuration, report) =
            (files.file(&format!("{name}.rc")), files.file(&format!("{name}.json")));
        let sources = self.all_files();
        let root = context.root.to_string_lossy();
        let relative_to = configuration::coverage_paths_are_relative(&context.root).then_some(&*root);
        let text = coverage_invocation::neutral_configuration(&real_paths(&sources), left_out, relative_to);
        file::write_whole(&configuration, &text)?;
        let python =
            self.toolchain.interpreter.as_ref().map_or("python", |interpreter| &interpreter.executable);
        let argv = NeutralInvocation {
            python,
            byte_code: &context.file(BYTE_CODE),
            configuration: &configuration.to_string_lossy(),
            data: &files.argument(".coverage"),
            report: &report.to_string_lossy(),
        }
        .argv();
        let exit = launch(context, &format!("{}-{name}", self.name), argv, Extra::default())?.exit;
        Ok(Neutral { exit, report: read_report(&report, key) })
    }
}

fn read_report<F>(path: &Path, key: F) -> Option<Result<CoverageReport, String>>
where
    F: Fn(&str) -> Option<String>,
{
    file::open_if_there(path).map(|opened| opened.and_then(|input| coverage::read(input, key)))
}

fn read_journal(files: &Files) -> Option<Result<Journal, String>> {
    let main = match file::read_text(&files.file("journal-main.json")) {
        Ok(main) => main,
        Err(ReadError::Absent) => return None,
        Err(unreadable) => return Some(Err(unreadable.to_string())),
    };
    let workers: Vec<String> = tree::names(&files.folder)
        .iter()
        .filter(|name| name.starts_with("journal-gw"))
        .filter_map(|name| file::read_text(&files.file(name)).ok())
        .collect();
    Some(Journal::read(&main, &workers))
}
