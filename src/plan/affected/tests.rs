use std::collections::BTreeMap;

use super::*;
use crate::model::component::{DeclaredPath, Place, TestSelection};
use crate::model::stage::Stage;
use proptest::prelude::*;

const POLICY: &str = "promotion.toml";
const KNOWN: Readers = Readers::KnownChecks;

fn declared(path: &str) -> DeclaredPath {
    DeclaredPath { path: path.to_owned(), place: Place { file: POLICY.to_owned(), line: 1 } }
}

fn component(name: &str, path: &str, tests: &str, depends_on: &[&str]) -> Component {
    Component {
        name: name.to_owned(),
        title: name.to_owned(),
        stage: Stage::Development,
        priority: None,
        group: None,
        owner: None,
        paths: vec![declared(path)],
        readme: None,
        depends_on: depends_on.iter().map(|name| (*name).to_owned()).collect(),
        tests: TestSelection {
            paths: vec![declared(tests)],
            select: None,
            select_place: None,
            args: Vec::new(),
        },
        deploy: BTreeMap::new(),
        observe: BTreeMap::new(),
        waivers: Vec::new(),
        maturity: None,
        place: Place { file: POLICY.to_owned(), line: 1 },
    }
}

fn module(path: &str, text: &str) -> Module {
    Module { path: path.to_owned(), text: Some(text.to_owned()) }
}

fn facts<'a>(component: &'a Component, modules: &[(&str, &str)]) -> Facts<'a> {
    Facts {
        component,
        policy: POLICY,
        modules: modules.iter().map(|(path, text)| module(path, text)).collect(),
        sources_behind_links: Vec::new(),
        tests_behind_links: Vec::new(),
        readmes: vec![format!("{}/README.md", component.paths[0].path)],
        doubt: None,
    }
}

/// `base` is a file, `user` depends on it, `shy` imports it without saying so, `far` has nothing to do with it.
fn four() -> [Component; 4] {
    [
        component("base", "src/base.py", "tests/base", &[]),
        component("far", "src/far", "tests/far", &[]),
        component("shy", "src/shy", "tests/shy", &[]),
        component("user", "src/user", "tests/user", &["base"]),
    ]
}

fn all_facts(components: &[Component; 4]) -> Vec<Facts<'_>> {
    let [base, far, shy, user] = components;
    vec![
        facts(base, &[("src/base.py", "x = 1")]),
        facts(far, &[("src/far/__init__.py", ""), ("src/far/inner.py", "baseline = 1")]),
        facts(shy, &[("src/shy/__init__.py", "from . import load"), ("src/shy/load.py", "import base")]),
        facts(user, &[("src/user/run.py", "")]),
    ]
}

fn whys(changed: &[&str]) -> Vec<Why> {
    let components = four();
    let changed = changed.iter().map(|path| (*path).to_owned()).collect();
    affected(&changed, POLICY, KNOWN, &all_facts(&components), &[])
}

/// The names of those that are in.
fn inside(changed: &[&str]) -> Vec<&'static str> {
    let names = ["base", "far", "shy", "user"];
    names.into_iter().zip(whys(changed)).filter(|(_, why)| why.is_in()).map(|(name, _)| name).collect()
}

#[test]
fn nothing_changed_takes_nobody_in() {
    assert_eq!(whys(&[]), vec![Why::Unchanged { others: 0 }; 4]);
}

#[test]
fn a_file_of_a_component_takes_in_it_and_who_depends_on_it_or_speaks_of_it() {
    let whys = whys(&["src/base.py"]);
    assert_eq!(
        whys,
        [
            Why::Source("src/base.py".to_owned()),
            Why::Unchanged { others: 1 },
            Why::Mentions { file: "src/shy/load.py".to_owned(), changed: "src/base.py".to_owned() },
            Why::Dependency("base".to_owned()),
        ]
    );
}

#[test]
fn a_file_that_is_gone_and_data_below_its_paths_are_the_components() {
    assert_eq!(inside(&["src/far/gone.py"]), ["far"]);
    assert_eq!(inside(&["src/far/data/table.csv"]), ["far"]);
    assert_eq!(inside(&["src/far"]), ["far"], "the component is a submodule");
    assert_eq!(inside(&["src"]), ["base", "far", "shy", "user"], "a submodule holds who knows what");
    assert_eq!(inside(&["src/"]), ["base", "far", "shy", "user"]);
}

