//! `[check.NAME]`.

use schemars::JsonSchema;

use super::text::{Inspected, Length, Line};

/// A check of one's own: what is run, in what it answers, and how it shows that it looked at something.
#[derive(JsonSchema)]
#[schemars(
    deny_unknown_fields,
    extend(
        "if" = {"required": ["reads"], "properties": {"reads": {"const": "junit"}}},
        "then" = {"not": {"required": ["inspected"]}},
        "else" = {"required": ["inspected"]}
    )
)]
pub(super) struct OwnCheck {
    /// What it is called where there is more to say than its name.
    title: Option<Line>,
    /// The program and its arguments; `{files}`, `{report}` and `{component}` are filled in. No shell sees it.
    #[schemars(length(min = 1))]
    command: Vec<String>,
    /// What the tool answers in.
    reads: Reads,
    /// How it shows what it looked at; left out for `junit`, where the tests that ran are the proof.
    inspected: Option<Inspected>,
    /// Where the answer is; left out: at `{report}` where there is one, else what is printed.
    from: Option<Source>,
    /// What its exit codes mean.
    exit: Option<Codes>,
    /// The limit for one run; left out: that of the project.
    timeout: Option<Length>,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum Reads {
    Format(Format),
    Lines(Lines),
}

#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
enum Format {
    /// SARIF 2.1.0.
    Sarif,
    /// JUnit XML.
    Junit,
    /// Nothing but the exit code.
    ExitCode,
}

/// Lines that match are findings.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Lines {
    /// With a group `message`, and as far as there are any `file`, `line`, `column`, `rule` and `severity`.
    #[schemars(regex(pattern = r"\(\?P?<message>"))]
    regex: String,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
enum Source {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// The file at `{report}`.
    Report,
}

/// What exit codes mean; others are no answer.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Codes {
    /// Those that mean that nothing was found.
    #[schemars(length(min = 1), inner(range(max = 255)), extend("default" = [0]))]
    clean: Option<Vec<u64>>,
    /// Those that mean that something was found.
    #[schemars(length(min = 1), inner(range(max = 255)), extend("default" = [1]))]
    findings: Option<Vec<u64>>,
}
