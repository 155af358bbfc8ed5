//! `deploy`: from a recorded pass to a candidate that is proven to run.
//!
//! Not here: the attempt itself (`attempt`). This decides whether one may begin, goes on with one that was
//! interrupted, and sees whether there is anything to do at all.

use std::time::Duration;

use crate::app::actor::actor;
use crate::app::context::{Context, Listener};
use crate::app::in_hand::dependencies;
use crate::app::ledgers::{Ledgers, OpenLedger, PATIENCE};
use crate::app::override_words;
use crate::app::present;
use crate::app::project::Workspace;
use crate::lifecycle::{self, Now, Obstacle};
use crate::model::component::Component;
use crate::model::container::{Container, ContainerState};
use crate::model::delivery::Deploy;
use crate::model::freeze::frozen;
use crate::model::promotion::{Pending, Promotion, Standing};
use crate::model::promotion_id::PromotionId;
use crate::model::record::{Act, DeployAct, Record};
use crate::model::sighting::Origin;
use crate::model::stage::Stage;
use crate::sys::abandoned;
use crate::sys::interrupt::Interrupt;
use crate::sys::run_folder::RunFolder;
use crate::sys::variable;

use super::act;
use super::attempt::Attempt;
use super::consent::Question;
use super::keep::keep;
use super::order::{DeployError, Outcome, Proposal, Request};
use super::past::{are_same_starts, deploy_of, failed_attempt, pending_deploy, was_put_back};
use super::site::Site;
use super::turn;
use super::watch::is_so;
use super::world::{self, Since};

/// How long what a killed tta-promote had begun may take to its end.
const ABANDONED: Duration = Duration::from_secs(60);

/// Where a component stands, and what is there now.
struct Situation<'a> {
    component: &'a Component,
    deploy: &'a Deploy,
    to: Stage,
    standing: Standing,
    now: Now,
    obstacles: Vec<Obstacle>,
}

/// Deploys.
pub fn deploy(
    workspace: &Workspace,
    request: &Request<'_>,
    interrupt: &Interrupt,
    listener: &dyn Listener,
) -> Result<Outcome, DeployError> {
    let name = request.component;
    let component = workspace.policy.component(name).ok_or_else(|| DeployError::Unknown(name.to_owned()))?;
    let folder = RunFolder::create(&workspace.root)?;
    let ledgers = Ledgers::of(workspace);
    let records = ledgers.read(name)?.records;
    let situation = Situation::of(workspace, component, &records, &folder)?;
    let context = Context {
        root: workspace.root.clone(),
        folder: &folder,
        limit: request.timeout.unwrap_or(workspace.policy.project.timeout),
        variables: variable::for_tools(&workspace.root),
        interrupt,
        listener,
    };
    let refused = situation.goes_back() || !situation.obstacles.is_empty() && situation.pending().is_none();
    if refused || situation.promotion().is_none() {
        return Ok(Outcome::Refused(situation.obstacles));
    }
    // What was begun is brought to its end whatever the calendar says.
    let freezes = &workspace.policy.project.freezes;
    if let (Some((until, reason)), None) = (frozen(freezes, situation.now.time), situation.pending()) {
        return Ok(Outcome::Frozen(until, reason.to_owned()));
    }
    let site = Site::find(&context, name, situation.deploy)?;
    if request.dry_run {
        let before = world::containers(&site)?;
        return Ok(Outcome::Proposed(Box::new(situation.proposal(&site, &before, false))));
    }
    // From here on nobody else acts for it, in this clone or in another; what was recorded until now may have changed.
    let mut ledger = ledgers.open(name, &actor(&workspace.root, &folder), PATIENCE)?;
    abandoned::wait(&workspace.root, context.limit.min(ABANDONED), interrupt);
    let _turn = turn::take(&site)?;
    let situation = Situation::of(workspace, component, ledger.records(), &folder)?;
    let again = |records: &[Record]| {
        Situation::of(workspace, component, records, &folder).map(|situation| situation.obstacles)
    };
    situation.carry_out(&Question { request, ledgers: &ledgers, again: &again, freezes }, &site, &mut ledger)
}

