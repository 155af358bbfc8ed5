//! Results of earlier runs: reused where nothing has changed, and a miss wherever anything has, or where somebody
//! has been at what is kept.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::project::{POLICY, Project};
use crate::told::Told;

const JSON: [&str; 4] = ["verify", "a", "--format", "json"];

/// A repository whose variables are the same in each run, and each tool of which counts how often it works.
fn repository() -> Project {
    let mut project =
        Project::new().file(".gitignore", ".env\nbuild/\n").variable("TTA_PROMOTE_TEST", "same");
    for tool in ["pytest", "ruff", "pyright", "bandit"] {
        project = project.fake(tool).does("echo >> \"$fakes/starts\"; honest \"$@\"");
    }
    project.repository()
}

/// How often a tool did its work.
fn starts(project: &Project) -> usize {
    std::fs::read_to_string(project.path("fakes").join("starts")).map_or(0, |text| text.lines().count())
}

/// Which of the checks are from an earlier run.
fn cached(told: &Told) -> Vec<String> {
    let checks = told.json()["components"][0]["checks"].as_array().expect("checks").clone();
    let cached = checks.iter().filter(|check| check["run"]["cached"] == true);
    cached.map(|check| check["id"].as_str().expect("an id").to_owned()).collect()
}

const ALL: [&str; 5] = ["tests", "coverage", "lint", "types", "security"];

/// The entries of all projects.
fn entries(project: &Project) -> Vec<PathBuf> {
    let all = project.path("home/.cache/tta-promote/results");
    let folders = std::fs::read_dir(all).into_iter().flatten().map(|entry| entry.expect("an entry").path());
    let files = folders.filter(|path| path.is_dir()).flat_map(|folder| {
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path())
    });
    let mut entries: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|extension| extension == "entry")).collect();
    entries.sort();
    entries
}

fn git(project: &Project, arguments: &[&str]) {
    let mut git = Command::new("git");
    git.args(["-c", "user.name=a", "-c", "user.email=a@b.cd"]).args(arguments).current_dir(project.root());
    assert!(git.env("GIT_CONFIG_GLOBAL", "/dev/null").status().expect("git").success());
}

/// A project of which everything is kept.
fn known() -> Project {
    let project = repository();
    let told = project.run(&JSON).exits(0);
    assert_eq!(cached(&told), [""; 0]);
    assert!(starts(&project) > 0);
    std::fs::remove_file(project.path("fakes").join("starts")).expect("removed");
    project
}

#[test]
fn where_nothing_has_changed_no_tool_runs_and_the_answer_says_from_when_it_is() {
    let project = known();
    let told = project.run(&JSON).exits(0);
    assert_eq!((starts(&project), cached(&told)), (0, ALL.map(str::to_owned).to_vec()));
    let from = told.check("lint")["run"]["cached_from"].clone();
    assert_eq!(from["commit"], told.json()["subject"]["commit"]);
    assert!(from["time"].as_str().is_some_and(|time| time.starts_with("20")), "{from}");
    let told = project.run(&["verify", "a"]).exits(0);
    assert!(told.stdout.contains("5 of 5 results cached, from 20"), "{}", told.stdout);
    assert_eq!(starts(&project), 0);
}

#[test]
fn a_failure_is_reused_and_is_still_a_failure() {
    let policy = |min: &str| {
        POLICY
            .replace("\n\n[component.a]", &format!("\ncoverage = {{ min_percent = {min} }}\n\n[component.a]"))
    };
    let project = repository().policy(&policy("90"));
    let first = project.run(&JSON).exits(1).gives("coverage", "fail");
    let again = project.run(&JSON).exits(1).gives("coverage", "fail");
    assert_eq!(cached(&again), ALL);
    assert_eq!(first.check("coverage")["summary"], again.check("coverage")["summary"]);
    // The judge is asked anew: the figure is the same, the question is another.
    project.policy(&policy("80")).run(&JSON).exits(0).gives("coverage", "pass");
}

/// What somebody does to a project.
type Act = fn(&Project);

