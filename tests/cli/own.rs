//! The verbs that are about the program itself.

use crate::project::Project;

#[test]
fn a_schema_is_printed_by_its_name_and_all_are_listed() {
    let project = Project::new();
    let told = project.run(&["schema"]).exits(0).stays_calm();
    assert!(told.stdout.lines().any(|line| line.starts_with("promotion ")), "{}", told.stdout);
    for name in told.stdout.lines().filter_map(|line| line.split_whitespace().next()) {
        let schema = project.run(&["schema", name]).exits(0).json();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{name}");
        assert!(
            schema["$id"].as_str().is_some_and(|id| id.ends_with(&format!("/schemas/{name}.schema.json")))
        );
    }
    let told = project.run(&["schema", "promotoin"]).exits(2);
    assert!(told.stderr.contains("promotion"), "{}", told.stderr);
    for arguments in [&["schema", "--all"][..], &["schema", "--output", "x"], &["schema", "plan", "--all"]] {
        project.run(arguments).exits(2);
    }
}

#[test]
fn all_schemas_are_written_to_a_folder_that_may_not_be_there_yet() {
    let project = Project::new().file("taken", "a file");
    for _ in 0..2 {
        project.run(&["schema", "--all", "--output", "deep/schemas"]).exits(0).stays_calm();
    }
    let printed = project.run(&["schema", "plan"]).exits(0).stdout;
    let written = project.root().join("deep/schemas/plan.schema.json");
    assert_eq!(std::fs::read_to_string(written).expect("a schema"), printed);
    let told = project.run(&["schema", "--all", "--output", "taken"]).exits(2);
    assert!(told.stderr.contains("taken") && told.stderr.contains("hint: "), "{}", told.stderr);
}

/// A project without a policy.
fn bare() -> Project {
    let project = Project::new().file("src/b_component.py", "y = 2\n").file("src/b/part.py", "z = 3\n");
    std::fs::remove_file(project.root().join("promotion.toml")).expect("gone");
    project
}

#[test]
fn init_writes_a_policy_that_works_at_once_and_that_its_schema_takes() {
    let project = bare();
    let printed = project.run(&["init", "--print"]).exits(0).stays_calm().stdout;
    let told = project.run(&["init"]).exits(0).stays_calm();
    assert!(
        told.stdout.contains("2 components: a, b") && told.stdout.contains("tta-promote plan a"),
        "{}",
        told.stdout
    );
    let written = std::fs::read_to_string(project.root().join("promotion.toml")).expect("a policy");
    assert_eq!(written, printed);
    let schema = tta_promote::app::schema::Document::named("promotion").expect("a schema");
    assert_eq!(written.lines().next(), Some(format!("#:schema {}", schema.address()).as_str()));
    let policy: toml::Table = written.parse().expect("TOML");
    let policy = serde_json::to_value(policy).expect("JSON");
    assert!(jsonschema::is_valid(&schema.schema(), &policy), "{policy:#}");
    assert_eq!(policy["component"]["b"]["paths"], serde_json::json!(["src/b", "src/b_component.py"]));
    assert_eq!(policy["component"]["a"]["tests"], serde_json::json!({"paths": ["tests"], "select": "a"}));
    for name in ["a", "b"] {
        project.run(&["plan", name]).exits(0).stays_calm();
    }
}

#[test]
fn init_writes_over_nothing_and_says_so_where_there_is_nothing() {
    let project = bare().file("promotion.toml", "mine");
    let told = project.run(&["init"]).exits(2);
    assert!(told.stderr.contains("there already") && told.stderr.contains("hint: "), "{}", told.stderr);
    assert_eq!(std::fs::read_to_string(project.root().join("promotion.toml")).expect("mine"), "mine");
    std::fs::create_dir(project.root().join("empty")).expect("a folder");
    for folder in ["empty", "nowhere", "promotion.toml"] {
        assert!(project.run(&["init", folder]).exits(2).stderr.contains("hint: "), "{folder}");
    }
    assert!(!project.root().join("empty/promotion.toml").exists());
    std::os::unix::fs::symlink("gone.toml", project.root().join("src/promotion.toml")).expect("a link");
    project.run(&["init", "src"]).exits(2);
    assert!(!project.root().join("src/gone.toml").exists());
}

#[test]
fn init_takes_names_from_where_the_project_says_them() {
    let project = bare()
        .file("pyproject.toml", "[project]\nname = \"my \\\"own\\\"\"\n")
        .file("src/pkg/components/c_component.py", "x = 1\n")
        .file("src/pkg/components/d/tests/test_d.py", "x = 1\n")
        .file("src/pkg/components/__init__.py", "")
        .file("src/pkg/components/e f.py", "x = 1\n")
        .repository();
    let git = |arguments: &[&str]| {
        let done = std::process::Command::new("git").arg("-C").arg(project.root()).args(arguments).status();
        assert!(done.expect("git").success());
    };
    git(&["remote", "add", "origin", "git@github.com:theinterneti/TTA.git"]);
    let text = project.run(&["init", "--print"]).exits(0).stdout;
    let policy: toml::Table = text.parse().expect("TOML");
    assert_eq!(policy["project"]["name"].as_str(), Some("my \"own\""));
    assert_eq!(policy["project"]["repository"].as_str(), Some("theinterneti/TTA"));
    let components = policy["component"].as_table().expect("components");
    assert_eq!(components.keys().collect::<Vec<_>>(), ["c", "d"], "{text}");
    assert_eq!(components["d"]["tests"]["paths"][0].as_str(), Some("src/pkg/components/d/tests"));
    git(&["remote", "set-url", "origin", "https://example.invalid/a/b"]);
    let text = project.run(&["init", "--print"]).exits(0).stdout;
    assert!(text.contains("\n# repository = "), "{text}");
}

