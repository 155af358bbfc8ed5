//! `[component.NAME.observe.STAGE]`: what must be seen of a deployed candidate, and for how long.
//! Not the looking, and no question to anybody.

use std::collections::BTreeMap;

use super::address::{self, AddressError};
use super::document::{Faults, quote};
use super::github;
use super::observe_metric::{self, limits};
use super::path::Viewpoint;
use super::per_stage::{self, Words};
use super::percentage;
use super::test_selection;
use super::value::{Table, Value};
use crate::model::component::TestSelection;
use crate::model::stage::Stage;
use crate::model::watch::{CONTAINER, Observe, Prometheus, of_containers};

const KEYS: [&str; 12] = [
    "duration",
    "interval",
    "max_gap",
    "min_samples",
    "min_uptime",
    "prometheus",
    "prometheus_token",
    "grafana",
    "incident_label",
    "integration",
    "limits",
    "metric",
];
const INTEGRATION_KEYS: [&str; 2] = ["paths", "select"];
/// The longest observation, in days.
const LONGEST: u64 = 365;

/// The observations of a component, by the stage that it is observed in.
pub(super) fn read(
    component: &Table<'_>,
    from: &Viewpoint,
    faults: &mut Faults<'_>,
) -> BTreeMap<Stage, Observe> {
    let words = Words {
        key: "observe",
        keys: &KEYS,
        nothing: "so nothing is observed there",
        are_for: "observations are for",
    };
    per_stage::read(component, &words, faults, |keys, _, faults| observe(keys, from, faults))
}

fn observe(table: &Table<'_>, from: &Viewpoint, faults: &mut Faults<'_>) -> Observe {
    table.keys_are(&KEYS, faults);
    let mut observe = Observe::default();
    lengths(table, &mut observe, faults);
    let soak = &mut observe.soak;
    if let Some(number) = table.get("min_samples").and_then(|value| value.whole(faults)) {
        soak.min_samples = number;
    }
    let uptime = table.get("min_uptime");
    let uptime =
        uptime.and_then(|value| percentage::read_or(&value, "give the least that is accepted", faults));
    soak.min_uptime = uptime.unwrap_or(soak.min_uptime);
    soak.limit = limits(table, soak.limit, faults);
    soak.limits.insert(CONTAINER.to_owned(), of_containers(soak.limit));
    observe.prometheus = prometheus(table, faults);
    observe.grafana = table.get("grafana").and_then(|value| dashboard(&value, faults));
    observe.incident_label = table.get("incident_label").and_then(|value| label(&value, faults));
    observe.integration = table.get("integration").and_then(|value| integration(&value, from, faults));
    for (metric, own) in observe_metric::read(table, observe.soak.limit, faults) {
        observe.soak.limits.extend(own.map(|own| (metric.rule(), own)));
        observe.metrics.push(metric);
    }
    observe
}

/// How long, how often, and how long nobody may look.
fn lengths(table: &Table<'_>, observe: &mut Observe, faults: &mut Faults<'_>) {
    let mut length = |key: &str| table.get(key).and_then(|value| value.duration_within(LONGEST, faults));
    let [duration, interval, max_gap] = [length("duration"), length("interval"), length("max_gap")];
    observe.soak.length = duration.unwrap_or(observe.soak.length);
    observe.interval = interval.unwrap_or(observe.interval);
    observe.soak.max_gap = max_gap.unwrap_or(observe.soak.max_gap);
    let told = |key: &str, length: Option<_>| length.is_some() || !table.has(key);
    if told("interval", interval) && told("max_gap", max_gap) && observe.interval > observe.soak.max_gap {
        let place = table.get("interval").or_else(|| table.get("max_gap"));
        faults.add(
            place.map_or(table.offset, |value| value.offset),
            "`interval` is longer than `max_gap`, so each look would start the soak again",
            "give a longer `max_gap`, or look more often",
        );
    }
}

fn prometheus(table: &Table<'_>, faults: &mut Faults<'_>) -> Option<Prometheus> {
    let token = table.get("prometheus_token").and_then(|value| variable(&value, faults));
    let Some(value) = table.get("prometheus") else {
        let offset = table.get("prometheus_token").or_else(|| table.get("metric"));
        if let Some(needs) = offset {
            faults.add(
                needs.key_offset,
                format!("{} without `prometheus`: nobody is there to be asked", quote(&needs.key)),
                "name the server, as in `prometheus = \"http://127.0.0.1:9090\"`",
            );
        }
        return None;
    };
    let url = url(&value, value.line(faults)?, "http://127.0.0.1:9090", faults)?;
    if url.contains(['?', '#']) {
        faults.add(
            value.offset,
            "`prometheus` holds a question",
            "write the address alone, as in `http://127.0.0.1:9090`",
        );
        return None;
    }
    Some(Prometheus { url: url.trim_end_matches('/').to_owned(), token })
}

/// `text` where it, or what it stands for, is an address.
fn url(value: &Value<'_>, text: &str, example: &str, faults: &mut Faults<'_>) -> Option<String> {
    let problem = match address::check(text) {
        Ok(()) => return Some(text.to_owned()),
        Err(problem) => problem,
    };
    let hint = match problem {
        AddressError::Secret => {
            "take it out, and change it where it is in use: this file is in git; a token comes from the variable that `prometheus_token` names".to_owned()
        }
        AddressError::Character => problem.hint().to_owned(),
        AddressError::Scheme | AddressError::Host | AddressError::Port => {
            format!("write it as in {}", quote(example))
        }
    };
    faults.add(value.offset, format!("{} {problem}", quote(&value.key)), hint);
    None
}

