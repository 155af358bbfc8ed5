//! The verdict for the terminal: calm where all is well, and the reason first where it is not. Not for
//! programs: they read JSON. One check's lines are in `text_check`.

use crate::model::assessment::{Assessment, ComponentAssessment, Verdict};

use super::elapsed::elapsed;
use super::grouping::{FEW, worst_last};
use super::page::{Page, Tone, cells, fitted, shown, spaces, wrapped};
use super::summary::count;
use super::text_obstacle::obstacles;
use super::text_roster::roster;
use super::{Style, Verbosity, clean, obstacle, sign, surroundings, text_check, waived};

/// No name takes more cells than this in the list of components.
const NAME: usize = 24;
/// So many waivers of many components are told that should be looked at.
const WAIVERS: usize = 8;

/// The page.
pub(super) fn render(assessment: &Assessment, style: &Style) -> String {
    let mut page = Page::new(style.paint, style.width);
    let verdict = shown_verdict(assessment);
    let tone = sign::of_verdict(assessment.verdict).tone;
    if style.verbosity == Verbosity::Quiet {
        page.line(&[(tone, &verdict)]);
        return page.into_text();
    }
    match assessment.components.as_slice() {
        [] => {}
        [component] => {
            heading(&mut page, &component.title, component, &surroundings::subject(&assessment.subject));
            text_check::checks(&mut page, &component.checks, style.verbosity);
            text_check::conditions(&mut page, &component.conditions);
            text_check::waivers(&mut page, &component.waivers, style.verbosity);
        }
        components if components.len() > FEW => many(&mut page, assessment, style.verbosity),
        components => {
            overview(&mut page, assessment);
            let detailed = |component: &&ComponentAssessment| {
                style.verbosity == Verbosity::Verbose || component.verdict != Verdict::Pass
            };
            for component in components.iter().filter(detailed) {
                details(&mut page, component, style.verbosity);
            }
        }
    }
    if !(assessment.components.is_empty() && assessment.notes.is_empty()) {
        around(&mut page, assessment, style);
    }
    page.gap();
    // Indented where it goes on, so that no text of others can stand where a verdict begins.
    page.paragraph(0, "", tone, &verdict);
    page.into_text()
}

/// More than can be shown one after the other: a line for each, and what is in the way.
fn many(page: &mut Page, assessment: &Assessment, verbosity: Verbosity) {
    let groups = worst_last(&assessment.components);
    roster(page, assessment, &groups);
    if verbosity == Verbosity::Verbose {
        for component in groups.iter().flat_map(|group| &group.members) {
            details(page, component, verbosity);
        }
    } else {
        obstacles(page, &assessment.components, &groups);
    }
}

fn details(page: &mut Page, component: &ComponentAssessment, verbosity: Verbosity) {
    page.gap();
    heading(page, &component.name, component, "");
    text_check::checks(page, &component.checks, verbosity);
    text_check::conditions(page, &component.conditions);
    text_check::waivers(page, &component.waivers, verbosity);
    without(page, component);
}

/// The verdict may name what tools said; it is the one line that is long on purpose.
fn shown_verdict(assessment: &Assessment) -> String {
    clean::line(&obstacle::verdict(assessment), 1000)
}

/// `Carbon  development → staging  at 30f84615`.
fn heading(page: &mut Page, title: &str, component: &ComponentAssessment, subject: &str) {
    let way = format!("{} → {}", component.from, component.to);
    let rest = if subject.is_empty() { way } else { format!("{way}  {}", shown(subject)) };
    page.heading(&clean::line(title, 60), &rest);
}

fn without(page: &mut Page, component: &ComponentAssessment) {
    if let Some(absent) = surroundings::absent(&component.absent_imports) {
        page.gap();
        page.paragraph(2, "", Tone::Unknown, &shown(&absent));
    }
}

/// One line per component: its name, its verdict, what stands in its way.
fn overview(page: &mut Page, assessment: &Assessment) {
    let title = clean::line(&assessment.project, 60);
    let subject = shown(&surroundings::subject(&assessment.subject));
    page.heading(&title, &format!("{} components  {subject}", assessment.components.len()));
    let names: Vec<String> = assessment.components.iter().map(|one| shown(&one.name)).collect();
    let name_width = names.iter().map(|name| cells(name)).max().unwrap_or(0).min(NAME);
    let signs: Vec<_> = assessment.components.iter().map(|one| sign::of_verdict(one.verdict)).collect();
    let word_width = signs.iter().map(|sign| cells(sign.word)).max().unwrap_or(0);
    let indent = 2 + 2 + name_width + 2 + word_width + 2;
    for ((component, name), sign) in assessment.components.iter().zip(&names).zip(&signs) {
        let mark = format!("  {} ", sign.mark);
        let name = format!("{}  ", fitted(name, name_width));
        let word = format!("{}  ", fitted(sign.word, word_width));
        let why = clean::line(&obstacle::in_the_way(component), 400);
        for (index, line) in wrapped(&why, page.width().saturating_sub(indent)).iter().enumerate() {
            if index == 0 {
                page.line(&[
                    (sign.tone, &mark),
                    (Tone::Plain, &name),
                    (sign.tone, &word),
                    (Tone::Plain, line),
                ]);
            } else {
                page.line(&[(Tone::Plain, &spaces(indent)), (Tone::Plain, line)]);
            }
        }
    }
}

