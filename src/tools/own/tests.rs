//! What tools say, and what is heard of it.

use proptest::prelude::*;

use super::share::{Places, Whom, evidence, named};
use super::*;
use crate::model::component::SourceFile;
use crate::model::evidence::{Measured, Seen};
use crate::model::own_check::{Argument, Codes, Count, Least, Piece};
use crate::model::own_name::OwnName;

fn check(reads: Reads, from: From) -> OwnCheck {
    OwnCheck {
        name: OwnName::new("mine").expect("a name"),
        title: None,
        command: vec![Argument::Text(vec![Piece::Text("tool".to_owned())])],
        reads,
        from,
        codes: Codes::default(),
        timeout: None,
    }
}

fn count(min: Least) -> Count {
    Count { pattern: r"checked (\d+) files?".to_owned(), min }
}

fn regex() -> OwnCheck {
    let finding =
        r"^(?P<file>[^:]+):(?P<line>\d+): (?P<severity>\w+): (?P<message>.+?)(?:  \[(?P<rule>.+)\])?$";
    check(Reads::Regex { finding: finding.to_owned(), proof: count(Least::Files) }, From::Both)
}

fn sarif() -> OwnCheck {
    check(Reads::Sarif(SarifProof::Artifacts), From::Report)
}

fn said<'a>(code: i32, stdout: &'a str, report: Option<&'a str>) -> Said<&'a [u8]> {
    said_bytes(Exit::Code(code), stdout.as_bytes(), report.map(str::as_bytes))
}

fn said_bytes<'a>(exit: Exit, stdout: &'a [u8], report: Option<&'a [u8]>) -> Said<&'a [u8]> {
    Said { exit, stdout, stderr: b"noise\n\nlast words\n", report, last: "noise\n\nlast words\n".to_owned() }
}

fn kind(heard: Result<Heard, Reason>) -> ReasonKind {
    heard.expect_err("no evidence").kind
}

fn file(path: &str) -> SourceFile {
    SourceFile { path: path.to_owned(), real: format!("/root/{path}") }
}

/// Of the names that the tool gave, those that begin with `src` are there.
fn places(heard: &Heard) -> Places {
    let real = named(heard).into_iter().filter_map(|name| {
        let path = name.strip_prefix("/root/").unwrap_or(name).trim_start_matches("./");
        path.starts_with("src").then(|| (name.to_owned(), format!("/root/{path}")))
    });
    Places { root: "/root".to_owned(), real: real.collect() }
}

/// The real paths of these files.
fn all(paths: &[&str]) -> BTreeSet<String> {
    paths.iter().map(|path| file(path).real).collect()
}

fn issues(check: &OwnCheck, heard: &Heard, files: &[SourceFile], whom: Whom<'_>) -> Result<u64, ReasonKind> {
    match evidence(check, heard, &places(heard), files, whom) {
        Ok(evidence) => match evidence.measured {
            Measured::Own { issues } => Ok(issues),
            other => panic!("{other:?}"),
        },
        Err(reason) => Err(reason.kind),
    }
}

#[test]
fn lines_that_match_are_findings_with_all_that_the_groups_tell() {
    let text =
        "src/a.py:3: error: Name \"x\" is not defined  [name-defined]\r\nFound 1 error (checked 1 file)\n";
    let heard = hear(&regex(), said(1, text, None)).expect("an answer");
    let finding = heard.findings.first().expect("a finding");
    assert_eq!((&*finding.file, finding.line, &*finding.rule), ("src/a.py", Some(3), "name-defined"));
    assert_eq!((&*finding.message, finding.severity), ("Name \"x\" is not defined", Severity::High));
    assert_eq!(heard.proof, Proof::Count(1));
    assert_eq!(issues(&regex(), &heard, &[file("src/a.py")], Whom::One), Ok(1));
}

#[test]
fn numbers_of_one_stream_are_added_up_and_two_streams_are_not() {
    let mut check = regex();
    check.reads =
        Reads::ExitCode(Count { pattern: r"checked ([\d,]+) files?".to_owned(), min: Least::Files });
    let text = "checked 2 files, checked 1,000 files\nchecked 1 file\n";
    let mut said = said(0, text, None);
    said.stderr = b"checked 9 files\n";
    assert_eq!(hear(&check, said).expect("an answer").proof, Proof::Count(1003));
    let mut said = self::said(0, "checked 2 files\nchecked 1 file\n", None);
    said.stderr = b"checked 2 files\n";
    assert_eq!(hear(&regex(), said).expect("an answer").proof, Proof::Count(3));
}

