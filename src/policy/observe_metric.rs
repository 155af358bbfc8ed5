//! `[component.NAME.observe.STAGE.metric.NAME]`: a question to Prometheus, and what a good answer is.
//! Numbers are taken as they are written: no floating point on the way.

use toml::de::DeValue;

use super::document::{Faults, quote};
use super::name::is_name;
use super::value::{Table, Value};
use crate::model::decimal::Decimal;
use crate::model::soak::Limits;
use crate::model::watch::{Absent, Metric, Reduce};

const KEYS: [&str; 8] =
    ["query", "min", "max", "compare_to_before", "absent", "reduce", "min_samples", "limits"];
const LIMIT_KEYS: [&str; 3] = ["failure", "inconclusive", "consecutive_error"];
/// The largest difference to before, in hundredths of a percent.
const LARGEST: u64 = 100_000;

/// The metrics, sorted by name, each with limits of its own where it has some; the others are those of `limit`.
pub(super) fn read(
    observe: &Table<'_>,
    limit: Limits,
    faults: &mut Faults<'_>,
) -> Vec<(Metric, Option<Limits>)> {
    let Some(table) = observe.get("metric").and_then(|value| value.table(faults)) else {
        return Vec::new();
    };
    let mut metrics = Vec::new();
    for value in table.values() {
        if !is_name(&value.key) {
            faults.add(
                value.key_offset,
                format!("the name of metric {} cannot be told apart", quote(&value.key)),
                "use letters, digits, `_`, `.` and `-`, beginning with a letter or digit, at most 100 of them",
            );
            continue;
        }
        let Some(keys) = value.table(faults) else { continue };
        let own = keys.has("limits").then(|| limits(&keys, limit, faults));
        metrics.extend(metric(&value.key, &keys, faults).map(|metric| (metric, own)));
    }
    metrics.sort_by(|(one, _), (other, _)| one.name.cmp(&other.name));
    metrics
}

/// What `limits` of a table says; what it leaves out is as in `limit`.
pub(super) fn limits(table: &Table<'_>, limit: Limits, faults: &mut Faults<'_>) -> Limits {
    let Some(table) = table.get("limits").and_then(|value| value.table(faults)) else {
        return limit;
    };
    table.keys_are(&LIMIT_KEYS, faults);
    let mut number =
        |key: &str, default| table.get(key).and_then(|value| value.whole(faults)).unwrap_or(default);
    Limits {
        failure: number("failure", limit.failure),
        inconclusive: number("inconclusive", limit.inconclusive),
        consecutive_error: number("consecutive_error", limit.consecutive_error),
    }
}

fn metric(name: &str, table: &Table<'_>, faults: &mut Faults<'_>) -> Option<Metric> {
    table.keys_are(&KEYS, faults);
    let query = table.get("query").and_then(|value| value.line(faults)).map(str::trim);
    if !table.has("query") {
        faults.add(
            table.offset,
            format!("metric {} has no `query`", quote(name)),
            "write it as in `query = 'sum(rate(errors_total[{window}]))'`",
        );
    }
    let min = table.get("min").and_then(|value| decimal(&value, faults));
    let max = table.get("max").and_then(|value| decimal(&value, faults));
    if let (Some(min), Some(max), Some(value)) = (min, max, table.get("max"))
        && min > max
    {
        faults.add(
            value.offset,
            "`max` is below `min`, so no value could be good",
            "exchange the two, or take one out",
        );
    }
    let compare_to_before = table.get("compare_to_before").and_then(|value| share(&value, faults));
    if !["min", "max", "compare_to_before"].iter().any(|key| table.has(key)) {
        faults.add(
            table.offset,
            format!("metric {} has no bound, so no value could be bad", quote(name)),
            "give it `min`, `max` or `compare_to_before`",
        );
    }
    let absent = table.get("absent");
    let absent = absent.and_then(|value| value.one_of(&Absent::ALL.map(Absent::name), faults));
    let reduce = table.get("reduce");
    let reduce = reduce.and_then(|value| value.one_of(&Reduce::ALL.map(Reduce::name), faults));
    let min_samples = table.get("min_samples").and_then(|value| value.whole(faults)).unwrap_or(1);
    Some(Metric {
        name: name.to_owned(),
        query: query?.to_owned(),
        min,
        max,
        compare_to_before,
        absent: named(&Absent::ALL, Absent::name, absent).unwrap_or(Absent::Inconclusive),
        reduce: named(&Reduce::ALL, Reduce::name, reduce),
        min_samples,
    })
}

fn named<T: Copy>(all: &[T], name: impl Fn(T) -> &'static str, wanted: Option<&str>) -> Option<T> {
    all.iter().copied().find(|one| Some(name(*one)) == wanted)
}

fn decimal(value: &Value<'_>, faults: &mut Faults<'_>) -> Option<Decimal> {
    let text = match value.inner() {
        DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str(),
        DeValue::Float(float) => float.as_str(),
        _ => {
            value.wrong("a number", "write it without quotes, as in `0.01`", faults);
            return None;
        }
    };
    let decimal = Decimal::parse(&text.replace('_', ""));
    if decimal.is_none() {
        faults.add(
            value.offset,
            format!("{} cannot be {}", quote(&value.key), quote(text)),
            "write a finite number of at most 30 digits, as in `0.01` or `1e-3`",
        );
    }
    decimal
}

/// Hundredths of a percent, from a text such as `10%`.
fn share(value: &Value<'_>, faults: &mut Faults<'_>) -> Option<u64> {
    const FORM: &str = "write how much it may differ from before, as in `\"10%\"`";
    if !value.inner().is_str() {
        value.wrong("a percentage", FORM, faults);
        return None;
    }
    let text = value.line(faults)?;
    let hundredths = text.trim().strip_suffix('%').map(str::trim_end).and_then(hundredths);
    if hundredths.is_none() {
        faults.add(
            value.offset,
            format!("{} cannot be {}", quote(&value.key), quote(text)),
            format!("{FORM}; at most 1000 %, with at most two decimals"),
        );
    }
    hundredths
}

fn hundredths(text: &str) -> Option<u64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(decimals) || decimals.len() > 2 {
        return None;
    }
    format!("{whole}{decimals:0<2}").parse().ok().filter(|hundredths| *hundredths <= LARGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_hundredths_of_a_percent() {
        for (text, expected) in
            [("10", Some(1_000)), ("0.5", Some(50)), ("0", Some(0)), ("1000", Some(LARGEST))]
        {
            assert_eq!(hundredths(text), expected, "{text}");
        }
        for text in ["", "-1", "1.234", "1001", "x", "1e1", ".5"] {
            assert_eq!(hundredths(text), None, "{text}");
        }
    }
}
