//! Where there are more selections than workers, runs of pytest are forked: they see, do and leave behind what runs do that
//! are started, and are watched like them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use super::laboratory::{Project, Verdict, environment, make_environment};

const NAMES: [&str; 3] = ["alpha", "beta", "gamma"];

/// A test that writes down what it sees of its process.
const SEES: &str = "
import json
import os
import signal
import sys
import threading
from pathlib import Path


def test_NAME_sees():
    main = sys.modules['__main__']
    run = os.environ['TTA_PROMOTE_JOURNAL']
    seen = {
        'argv': sys.argv,
        'orig_argv': sys.orig_argv,
        'executable': sys.executable,
        'prefix': sys.prefix,
        'flags': str(sys.flags),
        'path': sys.path,
        'main': [main.__file__, main.__name__, sorted(name for name in vars(main) if not name.startswith('__'))],
        'environment': {name: value for name, value in os.environ.items() if name != 'TTA_PROMOTE_RUN'},
        'same_mark': os.environ['TTA_PROMOTE_RUN'] == MARK_OF_SYSTEM,
        'modules': sorted(name for name in sys.modules if '.' not in name),
        'threads': threading.active_count(),
        'leads': os.getpgid(0) == os.getpid(),
        'folder': os.getcwd(),
        'input': os.read(0, 10).decode(),
        'files': sorted(int(name) for name in os.listdir('/proc/self/fd') if int(name) < 3),
        'signals': [str(signal.getsignal(number)) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)],
        'forked': 'pytest_forks.py' in Path('/proc/%d/cmdline' % os.getppid()).read_text(),
    }
    text = json.dumps(seen, indent=1).replace(os.path.dirname(run), 'RUNS').replace(os.path.basename(run), 'RUN')
    Path(os.environ['SEEN'], 'NAME.json').write_text(text)


MARK_OF_SYSTEM = [
    variable.partition(b'=')[2].decode()
    for variable in Path('/proc/self/environ').read_bytes().split(b'\\0')
    if variable.startswith(b'TTA_PROMOTE_RUN=')
][0]
";

/// A project of three components that select their tests by name, each with one more test.
fn project(more: [&str; 3]) -> Project {
    project_in(environment(), more)
}

fn project_in(environment: &Path, more: [&str; 3]) -> Project {
    let project = Project::new("p");
    let venv = environment.to_str().expect("a path");
    let mut policy =
        format!("schema = 1\n[project]\nname = \"forked\"\nroot = \"p\"\nrunner = {{ venv = {venv:?} }}\n");
    for (name, more) in NAMES.iter().zip(more) {
        project.write(&format!("src/{name}.py"), format!("def {name}() -> int:\n    return 1\n"));
        let tests = format!(
            "from src.{name} import {name}\n{}\n\ndef test_{name}():\n    assert {name}() == 1\n",
            more.replace("NAME", name)
        );
        project.write(&format!("tests/test_{name}.py"), tests);
        let _infallible = writeln!(
            policy,
            "[component.{name}]\npaths = [\"src/{name}.py\"]\ntests = {{ paths = [\"tests\"], select = {name:?} }}"
        );
    }
    project.write("conftest.py", "");
    std::fs::write(project.top.join("promotion.toml"), policy).expect("written");
    project
}

/// The checks of the components named, without what tells of the runs themselves; one worker.
fn verify(project: &Project, arguments: &[&str]) -> Vec<Value> {
    let mut command = project.gate(&["verify", "--format", "json", "--jobs", "1", "--timeout", "20s"]);
    if !arguments.contains(&"--only") {
        command.args(["--only", "tests,coverage"]);
    }
    let output = command.args(arguments).env("SEEN", &project.top).output().expect("it starts");
    let verdict = Verdict::of(&output);
    let components = verdict.document["components"].as_array().cloned();
    let mut components = components.unwrap_or_else(|| panic!("{} {}", verdict.exit, verdict.stderr));
    for component in &mut components {
        for check in component["checks"].as_array_mut().into_iter().flatten() {
            check["run"] = Value::Null;
        }
    }
    components
}

/// That each is assessed as among all; gives what they are.
fn all_as_each_alone(project: &Project) -> Vec<Value> {
    let together = verify(project, &["--all"]);
    let alone: Vec<Value> = NAMES.iter().flat_map(|name| verify(project, &[name])).collect();
    assert_eq!(together, alone);
    assert_eq!(project.processes(), Vec::<String>::new(), "nothing is left");
    together
}

