//! `audit --attestation`: whether what Statements claim is so: of the commit that is checked out, its files, the policy,
//! and not too old.
//!
//! Not a verifier of signatures, and it says so. The hard part is to take nothing on trust that can be seen here: counts
//! are judged again, under the gate of the policy.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::lifecycle::Now;
use crate::model::component::Component;
use crate::model::stage::Stage;
use crate::report::attestation::held::{About, Fault, Held, Statement, Weight};
use crate::report::attestation::{Claim, Conclusion, Reading, Unread, read};
use crate::sys::git::{differing_besides_history, has_commit};
use crate::sys::run_folder::RunFolder;
use crate::sys::{clock, file};

use super::attest::dirty;
use super::claimed_stage::{self, Doubt};
use super::document;
use super::present::now_besides;
use super::project::Workspace;
use super::proof;
use super::refusal::length;
use super::selection::SelectionError;

/// Clocks of two machines may differ a little.
const SKEW: SignedDuration = SignedDuration::from_mins(5);
const AGAIN: &str = "verify it again on this commit: `tta-promote verify COMPONENT --attest FILE`";
const READABLE: &str = "see whether it is the file that was meant, and whole: get it or write it again";
const WHOLE_HISTORY: &str =
    "fetch the whole history (`git fetch --unshallow`; `fetch-depth: 0` of actions/checkout)";
const NEW_FORM: &str = "sign with cosign 3, or with `--new-bundle-format`";
const FORGED: &str = "trust nothing of it: it was changed after it was written, or written by something else";

/// A file that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read `{file}`: {why}")]
pub struct Unreadable {
    /// As it was named.
    pub file: String,
    /// Why.
    pub why: file::ReadError,
}

/// What is asked of what files claim.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The components of which each must be attested.
    pub names: &'a [String],
    /// The gate that it must be of; `None`: any.
    pub to: Option<Stage>,
    /// How old it may be; `None`: as the policy says of a pass.
    pub max_age: Option<Duration>,
}

/// Holds what files claim against what is here.
///
/// # Errors
/// Where a file cannot be read, a name is nobody's, or there is no place for what git says.
pub fn audit(
    workspace: &Workspace,
    files: &[PathBuf],
    Asked { names, to, max_age }: Asked<'_>,
) -> anyhow::Result<Held> {
    let known = || workspace.policy.components.iter().map(|component| component.name.clone()).collect();
    if let Some(name) = names.iter().find(|name| workspace.policy.component(name).is_none()) {
        return Err(SelectionError::Unknown { name: name.clone(), known: known() }.into());
    }
    let mut readings: Vec<(String, Reading)> = Vec::new();
    let mut empty = Vec::new();
    for path in files {
        let name = path.to_string_lossy().into_owned();
        let text = file::read_text(path).map_err(|why| Unreadable { file: name.clone(), why })?;
        let found = read(&text);
        if found.is_empty() {
            empty.push(name.clone());
        }
        readings.extend(found.into_iter().map(|reading| (name.clone(), reading)));
    }
    let claims = || readings.iter().filter_map(|(_, reading)| reading.content.as_ref().ok());
    let (now, others) = present(workspace, claims(), files)?;
    let max_age = max_age.unwrap_or(now.max_age);
    let place = Place { workspace, to, max_age, now: &now, others: &others, documents: OnceCell::new() };
    let attested: BTreeSet<&str> = claims().map(|claim| claim.component.as_str()).collect();
    let lacking = names.iter().filter(|name| !attested.contains(name.as_str()));
    let open = |message: String| Fault { weight: Weight::Open, message, hint: AGAIN.to_owned() };
    let mut faults: Vec<Fault> =
        empty.iter().map(|name| open(format!("`{name}` holds no Statement"))).collect();
    faults.extend(lacking.map(|name| open(format!("nothing attests `{name}`"))));
    let is_foreign = |(_, reading): &(_, Reading)| matches!(reading.content, Err(Unread::Foreign(_)));
    if readings.iter().all(is_foreign) && faults.is_empty() {
        faults.push(open("there is no Statement of tta-promote among them".to_owned()));
    }
    let statements: Vec<Statement> =
        readings.iter().map(|(file, reading)| place.hold(file, reading)).collect();
    Ok(Held {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        project: workspace.policy.project.name.clone(),
        now: now.time,
        statements,
        faults,
    })
}

/// Commits that are not the one that is checked out, and the files in which they differ from it.
type Others = BTreeMap<String, Differing>;

/// In which files a commit differs from the one that is checked out.
enum Differing {
    /// In these, or it is not known in which.
    In(Option<Vec<String>>),
    /// This clone, which holds a part of the history, does not know the commit.
    Unseen,
}

