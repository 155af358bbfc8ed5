//! Ten thousand components with half a million findings: planning, reading, judging and rendering, without the tools.
//!
//! `cargo bench --bench scale`. Each size is measured in a process of its own, so that its peak of memory is its own. The
//! reports are made beforehand and lie on the disk, as those of a run do.

#![expect(clippy::disallowed_methods, reason = "a benchmark starts processes and looks at the clock itself")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

use tta_promote::app::answer::{Answer, answer};
use tta_promote::judge;
use tta_promote::model::assessment::{
    Assessment, CheckAssessment, ComponentAssessment, PolicyDigest, Subject, Verdict,
};
use tta_promote::model::check::Check;
use tta_promote::model::component::SourceFile;
use tta_promote::model::environment::Environment;
use tta_promote::model::evidence::{Bound, Evidence};
use tta_promote::model::finding::Severity;
use tta_promote::model::reason::Reason;
use tta_promote::model::run::{Exit, Run};
use tta_promote::model::stage::Stage;
use tta_promote::model::toolchain::Tool;
use tta_promote::plan::{self, Candidate};
use tta_promote::policy::{self, Document};
use tta_promote::report::{Format, Style, render, render_to};
use tta_promote::tools::coverage::{self, Made};
use tta_promote::tools::pyright_comment::Comments;
use tta_promote::tools::pyright_config::Weakening;
use tta_promote::tools::ruff_evidence;
use tta_promote::tools::ruff_settings::Settings;
use tta_promote::tools::{bandit, pyright, ruff};

/// Of each component: issues of ruff, errors of pyright, findings of bandit. 50 in all.
const FINDINGS: [usize; 3] = [40, 8, 2];
const SIZES: [usize; 3] = [5_000, 10_000, 20_000];
const ROUNDS: usize = 3;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(position) = arguments.iter().position(|word| word == "measure") {
        let size = arguments[position + 1].parse().expect("a size");
        measure(Path::new(&arguments[position + 2]), size);
        return;
    }
    let myself = std::env::current_exe().expect("a path");
    let mut least = Vec::new();
    for size in SIZES {
        let folder = tempfile::tempdir().expect("a folder");
        write_reports(folder.path(), size);
        let mut rounds: Vec<f64> = (0..ROUNDS)
            .map(|_| {
                let output = Command::new(&myself)
                    .args(["measure", &size.to_string()])
                    .arg(folder.path())
                    .output()
                    .expect("it starts");
                let text = String::from_utf8_lossy(&output.stdout);
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
                print!("{text}");
                text.split_whitespace().find_map(|word| word.parse().ok()).expect("seconds first")
            })
            .collect();
        rounds.sort_by(f64::total_cmp);
        least.push(rounds[0]);
    }
    for (pair, sizes) in least.windows(2).zip(SIZES.windows(2)) {
        println!("{} ÷ {} components: {:.2} × the processor time", sizes[1], sizes[0], pair[1] / pair[0]);
    }
}

fn path(number: usize) -> String {
    format!("/project/src/components/unit_{number:05}_component.py")
}

const RUFF: &str = r#"{"cell": null, "code": "F401", "end_location": {"column": 10, "row": ROW}, "filename": "PATH", "fix": null, "location": {"column": 8, "row": ROW}, "message": "`os` imported but unused", "name": "unused-import", "noqa_row": ROW, "severity": "error", "url": "https://docs.astral.sh/ruff/rules/unused-import"}"#;
const PYRIGHT: &str = r#"{"file": "PATH", "severity": "error", "message": "Type \"str\" is not assignable to declared type \"int\"", "range": {"start": {"line": ROW, "character": 13}, "end": {"line": ROW, "character": 19}}, "rule": "reportAssignmentType"}"#;
const BANDIT: &str = r#"{"code": "", "col_offset": 4, "end_col_offset": 48, "filename": "PATH", "issue_confidence": "HIGH", "issue_cwe": {"id": 78, "link": ""}, "issue_severity": "HIGH", "issue_text": "subprocess call with shell=True identified, security issue.", "line_number": ROW, "line_range": [ROW], "more_info": "", "test_id": "B602", "test_name": "subprocess_popen_with_shell_equals_true"}"#;
const COVERAGE: &str = r#""PATH": {"executed_lines": [EXECUTED], "missing_lines": [MISSING], "excluded_lines": [], "summary": {"covered_lines": 70, "num_statements": 90, "percent_covered": 77.7, "missing_lines": 20, "excluded_lines": 0}}"#;