#[test]
fn whatever_changes_is_noticed() {
    let acts: [(&str, Act); 13] = [
        ("a source file", |project| write(project, "src/a.py", "x = 2\n")),
        ("one of the same size and time", |project| {
            let path = project.root().join("src/a.py");
            let time = std::fs::metadata(&path).expect("there").modified().expect("a time");
            write(project, "src/a.py", "x = 2\n");
            std::fs::File::options().write(true).open(&path).expect("open").set_modified(time).expect("set");
        }),
        ("one that git is told to take as unchanged", |project| {
            git(project, &["update-index", "--assume-unchanged", "tests/test_a.py"]);
            write(project, "tests/test_a.py", "def test(): fail\n");
        }),
        ("a new file", |project| write(project, "src/b.py", "")),
        ("a file that is gone", |project| {
            std::fs::remove_file(project.root().join(".gitignore")).expect("removed");
        }),
        ("an ignored file", |project| write(project, ".env", "B=1\n")),
        ("an ignored file below the tests", |project| write(project, "tests/build/data", "x")),
        ("the mode of a file", |project| {
            let path = project.root().join("src/a.py");
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("set");
        }),
        ("configuration above", |project| {
            std::fs::write(project.root().parent().expect("a folder").join("ruff.toml"), "")
                .expect("written");
        }),
        ("the user's configuration", |project| {
            let folder = project.path("home/.config/uv");
            std::fs::create_dir_all(&folder).expect("made");
            std::fs::write(folder.join("uv.toml"), "").expect("written");
        }),
        ("a distribution", |project| {
            let record = project.path("python/lib/python3.12/site-packages/a-1.dist-info");
            std::fs::create_dir_all(&record).expect("made");
        }),
        ("a link", |project| {
            std::os::unix::fs::symlink("src", project.root().join("link")).expect("a link");
        }),
        ("a program on PATH", |project| {
            std::os::unix::fs::symlink("/bin/true", project.path("bin").join("node")).expect("a link");
        }),
    ];
    are_noticed(&acts);
}

#[test]
fn what_git_does_not_list_is_noticed() {
    let acts: [(&str, Act); 8] = [
        ("who may read a file", |project| {
            let path = project.root().join("src/a.py");
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("set");
        }),
        ("who may read a folder", |project| {
            std::fs::set_permissions(project.root().join("src"), std::fs::Permissions::from_mode(0o700))
                .expect("set");
        }),
        ("an empty folder", |project| std::fs::create_dir_all(project.root().join("neo4j/x")).expect("made")),
        ("a folder of ignored files alone", |project| write(project, "neo4j/build/x.txt", "")),
        ("a generated module in an ignored folder", |project| write(project, "build/made/gen.py", "x = 1\n")),
        ("a conftest in an ignored folder", |project| write(project, "build/conftest.py", "")),
        ("configuration of pytest above", |project| {
            let above = project.root().parent().expect("a folder").join("pytest.toml");
            std::fs::write(above, "").expect("written");
        }),
        ("a package above", |project| {
            let above = project.root().parent().expect("a folder").join("__init__.py");
            std::fs::write(above, "").expect("written");
        }),
    ];
    are_noticed(&acts);
}

fn are_noticed(acts: &[(&str, Act)]) {
    for (name, act) in acts {
        let project = known();
        act(&project);
        let told = project.run(&JSON);
        assert_eq!(cached(&told), [""; 0], "{name}");
    }
}

fn write(project: &Project, path: &str, text: &str) {
    let path = project.root().join(path);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    std::fs::write(path, text).expect("written");
}

#[test]
fn where_a_link_leads_by_other_links_is_noticed_and_so_is_an_ignored_file_there() {
    let project = repository().file("src/one.py", "x = 1\n").file("src/two.py", "x = 2\n");
    let outside = project.path("outside");
    let lead = |target: &str| {
        let _there_the_second_time = std::fs::remove_file(&outside);
        std::os::unix::fs::symlink(project.root().join(target), &outside).expect("a link");
    };
    lead("src/one.py");
    std::os::unix::fs::symlink(&outside, project.root().join("by-another")).expect("a link");
    std::os::unix::fs::symlink("build/data", project.root().join("ignored")).expect("a link");
    write(&project, "build/data", "1");
    let project = project.committed();
    project.run(&JSON).exits(0);
    assert_eq!(cached(&project.run(&JSON)), ALL);
    let outside = project.path("outside");
    std::fs::remove_file(&outside).expect("removed");
    std::os::unix::fs::symlink(project.root().join("src/two.py"), &outside).expect("a link");
    assert_eq!(cached(&project.run(&JSON)), [""; 0], "the link on the way");
    assert_eq!(cached(&project.run(&JSON)), ALL);
    write(&project, "build/data", "2");
    assert_eq!(cached(&project.run(&JSON)), [""; 0], "the ignored file");
}

