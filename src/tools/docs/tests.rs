use std::collections::BTreeMap;

use super::super::python;
use super::*;
use crate::model::component::{DeclaredPath, Place as Line, TestSelection};
use crate::model::stage::Stage;

const CARBON: &str = include_str!("../../../fixtures/docs/carbon_component.py");
const OK: &str = include_str!("../../../fixtures/docs/ok.md");
const SINGLE: &str = "src/components/carbon_component.py";
const README: &str = "src/components/carbon/README.md";

fn declared(path: &str) -> DeclaredPath {
    DeclaredPath { path: path.to_owned(), place: Line { file: "promotion.toml".to_owned(), line: 1 } }
}

fn component(paths: &[&str]) -> Component {
    Component {
        name: "carbon".to_owned(),
        title: "Carbon".to_owned(),
        stage: Stage::Development,
        priority: None,
        group: None,
        owner: None,
        paths: paths.iter().map(|path| declared(path)).collect(),
        readme: None,
        depends_on: Vec::new(),
        tests: TestSelection { paths: Vec::new(), select: None, select_place: None, args: Vec::new() },
        deploy: BTreeMap::new(),
        observe: BTreeMap::new(),
        waivers: Vec::new(),
        maturity: None,
        place: Line { file: "promotion.toml".to_owned(), line: 1 },
    }
}

fn sources(paths: &[&str]) -> Vec<SourceFile> {
    paths.iter().map(|path| SourceFile { path: (*path).to_owned(), real: format!("/p/{path}") }).collect()
}

fn text(path: &str, text: &str) -> Found {
    Found::Text { path: path.to_owned(), text: text.to_owned() }
}

/// Looks as the app does: place after place, up to the first that is not absent, in the files of a project.
fn check(component: &Component, project: &[(&str, &str)]) -> Result<Evidence, Reason> {
    let python: Vec<&str> =
        project.iter().map(|(path, _)| *path).filter(|path| has_python_suffix(path)).collect();
    let mine: Vec<&str> = python
        .into_iter()
        .filter(|path| {
            component.paths.iter().any(|own| *path == own.path || path.starts_with(&format!("{}/", own.path)))
        })
        .collect();
    let content = |path: &str| project.iter().find(|(known, _)| *known == path).map(|(_, text)| *text);
    let facts: Vec<(&str, Facts)> =
        mine.iter().map(|path| (*path, python::read(content(path).unwrap_or_default()))).collect();
    let modules: Vec<Module<'_>> =
        facts.iter().map(|(path, facts)| Module { path, facts: Some(facts) }).collect();
    let mut looks = Vec::new();
    for place in candidates(component, &sources(&mine)) {
        let path = match &place {
            Place::Named(path) | Place::Docstring(path) => Some(path.clone()),
            Place::Folder(folder) | Place::Shared(folder) => {
                let inside = project.iter().map(|(path, _)| *path).filter(|path| parent(path) == folder);
                pick(inside.map(|path| path.rsplit('/').next().unwrap_or(path)))
                    .map(|name| join(folder, name))
            }
        };
        let found =
            path.and_then(|path| content(&path).map(|found| text(&path, found))).unwrap_or(Found::Absent);
        looks.push((place, found));
    }
    evidence(component, &modules, &looks)
}

/// What the README of the single-file component comes to: examples, and the finding.
fn readme(markdown: &str) -> (u64, Option<String>) {
    summary(&check(&component(&[SINGLE]), &[(SINGLE, CARBON), (README, markdown)]).expect("evidence"))
}

/// What the docstring of the single-file component comes to, without a README.
fn docstring(inside: &str) -> (u64, Option<String>) {
    let module = format!("\"\"\"{inside}\"\"\"\nclass CarbonComponent: pass\n");
    summary(&check(&component(&[SINGLE]), &[(SINGLE, &module)]).expect("evidence"))
}

fn summary(evidence: &Evidence) -> (u64, Option<String>) {
    let Measured::Docs { usage_examples, .. } = evidence.measured else { panic!("not of this check") };
    let message = match evidence.findings.as_slice() {
        [] => None,
        [finding] => Some(finding.message.to_string()),
        more => panic!("one finding is enough: {more:?}"),
    };
    assert_eq!(usage_examples == 0, message.is_some(), "what is missing is said, and only that");
    (usage_examples, message)
}

