//! `verify carbon` on the bundled project, measured as a whole: its own processor time, and its wall time beside
//! that of the plain commands run one after another. Ratios of one run; absolute figures depend on the machine.
//!
//! `cargo bench --bench verify`; needs uv, node and git, as `make bench` sets them up.

#![expect(clippy::disallowed_methods, reason = "a benchmark starts processes and looks at the clock itself")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

use tta_promote::app::context::Deaf;
use tta_promote::app::project::Workspace;
use tta_promote::app::reuse::Reuse;
use tta_promote::app::selection::Selection;
use tta_promote::app::stages::Stages;
use tta_promote::app::verify::{Request, verify};
use tta_promote::model::gate::Precision;
use tta_promote::report::{Format, Style, render};
use tta_promote::sys::clock::processors;
use tta_promote::sys::interrupt::Interrupt;

const ROUNDS: usize = 5;

/// The commands of the promotion plan that this program was designed for.
const PLAIN: [&[&str]; 5] = [
    &["uv", "run", "pytest", "tests/", "--cov=src/components", "--cov-report=term"],
    &["uvx", "ruff@0.17.6", "check", "src/components/carbon_component.py"],
    &["uvx", "pyright@1.1.414", "src/components/carbon_component.py"],
    &["uvx", "bandit@1.9.4", "-r", "src/components/carbon_component.py", "-ll"],
    &["uv", "run", "pytest", "tests/", "-k", "carbon"],
];

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let policy = project(folder.path());
    let root = folder.path().join("fixtures/tta");
    println!("one run of each first, so that caches are warm");
    let _warm = (once(&policy), plain(&root));

    let mut rounds: Vec<(Round, Duration)> = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push((once(&policy), plain(&root)));
    }
    let median = |figure: &dyn Fn(&(Round, Duration)) -> f64| {
        let mut figures: Vec<f64> = rounds.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        (figures[0], figures[figures.len() / 2], figures[figures.len() - 1])
    };
    let show = |name: &str, unit: &str, (least, middle, most): (f64, f64, f64)| {
        println!("{name:58} {middle:9.2} {unit:2}   ({least:.2} to {most:.2})");
    };
    println!("\n{ROUNDS} rounds on {} processors, median (least to most)", processors());
    show("verify carbon, wall", "s", median(&|(round, _)| round.wall.as_secs_f64()));
    show("verify carbon, own processor time", "ms", median(&|(round, _)| round.own.as_secs_f64() * 1e3));
    show("the plain commands one after another, wall", "s", median(&|(_, plain)| plain.as_secs_f64()));
    show("plain ÷ verify", "×", median(&|(round, plain)| plain.as_secs_f64() / round.wall.as_secs_f64()));
    show(
        "wall ÷ max(longest tool, processor time ÷ processors)",
        "×",
        median(&|(round, _)| round.over_bound()),
    );
}

/// What one `verify` cost.
struct Round {
    wall: Duration,
    /// Processor time of this process, without its children.
    own: Duration,
    /// Processor time of its children.
    children: Duration,
    longest: Duration,
}

impl Round {
    fn over_bound(&self) -> f64 {
        let processors = f64::from(u32::try_from(processors()).unwrap_or(1));
        let bound = (self.children.as_secs_f64() / processors).max(self.longest.as_secs_f64());
        self.wall.as_secs_f64() / bound
    }
}

fn once(policy: &Path) -> Round {
    let (own, children, start) =
        (used(UsageWho::RUSAGE_SELF), used(UsageWho::RUSAGE_CHILDREN), Instant::now());
    let workspace = Workspace::load(Some(policy)).expect("a policy");
    let selection = Selection::new(
        &workspace.policy,
        &Stages::of_policy(&workspace.policy),
        &["carbon".to_owned()],
        None,
        None,
    )
    .expect("carbon");
    let request = Request {
        selection,
        jobs: processors(),
        timeout: None,
        precision: Precision::Enough,
        reuse: Reuse::Never,
    };
    let verified = verify(&workspace, &request, &Interrupt::default(), &Deaf).expect("our work");
    let text = render(&verified.assessment, Format::Text, &Style::default());
    let wall = start.elapsed();
    assert!(text.contains("ready for staging"), "{text}");
    let checks = verified.assessment.components.iter().flat_map(|component| &component.checks);
    let longest =
        checks.filter_map(|check| check.outcome.run()).map(|run| run.duration).max().unwrap_or_default();
    Round {
        wall,
        own: used(UsageWho::RUSAGE_SELF).saturating_sub(own),
        children: used(UsageWho::RUSAGE_CHILDREN).saturating_sub(children),
        longest,
    }
}

fn plain(root: &Path) -> Duration {
    let start = Instant::now();
    for argv in PLAIN {
        let (program, arguments) = argv.split_first().expect("a program");
        // One test of another component fails, by intention: the exit code says nothing here.
        let status = Command::new(program)
            .args(arguments)
            .current_dir(root)
            .env_remove("VIRTUAL_ENV")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(status.is_ok(), "{program} is there");
    }
    start.elapsed()
}

/// A copy of the bundled project, with git, so that nothing is written into this repository.
fn project(folder: &Path) -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::create_dir_all(folder.join("fixtures")).expect("a folder");
    let copied =
        Command::new("cp").arg("-r").arg(here.join("fixtures/tta")).arg(folder.join("fixtures")).status();
    assert!(copied.is_ok_and(|status| status.success()));
    let policy = folder.join("promotion.toml");
    std::fs::copy(here.join("promotion.toml"), &policy).expect("copied");
    policy
}

fn used(who: UsageWho) -> Duration {
    let usage = getrusage(who).expect("the system tells");
    let microseconds = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Duration::from_micros(u64::try_from(microseconds).unwrap_or_default())
}