#[test]
fn what_the_system_allows_a_process_is_part_of_what_a_result_depends_on() {
    let project = known();
    let entries_after = |limit: &str| {
        let script =
            format!("{limit}; export TTA_PROMOTE_TEST=same LANG=C.UTF-8; exec \"$PROMOTE\" verify a");
        let output = project.shell(&script);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        entries(&project).len()
    };
    let before = entries_after(":");
    assert_eq!(entries_after(":"), before);
    assert_eq!(entries_after("umask 077"), before + 1);
    assert_eq!(entries_after("ulimit -n 200"), before + 2);
}

#[test]
fn a_variable_and_a_policy_elsewhere_are_part_of_what_a_result_depends_on() {
    let project = known().variable("DATABASE_URL", "x");
    assert_eq!(cached(&project.run(&JSON)), [""; 0]);
    assert_eq!(cached(&project.run(&JSON)), ALL);
    let project = project.variable("SHLVL", "7").variable("OLDPWD", "/");
    assert_eq!(cached(&project.run(&JSON)), ALL, "what the shell notes for itself is none");
}

#[test]
fn a_tool_that_is_replaced_answers_itself_and_the_others_need_not() {
    let project = known().fake("ruff").does("true");
    let told = project.run(&JSON).exits(0);
    // The fake lies on PATH, as all of them do: one that changes may be what a test starts.
    assert_eq!(cached(&told), [""; 0]);
    assert_eq!(cached(&project.run(&JSON).exits(0)), ALL);
}

#[test]
fn a_change_that_is_taken_back_finds_the_earlier_results_again() {
    let project = known();
    write(&project, "src/a.py", "x = 2\n");
    project.run(&JSON).exits(0);
    write(&project, "src/a.py", "x = 1\n");
    assert_eq!(cached(&project.run(&JSON).exits(0)), ALL);
    git(&project, &["commit", "-q", "--allow-empty", "-m", "nothing"]);
    let told = project.run(&JSON).exits(0);
    assert_eq!(cached(&told), ALL, "another commit of the same files");
    assert_ne!(told.check("lint")["run"]["cached_from"]["commit"], told.json()["subject"]["commit"]);
}

#[test]
fn what_is_inconclusive_is_tried_again_and_the_rest_is_reused() {
    let project = repository().fake("pyright").does("echo >> \"$fakes/pyrights\"; exit 250");
    project.run(&JSON).exits(3).lacks("types", "tool_crashed");
    let told = project.run(&JSON).exits(3).lacks("types", "tool_crashed");
    assert_eq!(cached(&told), ["tests", "coverage", "lint", "security"]);
    let count =
        std::fs::read_to_string(project.path("fakes").join("pyrights")).expect("counted").lines().count();
    assert_eq!(count, 2);
}

#[test]
fn one_check_asked_for_serves_when_all_are_asked_for() {
    let project = repository();
    project.run(&["verify", "a", "--only", "lint"]).exits(0);
    assert_eq!(cached(&project.run(&JSON).exits(0)), ["lint"]);
    assert_eq!(cached(&project.run(&JSON).exits(0)), ALL);
    let told = project.run(&["verify", "a", "--only", "types", "--format", "json"]).exits(0);
    assert_eq!(cached(&told), ["types"]);
}

