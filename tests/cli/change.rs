//! `--changed-since`: real repositories, and which components a change takes in.

use crate::project::{POLICY, Project};
use crate::selection::planned;

const THREE: &str = r#"
[component.b]
paths = ["src/b"]
tests = { paths = ["tests/b"] }
depends_on = ["a"]

[component.c]
paths = ["src/c.py"]
tests = { paths = ["tests/c"] }
"#;

const FILES: [(&str, &str); 8] = [
    ("src/a.py", "x = 1\n"),
    ("src/b/__init__.py", ""),
    ("src/b/inner.py", "y = 2\n"),
    ("src/c.py", "z = 3\n"),
    ("tests/a/test_a.py", "def test(): pass\n"),
    ("tests/b/test_b.py", "def test(): pass\n"),
    ("tests/c/test_c.py", "def test(): pass\n"),
    ("docs/notes.md", "notes\n"),
];

fn policy() -> String {
    format!("{}{THREE}", POLICY.replace("[\"tests\"]", "[\"tests/a\"]"))
}

fn project() -> Project {
    let project = FILES.iter().fold(Project::new(), |project, (path, text)| project.file(path, text));
    std::fs::remove_file(project.root().join("tests/test_a.py")).expect("it was there");
    project.policy(&policy()).repository()
}

#[track_caller]
fn takes_in(project: &Project, revision: &str, expected: &[&str]) {
    let told = project.run(&["plan", "--changed-since", revision, "--format", "json", "--explain"]).exits(0);
    assert_eq!(planned(&told), expected, "{}", told.stderr);
}

fn remove(project: Project, path: &str) -> Project {
    std::fs::remove_file(project.root().join(path)).expect("it was there");
    project
}

#[test]
fn nothing_changed_is_no_pass_and_says_how_to_skip_it() {
    let project = project();
    let told = project.run(&["verify", "--changed-since", "HEAD"]).exits(3).stays_calm();
    assert!(told.stdout.contains("inconclusive: no component was selected"), "{}", told.stdout);
    for text in ["no component changed since `HEAD`", "nothing was verified", "--format json"] {
        assert!(told.stderr.contains(text), "{}", told.stderr);
    }
    let file = project.path("fakes/v.json");
    let output = format!("json={}", file.display());
    let told =
        project.run(&["verify", "--changed-since", "HEAD", "--format", "json", "--output", &output]).exits(3);
    let document = told.json();
    assert_eq!(
        (&document["verdict"], &document["components"]),
        (&"inconclusive".into(), &serde_json::json!([]))
    );
    assert_eq!(document["subject"]["commit"].as_str().map(str::len), Some(40));
    assert!(std::fs::read_to_string(file).expect("written").contains("inconclusive"));
    takes_in(&project, "HEAD", &[]);
    let told = project.run(&["verify", "--changed-since", "HEAD@{1 second ago}"]).exits(3);
    assert!(told.stderr.contains("--changed-since 'HEAD@{1 second ago}'"), "{}", told.stderr);
    let told = project.run(&["plan", "--changed-since", "HEAD", "--format", "matrix"]).exits(0);
    assert_eq!(told.stdout, "{\"include\":[]}\n");
    let told = project.run(&["plan", "--changed-since", "HEAD"]).exits(0);
    assert!(told.stdout.contains("no component changed since `HEAD`"), "{}", told.stdout);
}

#[test]
fn what_is_changed_staged_untracked_or_gone_takes_in_whose_it_is() {
    takes_in(&project().file("src/c.py", "z = 4\n"), "HEAD", &["c"]);
    takes_in(&project().file("src/c.py", "z = 4\n").git(&["add", "-A"]), "HEAD", &["c"]);
    let staged_only = project().file("src/c.py", "z = 4\n").git(&["add", "-A"]).file("src/c.py", "z = 3\n");
    takes_in(&staged_only, "HEAD", &["c"]);
    takes_in(&project().file("src/b/new file.py", ""), "HEAD", &["b"]);
    takes_in(&project().file("src/b/größe.csv", "1"), "HEAD", &["b"]);
    takes_in(&remove(project(), "src/b/inner.py"), "HEAD", &["b"]);
    takes_in(&remove(project(), "tests/c/test_c.py"), "HEAD", &["c"]);
    takes_in(&project().file("src/a.py", "x = 2\n"), "HEAD", &["a", "b"]);
    takes_in(&project().file("src/a.py", "x = 2\n").committed(), "HEAD", &[]);
    takes_in(&project().file("src/a.py", "x = 2\n").committed(), "HEAD~1", &["a", "b"]);
}

