//! Which issue on GitHub is the promotion's, and what is to be done so that it says what it should. Pure.
//! Not the doing.
//!
//! The hard part is not to make a second one and not to take somebody else's. A mark can be written by anybody who may
//! open an issue; labels only by those who may work on the repository. So an issue is ours that has the mark and one of
//! the labels, or whose number the ledger knows.

use crate::report::issue_mark::is_marked;
use crate::tools::gh::{Issue, is_same_body};

/// What the issue should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    /// What it is found again by.
    pub(super) mark: String,
    /// Its title.
    pub(super) title: String,
    /// Its text, marks and all.
    pub(super) body: String,
    /// Its labels; it may have others besides.
    pub(super) labels: Vec<String>,
    /// The number that the ledger knows.
    pub(super) known: Option<u64>,
}

/// The promotion's issue among those that there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// There is none.
    None,
    /// It is this one.
    Ours {
        /// The issue: of several, that with the lowest number among the open ones. That one of two was closed is no
        /// decision about the promotion, as it would be of the only one.
        issue: Issue,
        /// Others that are the promotion's too, in the same order: two that did not know of each other opened one.
        others: Vec<Issue>,
    },
    /// An issue has the mark, and it cannot be told whether it is ours.
    Doubtful(Issue),
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Open one.
    Open,
    /// Change it.
    Edit {
        /// Whether the title differs.
        title: bool,
        /// Whether the text differs.
        body: bool,
        /// The labels that it lacks.
        add_labels: Vec<String>,
    },
    /// Nothing: it says what it should.
    Nothing,
}

/// Looks for the promotion's issue.
pub(super) fn find(issues: &[Issue], wanted: &Wanted) -> Found {
    let has_label = |issue: &Issue| issue.labels.iter().any(|label| is_among(label, &wanted.labels));
    let is_known = |issue: &Issue| wanted.known == Some(issue.number);
    let (mut ours, mut doubtful) = (Vec::new(), Vec::new());
    for issue in issues {
        match (is_known(issue), is_marked(&issue.body, &wanted.mark)) {
            (true, _) => ours.push(issue.clone()),
            (false, true) if has_label(issue) => ours.push(issue.clone()),
            (false, true) => doubtful.push(issue.clone()),
            (false, false) => {}
        }
    }
    ours.sort_by_key(|issue| (!issue.open, issue.number));
    doubtful.sort_by_key(|issue| issue.number);
    // Where ours is there, what others wrote is theirs.
    if ours.is_empty() {
        return doubtful.into_iter().next().map_or(Found::None, Found::Doubtful);
    }
    let issue = ours.remove(0);
    Found::Ours { issue, others: ours }
}

/// What is to be done so that `issue` is as it should. Its text may be any of `bodies`: with the anchor that it tells,
/// since a ledger that grew is no reason to write to an issue, and with the time at which it was about to be opened,
/// which may be a moment before that at which it was.
pub(super) fn step(issue: Option<&Issue>, wanted: &Wanted, bodies: &[String]) -> Step {
    let Some(issue) = issue else { return Step::Open };
    let lacking = wanted.labels.iter().filter(|label| !is_among(label, &issue.labels));
    let add_labels: Vec<String> = lacking.cloned().collect();
    let title = issue.title.trim() != wanted.title.trim();
    let body = !bodies.iter().any(|body| is_same_body(&issue.body, body));
    if title || body || !add_labels.is_empty() {
        Step::Edit { title, body, add_labels }
    } else {
        Step::Nothing
    }
}

/// Those of `labels` that are not `there`.
pub(super) fn missing(labels: &[String], there: &[String]) -> Vec<String> {
    labels.iter().filter(|label| !is_among(label, there)).cloned().collect()
}