#[test]
fn fresh_runs_everything_anew_and_keeps_it() {
    let project = repository();
    project.run(&["verify", "a", "--fresh"]).exits(0);
    let first = starts(&project);
    assert_eq!(cached(&project.run(&["verify", "a", "--fresh", "--format", "json"]).exits(0)), [""; 0]);
    assert_eq!(starts(&project), 2 * first);
    assert_eq!(cached(&project.run(&JSON).exits(0)), ALL);
}

#[test]
fn in_ci_nothing_is_reused_unless_it_is_asked_for() {
    let project = known().variable("CI", "true");
    assert_eq!(cached(&project.run(&JSON).exits(0)), [""; 0]);
    let asked = ["verify", "a", "--format", "json", "--cached"];
    project.run(&asked).exits(0);
    assert_eq!(cached(&project.run(&asked).exits(0)), ALL);
    for no in ["false", "0", ""] {
        let project = known().variable("CI", no);
        project.run(&JSON).exits(0);
        assert_eq!(cached(&project.run(&JSON).exits(0)), ALL, "CI={no}");
    }
    project.run(&["verify", "a", "--fresh", "--cached"]).exits(2);
}

#[test]
fn a_lower_bound_does_not_answer_who_asks_for_the_exact_figure() {
    let policy = POLICY.replace("[\"tests\"]", "[\"tests\"], select = \"a\"");
    let left = "write_junit; write_journal; write_coverage
        case \" $* \" in *' -ka '*) left=7 ;; *) left=0 ;; esac
        sed \"s/\\\"deselected\\\": 0/\\\"deselected\\\": $left/\" \"$journal\" > \"$journal.new\"; mv \"$journal.new\" \"$journal\"";
    let project = Project::new()
        .policy(&policy)
        .variable("TTA_PROMOTE_TEST", "same")
        .fake("pytest")
        .does(left)
        .repository();
    let bound = |told: &Told| told.check("coverage")["measured"]["lower_bound"].clone();
    assert_eq!(bound(&project.run(&JSON).exits(0)), true);
    let again = project.run(&JSON).exits(0);
    assert_eq!((bound(&again), cached(&again)), (true.into(), ALL.map(str::to_owned).to_vec()));
    let exact = ["verify", "a", "--format", "json", "--exact"];
    let told = project.run(&exact).exits(0);
    assert_eq!(
        (bound(&told), cached(&told)),
        (false.into(), ["tests", "lint", "types", "security"].map(str::to_owned).to_vec())
    );
    assert_eq!(cached(&project.run(&exact).exits(0)), ALL);
    assert_eq!(bound(&project.run(&JSON).exits(0)), false, "the exact figure serves both");
}

#[test]
fn an_entry_that_somebody_has_been_at_is_a_miss() {
    let project = known();
    let entry = entries(&project).pop().expect("an entry");
    let whole = std::fs::read(&entry).expect("read");
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    let older = String::from_utf8(whole.clone()).expect("UTF-8").replacen("cache 1", "cache 0", 1);
    let damaged =
        [Vec::new(), whole[..whole.len() / 2].to_vec(), flipped, older.into_bytes(), b"{}".to_vec()];
    for (number, bytes) in damaged.iter().enumerate() {
        std::fs::write(&entry, bytes).expect("written");
        assert_eq!(cached(&project.run(&JSON).exits(0)), [""; 0], "{number}");
        assert_eq!(cached(&project.run(&JSON).exits(0)), ALL, "{number}: and is replaced");
    }
}

#[test]
fn an_entry_that_was_renamed_into_place_is_a_miss() {
    let project = known();
    let first = entries(&project).pop().expect("an entry");
    write(&project, "src/a.py", "x = 2\n");
    project.run(&JSON).exits(0);
    let second = entries(&project).into_iter().find(|entry| *entry != first).expect("another entry");
    std::fs::rename(&first, &second).expect("moved");
    assert_eq!(cached(&project.run(&JSON).exits(0)), [""; 0]);
}

#[test]
fn where_nothing_can_be_kept_everything_is_measured() {
    let project = repository();
    let folder = project.path("home/.cache/tta-promote");
    std::fs::create_dir_all(&folder).expect("made");
    std::fs::write(folder.join("results"), "no folder").expect("written");
    for _ in 0..2 {
        let told = project.run(&["verify", "a", "--format", "json", "-v"]).exits(0);
        assert_eq!(cached(&told), [""; 0]);
        assert!(told.stderr.contains("cache: nothing is kept: it cannot be written"), "{}", told.stderr);
    }
}

