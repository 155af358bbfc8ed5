//! Why pytest had no test to run: it found none, or what it found was left out, and by what.
//! Not the outcomes of tests that ran (`pytest`).

use crate::model::component::TestSelection;
use crate::model::reason::{Reason, ReasonKind};

use super::journal::Journal;

/// The reason of a run that had no test to run; `selected`: whether `select` was applied.
pub(super) fn no_tests(selection: &TestSelection, selected: bool, journal: Option<&Journal>) -> Reason {
    let reason = |what: String, hint: &str| Reason::new(ReasonKind::NoTestsRan, what, hint);
    let (deselected, dropped) = journal.map_or((0, 0), |journal| (journal.deselected, journal.dropped));
    let what = match deselected + dropped {
        0 => {
            return reason(
                "pytest found no test to run".to_owned(),
                "correct `tests.paths` and `tests.select` of the component in `promotion.toml`",
            );
        }
        1 => "the only test".to_owned(),
        tests => format!("all {tests} tests"),
    };
    let select = selection.select.as_ref().filter(|_| selected && deselected > 0);
    let has_arguments = deselected > 0 && !selection.args.is_empty();
    match (select, has_arguments) {
        (Some(select), true) => reason(
            format!("`-k {select}` and `tests.args` leave out {what}"),
            &format!("correct {} and `tests.args`", place(selection)),
        ),
        (Some(select), false) => reason(
            format!("`-k {select}` leaves out {what}"),
            &format!("correct {}, or take it out where all tests are meant", place(selection)),
        ),
        (None, true) => {
            reason(format!("`tests.args` leave out {what}"), "correct `tests.args` in `promotion.toml`")
        }
        (None, false) => reason(
            format!("a plugin or `conftest.py` leaves out {what}"),
            "look for a `pytest_collection_modifyitems` in the project's plugins and `conftest.py`",
        ),
    }
}

/// The key that selects, and where it is.
fn place(selection: &TestSelection) -> String {
    match &selection.select_place {
        Some(place) => format!("`select` of the component in `{}` line {}", place.file, place.line),
        None => "`select` of the component in `promotion.toml`".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::component::Place;

    fn journal(deselected: u64, dropped: u64) -> Journal {
        let text = format!(
            r#"{{"root": "/p", "prefix": "/e", "exit": 5, "collected": 0, "finished": 0, "deselected": {deselected},
                "dropped": {dropped}, "counts": {{}}, "reruns": 0, "rewritten": 0, "uncollected": [], "not_run": []}}"#
        );
        Journal::read(&text, &[]).expect("a journal")
    }

    fn selection(select: Option<&str>, args: &[&str]) -> TestSelection {
        TestSelection {
            paths: Vec::new(),
            select: select.map(str::to_owned),
            select_place: Some(Place { file: "a/promotion.toml".to_owned(), line: 14 }),
            args: args.iter().map(|&one| one.to_owned()).collect(),
        }
    }

    #[test]
    fn what_leaves_out_all_tests_is_named_with_its_line() {
        let told = no_tests(&selection(Some("acme"), &[]), true, Some(&journal(3, 0)));
        assert_eq!(told.kind, ReasonKind::NoTestsRan);
        assert_eq!(told.message, "`-k acme` leaves out all 3 tests");
        assert!(
            told.hint.contains("`select` of the component in `a/promotion.toml` line 14"),
            "{}",
            told.hint
        );
    }

    #[test]
    fn nobody_is_blamed_for_what_another_one_leaves_out() {
        let marked = ["-m", "slow"];
        for (select, args, selected, counts, expected) in [
            (Some("acme"), &marked[..], true, (2, 1), "`-k acme` and `tests.args` leave out all 3 tests"),
            (Some("acme"), &marked, false, (1, 0), "`tests.args` leave out the only test"),
            (None, &marked, true, (4, 0), "`tests.args` leave out all 4 tests"),
            (Some("acme"), &[], false, (4, 0), "a plugin or `conftest.py` leaves out all 4 tests"),
            (Some("acme"), &marked, true, (0, 4), "a plugin or `conftest.py` leaves out all 4 tests"),
            (Some("acme"), &[], true, (0, 0), "pytest found no test to run"),
        ] {
            let journal = journal(counts.0, counts.1);
            let told = no_tests(&selection(select, args), selected, Some(&journal));
            assert_eq!((told.kind, told.message.as_str()), (ReasonKind::NoTestsRan, expected));
        }
        assert_eq!(no_tests(&selection(Some("a"), &[]), true, None).message, "pytest found no test to run");
    }
}
