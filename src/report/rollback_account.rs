//! The account of a rollback: a form with what the ledger knows, which people fill in, and the reader of what they wrote.
//!
//! Not a judge of it. What stands between `<!--` and `-->` is for who fills it in, and no part of the answer.

use std::fmt::Write as _;

use jiff::Timestamp;

use crate::model::assessment::Verdict;
use crate::model::decision::RollbackDecision;
use crate::model::promotion_id::PromotionId;
use crate::model::record::{Act, ActResult, CheckOutcome, Fact, Record, Verification};

use super::markup::{code, passage};
use super::waived;

/// Characters of a sentence.
const SENTENCE: usize = 1_000;
/// The questions: the topic in the ledger, the heading, and what is asked for.
const QUESTIONS: [(&str, &str, &str); 3] = [
    ("root_cause", "Root cause", "What made it go wrong, and why was it not seen before it was deployed?"),
    ("fix_plan", "Fix plan", "What is done about it, by whom, and by when?"),
    ("re_promotion", "Re-promotion scheduled for", "A date, or on what it depends."),
];

/// What people wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    answers: Vec<(&'static str, String)>,
}

impl Account {
    /// The answers, each with its topic in the ledger.
    pub fn notes(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.answers.iter().map(|(topic, text)| (*topic, text.as_str()))
    }
}

/// The form for a promotion, from its records.
pub fn form(component: &str, promotion: &PromotionId, records: &[Record]) -> String {
    let decided = records.iter().rev().find_map(|record| match &record.fact {
        Fact::RollbackDecided(decision) => Some((record, decision)),
        _ => None,
    });
    let mut text = format!("# Rollback of {}: {}\n\n", code(component), code(promotion.as_str()));
    if let Some((record, decision)) = decided {
        let _infallible = writeln!(text, "- severity: {}", decision.severity.name());
        let _infallible = writeln!(text, "- reason: {}", passage(&decision.reason, SENTENCE));
        let _infallible =
            writeln!(text, "- decided: {} by {}", moment(record.time), passage(&record.actor, SENTENCE));
        if let Some(due) = decision.due {
            let _infallible = writeln!(text, "- to be done by: {}", moment(due));
        }
    }
    text.push_str("\n## Timeline\n\n");
    for record in records {
        if let Some(words) = happened(&record.fact) {
            let _infallible = writeln!(text, "- {}: {words}", moment(record.time));
        }
    }
    text.push_str("\n## What was seen\n\n<!-- What showed that something is wrong: where, since when, for whom. -->\n\n");
    for (_, heading, question) in QUESTIONS {
        let _infallible = writeln!(text, "## {heading}\n\n<!-- {question} -->\n");
    }
    let _infallible = writeln!(
        text,
        "<!-- Then: tta-promote rollback {component} --root-cause .promotion/rollbacks/{promotion}.md -->"
    );
    text
}

/// What a fact is in a timeline; nothing for what is only told to others.
fn happened(fact: &Fact) -> Option<String> {
    Some(match fact {
        Fact::Verified(verification) => measured(verification),
        Fact::Intended(Act::Deploy(deploy)) => format!("deployment of {} began", code(&deploy.commit)),
        Fact::Intended(Act::Restore { .. }) => "it was begun to put back what ran before".to_owned(),
        Fact::Done { result: ActResult::Deployed { .. }, .. } => "the deployment was proven".to_owned(),
        Fact::Done { result: ActResult::Restored { .. }, .. } => "what ran before was back".to_owned(),
        Fact::Failed { why, .. } => format!("failed: {}", passage(why, SENTENCE)),
        Fact::Completed { to, .. } => format!("completed: it stood in {to}"),
        Fact::RollbackDecided(RollbackDecision { severity, reason, .. }) => {
            format!("rollback decided ({}): {}", severity.name(), passage(reason, SENTENCE))
        }
        Fact::Incident(incident) => format!("incident: {}", passage(&incident.what, SENTENCE)),
        Fact::Revoked(revocation) => format!("revoked: {}", passage(&revocation.reason, SENTENCE)),
        Fact::Intended(_)
        | Fact::Done { .. }
        | Fact::Observed(_)
        | Fact::Signed(_)
        | Fact::Held { .. }
        | Fact::Released { .. }
        | Fact::Overridden(_)
        | Fact::Noted { .. } => return None,
    })
}

