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
use super::pyright_rules::{Mode, lowered, mode, standard};
use crate::model::reason::Reason;
use crate::model::toolchain::Tool;

/// Settings by which pyright takes code for unreachable, and says nothing about it.
const ASSUMPTIONS: [&str; 3] = ["defineConstant", "pythonVersion", "pythonPlatform"];
/// Back to the root, from wherever the second configuration lies: what is more than enough does no harm.
const TO_THE_ROOT: usize = 128;

/// A configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFile {
    /// Its absolute path.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// What the code runs on, in pyright's terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InUse<'a> {
    /// The version of the interpreter, such as `3.12.1`; `None` where it is not known.
    pub version: Option<&'a str>,
    /// The platform; `None` where pyright has no word for it.
    pub platform: Option<&'a str>,
}

impl<'a> InUse<'a> {
    /// An interpreter of this version, here.
    pub fn here(version: Option<&'a str>) -> Self {
        let platform = match std::env::consts::OS {
            "linux" => Some("Linux"),
            "macos" => Some("Darwin"),
            "windows" => Some("Windows"),
            _ => None,
        };
        Self { version, platform }
    }

    /// Whether the version is this one and more exact. `3.11` alone makes pyright take what stands under
    /// `version_info < (3, 11, 99)` for unreachable.
    fn begins_with(self, version: &Value) -> bool {
        let rest = self.version.zip(version.as_str()).and_then(|(used, part)| used.strip_prefix(part));
        rest.is_some_and(|rest| rest.starts_with('.'))
    }
}

/// What a configuration lowers below pyright's standard mode, or assumes that is not so here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Weakening {
    /// The settings, sorted; empty where there are none.
    pub lowered: Vec<String>,
    /// Whether the project asks for basic mode, which is accepted.
    pub basic: bool,
    /// The version in use, where the project's is only its beginning; pyright must then be told.
    pub version: Option<String>,
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
                "the configuration sets {}, which hides nothing here",
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
pub fn weakening(chain: &[ConfigFile], in_use: InUse<'_>) -> Result<Weakening, Reason> {
    let merged = merged(chain)?;
    let mode = mode(&merged);
    let mut lowered: BTreeSet<String> = lowered(&merged, mode);
    lowered.extend(assumed(&merged, in_use));
    for environment in environments(&merged) {
        lowered.extend(self::lowered(environment, mode));
    }
    if mode == Mode::Off {
        lowered.insert("typeCheckingMode".to_owned());
    }
    if merged.get("ignore").is_some_and(|ignore| ignore.as_array().is_none_or(|list| !list.is_empty())) {
        lowered.insert("ignore".to_owned());
    }
    let in_part = merged.get("pythonVersion").is_some_and(|version| in_use.begins_with(version));
    let version = in_use.version.filter(|_| in_part).map(str::to_owned);
    Ok(Weakening { lowered: lowered.into_iter().collect(), basic: mode == Mode::Basic, version })
}

/// What the settings assume, here and in their execution environments, that is not so in use.
fn assumed(merged: &Map<String, Value>, in_use: InUse<'_>) -> BTreeSet<String> {
    let differs = |settings: &Map<String, Value>, key: &str| {
        settings.get(key).is_some_and(|value| match key {
            "pythonVersion" => in_use.version.is_none_or(|used| value != used),
            "pythonPlatform" => in_use.platform.is_none_or(|used| value != used),
            _ => value.as_object().is_none_or(|constants| !constants.is_empty()),
        })
    };
    // What is said for all may be in part: the command line says the rest.
    let for_all = |key: &str| {
        differs(merged, key)
            && !(key == "pythonVersion" && merged.get(key).is_some_and(|version| in_use.begins_with(version)))
    };
    let one = |key: &str| environments(merged).any(|environment| differs(environment, key));
    ASSUMPTIONS.into_iter().filter(|key| for_all(key) || one(key)).map(str::to_owned).collect()
}

