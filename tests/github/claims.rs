//! What documents and issues claim is held against the ledgers.

use serde_json::Value;
use tta_promote::model::assessment::Verdict;

use crate::has_gh;
use crate::project::{Project, Told};

const STATUS: &str = "docs/component-promotion/COMPONENT_MATURITY_STATUS.md";

fn audit(project: &Project, more: &[&str]) -> Told {
    let arguments = ["audit", "--claims", "--format", "json"];
    project.run(&arguments.into_iter().chain(more.iter().copied()).collect::<Vec<_>>())
}

fn outcomes(told: &Told) -> Vec<(u64, String, String)> {
    let document: Value = serde_json::from_str(&told.stdout).expect("one document");
    let text = |claim: &Value, name: &str| claim[name].as_str().expect("text").to_owned();
    let one = |claim: &Value| {
        (claim["line"].as_u64().expect("a line"), text(claim, "claimed"), text(claim, "outcome"))
    };
    document["claims"].as_array().expect("claims").iter().map(one).collect()
}

fn written(project: &Project, text: &str) {
    std::fs::create_dir_all(project.path("project/docs/component-promotion")).expect("a folder");
    project.file(STATUS, text);
}

#[test]
fn a_document_that_says_what_no_ledger_says_is_named_with_its_line() {
    let project = Project::new();
    audit(&project, &[]).exits(3);
    written(
        &project,
        "# Status\n\n| Component | Stage |\n|---|---|\n| Carbon | Development |\n| Neon | Staging |\n",
    );
    let told = audit(&project, &[]).exits(0);
    assert_eq!(
        outcomes(&told),
        [
            (5, "development".to_owned(), "supported".to_owned()),
            (6, "staging".to_owned(), "not_attributed".to_owned())
        ]
    );
    written(&project, "# Status\n\n| Component | Stage |\n|---|---|\n| Carbon | Production |\n");
    let told = audit(&project, &["carbon"]).exits(5);
    assert_eq!(outcomes(&told), [(5, "production".to_owned(), "contradicted".to_owned())]);
    project
        .run(&["audit", "--claims"])
        .exits(5)
        .says(&format!("{STATUS}:5: carbon, stage production; the ledger"))
        .says("TTA: 0 claims supported, 1 contradicted");
    // The figures of the record were not kept: nothing is known of them.
    written(&project, "## Carbon\n\nCoverage: 99.9%\n");
    assert_eq!(outcomes(&audit(&project, &[]).exits(3))[0].2, "unsupported");
}

#[test]
fn an_issue_is_read_too_and_ours_claims_nothing_that_is_not_so() {
    if !has_gh() {
        return;
    }
    let project = Project::new();
    project.issue().exits(0);
    written(&project, "| Component | Stage |\n|---|---|\n| Carbon | Development |\n");
    let told = audit(&project, &["--issue"]);
    assert!(outcomes(&told).iter().all(|(_, _, outcome)| outcome != "contradicted"), "{told:?}");
    project.github.with(|hub| hub.issues[0].body.push_str("\n**Current stage**: Production\n"));
    let told = audit(&project, &["--issue"]).exits(5);
    assert!(told.stdout.contains("theinterneti/TTA#1"));
    project.measured(Verdict::Pass);
}
