//! The verdict as JUnit XML, for CI systems that show tests: a suite per component, a case per check. Not pytest's
//! report, which has a case per test. The hard part: those systems take what is skipped or absent for fine. So what
//! is inconclusive is an error, and where no check says why a verdict is no pass, a case of its own does.

use std::io::{self, BufWriter, Write};
use std::time::Duration;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::model::assessment::{Assessment, CheckAssessment, ComponentAssessment, Outcome, Verdict};
use crate::model::condition::ConditionState;
use crate::model::waiver::WaiverAssessment;

use super::summary::{grouped, summary};
use super::{clean, obstacle, text_check, waived};

mod finding;

use finding::{Findings, Found};

/// Characters of a name or a message.
const SHORT: usize = 1_000;
/// Characters of one finding.
const LONG: usize = 10_000;
/// Bytes of the findings and of the notes in one element: libxml2, and so GitLab, refuses a document with a text of ten
/// million.
const FINDINGS: usize = 8_000_000;
const NOTES: usize = 1_000_000;

/// Writes the document.
///
/// # Errors
/// What `out` meets.
pub(super) fn render_to(assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    let mut junit = Junit { xml: Writer::new_with_indent(BufWriter::with_capacity(1 << 16, out), b' ', 2) };
    junit.document(assessment)?;
    let mut out = junit.xml.into_inner();
    out.write_all(b"\n")?;
    out.flush()
}

/// One test case.
struct Case<'a> {
    name: String,
    time: Option<Duration>,
    end: End<'a>,
}

/// What came of it, as JUnit has it.
enum End<'a> {
    /// With the findings that the gate allows or waivers cover.
    Passed(Findings<'a>),
    Failure {
        kind: &'static str,
        message: String,
        findings: Findings<'a>,
        notes: &'a [String],
    },
    Error {
        kind: &'static str,
        message: String,
        hint: &'a str,
    },
    Skipped {
        why: &'a str,
    },
}

/// How many cases came to what, and how long they took.
#[derive(Default)]
struct Tally {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
    time: Duration,
}

impl Tally {
    fn add(&mut self, case: &Case<'_>) {
        self.tests += 1;
        self.time += case.time.unwrap_or_default();
        match case.end {
            End::Passed(_) => {}
            End::Failure { .. } => self.failures += 1,
            End::Error { .. } => self.errors += 1,
            End::Skipped { .. } => self.skipped += 1,
        }
    }
}

fn cases(component: &ComponentAssessment) -> impl Iterator<Item = Case<'_>> {
    let of_checks = component.checks.iter().enumerate().map(|(index, check)| Case {
        name: check.check().id().to_owned(),
        time: time(check, &component.checks[..index]),
        end: end(check, &component.waivers),
    });
    let of_conditions = component.conditions.iter().map(|condition| {
        let message = format!("{}: {}", condition.state.name(), condition.summary);
        let kind = condition.state.name();
        Case {
            name: condition.id.clone(),
            time: None,
            end: match condition.state {
                ConditionState::Pass => End::Passed(Findings::default()),
                ConditionState::Fail => failure(kind, message),
                ConditionState::Inconclusive | ConditionState::Waiting => {
                    End::Error { kind, message, hint: "" }
                }
            },
        }
    });
    let unexplained = component.is_unexplained().then(|| Case {
        name: "gate".to_owned(),
        time: None,
        end: of_verdict(component.verdict, obstacle::standing(component, None)),
    });
    of_checks.chain(of_conditions).chain(unexplained)
}

/// What no component says: that there is none.
fn of_all(assessment: &Assessment) -> Option<Case<'_>> {
    let is_told = assessment.components.iter().any(|component| component.verdict != Verdict::Pass);
    (assessment.verdict != Verdict::Pass && !is_told).then(|| Case {
        name: "verdict".to_owned(),
        time: None,
        end: of_verdict(assessment.verdict, obstacle::verdict(assessment)),
    })
}

fn of_verdict(verdict: Verdict, message: String) -> End<'static> {
    match verdict {
        Verdict::Pass => End::Passed(Findings::default()),
        Verdict::Fail => failure(verdict.name(), message),
        Verdict::Inconclusive => End::Error { kind: verdict.name(), message, hint: "" },
    }
}

