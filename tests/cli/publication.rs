//! Where a verdict goes, when a run does not come to its good end or a place cannot be written: no place says what
//! another one, or the exit code, does not.

use std::path::{Path, PathBuf};

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::project::{POLICY, Project};
use crate::told::Told;

const LINT: [&str; 4] = ["verify", "a", "--only", "lint"];
const MACHINES: [&str; 5] = ["json", "junit", "sarif", "github", "gitlab"];

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

/// A project whose step of GitHub Actions has a file for its outputs.
fn in_a_step(project: Project) -> (Project, PathBuf) {
    let outputs = project.path("fakes/step");
    let project = project.data("step", "").variable("GITHUB_OUTPUT", &outputs.to_string_lossy());
    (project, outputs)
}

/// Writes every format for machines to a file in `$fakes`.
fn all_formats(project: &Project) -> Vec<String> {
    let file = |format: &&str| project.path("fakes").join(format);
    MACHINES
        .iter()
        .flat_map(|format| ["--output".to_owned(), format!("{format}={}", file(format).display())])
        .collect()
}

/// None of the formats for machines says that it passed.
#[track_caller]
fn none_passes(project: &Project, step: &Path, code: u8) {
    let of = |format: &str| read(&project.path("fakes").join(format));
    let json: Value = serde_json::from_str(&of("json")).expect("JSON");
    assert_eq!(json["verdict"], "inconclusive");
    assert!(of("junit").contains("<error "), "{}", of("junit"));
    assert!(of("sarif").contains("\"executionSuccessful\": false"), "{}", of("sarif"));
    assert!(of("github").starts_with("::error title=tta-promote%3A inconclusive::"), "{}", of("github"));
    assert!(of("gitlab").contains("blocker"), "{}", of("gitlab"));
    let step = read(step);
    assert!(step.starts_with(&format!("verdict=inconclusive\nexit-code={code}\n")), "{step}");
    assert!(step.contains("verdict-a=inconclusive\n"), "{step}");
}

/// Interrupts the run when all checks have been made, while git is asked whether the files are still the same.
fn interrupted(project: Project, arguments: &[&str]) -> (Project, PathBuf, Told) {
    let project = project.fake("ruff").does("echo > \"$fakes/measured\"; honest \"$@\"").repository();
    let (project, step) = in_a_step(project);
    let [fakes, git, bin] = ["fakes", "base/git", "bin"].map(|name| project.path(name));
    let script = format!(
        "#!/bin/sh\nif [ -e '{0}/measured' ]; then echo > '{0}/late'; trap '' TERM; sleep 1; fi\nexec '{1}' \"$@\"\n",
        fakes.display(),
        git.display()
    );
    std::fs::create_dir_all(&bin).expect("a folder");
    std::fs::write(bin.join("git"), script).expect("written");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(bin.join("git"), mode).expect("executable");
    let mut arguments: Vec<String> = arguments.iter().map(|&word| word.to_owned()).collect();
    arguments.extend(all_formats(&project));
    let late = fakes.join("late");
    let told = project.start(&arguments).until(|| late.exists()).signal(Signal::SIGINT).end();
    (project, step, told)
}

#[test]
fn a_run_that_was_interrupted_after_its_checks_passes_nowhere() {
    let (project, step, told) = interrupted(Project::new(), &LINT);
    told.exits(130).says("inconclusive");
    none_passes(&project, &step, 130);
}

#[test]
fn a_run_that_was_interrupted_attests_nothing() {
    let attest = ["verify", "a", "--attest", "a.jsonl"];
    let (project, _, told) = interrupted(Project::new(), &attest);
    told.exits(130);
    assert!(!project.root().join("a.jsonl").exists());
}

#[test]
fn what_a_gate_asks_besides_checks_is_asked_of_an_interrupted_run_too() {
    let asked = "[gate.staging]\nsign_offs = [\"reviewed\"]\nintegration_coverage = { min_percent = 50 }\n";
    let policy = POLICY.replace("[gate.staging]\n", asked);
    let (project, step, told) = interrupted(Project::new().policy(&policy), &["verify", "a"]);
    told.exits(130);
    none_passes(&project, &step, 130);
    let json: Value = serde_json::from_str(&read(&project.path("fakes/json"))).expect("JSON");
    let conditions = json["components"][0]["conditions"].as_array().expect("conditions");
    let told: Vec<(&str, &str)> = conditions
        .iter()
        .map(|one| (one["id"].as_str().expect("a name"), one["outcome"].as_str().expect("a word")))
        .collect();
    assert_eq!(told, [("integration_coverage", "inconclusive"), ("sign_off:reviewed", "waiting")]);
    assert_eq!(conditions[0]["summary"], "not known: the run was interrupted");
}

