//! coverage.py: what it measures, and how its reports are asked for.
//!
//! Not here: what the reports say (`coverage`).

use std::collections::BTreeSet;

use crate::model::component::SourceFile;

/// What the second report leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    /// What coverage.py never counts, whatever a project says: bodies that are `...`, and blocks for type
    /// checkers. Versions before 7.10 count these.
    Bodiless,
    /// Nothing.
    Nothing,
}

/// The configuration of the second report, about `files`, which are real paths: without any of the project's
/// exclusions. Only whether paths are relative, and to what, must be as it was in the recording run.
///
/// The files are patterns there, one a line. A character that would mean something in a pattern or in the
/// format is replaced by the pattern for any character: a file too many in the report does no harm.
pub fn neutral_configuration(files: &BTreeSet<&str>, left_out: LeftOut, relative_to: Option<&str>) -> String {
    let plain = |c: char| if c.is_alphanumeric() || "/._-".contains(c) { c } else { '?' };
    // A pattern that begins with a star stays as it is; any other is made absolute, and matches nothing that
    // is relative.
    let below = |file: &str| {
        let inside = file.strip_prefix(relative_to?)?.strip_prefix('/')?;
        Some(format!("*{inside}"))
    };
    let pattern = |file: &&str| {
        let path = below(file).unwrap_or_else(|| (*file).to_owned());
        let star = if path.starts_with('*') { "*" } else { "" };
        let rest = path.trim_start_matches('*').chars().map(plain).collect::<String>();
        format!("    {star}{rest}")
    };
    let include: Vec<String> = files.iter().map(pattern).collect();
    let exclude: &[&str] = match left_out {
        // As coverage.py 7.17 has them.
        LeftOut::Bodiless => &[
            r"    ^\s*(((async )?def .*?)?[\])]+(\s*->.*?)?:\s*)?\.\.\.\s*(#|$)",
            r"    ^\s*if (typing\.)?TYPE_CHECKING:",
        ],
        LeftOut::Nothing => &[],
    };
    format!(
        "[run]\nrelative_files = {}\n[report]\nignore_errors = true\npartial_branches =\n\
         exclude_lines =\n{}\ninclude =\n{}\n",
        relative_to.is_some(),
        exclude.join("\n"),
        include.join("\n")
    )
}

/// The program that makes reports of several runs: see its first lines.
pub const SERVER: &str = include_str!("python_side/coverage_reports.py");

/// A report from recorded data: who makes it, from what.
#[derive(Debug, Clone)]
pub struct ReportInvocation<'a> {
    /// The interpreter of the environment that recorded the data.
    pub python: &'a str,
    /// Where byte code goes.
    pub byte_code: &'a str,
    /// The configuration.
    pub settings: Settings<'a>,
    /// The recorded data.
    pub data: &'a str,
    /// Where the report goes.
    pub report: &'a str,
}

/// The configuration of a report.
#[derive(Debug, Clone)]
pub enum Settings<'a> {
    /// The project's, of which coverage.py finds the file by itself, as in the run of the tests. `files` are the
    /// real paths of those that the report is about: others in it do no harm, and take time.
    Project {
        /// The files.
        files: BTreeSet<&'a str>,
    },
    /// The file with [`neutral_configuration`].
    Neutral(&'a str),
}

impl ReportInvocation<'_> {
    /// The line that asks [`SERVER`] for the report; `target` will tell the exit code.
    pub fn request(&self, target: &str) -> String {
        let none = BTreeSet::new();
        let files = match &self.settings {
            Settings::Project { files } => files,
            Settings::Neutral(_) => &none,
        };
        serde_json::json!([self.options(), self.data, files, target]).to_string()
    }

    /// The arguments that start [`SERVER`], which lies at `script`.
    pub fn server_argv(&self, script: &str) -> Vec<String> {
        let byte_code = format!("pycache_prefix={}", self.byte_code);
        [self.python, "-I", "-X", &byte_code, script].map(str::to_owned).to_vec()
    }

    /// The arguments. `-I` keeps a `coverage.py` in the project from being taken for the tool.
    pub fn argv(&self) -> Vec<String> {
        let byte_code = format!("pycache_prefix={}", self.byte_code);
        let argv = [self.python, "-I", "-X", &byte_code, "-m", "coverage"].map(str::to_owned);
        argv.into_iter().chain(self.options()).collect()
    }

    fn options(&self) -> Vec<String> {
        let mut options = ["json", "-q"].map(str::to_owned).to_vec();
        match &self.settings {
            // As pytest-cov asks for it: a file that cannot be reported is left out, and no figure is too low.
            Settings::Project { .. } => options.extend(["-i", "--fail-under=0"].map(str::to_owned)),
            Settings::Neutral(file) => options.push(format!("--rcfile={file}")),
        }
        options.extend([format!("--data-file={}", self.data), "-o".to_owned(), self.report.to_owned()]);
        options
    }
}

/// The folders to measure, so that each of the files is found even if no test imports it: coverage.py
/// looks for files that were never executed only in the folders it is given, and below them only in
/// packages.
pub fn measured_folders<'a>(files: impl IntoIterator<Item = &'a SourceFile>) -> Vec<String> {
    let above = |path: &str| match path.rsplit_once('/') {
        Some((folder, _)) => folder.to_owned(),
        None => ".".to_owned(),
    };
    // coverage.py follows links before it looks whether a file is in one of the folders.
    let of_file = |file: &SourceFile| {
        let is_link = !file.real.ends_with(&format!("/{}", file.path));
        std::iter::once(above(&file.path)).chain(is_link.then(|| above(&file.real)))
    };
    let folders: BTreeSet<String> = files.into_iter().flat_map(of_file).collect();
    folders.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_characters_that_mean_something_is_still_a_pattern_for_itself() {
        let files = ["/p [q]/[a], $b/ü.py"].into();
        let absolute = neutral_configuration(&files, LeftOut::Nothing, None);
        assert!(absolute.ends_with("include =\n    /p??q?/?a????b/ü.py\n"), "{absolute}");
        let relative = neutral_configuration(&files, LeftOut::Nothing, Some("/p [q]"));
        assert!(relative.ends_with("include =\n    *?a????b/ü.py\n"), "{relative}");
    }

    #[test]
    fn a_file_behind_a_link_is_measured_where_it_is() {
        let link = SourceFile { path: "src/a.py".to_owned(), real: "/p/shared/b.py".to_owned() };
        assert_eq!(measured_folders(&[link]), ["/p/shared", "src"]);
    }

    #[test]
    fn the_folders_of_the_files_are_measured_themselves() {
        let files = [file("src/a/x.py"), file("src/a/y.py"), file("src/b.py"), file("top.py")];
        assert_eq!(measured_folders(&files), [".", "src", "src/a"]);
    }

    fn file(path: &str) -> SourceFile {
        SourceFile { path: path.to_owned(), real: format!("/p/{path}") }
    }
}
