//! ruff, for `lint`: the issues, the files that it reads, the rules in force, and what is suppressed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::rc::Rc;

use jiff::civil::Date;

use crate::app::answer::{Answer, answer, refuse, report, speaks_only_of};
use crate::app::bench::{Bench, Share};
use crate::app::configuration;
use crate::app::launch::{Extra, Finished, launch};
use crate::app::planned_run::PlannedRun;
use crate::app::settle::{Shared, settle};
use crate::app::subject::Subject;
use crate::judge::{self, Unmeasured};
use crate::model::check::Check;
use crate::model::component::SourceFile;
use crate::model::finding::Finding;
use crate::model::gate::Criterion;
use crate::model::reason::{Reason, ReasonKind};
use crate::model::run::Exit;
use crate::model::toolchain::{ResolvedTool, Tool};
use crate::model::waiver::Waiver;
use crate::sys::file;
use crate::tools::ending::real_paths;
use crate::tools::ruff::{self, Issues, Suppressions};
use crate::tools::ruff_canary::{self, Canary};
use crate::tools::ruff_evidence::{self, Reports};
use crate::tools::ruff_settings::{self, Settings};

/// Answers for the components.
///
/// # Errors
/// Only where the run folder cannot be written.
pub fn answers(bench: &Bench<'_>, components: &[usize]) -> anyhow::Result<Vec<Answer>> {
    let mut answers = bench.without_files(components, Check::Lint);
    let shares = bench.with_files(components);
    match bench.toolchain.tool(Tool::Ruff) {
        Err(reason) => {
            answers.extend(refuse(shares.iter().map(|share| share.component), Check::Lint, &reason, None));
        }
        Ok(tool) => {
            answers.extend(settle(&shares, Check::Lint, "ruff", &|shares: &[Share<'_>], name: &str| {
                run_together(bench, tool, shares, name)
            })?);
        }
    }
    Ok(answers)
}

/// What would run.
pub fn planned(bench: &Bench<'_>, components: &[usize]) -> Vec<PlannedRun> {
    let Ok(tool) = bench.toolchain.tool(Tool::Ruff) else { return Vec::new() };
    let shares = bench.with_files(components);
    if shares.is_empty() {
        return Vec::new();
    }
    let (files, executable) = (real_paths(all(&shares)), tool.executable.to_string_lossy());
    let run = |purpose: &str, argv: Vec<String>| PlannedRun {
        tool: Tool::Ruff,
        checks: vec![Check::Lint],
        purpose: purpose.to_owned(),
        only_if: None,
        argv,
    };
    let mut runs = vec![run("the issues", ruff::check_argv(&executable, &files, Suppressions::Obeyed))];
    runs.push(run("the files that it reads", ruff::show_files_argv(&executable, &files)));
    for file in by_configuration(bench, &shares).into_values().filter_map(|files| files.first().copied()) {
        runs.push(run("the rules in force", ruff::show_settings_argv(&executable, &file.real)));
    }
    runs.push(run("what is suppressed", ruff::check_argv(&executable, &files, Suppressions::Ignored)));
    runs
}

/// Runs for all, or, where a configuration cannot be read, for those apart who share the files that may configure ruff: a
/// broken one beside a component is no matter of the others.
fn run_together(
    bench: &Bench<'_>,
    tool: &ResolvedTool,
    shares: &[Share<'_>],
    name: &str,
) -> anyhow::Result<Shared> {
    let together = run(bench, tool, shares, name)?;
    let groups = match &together {
        Err(unmeasured) if unmeasured.reason.kind == ReasonKind::ConfigInvalid => by_place(shares),
        _ => return Ok(together),
    };
    if groups.len() < 2 {
        return Ok(together);
    }
    let mut answers = Vec::new();
    for (number, group) in groups.iter().enumerate() {
        match run(bench, tool, group, &format!("{name}-place-{}", number + 1))? {
            Ok(own) => answers.extend(own),
            Err(unmeasured) => {
                let components = group.iter().map(|share| share.component);
                answers.extend(refuse(components, Check::Lint, &unmeasured.reason, unmeasured.run.as_ref()));
            }
        }
    }
    Ok(Ok(answers))
}

/// The components by the folders, nearest to their files, in which there is something that may configure ruff.
fn by_place<'a>(shares: &[Share<'a>]) -> Vec<Vec<Share<'a>>> {
    let mut groups: BTreeMap<BTreeSet<Option<&Path>>, Vec<Share<'a>>> = BTreeMap::new();
    for share in shares {
        let above = |file: &'a SourceFile| {
            Path::new(&file.real).ancestors().skip(1).find(|folder| configuration::may_configure_ruff(folder))
        };
        groups.entry(share.files.iter().map(above).collect()).or_default().push(*share);
    }
    groups.into_values().collect()
}