#[test]
fn a_count_that_is_no_number_is_no_proof() {
    let mut check = regex();
    check.reads = Reads::ExitCode(Count { pattern: r"checked (\w+)".to_owned(), min: Least::Number(1) });
    assert_eq!(kind(hear(&check, said(0, "checked everything\n", None))), ReasonKind::ReportUnreadable);
}

#[test]
fn who_looked_at_less_than_there_is_gives_no_evidence() {
    let heard = hear(&regex(), said(0, "checked 1 file\n", None)).expect("an answer");
    let files = [file("src/a.py"), file("src/b.py")];
    assert_eq!(issues(&regex(), &heard, &files[..1], Whom::One), Ok(0));
    assert_eq!(issues(&regex(), &heard, &files, Whom::One), Err(ReasonKind::NothingInspected));
    assert_eq!(
        issues(&regex(), &heard, &files[..1], Whom::All { files: &all(&["src/a.py", "src/b.py"]) }),
        Err(ReasonKind::NothingInspected)
    );
    let nothing = hear(&regex(), said(0, "checked 0 files\n", None)).expect("an answer");
    assert_eq!(issues(&regex(), &nothing, &files, Whom::One), Err(ReasonKind::NothingInspected));
}

#[test]
fn exit_code_and_findings_must_agree() {
    let found = "src/a.py:3: error: bad\nchecked 1 file\n";
    assert_eq!(kind(hear(&regex(), said(0, found, None))), ReasonKind::ReportsDisagree);
    assert_eq!(kind(hear(&regex(), said(1, "checked 1 file\n", None))), ReasonKind::ReportsDisagree);
    let reason = hear(&regex(), said(2, found, None)).expect_err("no evidence");
    assert_eq!(
        (reason.kind, reason.message.as_str()),
        (ReasonKind::ToolCrashed, "tool ended with exit code 2: noise; last words")
    );
    let mut indifferent = regex();
    indifferent.codes.findings.insert(0);
    assert_eq!(hear(&indifferent, said(0, found, None)).expect("an answer").findings.len(), 1);
    assert!(hear(&indifferent, said(0, "checked 1 file\n", None)).is_ok());
}

#[test]
fn ends_that_are_no_answer_have_their_own_kinds() {
    for (exit, expected) in [
        (Exit::Signal(9), ReasonKind::ToolCrashed),
        (Exit::TimedOut, ReasonKind::TimedOut),
        (Exit::Interrupted, ReasonKind::Interrupted),
        (Exit::Flooded, ReasonKind::ToolCrashed),
        (Exit::NotFound, ReasonKind::ToolMissing),
    ] {
        assert_eq!(kind(hear(&regex(), said_bytes(exit, b"checked 1 file\n", None))), expected, "{exit:?}");
    }
}

#[test]
fn what_is_no_text_and_what_has_no_end_is_unreadable_where_findings_are_looked_for() {
    let long = [b"x".repeat(2 << 20), b"\nchecked 1 file\n".to_vec()].concat();
    for bytes in [b"\xff\xfe checked 1 file\n".as_slice(), &long] {
        assert_eq!(
            kind(hear(&regex(), said_bytes(Exit::Code(0), bytes, None))),
            ReasonKind::ReportUnreadable
        );
    }
    let by_exit = check(Reads::ExitCode(count(Least::Files)), From::Both);
    let heard = hear(&by_exit, said_bytes(Exit::Code(0), &long, None)).expect("an answer");
    assert_eq!(heard.proof, Proof::Count(1), "what is no line of the proof is passed over");
}

#[test]
fn an_exit_code_that_means_findings_is_one_with_the_last_words() {
    let check = check(Reads::ExitCode(count(Least::Files)), From::Both);
    let heard = hear(&check, said(1, "checked 1 file\n", None)).expect("an answer");
    let finding = heard.findings.first().expect("a finding");
    assert_eq!((&*finding.rule, &*finding.message), ("exit-code-1", "noise; last words"));
    assert_eq!(issues(&check, &heard, &[file("src/a.py")], Whom::All { files: &all(&["src/a.py"]) }), Ok(1));
}

