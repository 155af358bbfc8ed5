//! gh, the GitHub client: what it is told, and (exit, bytes) to facts or to why there are none.
//! Not the decision what to do: GitHub is a projection, and the ledger holds the truth.
//!
//! The hard part: gh has no time limit and does not try again, and of most failures it cannot be told whether the
//! act was done all the same. [`Failure::leaves_open`] says of which; whoever acts looks again before it acts again.
//! Nothing secret is ever an argument: bodies go through files, the token through the environment.

mod failure;

pub use failure::{Failure, leaves_open};

use jiff::Timestamp;
use serde::Deserialize;

use crate::model::run::Exit;

/// The executable.
pub const EXECUTABLE: &str = "gh";
/// How many issues are listed, the newest first. An issue of a promotion under way is among the newest.
const MOST_ISSUES: &str = "10000";
/// How many labels are listed.
const MOST_LABELS: &str = "2000";
/// What GitHub calls those who work on a repository.
const INSIDERS: [&str; 3] = ["OWNER", "MEMBER", "COLLABORATOR"];
/// The longest body that GitHub takes, in characters.
pub const LONGEST_BODY: usize = 65_536;
/// The longest title that GitHub takes, in characters.
pub const LONGEST_TITLE: usize = 256;
/// The longest label that GitHub takes, in characters.
pub const LONGEST_LABEL: usize = 50;

/// An issue as GitHub showed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Its number.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Its text.
    pub body: String,
    /// Whether it is open.
    pub open: bool,
    /// Its address.
    pub url: String,
    /// The names of its labels.
    pub labels: Vec<String>,
    /// When it was opened.
    pub created: Timestamp,
    /// Who opened it; empty where the account is gone.
    pub author: String,
}

/// A comment on an issue of ours as GitHub showed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Its address.
    pub url: String,
    /// Its text.
    pub text: String,
    /// Who wrote it; empty where the account is gone.
    pub author: String,
    /// Whether the author is known to work on the repository, or is the one whose token gh has.
    pub is_insider: bool,
    /// Whether the author opened the issue, as an app may that is no member of anything.
    pub is_opener: bool,
}

impl Comment {
    /// Whether its author's word counts on an issue that is ours: anybody may write our mark.
    pub fn is_believed(&self) -> bool {
        self.is_insider || self.is_opener
    }
}

/// What is to be changed of an issue; nothing where it is as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edit<'a> {
    /// The new title.
    pub title: Option<&'a str>,
    /// The file with the new body.
    pub body_file: Option<&'a str>,
    /// Labels that it has not.
    pub add_labels: &'a [String],
    /// Labels that it has and is to lose.
    pub remove_labels: &'a [String],
}

/// Lists all issues, the newest first. By listing and not by searching: GitHub's search lags behind.
pub fn list_issues(repository: &str) -> Vec<String> {
    let fields = "number,title,body,state,url,labels,createdAt,author";
    let options = ["--state", "all", "--limit", MOST_ISSUES, "--json", fields];
    argv(&["issue", "list"], repository, options)
}

/// Opens an issue with labels that are there.
pub fn create_issue(repository: &str, title: &str, body_file: &str, labels: &[String]) -> Vec<String> {
    let mut argv = argv(&["issue", "create"], repository, ["--title", title, "--body-file", body_file]);
    push_each(&mut argv, "--label", labels);
    argv
}

/// Changes an issue.
pub fn edit_issue(repository: &str, number: u64, edit: &Edit<'_>) -> Vec<String> {
    let mut argv = argv(&["issue", "edit", &number.to_string()], repository, []);
    for (option, value) in [("--title", edit.title), ("--body-file", edit.body_file)] {
        if let Some(value) = value {
            argv.extend([option.to_owned(), value.to_owned()]);
        }
    }
    push_each(&mut argv, "--add-label", edit.add_labels);
    push_each(&mut argv, "--remove-label", edit.remove_labels);
    argv
}

/// Closes an issue as done.
pub fn close_issue(repository: &str, number: u64) -> Vec<String> {
    argv(&["issue", "close", &number.to_string()], repository, ["--reason", "completed"])
}

/// Comments on an issue.
pub fn comment(repository: &str, number: u64, body_file: &str) -> Vec<String> {
    argv(&["issue", "comment", &number.to_string()], repository, ["--body-file", body_file])
}

/// Shows the comments of an issue, and who opened it.
pub fn list_comments(repository: &str, number: u64) -> Vec<String> {
    argv(&["issue", "view", &number.to_string()], repository, ["--json", "author,comments"])
}

/// Lists all labels.
pub fn list_labels(repository: &str) -> Vec<String> {
    argv(&["label", "list"], repository, ["--limit", MOST_LABELS, "--json", "name"])
}

/// Makes a label; the colour is six hexadecimal digits.
pub fn create_label(repository: &str, name: &str, colour: &str, description: &str) -> Vec<String> {
    let options = ["--color", colour, "--description", description];
    let mut argv = argv(&["label", "create"], repository, options);
    // The name comes last, after a mark that it is no option, however it begins.
    argv.extend(["--".to_owned(), name.to_owned()]);
    argv
}

fn argv<'a>(verb: &[&str], repository: &'a str, options: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let options = ["--repo", repository].into_iter().chain(options).map(str::to_owned);
    [EXECUTABLE].iter().chain(verb).map(|word| (*word).to_owned()).chain(options).collect()
}

fn push_each(argv: &mut Vec<String>, option: &str, values: &[String]) {
    argv.extend(values.iter().flat_map(|value| [option.to_owned(), value.clone()]));
}