fn examples(markdown: &str) -> u64 {
    readme(markdown).0
}

fn found_readme(evidence: &Evidence) -> Option<&str> {
    match &evidence.measured {
        Measured::Docs { readme, .. } => readme.as_deref(),
        _ => None,
    }
}

// Where the README is.

#[test]
fn a_single_file_has_its_readme_in_the_folder_beside_it_or_in_its_docstring() {
    assert_eq!(
        candidates(&component(&[SINGLE]), &sources(&[SINGLE])),
        [
            Place::Folder("src/components/carbon".to_owned()),
            Place::Folder("src/components/carbon_component".to_owned()),
            Place::Shared("src/components".to_owned()),
            Place::Docstring(SINGLE.to_owned()),
        ]
    );
    assert_eq!(
        candidates(&component(&["carbon.py"]), &sources(&["carbon.py"])),
        [Place::Folder("carbon".to_owned()), Place::Docstring("carbon.py".to_owned())]
    );
}

#[test]
fn a_missing_file_is_looked_for_by_its_name() {
    assert_eq!(
        candidates(&component(&[SINGLE]), &[]),
        candidates(&component(&[SINGLE]), &sources(&[SINGLE]))
    );
}

#[test]
fn a_named_readme_is_the_only_place() {
    let mut component = component(&[SINGLE]);
    component.readme = Some(declared("docs/carbon.md"));
    assert_eq!(candidates(&component, &[]), [Place::Named("docs/carbon.md".to_owned())]);
    let evidence = check(&component, &[(SINGLE, CARBON), (README, OK)]).expect("evidence");
    assert_eq!(found_readme(&evidence), None);
    let named = check(&component, &[(SINGLE, CARBON), ("docs/carbon.md", OK)]).expect("evidence");
    assert_eq!(found_readme(&named), Some("docs/carbon.md"));
}

#[test]
fn a_folder_has_its_readme_inside_and_no_docstring() {
    let files = sources(&["src/components/carbon/__init__.py", "src/components/carbon/core.py"]);
    let place = Place::Folder("src/components/carbon".to_owned());
    assert_eq!(candidates(&component(&["src/components/carbon"]), &files), [place]);
    assert_eq!(candidates(&component(&["."]), &sources(&["a.py"])), [Place::Folder(".".to_owned())]);
}

#[test]
fn a_folder_that_is_called_like_a_file_is_a_folder() {
    let files = sources(&["src/carbon_component.py/x.py"]);
    let place = Place::Folder("src/carbon_component.py".to_owned());
    assert_eq!(candidates(&component(&["src/carbon_component.py"]), &files), [place]);
}

#[test]
fn a_folder_with_further_files_has_the_readme_of_the_folder() {
    let paths = ["src/carbon_types.py", "src/carbon"];
    assert_eq!(
        candidates(&component(&paths), &[]),
        [Place::Folder("src/carbon".to_owned()), Place::Folder("src/carbon_types".to_owned())]
    );
}

#[test]
fn the_file_of_a_package_has_the_readme_of_the_package() {
    assert_eq!(
        candidates(&component(&["src/carbon/__init__.py"]), &[]),
        [Place::Folder("src/carbon".to_owned()), Place::Docstring("src/carbon/__init__.py".to_owned())]
    );
}

#[test]
fn a_readme_is_picked_in_any_case_and_only_as_markdown() {
    assert_eq!(pick(["readme.md", "README.MD", "README.md"]), Some("README.md"));
    assert_eq!(pick(["x.md", "readme.md", "Readme.MD"]), Some("Readme.MD"));
    assert_eq!(pick(["README.rst", "README", "README.md.bak", "README.markdown"]), None);
}

// The situations of the corpus.

#[test]
fn a_readme_beside_a_single_file_with_an_example_has_one_example() {
    assert_eq!(readme(OK), (1, None));
    let flat = [("carbon_component.py", CARBON), ("carbon/README.md", OK)];
    let evidence = check(&component(&["carbon_component.py"]), &flat).expect("evidence");
    assert_eq!((summary(&evidence), found_readme(&evidence)), ((1, None), Some("carbon/README.md")));
}

