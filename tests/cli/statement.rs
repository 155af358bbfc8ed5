//! What `audit --attestation` cannot see of a Statement that was changed after it was written, and that it sees all else.

use std::collections::BTreeSet;

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde_json::{Value, json};

use crate::project::Project;

const POLICY: &str = r#"schema = 1

[project]
name = "Demo"
repository = "o/Demo"
runner = "path"

[gate.staging]
tests = { min_passed = 1 }
docs = { not_applicable = "internal" }
lint = { max_issues = 1 }
types = { max_errors = 3, max_warnings = 3 }
dependencies = true
sign_offs = ["security"]

[gate.production]
docs = { not_applicable = "internal" }
lint = { max_issues = 1 }
types = { max_errors = 3, max_warnings = 3 }
dependencies = true
sign_offs = ["security"]

[component.a]
title = "Component A"
paths = ["src/a.py"]
tests = { paths = ["tests"] }
depends_on = ["b"]

[component.b]
title = "Component B"
stage = "production"
paths = ["src/b.py"]
tests = { paths = ["tests"] }
"#;

/// A place in a Statement, with `*` for each index, whose change `audit` may not see, and why. Where nothing changed at such a
/// place holds, it does not belong here. `docs/attestation.md` tells all of it.
const UNSEEN: [(&str, &str); 15] = [
    ("test-result/predicate/configuration/*/annotations/started", "any time within the age"),
    ("vsa/predicate/timeVerified", "any time within the age"),
    ("counts/predicate/started", "any time within the age"),
    // Whoever needs the thresholds takes the counts.
    ("test-result/predicate/configuration/*/annotations/to", "a gate that asks for checks of the same names"),
    ("counts/predicate/to", "a gate that asks for the same"),
    (
        "test-result/predicate/configuration/*/annotations/waivedUntil",
        "which waiver of the check it rests on",
    ),
    ("vsa/predicate/verifiedLevels/*", "which waiver it rests on"),
    ("vsa/predicate/verifiedLevels/-", "that it rests on any"),
    // Signers that take files alone make Statements without it.
    ("*/subject/-", "that the commit is a subject too"),
    // Nothing was measured anew, so figures are believed as far as the outcome follows from them.
    ("counts/predicate/gate/checks/*/measured/*", "figures that come to the same outcome"),
    ("counts/predicate/gate/checks/*/suppressed", "how many findings the sources suppress"),
    ("counts/predicate/gate/waivers/*/covered", "how many of the findings which waiver covers"),
    ("counts/predicate/tool/version", "which version measured"),
    ("counts/predicate/environment/python", "what the tests ran in"),
    ("counts/predicate/environment/*", "what the tests ran in"),
];

fn day(ahead: i64) -> String {
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    today.checked_add(ahead.days()).expect("a day").to_string()
}

/// One of which the linter finds two issues, waived or not there, and which fulfils all that its gate asks besides.
fn project(is_waived: bool) -> Project {
    let waiver = |rule: &str, until: i64| {
        format!(
            "\n[[component.a.waiver]]\ncheck = \"lint\"\nrule = \"{rule}\"\npath = \"src/a.py\"\nmax = 3\n\
             reason = \"generated\"\nowner = \"alice\"\nissue = \"#12\"\nexpires = {}\n",
            day(until)
        )
    };
    let waivers = if is_waived {
        [("F401", 20), ("E501", 30), ("W292", -1)].map(|(rule, until)| waiver(rule, until)).concat()
    } else {
        String::new()
    };
    let project = Project::new().policy(&format!("{POLICY}{waivers}")).file("src/b.py", "y = 1\n");
    let file = project.root().join("src/a.py");
    let issue = |code: &str| json!({"code": code, "filename": file, "location": {"row": 1, "column": 1}, "message": "m"});
    let found = json!([issue("F401"), issue("F401")]).to_string();
    let project = if is_waived { project.fake("ruff").prints(found).exits(1) } else { project };
    let project = project.repository();
    project.run(&["sign", "a", "security", "--evidence", "https://example.invalid/1"]).exits(0);
    project.committed()
}

/// Everything in `value` that can be changed: each single value, and each array, by its path.
fn places(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                places(field, &format!("{path}/{name}"), found);
            }
        }
        Value::Array(items) => {
            found.push(path.to_owned());
            items.iter().enumerate().for_each(|(at, item)| places(item, &format!("{path}/{at}"), found));
        }
        _ => found.push(path.to_owned()),
    }
}

/// What may stand there instead.
fn instead_of(value: &Value, pool: &BTreeSet<String>) -> Vec<Value> {
    let mut others: Vec<Value> =
        vec![Value::Null, json!({}), json!([]), json!(true), json!(false), json!("")];
    match value {
        Value::String(text) => {
            others.extend(pool.iter().map(|other| json!(other)));
            others.extend([
                json!(format!("{text}x")),
                json!(text.to_uppercase()),
                json!(text.to_lowercase()),
            ]);
        }
        Value::Number(number) => {
            let number = number.as_u64().expect("a count");
            let near = [0, 1, 2, 3, 4, 5, number + 1, number.saturating_sub(1), u64::MAX];
            others.extend(near.map(|other| json!(other)));
            others.extend([json!(-1), json!(0.5)]);
        }
        _ => others.push(json!("x")),
    }
    others.retain(|other| other != value);
    others
}

