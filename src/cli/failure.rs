//! What went wrong with our own work, in three lines: error, cause, hint.

use std::fmt::Write as _;

use crate::app::attest::Refusal;
use crate::app::attestation::Unreadable;
use crate::app::audit::AuditError;
use crate::app::change::AffectedError;
use crate::app::choice::ChoiceError;
use crate::app::chronicle::NoMeasurement;
use crate::app::deploy::turn::Busy;
use crate::app::issue::IssueError;
use crate::app::ledgers::LedgerFault;
use crate::app::project::LoadError;
use crate::app::selection::SelectionError;
use crate::model::policy::Fault;
use crate::report::clean::one_line;
use crate::report::{ErrorDocument, render_error};
use crate::sys::change::ChangeError;
use crate::sys::ledger_file::LedgerError;
use crate::sys::run_folder::NoPlace;

use super::exit::Exit;

/// How many defects of a ledger are named.
const DEFECTS: usize = 10;
/// How many measurements are named that could be meant.
const MEASUREMENTS: usize = 8;

/// A failure, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What the process ends with.
    pub exit: Exit,
    /// What could not be done.
    pub message: String,
    /// Why, the nearest first.
    pub causes: Vec<String>,
    /// What to do.
    pub hint: Option<String>,
    /// Faults of the policy.
    pub faults: Vec<Fault>,
}

impl Failure {
    /// A failure of usage.
    pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            message: message.into(),
            causes: Vec::new(),
            hint: Some(hint.into()),
            faults: Vec::new(),
        }
    }

    /// Paths of the policy that lead nowhere.
    pub fn of_paths(file: &str, faults: Vec<Fault>) -> Self {
        Self {
            exit: Exit::Usage,
            message: format!("`{file}` speaks of files that are not there"),
            causes: Vec::new(),
            hint: None,
            faults,
        }
    }

    /// The lines for people.
    pub fn text(&self) -> String {
        let mut text = format!("error: {}\n", one_line(&self.message));
        for cause in &self.causes {
            let _infallible = writeln!(text, "  cause: {}", one_line(cause));
        }
        for fault in &self.faults {
            let place = format!("{} line {}", fault.place.file, fault.place.line);
            let _infallible = writeln!(text, "  cause: {}: {}", one_line(&place), one_line(&fault.message));
            if !fault.text.trim().is_empty() {
                let _infallible = writeln!(text, "      | {}", one_line(fault.text.trim_end()));
            }
            if let Some(hint) = &fault.hint {
                let _infallible = writeln!(text, "   hint: {}", one_line(hint));
            }
        }
        if let Some(hint) = &self.hint {
            let _infallible = writeln!(text, "   hint: {}", one_line(hint));
        }
        text
    }

    /// The document for programs.
    pub fn json(&self) -> String {
        render_error(&ErrorDocument {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            message: self.message.clone(),
            cause: self.causes.clone(),
            hint: self.hint.clone(),
            faults: self.faults.clone(),
            exit_code: self.exit.code(),
        })
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        let message = error.to_string();
        match error {
            LoadError::NotFound(_) => Self::usage(
                message,
                "go to the project, name the file with `--config FILE`, or write one with `tta-promote init`",
            ),
            LoadError::Unreadable { .. } => {
                Self::usage(message, "make it a readable UTF-8 file, or name another one")
            }
            LoadError::Faults { faults, .. } => {
                Self { exit: Exit::Usage, message, causes: Vec::new(), hint: None, faults }
            }
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self {
            exit: Exit::Inconclusive,
            message: "nothing is attested".to_owned(),
            causes: vec![refusal.what],
            hint: Some(refusal.hint.to_owned()),
            faults: Vec::new(),
        }
    }
}

impl From<LedgerFault> for Failure {
    fn from(fault: LedgerFault) -> Self {
        let message = fault.to_string();
        let with = |exit, causes, hint: &str| Self {
            exit,
            message: message.clone(),
            causes,
            hint: Some(hint.to_owned()),
            faults: Vec::new(),
        };
        match fault {
            LedgerFault::Broken { defects, .. } => {
                let hint = defects.first().map_or("", |defect| defect.kind.hint());
                let causes = defects
                    .iter()
                    .take(DEFECTS)
                    .map(|defect| format!("line {}: {}", defect.line, defect.kind));
                with(Exit::Integrity, causes.collect(), hint)
            }
            LedgerFault::File(LedgerError::Busy(_)) => {
                with(Exit::Waiting, Vec::new(), "wait until it has ended, and see `tta-promote status` then")
            }
            LedgerFault::File(LedgerError::Moved(_)) => {
                with(Exit::Waiting, Vec::new(), "run it again: it reads what is there now")
            }
            LedgerFault::File(LedgerError::Io { .. }) => with(
                Exit::Fault,
                Vec::new(),
                "make the folder of `promotion.toml` one that can be written, with room on the disk",
            ),
        }
    }
}

