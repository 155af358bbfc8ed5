//! What single words on the command line mean.

use std::time::Duration;

use crate::model::check::Check;
use crate::model::stage::Stage;
use crate::policy::duration;

pub(super) fn stage(text: &str) -> Result<Stage, String> {
    let names = || Stage::ALL.map(Stage::name).join(", ");
    Stage::from_name(text).ok_or_else(|| format!("a stage is one of {}", names()))
}

pub(super) fn check(text: &str) -> Result<Check, String> {
    Check::named(text.trim()).ok_or_else(|| {
        format!("a check is one of {}, or one that the policy defines", Check::ALL.map(Check::id).join(", "))
    })
}

pub(super) fn span(text: &str) -> Result<Duration, String> {
    duration::parse(text).map_err(|error| format!("it {error}; say for example 90s, 30m or 1h30m"))
}
