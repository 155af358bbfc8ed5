//! The problems as workflow commands, which GitHub Actions shows as annotations, and the outputs of a step. Not the
//! files that a step writes to; those are found and written elsewhere. The hard part: GitHub shows ten of each kind per
//! step and drops the rest in silence, so the worst come first and the rest is counted; and text of others must never
//! become a command.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io;

use serde::{Serialize, Serializer};

use crate::model::assessment::{Assessment, Verdict};

use super::json::on_one_line;
use super::locator::Checkout;
use super::problem::{Problem, Weight, What, problems};
use super::summary::{count, grouped};
use super::{clean, obstacle};

/// How many annotations of one kind GitHub takes from a step.
const MOST: usize = 10;
/// Characters of a message, and of a title or a path.
const MESSAGE: usize = 1_000;
const TITLE: usize = 200;

/// Writes the commands, one a line.
///
/// # Errors
/// What `out` meets.
pub(super) fn render_to(
    assessment: &Assessment,
    checkout: &Checkout,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut lines = of_verdict(assessment);
    let chosen = Chosen::of(assessment);
    let mut left_out = chosen.all;
    let verdict_is_a_notice = usize::from(assessment.verdict == Verdict::Pass);
    let errors = chosen.unknown.iter().chain(&chosen.own).chain(&chosen.errors);
    let errors = errors.take(MOST - 1);
    let notices = chosen.notices.iter().take(MOST - 1 - verdict_is_a_notice);
    for (kind, shown) in errors
        .map(|shown| ("error", shown))
        .chain(chosen.warnings.iter().map(|shown| ("warning", shown)))
        .chain(notices.map(|shown| ("notice", shown)))
    {
        left_out -= 1 + shown.like_it;
        lines.push_str(&command(kind, shown, checkout));
    }
    if left_out > 0 {
        let more = format!("{} more in the summary (`--format json` has all)", grouped(left_out as u64));
        let _infallible = writeln!(lines, "::notice title=tta-promote::{}", data(&more));
    }
    out.write_all(lines.as_bytes())
}

/// What all of it came to. It is always there, so that nothing is never silent.
fn of_verdict(assessment: &Assessment) -> String {
    let kind = if assessment.verdict == Verdict::Pass { "notice" } else { "error" };
    let title = property(&format!("tta-promote: {}", assessment.verdict.name()));
    format!("::{kind} title={title}::{}\n", data(&obstacle::verdict(assessment)))
}

/// A problem, and how many others are told with it.
struct Shown<'a> {
    problem: Problem<'a>,
    like_it: usize,
}

/// What may be shown: of each kind no more than can be.
#[derive(Default)]
struct Chosen<'a> {
    /// What was not measured, each reason once.
    unknown: Vec<Shown<'a>>,
    /// What checks and conditions say themselves.
    own: Vec<Shown<'a>>,
    errors: Vec<Shown<'a>>,
    warnings: Vec<Shown<'a>>,
    notices: Vec<Shown<'a>>,
    /// How many problems there are.
    all: usize,
}

impl<'a> Chosen<'a> {
    fn of(assessment: &'a Assessment) -> Self {
        let mut chosen = Self::default();
        let mut reasons: HashMap<(&str, &str), usize> = HashMap::new();
        // What nobody's problem says, the verdict does.
        for problem in problems(assessment).filter(|problem| problem.component.is_some()) {
            chosen.all += 1;
            if let What::Unmeasured(reason) = problem.what {
                let place = *reasons.entry((&reason.message, &reason.hint)).or_insert(chosen.unknown.len());
                if let Some(same) = chosen.unknown.get_mut(place) {
                    same.like_it += 1;
                    continue;
                }
            }
            let list = match (problem.weight(), problem.what) {
                (Weight::Unknown, _) => &mut chosen.unknown,
                (Weight::Error, What::Finding(_)) => &mut chosen.errors,
                (Weight::Error, _) => &mut chosen.own,
                (Weight::Warning, _) => &mut chosen.warnings,
                (Weight::Note, _) => &mut chosen.notices,
            };
            if list.len() < MOST {
                list.push(Shown { problem, like_it: 0 });
            }
        }
        chosen
    }
}

fn command(kind: &str, shown: &Shown<'_>, checkout: &Checkout) -> String {
    let problem = &shown.problem;
    let mut properties = format!("file={}", property(&checkout.seen_from_top(problem.file())));
    let (line, column) = problem.position();
    for (name, number) in [("line", line), ("col", column)] {
        if let Some(number) = number {
            let _infallible = write!(properties, ",{name}={number}");
        }
    }
    let title = property(&format!("{}: {}", problem.tool(), problem.rule()));
    let like_it = match shown.like_it {
        0 => String::new(),
        more => format!("; and {} for the same reason", count(more as u64, "more check")),
    };
    let message = data(&format!("{}{like_it}", clean::line(&problem.message_with_waiver(), MESSAGE)));
    format!("::{kind} {properties},title={title}::{message}\n")
}

