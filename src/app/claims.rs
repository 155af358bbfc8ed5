//! `audit --claims`: what documents and promotion issues say of components, held against their ledgers.
//!
//! Not a reader of documents (`tools::claim`) nor a judge of a claim (`lifecycle::support`). A claim that cannot be laid at
//! the door of one component with certainty is nobody's, and is only listed.

use std::collections::BTreeMap;

use crate::lifecycle::stand;
use crate::lifecycle::support::{Support, support};
use crate::model::claim::Claim;
use crate::model::component::Component;
use crate::model::promotion::{Completed, Promotion, Standing};
use crate::model::record::Record;
use crate::report::claims::{Claims, Held, Outcome};
use crate::sys::{file, tree, variable};
use crate::tools::claim::claims as read;

use super::context::Context;
use super::document;
use super::issue::listed;
use super::ledgers::{LedgerFault, Ledgers};
use super::project::Workspace;
use super::selection::SelectionError;

/// The document about all components, where the policy names none.
const STATUS: &str = "docs/component-promotion/COMPONENT_MATURITY_STATUS.md";

/// Something that makes claims.
struct Source {
    /// As people name it.
    name: String,
    text: String,
    /// The component that it is about, by its name; `None`: about several.
    owner: Option<String>,
    /// Whether it speaks of what was as a whole.
    past: bool,
}

/// Holds what documents say of those components, of all where none is named, against the ledgers; with `issues` also what
/// their promotion issues say.
///
/// # Errors
/// Where a name is nobody's, a ledger does not verify, or there is no place for what GitHub says.
pub fn claims(
    workspace: &Workspace,
    names: &[String],
    issues: Option<&Context<'_>>,
) -> anyhow::Result<Claims> {
    let components = chosen(workspace, names)?;
    let mut ledgers = BTreeMap::new();
    for component in &components {
        ledgers.insert(component.name.as_str(), records(workspace, component)?);
    }
    let mut notes = Vec::new();
    let mut sources = documents(workspace, &components, &mut notes);
    if let Some(context) = issues {
        sources.extend(of_issues(workspace, &components, &ledgers, context, &mut notes)?);
    }
    let words = words(workspace);
    let all: Vec<String> = words.iter().map(|(word, _)| word.clone()).collect();
    let mut held = Vec::new();
    for source in &sources {
        for claim in read(&source.text, &all) {
            let claim = Claim { past: claim.past || source.past, ..claim };
            let owner = owner(source, &claim, &words);
            // Of components that nobody asked for, nothing is said.
            if owner.as_ref().is_some_and(|owner| !ledgers.contains_key(owner.as_str())) {
                continue;
            }
            held.push(hold(workspace, source, &claim, owner, &ledgers));
        }
    }
    Ok(Claims {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        project: workspace.policy.project.name.clone(),
        sources: sources.into_iter().map(|source| source.name).collect(),
        notes,
        held,
    })
}

fn chosen<'w>(workspace: &'w Workspace, names: &[String]) -> Result<Vec<&'w Component>, SelectionError> {
    if names.is_empty() {
        return Ok(workspace.policy.components.iter().collect());
    }
    let known = || workspace.policy.components.iter().map(|component| component.name.clone()).collect();
    let found = |name: &String| {
        let unknown = || SelectionError::Unknown { name: name.clone(), known: known() };
        workspace.policy.component(name).ok_or_else(unknown)
    };
    names.iter().map(found).collect()
}

fn records(workspace: &Workspace, component: &Component) -> Result<Vec<Record>, LedgerFault> {
    Ledgers::of(workspace).read(&component.name).map(|ledger| ledger.records)
}

/// The documents of the components, and the one about all.
fn documents(workspace: &Workspace, components: &[&Component], notes: &mut Vec<String>) -> Vec<Source> {
    let maturity = components.iter().filter_map(|component| {
        Some((document::maturity(workspace, component)?, Some(component.name.clone())))
    });
    let declared = workspace.policy.project.status_document.as_ref().map(|declared| declared.path.clone());
    let status = declared.unwrap_or_else(|| STATUS.to_owned());
    let mut sources = Vec::new();
    for (path, owner) in maturity.chain([(status, None)]) {
        let place = workspace.root.join(&path);
        if !tree::exists(&place) {
            continue;
        }
        match file::read_text(&place) {
            Ok(text) => sources.push(Source { name: path, text, owner, past: false }),
            Err(error) => notes.push(format!("`{path}` cannot be read: {error}")),
        }
    }
    sources
}

