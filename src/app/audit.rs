//! Verifies ledgers: each against itself, against every version that git keeps of it, and against what was written down
//! of it elsewhere.
//!
//! Not a repair. The hard part is what a chain cannot tell of itself: that lines were cut off its end, or that all of it
//! was written anew. Both show only against an anchor, and the one that everybody has is git.

mod issue_anchor;

use std::collections::BTreeSet;

use crate::ledger::{self, DefectKind, End, Head, Ledger};
use crate::report::audit::{Anchor, Audit, Defect, LedgerAudit};
use crate::sys::ledger_history::{Committed, Version, committed, content};
use crate::sys::run_folder::RunFolder;

use super::context::Context;
use super::ledgers::{FOLDER, Ledgers};
use super::project::Workspace;
use super::selection::SelectionError;

use issue_anchor::{Published, against_issues, published};

/// How many versions of a ledger are looked at, the newest, and how many bytes of them.
const VERSIONS: usize = 200;
const BYTES: usize = 256 << 20;
/// What is said of a record that lacks but its line break. From then on it is looked at as it will be written.
const UNBROKEN: &str =
    "the last record is whole but for its line break, which the next one that is written adds";
/// How many commits are named with a defect.
const SHORT: usize = 8;

/// What a ledger must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Whose ledger; `None` where only one is audited.
    pub component: Option<String>,
    /// Number and digest.
    pub head: Head,
}

/// Why an audit cannot begin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuditError {
    /// An anchor could be meant for several ledgers.
    #[error("the anchor `{0}` may be of any of several ledgers")]
    Whose(Head),
    /// An anchor is of a ledger that is not audited.
    #[error("the anchor `{head}` is of `{component}`, whose ledger is not audited")]
    NotAudited {
        /// The component.
        component: String,
        /// The anchor.
        head: Head,
    },
}

/// Verifies the ledgers of those components; all that there are where no names are given. With `issues` also against
/// what GitHub holds of them.
///
/// # Errors
/// Where a name or an anchor is nobody's, we were asked to stop, or there is no place for what git and GitHub say.
pub fn audit(
    workspace: &Workspace,
    names: &[String],
    given: &[Given],
    issues: Option<&Context<'_>>,
) -> anyhow::Result<Audit> {
    let ledgers = Ledgers::of(workspace);
    let folder = RunFolder::create(&workspace.root)?;
    let history = committed(&workspace.folder, FOLDER, &folder);
    // Before the ledgers are read: what is recorded and written down meanwhile would look cut off.
    let published = issues.map(|context| published(workspace, &ledgers, names, context)).transpose()?;
    let chosen = chosen(workspace, &ledgers, history.as_ref(), published.as_ref(), names)?;
    let anchors = addressed(&chosen, given)?;
    let mut notes = Vec::new();
    match &history {
        None if !chosen.is_empty() => notes.push(
            "git has no commit here, so that a ledger that was cut off or written anew as a whole would not be seen"
                .to_owned(),
        ),
        Some(history) if history.shallow => notes.push(
            "the clone is shallow: versions of ledgers before its first commit were not looked at".to_owned(),
        ),
        _ => {}
    }
    let one = |component: &String| {
        let own: Vec<Head> =
            anchors.iter().filter(|(whose, _)| whose == component).map(|(_, head)| *head).collect();
        one(workspace, &ledgers, component, history.as_ref(), published.as_ref(), &own, &folder)
    };
    Ok(Audit {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        project: workspace.policy.project.name.clone(),
        notes,
        doubts: published.iter().flat_map(|published| published.doubts.clone()).collect(),
        ledgers: chosen.iter().map(one).collect(),
    })
}

/// All ledgers that are there or that git or GitHub has known, or those that are named.
fn chosen(
    workspace: &Workspace,
    ledgers: &Ledgers,
    history: Option<&Committed>,
    published: Option<&Published>,
    names: &[String],
) -> Result<Vec<String>, SelectionError> {
    let known_to_git = history.iter().flat_map(|history| history.versions.keys());
    let known_to_git = known_to_git.filter_map(|name| Some(name.strip_suffix(".jsonl")?.to_owned()));
    let known_to_github = published.into_iter().flat_map(Published::components).cloned();
    let there: BTreeSet<String> =
        ledgers.components().into_iter().chain(known_to_git).chain(known_to_github).collect();
    if names.is_empty() {
        return Ok(there.into_iter().collect());
    }
    let mut chosen: Vec<String> = Vec::new();
    for name in names {
        if workspace.policy.component(name).is_none() && !there.contains(name) {
            let declared = workspace.policy.components.iter().map(|component| component.name.clone());
            let known: BTreeSet<String> = there.into_iter().chain(declared).collect();
            return Err(SelectionError::Unknown { name: name.clone(), known: known.into_iter().collect() });
        }
        if !chosen.contains(name) {
            chosen.push(name.clone());
        }
    }
    Ok(chosen)
}

