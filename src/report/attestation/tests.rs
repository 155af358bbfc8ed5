use proptest::prelude::*;
use serde_json::Value;

use super::super::clean::{is_unseen, tests::hostile};
use super::super::sample;
use super::*;
use crate::model::assessment::Verdict;

const COMMIT: &str = "30f84615a0c1d2e3f405162738495a6b7c8d9e0f";

fn origin() -> Origin {
    Origin { repository: Some("theinterneti/TTA".to_owned()), project: "TTA".to_owned() }
}

fn written(assessment: &Assessment, component: &ComponentAssessment, kind: Kind) -> String {
    let digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let files = component.files.iter().map(|path| (path.clone(), digest.to_owned())).collect();
    let subject = Subject { commit: COMMIT.to_owned(), files };
    render(&Measured { assessment, component, subject: &subject, origin: &origin() }, kind)
}

fn first(assessment: &Assessment, kind: Kind) -> String {
    written(assessment, &assessment.components[0], kind)
}

fn claimed(text: &str) -> Claim {
    let mut readings = read(text);
    assert_eq!(readings.len(), 1, "{text}");
    readings.remove(0).content.unwrap_or_else(|why| panic!("{why}: {text}"))
}

fn refused(text: &str) -> Unread {
    read(text).remove(0).content.expect_err("it is refused")
}

/// A Statement with `change` done to it.
fn changed(assessment: &Assessment, kind: Kind, change: impl FnOnce(&mut Value)) -> String {
    let mut statement: Value = serde_json::from_str(&first(assessment, kind)).expect("JSON");
    change(&mut statement);
    statement.to_string()
}

fn pretty(assessment: &Assessment, kind: Kind) -> String {
    let statement: Value = serde_json::from_str(&first(assessment, kind)).expect("JSON");
    serde_json::to_string_pretty(&statement).expect("JSON")
}

#[test]
fn the_statement_of_a_test_result() {
    insta::assert_snapshot!("attestation_test_result", pretty(&sample::one_fails(), Kind::TestResult));
}

#[test]
fn the_statement_of_a_verification_summary() {
    insta::assert_snapshot!("attestation_vsa", pretty(&sample::all_pass(), Kind::Vsa));
}

#[test]
fn the_statement_of_the_counts() {
    insta::assert_snapshot!("attestation_counts", pretty(&sample::waived(), Kind::Counts));
}

#[test]
fn what_rests_on_a_waiver_warns_in_every_statement_and_says_until_when() {
    let assessment = sample::waived();
    for kind in Kind::ALL {
        let claim = claimed(&first(&assessment, kind));
        assert_eq!(claim.conclusion, Conclusion::Warned, "{kind:?}");
        assert_eq!(claim.waived_until.map(|day| day.to_string()).as_deref(), Some("2025-11-01"), "{kind:?}");
    }
}

#[test]
fn until_when_a_pass_is_waived_must_be_what_its_waivers_say() {
    let text = changed(&sample::waived(), Kind::Counts, |one| {
        one["predicate"]["waived_until"] = "2099-01-01".into();
    });
    let Unread::Malformed(why) = refused(&text) else { panic!("it is ours") };
    assert!(why.contains("not what its waivers say"), "{why}");
}

#[test]
fn what_fails_beside_a_waived_check_is_waived_until_no_day() {
    let mut assessment = sample::waived();
    assessment.components[0].checks[4].outcome = sample::one_fails().components[0].checks[4].outcome.clone();
    assessment.components[0].verdict = Verdict::Fail;
    for kind in [Kind::TestResult, Kind::Vsa] {
        let claim = claimed(&first(&assessment, kind));
        assert_eq!((claim.conclusion, claim.waived_until), (Conclusion::Failed, None));
    }
}

#[test]
fn only_a_pass_passes_in_any_statement_of_any_sample() {
    let mut seen = 0;
    for assessment in sample::all() {
        for component in &assessment.components {
            for kind in Kind::ALL {
                let text = written(&assessment, component, kind);
                assert_eq!(text.lines().count(), 1, "one line: {text}");
                let is_pass = component.verdict == Verdict::Pass;
                let says_so = text.contains("\"PASSED\"") || text.contains("\"WARNED\"");
                assert_eq!(says_so, is_pass && kind != Kind::Counts, "{kind:?}: {text}");
                seen += 1;
            }
        }
    }
    assert!(seen > 60, "{seen}");
}

#[test]
fn a_subject_that_is_empty_or_without_a_digest_is_refused_whatever_the_predicate() {
    let assessment = sample::all_pass();
    for kind in Kind::ALL {
        let emptied = changed(&assessment, kind, |one| one["subject"] = serde_json::json!([]));
        assert!(
            matches!(refused(&emptied), Unread::Malformed(why) if why.contains("no subject")),
            "{kind:?}"
        );
        let bare = changed(&assessment, kind, |one| one["subject"][0]["digest"] = serde_json::json!({}));
        assert!(matches!(refused(&bare), Unread::Malformed(why) if why.contains("no digest")), "{kind:?}");
    }
}