/// The issues that [`list_issues`] printed.
pub fn read_issues(exit: Exit, stdout: &[u8], stderr: &str) -> Result<Vec<Issue>, Failure> {
    let raw: Vec<RawIssue> = read_json(exit, stdout, stderr)?;
    let label = |label: RawLabel| label.name;
    let issue = |raw: RawIssue| Issue {
        number: raw.number,
        title: raw.title,
        body: raw.body,
        open: raw.state.eq_ignore_ascii_case("open"),
        url: raw.url,
        labels: raw.labels.into_iter().map(label).collect(),
        created: raw.created,
        author: account(raw.author),
    };
    Ok(raw.into_iter().map(issue).collect())
}

/// The names that [`list_labels`] printed.
pub fn read_labels(exit: Exit, stdout: &[u8], stderr: &str) -> Result<Vec<String>, Failure> {
    let raw: Vec<RawLabel> = read_json(exit, stdout, stderr)?;
    Ok(raw.into_iter().map(|label| label.name).collect())
}

/// The comments that [`list_comments`] printed.
pub fn read_comments(exit: Exit, stdout: &[u8], stderr: &str) -> Result<Vec<Comment>, Failure> {
    let raw: RawComments = read_json(exit, stdout, stderr)?;
    let opener = account(raw.author);
    let comment = |raw: RawComment| {
        let author = account(raw.author);
        Comment {
            url: raw.url,
            text: raw.body,
            is_insider: raw.is_own || INSIDERS.contains(&raw.association.as_str()),
            is_opener: !author.is_empty() && author == opener,
            author,
        }
    };
    Ok(raw.comments.into_iter().map(comment).collect())
}

/// The name of an account. Of an app, an issue has it with `app/` before it, and a comment without.
fn account(raw: Option<RawAccount>) -> String {
    let login = raw.map(|account| account.login).unwrap_or_default();
    login.strip_prefix("app/").map(str::to_owned).unwrap_or(login)
}

/// The number and address of the issue that [`create_issue`], [`edit_issue`] or [`comment`] printed.
pub fn read_address(exit: Exit, stdout: &[u8], stderr: &str) -> Result<(u64, String), Failure> {
    succeeded(exit, stderr)?;
    let text = String::from_utf8_lossy(stdout);
    let address =
        text.lines().rev().map(str::trim).find_map(|line| Some((number_of(line)?, line.to_owned())));
    address.ok_or_else(|| Failure::Unreadable("it printed no address of an issue".to_owned()))
}

/// That [`create_label`] made it, or that it was there.
pub fn read_made(exit: Exit, stderr: &str) -> Result<(), Failure> {
    match succeeded(exit, stderr) {
        Err(Failure::LabelExists) => Ok(()),
        other => other,
    }
}

/// That what changes an issue and prints nothing of use came to a good end.
pub fn read_done(exit: Exit, stderr: &str) -> Result<(), Failure> {
    succeeded(exit, stderr)
}

/// The number in the address of an issue, or of a comment on it.
fn number_of(address: &str) -> Option<u64> {
    if !address.starts_with("https://") && !address.starts_with("http://") {
        return None;
    }
    let (_, number) = address.rsplit_once("/issues/")?;
    number.split(['#', '?']).next()?.parse().ok()
}

fn succeeded(exit: Exit, stderr: &str) -> Result<(), Failure> {
    match exit {
        Exit::Code(0) => Ok(()),
        other => Err(Failure::of(other, stderr)),
    }
}

fn read_json<'a, T: Deserialize<'a>>(exit: Exit, stdout: &'a [u8], stderr: &str) -> Result<T, Failure> {
    succeeded(exit, stderr)?;
    serde_json::from_slice(stdout).map_err(|error| Failure::Unreadable(error.to_string()))
}

#[derive(Deserialize)]
struct RawIssue {
    number: u64,
    title: String,
    body: String,
    state: String,
    url: String,
    labels: Vec<RawLabel>,
    #[serde(rename = "createdAt")]
    created: Timestamp,
    #[serde(default)]
    author: Option<RawAccount>,
}

#[derive(Deserialize)]
struct RawLabel {
    name: String,
}

#[derive(Deserialize)]
struct RawComments {
    #[serde(default)]
    author: Option<RawAccount>,
    comments: Vec<RawComment>,
}

#[derive(Deserialize)]
struct RawComment {
    #[serde(default)]
    url: String,
    body: String,
    #[serde(default)]
    author: Option<RawAccount>,
    #[serde(default, rename = "authorAssociation")]
    association: String,
    #[serde(default, rename = "viewerDidAuthor")]
    is_own: bool,
}

#[derive(Deserialize)]
struct RawAccount {
    #[serde(default)]
    login: String,
}

/// A body that GitHub takes: `body`, or its beginning with a note that it was cut, between lines where it can be.
pub fn fitting_body(body: &str) -> String {
    const NOTE: &str = "\n\n*The rest does not fit here and was cut.*\n";
    let Some((end, _)) = body.char_indices().nth(LONGEST_BODY) else {
        return body.to_owned();
    };
    let room = LONGEST_BODY - NOTE.chars().count();
    let end = body[..end].char_indices().nth(room).map_or(end, |(at, _)| at);
    let cut = body[..end].rfind('\n').filter(|at| *at > end / 2).unwrap_or(end);
    format!("{}{NOTE}", &body[..cut])
}

/// A title that GitHub takes.
pub fn fitting_title(title: &str) -> String {
    match title.char_indices().nth(LONGEST_TITLE - 1) {
        Some((end, last)) if end + last.len_utf8() < title.len() => format!("{}…", &title[..end]),
        _ => title.to_owned(),
    }
}

/// Whether a body that GitHub shows is the one that was sent: it may have come back with other line ends.
pub fn is_same_body(shown: &str, sent: &str) -> bool {
    let lines = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
    lines(shown) == lines(sent)
}

#[cfg(test)]
mod tests;