/// No file of the run may be as long as the entry: then there is room for everything but for it.
#[test]
fn a_disk_that_is_full_costs_the_entry_and_nothing_else() {
    let mut policy = POLICY.to_owned();
    let mut project = repository();
    for number in 0..20 {
        let component =
            "[component.bN]\ntitle = \"B\"\npaths = [\"src/bN.py\"]\ntests = { paths = [\"tests\"] }\n";
        policy.push_str(&component.replace('N', &number.to_string()));
        project = project.file(&format!("src/b{number}.py"), "x = 1\n");
    }
    let project = project.policy(&policy);
    project.run(&["verify", "--all"]).exits(0);
    let long = std::fs::metadata(entries(&project).pop().expect("an entry")).expect("there").len();
    project.run(&["cache", "clear"]).exits(0);
    // How long a run took is told in more or fewer digits.
    let limit = (long - 256) / 512;
    let script = format!(
        "trap '' XFSZ; ulimit -f {limit}; export TTA_PROMOTE_TEST=same; exec \"$PROMOTE\" verify --all -v"
    );
    let output = project.shell(&script);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(stderr.contains("cache: nothing is kept: it cannot be written"), "{stderr}");
    assert_eq!(entries(&project).len(), 0);
}

#[test]
fn two_at_once_do_no_harm_to_each_other() {
    let project = repository();
    for _ in 0..3 {
        let running: Vec<_> = (0..4).map(|_| project.start(&["verify", "a", "--fresh"])).collect();
        for running in running {
            running.end();
        }
    }
    let told = project.run(&JSON).exits(0);
    assert_eq!(cached(&told), ALL);
    assert_eq!(entries(&project).len(), 1);
}

#[test]
fn a_run_that_changes_the_project_is_not_kept() {
    let project = Project::new().file(".gitignore", "*.log\n").variable("TTA_PROMOTE_TEST", "same");
    let project = project.fake("pytest").does("echo >> own.log; honest \"$@\"").repository();
    for _ in 0..2 {
        let told = project.run(&["verify", "a", "--format", "json", "-v"]).exits(0);
        assert_eq!(cached(&told), [""; 0]);
        assert!(told.stderr.contains("cache: nothing is kept: the run changed"), "{}", told.stderr);
    }
}

#[test]
fn outside_of_a_repository_and_around_what_is_not_looked_at_nothing_is_reused() {
    let plain = Project::new().variable("TTA_PROMOTE_TEST", "same");
    let nested = repository();
    write(&nested, "vendor/x.py", "");
    let mut git = Command::new("git");
    assert!(git.args(["init", "-q", "vendor"]).current_dir(nested.root()).status().expect("git").success());
    let linked = repository();
    std::os::unix::fs::symlink("/usr/share", linked.root().join("share")).expect("a link");
    let editable = repository();
    let packages = editable.path("python/lib/python3.12/site-packages");
    std::fs::create_dir_all(&packages).expect("made");
    std::fs::create_dir_all(editable.path("sources")).expect("made");
    std::fs::write(packages.join("x.pth"), editable.path("sources").to_str().expect("UTF-8"))
        .expect("written");
    let by_code = repository();
    let mut told: serde_json::Value =
        serde_json::from_str(&by_code.environment(&["pytest", "pytest-cov"])).expect("JSON");
    told["elsewhere"] = serde_json::json!([by_code.path("fakes")]);
    std::fs::create_dir_all(by_code.path("fakes")).expect("made");
    std::fs::write(by_code.path("fakes/environment.json"), told.to_string()).expect("written");
    for (project, why) in [
        (by_code, "`sys.path` leads to"),
        (plain, "in no git repository"),
        (nested, "`vendor` is a repository of its own"),
        (linked, "leads out of the repository"),
        (editable, "whose files are not looked at"),
    ] {
        project.run(&JSON).exits(0);
        let told = project.run(&["verify", "a", "--format", "json", "-v"]).exits(0);
        assert_eq!(cached(&told), [""; 0], "{why}");
        assert!(told.stderr.contains(why), "{why}: {}", told.stderr);
    }
}