#[test]
fn a_finding_counts_for_whom_it_is_about_and_in_doubt_for_everybody() {
    let text = "src/a.py:1: error: mine\n./src/b.py:1: error: another's\n/root/src/a.py:2: error: mine too\n\
                gone.py:1: error: whose\nsrc/nobodys.py:1: error: whose\nsrc:1: error: a folder\nchecked 3 files\n";
    let heard = hear(&regex(), said(1, text, None)).expect("an answer");
    let files = all(&["src/a.py", "src/b.py", "src/c.py"]);
    let all = Whom::All { files: &files };
    assert_eq!(issues(&regex(), &heard, &[file("src/a.py")], all), Ok(5));
    assert_eq!(issues(&regex(), &heard, &[file("src/b.py")], all), Ok(4));
    assert_eq!(issues(&regex(), &heard, &[file("src/c.py")], all), Ok(3));
    assert_eq!(issues(&regex(), &heard, &[file("src/c.py")], Whom::One), Ok(6), "found on its behalf");
    let shown =
        evidence(&regex(), &heard, &places(&heard), &[file("src/c.py")], Whom::One).expect("evidence");
    let files: Vec<&str> = shown.findings.iter().map(|finding| &*finding.file).collect();
    assert_eq!(files, ["gone.py", "src", "src/a.py", "src/a.py", "src/b.py", "src/nobodys.py"]);
}

#[test]
fn a_report_that_is_missing_or_empty_was_never_written() {
    let junit = check(Reads::Junit, From::Report);
    for check in [&sarif(), &junit] {
        for report in [None, Some("")] {
            assert_eq!(kind(hear(check, said(0, "", report))), ReasonKind::ReportMissing);
        }
        for report in ["{", "null", "<html/>", "[]", "\u{0}"] {
            assert_eq!(
                kind(hear(check, said(0, "", Some(report)))),
                ReasonKind::ReportUnreadable,
                "{report}"
            );
        }
    }
    let lines = OwnCheck { from: From::Report, ..regex() };
    assert_eq!(kind(hear(&lines, said(0, "checked 1 file\n", None))), ReasonKind::ReportMissing);
    assert!(hear(&lines, said(0, "checked 1 file\n", Some(""))).is_ok());
}

#[test]
fn the_tests_that_ran_are_the_proof_of_junit() {
    let junit = check(Reads::Junit, From::Report);
    let suite =
        |attributes: &str, cases: &str| format!("<testsuite name=\"x\" {attributes}>{cases}</testsuite>");
    let pass = suite("", r#"<testcase name="a"/><testcase name="b"><skipped/></testcase>"#);
    let heard = hear(&junit, said(0, "", Some(&pass))).expect("an answer");
    assert_eq!(heard.proof, Proof::Tests(1));
    let skipped = hear(&junit, said(0, "", Some(&suite("", r#"<testcase name="b"><skipped/></testcase>"#))));
    let skipped = skipped.expect("an answer");
    assert_eq!(issues(&junit, &skipped, &[file("src/a.py")], Whom::One), Err(ReasonKind::NoTestsRan));
    let failed = suite("", r#"<testcase name="a" file="src/t.py"><failure message="m"/></testcase>"#);
    let heard = hear(&junit, said(1, "", Some(&failed))).expect("an answer");
    assert_eq!(
        issues(&junit, &heard, &[file("src/a.py")], Whom::All { files: &all(&["src/a.py", "src/t.py"]) }),
        Ok(1),
        "it is somebody's"
    );
    for hidden in [
        suite("errors=\"1\"", r#"<testcase name="a"/>"#),
        suite("tests=\"2\"", r#"<testcase name="a"/>"#),
        format!("<testsuites failures=\"1\">{}</testsuites>", suite("", r#"<testcase name="a"/>"#)),
    ] {
        assert_eq!(kind(hear(&junit, said(0, "", Some(&hidden)))), ReasonKind::ReportsDisagree, "{hidden}");
    }
    let idle = suite(
        "tests=\"2\"",
        r#"<testcase name="a" status="notrun" result="suppressed"/><testcase name="b" status="disabled"/>"#,
    );
    let idle = hear(&junit, said(0, "", Some(&idle))).expect("an answer");
    assert_eq!(issues(&junit, &idle, &[file("src/a.py")], Whom::One), Err(ReasonKind::NoTestsRan));
}

fn log(run: &str) -> String {
    format!(
        r#"{{"version": "2.1.0", "runs": [{{"tool": {{"driver": {{"name": "T", "rules": [
        {{"id": "R1", "defaultConfiguration": {{"level": "error"}}, "messageStrings": {{"m": {{"text": "by id"}}}}}}]}}}}, {run}}}]}}"#
    )
}