/// The promotion issues that the ledgers know.
fn of_issues(
    workspace: &Workspace,
    components: &[&Component],
    ledgers: &BTreeMap<&str, Vec<Record>>,
    context: &Context<'_>,
    notes: &mut Vec<String>,
) -> anyhow::Result<Vec<Source>> {
    let Some(repository) = workspace.policy.project.repository.as_deref() else {
        notes.push("the policy does not say where issues are opened".to_owned());
        return Ok(Vec::new());
    };
    let issues = match listed(repository, context, &variable::secrets())? {
        Ok(issues) => issues,
        Err(failure) => {
            notes.push(format!("no issue was looked at: {failure}; {}", failure.hint()));
            return Ok(Vec::new());
        }
    };
    let mut sources = Vec::new();
    for component in components {
        let records = ledgers.get(component.name.as_str()).map(Vec::as_slice).unwrap_or_default();
        let standing = stand(component.stage, records);
        for (number, past) in known_issues(&standing) {
            let Some(issue) = issues.iter().find(|issue| issue.number == number) else { continue };
            let (name, owner) = (format!("{repository}#{number}"), Some(component.name.clone()));
            sources.push(Source { name, text: issue.body.clone(), owner, past });
        }
    }
    Ok(sources)
}

/// The issues of the promotions of a component, each with whether it is over.
fn known_issues(standing: &Standing) -> Vec<(u64, bool)> {
    let number = |promotion: &Promotion| promotion.issue.as_ref().map(|issue| issue.number);
    let open = standing.promotion.as_ref().and_then(number).map(|number| (number, false));
    let completed = standing.completed.iter().flat_map(Completed::and_below);
    let completed = completed.filter_map(|one| number(&one.promotion));
    let ended = standing.ended.as_ref().and_then(|one| number(&one.promotion));
    open.into_iter().chain(completed.chain(ended).map(|number| (number, true))).collect()
}

/// The words that stand for components, each with the component's name.
fn words(workspace: &Workspace) -> Vec<(String, String)> {
    let components = workspace.policy.components.iter();
    components.flat_map(|one| [&one.name, &one.title].map(|word| (word.clone(), one.name.clone()))).collect()
}

/// Of which component a claim speaks; `None` where that is not certain.
fn owner(source: &Source, claim: &Claim, words: &[(String, String)]) -> Option<String> {
    let mut named: Vec<&str> = claim
        .about
        .iter()
        .flat_map(|word| words.iter().filter(move |(known, _)| known == word))
        .map(|(_, component)| component.as_str())
        .collect();
    named.sort_unstable();
    named.dedup();
    match (source.owner.as_deref(), named.as_slice()) {
        (Some(owner), []) => Some(owner.to_owned()),
        // What another component's name does in this one's document is not certain.
        (Some(owner), [one]) => (*one == owner).then(|| owner.to_owned()),
        (None, [one]) => Some((*one).to_owned()),
        (_, _) => None,
    }
}

fn hold(
    workspace: &Workspace,
    source: &Source,
    claim: &Claim,
    owner: Option<String>,
    ledgers: &BTreeMap<&str, Vec<Record>>,
) -> Held {
    let component = owner.as_deref().and_then(|owner| workspace.policy.component(owner));
    let outcome = component.map_or(Outcome::Unattributed, |component| {
        let records = ledgers.get(component.name.as_str()).map(Vec::as_slice).unwrap_or_default();
        match support(claim, component.stage, records) {
            Support::Supported(record) => Outcome::Supported { record },
            Support::Contradicted { known, once } => Outcome::Contradicted { known, once },
            Support::Unknown => Outcome::Unknown,
        }
    });
    Held {
        component: owner,
        source: source.name.clone(),
        line: claim.line,
        text: claim.text.clone(),
        subject: claim.figure.subject(),
        claimed: claim.figure.value(),
        outcome,
    }
}
