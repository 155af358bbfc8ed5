//! How an audit looks.

use proptest::prelude::*;

use super::super::clean::{is_unseen, tests::hostile};
use super::super::page::cells;
use super::super::{Style, Verbosity};
use super::*;

fn sound(component: &str) -> LedgerAudit {
    LedgerAudit {
        component: component.to_owned(),
        file: format!(".promotion/ledger/{component}.jsonl"),
        declared: true,
        records: 12,
        head: Some(format!("12:{}", "ab".repeat(32))),
        unreadable: None,
        defects: Vec::new(),
        anchors: vec![Anchor { kind: "git", what: "git: 3 committed versions".to_owned(), broken: None }],
        doubts: Vec::new(),
        notes: vec!["record 12 is not committed yet: git does not hold them to it".to_owned()],
    }
}

fn several(text: &str) -> Audit {
    let hint = || format!("find out who changed it{text}");
    let broken = LedgerAudit {
        head: None,
        defects: vec![
            Defect { line: 3, message: format!("was edited after it was written{text}"), hint: hint() },
            Defect { line: 7, message: "record 6 before it was removed".to_owned(), hint: hint() },
        ],
        anchors: vec![Anchor {
            kind: "git",
            what: "git: 2 committed versions".to_owned(),
            broken: Some((format!("line 3 is not the one that commit 30f84615 holds{text}"), hint())),
        }],
        ..sound(&format!("neo4j{text}"))
    };
    let doubt =
        |what: &str| Doubt { message: format!("{what}{text}"), hint: format!("look who wrote it{text}") };
    let doubtful =
        LedgerAudit { doubts: vec![doubt("a comment by mallory says otherwise")], ..sound("agent") };
    let unreadable = LedgerAudit {
        head: None,
        records: 0,
        unreadable: Some(format!("cannot read it{text}")),
        anchors: Vec::new(),
        notes: Vec::new(),
        ..sound("docker")
    };
    Audit {
        version: "0.1.0".to_owned(),
        project: format!("TTA{text}"),
        notes: vec![format!("the clone is shallow{text}")],
        doubts: vec![doubt("the comments on issue #4 were not looked at")],
        ledgers: vec![broken, sound("carbon"), unreadable, doubtful],
    }
}

fn at(width: usize, audit: &Audit) -> String {
    render_audit(audit, &Style { width, ..Style::default() })
}

#[test]
fn the_worst_ledger_stands_last_with_each_defect_and_what_to_do_once() {
    insta::assert_snapshot!("audit_text", at(90, &several("")));
    insta::assert_snapshot!("audit_json", render_audit_json(&several(""), 5));
    insta::assert_snapshot!("audit_hostile", at(80, &several("\u{1b}[2J\u{202e}\n|")));
}

#[test]
fn that_nothing_was_audited_is_told_as_such() {
    let nothing = Audit { ledgers: Vec::new(), notes: Vec::new(), doubts: Vec::new(), ..several("") };
    assert_eq!(nothing.soundness(), Soundness::Empty);
    let text = at(80, &nothing);
    assert!(text.starts_with("there is no record to verify: nothing was audited"), "{text}");
    let empty = LedgerAudit { records: 0, head: None, ..sound("a") };
    let audit = |ledgers| Audit { ledgers, doubts: Vec::new(), ..several("") };
    assert_eq!(audit(vec![empty.clone()]).soundness(), Soundness::Empty);
    assert_eq!(audit(vec![empty, sound("b")]).soundness(), Soundness::Sound);
}

#[test]
fn what_could_not_be_looked_at_leaves_it_open_and_excuses_nothing() {
    let audit = |ledgers| Audit { ledgers, ..several("") }.soundness();
    assert_eq!(audit(vec![sound("b")]), Soundness::Inconclusive);
    assert_eq!(audit(Vec::new()), Soundness::Inconclusive);
    assert_eq!(audit(several("").ledgers), Soundness::Broken);
}

proptest! {
    #[test]
    fn no_control_survives_and_no_line_is_wider_than_the_terminal(text in hostile(), width in 80usize..140) {
        for verbosity in [Verbosity::Normal, Verbosity::Verbose] {
            let page = render_audit(&several(&text), &Style { verbosity, width, ..Style::default() });
            prop_assert!(!page.chars().any(|c| c != '\n' && is_unseen(c)), "{page:?}");
            prop_assert!(page.lines().all(|line| cells(line) <= width), "{page}");
        }
    }
}