fn run(bench: &Bench<'_>, tool: &ResolvedTool, shares: &[Share<'_>], name: &str) -> anyhow::Result<Shared> {
    let lint = Lint { bench, executable: tool.executable.to_string_lossy().into_owned(), name };
    let files = real_paths(all(shares));
    let finished =
        lint.launch("check", ruff::check_argv(&lint.executable, &files, Suppressions::Obeyed), None)?;
    let run = finished.record(tool, &finished.stdout);
    let gathered = lint.gather(shares, &files, &finished)?;
    let gathered = match gathered {
        Ok(gathered) => gathered,
        Err(reason) => return Ok(Err(Unmeasured::because(reason, Some(run)))),
    };
    let settings = gathered.settings.iter().map(|(file, settings)| (file.as_str(), &**settings)).collect();
    let reports = Reports {
        check: &gathered.check,
        shown: &gathered.shown,
        unsuppressed: &gathered.unsuppressed,
        settings: &settings,
        canaries: &gathered.canaries,
    };
    let one = |share: &Share<'_>| {
        let subject = bench.subjects.get(share.component);
        let may_pass = |found: &[Finding]| {
            subject.map_or(found.is_empty(), |subject| may_pass(subject, found, bench.today))
        };
        answer(share.component, Check::Lint, ruff_evidence::evidence(share.files, &reports, may_pass), &run)
    };
    Ok(Ok(shares.iter().map(one).collect()))
}

/// Whether the check may yet pass with these issues: what no waiver covers of them is no more than the gate allows.
fn may_pass(subject: &Subject<'_>, found: &[Finding], today: Date) -> bool {
    let Some(criterion @ Criterion::Lint { max_issues }) = subject.criterion(Check::Lint) else {
        return found.is_empty();
    };
    let declared = subject.candidate.component.waivers.iter().map(|one| &one.waiver);
    let waivers: Vec<Waiver> = declared.filter(|waiver| waiver.check == Check::Lint).cloned().collect();
    judge::waiver::uncovered(criterion, found, &waivers, today) <= *max_issues
}

struct Lint<'a> {
    bench: &'a Bench<'a>,
    executable: String,
    name: &'a str,
}

struct Gathered {
    check: Issues,
    shown: BTreeSet<String>,
    unsuppressed: Issues,
    settings: BTreeMap<String, Rc<Settings>>,
    canaries: BTreeMap<String, Canary>,
}

