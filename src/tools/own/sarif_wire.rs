//! SARIF 2.1.0 as it is written: what of it is read. What is `null` is as good as absent.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

/// The document.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document {
    pub(super) version: String,
    /// What belongs to runs and does not stand in them.
    #[serde(default, deserialize_with = "or_none")]
    pub(super) inline_external_properties: Vec<IgnoredAny>,
    #[serde(default, deserialize_with = "or_none")]
    pub(super) runs: Vec<Run>,
}

/// One run of one tool.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run {
    pub(super) tool: Tool,
    /// `None`: nothing was looked for.
    pub(super) results: Option<Vec<Outcome>>,
    #[serde(default, deserialize_with = "or_none")]
    pub(super) invocations: Vec<Invocation>,
    #[serde(default, deserialize_with = "or_none")]
    pub(super) artifacts: Vec<Artifact>,
    #[serde(default, deserialize_with = "or_none")]
    pub(super) original_uri_base_ids: BTreeMap<String, Location>,
    pub(super) external_property_file_references: Option<Elsewhere>,
}

/// What stands in other files.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Elsewhere {
    pub(super) results: Option<IgnoredAny>,
    pub(super) artifacts: Option<IgnoredAny>,
    pub(super) invocations: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Tool {
    pub(super) driver: Driver,
    #[serde(default, deserialize_with = "or_none")]
    pub(super) extensions: Vec<Extension>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Driver {
    pub(super) name: String,
    #[serde(default, deserialize_with = "or_none")]
    pub(super) rules: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Extension {
    #[serde(default, deserialize_with = "or_none")]
    pub(super) rules: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule {
    #[serde(default, deserialize_with = "or_none")]
    pub(super) id: String,
    pub(super) default_configuration: Option<Configuration>,
    #[serde(default, deserialize_with = "or_none")]
    pub(super) message_strings: BTreeMap<String, Message>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Configuration {
    pub(super) level: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation {
    pub(super) execution_successful: bool,
    #[serde(default, deserialize_with = "or_none")]
    pub(super) tool_execution_notifications: Vec<Notification>,
    #[serde(default, deserialize_with = "or_none")]
    pub(super) tool_configuration_notifications: Vec<Notification>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Notification {
    pub(super) level: Option<String>,
    #[serde(default, deserialize_with = "or_none")]
    pub(super) message: Message,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Message {
    pub(super) text: Option<String>,
    pub(super) markdown: Option<String>,
    pub(super) id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Artifact {
    #[serde(default, deserialize_with = "or_none")]
    pub(super) location: Location,
    #[serde(default, deserialize_with = "or_none")]
    pub(super) roles: Vec<String>,
}

/// `artifactLocation`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location {
    pub(super) uri: Option<String>,
    pub(super) uri_base_id: Option<String>,
    pub(super) index: Option<i64>,
}

/// `result`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Outcome {
    pub(super) rule_id: Option<String>,
    pub(super) rule_index: Option<i64>,
    pub(super) rule: Option<RuleReference>,
    pub(super) kind: Option<String>,
    pub(super) level: Option<String>,
    #[serde(default, deserialize_with = "or_none")]
    pub(super) message: Message,
    #[serde(default, deserialize_with = "or_none")]
    pub(super) locations: Vec<Place>,
    #[serde(default, deserialize_with = "or_none")]
    pub(super) suppressions: Vec<Suppression>,
    pub(super) baseline_state: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RuleReference {
    pub(super) id: Option<String>,
    pub(super) index: Option<i64>,
    pub(super) tool_component: Option<ComponentReference>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ComponentReference {
    pub(super) index: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Place {
    pub(super) physical_location: Option<PhysicalLocation>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PhysicalLocation {
    pub(super) artifact_location: Option<Location>,
    pub(super) region: Option<Region>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region {
    pub(super) start_line: Option<i64>,
    pub(super) start_column: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Suppression {
    pub(super) status: Option<String>,
}

fn or_none<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