#[test]
fn init_tells_what_it_leaves_out_because_no_component_can_have_its_name() {
    let project = bare().file("src/é.py", "x = 1\n").file("src/a b.py", "x = 1\n");
    let told =
        project.run(&["init", "--print"]).exits(0).complains("left out: src/a b.py, src/é.py: a component's");
    told.stdout.parse::<toml::Table>().expect("the policy alone");
    let told = project.run(&["init"]).exits(0).stays_calm().stdout;
    assert!(
        told.contains("2 components: a, b\nleft out: src/a b.py, src/é.py: a component's name is"),
        "{told}"
    );
    let only = project.file("only/é.py", "x = 1\n");
    let told = only.run(&["init", "only"]).exits(2).complains("cause: é.py: a component's name is");
    assert!(told.stderr.contains("hint: rename them") && !only.root().join("only/promotion.toml").exists());
}

#[test]
fn shells_and_man_are_told_every_verb() {
    let project = Project::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let told = project.run(&["completions", shell]).exits(0);
        assert!(told.stdout.contains("observe") && told.stdout.contains("changed-since"), "{shell}");
    }
    project.run(&["completions", "csh"]).exits(2);
    let page = project.run(&["man"]).exits(0).stdout;
    assert!(page.contains(".TH tta-promote 1") && page.contains("inconclusive"), "{page}");
    project.run(&["man", "--output", "man"]).exits(0).stays_calm();
    let verb = std::fs::read_to_string(project.root().join("man/tta-promote-verify.1")).expect("a page");
    assert!(verb.contains("changed\\-since") && verb.contains("Examples:"), "{verb}");
}

/// What bash would complete the last word with, after it has read our script.
fn completed(project: &Project, words: &[&str]) -> Vec<String> {
    let script = project.root().join("completions.bash");
    std::fs::write(&script, project.run(&["completions", "bash"]).exits(0).stdout).expect("written");
    // As bash calls it: the command, the word, the one before it.
    let ask = "source \"$1\"; shift\n\
               function=$(complete -p tta-promote); function=${function##*-F }; function=${function%% *}\n\
               COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1))\n\
               $function tta-promote \"${@: -1}\" \"${@: -2:1}\"\n\
               printf '%s\\n' \"${COMPREPLY[@]}\"";
    let mut bash = std::process::Command::new("bash");
    bash.args(["--norc", "--noprofile", "-c", ask, "bash"]).arg(script).arg("tta-promote").args(words);
    let output = bash.output().expect("bash");
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let words = String::from_utf8(output.stdout).expect("UTF-8");
    words.lines().filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[test]
fn bash_completes_the_options_and_the_values_of_a_verb() {
    let project = Project::new();
    let formats = ["text", "json", "markdown", "junit", "sarif", "github", "gitlab", "html"];
    let checks = ["tests", "coverage", "lint", "types", "security", "docs"];
    for (words, values) in [
        (&["verif"][..], &["verify"][..]),
        (&["verify", "--fo"], &["--format"]),
        (&["promote", "--dry"], &["--dry-run"]),
        (&["cache", "cl"], &["clear"]),
        (&["verify", "--color", ""], &["auto", "always", "never"]),
        (&["verify", "--format", ""], &formats),
        (&["report", "--format", "ma"], &["markdown"]),
        (&["plan", "--format", ""], &["text", "json", "matrix"]),
        (&["audit", "--format", ""], &["text", "json"]),
        (&["audit", "--to", "s"], &["staging"]),
        (&["verify", "carbon", "--to", ""], &["development", "staging", "production"]),
        (&["verify", "--stage", "prod"], &["production"]),
        (&["verify", "--only", ""], &checks),
        (&["override", "carbon", "--checks", "t"], &["tests", "types"]),
        (&["rollback", "carbon", "--severity", ""], &["critical", "high", "medium", "low"]),
    ] {
        assert_eq!(completed(&project, words), values, "{words:?}");
    }
}

#[test]
fn every_shell_is_told_the_values_of_an_option() {
    let project = Project::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = project.run(&["completions", shell]).exits(0).stdout;
        for value in ["gitlab", "coverage", "production", "critical"] {
            assert!(script.contains(value), "{shell}: {value}");
        }
    }
}

#[test]
fn what_a_shell_completes_is_neither_repeated_in_help_nor_all_that_is_taken() {
    let project = Project::new();
    for verb in ["verify", "report", "audit", "rollback", "override"] {
        let help = project.run(&[verb, "--help"]).exits(0).stdout;
        let repeats = |list: &&str| list.contains("text, json, markdown") || list.contains("development");
        assert!(!help.split("[possible values: ").skip(1).any(|list| repeats(&list)), "{help}");
    }
    for (arguments, told) in [
        (["verify", "a", "--format", "xml"], "a format is one of text, json"),
        (["verify", "a", "--to", "prod"], "a stage is one of development, staging, production"),
        (["verify", "a", "--only", "Mine!"], "a check is one of tests"),
    ] {
        project.run(&arguments).exits(2).complains(told);
    }
    // The name of a check of one's own is taken on the command line; the policy says whether there is one.
    project.run(&["verify", "a", "--only", "mine"]).exits(2).complains("mine");
}
