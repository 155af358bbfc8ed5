//! The verdict as a comment on a pull request. Not the whole evidence: a comment has a limit. Whatever text is in
//! it, it stays one well-formed table per component; `markup` sees to that.

use std::fmt::Write as _;

use crate::model::assessment::{Assessment, CheckAssessment, ComponentAssessment, Outcome, Verdict};
use crate::model::condition::Condition;
use crate::model::finding::Finding;
use crate::model::waiver::WaiverAssessment;

use super::elapsed::elapsed;
use super::grouping::{FEW, Unmeasured, unmeasured};
use super::markup::{code, html_code, passage, prose};
use super::summary::{count, figure, summary};
use super::{clean, obstacle, sign, surroundings, text_check, waived};

/// Findings listed per check.
const FINDINGS: usize = 20;
/// Notes listed per check.
const NOTES: usize = 10;
/// Characters of the sentence that says the verdict.
const SENTENCE: usize = 1000;
/// Bytes up to which details are added. GitHub refuses a body over 65,536 characters; the rest is for the lines
/// that are always there.
const ROOM: usize = 52_000;
/// Bytes of the table of components.
const ROOM_FOR_ROWS: usize = 26_000;

/// The comment.
pub(super) fn render(assessment: &Assessment) -> String {
    let mut body = heading(assessment);
    match assessment.components.as_slice() {
        [] => {}
        [component] => {
            body.push_str(&table(component));
            let blocks = std::iter::once(after(component)).chain(component.checks.iter().map(details));
            fill(&mut body, blocks);
        }
        components if components.len() > FEW => {
            let sorted = worst_first(components);
            body.push_str(&roster(&sorted));
            let failed = sorted.iter().filter(|component| component.verdict == Verdict::Fail);
            let failed = failed.map(|component| folded(component));
            let others = components.iter().filter(|component| component.verdict != Verdict::Fail);
            fill(&mut body, std::iter::once(waivers(others)));
            fill(&mut body, failed.chain(unmeasured(components).iter().rev().map(not_measured)));
        }
        components => {
            let components = worst_first(components);
            body.push_str(&overview(&components));
            let others = components.iter().copied().filter(|component| component.verdict == Verdict::Pass);
            fill(&mut body, std::iter::once(waivers(others)));
            let open = components.iter().filter(|component| component.verdict != Verdict::Pass);
            fill(&mut body, open.map(|component| folded(component)));
        }
    }
    body.push_str(&around(assessment));
    body
}

/// The verdict, first as a heading and then as a sentence.
fn heading(assessment: &Assessment) -> String {
    let sign = sign::of_verdict(assessment.verdict);
    let part = if assessment.only.is_some() { " (a part of the gate)" } else { "" };
    let (about, sentence) = match assessment.components.as_slice() {
        [component] => {
            let standing = obstacle::standing(component, assessment.only.as_deref());
            let about = format!("{}, {} → {}", prose(&component.title), component.from, component.to);
            (about, format!("{}: {}", code(&component.name), passage(&standing, SENTENCE)))
        }
        components => {
            let about =
                format!("{}, {}", prose(&assessment.project), count(components.len() as u64, "component"));
            (about, passage(&obstacle::verdict(assessment), SENTENCE))
        }
    };
    let waived = waived::until(&assessment.components).filter(|_| assessment.verdict == Verdict::Pass);
    let waived = waived.map(|waived| format!(", {waived}")).unwrap_or_default();
    format!("## {} {}{waived}{part}: {about}\n\n{sentence}\n\n", sign.mark, sign.word)
}

/// Appends each of `blocks` that there is room for, and says so where one is left out.
fn fill(body: &mut String, blocks: impl Iterator<Item = String>) {
    let mut left_out = false;
    for block in blocks {
        if body.len() + block.len() <= ROOM {
            body.push_str(&block);
        } else {
            left_out = true;
        }
    }
    if left_out {
        body.push_str("Not all details fit here; `--format json` has them.\n\n");
    }
}

fn worst_first(components: &[ComponentAssessment]) -> Vec<&ComponentAssessment> {
    let mut sorted: Vec<_> = components.iter().collect();
    sorted.sort_by_key(|component| std::cmp::Reverse(component.verdict));
    sorted
}

fn overview(components: &[&ComponentAssessment]) -> String {
    let row = |component: &ComponentAssessment| {
        let sign = sign::of_verdict(component.verdict);
        let why = prose(&obstacle::in_the_way(component));
        format!("| {} | {} {} | {why} |\n", code(&component.name), sign.mark, sign.word)
    };
    rows("| component | verdict | in the way |\n|---|---|---|\n", components, row)
}

