//! How the readiness looks.

use proptest::prelude::*;
use pulldown_cmark::{Event as Token, Options, Parser, Tag};

use super::super::clean::{is_unseen, tests::hostile};
use super::super::page::cells;
use super::super::{Style, Verbosity};
use super::sample::{hour, many, readiness};
use super::*;

fn at(width: usize, readiness: &Readiness) -> String {
    render_text(readiness, &Style { width, ..Style::default() })
}

#[test]
fn on_a_terminal_those_that_need_somebody_most_stand_last() {
    insta::assert_snapshot!("readiness_text", at(100, &readiness("")));
}

#[test]
fn in_an_issue_each_state_is_a_table() {
    insta::assert_snapshot!("readiness_markdown", render_markdown(&readiness("")));
}

#[test]
fn programs_are_told_all_of_it() {
    insta::assert_snapshot!("readiness_json", render_json(&readiness(""), "0.1.0", 5));
}

#[test]
fn quiet_is_one_line() {
    let style = Style { verbosity: Verbosity::Quiet, ..Style::default() };
    let text = render_text(&readiness(""), &style);
    assert_eq!(text.lines().count(), 1);
    assert!(text.starts_with("10 components: 1 needs attention, 1 unknown, 1 ready now,"), "{text}");
}

#[test]
fn a_report_is_read_back_for_what_a_later_one_compares_and_nothing_else_is_taken_for_one() {
    let written = render_json(&readiness(""), "0.1.0", 0);
    let found = earlier(&written, "TTA").expect("a report");
    assert_eq!(found.time, hour(0));
    let neo4j = &found.components["neo4j"];
    assert_eq!((neo4j.records, neo4j.state.as_str()), (2, "ready now"));
    assert_eq!((neo4j.in_force[0].kind.as_str(), neo4j.in_force[0].until), ("sign_off", Some(hour(900))));
    let refused = |text: &str| earlier(text, "TTA").expect_err(text);
    let status = r#"{"kind": "status", "time": "2025-10-14T09:00:00Z"}"#;
    assert_eq!(refused(status), "it is a document of the kind `status`, and no `readiness`");
    let later = written.replacen("\"schema\": 1", "\"schema\": 99", 1);
    assert_eq!(refused(&later), "its schema is 99, and this version reads schema 1");
    let other = earlier(&written, "Town").expect_err("of another project");
    assert_eq!(other, "it is of the project `TTA`, and this one is `Town`");
    for text in
        ["", "[]", "{}", r#"{"kind": "readiness", "time": "soon"}"#, r#"{"kind": "readiness", "schema": 1}"#]
    {
        assert!(!refused(text).is_empty(), "{text}");
    }
}

#[test]
fn that_nothing_has_changed_is_said_no_further_than_it_is_known() {
    let mut calm = readiness("");
    calm.gone.clear();
    for one in &mut calm.components {
        one.changes.clear();
    }
    let of_records = Readiness { compared: Compared::Records, ..calm.clone() };
    for (calm, words) in [(calm, "Nothing"), (of_records, "Nothing recorded")] {
        let text = at(80, &Readiness { components: Vec::new(), ..calm.clone() });
        assert!(text.contains(&format!("  {}\n", words.to_lowercase())), "{text}");
        assert!(render_markdown(&calm).contains(&format!("UTC\n\n{words}.\n")), "{words}");
        assert!(render_html(&calm).contains(&format!("<p class=\"none\">{words}.</p>")), "{words}");
    }
}

#[test]
fn what_is_not_listed_is_counted_in_each_format_and_an_incident_is() {
    let mut report = readiness("");
    let carbon = report.components.iter_mut().find(|one| one.name == "carbon").expect("carbon");
    let hold = Change { time: Some(hour(-40)), kind: "decision", what: "held by Ada".into() };
    carbon.changes.splice(0..0, std::iter::repeat_n(hold, 14));
    let text = at(100, &report);
    assert!(text.contains("carbon: incident: key leaked"), "{text}");
    assert!(
        text.contains("… and 11 more (-v tells of 8 of them, `tta-promote history NAME` of all)"),
        "{text}"
    );
    let verbose =
        render_text(&report, &Style { verbosity: Verbosity::Verbose, width: 100, ..Style::default() });
    assert!(verbose.contains("… and 3 more (`tta-promote history NAME` tells of all)"), "{verbose}");
    let markdown = render_markdown(&report);
    assert!(markdown.contains("10-13: incident: key leaked<br>… and 13 more |"), "{markdown}");
    let html = render_html(&report);
    for words in [
        "… and 13 more, below",
        "… and 3 more, which <code>tta-promote history carbon</code> tells",
        "4 events of the promotion to staging, listed below, and 2 more",
        "… and 2 more events, which <code>tta-promote history model</code> tells",
    ] {
        assert!(html.contains(words), "{words}");
    }
}

#[test]
fn what_was_found_beside_the_ledgers_is_counted_by_rule_and_what_could_not_be_measured_is_told() {
    let (text, markdown) = (at(200, &readiness("")), render_markdown(&readiness("")));
    let html = render_html(&readiness(""));
    assert!(
        text.contains("carbon: 2 findings: lint F401 (2); measured at 30f84615 with uncommitted changes"),
        "{text}"
    );
    for page in [&text, &markdown, &html] {
        assert!(page.contains("not known to be what is here now"), "{page}");
        assert!(page.contains("types could not be measured: pyright is not installed"), "{page}");
        assert!(page.contains("cellar"), "{page}");
    }
}

#[test]
fn a_thousand_components_fit_into_an_issue_and_what_is_left_out_is_counted() {
    let markdown = render_markdown(&many(1_000));
    assert!(markdown.len() < 65_536, "{}", markdown.len());
    assert!(markdown.contains(" more; `--format json` has them all."));
    for state in State::ALL {
        assert!(markdown.contains(&format!("{} {} (100)", state.mark(), state.title())), "{state:?}");
    }
}

#[test]
fn without_components_it_says_so() {
    let nobody = Readiness { components: Vec::new(), ..readiness("") };
    assert!(render_markdown(&nobody).contains("The policy declares no component."));
    assert!(at(80, &nobody).ends_with("TTA: the policy declares no component\n"));
}

/// The cells of each row of each table.
fn shape(markdown: &str) -> Vec<usize> {
    let mut rows = Vec::new();
    for token in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match token {
            Token::Start(Tag::TableRow | Tag::TableHead) => rows.push(0),
            Token::Start(Tag::TableCell) => *rows.last_mut().expect("a row") += 1,
            _ => {}
        }
    }
    rows
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_control_survives_and_no_line_is_wider_than_the_terminal(text in hostile(), width in 60usize..140) {
        for verbosity in [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose] {
            let page = render_text(&readiness(&text), &Style { verbosity, width, ..Style::default() });
            prop_assert!(!page.chars().any(|c| c != '\n' && is_unseen(c)), "{page:?}");
            let quiet = verbosity == Verbosity::Quiet;
            prop_assert!(quiet || page.lines().all(|line| cells(line) <= width), "{page}");
        }
    }

    #[test]
    fn whatever_the_text_is_the_markdown_keeps_its_tables_and_holds_no_html(text in hostile()) {
        let markdown = render_markdown(&readiness(&text));
        prop_assert_eq!(shape(&markdown), shape(&render_markdown(&readiness(""))), "{}", markdown);
        for token in Parser::new_ext(&markdown, Options::ENABLE_TABLES) {
            match token {
                Token::Html(html) | Token::InlineHtml(html) => prop_assert_eq!(&*html, "<br>"),
                Token::Start(Tag::Link { .. } | Tag::Image { .. }) => prop_assert!(false, "{}", markdown),
                _ => {}
            }
        }
        prop_assert!(!markdown.chars().any(|c| c != '\n' && is_unseen(c)));
    }

    #[test]
    fn the_json_is_whole_and_shows_nothing_unseen(text in hostile()) {
        let json = render_json(&readiness(&text), "0.1.0", 0);
        prop_assert!(!json.chars().any(|c| c != '\n' && is_unseen(c)));
        let value: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        let project = format!("TTA{text}");
        prop_assert_eq!(value["project"].as_str(), Some(project.as_str()));
    }
}

