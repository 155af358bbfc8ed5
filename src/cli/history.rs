//! `history`: show what happened to a component, or why two of its measurements differ.

use crate::app::chronicle::{Which, explanation, history};
use crate::app::project::Workspace;
use crate::report::difference::{render_explanation, render_explanation_json};
use crate::report::history::{render_history, render_history_json};

use super::argument::{Global, History, ViewFormat, WhichRecord};
use super::exit::Exit;
use super::failure::Failure;
use super::{print, verify};

/// Carries out `history`.
pub(super) fn run(global: &Global, arguments: &History) -> Result<Exit, Failure> {
    let workspace = Workspace::load(global.config.as_deref())?;
    let component = &arguments.component;
    let style = verify::style(global, None);
    let text = if let Some([a, b]) = arguments.explain.as_deref() {
        let explanation = explanation(&workspace, component, (which(*a), which(*b)))?;
        match arguments.format {
            ViewFormat::Text => render_explanation(&explanation, &style),
            ViewFormat::Json => render_explanation_json(&explanation),
        }
    } else {
        let limit = arguments.limit.and_then(|limit| usize::try_from(limit).ok());
        let history = history(&workspace, component, limit)?;
        match arguments.format {
            ViewFormat::Text => render_history(&history, &style),
            ViewFormat::Json => render_history_json(&history),
        }
    };
    print::stdout(&text)?;
    Ok(Exit::Pass)
}

fn which(word: WhichRecord) -> Which {
    match word {
        WhichRecord::Record(seq) => Which::Record(seq),
        WhichRecord::Last => Which::Last,
        WhichRecord::Previous => Which::Previous,
    }
}