#[test]
fn a_result_that_was_changed_by_hand_contradicts_the_rest() {
    let malformed = |text: String| {
        assert!(matches!(refused(&text), Unread::Malformed(_)), "{text}");
    };
    let failed = sample::one_fails();
    let passed = |one: &mut Value| one["predicate"]["result"] = "PASSED".into();
    malformed(changed(&failed, Kind::TestResult, passed));
    malformed(changed(&failed, Kind::TestResult, |one| one["predicate"]["result"] = "WARNED".into()));
    malformed(changed(&failed, Kind::Vsa, |one| one["predicate"]["verificationResult"] = "PASSED".into()));
    malformed(changed(&failed, Kind::Counts, |one| one["predicate"]["commit"] = "0".into()));
    malformed(changed(&failed, Kind::Counts, |one| one["predicate"]["more"] = 1.into()));
    malformed(changed(&failed, Kind::Counts, |one| {
        one["predicate"]["gate"]["checks"][1]["measured"]["covered"] = 90.into();
    }));
    malformed(changed(&failed, Kind::Vsa, |one| one["predicate"]["resourceUri"] = "pkg:generic/x@0".into()));
    malformed(changed(&failed, Kind::Vsa, |one| {
        one["predicate"]["policy"]["digest"] = serde_json::json!({});
    }));
    // The waiver is taken out, and with it the day on which it ends.
    let waived = sample::waived();
    malformed(changed(&waived, Kind::TestResult, |one| {
        let annotations = one["predicate"]["configuration"][0]["annotations"].as_object_mut();
        annotations.expect("annotations").remove("waivedUntil");
    }));
}

#[test]
fn what_others_wrote_is_foreign_and_no_fault_of_theirs() {
    let assessment = sample::all_pass();
    let foreign = |text: String| {
        assert!(matches!(refused(&text), Unread::Foreign(_)), "{text}");
    };
    foreign(changed(&assessment, Kind::Vsa, |one| one["predicate"]["verifier"]["id"] = "https://x.y".into()));
    foreign(changed(&assessment, Kind::Vsa, |one| one["predicateType"] = "https://spdx.dev/Document".into()));
    foreign(changed(&assessment, Kind::TestResult, |one| {
        one["predicate"]["configuration"] = serde_json::json!([{"uri": "https://x.y/ci.yml"}]);
    }));
    foreign("{\"_type\": \"https://in-toto.io/Statement/v0.1\", \"predicateType\": \"x\"}".to_owned());
    foreign("{}".to_owned());
}

#[test]
fn a_statement_is_found_in_an_envelope_in_a_bundle_and_in_lines() {
    use base64::Engine as _;
    let assessment = sample::one_fails();
    // What both alphabets write differently, in a field that nobody knows.
    let lures = |one: &mut Value| one["more"] = "~~~???>>>".repeat(4).into();
    let statement = changed(&sample::all_pass(), Kind::Vsa, lures);
    assert!(base64::engine::general_purpose::STANDARD.encode(&statement).contains(['+', '/']));
    for encoded in [
        base64::engine::general_purpose::STANDARD.encode(&statement),
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&statement),
    ] {
        let envelope = serde_json::json!({
            "payload": encoded, "payloadType": "application/vnd.in-toto+json", "signatures": [{"sig": "AA=="}],
        });
        let bundle = serde_json::json!({
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "dsseEnvelope": envelope,
        });
        for text in [envelope.to_string(), format!("{bundle:#}")] {
            assert_eq!(claimed(&text).conclusion, Conclusion::Passed);
            assert_eq!(read(&text)[0].signatures, Some(1));
        }
        let lines = format!("{envelope}\n\n{bundle}\n{}", first(&assessment, Kind::Counts));
        let found = read(&lines);
        assert_eq!(found.iter().map(|one| one.line).collect::<Vec<_>>(), [1, 3, 4]);
        assert!(found.iter().all(|one| one.content.is_ok()));
    }
    assert!(read("").is_empty());
}

fn bundled(assessment: &Assessment, kind: Kind) -> Value {
    use base64::Engine as _;
    let payload = base64::engine::general_purpose::STANDARD.encode(first(assessment, kind));
    let envelope = serde_json::json!({
        "payload": payload, "payloadType": "application/vnd.in-toto+json", "signatures": [{"sig": "AA=="}],
    });
    serde_json::json!({
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "dsseEnvelope": envelope,
    })
}

