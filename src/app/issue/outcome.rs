//! What comes of `issue`: a report, or why there is none. Not how it comes about.

use crate::app::ledgers::LedgerFault;
use crate::lifecycle::Obstacle;
use crate::model::stage::Stage;
use crate::report::issue_form::TemplateError;
use crate::tools::gh::Failure;

/// Whether labels may be made that are missing.
#[derive(Clone, Copy)]
pub enum Consent<'a> {
    /// Yes.
    Given,
    /// A person can be asked.
    Asked(&'a dyn Fn(&[String]) -> bool),
    /// Nobody said so.
    Withheld,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// The issue was opened.
    Opened,
    /// It was changed.
    Updated,
    /// It was there and said what it should.
    UpToDate,
    /// It would be opened.
    WouldOpen,
    /// It would be changed.
    WouldUpdate,
}

impl Deed {
    /// The word in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Updated => "updated",
            Self::UpToDate => "up_to_date",
            Self::WouldOpen => "would_open",
            Self::WouldUpdate => "would_update",
        }
    }
}

/// An issue on GitHub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its number.
    pub number: u64,
    /// Its address.
    pub url: String,
}

/// A further issue of the same promotion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Double {
    /// Where it is.
    pub place: Place,
    /// Whether it is open, so that somebody should close it.
    pub open: bool,
}

impl Double {
    /// What people are told of it beside the issue that was taken.
    pub fn words(&self, taken: Option<&Place>) -> String {
        let Place { number, url } = &self.place;
        let taken = taken.map(|taken| format!("issue #{} was taken", taken.number)).unwrap_or_default();
        if self.open {
            format!(
                "issue #{number} has the mark of this promotion too; look at it and close it: {url} ({taken})"
            )
        } else {
            format!("issue #{number} has the mark of this promotion too, and is closed: {url} ({taken})")
        }
    }
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Report {
    /// The component.
    pub component: String,
    /// The promotion.
    pub promotion: String,
    /// `owner/name`.
    pub repository: String,
    /// What was done, or would be.
    pub deed: Deed,
    /// The issue, where there is one.
    pub issue: Option<Place>,
    /// Further issues of the same promotion.
    pub others: Vec<Double>,
    /// Its title.
    pub title: String,
    /// Its labels.
    pub labels: Vec<String>,
    /// Labels that were made, or would have to be.
    pub made: Vec<String>,
    /// Its text.
    pub body: String,
    /// What else was told, or is owed, one sentence each.
    pub remarks: Vec<String>,
    /// Why GitHub could not be asked; only where nothing was to be done.
    pub unasked: Option<Failure>,
}

/// Why there is no issue, or none that says what it should.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// There is no such component.
    #[error("there is no component `{name}`")]
    Unknown {
        /// What was asked for.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// The policy names no repository.
    #[error("the policy does not say where issues are opened")]
    NoRepository,
    /// There is no stage above.
    #[error("`{0}` is in production, and there is no stage above")]
    Top(String),
    /// The gate was not passed, or not by what is there.
    #[error("no issue for `{component}`: it may not be promoted to {to}")]
    Refused {
        /// The component.
        component: String,
        /// Where it would go.
        to: Stage,
        /// What stands in the way.
        obstacles: Vec<Obstacle>,
    },
    /// The priority cannot be a label.
    #[error("the priority `{0}` cannot be a label")]
    NoLabel(String),
    /// The project's template cannot be read.
    #[error("cannot read the template `{file}`")]
    NoTemplate {
        /// The file.
        file: String,
        /// Where the policy names it.
        place: String,
        /// Why not.
        why: String,
    },
    /// The project's template cannot be filled.
    #[error("cannot fill the template of promotion issues")]
    Template(#[from] TemplateError),
    /// Labels are missing, and nobody said that they may be made.
    #[error("`{repository}` lacks labels")]
    LabelsMissing {
        /// The repository.
        repository: String,
        /// The labels.
        labels: Vec<String>,
    },
    /// The issue was closed.
    #[error("issue #{} of this promotion is closed", .0.number)]
    Closed(Place),
    /// An issue has the mark, and nothing else that tells that it is ours.
    #[error("issue #{} has the mark of this promotion, and may be somebody else's", .0.number)]
    Doubtful(Place),
    /// GitHub failed. It is recorded as owed.
    #[error("the promotion issue is owed: GitHub could not be told")]
    Owed(Failure),
    /// Another process is at it, or has been meanwhile. Nothing was done, and nothing recorded.
    #[error("{0}")]
    Busy(String),
    /// We were asked to stop.
    #[error("interrupted")]
    Interrupted,
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerFault),
    /// We could not do our work.
    #[error(transparent)]
    Other(#[from] anyhow::Error),
}
