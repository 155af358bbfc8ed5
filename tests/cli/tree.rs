//! The working tree: as it was before, and what changed it is told.

use crate::project::{POLICY, Project};

const JSON: [&str; 4] = ["verify", "a", "--format", "json"];

#[test]
fn no_verb_writes_into_the_project() {
    for project in [Project::new(), Project::new().repository()] {
        let before = project.tree();
        for arguments in
            [&JSON[..], &["verify", "a"], &["verify", "a", "--exact"], &["plan", "a"], &["doctor"]]
        {
            project.run(arguments).exits(0);
            assert!(project.tree() == before, "{arguments:?} changed the tree");
        }
        project.run(&["verify", "a", "--bogus"]).exits(2);
        assert!(project.tree() == before);
    }
}

#[test]
fn the_commit_and_what_differs_from_it_are_told() {
    let project = Project::new().repository();
    let subject = project.run(&JSON).exits(0).json()["subject"].clone();
    assert_eq!(subject["commit"].as_str().map(str::len), Some(40));
    assert_eq!((&subject["dirty"], &subject["changed"]), (&false.into(), &serde_json::json!([])));
    let project = project.file("src/new.py", "y = 1\n");
    assert_eq!(project.run(&JSON).exits(0).json()["subject"]["dirty"], true);
}

#[test]
fn what_a_tool_changed_is_told_with_a_repository_and_without() {
    let change = "honest; echo 1 > new.txt; echo 1 >> README.md; rm gone.txt";
    let project =
        || Project::new().file("README.md", "a\n").file("gone.txt", "b\n").fake("pytest").does(change);
    for project in [project(), project().repository()] {
        let told = project.run(&JSON).exits(0);
        assert_eq!(
            told.json()["subject"]["changed"],
            serde_json::json!(["README.md", "gone.txt", "new.txt"])
        );
    }
}

#[test]
fn a_test_that_rewrites_its_component_or_itself_measured_nothing_that_is_there() {
    for path in ["src/a.py", "tests/test_a.py", "tests/conftest.py"] {
        let project = || Project::new().fake("pytest").does(&format!("honest; echo 'z = 3' >> {path}"));
        for project in [project(), project().repository()] {
            let told = project.run(&JSON).exits(3).lacks("tests", "tree_changed");
            assert_eq!(told.json()["subject"]["changed"], serde_json::json!([path]));
        }
    }
}

#[test]
fn a_repository_that_cannot_be_read_is_as_none() {
    let project = Project::new().repository();
    std::fs::write(project.root().join(".git/HEAD"), "garbage").expect("written");
    assert_eq!(project.run(&JSON).exits(0).json()["subject"]["commit"], serde_json::Value::Null);
    let project = Project::new().repository();
    std::fs::remove_file(project.path("base/git")).expect("gone");
    let told = project.run(&JSON).exits(0);
    assert_eq!(told.json()["subject"]["dirty"], serde_json::Value::Null);
}

#[test]
fn variables_that_change_what_tools_measure_are_not_handed_on() {
    let names = "PYTEST_ADDOPTS PYTHONPATH PYTHONOPTIMIZE COVERAGE_RCFILE RUFF_CONFIG FORCE_COLOR GIT_DIR VIRTUAL_ENV";
    let see = "for name in NAMES; do eval \"value=\\$$name\"; case \"$value\" in *hostile*) echo $name ;; esac; done >> \"$fakes/seen\"
        case \"$DATABASE_URL\" in kept) ;; *) echo lost >> \"$fakes/seen\" ;; esac; echo >> \"$fakes/looked\"; honest \"$@\"";
    let see = see.replace("NAMES", names);
    let mut project = Project::new();
    for name in names.split(' ') {
        project = project.variable(name, "hostile");
    }
    for tool in ["pytest", "ruff", "pyright", "bandit", "python3"] {
        project = project.fake(tool).does(&see);
    }
    let project = project.variable("DATABASE_URL", "kept");
    project.run(&JSON).exits(0);
    let read = |name: &str| std::fs::read_to_string(project.path("fakes").join(name)).expect("written");
    assert_eq!(read("seen"), "");
    assert!(read("looked").len() >= 5, "each tool looked");
}

#[test]
fn two_runs_at_once_do_not_disturb_each_other() {
    let project = Project::new();
    let policy = format!("{POLICY}\n");
    let project = project.policy(&policy);
    let running: Vec<_> = (0..4).map(|_| project.start(&JSON)).collect();
    for run in running {
        run.end().exits(0);
    }
}

#[test]
fn the_logs_of_old_runs_go_and_the_last_ones_stay() {
    let project = Project::new();
    let runs = project.path("home/.cache/tta-promote/runs");
    for day in 10..40 {
        let folder = runs.join(format!("202001{day}T000000-abcdef"));
        std::fs::create_dir_all(&folder).expect("made");
        let old = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_600_000_000);
        std::fs::File::open(&folder).and_then(|folder| folder.set_modified(old)).expect("old");
    }
    project.run(&["verify", "a", "--only", "lint"]).exits(0);
    let left = std::fs::read_dir(&runs).expect("there").count();
    assert!((10..=12).contains(&left), "{left} folders are left");
}
