//! What is good, bad, unknown and unreachable.

use proptest::prelude::*;

use super::*;

fn metric_of(min: Option<&str>, max: Option<&str>) -> Metric {
    let bound = |text: &str| Decimal::parse(text).expect("a number");
    Metric {
        name: "errors".into(),
        query: "x".into(),
        min: min.map(bound),
        max: max.map(bound),
        compare_to_before: None,
        absent: Absent::Inconclusive,
        reduce: None,
        min_samples: 2,
    }
}

type Told = Result<Sampled, Unsampled>;

fn answer(values: &[&str]) -> Told {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    Some(Sampled { values, samples: Some(60) }).ok_or(Unsampled::Useless(String::new()))
}

fn read(of: &Metric, now: Result<Sampled, Unsampled>) -> (Sign, String) {
    let reading = metric(of, "x", &Answers { now, before: None });
    (reading.sign, reading.detail)
}

#[test]
fn a_value_within_its_bounds_is_good_and_one_beyond_is_bad() {
    let bounds = metric_of(Some("0"), Some("0.01"));
    assert_eq!(read(&bounds, answer(&["0.01"])), (Sign::Good, "0.01 (at least 0, at most 0.01)".into()));
    assert_eq!(
        read(&bounds, answer(&["0.010000000000000001"])),
        (Sign::Bad, "0.010000000000000001, must be at most 0.01".into()),
        "as a double, it would be the bound itself"
    );
    assert_eq!(read(&bounds, answer(&["-1e-300"])).0, Sign::Bad);
    assert_eq!(read(&metric_of(None, Some("1")), answer(&["+Inf"])).0, Sign::Bad);
    assert_eq!(read(&metric_of(Some("1"), None), answer(&["+Inf"])).0, Sign::Unknown);
    assert_eq!(read(&metric_of(Some("1"), None), answer(&["-Inf"])).0, Sign::Bad);
}

#[test]
fn what_is_no_measurement_is_never_good() {
    let bounds = metric_of(None, Some("5"));
    for (now, words) in [
        (answer(&[]), "there is no data"),
        (answer(&["NaN"]), "`NaN` is no number"),
        (answer(&["1", "1"]), "2 series where one was expected"),
        (answer(&["word"]), "no number"),
        (
            Ok(Sampled { values: vec!["1".into()], samples: Some(1) }),
            "1 samples stand behind it, 2 are needed",
        ),
        (Ok(Sampled { values: vec!["0".into()], samples: Some(0) }), "0 samples"),
        (Ok(Sampled { values: vec!["1".into()], samples: None }), "does not tell"),
        (Err(Unsampled::Useless("it refused the query".into())), "it refused the query"),
    ] {
        let (sign, detail) = read(&bounds, now);
        assert_eq!(sign, Sign::Unknown, "{words}");
        assert!(detail.contains(words), "{detail}");
    }
    assert_eq!(
        read(&bounds, Err(Unsampled::Unreachable("nobody listens there".into()))).0,
        Sign::Unreachable
    );
}

#[test]
fn the_policy_says_what_no_data_means_and_whether_samples_are_counted() {
    let fail = Metric { absent: Absent::Fail, ..metric_of(None, Some("5")) };
    assert_eq!(read(&fail, answer(&[])).0, Sign::Bad);
    let zero = Metric { absent: Absent::Zero, ..metric_of(None, Some("5")) };
    assert_eq!(read(&zero, answer(&[])), (Sign::Good, "0 (at most 5)".into()));
    let least = Metric { absent: Absent::Zero, ..metric_of(Some("1"), None) };
    assert_eq!(read(&least, answer(&[])).0, Sign::Bad);
    let uncounted = Metric { min_samples: 0, ..metric_of(None, Some("5")) };
    assert_eq!(read(&uncounted, Ok(Sampled { values: vec!["1".into()], samples: None })).0, Sign::Good);
}

#[test]
fn several_series_become_one_as_the_policy_says() {
    let with = |reduce| Metric { reduce: Some(reduce), ..metric_of(Some("0.1"), Some("0.3")) };
    let values = ["0.1", "0.2", "0.3"];
    assert_eq!(read(&with(Reduce::Max), answer(&values)).0, Sign::Good);
    assert_eq!(read(&with(Reduce::Min), answer(&values)).0, Sign::Good);
    assert_eq!(read(&with(Reduce::Sum), answer(&values)), (Sign::Bad, "0.6, must be at most 0.3".into()));
    assert_eq!(read(&with(Reduce::Avg), answer(&values)).1, "0.6 / 3 (at least 0.1, at most 0.3)");
    assert_eq!(
        read(&with(Reduce::Max), answer(&["0.2", "NaN"])).0,
        Sign::Unknown,
        "one that is not known hides nowhere"
    );
    assert_eq!(read(&with(Reduce::Sum), answer(&["1e300", "1e-300"])).0, Sign::Unknown);
}

#[test]
fn a_value_is_compared_with_what_it_was_at_the_deployment() {
    let of = Metric { compare_to_before: Some(1_000), ..metric_of(None, None) };
    let read = |now: &str, before| metric(&of, "x", &Answers { now: answer(&[now]), before: Some(before) });
    assert_eq!(read("110", answer(&["100"])).detail, "110 (within 10 % of 100)");
    assert_eq!(read("90", answer(&["100"])).sign, Sign::Good);
    assert_eq!(read("110.0000001", answer(&["100"])).sign, Sign::Bad);
    assert_eq!(read("-95", answer(&["-100"])).sign, Sign::Good);
    assert_eq!(read("0", answer(&["0"])).sign, Sign::Good);
    assert_eq!(read("0.001", answer(&["0"])).sign, Sign::Bad, "a share of nothing is nothing");
    assert_eq!(read("1", answer(&[])).sign, Sign::Unknown);
    assert_eq!(read("1", answer(&["NaN"])).sign, Sign::Unknown);
    assert_eq!(read("1", Err(Unsampled::Unreachable("away".into()))).sign, Sign::Unreachable);
}

#[test]
fn a_reading_keeps_what_was_asked_and_what_came() {
    let reading =
        metric(&metric_of(None, Some("1")), "up", &Answers { now: answer(&["0.50"]), before: None });
    assert_eq!((reading.rule.as_str(), reading.query.as_deref()), ("metric.errors", Some("up")));
    assert_eq!((reading.value.as_deref(), reading.samples), (Some("0.5"), Some(60)));
}

proptest! {
    #[test]
    fn only_a_number_within_its_bounds_with_enough_behind_it_is_good(
        text in prop_oneof![any::<f64>().prop_map(|one| one.to_string()), "\\PC{0,8}", Just("NaN".to_owned()), Just("+Inf".to_owned())],
        samples in proptest::option::of(0u64..4),
        series in 0usize..3,
    ) {
        let of = metric_of(Some("-1"), Some("1"));
        let now = Ok(Sampled { values: vec![text.clone(); series], samples });
        let good = read(&of, now).0 == Sign::Good;
        let number = text.parse::<f64>().ok().filter(|number| (-1.0..=1.0).contains(number));
        if good {
            prop_assert!(number.is_some() && series == 1 && samples.is_some_and(|samples| samples >= 2), "{}", text);
        }
    }

    #[test]
    fn a_value_nearer_to_the_middle_is_never_worse(one in -2000i64..2000, other in -2000i64..2000) {
        let of = metric_of(Some("-1"), Some("1"));
        let sign = |number: i64| read(&of, answer(&[&format!("{number}e-3")])).0;
        let (near, far) = if one.abs() <= other.abs() { (one, other) } else { (other, one) };
        prop_assert!(sign(near) <= sign(far));
    }
}
