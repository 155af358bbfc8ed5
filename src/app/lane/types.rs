//! pyright, for `types`: under the project's configuration and, where that is weakened, without it too.

use std::collections::BTreeSet;
use std::path::Path;

use crate::app::answer::{Answer, answer, refuse, report, speaks_only_of};
use crate::app::bench::{Bench, Share};
use crate::app::configuration;
use crate::app::launch::{Extra, launch};
use crate::app::planned_run::PlannedRun;
use crate::app::settle::{Shared, settle};
use crate::judge::Unmeasured;
use crate::model::check::Check;
use crate::model::reason::{Reason, ReasonKind};
use crate::model::toolchain::{ResolvedTool, Tool};
use crate::sys::file;
use crate::tools::ending::real_paths;
use crate::tools::pyright::{self, Python, Report, Reports};
use crate::tools::pyright_config::{self, ConfigFile, InUse, Weakening};

/// How many files a configuration may extend, one the other.
const LONGEST_CHAIN: usize = 16;

/// Answers for the components.
///
/// # Errors
/// Only where the run folder cannot be written.
pub fn answers(bench: &Bench<'_>, components: &[usize]) -> anyhow::Result<Vec<Answer>> {
    let mut answers = bench.without_files(components, Check::Types);
    let shares = bench.with_files(components);
    match Types::of(bench) {
        Err(reason) => {
            answers.extend(refuse(shares.iter().map(|share| share.component), Check::Types, &reason, None));
        }
        Ok(types) => {
            answers.extend(settle(&shares, Check::Types, "pyright", &|shares: &[Share<'_>], name: &str| {
                types.run(shares, name)
            })?);
        }
    }
    Ok(answers)
}

/// What would run.
pub fn planned(bench: &Bench<'_>, components: &[usize]) -> Vec<PlannedRun> {
    let Ok(types) = Types::of(bench) else { return Vec::new() };
    let shares = bench.with_files(components);
    if shares.is_empty() {
        return Vec::new();
    }
    let files = real_paths(shares.iter().flat_map(|share| share.files));
    let run = |purpose: &str, argv: Vec<String>| PlannedRun {
        tool: Tool::Pyright,
        checks: vec![Check::Types],
        purpose: purpose.to_owned(),
        only_if: None,
        argv,
    };
    let mut runs = vec![run("the errors", types.argv(None, &files))];
    if types.weakening.needs_comparison() {
        let config = bench.context.file("pyright-unweakened.json");
        runs.push(run("what the configuration hides", types.argv(Some(&config), &files)));
    }
    runs
}

struct Types<'a> {
    bench: &'a Bench<'a>,
    tool: &'a ResolvedTool,
    python: String,
    chain: Vec<ConfigFile>,
    in_use: InUse<'a>,
    weakening: Weakening,
}

impl<'a> Types<'a> {
    fn of(bench: &'a Bench<'a>) -> Result<Self, Reason> {
        let tool = bench.toolchain.tool(Tool::Pyright)?;
        let python = bench.toolchain.python_for_types()?;
        let chain = chain(&bench.context.root)?;
        let in_use = InUse::here(bench.toolchain.interpreter.as_ref().ok().map(|one| one.version.as_str()));
        let weakening = pyright_config::weakening(&chain, in_use)?;
        Ok(Self { bench, tool, python, chain, in_use, weakening })
    }

    fn argv(&self, config: Option<&str>, files: &BTreeSet<&str>) -> Vec<String> {
        let python = Python { executable: &self.python, version: self.weakening.version.as_deref() };
        pyright::argv(&self.tool.executable.to_string_lossy(), python, config, files)
    }

    fn run(&self, shares: &[Share<'_>], name: &str) -> anyhow::Result<Shared> {
        let context = self.bench.context;
        let named = real_paths(shares.iter().flat_map(|share| share.files));
        let finished = launch(context, name, self.argv(None, &named), Extra::default())?;
        let run = finished.record(self.tool, &finished.stdout);
        let own = match report(&finished, pyright::read).and_then(|own| only_of(&named, own)) {
            Ok(own) if own.covers(&named) || shares.len() == 1 => own,
            Ok(_) => return Ok(Err(Unmeasured::because(not_all(), Some(run)))),
            Err(reason) => return Ok(Err(Unmeasured::because(reason, Some(run)))),
        };
        let mut unweakened = None;
        if self.weakening.needs_comparison() {
            let config = context.folder.file(&format!("{name}-unweakened.json"));
            match pyright_config::unweakened(&self.chain, self.in_use) {
                Ok(text) => file::write_whole(&config, &text)?,
                Err(reason) => return Ok(Err(Unmeasured::because(reason, Some(run)))),
            }
            let argv = self.argv(Some(&config.to_string_lossy()), &named);
            let again = launch(context, &format!("{name}-unweakened"), argv, Extra::default())?;
            match report(&again, pyright::read).and_then(|full| only_of(&named, full)) {
                Ok(full) => unweakened = Some(full),
                Err(reason) => return Ok(Err(Unmeasured::because(reason, Some(run)))),
            }
        }
        let comments = self.bench.sources.type_comments();
        let reports = Reports {
            own: &own,
            named: &named,
            weakening: &self.weakening,
            unweakened: unweakened.as_ref(),
            comments: &comments,
            project_environment: self.bench.toolchain.interpreter.is_ok(),
        };
        let one = |share: &Share<'_>| {
            answer(share.component, Check::Types, pyright::evidence(share.files, &reports), &run)
        };
        Ok(Ok(shares.iter().map(one).collect()))
    }
}

/// The report, where it speaks of no other files than those that were named.
fn only_of(named: &BTreeSet<&str>, report: Report) -> Result<Report, Reason> {
    speaks_only_of(Tool::Pyright, named, report.diagnostics.keys()).map(|()| report)
}

/// The configuration in force, the one that it extends, and so on.
fn chain(root: &Path) -> Result<Vec<ConfigFile>, Reason> {
    let Some(first) = configuration::pyright(root) else { return Ok(Vec::new()) };
    let mut chain = vec![ConfigFile { path: first.path.to_string_lossy().into_owned(), text: first.text }];
    while let Some(last) = chain.last() {
        let Some(path) = pyright_config::extended(last)? else { return Ok(chain) };
        if chain.len() >= LONGEST_CHAIN {
            break;
        }
        let text = file::read_text(Path::new(&path)).map_err(|error| {
            Reason::new(
                ReasonKind::ConfigInvalid,
                format!("pyright's configuration extends `{path}`: {error}"),
                "correct `extends` in pyright's configuration",
            )
        })?;
        chain.push(ConfigFile { path, text });
    }
    Err(Reason::new(
        ReasonKind::ConfigInvalid,
        "pyright's configuration files extend each other without end",
        "correct `extends` in pyright's configuration",
    ))
}

fn not_all() -> Reason {
    Reason::new(ReasonKind::WrongFiles, "pyright did not analyse all files", "see what `exclude` leaves out")
}