#[test]
fn tests_take_in_whose_they_are_and_a_helper_among_them_everybody() {
    assert_eq!(inside(&["tests/far/test_it.py"]), ["far"]);
    assert_eq!(inside(&["tests/far/expected.json"]), ["far"]);
    assert_eq!(inside(&["tests/far/conftest.py"]), ["far"]);
    assert_eq!(inside(&["tests/far/helpers.py"]), ["base", "far", "shy", "user"]);
}

#[test]
fn a_readme_counts_in_any_case_and_prose_of_nobody_does_not() {
    assert_eq!(whys(&["src/far/readme.MD"])[1], Why::Source("src/far/readme.MD".to_owned()));
    let one = component("one", "src/one_component.py", "tests", &[]);
    let mut facts = facts(&one, &[("src/one_component.py", "")]);
    facts.readmes = vec!["src/one/README.md".to_owned(), "./README.md".to_owned()];
    for path in ["src/one/README.md", "src/one/Readme.md", "README.md", "readme.md"] {
        let why = affected(&[path.to_owned()].into(), POLICY, KNOWN, std::slice::from_ref(&facts), &[]);
        assert_eq!(why, [Why::Readme(path.to_owned())]);
    }
    for path in ["docs/conf.py", "src/one/NOTES.md", "LICENSE", ".github/x.yml", "../README.md"] {
        let why = affected(&[path.to_owned()].into(), POLICY, KNOWN, std::slice::from_ref(&facts), &[]);
        assert_eq!(why, [Why::Unchanged { others: 1 }], "{path}");
    }
}

#[test]
fn a_check_of_ones_own_may_look_at_prose_and_at_files_of_the_forge() {
    let components = four();
    let all = all_facts(&components);
    let told = |path: &str| affected(&[path.to_owned()].into(), POLICY, Readers::OwnChecksToo, &all, &[]);
    for path in
        ["docs/api.yaml", "doc/a.py", ".github/scripts/check.sh", ".gitlab/ci.yml", "NOTES.md", "LICENSE"]
    {
        assert_eq!(told(path), vec![Why::OwnChecks(path.to_owned()); 4], "{path}");
    }
    // Whose file it is still is the better reason.
    assert_eq!(told("src/far/README.md")[1], Why::Source("src/far/README.md".to_owned()));
    assert_eq!(told("data.json"), vec![Why::Unowned("data.json".to_owned()); 4]);
}

#[test]
fn the_policy_and_what_is_installed_concern_everybody() {
    for path in [POLICY, "pyproject.toml", "uv.lock", "src/far/requirements.txt", "../uv.toml"] {
        assert_eq!(inside(&[path]), ["base", "far", "shy", "user"], "{path}");
    }
}

#[test]
fn an_included_policy_file_concerns_its_component() {
    let components = four();
    let mut all = all_facts(&components);
    all[1].policy = "src/far/promotion.toml";
    let whys = affected(&["src/far/promotion.toml".to_owned()].into(), POLICY, KNOWN, &all, &[]);
    assert_eq!(whys[1], Why::OwnPolicy("src/far/promotion.toml".to_owned()));
    assert_eq!(whys.iter().filter(|why| why.is_in()).count(), 1);
}

#[test]
fn settings_concern_who_is_around_them_and_everybody_where_nobody_is() {
    let everybody = ["base", "far", "shy", "user"];
    for path in ["conftest.py", "../ruff.toml", "../../conftest.py", "tools/ruff.toml", "../lib/conftest.py"]
    {
        assert_eq!(inside(&[path]), everybody, "{path}");
    }
    assert_eq!(inside(&["tests/conftest.py"]), everybody);
    assert_eq!(inside(&["tests/far/inner/conftest.py"]), ["far"]);
    assert_eq!(inside(&["src/far/inner/ruff.toml"]), ["far"]);
}

#[test]
fn a_file_that_nobody_owns_may_be_needed_by_anybody() {
    for path in ["src/shared.py", "data.json", "Makefile", "../lib/x.py", "src/docs/x.py", "src/base.pyi"] {
        assert_eq!(whys(&[path]), vec![Why::Unowned(path.to_owned()); 4], "{path}");
    }
}

#[test]
fn who_speaks_of_a_component_by_way_of_a_file_of_nobody_is_in() {
    let components = four();
    let bridges = [module("src/glue.py", "import far"), module("src/other.py", "import nothing")];
    let mut all = all_facts(&components);
    all[0].modules = vec![module("src/base.py", "from glue import *")];
    let whys = affected(&["src/far/inner.py".to_owned()].into(), POLICY, KNOWN, &all, &bridges);
    let changed = "src/far/inner.py".to_owned();
    assert_eq!(whys[0], Why::Mentions { file: "src/base.py".to_owned(), changed });
    assert_eq!(whys[3], Why::Dependency("base".to_owned()));
}

