//! The schema of `promotion.toml` and the reader, which is written by hand, speak of the same policy.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tta_promote::app::schema::Document;

use super::probe::{asked, keys, sound, toml, with, words_at};
use super::{faults, files, judge, root, text_of};

/// A place in the schema, and in a policy.
struct Place<'s> {
    node: &'s Value,
    at: Vec<String>,
}

/// Every place of a policy that the schema speaks of.
fn places(schema: &Value) -> Vec<Place<'_>> {
    let mut found = Vec::new();
    let mut open = vec![Place { node: schema, at: Vec::new() }];
    while let Some(Place { node, at }) = open.pop() {
        let below = |key: &str| {
            let mut below = at.clone();
            below.push(key.to_owned());
            below
        };
        if let Some(name) = node["$ref"].as_str().and_then(|name| name.strip_prefix("#/$defs/")) {
            open.push(Place { node: &schema["$defs"][name], at: at.clone() });
        }
        for choice in node["anyOf"].as_array().into_iter().flatten() {
            open.push(Place { node: choice, at: at.clone() });
        }
        for (key, property) in node["properties"].as_object().into_iter().flatten() {
            open.push(Place { node: property, at: below(key) });
        }
        for (_, value) in node["patternProperties"].as_object().into_iter().flatten() {
            open.push(Place { node: value, at: below("a") });
        }
        if node["items"].is_object() {
            open.push(Place { node: &node["items"], at: below("0") });
        }
        found.push(Place { node, at });
    }
    found
}

fn schema() -> Value {
    Document::named("promotion").expect("a document").schema()
}

/// The words of a node that is one of a few.
fn words(node: &Value) -> BTreeSet<String> {
    let choices = node["oneOf"].as_array().into_iter().flatten().map(|one| &one["const"]);
    let all = node["enum"].as_array().into_iter().flatten().chain(choices);
    all.filter_map(Value::as_str).map(str::to_owned).collect()
}

#[test]
fn the_reader_knows_the_keys_of_each_table_and_no_other() {
    let schema = schema();
    let mut tables = 0;
    for Place { node, at } in places(&schema) {
        let Some(properties) = node["properties"].as_object() else { continue };
        let said: BTreeSet<String> = properties.keys().cloned().collect();
        let mut known = keys(&at, &said);
        // The name of a check of one's own, which a gate takes too.
        if node["patternProperties"].is_object() {
            assert!(known.remove("a"), "`{}` takes no name", at.join("."));
        }
        assert_eq!(said, known, "the keys of `{}`", at.join("."));
        assert_eq!(node["additionalProperties"], false, "`{}` takes any key", at.join("."));
        tables += 1;
    }
    assert!(tables > 30, "only {tables} tables were compared");
}

#[test]
fn the_reader_knows_the_words_of_each_choice_and_no_other() {
    let schema = schema();
    let mut choices = 0;
    for Place { node, at } in places(&schema) {
        let said = words(node);
        if !said.is_empty() {
            assert_eq!(said, words_at(&at), "the words of `{}`", at.join("."));
            choices += 1;
        }
    }
    assert!(choices >= 10, "only {choices} choices were compared");
}

#[test]
fn what_the_schema_calls_a_default_changes_nothing_where_it_is_written() {
    let schema = schema();
    let mut plain = asked(&sound()).expect("a policy");
    plain.components[0].place.line = 0;
    let mut defaults = 0;
    for Place { node, at } in places(&schema) {
        let Some(default) = node.get("default") else { continue };
        // At the gate of staging, that what cannot be asked there is not asked is nothing to write.
        if at.starts_with(&["gate".to_owned(), "staging".to_owned(), "soak".to_owned()]) {
            continue;
        }
        let mut written =
            asked(&with(&at, default.clone())).unwrap_or_else(|faults| panic!("{at:?}: {faults:?}"));
        written.components[0].place.line = 0;
        assert_eq!(plain, written, "the default of `{}`", at.join("."));
        defaults += 1;
    }
    assert!(defaults > 40, "only {defaults} defaults were compared");
}

/// Every property is described, or an editor has nothing to show.
#[test]
fn every_key_of_a_policy_is_described() {
    let schema = schema();
    for Place { node, at } in places(&schema) {
        for (key, property) in node["properties"].as_object().into_iter().flatten() {
            let text = property["description"].as_str().unwrap_or_default();
            assert!(text.ends_with('.'), "`{}.{key}` is not described: {text}", at.join("."));
        }
    }
}

/// TOML as JSON, as editors and validators see it: a time is a string.
fn parsed(text: &str) -> Option<Value> {
    fn of(value: toml::Value) -> Value {
        match value {
            toml::Value::Datetime(time) => time.to_string().into(),
            toml::Value::Array(items) => items.into_iter().map(of).collect(),
            toml::Value::Table(table) => table.into_iter().map(|(key, value)| (key, of(value))).collect(),
            toml::Value::String(text) => text.into(),
            toml::Value::Integer(number) => number.into(),
            toml::Value::Float(number) => number.into(),
            toml::Value::Boolean(answer) => answer.into(),
        }
    }
    let text = text.trim_start_matches('\u{feff}');
    toml::from_str::<toml::Value>(text).ok().map(of)
}

#[test]
fn every_policy_that_the_reader_takes_is_taken_by_the_schema() {
    let (main, included) = (judge("promotion"), judge("component"));
    let mut read = 0;
    let policies =
        files("fixtures/policies/valid", ".toml").into_iter().chain(files("fixtures/tta", "promotion.toml"));
    for path in policies.chain([root().join("promotion.toml")]) {
        let policy = parsed(&text_of(&path)).expect("TOML");
        let judge = if policy["name"].is_string() { &included } else { &main };
        assert_eq!(faults(judge, &policy), "", "{}", path.display());
        read += 1;
    }
    assert!(read >= 10, "only {read} policies were read");
}