fn seen(project: &Project) -> Vec<Value> {
    let read = |name: &&str| {
        let text = std::fs::read_to_string(project.top.join(format!("{name}.json"))).expect("it was written");
        serde_json::from_str(&text).expect("JSON")
    };
    NAMES.iter().map(read).collect()
}

/// That a run sees the same, whether it is forked or started.
fn sees_the_same(checks: &str) {
    let project = project([SEES; 3]);
    verify(&project, &["--all", "--only", checks]);
    let mut forked = seen(&project);
    for name in NAMES {
        verify(&project, &[name, "--only", checks]);
    }
    let started = seen(&project);
    assert!(forked.iter().all(|seen| seen["same_mark"] == true && seen["leads"] == true));
    for (forked, started) in forked.iter_mut().zip(&started) {
        assert_eq!((&forked["forked"], &started["forked"]), (&Value::Bool(true), &Value::Bool(false)));
        forked["forked"] = Value::Bool(false);
    }
    assert_eq!(forked, started);
}

#[test]
fn a_forked_run_sees_what_a_started_one_sees() {
    sees_the_same("tests,coverage");
}

#[test]
fn a_forked_run_that_measures_no_coverage_has_not_imported_what_does() {
    sees_the_same("tests");
}

#[test]
fn a_forked_run_that_ends_badly_is_assessed_as_a_started_one() {
    let ends = "\n\ndef test_NAME_ends():\n    import os\n    os._exit(0)\n";
    let crashes = "\n\ndef test_NAME_crashes():\n    import os\n    os.kill(os.getpid(), 9)\n";
    let hangs = "\n\ndef test_NAME_hangs():\n    import signal\n    import time\n    \
                 signal.signal(signal.SIGTERM, signal.SIG_IGN)\n    time.sleep(600)\n";
    let components = all_as_each_alone(&project([ends, crashes, hangs]));
    let reason = |component: usize| components[component]["checks"][0]["reason"]["kind"].clone();
    assert_eq!([0, 1, 2].map(reason), ["report_missing", "tool_crashed", "timed_out"]);
}

#[test]
fn what_a_forked_run_leaves_behind_is_stopped_and_told() {
    let child =
        "\n\ndef test_NAME_leaves():\n    import subprocess\n    subprocess.Popen(['sleep', '971'])\n";
    let daemon = "\n\ndef test_NAME_leaves():\n    import subprocess\n    \
                  subprocess.Popen(['sleep', '971'], env={}, start_new_session=True)\n";
    // It executes no other program, so all that tells whose it is is what it got from the process that forked it.
    let fork = "\n\ndef test_NAME_leaves():\n    import os\n    import time\n    \
                if os.fork() == 0:\n        os.setsid()\n        time.sleep(971)\n        os._exit(0)\n";
    let components = all_as_each_alone(&project([child, daemon, fork]));
    for component in &components {
        assert_eq!(component["checks"][0]["outcome"], "pass");
        let notes = component["checks"][0].to_string();
        assert!(notes.contains("left behind, and that were stopped: 1"), "{notes}");
    }
}

#[test]
fn where_the_server_is_ended_by_a_test_the_run_is_started_instead() {
    let ends_parent = "\n\ndef test_NAME_ends_its_parent():\n    import os\n    import signal\n    \
                       parent = open('/proc/%d/cmdline' % os.getppid()).read()\n    \
                       if 'pytest_forks.py' in parent:\n        os.kill(os.getppid(), signal.SIGKILL)\n";
    let components = all_as_each_alone(&project([ends_parent, "", ends_parent]));
    assert!(components.iter().all(|component| component["verdict"] == "pass"));
}

#[test]
fn what_a_run_wrote_whose_end_nobody_knows_counts_for_nothing() {
    // Forked, it tells of a whole run, and its end is lost; started, it ends before it has told anything.
    let two_faced = "\n\ndef test_NAME_is_two_faced():\n    import atexit\n    import os\n    \
                     parent = open('/proc/%d/cmdline' % os.getppid()).read()\n    \
                     if 'pytest_forks.py' not in parent:\n        os._exit(0)\n    \
                     atexit.register(os.kill, os.getppid(), 9)\n";
    let project = project([two_faced, "", ""]);
    for checks in ["tests", "tests,coverage"] {
        let components = verify(&project, &["--all", "--only", checks]);
        assert_eq!(
            components[0]["checks"][0]["reason"]["kind"], "report_missing",
            "{checks}: {}",
            components[0]
        );
    }
}

