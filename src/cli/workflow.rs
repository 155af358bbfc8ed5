//! What a step of GitHub Actions is told by files: its summary and its outputs. Not the annotations, which are a format.

use std::path::PathBuf;

use crate::model::assessment::Assessment;
use crate::report::{Format, Style, render, render_outputs};
use crate::sys::{file, variable};

use super::argument::Output;
use super::exit::Exit;
use super::failure::Failure;

/// The variables that name the files.
const SUMMARY: &str = "GITHUB_STEP_SUMMARY";
const OUTPUT: &str = "GITHUB_OUTPUT";

/// Appends to the files, where there are some and the format for GitHub was asked for.
pub(super) fn tell(
    assessment: &Assessment,
    exit: Exit,
    (format, outputs): (Format, &[Output]),
    style: &Style,
) -> Result<(), Failure> {
    for (variable, path) in files(format, outputs) {
        let text = match variable {
            SUMMARY => render(assessment, Format::Markdown, style),
            _ => render_outputs(assessment, exit.code()),
        };
        file::append_lines(&path, &text).map_err(|why| cannot_append(variable, &path, &why.to_string()))?;
    }
    Ok(())
}

/// Says before the work that it will not be possible.
pub(super) fn check(format: Format, outputs: &[Output]) -> Result<(), Failure> {
    for (variable, path) in files(format, outputs) {
        file::append_lines(&path, "").map_err(|why| cannot_append(variable, &path, &why.to_string()))?;
    }
    Ok(())
}

fn files(format: Format, outputs: &[Output]) -> Vec<(&'static str, PathBuf)> {
    let asked = format == Format::Github || outputs.iter().any(|output| output.format == Format::Github);
    let named = [SUMMARY, OUTPUT].into_iter().filter(|_| asked);
    named.filter_map(|name| Some((name, PathBuf::from(variable::get(name)?)))).collect()
}

fn cannot_append(variable: &str, path: &std::path::Path, why: &str) -> Failure {
    let mut failure = Failure::usage(
        format!("cannot append to `{}`", path.display()),
        format!("`{variable}` must name a file that can be written; or unset it"),
    );
    failure.causes.push(why.to_owned());
    failure
}
