//! The figures of two measurements side by side, which lines ran in one of them only, and what that comes to in one
//! sentence. Not why: that is `causes`.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::line_set::{LineCoverage, LineSet};
use crate::model::percent::Ratio;
use crate::model::record::{CheckRecord, Verification};

use super::super::sign;
use super::super::summary::{count, grouped};
use super::Cause;

/// One check in both.
pub(super) struct CheckPair {
    /// The check.
    pub(super) id: String,
    /// The word for what it came to in the one; `None` where it was not asked.
    pub(super) a: Option<CheckRecord>,
    /// And in the other.
    pub(super) b: Option<CheckRecord>,
    /// The figures, in an order that people read them in.
    pub(super) rows: Vec<FigureRow>,
}

/// One figure in both.
pub(super) struct FigureRow {
    /// Its name.
    pub(super) name: String,
    /// The value in the one; `None` where there is none.
    pub(super) a: Option<String>,
    /// And in the other.
    pub(super) b: Option<String>,
    /// By how much the other is more; `None` where one is missing or they are equal.
    pub(super) difference: Option<String>,
}

impl FigureRow {
    /// Whether both say the same.
    pub(super) fn is_same(&self) -> bool {
        self.a == self.b
    }
}

impl CheckPair {
    /// Whether both came to the same, by the same figures.
    pub(super) fn is_same(&self) -> bool {
        let outcome = |check: &Option<CheckRecord>| check.as_ref().map(|check| (check.outcome, check.waived));
        outcome(&self.a) == outcome(&self.b) && self.rows.iter().all(FigureRow::is_same)
    }

    /// The word for what it came to, and of coverage the figure that was judged.
    pub(super) fn word(check: Option<&CheckRecord>) -> String {
        let Some(check) = check else { return "not asked".to_owned() };
        let word = sign::of_record(check).word;
        match judged(check) {
            Some(figure) => format!("{word}, {} %", figure.percent()),
            None => word.to_owned(),
        }
    }

    /// By how much the figure that was judged is more in the other.
    pub(super) fn step(&self) -> Option<String> {
        let (a, b) = (judged(self.a.as_ref()?)?, judged(self.b.as_ref()?)?);
        (a.percent() != b.percent()).then(|| points(a, b))
    }
}

/// One file whose statements ran differently.
pub(super) struct FilePair {
    /// The file.
    pub(super) file: String,
    /// Whether its content differs, so that a line may be another statement.
    pub(super) changed: bool,
    /// Ran in the one and not in the other.
    pub(super) lost: LineSet,
    /// Ran in the other and not in the one.
    pub(super) gained: LineSet,
    /// Statements of the one alone.
    pub(super) only_a: LineSet,
    /// Statements of the other alone.
    pub(super) only_b: LineSet,
}

/// Each check of either, in the order of the gate.
pub(super) fn checks(a: &Verification, b: &Verification) -> Vec<CheckPair> {
    let find = |one: &Verification, id: &str| one.checks.iter().find(|check| check.id == id).cloned();
    let mut ids: Vec<&String> = a.checks.iter().map(|check| &check.id).collect();
    ids.extend(b.checks.iter().map(|check| &check.id).filter(|id| find(a, id).is_none()));
    ids.into_iter()
        .map(|id| {
            let (a, b) = (find(a, id), find(b, id));
            let figures = |check: &Option<CheckRecord>| {
                check.as_ref().map(|check| check.figures.clone()).unwrap_or_default()
            };
            let (one, other) = (figures(&a), figures(&b));
            let mut rows = Vec::new();
            // What only one of them asked has nothing to stand beside.
            let both = a.is_some() && b.is_some();
            if both && id == "coverage" {
                rows.extend(by_statements(&one, &other).into_iter().chain(with_branches(&one, &other)));
            } else if both {
                let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
                rows.extend(names.into_iter().map(|name| number(name, one.get(name), other.get(name))));
            }
            let remark = |check: &Option<CheckRecord>| check.as_ref().map(|check| check.suppressed);
            let suppressed = (remark(&a), remark(&b));
            if both && suppressed.0 != suppressed.1 {
                rows.push(number("suppressed", suppressed.0.as_ref(), suppressed.1.as_ref()));
            }
            CheckPair { id: id.clone(), a, b, rows }
        })
        .collect()
}

fn number(name: &str, a: Option<&u64>, b: Option<&u64>) -> FigureRow {
    let difference = match (a, b) {
        (Some(a), Some(b)) if a != b => {
            Some(signed(i128::from(*b) - i128::from(*a), |number| number.to_string()))
        }
        _ => None,
    };
    let text = |value: Option<&u64>| value.map(|value| grouped(*value));
    FigureRow { name: name.replace('_', " "), a: text(a), b: text(b), difference }
}

fn signed(difference: i128, words: impl Fn(u128) -> String) -> String {
    let sign = if difference < 0 { "−" } else { "+" };
    format!("{sign}{}", words(difference.unsigned_abs()))
}

type Figures = BTreeMap<String, u64>;

fn statements(figures: &Figures) -> Option<Ratio> {
    Ratio::new(*figures.get("covered")?, *figures.get("statements")?)
}

