//! `tests.args`: further arguments for pytest, but for those that would defeat the proof.
//! Not a parser of pytest's whole command line: what plugins add is taken as it is. pytest takes no
//! abbreviated long options, but it does take clusters (`-qx`) and values that are stuck on (`-pno:cov`),
//! and it replaces `@file` by the lines of the file (seen with pytest 9.2).

use super::document::{Faults, quote};
use super::value::Value;

/// Why an argument is refused, and what to do instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Refusal {
    why: &'static str,
    hint: &'static str,
}

const OURS: Refusal = Refusal {
    why: "belongs to tta-promote, which measures with it",
    hint: "take it out: report and coverage options are set for each run",
};
const SELECTS: Refusal = Refusal {
    why: "leaves tests out behind the policy's back",
    hint: "select tests with `tests.paths` and `tests.select`",
};
const STOPS: Refusal = Refusal {
    why: "ends the run before all tests have run",
    hint: "take it out: the check needs the outcome of every test",
};
const RUNS_NOTHING: Refusal =
    Refusal { why: "makes pytest run no test", hint: "take it out: a pass needs tests that ran" };
const COLLECTION: Refusal = Refusal {
    why: "lets a run go on without the tests that could not be collected",
    hint: "correct the test modules that cannot be collected",
};
const CONFIGURATION: Refusal = Refusal {
    why: "changes which configuration is in force",
    hint: "settings belong into the project's pytest configuration",
};
const INTERACTIVE: Refusal = Refusal {
    why: "waits for somebody at the keyboard",
    hint: "take it out: nobody is there during a gate's run",
};
const PLUGIN: Refusal = Refusal {
    why: "removes a plugin that the proof needs",
    hint: "take it out; plugins beyond pytest's own and pytest-cov may be removed",
};
const DELETES: Refusal = Refusal {
    why: "makes pytest empty the folder that it names",
    hint: "take it out: pytest has a temporary folder of its own",
};
const HIDES: Refusal = Refusal {
    why: "brings arguments that cannot be seen here",
    hint: "write each argument into `args` itself",
};
const DANGLES: Refusal =
    Refusal { why: "needs a value, and none follows", hint: "write the value as the next item of `args`" };

/// Long options that are refused, with or without `=value`.
const LONG: [(&[&str], Refusal); 8] = [
    (&["--no-cov", "--no-cov-on-fail", "--junitxml", "--junitprefix"], OURS),
    (
        &[
            "--deselect",
            "--ignore",
            "--ignore-glob",
            "--last-failed",
            "--lf",
            "--lfnf",
            "--last-failed-no-failures",
        ],
        SELECTS,
    ),
    (
        &[
            "--exitfirst",
            "--maxfail",
            "--stepwise",
            "--sw",
            "--stepwise-skip",
            "--sw-skip",
            "--stepwise-reset",
            "--sw-reset",
            "--failed-first",
            "--ff",
        ],
        STOPS,
    ),
    (
        &[
            "--collect-only",
            "--collectonly",
            "--co",
            "--setup-plan",
            "--setup-only",
            "--help",
            "--version",
            "--fixtures",
            "--funcargs",
            "--fixtures-per-test",
            "--markers",
            "--cache-show",
        ],
        RUNS_NOTHING,
    ),
    (&["--continue-on-collection-errors"], COLLECTION),
    (&["--config-file", "--rootdir", "--inifile"], CONFIGURATION),
    (&["--pdb", "--pdbcls", "--trace"], INTERACTIVE),
    (&["--basetemp"], DELETES),
];
/// Long options that are refused whatever follows.
const LONG_PREFIXES: [&str; 2] = ["--cov", "--junit-"];
/// Plugins that collect, run, count or report, and that make failures of warnings; each also with `pytest_` before it.
const NEEDED_PLUGINS: [&str; 13] = [
    "cov",
    "junitxml",
    "terminal",
    "terminalreporter",
    "main",
    "runner",
    "python",
    "config",
    "unittest",
    "skipping",
    "reports",
    "session",
    "warnings",
];