#[test]
fn who_cannot_be_read_may_speak_of_anything() {
    let components = four();
    let mut all = all_facts(&components);
    all[1].modules[1].text = None;
    let whys = affected(&["src/base.py".to_owned()].into(), POLICY, KNOWN, &all, &[]);
    assert!(matches!(&whys[1], Why::Mentions { file, .. } if file == "src/far/inner.py"));
}

#[test]
fn data_of_a_component_reaches_who_speaks_of_any_of_its_modules() {
    let components = four();
    let mut all = all_facts(&components);
    all[0].modules = vec![module("src/base.py", "import inner")];
    let whys = affected(&["src/far/table.csv".to_owned()].into(), POLICY, KNOWN, &all, &[]);
    assert!(matches!(&whys[0], Why::Mentions { file, .. } if file == "src/base.py"));
}

#[test]
fn a_doubt_takes_a_component_in_without_any_change_and_its_users_too() {
    let components = four();
    let mut all = all_facts(&components);
    all[0].doubt = Some(Why::Unfollowed("src/base.py".to_owned()));
    let whys = affected(&BTreeSet::new(), POLICY, KNOWN, &all, &[]);
    assert!(whys[0].is_in() && !whys[1].is_in() && whys[2].is_in() && whys[3].is_in());
}

#[test]
fn a_circle_of_dependencies_ends() {
    let components = [
        component("a", "a.py", "tests/a", &["b"]),
        component("b", "b.py", "tests/b", &["a"]),
        component("c", "c.py", "tests/c", &["b", "c"]),
    ];
    let all: Vec<Facts<'_>> = components.iter().map(|component| facts(component, &[])).collect();
    let whys = affected(&["a.py".to_owned()].into(), POLICY, KNOWN, &all, &[]);
    assert!(whys.iter().all(Why::is_in));
}

#[test]
fn a_chain_of_dependencies_may_be_longer_than_the_stack() {
    let name = |number: usize| format!("c{number}");
    let components: Vec<Component> = (0..20_000_usize)
        .map(|number| {
            let needs = number.checked_sub(1).map(name);
            let needs: Vec<&str> = needs.as_deref().into_iter().collect();
            component(&name(number), &format!("{}.py", name(number)), &format!("tests/{number}"), &needs)
        })
        .collect();
    let all: Vec<Facts<'_>> = components.iter().map(|component| facts(component, &[])).collect();
    let whys = affected(&["c0.py".to_owned()].into(), POLICY, KNOWN, &all, &[]);
    assert!(whys.iter().all(Why::is_in));
}

fn path() -> impl Strategy<Value = String> {
    const PLACES: [&str; 9] =
        ["src/base.py", "src/far/", "src/shy/", "src/user/", "tests/", "tests/far/", "docs/", "", "../"];
    const NAMES: [&str; 8] =
        ["x.py", "load.py", "README.md", "conftest.py", "uv.lock", "a.csv", "LICENSE", "test_a.py"];
    (prop::sample::select(&PLACES[..]), prop::sample::select(&NAMES[..])).prop_map(|(place, name)| {
        if place == PLACES[0] { place.to_owned() } else { format!("{place}{name}") }
    })
}

proptest! {
    #[test]
    fn a_path_more_never_takes_a_component_out(
        some in prop::collection::btree_set(path(), 0..4), more in prop::collection::btree_set(path(), 0..4)
    ) {
        let components = four();
        let all = all_facts(&components);
        let before = affected(&some, POLICY, KNOWN, &all, &[]);
        let after = affected(&some.union(&more).cloned().collect(), POLICY, KNOWN, &all, &[]);
        for (before, after) in before.iter().zip(&after) {
            prop_assert!(!before.is_in() || after.is_in(), "{:?} became {:?}", before, after);
        }
    }

    #[test]
    fn a_changed_file_of_a_component_always_takes_it_in(rest in prop::collection::btree_set(path(), 0..4), name in "[a-z]{1,8}(\\.[a-z]{1,4})?") {
        let components = four();
        let mut changed = rest;
        changed.insert(format!("src/far/{name}"));
        prop_assert!(affected(&changed, POLICY, KNOWN, &all_facts(&components), &[])[1].is_in());
    }
}
