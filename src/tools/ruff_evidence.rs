//! One component's share of ruff's shared runs.
//!
//! Not here: how the runs are read (`ruff`, `ruff_settings`, `ruff_canary`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::ending;
use super::ruff::{INVALID_SYNTAX, Issue, Issues, UNREADABLE};
use super::ruff_canary::Canary;
use super::ruff_settings::Settings;
use crate::model::component::SourceFile;
use crate::model::evidence::{Evidence, Inspected, Measured};
use crate::model::finding::{Finding, Severity};
use crate::model::line_set::Lines;
use crate::model::reason::{Reason, ReasonKind};

/// What ruff said about all components together.
#[derive(Debug, Clone, Copy)]
pub struct Reports<'a> {
    /// The issues.
    pub check: &'a Issues,
    /// The files that it reads, by its own word.
    pub shown: &'a BTreeSet<String>,
    /// The issues with suppressions ignored.
    pub unsuppressed: &'a Issues,
    /// The settings in force, by the real path of each file.
    pub settings: &'a BTreeMap<&'a str, &'a Settings>,
    /// What the canary showed, by real path, for the files that [`suspects`] names.
    pub canaries: &'a BTreeMap<String, Canary>,
}

/// The files of a component in which something is suppressed, or could be without being counted: these
/// need a canary.
pub fn suspects<'a>(
    files: &'a [SourceFile],
    check: &Issues,
    unsuppressed: &Issues,
    settings: &BTreeMap<&str, &Settings>,
) -> Vec<&'a SourceFile> {
    let suspect = |real: &str| {
        suppressed(check.of(real), unsuppressed.of(real)) > 0
            || settings.get(real).is_some_and(|settings| !settings.ignores.is_empty())
    };
    ending::by_real_path(files).into_values().filter(|file| suspect(&file.real)).collect()
}

/// The evidence for the component that `files` are.
///
/// Where a weakened configuration shows issues with which the check cannot pass even so, as `may_pass` says of them, they are
/// given: more could only make it worse. Otherwise it is `check_weakened`.
pub fn evidence(
    files: &[SourceFile],
    reports: &Reports<'_>,
    may_pass: impl Fn(&[Finding]) -> bool,
) -> Result<Evidence, Reason> {
    let once = ending::by_real_path(files);
    for file in once.values() {
        if let Some(why) = unread(file, reports) {
            return Err(why);
        }
    }
    let names: BTreeMap<&str, &str> =
        once.values().map(|file| (file.path.as_str(), file.real.as_str())).collect();
    let paths: Vec<String> = once.values().map(|file| file.path.clone()).collect();
    let seen = |path: &str| names.get(path).is_some_and(|real| reports.shown.contains(*real));
    let inspected = Inspected::files(&paths, "ruff", seen)?;

    let mut findings: Vec<Finding> = Vec::new();
    let mut quiet = 0;
    for (real, file) in &once {
        let path: Arc<str> = file.path.as_str().into();
        findings.extend(reports.check.of(real).iter().map(|issue| finding(&path, issue)));
        quiet += suppressed(reports.check.of(real), reports.unsuppressed.of(real));
    }
    let issues = findings.len() as u64;
    if let Some(weakness) = once.values().find_map(|file| weakness(file, reports))
        && may_pass(&findings)
    {
        return Err(weakness);
    }
    findings.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    let (extent, notes) = (extent(&once, reports), notes(&once, reports));
    Ok(Evidence {
        measured: Measured::Lint { issues },
        inspected,
        findings,
        extent,
        suppressed: quiet,
        lines: Lines::new(),
        notes,
        run: None,
    })
}

fn finding(path: &Arc<str>, issue: &Issue) -> Finding {
    Finding {
        file: Arc::clone(path),
        line: issue.line,
        column: issue.column,
        rule: Arc::clone(&issue.rule),
        severity: Severity::High,
        message: Arc::clone(&issue.message),
    }
}

