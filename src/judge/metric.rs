//! A metric against its bounds: (what was asked for, what the source said) to a reading. Pure and total.
//!
//! Nothing that is not a number within the bounds, with enough samples behind it, is ever good. Numbers are compared as
//! they are written, digit by digit. Of no data, and of too few samples, it is not known what they mean; only the
//! policy may say that they are bad, or that no data is zero.

use crate::model::decimal::Decimal;
use crate::model::observation::{Reading, Sign};
use crate::model::watch::{Absent, Metric, Reduce, Sampled, Unsampled};

/// What a source said of a metric now, and at the deployment where that is asked for.
#[derive(Debug, Clone)]
pub struct Answers {
    /// Now.
    pub now: Result<Sampled, Unsampled>,
    /// At the deployment; `None` where nobody asks.
    pub before: Option<Result<Sampled, Unsampled>>,
}

/// A value as a sum of series and their number, so that a mean needs no division.
#[derive(Debug, Clone, Copy)]
struct Figure {
    sum: Decimal,
    count: u64,
}

impl Figure {
    fn one(number: Decimal) -> Self {
        Self { sum: number, count: 1 }
    }

    fn text(self) -> String {
        if self.count == 1 { self.sum.to_string() } else { format!("{} / {}", self.sum, self.count) }
    }
}

/// What the value is, apart from its bounds.
enum Value {
    Number(Figure),
    /// `+Inf` or `-Inf`: beyond one of the bounds, and no measurement.
    Endless {
        is_negative: bool,
    },
}

/// Why there is no value: what it means, and why.
type Without = (Sign, String);

/// The reading of a metric; `query` is what was asked.
pub fn metric(metric: &Metric, query: &str, answers: &Answers) -> Reading {
    let samples = answers.now.as_ref().ok().and_then(|sampled| sampled.samples);
    let value = value(metric, &answers.now);
    let shown = match &value {
        Ok(Value::Number(figure)) => Some(figure.text()),
        Ok(Value::Endless { .. }) | Err(_) => answers.now.as_ref().ok().and_then(written),
    };
    let (sign, detail) = match value {
        Ok(value) => judged(metric, &value, answers),
        Err(without) => without,
    };
    Reading { rule: metric.rule(), sign, detail, value: shown, samples, query: Some(query.to_owned()) }
}

fn written(sampled: &Sampled) -> Option<String> {
    match &sampled.values[..] {
        [one] => Some(one.chars().take(40).collect()),
        _ => None,
    }
}

fn value(metric: &Metric, answer: &Result<Sampled, Unsampled>) -> Result<Value, Without> {
    let sampled = match answer {
        Ok(sampled) => sampled,
        Err(Unsampled::Unreachable(why)) => {
            return Err((Sign::Unreachable, format!("Prometheus could not be asked: {why}")));
        }
        Err(Unsampled::Useless(why)) => {
            return Err((Sign::Unknown, format!("Prometheus gave no figure: {why}")));
        }
    };
    if sampled.values.is_empty() {
        return match metric.absent {
            Absent::Inconclusive => Err((Sign::Unknown, "there is no data".to_owned())),
            Absent::Fail => {
                Err((Sign::Bad, "there is no data, which the policy takes for a failure".to_owned()))
            }
            Absent::Zero => Ok(Value::Number(Figure::one(Decimal::ZERO))),
        };
    }
    enough(metric, sampled)?;
    reduced(metric, &sampled.values)
}

fn enough(metric: &Metric, sampled: &Sampled) -> Result<(), Without> {
    let least = metric.min_samples;
    match sampled.samples {
        _ if least == 0 => Ok(()),
        Some(count) if count >= least => Ok(()),
        Some(count) => Err((Sign::Unknown, format!("{count} samples stand behind it, {least} are needed"))),
        None => {
            let detail =
                "the server does not tell how many samples stand behind it; `min_samples = 0` does not ask";
            Err((Sign::Unknown, detail.to_owned()))
        }
    }
}