/// Each anchor with the component whose ledger it is of.
fn addressed(chosen: &[String], given: &[Given]) -> Result<Vec<(String, Head)>, AuditError> {
    given
        .iter()
        .map(|anchor| match (&anchor.component, chosen) {
            (Some(component), _) if chosen.contains(component) => Ok((component.clone(), anchor.head)),
            (Some(component), _) => {
                Err(AuditError::NotAudited { component: component.clone(), head: anchor.head })
            }
            (None, [only]) => Ok((only.clone(), anchor.head)),
            (None, _) => Err(AuditError::Whose(anchor.head)),
        })
        .collect()
}

fn one(
    workspace: &Workspace,
    ledgers: &Ledgers,
    component: &str,
    history: Option<&Committed>,
    published: Option<&Published>,
    given: &[Head],
    folder: &RunFolder,
) -> LedgerAudit {
    let mut audit = LedgerAudit {
        component: component.to_owned(),
        file: Ledgers::name(component),
        declared: workspace.policy.component(component).is_some(),
        records: 0,
        head: None,
        unreadable: None,
        defects: Vec::new(),
        anchors: Vec::new(),
        doubts: Vec::new(),
        notes: Vec::new(),
    };
    if !audit.declared {
        audit.notes.push("the policy does not declare this component any more".to_owned());
    }
    let mut bytes = match ledgers.bytes(component) {
        Ok(bytes) => bytes,
        Err(fault) => {
            audit.unreadable = Some(fault.to_string());
            return audit;
        }
    };
    let whole = match ledger::read(component, &bytes) {
        Ok(ledger) => {
            audit.records = ledger.records.len() as u64;
            audit.head = (audit.records > 0).then(|| ledger.head().to_string());
            match ledger.end {
                End::Whole => {}
                End::Unbroken => {
                    audit.notes.push(UNBROKEN.to_owned());
                    bytes.push(b'\n');
                }
                End::Torn(rest) => audit.defects.push(torn(ledger.records.len() + 1, rest)),
            }
            Some(ledger)
        }
        Err(defects) => {
            audit.records = lines(&bytes) as u64;
            audit.defects.extend(defects.into_iter().map(|defect| Defect {
                line: defect.line,
                message: defect.kind.to_string(),
                hint: defect.kind.hint().to_owned(),
            }));
            None
        }
    };
    if let Some(history) = history {
        against_git(workspace, component, &bytes, history, folder, &mut audit);
    }
    if let Some(published) = published {
        against_issues(published, whole.as_ref(), &mut audit);
    }
    audit.anchors.extend(given.iter().map(|head| against_given(*head, whole.as_ref())));
    audit
}

/// A ledger, where its own lines verify, must hold an anchor that was given.
fn against_given(head: Head, whole: Option<&Ledger>) -> Anchor {
    let broken = match whole {
        Some(ledger) => ledger.holds(head).err().map(|kind| (kind.to_string(), kind.hint().to_owned())),
        None => Some((
            "cannot be held against lines that do not verify".to_owned(),
            "mend the ledger first".to_owned(),
        )),
    };
    let what = format!("anchor {}:{}", head.seq, short(&head.digest.to_string()));
    Anchor { kind: "given", what, broken }
}

fn torn(line: usize, bytes: usize) -> Defect {
    Defect {
        line,
        message: format!("is torn: {bytes} bytes of a record that was never written to its end"),
        hint: "the next record that is written sets it aside beside the ledger; nobody was told that it was recorded"
            .to_owned(),
    }
}