/// How many issues of one file show only when suppressions are ignored. A rule that looks at the
/// suppressions themselves shows only when they are not, so the totals cannot be subtracted.
fn suppressed(obeyed: &[Issue], ignored: &[Issue]) -> u64 {
    let mut left: BTreeMap<(&str, Option<u32>, Option<u32>), u64> = BTreeMap::new();
    for issue in obeyed {
        *left.entry((&issue.rule, issue.line, issue.column)).or_default() += 1;
    }
    let mut more = 0;
    for issue in ignored {
        match left.get_mut(&(&*issue.rule, issue.line, issue.column)) {
            Some(count) if *count > 0 => *count -= 1,
            _ => more += 1,
        }
    }
    more
}

/// Why ruff did not read a file, where it says so.
fn unread(file: &SourceFile, reports: &Reports<'_>) -> Option<Reason> {
    let issues = reports.check.of(&file.real).iter().chain(reports.unsuppressed.of(&file.real));
    let told =
        issues.into_iter().find(|issue| *issue.rule == *UNREADABLE).map(|issue| issue.message.to_string());
    let lines = || reports.check.unlinted.iter().chain(&reports.unsuppressed.unlinted);
    let told = told.or_else(|| {
        lines().find_map(|line| {
            let rest = line.strip_prefix(&file.real).or_else(|| line.strip_prefix(&file.path))?;
            rest.strip_prefix(": ").map(ToOwned::to_owned)
        })
    });
    if let Some(why) = told {
        return Some(Reason::new(
            ReasonKind::Unreadable,
            format!("ruff could not read `{}`: {}", file.path, ending::quoted(&why)),
            "make it a readable file in UTF-8",
        ));
    }
    // A line about a file that is surely another one is no concern of this component; one that cannot be
    // attributed may be about any.
    let stray = lines().find(|line| {
        let name = line.split_once(": ").map_or(line.as_str(), |(name, _)| name);
        !reports.shown.iter().any(|shown| *shown != file.real && ends_with_path(shown, name))
    })?;
    Some(Reason::new(
        ReasonKind::Unreadable,
        format!("ruff could not lint a file: {}", ending::quoted(stray)),
        "make it a readable file in UTF-8",
    ))
}

fn ends_with_path(whole: &str, end: &str) -> bool {
    whole.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('/') || end.starts_with('/'))
}

/// Why a clean answer about a file would prove nothing.
fn weakness(file: &SourceFile, reports: &Reports<'_>) -> Option<Reason> {
    let weakened = |message: String, hint: &str| Some(Reason::new(ReasonKind::CheckWeakened, message, hint));
    let path = &file.path;
    let Some(settings) = reports.settings.get(file.real.as_str()) else {
        return weakened(
            format!("ruff's settings for `{path}` are not known"),
            "run `ruff check --show-settings` on the file and see what it prints",
        );
    };
    if settings.enabled.is_empty() {
        return weakened(
            format!("no rule is enabled for `{path}`"),
            "enable rules with `lint.select` in ruff's configuration",
        );
    }
    if let Some(language) = &settings.other_language {
        return weakened(
            format!("ruff takes `{path}` for {language}, not for Python"),
            "remove `py` from `extension` in ruff's configuration",
        );
    }
    let suspect =
        !suspects(std::slice::from_ref(file), reports.check, reports.unsuppressed, reports.settings)
            .is_empty();
    match reports.canaries.get(&file.real) {
        Some(Canary::Silent) => weakened(
            format!("everything is suppressed in `{path}`"),
            "suppress single rules on single lines instead, `# noqa: RULE`",
        ),
        None if suspect => weakened(
            format!("whether everything is suppressed in `{path}` could not be found out"),
            "suppress single rules on single lines, `# noqa: RULE`",
        ),
        Some(Canary::Sings) | None => None,
    }
}

/// How many rules are in force; where the files have different settings, the fewest.
fn extent(once: &BTreeMap<&str, &SourceFile>, reports: &Reports<'_>) -> Option<String> {
    let settings = once.keys().filter_map(|real| reports.settings.get(real));
    let fewest = settings.map(|settings| settings.enabled.len()).min()?;
    Some(if fewest == 1 { "1 rule".to_owned() } else { format!("{fewest} rules") })
}

