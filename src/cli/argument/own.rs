//! The words of the verbs that are about the program itself: its files, its formats, its help.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use clap_complete::Shell;

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

/// `init`.
#[derive(Debug, Clone, Args)]
pub struct Init {
    /// The folder of the Python project [default: the current one]
    #[arg(value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
    /// Print the policy, and write nothing
    #[arg(long)]
    pub print: bool,
}

/// What `init --help` teaches.
pub(super) const INIT_EXAMPLES: &str = "\
Examples:
  tta-promote init              write promotion.toml here
  tta-promote init --print      see what would be written
  tta-promote init services/api

Components are the packages and modules in `src`, or in a folder `components` in it or in its
packages; without `src` those at the top; and those of each member of uv's workspace, or where
nothing else is found, of each folder in `packages` and `libs`. Each gets its paths and its tests:
all that lie in a folder of its own, else those whose names hold its own, or all where there is no
other component. A file that is there already is never written over. What it wrote is yours to
change: editors complete and check it by the schema in its first line.";

/// `completions`.
#[derive(Debug, Clone, Args)]
pub struct Completions {
    /// The shell: bash, elvish, fish, powershell or zsh
    #[arg(value_name = "SHELL", hide_possible_values = true)]
    pub shell: Shell,
}

/// What `completions --help` teaches.
pub(super) const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  tta-promote completions bash > ~/.local/share/bash-completion/completions/tta-promote
  tta-promote completions zsh > ~/.zfunc/_tta-promote
  tta-promote completions fish > ~/.config/fish/completions/tta-promote.fish";

/// `man`.
#[derive(Debug, Clone, Args)]
pub struct Man {
    /// Write the pages of the program and of all verbs to this folder; it is made where it is not there
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

/// What `man --help` teaches.
pub(super) const MAN_EXAMPLES: &str = "\
Examples:
  tta-promote man | man -l -                             read the page of the program
  tta-promote man --output ~/.local/share/man/man1       all pages";

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
