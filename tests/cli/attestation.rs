//! `verify --attest` and `audit --attestation`: what is attested is of exactly one commit, and whatever is changed afterwards
//! in it or under it is told.

use std::path::PathBuf;

use serde_json::Value;

use crate::project::{POLICY, Project};
use crate::told::Told;

const KINDS: [&str; 3] = ["test-result", "vsa", "counts"];

/// Two of them, so that one can be told from the other.
fn two() -> Project {
    let second = "\n[component.b]\npaths = [\"src/b.py\"]\ntests = { paths = [\"tests\"] }\n";
    Project::new().policy(&format!("{POLICY}{second}")).file("src/b.py", "y = 1\n").repository()
}

/// A file beside the project.
fn beside(project: &Project, name: &str) -> PathBuf {
    project.path("fakes").join(name)
}

/// Attests `a` beside the project, and gives what was written.
fn attested(project: &Project, code: i32) -> String {
    let file = beside(project, "a.jsonl");
    project.run(&["verify", "a", "--attest", &file.to_string_lossy()]).exits(code);
    std::fs::read_to_string(file).expect("it is written")
}

/// Audits `text`.
fn audit(project: &Project, text: &str, more: &[&str]) -> Told {
    let file = beside(project, "audited.jsonl");
    std::fs::write(&file, text).expect("written");
    let file = file.to_string_lossy().into_owned();
    project.run(&[&["audit", "--attestation", &file, "--format", "json"], more].concat())
}

/// All that speaks against what was audited.
#[track_caller]
fn against(told: &Told) -> String {
    let document: Value = serde_json::from_str(&told.stdout).expect("JSON");
    let statements = document["statements"].as_array().expect("statements").iter();
    let faults = statements.flat_map(|one| one["faults"].as_array().expect("faults").clone());
    let faults = faults.chain(document["faults"].as_array().expect("faults").clone());
    let messages = faults.map(|fault| fault["message"].as_str().expect("a text").to_owned());
    messages.collect::<Vec<String>>().join("\n")
}

#[track_caller]
fn refuses(told: Told, code: i32, why: &str) {
    let told = told.exits(code);
    let against = against(&told);
    assert!(against.contains(why), "{why}: {against}");
}

/// Each line with `change` done to it.
fn changed(text: &str, change: impl Fn(&mut Value)) -> String {
    let line = |line: &str| {
        let mut statement: Value = serde_json::from_str(line).expect("JSON");
        change(&mut statement);
        format!("{statement}\n")
    };
    text.lines().map(line).collect()
}

fn line(text: &str, at: usize) -> String {
    text.lines().nth(at).expect("a line").to_owned()
}

#[test]
fn what_was_attested_of_a_pass_holds_and_each_kind_alone_does_too() {
    let project = two();
    let text = attested(&project, 0);
    assert_eq!(text.lines().count(), KINDS.len());
    let document = audit(&project, &text, &["a"]).exits(0).json();
    assert_eq!((&document["result"], &document["signatures_verified"]), (&"holds".into(), &false.into()));
    for (at, kind) in KINDS.into_iter().enumerate() {
        let statement = &document["statements"][at];
        assert_eq!((&statement["kind"], &statement["says"]), (&kind.into(), &"PASSED".into()), "{statement}");
        audit(&project, &line(&text, at), &["a"]).exits(0);
        let file = beside(&project, kind);
        project.run(&["verify", "a", "--attest", &format!("{kind}={}", file.display())]).exits(0);
        let alone = std::fs::read_to_string(&file).expect("written");
        assert_eq!(alone.lines().count(), 1);
        audit(&project, &alone, &[]).exits(0);
    }
    refuses(audit(&project, &text, &["a", "b"]), 3, "nothing attests `b`");
    let file = beside(&project, "audited.jsonl").to_string_lossy().into_owned();
    project.run(&["audit", "--attestation", &file]).exits(0).says("who signed it was not looked at");
    project.run(&["audit", "c", "--attestation", &file]).exits(2).complains("no component `c`");
    project.run(&["audit", "--attestation", "no.jsonl"]).exits(2).complains("there is no such file");
}