fn notes(once: &BTreeMap<&str, &SourceFile>, reports: &Reports<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    let settings = once.keys().filter_map(|real| reports.settings.get(real));
    if settings.into_iter().any(|settings| !settings.ignores.is_empty()) {
        notes.push("`extend-per-file-ignores` may suppress more than could be counted".to_owned());
    }
    let broken =
        once.keys().flat_map(|real| reports.check.of(real)).filter(|issue| *issue.rule == *INVALID_SYNTAX);
    match broken.count() {
        0 => {}
        1 => notes.push("1 syntax error".to_owned()),
        errors => notes.push(format!("{errors} syntax errors")),
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::recording::{self, load};
    use crate::tools::ruff::{self, Suppressions};
    use crate::tools::{ruff_canary, ruff_settings};

    fn check(case: &str) -> Result<Issues, Reason> {
        let run = load(&format!("ruff/{case}"));
        ruff::read_check(run.exit, run.stdout.as_slice(), &run.stderr)
    }

    fn settings(case: &str) -> Result<Settings, Reason> {
        let run = load(&format!("ruff/{case}"));
        ruff_settings::read_settings(run.exit, run.stdout.as_slice(), &run.stderr)
    }

    fn shown(case: &str) -> BTreeSet<String> {
        let run = load(&format!("ruff/{case}"));
        ruff::read_show_files(run.exit, run.stdout.as_slice(), &run.stderr).expect("files")
    }

    #[derive(Clone, Copy)]
    struct Case {
        paths: &'static [&'static str],
        check: &'static str,
        unsuppressed: &'static str,
        shown: &'static str,
        settings: &'static str,
        canary: Option<Canary>,
        max_issues: u64,
    }

    const CLEAN: Case = Case {
        paths: &["a.py"],
        check: "clean",
        unsuppressed: "clean",
        shown: "show-files",
        settings: "settings",
        canary: None,
        max_issues: 0,
    };

    impl Case {
        fn evidence(&self) -> Result<Evidence, Reason> {
            let files = recording::files(self.paths);
            let settings = settings(self.settings).expect("settings");
            let in_force = files.iter().map(|file| (file.real.as_str(), &settings)).collect();
            let canaries = files.iter().filter_map(|file| Some((file.real.clone(), self.canary?))).collect();
            let reports = Reports {
                check: &check(self.check)?,
                unsuppressed: &check(self.unsuppressed)?,
                shown: &shown(self.shown),
                settings: &in_force,
                canaries: &canaries,
            };
            evidence(&files, &reports, |findings| findings.len() as u64 <= self.max_issues)
        }

        fn kind(&self) -> ReasonKind {
            self.evidence().expect_err("a reason").kind
        }
    }

    fn issues(evidence: &Evidence) -> u64 {
        match evidence.measured {
            Measured::Lint { issues } => issues,
            _ => panic!("no lint figures"),
        }
    }

    #[test]
    fn the_recordings_were_made_with_the_words_that_we_use() {
        let files = |paths: &[&'static str]| -> BTreeSet<&'static str> { paths.iter().copied().collect() };
        let (a, ab) = (files(&["/project/a.py"]), files(&["/project/a.py", "/project/b.py"]));
        assert_eq!(ruff::check_argv("ruff", &ab, Suppressions::Obeyed), load("ruff/noqa").argv);
        assert_eq!(ruff::check_argv("ruff", &ab, Suppressions::Ignored), load("ruff/noqa-ignored").argv);
        assert_eq!(ruff::show_files_argv("ruff", &ab), load("ruff/show-files").argv);
        assert_eq!(ruff::show_settings_argv("ruff", "/project/a.py"), load("ruff/settings").argv);
        for (case, how) in [("code", Suppressions::Obeyed), ("code-ignored", Suppressions::Ignored)] {
            assert_eq!(
                ruff::canary_argv("ruff", "/project/a.py", how),
                load(&format!("ruff/canary-{case}")).argv
            );
        }
        assert_eq!(ruff::check_argv("ruff", &a, Suppressions::Obeyed), load("ruff/excluded").argv);
    }

    #[test]
    fn a_clean_component_has_no_issues_and_says_which_rules_were_asked() {
        let evidence = CLEAN.evidence().expect("evidence");
        assert_eq!((issues(&evidence), evidence.suppressed, evidence.inspected.count()), (0, 0, 1));
        assert_eq!(evidence.extent.as_deref(), Some("407 rules"));
        let narrow = Case { settings: "settings-narrow", ..CLEAN }.evidence().expect("evidence");
        assert_eq!(narrow.extent.as_deref(), Some("13 rules"));
    }

    #[test]
    fn issues_are_told_where_they_are_and_only_to_the_component_whose_they_are() {
        let case = Case { check: "issues", unsuppressed: "issues", ..CLEAN };
        let evidence = case.evidence().expect("evidence");
        assert_eq!(issues(&evidence), 2);
        let first = &evidence.findings[0];
        assert_eq!(
            (&*first.file, first.line, first.column, &*first.rule),
            ("a.py", Some(3), Some(8), "F401")
        );
        assert_eq!(issues(&Case { paths: &["b.py"], ..case }.evidence().expect("evidence")), 0);
        let both = Case { paths: &["b.py", "a.py", "a.py"], ..case }.evidence().expect("evidence");
        assert_eq!((issues(&both), both.inspected.count()), (2, 2));
    }

    #[test]
    fn a_folder_without_python_files_is_nothing_inspected() {
        assert_eq!(check("no-python-files").expect_err("a reason").kind, ReasonKind::NothingInspected);
        assert_eq!(Case { paths: &[], ..CLEAN }.kind(), ReasonKind::NothingInspected);
    }

    #[test]
    fn a_missing_path_is_no_lint_issue_and_no_pass_of_the_file() {
        let missing =
            Case { check: "missing-path", unsuppressed: "missing-path", paths: &["nope.py"], ..CLEAN };
        assert_eq!(missing.kind(), ReasonKind::Unreadable);
        let beside = Case { paths: &["a.py"], ..missing }.evidence().expect("evidence");
        assert_eq!(issues(&beside), 2);
    }

    #[test]
    fn a_missing_path_that_only_stderr_tells_of_is_no_pass() {
        let case = Case { check: "missing-path-unselected", paths: &["nope.py"], ..CLEAN };
        assert_eq!(case.kind(), ReasonKind::Unreadable);
        // It cannot be another component's file: ruff shows none of that name.
        assert_eq!(Case { paths: &["a.py"], ..case }.kind(), ReasonKind::Unreadable);
    }

    #[test]
    fn a_file_that_is_not_utf8_is_inconclusive_for_its_component_alone() {
        for check in ["not-utf8", "not-utf8-unselected"] {
            let case = Case { check, unsuppressed: check, paths: &["b.py"], ..CLEAN };
            assert_eq!(case.kind(), ReasonKind::Unreadable, "{check}");
            assert_eq!(
                issues(&Case { paths: &["a.py"], ..case }.evidence().expect("evidence")),
                0,
                "{check}"
            );
        }
    }

    #[test]
    fn a_file_that_ruff_does_not_show_was_not_read() {
        assert_eq!(
            Case { shown: "show-files-missing", paths: &["b.py"], ..CLEAN }.kind(),
            ReasonKind::NothingInspected
        );
        assert_eq!(
            Case { shown: "show-files-missing", paths: &["a.py", "b.py"], ..CLEAN }.kind(),
            ReasonKind::WrongFiles
        );
    }

    #[test]
    fn a_component_excluded_by_configuration_is_linted_all_the_same() {
        assert_eq!(check("excluded").expect("issues").of("/project/a.py").len(), 2);
        assert_eq!(check("excluded-by-force").expect_err("a reason").kind, ReasonKind::NothingInspected);
    }

    #[test]
    fn a_syntax_error_is_an_issue_in_every_version_even_where_no_rule_is_enabled() {
        for (case, errors) in [("syntax-error", 2), ("syntax-error-0.4", 1), ("syntax-error-0.8", 2)] {
            let found = check(case).expect("issues");
            let syntax = found.of("/project/a.py").iter().filter(|issue| *issue.rule == *INVALID_SYNTAX);
            assert!(syntax.count() >= errors, "{case}");
        }
        let case = Case {
            check: "syntax-error",
            unsuppressed: "syntax-error",
            settings: "settings-no-rule",
            ..CLEAN
        };
        assert_eq!(issues(&case.evidence().expect("evidence")), 2);
        assert_eq!(Case { max_issues: 2, ..case }.kind(), ReasonKind::CheckWeakened);
    }

    #[test]
    fn a_configuration_that_ruff_refuses_is_inconclusive_and_quotes_it() {
        for (case, said) in [
            ("broken-configuration", "Failed to parse /project/pyproject.toml"),
            ("required-version", "Required version"),
            ("unknown-option", "unexpected argument"),
        ] {
            let reason = check(case).expect_err("a reason");
            assert_eq!(reason.kind, ReasonKind::ConfigInvalid, "{case}");
            assert!(reason.message.contains(said), "{}", reason.message);
        }
        assert_eq!(settings("settings-broken").expect_err("a reason").kind, ReasonKind::ConfigInvalid);
    }

    #[test]
    fn a_fix_in_the_configuration_changes_nothing() {
        assert_eq!(check("fix-in-configuration").expect("issues").of("/project/a.py").len(), 2);
    }

    #[test]
    fn uvx_that_cannot_resolve_ruff_is_a_crash_and_no_issue() {
        assert_eq!(check("unresolvable").expect_err("a reason").kind, ReasonKind::ToolCrashed);
    }

    #[test]
    fn no_rule_enabled_is_no_pass() {
        let reason = Case { settings: "settings-no-rule", ..CLEAN }.evidence().expect_err("a reason");
        assert_eq!(
            (reason.kind, reason.message.as_str()),
            (ReasonKind::CheckWeakened, "no rule is enabled for `a.py`")
        );
    }

    #[test]
    fn python_taken_for_markdown_is_no_pass() {
        assert!(check("markdown").expect("issues").by_file.is_empty());
        let case =
            Case { check: "markdown", unsuppressed: "markdown", settings: "settings-markdown", ..CLEAN };
        assert_eq!(case.kind(), ReasonKind::CheckWeakened);
    }

    #[test]
    fn a_line_noqa_is_counted() {
        let case = Case { check: "noqa", unsuppressed: "noqa-ignored", canary: Some(Canary::Sings), ..CLEAN };
        let evidence = case.evidence().expect("evidence");
        assert_eq!((issues(&evidence), evidence.suppressed), (1, 1));
    }

    #[test]
    fn suppressions_without_a_canary_are_no_pass() {
        let case = Case { check: "noqa", unsuppressed: "noqa-ignored", max_issues: 1, ..CLEAN };
        assert_eq!(case.kind(), ReasonKind::CheckWeakened);
        assert_eq!(Case { canary: Some(Canary::Silent), ..case }.kind(), ReasonKind::CheckWeakened);
        assert!(Case { canary: Some(Canary::Sings), ..case }.evidence().is_ok());
    }

    #[test]
    fn a_rule_that_looks_at_suppressions_does_not_hide_one_from_the_count() {
        let issue =
            |rule: &str| Issue { line: Some(1), column: Some(1), rule: rule.into(), message: "".into() };
        assert_eq!(suppressed(&[issue("RUF100")], &[issue("F401")]), 1);
        assert_eq!(suppressed(&[issue("F401")], &[issue("F401"), issue("F401")]), 1);
    }

    #[test]
    fn the_canary_tells_a_blanket_suppression_from_one_with_a_code() {
        let unused = "\"\"\"A module.\"\"\"\n\nimport os\nimport sys\n";
        for (case, text, at, want) in [
            ("code", "# ruff: noqa: F401\n", "settings", Canary::Sings),
            ("blanket", "# flake8: noqa\n", "settings", Canary::Silent),
            ("per-file", "", "settings-ignores-lifted", Canary::Silent),
            ("extended", "", "settings-ignores-extended", Canary::Silent),
            ("narrow", "# ruff: noqa: E701\n", "settings-narrow", Canary::Sings),
        ] {
            let (obeyed, ignored) =
                (check(&format!("canary-{case}")), check(&format!("canary-{case}-ignored")));
            let (obeyed, ignored) = (obeyed.expect("issues"), ignored.expect("issues"));
            let settings = settings(at).expect("settings");
            let got =
                ruff_canary::judge("/project/a.py", &format!("{text}{unused}"), &obeyed, &ignored, &settings);
            assert_eq!(got, want, "{case}");
        }
    }

    #[test]
    fn ignores_that_cannot_be_lifted_need_a_canary_though_nothing_seems_suppressed() {
        let case = Case { settings: "settings-ignores-extended", ..CLEAN };
        assert_eq!(case.kind(), ReasonKind::CheckWeakened);
        let heard = Case { canary: Some(Canary::Sings), ..case }.evidence().expect("evidence");
        assert!(heard.notes.iter().any(|note| note.contains("extend-per-file-ignores")));
    }

    #[test]
    fn settings_are_read_in_old_and_new_versions() {
        assert_eq!(settings("settings").expect("settings").enabled.len(), 407);
        assert_eq!(settings("settings-0.4").expect("settings").enabled.len(), 60);
        assert!(settings("settings-ignores-lifted").expect("settings").ignores.is_empty());
        assert!(settings("settings-ignores-extended").expect("settings").can_hide_everything());
    }

    #[test]
    fn a_report_cut_short_at_any_byte_is_never_an_answer() {
        let run = load("ruff/issues");
        let whole = String::from_utf8(run.stdout.clone()).expect("text").trim_end().len();
        for end in 0..whole {
            assert!(ruff::read_check(run.exit, &run.stdout[..end], "").is_err(), "{end}");
        }
    }

    #[test]
    fn the_order_of_issues_does_not_matter() {
        let run = load("ruff/noqa-ignored");
        let mut list: Vec<serde_json::Value> = serde_json::from_slice(&run.stdout).expect("a list");
        list.reverse();
        let turned = serde_json::to_vec(&list).expect("text");
        let read = |bytes: &[u8]| ruff::read_check(run.exit, bytes, "").expect("issues");
        assert_eq!(read(&turned), read(&run.stdout));
    }

    #[test]
    fn exit_code_and_report_must_agree() {
        use crate::model::run::Exit;
        let one = load("ruff/issues").stdout;
        for (exit, bytes, kind) in [
            (Exit::Code(0), one.as_slice(), ReasonKind::ReportsDisagree),
            (Exit::Code(1), b"[]".as_slice(), ReasonKind::ReportsDisagree),
            (Exit::Code(0), b"", ReasonKind::ReportMissing),
            (Exit::Code(1), b"", ReasonKind::ToolCrashed),
            (Exit::Code(1), b"All checks passed!", ReasonKind::ReportUnreadable),
            (Exit::Code(0), b"{}", ReasonKind::ReportUnreadable),
            (Exit::Code(101), b"[]", ReasonKind::ToolCrashed),
            (Exit::Signal(9), b"[]", ReasonKind::ToolCrashed),
            (Exit::TimedOut, b"[]", ReasonKind::TimedOut),
            (Exit::NotFound, b"", ReasonKind::ToolMissing),
        ] {
            assert_eq!(ruff::read_check(exit, bytes, "").expect_err("a reason").kind, kind, "{exit:?}");
        }
        let panicked =
            ruff::read_check(Exit::Code(0), b"[]".as_slice(), "error: Panicked while linting a.py");
        assert_eq!(panicked.expect_err("a reason").kind, ReasonKind::ToolCrashed);
    }
}
