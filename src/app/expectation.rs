//! What shards must add up to: the components of the policy, or those of a plan, at the commit that is checked out,
//! under the policy that is there. Not the joining (`merge`): here is what each shard and each component in it is
//! held against.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::model::assessment::{Assessment, ComponentAssessment};
use crate::model::check::Check;
use crate::model::gate::{Criterion, Gate};
use crate::model::policy::Policy;
use crate::model::reason::{Reason, ReasonKind};
use crate::model::stage::Stage;
use crate::model::waiver::Waiver;
use crate::plan;
use crate::report::plan_document::PlanDocument;
use crate::sys::file;

use super::conditions::of_ledgers;
use super::project::Workspace;
use super::selection::{Selection, SelectionError};
use super::shard::VERSION;
use super::stages::Stages;
use super::subject::Subject;

/// What the checkout says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// The project's name.
    pub project: String,
    /// The commit, in hexadecimal.
    pub commit: Option<String>,
    /// The digest of the policy, in hexadecimal.
    pub policy: String,
}

/// Which components are expected, and before which gate.
#[derive(Debug, Clone)]
pub struct Scope {
    /// The components, the stage that was asked for, and the checks.
    pub selection: Selection,
    /// For each component the shard that it was planned for.
    pub planned: BTreeMap<String, String>,
}

impl Scope {
    /// All components before the gates of the policy.
    pub fn of_policy(policy: &Policy, stages: &Stages) -> Result<Self, SelectionError> {
        Ok(Self { selection: Selection::new(policy, stages, &[], None, None)?, planned: BTreeMap::new() })
    }

    /// What the plan in `file` says, or why it says nothing about this checkout.
    pub fn of_plan(
        file: &Path,
        checkout: &Checkout,
        policy: &Policy,
        stages: &Stages,
    ) -> Result<Self, Reason> {
        let name = file.to_string_lossy();
        let text = file::read_text(file)
            .map_err(|fault| bad_plan(&name, ReasonKind::ShardUnreadable, &fault.to_string()))?;
        let plan = PlanDocument::read(&text)
            .map_err(|fault| bad_plan(&name, ReasonKind::ShardUnreadable, &fault.to_string()))?;
        let foreign = |what: String| bad_plan(&name, ReasonKind::ShardForeign, &what);
        checkout.planned(&plan).map_err(|(kind, what)| bad_plan(&name, kind, &what))?;
        let names: Vec<String> = plan.shards.iter().flat_map(|shard| &shard.components).cloned().collect();
        let mut once = BTreeSet::new();
        if let Some(twice) = names.iter().find(|one| !once.insert(one.as_str())) {
            return Err(foreign(format!("it holds the component `{twice}` twice")));
        }
        let to = plan.to.as_deref().map(stage).transpose().map_err(foreign)?;
        let only = plan.only.map(|ids| ids.iter().map(|id| check(id)).collect::<Result<Vec<_>, _>>());
        let only = only.transpose().map_err(foreign)?;
        let selection =
            Selection::of(policy, stages, &names, to, only).map_err(|fault| foreign(fault.to_string()))?;
        let of_shard = plan.shards.into_iter().flat_map(|shard| {
            let name = shard.shard;
            shard.components.into_iter().map(move |component| (component, name.clone()))
        });
        Ok(Self { selection, planned: of_shard.collect() })
    }
}

fn bad_plan(name: &str, kind: ReasonKind, what: &str) -> Reason {
    Reason::new(kind, format!("the plan `{name}`: {what}"), "give the plan that the shards were made by")
}

impl Checkout {
    fn planned(&self, planned: &PlanDocument) -> Result<(), (ReasonKind, String)> {
        if (planned.tool.name.as_str(), planned.tool.version.as_str()) != ("tta-promote", VERSION) {
            let what = format!("it was written by {} {}", planned.tool.name, planned.tool.version);
            return Err((ReasonKind::ShardForeign, format!("{what}, this is tta-promote {VERSION}")));
        }
        if planned.project != self.project {
            return Err((ReasonKind::ShardForeign, format!("it is of the project `{}`", planned.project)));
        }
        self.commit(planned.commit.as_deref(), planned.dirty)
            .map_err(|what| (ReasonKind::ShardStale, what))?;
        self.policy(&planned.policy.sha256).map_err(|what| (ReasonKind::ShardForeign, what))
    }

