//! What is said of the tools and their rules. Not all rules that there are, only those that something was found by.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use crate::model::assessment::Assessment;
use crate::model::check::Check;
use crate::model::toolchain::Tool;

use super::super::problem::{CONDITION, INCONCLUSIVE, OURSELVES, WAIVER, problems};
use super::wire::{Help, Message, Rule};

/// The longest name that GitHub takes, in characters.
const LONGEST_NAME: usize = 255;
/// The longest description that GitHub takes, in characters.
const LONGEST_DESCRIPTION: usize = 1024;

/// The rules that problems of `tool` name, in the order in which they first do, and where each stands.
pub(super) fn rules<'a>(
    assessment: &'a Assessment,
    tool: &'static str,
) -> (Vec<Rule<'a>>, HashMap<&'a str, usize>) {
    let (mut rules, mut indices) = (Vec::new(), HashMap::new());
    for problem in problems(assessment).filter(|problem| problem.tool() == tool) {
        let id = problem.rule();
        if !indices.contains_key(id) {
            indices.insert(id, rules.len());
            rules.push(rule(tool, id));
        }
    }
    (rules, indices)
}

/// What is said of a rule. GitHub asks for all of the three descriptions, however little there is to say.
fn rule<'a>(tool: &'static str, id: &'a str) -> Rule<'a> {
    let description = short(description(tool, id), LONGEST_DESCRIPTION);
    let address = address(tool, id);
    let help = match &address {
        // Only ids without a character that Markdown knows have an address.
        Some(address) => Help {
            text: format!("{description}: {address}").into(),
            markdown: Some(format!("{description}: [what it is about]({address})")),
        },
        None => Help { text: description.clone(), markdown: None },
    };
    Rule {
        id,
        name: short(name(tool, id).into(), LONGEST_NAME),
        short_description: Message { text: description.clone() },
        full_description: Message { text: description },
        help,
        help_uri: address,
    }
}

/// `text`, cut where GitHub would not take it.
fn short(text: Cow<'_, str>, longest: usize) -> Cow<'_, str> {
    match text.char_indices().nth(longest) {
        None => text,
        Some(_) => text.chars().take(longest - 1).chain(['…']).collect::<String>().into(),
    }
}

/// Our own rules have names; a tool's are known by their ids.
fn name<'a>(tool: &str, id: &'a str) -> &'a str {
    match (tool, Check::from_id(id)) {
        (OURSELVES, Some(Check::Coverage)) => "CoverageBelowBound",
        (OURSELVES, Some(Check::Tests)) => "TestsBelowBound",
        (OURSELVES, Some(_)) => "CheckFailed",
        (OURSELVES, None) if id == INCONCLUSIVE => "NotMeasured",
        (OURSELVES, None) if id == CONDITION => "ConditionNotMet",
        (OURSELVES, None) if id == WAIVER => "WaiverCoversNothing",
        _ => id,
    }
}

fn description<'a>(tool: &str, id: &str) -> Cow<'a, str> {
    match (tool, Check::from_id(id)) {
        (OURSELVES, Some(Check::Coverage)) => {
            "The tests execute less of the component than the gate asks for.".into()
        }
        (OURSELVES, Some(Check::Tests)) => "Fewer tests passed than the gate asks for.".into(),
        (OURSELVES, None) if id == INCONCLUSIVE => {
            "Something could not be measured, so nothing is known of it.".into()
        }
        (OURSELVES, None) if id == CONDITION => "What the gate asks besides its checks is not met.".into(),
        (OURSELVES, None) if id == WAIVER => "A waiver covers nothing: unused, expired or exceeded.".into(),
        _ => format!("{id} of {tool}").into(),
    }
}

