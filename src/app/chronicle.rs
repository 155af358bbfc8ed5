//! What happened to one component, and two of its measurements to be compared.
//!
//! Not how either is shown (`report::history`, `report::difference`). It writes nothing.

use crate::model::promotion::Measurement;
use crate::model::record::{Fact, Record};
use crate::report::difference::Explanation;
use crate::report::history::History;
use crate::sys::clock;

use super::ledgers::Ledgers;
use super::project::Workspace;
use super::survey::chosen;

/// Which measurement is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// That of the record of this number.
    Record(u64),
    /// The last.
    Last,
    /// The one before it.
    Previous,
}

/// Why there is no such measurement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoMeasurement {
    /// There is no record of that number.
    #[error("`{component}` has no record {seq}")]
    NoRecord {
        /// The component.
        component: String,
        /// What was asked for.
        seq: u64,
        /// The numbers of the measurements, ascending.
        there: Vec<u64>,
    },
    /// The record is of something else.
    #[error("record {seq} of `{component}` is no measurement, but `{kind}`")]
    NotOne {
        /// The component.
        component: String,
        /// What was asked for.
        seq: u64,
        /// What it is.
        kind: &'static str,
        /// The numbers of the measurements, ascending.
        there: Vec<u64>,
    },
    /// There are not enough to compare.
    #[error("`{component}` has {} measurements, and it takes two to differ", there.len())]
    TooFew {
        /// The component.
        component: String,
        /// The numbers of the measurements, ascending.
        there: Vec<u64>,
    },
}

impl NoMeasurement {
    /// The numbers of the measurements that there are, ascending.
    pub fn there(&self) -> &[u64] {
        match self {
            Self::NoRecord { there, .. } | Self::NotOne { there, .. } | Self::TooFew { there, .. } => there,
        }
    }
}

/// What happened to the component; `limit`: only the last so many are shown.
///
/// # Errors
/// Where nobody knows the component, or its ledger cannot be relied on.
pub fn history(workspace: &Workspace, component: &str, limit: Option<usize>) -> anyhow::Result<History> {
    let ledgers = Ledgers::of(workspace);
    chosen(workspace, &ledgers, &[component.to_owned()])?;
    let ledger = ledgers.read(component)?;
    Ok(History {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        project: workspace.policy.project.name.clone(),
        component: component.to_owned(),
        title: title(workspace, component),
        ledger: Ledgers::name(component),
        head: (!ledger.records.is_empty()).then(|| ledger.head().to_string()),
        time: clock::now(),
        torn: ledger.torn() as u64,
        records: ledger.records,
        limit,
    })
}

/// Two measurements of the component.
///
/// # Errors
/// As [`history`], and where there are no such measurements.
pub fn explanation(
    workspace: &Workspace,
    component: &str,
    (a, b): (Which, Which),
) -> anyhow::Result<Explanation> {
    let history = history(workspace, component, None)?;
    Ok(Explanation {
        a: measurement(component, &history.records, a)?,
        b: measurement(component, &history.records, b)?,
        version: history.version,
        project: history.project,
        component: history.component,
        title: history.title,
    })
}

fn title(workspace: &Workspace, component: &str) -> String {
    workspace.policy.component(component).map_or_else(|| component.to_owned(), |one| one.title.clone())
}

fn measurement(component: &str, records: &[Record], which: Which) -> Result<Measurement, NoMeasurement> {
    let measured = || records.iter().filter(|record| matches!(record.fact, Fact::Verified(_)));
    let there: Vec<u64> = measured().map(|record| record.seq).collect();
    let component = component.to_owned();
    let record = match which {
        Which::Record(seq) => match records.iter().find(|record| record.seq == seq) {
            Some(record) => record,
            None => return Err(NoMeasurement::NoRecord { component, seq, there }),
        },
        Which::Last | Which::Previous if there.len() < 2 => {
            return Err(NoMeasurement::TooFew { component, there });
        }
        Which::Last | Which::Previous => {
            let back = usize::from(which == Which::Previous);
            let found = measured().rev().nth(back);
            found
                .ok_or_else(|| NoMeasurement::TooFew { component: component.clone(), there: there.clone() })?
        }
    };
    match &record.fact {
        Fact::Verified(verification) => Ok(Measurement {
            seq: record.seq,
            time: record.time,
            verification: verification.as_ref().clone(),
        }),
        other => Err(NoMeasurement::NotOne { component, seq: record.seq, kind: other.kind(), there }),
    }
}