impl Lint<'_> {
    fn launch(
        &self,
        step: &str,
        argv: Vec<String>,
        input: Option<std::path::PathBuf>,
    ) -> anyhow::Result<Finished> {
        // Without settings in the project ruff would take those of the user who happens to run it.
        let nowhere = self.bench.context.folder.folder("no-settings")?;
        let variables = vec![("XDG_CONFIG_HOME".into(), nowhere.into_os_string())];
        launch(self.bench.context, &format!("{}-{step}", self.name), argv, Extra { variables, input })
    }

    fn gather(
        &self,
        shares: &[Share<'_>],
        files: &BTreeSet<&str>,
        check: &Finished,
    ) -> anyhow::Result<Result<Gathered, Reason>> {
        if !matches!(check.exit, Exit::Code(0 | 1)) {
            return Ok(report(check, ruff::read_check).and_then(|_| Err(nothing_more())));
        }
        // A long report is read while ruff makes the next.
        let (check, others) = std::thread::scope(|scope| {
            let reading = scope.spawn(|| report(check, ruff::read_check));
            let others = self.shown_and_unsuppressed(files);
            (reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), others)
        });
        let (shown, unsuppressed) = others?;
        let settings = self.settings(shares)?;
        let (check, shown, unsuppressed, settings) = match (check, shown, unsuppressed, settings) {
            (Ok(check), Ok(shown), Ok(unsuppressed), Ok(settings)) => (check, shown, unsuppressed, settings),
            (Err(reason), ..) | (_, _, _, Err(reason)) | (_, Err(reason), ..) | (_, _, Err(reason), _) => {
                return Ok(Err(reason));
            }
        };
        let told = check.by_file.keys().chain(unsuppressed.by_file.keys());
        if let Err(reason) = speaks_only_of(Tool::Ruff, files, told) {
            return Ok(Err(reason));
        }
        let mut canaries = BTreeMap::new();
        let borrowed = settings.iter().map(|(file, settings)| (file.as_str(), &**settings)).collect();
        for share in shares {
            for suspect in ruff_evidence::suspects(share.files, &check, &unsuppressed, &borrowed) {
                match self.canary(suspect, settings.get(&suspect.real).map(|settings| &**settings))? {
                    Ok(canary) => canaries.insert(suspect.real.clone(), canary),
                    Err(reason) => return Ok(Err(reason)),
                };
            }
        }
        Ok(Ok(Gathered { check, shown, unsuppressed, settings, canaries }))
    }

    /// The files that ruff reads, and the issues with suppressions ignored.
    #[expect(
        clippy::type_complexity,
        reason = "two answers, each of which may be missing for its own reason"
    )]
    fn shown_and_unsuppressed(
        &self,
        files: &BTreeSet<&str>,
    ) -> anyhow::Result<(Result<BTreeSet<String>, Reason>, Result<Issues, Reason>)> {
        let shown = self.launch("files", ruff::show_files_argv(&self.executable, files), None)?;
        let all =
            self.launch("all", ruff::check_argv(&self.executable, files, Suppressions::Ignored), None)?;
        Ok((report(&shown, ruff::read_show_files), report(&all, ruff::read_check)))
    }

    /// The settings in force for each file: asked once for all files under one configuration file.
    fn settings(
        &self,
        shares: &[Share<'_>],
    ) -> anyhow::Result<Result<BTreeMap<String, Rc<Settings>>, Reason>> {
        let mut settings = BTreeMap::new();
        for (number, files) in by_configuration(self.bench, shares).into_values().enumerate() {
            let Some(first) = files.first() else { continue };
            let argv = ruff::show_settings_argv(&self.executable, &first.real);
            let finished = self.launch(&format!("settings-{number}"), argv, None)?;
            match report(&finished, ruff_settings::read_settings) {
                Ok(found) => {
                    let found = Rc::new(found);
                    settings.extend(files.iter().map(|file| (file.real.clone(), Rc::clone(&found))));
                }
                Err(reason) => return Ok(Err(reason)),
            }
        }
        Ok(Ok(settings))
    }

    fn canary(
        &self,
        file: &SourceFile,
        settings: Option<&Settings>,
    ) -> anyhow::Result<Result<Canary, Reason>> {
        let text = match self.bench.sources.text(&file.real) {
            Ok(text) => text,
            Err(reason) => return Ok(Err(reason)),
        };
        let Some(settings) = settings else { return Ok(Ok(Canary::Silent)) };
        let input = self.bench.context.folder.file(&format!("{}-canary.py", self.name));
        file::write_whole(&input, &ruff_canary::canary_text(text))?;
        let mut heard = Vec::new();
        for suppressions in [Suppressions::Obeyed, Suppressions::Ignored] {
            let argv = ruff::canary_argv(&self.executable, &file.real, suppressions);
            let finished = self.launch("canary", argv, Some(input.clone()))?;
            match report(&finished, ruff::read_check) {
                Ok(issues) => heard.push(issues),
                Err(reason) => return Ok(Err(reason)),
            }
        }
        Ok(Ok(match heard.as_slice() {
            [obeyed, ignored] => ruff_canary::judge(&file.real, text, obeyed, ignored, settings),
            _ => Canary::Silent,
        }))
    }
}

/// A run that broke down gave an answer that can be read all the same.
fn nothing_more() -> Reason {
    Reason::new(
        ReasonKind::ToolCrashed,
        "ruff ended in a way that is neither \"clean\" nor \"issues found\"",
        "run `ruff check` by hand and see what it prints",
    )
}

fn all<'a>(shares: &[Share<'a>]) -> impl Iterator<Item = &'a SourceFile> {
    shares.iter().flat_map(|share| share.files).collect::<Vec<_>>().into_iter()
}

/// The files by the configuration file in force for them: ruff takes the nearest one upwards.
fn by_configuration<'a>(
    bench: &Bench<'_>,
    shares: &[Share<'a>],
) -> BTreeMap<Option<std::path::PathBuf>, Vec<&'a SourceFile>> {
    let root = &bench.context.root;
    let mut of_folder: BTreeMap<&Path, Option<std::path::PathBuf>> = BTreeMap::new();
    let mut files: BTreeMap<Option<std::path::PathBuf>, Vec<&'a SourceFile>> = BTreeMap::new();
    for file in all(shares) {
        let folder = Path::new(&file.real).parent().unwrap_or(root);
        let configuration = of_folder.entry(folder).or_insert_with(|| {
            configuration::in_force(Tool::Ruff, root, folder).into_iter().next().map(|found| found.path)
        });
        files.entry(configuration.clone()).or_default().push(file);
    }
    files
}
