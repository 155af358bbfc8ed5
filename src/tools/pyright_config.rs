//! What pyright's configuration switches off or down, and the configuration without that.
//!
//! Not here: finding and reading the files; whether anything is hidden (`pyright::evidence` compares).
//!
//! The file in force is the nearest `pyrightconfig.json` from the working folder upwards; only where
//! there is none, the nearest `pyproject.toml`. It may extend others, which the caller reads in turn.
//! The hard part: the second configuration lies elsewhere, and what it names must be what the first
//! one names, or imports fail and the comparison shows findings that nobody hides.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::ending;
use crate::model::reason::Reason;
use crate::model::toolchain::Tool;

/// Rules that are errors in standard mode (pyright 1.1.414).
const ERRORS: [&str; 34] = [
    "reportGeneralTypeIssues",
    "reportFunctionMemberAccess",
    "reportMissingImports",
    "reportInvalidTypeForm",
    "reportAbstractUsage",
    "reportArgumentType",
    "reportAssertTypeFailure",
    "reportAssignmentType",
    "reportAttributeAccessIssue",
    "reportCallIssue",
    "reportInconsistentOverload",
    "reportIndexIssue",
    "reportInvalidTypeArguments",
    "reportNoOverloadImplementation",
    "reportOperatorIssue",
    "reportOptionalSubscript",
    "reportOptionalMemberAccess",
    "reportOptionalCall",
    "reportOptionalIterable",
    "reportOptionalContextManager",
    "reportOptionalOperand",
    "reportRedeclaration",
    "reportReturnType",
    "reportTypedDictNotRequiredAccess",
    "reportPrivateImportUsage",
    "reportIncompatibleMethodOverride",
    "reportIncompatibleVariableOverride",
    "reportOverlappingOverload",
    "reportPossiblyUnboundVariable",
    "reportUnboundVariable",
    "reportUnhashable",
    "reportUndefinedVariable",
    "reportUnusedCoroutine",
    "reportUnusedExcept",
];
/// Rules that are warnings in standard mode.
const WARNINGS: [&str; 8] = [
    "reportMissingModuleSource",
    "reportWildcardImportFromLibrary",
    "reportInvalidStringEscapeSequence",
    "reportInvalidTypeVarUse",
    "reportAssertAlwaysTrue",
    "reportSelfClsParameterName",
    "reportUnsupportedDunderAll",
    "reportUnusedExpression",
];
/// Of the errors, those that are off in basic mode.
const NOT_IN_BASIC: [&str; 5] = [
    "reportFunctionMemberAccess",
    "reportIncompatibleMethodOverride",
    "reportIncompatibleVariableOverride",
    "reportOverlappingOverload",
    "reportPossiblyUnboundVariable",
];
/// Switches that are on in standard mode and let pyright see more.
const SWITCHES: [&str; 3] =
    ["analyzeUnannotatedFunctions", "strictParameterNoneValue", "disableBytesTypePromotions"];

/// A configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFile {
    /// Its absolute path.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// What a configuration lowers below pyright's standard mode.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Weakening {
    /// The settings, sorted; empty where there are none.
    pub lowered: Vec<String>,
    /// Whether the project asks for basic mode, which is accepted.
    pub basic: bool,
}

impl Weakening {
    /// Whether only a second run can tell if findings are hidden.
    pub fn needs_comparison(&self) -> bool {
        !self.lowered.is_empty()
    }

    /// Remarks for people.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.basic {
            notes.push("checked in basic mode".to_owned());
        }
        if self.needs_comparison() {
            notes.push(format!(
                "the configuration lowers {}, which hides nothing here",
                self.lowered.join(", ")
            ));
        }
        notes
    }
}