/// Where a rule is explained, where that can be told from its id alone.
fn address(tool: &str, id: &str) -> Option<String> {
    let is_word = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let has_number =
        id.starts_with(|c: char| c.is_ascii_uppercase()) && id.ends_with(|c: char| c.is_ascii_digit());
    match tool {
        // The table of rules has an anchor for each code.
        "ruff" if is_word && has_number => Some(format!("https://docs.astral.sh/ruff/rules/#{id}")),
        "pyright" if is_word && id.starts_with("report") => {
            Some(format!("https://github.com/microsoft/pyright/blob/main/docs/configuration.md#{id}"))
        }
        "bandit" if is_word && has_number => Some(
            match id.as_bytes().get(1) {
                Some(b'3') => "https://bandit.readthedocs.io/en/latest/blacklists/blacklist_calls.html",
                Some(b'4') => "https://bandit.readthedocs.io/en/latest/blacklists/blacklist_imports.html",
                _ => "https://bandit.readthedocs.io/en/latest/plugins/index.html",
            }
            .to_owned(),
        ),
        _ => None,
    }
}

/// Where a tool is described.
pub(super) fn information(tool: &str) -> Option<&'static str> {
    Some(match Tool::from_name(tool)? {
        Tool::Pytest => "https://docs.pytest.org",
        Tool::Ruff => "https://docs.astral.sh/ruff",
        Tool::Pyright => "https://github.com/microsoft/pyright",
        Tool::Bandit => "https://bandit.readthedocs.io",
        Tool::Own(_) => return None,
    })
}

/// The version that ran; several, where shards had different ones.
pub(super) fn version<'a>(assessment: &'a Assessment, tool: &str) -> Option<Cow<'a, str>> {
    if tool == OURSELVES {
        return Some(assessment.version.as_str().into());
    }
    let checks = assessment.components.iter().flat_map(|component| &component.checks);
    let runs = checks.filter_map(|check| check.outcome.run()).filter(|run| run.tool.name() == tool);
    let versions: BTreeSet<&str> = runs.map(|run| run.version.as_str()).collect();
    let versions: Vec<&str> = versions.into_iter().collect();
    (!versions.is_empty()).then(|| versions.join(", ").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_leads_to_where_its_tool_explains_it_and_text_of_others_leads_nowhere() {
        let of = |tool, id| address(tool, id).unwrap_or_default();
        assert_eq!(of("ruff", "F401"), "https://docs.astral.sh/ruff/rules/#F401");
        assert_eq!(of("ruff", "invalid-syntax"), "");
        assert!(of("pyright", "reportAssignmentType").ends_with("configuration.md#reportAssignmentType"));
        assert!(of("bandit", "B602").ends_with("/plugins/index.html"));
        assert!(of("bandit", "B301").ends_with("/blacklist_calls.html"));
        assert_eq!(of("pytest", "failed"), "");
        for hostile in ["", "F401\"><b>", "https://a.b/F401", "report x", "B 1"] {
            for tool in ["ruff", "pyright", "bandit", "pytest", OURSELVES] {
                assert_eq!(of(tool, hostile), "", "{tool}");
            }
        }
    }

    #[test]
    fn a_rule_says_all_that_github_asks_for_and_no_more_than_it_takes() {
        let long = "é".repeat(2_000);
        for (tool, id) in [("ruff", "F401"), ("mypy", "arg-type"), ("own", &long), (OURSELVES, "coverage")] {
            let rule = rule(tool, id);
            for text in [&rule.short_description.text, &rule.full_description.text, &rule.help.text] {
                assert!(!text.is_empty() && text.chars().count() <= LONGEST_DESCRIPTION, "{text}");
            }
            assert!(!rule.name.is_empty() && rule.name.chars().count() <= LONGEST_NAME, "{}", rule.name);
            assert_eq!(rule.id, id, "what results name it by is never cut");
            assert_eq!(rule.help.markdown.is_some(), tool == "ruff");
        }
        let ruff = rule("ruff", "F401");
        assert_eq!(ruff.help.text, "F401 of ruff: https://docs.astral.sh/ruff/rules/#F401");
        assert!(
            ruff.help
                .markdown
                .is_some_and(|text| text.contains("](https://docs.astral.sh/ruff/rules/#F401)"))
        );
    }
}
