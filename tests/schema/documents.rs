//! What we write is what the schemas say, and nothing else is.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tta_promote::app::schema::DOCUMENTS;
use tta_promote::ledger::read;
use tta_promote::model::component::Place;
use tta_promote::model::percent::{Percent, Ratio};
use tta_promote::model::policy::Fault;
use tta_promote::model::record::{Fact, Record};
use tta_promote::model::soak::{Excess, ResetCause, Soak};
use tta_promote::report::attestation::{
    self,
    held::{About, Held, Statement},
};
use tta_promote::report::history::{History, render_history_json};
use tta_promote::report::observed::Observed;
use tta_promote::report::plan_document::{PlanDocument, PlanPolicy, PlanShard, render_matrix};
use tta_promote::report::revocation::{self, Figure, Revocation};
use tta_promote::report::soak::SoakView;
use tta_promote::report::{ErrorDocument, render_error};

use super::{faults, files, judge, root, text_of};

/// Documents that were written, by the name of their schema.
fn samples() -> BTreeMap<&'static str, Vec<Value>> {
    let mut samples: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for path in files("src", ".snap") {
        let text = text_of(&path);
        let body = text.splitn(3, "---\n").nth(2).unwrap_or_default();
        let Ok(document) = serde_json::from_str::<Value>(body) else { continue };
        // Of a Statement the predicate is ours, and only that which has the counts.
        if let Some(predicate) = document.get("predicate") {
            if path.to_string_lossy().ends_with("_counts.snap") {
                samples.entry("counts").or_default().push(predicate.clone());
            }
            continue;
        }
        if let Some(name) = name_of(&document, &path.to_string_lossy()) {
            samples.entry(name).or_default().push(document);
        }
    }
    for line in files("fixtures/ledgers", ".jsonl").iter().flat_map(|path| lines(&text_of(path))) {
        samples.entry("record").or_default().push(line);
    }
    let kinds = text_of(&root().join("fixtures/ledgers/kinds.jsonl"));
    let records = read("carbon", kinds.as_bytes()).expect("a sound ledger").records;
    let seen = observed(&records);
    for text in [seen.json(), seen.json_line()] {
        samples.entry("observation").or_default().push(serde_json::from_str(&text).expect("JSON"));
    }
    let timeline = render_history_json(&timeline(records));
    samples.entry("history").or_default().push(serde_json::from_str(&timeline).expect("JSON"));
    for (name, text) in rendered() {
        samples.entry(name).or_default().push(serde_json::from_str(&text).expect("JSON"));
    }
    samples
}

/// A look at a candidate whose soak was started again once.
fn observed(records: &[Record]) -> Observed {
    let observation = records.iter().find_map(|record| match &record.fact {
        Fact::Observed(observation) => Some((**observation).clone()),
        _ => None,
    });
    let observations = vec![observation.expect("an observation")];
    let (from, to) = (observations[0].window.from(), observations[0].window.to());
    let soak = Soak {
        since: from,
        resets: vec![(from, ResetCause::Restart)],
        healthy: Duration::ZERO,
        needed: Duration::from_secs(600),
        samples: 0,
        min_samples: 24,
        largest_gap: Duration::ZERO,
        unseen: Duration::ZERO,
        max_gap: Duration::from_secs(600),
        uptime: Ratio::new(1, 3),
        min_uptime: Percent::ALL,
        excesses: vec![Excess::Downtime],
        missing: None,
        earliest: Some(to),
    };
    let soak = SoakView::of(soak, from, &observations, to + Duration::from_secs(200_000));
    Observed {
        version: "0.1.0".into(),
        component: "carbon".into(),
        stage: "staging",
        promotion: "carbon-staging-2025-10-14".into(),
        observations,
        soak,
        exit_code: 1,
    }
}

fn timeline(records: Vec<Record>) -> History {
    History {
        version: "0.1.0".into(),
        project: "T".into(),
        component: "carbon".into(),
        title: "Carbon".into(),
        ledger: ".promotion/ledger/carbon.jsonl".into(),
        head: None,
        time: records[0].time,
        torn: 0,
        records,
        limit: None,
    }
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a record")).collect()
}

/// The name of the schema of a document that a snapshot holds.
fn name_of(document: &Value, path: &str) -> Option<&'static str> {
    let named = |name: &str| DOCUMENTS.iter().map(|one| one.name).find(|known| *known == name);
    if document.get("prev").is_some() {
        return Some("record");
    }
    if let Some(kind) = document["kind"].as_str() {
        return named(kind);
    }
    if document.get("verdict").is_some() {
        return Some("assessment");
    }
    ["deployment", "rollback"].into_iter().find(|name| path.contains(&format!("__{name}__")))
}

