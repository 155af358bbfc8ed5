//! `--explain`: why each component of the policy is in or out, a line each.

use std::fmt::Write as _;

use crate::app::choice::{Choice, Rule};
use crate::plan::affected::Why;
use crate::report::clean::one_line;

/// The lines.
pub(super) fn text(choice: &Choice) -> String {
    let width = choice.rules.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (name, rule) in &choice.rules {
        let word = if rule.is_in() { "in" } else { "out" };
        let _infallible = writeln!(text, "{word:3}  {name:width$}  {}", one_line(&sentence(rule)));
    }
    text
}

fn sentence(rule: &Rule) -> String {
    match rule {
        Rule::Named(true) => "it is named".to_owned(),
        Rule::Named(false) => "it is not named".to_owned(),
        Rule::All => "all components are meant".to_owned(),
        Rule::Stands(stage) => format!("it stands in {stage}"),
        Rule::Group(Some(group)) => format!("it is of the group `{group}`"),
        Rule::Group(None) => "it is of no group".to_owned(),
        Rule::Meets { stage, group } => {
            let stage = stage.map(|stage| format!("it stands in {stage}"));
            let group = group.as_ref().map(|group| format!("it is of the group `{group}`"));
            stage.into_iter().chain(group).collect::<Vec<_>>().join(", ")
        }
        Rule::Change(why) => change(why),
    }
}

fn change(why: &Why) -> String {
    match why {
        Why::Policy(path) => format!("the policy `{path}` changed, which speaks of all components"),
        Why::OwnPolicy(path) => format!("`{path}` changed, which declares it"),
        Why::Source(path) => format!("its `{path}` changed"),
        Why::Tests(path) => format!("`{path}` changed, which is among its tests"),
        Why::Readme(path) => format!("its README `{path}` changed"),
        Why::Configuration(path) => format!("the configuration `{path}` changed"),
        Why::Unowned(path) => format!("in doubt: `{path}` changed, which no component owns"),
        Why::OwnChecks(path) => {
            format!("in doubt: `{path}` changed, and a check of one's own may look at it")
        }
        Why::TestHelper(path) => format!("in doubt: `{path}` changed, which any test may import"),
        Why::Dependency(name) => format!("it depends on `{name}`, which is in"),
        Why::Mentions { file, changed } => {
            format!("in doubt: its `{file}` speaks of `{changed}`, or of a file that does")
        }
        Why::Unfollowed(path) => format!("in doubt: git does not look at `{path}`, so it may have changed"),
        Why::NoFiles => "in doubt: its files cannot be found".to_owned(),
        Why::Unchanged { others: 0 } => "nothing changed".to_owned(),
        Why::Unchanged { others: 1 } => "the path that changed does not concern it".to_owned(),
        Why::Unchanged { others } => format!("none of the {others} paths that changed concerns it"),
    }
}
