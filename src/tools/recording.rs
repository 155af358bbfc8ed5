//! The recordings of the real tools in `fixtures/outputs`, for tests.
//!
//! Not here: making them; that is `fixtures/outputs/record.py`.

use std::path::Path;

use crate::model::component::SourceFile;
use crate::model::run::Exit;

/// Where the recorded project is taken to be.
pub(super) const ROOT: &str = "/project";
/// Where its interpreter is taken to be.
pub(super) const PYTHON: &str = "/project/.venv/bin/python";

/// One run of a real tool.
pub(super) struct Recording {
    pub(super) argv: Vec<String>,
    pub(super) exit: Exit,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: String,
}

/// The recording `TOOL/CASE`.
pub(super) fn load(case: &str) -> Recording {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/outputs").join(case);
    #[expect(clippy::disallowed_methods, reason = "tests read their own recordings")]
    let text = |name: &str| {
        let text = std::fs::read_to_string(folder.join(name))
            .unwrap_or_else(|fault| panic!("{case}/{name}: {fault}"));
        text.replace("{ROOT}", ROOT).replace("{PYTHON}", PYTHON)
    };
    let run: serde_json::Value = serde_json::from_str(&text("run.json")).expect("run.json");
    let words = run["argv"].as_array().expect("argv").iter();
    Recording {
        argv: words.map(|word| word.as_str().expect("a word").to_owned()).collect(),
        exit: Exit::Code(i32::try_from(run["exit"].as_i64().expect("exit")).expect("a code")),
        stdout: text("stdout").into_bytes(),
        stderr: text("stderr"),
    }
}

/// Files of the recorded project.
pub(super) fn files(paths: &[&str]) -> Vec<SourceFile> {
    paths.iter().map(|path| SourceFile { path: (*path).to_owned(), real: format!("{ROOT}/{path}") }).collect()
}