/// Each version that git keeps must be a beginning of what is there.
fn against_git(
    workspace: &Workspace,
    component: &str,
    bytes: &[u8],
    history: &Committed,
    folder: &RunFolder,
    audit: &mut LedgerAudit,
) {
    let name = format!("{component}.jsonl");
    let Some(versions) = history.versions.get(&name) else {
        audit.notes.push("git knows no version of it: commit it, so that a change shows".to_owned());
        return;
    };
    let (mut held, mut broken, mut seen, mut read, mut lost) = (0_usize, Vec::new(), 0, 0, 0);
    let mut last_held: Option<&Version> = None;
    let mut newest: Option<usize> = None;
    for version in versions.iter().take(VERSIONS) {
        if read > BYTES {
            break;
        }
        let Some(mut then) = content(&workspace.folder, version, folder) else {
            lost += 1;
            continue;
        };
        seen += 1;
        read += then.len();
        if !bytes.starts_with(&then) {
            audit.notes.extend(without_torn_line(component, version, &mut then));
        }
        // A version that ends before a line break holds the record before it.
        let lacks_break = !then.is_empty() && !then.ends_with(b"\n") && bytes.get(then.len()) == Some(&b'\n');
        newest = newest.or(Some(then.len() + usize::from(lacks_break)));
        if bytes.starts_with(&then) {
            held += 1;
            last_held = last_held.or(Some(version));
        } else {
            broken.push((version, then));
        }
    }
    if seen + lost < versions.len() {
        audit
            .notes
            .push(format!("of {} versions in git only the newest {seen} were looked at", versions.len()));
    }
    if lost > 0 {
        audit.notes.push(format!("git could not give {lost} of its versions: see `git fsck`"));
    }
    let what = match (seen, held) {
        (1, _) => "git: the one committed version".to_owned(),
        (seen, _) => format!("git: {seen} committed versions"),
    };
    let told = broken
        .first()
        .map(|(version, then)| disagreement(component, bytes, version, then, last_held, broken.len()));
    if seen > 0 {
        audit.anchors.push(Anchor { kind: "git", what, broken: told.clone() });
    }
    if !history.at_head.contains(&name) && audit.records > 0 {
        audit.notes.push("`HEAD` does not hold the file: commit it again".to_owned());
    } else if let (Some(newest), None) = (newest, told)
        && bytes.len() > newest
    {
        let (from, to) = (lines(bytes.get(..newest).unwrap_or_default()) + 1, lines(bytes));
        if from <= to {
            let which =
                if from == to { format!("record {to} is") } else { format!("records {from} to {to} are") };
            audit.notes.push(format!("{which} not committed yet: git does not hold them to it"));
        }
    }
}

/// Takes away what stands behind the last line break of a version and is no whole record: the next one that was written
/// set it aside. Gives a note of it.
fn without_torn_line(component: &str, version: &Version, then: &mut Vec<u8>) -> Option<String> {
    let Ok(Ledger { end: End::Torn(torn), .. }) = ledger::read(component, then) else { return None };
    then.truncate(then.len() - torn);
    let (commit, record) = (short(&version.commit), lines(then));
    Some(format!(
        "commit {commit} holds a torn line of {torn} bytes behind record {record}: nobody was told that it was recorded"
    ))
}

/// How a committed version differs from what is there, and what to do.
fn disagreement(
    component: &str,
    bytes: &[u8],
    version: &Version,
    then: &[u8],
    last_held: Option<&Version>,
    number: usize,
) -> (String, String) {
    let same = bytes.iter().zip(then).take_while(|(one, other)| one == other).count();
    let (line, there, were) = (lines(bytes.get(..same).unwrap_or_default()) + 1, lines(bytes), lines(then));
    let commit = short(&version.commit);
    let time =
        version.time.map(|time| time.strftime(" of %Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default();
    let what = if bytes.is_empty() {
        format!("the file is gone; commit {commit}{time} held {were} records")
    } else if same == bytes.len() {
        let kind = DefectKind::Truncated { wanted: were as u64, there: there as u64 };
        format!("{kind} (commit {commit}{time})")
    } else {
        format!("line {line} is not the one that commit {commit}{time} holds")
    };
    let more =
        if number > 1 { format!("; {} older versions disagree, too", number - 1) } else { String::new() };
    let last = last_held
        .map(|version| format!("; the newest that agrees is of commit {}", short(&version.commit)))
        .unwrap_or_default();
    let file = Ledgers::name(component);
    let hint = format!(
        "`git diff {commit} -- {file}` shows what was done, and `git checkout {commit} -- {file}` brings that version \
         back"
    );
    (format!("{what}{more}{last}"), hint)
}

/// What people compare of a digest or of a commit, which may be the one before another.
fn short(text: &str) -> String {
    let (name, before) = text.strip_suffix('^').map_or((text, ""), |name| (name, "^"));
    name.chars().take(SHORT).chain(before.chars()).collect()
}

fn lines(bytes: &[u8]) -> usize {
    bytes.split(|byte| *byte == b'\n').count() - 1
}