/// `text` as the message of a command.
fn data(text: &str) -> String {
    escaped(&clean::line(text, MESSAGE + TITLE), false)
}

/// `text` as a property of one, where a comma would begin the next and a colon the message.
fn property(text: &str) -> String {
    escaped(&clean::line(text, TITLE), true)
}

fn escaped(line: &str, in_property: bool) -> String {
    let mut text = String::with_capacity(line.len());
    for character in line.chars() {
        match character {
            '%' => text.push_str("%25"),
            '\r' => text.push_str("%0D"),
            '\n' => text.push_str("%0A"),
            ':' if in_property => text.push_str("%3A"),
            ',' if in_property => text.push_str("%2C"),
            plain => text.push(plain),
        }
    }
    text
}

/// The outputs of a step, one a line: the verdict, the exit code, what all of it came to in a sentence, and the verdict
/// of each component, by a name of its own and all of them as JSON. No value has a line break, so none needs a
/// delimiter.
pub fn render_outputs(assessment: &Assessment, exit_code: u8) -> String {
    let verdict = assessment.verdict.name();
    let sentence = clean::line(&obstacle::verdict(assessment), MESSAGE);
    let mut text = format!("verdict={verdict}\nexit-code={exit_code}\nsummary={sentence}\n");
    // Of two names that are written alike the worse verdict stands.
    let mut by_name: BTreeMap<String, Verdict> = BTreeMap::new();
    for component in &assessment.components {
        let stands = by_name.entry(output_name(&component.name)).or_insert(component.verdict);
        *stands = component.verdict.max(*stands);
    }
    for (name, verdict) in by_name {
        let _infallible = writeln!(text, "verdict-{name}={}", verdict.name());
    }
    let json = on_one_line(&ByComponent(assessment));
    let _infallible = writeln!(text, "components={json}");
    text
}

/// What an output may be called. The runner takes names that differ in case alone for one, and the last to be written
/// for its value.
fn output_name(name: &str) -> String {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    clean::line(name, TITLE).chars().map(|c| if is_safe(c) { c.to_ascii_lowercase() } else { '_' }).collect()
}

struct ByComponent<'a>(&'a Assessment);

impl Serialize for ByComponent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.components.iter().map(|one| (&one.name, one.verdict.name())))
    }
}

#[cfg(test)]
mod tests {
    use super::super::clean::{is_unseen, tests::hostile};
    use super::super::sample;
    use super::*;
    use crate::model::assessment::Outcome;
    use crate::model::finding::Severity;
    use proptest::prelude::*;

    fn render(assessment: &Assessment) -> String {
        let mut text = Vec::new();
        let checkout = Checkout { prefix: "services/tta/".to_owned(), repository: None };
        render_to(assessment, &checkout, &mut text).expect("written");
        String::from_utf8(text).expect("UTF-8")
    }

    fn number(commands: &str, kind: &str) -> usize {
        commands.lines().filter(|line| line.starts_with(&format!("::{kind} "))).count()
    }

    #[test]
    fn the_commands_of_each_state() {
        insta::assert_snapshot!("github_all_pass", render(&sample::all_pass()));
        insta::assert_snapshot!("github_one_fails", render(&sample::one_fails()));
        insta::assert_snapshot!("github_tool_missing", render(&sample::tool_missing()));
        insta::assert_snapshot!("github_many", render(&sample::many()));
        insta::assert_snapshot!("github_waiting", render(&sample::waiting()));
        insta::assert_snapshot!("github_waived", render(&sample::waived()));
        insta::assert_snapshot!("github_own", render(&sample::own_checks()));
        insta::assert_snapshot!("github_nobody", render(&sample::nobody()));
        insta::assert_snapshot!(
            "github_hostile",
            render(&sample::hostile("\u{1b}[2J\n::add-mask::x,line=9::%0A::set-output name=a::b"))
        );
    }

    #[test]
    fn the_outputs_of_each_state() {
        insta::assert_snapshot!("github_outputs_many", render_outputs(&sample::many(), 1));
        insta::assert_snapshot!(
            "github_outputs_hostile",
            render_outputs(&sample::hostile("a\nverdict=pass\u{2028}"), 1)
        );
        insta::assert_snapshot!("github_outputs_nobody", render_outputs(&sample::nobody(), 3));
    }

