//! What `MATURITY.md` says of one component: where it stands, since when, and what that rests on. Not the file around
//! it. No figure stands here that the ledger does not hold, and nothing that changes while the ledger does not.

use std::fmt::Write as _;
use std::time::Duration;

use crate::model::component::Component;
use crate::model::milestone::{Event, Milestone, moved_back};
use crate::model::promotion::{Completed, Measurement};
use crate::model::record::{CheckOutcome, CheckRecord, WaiverRecord};
use crate::model::soak::Soak;
use crate::model::stage::Stage;
use crate::report::issue_form::{measured, moment};
use crate::report::markup::{code, passage, prose};
use crate::report::surroundings;

/// Characters of one cell.
const CELL: usize = 500;

/// What the document tells.
#[derive(Debug, Clone)]
pub struct Maturity<'a> {
    /// The component as the policy declares it.
    pub component: &'a Component,
    /// Where it stands.
    pub stage: Stage,
    /// By which promotion; `None` where the policy alone says so.
    pub completed: Option<&'a Completed>,
    /// How its candidate was observed before.
    pub soak: Option<&'a Soak>,
    /// What happened to its promotions, the first first.
    pub milestones: &'a [Milestone],
}

impl Maturity<'_> {
    /// The text in Markdown.
    pub fn text(&self) -> String {
        let mut text = format!("## Maturity of {}\n\n", prose(&self.component.title));
        self.standing(&mut text);
        if let Some(measurement) = self.completed.and_then(|completed| completed.measured.as_ref()) {
            checks(&mut text, measurement);
        }
        if let Some(soak) = self.soak {
            observation(&mut text, soak);
        }
        history(&mut text, self.milestones);
        let name = code(&self.component.name);
        let _infallible = write!(
            text,
            "\nWritten from the ledger of {name} by tta-promote; what is edited here by hand is not kept."
        );
        text
    }

    fn standing(&self, text: &mut String) {
        text.push_str("| | |\n|---|---|\n");
        let mut row = |name: &str, value: &str| {
            let _infallible = writeln!(text, "| {name} | {value} |");
        };
        row("Stage", self.stage.name());
        if let Some(completed) = self.completed {
            let promotion = &completed.promotion;
            row("Since", &moment(completed.time));
            row("Promotion", &code(promotion.id.as_str()));
            if let Some(deployment) = &promotion.deployment {
                row("Commit", &code(&deployment.commit));
            }
            if let Some(issue) = &promotion.issue {
                row("Issue", &format!("{} {}", code(&format!("#{}", issue.number)), code(&issue.url)));
            }
        } else if let Some(back) = moved_back(self.milestones) {
            row("Since", &moment(back.time));
            row("Why", &event(&back.event));
            row("Promotion", &code(back.promotion.as_str()));
        } else {
            row("Since", "not known: no promotion of the ledger led there");
        }
        let of_policy = [
            ("Priority", &self.component.priority),
            ("Group", &self.component.group),
            ("Owner", &self.component.owner),
        ];
        for (name, value) in of_policy {
            if let Some(value) = value {
                row(name, &prose(value));
            }
        }
    }
}

fn checks(text: &mut String, measurement: &Measurement) {
    let verification = &measurement.verification;
    text.push_str("\n### What was measured\n\n| check | measured | result | tool |\n|---|---|---|---|\n");
    for check in &verification.checks {
        let tool = check.tool.as_ref().map(|(tool, version)| format!("{} {}", prose(tool), prose(version)));
        let tool = tool.unwrap_or_else(|| "–".to_owned());
        let _infallible =
            writeln!(text, "| {} | {} | {} | {tool} |", prose(&check.id), measured(check), result(check));
    }
    for (at, one) in verification.waivers.iter().enumerate() {
        let before = if at == 0 { "\n" } else { "" };
        let _infallible = writeln!(text, "{before}- {}", waiver(one));
    }
    let commit = verification.commit.as_deref().map_or_else(|| "no commit".to_owned(), code);
    let environment = passage(&surroundings::environment(&verification.environment), CELL);
    let _infallible =
        write!(text, "\nMeasured at {commit} on {}, with {environment}.", moment(measurement.time));
    if !verification.absent_imports.is_empty() {
        let absent: Vec<String> = verification.absent_imports.iter().map(|name| code(name)).collect();
        let _infallible = write!(text, " Not installed there: {}.", absent.join(", "));
    }
    text.push('\n');
}

/// What was waived, until when, why, and by whom.
fn waiver(one: &WaiverRecord) -> String {
    let WaiverRecord { check, rule, path, covered, reason, owner, issue, expires } = one;
    let (rule, path, issue) = (code(rule), code(path), code(issue));
    let (reason, owner) = (passage(reason, CELL), passage(owner, CELL));
    format!(
        "waived: {covered} of {} {rule} in {path} until {expires} ({owner}, {issue}: {reason})",
        prose(check)
    )
}

fn result(check: &CheckRecord) -> &'static str {
    match check.outcome {
        CheckOutcome::Pass => "pass",
        CheckOutcome::Fail if check.waived => "waived",
        CheckOutcome::Fail => "fail",
        CheckOutcome::Inconclusive => "inconclusive",
        CheckOutcome::NotApplicable => "not applicable",
    }
}

