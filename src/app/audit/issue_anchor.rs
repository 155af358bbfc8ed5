//! Anchors that were written down on GitHub: in the texts of promotion issues and in the comments on them and on the
//! issue with the status report. Finds them and holds a ledger against them.
//!
//! An anchor only ever accuses: that one holds, or that there is none, makes no ledger sound. The hard part is whose word
//! it is, since anybody may write a comment. What those wrote who work on the repository, or who opened an issue that is
//! ours, is believed; what anybody else wrote and does not agree is neither taken nor passed over: it is a doubt that
//! names the account.

use std::collections::{BTreeMap, BTreeSet};

use crate::app::context::Context;
use crate::app::issue::{IssueError, comments, is_among, listed};
use crate::app::ledgers::Ledgers;
use crate::app::project::Workspace;
use crate::ledger::{DefectKind, Head, Ledger};
use crate::lifecycle::farewell::COMPLETED_LABEL;
use crate::model::record::{ActResult, Fact};
use crate::model::stage::Stage;
use crate::report::audit::{Anchor, Doubt, LedgerAudit};
use crate::report::issue_mark;
use crate::sys::variable;
use crate::tools::gh::{Failure, Issue};

/// Labels that tell what became of a promotion.
const ENDS: [&str; 3] = [COMPLETED_LABEL, "rolled-back", "revoked"];

/// What GitHub holds of the ledgers.
#[derive(Debug, Default)]
pub(super) struct Published {
    written: BTreeMap<String, Vec<Written>>,
    /// What could not be asked.
    pub(super) doubts: Vec<Doubt>,
}

/// An anchor as it was written down.
#[derive(Debug)]
struct Written {
    issue: u64,
    url: String,
    author: String,
    /// Whether the author's word counts.
    is_believed: bool,
    /// The anchor; its text where that is none.
    head: Result<Head, String>,
}

impl Published {
    /// The components of which something was written down.
    pub(super) fn components(&self) -> impl Iterator<Item = &String> {
        self.written.keys()
    }

    fn take(&mut self, component: &str, written: Written) {
        self.written.entry(component.to_owned()).or_default().push(written);
    }
}

/// Asks GitHub for all that was written down of the ledgers of those components, of all where none is named.
///
/// # Errors
/// Where we were asked to stop, or there is no place for what GitHub says: never because of GitHub.
pub(super) fn published(
    workspace: &Workspace,
    ledgers: &Ledgers,
    names: &[String],
    context: &Context<'_>,
) -> anyhow::Result<Published> {
    let mut published = Published::default();
    let project = &workspace.policy.project;
    let Some(repository) = project.repository.as_deref() else {
        published.doubts.push(Doubt {
            message: "no issue was looked at: the policy does not say where issues are opened".to_owned(),
            hint: "write `repository = \"owner/name\"` below `[project]` in `promotion.toml`".to_owned(),
        });
        return Ok(published);
    };
    let secrets = variable::secrets();
    let issues = match listed(repository, context, &secrets)? {
        Ok(issues) => issues,
        Err(failure) => return unasked(published, "no issue was looked at", &failure),
    };
    let there = ledgers.components();
    let is_meant = |component: &str| match names {
        [] => workspace.policy.component(component).is_some() || there.iter().any(|one| one == component),
        names => names.iter().any(|name| name == component),
    };
    let known = known(ledgers, &there);
    for issue in &issues {
        let is_status = project.github.status_issue == Some(issue.number);
        let component = known.get(&issue.number).cloned().or_else(|| component_of(&issue.body));
        let component = component.filter(|component| is_meant(component));
        if component.is_none() && !is_status {
            continue;
        }
        let is_ours = is_status || known.contains_key(&issue.number) || is_labelled(workspace, issue);
        if let (Some(component), Some(text)) = (&component, issue_mark::anchor(&issue.body)) {
            let (url, author) = (issue.url.clone(), issue.author.clone());
            published.take(component, written(issue.number, url, author, is_ours, text));
        }
        // Nobody of ours comments on an issue that is not ours.
        if !is_ours {
            continue;
        }
        let comments = match comments(repository, issue.number, context, &secrets)? {
            Ok(comments) => comments,
            Err(failure) => {
                let what = format!("the comments on issue #{} and others were not looked at", issue.number);
                return unasked(published, &what, &failure);
            }
        };
        for comment in comments {
            let Some(text) = issue_mark::anchor(&comment.text) else { continue };
            let of = component_of(&comment.text).or_else(|| component.clone());
            let Some(of) = of.filter(|of| is_meant(of)) else { continue };
            let is_believed = comment.is_believed();
            published.take(&of, written(issue.number, comment.url, comment.author, is_believed, text));
        }
    }
    Ok(published)
}