#[test]
fn a_shard_of_a_run_that_was_interrupted_after_its_checks_is_worth_nothing() {
    let (project, _, told) = interrupted(Project::new(), &["verify", "a"]);
    told.exits(130);
    let (shard, git) = (project.path("fakes/json"), project.path("bin/git"));
    std::fs::remove_file(git).expect("there");
    project
        .run(&["report", "--merge", &shard.to_string_lossy()])
        .exits(3)
        .says("is of a run that was interrupted");
}

#[test]
fn where_the_policy_speaks_of_files_that_are_not_there_nothing_passes_anywhere() {
    let (project, step) = in_a_step(Project::new().policy(&POLICY.replace("[\"tests\"]", "[\"gone\"]")));
    let arguments: Vec<String> =
        LINT.iter().map(|&word| word.to_owned()).chain(all_formats(&project)).collect();
    project.run(&arguments).exits(2).says("inconclusive").complains("speaks of files that are not there");
    none_passes(&project, &step, 2);
}

#[test]
fn where_the_record_cannot_be_kept_nothing_passes_anywhere() {
    let project = Project::new().file(".promotion", "a file where the folder would be\n").repository();
    let (project, step) = in_a_step(project);
    let mut arguments: Vec<String> =
        ["verify", "a", "--record", "--format", "json"].map(str::to_owned).to_vec();
    arguments.extend(all_formats(&project));
    let told = project.run(&arguments).exits(70).complains("cannot open `");
    assert_eq!(told.json()["verdict"], "inconclusive", "and it is one document");
    none_passes(&project, &step, 70);
}

#[test]
fn a_file_that_cannot_be_written_keeps_back_neither_the_verdict_nor_the_record() {
    let project = Project::new()
        .data("out/there", "")
        .fake("ruff")
        .does("rm -rf \"$fakes/out\"; honest \"$@\"")
        .repository();
    let (project, step) = in_a_step(project);
    let [lost, kept] = ["fakes/out/v.json", "fakes/v.xml"].map(|name| project.path(name));
    let outputs = [format!("json={}", lost.display()), format!("junit={}", kept.display())];
    let told = project
        .run(&[
            "verify",
            "a",
            "--record",
            "--format",
            "github",
            "--output",
            &outputs[0],
            "--output",
            &outputs[1],
        ])
        .exits(70)
        .says("ready for staging")
        .complains("cannot write `");
    assert!(!told.stderr.contains("usage"), "{}", told.stderr);
    assert!(read(&kept).contains("failures=\"0\" errors=\"0\""));
    assert!(read(&project.root().join(".promotion/ledger/a.jsonl")).contains("verified"));
    assert!(read(&step).starts_with("verdict=pass\nexit-code=70\n"), "{}", read(&step));
}

#[test]
fn where_an_attestation_cannot_be_written_nothing_passes_anywhere() {
    let project = Project::new()
        .data("out/there", "")
        .fake("ruff")
        .does("rm -rf \"$fakes/out\"; honest \"$@\"")
        .repository();
    let (project, step) = in_a_step(project);
    let lost = project.path("fakes/out/a.jsonl").to_string_lossy().into_owned();
    let kept = project.path("fakes/kept.jsonl");
    let written = format!("vsa={}", kept.display());
    let mut arguments: Vec<String> =
        ["verify", "a", "--format", "json", "--attest", &written, "--attest", &lost]
            .map(str::to_owned)
            .to_vec();
    arguments.extend(all_formats(&project));
    let told = project.run(&arguments).exits(70).complains("cannot write `");
    assert_eq!(told.json()["verdict"], "inconclusive", "and it is one document");
    none_passes(&project, &step, 70);
    assert!(!kept.exists(), "a run that is not attested leaves no attestation");
}

