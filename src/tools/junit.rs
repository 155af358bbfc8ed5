//! The JUnit report of a test run, read as a stream.
//!
//! Not here: what the figures mean together with the exit code and the journal (`pytest`), or with nothing else (`own`). The hard part
//! is that a report can be whole and still tell of a run that was not: an internal error, a module that
//! could not be collected and an interrupted run each leave a test case of their own kind.

use std::io::{self, BufRead, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::model::finding::{Finding, Severity};

/// How much of a message is kept, in characters; the first line is what people need.
const MESSAGE: usize = 500;

/// The longest tag or text that is taken, in bytes: a failing test may compare long values.
const LONGEST_PORTION: usize = 32 << 20;

/// What the report says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JunitReport {
    /// Test cases.
    pub cases: u64,
    /// Test cases without failure, error or skip.
    pub clean: u64,
    /// Test cases with a failure or an error.
    pub bad: u64,
    /// Test cases that were skipped or failed as expected.
    pub skipped: u64,
    /// One for each test case with a failure or an error.
    pub findings: Vec<Finding>,
    /// How many of the clean ones did not run, by words that other tools have for it. Those of pytest have none, and may
    /// be given any.
    pub not_run: u64,
    /// The first suite that counts more than it shows: something failed outside of a test case, or is missing.
    pub disagreement: Option<String>,
    /// What shows that the run was not whole, if anything does.
    pub broken: Option<Broken>,
}

/// Why a report is not that of a whole run. Ordered, the gravest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Broken {
    /// A module could not be collected: its tests are unknown.
    Collection,
    /// A test case without a name: the run was interrupted in it.
    Interrupted,
    /// pytest itself failed.
    Internal,
}

/// Reads a report.
///
/// # Errors
/// What is wrong with it, as a fragment: not XML, cut off, or not a JUnit report.
pub fn read<R: BufRead>(input: R) -> Result<JunitReport, String> {
    let mut reader = Reader::from_reader(Portioned { input, portion: 0 });
    reader.config_mut().expand_empty_elements = true;
    let mut report = JunitReport::default();
    let mut case: Option<Case> = None;
    let mut has_suite = false;
    let mut suites: Vec<Suite> = Vec::new();
    let mut shown = Figures::default();
    let mut depth = 0_u32;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        reader.get_mut().portion = 0;
        match reader.read_event_into(&mut buffer).map_err(|error| error.to_string())? {
            Event::Start(tag) => {
                depth += 1;
                match tag.name().as_ref() {
                    name @ ("testsuite" | "testsuites") => {
                        has_suite |= name == "testsuite";
                        suites.push(Suite::of(&tag, suites.last(), shown)?);
                    }
                    "testcase" => case = Some(Case::of(&tag)?),
                    name => {
                        if let Some(case) = &mut case {
                            case.child(name, &tag)?;
                        } else if matches!(name, "failure" | "error") {
                            let outside = format!("the report shows a `{name}` outside of a test case");
                            report.disagreement.get_or_insert(outside);
                        }
                    }
                }
            }
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                match tag.name().as_ref() {
                    "testcase" => {
                        if let Some(case) = case.take() {
                            shown = shown.and(&case);
                            case.count_in(&mut report);
                        }
                    }
                    "testsuite" | "testsuites" => {
                        let disagreement = suites.pop().and_then(|suite| suite.disagreement(shown));
                        report.disagreement = report.disagreement.take().or(disagreement);
                    }
                    _ => {}
                }
            }
            Event::Eof if depth > 0 => return Err("it is cut off".to_owned()),
            Event::Eof if !has_suite => return Err("it holds no test suite".to_owned()),
            Event::Eof => return Ok(report),
            _ => {}
        }
    }
}

/// A reader that refuses to go on where one tag or one text has no end: it would be held in memory whole.
struct Portioned<R> {
    input: R,
    portion: usize,
}

impl<R: Read> Read for Portioned<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.input.read(buffer)
    }
}

impl<R: BufRead> BufRead for Portioned<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.portion > LONGEST_PORTION {
            return Err(io::Error::other(format!("one element is longer than {} MB", LONGEST_PORTION >> 20)));
        }
        self.input.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.portion += amount;
        self.input.consume(amount);
    }
}

