//! The ledgers of a project: reading them, and recording facts in them.
//!
//! Not what a line looks like (`ledger`) nor what records add up to (`lifecycle`).

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};

use crate::ledger::{self, Defect, End, Head, Ledger};
use crate::model::promotion_id::PromotionId;
use crate::model::record::{Fact, Record, Verification};
use crate::sys::ledger_file::{LedgerError, LedgerFile};
use crate::sys::{clock, tree};

use super::project::Workspace;

/// Where the ledgers lie, from the folder of the policy file.
pub const FOLDER: &str = ".promotion/ledger";
/// The ending of a ledger's name.
const ENDING: &str = ".jsonl";
/// How long another process is waited for that only records something.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Why a ledger cannot be relied on, or not be written.
#[derive(Debug, thiserror::Error)]
pub enum LedgerFault {
    /// Its lines are not those that were written.
    #[error("the ledger `{file}` does not verify")]
    Broken {
        /// The file, as the user would name it.
        file: String,
        /// What is wrong, in the order of its lines.
        defects: Vec<Defect>,
    },
    /// It cannot be opened or written.
    #[error(transparent)]
    File(#[from] LedgerError),
}

/// The ledgers of a project.
#[derive(Debug, Clone)]
pub struct Ledgers {
    folder: PathBuf,
}

impl Ledgers {
    /// Those of `workspace`.
    pub fn of(workspace: &Workspace) -> Self {
        Self { folder: workspace.folder.join(FOLDER) }
    }

    /// The file of a component, as it is named to people.
    pub fn name(component: &str) -> String {
        format!("{FOLDER}/{component}{ENDING}")
    }

    /// The file of a component.
    pub fn path(&self, component: &str) -> PathBuf {
        self.folder.join(format!("{component}{ENDING}"))
    }

    /// The components that have one, sorted, whether the policy knows them or not.
    pub fn components(&self) -> Vec<String> {
        let names = tree::names(&self.folder);
        let mut names: Vec<String> =
            names.iter().filter_map(|name| name.strip_suffix(ENDING)).map(str::to_owned).collect();
        names.sort_unstable();
        names
    }

    /// Reads the ledger of a component; an empty one where there is none.
    pub fn read(&self, component: &str) -> Result<Ledger, LedgerFault> {
        read(component, &self.bytes(component)?)
    }

    /// The ledger of a component with no more of its measurements than what decides how far a promotion has come, and
    /// its bytes, for [`Self::measurement`].
    pub fn outline(&self, component: &str) -> Result<(Ledger, Vec<u8>), LedgerFault> {
        let bytes = LedgerFile::look(&self.path(component))?;
        let ledger = ledger::outline(component, &bytes).map_err(|defects| broken(component, defects))?;
        Ok((ledger, bytes))
    }

    /// All of the measurement of the record `seq`.
    pub fn measurement(
        component: &str,
        (ledger, bytes): (&Ledger, &[u8]),
        seq: u64,
    ) -> Result<Option<Verification>, LedgerFault> {
        ledger::measurement(component, bytes, ledger, seq).map_err(|defect| broken(component, vec![defect]))
    }

    /// The bytes of the ledger of a component; none where there is none.
    pub fn bytes(&self, component: &str) -> Result<Vec<u8>, LedgerFault> {
        Ok(LedgerFile::peek(&self.path(component))?)
    }