/// The text of a configuration file, to be written anywhere, that has the project's settings without
/// what [`weakening`] found. `chain` must not be empty.
pub fn unweakened(chain: &[ConfigFile], in_use: InUse<'_>) -> Result<String, Reason> {
    let Some(in_force) = chain.first() else { return Ok("{}".to_owned()) };
    let merged = merged(chain)?;
    let mode = mode(&merged);
    let root = folder(&in_force.path);
    let mut own = if assumed(&merged, in_use).is_empty() {
        Map::from_iter([("extends".to_owned(), json!(in_force.path))])
    } else {
        without_assumptions(&merged)
    };
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

/// The settings without [`ASSUMPTIONS`], so that pyright asks the interpreter. They are repeated because
/// a constant that an extended file defines stays defined, whatever the extending one says.
fn without_assumptions(merged: &Map<String, Value>) -> Map<String, Value> {
    let mut own = merged.clone();
    // The files to analyse are named, and none of them is excluded, else the first run had proven nothing.
    let left_out = ["extends", "include", "exclude", "executionEnvironments"];
    own.retain(|key, _| !left_out.contains(&key.as_str()) && !ASSUMPTIONS.contains(&key.as_str()));
    // An absolute path is rejected here, and nowhere else.
    for path in own.get_mut("strict").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(below) = path.as_str().and_then(|path| path.strip_prefix('/')) {
            *path = json!(format!("{}{below}", "../".repeat(TO_THE_ROOT)));
        }
    }
    own
}