#[test]
fn the_example_counts_where_the_file_is_missing_empty_or_broken() {
    assert_eq!(summary(&check(&component(&[SINGLE]), &[(README, OK)]).expect("evidence")), (1, None));
    for module in ["", "def broken(:\n    return (1,\n", "class CarbonComponent:\r\n    pass\r\n"] {
        let project = [(SINGLE, module), (README, OK)];
        assert_eq!(summary(&check(&component(&[SINGLE]), &project).expect("evidence")), (1, None));
    }
}

#[test]
fn a_folder_is_named_by_the_module_that_its_name_makes() {
    let core = "\"\"\"Another component.\"\"\"\n\ndef other(x: int) -> int: ...\n";
    let folder = "src/components/carbon";
    let project = [
        ("src/components/carbon/__init__.py", ""),
        ("src/components/carbon/core.py", core),
        ("src/components/carbon_extra/core.py", core),
        (README, OK),
    ];
    assert_eq!(summary(&check(&component(&[folder]), &project).expect("evidence")), (1, None));
    let project = [("src/components/carbon/core.py", CARBON), (README, "    CarbonComponent('x')\n")];
    assert_eq!(summary(&check(&component(&[folder]), &project).expect("evidence")), (1, None));
    let project =
        [("src/components/carbon/core.py", core), (README, "    import components.core\n    other(1)\n")];
    assert_eq!(summary(&check(&component(&[folder]), &project).expect("evidence")), (1, None));
    let project = [("src/components/carbon/__init__.py", ""), (README, "    __init__\n")];
    assert_eq!(summary(&check(&component(&[folder]), &project).expect("evidence")).0, 0);
}

#[test]
fn prose_a_heading_and_blanks_are_no_example() {
    let nothing = Some("no usage example: it holds no code block".to_owned());
    assert_eq!(readme(include_str!("../../../fixtures/docs/no-code.md")), (0, nothing.clone()));
    assert_eq!(readme(include_str!("../../../fixtures/docs/usage-no-code.md")), (0, nothing));
    let empty = Some(format!("`{README}` is empty"));
    assert_eq!(readme(include_str!("../../../fixtures/docs/whitespace.md")), (0, empty.clone()));
    assert_eq!(readme(""), (0, empty.clone()));
    assert_eq!(readme("\u{feff}\u{200b}\r\n"), (0, empty));
}

#[test]
fn an_empty_readme_is_none_and_does_not_fall_back_to_the_docstring() {
    let evidence = check(&component(&[SINGLE]), &[(SINGLE, CARBON), (README, " \n")]).expect("evidence");
    assert_eq!((found_readme(&evidence), summary(&evidence).0), (None, 0));
    assert_eq!(&*evidence.findings[0].file, README);
}

#[test]
fn an_unclosed_fence_runs_to_the_end() {
    assert_eq!(readme(include_str!("../../../fixtures/docs/unclosed-fence.md")), (1, None));
}

#[test]
fn the_readme_of_a_parent_folder_is_not_the_components() {
    let bare = "class CarbonComponent: pass\n";
    let project = [(SINGLE, bare), ("src/components/README.md", OK), ("README.md", OK)];
    let evidence = check(&component(&[SINGLE]), &project).expect("evidence");
    assert_eq!(found_readme(&evidence), None);
    insta::assert_snapshot!(evidence.findings[0].message, @"no README: `src/components/README.md` is that of the whole folder; write `src/components/carbon/README.md`, or name one with `readme`");
    assert_eq!(&*evidence.findings[0].file, "src/components/README.md");
}

#[test]
fn a_docstring_does_not_stand_in_where_the_folder_is_documented_in_a_readme() {
    let project = [(SINGLE, CARBON), ("src/components/README.md", "# Components\n\n> Moved.\n")];
    let evidence = check(&component(&[SINGLE]), &project).expect("evidence");
    assert_eq!((found_readme(&evidence), summary(&evidence).0), (None, 0));
}

