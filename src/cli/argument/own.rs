//! The words of the verbs that are about the program itself: its files, its formats, its help.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};

use crate::app::schema::DOCUMENTS;

/// `schema`.
#[derive(Debug, Clone, Args)]
pub struct Schema {
    /// The document; left out: list what there is
    #[arg(
        value_name = "NAME",
        value_parser = PossibleValuesParser::new(DOCUMENTS.map(|one| one.name)),
        hide_possible_values = true,
        conflicts_with = "all"
    )]
    pub name: Option<String>,
    /// Write all of them, each to a file of its own
    #[arg(long, requires = "output")]
    pub all: bool,
    /// The folder that `--all` writes to; it is made where it is not there
    #[arg(long, value_name = "DIR", requires = "all")]
    pub output: Option<PathBuf>,
}

/// What `schema --help` teaches.
pub(super) const SCHEMA_EXAMPLES: &str = "\
Examples:
  tta-promote schema                              which documents there are
  tta-promote schema promotion                    that of promotion.toml
  tta-promote schema --all --output schemas       all of them, as NAME.schema.json

Each is a JSON Schema, draft 2020-12, made from the types that the document is written by. Editors
complete and check promotion.toml where its first line is `#:schema` and the address of its schema,
as in what `tta-promote init` writes.";

/// `cache`.
#[derive(Debug, Clone, Args)]
pub struct Cache {
    /// What to do; left out: show what is kept
    #[command(subcommand)]
    pub act: Option<CacheAct>,
}

/// What to do with what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum CacheAct {
    /// Take away what is kept of all projects
    Clear,
}
