//! Half a million findings in each format: how long it takes, and how much memory it needs besides the findings.
//!
//! `cargo bench --bench formats`. Each format and size is measured in a process of its own, so that its peak of memory is
//! its own; what the findings themselves need is measured by a process that renders nothing.

#![expect(clippy::disallowed_methods, reason = "a benchmark starts processes and looks at the clock itself")]

use std::fs::File;
use std::process::Command;
use std::time::{Duration, Instant};

use tta_promote::model::assessment::{
    Assessment, CheckAssessment, ComponentAssessment, Outcome, PolicyDigest, Subject, Verdict,
};
use tta_promote::model::environment::Environment;
use tta_promote::model::evidence::{Evidence, Inspected, Measured};
use tta_promote::model::finding::{Finding, Severity};
use tta_promote::model::gate::Criterion;
use tta_promote::model::line_set::Lines;
use tta_promote::model::run::{Exit, Run};
use tta_promote::model::stage::Stage;
use tta_promote::model::toolchain::Tool;
use tta_promote::report::{Format, Style, render_to};

const SIZES: [usize; 2] = [500_000, 1_000_000];
const ROUNDS: usize = 3;
/// Findings of one component.
const EACH: usize = 5_000;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(position) = arguments.iter().position(|word| word == "measure") {
        measure(
            arguments[position + 1].parse().expect("a size"),
            Format::from_name(&arguments[position + 2]),
        );
        return;
    }
    let formats = Format::ALL.map(Format::name);
    for size in SIZES {
        let (_, plain, _) = best(size, "nothing");
        println!("{size} findings, which need {} MB themselves", plain >> 10);
        for format in formats {
            let (seconds, peak, written) = best(size, format);
            println!(
                "  {format:9} {seconds:5.2} s  {:5} MB more  {:4} MB written",
                peak.saturating_sub(plain) >> 10,
                written >> 20
            );
        }
    }
}

/// The shortest time, the smallest peak in KiB, and the bytes written.
fn best(size: usize, format: &str) -> (f64, u64, u64) {
    let rounds: Vec<(f64, u64, u64)> = (0..ROUNDS)
        .map(|_| {
            let myself = std::env::current_exe().expect("a path");
            let output = Command::new(myself)
                .args(["measure", &size.to_string(), format])
                .output()
                .expect("it starts");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let mut words = text.split_whitespace();
            let mut number = || words.next().expect("a number").to_owned();
            (
                number().parse().expect("seconds"),
                number().parse().expect("KiB"),
                number().parse().expect("bytes"),
            )
        })
        .collect();
    let least = |one: (f64, u64, u64), two: &(f64, u64, u64)| (one.0.min(two.0), one.1.min(two.1), two.2);
    rounds.iter().fold((f64::MAX, u64::MAX, 0), least)
}

fn measure(size: usize, format: Option<Format>) {
    let assessment = assessment(size);
    let mut file = tempfile::tempfile().expect("a file");
    let since = Instant::now();
    if let Some(format) = format {
        render_to(&assessment, format, &Style::default(), &mut file).expect("written");
    }
    let took: Duration = since.elapsed();
    println!("{} {} {}", took.as_secs_f64(), peak(), length(&file));
}

fn length(file: &File) -> u64 {
    file.metadata().expect("there").len()
}

/// The most memory that this process has had, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

fn assessment(size: usize) -> Assessment {
    let components: Vec<ComponentAssessment> = (0..size / EACH).map(component).collect();
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
        verdict: Verdict::Fail,
        components,
    }
}

/// Half of the findings are alike, half have a message of their own.
fn component(number: usize) -> ComponentAssessment {
    let file = format!("src/components/unit_{number:05}_component.py");
    let finding = |row: usize| Finding {
        file: file.as_str().into(),
        line: u32::try_from(row + 1).ok(),
        column: Some(5),
        rule: ["F401", "E501", "PLR0912", "W291"][row % 4].into(),
        severity: Severity::ALL[row % 3],
        message: match row % 2 {
            0 => "Line too long (104 > 88)".into(),
            _ => format!("`module_{number}.name_{row}` imported but unused; consider removing it").into(),
        },
    };
    let run = Run {
        tool: Tool::Ruff,
        version: "1".to_owned(),
        argv: ["ruff".to_owned()].into(),
        exit: Exit::Code(1),
        duration: Duration::from_secs(1),
        report_sha256: None,
        cached: None,
    };
    let evidence = Evidence {
        measured: Measured::Lint { issues: EACH as u64 },
        inspected: Inspected::files(std::slice::from_ref(&file), "ruff", |_| true).expect("a file"),
        findings: (0..EACH).map(finding).collect(),
        extent: None,
        suppressed: 0,
        lines: Lines::new(),
        notes: Vec::new(),
        run: Some(run),
    };
    ComponentAssessment {
        name: format!("unit_{number:05}"),
        title: format!("unit_{number:05}"),
        group: None,
        from: Stage::Development,
        to: Stage::Staging,
        files: vec![file],
        absent_imports: Vec::new(),
        checks: vec![CheckAssessment {
            criterion: Criterion::Lint { max_issues: 0 },
            outcome: Outcome::Fail(evidence),
            waived: false,
            covers: Vec::new(),
        }],
        conditions: Vec::new(),
        waivers: Vec::new(),
        verdict: Verdict::Fail,
    }
}
