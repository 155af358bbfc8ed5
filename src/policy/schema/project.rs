//! `[project]`.

use schemars::JsonSchema;
use serde_json::json;

use super::text::{Label, Length, Line, Moment, Path, Repository, Version};

/// The project, and how its tools are run.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Project {
    /// The project's name, for reports and issues.
    name: Line,
    /// `owner/name` on GitHub, for issues and links.
    repository: Option<Repository>,
    /// The folder of the Python project, relative to this file. Tools run there, and all other paths are relative to it.
    #[schemars(extend("default" = "."))]
    root: Option<Path>,
    /// Where the tools come from.
    #[schemars(extend("default" = "auto"))]
    runner: Option<Runner>,
    /// Patterns of files that declare one component each, relative to the root.
    #[schemars(extend("examples" = [["src/components/*/promotion.toml"]]))]
    include: Option<Vec<Path>>,
    /// The limit of one run of one tool, at most 7 days.
    #[schemars(extend("default" = "30m"))]
    timeout: Option<Length>,
    /// Versions of tools, used where `uvx` provides them. pytest always comes from the project's environment.
    tools: Option<Pins>,
    /// How old a pass may be for a deployment, at most 7 days.
    #[schemars(extend("default" = "24h"))]
    max_age: Option<Length>,
    /// The issues on GitHub.
    github: Option<GitHub>,
    /// Documents about all components.
    documents: Option<ProjectDocuments>,
    /// Times in which nothing is promoted.
    freeze: Option<Vec<Freeze>>,
}

/// Where the tools come from.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Runner {
    /// One of the usual places.
    Known(Place),
    /// An environment that is there already.
    Venv(Venv),
}

/// Where the tools come from.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
enum Place {
    /// `uv` where it is installed and there is a `pyproject.toml`, else a `.venv`, else PATH.
    Auto,
    /// The project's environment by `uv run`, and `uvx` for what it lacks.
    Uv,
    /// PATH.
    Path,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Venv {
    /// The folder of the environment.
    venv: Line,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Pins {
    /// The version of ruff.
    ruff: Option<Version>,
    /// The version of pyright.
    pyright: Option<Version>,
    /// The version of bandit.
    bandit: Option<Version>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct GitHub {
    /// The labels of promotion issues, besides the priority and the stage.
    #[schemars(extend("default" = ["component-promotion"]))]
    labels: Option<Vec<Label>>,
    /// A file with the text of promotion issues, relative to the root. Left out: the built-in text.
    template: Option<Path>,
    /// The number of the issue with the status of all components.
    #[schemars(range(min = 1))]
    status_issue: Option<u64>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct ProjectDocuments {
    /// The document with the stages of all components; only what stands between our marks is changed.
    status: Option<Path>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Freeze {
    /// From when on nothing is promoted: without quotes, with the offset from UTC.
    #[schemars(extend("examples" = json!(["2025-12-20T00:00:00Z"])))]
    from: Moment,
    /// Until when; later than `from`.
    #[schemars(extend("examples" = json!(["2026-01-06T00:00:00Z"])))]
    to: Moment,
    /// Why.
    reason: Line,
}