#[test]
fn both_sides_of_a_rename_are_changed() {
    let project = project().file("src/b/moved.py", "y = 2\n# long enough to be known again\n").committed();
    let project = project.git(&["mv", "src/b/moved.py", "tests/c/test_moved.py"]);
    takes_in(&project, "HEAD", &["b", "c"]);
    takes_in(&project.committed(), "HEAD~1", &["b", "c"]);
}

#[test]
fn what_the_other_branch_changed_meanwhile_does_not_count() {
    let project = project().git(&["checkout", "-q", "-b", "mine"]).file("src/c.py", "z = 4\n").committed();
    let project = project.git(&["checkout", "-q", "main"]).file("src/a.py", "x = 2\n").committed();
    let project = project.git(&["checkout", "-q", "mine"]);
    takes_in(&project, "main", &["c"]);
    let project = project.git(&["checkout", "-q", "--orphan", "alone"]).committed();
    takes_in(&project, "main", &["a", "b", "c"]);
}

#[test]
fn where_there_is_no_common_ancestor_the_revision_itself_is_compared() {
    let project = project().git(&["checkout", "-q", "--orphan", "alone"]).committed();
    takes_in(&project.file("src/c.py", "z = 4\n"), "main", &["c"]);
}

#[test]
fn what_everybody_may_rest_on_takes_in_everybody_and_prose_nobody() {
    let all = &["a", "b", "c"];
    for path in [
        "pyproject.toml",
        "uv.lock",
        "conftest.py",
        "src/shared.py",
        "data.json",
        ".gitignore",
        "tests/conftest.py",
    ] {
        takes_in(&project().file(path, ""), "HEAD", all);
    }
    takes_in(&project().policy(&format!("{}\n", policy())), "HEAD", all);
    for path in ["NOTES.md", "docs/conf.py", "LICENSE", ".github/workflows/ci.yml"] {
        takes_in(&project().file(path, ""), "HEAD", &[]);
    }
    takes_in(&project().file("src/c/README.md", ""), "HEAD", &["c"]);
    takes_in(&project().file("tests/b/conftest.py", ""), "HEAD", &["b"]);
}

/// Nobody knows what a tool of one's own looks at, and a matrix of nobody ends well in the workflow that is shipped.
#[test]
fn where_there_is_a_check_of_ones_own_prose_and_files_of_the_forge_take_in_everybody() {
    let check = "[check.docsy]\ncommand = [\"./docs.sh\"]\nreads = \"exit-code\"\n\
                 inspected = { pattern = '(\\d+) pages', min = 1 }\n";
    let project = || project().policy(&format!("{}\n{check}", policy())).committed();
    takes_in(&project(), "HEAD", &[]);
    for path in ["docs/api.yaml", ".github/scripts/check.sh", "NOTES.md", "LICENSE", "docs.sh"] {
        takes_in(&project().file(path, "x"), "HEAD", &["a", "b", "c"]);
    }
    takes_in(&project().file("src/c.py", "z = 4\n"), "HEAD", &["c"]);
    let told = project().file("docs/api.yaml", "x");
    let told = told.run(&["plan", "--changed-since", "HEAD", "--format", "matrix", "--explain"]).exits(0);
    assert!(told.stdout.contains("\"a\""), "{}", told.stdout);
    let why = "in   a  in doubt: `docs/api.yaml` changed, and a check of one's own may look at it\n";
    assert!(told.stderr.starts_with(why), "{}", told.stderr);
}

#[test]
fn who_speaks_of_a_changed_module_is_in_doubt_and_so_in() {
    let project = project().file("src/c.py", "from b import inner\n").committed();
    takes_in(&project.file("src/b/inner.py", "y = 3\n"), "HEAD", &["b", "c"]);
}

