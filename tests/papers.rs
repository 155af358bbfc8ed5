//! What README and help say is what the program does.

use std::path::Path;

use clap::CommandFactory as _;
use tta_promote::cli::argument::CommandLine;
use tta_promote::cli::exit::Exit;
use tta_promote::policy::{Document, read};

#[expect(clippy::disallowed_methods, reason = "a test reads the repository's own papers")]
fn readme() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("the README")
}

#[test]
fn the_readme_names_every_exit_code_and_no_other() {
    let readme = readme();
    let table =
        readme.split("## Exit codes").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("the table");
    let rows: Vec<&str> =
        table.lines().filter(|line| line.starts_with("| ") && !line.contains("code |")).collect();
    let expected: Vec<String> =
        Exit::ALL.iter().map(|exit| format!("| {} | {} |", exit.code(), exit.meaning())).collect();
    assert_eq!(rows, expected);
}

#[test]
fn the_help_names_every_exit_code() {
    let help = CommandLine::command().render_long_help().to_string();
    for exit in Exit::ALL {
        assert!(help.contains(&format!("{:>3}  {}", exit.code(), exit.meaning())), "{exit:?}");
    }
}

#[test]
fn the_readme_is_short() {
    assert!(readme().lines().count() <= 150);
}

#[test]
fn the_policy_in_the_readme_is_one() {
    let readme = readme();
    let text = readme.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a policy");
    let document = Document { file: "promotion.toml".to_owned(), text: text.to_owned() };
    let policy = read(&document, &[]).expect("no fault");
    assert_eq!(policy.components.len(), 1);
}

#[test]
fn every_option_that_the_readme_shows_is_known() {
    let command = CommandLine::command();
    let known: Vec<String> = command
        .get_subcommands()
        .chain([&command])
        .flat_map(clap::Command::get_arguments)
        .filter_map(|argument| argument.get_long().map(|long| format!("--{long}")))
        .chain(["--help".to_owned(), "--version".to_owned(), "--path".to_owned(), "--locked".to_owned()])
        .collect();
    let readme = readme();
    let words = readme.split(|c: char| c.is_whitespace() || "`|=".contains(c));
    let is_option =
        |word: &&str| word.strip_prefix("--").is_some_and(|name| name.starts_with(char::is_alphabetic));
    for word in words.filter(is_option) {
        assert!(known.iter().any(|known| known == word), "{word}");
    }
}