fn observation(text: &mut String, soak: &Soak) {
    let uptime = soak.uptime.map_or_else(
        || "not known".to_owned(),
        |uptime| format!("{} % of what was looked at, {} % asked for", uptime.percent(), soak.min_uptime),
    );
    let rows = [
        ("Healthy", format!("{} of {}", hours(soak.healthy), hours(soak.needed))),
        ("Healthy windows", format!("{} of {}", soak.samples, soak.min_samples)),
        ("Uptime", uptime),
        ("Started again", format!("{} times", soak.resets.len())),
        ("Counts since", moment(soak.since)),
    ];
    text.push_str("\n### How it was observed\n\n| | |\n|---|---|\n");
    for (name, value) in rows {
        let _infallible = writeln!(text, "| {name} | {value} |");
    }
}

fn history(text: &mut String, milestones: &[Milestone]) {
    text.push_str("\n### History\n\n");
    if milestones.is_empty() {
        text.push_str("No promotion has come to its end yet.\n");
        return;
    }
    text.push_str("| when | what | promotion |\n|---|---|---|\n");
    for one in milestones.iter().rev() {
        let what = event(&one.event);
        let _infallible =
            writeln!(text, "| {} | {what} | {} |", moment(one.time), code(one.promotion.as_str()));
    }
}

/// What happened, in words.
pub(super) fn event(event: &Event) -> String {
    match event {
        Event::Completed { to, commit } => {
            let commit = commit.as_deref().map(|commit| format!(" at {}", code(commit)));
            format!("promoted to {to}{}", commit.unwrap_or_default())
        }
        Event::RolledBack { reason } => format!("rolled back: {}", passage(reason, CELL)),
        Event::Revoked { to, reason } => format!("revoked, back to {to}: {}", passage(reason, CELL)),
    }
}

/// `168 h`, `3 h 20 min`: cut off, so that no more is claimed than was seen.
fn hours(length: Duration) -> String {
    let minutes = length.as_secs() / 60;
    match (minutes / 60, minutes % 60) {
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn a_component_that_was_promoted() {
        let completed = sample::completed();
        let component = sample::component("carbon", "P0");
        let maturity = Maturity {
            component: &component,
            stage: Stage::Staging,
            completed: Some(&completed),
            soak: Some(&sample::soak()),
            milestones: &sample::milestones(),
        };
        insta::assert_snapshot!(maturity.text());
    }

    #[test]
    fn what_was_waived_says_until_when_why_and_by_whom() {
        let mut completed = sample::completed();
        let measured = completed.measured.as_mut().expect("a measurement");
        let waiver = |check: &str, reason: &str| WaiverRecord {
            check: check.into(),
            rule: "E501".into(),
            path: "src/a.py".into(),
            covered: 2,
            reason: reason.into(),
            owner: "alice".into(),
            issue: "#12".into(),
            expires: "2025-11-01".parse().expect("a day"),
        };
        measured.verification.waivers =
            vec![waiver("lint", "generated"), waiver("types", "<b>|@ada\n## x</b>")];
        let component = sample::component("carbon", "P0");
        let (stage, completed) = (Stage::Staging, Some(&completed));
        let text = Maturity { component: &component, stage, completed, soak: None, milestones: &[] }.text();
        let expected = "|\n\n- waived: 2 of lint `E501` in `src/a.py` until 2025-11-01 (alice, `#12`: generated)\n\
                        - waived: 2 of types `E501` in `src/a.py` until 2025-11-01 (alice, `#12`: `<b>";
        assert!(text.contains(expected), "{text}");
        assert!(text.contains("</b>`)\n\nMeasured at "), "{text}");
    }

    #[test]
    fn a_component_that_was_moved_back_says_since_when_and_why() {
        let mut milestones = sample::milestones();
        let back = Milestone {
            seq: 1,
            time: "2025-10-22T10:00:00Z".parse().expect("a time"),
            event: Event::RolledBack { reason: "it lost data, see @ada | #7".into() },
            ..milestones[2].clone()
        };
        milestones.push(back);
        let component = sample::component("carbon", "P0");
        let of = |milestones: &[Milestone]| {
            let stage = Stage::Development;
            Maturity { component: &component, stage, completed: None, soak: None, milestones }.text()
        };
        let text = of(&milestones);
        assert!(
            text.contains("| Since | 2025-10-22 10:00 UTC |\n| Why | rolled back: it lost data"),
            "{text}"
        );
        // What was never completed moved nothing when it went.
        assert!(of(&milestones[..2]).contains("| Since | not known"));
    }

    #[test]
    fn a_component_that_the_policy_alone_speaks_of_claims_nothing() {
        let mut component = sample::component("carbon", "P0");
        component.title = "<!-- tta-promote:end carbon --> | **x**".into();
        let maturity = Maturity {
            component: &component,
            stage: Stage::Development,
            completed: None,
            soak: None,
            milestones: &[],
        };
        let text = maturity.text();
        assert!(text.contains("| Since | not known"), "{text}");
        assert!(!text.contains('%') && !text.contains("### What was measured"), "{text}");
        assert!(text.contains("Maturity of `<!-- tta-promote:end` carbon `--> \\u{7c} **x**`"), "{text}");
    }
}
