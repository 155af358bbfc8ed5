use std::time::Instant;

use super::*;

fn optional(text: &str) -> Vec<String> {
    read(text).optional_imports.into_iter().collect()
}

fn public(text: &str) -> Vec<String> {
    read(text).public.into_iter().collect()
}

fn kinds(text: &str) -> Vec<SuppressionKind> {
    read(text).suppressions.into_iter().map(|suppression| suppression.kind).collect()
}

#[test]
fn a_docstring_is_what_python_says_it_is() {
    let recorded: serde_json::Value =
        serde_json::from_str(include_str!("../../../fixtures/docs/docstrings.json")).expect("a fixture");
    for case in recorded["cases"].as_array().expect("cases") {
        let source = case["source"].as_str().expect("a source");
        assert_eq!(read(source).docstring.as_deref(), case["docstring"].as_str(), "{source:?}");
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_file() {
    assert_eq!(read("\u{feff}\"\"\"Doc.\"\"\"\r\n").docstring.as_deref(), Some("Doc."));
    assert!(!read("\u{feff}x = 1\r\n").malformed);
}

#[test]
fn public_names_are_those_of_the_module_in_blocks_too() {
    let text = "class Carbon:\n    def method(self): pass\n    class Inner: pass\n\nasync def fetch(): ...\n\
                def _private(): pass\nif X:\n    def inside_if(): pass\nelse:\n    class InsideElse(Base): pass\n\
                try:\n    def inside_try(): pass\nexcept E: \n  def inside_except(): pass\n\
                def outer():\n    def nested(): pass\n@decorated(\n  1)\ndef decorated_one(\n a,\n): pass\n";
    assert_eq!(
        public(text),
        [
            "Carbon",
            "InsideElse",
            "decorated_one",
            "fetch",
            "inside_except",
            "inside_if",
            "inside_try",
            "outer"
        ]
    );
}

#[test]
fn indentation_is_counted_as_python_counts_it() {
    assert_eq!(public("if a:\n\tclass B:\n\t\tpass\n        def c(): pass\n"), ["B", "c"]);
    assert_eq!(public("class A:\n  pass\n\x0cdef b(): pass\n"), ["A", "b"]);
}

#[test]
fn names_in_strings_and_comments_are_no_names() {
    assert_eq!(public("'''\nclass A: pass\n'''\n# class B: pass\nx = '''\ndef c(): pass'''\n"), [""; 0]);
}

#[test]
fn a_bracket_left_open_does_not_hide_the_rest_of_the_file() {
    let facts = read("def broken(:\n    x = (1,\n\nclass Carbon:\n    pass\n");
    assert!(facts.malformed);
    assert!(facts.public.contains("Carbon"));
}

#[test]
fn an_import_that_a_try_guards_is_optional() {
    assert_eq!(
        optional("try:\n    from codecarbon.x import y\nexcept ImportError:\n    y = None\n"),
        ["codecarbon"]
    );
    assert_eq!(
        optional("try: import a, b.c as d\nexcept (OSError, ModuleNotFoundError) as e: pass\n"),
        ["a", "b"]
    );
    assert_eq!(optional("try:\n  import a\nexcept:\n  pass\n"), ["a"]);
    assert_eq!(optional("try:\n  import a\nexcept ValueError:\n  pass\nexcept Exception:\n  pass\n"), ["a"]);
    assert_eq!(optional("def f():\n  try:\n    import a\n  except builtins.ImportError:\n    pass\n"), ["a"]);
    assert_eq!(
        optional(
            "try:\n  if x:\n    try:\n      import a\n    finally:\n      pass\nexcept ImportError: pass\n"
        ),
        ["a"]
    );
    assert_eq!(optional("with contextlib.suppress(ImportError):\n    import a\n"), ["a"]);
}

#[test]
fn an_import_that_must_succeed_is_not_optional() {
    let texts = [
        "import a\n",
        "try:\n  import a\nexcept ValueError:\n  pass\n",
        "try:\n  x = 1\nexcept ImportError:\n  import a\n",
        "try:\n  x = 1\nexcept ImportError:\n  pass\nelse:\n  import a\n",
        "try:\n  x = 1\nexcept ImportError:\n  pass\nfinally:\n  import a\n",
        "try:\n  def f():\n    import a\nexcept ImportError:\n  pass\n",
        "try:\n  import a\nfinally:\n  pass\n",
        "try:\n  from . import a\n  from .b import c\n  from __future__ import d\nexcept ImportError:\n  pass\n",
        "try:\n  import a\nexcept ValueError as ImportError:\n  pass\n",
        "x = '''\ntry:\n  import a\nexcept ImportError: pass\n'''\n",
    ];
    for text in texts {
        assert_eq!(optional(text), [""; 0], "{text}");
    }
}

#[test]
fn a_module_that_is_asked_for_by_name_is_optional() {
    assert_eq!(optional("HAS = importlib.util.find_spec('codecarbon.core') is not None\n"), ["codecarbon"]);
    assert_eq!(
        optional("try:\n  m = importlib.import_module(\"a.b\")\nexcept ImportError: m = None\n"),
        ["a"]
    );
    assert_eq!(optional("m = importlib.import_module('a')\n"), [""; 0]);
    assert_eq!(optional("try:\n  import_module('.a', __package__)\nexcept ImportError: pass\n"), [""; 0]);
    assert_eq!(optional("find_spec(name)\nfind_spec('')\nfind_spec(f'{a}')\nfind_spec(b'a')\n"), [""; 0]);
}

#[test]
fn type_ignore_before_any_code_is_for_the_file_and_for_its_line_after_it() {
    use SuppressionKind::{FileTypeIgnore, TypeIgnore};
    assert_eq!(kinds("#!/bin/python\n\n# type: ignore[foo]\nx = 1\n"), [FileTypeIgnore]);
    assert_eq!(kinds("    #type:ignore because\nx = 1\n"), [FileTypeIgnore]);
    assert_eq!(kinds("\u{feff}# hello # type: ignore\nx = 1\n"), [FileTypeIgnore]);
    assert_eq!(kinds("\"\"\"doc\"\"\"\n# type: ignore\n"), [TypeIgnore]);
    assert_eq!(kinds("x = f(  # type: ignore [arg-type]\n  y)  # type: ignore\n"), [TypeIgnore, TypeIgnore]);
    assert_eq!(kinds("# type: ignored\n# Type: Ignore\n# foo; type: ignore\nx = 1 # type: int\n"), []);
}

#[test]
fn each_tool_is_told_apart() {
    use SuppressionKind::{FileNoqa, NoCover, Noqa, Nosec, PyrightIgnore, TypeIgnore};
    let text = "x = 1\ny = 2  # type: ignore # pyright:ignore[reportX, reportY]  # noqa: F401,E501 why # nosec B602\n";
    assert_eq!(kinds(text), [TypeIgnore, PyrightIgnore, Noqa, Nosec]);
    let facts = read(text);
    assert_eq!(facts.suppressions[1].rules, ["reportX", "reportY"]);
    assert_eq!(facts.suppressions[2].rules, ["F401", "E501"]);
    assert_eq!(facts.suppressions[3].rules, ["B602"]);
    assert_eq!(facts.suppressions[0].line, 2);
    assert_eq!(facts.suppressed(Nosec), 1);
    assert_eq!(kinds("x  #NOQA\ny  # noqa : F401\nz  # foo noqa\nw # noqax\n"), [Noqa, Noqa]);
    assert_eq!(
        kinds("x\n# ruff: noqa\n# flake8: noqa: F401\ny  # ruff: noqa\n# RUFF: NOQA\n"),
        [FileNoqa, FileNoqa]
    );
    assert_eq!(
        kinds("# ruff: disable[F401]\nx # ruff: ignore[F401]\n# ruff: file-ignore[F401]\n"),
        [Noqa, Noqa, FileNoqa]
    );
    assert_eq!(
        kinds("x # pragma: no cover\ny #PRAGMA NO COVER\nz # pragma: no branch\n"),
        [NoCover, NoCover]
    );
}

#[test]
fn a_suppression_in_a_string_is_none() {
    let text = "x = '# noqa'\nv = f'{{ # noqa }}'\ny = '''\n# type: ignore\n# pyright: basic\n'''\nz = f\"{x} # nosec {'# noqa'}\"\n\
                w = f'''{\n x  # noqa\n}# nosec'''\n";
    assert_eq!(kinds(text), [SuppressionKind::Noqa]);
    assert_eq!(read(text).directives, []);
}

#[test]
fn pyright_directives_are_read_wherever_they_stand() {
    let text = "#pyright: basic, reportA = false\nx = 1  # pyright: reportB=warning\n# pyright: ignore\n# x # pyright: basic\n";
    let facts = read(text);
    let seen: Vec<_> = facts
        .directives
        .iter()
        .map(|d| (d.line, d.name.as_str(), d.value.as_deref(), d.silences()))
        .collect();
    assert_eq!(
        seen,
        [
            (1, "basic", None, false),
            (1, "reportA", Some("false"), true),
            (2, "reportB", Some("warning"), false)
        ]
    );
}

#[test]
fn to_heed_fewer_suppressions_silences_nothing() {
    let facts = read("# pyright: enableTypeIgnoreComments=false, strictListInference=false\n");
    assert_eq!(facts.directives.iter().map(Directive::silences).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn f_strings_of_python_3_12_are_read_to_their_end() {
    let text = "a = f\"{x[\"y\"]:>{w}} {{}} {f\"{z!r}\"}\"\nb = rf'\\{x}'\nc = f'\\N{DASH}{x:%H:%M}'\ndef after(): pass\n";
    let facts = read(text);
    assert!(!facts.malformed);
    assert!(facts.public.contains("after"));
}

#[test]
fn what_cannot_be_python_is_malformed() {
    for text in ["x = (", "x = 'a\n", "'''a", "x = $\n", "x = 1\0\n", "x)\n", "f'{x\n", "f'a\n", "a?\n"] {
        assert!(read(text).malformed, "{text:?}");
    }
    assert!(read(&staircase(DEEPEST + 1)).malformed);
    assert!(!read(&staircase(DEEPEST)).malformed);
}

#[test]
fn hostile_files_are_read_in_linear_time() {
    let size = 500_000;
    let units = [
        "# c\n",
        "    # c\n",
        "\\\n",
        "(",
        "{",
        "f'{",
        "f'''{",
        "'",
        "\"",
        "\0",
        "x\0 ",
        "'a\n",
        "if a:\n",
        "try:\n",
        " try: import a\n",
        ";",
        ",",
        "\n",
        "\t",
        "é",
        "rbfu",
        "x = = 1\n",
        "def f(\n",
        ")",
        "lambda: ",
        "else:\n",
        "\\",
        "f'\\N{",
        "except ImportError: ",
        "# noqa ",
        "# ruff: a[",
        "# type: ignore[",
        "f'{x:{",
        ":",
        "}",
        "'\\",
        "\r",
        "import_module('a') ",
    ];
    for unit in units {
        let text = unit.repeat(size / unit.len());
        let start = clock();
        let facts = read(&text);
        let took = start.elapsed().as_secs();
        assert!(took < 5, "{unit:?} took {took} s");
        drop(facts);
    }
    let line = format!("x = '{}'\n", "a".repeat(10 * size));
    assert!(!read(&line).malformed);
    assert!(read(&staircase(3000)).malformed);
}

fn staircase(steps: usize) -> String {
    (0..steps).flat_map(|depth| [" ".repeat(depth), "if x:\n".to_owned()]).collect()
}

#[expect(clippy::disallowed_methods, reason = "a test measures how long the reading takes")]
fn clock() -> Instant {
    Instant::now()
}

proptest::proptest! {
    #[test]
    fn reading_never_panics(text in "\\PC*") {
        read(&text);
    }

    #[test]
    fn reading_pieces_of_python_never_panics(pieces in proptest::collection::vec(proptest::sample::select(vec![
        "'", "\"", "'''", "\"\"\"", "f'", "rf\"\"\"", "b'", "{", "}", "{{", "(", ")", "[", "]", ":", ":=", "\\", "\n", "\r\n", "\r",
        "  ", "\t", "#", "# noqa: ", "# type: ignore[", "# pyright: ", "# ruff: ", "# nosec", "try", "except", "ImportError", "import ",
        "from ", "def ", "class ", "x", "é", "漢", "\0", "!", "\\N{", "\\x", "\\u1", "\\777", ";", ".", ",", "find_spec(", "lambda", "with ", "suppress(",
    ]), 0..60)) {
        let text: String = pieces.concat();
        read(&text);
        read(&format!("'''{text}'''\n"));
    }

    #[test]
    fn text_in_a_string_is_never_code(text in "[^'\\\\]*") {
        let facts = read(&format!("x = '''{text}'''\n"));
        proptest::prop_assert_eq!(facts.suppressions, vec![]);
        proptest::prop_assert!(facts.public.is_empty() && facts.optional_imports.is_empty());
    }
}