#[test]
fn without_a_readme_the_docstring_of_a_single_file_serves() {
    let project = [(SINGLE, CARBON), ("README.md", OK)];
    let evidence = check(&component(&[SINGLE]), &project).expect("evidence");
    assert_eq!((found_readme(&evidence), summary(&evidence)), (Some(SINGLE), (1, None)));
    let folder = [("src/components/carbon/__init__.py", CARBON)];
    let evidence = check(&component(&["src/components/carbon"]), &folder).expect("evidence");
    assert_eq!((found_readme(&evidence), summary(&evidence).0), (None, 0));
}

// What gives no answer.

#[test]
fn what_is_there_but_cannot_be_read_is_inconclusive() {
    let place = Place::Folder("src/components/carbon".to_owned());
    let found = Found::Unreadable { path: README.to_owned(), why: "it is a folder".to_owned() };
    let facts = python::read(CARBON);
    let modules = [Module { path: SINGLE, facts: Some(&facts) }];
    let looks = [(place, found), (Place::Docstring(SINGLE.to_owned()), text(SINGLE, CARBON))];
    let reason = evidence(&component(&[SINGLE]), &modules, &looks).expect_err("no evidence");
    assert_eq!(reason.kind, ReasonKind::Unreadable);
    insta::assert_snapshot!(reason, @"`src/components/carbon/README.md` is there but cannot be read: it is a folder");
}

#[test]
fn no_look_is_no_evidence() {
    let reason = evidence(&component(&[SINGLE]), &[], &[]).expect_err("no evidence");
    assert_eq!(reason.kind, ReasonKind::NothingInspected);
}

#[test]
fn an_unread_module_leaves_open_what_the_readme_names() {
    let modules = [Module { path: SINGLE, facts: None }];
    let look = |markdown| [(Place::Folder("src/components/carbon".to_owned()), text(README, markdown))];
    let known = evidence(&component(&[SINGLE]), &modules, &look("    import carbon\n")).expect("evidence");
    assert_eq!(summary(&known), (1, None));
    let open = evidence(&component(&[SINGLE]), &modules, &look("    Tracker()\n")).expect_err("no evidence");
    assert_eq!(open.kind, ReasonKind::Unreadable);
    let none = evidence(&component(&[SINGLE]), &modules, &look("prose\n")).expect("evidence");
    assert_eq!(summary(&none).0, 0);
}

// What is a code block.

#[test]
fn code_is_found_wherever_commonmark_has_it() {
    let texts = [
        "```python\nimport carbon\n```\n",
        "~~~\nimport carbon\n~~~\n",
        "Use:\r\n\r\n```\r\nimport carbon\r\n```\r\n",
        "Use:\r\r```\rimport carbon\r```\r",
        "\u{feff}```\nimport carbon\n```",
        "Use:\n\n    import carbon\n",
        "Use:\n\n\timport carbon\n",
        "- item\n\n  ```\n  import carbon\n  ```\n",
        "1. item\n\n       import carbon\n",
        "> ```\n> import carbon\n> ```\n",
        "<details>\n\n```\nimport carbon\n```\n\n</details>\n",
        "````md\n```\nimport carbon\n```\n````\n",
        "```sh\n$ python -m carbon\n```\n",
        "<!-- a --> \n```\nimport carbon\n```\n",
        "<!-- a\n\n-->\n\n```\nimport carbon\n```\n",
        "text <!-- not closed\n\n```\nimport carbon\n```\n",
        "<!-->\n\n```\nimport carbon\n```\n",
    ];
    for markdown in texts {
        assert_eq!(examples(markdown), 1, "{markdown}");
    }
}

#[test]
fn what_only_looks_like_code_is_none() {
    let texts = [
        "Use `carbon` so: ``import carbon``\n",
        "Use:\n    import carbon\n",
        "   import carbon\n",
        "``` import carbon ```\n",
        "<details>\n```\nimport carbon\n```\n</details>\n",
        "<pre>\n\nimport carbon\n</pre>\n",
        "```\n```\nimport carbon\n",
        "```carbon\n```\n",
        ">>> import carbon\n",
        "| a |\n|---|\n| import carbon |\n",
    ];
    for markdown in texts {
        assert_eq!(examples(markdown), 0, "{markdown}");
    }
}

