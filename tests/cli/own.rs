//! The verbs that are about the program itself.

use serde_json::json;

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

/// The policy that `init` would write.
fn begun(project: &Project) -> toml::Table {
    let text = project.run(&["init", "--print"]).exits(0).stays_calm().stdout;
    text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A component of it, as JSON.
fn component(policy: &toml::Table, name: &str) -> serde_json::Value {
    let components = policy["component"].as_table().expect("components");
    let names: Vec<&String> = components.keys().collect();
    let found = components.get(name).unwrap_or_else(|| panic!("no `{name}` in {names:?}"));
    serde_json::to_value(found).expect("JSON")
}

/// A project of these files alone.
fn of_files(files: &[&str]) -> Project {
    let project = Project::new();
    for path in ["promotion.toml", "src/a.py", "tests/test_a.py"] {
        std::fs::remove_file(project.root().join(path)).expect("gone");
    }
    for folder in ["src", "tests"] {
        std::fs::remove_dir(project.root().join(folder)).expect("gone");
    }
    files.iter().fold(project, |project, path| project.file(path, ""))
}

#[test]
fn the_only_component_of_a_project_has_all_of_its_tests_and_its_readme() {
    let plain = ["src/acme/__init__.py", "tests/test_core.py", "tests/test_acme.py"];
    let project = of_files(&plain).file("Readme.md", "# Acme\n");
    let expected = json!({"paths": ["src/acme"], "readme": "Readme.md", "tests": {"paths": ["tests"]}});
    assert_eq!(component(&begun(&project), "acme"), expected);
    let expected = json!({"paths": ["src/acme"], "tests": {"paths": ["tests"]}});
    let project = project.file("src/acme/README.md", "# Its own\n");
    assert_eq!(component(&begun(&project), "acme"), expected);
    assert_eq!(component(&begun(&of_files(&plain)), "acme"), expected);
}

#[test]
fn the_docstring_of_a_module_is_its_readme_where_it_shows_an_example() {
    let project = of_files(&["tests/test_core.py"]).file("README.md", "# Acme\n");
    let told = project.file("acme.py", "\"\"\"Twice.\n\n>>> twice(2)\n4\n\"\"\"\n");
    assert_eq!(
        component(&begun(&told), "acme"),
        json!({"paths": ["acme.py"], "tests": {"paths": ["tests"]}})
    );
    let untold = told.file("acme.py", "\"\"\"Twice.\"\"\"\n");
    assert_eq!(component(&begun(&untold), "acme")["readme"], "README.md");
}

#[test]
fn each_of_several_components_has_the_tests_that_bear_its_name_unless_it_has_a_folder_of_them() {
    let project = of_files(&[
        "src/acme/__init__.py",
        "src/bee/__init__.py",
        "src/bee/tests/test_it.py",
        "tests/test_core.py",
        "README.md",
    ]);
    let policy = begun(&project);
    let shared = json!({"paths": ["src/acme"], "tests": {"paths": ["tests"], "select": "acme"}});
    assert_eq!(component(&policy, "acme"), shared);
    let own = json!({"paths": ["src/bee"], "tests": {"paths": ["src/bee/tests"]}});
    assert_eq!(component(&policy, "bee"), own);
}

#[test]
fn the_packages_of_a_workspace_are_components_with_their_own_tests() {
    let members = "[tool.uv.workspace]\nmembers = [\"./packages/*\", \"libs/*/\", \"../out\"]\nexclude = [\"libs/old\"]\n";
    let project = of_files(&[
        "packages/foo/pyproject.toml",
        "packages/foo/src/foo/__init__.py",
        "packages/foo/tests/test_core.py",
        "packages/foo/README.md",
        "packages/bar/pyproject.toml",
        "packages/bar/src/bar/__init__.py",
        "packages/bar/src/baz.py",
        "packages/bar/tests/test_core.py",
        "packages/bar/README.md",
        "packages/notes/script.py",
        "libs/one/pyproject.toml",
        "libs/one/src/acme/__init__.py",
        "libs/two/pyproject.toml",
        "libs/two/src/acme/__init__.py",
        "libs/old/pyproject.toml",
        "libs/old/src/old/__init__.py",
        "tests/test_all.py",
        "README.md",
    ])
    .file("pyproject.toml", members);
    let policy = begun(&project);
    let names: Vec<&String> = policy["component"].as_table().expect("components").keys().collect();
    assert_eq!(names, ["bar", "baz", "foo", "one-acme", "two-acme"]);
    let expected = json!({
        "paths": ["packages/foo/src/foo"],
        "readme": "packages/foo/README.md",
        "tests": {"paths": ["packages/foo/tests"]}
    });
    assert_eq!(component(&policy, "foo"), expected);
    let expected = json!({
        "paths": ["packages/bar/src/baz.py"],
        "tests": {"paths": ["packages/bar/tests"], "select": "baz"}
    });
    assert_eq!(component(&policy, "baz"), expected);
    let expected =
        json!({"paths": ["libs/two/src/acme"], "tests": {"paths": ["tests"], "select": "two-acme"}});
    assert_eq!(component(&policy, "two-acme"), expected);
    project.run(&["init"]).exits(0).stays_calm();
    project.run(&["plan", "foo"]).exits(0).stays_calm();
}

#[test]
fn packages_are_found_where_no_workspace_names_them_and_where_there_are_none_it_is_said_where() {
    let files = ["packages/foo/src/foo/__init__.py", "packages/bar/__init__.py", "libs/baz/baz/__init__.py"];
    let policy = begun(&of_files(&files));
    assert_eq!(component(&policy, "foo")["paths"], json!(["packages/foo/src/foo"]));
    assert_eq!(component(&policy, "bar")["paths"], json!(["packages/bar"]));
    assert_eq!(component(&policy, "baz")["paths"], json!(["libs/baz/baz"]));
    let none = of_files(&["packages/foo/notes.txt"]);
    none.run(&["init"]).exits(2).complains("looked in the top, `packages/*/src`, `packages/*`");
    let none = none.file("pyproject.toml", "[tool.uv.workspace]\nmembers = [\"parts/*\"]\n");
    none.run(&["init"]).exits(2).complains("`parts/*` (of the workspace in `pyproject.toml`)");
}

#[test]
fn man_keeps_the_columns_of_examples_and_tables() {
    let project = Project::new();
    project.run(&["man", "--output", "man"]).exits(0);
    for (name, column) in [
        ("tta-promote", "  tta\\-promote init            write a promotion.toml"),
        ("tta-promote", "    0  pass"),
        ("tta-promote-verify", "  tta\\-promote verify carbon                        the gate"),
    ] {
        let page = std::fs::read_to_string(project.root().join(format!("man/{name}.1"))).expect("a page");
        let (before, _) = page.split_once(column).unwrap_or_else(|| panic!("{page}"));
        let last = before.lines().rev().find(|line| [".nf", ".fi"].contains(line));
        assert_eq!(last, Some(".nf"), "{name}");
        let count = |request: &str| page.lines().filter(|line| *line == request).count();
        assert_eq!(count(".nf"), count(".fi"), "{name}");
        let is_prose = |line: &&str| line.starts_with(|c: char| c.is_alphanumeric());
        let blocks = page.split(".nf\n").skip(1).filter_map(|rest| rest.split(".fi\n").next());
        assert_eq!(blocks.flat_map(str::lines).find(is_prose), None, "{name}");
    }
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