/// The name of a variable. What cannot be one is not repeated: it may be the token itself.
fn variable(value: &Value<'_>, faults: &mut Faults<'_>) -> Option<String> {
    let text = value.line(faults)?;
    let is_name = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_name {
        return Some(text.to_owned());
    }
    faults.add(
        value.key_offset,
        "`prometheus_token` is not the name of a variable",
        "name the variable that holds the token, as in `\"PROMETHEUS_TOKEN\"`; never write the token here",
    );
    None
}

fn dashboard(value: &Value<'_>, faults: &mut Faults<'_>) -> Option<String> {
    let text = value.line(faults)?;
    let filled = text.replace("{from}", "0").replace("{to}", "1");
    url(value, &filled, "https://grafana.example/d/abc?from={from}&to={to}", faults)?;
    Some(text.to_owned())
}

fn label(value: &Value<'_>, faults: &mut Faults<'_>) -> Option<String> {
    let label = value.line(faults)?.trim();
    match github::label_problem(label) {
        None => Some(label.to_owned()),
        Some((problem, hint)) => {
            faults.add(value.offset, format!("label {} {problem}", quote(label)), hint);
            None
        }
    }
}

fn integration(value: &Value<'_>, from: &Viewpoint, faults: &mut Faults<'_>) -> Option<TestSelection> {
    const HINT: &str = "name the files or folders of the tests, as in `paths = [\"tests/integration\"]`";
    let table = value.table(faults)?;
    table.keys_are(&INTEGRATION_KEYS, faults);
    let select = table.get("select").and_then(|value| test_selection::select(&value, faults));
    let select_place =
        table.get("select").filter(|_| select.is_some()).map(|value| faults.place(value.offset));
    let Some(value) = table.get("paths") else {
        faults.add(table.offset, format!("{} has no `paths`", quote(&table.name)), HINT);
        return None;
    };
    test_selection::refuse_node_ids(&value, faults);
    let paths = test_selection::paths(&value, HINT, from, faults);
    Some(TestSelection { paths, select, select_place, args: Vec::new() })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::decimal::Decimal;
    use crate::model::soak::Limits;
    use crate::model::watch::{Absent, Reduce};
    use crate::policy::{Document, read};

    const HOUR: u64 = 3_600;

    fn observations() -> BTreeMap<Stage, Observe> {
        let text = include_str!("../../fixtures/policies/valid/observe.toml").to_owned();
        let policy = read(&Document { file: "promotion.toml".to_owned(), text }, &[]).expect("a policy");
        policy.component("carbon").expect("a component").observe.clone()
    }

    #[test]
    fn an_observation_is_read_in_full() {
        let staging = &observations()[&Stage::Staging];
        assert_eq!(staging.soak.length, Duration::from_secs(14 * 24 * HOUR));
        assert_eq!(
            (staging.interval, staging.soak.max_gap),
            (Duration::from_secs(1_800), Duration::from_secs(2 * HOUR))
        );
        assert_eq!((staging.soak.min_samples, staging.soak.min_uptime.hundredths()), (100, 9_995));
        let prometheus = staging.prometheus.clone().expect("a server");
        assert_eq!(prometheus.url, "http://127.0.0.1:9090");
        assert_eq!(prometheus.token.as_deref(), Some("PROMETHEUS_TOKEN"));
        assert_eq!(staging.incident_label.as_deref(), Some("security-incident"));
        let integration = staging.integration.clone().expect("tests");
        assert_eq!(
            (integration.paths[0].path.as_str(), integration.select.as_deref()),
            ("tests/integration", Some("carbon"))
        );
        let limit = Limits { failure: 1, inconclusive: 3, consecutive_error: 4 };
        assert_eq!(staging.soak.limit, limit);
        let own = Limits { failure: 2, inconclusive: 9, consecutive_error: 4 };
        assert_eq!(staging.soak.limits.get("metric.error_rate"), Some(&own));
        assert_eq!(staging.soak.limits.get("metric.answers"), None);
        assert_eq!(staging.soak.limits.get(CONTAINER).map(|limits| limits.failure), Some(u64::MAX));
        let [answers, errors] = &staging.metrics[..] else { panic!("{:?}", staging.metrics) };
        assert_eq!(
            (answers.rule().as_str(), answers.min, answers.min_samples),
            ("metric.answers", Decimal::parse("1"), 1)
        );
        assert_eq!((errors.min, errors.max), (Some(Decimal::ZERO), Decimal::parse("0.01")));
        assert_eq!((errors.absent, errors.reduce), (Absent::Zero, Some(Reduce::Max)));
        assert_eq!((errors.compare_to_before, errors.min_samples), (Some(1_250), 2));
    }

    #[test]
    fn what_is_left_out_has_the_documented_default() {
        assert_eq!(observations()[&Stage::Production], Observe::default());
        let soak = Observe::default().soak;
        assert_eq!(soak.length, Duration::from_secs(7 * 24 * HOUR));
        assert_eq!((soak.min_samples, soak.min_uptime.hundredths()), (24, 9_950));
        assert_eq!(soak.limit, Limits { failure: 0, inconclusive: 3, consecutive_error: 4 });
    }

    #[test]
    fn a_token_in_place_of_a_variable_is_not_repeated() {
        let text = "schema = 1\n[project]\nname = \"T\"\n[component.a]\npaths = [\"a\"]\n\
                    [component.a.observe.staging]\nprometheus = \"http://a\"\nprometheus_token = \"ey.hush-hush\"\n";
        let document = Document { file: "promotion.toml".to_owned(), text: text.to_owned() };
        let faults = read(&document, &[]).expect_err("a fault");
        assert!(
            !faults[0].message.contains("hush")
                && faults[0].hint.as_ref().is_some_and(|hint| !hint.contains("hush"))
        );
    }
}
