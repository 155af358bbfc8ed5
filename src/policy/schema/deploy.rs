//! `[component.NAME.deploy.STAGE]`.

use schemars::JsonSchema;

use super::text::{Address, Length, LengthOrNone, Path, Pattern, Script, Service};

/// How a component gets to a stage. Nothing is promoted to `development`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Deployments {
    /// How it gets to staging.
    staging: Option<Deploy>,
    /// How it gets to production.
    production: Option<Deploy>,
}

/// How a component gets to a stage, by compose, a script, or both.
#[derive(JsonSchema)]
#[schemars(
    deny_unknown_fields,
    extend("anyOf" = [{"required": ["compose_file"]}, {"required": ["script"]}])
)]
struct Deploy {
    /// The compose file.
    compose_file: Option<Path>,
    /// Its service in the compose file. Left out: the component's name.
    service: Option<Service>,
    /// What is run in place of `docker compose up -d`: a program and its arguments, no shell.
    script: Option<Script>,
    /// Files of variables for compose and the script; their values are secrets and shown nowhere.
    #[schemars(extend("default" = []))]
    env_files: Option<Vec<Path>>,
    /// How it is seen that it is well.
    health: Option<Health>,
    /// Which lines of its log tell of an error.
    logs: Option<Logs>,
    /// What happens where it is not healthy in time.
    #[schemars(extend("default" = "stop"))]
    on_failure: Option<OnFailure>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Health {
    /// The address that must answer.
    url: Address,
    /// The status of a healthy answer.
    #[schemars(range(min = 100, max = 599), extend("default" = 200))]
    status: Option<u64>,
    /// A regular expression that the body must match, in which `{container}` stands for the new container's id.
    body: Option<Pattern>,
    /// When it is asked for the first time.
    #[schemars(extend("default" = "2s"))]
    delay: Option<LengthOrNone>,
    /// How often it is asked.
    #[schemars(extend("default" = "1s"))]
    interval: Option<Length>,
    /// For how long it must be well without a break.
    #[schemars(extend("default" = "5s"))]
    stable: Option<LengthOrNone>,
    /// Until when it must have become so; no shorter than `delay` and `stable` together.
    #[schemars(extend("default" = "2m"))]
    deadline: Option<Length>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Logs {
    /// Regular expressions for lines that tell of an error.
    #[schemars(extend("default" = [r"(?i)\b(error|exception|traceback|fatal|panic)\b"]))]
    error: Option<Vec<Pattern>>,
    /// Regular expressions for lines that do not, whatever else they match.
    #[schemars(extend("default" = []))]
    allow: Option<Vec<Pattern>>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
enum OnFailure {
    /// It stays as it is, so that it can be looked at.
    Stop,
    /// What ran before is put back.
    Rollback,
}