/// An execution environment without rules and assumptions of its own.
fn neutral(environment: &Map<String, Value>, merged: &Map<String, Value>) -> Value {
    let kept = ["root", "extraPaths", "name"];
    let mut neutral: Map<String, Value> = environment.clone();
    neutral.retain(|key, _| kept.contains(&key.as_str()));
    if let (false, Some(paths)) = (neutral.contains_key("extraPaths"), merged.get("extraPaths")) {
        neutral.insert("extraPaths".into(), paths.clone());
    }
    Value::Object(neutral)
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
                "extraPaths" | "strict" | "stubPath" | "typeshedPath" | "venvPath" => {
                    absolute(from, &mut value);
                }
                // Pyright adds what each file defines to what the others define.
                "defineConstant" => {
                    if let (Some(Value::Object(before)), Value::Object(own)) = (merged.get(&key), &mut value)
                    {
                        let before = before.iter().filter(|(name, _)| !own.contains_key(*name));
                        let before: Vec<_> = before.map(|(name, one)| (name.clone(), one.clone())).collect();
                        own.extend(before);
                    }
                }
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

    const USED: InUse<'_> = InUse { version: Some("3.11.7"), platform: Some("Linux") };

    fn json(text: &str) -> Vec<ConfigFile> {
        vec![ConfigFile { path: "/p/pyrightconfig.json".into(), text: text.into() }]
    }

    fn lowered_by(text: &str) -> Vec<String> {
        weakening(&json(text), USED).expect("a configuration").lowered
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
        assert!(!weakening(&[], USED).expect("none").needs_comparison());
    }

    #[test]
    fn what_is_assumed_and_is_not_so_in_use_is_seen() {
        for (text, seen) in [
            (r#"{"defineConstant": {"LEGACY": true}}"#, "defineConstant"),
            (r#"{"pythonVersion": "3.8"}"#, "pythonVersion"),
            (r#"{"pythonVersion": "3.1"}"#, "pythonVersion"),
            (r#"{"pythonVersion": "3.11.8"}"#, "pythonVersion"),
            (r#"{"pythonPlatform": "Windows"}"#, "pythonPlatform"),
            (r#"{"pythonPlatform": "All"}"#, "pythonPlatform"),
            (
                r#"{"executionEnvironments": [{"root": "."}, {"root": "a", "pythonPlatform": "Darwin"}]}"#,
                "pythonPlatform",
            ),
            (r#"{"executionEnvironments": [{"root": ".", "pythonVersion": "3.12"}]}"#, "pythonVersion"),
            // The command line does not reach it.
            (r#"{"executionEnvironments": [{"root": ".", "pythonVersion": "3.11"}]}"#, "pythonVersion"),
        ] {
            assert_eq!(lowered_by(text), [seen], "{text}");
        }
        let exact = r#"{"pythonVersion": "3.11.7", "pythonPlatform": "Linux", "defineConstant": {}}"#;
        let exact = weakening(&json(exact), USED).expect("settings");
        assert_eq!((exact.needs_comparison(), exact.version), (false, None));
        let in_part = weakening(&json(r#"{"pythonVersion": "3.11"}"#), USED).expect("settings");
        assert_eq!((in_part.needs_comparison(), in_part.version.as_deref()), (false, Some("3.11.7")));
        let unknown = InUse { version: None, platform: None };
        let all = json(r#"{"pythonVersion": "3.11", "pythonPlatform": "Linux"}"#);
        assert_eq!(weakening(&all, unknown).expect("settings").lowered, ["pythonPlatform", "pythonVersion"]);
    }

    #[test]
    fn a_constant_of_an_extended_file_is_seen_whatever_the_first_defines() {
        let constants = r#"{"defineConstant": {"LEGACY": true}}"#;
        let base = ConfigFile { path: "/p/b.json".into(), text: constants.into() };
        for own in ["{}", r#"{"A": true}"#] {
            let mut chain = json(&format!(r#"{{"extends": "b.json", "defineConstant": {own}}}"#));
            chain.push(base.clone());
            assert_eq!(weakening(&chain, USED).expect("settings").lowered, ["defineConstant"], "{own}");
        }
    }

    #[test]
    fn the_second_configuration_assumes_nothing() {
        let text = r#"{"extends": "b.json", "pythonVersion": "3.8", "pythonPlatform": "Windows", "strict": ["src"],
            "venvPath": "v", "include": ["src"], "exclude": ["x"], "reportCallIssue": "none",
            "executionEnvironments": [{"root": ".", "pythonVersion": "3.9", "pythonPlatform": "Darwin"}]}"#;
        let mut chain = json(text);
        let base = r#"{"defineConstant": {"LEGACY": true}, "reportUnusedImport": "warning"}"#;
        chain.push(ConfigFile { path: "/p/b.json".into(), text: base.into() });
        let got: Value = serde_json::from_str(&unweakened(&chain, USED).expect("text")).expect("json");
        let want = json!({
            "typeCheckingMode": "standard", "ignore": [], "extraPaths": ["/p", "/p/src"], "stubPath": "/p/typings",
            "strict": [format!("{}p/src", "../".repeat(TO_THE_ROOT))], "venvPath": "/p/v",
            "reportUnusedImport": "warning", "reportCallIssue": "error",
            "executionEnvironments": [{"root": "/p"}],
        });
        assert_eq!(got, want);
    }

    #[test]
    fn basic_mode_is_accepted_and_noted() {
        let basic =
            weakening(&json(r#"{"typeCheckingMode": "basic", "reportOverlappingOverload": "none"}"#), USED);
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
            assert!(weakening(&json(text), USED).is_err(), "{text}");
        }
        let toml = ConfigFile { path: "/p/pyproject.toml".into(), text: "[tool.pyright".into() };
        assert!(weakening(&[toml], USED).is_err());
    }

    #[test]
    fn a_pyproject_without_settings_for_pyright_weakens_nothing() {
        let toml = |text: &str| vec![ConfigFile { path: "/p/pyproject.toml".into(), text: text.into() }];
        assert!(!weakening(&toml("[project]\nname = \"x\"\n"), USED).expect("settings").needs_comparison());
        let off = weakening(&toml("[tool.pyright]\ntypeCheckingMode = \"off\"\n"), USED).expect("settings");
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
        assert_eq!(weakening(&chain, USED).expect("settings").lowered, ["reportCallIssue"]);
        assert_eq!(extended(&chain[1]).expect("settings"), None);
    }

    #[test]
    fn the_second_configuration_lifts_what_is_lowered_and_finds_the_same_imports() {
        let text = unweakened(
            &json(r#"{"typeCheckingMode": "off", "reportCallIssue": "none", "ignore": ["src"]}"#),
            USED,
        );
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
        let got: Value = serde_json::from_str(&unweakened(&chain, USED).expect("text")).expect("json");
        assert_eq!(got["extraPaths"], json!(["/p", "/p/lib"]));
        assert_eq!(got["executionEnvironments"], json!([{"root": "/p/src", "extraPaths": ["/p/lib"]}]));
        assert_eq!(got.get("stubPath"), None);
    }

    #[test]
    fn the_recorded_second_configurations_are_the_ones_that_we_write() {
        // `record.py` holds the same; a change here needs new recordings.
        let text = unweakened(&json(r#"{"reportReturnType": "none", "reportAssignmentType": false}"#), USED)
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