fn combined(figures: &Figures) -> Option<Ratio> {
    let statements = statements(figures)?;
    let (covered, branches) = (figures.get("covered_branches")?, figures.get("branches")?);
    Ratio::new(statements.part() + covered, statements.whole() + branches)
}

fn ratio(name: &str, a: Option<Ratio>, b: Option<Ratio>) -> FigureRow {
    let text = |ratio: Option<Ratio>| {
        ratio.map(|ratio| {
            format!("{} % ({} of {})", ratio.percent(), grouped(ratio.part()), grouped(ratio.whole()))
        })
    };
    let difference = match (a, b) {
        (Some(a), Some(b)) if a != b => Some(points(a, b)),
        _ => None,
    };
    FigureRow { name: name.to_owned(), a: text(a), b: text(b), difference }
}

/// The difference in percentage points, of the figures as they are shown.
fn points(a: Ratio, b: Ratio) -> String {
    let points = i128::from(b.percent().hundredths()) - i128::from(a.percent().hundredths());
    signed(points, |points| format!("{}.{:02}", points / 100, points % 100))
}

/// The coverage that the gate compared with its bound.
fn judged(check: &CheckRecord) -> Option<Ratio> {
    let by_statements = || statements(&check.figures);
    match check.bounds.get("metric").map(String::as_str) {
        _ if check.id != "coverage" => None,
        Some("statements") => by_statements(),
        Some(_) | None => combined(&check.figures).or_else(by_statements),
    }
}

fn by_statements(a: &Figures, b: &Figures) -> Option<FigureRow> {
    let (a, b) = (statements(a), statements(b));
    (a.is_some() || b.is_some()).then(|| ratio("by statements", a, b))
}

fn with_branches(a: &Figures, b: &Figures) -> Option<FigureRow> {
    let (a, b) = (combined(a), combined(b));
    (a.is_some() || b.is_some()).then(|| ratio("with branches", a, b))
}

/// Each file whose statements ran differently.
pub(super) fn files(a: &Verification, b: &Verification) -> Vec<FilePair> {
    // Where one of them measured no coverage, nothing was lost.
    if a.lines.is_empty() || b.lines.is_empty() {
        return Vec::new();
    }
    let names: BTreeSet<&String> = a.lines.keys().chain(b.lines.keys()).collect();
    let none = LineCoverage::default();
    let pair = |file: &String| {
        let (one, other) = (a.lines.get(file).unwrap_or(&none), b.lines.get(file).unwrap_or(&none));
        let [all, all_other] = [one, other].map(|lines| lines.covered.with(&lines.missing));
        FilePair {
            file: file.clone(),
            changed: a.files.get(file) != b.files.get(file),
            lost: one.covered.common(&other.missing),
            gained: one.missing.common(&other.covered),
            only_a: all.without(&all_other),
            only_b: all_other.without(&all),
        }
    };
    let differs = |pair: &FilePair| {
        [&pair.lost, &pair.gained, &pair.only_a, &pair.only_b].iter().any(|lines| !lines.is_empty())
    };
    names.into_iter().map(pair).filter(differs).collect()
}

/// All of it in one sentence.
pub(super) fn conclusion(causes: &[Cause], checks: &[CheckPair], files: &[FilePair]) -> String {
    let differing: Vec<&str> =
        checks.iter().filter(|check| !check.is_same()).map(|check| check.id.as_str()).collect();
    let has = |kind: &str| causes.iter().find(|cause| cause.kind == kind);
    if differing.is_empty() && has("counting").is_none() && has("extent").is_none() {
        return if causes.is_empty() {
            "nothing differs, neither what was measured nor what came of it".to_owned()
        } else {
            "what was measured differs, and every figure is the same".to_owned()
        };
    }
    let mut parts = Vec::new();
    let lost: u64 = files.iter().map(|file| file.lost.count()).sum();
    let gained: u64 = files.iter().map(|file| file.gained.count()).sum();
    let ran_differently = !files.is_empty();
    if let (Some(cause), false) = (has("counting"), ran_differently) {
        let (a, b) = (cause.a.as_deref().unwrap_or_default(), cause.b.as_deref().unwrap_or_default());
        parts.push(format!("the same statements ran in both; A counts {a}, B {b}"));
    }
    if lost + gained > 0 {
        let moved = [(lost, "ran in A and not in B"), (gained, "ran in B and not in A")];
        let moved: Vec<String> = moved
            .iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, words)| format!("{} {words}", count(*number, "statement")))
            .collect();
        parts.push(moved.join(", "));
    }
    if let Some(cause) = has("absent_imports") {
        parts.push(cause.items.join(", "));
    }
    if let Some(cause) = has("waivers") {
        // Of a check that came out the same they explain nothing.
        let explains = |item: &&String| differing.iter().any(|id| item.starts_with(&format!("{id} ")));
        let items: Vec<&str> = cause.items.iter().filter(explains).map(String::as_str).collect();
        if !items.is_empty() {
            parts.push(format!("waivers: {}", items.join(", ")));
        }
    }
    if causes.is_empty() {
        parts.push(
            "nothing that is recorded differs but the result: a test that comes out differently by itself, the \
             time, the network, a database, or files that git ignores"
                .to_owned(),
        );
    }
    if parts.is_empty() {
        parts.push(format!("{} came out differently; what differed is told above", differing.join(", ")));
    }
    parts.join("; ")
}
