//! What was seen of a candidate in one window, as it is written: see `wire`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::observation::{self as seen, Sign, Window};

use super::part::{Container, Written};

/// What was seen of a candidate in one window.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Observation {
    from: Timestamp,
    to: Timestamp,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    late: bool,
    running: Vec<Container>,
    readings: Vec<Reading>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    links: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Reading {
    rule: String,
    #[serde(serialize_with = "write_sign", deserialize_with = "read_sign")]
    #[schemars(with = "String", extend("enum" = Sign::ALL.map(Sign::name)))]
    sign: Sign,
    detail: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    samples: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    query: Option<String>,
}

impl Observation {
    /// As it is written.
    pub(super) fn of(observation: &seen::Observation) -> Self {
        let reading = |reading: &seen::Reading| Reading {
            rule: reading.rule.clone(),
            sign: reading.sign,
            detail: reading.detail.clone(),
            value: reading.value.clone(),
            samples: reading.samples,
            query: reading.query.clone(),
        };
        Self {
            from: observation.window.from(),
            to: observation.window.to(),
            late: observation.late,
            running: observation.running.iter().cloned().map(Container::of).collect(),
            readings: observation.readings.iter().map(reading).collect(),
            links: observation.links.clone(),
        }
    }
}

impl Written<seen::Observation> for Observation {
    fn read(self) -> Result<seen::Observation, String> {
        let reading = |Reading { rule, sign, detail, value, samples, query }| seen::Reading {
            rule,
            sign,
            detail,
            value,
            samples,
            query,
        };
        Ok(seen::Observation {
            window: window(self.from, self.to)?,
            late: self.late,
            running: self.running.into_iter().map(Container::read).collect(),
            readings: self.readings.into_iter().map(reading).collect(),
            links: self.links,
        })
    }
}

/// What decides how far a soak has come: which rules came to what, and what ran. What was measured, asked and said of
/// it is left out, which is most of the text.
#[derive(Debug, Deserialize)]
pub(super) struct Glance {
    from: Timestamp,
    to: Timestamp,
    #[serde(default)]
    late: bool,
    running: Vec<Container>,
    readings: Vec<Signed>,
}

#[derive(Debug, Deserialize)]
struct Signed {
    rule: String,
    #[serde(deserialize_with = "read_sign")]
    sign: Sign,
}

impl Written<seen::Observation> for Glance {
    fn read(self) -> Result<seen::Observation, String> {
        let reading = |Signed { rule, sign }| seen::Reading {
            rule,
            sign,
            detail: String::new(),
            value: None,
            samples: None,
            query: None,
        };
        Ok(seen::Observation {
            window: window(self.from, self.to)?,
            late: self.late,
            running: self.running.into_iter().map(Container::read).collect(),
            readings: self.readings.into_iter().map(reading).collect(),
            links: Vec::new(),
        })
    }
}

fn window(from: Timestamp, to: Timestamp) -> Result<Window, String> {
    Window::new(from, to).ok_or_else(|| "its window is empty".to_owned())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields on by reference")]
fn write_sign<S: Serializer>(sign: &Sign, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(sign.name())
}

fn read_sign<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Sign, D::Error> {
    let name = <&str>::deserialize(deserializer)?;
    Sign::from_name(name).ok_or_else(|| D::Error::custom(format!("there is no sign `{name}`")))
}