impl<'a> Situation<'a> {
    fn of(
        workspace: &'a Workspace,
        component: &'a Component,
        records: &[Record],
        folder: &RunFolder,
    ) -> Result<Self, DeployError> {
        let standing = lifecycle::stand(component.stage, records);
        let name = &component.name;
        let to = standing.stage.next().ok_or_else(|| DeployError::Top(name.clone()))?;
        let no_way = || DeployError::NoWay { component: name.clone(), to };
        let deploy = component.deploy.get(&to).ok_or_else(no_way)?;
        if deploy.compose_file.is_none() && deploy.health.is_none() {
            return Err(DeployError::Unprovable(name.clone()));
        }
        let begun = pending_deploy(&standing).map(|(_, deploy)| deploy.commit.as_str());
        let commits: Vec<&str> = present::commits(&standing).into_iter().chain(begun).collect();
        let now = present::now(workspace, folder, Some(component), &commits);
        let needs = dependencies(workspace, component)?;
        let obstacles = lifecycle::obstacles(&standing, &now, &needs);
        Ok(Self { component, deploy, to, standing, now, obstacles })
    }

    fn promotion(&self) -> Option<&Promotion> {
        self.standing.promotion.as_ref()
    }

    /// What was begun and has no end: first what is to be put back.
    fn pending(&self) -> Option<&Pending> {
        let pending = &self.promotion()?.pending;
        let find = |is: fn(&Act) -> bool| pending.iter().find(|pending| is(&pending.act));
        find(|act| matches!(act, Act::Restore { .. })).or_else(|| find(|act| matches!(act, Act::Deploy(_))))
    }

    /// Whether it is to be rolled back, which is not done by a deployment.
    fn goes_back(&self) -> bool {
        self.obstacles.iter().any(|obstacle| matches!(obstacle, Obstacle::RollingBack { .. }))
    }

    fn is_current(&self, commit: &str) -> bool {
        self.now.commit.as_deref() == Some(commit) || self.now.equal_commits.iter().any(|one| one == commit)
    }

    /// The commit that was measured.
    fn commit(&self) -> String {
        let measured = self.standing.measured.as_ref();
        measured.and_then(|one| one.verification.commit.clone()).unwrap_or_default()
    }

    fn revisions(&self) -> Vec<String> {
        self.now.commit.iter().cloned().chain([self.commit()]).chain(self.now.equal_commits.clone()).collect()
    }

    fn proposal(&self, site: &Site<'_>, before: &[Container], resumed: bool) -> Proposal {
        Proposal {
            component: self.component.name.clone(),
            to: self.to,
            commit: self.commit(),
            argv: act::argv(site).iter().map(|word| site.secrets.hide(word)).collect(),
            before: before.iter().map(Into::into).collect(),
            deploy: self.deploy.clone(),
            resumed,
            overrides: override_words::in_force(&self.standing, &self.now),
        }
    }

    fn carry_out(
        self,
        question: &Question<'_>,
        site: &Site<'_>,
        ledger: &mut OpenLedger,
    ) -> Result<Outcome, DeployError> {
        let Some(promotion) = self.promotion().map(|promotion| promotion.id.clone()) else {
            return Ok(Outcome::Refused(self.obstacles));
        };
        if self.goes_back() {
            return Ok(Outcome::Refused(self.obstacles));
        }
        let records = ledger.records().to_vec();
        let mut attempt = Attempt { site, ledger, promotion: &promotion, revisions: self.revisions() };
        if let Some(Pending { intent, act: Act::Restore { deploy, image }, .. }) = self.pending() {
            let kept = deploy_of(&records, *deploy).and_then(|deploy| deploy.kept.clone());
            let after = attempt.put_back(*intent, image.as_deref(), kept.as_deref())?;
            return Ok(Outcome::PutBack(after));
        }
        if let Some((intent, begun)) = pending_deploy(&self.standing) {
            if was_put_back(&records, intent) {
                attempt.give_up(intent, "it was not well, and what ran before was put back")?;
            } else if self.is_current(&begun.commit) {
                return self.resume(question, &mut attempt, intent, begun);
            } else {
                attempt.give_up(intent, "it was interrupted, and another commit is here now")?;
            }
        }
        if !self.obstacles.is_empty() {
            return Ok(Outcome::Refused(self.obstacles));
        }
        self.begin(question, &mut attempt, &promotion, &records)
    }