/// One that no check gave.
fn failure(kind: &'static str, message: String) -> End<'static> {
    End::Failure { kind, message, findings: Findings::default(), notes: &[] }
}

fn end<'a>(check: &'a CheckAssessment, waivers: &'a [WaiverAssessment]) -> End<'a> {
    let findings = Findings { check: Some(check), waivers };
    match &check.outcome {
        Outcome::Pass(_) => End::Passed(findings),
        Outcome::Fail(_) if check.waived => End::Passed(findings),
        Outcome::Fail(evidence) => End::Failure {
            kind: check.check().id(),
            message: summary(check),
            findings,
            notes: &evidence.notes,
        },
        Outcome::Inconclusive { reason, .. } => {
            End::Error { kind: reason.kind.name(), message: reason.message.clone(), hint: &reason.hint }
        }
        Outcome::NotApplicable { why } => End::Skipped { why },
    }
}

/// The time of the run; none where a check before it had the same one, or where it is that of an earlier `verify`.
fn time(check: &CheckAssessment, before: &[CheckAssessment]) -> Option<Duration> {
    let run = check.outcome.run().filter(|run| run.cached.is_none())?;
    let is_told = before.iter().any(|earlier| earlier.outcome.run() == Some(run));
    (!is_told).then_some(run.duration)
}

struct Junit<'o> {
    xml: Writer<BufWriter<&'o mut dyn Write>>,
}

