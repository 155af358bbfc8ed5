//! The JUnit report of a pytest run, read as a stream.
//!
//! Not here: what the figures mean together with the exit code and the journal (`pytest`). The hard part
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
    /// How many failures and errors the suite counts that counts most; more than there are show that something failed
    /// outside of a test case.
    pub claimed: u64,
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
    let mut suites = 0_u32;
    let mut depth = 0_u32;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        reader.get_mut().portion = 0;
        match reader.read_event_into(&mut buffer).map_err(|error| error.to_string())? {
            Event::Start(tag) => {
                depth += 1;
                match tag.name().as_ref() {
                    "testsuite" => {
                        suites += 1;
                        report.claimed = report.claimed.max(claimed(&tag)?);
                    }
                    "testcase" => case = Some(Case::of(&tag)?),
                    name => {
                        if let Some(case) = &mut case {
                            case.child(name, &tag)?;
                        }
                    }
                }
            }
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                if tag.name().as_ref() == "testcase"
                    && let Some(case) = case.take()
                {
                    case.count_in(&mut report);
                }
            }
            Event::Eof if depth > 0 => return Err("it is cut off".to_owned()),
            Event::Eof if suites == 0 => return Err("it holds no test suite".to_owned()),
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
    skipped: bool,
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
            skipped: false,
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
            (None, false) => report.clean += 1,
        }
    }
}

fn claimed(suite: &BytesStart<'_>) -> Result<u64, String> {
    let number = |name| Ok::<u64, String>(attribute(suite, name)?.trim().parse().unwrap_or(0));
    Ok(number("failures")?.saturating_add(number("errors")?))
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
