//! One assessment as a page for a browser: the verdict, each check beside its bound, what could not be measured, and the
//! findings by rule and file with their lines. Not all findings where there are very many: those are counted.

use std::fmt::Write as _;

use serde::Serialize;

use crate::model::assessment::{Assessment, CheckAssessment, ComponentAssessment, Outcome, Verdict};
use crate::model::finding::Finding;

use super::html::{Found, Group, fill, groups};
use super::source_line::SourceLines;
use super::summary::{grouped, summary};
use super::{obstacle, sign, surroundings, waived};

/// Findings of one check that are shown.
const FINDINGS: usize = 500;

#[derive(Serialize)]
struct Page<'a> {
    project: &'a str,
    mark: &'static str,
    verdict: &'static str,
    sentence: String,
    started: String,
    subject: String,
    environment: String,
    part: bool,
    notes: &'a [String],
    components: Vec<Component<'a>>,
}

#[derive(Serialize)]
struct Component<'a> {
    name: &'a str,
    title: &'a str,
    from: &'static str,
    to: &'static str,
    mark: &'static str,
    verdict: &'static str,
    open: bool,
    checks: Vec<Row>,
    waivers: Vec<String>,
    findings: Vec<Group<'a>>,
    more: String,
}

#[derive(Serialize)]
struct Row {
    id: String,
    mark: &'static str,
    word: &'static str,
    class: &'static str,
    summary: String,
    hint: Option<String>,
    notes: Vec<String>,
}

/// The page.
pub(super) fn render(assessment: &Assessment, lines: &SourceLines) -> String {
    let sign = sign::of_verdict(assessment.verdict);
    let sentence = match assessment.components.as_slice() {
        [component] => obstacle::standing(component, assessment.only.as_deref()),
        _ => obstacle::verdict(assessment),
    };
    let mut components: Vec<&ComponentAssessment> = assessment.components.iter().collect();
    components.sort_by_key(|component| std::cmp::Reverse(component.verdict));
    let page = Page {
        project: &assessment.project,
        mark: sign.mark,
        verdict: assessment.verdict.name(),
        sentence,
        started: assessment.started.to_string(),
        subject: surroundings::subject(&assessment.subject),
        environment: surroundings::environment(&assessment.environment),
        part: assessment.only.is_some(),
        notes: &assessment.notes,
        components: components.into_iter().map(|one| component(one, lines)).collect(),
    };
    fill(include_str!("html/verdict.html"), &page, "")
}

fn component<'a>(component: &'a ComponentAssessment, lines: &'a SourceLines) -> Component<'a> {
    let sign = sign::of_verdict(component.verdict);
    let found = component.checks.iter().flat_map(|check| {
        check.uncovered().into_iter().take(FINDINGS).map(move |finding| found(check, finding, lines))
    });
    let more: u64 =
        component.checks.iter().map(|check| check.uncovered().len().saturating_sub(FINDINGS) as u64).sum();
    let conditions = component.conditions.iter().map(|one| {
        let sign = sign::of_condition(one.state);
        let (id, summary) = (one.id.clone(), one.summary.clone());
        Row {
            id,
            mark: sign.mark,
            word: sign.word,
            class: one.state.name(),
            summary,
            hint: None,
            notes: Vec::new(),
        }
    });
    Component {
        name: &component.name,
        title: &component.title,
        from: component.from.name(),
        to: component.to.name(),
        mark: sign.mark,
        verdict: component.verdict.name(),
        open: component.verdict != Verdict::Pass,
        checks: component.checks.iter().map(row).chain(conditions).collect(),
        waivers: waivers(component),
        findings: groups(found),
        more: if more > 0 { grouped(more) } else { String::new() },
    }
}

/// What the waivers came to: those that cover something, and those that should be looked at.
fn waivers(component: &ComponentAssessment) -> Vec<String> {
    let told = component.waivers.iter().filter(|one| waived::is_remarkable(one) || one.state.covered() > 0);
    told.map(waived::words).collect()
}

fn row(check: &CheckAssessment) -> Row {
    let sign = sign::of_check(check);
    let mut words = summary(check);
    if let Some(run) = check.outcome.run() {
        let _infallible = write!(words, " ({} {})", run.tool.name(), run.version);
    }
    let hint = match &check.outcome {
        Outcome::Inconclusive { reason, .. } => Some(reason.hint.clone()),
        Outcome::Pass(_) | Outcome::Fail(_) | Outcome::NotApplicable { .. } => None,
    };
    Row {
        id: check.check().id().to_owned(),
        mark: sign.mark,
        word: sign.word,
        class: if check.waived { sign.word } else { check.outcome.name() },
        summary: words,
        hint,
        notes: check.outcome.evidence().map(|evidence| evidence.notes.clone()).unwrap_or_default(),
    }
}

fn found<'a>(check: &CheckAssessment, finding: &'a Finding, lines: &'a SourceLines) -> Found<'a> {
    Found {
        check: check.check().id(),
        rule: &finding.rule,
        severity: finding.severity.name(),
        file: &finding.file,
        line: finding.line,
        message: &finding.message,
        source: finding.line.and_then(|line| lines.get(&finding.file, line)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::clean::is_unseen;
    use super::super::sample;
    use super::*;

    #[test]
    fn the_page_of_each_sample_tells_its_verdict_and_every_check() {
        for assessment in sample::all() {
            let html = render(&assessment, &SourceLines::default());
            assert!(html.contains(&format!("<strong class=\"b {}\">", assessment.verdict.name())));
            for check in assessment.components.iter().flat_map(|component| &component.checks) {
                assert!(html.contains(&format!("<th scope=\"row\">{}</th>", check.check().id())));
            }
            assert!(!html.contains("<script") && html.contains("default-src 'none'"));
            assert!(!html.chars().any(|c| c != '\n' && is_unseen(c)));
        }
    }

    #[test]
    fn the_line_of_a_finding_stands_beside_it() {
        let assessment = sample::one_fails();
        let finding = assessment.components[0]
            .checks
            .iter()
            .find_map(|check| check.outcome.evidence()?.findings.first());
        let finding = finding.expect("a finding");
        let mut lines = SourceLines::default();
        lines.add(&finding.file, finding.line.expect("a line"), "import os  # <b>");
        assert!(render(&assessment, &lines).contains("<code>import os  # &lt;b&gt;</code></pre>"));
    }
}