#[test]
fn whose_tests_speak_of_a_changed_file_is_in_too() {
    let changed = |speaker: &str, text: &str, path: &str| {
        let project = project().file(path, "1\n").file(speaker, text).committed();
        project.file(path, "2\n")
    };
    let test = "tests/c/test_c.py";
    takes_in(&changed(test, "from b.inner import y\n", "src/b/inner.py"), "HEAD", &["b", "c"]);
    takes_in(&changed("tests/c/conftest.py", "import b.inner\n", "src/b/inner.py"), "HEAD", &["b", "c"]);
    takes_in(&changed("conftest.py", "import b.inner\n", "src/b/inner.py"), "HEAD", &["a", "b", "c"]);
    takes_in(&changed(test, "from tests.b.test_b import test\n", "tests/b/test_b.py"), "HEAD", &["b", "c"]);
    takes_in(&changed(test, "open('tests/b/data.json')\n", "tests/b/data.json"), "HEAD", &["b", "c"]);
}

#[test]
fn among_shared_tests_those_count_that_a_component_may_select() {
    let shared = |name: &str| format!("tests = {{ paths = [\"tests\"], select = \"{name}_component\" }}");
    let policy = ["a", "b", "c"].iter().fold(policy(), |policy, name| {
        policy.replace(&format!("tests = {{ paths = [\"tests/{name}\"] }}"), &shared(name))
    });
    let project = FILES.iter().fold(Project::new(), |project, (path, text)| project.file(path, text));
    let project = project.policy(&policy).file("tests/test_c_component.py", "from b import inner\n");
    let project = project.file("tests/test_b_component.py", "from b import inner\n").repository();
    takes_in(&project.file("src/b/inner.py", "y = 3\n"), "HEAD", &["b", "c"]);
}

#[test]
fn prose_that_a_module_reads_is_no_prose() {
    for path in ["prompts/system.md", "docs/api.json", "docs/schema.py"] {
        let text = format!("open('{path}')\n");
        let project = project().file("src/c.py", &text).file(path, "1\n").committed();
        takes_in(&project.file(path, "2\n"), "HEAD", &["c"]);
    }
    let project =
        project().file("src/c.py", "from b import inner\n").file("src/b/prompt.md", "1").committed();
    takes_in(&project.file("src/b/prompt.md", "2"), "HEAD", &["b", "c"]);
}

#[test]
fn what_git_does_not_look_at_is_in_doubt_and_so_in() {
    let project = || project().file(".gitignore", "ignored.py\n").committed();
    takes_in(&project(), "HEAD", &[]);
    takes_in(&project().file("src/b/ignored.py", ""), "HEAD", &["b"]);
    takes_in(&project().file("tests/c/ignored.py", ""), "HEAD", &["c"]);
    takes_in(&project().git(&["update-index", "--assume-unchanged", "src/c.py"]), "HEAD", &["c"]);
    takes_in(&project().git(&["update-index", "--skip-worktree", "src/c.py"]), "HEAD", &["c"]);
    for told in ["--assume-unchanged", "--skip-worktree"] {
        let project = project().file("src/shared.py", "").committed();
        takes_in(&project.git(&["update-index", told, "src/shared.py"]), "HEAD", &["a", "b", "c"]);
    }
}

#[test]
fn a_link_counts_for_what_it_leads_to() {
    let project = project().file("shared/real.py", "");
    std::os::unix::fs::symlink("../../shared/real.py", project.root().join("src/b/link.py")).expect("a link");
    let project = project.committed().file("shared/real.py", "w = 1\n");
    takes_in(&project, "HEAD", &["b"]);
}

#[test]
fn settings_of_git_change_nothing() {
    let project =
        project().git(&["config", "diff.relative", "true"]).git(&["config", "diff.renames", "copies"]);
    let project =
        project.git(&["config", "status.showUntrackedFiles", "no"]).git(&["config", "diff.noprefix", "true"]);
    let project =
        project.git(&["config", "diff.external", "false"]).git(&["config", "core.quotePath", "true"]);
    takes_in(&project.file("src/b/ö.py", "").file("src/c.py", "z = 4\n"), "HEAD", &["b", "c"]);
}

