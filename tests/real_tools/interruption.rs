//! Ctrl-C while the real pytest runs: the code that a shell expects, and nothing left.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use super::laboratory::{Project, environment};

/// A test that holds on to life, with a child and a daemon that do so too.
const STUBBORN: &str = "
import signal
import subprocess
import sys
import time
from pathlib import Path

DEAF = 'import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(981)'


def test_carbon():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    subprocess.Popen([sys.executable, '-c', DEAF])
    subprocess.Popen([sys.executable, '-c', DEAF], env={}, start_new_session=True)
    Path('../begun').touch()
    time.sleep(982)
";

struct Begun {
    project: Project,
    gate: Child,
}

impl Begun {
    /// A run of the gate whose test has begun.
    fn new() -> Self {
        let project = Project::new("p");
        project.write("src/carbon.py", "A = 1\n");
        project.write("tests/test_carbon.py", STUBBORN);
        let venv = environment().to_str().expect("a path");
        let policy = format!(
            "schema = 1\n[project]\nname = \"interrupted\"\nroot = \"p\"\nrunner = {{ venv = {venv:?} }}\n\
             [component.carbon]\npaths = [\"src\"]\ntests = {{ paths = [\"tests\"] }}\n"
        );
        std::fs::write(project.top.join("promotion.toml"), policy).expect("written");
        let mut gate = project.gate(&["verify", "carbon", "--format", "json", "--only", "tests,coverage"]);
        let gate = gate.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let begun = Self { project, gate };
        let watch = Instant::now();
        while !begun.project.top.join("begun").exists() {
            assert!(watch.elapsed() < Duration::from_secs(60), "the test begins");
            std::thread::sleep(Duration::from_millis(20));
        }
        begun
    }

    fn interrupt(&self) {
        let process = i32::try_from(self.gate.id()).expect("an id");
        kill(Pid::from_raw(process), Signal::SIGINT).expect("it lives");
    }

    /// Waits for the end, and tells the code, the document, and the processes that are left.
    fn end(self) -> (Option<i32>, Value, Vec<String>) {
        let output = self.gate.wait_with_output().expect("it ends");
        let document = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (output.status.code(), document, self.project.processes())
    }
}

#[test]
fn an_interrupt_ends_the_run_with_130_a_whole_document_and_nothing_left() {
    let begun = Begun::new();
    begun.interrupt();
    let (code, document, left) = begun.end();
    assert_eq!((code, left), (Some(130), Vec::new()));
    for check in document["components"][0]["checks"].as_array().expect("checks") {
        assert_eq!(check["outcome"], "inconclusive", "{check}");
        assert_eq!(check["reason"]["kind"], "interrupted", "{check}");
    }
}

#[test]
fn a_second_interrupt_waits_for_nothing_and_still_leaves_nothing() {
    let begun = Begun::new();
    begun.interrupt();
    std::thread::sleep(Duration::from_millis(300));
    let watch = Instant::now();
    begun.interrupt();
    let (code, _, left) = begun.end();
    assert_eq!((code, left), (Some(130), Vec::new()));
    assert!(watch.elapsed() < Duration::from_millis(1500), "it took {:?}", watch.elapsed());
}