    fn commit(&self, commit: Option<&str>, dirty: Option<bool>) -> Result<(), String> {
        match (commit, self.commit.as_deref(), dirty) {
            (_, None, _) => Err("there is no commit here that it could be compared with".to_owned()),
            (None, Some(_), _) => Err("it was made outside of any commit".to_owned()),
            (Some(theirs), Some(ours), _) if theirs != ours => {
                Err(format!("it is of the commit {}, and {} is checked out", short(theirs), short(ours)))
            }
            (Some(_), Some(_), Some(false)) => Ok(()),
            (Some(_), Some(_), Some(true) | None) => {
                Err("it was made of a tree with changes that are in no commit".to_owned())
            }
        }
    }

    fn policy(&self, sha256: &str) -> Result<(), String> {
        if sha256 == self.policy {
            return Ok(());
        }
        Err(format!("it was made under another policy ({}, not {})", short(sha256), short(&self.policy)))
    }

    /// Whether a shard is about this checkout and was made as `scope` asks.
    pub fn fits(&self, file: &str, shard: &Assessment, scope: &Scope) -> Result<(), Reason> {
        let foreign = |what: String, hint: &str| {
            Err(Reason::new(ReasonKind::ShardForeign, format!("`{file}`: {what}"), hint))
        };
        if shard.project != self.project {
            return foreign(
                format!("it is of the project `{}`", shard.project),
                "give the shards of this project",
            );
        }
        if let Err(what) = self.commit(shard.subject.commit.as_deref(), shard.subject.dirty) {
            let hint = "check out the same commit in all jobs, change nothing, and run it again";
            return Err(Reason::new(ReasonKind::ShardStale, format!("`{file}`: {what}"), hint));
        }
        if shard.subject.changed.iter().any(|path| path == "HEAD") {
            let what = format!("`{file}`: another commit was checked out while it was made");
            return Err(Reason::new(
                ReasonKind::ShardStale,
                what,
                "leave the checkout alone, and run it again",
            ));
        }
        if let Err(what) = self.policy(&shard.policy.sha256) {
            return foreign(what, "use the same policy in all jobs, and run it again");
        }
        if shard.only != scope.selection.only {
            let of = |only: &Option<Vec<Check>>| match only {
                None => "all checks".to_owned(),
                Some(checks) => checks.iter().map(|check| check.id()).collect::<Vec<_>>().join(", "),
            };
            return foreign(
                format!(
                    "it holds {} of the gate, and {} is asked for",
                    of(&shard.only),
                    of(&scope.selection.only)
                ),
                "verify without `--only`, or join with the plan that says so",
            );
        }
        Ok(())
    }
}

/// A component that must be there, as the policy and the checkout have it.
#[derive(Debug)]
pub struct Expected<'a> {
    subject: Subject<'a>,
    only: Option<&'a [Check]>,
}

impl<'a> Expected<'a> {
    /// All that `scope` names.
    pub fn all(workspace: &'a Workspace, selection: &'a Selection, gates: &'a [Gate]) -> Vec<Self> {
        let only = selection.only.as_deref();
        let candidates = selection.candidates(&workspace.policy, gates);
        let (subjects, _) = workspace.subjects(&candidates);
        subjects.into_iter().map(|subject| Self { subject, only }).collect()
    }