#[derive(Debug, Default)]
struct Case {
    class: String,
    name: String,
    file: String,
    line: Option<u32>,
    problem: Option<Problem>,
    /// A test with several subtests may have several.
    problems: u64,
    skipped: bool,
    /// It says that it did not run.
    not_run: bool,
}

/// What is counted of test cases.
#[derive(Debug, Clone, Copy, Default)]
struct Figures {
    cases: u64,
    problems: u64,
    idle: u64,
}

impl Figures {
    fn and(self, case: &Case) -> Self {
        Self {
            cases: self.cases + 1,
            problems: self.problems + case.problems,
            idle: self.idle + u64::from(case.skipped || case.not_run),
        }
    }
}

/// A suite, or all of them.
#[derive(Debug)]
struct Suite {
    claimed: Figures,
    /// A count that is no number, such as `failures="many"`: nobody knows what it counts.
    unreadable: Option<String>,
    /// What was shown before it.
    before: Figures,
    /// pytest counts subtests, and shows those that fail alone.
    is_pytests: bool,
}

impl Suite {
    fn of(tag: &BytesStart<'_>, around: Option<&Self>, before: Figures) -> Result<Self, String> {
        let mut unreadable = None;
        let mut number = |name: &str| {
            let text = attribute(tag, name)?;
            let number = if text.trim().is_empty() { Ok(0) } else { text.trim().parse::<u64>() };
            if number.is_err() {
                unreadable
                    .get_or_insert(format!("the report counts `{}` {name}, which is no number", word(&text)));
            }
            Ok::<u64, String>(number.unwrap_or_default())
        };
        let claimed = Figures {
            cases: number("tests")?,
            problems: number("failures")?.saturating_add(number("errors")?),
            idle: number("skipped")?.saturating_add(number("disabled")?),
        };
        let is_pytests = match around {
            Some(around) => around.is_pytests,
            None => attribute(tag, "name")? == "pytest tests",
        };
        Ok(Self { claimed, unreadable, before, is_pytests })
    }

    fn disagreement(&self, shown: Figures) -> Option<String> {
        if self.unreadable.is_some() {
            return self.unreadable.clone();
        }
        let (claimed, before) = (self.claimed, self.before);
        let figures = [
            ("failures and errors", claimed.problems, shown.problems - before.problems, true),
            ("tests", claimed.cases, shown.cases - before.cases, !self.is_pytests),
            ("tests that did not run", claimed.idle, shown.idle - before.idle, !self.is_pytests),
        ];
        let more = figures.into_iter().find(|(_, claimed, shown, is_held)| *is_held && claimed > shown);
        more.map(|(what, claimed, shown, _)| format!("the report counts {claimed} {what}, and shows {shown}"))
    }
}

/// So much of a text as is shown of it.
fn word(text: &str) -> String {
    text.trim().chars().take(20).collect()
}

#[derive(Debug)]
struct Problem {
    rule: &'static str,
    message: String,
}

impl Case {
    fn of(tag: &BytesStart<'_>) -> Result<Self, String> {
        Ok(Self {
            class: attribute(tag, "classname")?,
            name: attribute(tag, "name")?,
            file: attribute(tag, "file")?,
            // pytest counts lines from 0 here.
            line: attribute(tag, "line")?.parse().ok().map(|line: u32| line.saturating_add(1)),
            problem: None,
            problems: 0,
            skipped: false,
            // Those of GoogleTest and CTest.
            not_run: is_one(&attribute(tag, "status")?, &["notrun", "disabled", "skipped"])
                || is_one(&attribute(tag, "result")?, &["suppressed", "skipped"]),
        })
    }

    fn child(&mut self, name: &str, tag: &BytesStart<'_>) -> Result<(), String> {
        let rule = match name {
            "failure" => "failed",
            "error" => "error",
            "skipped" => {
                self.skipped = true;
                return Ok(());
            }
            _ => return Ok(()),
        };
        let message = attribute(tag, "message")?;
        self.problems += 1;
        // The first one is the cause; later ones are what followed from it.
        self.problem.get_or_insert(Problem { rule, message });
        Ok(())
    }