/// The settings in a file; `None` for a `pyproject.toml` that has none for pyright.
fn settings(file: &ConfigFile) -> Result<Option<Map<String, Value>>, Reason> {
    let name = file.path.rsplit('/').next().unwrap_or(&file.path);
    let wrong = |fault: String| ending::config_invalid(Tool::Pyright, Some(&format!("`{name}`: {fault}")));
    if Path::new(name).extension() != Some(OsStr::new("toml")) {
        let value =
            serde_json::from_str(&without_comments(&file.text)).map_err(|fault| wrong(fault.to_string()))?;
        return match value {
            Value::Object(settings) => Ok(Some(settings)),
            _ => Err(wrong("it is no object".into())),
        };
    }
    let table: toml::Table =
        file.text.parse().map_err(|fault: toml::de::Error| wrong(fault.message().to_owned()))?;
    let Some(own) = table.get("tool").and_then(|tool| tool.get("pyright")) else { return Ok(None) };
    match serde_json::to_value(own) {
        Ok(Value::Object(settings)) => Ok(Some(settings)),
        Ok(_) => Err(wrong("`tool.pyright` is no table".into())),
        Err(fault) => Err(wrong(fault.to_string())),
    }
}

/// The absolute path of the file that `file` extends.
pub fn extended(file: &ConfigFile) -> Result<Option<String>, Reason> {
    let settings = settings(file)?.unwrap_or_default();
    Ok(settings.get("extends").and_then(Value::as_str).map(|path| resolved(folder(&file.path), path)))
}

/// What the configuration weakens. `chain` is the file in force, then the one it extends, and so on.
pub fn weakening(chain: &[ConfigFile]) -> Result<Weakening, Reason> {
    let merged = merged(chain)?;
    let mode = mode(&merged);
    let mut lowered: BTreeSet<String> = lowered(&merged, mode);
    for environment in environments(&merged) {
        lowered.extend(self::lowered(environment, mode));
    }
    if mode == Mode::Off {
        lowered.insert("typeCheckingMode".to_owned());
    }
    if merged.get("ignore").is_some_and(|ignore| ignore.as_array().is_none_or(|list| !list.is_empty())) {
        lowered.insert("ignore".to_owned());
    }
    Ok(Weakening { lowered: lowered.into_iter().collect(), basic: mode == Mode::Basic })
}

/// The text of a configuration file, to be written anywhere, that has the project's settings without
/// what [`weakening`] found. `chain` must not be empty.
pub fn unweakened(chain: &[ConfigFile]) -> Result<String, Reason> {
    let Some(in_force) = chain.first() else { return Ok("{}".to_owned()) };
    let merged = merged(chain)?;
    let mode = mode(&merged);
    let root = folder(&in_force.path);
    let mut own = Map::new();
    own.insert("extends".into(), json!(in_force.path));
    own.insert("typeCheckingMode".into(), json!(if mode == Mode::Off { "standard" } else { mode.name() }));
    own.insert("ignore".into(), json!([]));
    // Imports of the project are looked for beside its configuration, and in `src` unless it says more.
    let mut extra = vec![json!(root)];
    match merged.get("extraPaths").and_then(Value::as_array) {
        Some(paths) => extra.extend(paths.iter().cloned()),
        None => extra.push(json!(resolved(root, "src"))),
    }
    own.insert("extraPaths".into(), json!(extra));
    if !merged.contains_key("stubPath") {
        own.insert("stubPath".into(), json!(resolved(root, "typings")));
    }
    let environments: Vec<Value> = environments(&merged).map(|one| neutral(one, &merged)).collect();
    if !environments.is_empty() {
        own.insert("executionEnvironments".into(), json!(environments));
    }
    for setting in lowered(&merged, mode) {
        let standard = standard(&setting, mode).map_or(json!(true), |level| json!(level.name()));
        own.insert(setting, standard);
    }
    Ok(Value::Object(own).to_string())
}

