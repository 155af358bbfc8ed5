//! What the status document says: where each component stands, by stage and priority. Not the file around it.

use std::fmt::Write as _;

use crate::model::component::Component;
use crate::model::milestone::Milestone;
use crate::model::priority::rank;
use crate::model::promotion::Completed;
use crate::model::stage::Stage;
use crate::report::issue_form::{measured, moment};
use crate::report::markup::{code, prose};

use super::maturity::event;

/// One component.
#[derive(Debug, Clone)]
pub struct Row<'a> {
    /// The component as the policy declares it.
    pub component: &'a Component,
    /// Where it stands; `None` where its ledger does not verify: then nothing is known.
    pub standing: Option<Stands>,
}

/// Where a component stands.
#[derive(Debug, Clone)]
pub struct Stands {
    /// The stage.
    pub stage: Stage,
    /// By which promotion; `None` where none led there.
    pub completed: Option<Completed>,
    /// By which step back, where one did.
    pub back: Option<Milestone>,
}

/// The text in Markdown.
pub fn text(rows: &[Row<'_>]) -> String {
    let mut text = String::from("## Component maturity\n\n| stage | components |\n|---|---|\n");
    let stages = [Stage::Production, Stage::Staging, Stage::Development];
    let stands = |row: &Row<'_>| row.standing.as_ref().map(|stands| stands.stage);
    for stage in stages {
        let count = rows.iter().filter(|row| stands(row) == Some(stage)).count();
        let _infallible = writeln!(text, "| {stage} | {count} |");
    }
    for stage in stages.map(Some).into_iter().chain([None]) {
        let mut here: Vec<&Row<'_>> = rows.iter().filter(|row| stands(row) == stage).collect();
        // Those without a priority come last.
        here.sort_by_key(|row| {
            let priority = row.component.priority.as_deref();
            (priority.is_none(), priority.map(rank), &row.component.name)
        });
        if !here.is_empty() {
            table(&mut text, stage, &here);
        }
    }
    text.push_str("\nWritten from the ledgers by tta-promote; what is edited here by hand is not kept.");
    text
}

fn table(text: &mut String, stage: Option<Stage>, rows: &[&Row<'_>]) {
    let heading = match stage {
        Some(Stage::Production) => "Production",
        Some(Stage::Staging) => "Staging",
        Some(Stage::Development) => "Development",
        None => "Not known: the ledger does not verify",
    };
    let _infallible = write!(
        text,
        "\n### {heading}\n\n| component | priority | group | coverage | since | commit | issue |\n|---|---|---|---|---|---|---|\n"
    );
    for row in rows {
        let component = row.component;
        let text_or = |text: &Option<String>| text.as_deref().map_or_else(none, prose);
        let completed = row.standing.as_ref().and_then(|stands| stands.completed.as_ref());
        let back = row.standing.as_ref().and_then(|stands| stands.back.as_ref());
        let back = back.map(|back| format!("{}, {}", moment(back.time), event(&back.event)));
        let checks = completed.and_then(|completed| completed.measured.as_ref());
        let coverage = checks
            .and_then(|measured| measured.verification.checks.iter().find(|check| check.id == "coverage"))
            .map_or_else(none, measured);
        let since = completed.map(|completed| moment(completed.time)).or(back).unwrap_or_else(none);
        let deployment = completed.and_then(|completed| completed.promotion.deployment.as_ref());
        let commit =
            deployment.map_or_else(none, |deployment| code(deployment.commit.get(..8).unwrap_or_default()));
        let issue = completed.and_then(|completed| completed.promotion.issue.as_ref());
        let issue = issue.map_or_else(none, |issue| code(&format!("#{}", issue.number)));
        let _infallible = writeln!(
            text,
            "| {} ({}) | {} | {} | {coverage} | {since} | {commit} | {issue} |",
            prose(&component.title),
            code(&component.name),
            text_or(&component.priority),
            text_or(&component.group)
        );
    }
}

fn none() -> String {
    "–".to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn components_stand_by_stage_and_priority_and_what_is_not_known_is_said() {
        let names = [("neo4j", "P1"), ("carbon", "P0"), ("docker", "P0"), ("broken", "P0")];
        let components = names.map(|(name, priority)| sample::component(name, priority));
        let stands = |stage, completed, back| Some(Stands { stage, completed, back });
        let rows: Vec<Row<'_>> = components
            .iter()
            .map(|component| Row {
                component,
                standing: match component.name.as_str() {
                    "carbon" => stands(Stage::Staging, Some(sample::completed()), None),
                    "broken" => None,
                    "docker" => stands(Stage::Development, None, Some(sample::milestones().remove(1))),
                    _ => stands(Stage::Development, None, None),
                },
            })
            .collect();
        insta::assert_snapshot!(text(&rows));
    }
}