#[test]
fn each_component_has_statements_of_its_own() {
    let project = two();
    let file = beside(&project, "all.jsonl").to_string_lossy().into_owned();
    project.run(&["verify", "--all", "--attest", &file]).exits(0);
    let text = std::fs::read_to_string(&file).expect("written");
    assert_eq!(text.lines().count(), 2 * KINDS.len());
    let document = audit(&project, &text, &["a", "b"]).exits(0).json();
    let components: Vec<&Value> =
        document["statements"].as_array().expect("all").iter().map(|one| &one["component"]).collect();
    assert_eq!(components, ["a", "a", "a", "b", "b", "b"]);
}

/// Where it lies in the working tree it is no part of it; what else is there is.
#[test]
fn a_file_in_the_working_tree_is_not_held_against_itself() {
    let project = two();
    project.run(&["verify", "a", "--attest", "a.jsonl"]).exits(0);
    project.run(&["verify", "a", "--attest", "a.jsonl"]).exits(0);
    project.run(&["audit", "--attestation", "a.jsonl"]).exits(0);
    let project = project.file("tests/conftest.py", "");
    project
        .run(&["audit", "--attestation", "a.jsonl"])
        .exits(3)
        .says("differs from its commit: `tests/conftest.py`");
}

#[test]
fn what_did_not_pass_is_attested_as_failed_and_never_as_a_pass() {
    let failed = Project::new().file("tests/test_a.py", "def test(): pass\n").fake("ruff").prints("no JSON");
    let project = failed.repository();
    let text = attested(&project, 3);
    assert!(!text.contains("\"PASSED\"") && text.contains("\"a/lint\""), "{text}");
    refuses(audit(&project, &text, &[]), 1, "the gate of staging was not passed");
    // Whoever makes a pass of it by hand contradicts what stands beside it.
    let forged = changed(&text, |one| {
        let predicate = &mut one["predicate"];
        if predicate["result"] == "FAILED" {
            predicate["result"] = "PASSED".into();
        } else if predicate["gate"].is_object() {
            predicate["gate"]["verdict"] = "pass".into();
        } else {
            predicate["verificationResult"] = "PASSED".into();
        }
    });
    for at in 0..KINDS.len() {
        refuses(audit(&project, &line(&forged, at), &[]), 5, "");
    }
    let removed = changed(&line(&text, 0), |one| {
        one["predicate"]["result"] = "PASSED".into();
        one["predicate"]["failedTests"] = serde_json::json!([]);
    });
    refuses(audit(&project, &removed, &[]), 5, "does not say that `lint` did");
}

#[test]
fn a_file_a_commit_and_a_policy_that_are_others_are_told() {
    let project = two();
    let text = attested(&project, 0);
    // What git is told not to look at is looked at all the same.
    let project =
        project.git(&["update-index", "--assume-unchanged", "src/a.py"]).file("src/a.py", "x = 2\n");
    refuses(audit(&project, &text, &[]), 5, "`src/a.py` is not the file that was measured");
    let project = project.git(&["update-index", "--no-assume-unchanged", "src/a.py"]);
    refuses(audit(&project, &text, &[]), 5, "`src/a.py` is not the file that was measured");
    let project = project.file("src/a.py", "x = 1\n").file("tests/test_a.py", "def test(): assert 1\n");
    refuses(audit(&project, &text, &[]), 3, "the working tree differs from its commit");
    let project = project.committed();
    refuses(audit(&project, &text, &[]), 5, "is checked out");
    let project = two();
    let text = attested(&project, 0);
    let policy = std::fs::read_to_string(project.root().join("promotion.toml")).expect("a policy");
    let project = project.policy(&format!("{policy}\n# laxer\n"));
    refuses(audit(&project, &text, &[]), 5, "another policy");
}

#[test]
fn a_ledger_that_was_committed_since_makes_no_attestation_stale() {
    let project = two();
    let file = beside(&project, "a.jsonl").to_string_lossy().into_owned();
    project.run(&["verify", "a", "--record", "--attest", &file]).exits(0);
    let project = project.committed();
    project.run(&["audit", "--attestation", &file]).exits(0).says("differs in nothing but ledgers");
}

