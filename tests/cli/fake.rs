//! Fake tools: shell scripts that answer as the real ones do, until a test tells them otherwise.
//!
//! Not a model of the tools: each fake knows the few questions that are asked of it, and nothing else.

use std::fmt::Write as _;
use std::path::Path;

/// The programs that are faked.
pub(crate) const PROGRAMS: [&str; 8] =
    ["pytest", "ruff", "pyright", "bandit", "python3", "uv", "uvx", "mine"];
/// Those of them that are there only where a test says so.
pub(crate) const RARE: [&str; 3] = ["uv", "uvx", "mine"];

/// What one fake does.
pub(crate) struct Fake {
    pub(crate) present: bool,
    pub(crate) mode: u32,
    pub(crate) bytes: Option<Vec<u8>>,
    pub(crate) steps: Vec<String>,
    pub(crate) branches: Vec<(String, String)>,
}

impl Default for Fake {
    fn default() -> Self {
        Self { present: true, mode: 0o755, bytes: None, steps: Vec::new(), branches: Vec::new() }
    }
}

impl Fake {
    /// Its script.
    pub(crate) fn script(&self, name: &str, fakes: &Path) -> String {
        let mut script = format!("#!/bin/sh\nfakes='{}'\n{ESCAPED}\n", fakes.display());
        script.push_str(match name {
            "pytest" => PYTEST,
            "ruff" => RUFF,
            "pyright" => PYRIGHT,
            "bandit" => BANDIT,
            "uv" | "uvx" => UV,
            "mine" => MINE,
            _ => PYTHON,
        });
        let branches = self.branches.iter().map(|(argument, branch)| (argument.as_str(), branch.as_str()));
        for (argument, branch) in branches.chain(others(name)) {
            let _infallible = writeln!(script, "case \" $* \" in *\" {argument} \"*) {branch}\nexit;; esac");
        }
        if self.steps.is_empty() {
            script.push_str("honest \"$@\"\n");
        }
        self.steps.iter().for_each(|step| script.extend([step, "\n"]));
        script
    }
}

/// What a tool is asked besides its report. These questions are answered honestly unless told otherwise.
fn others<'a>(name: &str) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
    let rows: &[(&'static str, &'static str)] = match name {
        "pytest" => &[("--version", "echo 'pytest 9.2.0'")],
        "ruff" => &[
            ("--version", "echo 'ruff 0.17.6'"),
            ("--show-files", "files \"$@\""),
            ("--show-settings", "settings"),
            ("--stdin-filename", "honest \"$@\""),
        ],
        "pyright" => &[("--version", "echo 'pyright 1.1.414'")],
        "bandit" => &[("--version", "echo 'bandit 1.9.4'")],
        "uv" => &[("sync", "sync"), ("run", "run \"$@\"")],
        "uvx" | "mine" => &[],
        _ => &[("tell", "cat \"$fakes/environment.json\" > \"$4\"")],
    };
    rows.iter().copied()
}

/// A path as it stands in a JSON string.
const ESCAPED: &str = r#"escaped() { printf '%s' "$1" | sed 's/[\\"]/\\&/g; s/\x1b/\\u001b/g'; }"#;

const PYTEST: &str = r#"
for argument in "$@"; do
  case "$argument" in
    --junitxml=*) junit=${argument#*=} ;;
    --cov=*) measures=yes ;;
  esac
done
journal="$TTA_PROMOTE_JOURNAL/journal-main.json"
write_junit() {
  echo '<?xml version="1.0"?><testsuites><testsuite name="pytest" tests="3">' > "$junit"
  for test in one two three; do echo "<testcase classname=\"tests.test_a\" name=\"$test\" time=\"0.1\"/>"; done >> "$junit"
  echo '</testsuite></testsuites>' >> "$junit"
}
write_journal() {
  printf '{"root": "%s", "prefix": "%s", ' "$(escaped "$PWD")" "$(escaped "$VIRTUAL_ENV")" > "$journal"
  echo '"exit": 0, "recorded": "a92849bddf0867f641d022b88f2b038adc779a975d5f6325c36a4c57208d814c", "collected": 3, "finished": 3, "deselected": 0, "dropped": 0, "moved": [], "counts": {"passed": 3}, "reruns": 0, "rewritten": 0, "uncollected": [], "not_run": []}' >> "$journal"
}
write_coverage() { if [ -n "$measures" ]; then echo recorded > "$COVERAGE_FILE"; fi; }
honest() { write_junit; write_journal; write_coverage; echo '3 passed'; }
"#;

const RUFF: &str = r#"
files() { for argument in "$@"; do case "$argument" in /*) printf '%s\n' "$argument" ;; esac; done; }
settings() { printf '# General Settings\n\n# Linter Settings\nlinter.rules.enabled = [\n\tunused-import (F401),\n]\nlinter.per_file_ignores = {}\n'; }
honest() { echo '[]'; }
"#;

const PYRIGHT: &str = r#"
honest() {
  count=0
  for argument in "$@"; do case "$argument" in *.py) count=$((count + 1)) ;; esac; done
  echo '{"version": "1.1.414", "generalDiagnostics": [], "summary": {"filesAnalyzed": '"$count"', "errorCount": 0, "warningCount": 0}}'
}
"#;

const BANDIT: &str = r#"
counts='{"loc": 10, "nosec": 0, "skipped_tests": 0}'
honest() {
  printf '{"errors": [], "metrics": {'
  for argument in "$@"; do
    case "$argument" in /*) printf '"%s": %s, ' "$(escaped "$argument")" "$counts" ;; esac
  done
  printf '"_totals": %s}, "results": []}\n' "$counts"
}
"#;

const PYTHON: &str = r#"
honest() {
  which=project.json
  for argument in "$@"; do
    case "$argument" in --rcfile=*) which=coverage.json ;; esac
    last=$argument
  done
  if [ ! -e "$fakes/$which" ]; then which=coverage.json; fi
  cat "$fakes/$which" > "$last"
}
"#;

/// A tool of one's own: it finds nothing in the files that it is given.
const MINE: &str = r#"
honest() {
  count=0
  for argument in "$@"; do case "$argument" in *.py) count=$((count + 1)) ;; esac; done
  echo "looked at $count files"
}
"#;

const UV: &str = r#"
sync() { mkdir -p "$UV_PROJECT_ENVIRONMENT/bin"; ln -sf "$fakes/../bin/python3" "$UV_PROJECT_ENVIRONMENT/bin/python"; }
run() {
  while [ "$1" != -- ]; do shift; done
  cat "$fakes/environment.json" > "$6.part"; mv "$6.part" "$6"
  cat > "$fakes/held"; echo > "$fakes/released"
}
honest() { exit 2; }
"#;