#[test]
fn every_policy_that_the_papers_show_is_taken_by_both() {
    let judge = judge("promotion");
    let mut shown = 0;
    for path in files("docs", ".md").into_iter().chain([root().join("README.md")]) {
        let text = text_of(&path);
        for part in text.split("```toml\n").skip(1) {
            let text = part.split("```").next().unwrap_or_default();
            let mut policy = parsed(text).unwrap_or_else(|| panic!("{}: no TOML:\n{text}", path.display()));
            // Many show a part alone.
            for (key, value) in
                [("schema", json!(1)), ("project", json!({"name": "T"})), ("component", json!({"a": {}}))]
            {
                if policy.get(key).is_none() {
                    policy[key] = value;
                }
            }
            if policy["project"].get("name").is_none() {
                policy["project"]["name"] = "T".into();
            }
            for (_, component) in policy["component"].as_object_mut().expect("components") {
                if component.get("paths").is_none() {
                    component["paths"] = json!(["src/a.py"]);
                }
            }
            assert_eq!(faults(&judge, &policy), "", "{}:\n{text}", path.display());
            asked(&policy)
                .unwrap_or_else(|faults| panic!("{}:\n{}\n{faults:#?}", path.display(), toml(&policy)));
            shown += 1;
        }
    }
    assert!(shown >= 5, "only {shown} policies are shown");
}

/// Policies that only the reader can find fault with, and why.
const BEYOND: [(&str, &str); 9] = [
    ("dependencies.toml", "a component needs one that is not there, or itself"),
    ("dependency_of_the_only_component.toml", "a component needs one that is not there"),
    ("duplicate_across_files.toml", "two files declare one component"),
    ("included_faults.toml", "the faults are in the files that it includes"),
    ("no_component.toml", "a component may be in another file"),
    ("percentages.toml", "in JSON `7e1` is `70`, and decimals are not counted"),
    ("root_is_left_by_a_component.toml", "where a path leads is not told by its letters"),
    ("timeout_too_long.toml", "a pattern does not add up"),
    ("waivers_of_own_checks.toml", "whether a waiver can name a finding is told by the check that it is of"),
];

#[test]
fn a_policy_with_a_fault_that_a_schema_can_say_is_refused_by_it() {
    let judge = judge("promotion");
    let mut taken = Vec::new();
    for path in files("fixtures/policies/invalid", ".toml") {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let Some(policy) = parsed(&text_of(&path)) else { continue };
        if path.parent() == Some(&root().join("fixtures/policies/invalid")) && judge.is_valid(&policy) {
            taken.push(name);
        }
    }
    let beyond: Vec<&str> = BEYOND.iter().map(|(name, _)| *name).collect();
    assert_eq!(taken, beyond, "these are taken by the schema, and refused by the reader");
}

#[test]
fn a_single_fault_is_refused_by_both() {
    let judge = judge("promotion");
    assert_eq!(faults(&judge, &sound()), "");
    let text = text_of(&root().join("fixtures/policies/single_faults.json"));
    let places: Value = serde_json::from_str(&text).expect("JSON");
    let mut tried = 0;
    for (place, values) in places.as_object().expect("places") {
        let at: Vec<String> = place.split('.').map(str::to_owned).collect();
        for value in values.as_array().expect("values") {
            let policy = with(&at, value.clone());
            assert!(asked(&policy).is_err(), "the reader takes `{place}` = {value}");
            assert!(!judge.is_valid(&policy), "the schema takes `{place}` = {value}");
            tried += 1;
        }
    }
    assert!(tried > 100, "only {tried} faults");
}

/// An editor that finds fault with what the reader takes would be switched off.
#[test]
fn what_is_unusual_and_right_is_taken_by_both() {
    let judge = judge("promotion");
    for (place, value) in [
        ("project.timeout", json!(" 1d2h3m4s5ms ")),
        ("project.timeout", json!("007m")),
        ("project.root", json!("./a//b/../c/")),
        ("project.root", json!("~x")),
        ("project.repository", json!("a.b/.github")),
        ("project.runner", json!({"venv": "/opt/venv"})),
        ("project.github.labels", json!([format!("  {} ", "ä".repeat(50))])),
        (
            "project.freeze",
            json!([{"from": "2025-12-20 00:00:00+01:00", "to": "2025-12-21T00:00:00.5Z", "reason": "x"}]),
        ),
        ("gate.staging.coverage", json!({"min_percent": 0.01})),
        ("gate.production.uptime", json!(100)),
        ("gate.staging.docs", json!({"readme": false})),
        ("component.a.tests", json!({"select": " not slow", "args": ["-n", "4"], "paths": ["tests/a:b.py"]})),
        (
            "component.a.deploy.staging.health",
            json!({"url": "HTTPS://[::1]:80?x=@y#z", "delay": "0ms", "stable": "0s"}),
        ),
        ("component.a.deploy.staging.script", json!(["./x", "", " "])),
        ("component.a.observe.staging.grafana", json!("https://g.example/d?from={from}&to={to}")),
        ("component.a.observe.staging.metric.a", json!({"query": "up", "compare_to_before": " 12.5 % "})),
        ("component.a.observe.staging.metric.a", json!({"query": "up", "max": -1e-3})),
        ("component.a.observe.staging.min_samples", json!(0)),
    ] {
        let place: Vec<String> = place.split('.').map(str::to_owned).collect();
        let policy = with(&place, value);
        asked(&policy).unwrap_or_else(|faults| panic!("{faults:?}"));
        assert_eq!(faults(&judge, &policy), "");
    }
}
