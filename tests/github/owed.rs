//! Documents after a rollback and a revocation: they say where the component stands again, since when and why, between
//! their marks alone; what cannot be written is owed, and the next step writes it. No GitHub is needed.

use tta_promote::model::assessment::Verdict;
use tta_promote::model::decision::{Revocation, RollbackDecision, RollbackSeverity};
use tta_promote::model::record::{Act, ActResult, DeployAct, Fact, Record};
use tta_promote::model::stage::Stage;

use crate::project::{Project, Told};

const STAGING: &str = "carbon-staging-2025-10-14";
const MATURITY: &str = "src/MATURITY.md";
const STATUS: &str = "docs/component-promotion/COMPONENT_MATURITY_STATUS.md";
const REASON: &str = "it lost data on Monday";
const POLICY: &str = r#"schema = 1
[project]
name = "TTA"
runner = "path"
documents = { status = "docs/component-promotion/COMPONENT_MATURITY_STATUS.md" }
[component.carbon]
title = "Carbon"
paths = ["src/carbon.py"]
documents = { maturity = "src/MATURITY.md" }
"#;

/// How a promotion is taken back.
#[derive(Clone, Copy, Debug)]
enum Way {
    Rollback,
    Revoke,
}

impl Way {
    const ALL: [Self; 2] = [Self::Rollback, Self::Revoke];

    /// The deed of a rollback is on the record; what follows it is to be done.
    fn prepare(self, project: &Project) {
        if matches!(self, Self::Rollback) {
            let severity = RollbackSeverity::Critical;
            let decision = RollbackDecision { severity, reason: REASON.into(), due: None };
            let now = jiff::Timestamp::now();
            project.recorded(now, Fact::RollbackDecided(decision));
            let intent = project.records().len() as u64 + 1;
            project.recorded(now, Fact::Intended(Act::Restore { deploy: 2, image: None }));
            let result = ActResult::Restored { running: Vec::new() };
            project.recorded(now, Fact::Done { intent, result });
        }
    }

    fn take(self, project: &Project) -> Told {
        let verb = match self {
            Self::Rollback => &["rollback", "carbon", "--severity", "critical"][..],
            Self::Revoke => &["revoke", "carbon", "--yes"],
        };
        project.run(&[verb, &["--reason", REASON]].concat()).exits(0)
    }

    fn words(self) -> String {
        match self {
            Self::Rollback => format!("rolled back: {REASON}"),
            Self::Revoke => format!("revoked, back to development: {REASON}"),
        }
    }
}

/// A component that was promoted, with documents that say so among words of people.
fn completed() -> Project {
    let project = Project::unmeasured();
    std::fs::create_dir_all(project.path("project/docs/component-promotion")).expect("a folder");
    project.file("promotion.toml", POLICY).file(MATURITY, "# Carbon\r\n\r\nWords.  \r\n");
    project.file(STATUS, "\u{feff}# All\n\nMore words.").committed().measured(Verdict::Pass);
    let deploy = DeployAct {
        stage: Stage::Staging,
        commit: project.commit(),
        verified: 1,
        service: None,
        argv: Vec::new(),
        before: Vec::new(),
        kept: None,
    };
    let now = jiff::Timestamp::now();
    let result = ActResult::Deployed { running: Vec::new(), proof: Vec::new() };
    project
        .recorded(now, Fact::Intended(Act::Deploy(deploy)))
        .recorded(now, Fact::Done { intent: 2, result });
    project.recorded(now, Fact::Completed { to: Stage::Staging, deployment: 2, verified: 1 });
    project.run(&["complete", "carbon", "--yes"]).exits(0).says("MATURITY.md written");
    for (document, after) in [(MATURITY, "\r\nAfter\tall.\r\n\n"), (STATUS, "\nNo end of line")] {
        project.file(document, &(text(&project, document) + after));
    }
    project.committed();
    project
}

fn text(project: &Project, document: &str) -> String {
    std::fs::read_to_string(project.path("project").join(document)).expect("a document")
}

/// What stands before our part, in it, and after it.
fn parts(text: &str) -> [&str; 3] {
    let begin = text.find("<!-- tta-promote:begin").expect("a mark");
    let last = text.find("<!-- tta-promote:end").expect("a mark");
    let end = last + text[last..].find("-->").expect("the end of a mark");
    [&text[..begin], &text[begin..end], &text[end..]]
}