    fn broken(&self) -> Option<Broken> {
        // A test may fail with these very words; only an error is pytest's own.
        let error = self.problem.as_ref().filter(|problem| problem.rule == "error");
        let message = error.map(|problem| problem.message.as_str());
        match (self.class.as_str(), self.name.as_str(), message) {
            ("pytest", "internal", _) => Some(Broken::Internal),
            (_, _, Some("collection failure")) => Some(Broken::Collection),
            (_, "", _) => Some(Broken::Interrupted),
            _ => None,
        }
    }

    fn count_in(self, report: &mut JunitReport) {
        report.broken = report.broken.max(self.broken());
        report.cases += 1;
        match (self.problem, self.skipped) {
            (Some(problem), _) => {
                report.bad += 1;
                report.findings.push(Finding {
                    file: self.file.into(),
                    line: self.line,
                    column: None,
                    rule: problem.rule.into(),
                    severity: Severity::High,
                    message: message(&self.name, &problem.message).into(),
                });
            }
            (None, true) => report.skipped += 1,
            (None, false) => {
                report.clean += 1;
                report.not_run += u64::from(self.not_run);
            }
        }
    }
}

fn is_one(word: &str, words: &[&str]) -> bool {
    words.iter().any(|one| word.trim().eq_ignore_ascii_case(one))
}