impl Junit<'_> {
    fn document(&mut self, assessment: &Assessment) -> io::Result<()> {
        self.xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let mut all = Tally::default();
        let own = || of_all(assessment).into_iter();
        own().chain(assessment.components.iter().flat_map(cases)).for_each(|case| all.add(&case));
        let mut root = BytesStart::new("testsuites");
        attribute(&mut root, "name", &assessment.project);
        attribute(&mut root, "time", &seconds(assessment.duration));
        for (name, number) in [("tests", all.tests), ("failures", all.failures), ("errors", all.errors)] {
            attribute(&mut root, name, &number.to_string());
        }
        self.xml.write_event(Event::Start(root))?;
        if own().next().is_some() {
            self.suite(assessment, &assessment.project, None, own)?;
        }
        for component in &assessment.components {
            self.suite(assessment, &component.name, Some(component), || cases(component))?;
        }
        self.xml.write_event(Event::End(BytesEnd::new("testsuites")))
    }

    fn suite<'c, I: Iterator<Item = Case<'c>>>(
        &mut self,
        assessment: &Assessment,
        name: &str,
        component: Option<&ComponentAssessment>,
        cases: impl Fn() -> I,
    ) -> io::Result<()> {
        let mut tally = Tally::default();
        cases().for_each(|case| tally.add(&case));
        let mut suite = BytesStart::new("testsuite");
        attribute(&mut suite, "name", name);
        let counts = [
            ("tests", tally.tests),
            ("failures", tally.failures),
            ("errors", tally.errors),
            ("skipped", tally.skipped),
        ];
        for (name, number) in counts {
            attribute(&mut suite, name, &number.to_string());
        }
        attribute(&mut suite, "time", &seconds(tally.time));
        attribute(&mut suite, "timestamp", &assessment.started.strftime("%Y-%m-%dT%H:%M:%S").to_string());
        self.xml.write_event(Event::Start(suite))?;
        self.properties(assessment, component)?;
        for case in cases() {
            self.case(name, &case)?;
        }
        self.xml.write_event(Event::End(BytesEnd::new("testsuite")))
    }

    /// What the figures are of.
    fn properties(
        &mut self,
        assessment: &Assessment,
        component: Option<&ComponentAssessment>,
    ) -> io::Result<()> {
        self.xml.write_event(Event::Start(BytesStart::new("properties")))?;
        let dirty = assessment.subject.dirty.map(|dirty| dirty.to_string());
        let waived = waived::until(component.into_iter().chain(match component {
            Some(_) => &[],
            None => assessment.components.as_slice(),
        }));
        let waivers = component.map_or(&[][..], |component| &component.waivers);
        let waivers: Vec<String> = waivers.iter().map(waived::placed).collect();
        let properties = [
            ("verdict", Some(component.map_or(assessment.verdict, |component| component.verdict).name())),
            ("from", component.map(|component| component.from.name())),
            ("to", component.map(|component| component.to.name())),
            ("commit", assessment.subject.commit.as_deref()),
            ("dirty", dirty.as_deref()),
            ("tta-promote", Some(&assessment.version)),
            ("waived", waived.as_deref()),
        ];
        let waivers = waivers.iter().map(|words| ("waiver", Some(words.as_str())));
        for (name, value) in properties.into_iter().chain(waivers) {
            let Some(value) = value else { continue };
            let mut property = BytesStart::new("property");
            attribute(&mut property, "name", name);
            attribute(&mut property, "value", value);
            self.xml.write_event(Event::Empty(property))?;
        }
        self.xml.write_event(Event::End(BytesEnd::new("properties")))
    }

    fn case(&mut self, suite: &str, case: &Case<'_>) -> io::Result<()> {
        let mut tag = BytesStart::new("testcase");
        attribute(&mut tag, "classname", suite);
        attribute(&mut tag, "name", &case.name);
        if let Some(time) = case.time {
            attribute(&mut tag, "time", &seconds(time));
        }
        if matches!(case.end, End::Passed(findings) if findings.is_empty()) {
            return self.xml.write_event(Event::Empty(tag));
        }
        self.xml.write_event(Event::Start(tag))?;
        match &case.end {
            End::Passed(findings) => self.system_out(findings.all())?,
            End::Failure { kind, message, findings, notes } => {
                let is_covered = |(_, waiver): &Found<'_>| waiver.is_some();
                self.element(with_message("failure", kind, message), |junit| {
                    junit.line(message, LONG)?;
                    junit.findings(findings.all().filter(|found| !is_covered(found)))?;
                    junit.lines(notes.iter().map(|note| format!("note: {note}")), NOTES)
                })?;
                let mut covered = findings.all().filter(is_covered).peekable();
                if covered.peek().is_some() {
                    self.system_out(covered)?;
                }
            }
            End::Error { kind, message, hint } => {
                self.element(with_message("error", kind, message), |junit| {
                    junit.line(message, LONG)?;
                    if hint.is_empty() { Ok(()) } else { junit.line(&format!("do: {hint}"), LONG) }
                })?;
            }
            End::Skipped { why } => {
                self.xml.write_event(Event::Empty(with_message("skipped", "not_applicable", why)))?;
            }
        }
        self.xml.write_event(Event::End(BytesEnd::new("testcase")))
    }

    fn element(
        &mut self,
        tag: BytesStart<'_>,
        body: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> io::Result<()> {
        let end = tag.to_end().into_owned();
        self.xml.write_event(Event::Start(tag))?;
        body(self)?;
        self.xml.write_event(Event::End(end))
    }

    /// What keeps no gate shut.
    fn system_out<'c>(&mut self, findings: impl Iterator<Item = Found<'c>>) -> io::Result<()> {
        self.element(BytesStart::new("system-out"), |junit| junit.findings(findings))
    }

    fn findings<'c>(&mut self, findings: impl Iterator<Item = Found<'c>>) -> io::Result<()> {
        let lines = findings.map(|(finding, waiver)| {
            let waived = waiver.map(waived::mark).unwrap_or_default();
            let line = [&text_check::place(finding), &*finding.rule, &*finding.message].join(" ");
            format!("{waived}{line}")
        });
        self.lines(lines, FINDINGS)
    }

    /// As many lines as there is room for, in bytes, and how many more there are.
    fn lines(&mut self, mut lines: impl Iterator<Item = String>, room: usize) -> io::Result<()> {
        let mut room = room;
        while let Some(line) = lines.next() {
            let line = escaped(&line, LONG);
            let Some(left) = room.checked_sub(line.len()) else {
                let more = grouped(1 + lines.count() as u64);
                return self.line(&format!("… and {more} more (`--format json` has all)"), LONG);
            };
            room = left;
            self.text(line)?;
        }
        Ok(())
    }

    /// A line of its own in the body of an element.
    fn line(&mut self, text: &str, max: usize) -> io::Result<()> {
        self.text(escaped(text, max))
    }

    fn text(&mut self, escaped: String) -> io::Result<()> {
        self.xml.write_event(Event::Text(BytesText::from_escaped(escaped)))
    }
}