/// What is there now, and how the commits that are told of differ from it. The files that hold the claims are no part of
/// it.
fn present<'a>(
    workspace: &Workspace,
    claims: impl Iterator<Item = &'a Claim>,
    files: &[PathBuf],
) -> anyhow::Result<(Now, Others)> {
    let (mut components, mut commits): (BTreeMap<&str, &Component>, BTreeSet<&str>) = Default::default();
    for claim in claims {
        if let Some(component) = workspace.policy.component(&claim.component) {
            components.insert(&component.name, component);
        }
        commits.insert(&claim.commit);
    }
    let components: Vec<&Component> = components.into_values().collect();
    let commits: Vec<&str> = commits.into_iter().take(COMMITS).collect();
    let besides: Vec<PathBuf> = files.iter().map(|file| file::written_as(file)).collect();
    let folder = RunFolder::create(&workspace.root)?;
    let now = now_besides(workspace, &folder, &components, &commits, &besides);
    let (root, history) = (&workspace.root, workspace.history());
    let differing = |commit: &str| {
        let current = now.commit.as_deref()?;
        match has_commit(root, &folder, commit) {
            None => Some(Differing::Unseen),
            Some(false) => Some(Differing::In(None)),
            Some(true) => {
                Some(Differing::In(differing_besides_history(root, &history, &folder, (commit, current))))
            }
        }
    };
    let others = commits.iter().filter(|commit| !now.is_current(commit));
    let others = others.filter_map(|commit| Some(((*commit).to_owned(), differing(commit)?))).collect();
    Ok((now, others))
}

/// Of how many commits git is asked: each costs a process, and who names more is up to no good.
const COMMITS: usize = 20;

/// What claims are held against.
struct Place<'a> {
    workspace: &'a Workspace,
    to: Option<Stage>,
    max_age: Duration,
    now: &'a Now,
    others: &'a Others,
    /// Looked for once, where anybody asks.
    documents: OnceCell<BTreeSet<String>>,
}

/// What speaks against a claim, as it is found.
#[derive(Default)]
struct Found {
    faults: Vec<Fault>,
    notes: Vec<String>,
}

impl Found {
    fn add(&mut self, weight: Weight, message: impl Into<String>, hint: &str) {
        self.faults.push(Fault { weight, message: message.into(), hint: hint.to_owned() });
    }

    fn broken(&mut self, message: impl Into<String>) {
        self.add(Weight::Broken, message, FORGED);
    }
}