#[test]
fn what_is_too_old_leaves_it_open_and_what_is_from_the_future_does_not_verify() {
    let project = two();
    let text = attested(&project, 0);
    let at = |time: &str| {
        changed(&text, |one| {
            let predicate = &mut one["predicate"];
            if predicate["gate"].is_object() {
                predicate["started"] = time.into();
            } else if predicate["policy"].is_object() {
                predicate["timeVerified"] = time.into();
            } else {
                predicate["configuration"][0]["annotations"]["started"] = time.into();
            }
        })
    };
    let old = at("2025-01-01T00:00:00Z");
    for at in 0..KINDS.len() {
        refuses(audit(&project, &line(&old, at), &[]), 3, "old, and 1 d is the limit");
    }
    audit(&project, &old, &["--max-age", "3660d"]).exits(0);
    let future = at("2199-01-01T00:00:00Z");
    for at in 0..KINDS.len() {
        refuses(audit(&project, &line(&future, at), &[]), 5, "from the future");
    }
    refuses(audit(&project, &text, &["--max-age", "1ms"]), 3, "old");
    project.run(&["audit", "--max-age", "1d"]).exits(2);
}

#[test]
fn what_rests_on_a_sign_off_holds_no_more_once_that_is_withdrawn() {
    let policy = POLICY.replace("[gate.staging]", "[gate.staging]\nsign_offs = [\"security\"]");
    let project = Project::new().policy(&policy).repository();
    let sign = ["sign", "a", "security", "--evidence", "https://example.invalid/1"];
    project.run(&sign).exits(0);
    let project = project.committed();
    let text = attested(&project, 0);
    audit(&project, &text, &[]).exits(0);
    // What it rests on may not be left out either.
    let without = changed(&line(&text, 0), |one| {
        let passed = one["predicate"]["passedTests"].as_array_mut().expect("tests");
        passed.retain(|test| test != "a/sign_off:security");
    });
    refuses(audit(&project, &without, &[]), 5, "does not say that `sign_off:security` did");
    project.run(&[&sign[..], &["--withdraw"]].concat()).exits(0);
    let project = project.committed();
    refuses(audit(&project, &text, &[]), 3, "it rests on `security`, which nobody answers for any more");
}

#[test]
fn a_pass_of_one_gate_is_none_of_the_gate_that_was_asked_for() {
    let project = two();
    let text = attested(&project, 0);
    audit(&project, &text, &["a", "--to", "staging"]).exits(0);
    let told = audit(&project, &text, &["a", "--to", "production"]);
    refuses(told, 3, "it is of the gate of staging, and production was asked for");
    project.run(&["audit", "--to", "production"]).exits(2).complains("--attestation");
}

#[test]
fn a_statement_for_a_gate_that_there_is_not_does_not_hold() {
    let project = two();
    let counts = line(&attested(&project, 0), 2);
    let moved = changed(&counts, |one| {
        one["predicate"]["from"] = "staging".into();
        one["predicate"]["to"] = "production".into();
    });
    refuses(audit(&project, &moved, &[]), 5, "the policy has no gate of production");
}

#[test]
fn counts_are_judged_again_under_the_gate_of_the_policy() {
    let project = two();
    let counts = line(&attested(&project, 0), 2);
    let gate = |change: &dyn Fn(&mut Value)| changed(&counts, |one| change(&mut one["predicate"]["gate"]));
    let says = |text: String, why: &str| refuses(audit(&project, &text, &[]), 5, why);
    says(gate(&|gate| gate["checks"][2]["measured"]["issues"] = 3.into()), "does not follow");
    says(gate(&|gate| gate["checks"][2]["threshold"]["max_issues"] = 9.into()), "not that of the policy");
    says(gate(&|gate| drop(gate["checks"].as_array_mut().expect("checks").remove(2))), "asks for `lint`");
    says(gate(&|gate| gate["checks"][0]["measured"]["passed"] = 9.into()), "the proof does not fit");
    let waived = |gate: &mut Value| {
        let lint = &mut gate["checks"][2];
        lint["measured"]["issues"] = 3.into();
        lint["outcome"] = "fail".into();
        lint["waived"] = true.into();
    };
    let until = |text: String| changed(&text, |one| one["predicate"]["waived_until"] = "2199-01-01".into());
    says(until(gate(&waived)), "until when it is waived is not what its waivers say");
}