/// The arguments, where none of them is refused.
pub(super) fn read(value: &Value<'_>, faults: &mut Faults<'_>) -> Vec<String> {
    let items = value.list("arguments", faults).unwrap_or_default();
    let texts: Vec<Option<&str>> = items.iter().map(|item| item.line(faults)).collect();
    let mut args = Vec::new();
    let mut is_value = false;
    for (index, (item, text)) in items.iter().zip(&texts).enumerate() {
        let Some(text) = *text else {
            is_value = false;
            continue;
        };
        // An item that is no text is a fault already; here it is only a value that says nothing.
        let next = texts.get(index + 1).map(|next| next.unwrap_or_default());
        let refusal = if text.starts_with('@') {
            Some(HIDES)
        } else if std::mem::take(&mut is_value) {
            None
        } else {
            let (refusal, takes_next) = judge(text, next);
            is_value = takes_next;
            refusal
        };
        match refusal {
            Some(Refusal { why, hint }) => {
                faults.add(item.offset, format!("pytest argument {} {why}", quote(text)), hint);
            }
            None => args.push(text.to_owned()),
        }
    }
    args
}

/// Why `arg` is refused, if it is, and whether `next`, the argument after it, is its value.
fn judge(arg: &str, next: Option<&str>) -> (Option<Refusal>, bool) {
    if arg == "--" {
        return (Some(HIDES), false);
    }
    if arg.starts_with("--") {
        return long(arg, next);
    }
    match arg.strip_prefix('-') {
        Some(cluster) if !cluster.is_empty() => short(cluster, next),
        _ => (None, false),
    }
}

fn long(arg: &str, next: Option<&str>) -> (Option<Refusal>, bool) {
    let (name, value) = match arg.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (arg, None),
    };
    if name == "--override-ini" {
        return with_value('o', value, next);
    }
    if name == "--disable-plugin-autoload" {
        return (Some(PLUGIN), false);
    }
    let listed = LONG.iter().find(|(names, _)| names.contains(&name)).map(|(_, refusal)| *refusal);
    let prefixed = LONG_PREFIXES.iter().any(|prefix| name.starts_with(prefix)).then_some(OURS);
    (listed.or(prefixed), false)
}

/// The letters after one `-`: flags, until one takes the rest, or the next argument, as its value.
fn short(cluster: &str, next: Option<&str>) -> (Option<Refusal>, bool) {
    for (at, letter) in cluster.char_indices() {
        let refusal = match letter {
            'x' => STOPS,
            'h' | 'V' => RUNS_NOTHING,
            'k' => SELECTS,
            'c' => CONFIGURATION,
            'p' | 'o' | 'm' | 'W' | 'r' | 'n' => {
                let stuck_on = &cluster[at + 1..];
                return with_value(letter, (!stuck_on.is_empty()).then_some(stuck_on), next);
            }
            'q' | 'v' | 's' | 'l' => continue,
            // Some plugin's; what follows it is its own affair.
            _ => return (None, false),
        };
        return (Some(refusal), false);
    }
    (None, false)
}