#[test]
fn what_is_kept_is_shown_and_taken_away() {
    let project = repository();
    project.run(&["cache"]).exits(0);
    project.run(&JSON).exits(0);
    let told = project.run(&["cache"]).exits(0);
    let root = project.root();
    assert!(told.stdout.contains(&format!("  {}: 1 entry, ", root.display())), "{}", told.stdout);
    assert!(told.stdout.contains("the oldest used 20"), "{}", told.stdout);
    let told = project.run(&["cache", "clear"]).exits(0);
    assert!(told.stdout.starts_with("took away 1 entry, "), "{}", told.stdout);
    assert_eq!(project.run(&["cache"]).exits(0).stdout, "nothing is kept\n");
    assert_eq!(cached(&project.run(&JSON).exits(0)), [""; 0]);
    assert!(Path::new(&root).exists());
}

/// A project with those files, of which everything is kept.
fn known_with(files: &[(&str, &str)]) -> Project {
    let project = files.iter().fold(repository(), |project, (path, text)| project.file(path, text));
    let project = project.committed();
    // The fakes say the same whatever the settings are.
    for path in [
        "build/data.json",
        "build/pkg/.keep",
        "../lib/helper.txt",
        "../v/lib/site-packages/y.py",
        "../shared.toml",
        "../base.json",
    ] {
        write(&project, path, "{}");
    }
    project.run(&JSON).exits(0);
    assert_eq!(cached(&project.run(&JSON).exits(0)), ALL, "{files:?}");
    project
}

fn is_noticed(project: &Project, path: &str, what: &str) {
    write(project, path, "{\"a\": 1}");
    assert_eq!(cached(&project.run(&JSON)), [""; 0], "{what}: {path}");
    assert_eq!(cached(&project.run(&JSON)), ALL, "{what}: {path}");
}

#[test]
fn what_settings_lead_to_outside_of_the_repository_is_noticed() {
    for (file, text, outside) in [
        ("ruff.toml", "extend = \"../shared.toml\"", "../shared.toml"),
        ("ruff.toml", "extend = \"../not-there-yet.toml\"", "../not-there-yet.toml"),
        ("pyproject.toml", "[tool.ruff]\nsrc = ['../lib']", "../lib/helper.txt"),
        ("src/ruff.toml", "extend = \"../../shared.toml\"", "../shared.toml"),
        ("pyrightconfig.json", "{ /* \" */ \"extends\": \"../base.json\", }", "../base.json"),
        (
            "pyrightconfig.json",
            "{\"executionEnvironments\": [{\"extraPaths\": [\"../lib\"]}]}",
            "../lib/new.py",
        ),
        ("pyproject.toml", "[tool.pyright]\nstubPath = '../lib'", "../lib/x.pyi"),
        ("pyproject.toml", "[tool.pytest.ini_options]\npythonpath = 'src ../lib'", "../lib/x.py"),
        ("pytest.ini", "[pytest]\npythonpath =\n    src\n    ../lib\n", "../lib/deep/x.txt"),
        ("setup.cfg", "[tool:pytest]\ntestpaths = ../lib/*\n", "../lib/test_x.py"),
        (".coveragerc", "[run]\nsource = src, ../lib\n", "../lib/x.py"),
        (
            "pyrightconfig.json",
            "{\"extraPaths\": [\"../v/lib/site-packages\"]}",
            "../v/lib/site-packages/x/__init__.py",
        ),
        ("pyproject.toml", "[tool.ruff]\nextend = '~/shared.toml'", "../home/shared.toml"),
        ("pyproject.toml", "[tool.ruff]\nextend = '${HOME}/shared.toml'", "../home/shared.toml"),
    ] {
        is_noticed(&known_with(&[(file, text)]), outside, text);
    }
    let told = POLICY.replace("[\"tests\"]", "[\"tests\"], args = [\"--datadir=../lib\"]");
    is_noticed(&known_with(&[("promotion.toml", &told)]), "../lib/x.csv", "an argument");
    let chain = known_with(&[
        ("ruff.toml", "extend = 'conf/base.txt'"),
        ("conf/base.txt", "extend = '../../first.toml'"),
    ]);
    write(&chain, "../first.toml", "extend = 'shared.toml'");
    chain.run(&JSON);
    is_noticed(&chain, "../shared.toml", "a chain");
}