#[test]
fn a_root_below_the_repositorys_top_sees_what_changes_above_it() {
    let policy = policy().replace("name = \"Demo\"", "name = \"Demo\"\nroot = \"app\"");
    let build = || {
        let project = FILES
            .iter()
            .fold(Project::new(), |project, (path, text)| project.file(&format!("app/{path}"), text));
        project.policy(&policy).repository()
    };
    takes_in(&build(), "HEAD", &[]);
    takes_in(&build().file("app/src/c.py", "z = 4\n"), "HEAD", &["c"]);
    takes_in(&build().file("app/src/b/new.py", ""), "HEAD", &["b"]);
    takes_in(&build().file("README.md", "").file(".github/x.yml", ""), "HEAD", &[]);
    takes_in(&build().file("ruff.toml", ""), "HEAD", &["a", "b", "c"]);
    let relative = build().git(&["config", "diff.relative", "true"]).file("ruff.toml", "").committed();
    takes_in(&relative, "HEAD~1", &["a", "b", "c"]);
    takes_in(&build().policy(&format!("{policy}\n")), "HEAD", &["a", "b", "c"]);
}

#[test]
fn a_change_narrows_a_group_and_a_stage() {
    let project = || {
        let project =
            project().policy(&policy().replace("[component.c]", "[component.c]\ngroup = \"g\"")).committed();
        project.file("src/a.py", "x = 2\n")
    };
    let plan = |arguments: &[&str]| {
        planned(
            &project()
                .run(&[&["plan", "--format", "json", "--changed-since", "HEAD"], arguments].concat())
                .exits(0),
        )
    };
    assert_eq!(plan(&["--group", "g"]), [""; 0]);
    assert_eq!(plan(&["--all", "--stage", "development"]), ["a", "b"]);
    let told = project()
        .run(&["verify", "--changed-since", "HEAD", "--only", "lint", "--explain"])
        .exits(0)
        .stays_calm();
    let expected = "in   a  its `src/a.py` changed\nin   b  it depends on `a`, which is in\nout  c  the path that changed does not concern it\n";
    assert!(told.stderr.starts_with(expected), "{}", told.stderr);
}

#[track_caller]
fn refused(project: &Project, arguments: &[&str], expected: &[&str]) {
    for verb in ["verify", "plan"] {
        let told = project.run(&[&[verb], arguments].concat()).exits(2).stays_calm();
        assert!(told.stdout.is_empty() && told.stderr.contains("hint: "), "{}", told.stderr);
        for text in expected {
            assert!(told.stderr.contains(text), "`{text}` in {}", told.stderr);
        }
    }
}

#[test]
fn a_revision_that_git_does_not_know_is_refused_with_what_to_do() {
    let project = project();
    for revision in ["nowhere", "", "main..HEAD", "HEAD:src/a.py", "HEAD~9", "a\u{1b}[2Jb", "^HEAD"] {
        refused(
            &project,
            &[&format!("--changed-since={revision}")],
            &["git knows no commit", "fetch-depth: 0"],
        );
    }
    std::fs::remove_dir_all(project.root().join(".git")).expect("gone");
    refused(&project, &["--changed-since", "HEAD"], &["no git repository"]);
    std::fs::remove_file(project.path("base/git")).expect("gone");
    refused(&project, &["--changed-since", "HEAD"], &["git is not on PATH"]);
}

#[test]
fn a_revision_is_never_an_option() {
    let project = project();
    let pwned = project.path("fakes/pwned");
    for revision in
        [format!("--output={}", pwned.display()), "--all".to_owned(), "-h".to_owned(), "--".to_owned()]
    {
        refused(&project, &[&format!("--changed-since={revision}")], &["git knows no commit"]);
    }
    assert!(!pwned.exists());
}

#[test]
fn a_shallow_clone_that_lacks_the_revision_says_so() {
    let project = project().file("src/c.py", "z = 4\n").committed();
    let (origin, clone) = (format!("file://{}", project.root().display()), project.path("clone"));
    let project = project.git(&["clone", "-q", "--depth", "1", &origin, clone.to_str().expect("UTF-8")]);
    let config = clone.join("promotion.toml");
    let config = config.to_str().expect("UTF-8");
    refused(&project, &["--changed-since", "HEAD~1", "--config", config], &["shallow", "fetch-depth: 0"]);
    let told =
        project.run(&["plan", "--changed-since", "HEAD", "--format", "json", "--config", config]).exits(0);
    assert_eq!(planned(&told), [""; 0]);
}

#[test]
fn to_ask_what_changed_writes_nothing_into_the_project() {
    let project = project().file("src/c.py", "z = 4\n");
    let before = project.tree();
    project.run(&["plan", "--changed-since", "HEAD", "--format", "matrix"]).exits(0);
    project.run(&["verify", "--changed-since", "HEAD", "--only", "lint"]).exits(0);
    assert!(project.tree() == before);
}