impl Place<'_> {
    fn hold(&self, file: &str, reading: &Reading) -> Statement {
        let mut found = Found::default();
        let about = match &reading.content {
            Ok(claim) => {
                self.held(claim, &mut found);
                Some(about(claim))
            }
            Err(Unread::Malformed(why)) => {
                found.broken(why);
                None
            }
            Err(Unread::Unreadable(why)) => {
                found.add(Weight::Broken, why, READABLE);
                None
            }
            Err(unread @ Unread::Outdated) => {
                found.add(Weight::Open, unread.to_string(), NEW_FORM);
                None
            }
            Err(Unread::Foreign(what)) => {
                found.notes.push(format!("{what}: it is left out"));
                None
            }
        };
        let Found { faults, notes } = found;
        let file = file.to_owned();
        Statement { file, line: reading.line, signatures: reading.signatures, about, faults, notes }
    }

    fn held(&self, claim: &Claim, found: &mut Found) {
        if let Some(to) = self.to.filter(|to| *to != claim.to) {
            let message =
                format!("it is of the gate of {}, and {} was asked for", claim.to.name(), to.name());
            let hint = format!("`tta-promote verify {} --to {} --attest FILE`", claim.component, to.name());
            found.add(Weight::Open, message, &hint);
        }
        self.commit(claim, found);
        self.files(claim, found);
        let is_policy = claim.policy == self.now.policy;
        if !is_policy {
            let message = "it was judged by another policy than the one that is here";
            found.add(Weight::Broken, message, AGAIN);
        }
        for why in proof::against(self.workspace, claim, is_policy) {
            found.broken(why);
        }
        if is_policy {
            self.stage(claim, found);
        }
        match claim.conclusion {
            Conclusion::Passed => {}
            Conclusion::Warned => {
                let until = claim.waived_until.map(|day| format!(" until {day}")).unwrap_or_default();
                found.notes.push(format!("it rests on waivers{until}"));
            }
            Conclusion::Failed => {
                let message = format!("it says that the gate of {} was not passed", claim.to.name());
                found.add(Weight::Failed, message, "see `tta-promote verify` for what is missing");
            }
        }
        self.age(claim.started, claim.waived_until, found);
    }

    fn commit(&self, claim: &Claim, found: &mut Found) {
        let Some(current) = self.now.commit.as_deref() else {
            let hint = "check out the commit that it is of";
            return found.add(Weight::Open, "there is no commit here that it could be of", hint);
        };
        if !self.now.is_current(&claim.commit) {
            self.other_commit(claim, current, found);
        } else if claim.commit != current {
            found.notes.push("it is of an earlier commit that differs in nothing but ledgers".to_owned());
        }
        if claim.commit_subject.is_none() {
            found.notes.push("its subjects are files alone; the commit is told by its predicate".to_owned());
        }
        if self.now.dirty != Some(false) {
            let message = format!("it speaks of other files: {}", dirty(self.now.differs.as_deref()));
            found.add(Weight::Open, message, "commit or put aside what differs");
        }
    }

    /// What it means that it is of a commit that is not checked out.
    fn other_commit(&self, claim: &Claim, current: &str, found: &mut Found) {
        let commit = short(&claim.commit);
        let differing = match self.others.get(&claim.commit) {
            Some(Differing::Unseen) => {
                let message = format!("it is of the commit {commit}, which this clone does not hold");
                return found.add(Weight::Open, message, WHOLE_HISTORY);
            }
            Some(Differing::In(Some(paths))) => paths.as_slice(),
            Some(Differing::In(None)) | None => &[],
        };
        let mut message = format!("it is of the commit {commit}, and {} is checked out", short(current));
        if let [first, rest @ ..] = differing {
            let _infallible = match rest.len() {
                0 => write!(message, ", which differs in `{first}`"),
                more => write!(message, ", which differs in `{first}` and {more} more"),
            };
        }
        if !differing.is_empty() && differing.iter().all(|path| self.documents().contains(path)) {
            message.push_str(": nothing but documents in which tta-promote writes where components stand");
            let hint = format!(
                "check out {commit} in another clone, put `.promotion` as it is here in the place of its own, and there \
                 run `tta-promote audit {} --attestation FILE`",
                claim.component
            );
            found.add(Weight::Open, message, &hint);
        } else {
            found.add(Weight::Broken, message, "check out that commit, or verify this one");
        }
    }

    /// Those in which it is written where components stand, of all of them.
    fn documents(&self) -> &BTreeSet<String> {
        let of = |component| document::paths(self.workspace, component);
        self.documents.get_or_init(|| self.workspace.policy.components.iter().flat_map(of).collect())
    }

    fn files(&self, claim: &Claim, found: &mut Found) {
        let workspace = self.workspace;
        let Some(component) = workspace.policy.component(&claim.component) else {
            let message = format!("there is no component `{}` here", claim.component);
            return found.add(Weight::Broken, message, AGAIN);
        };
        let Ok(files) = workspace.files(component) else {
            let message = format!("the files of `{}` cannot be listed", claim.component);
            return found.add(Weight::Open, message, "see what `tta-promote plan` says");
        };
        let here: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
        if let Some(lacking) = here.iter().find(|path| !claim.files.contains_key(**path)) {
            found.add(
                Weight::Broken,
                format!("it says nothing of `{lacking}`, which is a part of it"),
                AGAIN,
            );
        }
        for (path, digest) in &claim.files {
            if !here.contains(path.as_str()) {
                found.add(Weight::Broken, format!("it is about `{path}`, which is no part of it"), AGAIN);
            } else if file::sha256(&workspace.root.join(path)).as_ref() != Some(digest) {
                found.add(Weight::Broken, format!("`{path}` is not the file that was measured"), AGAIN);
            }
        }
    }

    /// Whether what it rests on besides checks is met still.
    fn stage(&self, claim: &Claim, found: &mut Found) {
        let policy = &self.workspace.policy;
        let gate = policy.gates.get(&claim.to).filter(|_| claim.conclusion != Conclusion::Failed);
        let (Some(component), Some(gate)) = (policy.component(&claim.component), gate) else { return };
        match claimed_stage::held(self.workspace, claim, component, gate) {
            Ok(held) => {
                for Doubt { what, hint } in held.doubts {
                    found.add(Weight::Open, what, &hint);
                }
                found.notes.extend(held.note);
            }
            Err(fault) => {
                let message =
                    format!("a ledger cannot be relied on, so it is not known what it rests on: {fault}");
                found.add(Weight::Open, message, "see what `tta-promote audit` says");
            }
        }
    }

    fn age(&self, started: Timestamp, waived_until: Option<Date>, found: &mut Found) {
        match Duration::try_from(self.now.time.duration_since(started)) {
            Ok(age) if age > self.max_age => {
                let message = format!("it is {} old, and {} is the limit", length(age), length(self.max_age));
                found.add(Weight::Open, message, AGAIN);
            }
            Ok(_) => {}
            Err(_) if started.duration_since(self.now.time) < SKEW => {}
            Err(_) => {
                found.add(Weight::Broken, "it is from the future", "see whether the clock is right here");
            }
        }
        if let Some(day) = waived_until.filter(|day| *day < clock::day_of(self.now.time)) {
            found.add(Weight::Open, format!("it rests on a waiver that expired after {day}"), AGAIN);
        }
    }
}

fn about(claim: &Claim) -> About {
    About {
        kind: claim.kind.name(),
        component: claim.component.clone(),
        to: claim.to.name(),
        result: claim.conclusion.name(),
        commit: claim.commit.clone(),
        started: claim.started,
    }
}

fn short(commit: &str) -> String {
    commit.chars().take(8).collect()
}