    #[test]
    fn no_kind_is_told_more_often_than_github_shows_and_the_rest_is_counted() {
        let mut many = sample::many_findings();
        let check = &mut many.components[0].checks[2];
        let Outcome::Fail(evidence) = &mut check.outcome else { unreachable!() };
        for (index, finding) in evidence.findings.iter_mut().enumerate() {
            finding.severity = Severity::ALL[index % 3];
        }
        let commands = render(&many);
        for kind in ["error", "warning", "notice"] {
            assert_eq!(number(&commands, kind), 10, "{kind}");
        }
        assert!(commands.contains("49,972 more in the summary"), "{commands}");
        assert!(commands.lines().count() <= 50);
    }

    #[test]
    fn what_was_not_measured_is_told_before_any_number_of_findings() {
        let mut mixed = sample::many_findings();
        mixed.components.extend(sample::tool_missing().components);
        mixed.components.extend(sample::tool_missing().components);
        let commands = render(&mixed);
        let second = commands.lines().nth(1).expect("a line");
        assert!(second.contains("title=tta-promote%3A inconclusive::carbon: types not measured"), "{second}");
        assert!(second.ends_with("; and 1 more check for the same reason"), "{second}");
        assert!(commands.contains("49,992 more"), "{commands}");
    }

    #[test]
    fn a_verdict_is_always_told_and_only_a_pass_without_an_error() {
        for assessment in sample::all() {
            let commands = render(&assessment);
            assert_eq!(number(&commands, "error") == 0, assessment.verdict == Verdict::Pass, "{commands}");
            assert!(commands.lines().count() > 0);
        }
    }

    #[test]
    fn of_two_outputs_of_one_name_the_worse_stands() {
        let mut two = sample::several();
        two.components[0].name = "a.b".into();
        two.components[1].name = "a_b".into();
        let outputs = render_outputs(&two, 1);
        assert!(outputs.contains("verdict-a_b=fail\n") && !outputs.contains("verdict-a_b=pass"), "{outputs}");
        assert!(outputs.contains("\"a.b\": \"fail\", \"a_b\": \"pass\""), "{outputs}");
    }

    #[test]
    fn of_two_outputs_whose_names_differ_in_case_alone_the_worse_stands() {
        for names in [["Carbon", "carbon"], ["carbon", "Carbon"]] {
            let mut two = sample::several();
            for (component, name) in two.components.iter_mut().zip(names) {
                component.name = name.into();
            }
            let outputs = render_outputs(&two, 1);
            assert!(outputs.contains("verdict-carbon=fail\n"), "{outputs}");
            assert_eq!(outputs.to_ascii_lowercase().matches("verdict-carbon=").count(), 1, "{outputs}");
        }
    }

    /// A line as the runner reads it: name, properties, message.
    fn parsed(line: &str) -> (&str, Vec<(&str, &str)>, &str) {
        let (info, message) =
            line.strip_prefix("::").expect("a command").split_once("::").expect("a message");
        let (name, properties) = info.split_once(' ').unwrap_or((info, ""));
        (name, properties.split(',').filter_map(|pair| pair.split_once('=')).collect(), message)
    }

    proptest! {
        #[test]
        fn whatever_text_is_in_it_every_line_is_a_command_of_ours(text in hostile()) {
            for text in [text.clone(), format!("\n::set-output name=a::{text}"), format!("{text},line=7::x\r::add-mask::y")] {
                let commands = render(&sample::hostile(&text));
                prop_assert!(!commands.chars().any(|c| is_unseen(c) && c != '\n'));
                prop_assert_eq!(commands.lines().count(), 6, "{}", commands);
                for line in commands.lines() {
                    let (name, properties, message) = parsed(line);
                    prop_assert!(["error", "warning", "notice"].contains(&name), "{}", line);
                    let names: Vec<&str> = properties.iter().map(|(name, _)| *name).collect();
                    let ours = [
                        &["title"][..],
                        &["file", "title"],
                        &["file", "line", "title"],
                        &["file", "line", "col", "title"],
                    ];
                    prop_assert!(ours.contains(&names.as_slice()), "{}", line);
                    prop_assert!(!message.contains('\r'));
                }
                let outputs = render_outputs(&sample::hostile(&text), 1);
                let keys: Vec<&str> = outputs.lines().filter_map(|line| line.split_once('=')).map(|(key, _)| key).collect();
                prop_assert_eq!((keys.len(), outputs.lines().count()), (5, 5), "{}", outputs);
                prop_assert!(keys[3].bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')));
                prop_assert_eq!((keys[0], keys[4]), ("verdict", "components"));
            }
        }
    }
}