#[test]
fn any_file_in_an_ignored_folder_is_noticed_and_the_same_content_is_no_change() {
    let project = known_with(&[("ruff.toml", "extend = 'build/ruff-base'")]);
    for path in ["build/ruff-base", "build/data.json", "build/pkg/x.csv"] {
        is_noticed(&project, path, "in an ignored folder");
        write(&project, path, "{\"a\": 1}");
        assert_eq!(cached(&project.run(&JSON)), ALL, "{path} was written again as it was");
    }
    std::fs::create_dir(project.root().join("build/empty")).expect("made");
    assert_eq!(cached(&project.run(&JSON)), [""; 0], "an empty folder");
    write(&project, "build/big", &"x".repeat(100_000));
    project.run(&JSON);
    write(&project, "build/big", &"y".repeat(100_000));
    assert_eq!(cached(&project.run(&JSON)), [""; 0], "a large file");
    project.run(&JSON);
    for path in ["build/.git/x", "build/__pycache__/x.pyc", "build/node_modules/a/x.js"] {
        write(&project, path, "x");
    }
    write(&project, "build/.ruff_cache/CACHEDIR.TAG", "");
    project.run(&JSON);
    write(&project, "build/__pycache__/x.pyc", "y");
    write(&project, "build/.ruff_cache/x", "y");
    assert_eq!(cached(&project.run(&JSON)), ALL, "caches are passed over");
}

#[test]
fn settings_lead_to_a_file_in_a_folder_that_is_passed_over() {
    let project = repository().file(".gitignore", "build/\nnode_modules/\n");
    let project =
        project.file("ruff.toml", "extend = 'node_modules/company/ruff.toml'\nexclude = ['..', '/usr']");
    let project = project.committed();
    write(&project, "node_modules/company/ruff.toml", "");
    project.run(&JSON).exits(0);
    write(&project, "node_modules/company/other.js", "");
    assert_eq!(cached(&project.run(&JSON)), ALL);
    is_noticed(&project, "node_modules/company/ruff.toml", "a package of settings");
}

/// The folder in which the projects of the tests lie.
fn above_all() -> String {
    std::env::temp_dir().canonicalize().expect("a path").to_str().expect("UTF-8").to_owned()
}

#[test]
fn pieces_of_prose_of_urls_and_of_variables_are_no_paths_that_hinder_reuse() {
    let variables = format!(
        "[tool.pytest.ini_options]\nenv = ['DATABASE_URL=sqlite://', 'TMPDIR={}', 'LONG=/{}']\n",
        above_all(),
        "x".repeat(300)
    );
    let prose = "[lint.flake8-tidy-imports.banned-api]\n'six'.msg = 'Python 2 / 3 is over.'\n";
    known_with(&[("pyproject.toml", &variables), ("ruff.toml", prose)]);
    let circle = known_with(&[("pytest.ini", "[pytest]\npythonpath = src ../circle/x\n")]);
    std::os::unix::fs::symlink("circle", circle.path("circle")).expect("a link");
    circle.run(&JSON).exits(0);
    assert_eq!(cached(&circle.run(&JSON)), ALL, "a circle of links");
}

#[test]
fn a_setting_that_leads_to_what_holds_the_repository_is_named_with_its_file() {
    let above = above_all();
    let option = format!("[pytest]\naddopts = -ra --datadir={above}\n");
    for (file, text, key) in [
        ("ruff.toml", "src = ['..']".to_owned(), "src"),
        ("ruff.toml", format!("src = ['{above}']"), "src"),
        ("pytest.ini", format!("[pytest]\npythonpath = src {above}\n"), "pythonpath"),
        ("pytest.ini", "[pytest]\nx =\n    a=b,../..\n".to_owned(), "x"),
        ("pytest.ini", option, "addopts"),
    ] {
        let project = repository().file(file, &text).committed();
        project.run(&JSON).exits(0);
        let told = project.run(&["verify", "a", "--format", "json", "-v"]).exits(0);
        assert_eq!(cached(&told), [""; 0], "{text}");
        let why = format!("`{key}` in `{}` leads to `", project.root().join(file).display());
        assert!(
            told.stderr.contains(&why) && told.stderr.contains("holds the repository"),
            "{}",
            told.stderr
        );
    }
}