#[test]
fn what_an_earlier_run_left_is_gone_where_this_one_comes_to_no_verdict() {
    for (policy, arguments, code) in [
        ("x", &["verify", "a"][..], 2),
        ("x", &["report", "--merge", "none.json"], 2),
        (POLICY, &["verify", "nobody"], 2),
    ] {
        let project = Project::new().policy(policy).data("s.xml", "<testsuites/>");
        let file = project.path("fakes/s.xml");
        let output = format!("junit={}", file.display());
        project.run(&[arguments, &["--output", &output]].concat()).exits(code);
        assert!(!file.exists(), "{arguments:?}");
    }
    let project = Project::new().data("s.xml", "<testsuites/>").data("dir/x", "");
    let file = project.path("fakes/s.xml");
    let outputs =
        [format!("junit={}", file.display()), format!("json={}", project.path("fakes/dir").display())];
    project.run(&["verify", "a", "--output", &outputs[0], "--output", &outputs[1]]).exits(2);
    assert_eq!(read(&file), "<testsuites/>", "a command line that is wrong does nothing");
}

#[test]
fn a_link_to_a_file_stays_one_though_the_file_is_taken_away_first() {
    let project = Project::new().data("real.json", "old");
    let link = project.path("fakes/link.json");
    std::os::unix::fs::symlink("real.json", &link).expect("a link");
    project.run(&[&LINT[..], &["--output", &format!("json={}", link.display())]].concat()).exits(0);
    assert!(std::fs::symlink_metadata(&link).expect("there").is_symlink());
    assert!(read(&project.path("fakes/real.json")).contains("\"verdict\": \"pass\""));
}

#[test]
fn one_file_by_two_names_is_named_twice() {
    let project = Project::new().data("r/old", "");
    std::os::unix::fs::symlink("r", project.path("fakes/also")).expect("a link");
    std::os::unix::fs::symlink("r/one", project.path("fakes/link")).expect("a link");
    let fakes = project.path("fakes");
    let one = format!("json={}", fakes.join("r/one").display());
    for other in ["r/../r/one", "r/./one", "also/one", "link"] {
        let other = format!("junit={}/{other}", fakes.display());
        project
            .run(&[&LINT[..], &["--output", &one, "--output", &other]].concat())
            .exits(2)
            .complains("named twice");
    }
    let project = Project::new();
    project
        .run(&[&LINT[..], &["--output", "json=r", "--output", "junit=./r"]].concat())
        .exits(2)
        .complains("named twice");
}

#[test]
fn a_device_may_be_named_twice_and_a_pipe_may_not() {
    let project = Project::new();
    let named = |file: &str| [format!("json={file}"), format!("junit={file}")];
    let twice = |[one, other]: &[String; 2]| {
        project.run(&[&LINT[..], &["--output", one, "--output", other]].concat())
    };
    twice(&named("/dev/null")).exits(0).stays_calm();
    let pipe = project.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    twice(&named(&pipe.to_string_lossy())).exits(2).complains("named twice");
}

#[test]
fn what_is_read_is_never_written() {
    let project = Project::new().data("shards/1.json", "{}").data("plan.json", "{}");
    let [folder, shard, plan] = ["fakes/shards", "fakes/shards/1.json", "fakes/plan.json"]
        .map(|name| project.path(name).to_string_lossy().into_owned());
    for output in [&shard, &plan, "promotion.toml"] {
        for merged in [&folder, &shard] {
            project
                .run(&["report", "--merge", merged, "--plan", &plan, "--output", &format!("json={output}")])
                .exits(2)
                .complains("it is what is to be read");
        }
    }
    assert_eq!((read(Path::new(&shard)).as_str(), read(Path::new(&plan)).as_str()), ("{}", "{}"));
    project.run(&["verify", "a", "--output", "json=./promotion.toml"]).exits(2).complains("to be read");
    assert_eq!(read(&project.root().join("promotion.toml")), POLICY);
}