#[test]
fn a_signal_while_a_forked_run_is_under_way_ends_all_of_it() {
    let hangs = "\n\ndef test_NAME_hangs():\n    import os\n    import time\n    \
                 open(os.environ['SEEN'] + '/begun', 'w').close()\n    time.sleep(973)\n";
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let project = project([hangs; 3]);
        let mut command =
            project.gate(&["verify", "--all", "--format", "json", "--jobs", "1", "--only", "tests"]);
        let command = command.env("SEEN", &project.top).stdout(Stdio::piped()).stderr(Stdio::piped());
        let gate = command.spawn().expect("it starts");
        let watch = Instant::now();
        while !project.top.join("begun").exists() {
            assert!(watch.elapsed() < Duration::from_secs(60), "the test begins");
            std::thread::sleep(Duration::from_millis(20));
        }
        kill(Pid::from_raw(i32::try_from(gate.id()).expect("an id")), signal).expect("it lives");
        let output = gate.wait_with_output().expect("it ends");
        let document: Value = serde_json::from_slice(&output.stdout).expect("a whole document");
        assert_eq!((output.status.code(), &document["verdict"]), (Some(130), &Value::from("inconclusive")));
        assert_eq!(project.processes(), Vec::<String>::new(), "nothing is left");
    }
}

/// An environment of its own, changed by `change`, which is given its folder.
fn changed_environment(name: &str, change: impl Fn(&Path)) -> PathBuf {
    let folder = make_environment(name, &["pytest==9.2.0", "pytest-cov==7.1.0"]);
    if !folder.join("is-changed").exists() {
        change(&folder);
        std::fs::write(folder.join("is-changed"), "").expect("written");
    }
    folder
}

#[test]
fn where_no_process_can_be_forked_the_runs_are_started() {
    let environment = changed_environment("forkless-environment", |folder| {
        let packages =
            std::fs::read_dir(folder.join("lib")).expect("a folder").flatten().next().expect("python");
        let line = "import os, sys; os.fork = os.fork if not any('pytest_forks' in word for word in sys.orig_argv) \
                    else (lambda: os.open('/no/such/file', 0))\n";
        std::fs::write(packages.path().join("site-packages/forkless.pth"), line).expect("written");
    });
    let components = all_as_each_alone(&project_in(&environment, ["", "", ""]));
    assert!(components.iter().all(|component| component["verdict"] == "pass"), "{components:?}");
}

#[test]
fn what_the_first_line_of_the_script_says_to_the_interpreter_is_obeyed() {
    let environment = changed_environment("isolated-environment", |folder| {
        let script = folder.join("bin/pytest");
        let text = std::fs::read_to_string(&script).expect("a script");
        let (first, rest) = text.split_once('\n').expect("lines");
        std::fs::write(&script, format!("{first} -s\n{rest}")).expect("written");
    });
    let isolated =
        "\n\ndef test_NAME_is_isolated():\n    import sys\n    assert sys.flags.no_user_site == 1\n";
    let components = all_as_each_alone(&project_in(&environment, [isolated; 3]));
    assert!(components.iter().all(|component| component["verdict"] == "pass"), "{components:?}");
}

#[test]
fn where_pytest_is_started_by_something_else_than_its_script_nothing_is_forked() {
    let environment = changed_environment("wrapped-environment", |folder| {
        let (script, original) = (folder.join("bin/pytest"), folder.join("bin/pytest-itself"));
        std::fs::rename(&script, &original).expect("moved");
        let wrapper = format!("#!/bin/sh\nWRAPPED=yes exec {} \"$@\"\n", original.display());
        std::fs::write(&script, wrapper).expect("written");
        std::fs::set_permissions(&script, std::fs::metadata(&original).expect("there").permissions())
            .expect("set");
    });
    let wrapped =
        "\n\ndef test_NAME_is_wrapped():\n    import os\n    assert os.environ['WRAPPED'] == 'yes'\n";
    let components = all_as_each_alone(&project_in(&environment, [wrapped; 3]));
    assert!(components.iter().all(|component| component["checks"][0]["outcome"] == "pass"), "{components:?}");
}
