//! What counts as a claim, and what does not.

use super::*;

fn read(markdown: &str) -> Vec<(usize, Figure, Vec<String>, bool)> {
    let names = ["carbon".to_owned(), "Carbon".to_owned(), "neo4j".to_owned()];
    let found = claims(markdown, &names);
    found.into_iter().map(|claim| (claim.line, claim.figure, claim.about, claim.past)).collect()
}

fn figures(markdown: &str) -> Vec<Figure> {
    read(markdown).into_iter().map(|(_, figure, _, _)| figure).collect()
}

fn covered(percent: &str) -> Figure {
    Figure::Coverage(percent.to_owned())
}

#[test]
fn what_maturity_documents_say() {
    let document = "# Carbon maturity\n\n**Current Stage**: Staging\n**Last updated**: 2025-10-14\n\n\
        - **Test Coverage**: 73.2% ✅ (target: 70%)\n- Tests: 11/11 tests passing\n- Linting: 0 issues\n\
        - Type checking (pyright): 3 errors, 1 warning\n- Security: 2 issues found by bandit\n";
    assert_eq!(
        figures(document),
        [
            Figure::Stage(Stage::Staging),
            covered("73.2"),
            Figure::Passed(11),
            Figure::Lint(0),
            Figure::Types(3),
            Figure::Security(2)
        ]
    );
    assert_eq!(read(document)[1].0, 6, "its line");
}

#[test]
fn tables_say_what_each_cell_is_about() {
    let table = "## Components\n\n| Component | Stage | Coverage | Linting issues |\n|---|---|---|---|\n\
        | Carbon | 🟢 Staging | 73.2% | 4 |\n| neo4j | Development | 27.2 % | – |\n";
    let found = read(table);
    let carbon = vec!["carbon".to_owned(), "Carbon".to_owned()];
    assert_eq!(found[0], (5, Figure::Stage(Stage::Staging), carbon.clone(), false));
    assert_eq!(found[1], (5, covered("73.2"), carbon.clone(), false));
    assert_eq!(found[2], (5, Figure::Lint(4), carbon, false));
    assert_eq!(found[3].1, Figure::Stage(Stage::Development));
    assert_eq!(found[4].2, ["neo4j"]);
    let check = "| check | measured | result |\n|---|---|---|\n\
        | coverage | at least 70.64 % with branches (77 of 109) ≥ 70 %; 73.19 % (71 of 97 statements) | pass |\n\
        | tests | 11 passed | pass |\n| lint | 0 issues (147 rules) | pass |\n";
    assert_eq!(figures(check), [covered("73.19"), Figure::Passed(11), Figure::Lint(0)]);
}

#[test]
fn what_is_asked_for_is_no_claim() {
    for text in [
        "Coverage must be ≥ 70%",
        "Coverage: target 70%",
        "Coverage threshold: 70%",
        "70% coverage required",
        "At least 70 % coverage",
        "Target stage: Production",
        "Stage: development → staging",
        "Stages: development, staging, production",
        "```\ncoverage: 73.2%\n```",
        "<!-- coverage: 73.2% -->",
        "Uptime: 99.5%",
        "1.5x faster",
        "ruff and pyright: 3 errors",
        "Integration tests: see tests/integration",
    ] {
        assert_eq!(figures(text), [], "{text}");
    }
}

#[test]
fn what_was_is_told_from_what_is() {
    let past = |text: &str| read(text).into_iter().map(|(_, _, _, past)| past).collect::<Vec<_>>();
    assert_eq!(past("Coverage: 73.2%"), [false]);
    assert_eq!(past("Coverage rose from 42.2% to 73.2%"), [true, true]);
    assert_eq!(past("## History\n\n- coverage: 42.2%"), [true]);
    assert_eq!(past("- 2025-10-02: coverage 42.2%"), [true]);
}
