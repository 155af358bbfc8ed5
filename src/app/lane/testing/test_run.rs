//! One run of pytest: its files, its arguments, and what both witnesses tell of it.
//!
//! Not here: what the run is for, and what its coverage reports say.

use std::path::{Path, PathBuf};

use crate::app::bench::Bench;
use crate::app::configuration::{self, Configuration, MeasuringOptions};
use crate::app::lane::set_aside;
use crate::app::launch::{Extra, Finished, command, start};
use crate::model::component::{SourceFile, TestSelection};
use crate::model::reason::Reason;
use crate::model::run::Run;
use crate::model::toolchain::{ResolvedTool, Tool};
use crate::sys::file::{self, ReadError};
use crate::sys::tree;
use crate::tools::coverage_invocation;
use crate::tools::journal::{self, Journal};
use crate::tools::junit;
use crate::tools::pytest::{self, Invocation, Output, Session};

/// The file with the coverage data.
pub(super) const RECORDED: &str = ".coverage";
/// How many components a label names.
const NAMED: usize = 3;

/// Which tests run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// Those that are selected.
    Selected,
    /// All under the paths.
    All,
}

/// The files of one run.
#[derive(Debug, Clone)]
pub(super) struct Files {
    folder: PathBuf,
}

impl Files {
    /// A file of the run.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The name of their folder.
    pub(super) fn name(&self) -> String {
        self.folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// The same, as an argument.
    pub(super) fn argument(&self, name: &str) -> String {
        self.file(name).to_string_lossy().into_owned()
    }
}

/// A run of pytest and what it came to.
#[derive(Debug, Clone)]
pub(super) struct Told {
    /// All tests that ran.
    pub(super) session: Result<Session, Reason>,
    /// The record.
    pub(super) run: Run,
    /// Its files.
    pub(super) files: Files,
    /// The settings of pytest and coverage.py when it began.
    pub(super) settings: Vec<Configuration>,
}

/// What a run is about.
#[derive(Clone, Copy)]
pub(super) struct TestRun<'a> {
    /// Root, tools, components.
    pub(super) bench: &'a Bench<'a>,
    /// Paths, expression and further arguments.
    pub(super) selection: &'a TestSelection,
    /// The components whose coverage it measures; none where it measures none.
    pub(super) measured: &'a [usize],
}