    /// Goes on with an attempt that was interrupted.
    fn resume(
        &self,
        question: &Question<'_>,
        attempt: &mut Attempt<'_>,
        intent: u64,
        begun: &DeployAct,
    ) -> Result<Outcome, DeployError> {
        let site = attempt.site;
        let is_so = self.runs(attempt)?.is_some();
        if !is_so {
            if !self.obstacles.is_empty() {
                attempt.give_up(intent, "it was interrupted, and may not be gone on with")?;
                return Ok(Outcome::Refused(self.obstacles.clone()));
            }
            let before = world::containers(site)?;
            let proposal = self.proposal(site, &before, true);
            if let Some(outcome) = question.put(&proposal, site, attempt.ledger, &before)? {
                return Ok(outcome);
            }
        }
        Ok(Outcome::Ended(attempt.go_on(intent, begun, is_so)?))
    }

    fn begin(
        &self,
        question: &Question<'_>,
        attempt: &mut Attempt<'_>,
        promotion: &PromotionId,
        records: &[Record],
    ) -> Result<Outcome, DeployError> {
        let site = attempt.site;
        world::has_service(site)?;
        let known = self.was_proven();
        let running = self.runs(attempt)?;
        if let Some(running) = running.as_ref().filter(|running| known && self.is_as_proven(running)) {
            return Ok(Outcome::AlreadyDeployed(running.iter().map(Into::into).collect()));
        }
        let seen = world::containers(site)?;
        if running.is_none() {
            let proposal = self.proposal(site, &seen, false);
            if let Some(outcome) = question.put(&proposal, site, attempt.ledger, &seen)? {
                return Ok(outcome);
            }
        }
        let failed = failed_attempt(records, promotion);
        let (before, kept) = match failed {
            // What ran before the first of several attempts is what is put back.
            Some(earlier) => (earlier.before.clone(), earlier.kept.clone()),
            None => (seen.iter().map(Into::into).collect(), keep(site, promotion, &seen)?),
        };
        let deploy = DeployAct {
            stage: self.to,
            commit: self.commit(),
            verified: self.standing.measured.as_ref().map_or(0, |measured| measured.seq),
            service: self.deploy.compose_file.as_ref().map(|_| self.deploy.service.clone()),
            argv: act::argv(site).iter().map(|word| site.secrets.hide(word)).collect(),
            before,
            kept,
        };
        let intent = attempt.begin(deploy.clone())?;
        Ok(Outcome::Ended(attempt.go_on(intent, &deploy, running.is_some())?))
    }

    /// The containers, where they run what should run and are well.
    fn runs(&self, attempt: &Attempt<'_>) -> Result<Option<Vec<Container>>, DeployError> {
        let site = attempt.site;
        if self.deploy.compose_file.is_none() {
            return Ok(None);
        }
        let Some(running) = is_so(site, attempt.wanted(Since::Before)?)? else { return Ok(None) };
        // A script, or compose with a `pull_policy`, may be about to build or pull another image under the same name: only
        // what tells its commit, or what is remembered as this commit's, is known to be the candidate.
        let told = world::looks(site)?.iter().all(|look| matches!(look.origin, Origin::Told(_)));
        let remembered =
            self.promotion().and_then(|promotion| promotion.deployment.as_ref()).is_some_and(|done| {
                let is_same =
                    |container: &Container| done.running.iter().any(|one| one.image == container.image);
                self.is_current(&done.commit) && running.iter().all(is_same)
            });
        Ok((told || remembered).then_some(running))
    }

    /// Whether what runs was not started again since it was proven.
    fn is_as_proven(&self, running: &[Container]) -> bool {
        let running: Vec<ContainerState> = running.iter().map(Into::into).collect();
        let done = self.promotion().and_then(|promotion| promotion.deployment.as_ref());
        done.is_some_and(|done| are_same_starts(&done.running, &running))
    }

    /// Whether a deployment of this very commit was proven.
    fn was_proven(&self) -> bool {
        let done = self.promotion().and_then(|promotion| promotion.deployment.as_ref());
        done.is_some_and(|done| self.is_current(&done.commit))
    }
}