fn reduced(metric: &Metric, values: &[String]) -> Result<Value, Without> {
    let unknown = |why: String| Err((Sign::Unknown, why));
    let [first, rest @ ..] = values else { return unknown("there is no data".to_owned()) };
    if !rest.is_empty() && metric.reduce.is_none() {
        return unknown(format!(
            "{} series where one was expected; `reduce` can make one of them",
            values.len()
        ));
    }
    if let Some(is_negative) = is_endless(first).filter(|_| rest.is_empty()) {
        return Ok(Value::Endless { is_negative });
    }
    let mut numbers = Vec::new();
    for text in values {
        let Some(number) = Decimal::parse(text) else {
            let text: String = text.chars().take(40).collect();
            return unknown(format!("`{text}` is no number to rely on"));
        };
        numbers.push(number);
    }
    let count = numbers.len() as u64;
    let sum = || numbers.iter().try_fold(Decimal::ZERO, |sum, number| sum.plus(*number));
    let figure = match metric.reduce {
        _ if rest.is_empty() => numbers.first().copied().map(Figure::one),
        Some(Reduce::Max) => numbers.iter().max().copied().map(Figure::one),
        Some(Reduce::Min) => numbers.iter().min().copied().map(Figure::one),
        Some(Reduce::Sum) => sum().map(Figure::one),
        Some(Reduce::Avg) => sum().map(|sum| Figure { sum, count }),
        None => None,
    };
    figure.map(Value::Number).ok_or_else(|| (Sign::Unknown, "the series cannot be added exactly".to_owned()))
}

/// Whether it is `-Inf`; `None` where it is neither that nor `+Inf`.
fn is_endless(text: &str) -> Option<bool> {
    match text {
        "+Inf" | "Inf" => Some(false),
        "-Inf" => Some(true),
        _ => None,
    }
}

fn judged(metric: &Metric, value: &Value, answers: &Answers) -> (Sign, String) {
    let figure = match value {
        Value::Number(figure) => *figure,
        Value::Endless { is_negative } => {
            let is_broken = if *is_negative { metric.min.is_some() } else { metric.max.is_some() };
            let word = if *is_negative { "-Inf" } else { "+Inf" };
            return if is_broken {
                (Sign::Bad, format!("{word} is beyond the bound"))
            } else {
                (Sign::Unknown, format!("`{word}` is no number to rely on"))
            };
        }
    };
    let shown = figure.text();
    let beyond = |bound: Decimal, is_bad: fn(std::cmp::Ordering) -> bool| {
        Some(is_bad(figure.sum.cmp(&bound.times(u128::from(figure.count))?)))
    };
    let mut met = Vec::new();
    let bounds = [
        (metric.min, "at least", (|order| order.is_lt()) as fn(std::cmp::Ordering) -> bool),
        (metric.max, "at most", |order| order.is_gt()),
    ];
    for (bound, words, is_bad) in bounds {
        let Some(bound) = bound else { continue };
        match beyond(bound, is_bad) {
            Some(true) => return (Sign::Bad, format!("{shown}, must be {words} {bound}")),
            Some(false) => met.push(format!("{words} {bound}")),
            None => return (Sign::Unknown, format!("{shown} cannot be compared exactly")),
        }
    }
    if let (Some(share), Some(before)) = (metric.compare_to_before, &answers.before) {
        match compared(metric, figure, before, share) {
            Ok(words) => met.push(words),
            Err((sign, why)) => return (sign, format!("{shown}; {why}")),
        }
    }
    if met.is_empty() {
        return (Sign::Unknown, format!("{shown}, and nothing says what is good"));
    }
    (Sign::Good, format!("{shown} ({})", met.join(", ")))
}

/// That a figure is near enough to what it was before: as far away as `share` of that, and no further.
fn compared(
    metric: &Metric,
    now: Figure,
    before: &Result<Sampled, Unsampled>,
    share: u64,
) -> Result<String, Without> {
    let before = match value(metric, before) {
        Ok(Value::Number(before)) => before,
        Ok(Value::Endless { .. }) => {
            return Err((Sign::Unknown, "what it was at the deployment is endless".to_owned()));
        }
        Err((Sign::Unreachable, why)) => {
            return Err((Sign::Unreachable, format!("at the deployment: {why}")));
        }
        Err((_, why)) => return Err((Sign::Unknown, format!("at the deployment: {why}"))),
    };
    let percent = Decimal::parse(&format!("{share}e-2")).unwrap_or(Decimal::ZERO);
    let words = format!("within {percent} % of {}", before.text());
    match is_near(now, before, share) {
        Some(true) => Ok(words),
        Some(false) => Err((Sign::Bad, format!("must be {words}, which it was at the deployment"))),
        None => Err((Sign::Unknown, "it cannot be compared exactly with what it was".to_owned())),
    }
}

/// |now - before| <= share of |before|, with both sides multiplied by both counts; `None` where that has too many
/// digits.
fn is_near(now: Figure, before: Figure, share: u64) -> Option<bool> {
    let scaled_before = before.sum.times(u128::from(now.count))?;
    let difference = now.sum.times(u128::from(before.count))?.plus(scaled_before.negated())?.magnitude();
    let allowed = scaled_before.magnitude().share(share)?;
    Some(difference <= allowed)
}

#[cfg(test)]
mod tests;