/// The waivers of several components that should be looked at, where they are told nowhere else.
fn waivers(page: &mut Page, components: &[ComponentAssessment]) {
    let is_told = |one: &ComponentAssessment| match components.len() {
        0 | 1 => true,
        2..=FEW => one.verdict != Verdict::Pass,
        _ => false,
    };
    let untold = components.iter().filter(|component| !is_told(component));
    let all: Vec<String> = untold
        .flat_map(|component| component.waivers.iter().map(move |one| (component, one)))
        .filter(|(_, one)| waived::is_remarkable(one))
        .map(|(component, one)| format!("{}: {}", component.name, waived::placed(one)))
        .collect();
    for words in all.iter().take(WAIVERS) {
        page.paragraph(2, "waiver: ", Tone::Unknown, &shown(words));
    }
    if all.len() > WAIVERS {
        let rest = count((all.len() - WAIVERS) as u64, "more waiver");
        page.paragraph(2, "", Tone::Faint, &format!("… and {rest} (-v tells of each component)"));
    }
}

/// What all of it was measured in.
fn around(page: &mut Page, assessment: &Assessment, style: &Style) {
    page.gap();
    let environment = surroundings::environment(&assessment.environment);
    page.paragraph(2, "", Tone::Faint, &shown(&environment));
    if let [component] = assessment.components.as_slice()
        && let Some(absent) = surroundings::absent(&component.absent_imports)
    {
        page.paragraph(2, "", Tone::Unknown, &shown(&absent));
    }
    if assessment.components.len() > FEW {
        if let Some(absent) = surroundings::absent_of_many(&assessment.components) {
            page.paragraph(2, "", Tone::Unknown, &shown(&absent));
        }
        let tally = obstacle::tally(&assessment.components);
        page.paragraph(2, "", Tone::Plain, &format!("{tally}; {}", elapsed(assessment.duration)));
    }
    if let Some(cached) = surroundings::cached(assessment) {
        page.paragraph(2, "", Tone::Faint, &shown(&cached));
    }
    if style.verbosity != Verbosity::Verbose {
        waivers(page, &assessment.components);
    }
    for note in &assessment.notes {
        page.paragraph(2, "note: ", Tone::Unknown, &shown(note));
    }
    if let Some(changed) = surroundings::changed(&assessment.subject) {
        page.paragraph(2, "", Tone::Unknown, &shown(&changed));
    }
    if style.verbosity == Verbosity::Verbose {
        let version = format!("tta-promote {}", assessment.version);
        let tools = surroundings::tools(assessment).map(|tools| format!(", {tools}")).unwrap_or_default();
        page.paragraph(2, "", Tone::Faint, &shown(&format!("{version}{tools}")));
        if let Some(logs) = &style.logs {
            page.paragraph(2, "logs: ", Tone::Faint, &shown(logs));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::clean::{is_unseen, tests::hostile};
    use super::super::{Paint, sample};
    use super::*;
    use proptest::prelude::*;

    fn at(width: usize, assessment: &Assessment) -> String {
        render(assessment, &Style { width, ..Style::default() })
    }

    fn verbose() -> Style {
        let logs = Some("/tmp/tta-promote-1/logs".to_owned());
        Style { verbosity: Verbosity::Verbose, logs, ..Style::default() }
    }

    #[test]
    fn a_component_that_passes_is_calm() {
        insta::assert_snapshot!("text_all_pass", at(80, &sample::all_pass()));
    }

    #[test]
    fn a_component_that_fails_says_where_and_how_much_is_missing() {
        insta::assert_snapshot!("text_one_fails", at(80, &sample::one_fails()));
    }

    #[test]
    fn a_wide_terminal_is_used_but_not_stretched_over() {
        insta::assert_snapshot!("text_one_fails_wide", at(120, &sample::one_fails()));
    }

    #[test]
    fn a_tool_that_is_missing_comes_with_what_to_do() {
        insta::assert_snapshot!("text_tool_missing", at(80, &sample::tool_missing()));
    }

    #[test]
    fn a_part_of_the_gate_is_not_the_gate() {
        insta::assert_snapshot!("text_only_lint", at(80, &sample::only_lint()));
    }

    #[test]
    fn what_is_waived_is_told_until_when_and_why() {
        insta::assert_snapshot!("text_waived", at(80, &sample::waived()));
        insta::assert_snapshot!("text_own", at(80, &sample::own_checks()));
    }

    #[test]
    fn waivers_of_many_that_cover_nothing_are_told_in_a_bounded_list() {
        let mut many = sample::many();
        let waived = sample::waived().components.remove(0);
        for one in &mut many.components {
            one.waivers.clone_from(&waived.waivers);
            if one.verdict == Verdict::Pass {
                one.checks.clone_from(&waived.checks);
            }
        }
        let text = at(100, &many);
        assert_eq!(text.matches("waiver: ").count(), 8, "{text}");
        assert!(text.contains("… and 16 more waivers (-v tells of each component)"), "{text}");
        assert!(text.contains("7 of 12 components ready for staging, 14 waived until 2025-11-01;"), "{text}");
        let mut several = sample::several();
        several.components[1].waivers = sample::waived().components[0].waivers.clone();
        let text = at(100, &several);
        assert_eq!(text.matches("waiver: narrative-arc: ").count(), 2, "{text}");
    }

    #[test]
    fn reused_results_say_so_at_their_check_and_once_at_the_foot() {
        insta::assert_snapshot!("text_cached", at(80, &sample::cached()));
    }

    #[test]
    fn fifty_thousand_findings_are_three_lines_and_a_number() {
        insta::assert_snapshot!("text_many_findings", at(80, &sample::many_findings()));
    }

    #[test]
    fn several_components_are_a_list_and_the_details_of_those_that_do_not_pass() {
        insta::assert_snapshot!("text_several", at(80, &sample::several()));
    }

    #[test]
    fn many_components_are_a_line_each_the_worst_last_and_what_stands_in_the_way() {
        insta::assert_snapshot!("text_many", at(80, &sample::many()));
        insta::assert_snapshot!("text_many_narrow", at(60, &sample::many()));
        insta::assert_snapshot!("text_many_wide", at(140, &sample::many()));
    }

    #[test]
    fn a_thousand_components_are_a_line_each_and_a_bounded_rest() {
        let mut assessment = sample::many();
        let twelve = assessment.components.clone();
        for number in 1..90 {
            assessment.components.extend(twelve.iter().cloned().map(|mut one| {
                one.name = format!("{}-{number}", one.name);
                one
            }));
        }
        let text = at(80, &assessment);
        let roster = text.split("\nIn the way\n").next().unwrap();
        assert_eq!(roster.lines().filter(|line| line.starts_with("  ")).count(), 90 * 12);
        assert!(text.contains("… and 172 more components (-v tells of each component)"), "{text}");
        assert!(text.lines().count() - roster.lines().count() < 150);
        assert!(text.contains("630 pass, 270 inconclusive, 180 fail"), "{text}");
    }

    #[test]
    fn verbose_tells_of_each_of_many_components_the_worst_last() {
        let text = render(&sample::many(), &verbose());
        for component in &sample::many().components {
            assert!(text.contains(&format!("\n{}  development → staging\n", component.name)), "{text}");
        }
        let place = |name: &str| text.rfind(&format!("\n{name}  development")).unwrap();
        assert!(place("docker") < place("carbon") && place("gameplay-loop") < place("docker"));
    }

    #[test]
    fn hostile_text_is_shown_and_not_obeyed() {
        insta::assert_snapshot!("text_hostile", at(80, &sample::hostile("\u{1b}[2J\u{202e}|\n`<b>@name")));
    }

    #[test]
    fn verbose_adds_commands_versions_and_logs() {
        insta::assert_snapshot!("text_one_fails_verbose", render(&sample::one_fails(), &verbose()));
    }

    #[test]
    fn of_nobody_only_the_verdict_and_the_remarks_are_said() {
        let mut nobody = sample::all_pass();
        nobody.components.clear();
        nobody.notes.clear();
        assert_eq!(at(80, &nobody).lines().count(), 1);
        nobody.notes.push("shard 2-of-3 is missing".to_owned());
        assert!(at(80, &nobody).contains("note: shard 2-of-3 is missing"));
    }

    #[test]
    fn quiet_is_the_last_line_alone_however_long() {
        let style = Style { verbosity: Verbosity::Quiet, ..Style::default() };
        let text = render(&sample::one_fails(), &style);
        assert_eq!(text, format!("{}\n", obstacle::verdict(&sample::one_fails())));
        assert_eq!(text.lines().count(), 1);
    }

    #[test]
    fn colour_adds_nothing_but_colour() {
        let codes = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
        for assessment in sample::all() {
            let coloured = render(&assessment, &Style { paint: Paint::Colour, ..verbose() });
            assert!(codes.is_match(&coloured));
            assert_eq!(codes.replace_all(&coloured, ""), render(&assessment, &verbose()));
        }
    }

    proptest! {
        #[test]
        fn no_control_survives_and_no_line_is_wider_than_the_terminal(text in hostile(), width in 60usize..140) {
            let mut several = sample::several();
            several.components.extend(sample::hostile(&text).components);
            several.project.clone_from(&text);
            let mut many = sample::many();
            many.components.extend(sample::hostile(&text).components);
            for assessment in [sample::hostile(&text), several, many] {
                for verbosity in [Verbosity::Normal, Verbosity::Verbose] {
                let style = Style { verbosity, width, ..verbose() };
                let page = render(&assessment, &style);
                prop_assert!(!page.chars().any(|c| c != '\n' && is_unseen(c)), "{page:?}");
                for line in page.lines() {
                    prop_assert!(cells(line) <= width, "{line:?}");
                }
                }
            }
        }
    }
}