/// To GitHub, `P0` and `p0` are one label.
pub fn is_among(label: &str, labels: &[String]) -> bool {
    labels.iter().any(|known| known.to_lowercase() == label.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARK: &str = "<!-- tta-promote:promotion=carbon-staging-2025-10-14 -->";

    fn wanted() -> Wanted {
        Wanted {
            mark: MARK.to_owned(),
            title: "Promote Carbon".to_owned(),
            body: format!("{MARK}\ntext\n"),
            labels: vec!["component-promotion".to_owned(), "P0".to_owned()],
            known: None,
        }
    }

    fn issue(number: u64, body: &str, labels: &[&str]) -> Issue {
        Issue {
            number,
            title: "Promote Carbon".to_owned(),
            body: body.to_owned(),
            open: true,
            url: format!("https://github.com/o/n/issues/{number}"),
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            created: jiff::Timestamp::UNIX_EPOCH,
            author: "octo".to_owned(),
        }
    }

    fn number(found: Found) -> (Option<u64>, Vec<u64>) {
        match found {
            Found::None => (None, Vec::new()),
            Found::Ours { issue, others } => {
                (Some(issue.number), others.iter().map(|issue| issue.number).collect())
            }
            Found::Doubtful(issue) => panic!("{issue:?}"),
        }
    }

    #[test]
    fn ours_has_the_mark_and_a_label_and_of_several_the_first_wins() {
        let (marked, labels) = (wanted().body, ["p0"]);
        let issues = [issue(9, &marked, &labels), issue(4, &marked, &labels), issue(2, "text", &labels)];
        assert_eq!(number(find(&issues, &wanted())), (Some(4), vec![9]));
        assert_eq!(number(find(&issues[2..], &wanted())), (None, vec![]));
    }

    #[test]
    fn of_several_an_open_one_is_taken_though_a_closed_one_has_a_lower_number() {
        let open = |number| issue(number, &wanted().body, &["P0"]);
        let closed = |number| Issue { open: false, ..open(number) };
        let issues = [closed(2), open(9), closed(1), open(5)];
        assert_eq!(number(find(&issues, &wanted())), (Some(5), vec![9, 1, 2]));
        let known = Wanted { known: Some(1), ..wanted() };
        assert_eq!(number(find(&issues, &known)), (Some(5), vec![9, 1, 2]));
        assert_eq!(number(find(&[closed(2), closed(1)], &wanted())), (Some(1), vec![2]));
    }

    #[test]
    fn what_the_ledger_knows_is_ours_whatever_became_of_its_text() {
        let known = Wanted { known: Some(7), ..wanted() };
        assert_eq!(number(find(&[issue(7, "rewritten by hand", &[])], &known)), (Some(7), vec![]));
        let first = [issue(7, &wanted().body, &["P0"]), issue(5, &wanted().body, &["P0"])];
        assert_eq!(number(find(&first, &known)), (Some(5), vec![7]));
    }

    #[test]
    fn a_mark_that_anybody_may_have_written_is_neither_taken_nor_passed_over() {
        let foreign = issue(3, &wanted().body, &["question"]);
        assert_eq!(find(std::slice::from_ref(&foreign), &wanted()), Found::Doubtful(foreign.clone()));
        let issues = [foreign, issue(8, &wanted().body, &["P0"])];
        assert_eq!(number(find(&issues, &wanted())), (Some(8), vec![]));
    }

    #[test]
    fn only_what_differs_is_changed() {
        let wanted = wanted();
        assert_eq!(step(None, &wanted, &[]), Step::Open);
        let same = issue(1, &wanted.body.replace('\n', "\r\n"), &["COMPONENT-PROMOTION", "P0", "extra"]);
        assert_eq!(step(Some(&same), &wanted, &["x".to_owned(), wanted.body.clone()]), Step::Nothing);
        let other = Issue { title: "x".to_owned(), labels: vec!["P0".to_owned()], ..same };
        let add_labels = vec!["component-promotion".to_owned()];
        assert_eq!(
            step(Some(&other), &wanted, &["y".to_owned()]),
            Step::Edit { title: true, body: true, add_labels: add_labels.clone() }
        );
        assert_eq!(missing(&wanted.labels, &["bug".to_owned(), "p0".to_owned()]), add_labels);
    }
}