const ARTIFACTS: &str = r#""artifacts": [{"location": {"uri": "src/a.py"}}, {"location": {"uri": "src/settings.py"}, "roles": ["toolSpecifiedConfiguration"]}]"#;

#[test]
fn results_are_understood_as_the_standard_says() {
    let results = r#""results": [
        {"ruleId": "R1", "message": {"id": "m"}, "locations": [{"physicalLocation": {"artifactLocation": {"index": 0}, "region": {"startLine": 4, "startColumn": 2}}}]},
        {"ruleId": "R2", "level": "note", "message": {"text": "a note"}},
        {"kind": "pass", "message": {"text": "x"}}, {"kind": "notApplicable", "message": {"text": "x"}}, {"kind": "informational", "message": {"text": "x"}},
        {"kind": "open", "message": {"text": "nobody knows"}}, {"kind": "review", "message": {"text": "somebody must look"}},
        {"baselineState": "absent", "message": {"text": "gone"}}, {"baselineState": "unchanged", "message": {"text": "still there"}},
        {"suppressions": [{"kind": "inSource"}], "message": {"text": "x"}},
        {"suppressions": [{"kind": "external", "status": "accepted"}, {"kind": "external", "status": "rejected"}], "message": {"text": "not accepted"}},
        {"suppressions": [], "message": {"text": "not suppressed"}}
    ]"#;
    let text = log(&format!("{results}, {ARTIFACTS}"));
    let heard = hear(&sarif(), said(1, "", Some(&text))).expect("an answer");
    let told: Vec<(&str, Severity)> =
        heard.findings.iter().map(|finding| (&*finding.message, finding.severity)).collect();
    assert_eq!(
        told,
        [
            ("by id", Severity::High),
            ("a note", Severity::Low),
            ("nobody knows", Severity::Medium),
            ("somebody must look", Severity::Medium),
            ("still there", Severity::Medium),
            ("not accepted", Severity::Medium),
            ("not suppressed", Severity::Medium),
        ]
    );
    let first = heard.findings.first().expect("a finding");
    assert_eq!((&*first.file, first.line, first.column, &*first.rule), ("src/a.py", Some(4), Some(2), "R1"));
    assert_eq!(heard.suppressed, 1);
    let with_mark = format!("\u{feff}{text}");
    assert_eq!(hear(&sarif(), said(1, "", Some(&with_mark))).expect("an answer"), heard);
}

#[test]
fn every_file_must_be_among_the_artifacts_that_were_looked_at() {
    let heard =
        hear(&sarif(), said(0, "", Some(&log(&format!("\"results\": [], {ARTIFACTS}"))))).expect("an answer");
    let seen = evidence(&sarif(), &heard, &places(&heard), &[file("src/a.py")], Whom::One).expect("evidence");
    assert_eq!(seen.inspected.seen(), Seen::Files(1));
    let both = [file("src/a.py"), file("src/b.py")];
    assert_eq!(issues(&sarif(), &heard, &both, Whom::One), Err(ReasonKind::WrongFiles));
    assert_eq!(
        issues(&sarif(), &heard, &[file("src/settings.py")], Whom::One),
        Err(ReasonKind::NothingInspected)
    );
}

