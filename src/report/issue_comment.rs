//! Comments on promotion issues. Not the issue itself, and not its marks.

use std::fmt::Write as _;

use crate::model::component::Component;
use crate::model::promotion::{Completed, Deployment};
use crate::model::soak::Soak;
use crate::model::stage::Stage;

use super::issue_form::{measured, moment};
use super::markup::{code, passage, prose};
use super::waived;

/// Characters of one sentence of the proof.
const SENTENCE: usize = 500;
/// How many sentences are shown.
const SENTENCES: usize = 20;

/// That a candidate was deployed, and what proves it.
pub fn deployed(to: Stage, deployment: &Deployment) -> String {
    let time = deployment.time.strftime("%Y-%m-%d %H:%M UTC");
    let mut text = format!("Deployed to {to} at commit {} on {time}.\n\n", code(&deployment.commit));
    for container in &deployment.running {
        let _infallible = writeln!(
            text,
            "- runs: {} of image {} ({})",
            code(&container.id.chars().take(12).collect::<String>()),
            code(&container.reference),
            code(&container.image)
        );
    }
    for sentence in deployment.proof.iter().take(SENTENCES) {
        let _infallible = writeln!(text, "- seen: {}", passage(sentence, SENTENCE));
    }
    if let Some(left) = deployment.proof.len().checked_sub(SENTENCES).filter(|left| *left > 0) {
        let _infallible = writeln!(text, "- and {left} more");
    }
    text
}

/// That a promotion was completed, and what that rests on.
pub fn completed(component: &Component, completed: &Completed, soak: Option<&Soak>) -> String {
    let promotion = &completed.promotion;
    let mut text = format!(
        "{} is in {} since {}: this promotion is completed.\n\n",
        prose(&component.title),
        promotion.to,
        moment(completed.time)
    );
    if let Some(deployment) = &promotion.deployment {
        let _infallible =
            writeln!(text, "- deployed: commit {} on {}", code(&deployment.commit), moment(deployment.time));
    }
    if let Some(soak) = soak {
        let uptime = soak.uptime.map(|uptime| format!(", up for {} %", uptime.percent())).unwrap_or_default();
        let hours = soak.healthy.as_secs() / 3_600;
        let _infallible =
            writeln!(text, "- observed: healthy for {hours} h in {} windows{uptime}", soak.samples);
    }
    if let Some(measurement) = &completed.measured {
        let verification = &measurement.verification;
        let _infallible = writeln!(
            text,
            "- measured anew on {}: {}",
            moment(measurement.time),
            waived::recorded(verification)
        );
        for check in verification.checks.iter().take(SENTENCES) {
            let _infallible = writeln!(text, "  - {}: {}", prose(&check.id), measured(check));
        }
    }
    text
}

/// For the issue with the status report: that a component entered a stage.
pub fn status(component: &Component, completed: &Completed) -> String {
    let promotion = &completed.promotion;
    let issue = promotion.issue.as_ref().map(|issue| format!(", issue #{}", issue.number));
    format!(
        "{} ({}) moved from {} to {} on {}, by promotion {}{}.\n",
        prose(&component.title),
        code(&component.name),
        completed.from,
        promotion.to,
        moment(completed.time),
        code(promotion.id.as_str()),
        issue.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::container::ContainerState;

    #[test]
    fn a_deployment_is_told_with_its_proof_and_nothing_in_it_comes_alive() {
        let container = ContainerState {
            id: "c0ffee00112233445566".into(),
            image: "sha256:0123".into(),
            reference: "tta/carbon:1".into(),
            status: "running".into(),
            health: None,
            restarts: 0,
            started: "2025-10-14T09:00:00Z".into(),
            config_hash: None,
        };
        let deployment = Deployment {
            intent: 4,
            time: "2025-10-14T09:10:00Z".parse().expect("a time"),
            commit: "30f84615".into(),
            running: vec![container],
            proof: vec!["`http://x/health` answered 200 to @name".into()],
        };
        insta::assert_snapshot!(deployed(Stage::Staging, &deployment), @r"
        Deployed to staging at commit `30f84615` on 2025-10-14 09:10 UTC.

        - runs: `c0ffee001122` of image `tta/carbon:1` (`sha256:0123`)
        - seen: `http://x/health` answered 200 to `@name`
        ");
    }
}
