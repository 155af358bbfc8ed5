//! A template filled with values, or what is wrong with it and where. Not the values.
//!
//! Nothing is escaped here: the values come as text that is safe in Markdown. The steps that a template may take are
//! counted, so that it ends.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior};
use serde::Serialize;

use super::clean;

/// How many steps a template may take.
const STEPS: u64 = 1_000_000;

/// Why a template could not be filled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", self.place())]
pub struct TemplateError {
    /// The template's file, as people name it.
    pub file: String,
    /// The line, from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl TemplateError {
    fn place(&self) -> String {
        match self.line {
            Some(line) => format!("line {line} of `{}`", self.file),
            None => format!("`{}`", self.file),
        }
    }
}

/// The text of the template in `file` with those values.
pub(super) fn fill(file: &str, template: &str, values: &impl Serialize) -> Result<String, TemplateError> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    // A line with nothing but a tag leaves no empty line behind.
    let syntax = SyntaxConfig::builder().trim_blocks(true).build().expect("the usual delimiters");
    environment.set_syntax(syntax);
    environment.set_fuel(Some(STEPS));
    environment.set_debug(true);
    let filled = environment.add_template(file, template).and_then(|()| {
        let template = environment.get_template(file)?;
        template.render(Serde(values))
    });
    filled.map_err(|error| fault(file, template, &error))
}

fn fault(file: &str, template: &str, error: &minijinja::Error) -> TemplateError {
    let at = error.range().and_then(|range| template.get(range)).map(clean::one_line);
    let literal = at.filter(|text| !text.is_empty()).map(|text| format!(": `{}`", text.replace('`', "'")));
    let literal = literal.unwrap_or_default();
    let known = "values are `component`, `status`, `verification`, `blockers`, `overrides`, `deployment`, `timeline`, `documents`, \
                 `promotion`; what may be none is asked with `if`";
    let (message, hint) = match error.kind() {
        ErrorKind::UndefinedError => (format!("there is no such value{literal}"), known.to_owned()),
        ErrorKind::UnknownFilter => (format!("there is no such filter{literal}"), "take it out".to_owned()),
        ErrorKind::UnknownTest => (format!("there is no such test{literal}"), "take it out".to_owned()),
        ErrorKind::UnknownFunction => {
            (format!("there is no such function{literal}"), "take it out".to_owned())
        }
        ErrorKind::OutOfFuel => ("it takes too many steps".to_owned(), "shorten its loops".to_owned()),
        other => {
            let detail = error.detail().map_or_else(|| other.to_string(), clean::one_line);
            (
                format!("{detail}{literal}"),
                "correct the template, or take `github.template` out of the policy".to_owned(),
            )
        }
    };
    TemplateError { file: file.to_owned(), line: error.line(), message, hint }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(template: &str) -> Result<String, TemplateError> {
        fill("docs/issue.md", template, &minijinja::context! { name => "`carbon`", nothing => None::<u8> })
    }

    #[test]
    fn values_stand_in_it_as_they_are() {
        assert_eq!(filled("a {{ name }} <b> {{ nothing or \"–\" }}\n").as_deref(), Ok("a `carbon` <b> –"));
    }

    #[test]
    fn each_fault_names_its_line_and_what_to_do() {
        for (template, line, message) in [
            ("\n\n{{ nme }}", 3, "there is no such value: `nme`"),
            ("\n{{ name.title.x }}", 2, "there is no such value"),
            ("{% if %}", 1, "unexpected end of block"),
            ("a\n{% for x in name %}", 2, "unexpected end of input"),
            ("{{ name | shout }}", 1, "there is no such filter"),
            ("{{ shout() }}", 1, "there is no such function"),
            ("{% include 'secrets' %}", 1, "unknown statement include"),
            (
                "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}",
                1,
                "it takes too many steps",
            ),
        ] {
            let fault = filled(template).expect_err(template);
            assert_eq!(fault.line, Some(line), "{template}: {fault}");
            assert!(fault.message.starts_with(message), "{template}: {}", fault.message);
            assert!(fault.to_string().starts_with(&format!("line {line} of `docs/issue.md`: ")));
            assert!(!fault.hint.is_empty());
        }
    }
}