fn measured(verification: &Verification) -> String {
    let checks = verification.checks.iter().filter(|check| check.outcome != CheckOutcome::NotApplicable);
    let checks: Vec<String> =
        checks.map(|check| format!("{} {}", check.id, passage(&check.summary, SENTENCE))).collect();
    let verdict = match verification.verdict {
        Verdict::Pass => "passed",
        Verdict::Fail => "failed",
        Verdict::Inconclusive => "could not be measured",
    };
    let checks = if checks.is_empty() { String::new() } else { format!(": {}", checks.join("; ")) };
    let verdict = waived::and_until(verdict, verification);
    format!("the gate to {} {verdict}{checks}", verification.to)
}

/// Reads what people wrote.
///
/// # Errors
/// The headings under which nothing stands.
pub fn read(text: &str) -> Result<Account, Vec<String>> {
    let plain = without_comments(text);
    let mut answers = Vec::new();
    let mut missing = Vec::new();
    for (topic, heading, _) in QUESTIONS {
        match section(&plain, heading).filter(|answer| !answer.is_empty()) {
            Some(answer) => answers.push((topic, answer)),
            None => missing.push(format!("`{heading}`")),
        }
    }
    if missing.is_empty() { Ok(Account { answers }) } else { Err(missing) }
}

/// What stands below a heading up to the next one of its kind.
fn section(text: &str, heading: &str) -> Option<String> {
    let is_it = |line: &str| {
        line.strip_prefix("## ")
            .is_some_and(|words| words.trim().trim_end_matches(':').eq_ignore_ascii_case(heading))
    };
    let mut lines = text.lines().skip_while(|line| !is_it(line));
    lines.next()?;
    let body: Vec<&str> =
        lines.take_while(|line| !line.starts_with("## ") && !line.starts_with("# ")).collect();
    Some(body.join("\n").trim().to_owned())
}

/// One that is not closed hides the rest, as it does where Markdown is shown.
fn without_comments(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<!--") {
        plain.push_str(before);
        rest = after.split_once("-->").map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    plain
}

fn moment(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::super::record_sample;
    use super::*;
    use crate::model::decision::RollbackSeverity;

    fn sample() -> String {
        let promotion = PromotionId::recorded("carbon-staging-2025-10-14");
        let facts = [
            Fact::Done { intent: 4, result: ActResult::Deployed { running: vec![], proof: vec![] } },
            Fact::RollbackDecided(RollbackDecision {
                severity: RollbackSeverity::Critical,
                reason: "errors, see #12".into(),
                due: None,
            }),
            Fact::Noted { topic: "x".into(), text: "y".into() },
        ];
        let record = |(at, fact): (usize, Fact)| Record {
            seq: at as u64 + 1,
            time: "2025-10-14T09:00:00Z".parse().expect("a time"),
            actor: "ada".into(),
            promotion: promotion.clone(),
            fact,
        };
        let records: Vec<Record> = facts.into_iter().enumerate().map(record).collect();
        form("carbon", &promotion, &records)
    }

    #[test]
    fn the_form_holds_what_is_known_and_asks_for_the_rest() {
        insta::assert_snapshot!(sample());
    }

    #[test]
    fn a_pass_that_rests_on_waivers_says_so_in_the_timeline() {
        let mut verification = record_sample::passing("");
        assert!(!measured(&verification).contains("waived"));
        verification.waivers = vec![record_sample::waiver("2025-12-01"), record_sample::waiver("2025-11-01")];
        verification.checks.push(record_sample::waived_lint());
        let words = measured(&verification);
        assert!(words.starts_with("the gate to staging passed, 4 waived until 2025-11-01: "), "{words}");
    }

    #[test]
    fn a_form_that_nobody_filled_in_says_nothing() {
        let missing = read(&sample()).expect_err("nothing was filled in");
        assert_eq!(missing, ["`Root cause`", "`Fix plan`", "`Re-promotion scheduled for`"]);
        let half = sample().replace("## Root cause\n", "## Root cause\n\na bad query\n");
        assert_eq!(read(&half).expect_err("half").len(), 2);
    }

    #[test]
    fn what_was_filled_in_is_read_without_what_was_asked() {
        let filled = sample()
            .replace("## Root cause\n", "## Root cause:\n\na bad query\n\nin `a.py`\n")
            .replace("## Fix plan\n", "## Fix plan\n- a test\n")
            .replace("scheduled for\n", "scheduled for\n2025-10-21\n");
        let account = read(&filled).expect("an account");
        let notes: Vec<(&str, &str)> = account.notes().collect();
        assert_eq!(
            notes,
            [
                ("root_cause", "a bad query\n\nin `a.py`"),
                ("fix_plan", "- a test"),
                ("re_promotion", "2025-10-21")
            ]
        );
    }
}