#[test]
fn a_page_holds_everything_that_is_told_of_a_component() {
    let html = render_html(&readiness(""));
    for words in [
        "Readiness of TTA",
        "needs 31 more covered lines or branches",
        "run <code>tta-promote rollback docker --now</code>",
        "day 3 of 7; soak: 60 h of 168 h healthy",
        "<code>security-reviewed</code> signed by Grace",
        "coverage: 70.64 % → 42.2 %",
        "import os  # &lt;b&gt;",
        "4 events of the promotion to staging",
    ] {
        assert!(html.contains(words), "{words}");
    }
    for state in State::ALL {
        assert!(html.contains(&format!("<li class=\"{}\"><a href=\"#state=", state.name())), "{state:?}");
    }
    assert_eq!(html.matches("<tr class=").count(), 10, "a row for each");
    assert_eq!(html.matches("<details class=\"d ").count(), 10, "and its details");
}

#[test]
fn the_page_may_run_its_own_script_alone_and_loads_nothing() {
    let html = render_html(&readiness(""));
    let policy = html.split("Content-Security-Policy\" content=\"").nth(1).expect("a policy");
    let policy = policy.split('"').next().expect("its end");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(policy.contains("script-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
    assert!(!html.contains(" style=") && !html.contains(" src="));
    for address in html.match_indices("http").map(|(place, _)| &html[place.saturating_sub(9)..place]) {
        assert!(address.ends_with("<a href=\"") || !address.ends_with('"'), "{address}");
    }
}

#[test]
fn a_thousand_components_are_a_page_of_less_than_three_megabytes() {
    let html = render_html(&many(1_000));
    assert!(html.len() < 3_000_000, "{}", html.len());
}

/// Elements and attributes of a page, without text: what a hostile text must not change.
fn skeleton(html: &str) -> Vec<&str> {
    html.split('<').skip(1).map(|piece| piece.split([' ', '>']).next().unwrap_or_default()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whatever_the_text_is_the_page_keeps_its_elements(text in hostile()) {
        let html = render_html(&readiness(&text));
        prop_assert!(!html.chars().any(|c| c != '\n' && is_unseen(c)));
        let without_code = |html: &str| html.replace("<code>", "").replace("</code>", "");
        let (found, plain) = (without_code(&html), without_code(&render_html(&readiness(""))));
        // An address that might be another one is no link any more.
        let without_links = |html: &str| -> Vec<String> {
            skeleton(html).into_iter().filter(|name| !matches!(*name, "a" | "/a" | "p" | "/p")).map(str::to_owned).collect()
        };
        prop_assert_eq!(without_links(&found), without_links(&plain));
    }
}