#[test]
fn what_is_taken_back_is_told_by_the_documents_between_their_marks_alone() {
    for way in Way::ALL {
        let project = completed();
        let before = [MATURITY, STATUS].map(|document| text(&project, document));
        way.prepare(&project);
        way.take(&project).says("COMPONENT_MATURITY_STATUS.md` was written");
        let [maturity, status] = [MATURITY, STATUS].map(|document| text(&project, document));
        for (then, now) in before.iter().zip([&maturity, &status]) {
            let ([first, ours, last], [first_now, ours_now, last_now]) = (parts(then), parts(now));
            assert_eq!((first, last), (first_now, last_now), "{way:?}");
            assert_ne!(ours, ours_now);
        }
        let today = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
        let maturity = parts(&maturity)[1].replace("\r\n", "\n");
        assert!(maturity.contains("| Stage | development |\n| Since | "), "{maturity}");
        assert!(maturity.contains(&format!("| Why | {} |", way.words())), "{maturity}");
        let since = maturity.lines().find(|line| line.starts_with("| Since")).expect("a line");
        assert!(since.contains(&today), "{since}");
        assert!(!maturity.contains("| Stage | staging |"), "{maturity}");
        let status = parts(&status)[1];
        assert!(status.contains("| staging | 0 |\n| development | 1 |"), "{status}");
        let row = status.lines().find(|line| line.starts_with("| Carbon")).expect("a row");
        assert!(row.contains(&way.words()) && row.contains(&today), "{row}");
        project.run(&["audit", "--claims"]).exits(0);
        project.committed();
        project.run(&["promote", "carbon", "--dry-run"]);
        assert_eq!(
            [MATURITY, STATUS].map(|document| parts(&text(&project, document))[1].len() > 9),
            [true; 2]
        );
    }
}

#[test]
fn a_hand_edit_is_shown_and_kept_and_the_document_is_owed_until_a_step_can_write_it() {
    for way in Way::ALL {
        let project = completed();
        let edited =
            text(&project, MATURITY).replace("| Stage | staging |", "| Stage | production, says Ada |");
        // A folder where the document should be: nobody can write that.
        std::fs::remove_file(project.path("project").join(STATUS)).expect("a document");
        std::fs::create_dir(project.path("project").join(STATUS)).expect("a folder");
        project.file(MATURITY, &edited).committed();
        way.prepare(&project);
        let told = way.take(&project).says("MATURITY.md` is owed: somebody edited");
        told.says("| -| Stage | production, says Ada |").says("STATUS.md` is owed: it cannot be read");
        assert_eq!(text(&project, MATURITY), edited, "{way:?}");
        project.run(&["status", "carbon"]).exits(0).says("the document src/MATURITY.md is owed");
        project.run(&["status"]).exits(0).says("the document src/MATURITY.md is owed");

        let told = project.run(&["promote", "carbon", "--dry-run"]).complains("owed      `src/MATURITY.md`");
        told.complains("owed      `docs/component-promotion/COMPONENT_MATURITY_STATUS.md`");
        let records = project.records().len();
        project.run(&["promote", "carbon", "--yes"]).complains("| -| Stage | production, says Ada |");
        assert_eq!(text(&project, MATURITY), edited, "{way:?}");
        assert!(!project.kinds()[records..].contains(&"failed"), "what is owed is not owed anew");
        // The verb itself writes it too, once it can.
        std::fs::remove_dir(project.path("project").join(STATUS)).expect("a folder");
        way.take(&project).says("STATUS.md` was written");

        project.file(MATURITY, "# Carbon\n").committed();
        let told = project.run(&["promote", "carbon", "--yes"]).exits(1);
        told.complains("`src/MATURITY.md` was written").complains("differ from the commit");
        assert!(text(&project, MATURITY).contains(&way.words()), "{way:?}");
        project.committed();
        let told = project.run(&["promote", "carbon", "--dry-run"]);
        assert!(!told.stderr.contains("owed"), "{told:?}");
        let told = project.run(&["status", "carbon"]).exits(0);
        assert!(!told.stdout.contains("owed"), "{told:?}");
    }
}

#[test]
fn a_document_that_is_owed_does_not_change_the_tree_that_a_promotion_under_way_rests_on() {
    let project = completed();
    let edited = text(&project, MATURITY).replace("staging", "production");
    project.file(MATURITY, &edited).committed();
    Way::Revoke.take(&project).says("is owed");
    project.file(MATURITY, "# Carbon\n").committed().measured(Verdict::Pass);
    let deploy = DeployAct {
        stage: Stage::Staging,
        commit: project.commit(),
        verified: 1,
        service: None,
        argv: Vec::new(),
        before: Vec::new(),
        kept: None,
    };
    project.recorded(jiff::Timestamp::now(), Fact::Intended(Act::Deploy(deploy)));
    project.run(&["promote", "carbon", "--yes"]);
    assert_eq!(text(&project, MATURITY), "# Carbon\n");
}

const ABOVE: &str = "carbon-production-2025-10-24";

