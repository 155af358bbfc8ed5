//! What `init` writes for a plain project, on the real tools: nothing has to be changed for it to pass.

use super::laboratory::{Project, Verdict, environment};

#[test]
fn what_init_writes_for_a_plain_project_passes_as_it_is() {
    let project = Project::new("");
    project.write("src/acme/__init__.py", "\"\"\"Acme.\"\"\"\n");
    project.write(
        "src/acme/core.py",
        "\"\"\"The core.\"\"\"\n\n\ndef twice(number: int) -> int:\n    \"\"\"Twice.\"\"\"\n    return 2 * number\n",
    );
    project.write(
        "tests/test_core.py",
        "from acme.core import twice\n\n\ndef test_twice():\n    assert twice(2) == 4\n",
    );
    project.write("README.md", "# Acme\n\n```python\nfrom acme.core import twice\n\ntwice(2)\n```\n");
    project.write("pytest.ini", "[pytest]\npythonpath = src\n");
    std::os::unix::fs::symlink(environment(), project.root.join(".venv")).expect("a link");
    let begun = project.gate(&["init"]).output().expect("it starts");
    assert!(begun.status.success(), "{}", String::from_utf8_lossy(&begun.stderr));
    let verdict =
        Verdict::of(&project.gate(&["verify", "acme", "--format", "json"]).output().expect("it starts"));
    assert_eq!(verdict.exit, 0, "{} {}", verdict.document, verdict.stderr);
    assert_eq!(verdict.check("acme", "tests")["measured"]["passed"], 1);
}