fn unasked(mut published: Published, what: &str, failure: &Failure) -> anyhow::Result<Published> {
    if *failure == Failure::Interrupted {
        return Err(IssueError::Interrupted.into());
    }
    published.doubts.push(Doubt { message: format!("{what}: {failure}"), hint: failure.hint() });
    Ok(published)
}

fn written(issue: u64, url: String, author: String, is_believed: bool, text: &str) -> Written {
    let head = Head::parse(text).filter(|head| head.seq > 0).ok_or_else(|| text.to_owned());
    Written { issue, url, author, is_believed, head }
}

/// The issues that ledgers know, each with the component. A ledger that does not verify knows none.
fn known(ledgers: &Ledgers, components: &[String]) -> BTreeMap<u64, String> {
    let mut known = BTreeMap::new();
    for component in components {
        let Ok((ledger, _)) = ledgers.outline(component) else { continue };
        for record in &ledger.records {
            if let Fact::Done { result: ActResult::Issue { number, .. }, .. } = &record.fact {
                known.insert(*number, component.clone());
            }
        }
    }
    known
}

/// Of which component a text with our mark is.
fn component_of(text: &str) -> Option<String> {
    issue_mark::promotion(text)?.component().map(str::to_owned)
}

/// Whether somebody who works on the repository has taken an issue for a promotion's: only they may label.
fn is_labelled(workspace: &Workspace, issue: &Issue) -> bool {
    let stages = Stage::ALL.into_iter().map(Stage::name);
    let mut ours: Vec<String> = stages.chain(ENDS).map(str::to_owned).collect();
    ours.extend(workspace.policy.project.github.labels.iter().cloned());
    ours.extend(workspace.policy.components.iter().filter_map(|one| one.priority.clone()));
    issue.labels.iter().any(|label| is_among(label, &ours))
}

/// Holds a ledger against what was written down of it; `None` where its own lines do not verify.
pub(super) fn against_issues(published: &Published, whole: Option<&Ledger>, audit: &mut LedgerAudit) {
    let written = published.written.get(&audit.component).map(Vec::as_slice).unwrap_or_default();
    if written.is_empty() && published.doubts.is_empty() {
        audit.notes.push("GitHub holds no anchor of it".to_owned());
    }
    let (mut agreeing, mut issues, mut broken) = (0_usize, BTreeSet::new(), Vec::new());
    for one in written {
        match (&one.head, whole) {
            (Err(text), _) => {
                audit.notes.push(format!("{} bears an anchor that cannot be read: `{text}`", one.place()));
            }
            (Ok(_), None) => {}
            (Ok(head), Some(ledger)) => match ledger.holds(*head) {
                // What anybody wrote is no proof.
                Ok(()) if one.is_believed => {
                    agreeing += 1;
                    issues.insert(one.issue);
                }
                Ok(()) => {}
                Err(kind) if one.is_believed => broken.push(Anchor {
                    kind: "issue",
                    what: one.place(),
                    broken: Some((kind.to_string(), hint(&kind))),
                }),
                Err(kind) => audit.doubts.push(Doubt {
                    message: format!("{} says otherwise, and is not known to work on the repository: {kind}", one.place()),
                    hint: format!(
                        "delete it if it is not yours; if it is, `tta-promote audit --anchor {}={head}` makes it count",
                        audit.component
                    ),
                }),
            },
        }
    }
    if whole.is_none() && !written.is_empty() {
        audit
            .notes
            .push("what GitHub holds of it cannot be held against lines that do not verify".to_owned());
    }
    if agreeing > 0 {
        let issues: Vec<String> = issues.into_iter().map(|issue| format!("#{issue}")).collect();
        let what = format!("GitHub: {agreeing} written down on {}", issues.join(", "));
        audit.anchors.push(Anchor { kind: "issue", what, broken: None });
    }
    audit.anchors.extend(broken);
}

impl Written {
    /// Where it stands and whose word it is.
    fn place(&self) -> String {
        let author = if self.author.is_empty() { "an account that is gone" } else { &self.author };
        format!("{} by {author}", self.url)
    }
}

fn hint(kind: &DefectKind) -> String {
    match kind {
        DefectKind::Truncated { .. } => {
            format!(
                "fetch the newest commits first: they may have been recorded elsewhere. If they were not, {}",
                kind.hint()
            )
        }
        kind => kind.hint().to_owned(),
    }
}