/// Writes a report: `head`, `count` copies of `unit` for each component, `tail`.
fn write_report(file: &Path, size: usize, (head, unit, tail): (&str, &str, &str), count: usize) {
    let mut out = BufWriter::new(File::create(file).expect("a file"));
    out.write_all(head.as_bytes()).expect("written");
    for number in 0..size {
        let unit = unit.replace("PATH", &path(number));
        for row in 0..count {
            let separator = if number + row == 0 { "" } else { "," };
            write!(out, "{separator}{}", unit.replace("ROW", &row.to_string())).expect("written");
        }
    }
    out.write_all(tail.as_bytes()).expect("written");
    out.flush().expect("written");
}

fn write_reports(folder: &Path, size: usize) {
    write_report(&folder.join("ruff"), size, ("[", RUFF, "]"), FINDINGS[0]);
    let shown: Vec<String> = (0..size).map(|number| path(number) + "\n").collect();
    std::fs::write(folder.join("shown"), shown.concat()).expect("written");
    let head = r#"{"version": "1", "generalDiagnostics": ["#;
    let summary = format!(
        r#"], "summary": {{"filesAnalyzed": {size}, "errorCount": {}, "warningCount": 0}}}}"#,
        size * FINDINGS[1]
    );
    write_report(&folder.join("pyright"), size, (head, PYRIGHT, &summary), FINDINGS[1]);
    let metric = |number| format!(r#", "{}": {{"loc": 90, "nosec": 0, "skipped_tests": 0}}"#, path(number));
    let metrics: Vec<String> = (0..size).map(metric).collect();
    let head = format!(
        r#"{{"errors": [], "metrics": {{"_totals": {{"loc": 1, "nosec": 0}}{}}}, "results": ["#,
        metrics.concat()
    );
    write_report(&folder.join("bandit"), size, (&head, BANDIT, "]}"), FINDINGS[2]);
    let lines = |from: u32, to: u32| (from..to).map(|line| line.to_string()).collect::<Vec<_>>().join(",");
    let unit = COVERAGE.replace("EXECUTED", &lines(1, 71)).replace("MISSING", &lines(71, 91));
    write_report(&folder.join("coverage"), size, (r#"{"meta": {}, "files": {"#, &unit, "}}"), 1);
}

fn policy_text(size: usize) -> String {
    let mut text = "schema = 1\n[project]\nname = \"x\"\n".to_owned();
    for number in 0..size {
        let path = path(number);
        let path = path.trim_start_matches("/project/");
        let _infallible = writeln!(
            text,
            "[component.unit_{number:05}]\npaths = [\"{path}\"]\ntests = {{ paths = [\"tests\"], select = \"unit_{number:05}\" }}"
        );
    }
    text
}

fn measure(folder: &Path, size: usize) {
    let document = Document { file: "promotion.toml".to_owned(), text: policy_text(size) };
    let (begun, at_first, mut steps) = (Instant::now(), used(), Vec::new());
    let mut step = |name: &'static str, since: Instant| steps.push((name, since.elapsed()));

    let since = Instant::now();
    let policy = policy::read(&document, &[]).expect("a policy");
    step("policy", since);
    let since = Instant::now();
    let gate = &policy.gates[&Stage::Staging];
    let candidates: Vec<Candidate<'_>> = policy
        .components
        .iter()
        .map(|component| Candidate { component, gate, from: component.stage })
        .collect();
    let planned = plan::plan(&candidates, None);
    assert_eq!((planned.tests.len(), planned.trees.len()), (size, 1));
    step("plan", since);
    let since = Instant::now();
    let files: Vec<[SourceFile; 1]> = (0..size)
        .map(|number| {
            let real = path(number);
            [SourceFile { path: real.trim_start_matches("/project/").to_owned(), real }]
        })
        .collect();
    let answers = answers(folder, &files);
    step("read", since);
    let since = Instant::now();
    let assessment = assess(&candidates, &files, answers);
    step("judge", since);
    let since = Instant::now();
    let text = render(&assessment, Format::Text, &Style::default());
    step("text", since);
    let since = Instant::now();
    let mut json = File::create(folder.join("json")).expect("a file");
    render_to(&assessment, Format::Json, &Style::default(), &mut json).expect("written");
    let json = json.metadata().expect("there").len();
    step("JSON", since);
    let (whole, used) = (begun.elapsed(), used().saturating_sub(at_first));

    let findings: usize = assessment
        .components
        .iter()
        .flat_map(|component| &component.checks)
        .filter_map(|check| check.outcome.evidence())
        .map(|evidence| evidence.findings.len())
        .sum();
    assert_eq!((assessment.verdict, findings), (Verdict::Fail, size * 50));
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("?").trim();
    let parts: Vec<String> =
        steps.iter().map(|(name, took)| format!("{name} {:.2}", took.as_secs_f64())).collect();
    println!(
        "{:.2} s of processor time, {:.2} s by the clock, for {size} components, {findings} findings, peak {peak}  ({}; {} lines of text, {} MB of JSON)",
        used.as_secs_f64(),
        whole.as_secs_f64(),
        parts.join(", "),
        text.lines().count(),
        json >> 20
    );
}

/// The processor time of this process, which other work on the machine does not lengthen much.
fn used() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("the system tells");
    let microseconds = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Duration::from_micros(u64::try_from(microseconds).unwrap_or_default())
}

fn open(folder: &Path, name: &str) -> BufReader<File> {
    BufReader::with_capacity(256 << 10, File::open(folder.join(name)).expect("a report"))
}

fn run(tool: Tool) -> Run {
    Run {
        tool,
        version: "1".to_owned(),
        argv: [tool.name().to_owned()].into(),
        exit: Exit::Code(1),
        duration: Duration::from_secs(1),
        report_sha256: None,
        cached: None,
    }
}

type Evidenced = Result<Evidence, Reason>;

/// What the lanes would hand over, from recorded reports; side by side, as lanes run.
fn answers(folder: &Path, files: &[[SourceFile; 1]]) -> Vec<Vec<Answer>> {
    let lanes: [&(dyn Fn() -> Vec<Answer> + Sync); 4] =
        [&|| lint(folder, files), &|| types(folder, files), &|| security(folder, files), &|| {
            figures(folder, files)
        }];
    let mut answers: Vec<Vec<Answer>> = files.iter().map(|_| Vec::new()).collect();
    std::thread::scope(|scope| {
        let running: Vec<_> = lanes.iter().map(|lane| scope.spawn(lane)).collect();
        for answer in running.into_iter().flat_map(|lane| lane.join().expect("no panic")) {
            answers[answer.component].push(answer);
        }
    });
    answers
}

fn each(
    files: &[[SourceFile; 1]],
    check: Check,
    tool: Tool,
    evidence: impl Fn(&[SourceFile]) -> Evidenced,
) -> Vec<Answer> {
    let run = run(tool);
    let of = |(component, files): (usize, &[SourceFile; 1])| answer(component, check, evidence(files), &run);
    files.iter().enumerate().map(of).collect()
}

fn types(folder: &Path, files: &[[SourceFile; 1]]) -> Vec<Answer> {
    let named: BTreeSet<&str> = files.iter().map(|[file]| file.real.as_str()).collect();
    let own = pyright::read(Exit::Code(1), open(folder, "pyright"), "").expect("a report");
    let comments = files.iter().map(|[file]| (file.real.clone(), Comments::default())).collect();
    let reports = pyright::Reports {
        own: &own,
        named: &named,
        weakening: &Weakening::default(),
        unweakened: None,
        comments: &comments,
        project_environment: true,
    };
    each(files, Check::Types, Tool::Pyright, |files| pyright::evidence(files, &reports))
}

fn security(folder: &Path, files: &[[SourceFile; 1]]) -> Vec<Answer> {
    let scan = bandit::read(Exit::Code(1), open(folder, "bandit"), "").expect("a report");
    let reports = bandit::Reports { scan: &scan, unsuppressed: None, python: None };
    each(files, Check::Security, Tool::Bandit, |files| bandit::evidence(files, &reports, Severity::Medium))
}

fn figures(folder: &Path, files: &[[SourceFile; 1]]) -> Vec<Answer> {
    let keys: BTreeSet<&str> = files.iter().map(|[file]| file.real.as_str()).collect();
    let key = |path: &str| keys.get(path).map(|real| (*real).to_owned());
    let made = || Made { exit: Exit::Code(0), report: Some(coverage::read(open(folder, "coverage"), key)) };
    let reports = coverage::Reports { project: made(), neutral: made(), everything: None };
    each(files, Check::Coverage, Tool::Pytest, |files| coverage::evidence(files, &reports, Bound::Exact))
}

fn lint(folder: &Path, files: &[[SourceFile; 1]]) -> Vec<Answer> {
    let read = || ruff::read_check(Exit::Code(1), open(folder, "ruff"), "").expect("a report");
    let (check, unsuppressed) = std::thread::scope(|scope| {
        let other = scope.spawn(read);
        (read(), other.join().expect("no panic"))
    });
    let shown = ruff::read_show_files(Exit::Code(0), open(folder, "shown"), "").expect("a list");
    let in_force = Settings {
        path: None,
        enabled: BTreeSet::from(["unused-import (F401)".to_owned()]),
        ignores: Vec::new(),
        other_language: None,
    };
    let settings = files.iter().map(|[file]| (file.real.as_str(), &in_force)).collect();
    let reports = ruff_evidence::Reports {
        check: &check,
        shown: &shown,
        unsuppressed: &unsuppressed,
        settings: &settings,
        canaries: &BTreeMap::new(),
    };
    each(files, Check::Lint, Tool::Ruff, |files| ruff_evidence::evidence(files, &reports, <[_]>::is_empty))
}

fn assess(candidates: &[Candidate<'_>], files: &[[SourceFile; 1]], answers: Vec<Vec<Answer>>) -> Assessment {
    let components: Vec<ComponentAssessment> = candidates
        .iter()
        .zip(files)
        .zip(answers)
        .map(|((candidate, [file]), answers)| {
            let checks: Vec<CheckAssessment> = answers
                .into_iter()
                .filter_map(|answer| {
                    let criterion =
                        candidate.gate.criteria.iter().find(|criterion| criterion.check() == answer.check)?;
                    let outcome = judge::check(criterion, answer.gathered);
                    Some(CheckAssessment::of(criterion.clone(), outcome))
                })
                .collect();
            ComponentAssessment {
                name: candidate.component.name.clone(),
                title: candidate.component.title.clone(),
                group: None,
                from: Stage::Development,
                to: Stage::Staging,
                files: vec![file.path.clone()],
                absent_imports: Vec::new(),
                conditions: Vec::new(),
                waivers: Vec::new(),
                verdict: judge::gate(&checks),
                checks,
            }
        })
        .collect();
    Assessment {
        project: "x".to_owned(),
        policy: PolicyDigest { file: "promotion.toml".to_owned(), sha256: String::new() },
        version: "0".to_owned(),
        started: jiff::Timestamp::UNIX_EPOCH,
        duration: Duration::ZERO,
        subject: Subject { commit: None, dirty: None, changed: Vec::new() },
        environment: Environment {
            python: None,
            platform: String::new(),
            lock: None,
            in_sync: None,
            distributions: Vec::new(),
            sha256: String::new(),
        },
        only: None,
        merged: None,
        notes: Vec::new(),
        verdict: judge::all(components.iter().map(|component| component.verdict)),
        components,
    }
}