#[test]
fn what_is_no_attestation_is_told_and_never_holds() {
    let project = two();
    let text = attested(&project, 0);
    refuses(audit(&project, "", &[]), 3, "holds no Statement");
    refuses(audit(&project, "{}", &[]), 3, "no Statement of tta-promote");
    // What is no JSON may have been torn on its way: nobody is accused.
    for torn in ["garbage", &"x".repeat(10 << 20), &text[..text.len() - 9]] {
        let told = audit(&project, torn, &[]);
        assert!(!told.stdout.contains("trust nothing of it"), "{}", told.stdout);
        assert!(told.stdout.contains("whether it is the file that was meant"), "{}", told.stdout);
        refuses(told, 5, "it is not readable as JSON");
    }
    // Nor where it is in a form that cosign wrote before.
    let old = audit(&project, "{\"base64Signature\": \"AA==\", \"cert\": \"AA==\"}", &[]);
    assert!(old.stdout.contains("sign with cosign 3, or with `--new-bundle-format`"), "{}", old.stdout);
    assert!(!old.stdout.contains("verify it again"), "{}", old.stdout);
    refuses(old, 3, "as cosign wrote it before 3");
    let emptied = changed(&text, |one| one["subject"] = serde_json::json!([]));
    refuses(audit(&project, &emptied, &[]), 5, "no subject");
    let other = changed(&text, |one| one["subject"][0]["name"] = "src/b.py".into());
    refuses(audit(&project, &other, &[]), 5, "says nothing of `src/a.py`");
    // As a signer that takes files alone leaves it.
    let files = changed(&text, |one| drop(one["subject"].as_array_mut().expect("subjects").pop()));
    audit(&project, &files, &["a"]).exits(0);
    let uri =
        changed(&line(&text, 1), |one| one["predicate"]["policy"]["uri"] = "pkg:generic/x@0?policy=x".into());
    refuses(audit(&project, &uri, &[]), 5, "its URIs are not those");
    // What others have added to the bundle is left out.
    let foreign = "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"digest\":{\"sha256\":\"00\"}}],\
                   \"predicateType\":\"https://spdx.dev/Document\",\"predicate\":{}}\n";
    let document = audit(&project, &format!("{foreign}{text}"), &[]).exits(0).json();
    assert_eq!(document["statements"][0]["result"], "foreign");
}

#[test]
fn what_cannot_be_checked_later_is_not_attested() {
    let refused = |project: &Project, arguments: &[&str], code: i32, why: &str| {
        std::fs::create_dir_all(project.path("fakes")).expect("a folder");
        let file = beside(project, "old.jsonl");
        std::fs::write(&file, "of an earlier run").expect("written");
        let attest = file.to_string_lossy().into_owned();
        let told = project.run(&[&["verify", "a", "--attest", &attest], arguments].concat());
        told.exits(code).complains(why);
        file.exists()
    };
    assert!(!refused(&Project::new(), &[], 3, "there is no commit"));
    let dirty = Project::new().repository().file("src/a.py", "x = 2\n");
    assert!(!refused(&dirty, &[], 3, "the working tree differs from its commit: `src/a.py`"));
    let unseen = Project::new().repository().git(&["update-index", "--assume-unchanged", "src/a.py"]);
    let unseen = unseen.file("src/a.py", "x = 2\n");
    assert!(!refused(&unseen, &[], 3, "the working tree differs from its commit: `src/a.py`"));
    let project = Project::new().repository();
    for part in [&["--only", "lint"][..], &["--cached"]] {
        assert!(refused(&project, part, 2, "cannot be used with"), "what is not begun takes nothing away");
    }
    let changing = Project::new().fake("ruff").does("echo >> tests/test_a.py; honest \"$@\"").repository();
    assert!(!refused(&changing, &[], 3, "changed while it was measured"));
    let project = Project::new().fake("ruff").does("honest \"$@\"").repository();
    project
        .run(&["verify", "a", "--attest", "promotion.toml"])
        .exits(2)
        .complains("it is what is to be read");
    project.run(&["verify", "a", "--attest", "/no/a"]).exits(2).complains("cannot write");
    project.run(&["verify", "a", "--attest", "x=a"]).exits(2).complains("a kind is one of");
    let twice = ["verify", "a", "--attest", "vsa=f.json", "--output", "json=f.json"];
    project.run(&twice).exits(2).complains("named twice");
}

/// Every place says the same: nothing passes where the attestation that was asked for is not there.
#[test]
fn a_run_whose_attestation_is_refused_passes_nowhere() {
    let project = Project::new().fake("ruff").does("echo >> notes.txt; honest \"$@\"").repository();
    let file = beside(&project, "a.jsonl").to_string_lossy().into_owned();
    std::fs::create_dir_all(project.path("fakes")).expect("a folder");
    let told = project.run(&["verify", "a", "--attest", &file, "--format", "json"]).exits(3);
    assert_eq!(told.json()["verdict"], "inconclusive");
    assert!(!PathBuf::from(file).exists());
}
