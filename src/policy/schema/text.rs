//! What texts and numbers of a policy look like. Each is a little wider than what the reader takes where a pattern
//! cannot say more, and never narrower: an editor that finds fault with a good policy would be switched off.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// A type that stands for what a schema says of one value.
macro_rules! value {
    ($(#[$doc:meta])* $name:ident, $schema:tt) => {
        $(#[$doc])*
        pub(super) struct $name;

        impl JsonSchema for $name {
            /// Beside a reference some editors show no description.
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

value!(
    /// Something is written.
    Line, {"type": "string", "pattern": r"\S"}
);
value!(
    /// The name of a component or metric.
    Name, {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$"}
);
value!(
    /// The name of a check of one's own.
    OwnName, {"type": "string", "pattern": "^[a-z][a-z0-9_-]{0,39}$"}
);
value!(
    /// How a tool of one's own shows what it looked at.
    Inspected, {"anyOf": [
        {"const": "artifacts", "description": "Every file of the component stands in `runs[].artifacts` of the SARIF."},
        {
            "type": "object",
            "additionalProperties": false,
            "required": ["pattern"],
            "properties": {
                "pattern": {
                    "type": "string",
                    "minLength": 1,
                    "description": "A regular expression over lines; its group 1 is a number, else each line counts as one."
                },
                "min": {
                    "anyOf": [{"const": "files"}, {"type": "integer", "minimum": 1}],
                    "default": "files",
                    "description": "The least that must be looked at; `files`: as many as there are."
                }
            }
        }
    ]}
);
value!(
    /// The name of a check of which findings can be waived.
    WaivedCheck, {"anyOf": [
        {"enum": ["lint", "types", "security"]},
        {"type": "string", "pattern": "^(?!(tests|coverage|docs)$)[a-z][a-z0-9_-]{0,39}$"}
    ]}
);
value!(
    /// A relative path, written with `/`.
    Path, {"type": "string", "pattern": r"^(?!/|~$|~/|[A-Za-z]:)[^\\]*[^\\\s][^\\]*$"}
);
value!(
    /// A file or folder of tests: no single test.
    TestPath, {"type": "string", "pattern": r"^(?!/|~$|~/|[A-Za-z]:)(?!.*::)[^\\]*[^\\\s][^\\]*$"}
);
value!(
    /// A length of time above zero.
    Length, {
        "type": "string",
        "pattern": r"^\s*(?=[^1-9]*[1-9])(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?\s*$",
        "examples": ["30m", "1h30m", "45s"]
    }
);
value!(
    /// A length of time, or none at all.
    LengthOrNone, {
        "type": "string",
        "pattern": r"^\s*(?=\d)(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?\s*$",
        "examples": ["0s", "5s"]
    }
);
value!(
    /// A bound in percent.
    Percent, {"type": "number", "exclusiveMinimum": 0, "maximum": 100}
);
value!(
    /// By how much a value may differ.
    Share, {"type": "string", "pattern": r"^\s*\d+(\.\d{0,2})?\s*%\s*$", "examples": ["10%"]}
);
value!(
    /// A number as it is written.
    Number, {"type": "number"}
);
value!(
    /// `owner/name` on GitHub.
    Repository, {
        "type": "string",
        "pattern": r"^(?!-|\.{1,2}/)[A-Za-z0-9._-]+/(?!-|\.{1,2}$)[A-Za-z0-9._-]+$"
    }
);
value!(
    /// One version of a tool.
    Version, {"type": "string", "pattern": "^[0-9][A-Za-z0-9.+-]*$", "examples": ["0.17.6"]}
);
value!(
    /// A label of an issue on GitHub.
    Label, {"type": "string", "pattern": r#"^\s*(?=\S)[^,"]{1,50}\s*$"#}
);
value!(
    /// An address that can be asked without a secret.
    Address, {
        "type": "string",
        "pattern": r"^[Hh][Tt][Tt][Pp][Ss]?://(?![.:-])[^@/?#\s]+([/?#]\S*)?$",
        "examples": ["http://127.0.0.1:8080/health"]
    }
);
value!(
    /// The address of a server, without a question.
    Server, {
        "type": "string",
        "pattern": r"^[Hh][Tt][Tt][Pp][Ss]?://(?![.:-])[^@/?#\s]+(/[^?#\s]*)?$",
        "examples": ["http://127.0.0.1:9090"]
    }
);
value!(
    /// The name of a variable of the environment.
    Variable, {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$", "examples": ["PROMETHEUS_TOKEN"]}
);
value!(
    /// The name of a service in a compose file.
    Service, {"type": "string", "pattern": r"^(?!-)[A-Za-z0-9_.-]+$"}
);
value!(
    /// An expression for `-k` of pytest.
    Expression, {"type": "string", "pattern": r"^(?!\s*-)", "examples": ["carbon and not slow"]}
);
value!(
    /// A regular expression in the syntax of Rust's `regex`.
    Pattern, {"type": "string", "minLength": 1}
);
value!(
    /// A program and its arguments, without a shell.
    Script, {
        "type": "array",
        "prefixItems": [{"type": "string", "pattern": r"\S"}],
        "items": {"type": "string"},
        "minItems": 1
    }
);
value!(
    /// A point in time with its offset from UTC; what converts TOML to JSON makes a string of it.
    Moment, {
        "type": "string",
        "pattern": r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)$"
    }
);
value!(
    /// What somebody answers for.
    Topic, {"type": "string", "pattern": "^[a-z][a-z0-9-]{0,99}$", "examples": ["security-reviewed"]}
);
value!(
    /// A day; what converts TOML to JSON makes a string of it.
    Day, {"type": "string", "pattern": r"^\s*\d{4}-\d\d-\d\d\s*$", "examples": ["2026-12-31"]}
);
value!(
    /// One rule of a tool.
    Rule, {"type": "string", "pattern": r"^\s*[^\s*?,\[\]{}]+\s*$", "examples": ["E501"]}
);
value!(
    /// An issue: a number, one of another repository, or an address.
    IssueOf, {
        "type": "string",
        "pattern": r"^\s*(([A-Za-z0-9._-]+/[A-Za-z0-9._-]+)?#\d+|https://\S+)\s*$",
        "examples": ["#12", "owner/name#12"]
    }
);
