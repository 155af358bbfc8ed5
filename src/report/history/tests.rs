//! How a timeline looks.

use proptest::prelude::*;

use super::super::clean::{is_unseen, tests::hostile};
use super::super::page::cells;
use super::super::record_sample::{records, time};
use super::super::{Style, Verbosity};
use super::*;

fn history(text: &str) -> History {
    History {
        version: "0.1.0".to_owned(),
        project: format!("TTA{text}"),
        component: "carbon".to_owned(),
        title: format!("Carbon{text}"),
        ledger: ".promotion/ledger/carbon.jsonl".to_owned(),
        head: Some(format!("9:{}", "ab".repeat(32))),
        time: time(200),
        torn: 0,
        records: records(text),
        limit: None,
    }
}

fn at(width: usize, history: &History) -> String {
    render_history(history, &Style { width, ..Style::default() })
}

#[test]
fn a_promotion_is_a_line_for_each_record_and_what_has_no_end_stands_out() {
    insta::assert_snapshot!("history_text", at(100, &history("")));
    insta::assert_snapshot!("history_json", render_history_json(&History { limit: Some(3), ..history("") }));
}

#[test]
fn what_was_left_out_and_what_was_torn_are_told() {
    let torn = History { limit: Some(1), torn: 20, ..history("") };
    let text = at(80, &torn);
    assert!(text.contains("… 8 records before these"), "{text}");
    assert!(text.contains("never written to its end"), "{text}");
}

#[test]
fn nothing_at_all_says_what_begins_it() {
    let nothing = History { records: Vec::new(), head: None, ..history("") };
    insta::assert_snapshot!(at(80, &nothing), @r"
    carbon: nothing is recorded yet; `tta-promote verify carbon --record` measures
      its gate and begins the ledger
    ");
}

#[test]
fn hostile_text_is_shown_and_not_obeyed() {
    insta::assert_snapshot!("history_hostile", at(80, &history("\u{1b}[2J\u{202e}\n|")));
}

proptest! {
    #[test]
    fn no_control_survives_and_no_line_is_wider_than_the_terminal(text in hostile(), width in 60usize..140) {
        for verbosity in [Verbosity::Normal, Verbosity::Verbose] {
            let page = render_history(&history(&text), &Style { verbosity, width, ..Style::default() });
            prop_assert!(!page.chars().any(|c| c != '\n' && is_unseen(c)), "{page:?}");
            prop_assert!(page.lines().all(|line| cells(line) <= width), "{page}");
        }
    }
}