    /// Opens the ledger of a component to record facts, and holds it as long as what it gives lives: no other process
    /// acts for the component meanwhile. A line that was torn is set aside first, and one that lacks but its line break
    /// is given it.
    pub fn open(&self, component: &str, actor: &str, patience: Duration) -> Result<OpenLedger, LedgerFault> {
        let path = self.path(component);
        let (file, ledger, set_aside) = opened(LedgerFile::open(&path, patience)?, component, |_| Ok(()))?;
        let (component, actor) = (component.to_owned(), actor.to_owned());
        Ok(OpenLedger { file: Some(file), path, ledger, component, actor, set_aside })
    }
}

/// What was opened, where `check` finds nothing against it: before that nothing is mended.
fn opened(
    (mut file, bytes): (LedgerFile, Vec<u8>),
    component: &str,
    check: impl FnOnce(&Ledger) -> Result<(), LedgerFault>,
) -> Result<(LedgerFile, Ledger, Option<PathBuf>), LedgerFault> {
    let mut ledger = read(component, &bytes)?;
    check(&ledger)?;
    let set_aside = match ledger.end {
        End::Whole => None,
        End::Unbroken => file.append("\n").map(|()| None)?,
        End::Torn(bytes) => Some(file.set_aside(bytes as u64)?),
    };
    ledger.end = End::Whole;
    Ok((file, ledger, set_aside))
}

fn read(component: &str, bytes: &[u8]) -> Result<Ledger, LedgerFault> {
    ledger::read(component, bytes).map_err(|defects| broken(component, defects))
}

fn broken(component: &str, defects: Vec<Defect>) -> LedgerFault {
    LedgerFault::Broken { file: Ledgers::name(component), defects }
}

/// A ledger that this process alone may write, until it lets go of it.
#[derive(Debug)]
pub struct OpenLedger {
    /// `None`: it was let go, and is taken for each record.
    file: Option<LedgerFile>,
    path: PathBuf,
    ledger: Ledger,
    component: String,
    actor: String,
    set_aside: Option<PathBuf>,
}

impl OpenLedger {
    /// The component.
    pub fn component(&self) -> &str {
        &self.component
    }

    /// Lets others have it. From now on it is held only while a record is written.
    pub fn let_go(&mut self) {
        self.file = None;
    }

    /// Reads what others have recorded since it was let go.
    pub fn look_again(&mut self) -> Result<(), LedgerFault> {
        if self.file.is_none() {
            let ledger = read(&self.component, &LedgerFile::peek(&self.path)?)?;
            self.goes_on(&ledger)?;
            self.ledger = ledger;
        }
        Ok(())
    }

    /// That a ledger is the one that we know, or what has become of it: while it was let go, git may have put another
    /// in its place, and what we know of this one has no place there.
    fn goes_on(&self, ledger: &Ledger) -> Result<(), LedgerFault> {
        ledger.holds(self.ledger.head()).map_err(|_| LedgerFile::moved(&self.path).into())
    }

    /// Its records, also those that were recorded since it was opened.
    pub fn records(&self) -> &[Record] {
        &self.ledger.records
    }

    /// Its last line.
    pub fn head(&self) -> Head {
        self.ledger.head()
    }

    /// Where a line that was torn is kept now.
    pub fn set_aside(&self) -> Option<&Path> {
        self.set_aside.as_deref()
    }

    /// Records a fact, and gives its number when it is on the disk.
    pub fn record(&mut self, promotion: &PromotionId, fact: Fact) -> Result<u64, LedgerFault> {
        Ok(self.record_if(promotion, fact, |_| true)?.unwrap_or_default())
    }

    /// Records a fact if what is recorded up to then lets it; no number where it does not.
    pub fn record_if(
        &mut self,
        promotion: &PromotionId,
        fact: Fact,
        may: impl FnOnce(&[Record]) -> bool,
    ) -> Result<Option<u64>, LedgerFault> {
        let mut for_a_moment = None;
        let file = if let Some(file) = &mut self.file {
            file
        } else {
            let again = LedgerFile::open_again(&self.path, PATIENCE)?;
            let (file, ledger, set_aside) = opened(again, &self.component, |ledger| self.goes_on(ledger))?;
            self.ledger = ledger;
            self.set_aside = set_aside.or(self.set_aside.take());
            for_a_moment.insert(file)
        };
        if !may(&self.ledger.records) {
            return Ok(None);
        }
        let head = self.ledger.head();
        let record = Record {
            seq: head.seq + 1,
            time: to_the_millisecond(clock::now()),
            actor: self.actor.clone(),
            promotion: promotion.clone(),
            fact,
        };
        let (line, head) = ledger::line(&self.component, &record, head);
        file.append(&line)?;
        self.ledger.records.push(record);
        self.ledger.digests.push(head.digest);
        Ok(Some(head.seq))
    }
}

/// As long as a person can tell one moment from the next, and never later than the clock: a window that ends afterwards
/// ends after it.
fn to_the_millisecond(time: Timestamp) -> Timestamp {
    let down = TimestampRound::new().smallest(Unit::Millisecond).mode(RoundMode::Floor);
    time.round(down).unwrap_or(time)
}
