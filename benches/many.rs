//! Twelve components at once, against each alone and against one run of each tool per component; and all of it reused,
//! in a repository of five thousand files.
//!
//! `cargo bench --bench many [ROUNDS]`. All three verify the same twelve generated components of a copy of the bundled
//! project. The plain way is that of the promotion plan that this program was designed for: for each component the whole
//! test tree, and each linter through uvx.

#![expect(clippy::disallowed_methods, reason = "a benchmark starts processes and looks at the clock itself")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde_json::Value;

const COMPONENTS: usize = 12;
const FILES: usize = 5_000;
const PLAIN: [&[&str]; 4] = [
    &["uv", "run", "pytest", "tests/", "--cov=src/components", "--cov-report=term"],
    &["uvx", "ruff@0.17.6", "check", "FILE"],
    &["uvx", "pyright@1.1.414", "FILE"],
    &["uvx", "bandit@1.9.4", "-r", "FILE", "-ll"],
];

fn main() {
    let rounds = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(3);
    let folder = tempfile::tempdir().expect("a folder");
    let top = folder.path().canonicalize().expect("a path");
    let root = project(&top);
    reused(&top);
    println!("one run of each first, so that caches are warm");
    verify(&top, &["--all"]);
    plain(&root, &name(0));
    let mut figures: [Vec<f64>; 6] = Default::default();
    for _ in 0..rounds {
        let together = verify(&top, &["--all"]);
        let each: Vec<Verified> = (0..COMPONENTS).map(|number| verify(&top, &[&name(number)])).collect();
        let alone: f64 = each.iter().map(|one| one.wall).sum();
        let used_alone: f64 = each.iter().map(|one| one.used).sum();
        let begun = Instant::now();
        (0..COMPONENTS).for_each(|number| plain(&root, &name(number)));
        let plain = begun.elapsed().as_secs_f64();
        let row = [
            together.wall,
            together.used,
            plain / together.wall,
            alone / together.wall,
            used_alone / together.used,
            together.over_bound(),
        ];
        println!(
            "  together {:.1} s, each alone {alone:.1} s, plain {plain:.1} s, wall ÷ bound {:.2}",
            together.wall,
            together.over_bound()
        );
        figures.iter_mut().zip(row).for_each(|(figures, figure)| figures.push(figure));
    }
    let names = [
        "verify --all, wall, s",
        "verify --all, processor time, s",
        "one run of each tool per component ÷ verify --all, ×",
        "verify of each alone ÷ verify --all, ×",
        "the same in processor time, which neighbours disturb less, ×",
        "wall ÷ max(longest run, processor time ÷ processors), ×",
    ];
    println!("\n{rounds} rounds, {COMPONENTS} components, median (least to most)");
    for (name, mut figures) in names.into_iter().zip(figures) {
        figures.sort_by(f64::total_cmp);
        println!(
            "{name:60} {:7.2}   ({:.2} to {:.2})",
            figures[figures.len() / 2],
            figures[0],
            figures[figures.len() - 1]
        );
    }
}

/// The whole answer from the cache, several times.
fn reused(top: &Path) {
    const TIMES: usize = 15;
    for number in 0..FILES {
        let folder = top.join(format!("data/{:02}", number % 50));
        std::fs::create_dir_all(&folder).expect("made");
        std::fs::write(folder.join(format!("{number}.txt")), format!("{number}\n").repeat(400))
            .expect("written");
    }
    for arguments in [&["init", "--quiet"][..], &["add", "--all"], &["commit", "--quiet", "--message=all"]] {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@b.invalid"];
        let status = Command::new("git").args(identity).args(arguments).current_dir(top).status();
        assert!(status.is_ok_and(|status| status.success()));
    }
    let verify = |arguments: &[&str]| {
        let begun = Instant::now();
        let output = Command::new(env!("CARGO_BIN_EXE_tta-promote"))
            .args(["verify", "--all", "--cached"])
            .args(arguments)
            .current_dir(top)
            .output()
            .expect("it starts");
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        (begun.elapsed(), String::from_utf8_lossy(&output.stdout).into_owned(), output.stderr)
    };
    let (first, ..) = verify(&["-q"]);
    println!(
        "{COMPONENTS} components in a repository of {FILES} more files; first {:.1} s, then reused:",
        first.as_secs_f64()
    );
    for arguments in [&["-q"][..], &[], &["--format", "json"]] {
        let mut rounds: Vec<Duration> = (0..TIMES).map(|_| verify(arguments).0).collect();
        rounds.sort_unstable();
        let [least, middle, most] = [0, TIMES / 2, TIMES - 1].map(|place| rounds[place].as_millis());
        println!("  {:16} {middle} ms   ({least} to {most})", arguments.join(" "));
    }
    let (_, text, remarks) = verify(&["-v"]);
    assert!(text.contains("cached"), "{text}");
    String::from_utf8_lossy(&remarks).lines().for_each(|line| println!("  {line}"));
}

