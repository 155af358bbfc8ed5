//! A percentage as a number of JSON. Not a figure to compare: that is done with the integers beside it.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::percent::Percent;

/// A percentage as a JSON number: the shortest decimal that is within hundredths, so 42.22 and 70.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Number(pub(super) Percent);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.hundredths() {
            whole if whole % 100 == 0 => serializer.serialize_u32(whole / 100),
            hundredths => serializer.serialize_f64(f64::from(hundredths) / 100.0),
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    /// Only what [`Serialize`] writes: nothing is rounded.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        let found = hundredths_near(number).filter(|hundredths| {
            let written = f64::from(*hundredths) / 100.0;
            written.to_bits() == number.to_bits()
        });
        found
            .and_then(Percent::from_hundredths)
            .map(Self)
            .ok_or_else(|| D::Error::custom(format!("{number} is no percentage in hundredths")))
    }
}

/// The hundredths that `number` stands for, if it stands for any.
fn hundredths_near(number: f64) -> Option<u32> {
    (0.0..=100.0).contains(&number).then(|| format!("{:.0}", number * 100.0).parse().ok())?
}

impl JsonSchema for Number {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Percentage".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "number", "minimum": 0, "maximum": 100})
    }
}