/// A row for each of many components, as short as it can be.
fn roster(components: &[&ComponentAssessment]) -> String {
    let heading = "| component | group | verdict | coverage | in the way |\n|---|---|---|---:|---|\n";
    rows(heading, components, |component| {
        let sign = sign::of_verdict(component.verdict);
        format!(
            "| {} | {} | {} {} | {} | {} |\n",
            code(&component.name),
            component.group.as_deref().map(prose).unwrap_or_default(),
            sign.mark,
            sign.word,
            figure(component).unwrap_or_default(),
            prose(&obstacle::brief(component))
        )
    })
}

/// One reason why something was not measured, with those that share it.
fn not_measured(reason: &Unmeasured<'_>) -> String {
    let what = reason.what();
    let of = count(reason.names.len() as u64, "component");
    let mut names: Vec<String> = reason.names.iter().take(FINDINGS).map(|name| code(name)).collect();
    if reason.names.len() > FINDINGS {
        names.push(format!("and {} more", reason.names.len() - FINDINGS));
    }
    format!(
        "<details><summary>{} {what}: {of}</summary>\n\n- why: {}\n- do: {}\n- of {}\n\n</details>\n\n",
        sign::UNMEASURED.mark,
        prose(reason.message),
        prose(reason.hint),
        names.join(", ")
    )
}

fn rows(
    heading: &str,
    components: &[&ComponentAssessment],
    row: impl Fn(&ComponentAssessment) -> String,
) -> String {
    let mut text = heading.to_owned();
    let mut rows = 0;
    for component in components {
        let row = row(component);
        if text.len() + row.len() > ROOM_FOR_ROWS {
            break;
        }
        text.push_str(&row);
        rows += 1;
    }
    if components.len() == rows {
        return format!("{text}\n");
    }
    let more = count((components.len() - rows) as u64, "more component");
    format!("{text}\n… and {more} (`--format json` has all).\n\n")
}

fn folded(component: &ComponentAssessment) -> String {
    let sign = sign::of_verdict(component.verdict);
    let name = html_code(&component.name);
    let mut text = format!("<details><summary>{} {name}: {}</summary>\n\n", sign.mark, sign.word);
    text.push_str(&table(component));
    text.push_str(&after(component));
    for check in &component.checks {
        text.push_str(&details(check));
    }
    text.push_str("</details>\n\n");
    text
}

fn table(component: &ComponentAssessment) -> String {
    let conditions = component.conditions.iter().map(row_of_condition);
    let rows: String = component.checks.iter().map(row).chain(conditions).collect();
    format!("| check | outcome | result |\n|---|---|---|\n{rows}\n")
}

fn row_of_condition(condition: &Condition) -> String {
    let sign = sign::of_condition(condition.state);
    format!("| {} | {} {} | {} |\n", prose(&condition.id), sign.mark, sign.word, prose(&condition.summary))
}

fn row(check: &CheckAssessment) -> String {
    let sign = sign::of_check(check);
    let hint = match &check.outcome {
        Outcome::Inconclusive { reason, .. } => format!("<br>do: {}", prose(&reason.hint)),
        Outcome::Pass(_) | Outcome::Fail(_) | Outcome::NotApplicable { .. } => String::new(),
    };
    format!("| {} | {} {} | {}{hint} |\n", check.check(), sign.mark, sign.word, prose(&summary(check)))
}

/// What people should see beside the table without unfolding anything.
fn after(component: &ComponentAssessment) -> String {
    let mut items = Vec::new();
    for check in &component.checks {
        let notes = check.outcome.evidence().map_or(&[][..], |evidence| &evidence.notes);
        items.extend(notes.iter().take(NOTES).map(|note| format!("- {}: {}\n", check.check(), prose(note))));
        if notes.len() > NOTES {
            items.push(format!(
                "- {}: … and {}\n",
                check.check(),
                count((notes.len() - NOTES) as u64, "more note")
            ));
        }
    }
    let waivers: Vec<String> = component.waivers.iter().map(waiver).collect();
    items.extend(waivers.iter().take(NOTES).cloned());
    if waivers.len() > NOTES {
        items.push(format!("- … and {}\n", count((waivers.len() - NOTES) as u64, "more waiver")));
    }
    if let Some(absent) = surroundings::absent(&component.absent_imports) {
        items.push(format!("- environment: {}\n", prose(&absent)));
    }
    if items.is_empty() { String::new() } else { format!("{}\n", items.concat()) }
}

fn waiver(one: &WaiverAssessment) -> String {
    let word = if one.state.covered() > 0 { "waived" } else { "waiver" };
    format!("- {word}: {}\n", prose(&waived::placed(one)))
}