#[test]
fn a_link_out_of_an_ignored_folder_hinders_reuse_only_where_a_setting_leads_through_it() {
    let linked = |settings: &[(&str, &str)]| {
        let project = known_with(settings);
        std::os::unix::fs::symlink("/usr/share", project.root().join("build/share")).expect("a link");
        project.run(&JSON).exits(0);
        project
    };
    let unnamed = linked(&[("pytest.ini", "[pytest]\npythonpath = . src\n")]);
    assert_eq!(cached(&unnamed.run(&JSON)), ALL);
    std::fs::remove_file(unnamed.root().join("build/share")).expect("removed");
    std::os::unix::fs::symlink("/usr/lib", unnamed.root().join("build/share")).expect("a link");
    assert_eq!(cached(&unnamed.run(&JSON)), [""; 0], "the link leads elsewhere");
    assert_eq!(cached(&unnamed.run(&JSON)), ALL);
    let named = linked(&[("pytest.ini", "[pytest]\npythonpath = src build\n")]);
    let told = named.run(&["verify", "a", "--format", "json", "-v"]).exits(0);
    assert_eq!(cached(&told), [""; 0]);
    assert!(told.stderr.contains("build/share` leads out of the repository"), "{}", told.stderr);
}

#[test]
fn a_folder_that_a_setting_names_is_looked_into_though_it_is_marked_as_a_cache() {
    let marked = |text: &str| {
        let project = repository().file("pytest.ini", text);
        std::os::unix::fs::symlink("build", project.root().join("vendored")).expect("a link");
        let project = project.committed();
        write(&project, "build/CACHEDIR.TAG", "");
        project.run(&JSON).exits(0);
        assert_eq!(cached(&project.run(&JSON)), ALL, "{text}");
        project
    };
    for name in ["build", "vendored"] {
        is_noticed(&marked(&format!("[pytest]\npythonpath = src {name}\n")), "build/x.py", name);
    }
    let unnamed = marked("[pytest]\n");
    write(&unnamed, "build/x.py", "");
    assert_eq!(cached(&unnamed.run(&JSON)), ALL, "a cache that nothing names");
    let environment = marked("[pytest]\npythonpath = src build\n");
    write(&environment, "build/pyvenv.cfg", "");
    environment.run(&JSON).exits(0);
    write(&environment, "build/x.py", "");
    assert_eq!(cached(&environment.run(&JSON)), ALL, "an environment");
}

#[test]
fn where_there_is_more_than_is_looked_at_nothing_is_reused_and_the_reason_names_it() {
    let many = repository();
    for number in 0..201 {
        let folder = many.root().join("build").join(number.to_string());
        std::fs::create_dir_all(&folder).expect("made");
        (0..100).for_each(|number| std::fs::write(folder.join(number.to_string()), "").expect("written"));
    }
    let logs = Project::new().file(".gitignore", "build/\n").variable("TTA_PROMOTE_TEST", "same");
    let logs = logs.fake("pytest").does("echo >> build/own.txt; honest \"$@\"").repository();
    write(&logs, "build/own.txt", "");
    for (project, why) in [
        (
            many,
            "nothing is reused nor kept: git ignores `build`, which holds more than is looked at (20000 names)",
        ),
        (logs, "nothing is kept: the run changed what it was about: `build/own.txt`"),
    ] {
        project.run(&JSON).exits(0);
        let told = project.run(&["verify", "a", "--format", "json", "-v"]).exits(0);
        assert_eq!(cached(&told), [""; 0], "{why}");
        assert!(told.stderr.contains(why), "{why}: {}", told.stderr);
    }
}
