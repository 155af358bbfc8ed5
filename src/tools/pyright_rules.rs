//! Pyright's modes and rules: which level a rule has where nobody says more, and which settings are below it.
//!
//! Not here: the files that say more (`pyright_config`).

use std::collections::BTreeSet;

use serde_json::{Map, Value};

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

/// How much pyright checks by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Off,
    Basic,
    Standard,
    Strict,
}

impl Mode {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Basic => "basic",
            Self::Standard => "standard",
            Self::Strict => "strict",
        }
    }
}

/// The mode that the settings ask for.
pub(super) fn mode(settings: &Map<String, Value>) -> Mode {
    match settings.get("typeCheckingMode").and_then(Value::as_str) {
        Some("off") => Mode::Off,
        Some("basic") => Mode::Basic,
        Some("strict") => Mode::Strict,
        // Pyright itself complains about other words, and then takes standard.
        Some(_) | None => Mode::Standard,
    }
}

/// How serious a rule is; ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RuleLevel {
    None,
    Information,
    Warning,
    Error,
}

impl RuleLevel {
    pub(super) fn name(self) -> &'static str {
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
pub(super) fn standard(rule: &str, mode: Mode) -> Option<RuleLevel> {
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

/// The rules and switches that the settings put below what pyright has without them.
pub(super) fn lowered(settings: &Map<String, Value>, mode: Mode) -> BTreeSet<String> {
    let below = |(key, value): &(&String, &Value)| match standard(key, mode) {
        None => **value == Value::Bool(false),
        Some(level) => key.starts_with("report") && RuleLevel::of(value) < level,
    };
    settings.iter().filter(below).map(|(key, _)| key.clone()).collect()
}