fn with_value(letter: char, stuck_on: Option<&str>, next: Option<&str>) -> (Option<Refusal>, bool) {
    let value = match (stuck_on, next) {
        (Some(value), _) => value.strip_prefix('=').unwrap_or(value),
        // Without a value pytest would take the first of our own arguments for it.
        (None, None) => return (Some(DANGLES), false),
        (None, Some(value)) => value,
    };
    let refusal = match letter {
        'p' => value.trim().strip_prefix("no:").and_then(|plugin| {
            let short = plugin.trim_start_matches("pytest_").trim_start_matches("_pytest.");
            NEEDED_PLUGINS.contains(&short).then_some(PLUGIN)
        }),
        'o' => match value.split('=').next().unwrap_or_default().trim() {
            "addopts" => Some(HIDES),
            setting if setting.starts_with("junit_") => Some(OURS),
            _ => None,
        },
        _ => None,
    };
    // A refused pair is one fault: its value is not judged again as an argument.
    (refusal, stuck_on.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(args: &[&str]) -> Option<&'static str> {
        judge(args[0], args.get(1).copied()).0.map(|refusal| refusal.why)
    }

    #[test]
    fn arguments_that_leave_the_proof_alone_are_taken() {
        for args in [
            vec!["-n", "4"],
            vec!["-n4"],
            vec!["--dist=loadfile"],
            vec!["-m", "not slow"],
            vec!["--timeout=30"],
            vec!["-p", "no:randomly"],
            vec!["-p", "xdist"],
            vec!["-pno:cacheprovider"],
            vec!["-W", "error"],
            vec!["--import-mode=importlib"],
            vec!["-vv"],
            vec!["-q"],
            vec!["-rA"],
            vec!["-l"],
            vec!["--runxfail"],
            vec!["-o", "xfail_strict=true"],
            vec!["--strict-markers"],
            vec!["tests/more"],
            vec!["-"],
            vec!["--nf"],
            vec!["--cache-clear"],
            vec!["--color=no"],
            vec!["--ignored-by-us"],
        ] {
            assert_eq!(judged(&args), None, "{args:?}");
        }
    }

    #[test]
    fn arguments_that_defeat_the_proof_are_refused_with_the_reason() {
        for (args, refusal) in [
            (vec!["--cov"], OURS),
            (vec!["--cov=src"], OURS),
            (vec!["--cov-report=term"], OURS),
            (vec!["--no-cov"], OURS),
            (vec!["--junitxml=x"], OURS),
            (vec!["--junit-xml", "x"], OURS),
            (vec!["--junit-prefix=x"], OURS),
            (vec!["-o", "junit_family=legacy"], OURS),
            (vec!["-k", "a"], SELECTS),
            (vec!["-ka"], SELECTS),
            (vec!["-qk", "a"], SELECTS),
            (vec!["--deselect=a"], SELECTS),
            (vec!["--ignore", "a"], SELECTS),
            (vec!["--ignore-glob=a"], SELECTS),
            (vec!["--lf"], SELECTS),
            (vec!["-x"], STOPS),
            (vec!["-qx"], STOPS),
            (vec!["--maxfail=3"], STOPS),
            (vec!["--stepwise"], STOPS),
            (vec!["--failed-first"], STOPS),
            (vec!["--co"], RUNS_NOTHING),
            (vec!["--collectonly"], RUNS_NOTHING),
            (vec!["-h"], RUNS_NOTHING),
            (vec!["-V"], RUNS_NOTHING),
            (vec!["--markers"], RUNS_NOTHING),
            (vec!["--cache-show=x"], RUNS_NOTHING),
            (vec!["--setup-plan"], RUNS_NOTHING),
            (vec!["--continue-on-collection-errors"], COLLECTION),
            (vec!["-c", "x.ini"], CONFIGURATION),
            (vec!["-cx.ini"], CONFIGURATION),
            (vec!["--rootdir=/"], CONFIGURATION),
            (vec!["--pdb"], INTERACTIVE),
            (vec!["-p", "no:cov"], PLUGIN),
            (vec!["-pno:pytest_cov"], PLUGIN),
            (vec!["-p", "no:junitxml"], PLUGIN),
            (vec!["-p", "no:warnings"], PLUGIN),
            (vec!["-pno:_pytest.warnings"], PLUGIN),
            (vec!["-qpno:terminal"], PLUGIN),
            (vec!["--disable-plugin-autoload"], PLUGIN),
            (vec!["-o", "addopts=--co"], HIDES),
            (vec!["-oaddopts=--co"], HIDES),
            (vec!["-o=addopts=--co"], HIDES),
            (vec!["--override-ini=addopts=x"], HIDES),
            (vec!["--override-ini", "addopts=x"], HIDES),
            (vec!["--"], HIDES),
            (vec!["--basetemp=src"], DELETES),
            (vec!["-m"], DANGLES),
            (vec!["-n"], DANGLES),
        ] {
            assert_eq!(judged(&args), Some(refusal.why), "{args:?}");
        }
    }
}
