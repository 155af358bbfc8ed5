//! Projects with components in every state, and what `report` makes of them.

use std::fmt::Write as _;

use tta_promote::model::decision::{Incident, RollbackDecision, RollbackSeverity, SignOff};
use tta_promote::model::record::Fact;

use crate::past::Past;
use crate::project::Project;

const HEAD: &str = "schema = 1\n[project]\nname = \"The Town\"\nrunner = \"path\"\n\
    [[project.freeze]]\nfrom = 2990-01-01T00:00:00Z\nto = 2999-01-01T00:00:00Z\nreason = \"the fair\"\n\
    [gate.staging]\ndocs = { not_applicable = \"internal\" }\n";

/// A project of so many components, `c_0000` and so on: the first of them for each state, and again.
pub(crate) fn project(number: usize) -> Project {
    let mut policy = HEAD.to_owned();
    let mut project = Project::new();
    for place in 0..number {
        let (name, priority) = (name(place), place % 4);
        let _infallible = write!(
            policy,
            "[component.{name}]\ntitle = \"Component {place}\"\npriority = \"P{priority}\"\ngroup = \"Core\"\n\
             owner = \"ada\"\npaths = [\"src/{name}.py\"]\n"
        );
        project = project.file(&format!("src/{name}.py"), "x = 1\n");
    }
    let project = project.policy(&policy).repository();
    for place in 0..number {
        if let Some(past) = past(place) {
            past.write(&project.root());
        }
    }
    project
}

pub(crate) fn name(place: usize) -> String {
    format!("c_{place:04}")
}

/// What happened to a component, by its place.
fn past(place: usize) -> Option<Past> {
    let past = Past::of(&name(place));
    let covered = 40 + place as u64 * 7 % 59;
    let sign = |past: &Past| {
        Fact::Signed(SignOff {
            topic: "security-reviewed".into(),
            by: "Grace".into(),
            evidence: "https://ci.example/42".into(),
            commit: None,
            expires: past.time(-900),
        })
    };
    Some(match place % 8 {
        0 => past.measured(400, 62).measured(200, 68).measured(100, 73).measured(20, 30 + place as u64 % 39),
        1 => past.measured(62, 71).deployed(60).well(60, 0),
        2 => {
            let past = past.measured(62, 75).deployed(60).well(60, 41);
            let decision = RollbackDecision {
                severity: RollbackSeverity::High,
                reason: "it lost data".into(),
                due: Some(past.time(16)),
            };
            let incident = Incident { what: "a key leaked".into(), evidence: "https://ci.example/9".into() };
            past.hours_ago(41, Fact::Incident(incident)).hours_ago(40, Fact::RollbackDecided(decision))
        }
        3 => past.measured(172, 90).deployed(170).well(170, 0),
        4 => {
            let sign = sign(&past);
            past.measured(90, covered).hours_ago(80, sign)
        }
        5 => past.measured(50, covered.max(70)).hours_ago(3, Fact::Held { reason: "holidays".into() }),
        6 => return None,
        _ => past.measured(300, covered).measured(20, covered.max(71)),
    })
}

/// The page of a project; `extra` are further arguments.
pub(crate) fn page(project: &Project, extra: &[&str]) -> String {
    let file = project.path("ready.html");
    let output = format!("html={}", file.display());
    let arguments: Vec<&str> =
        ["report", "--output", &output, "-q"].into_iter().chain(extra.iter().copied()).collect();
    project.run(&arguments);
    std::fs::read_to_string(&file).expect("a page")
}
