//! Renderings of one assessment, one small file per format. Not a judge: a renderer shows what was decided
//! and decides nothing. The hard part: half of the text is the tools' and the project's, and is trusted
//! nowhere (`clean`, `markup`).

pub mod audit;
pub mod claims;
pub mod clean;
pub mod completion;
pub mod deployment;
pub mod difference;
pub mod document;
mod elapsed;
mod error_document;
mod grouping;
pub mod history;
pub mod issue_comment;
pub mod issue_document;
pub mod issue_form;
pub mod issue_mark;
mod json;
mod markdown;
mod markup;
mod moment;
pub mod observed;
mod obstacle;
mod page;
pub mod plan_document;
mod record_json;
#[cfg(test)]
mod record_sample;
pub mod revocation;
pub mod rollback;
pub mod rollback_account;
pub mod rollback_comment;
#[cfg(test)]
pub(crate) mod sample;
mod sign;
pub mod soak;
pub mod status;
mod summary;
mod surroundings;
mod template;
mod text;
mod text_check;
mod text_obstacle;
mod text_roster;

use std::io::{self, Write};

use crate::model::assessment::{Assessment, CheckAssessment};

pub use error_document::{ErrorDocument, render_error};
pub use json::{Heading, ReadError, read};
pub use page::Paint;

/// What an assessment can be rendered as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// For the terminal.
    Text,
    /// For programs; the published schema.
    Json,
    /// For a pull request comment.
    Markdown,
}

impl Format {
    /// All formats, in the order in which help lists them.
    pub const ALL: [Self; 3] = [Self::Text, Self::Json, Self::Markdown];

    /// The word that `--format` takes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Markdown => "markdown",
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

/// How the terminal verdict looks. The other formats look the same everywhere.
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
}

impl Default for Style {
    fn default() -> Self {
        Self { paint: Paint::Plain, verbosity: Verbosity::Normal, width: 80, logs: None }
    }
}

/// `assessment` as `format`, ending with a newline. `style` is for [`Format::Text`].
pub fn render(assessment: &Assessment, format: Format, style: &Style) -> String {
    match format {
        Format::Text => text::render(assessment, style),
        Format::Json => json::render(assessment),
        Format::Markdown => markdown::render(assessment),
    }
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
        Format::Json => json::render_to(assessment, out),
        Format::Text | Format::Markdown => out.write_all(render(assessment, format, style).as_bytes()),
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
