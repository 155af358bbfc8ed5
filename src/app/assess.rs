//! Puts what the lanes gathered before the judge, component by component.

use std::path::Path;

use jiff::civil::Date;

use crate::judge::{self, Gathered, Unmeasured};
use crate::model::assessment::ComponentAssessment;
use crate::model::check::Check;
use crate::model::finding::Severity;
use crate::model::gate::Criterion;
use crate::model::reason::{Reason, ReasonKind};
use crate::model::waiver::Waiver;
use crate::plan;
use crate::tools::oldest;

use super::answer::Answer;
use super::source::Sources;
use super::subject::Subject;
use super::toolchain::Toolchain;

/// What the judge needs besides the answers.
#[derive(Debug)]
pub struct Assessor<'a> {
    /// The components.
    pub subjects: &'a [Subject<'a>],
    /// Their texts as they were measured; `None` where nothing was measured.
    pub sources: Option<&'a Sources>,
    /// For each component the optional imports of its files that its tests could not have used.
    pub absent_imports: &'a [Vec<String>],
    /// The checks that were asked for.
    pub only: Option<&'a [Check]>,
    /// For each component a file that came or went during the run, if one did.
    pub appeared: &'a [Option<String>],
    /// Paths that changed during the run.
    pub changed: &'a [String],
    /// The day, in UTC, that waivers are held against.
    pub today: Date,
    /// The severity from which the gate of the policy counts that counts most.
    pub least_severity: Severity,
}

impl Assessor<'_> {
    /// Each component's assessment.
    pub fn components(&self, answers: Vec<Answer>) -> Vec<ComponentAssessment> {
        let mut by_component: Vec<Vec<Answer>> = self.subjects.iter().map(|_| Vec::new()).collect();
        for answer in answers {
            if let Some(own) = by_component.get_mut(answer.component) {
                own.push(answer);
            }
        }
        self.subjects
            .iter()
            .zip(self.appeared)
            .zip(self.absent_imports)
            .zip(by_component)
            .map(|(((subject, appeared), absent), answers)| {
                self.component(subject, appeared.as_deref(), absent, answers)
            })
            .collect()
    }

    fn component(
        &self,
        subject: &Subject<'_>,
        appeared: Option<&str>,
        absent_imports: &[String],
        mut answers: Vec<Answer>,
    ) -> ComponentAssessment {
        let component = subject.candidate.component;
        let moved = appeared.map(str::to_owned).or_else(|| self.moved(subject));
        let judged = plan::criteria(subject.candidate.gate, self.only)
            .map(|criterion| {
                let position = answers.iter().position(|answer| answer.check == criterion.check());
                let gathered = match position {
                    Some(position) => answers.swap_remove(position).gathered,
                    None => Err(Unmeasured::because(nobody_answered(criterion), None)),
                };
                let gathered = still(moved.as_deref(), gathered).map_err(explained);
                (criterion.clone(), judge::check(criterion, gathered))
            })
            .collect();
        let waivers: Vec<Waiver> = component.waivers.iter().map(|one| one.waiver.clone()).collect();
        let (checks, waivers) = judge::waiver::waive(judged, &waivers, self.today, self.least_severity);
        ComponentAssessment {
            name: component.name.clone(),
            title: component.title.clone(),
            group: component.group.clone(),
            from: subject.candidate.from,
            to: subject.candidate.gate.stage,
            files: subject.files.iter().flatten().map(|file| file.path.clone()).collect(),
            absent_imports: absent_imports.to_vec(),
            verdict: judge::gate(&checks),
            checks,
            conditions: Vec::new(),
            waivers,
        }
    }

    /// A file of the component, or a test of its, that changed while it was measured.
    fn moved(&self, subject: &Subject<'_>) -> Option<String> {
        let has_changed = |real: &str| self.sources.is_some_and(|sources| sources.has_changed(real));
        if let Some(file) = subject.files.iter().flatten().find(|file| has_changed(&file.real)) {
            return Some(file.path.clone());
        }
        let tests = &subject.candidate.component.tests.paths;
        let is_own = |path: &String| {
            let is_source = subject.files.iter().flatten().any(|file| file.path == **path);
            let is_test = Path::new(path).extension().is_some_and(|extension| extension == "py")
                && tests.iter().any(|tests| Path::new(path).starts_with(&tests.path));
            is_source || is_test
        };
        self.changed.iter().find(|path| is_own(path)).cloned()
    }
}

/// Optional imports of the component's files that its tests could not have used.
pub fn absent_imports(subject: &Subject<'_>, sources: &Sources, toolchain: &Toolchain) -> Vec<String> {
    let Ok(interpreter) = &toolchain.interpreter else { return Vec::new() };
    let mut absent: Vec<String> =
        subject.files.iter().flatten().flat_map(|file| sources.optional_imports_of(&file.real)).collect();
    absent.retain(|module| interpreter.absent.contains(module));
    absent.sort_unstable();
    absent.dedup();
    absent
}

/// Evidence about files that changed meanwhile is evidence about nothing that exists.
fn still(moved: Option<&str>, gathered: Gathered) -> Gathered {
    let Some(path) = moved else { return gathered };
    let evidence = gathered?;
    let reason = Reason::new(
        ReasonKind::TreeChanged,
        format!("`{path}` changed while it was being measured"),
        "find out whether a test writes it or somebody edited it, and run again",
    );
    Err(Unmeasured::because(reason, evidence.run))
}

fn explained(unmeasured: Box<Unmeasured>) -> Box<Unmeasured> {
    let Unmeasured { reason, run } = *unmeasured;
    Unmeasured::because(oldest::explain(reason, run.as_ref()), run)
}

fn nobody_answered(criterion: &Criterion) -> Reason {
    Reason::new(
        ReasonKind::NothingInspected,
        format!("the check `{}` was not made", criterion.check()),
        "this is a fault of tta-promote; please report it",
    )
}