#[test]
fn code_in_a_comment_is_hidden_from_the_reader() {
    let texts = [
        "<!--\n```\nimport carbon\n```\n-->\n",
        "<!--\n\n```\nimport carbon\n```\n\n-->\n",
        "<!--\n\n    import carbon\n",
        "<!-- a --> <!--\n\n```\nimport carbon\n```\n-->\n",
        "- <!--\n\n```\nimport carbon\n```\n\n-->\n",
        "<div><!--\n\n```\nimport carbon\n```\n\n--></div>\n",
    ];
    for markdown in texts {
        assert_eq!(examples(markdown), 0, "{markdown}");
    }
}

#[test]
fn a_block_of_comments_is_no_example() {
    let only = Some("no usage example: its code blocks hold only comments".to_owned());
    assert_eq!(readme("```python\n# import carbon\n\n  # CarbonComponent()\n```\n"), (0, only.clone()));
    assert_eq!(readme("```js\n// import carbon\n```\n"), (0, only.clone()));
    assert_eq!(readme("```\n\n```\n\n    # carbon\n"), (0, only.clone()));
    assert_eq!(readme("```\n>>> # carbon\n$ # carbon\n$\n```\n"), (0, only));
    assert_eq!(examples("```\n# how to\ncarbon --help  # it helps\n```\n"), 1);
}

#[test]
fn code_below_a_comment_that_names_the_component_may_be_about_anything() {
    assert_eq!(examples("```sh\n# carbon\npip install other\n```\n"), 0);
}

#[test]
fn only_whole_words_name_the_component() {
    for word in [
        "carbon",
        "carbon_component",
        "carbon-component",
        "CarbonComponent",
        "src/components/carbon/",
        "x.carbon.y",
        "carbon()",
    ] {
        assert_eq!(examples(&format!("```\n{word}\n```\n")), 1, "{word}");
    }
    for word in [
        "carbon_extra",
        "carbon-extra",
        "tta-carbon",
        "xcarbon",
        "carbon2",
        "carboné",
        "Carbon",
        "CARBON",
        "carbon_component_extra",
        "_carbon",
        "record",
    ] {
        assert_eq!(examples(&format!("```\n{word}\n```\n")), 0, "{word}");
    }
}

#[test]
fn an_example_that_names_nothing_of_the_component_says_what_was_looked_for() {
    let (count, message) = readme("# Carbon\n\n```\nTotal: 1.5 kg\n```\n");
    assert_eq!(count, 0);
    insta::assert_snapshot!(message.expect("a finding"), @"no usage example: none of its code blocks names the component (`CarbonComponent`, `carbon`, `carbon_component`)");
    let evidence = check(
        &component(&[SINGLE]),
        &[(SINGLE, CARBON), (README, "# Carbon\r\n\r\n```\r\nTotal\r\n```\r\n")],
    );
    let finding = &evidence.expect("evidence").findings[0];
    assert_eq!((&*finding.file, finding.line), (README, Some(3)));
}

#[test]
fn each_example_counts_once() {
    assert_eq!(examples(&format!("{OK}\n```\nother\n```\n\n    carbon\n\n~~~\ncarbon\n\ncarbon\n~~~\n")), 3);
}

// Docstrings.

#[test]
fn a_docstring_shows_examples_as_markdown_as_literal_blocks_and_as_doctests() {
    let texts = [
        "Carbon.\n\nExample:\n    >>> tracker = CarbonComponent('lab')\n    >>> tracker.total()\n    0\n",
        "Carbon.\n\n>>> import carbon\n",
        "Carbon.\n\nExample::\n\n    tracker = CarbonComponent('lab')\n",
        "Carbon.\n\n.. code-block:: python\n\n    CarbonComponent('lab')\n",
        "\n    Carbon.\n\n    ```python\n    import carbon\n    ```\n    ",
        "Carbon.\n\n    >>> import carbon\n",
        "Carbon.\n\nExample:\n    >>> def f():\n    ...     return CarbonComponent('lab')\n",
    ];
    for inside in texts {
        assert_eq!(docstring(inside), (1, None), "{inside}");
    }
    assert_eq!(docstring("Carbon.\n\nA:\n  >>> carbon.a()\n  1\n\nB:\n  >>> carbon.b()\n").0, 2);
}