/// Not even where the run comes to nothing: what is gone is gone.
#[test]
fn what_a_verdict_rests_on_is_never_written_over() {
    let policy = POLICY.replace("[component.a]\n", "[component.a]\nreadme = \"docs/a.md\"\n");
    let include = policy.replace("name = \"Demo\"", "name = \"Demo\"\ninclude = [\"more/*.toml\"]");
    let more = "name = \"b\"\npaths = [\"b.py\"]\n";
    let project = Project::new()
        .policy(&include)
        .file("more/b.toml", more)
        .file("more/b.py", "y = 1\n")
        .file("docs/a.md", "# A\n");
    let project = project.file("README.md", "# All\n").repository();
    project.run(&["verify", "a", "--record"]);
    let kept = [
        ("more/b.toml", "what is to be read"),
        ("docs/a.md", "what is to be read"),
        ("README.md", "what is to be read"),
        ("src/a.py", "what is to be read"),
        (".promotion/ledger/a.jsonl", "where the past of the project is kept"),
        (".git/config", "where the past of the project is kept"),
    ];
    for (file, why) in kept {
        let before = read(&project.root().join(file));
        let output = format!("json={file}");
        for arguments in [
            &["verify", "a", "--output", &output][..],
            &["verify", "aa", "--output", &output],
            &["verify", "a", "--attest", file],
            &["report", "--output", &output],
        ] {
            project.run(arguments).exits(2).complains(why);
            assert_eq!(read(&project.root().join(file)), before, "{arguments:?}");
        }
    }
    // Also where nothing is known of the project but names.
    let project = project.policy("schema = 9\n");
    project.run(&["verify", "a", "--output", "json=README.md"]).exits(2).complains("to be read");
    assert_eq!(read(&project.root().join("README.md")), "# All\n");
}

#[test]
fn standard_output_is_for_the_format_and_never_for_a_file() {
    let project = Project::new();
    for name in
        ["/dev/stdout", "/dev/stderr", "/dev/fd/1", "/proc/self/fd/2", "/dev/../dev/stdout", "-", "link"]
    {
        let link = project.root().join("link");
        if name == "link" {
            std::os::unix::fs::symlink("/dev/stdout", &link).expect("a link");
        }
        let output = format!("markdown={name}");
        let told = project.run(&[&LINT[..], &["--output", &output]].concat()).exits(2);
        assert_eq!(told.complains("say with `--format` what to print").stdout, "", "{name}");
    }
    let log = project.path("home/log");
    for script in [
        "echo begun > $HOME/log; $PROMOTE verify a --only lint --output json=/dev/stdout >> $HOME/log; echo $?",
        "echo begun > $HOME/log; $PROMOTE verify a --only lint --output json=$HOME/log >> $HOME/log; echo $?",
        "echo begun > $HOME/log; $PROMOTE verify a --only lint --output json=/dev/fd/5 5>> $HOME/log; echo $?",
    ] {
        let output = project.shell(script);
        assert_eq!(String::from_utf8_lossy(&output.stdout), "2\n", "{script}");
        assert_eq!(read(&log), "begun\n", "{script}");
    }
    let output = project.shell("$PROMOTE verify a --only lint --output json=/dev/fd/5 5>&1 >/dev/null | cat");
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("\"verdict\": \"pass\""),
        "another pipe is a file"
    );
}

#[test]
fn a_sarif_file_that_github_would_refuse_or_not_show_is_whole_and_told() {
    let project = Project::new();
    let file = project.root().join("src/a.py");
    let issue = |row: usize| serde_json::json!({"code": "F401", "filename": file, "location": {"row": row, "column": 8}, "message": "m"});
    let issues = |rows| serde_json::to_string(&(1..=rows).map(issue).collect::<Vec<_>>()).expect("JSON");
    let sarif = project.path("fakes/s.json");
    let output = format!("sarif={}", sarif.display());
    let [many, most, shown] = [issues(25_001), issues(25_000), issues(5_000)];
    let project = project.data("issues", many).fake("ruff").does("cat \"$fakes/issues\"").exits(1);
    let arguments = [&LINT[..], &["--output", &output]].concat();
    project
        .run(&arguments)
        .exits(1)
        .complains("SARIF: 25001 results of `ruff`; GitHub takes no file with more than 25000")
        .complains("under a `category` of its own");
    let document: Value = serde_json::from_str(&read(&sarif)).expect("JSON");
    assert_eq!(document["runs"][0]["results"].as_array().expect("results").len(), 25_001);
    let project = project.data("issues", most);
    project
        .run(&arguments)
        .exits(1)
        .complains("SARIF: 25000 results of `ruff`; GitHub shows 5000 of one tool");
    let project = project.data("issues", shown);
    let told = project.run(&arguments).exits(1);
    assert_eq!(told.stderr, "");
}
