//! Why gh did not do what it was told, from its exit and its complaint, and what to do about it.
//! Not whether to go on: a promotion does, and owes what failed.

use crate::model::run::Exit;

use super::{LONGEST_BODY, LONGEST_TITLE};

/// Why there is no answer from GitHub.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// There is no such executable.
    #[error("`gh` is not installed")]
    NotInstalled,
    /// It has no token.
    #[error("`gh` has no token for GitHub")]
    NoToken,
    /// GitHub does not take the token.
    #[error("GitHub does not accept the token of `gh`")]
    BadToken,
    /// The token may not do it.
    #[error("the token of `gh` may not do this: {0}")]
    Forbidden(String),
    /// A label is not there; nothing was done.
    #[error("the label `{0}` is not there")]
    LabelMissing(String),
    /// The label to be made is there.
    #[error("the label is there already")]
    LabelExists,
    /// The repository has no issues.
    #[error("issues are disabled in the repository")]
    IssuesDisabled,
    /// The title or the body is longer than GitHub takes.
    #[error("the {0} is longer than GitHub accepts")]
    TooLong(&'static str),
    /// Repository or issue are not there, or not for this token.
    #[error("GitHub found nothing of that name: {0}")]
    NotFound(String),
    /// The conversation is locked.
    #[error("the issue is locked")]
    Locked,
    /// Too many requests.
    #[error("GitHub takes no more requests for a while")]
    RateLimited,
    /// GitHub could not be reached, or the answer was lost.
    #[error("GitHub could not be reached, or its answer was lost: {0}")]
    Network(String),
    /// GitHub failed.
    #[error("GitHub failed: {0}")]
    Server(String),
    /// No answer within the limit.
    #[error("GitHub did not answer in time")]
    TimedOut,
    /// It was not asked, since it cannot be seen to that nobody else tells it the same.
    #[error("GitHub was not asked: {0}")]
    NotOurTurn(String),
    /// We were asked to stop.
    #[error("it was interrupted")]
    Interrupted,
    /// What it printed is not what it prints.
    #[error("the answer of `gh` cannot be read: {0}")]
    Unreadable(String),
    /// Anything else.
    #[error("`gh` failed: {0}")]
    Other(String),
}

impl Failure {
    /// That of a run that did not end with 0.
    pub(super) fn of(exit: Exit, stderr: &str) -> Self {
        match exit {
            Exit::NotFound => Self::NotInstalled,
            Exit::TimedOut => Self::TimedOut,
            Exit::Interrupted => Self::Interrupted,
            Exit::Flooded => Self::Unreadable("it printed without end".to_owned()),
            Exit::Signal(signal) => Self::Other(format!("it was ended by signal {signal}")),
            Exit::Code(4) => Self::NoToken,
            Exit::Code(code) => Self::told(code, stderr),
        }
    }