fn message(test: &str, said: &str) -> String {
    let first = said.lines().next().unwrap_or_default();
    let whole = if first.is_empty() { test.to_owned() } else { format!("{test}: {first}") };
    match whole.char_indices().nth(MESSAGE) {
        Some((end, _)) => format!("{}…", whole.get(..end).unwrap_or_default()),
        None => whole,
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<String, String> {
    let attribute = tag.try_get_attribute(name).map_err(|error| error.to_string())?;
    let Some(attribute) = attribute else { return Ok(String::new()) };
    Ok(quick_xml::escape::unescape(&attribute.value).map_err(|error| error.to_string())?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suite(cases: &str) -> String {
        format!(
            r#"<?xml version="1.0"?><testsuites><testsuite name="pytest">{cases}</testsuite></testsuites>"#
        )
    }

    #[test]
    fn each_kind_of_test_case_is_counted_once() {
        let text = suite(
            r#"<testcase classname="t" name="a"/><testcase classname="t" name="b" file="t.py" line="4"><failure message="assert &lt;&#10;more">x</failure><failure message="contains 1 failed subtest"/></testcase>
               <testcase classname="t" name="c"><error message="failed on setup"/></testcase><testcase classname="t" name="d"><skipped type="pytest.xfail"/></testcase>"#,
        );
        let report = read(text.as_bytes()).expect("a report");
        assert_eq!((report.cases, report.clean, report.bad, report.skipped), (4, 1, 2, 1));
        let first = report.findings.first().expect("a finding");
        assert_eq!((&*first.file, first.line, &*first.message), ("t.py", Some(5), "b: assert <"));
        assert_eq!(report.broken, None);
    }

    #[test]
    fn a_run_that_was_not_whole_is_told_by_its_report() {
        for (case, broken) in [
            (
                r#"<testcase classname="pytest" name="internal"><error message="internal error"/></testcase>"#,
                Broken::Internal,
            ),
            (
                r#"<testcase classname="" name="tests.test_x"><error message="collection failure"/></testcase>"#,
                Broken::Collection,
            ),
            (r#"<testcase time="0.1"></testcase>"#, Broken::Interrupted),
        ] {
            assert_eq!(read(suite(case).as_bytes()).expect("a report").broken, Some(broken), "{case}");
        }
    }

    #[test]
    fn what_failed_outside_of_a_test_is_told_though_no_count_says_so() {
        for name in ["error", "failure"] {
            let text = format!("<testsuite><{name}>boom</{name}><testcase name=\"a\"/></testsuite>");
            let report = read(text.as_bytes()).expect("a report");
            let told = format!("the report shows a `{name}` outside of a test case");
            assert_eq!(report.disagreement, Some(told));
        }
    }

    #[test]
    fn a_suite_that_counts_more_than_it_shows_is_told() {
        let bad = r#"<testcase name="a"><failure/><failure/></testcase>"#;
        let idle = r#"<testcase name="b" status="notrun"/><testcase name="c"><skipped/></testcase>"#;
        for (counts, cases, told) in [
            (
                "failures=\"2\" errors=\"0\" tests=\"3\" skipped=\"1\" disabled=\"1\"",
                [bad, idle].concat(),
                None,
            ),
            ("tests=\"2\"", bad.to_owned(), Some("the report counts 2 tests, and shows 1")),
            ("failures=\"3\"", bad.to_owned(), Some("the report counts 3 failures and errors, and shows 2")),
            (
                "disabled=\"3\"",
                idle.to_owned(),
                Some("the report counts 3 tests that did not run, and shows 2"),
            ),
        ] {
            let suite = format!("<testsuite {counts}>{cases}</testsuite>");
            let all = format!("<testsuites {counts}><testsuite>{cases}</testsuite></testsuites>");
            let behind = format!("<testsuites><testsuite>{bad}{idle}{bad}</testsuite>{suite}</testsuites>");
            for text in [suite, all, behind] {
                let report = read(text.as_bytes()).expect("a report");
                assert_eq!(report.disagreement.as_deref(), told, "{text}");
            }
        }
        let subtests = r#"<testsuites name="pytest tests"><testsuite tests="4" skipped="1" failures="FAILED"><testcase name="a"/></testsuite></testsuites>"#;
        let read_so = |failures| read(subtests.replace("FAILED", failures).as_bytes()).expect("a report");
        assert_eq!(read_so("0").disagreement, None);
        assert!(read_so("1").disagreement.is_some(), "what failed is shown by pytest too");
    }

    #[test]
    fn a_count_that_is_no_number_is_told_and_is_not_zero() {
        for (counts, told) in [
            ("errors=\"many\"", "the report counts `many` errors, which is no number"),
            ("tests=\"-1\"", "the report counts `-1` tests, which is no number"),
        ] {
            let text = format!("<testsuite {counts}><testcase name=\"a\"/></testsuite>");
            assert_eq!(read(text.as_bytes()).expect("a report").disagreement.as_deref(), Some(told));
        }
        let empty = read(r#"<testsuite errors=""><testcase name="a"/></testsuite>"#.as_bytes());
        assert_eq!(empty.expect("a report").disagreement, None);
    }

    #[test]
    fn what_says_that_it_did_not_run_is_told_beside_the_figures() {
        for words in [
            "status=\"notrun\"",
            "status=\"Disabled\"",
            "result=\"suppressed\"",
            "status=\"run\" result=\"skipped\"",
        ] {
            let report =
                read(suite(&format!("<testcase name=\"a\" {words}/>")).as_bytes()).expect("a report");
            assert_eq!((report.cases, report.clean, report.skipped, report.not_run), (1, 1, 0, 1), "{words}");
        }
        let ran = suite(r#"<testcase name="a" status="run" result="completed"/>"#);
        assert_eq!(read(ran.as_bytes()).expect("a report").not_run, 0);
    }

    #[test]
    fn a_text_without_end_is_refused_before_it_fills_the_memory() {
        for begin in ["<testsuites><testsuite>", "<testsuites><testcase name=\"", "<!--", ""] {
            let endless = io::BufReader::new(begin.as_bytes().chain(io::repeat(b'x')));
            let fault = read(endless).expect_err("a fault");
            assert!(fault.contains("longer than 32 MB"), "{fault}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_report_that_is_cut_off_is_never_read_as_whole(cut in 0usize..1000) {
            let whole = suite(r#"<testcase classname="t" name="a"/><testcase classname="t" name="b"><failure message="m">text</failure></testcase>"#);
            let cut = cut % (whole.len() - 1);
            proptest::prop_assert!(read(whole.as_bytes().get(..cut).unwrap_or_default()).is_err());
        }

        #[test]
        fn no_text_makes_the_reader_fall_over(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
            let _read_or_refused = read(bytes.as_slice());
        }
    }
}