/// An execution environment without rules of its own.
fn neutral(environment: &Map<String, Value>, merged: &Map<String, Value>) -> Value {
    let kept = ["root", "extraPaths", "pythonVersion", "pythonPlatform", "name"];
    let mut neutral: Map<String, Value> = environment.clone();
    neutral.retain(|key, _| kept.contains(&key.as_str()));
    if let (false, Some(paths)) = (neutral.contains_key("extraPaths"), merged.get("extraPaths")) {
        neutral.insert("extraPaths".into(), paths.clone());
    }
    Value::Object(neutral)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Off,
    Basic,
    Standard,
    Strict,
}

impl Mode {
    fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Basic => "basic",
            Self::Standard => "standard",
            Self::Strict => "strict",
        }
    }
}

fn mode(settings: &Map<String, Value>) -> Mode {
    match settings.get("typeCheckingMode").and_then(Value::as_str) {
        Some("off") => Mode::Off,
        Some("basic") => Mode::Basic,
        Some("strict") => Mode::Strict,
        // Pyright itself complains about other words, and then takes standard.
        Some(_) | None => Mode::Standard,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum RuleLevel {
    None,
    Information,
    Warning,
    Error,
}

impl RuleLevel {
    fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Information => "information",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    fn of(value: &Value) -> Self {
        match value {
            Value::Bool(true) => Self::Error,
            Value::String(word) => {
                let all = [Self::Information, Self::Warning, Self::Error];
                all.into_iter().find(|level| level.name() == word).unwrap_or(Self::None)
            }
            _ => Self::None,
        }
    }
}

/// The level that a rule has where the project says nothing; `None` for a switch.
fn standard(rule: &str, mode: Mode) -> Option<RuleLevel> {
    if SWITCHES.contains(&rule) {
        return None;
    }
    Some(match rule {
        _ if mode == Mode::Basic && NOT_IN_BASIC.contains(&rule) => RuleLevel::None,
        _ if ERRORS.contains(&rule) => RuleLevel::Error,
        _ if WARNINGS.contains(&rule) => RuleLevel::Warning,
        _ => RuleLevel::None,
    })
}

fn lowered(settings: &Map<String, Value>, mode: Mode) -> BTreeSet<String> {
    let below = |(key, value): &(&String, &Value)| match standard(key, mode) {
        None => **value == Value::Bool(false),
        Some(level) => key.starts_with("report") && RuleLevel::of(value) < level,
    };
    settings.iter().filter(below).map(|(key, _)| key.clone()).collect()
}

fn environments(settings: &Map<String, Value>) -> impl Iterator<Item = &Map<String, Value>> {
    let list = settings.get("executionEnvironments").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_object)
}

/// The settings of the whole chain, with absolute paths where the second configuration repeats them.
fn merged(chain: &[ConfigFile]) -> Result<Map<String, Value>, Reason> {
    let mut merged: BTreeMap<String, Value> = BTreeMap::new();
    for file in chain.iter().rev() {
        let from = folder(&file.path);
        for (key, mut value) in settings(file)?.unwrap_or_default() {
            match key.as_str() {
                "extraPaths" => absolute(from, &mut value),
                "executionEnvironments" => {
                    for environment in value.as_array_mut().into_iter().flatten() {
                        for key in ["root", "extraPaths"] {
                            if let Some(value) = environment.get_mut(key) {
                                absolute(from, value);
                            }
                        }
                    }
                }
                _ => {}
            }
            merged.insert(key, value);
        }
    }
    Ok(merged.into_iter().collect())
}

fn absolute(from: &str, value: &mut Value) {
    match value {
        Value::String(path) => *path = resolved(from, path),
        Value::Array(list) => list.iter_mut().for_each(|value| absolute(from, value)),
        _ => {}
    }
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// `path` as seen from the folder `from`. A leading `~` or `${…}` is pyright's to resolve.
fn resolved(from: &str, path: &str) -> String {
    if path.starts_with(['/', '~', '$']) {
        return path.to_owned();
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.len() > 1 => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// JSON as pyright takes it, with comments and trailing commas, made plain.
fn without_comments(text: &str) -> String {
    let text = text.trim_start_matches('\u{feff}');
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let taken = if next == '"' {
            let mut escaped = false;
            let end = rest[1..].find(|c: char| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            });
            end.map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("//") {
            rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
            continue;
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.find("*/").map_or("", |end| &comment[end + 2..]);
            continue;
        } else {
            if matches!(next, '}' | ']') && plain.trim_end().ends_with(',') {
                plain.truncate(plain.trim_end().len() - 1);
            }
            next.len_utf8()
        };
        plain.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Vec<ConfigFile> {
        vec![ConfigFile { path: "/p/pyrightconfig.json".into(), text: text.into() }]
    }

    fn lowered_by(text: &str) -> Vec<String> {
        weakening(&json(text)).expect("a configuration").lowered
    }

    #[test]
    fn what_is_below_standard_mode_is_seen() {
        for (text, seen) in [
            (r#"{"typeCheckingMode": "off"}"#, "typeCheckingMode"),
            (r#"{"reportReturnType": "information"}"#, "reportReturnType"),
            (r#"{"reportReturnType": "warning"}"#, "reportReturnType"),
            (r#"{"reportReturnType": false}"#, "reportReturnType"),
            (r#"{"reportMissingModuleSource": "none"}"#, "reportMissingModuleSource"),
            (r#"{"ignore": ["src"]}"#, "ignore"),
            (r#"{"analyzeUnannotatedFunctions": false}"#, "analyzeUnannotatedFunctions"),
            (r#"{"executionEnvironments": [{"root": "src", "reportCallIssue": "none"}]}"#, "reportCallIssue"),
            (r#"{"typeCheckingMode": "strict", "reportCallIssue": "none"}"#, "reportCallIssue"),
        ] {
            assert_eq!(lowered_by(text), [seen], "{text}");
        }
    }

    #[test]
    fn what_is_at_or_above_standard_mode_is_no_weakening() {
        for text in [
            "{}",
            r#"{"typeCheckingMode": "standard"}"#,
            r#"{"typeCheckingMode": "strict"}"#,
            r#"{"typeCheckingMode": "strict", "reportUnusedImport": false}"#,
            r#"{"reportReturnType": "error", "reportUnusedImport": "warning", "reportCallIssue": true}"#,
            r#"{"reportMissingModuleSource": "warning", "reportUnknownMemberType": "none"}"#,
            r#"{"ignore": [], "exclude": ["x"], "strict": ["src"], "analyzeUnannotatedFunctions": true}"#,
            r#"{"pythonVersion": "3.11", "venvPath": ".", "executionEnvironments": [{"root": "src"}]}"#,
        ] {
            assert!(lowered_by(text).is_empty(), "{text}");
        }
        assert!(!weakening(&[]).expect("none").needs_comparison());
    }

    #[test]
    fn basic_mode_is_accepted_and_noted() {
        let basic = weakening(&json(r#"{"typeCheckingMode": "basic", "reportOverlappingOverload": "none"}"#));
        let basic = basic.expect("a configuration");
        assert!(!basic.needs_comparison());
        assert_eq!(basic.notes(), ["checked in basic mode"]);
    }

    #[test]
    fn comments_and_trailing_commas_are_read_as_pyright_reads_them() {
        let text = "\u{feff}// one\n{ /* two, } */ \"ignore\": [\"a//b\", \"c\\\", ]\", ], // three\n \"typeCheckingMode\": \"off\" , /* x */ }";
        assert_eq!(lowered_by(text), ["ignore", "typeCheckingMode"]);
        assert_eq!(without_comments(r#"{"a": ",}", "b": "/*",}"#), r#"{"a": ",}", "b": "/*"}"#);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_a_wrong_configuration() {
        for text in ["{", "[]", "{\"a\": \"", "/*", ""] {
            assert!(weakening(&json(text)).is_err(), "{text}");
        }
        let toml = ConfigFile { path: "/p/pyproject.toml".into(), text: "[tool.pyright".into() };
        assert!(weakening(&[toml]).is_err());
    }

    #[test]
    fn a_pyproject_without_settings_for_pyright_weakens_nothing() {
        let toml = |text: &str| vec![ConfigFile { path: "/p/pyproject.toml".into(), text: text.into() }];
        assert!(!weakening(&toml("[project]\nname = \"x\"\n")).expect("settings").needs_comparison());
        let off = weakening(&toml("[tool.pyright]\ntypeCheckingMode = \"off\"\n")).expect("settings");
        assert_eq!(off.lowered, ["typeCheckingMode"]);
    }

    #[test]
    fn what_an_extended_file_lowers_is_seen_unless_the_first_lifts_it() {
        let base = ConfigFile {
            path: "/p/base/b.json".into(),
            text: r#"{"reportCallIssue": "none", "ignore": ["x"]}"#.into(),
        };
        let mut chain = json(r#"{"extends": "base/../base/b.json", "ignore": []}"#);
        assert_eq!(extended(&chain[0]).expect("settings").as_deref(), Some("/p/base/b.json"));
        chain.push(base);
        assert_eq!(weakening(&chain).expect("settings").lowered, ["reportCallIssue"]);
        assert_eq!(extended(&chain[1]).expect("settings"), None);
    }

    #[test]
    fn the_second_configuration_lifts_what_is_lowered_and_finds_the_same_imports() {
        let text =
            unweakened(&json(r#"{"typeCheckingMode": "off", "reportCallIssue": "none", "ignore": ["src"]}"#));
        let got: Value = serde_json::from_str(&text.expect("text")).expect("json");
        let want = json!({
            "extends": "/p/pyrightconfig.json", "typeCheckingMode": "standard", "ignore": [],
            "extraPaths": ["/p", "/p/src"], "stubPath": "/p/typings", "reportCallIssue": "error",
        });
        assert_eq!(got, want);
    }

    #[test]
    fn paths_in_the_second_configuration_are_those_of_the_file_that_names_them() {
        let mut chain = json(r#"{"extends": "base/b.json", "stubPath": "stubs"}"#);
        let base = r#"{"extraPaths": ["../lib"], "executionEnvironments": [{"root": "../src", "reportCallIssue": "none"}]}"#;
        chain.push(ConfigFile { path: "/p/base/b.json".into(), text: base.into() });
        let got: Value = serde_json::from_str(&unweakened(&chain).expect("text")).expect("json");
        assert_eq!(got["extraPaths"], json!(["/p", "/p/lib"]));
        assert_eq!(got["executionEnvironments"], json!([{"root": "/p/src", "extraPaths": ["/p/lib"]}]));
        assert_eq!(got.get("stubPath"), None);
    }

    #[test]
    fn the_recorded_second_configurations_are_the_ones_that_we_write() {
        // `record.py` holds the same; a change here needs new recordings.
        let text = unweakened(&json(r#"{"reportReturnType": "none", "reportAssignmentType": false}"#))
            .expect("text");
        let got: Value = serde_json::from_str(&text).expect("json");
        let want = json!({
            "extends": "/p/pyrightconfig.json", "typeCheckingMode": "standard", "ignore": [],
            "extraPaths": ["/p", "/p/src"], "stubPath": "/p/typings",
            "reportReturnType": "error", "reportAssignmentType": "error",
        });
        assert_eq!(got, want);
    }

    proptest::proptest! {
        #[test]
        fn text_that_looks_like_comments_or_commas_is_kept(words in proptest::collection::vec("[a/*,\\]} \"\\\\\n\u{e9}]{0,8}", 0..6)) {
            let plain = serde_json::to_string(&words).expect("json");
            proptest::prop_assert_eq!(without_comments(&plain), plain);
        }
    }
}