/// Each Statement with one change, and where it is: the path of a value, or that of an array and `-` or `+` where one of it
/// was taken out or is there twice.
fn changes(statement: &Value, pool: &BTreeSet<String>) -> Vec<(String, Value)> {
    let (mut all, mut found) = (Vec::new(), Vec::new());
    places(statement, "", &mut all);
    for path in all {
        let at = |changed: &mut Value, new: Value| *changed.pointer_mut(&path).expect("there") = new;
        let mut change = |place: String, new: Value| {
            let mut changed = statement.clone();
            at(&mut changed, new);
            found.push((place, changed));
        };
        match statement.pointer(&path).expect("there") {
            Value::Array(items) => {
                for (number, item) in items.iter().enumerate() {
                    let without = items.iter().enumerate().filter(|(at, _)| *at != number);
                    change(format!("{path}/-"), without.map(|(_, item)| item.clone()).collect());
                    for place in [0, number, items.len()] {
                        let mut twice = items.clone();
                        twice.insert(place, item.clone());
                        change(format!("{path}/+"), Value::Array(twice));
                    }
                }
            }
            value => instead_of(value, pool).into_iter().for_each(|new| change(path.clone(), new)),
        }
    }
    found
}

/// Which entry of [`UNSEEN`] is about a place.
fn unseen(kind: &str, path: &str) -> Option<&'static str> {
    let is_at = |pattern: &str| {
        let place = format!("{kind}{path}");
        let (asked, there): (Vec<&str>, Vec<&str>) =
            (pattern.split('/').collect(), place.split('/').collect());
        asked.len() == there.len()
            && asked
                .iter()
                .zip(&there)
                .all(|(asked, there)| asked == there || (*asked == "*" && *there != "-" && *there != "+"))
    };
    UNSEEN.into_iter().map(|(pattern, _)| pattern).find(|pattern| is_at(pattern))
}

/// The property: of all that is changed in one place, nothing holds but what cannot be seen here.
#[test]
fn no_statement_holds_in_which_one_place_was_changed_but_where_that_cannot_be_seen_here() {
    let mut needed: BTreeSet<&str> = BTreeSet::new();
    for is_waived in [true, false] {
        let project = project(is_waived);
        let file = project.path("fakes").join("a.jsonl").to_string_lossy().into_owned();
        project.run(&["verify", "a", "--attest", &file]).exits(0);
        let told = project.run(&["audit", "a", "--attestation", &file, "--format", "json"]).exits(0);
        let honest = told.json();
        assert_eq!(honest["result"], "holds", "{honest:#}");
        let text = std::fs::read_to_string(&file).expect("written");
        let statements: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        // What stands elsewhere in them, besides words that mean something, and days and times that may.
        let mut pool: BTreeSet<String> = BTreeSet::new();
        for statement in &statements {
            let mut all = Vec::new();
            places(statement, "", &mut all);
            let texts = all.iter().filter_map(|path| statement.pointer(path)?.as_str());
            pool.extend(texts.map(str::to_owned));
        }
        let words = [
            "production",
            "a/tests",
            "unused",
            "exceeded",
            "not_judged",
            "inconclusive",
            "FAILED",
            "evil/repo",
        ];
        pool.extend(words.map(str::to_owned));
        pool.extend([20, 30, -1, 3650].map(day));
        pool.extend([20, 30, -1].map(|ahead| format!("TTA_PROMOTE_WAIVED_UNTIL_{}", day(ahead))));
        for hours in [-1, 1, 10_000] {
            pool.insert((Timestamp::now() + hours.hours()).to_string());
        }
        for (kind, statement) in ["test-result", "vsa", "counts"].into_iter().zip(&statements) {
            let changes = changes(statement, &pool);
            let lines: Vec<String> = changes.iter().map(|(_, changed)| changed.to_string()).collect();
            std::fs::write(&file, lines.join("\n")).expect("written");
            let told =
                project.run(&["audit", "a", "--attestation", &file, "--format", "json"]).exits(5).json();
            let results = told["statements"].as_array().expect("all of them");
            assert_eq!(results.len(), changes.len());
            for ((path, changed), result) in changes.iter().zip(results) {
                if result["result"] == "holds" {
                    let what = changed.pointer(path).unwrap_or(&Value::Null);
                    match unseen(kind, path) {
                        Some(pattern) => drop(needed.insert(pattern)),
                        None => panic!("{kind}{path}: {what} holds: {changed}"),
                    }
                }
            }
        }
    }
    let needless: Vec<_> = UNSEEN.iter().filter(|(pattern, _)| !needed.contains(pattern)).collect();
    assert!(needless.is_empty(), "all of it is seen: {needless:?}");
}