#[test]
fn what_the_signers_that_are_named_write_is_read_however_it_is_laid_out() {
    let assessment = sample::one_fails();
    let [vsa, counts] = [Kind::Vsa, Kind::Counts].map(|kind| bundled(&assessment, kind));
    let verified = |bundle: &Value| serde_json::json!({"attestation": {"bundle": bundle, "bundle_url": ""}, "verificationResult": {"statement": {}}});
    let printed = serde_json::json!([verified(&vsa), verified(&counts)]);
    let answered = serde_json::json!({"attestations": [{"bundle": vsa}, {"bundle": counts}]});
    for text in [
        printed.to_string(),
        format!("{printed:#}\n"),
        answered.to_string(),
        serde_json::json!([vsa, counts]).to_string(),
        format!("{vsa:#}\r\n{counts:#}"),
        format!("{vsa} {counts}"),
    ] {
        let found = read(&text);
        let kinds: Vec<Kind> =
            found.iter().map(|one| one.content.as_ref().expect("it is read").kind).collect();
        assert_eq!(kinds, [Kind::Vsa, Kind::Counts], "{text}");
        assert!(found.iter().all(|one| one.signatures == Some(1)), "{text}");
    }
    let two = format!("\n{vsa:#}\n{counts:#}");
    let second = 3 + format!("{vsa:#}").matches('\n').count();
    assert_eq!(read(&two).iter().map(|one| one.line).collect::<Vec<_>>(), [2, second]);
    let old = serde_json::json!({"base64Signature": "AA==", "cert": "AA==", "rekorBundle": {}}).to_string();
    assert!(matches!(refused(&old), Unread::Outdated));
    assert!(read("[]").is_empty());
}

#[test]
fn what_is_no_json_is_told_once_and_hides_nothing_that_follows_it() {
    let counts = bundled(&sample::all_pass(), Kind::Counts);
    let torn = format!("{counts:#}");
    for broken in ["no JSON\nat all", &torn[..torn.len() - 9], "{\"a\": \"b", "{\"a\": 1,", "]", "5"] {
        for whole in [counts.to_string(), format!("{counts:#}")] {
            let found = read(&format!("{broken}\n{whole}\n"));
            let lines = broken.matches('\n').count() + 2;
            assert_eq!(found.iter().map(|one| one.line).collect::<Vec<_>>(), [1, lines], "{broken}");
            assert!(matches!(&found[0].content, Err(Unread::Unreadable(_))), "{broken}");
            assert!(found[1].content.is_ok(), "{broken}");
        }
    }
    // Nor does it take long, whatever it is.
    for garbage in ["no JSON at all\n", "{\"a\": [\n", "{\"a\": \"\n", "[", "{}", "{\"bundle\": "] {
        assert!(read(&garbage.repeat(30_000)).len() <= 10_001, "{garbage}");
    }
}

#[test]
fn what_a_uri_says_is_read_back() {
    let uri = origin().resource("0a", "a?b&to=c/%é", "staging");
    let read = statement::resource(&uri).expect("it is one");
    assert_eq!(
        (read.commit.as_str(), read.component.as_str(), read.to.as_str()),
        ("0a", "a?b&to=c/%é", "staging")
    );
    for text in [
        "",
        "pkg:generic/x",
        "pkg:x@0?to=staging",
        "pkg:x@0?component=%zz&to=staging",
        "pkg:x@0?component=%C3&to=s",
    ] {
        assert!(statement::resource(text).is_none(), "{text}");
    }
}

#[test]
fn where_no_repository_is_named_the_project_is_what_it_is_of() {
    let origin = Origin { repository: None, project: "My Project/é".to_owned() };
    assert_eq!(
        origin.resource("0a", "carbon", "staging"),
        "pkg:generic/My%20Project%2F%C3%A9@0a?component=carbon&to=staging"
    );
    assert_eq!(self::origin().policy("0a", "../p.toml"), "pkg:github/theinterneti/tta@0a?policy=..%2Fp.toml");
}

proptest! {
    #[test]
    fn whatever_stands_in_a_verdict_is_on_one_line_and_never_passes_unless_it_does(text in hostile()) {
        let assessment = sample::hostile(&text);
        for kind in Kind::ALL {
            let line = first(&assessment, kind);
            prop_assert!(!line.trim_end_matches('\n').chars().any(is_unseen), "{line}");
            let statement: Value = serde_json::from_str(&line).unwrap();
            prop_assert_eq!(&statement["subject"][0]["name"], &text);
            let predicate = &statement["predicate"];
            prop_assert_ne!(&predicate["result"], "PASSED");
            prop_assert_ne!(&predicate["verificationResult"], "PASSED");
            prop_assert_ne!(&predicate["gate"]["verdict"], "pass");
        }
    }

    #[test]
    fn a_verdict_that_is_no_pass_never_reads_as_one(number in 0usize..16, verdict in 0usize..3) {
        let all = sample::all();
        let mut assessment = all[number % (all.len() - 1)].clone();
        if let Some(component) = assessment.components.first_mut() {
            component.verdict = [Verdict::Pass, Verdict::Inconclusive, Verdict::Fail][verdict];
            let is_pass = component.verdict == Verdict::Pass;
            for kind in Kind::ALL {
                if let Ok(claim) = read(&first(&assessment, kind)).remove(0).content {
                    prop_assert!(is_pass || claim.conclusion == Conclusion::Failed);
                }
            }
        }
    }
}
