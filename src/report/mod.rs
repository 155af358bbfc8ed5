//! Renderings of one assessment, one small file per format. Not a judge: a renderer shows what was decided
//! and decides nothing. The hard part: half of the text is the tools' and the project's, and is trusted
//! nowhere (`clean`, `markup`).

pub mod attestation;
pub mod audit;
pub mod claims;
pub mod clean;
pub mod completion;
pub mod deployment;
pub mod difference;
pub mod document;
mod elapsed;
mod error_document;
mod fingerprint;
mod github;
mod gitlab;
mod grouping;
pub mod history;
mod html;
pub mod issue_comment;
pub mod issue_document;
pub mod issue_form;
pub mod issue_mark;
mod json;
mod junit;
mod locator;
mod markdown;
mod markup;
mod moment;
pub mod observed;
mod obstacle;
mod page;
pub mod plan_document;
mod problem;
pub mod readiness;
mod record_json;
#[cfg(test)]
mod record_sample;
pub mod revocation;
pub mod rollback;
pub mod rollback_account;
pub mod rollback_comment;
#[cfg(test)]
pub(crate) mod sample;
mod sarif;
mod sign;
pub mod soak;
mod soak_json;
mod source_line;
pub mod status;
mod summary;
mod surroundings;
mod template;
mod text;
mod text_check;
mod text_obstacle;
mod text_roster;
mod verdict_page;
mod waived;

use std::io::{self, Write};

use crate::model::assessment::{Assessment, CheckAssessment};

pub use error_document::{ErrorDocument, render_error, schema as error_schema};
pub use github::render_outputs;
pub use json::{Heading, ReadError, read, schema as assessment_schema};
pub use locator::Checkout;
pub use page::Paint;
pub use sarif::beyond as beyond_sarif;
pub use source_line::SourceLines;
pub use waived::recorded_until;

/// What an assessment can be rendered as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// For the terminal.
    Text,
    /// For programs; the published schema.
    Json,
    /// For a pull request comment.
    Markdown,
    /// For CI systems that show tests.
    Junit,
    /// For code scanning: SARIF 2.1.0.
    Sarif,
    /// For a step of GitHub Actions: annotations.
    Github,
    /// For merge requests of GitLab: Code Quality.
    Gitlab,
    /// For a browser: one page that loads nothing.
    Html,
}

impl Format {
    /// All formats, in the order in which help lists them.
    pub const ALL: [Self; 8] = [
        Self::Text,
        Self::Json,
        Self::Markdown,
        Self::Junit,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::Html,
    ];

    /// The word that `--format` takes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Junit => "junit",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Html => "html",
        }
    }

    /// The format of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

/// How much the terminal verdict says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Verbosity {
    /// The last line alone, unwrapped: for scripts.
    Quiet,
    /// What a developer reads.
    #[default]
    Normal,
    /// With every command line, every version and the place of the logs.
    Verbose,
}

/// How the terminal verdict looks, and where forges find the files. Else the formats look the same everywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Style {
    /// With or without colour.
    pub paint: Paint,
    /// How much is said.
    pub verbosity: Verbosity,
    /// The terminal's width in cells; below 60 it is taken as 60.
    pub width: usize,
    /// Where the tools' logs are, for `Verbosity::Verbose`; `None` where they were not kept.
    pub logs: Option<String>,
    /// Where the project is in its repository.
    pub checkout: Checkout,
    /// Lines of files that a page shows beside findings.
    pub lines: SourceLines,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            paint: Paint::Plain,
            verbosity: Verbosity::Normal,
            width: 80,
            logs: None,
            checkout: Checkout::default(),
            lines: SourceLines::default(),
        }
    }
}

/// `assessment` as `format`, ending with a newline. `style` is for [`Format::Text`], but for the checkout.
///
/// # Panics
/// Never: memory can be written, and every format is UTF-8.
pub fn render(assessment: &Assessment, format: Format, style: &Style) -> String {
    let mut text = Vec::new();
    render_to(assessment, format, style, &mut text).expect("memory can be written");
    String::from_utf8(text).expect("every format is UTF-8")
}

/// The value of a check beside its bound, on one line; it may hold untrusted text.
pub fn summary_of(check: &CheckAssessment) -> String {
    clean::one_line(&summary::summary(check))
}

/// As [`render`], written as it is made.
///
/// # Errors
/// What `out` meets.
pub fn render_to(
    assessment: &Assessment,
    format: Format,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Text => out.write_all(text::render(assessment, style).as_bytes()),
        Format::Json => json::render_to(assessment, out),
        Format::Markdown => out.write_all(markdown::render(assessment).as_bytes()),
        Format::Junit => junit::render_to(assessment, out),
        Format::Sarif => sarif::render_to(assessment, &style.checkout, out),
        Format::Github => github::render_to(assessment, &style.checkout, out),
        Format::Gitlab => gitlab::render_to(assessment, &style.checkout, out),
        Format::Html => out.write_all(verdict_page::render(assessment, &style.lines).as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_name_and_no_other_word_names_one() {
        for format in Format::ALL {
            assert_eq!(Format::from_name(format.name()), Some(format));
        }
        assert_eq!(Format::from_name("yaml"), None);
        assert_eq!(Format::from_name("JSON"), None);
    }

    #[test]
    fn every_format_of_every_sample_ends_with_one_newline() {
        for assessment in sample::all() {
            for format in Format::ALL {
                let text = render(&assessment, format, &Style::default());
                assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{text}");
            }
        }
    }
}