    /// By the words: 1 is gh's exit code for everything but a missing token.
    fn told(code: i32, stderr: &str) -> Self {
        let line = stderr.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        let said = if line.is_empty() { format!("it ended with exit code {code}") } else { line.to_owned() };
        // One of its two libraries for GraphQL says `HTTP 502`, the other `non-200 OK status code: 502`.
        let low = stderr.to_lowercase().replace("status code: ", "http ");
        let has = |words: &[&str]| words.iter().any(|word| low.contains(word));
        if let Some(label) = missing_label(line) {
            return Self::LabelMissing(label);
        }
        if has(&["rate limit", "submitted too quickly", "http 429", "abuse detection"]) {
            return Self::RateLimited;
        }
        if low.contains("already exists") && low.contains("label") {
            return Self::LabelExists;
        }
        if has(&["has disabled issues", "issues has been disabled", "issues are disabled", "http 410"]) {
            return Self::IssuesDisabled;
        }
        if low.contains("is too long") {
            return Self::TooLong(if low.contains("title is too long") { "title" } else { "body" });
        }
        if has(&["locked"]) {
            return Self::Locked;
        }
        if has(&["http 401", "bad credentials"]) {
            return Self::BadToken;
        }
        if has(&["gh auth login"]) {
            return Self::NoToken;
        }
        if has(&["http 5"]) {
            return Self::Server(said);
        }
        if has(&["http 404", "could not resolve to a", "could not resolve to an"]) {
            return Self::NotFound(said);
        }
        if has(&["http 403", "resource not accessible", "must have", "forbidden", "does not have permission"])
        {
            return Self::Forbidden(said);
        }
        if has(&NETWORK) {
            return Self::Network(said);
        }
        Self::Other(said)
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::NotInstalled => "install it from https://cli.github.com, and run this again".to_owned(),
            Self::NoToken | Self::BadToken => {
                "run `gh auth login`, or set `GH_TOKEN`; in a GitHub workflow: `GH_TOKEN: ${{ github.token }}`"
                    .to_owned()
            }
            Self::Forbidden(_) => {
                "give the token the right to write issues; in a GitHub workflow: `permissions: issues: write`"
                    .to_owned()
            }
            Self::LabelMissing(_) | Self::LabelExists => {
                "make the label on GitHub, or let `--yes` make it, and run this again".to_owned()
            }
            Self::IssuesDisabled => {
                "enable issues in the repository's settings, or correct `repository` in `promotion.toml`"
                    .to_owned()
            }
            Self::TooLong(_) => {
                format!("make it shorter: at most {LONGEST_TITLE} characters for a title, {LONGEST_BODY} for a body")
            }
            Self::NotFound(_) => {
                "correct `repository` in `promotion.toml`, or give the token access to it".to_owned()
            }
            Self::NotOurTurn(_) => "run this again: it looks first what was told".to_owned(),
            Self::Locked => "unlock the conversation on GitHub, and run this again".to_owned(),
            Self::RateLimited => "run this again in an hour".to_owned(),
            Self::Network(_) | Self::Server(_) | Self::TimedOut | Self::Interrupted => {
                "run this again: it looks first whether the work was done, and does nothing twice".to_owned()
            }
            Self::Unreadable(_) | Self::Other(_) => {
                "see whether `gh issue list` works by hand; version 2.23 or later is needed".to_owned()
            }
        }
    }

    /// Whether the act may have been done all the same, so that one has to look before it is tried again.
    pub fn leaves_open(&self) -> bool {
        match self {
            Self::Network(_)
            | Self::Server(_)
            | Self::TimedOut
            | Self::Interrupted
            | Self::Unreadable(_)
            | Self::Other(_) => true,
            Self::NotInstalled
            | Self::NoToken
            | Self::BadToken
            | Self::Forbidden(_)
            | Self::LabelMissing(_)
            | Self::LabelExists
            | Self::IssuesDisabled
            | Self::TooLong(_)
            | Self::NotFound(_)
            | Self::Locked
            | Self::NotOurTurn(_)
            | Self::RateLimited => false,
        }
    }
}

/// Whether a failure that was written down leaves it open whether the act was done. In doubt it does.
pub fn leaves_open(written: &str) -> bool {
    const DEFINITE: [&str; 11] = [
        "`gh` is not installed",
        "`gh` has no token",
        "GitHub does not accept the token",
        "the token of `gh` may not",
        "the label `",
        "issues are disabled",
        "is longer than GitHub accepts",
        "GitHub found nothing of that name",
        "the issue is locked",
        "GitHub takes no more requests",
        "GitHub was not asked: ",
    ];
    !DEFINITE.iter().any(|definite| written.contains(definite))
}

/// What Go's network library says where there is no answer.
const NETWORK: [&str; 12] = [
    "error connecting to",
    "dial ",
    "no such host",
    "connection refused",
    "connection reset",
    "broken pipe",
    "timeout",
    "deadline exceeded",
    "tls",
    "eof",
    "network is unreachable",
    "certificate",
];

/// The label in `could not add label: 'x' not found`.
fn missing_label(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("could not add label: '")?;
    rest.strip_suffix("' not found").map(str::to_owned)
}