#[test]
fn every_run_must_list_every_file() {
    let run = |artifacts: &str| {
        format!(r#"{{"tool": {{"driver": {{"name": "T"}}}}, "results": [], "artifacts": [{artifacts}]}}"#)
    };
    let a = r#"{"location": {"uri": "src/a.py"}}"#;
    let b = r#"{"location": {"uri": "src/b.py"}}"#;
    for (second, expected) in
        [(format!("{b}, {a}"), Ok(0)), (b.to_owned(), Err(ReasonKind::NothingInspected))]
    {
        let text = format!(r#"{{"version": "2.1.0", "runs": [{}, {}]}}"#, run(a), run(&second));
        let heard = hear(&sarif(), said(0, "", Some(&text))).expect("an answer");
        assert_eq!(issues(&sarif(), &heard, &[file("src/a.py")], Whom::One), expected, "{second}");
    }
}

#[test]
fn a_result_counts_for_each_component_that_one_of_its_places_is_in() {
    let place = |uri: &str, line: u32| {
        format!(
            r#"{{"physicalLocation": {{"artifactLocation": {{"uri": "{uri}"}}, "region": {{"startLine": {line}}}}}}}"#
        )
    };
    let artifacts = r#""artifacts": [{"location": {"uri": "src/a.py"}}, {"location": {"uri": "src/b.py"}}, {"location": {"uri": "src/c.py"}}]"#;
    let heard = |places: &[String]| {
        let results =
            format!(r#""results": [{{"message": {{"text": "m"}}, "locations": [{}]}}]"#, places.join(", "));
        hear(&sarif(), said(1, "", Some(&log(&format!("{results}, {artifacts}"))))).expect("an answer")
    };
    let files = all(&["src/a.py", "src/b.py", "src/c.py"]);
    let of = |heard: &Heard, path: &str| issues(&sarif(), heard, &[file(path)], Whom::All { files: &files });
    let two = heard(&[place("src/a.py", 3), place("src/b.py", 7), place("src/b.py", 9)]);
    assert_eq!(["src/a.py", "src/b.py", "src/c.py"].map(|path| of(&two, path)), [Ok(1), Ok(1), Ok(0)]);
    let shown = evidence(&sarif(), &two, &places(&two), &[file("src/b.py")], Whom::All { files: &files });
    let shown = shown.expect("evidence");
    let shown = shown.findings.first().expect("a finding");
    assert_eq!((&*shown.file, shown.line), ("src/b.py", Some(7)), "where it is in the component");
    let found = |heard: &Heard, own: &[SourceFile], whom: Whom<'_>| {
        let found = evidence(&sarif(), heard, &places(heard), own, whom).expect("evidence").findings;
        found.iter().map(|one| format!("{}:{}", one.file, one.line.unwrap_or_default())).collect::<Vec<_>>()
    };
    let own = [file("src/a.py"), file("src/b.py")];
    for places in [["src/a.py", "src/b.py"], ["src/b.py", "/root/src/a.py"]] {
        let [one, other] = places.map(|path| place(path, 3));
        let heard = heard(&[one, other, place("./src/b.py", 9), place("src/c.py", 1), place("src/c.py", 2)]);
        let each = ["src/a.py:3", "src/b.py:3"];
        assert_eq!(found(&heard, &own, Whom::All { files: &files }), each, "whatever their order");
        assert_eq!(found(&heard, &own, Whom::One), ["src/a.py:3", "src/b.py:3", "src/c.py:1"]);
    }
    let doubtful = heard(&[place("src/a.py", 3), place("gone.py", 7)]);
    assert_eq!(found(&doubtful, &own, Whom::All { files: &files }), ["gone.py:7", "src/a.py:3"]);
    assert_eq!(of(&doubtful, "src/c.py"), Ok(1), "in doubt it is everybody's");
}

#[test]
fn a_report_of_a_run_that_did_not_go_well_is_no_evidence() {
    for (run, expected) in [
        (r#""results": null"#, ReasonKind::NothingInspected),
        (r#""artifacts": []"#, ReasonKind::NothingInspected),
        (r#""results": [], "invocations": [{"executionSuccessful": false}]"#, ReasonKind::ToolCrashed),
        (
            r#""results": [], "invocations": [{"executionSuccessful": true, "toolExecutionNotifications": [{"level": "error", "message": {"text": "no"}}]}]"#,
            ReasonKind::ToolCrashed,
        ),
        (
            r#""results": [], "invocations": [{"executionSuccessful": true, "toolConfigurationNotifications": [{"level": "error", "message": {"text": "no"}}]}]"#,
            ReasonKind::ToolCrashed,
        ),
        (r#""results": [], "invocations": [{}]"#, ReasonKind::ReportUnreadable),
        (
            r#""results": [], "externalPropertyFileReferences": {"results": [{}]}"#,
            ReasonKind::ReportUnreadable,
        ),
        (
            r#""results": []}], "inlineExternalProperties": [{"results": [{"message": {"text": "m"}}]"#,
            ReasonKind::ReportUnreadable,
        ),
        (r#""results": [], "results": []"#, ReasonKind::ReportUnreadable),
    ] {
        assert_eq!(kind(hear(&sarif(), said(0, "", Some(&log(run))))), expected, "{run}");
    }
    for text in [
        r#"{"version": "2.1.0", "runs": []}"#,
        r#"{"version": "2.1.0"}"#,
        r#"{"version": "2.0.0", "runs": [{"tool": {"driver": {"name": "T"}}, "results": []}]}"#,
        r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {}}, "results": []}]}"#,
        r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": " "}}, "results": []}]}"#,
        r#"{"version": "2.1.0", "runs": [{"results": []}]}"#,
    ] {
        assert_eq!(kind(hear(&sarif(), said(0, "", Some(text)))), ReasonKind::ReportUnreadable, "{text}");
    }
}

#[test]
fn what_stands_in_the_document_is_no_proof() {
    let check = check(Reads::Sarif(SarifProof::Count(count(Least::Files))), From::Stdout);
    let text = log(r#""results": [{"message": {"text": "\nchecked 9 files"}}]"#).replace("\\n", "\n ");
    let text = text.replace('\n', " ") + "\n";
    let heard = hear(&check, said(1, &text, None)).expect("an answer");
    assert_eq!(heard.proof, Proof::Count(0));
    let mut beside = said(1, &text, None);
    beside.stderr = b"checked 3 files\n";
    assert_eq!(hear(&check, beside).expect("an answer").proof, Proof::Count(3));
}

/// Lines as a tool may print them.
fn any_text() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just("src/a.py:1: error: bad".to_owned()),
        Just("Success: no issues found".to_owned()),
        "[ -~]{0,20}".prop_map(|text| text.replace("checked", "")),
        Just("checked 0 files".to_owned()),
    ];
    proptest::collection::vec(line, 0..6).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #[test]
    fn without_proof_there_is_no_evidence(text in any_text(), code in 0..3, exits in any::<bool>()) {
        let check = if exits { check(Reads::ExitCode(count(Least::Number(1))), From::Both) } else { regex() };
        if let Ok(heard) = hear(&check, said(code, &text, None)) {
            let found = issues(&check, &heard, &[file("src/a.py")], Whom::One);
            prop_assert_eq!(found, Err(ReasonKind::NothingInspected));
        }
    }

    #[test]
    fn a_clean_answer_needs_a_clean_exit_and_no_finding(text in any_text(), looked in 1u64..9, code in 0..4) {
        let text = format!("{text}\nchecked {looked} files\n");
        let has_finding = text.lines().any(|line| line.starts_with("src/a.py:1: error: "));
        if let Ok(heard) = hear(&regex(), said(code, &text, None))
            && issues(&regex(), &heard, &[file("src/a.py")], Whom::One) == Ok(0)
        {
            prop_assert!(code == 0 && !has_finding, "{code} {text}");
        }
    }

    #[test]
    fn no_bytes_make_a_reader_fall_over(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for check in [regex(), sarif(), check(Reads::Junit, From::Report)] {
            let _heard_or_refused = hear(&check, said_bytes(Exit::Code(0), &bytes, Some(&bytes)));
        }
    }

    #[test]
    fn a_report_that_is_cut_off_is_never_heard(cut in 0usize..4000) {
        let whole = log(&format!("\"results\": [], {ARTIFACTS}"));
        let cut = cut % (whole.len() - 1);
        prop_assert!(hear(&sarif(), said(0, "", whole.get(..cut))).is_err());
    }
}