struct Verified {
    wall: f64,
    /// The longest single run, in seconds.
    longest: f64,
    /// Processor time of the program and of all that it started, in seconds.
    used: f64,
}

impl Verified {
    fn over_bound(&self) -> f64 {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let processors = f64::from(u32::try_from(processors).unwrap_or(1));
        self.wall / self.longest.max(self.used / processors)
    }
}

fn verify(top: &Path, arguments: &[&str]) -> Verified {
    let (begun, used_before) = (Instant::now(), used());
    let output = Command::new(env!("CARGO_BIN_EXE_tta-promote"))
        .arg("verify")
        .args(arguments)
        .args(["--fresh", "--format", "json"])
        .current_dir(top)
        .output()
        .expect("it starts");
    let (wall, used) = (begun.elapsed().as_secs_f64(), used().saturating_sub(used_before).as_secs_f64());
    let document: Value = serde_json::from_slice(&output.stdout).expect("a document");
    assert_eq!(document["verdict"], "pass", "{}", String::from_utf8_lossy(&output.stderr));
    let components = document["components"].as_array().into_iter().flatten();
    let checks = components.flat_map(|component| component["checks"].as_array().into_iter().flatten());
    let longest = checks.filter_map(|check| check["run"]["duration_ms"].as_u64()).max().unwrap_or_default();
    Verified { wall, longest: Duration::from_millis(longest).as_secs_f64(), used }
}

fn plain(root: &Path, name: &str) {
    let file = format!("src/components/{name}_component.py");
    for argv in PLAIN {
        let argv: Vec<&str> =
            argv.iter().map(|word| if *word == "FILE" { file.as_str() } else { word }).collect();
        let status = Command::new(argv[0])
            .args(&argv[1..])
            .current_dir(root)
            .env_remove("VIRTUAL_ENV")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(status.is_ok(), "{} is there", argv[0]);
    }
}

fn name(number: usize) -> String {
    format!("unit{number:02}")
}

/// A copy of the bundled project with twelve more components and a policy of these alone; gives its root.
fn project(top: &Path) -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = top.join("tta");
    let copied = Command::new("cp").arg("-r").arg(here.join("fixtures/tta")).arg(&root).status();
    assert!(copied.is_ok_and(|status| status.success()));
    let mut policy = "schema = 1\n[project]\nname = \"many\"\nroot = \"tta\"\nrunner = \"uv\"\n".to_owned();
    for number in 0..COMPONENTS {
        let name = name(number);
        let mut source = format!(
            "\"\"\"Counts.\n\n>>> count_{name}(1)\n1\n\"\"\"\n\n\ndef count_{name}(value: int) -> int:\n    \"\"\"Count.\"\"\"\n"
        );
        (0..30).for_each(|case| {
            writeln!(source, "    if value == {case}:\n        return {case}").expect("written");
        });
        source.push_str("    return 0\n");
        let test = format!(
            "\"\"\"Tests.\"\"\"\n\nfrom src.components.{name}_component import count_{name}\n\n\n\
             def test_{name}_counts():\n    assert [count_{name}(value) for value in range(30)] == list(range(30))\n"
        );
        std::fs::write(root.join(format!("src/components/{name}_component.py")), source).expect("written");
        std::fs::write(root.join(format!("tests/test_{name}.py")), test).expect("written");
        writeln!(
            policy,
            "[component.{name}]\npaths = [\"src/components/{name}_component.py\"]\ntests = {{ paths = [\"tests\"], select = \"{name}\" }}"
        )
        .expect("written");
    }
    std::fs::write(top.join("promotion.toml"), policy).expect("written");
    root
}

/// The processor time of what this process has started and waited for.
fn used() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the system tells");
    let microseconds = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Duration::from_micros(u64::try_from(microseconds).unwrap_or_default())
}