fn with_message(name: &'static str, kind: &str, message: &str) -> BytesStart<'static> {
    let mut tag = BytesStart::new(name);
    attribute(&mut tag, "type", kind);
    attribute(&mut tag, "message", message);
    tag
}

fn attribute(tag: &mut BytesStart<'_>, name: &str, value: &str) {
    tag.push_attribute((name, visible(value, SHORT).as_str()));
}

/// `text` on one line, with what cannot be seen, and what XML 1.0 has no way to hold, as `\u{…}`.
fn visible(text: &str, max: usize) -> String {
    let line = clean::line(text, max);
    if !line.contains(['\u{fffe}', '\u{ffff}']) {
        return line;
    }
    line.replace('\u{fffe}', "\\u{fffe}").replace('\u{ffff}', "\\u{ffff}")
}

/// The same as a line of text in XML.
fn escaped(text: &str, max: usize) -> String {
    let mut line = quick_xml::escape::escape(visible(text, max)).into_owned();
    line.push('\n');
    line
}

fn seconds(time: Duration) -> String {
    format!("{}.{:03}", time.as_secs(), time.subsec_millis())
}

#[cfg(test)]
mod tests {
    use super::super::clean::{is_unseen, tests::hostile};
    use super::super::sample;
    use super::*;
    use proptest::prelude::*;
    use quick_xml::Reader;

    fn render(assessment: &Assessment) -> String {
        let mut text = Vec::new();
        render_to(assessment, &mut text).expect("written");
        String::from_utf8(text).expect("UTF-8")
    }

    #[test]
    fn the_document_of_each_state() {
        insta::assert_snapshot!("junit_one_fails", render(&sample::one_fails()));
        insta::assert_snapshot!("junit_tool_missing", render(&sample::tool_missing()));
        insta::assert_snapshot!("junit_several", render(&sample::several()));
        insta::assert_snapshot!("junit_cached", render(&sample::cached()));
        insta::assert_snapshot!("junit_waiting", render(&sample::waiting()));
        insta::assert_snapshot!("junit_waived", render(&sample::waived()));
        insta::assert_snapshot!("junit_own", render(&sample::own_checks()));
        insta::assert_snapshot!("junit_nobody", render(&sample::nobody()));
        insta::assert_snapshot!(
            "junit_hostile",
            render(&sample::hostile("\u{1b}[2J|\n]]><b a='\"'>&amp;\u{ffff}::set-output"))
        );
    }

    /// What a reader of the document gets: elements by name, attribute values, text.
    #[derive(Default, Debug)]
    struct Reading {
        elements: std::collections::BTreeMap<String, usize>,
        sums: std::collections::BTreeMap<String, usize>,
        text: String,
    }

    fn read(document: &str) -> Reading {
        let mut reading = Reading::default();
        let mut reader = Reader::from_str(document);
        loop {
            match reader.read_event().expect("well-formed") {
                Event::Start(tag) | Event::Empty(tag) => {
                    let name = String::from_utf8(tag.name().as_ref().as_bytes().to_vec()).expect("UTF-8");
                    for attribute in tag.attributes() {
                        let attribute = attribute.expect("an attribute");
                        let value = quick_xml::escape::unescape(&attribute.value).expect("unescaped");
                        reading.text.push_str(&value);
                        let key = attribute.key.as_ref();
                        if let (true, Ok(number)) = (
                            ["tests", "failures", "errors", "skipped"].contains(&key),
                            value.parse::<usize>(),
                        ) {
                            *reading.sums.entry(format!("{name} {key}")).or_default() += number;
                        }
                    }
                    *reading.elements.entry(name).or_default() += 1;
                }
                Event::Text(text) => reading.text.push_str(&text),
                Event::GeneralRef(_) | Event::End(_) | Event::Decl(_) => {}
                Event::Eof => return reading,
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn what_is_waived_stands_among_no_failures_and_says_until_when() {
        let mut mixed = sample::waived();
        let check = &mut mixed.components[0].checks[2];
        let Outcome::Fail(evidence) = &mut check.outcome else { unreachable!() };
        let other = crate::model::finding::Finding {
            rule: "F401".into(),
            message: "unused".into(),
            ..evidence.findings[0].clone()
        };
        evidence.findings.push(other);
        check.waived = false;
        mixed.components[0].verdict = Verdict::Fail;
        mixed.verdict = Verdict::Fail;
        let document = render(&mixed);
        let (failure, rest) = document.split_once("</failure>").expect("a failure");
        let failure = failure.split_once("<failure").expect("its beginning").1;
        assert!(failure.contains("F401 unused") && !failure.contains("E501"), "{failure}");
        let out = rest.split_once("<system-out>").and_then(|(_, out)| out.split_once("</system-out>"));
        let lines: Vec<&str> = out.expect("what is waived").0.trim().lines().collect();
        assert_eq!(lines.len(), 2, "{lines:?}");
        for line in lines {
            assert!(
                line.starts_with("waived until 2025-11-01 (alice, #12: the table is generated): "),
                "{line}"
            );
            assert!(line.contains(" E501 "), "{line}");
        }
    }

    #[test]
    fn every_count_is_the_number_of_what_it_counts() {
        for assessment in sample::all() {
            let Reading { elements, sums, .. } = read(&render(&assessment));
            for (count, element) in [("tests", "testcase"), ("failures", "failure"), ("errors", "error")] {
                let there = elements.get(element).copied().unwrap_or_default();
                assert_eq!(sums[&format!("testsuite {count}")], there, "{count}");
                assert_eq!(sums[&format!("testsuites {count}")], there, "{count}");
            }
            assert_eq!(sums["testsuite skipped"], elements.get("skipped").copied().unwrap_or_default());
        }
    }

    #[test]
    fn no_verdict_but_a_pass_looks_like_one() {
        for assessment in sample::all() {
            let Reading { elements, .. } = read(&render(&assessment));
            let bad = elements.contains_key("failure") || elements.contains_key("error");
            assert_eq!(bad, assessment.verdict != Verdict::Pass, "{}", render(&assessment));
        }
        let mut no_gate = sample::all_pass();
        no_gate.components[0].checks.clear();
        no_gate.components[0].verdict = Verdict::Inconclusive;
        no_gate.verdict = Verdict::Inconclusive;
        assert_eq!(read(&render(&no_gate)).elements["error"], 1);
    }

    #[test]
    fn what_was_not_measured_is_an_error_and_never_skipped() {
        let Reading { elements, .. } = read(&render(&sample::tool_missing()));
        assert_eq!(
            (elements["error"], elements["skipped"]),
            (1, 1),
            "the one that is skipped does not apply"
        );
    }

    #[test]
    fn all_findings_are_in_it() {
        assert_eq!(
            render(&sample::many_findings()).matches("E501 Line too long (104 &gt; 88)").count(),
            50_000
        );
    }

    #[test]
    fn no_text_is_longer_than_readers_take_and_what_is_left_out_is_counted() {
        let mut many = sample::many_findings();
        let Outcome::Fail(evidence) = &mut many.components[0].checks[2].outcome else { unreachable!() };
        evidence.findings.iter_mut().for_each(|finding| finding.message = "<".repeat(100).into());
        evidence.notes = vec!["<".repeat(9_000); 1_000];
        let document = render(&many);
        let longest =
            document.split("<failure").map(|part| part.split("</failure>").next().unwrap_or("").len());
        assert!(longest.max().unwrap() < 10_000_000);
        let shown = document.matches("E501 ").count();
        assert!((1..50_000).contains(&shown), "{shown}");
        let more = grouped(50_000 - shown as u64);
        assert!(document.contains(&format!("… and {more} more (`--format json` has all)")));
    }

    proptest! {
        #[test]
        fn whatever_text_is_in_it_the_document_keeps_its_shape(text in hostile()) {
            let document = render(&sample::hostile(&text));
            let is_invalid = |c: char| (is_unseen(c) && c != '\n') || matches!(c, '\u{fffe}' | '\u{ffff}');
            prop_assert!(!document.chars().any(is_invalid), "{}", document);
            let plain = read(&render(&sample::hostile("x")));
            prop_assert_eq!(read(&document).elements, plain.elements);
        }
    }
}