/// Documents that no snapshot of a file holds.
fn rendered() -> Vec<(&'static str, String)> {
    let policy = PlanPolicy { file: "promotion.toml".into(), sha256: "ab12".into() };
    let mut part = PlanDocument::new("0.1.0", "T", policy.clone(), Vec::new());
    (part.only, part.dirty) = (Some(vec!["lint".into()]), Some(true));
    let plan = PlanDocument::new("0.1.0", "T", policy, vec![PlanShard::new(1, 1, vec!["a".into()])]);
    let fault = Fault {
        place: Place { file: "promotion.toml".into(), line: 3 },
        message: "m".into(),
        hint: None,
        text: String::new(),
    };
    let error = ErrorDocument {
        version: "0.1.0".into(),
        message: "m".into(),
        cause: vec!["c".into()],
        hint: Some("h".into()),
        faults: vec![fault],
        exit_code: 2,
    };
    let figure = Figure { check: "lint".into(), then: "a".into(), now: "b".into() };
    let revoked = Revocation {
        component: "a".into(),
        result: "revoked",
        promotion: Some("a-staging-2025-10-14".into()),
        from: Some("staging"),
        to: Some("development"),
        figures: vec![figure],
        ..Revocation::default()
    };
    vec![
        ("matrix", render_matrix(&plan.shards)),
        ("plan", plan.render()),
        ("plan", part.render()),
        ("error", render_error(&error)),
        ("revocation", revocation::json(&revoked)),
        ("attestations", attestation::held::render_json(&attested(), 5)),
    ]
}

/// A Statement that holds, and a line that is none.
fn attested() -> Held {
    let statement = Statement {
        file: "a.jsonl".into(),
        line: 1,
        signatures: Some(1),
        about: Some(About {
            kind: "counts",
            component: "a".into(),
            to: "staging",
            result: "pass",
            commit: "30f84615".repeat(5),
            started: Timestamp::UNIX_EPOCH,
        }),
        faults: Vec::new(),
        notes: vec!["n".into()],
    };
    let fault = attestation::held::Fault {
        weight: attestation::held::Weight::Broken,
        message: "m".into(),
        hint: "h".into(),
    };
    let garbage =
        Statement { line: 2, signatures: None, about: None, faults: vec![fault], ..statement.clone() };
    Held {
        version: "0.1.0".into(),
        project: "T".into(),
        now: Timestamp::UNIX_EPOCH,
        statements: vec![statement, garbage],
        faults: Vec::new(),
    }
}

#[test]
fn every_document_that_is_written_is_one_of_its_schema() {
    let samples = samples();
    for document in DOCUMENTS.iter().filter(|one| !["promotion", "component"].contains(&one.name)) {
        let judge = judge(document.name);
        let written = samples.get(document.name).unwrap_or_else(|| panic!("no sample of {}", document.name));
        for one in written {
            assert_eq!(faults(&judge, one), "", "{}: {one:#}", document.name);
        }
    }
}

#[test]
fn every_kind_of_record_is_in_a_sample() {
    let samples = samples();
    let kinds: BTreeSet<&str> = samples["history"]
        .iter()
        .flat_map(|one| one["records"].as_array().expect("records"))
        .map(|one| one["kind"].as_str().expect("a kind"))
        .collect();
    assert_eq!(kinds, Fact::KINDS.into_iter().collect());
}

/// The places of all values in a document.
fn places(document: &Value) -> Vec<String> {
    let below: Vec<(String, &Value)> = match document {
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect()
        }
        Value::Object(entries) => entries.iter().map(|(key, value)| (key.clone(), value)).collect(),
        _ => Vec::new(),
    };
    below
        .into_iter()
        .flat_map(|(step, value)| {
            let step = step.replace('~', "~0").replace('/', "~1");
            let inner = places(value).into_iter().map(|place| format!("/{step}{place}")).collect::<Vec<_>>();
            [format!("/{step}")].into_iter().chain(inner)
        })
        .collect()
}

#[test]
fn a_value_of_another_type_is_refused_wherever_it_stands() {
    for (name, documents) in samples() {
        let judge = judge(name);
        for document in &documents {
            for place in places(document) {
                let mut changed = document.clone();
                *changed.pointer_mut(&place).expect("a place") = json!({"qqqq": [[]]});
                assert!(!judge.is_valid(&changed), "{name}: {place} may be anything");
            }
        }
    }
}

/// Fields that are left out where there is nothing to say; the threshold of `security` without its severity is that of
/// `lint`.
const OPTIONAL: [&str; 19] = [
    "assessment branches",
    "assessment covered_branches",
    "assessment min_severity",
    "counts branches",
    "counts covered_branches",
    "counts min_severity",
    "counts waived_until",
    "record absent_imports",
    "record args",
    "record bounds",
    "record figures",
    "record late",
    "record lines",
    "record links",
    "record query",
    "record report_sha256",
    "record samples",
    "record tool",
    "record value",
];

#[test]
fn a_field_that_is_missing_is_refused_but_for_those_that_say_so() {
    let mut taken = BTreeSet::new();
    for (name, documents) in samples() {
        let judge = judge(name);
        for document in &documents {
            for place in places(document) {
                let (parent, key) = place.rsplit_once('/').expect("a key");
                let mut changed = document.clone();
                let parent_value =
                    if parent.is_empty() { Some(&mut changed) } else { changed.pointer_mut(parent) };
                let Some(Value::Object(entries)) = parent_value else { continue };
                entries.remove(key);
                let parent = parent.rsplit('/').next().unwrap_or_default();
                if judge.is_valid(&changed) && !MAPS.contains(&parent) {
                    taken.insert(format!("{name} {key}"));
                }
            }
        }
    }
    assert_eq!(taken.iter().map(String::as_str).collect::<Vec<_>>(), OPTIONAL);
}

/// Tables whose keys are names.
const MAPS: [&str; 5] = ["figures", "bounds", "installed", "files", "lines"];