/// The waivers of components that are not shown one by one, which should be looked at.
fn waivers<'a>(components: impl Iterator<Item = &'a ComponentAssessment>) -> String {
    let of = |component: &'a ComponentAssessment| {
        let remarkable = component.waivers.iter().filter(|one| waived::is_remarkable(one));
        remarkable
            .map(move |one| format!("- {}: waiver: {}\n", code(&component.name), prose(&waived::placed(one))))
    };
    let all: Vec<String> = components.flat_map(of).collect();
    let mut text = all.iter().take(NOTES).map(String::as_str).collect::<String>();
    if all.len() > NOTES {
        let _infallible = writeln!(text, "- … and {}", count((all.len() - NOTES) as u64, "more waiver"));
    }
    if text.is_empty() { text } else { format!("{text}\n") }
}

/// The findings of a check that did not pass, folded.
fn details(check: &CheckAssessment) -> String {
    let findings = if check.is_failed() { check.uncovered() } else { Vec::new() };
    if findings.is_empty() {
        return String::new();
    }
    let heading = format!("{}: {}", check.check(), count(findings.len() as u64, "finding"));
    let mut items: String = findings.iter().take(FINDINGS).map(|finding| item(finding)).collect();
    if findings.len() > FINDINGS {
        let more = count((findings.len() - FINDINGS) as u64, "more finding");
        items.extend(["- … and ", &more, " (`--format json` has all)\n"]);
    }
    format!("<details><summary>{heading}</summary>\n\n{items}\n</details>\n\n")
}

fn item(finding: &Finding) -> String {
    let pieces = [code(&text_check::place(finding)), code(&finding.rule), prose(&finding.message)];
    let pieces: Vec<&str> = pieces.iter().map(String::as_str).filter(|piece| !piece.is_empty()).collect();
    format!("- {}\n", pieces.join(" "))
}