/// [`ABOVE`] was completed too, with documents that say so.
fn completed_above(project: &Project) {
    let now = jiff::Timestamp::now();
    let Some(Fact::Verified(mut gate)) = project.records().into_iter().next().map(|record| record.fact)
    else {
        panic!("a measurement")
    };
    (gate.from, gate.to) = (Stage::Staging, Stage::Production);
    let verified = project.records().len() as u64 + 1;
    let deployment = verified + 1;
    let deploy = DeployAct {
        stage: Stage::Production,
        commit: project.commit(),
        verified,
        service: None,
        argv: Vec::new(),
        before: Vec::new(),
        kept: None,
    };
    let result = ActResult::Deployed { running: Vec::new(), proof: Vec::new() };
    project.recorded_for(ABOVE, now, Fact::Verified(gate));
    project.recorded_for(ABOVE, now, Fact::Intended(Act::Deploy(deploy)));
    project.recorded_for(ABOVE, now, Fact::Done { intent: deployment, result });
    project.recorded_for(ABOVE, now, Fact::Completed { to: Stage::Production, deployment, verified });
    project.run(&["complete", "carbon", "--yes"]).exits(0);
    assert!(text(project, MATURITY).contains("| Stage | production |"));
    project.committed();
}

/// The component went back to `to`, and the process was killed before it wrote a document.
fn only_moved_back(project: &Project, way: Way, promotion: &str, to: Stage) {
    let now = jiff::Timestamp::now();
    let facts = match way {
        Way::Revoke => {
            vec![Fact::Revoked(Revocation { to, reason: REASON.into(), measured: None })]
        }
        Way::Rollback => {
            let is_deploy = |record: &&Record| {
                record.promotion.as_str() == promotion
                    && matches!(record.fact, Fact::Intended(Act::Deploy(_)))
            };
            let deploy = project.records().iter().find(is_deploy).expect("a deployment").seq;
            let intent = project.records().len() as u64 + 2;
            let severity = RollbackSeverity::Critical;
            let account = format!("project/.promotion/rollbacks/{promotion}.md");
            std::fs::create_dir_all(project.path("project/.promotion/rollbacks")).expect("a folder");
            std::fs::write(project.path(&account), "# What happened\n").expect("written");
            vec![
                Fact::RollbackDecided(RollbackDecision { severity, reason: REASON.into(), due: None }),
                Fact::Intended(Act::Restore { deploy, image: None }),
                Fact::Done { intent, result: ActResult::Restored { running: Vec::new() } },
                Fact::Held { reason: "rolled back".into() },
            ]
        }
    };
    for fact in facts {
        project.recorded_for(promotion, now, fact);
    }
    project.committed();
}

#[test]
fn who_was_killed_after_the_component_moved_back_owes_the_documents() {
    let stages = [(STAGING, Stage::Development), (ABOVE, Stage::Staging)];
    for (way, (promotion, to)) in Way::ALL.into_iter().flat_map(|way| stages.map(|one| (way, one))) {
        let moved_back = || {
            let project = completed();
            if promotion == ABOVE {
                completed_above(&project);
            }
            only_moved_back(&project, way, promotion, to);
            project
        };
        let is_right = |project: &Project| {
            let text = text(project, MATURITY);
            assert!(text.contains(&format!("| Stage | {to} |")), "{way:?} {promotion}: {text}");
            assert!(text.contains(REASON), "{way:?} {promotion}: {text}");
        };
        let project = moved_back();
        let told = project.run(&["promote", "carbon", "--dry-run"]).complains("owed      `src/MATURITY.md`");
        told.complains("owed      `docs/component-promotion/COMPONENT_MATURITY_STATUS.md`");
        project.run(&["promote", "carbon", "--yes"]).complains("`src/MATURITY.md` was written");
        is_right(&project);
        project.committed();
        let told = project.run(&["promote", "carbon", "--dry-run"]);
        assert!(!told.stderr.contains("owed"), "{told:?}");
        // The verb itself sees it too, and is done then.
        let project = moved_back();
        way.take(&project).says("MATURITY.md` was written");
        is_right(&project);
        if matches!(way, Way::Rollback) {
            project.run(&["rollback", "carbon", "--now"]).exits(1).says("rolled back already");
        }
    }
}

#[test]
fn a_rollback_that_is_said_again_writes_what_another_promotion_owes_and_is_refused_then() {
    let project = completed();
    completed_above(&project);
    let (now, intent) = (jiff::Timestamp::now(), project.records().len() as u64 + 1);
    let act = Act::Document { path: MATURITY.into(), sha256: String::new() };
    project.recorded(now, Fact::Intended(act));
    project.recorded(now, Fact::Failed { intent, why: "it cannot be written".into() });
    only_moved_back(&project, Way::Rollback, ABOVE, Stage::Staging);
    project.run(&["rollback", "carbon", "--now"]).exits(0).says("MATURITY.md` was written");
    project.run(&["rollback", "carbon", "--now"]).exits(1).says("rolled back already");
}