#[test]
fn a_docstring_without_an_example_shows_none() {
    let texts = [
        "Carbon keeps count of carbon.",
        "Carbon.\n\nExample:\n    carbon.f()\n",
        "Carbon.\n\nExample:\n    >>> # carbon\n",
        "Carbon.\n\nExample:\n    >>> other()\n    'carbon'\n",
        "Carbon.\n\n<!--\n>>> import carbon\n-->\n",
        "Carbon.\n\n<!--\n\n>>> import carbon\n\n-->\n",
    ];
    for inside in texts {
        assert_eq!(docstring(inside).0, 0, "{inside}");
    }
}

#[test]
fn a_blank_docstring_is_none() {
    let evidence = check(&component(&[SINGLE]), &[(SINGLE, "'''  '''\n")]).expect("evidence");
    assert_eq!((found_readme(&evidence), summary(&evidence).0), (None, 0));
    assert!(evidence.findings[0].message.starts_with("no README: looked for "));
}

#[test]
fn hostile_pages_are_read_in_linear_time() {
    let units = [
        "<!--",
        "```\n",
        "    carbon\n",
        "> ",
        "- ",
        "<!-- -->\n",
        ">>> carbon\n",
        "carbon-",
        "[",
        "*a",
        "`",
        "<!",
        "\0",
        "&",
        "-->",
        "](",
        "\n\n>>> carbon\n",
    ];
    for unit in units {
        let page = unit.repeat(300_000 / unit.len());
        let start = clock();
        example::in_markdown(&page);
        example::in_docstring(&page);
        let took = start.elapsed().as_secs();
        assert!(took < 5, "{unit:?} took {took} s");
    }
}

#[expect(clippy::disallowed_methods, reason = "a test measures how long the reading takes")]
fn clock() -> std::time::Instant {
    std::time::Instant::now()
}

fn line() -> impl proptest::strategy::Strategy<Value = String> {
    proptest::sample::select(vec![
        "",
        "# Carbon",
        "Use carbon.",
        "```",
        "```python",
        "~~~",
        "~~~~",
        "    import carbon",
        "\timport carbon",
        "import carbon",
        "CarbonComponent()",
        "- item",
        "  ```",
        "> ```",
        "> carbon",
        "1. one",
        "   carbon",
        "<!-- x -->",
        "<!--",
        "-->",
        "<div>",
        "</div>",
        "===",
        "---",
        "[carbon]: x",
        "# carbon",
        ">>> carbon()",
        "...",
        "<details>",
        "| a |",
        "|---|",
        "- - carbon",
        "      carbon",
    ])
    .prop_map(str::to_owned)
}

use proptest::strategy::Strategy as _;

proptest::proptest! {
    #[test]
    fn prose_never_passes(words in proptest::collection::vec("[a-zA-Z.,:!?()'\"_#>*-]{1,9}|carbon|CarbonComponent|import", 0..80), breaks in proptest::collection::vec(0usize..7, 80)) {
        let page: String = words
            .iter()
            .zip(&breaks)
            .flat_map(|(word, gap)| [word.as_str(), match gap { 0 => "\n", 1 => "\n\n", 2 => "\r\n", _ => " " }])
            .collect();
        proptest::prop_assert_eq!(examples(&page), 0, "{}", page);
    }

    #[test]
    fn more_text_never_takes_an_example_away(before in proptest::collection::vec(line(), 0..14), after in proptest::collection::vec(line(), 0..8)) {
        let before = before.join("\n");
        let longer = format!("{before}\n{}", after.join("\n"));
        proptest::prop_assert!(examples(&longer) >= examples(&before), "{}", longer);
    }

    #[test]
    fn no_page_makes_it_panic(page in "\\PC*", lines in proptest::collection::vec(line(), 0..30)) {
        readme(&page);
        let page = lines.join("\r\n");
        readme(&page);
        example::in_docstring(&page);
        example::in_docstring(&format!("é{page}漢"));
    }
}
