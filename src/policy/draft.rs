//! A `promotion.toml` to begin with: from what was found in a project to the text of a policy. Not the looking.
//! What it writes is read by the reader beside it without a fault, whatever the project's names are.

use std::fmt::Write as _;

use super::name::is_name;
use super::project::is_repository;

/// The gate that holds where nothing is said, written out.
const GATE: &str = "\
[gate.staging]
tests    = { max_failures = 0, min_passed = 1 }
coverage = { min_percent = 70, metric = \"auto\" }
lint     = { max_issues = 0 }
types    = { max_errors = 0, max_warnings = 0 }
security = { max_issues = 0, min_severity = \"medium\" }
docs     = { readme = true, usage_example = true }
";

/// What was found in a project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// The address of the schema, for editors.
    pub schema: String,
    /// The project's name.
    pub name: String,
    /// `owner/name` on GitHub; left out of the text where it is none.
    pub repository: Option<String>,
    /// The components; those whose names or paths a policy cannot hold are left out of the text.
    pub components: Vec<Found>,
}

/// A component that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its name.
    pub name: String,
    /// Its files and folders, relative to the project's root.
    pub paths: Vec<String>,
    /// Its README, relative to the project's root, where it is another than the one that is looked for.
    pub readme: Option<String>,
    /// Where its tests are, relative to the project's root.
    pub tests: String,
    /// Whether tests of others are there too, so that only those that bear its name are its own.
    pub shares_tests: bool,
}

impl Found {
    /// Whether a policy can hold it.
    pub fn is_sound(&self) -> bool {
        let plain = |path: &String| !path.starts_with(['-', '@', '/', '~']) && !path.contains(['\\', ':']);
        let visible = |path: &String| !path.trim().is_empty() && !path.chars().any(char::is_control);
        let mut paths = self.paths.iter().chain([&self.tests]).chain(&self.readme);
        is_name(&self.name) && paths.all(|path| plain(path) && visible(path))
    }

    /// Its table.
    fn table(&self) -> String {
        let paths: Vec<String> = self.paths.iter().map(|path| quoted(path)).collect();
        // pytest reads these words, and not the names that they may be.
        let is_word =
            ["and", "or", "not", "true", "false", "none"].contains(&self.name.to_lowercase().as_str());
        let is_needed = self.shares_tests && !is_word;
        let select = if is_needed { format!(", select = {}", quoted(&self.name)) } else { String::new() };
        let readme = self.readme.as_ref().map(|readme| format!("readme = {}\n", quoted(readme)));
        format!(
            "[component.{}]\npaths = [{}]\n{}tests = {{ paths = [{}]{select} }}\n",
            quoted_key(&self.name),
            paths.join(", "),
            readme.unwrap_or_default(),
            quoted(&self.tests)
        )
    }
}

impl Draft {
    /// The text.
    pub fn text(&self) -> String {
        let repository = self.repository.as_deref().filter(|text| is_repository(text));
        let repository = match repository {
            Some(repository) => format!("repository = {}", quoted(repository)),
            None => "# repository = \"owner/name\"      # on GitHub, for promotion issues".to_owned(),
        };
        let visible: String = self.name.chars().filter(|c| !c.is_control()).collect();
        let name = if visible.trim().is_empty() { "project" } else { visible.trim() };
        let mut text = format!(
            "#:schema {}\n# What guards the next stage of each component: `tta-promote plan NAME` shows what would run.\n\
             schema = 1\n\n[project]\nname = {}\n{repository}\n\n\
             # The gate of staging, with its defaults; a check that is left out is asked with its default.\n",
            self.schema,
            quoted(name)
        );
        for line in GATE.lines() {
            let _infallible = writeln!(text, "# {line}");
        }
        for component in self.components.iter().filter(|component| component.is_sound()) {
            let _infallible = write!(text, "\n{}", component.table());
        }
        text
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A key as it is written: a dot would part it.
fn quoted_key(name: &str) -> String {
    if name.contains('.') { quoted(name) } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::policy::Policy;
    use crate::policy::{Document, read};

    fn found(name: &str, path: &str) -> Found {
        Found {
            name: name.to_owned(),
            paths: vec![path.to_owned()],
            readme: None,
            tests: "tests".to_owned(),
            shares_tests: true,
        }
    }

    fn draft(name: &str, components: Vec<Found>) -> Draft {
        let repository = Some("theinterneti/TTA".to_owned());
        Draft { schema: "https://example.invalid/s.json".into(), name: name.into(), repository, components }
    }

    fn policy(text: &str) -> Policy {
        let document = Document { file: "promotion.toml".to_owned(), text: text.to_owned() };
        read(&document, &[]).unwrap_or_else(|faults| panic!("{faults:#?}\n{text}"))
    }

    #[test]
    fn a_policy_to_begin_with() {
        let alone = Found {
            readme: Some("README.md".to_owned()),
            shares_tests: false,
            ..found("alone", "src/alone")
        };
        let components =
            vec![found("carbon", "src/carbon.py"), found("a.b", "src/a.b"), found("not", "src/not"), alone];
        let text = draft("TTA", components).text();
        assert_eq!(policy(&text).components.len(), 4);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn the_gate_that_it_shows_is_the_one_that_holds_without_it() {
        let text = draft("T", vec![found("a", "src/a")]).text();
        let shown = text.replace("# [gate", "[gate");
        let shown: Vec<String> = shown
            .lines()
            .map(|line| {
                if line.contains(" = {") { line.trim_start_matches("# ").to_owned() } else { line.to_owned() }
            })
            .collect();
        assert_eq!(policy(&shown.join("\n")).gates, policy(&text).gates);
        assert!(shown.iter().any(|line| line.starts_with("coverage")));
    }

    proptest! {
        #[test]
        fn whatever_a_project_is_called_its_policy_has_no_fault(
            name in "\\PC*|[\u{0}-\u{1f}\"\\\\#]*",
            repository in "\\PC*",
            names in proptest::collection::btree_set("[a-zA-Z0-9._-]{1,8}|\\PC{0,6}", 0..5),
            path in "\\PC{0,12}|[a-z/.\\\\:~@-]{0,8}",
        ) {
            let mut components: Vec<Found> =
                names.iter().map(|name| found(name, &format!("src/{}", name.replace("..", "_")))).collect();
            components.push(Found { tests: path, ..found("always", "src/always") });
            components.push(found("sound", "src/sound"));
            components.retain(|one| one.name != "always" || one.is_sound());
            components.dedup_by(|one, other| one.name == other.name);
            let text = Draft { repository: Some(repository), ..draft(&name, components) }.text();
            let leaves = text.contains("..");
            let document = Document { file: "promotion.toml".to_owned(), text: text.clone() };
            prop_assert!(leaves || read(&document, &[]).is_ok(), "{text}");
        }
    }
}