impl From<Busy> for Failure {
    fn from(busy: Busy) -> Self {
        let hint = busy.hint();
        Self {
            exit: Exit::Waiting,
            message: busy.to_string(),
            causes: Vec::new(),
            hint: Some(hint),
            faults: Vec::new(),
        }
    }
}

impl From<SelectionError> for Failure {
    fn from(error: SelectionError) -> Self {
        let message = error.to_string();
        match error {
            SelectionError::Unknown { name, known } | SelectionError::UnknownCheck { name, known } => {
                Self::usage(message, nearest(&name, &known))
            }
            SelectionError::NotAbove { .. } => {
                Self::usage(message, "leave out `--to`, or name a higher stage")
            }
        }
    }
}

impl From<NoMeasurement> for Failure {
    fn from(error: NoMeasurement) -> Self {
        let last = error.there().iter().rev().take(MEASUREMENTS).map(u64::to_string);
        let last: Vec<String> = last.collect::<Vec<_>>().into_iter().rev().collect();
        let hint = match last.as_slice() {
            [] => "measure and record with `tta-promote verify COMPONENT --record`".to_owned(),
            last => format!("the last measurements are {}; `tta-promote history` shows all", last.join(", ")),
        };
        Self::usage(error.to_string(), hint)
    }
}

impl From<ChoiceError> for Failure {
    fn from(error: ChoiceError) -> Self {
        let message = error.to_string();
        match error {
            ChoiceError::UnknownName { name, known } | ChoiceError::UnknownGroup { name, known } => {
                Self::usage(message, nearest(&name, &known))
            }
            ChoiceError::Ledger(fault) => fault.into(),
            ChoiceError::Nobody(_, there) => Self::usage(message, there),
            ChoiceError::Change { source: AffectedError::NoPlace(error), .. } => {
                anyhow::Error::from(error).into()
            }
            ChoiceError::Change { source: AffectedError::Change(error), .. } => {
                let hint = match &error {
                    ChangeError::NoGit => "install git, or name the components or say `--all`",
                    ChangeError::NoRepository => {
                        "go to a clone that git can read, or name the components or say `--all`"
                    }
                    ChangeError::Unknown { is_shallow: true, .. } => {
                        "the clone is shallow: fetch the whole history (`fetch-depth: 0` of actions/checkout, or `git fetch --unshallow`)"
                    }
                    ChangeError::Unknown { is_shallow: false, .. } => {
                        "name a branch, tag or commit that is there (`git fetch` brings others; in CI, set `fetch-depth: 0`)"
                    }
                    ChangeError::Failed(_) => {
                        "see what git says there, or name the components or say `--all`"
                    }
                };
                let mut failure = Self::usage(message, hint);
                failure.causes.push(error.to_string());
                failure
            }
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        let error = match error.downcast::<LedgerFault>() {
            Ok(fault) => return fault.into(),
            Err(error) => error,
        };
        let error = match error.downcast::<SelectionError>() {
            Ok(error) => return error.into(),
            Err(error) => error,
        };
        let error = match error.downcast::<AuditError>() {
            Ok(error) => {
                return Self::usage(error.to_string(), "say whose it is, as `COMPONENT=SEQ:SHA256`");
            }
            Err(error) => error,
        };
        let error = match error.downcast::<IssueError>() {
            Ok(error) => return error.into(),
            Err(error) => error,
        };
        let error = match error.downcast::<NoMeasurement>() {
            Ok(error) => return error.into(),
            Err(error) => error,
        };
        let error = match error.downcast::<Unreadable>() {
            Ok(error) => {
                return Self::usage(
                    error.to_string(),
                    "name a file that `verify --attest` wrote, or a signer",
                );
            }
            Err(error) => error,
        };
        let hint = if error.is::<NoPlace>() {
            NoPlace::HINT
        } else {
            "see whether the disk is full; if it is not, please report this with the command line"
        };
        Self {
            exit: Exit::Fault,
            message: error.to_string(),
            causes: error.chain().skip(1).map(ToString::to_string).collect(),
            hint: Some(hint.to_owned()),
            faults: Vec::new(),
        }
    }
}

/// What is half gone is neither called off nor taken back.
pub(super) fn half_rolled_back(component: &str, message: String) -> Failure {
    Failure {
        exit: Exit::Fail,
        message,
        causes: vec!["what runs is not known until it has".to_owned()],
        hint: Some(format!("bring it to its end with `tta-promote rollback {component} --now` first")),
        faults: Vec::new(),
    }
}

/// The known name that a wrong one is nearest to, or else all.
pub(super) fn nearest(name: &str, known: &[String]) -> String {
    let distance = |one: &String| strsim::damerau_levenshtein(name, one);
    match known.iter().min_by_key(|one| distance(one)) {
        None => "the policy has none".to_owned(),
        Some(near) if distance(near) <= 2 => format!("did you mean `{near}`?"),
        _ => format!("there are: {}", known.join(", ")),
    }
}