/// What all of it was measured in, and by what.
fn around(assessment: &Assessment) -> String {
    let mut lines =
        vec![format!("Measured with {}.", prose(&surroundings::environment(&assessment.environment)))];
    if let Some(cached) = surroundings::cached(assessment) {
        // With the full stop within: what stands before it may come alive by it.
        lines.push(prose(&format!("{cached}.")));
    }
    lines.extend(assessment.notes.iter().take(NOTES).map(|note| format!("Note: {}", prose(note))));
    if let Some(changed) = surroundings::changed(&assessment.subject) {
        lines.push(format!("Mind that {}.", prose(&changed)));
    }
    let tools = surroundings::tools(assessment).map(|tools| format!(", {tools}")).unwrap_or_default();
    let by = prose(&format!("tta-promote {}{tools}", clean::line(&assessment.version, 40)));
    let subject = prose(&surroundings::subject(&assessment.subject));
    lines.push(format!("By {by}; {subject}; {}.", elapsed(assessment.duration)));
    format!("{}\n", lines.join("\n"))
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeSet;

    use super::super::clean::{is_unseen, tests::hostile};
    use super::super::sample;
    use super::*;
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

    #[test]
    fn the_comment_of_a_failed_gate() {
        insta::assert_snapshot!("markdown_one_fails", render(&sample::one_fails()));
    }

    #[test]
    fn the_comment_of_an_inconclusive_gate() {
        insta::assert_snapshot!("markdown_tool_missing", render(&sample::tool_missing()));
    }

    #[test]
    fn the_comment_of_a_part_of_the_gate() {
        insta::assert_snapshot!("markdown_only_lint", render(&sample::only_lint()));
    }

    #[test]
    fn the_comment_of_what_is_waived() {
        insta::assert_snapshot!("markdown_waived", render(&sample::waived()));
        insta::assert_snapshot!("markdown_own", render(&sample::own_checks()));
    }

    #[test]
    fn the_comment_of_reused_results() {
        insta::assert_snapshot!("markdown_cached", render(&sample::cached()));
    }

    #[test]
    fn the_comment_of_several_components_begins_with_the_worst() {
        insta::assert_snapshot!("markdown_several", render(&sample::several()));
    }

    #[test]
    fn the_comment_of_many_components_is_a_table_first_and_then_what_is_in_the_way() {
        insta::assert_snapshot!("markdown_many", render(&sample::many()));
    }

    #[test]
    fn the_comment_of_a_hostile_project() {
        insta::assert_snapshot!("markdown_hostile", render(&sample::hostile("\u{1b}[2J|\n`<b>@name #1")));
    }

    #[test]
    fn fifty_thousand_findings_are_twenty_items_and_a_number() {
        let comment = render(&sample::many_findings());
        assert_eq!(comment.matches("`E501`").count(), 20);
        assert!(comment.contains("… and 49,980 more findings"));
    }

    #[test]
    fn no_comment_is_longer_than_a_forge_takes() {
        for text in ["`|<@".repeat(400), "|".repeat(400), "< ".repeat(200), "漢".repeat(400)] {
            let mut assessment = sample::hostile(&text);
            for check in &mut assessment.components[0].checks {
                let outcome = &mut check.outcome;
                if let Outcome::Pass(evidence) | Outcome::Fail(evidence) = outcome {
                    evidence.notes = vec![text.clone(); 50];
                }
            }
            let component = assessment.components[0].clone();
            assert!(render(&assessment).len() < 65_536, "{}", render(&assessment).len());
            assessment.components = std::iter::repeat_n(component, 150).collect();
            let comment = render(&assessment);
            assert!(comment.len() < 65_536, "{}", comment.len());
            assert!(comment.contains("more components (`--format json` has all)"));
            assert!(comment.contains("Not all details fit here"));
        }
    }

    /// What a reader gets: the cells of each row, the HTML, the text outside of code, and what is none of
    /// these.
    #[derive(Default)]
    pub(in crate::report) struct Reading {
        pub(in crate::report) rows: Vec<usize>,
        pub(in crate::report) html: BTreeSet<String>,
        pub(in crate::report) text: String,
        pub(in crate::report) live: Vec<String>,
    }

    pub(in crate::report) fn read(markdown: &str) -> Reading {
        let mut reading = Reading::default();
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_MATH
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_GFM;
        for event in Parser::new_ext(markdown, options) {
            match event {
                Event::Start(Tag::TableRow | Tag::TableHead) => reading.rows.push(0),
                Event::End(TagEnd::TableCell) => *reading.rows.last_mut().unwrap() += 1,
                Event::Html(html) | Event::InlineHtml(html) => {
                    reading.html.insert(html.trim().to_owned());
                }
                Event::Text(text) => reading.text.push_str(&text),
                Event::Code(_) => reading.text.push_str(" code "),
                Event::Start(
                    Tag::Paragraph
                    | Tag::Heading { .. }
                    | Tag::Table(_)
                    | Tag::TableCell
                    | Tag::List(None)
                    | Tag::Item
                    | Tag::HtmlBlock,
                )
                | Event::End(_)
                | Event::SoftBreak => reading.text.push('\n'),
                other => reading.live.push(format!("{other:?}")),
            }
        }
        reading
    }

    proptest! {
        #[test]
        fn whatever_text_is_in_it_the_comment_keeps_its_shape_and_nothing_comes_alive(text in hostile()) {
            let comment = render(&sample::hostile(&text));
            prop_assert!(!comment.chars().any(|c| c != '\n' && is_unseen(c)));
            let reading = read(&comment);
            prop_assert_eq!(&reading.rows, &[3; 8], "{}", comment);
            prop_assert!(reading.live.is_empty(), "{:?}\n{}", reading.live, comment);
            let ours = ["<br>", "<details><summary>lint: 1 finding</summary>", "</details>"];
            prop_assert!(reading.html.iter().all(|html| ours.contains(&html.as_str())), "{:?}", reading.html);
            for lure in ["@", "#", "://", "www.", "GH-1", "30f84615", "<b>", "$", "[", "*", "|"] {
                prop_assert!(!reading.text.contains(lure), "{lure} in {}", reading.text);
            }
        }

        #[test]
        fn the_table_of_components_keeps_its_shape_too(text in hostile()) {
            let mut several = sample::several();
            several.components.extend(sample::hostile(&text).components);
            let reading = read(&render(&several));
            prop_assert!(reading.rows.iter().all(|cells| *cells == 3));
            prop_assert_eq!(reading.rows.len(), 5 + 7 + 7 + 8);
            prop_assert!(reading.live.is_empty(), "{:?}", reading.live);
        }

        #[test]
        fn the_table_of_many_components_keeps_its_shape_too(text in hostile()) {
            let mut many = sample::many();
            many.components.extend(sample::hostile(&text).components);
            let reading = read(&render(&many));
            prop_assert_eq!(reading.rows.iter().filter(|cells| **cells == 5).count(), 1 + 13);
            prop_assert!(reading.rows.iter().all(|cells| [3, 5].contains(cells)));
            prop_assert!(reading.live.is_empty(), "{:?}", reading.live);
            for lure in ["@", "#", "://", "www.", "GH-1", "<b>", "$", "[", "*", "|"] {
                prop_assert!(!reading.text.contains(lure), "{lure} in {}", reading.text);
            }
        }

        #[test]
        fn any_text_is_safe_as_prose(text in hostile()) {
            let reading = read(&format!("- a: {} b {}", prose(&text), code(&text)));
            prop_assert!(reading.live.is_empty() && reading.html.is_empty(), "{:?}", reading.live);
        }
    }
}