impl TestRun<'_> {
    /// Runs pytest; its files are found under `name`.
    pub(super) fn run(&self, tool: &ResolvedTool, name: &str, extent: Extent) -> anyhow::Result<Told> {
        let context = self.bench.context;
        let files = Files { folder: context.folder.folder(name)? };
        let plugins = context.folder.folder("plugins")?;
        file::write_whole(&plugins.join(format!("{}.py", journal::MODULE)), journal::PLUGIN)?;
        let variables = vec![
            ("PYTHONPATH".into(), plugins.into_os_string()),
            (journal::VARIABLE.into(), files.folder.clone().into_os_string()),
            ("COVERAGE_FILE".into(), files.file(RECORDED).into_os_string()),
        ];
        let argv = self.argv(tool, &files, extent);
        let settings = self.settings();
        let command = command(context, name, argv, Extra { variables, input: None });
        let finished = match extent {
            Extent::Selected => self.bench.forks.launch(context, command)?,
            Extent::All => Some(start(context, command)?),
        };
        let Some(finished) = finished else {
            // In a folder of its own: nothing that the other wrote is this one's.
            return self.run(tool, &format!("{name}-again"), extent);
        };
        let run = finished.record(tool, &files.file("junit.xml"));
        let mut session = self.session(&files, &finished, extent);
        if let (Ok(session), left_behind @ 1..) = (&mut session, finished.left_behind) {
            session.remark(format!(
                "processes that the tests left behind, and that were stopped: {left_behind}"
            ));
        }
        Ok(Told { session, run, files, settings })
    }

    /// What would be executed.
    pub(super) fn planned_argv(&self, tool: &ResolvedTool, name: &str, extent: Extent) -> Vec<String> {
        self.argv(tool, &Files { folder: self.bench.context.folder.file(name) }, extent)
    }

    /// The files of a component.
    pub(super) fn files_of(&self, component: usize) -> Option<&[SourceFile]> {
        self.bench.subjects.get(component)?.files.as_deref().ok()
    }

    /// The files of all components that are measured.
    pub(super) fn measured_files(&self) -> Vec<SourceFile> {
        let files = self.measured.iter().filter_map(|component| self.files_of(*component));
        files.flatten().cloned().collect()
    }

    /// The settings of pytest and coverage.py.
    pub(super) fn settings(&self) -> Vec<Configuration> {
        let root = &self.bench.context.root;
        configuration::in_force(Tool::Pytest, root, root)
    }

    /// What `addopts` of the project says of the measuring of coverage.
    pub(super) fn measuring_options(&self) -> MeasuringOptions {
        let paths = self.selection.paths.iter().map(|path| &*path.path);
        configuration::measuring_options(&self.bench.context.root, paths)
    }

    /// Whether pytest-cov must report: plugins of coverage.py may be the project's own code, which only the session
    /// of the tests can import.
    pub(super) fn reports_itself(&self) -> bool {
        configuration::coverage_has_plugins(&self.bench.context.root)
    }

    fn session(&self, files: &Files, finished: &Finished, extent: Extent) -> Result<Session, Reason> {
        let root = &self.bench.context.root;
        let report = files.file("junit.xml");
        let session = pytest::read(Output {
            root: &root.to_string_lossy(),
            prefix: &self.environment(),
            selection: self.selection,
            selected: extent == Extent::Selected,
            exit: finished.exit,
            junit: file::open_if_there(&report).map(|opened| opened.and_then(junit::read)),
            journal: read_journal(files),
            log: &finished.log(),
        });
        match session {
            Ok(mut session) => {
                set_aside::remark(&mut session, root, self.selection);
                Ok(session)
            }
            Err(mut reason) => {
                set_aside::explain(&mut reason, root, self.selection);
                Err(reason)
            }
        }
    }

    /// The folder of the environment, without links.
    fn environment(&self) -> String {
        let interpreter = self.bench.toolchain.interpreter.as_ref();
        let prefix = interpreter.map_or("", |interpreter| &interpreter.prefix);
        let real = tree::real(Path::new(prefix)).unwrap_or_else(|_| prefix.into());
        real.to_string_lossy().into_owned()
    }

    fn argv(&self, tool: &ResolvedTool, files: &Files, extent: Extent) -> Vec<String> {
        let report = self.reports_itself().then(|| files.argument("coverage.json"));
        Invocation {
            executable: &tool.executable.to_string_lossy(),
            version: &tool.version,
            selection: self.selection,
            selected: extent == Extent::Selected,
            measured_folders: &coverage_invocation::measured_folders(&self.measured_files()),
            branches: self.measuring_options().branches,
            junit: &files.argument("junit.xml"),
            coverage: report.as_deref(),
            cache: &files.argument("cache"),
        }
        .argv()
    }
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

/// pytest, with its plugin for coverage where that is needed.
pub(super) fn tool<'a>(bench: &'a Bench<'_>, with_coverage: bool) -> Result<&'a ResolvedTool, Reason> {
    // Without an environment there is no pytest either, and why there is none tells more.
    let interpreter = bench.toolchain.interpreter.as_ref().map_err(Clone::clone)?;
    let tool = bench.toolchain.tool(Tool::Pytest)?;
    if with_coverage && interpreter.version_of("pytest-cov").is_none() {
        return Err(pytest::missing_plugin());
    }
    Ok(tool)
}

/// The names of components, for people.
pub(super) fn names(bench: &Bench<'_>, components: &[usize]) -> String {
    let name =
        |component: &usize| bench.subjects.get(*component).map(|one| one.candidate.component.name.as_str());
    let named: Vec<&str> = components.iter().filter_map(name).take(NAMED).collect();
    let more = components.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", named.join(", "))
}