    /// Its name.
    pub fn name(&self) -> &'a str {
        &self.subject.candidate.component.name
    }

    /// What its gate asks for.
    pub fn criteria(&self) -> impl Iterator<Item = &Criterion> {
        plan::criteria(self.subject.candidate.gate, self.only)
    }

    /// What its gate asks for besides, where all of the gate is asked for.
    fn conditions(&self) -> Vec<String> {
        if self.only.is_none() { self.subject.candidate.conditions().ids() } else { Vec::new() }
    }

    /// What the policy waives of it, of the checks that are asked for.
    fn waivers(&self) -> impl Iterator<Item = &Waiver> {
        let is_asked = |waiver: &&Waiver| self.criteria().any(|criterion| criterion.check() == waiver.check);
        self.subject.candidate.component.waivers.iter().map(|one| &one.waiver).filter(is_asked)
    }

    /// Itself, with this said of each check.
    pub fn without_evidence(&self, reason: &Reason) -> ComponentAssessment {
        let component = self.subject.candidate.component;
        let mut blank = blank(
            &component.name,
            self.subject.candidate.from,
            self.subject.candidate.gate.stage,
            self.criteria(),
            reason,
        );
        blank.title.clone_from(&component.title);
        blank.group.clone_from(&component.group);
        blank.files = self.files();
        blank
    }

    fn files(&self) -> Vec<String> {
        self.subject.files.iter().flatten().map(|file| file.path.clone()).collect()
    }

    /// Whether what a shard says is about this component before this gate.
    pub fn fits(&self, file: &str, theirs: &ComponentAssessment) -> Result<(), Reason> {
        let component = self.subject.candidate.component;
        let to = self.subject.candidate.gate.stage;
        let from = self.subject.candidate.from;
        let what = if (theirs.from, theirs.to) != (from, to) {
            format!("it is about {} → {}, not {from} → {to}", theirs.from, theirs.to)
        } else if !self.criteria().eq(theirs.checks.iter().map(|check| &check.criterion)) {
            "its checks are not those of the gate".to_owned()
        } else if !self.conditions().iter().eq(theirs.conditions.iter().map(|one| &one.id)) {
            "it does not answer what the gate asks besides its checks".to_owned()
        } else if theirs.files != self.files() {
            "its files are not those that are checked out".to_owned()
        } else if !self.waivers().eq(theirs.waivers.iter().map(|one| &one.waiver)) {
            "its waivers are not those of the policy".to_owned()
        } else if (&theirs.title, &theirs.group) != (&component.title, &component.group) {
            "it describes the component otherwise than the policy".to_owned()
        } else {
            return Ok(());
        };
        let hint = "verify and join with the same `promotion.toml`; a stage other than the next is for a plan to ask for";
        Err(Reason::new(ReasonKind::ShardForeign, format!("`{file}`: {what}"), hint))
    }

    /// Whether what a shard says of the ledgers is what those that are here say.
    pub fn agrees(
        &self,
        workspace: &Workspace,
        file: &str,
        theirs: &ComponentAssessment,
    ) -> Result<(), Reason> {
        if self.only.is_some() {
            return Ok(());
        }
        let hint =
            "verify and join with the same ledgers, and at about the same time; run the shard's job again";
        let foreign = |what: String| Reason::new(ReasonKind::ShardForeign, format!("`{file}`: {what}"), hint);
        let ours =
            of_ledgers(workspace, &self.subject.candidate).map_err(|fault| foreign(fault.to_string()))?;
        let told = |id: &str| theirs.conditions.iter().find(|one| one.id == id).map(|one| one.state);
        match ours.iter().find(|one| told(&one.id) != Some(one.state)) {
            None => Ok(()),
            Some(one) => {
                let theirs = told(&one.id).map_or("not told", |state| state.name());
                let (id, ours, summary) = (&one.id, one.state.name(), &one.summary);
                Err(foreign(format!(
                    "`{id}` is {theirs} in it, and {ours} by the ledger that is here: {summary}"
                )))
            }
        }
    }
}

/// A component of which nothing is known but a name.
pub fn blank<'a>(
    name: &str,
    from: Stage,
    to: Stage,
    criteria: impl Iterator<Item = &'a Criterion>,
    reason: &Reason,
) -> ComponentAssessment {
    use crate::judge::{self, Unmeasured};
    use crate::model::assessment::CheckAssessment;
    let checks: Vec<CheckAssessment> = criteria
        .map(|criterion| {
            let gathered = Err(Unmeasured::because(reason.clone(), None));
            CheckAssessment::of(criterion.clone(), judge::check(criterion, gathered))
        })
        .collect();
    ComponentAssessment {
        name: name.to_owned(),
        title: name.to_owned(),
        group: None,
        from,
        to,
        files: Vec::new(),
        absent_imports: Vec::new(),
        verdict: judge::gate(&checks),
        checks,
        conditions: Vec::new(),
        waivers: Vec::new(),
    }
}

fn stage(name: &str) -> Result<Stage, String> {
    Stage::from_name(name).ok_or_else(|| format!("there is no stage `{name}`"))
}

fn check(id: &str) -> Result<Check, String> {
    Check::named(id).ok_or_else(|| format!("there is no check `{id}`"))
}

fn short(hexadecimal: &str) -> String {
    hexadecimal.chars().take(8).collect()
}
